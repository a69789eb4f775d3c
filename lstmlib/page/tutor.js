// The worker behind the chapters' nets: all nets of a lesson side by side, in slices, so that it hears "pause" at once.
// It is told { what: "begin", lesson, set }, then "run", "pause" or "one", one more update for each net; and tells
// { running, nets, guessing, simple }: see `report`.

import { Lesson, shareLeft } from "./lessons.js";

const SLICE = 40, REST = 4, BETWEEN = 250; // milliseconds: of work, of rest, between two reports

let lesson = null, running = false, reported = 0, timer = 0, next = 0;

const going = () => lesson.nets.filter(({ over }) => !over);

function work() {
  const end = performance.now() + SLICE;
  do {
    const one = lesson.nets[next++ % lesson.nets.length];
    if (!one.over) lesson.turn(one);
  } while (performance.now() < end && going().length);
  if (!going().length) running = false;
  if (!running || performance.now() - reported > BETWEEN) report();
  if (running) timer = setTimeout(work, REST);
}

function report() {
  const { nets, guessing, simple, set } = lesson;
  if (!running) for (const one of nets) lesson.look(one);
  postMessage({
    running, guessing, simple,
    nets: nets.map(({ kind, seed, updates, loss, looks, learnt, over, before, model }) => ({
      kind, seed, updates, loss, looks, learnt, over, before, left: shareLeft(lesson.lesson, set, model), size: model.size,
    })),
  });
  reported = performance.now();
}

self.onmessage = ({ data }) => {
  clearTimeout(timer);
  if (data.what === "begin") {
    lesson = new Lesson(data.lesson, data.set);
    next = 0;
  }
  running = data.what === "run" && going().length > 0;
  if (data.what === "one") for (const one of going()) lesson.turn(one);
  if (running) work();
  else report();
};
