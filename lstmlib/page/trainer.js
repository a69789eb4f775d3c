// What the laboratory's worker does: trials side by side, in slices, so that it hears "pause" at once and a phone stays
// cool; and a report now and then. It is told:
//
//     { what: "begin", setups, focus }     new trials, and whose net is shown over a sequence
//     { what: "run" }, { what: "pause" }, { what: "one" }      one: one more training sequence for each
//
// and tells { trials, view, perSecond, running }: see `report`.

import { asSymbols, SYMBOLS } from "./grammar.js";
import { Random } from "./random.js";
import { begin, draw } from "./trials.js";

const SLICE = 40, REST = 4, BETWEEN = 200; // milliseconds: of work, of rest, between two reports
const POINTS = 200, STRING = "BTBPTTVPXTTVVETE";

/** Means over blocks of sequences; when there are many, two blocks become one. */
class Curve {
  constructor() {
    this.every = 10;
    this.error = [];
    this.wrong = [];
    this.sum = this.bad = this.count = 0;
  }

  add(error, wrong) {
    this.sum += error;
    this.bad += wrong;
    if (++this.count < this.every) return;
    this.error.push(this.sum / this.every);
    this.wrong.push(this.bad / this.every);
    this.sum = this.bad = this.count = 0;
    if (this.error.length < 2 * POINTS) return;
    const half = (list) => Array.from({ length: POINTS }, (_, k) => (list[2 * k] + list[2 * k + 1]) / 2);
    this.every *= 2;
    this.error = half(this.error);
    this.wrong = half(this.wrong);
  }
}

let trials = [], running = false, perSecond = 0, reported = 0, timer = 0, lap = { time: 0, shown: 0, taken: 0 };

const alive = () => trials.filter(({ result }) => !result);
const total = (what) => trials.reduce((sum, each) => sum + what(each), 0);

/** Go on until a training sequence, or a test's, has been shown. */
function turn(each) {
  const { trial, curve } = each, before = trial.shown, step = trial.turns.next();
  if (step.done) each.result = step.value;
  else if (trial.shown > before) curve.add(trial.learner.mean, trial.learner.worst < trial.setup.row.tolerance ? 0 : 1);
}

function work() {
  const going = alive(), end = performance.now() + SLICE;
  while (performance.now() < end && going.some(({ result }) => !result)) for (const each of going) if (!each.result) turn(each);
  if (!alive().length) running = false;
  if (!running || performance.now() - reported > BETWEEN) report();
  if (running) timer = setTimeout(work, REST);
}

/** The names of an experiment's answers, by output; none where the answer is a number. */
function answers({ row: { experiment, task } }) {
  if (experiment === "1") return [...SYMBOLS];
  if (experiment[0] === "2") return ["x", "y"]; // the last two outputs
  return experiment[0] === "6" ? Array.from({ length: 2 ** task.num_signals }, (_, k) => k.toString(2).padStart(task.num_signals, "0").replaceAll("0", "X").replaceAll("1", "Y")) : [];
}

/**
 * One sequence of the task, the same for all nets of a trial's kind: what is drawn, where it matters, and the step at
 * which it is asked for: the last, but in the grammar the one before, which has to repeat the second symbol.
 */
function example({ setup }) {
  const { row, key, seed, trial } = setup, experiment = row.experiment;
  const drawn = experiment === "1" ? asSymbols([STRING]) : draw(setup, 1, new Random([seed, key, trial, 9]));
  const T = drawn.lengths[0], steps = Array.from({ length: T }, (_, t) => t), asked = experiment === "1" ? T - 2 : T - 1;
  const special = {
    1: () => [[1, STRING[1]], [asked, "?"]],
    2: () => [[Number(experiment === "2c"), "xy"[drawn.symbols[Number(experiment === "2c")] - row.net.input_size + 2]]],
    3: () => [[row.task.informative - 1, drawn.x[0] > 0 ? "+1" : "−1"]],
    6: () => steps.filter((t) => drawn.symbols[t] >= 6).map((t) => [t, "XY"[drawn.symbols[t] - 6]]),
  };
  const pairs = () => steps.filter((t) => drawn.x[2 * t + 1] === 1).map((t) => [t, drawn.x[2 * t].toFixed(2).replace("-", "−")]);
  return { drawn, asked, names: answers(setup), marks: (special[experiment[0]] ?? pairs)() };
}

/** How a net reads its example: at most 240 of the steps, the first and last among them. */
function look({ trial, shown }) {
  const { drawn, marks, asked, names } = shown, read = trial.learner.read(drawn, 0), T = read.steps, count = Math.min(T, 240);
  const at = Array.from({ length: count }, (_, k) => Math.round((k * (T - 1)) / Math.max(count - 1, 1)));
  const lines = (values) => {
    const width = values ? values.length / T : 0;
    return Array.from({ length: width }, (_, line) => at.map((t) => values[t * width + line]));
  };
  const O = read.outputs.length / T, first = names.length ? O - names.length : 0, said = [...read.outputs.subarray(asked * O + first, (asked + 1) * O)];
  const wanted = drawn.targets ? said.map((_, k) => Number(first + k === drawn.targets[asked])) : [...drawn.values.subarray(asked * O, (asked + 1) * O)];
  const answer = { names, said, wanted };
  return { steps: T, at, marks, inward: lines(read.inward), outward: lines(read.outward), forget: lines(read.forget), contents: lines(read.contents), answer };
}

function report() {
  const now = performance.now(), shown = total(({ trial }) => trial.shown), taken = total(({ trial }) => trial.learner.taken);
  if (running && now - lap.time > 150) {
    perSecond = { sequences: (1000 * (shown - lap.shown)) / (now - lap.time), steps: (1000 * (taken - lap.taken)) / (now - lap.time) };
    lap = { time: now, shown, taken };
  }
  reported = now;
  postMessage({
    running,
    perSecond,
    view: trials.length ? look(trials[0]) : null,
    trials: trials.map(({ trial, curve, result }) => ({
      shown: trial.shown, phase: trial.phase, judging: trial.judging, criterion: trial.criterion, solved: trial.solved, result,
      every: curve.every, error: curve.error, wrong: curve.wrong,
      params: running ? null : trial.learner.params,
    })),
  });
}

self.onmessage = ({ data }) => {
  clearTimeout(timer);
  if (data.what === "begin") {
    trials = data.setups.map((setup) => {
      const trial = begin(setup);
      return { trial, curve: new Curve(), result: null, shown: example({ setup }) };
    });
    running = false;
    perSecond = null;
  } else if (data.what === "run") {
    running = alive().length > 0;
    lap = { time: performance.now(), shown: total(({ trial }) => trial.shown), taken: total(({ trial }) => trial.learner.taken) };
  } else if (data.what === "pause") running = false;
  else if (data.what === "one") {
    running = false;
    for (const each of alive()) for (const before = each.trial.shown; each.trial.shown === before && !each.result; ) turn(each);
  }
  if (running) work();
  else report();
};
