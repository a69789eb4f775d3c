// Trials of Gers, Schmidhuber and Cummins (2000), as lstmlib.paper.trials.streams has them: a net learns on a stream of
// strings until its first error, is tested without learning on ten streams, learns on the next; until ten come without one.

import { WALK } from "./grammar.js";

const TESTS = 10, TESTED = 100000, COINS = 65536, BREATH = 64, EARLY = 100; // symbols between two yields; of a stream that ends early

/** Sides of coins, one after the other, drawn as many at a time as lstmlib draws. */
class Coins {
  constructor(rng) {
    Object.assign(this, { rng, at: COINS });
  }

  next() {
    if (this.at === COINS) {
      this.drawn = this.rng.coins(COINS);
      this.at = 0;
    }
    return this.drawn[this.at++];
  }
}

/** Put target minus output into the learner's `e`, add it to `sums`; whether the prediction is wrong. */
function judge({ y, e }, allowed, coming, { target, right }, tolerance, sums) {
  let lowest = Infinity, highest = -Infinity, farthest = 0;
  for (let k = 0; k < y.length; k++) {
    e[k] = (target === "possible" ? allowed[k] : Number(k === coming)) - y[k];
    farthest = Math.max(farthest, Math.abs(e[k]));
    sums.error += Math.abs(e[k]) / y.length;
    if (allowed[k]) lowest = Math.min(lowest, y[k]);
    else highest = Math.max(highest, y[k]);
  }
  return right === "order" ? !(lowest > highest) : !(farthest < tolerance);
}

/** One stream, with rate 0 without learning; yields now and then, and returns how many symbols it had and whether the last was wrong. */
function* stream(trial, coins, rate, most) {
  const { learner, setup: { row, reading } } = trial, tolerance = reading.right === "squared" ? Math.sqrt(row.tolerance) : row.tolerance;
  const first = WALK.symbol[0][0], second = WALK.node[0][0], sums = { error: 0 };
  let symbol = first, node = second, steps = 0, wrong = false;
  learner.reset();
  while (!wrong && steps < most) {
    learner.step(symbol);
    const coin = coins.next(), coming = WALK.symbol[node][coin];
    wrong = judge(learner, WALK.allowed[node], coming, reading, tolerance, sums);
    if (rate > 0) learner.correct(rate);
    node = WALK.node[node][coin];
    symbol = coming;
    steps++;
    learner.taken++;
    if (row.task.resets && node === second) learner.reset();
    if (steps % BREATH === 0) yield;
  }
  learner.mean = sums.error / steps;
  return { steps, wrong };
}

/** Train and test by turns. `rate` is that of the set-up. */
export function* byStreams(trial, { training }, cap, rate) {
  const coins = new Coins(training), { reading } = trial.setup;
  let symbols = 0;
  trial.longest = 0;
  while (trial.shown < cap) {
    trial.phase = "train";
    trial.judging = null;
    const { steps } = yield* stream(trial, coins, rate, Number(reading.stream));
    symbols += steps;
    trial.shown++;
    Object.assign(trial, { symbols, trained: { error: trial.learner.mean, wrong: Number(steps <= EARLY) } });
    yield;
    trial.phase = "test";
    const last = trial.shown === cap, lengths = [];
    while (lengths.length < TESTS) {
      trial.judging = { right: lengths.length, of: TESTS };
      const { steps, wrong } = yield* stream(trial, coins, 0, TESTED);
      lengths.push(wrong ? steps - 1 : steps);
      trial.longest = Math.max(trial.longest, lengths.at(-1));
      if (wrong && !last) break;
    }
    if (lengths.length === TESTS && (last || lengths.every((length) => length === TESTED))) {
      trial.solved = lengths.every((length) => length === TESTED);
      return { solved: trial.solved, sequences: trial.shown, symbols, length: lengths.reduce((sum, length) => sum + length, 0) / TESTS };
    }
  }
}
