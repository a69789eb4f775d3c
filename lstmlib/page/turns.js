// Training on the page's own thread, for nets so small that some hundred updates take a few milliseconds.

const SHARE = 8; // milliseconds of work between two drawings

/**
 * Take turns with the browser: `step()` makes one update and returns whether there are more, at most `most` times before
 * `shown()` draws, so that one can follow. Where motion is unwelcome it draws once a second. A page that nobody sees gets no turns.
 */
export function turns(step, shown, still, most) {
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
