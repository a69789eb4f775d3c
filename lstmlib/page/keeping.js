// A small net of 1997 that learns on-line to keep the first of some numbers: lstmlib.figures.doors and safe, in the page.

import { LSTM1997 } from "./lstm1997.js";
import { draw } from "./net.js";
import { Random } from "./random.js";

const WINDOW = 500, TRAY = 500, NEGATIVE = [-2, -4, -6];

/** Sequences of a number, a mark at the first step and one at the last; the answer is the first number, or 1 more. */
export function sequences(task, count, rng, T = 10) {
  const numbers = rng.uniform(-1, 1, T * count), x = new Float64Array(3 * T * count), values = new Float64Array(T * count), mask = new Uint8Array(T * count);
  for (let n = 0; n < count; n++) {
    for (let t = 0; t < T; t++) x[3 * (n * T + t)] = numbers[t * count + n];
    x[3 * n * T + 1] = x[3 * (n * T + T - 1) + 2] = 1;
    values[n * T + T - 1] = numbers[n] + Number(task === "bias");
    if (task === "bias") mask[n * T + T - 1] = 1;
    else mask.fill(1, n * T, (n + 1) * T);
  }
  return { steps: T, count, lengths: new Int32Array(count).fill(T), mask, x, values };
}

/** The net of a task: blocks of one cell, and "bias" has no bias at the output. */
const netOf = (task, num_blocks) => ({
  input_size: 3, num_blocks, block_size: 1, output_size: 1, biased: "all", output_bias: task !== "bias", output_gates: true, recurrent: true,
  direct: false, plain: false, linear_output: true, swapped_ranges: false, gates_seen: true, forget_gates: false,
});

export class Keeping {
  /** `negative`, whether output gates start with negative biases; `T` numbers a sequence. */
  constructor({ task = "keep", negative = false, seed, T = 10, blocks = task === "bias" ? 3 : 2 }) {
    const net = netOf(task, blocks);
    Object.assign(this, { task, T, shown: 0, learner: new LSTM1997(net, { symbolic: false }), rng: new Random([seed, 1]), at: TRAY, recent: [], loss: 100, losses: [], good: 0 });
    this.learner.put(draw(net, new Random([seed, 0]), 0.5, negative ? { output: NEGATIVE.slice(0, blocks) } : {}));
    this.watched = sequences(task, 3, new Random([99]), T);
    [-0.8, 0, 0.8].forEach((number, n) => {
      this.watched.x[3 * n * T] = number;
      this.watched.values[n * T + T - 1] = number + Number(task === "bias");
    });
  }

  /** Learn from one more sequence. The loss is the mean over the last 500, in percent of what a net leaves that gives none of the number. */
  learn(rate) {
    if (this.at === TRAY) {
      this.drawn = sequences(this.task, TRAY, this.rng, this.T);
      this.at = 0;
    }
    this.learner.learn(this.drawn, this.at++, rate);
    this.recent.push(this.learner.squared * (this.task === "bias" ? 300 : 300 * this.T)); // 1/3 is the variance of a number
    if (this.recent.length > WINDOW) this.recent.shift();
    this.shown++;
    if (this.shown % 100) return;
    this.loss = this.recent.reduce((sum, one) => sum + one, 0) / this.recent.length;
    this.losses.push(this.loss);
    if (!this.good && this.shown >= WINDOW && this.loss < 10) this.good = this.shown;
  }

  /** What the net does over three sequences, that begin with -0.8, 0 and 0.8: see LSTM1997.read. */
  read() {
    return [0, 1, 2].map((n) => this.learner.read(this.watched, n));
  }

  /** What the net does over one sequence of these numbers, each from -1 to 1. */
  over(numbers) {
    const one = sequences(this.task, 1, new Random([99]), this.T);
    numbers.forEach((number, t) => (one.x[3 * t] = number));
    return this.learner.read(one, 0);
  }
}
