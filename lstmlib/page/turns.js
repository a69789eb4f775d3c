// Training on the page's own thread, for nets so small that some hundred updates take a few milliseconds.

import { button, still } from "./kit.js";

const SHARE = 8; // milliseconds of work between two drawings

/**
 * Take turns with the browser: `step()` makes one update and returns whether there are more, at most `most` times before
 * `shown()` draws, so that one can follow. Where motion is unwelcome it draws once a second. A page that nobody sees gets no turns.
 */
function turns(step, shown, most) {
  let frame = 0, drawn = 0;
  const self = {
    running: false,
    run() {
      self.running = true;
      frame = requestAnimationFrame(turn);
    },
    pause() {
      cancelAnimationFrame(frame);
      self.running = false;
    },
  };
  function turn(now) {
    const end = performance.now() + SHARE;
    let made = 0;
    do self.running = step();
    while (self.running && ++made < most && performance.now() < end);
    if (self.running) frame = requestAnimationFrame(turn);
    if (self.running && still() && now - drawn < 1000) return;
    drawn = now;
    shown();
  }
  return self;
}

/**
 * What learns in such turns, and its buttons: *Train* that pauses and goes on, one more update, and from the start.
 *
 * `start()` makes a net anew, `learn()` makes one update and returns whether there are more, `over()` says whether none are,
 * `ended()` stores what has come of it, `cleared()` that nothing has, `draw()` draws; `one` is a single update's button.
 */
export function learning({ start, learn, over, ended, cleared, draw, one }, most) {
  const loop = turns(learn, () => {
    draw();
    if (!loop.running) ended();
  }, most);
  const fresh = () => {
    loop.pause();
    start();
  };
  const train = button("Train", () => {
    if (loop.running) {
      loop.pause();
      ended();
    } else {
      if (over()) fresh();
      loop.run();
    }
    draw();
  }, { class: "main" });
  const single = button(one, () => {
    loop.pause();
    if (over()) fresh();
    learn();
    ended();
  });
  const again = button("Start again", () => {
    fresh();
    cleared();
  });
  return { loop, fresh, train, again, buttons: [train, single, again] };
}
