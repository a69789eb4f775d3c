// What the reader trains in the chapters: the nets, what they see, and when they count as having learnt it. Weights and
// batches are drawn from the seeds that the chapters' own nets have, so that the same nets come out.

import { spectralRadius } from "./flow.js";
import { Adam, initialise, Linear, SequenceModel } from "./model.js";
import { NETS, PLAN } from "./plan.js";
import { Random } from "./random.js";
import { GRU, LSTM, RNN } from "./recurrent.js";
import { agreement, copy, NOUNS, spikeAfter, spikeGap, VERBS, WORDS } from "./sequences.js";
import { adding } from "./tasks.js";

const net = (recurrent, readout, loss, rate, next) => {
  const model = new SequenceModel(recurrent, readout, loss), adam = new Adam(model.params, rate);
  return { model, next, learn: () => model.learn(next(), adam, 1) };
};
const likeliest = (y) => y.reduce((best, value, k) => (value > y[best] ? k : best), 0);
const share = (drawn, right) => Array.from({ length: drawn.count }, (_, n) => right(n)).filter(Boolean).length / drawn.count;
const sum = (y, words) => words.reduce((total, word) => total + Math.exp(y[WORDS.indexOf(word)] - y[WORDS.indexOf(words[0])]), 0);

const lastBit = (N, rng) => copy(19, N, rng, { kinds: 2, recalled: 1, lastOnly: true });
const spikes = ({ choice }, N, rng) => (choice === "gap" ? spikeGap(9, N, rng) : spikeAfter(10, N, rng));
const pairs = (N, rng) => adding({ min_length: 22 }, N, rng, "marker 1");

/**
 * Each lesson:
 *   net(set, kind, seed)       a net that learns from one batch at each call of learn()
 *   test(set), right(model, drawn, n)   fresh sequences, and whether a net has one of them right
 *   learnt(share, over)        whether that share right counts; most count at the end alone
 *   guessing(drawn), simple(drawn)      the share that two answers get without learning anything
 *   probe(set, rng)            16 sequences in which an error is followed back, from the last of the plan's steps
 */
export const LESSONS = {
  agreement: {
    net({ amount, choice }, _, seed) {
      const rng = new Random([seed]), recurrent = initialise(new RNN(WORDS.length, 24), rng), readout = initialise(new Linear(24, WORDS.length), rng);
      return net(recurrent, readout, "crossEntropy", 0.01, () => agreement(choice === "mixed" ? rng.integer(amount + 1) : amount, 32, rng));
    },
    test: ({ amount }) => agreement(amount, 500, new Random([1000 + amount])),
    right(model, drawn, n) {
      model.read(drawn, n, drawn.verbAt + 1);
      const y = model.answer(drawn.verbAt), [one, many] = VERBS.map((words) => Math.log(sum(y, words)) + y[WORDS.indexOf(words[0])]);
      return drawn.number[n] ? many > one : one > many;
    },
    learnt: (right, over) => over && right > 0.95,
    guessing: () => 0.5,
    simple: (drawn) => share(drawn, (n) => NOUNS[1].includes(WORDS[drawn.symbols[n * drawn.steps + drawn.verbAt]]) === Boolean(drawn.number[n])),
    probe: ({ amount }, rng) => agreement(amount, 16, rng),
  },
  lag: {
    net({ amount }, _, seed) {
      const rng = new Random([seed]), recurrent = initialise(new RNN(4, 24), rng), W = recurrent.params.weight_hh_l0;
      W.set(W.map(() => rng.normal()));
      const scale = amount / spectralRadius(W, 24);
      W.set(W.map((value) => scale * value));
      const draws = new Random([100 + seed]);
      return net(recurrent, initialise(new Linear(24, 4), new Random([50 + seed])), "crossEntropy", 0.01, () => lastBit(32, draws));
    },
    test: () => lastBit(400, new Random([9])),
    right(model, drawn, n) {
      model.read(drawn, n);
      return likeliest(model.answer(drawn.steps - 1)) === drawn.targets[(n + 1) * drawn.steps - 1];
    },
    learnt: (right, over) => over && right > 0.95,
    guessing: () => 0.5,
    simple: () => null,
    probe: (_, rng) => lastBit(16, rng),
  },
  timing: {
    net(set, kind, seed) {
      const rng = new Random([seed]), options = { forgetBias: 3, peephole: kind === "peepholes", coupled: kind === "coupled gates" };
      const recurrent = initialise(new LSTM(1, set.amount, options), rng), readout = initialise(new Linear(set.amount, 1), rng);
      return net(recurrent, readout, "binaryCrossEntropy", 0.01, () => spikes(set, 8, rng));
    },
    test: (set) => spikes(set, 200, new Random([10000])),
    right(model, drawn, n) {
      const start = n * drawn.steps;
      model.read(drawn, n);
      for (let t = 0; t < drawn.steps; t++) if (drawn.mask[start + t] && model.answer(t)[0] > 0 !== drawn.values[start + t] > 0.5) return false;
      return true;
    },
    learnt: (right) => right === 1,
    guessing: (drawn) => (drawn.mask[0] ? 0 : 0.5), // a net that says nothing but no is wrong in every sequence
    simple(drawn) { // who knows the number of the step alone can be sure at the last, where only the longer gap ends
      const T = drawn.steps;
      return drawn.mask[0] ? null : share(drawn, (n) => drawn.values.subarray(n * T, (n + 1) * T).includes(1) === Boolean(drawn.mask[(n + 1) * T - 1]));
    },
    probe: (set, rng) => spikes(set, 16, rng),
  },
  adding: {
    net({ amount }, kind, seed) {
      const rng = new Random([seed]), H = kind === "GRU" ? 19 : 16, readout = initialise(new Linear(H, 1), rng);
      const recurrent = initialise(kind === "GRU" ? new GRU(2, H, { keepBias: amount }) : new LSTM(2, H, { forgetBias: amount }), rng);
      return net(recurrent, readout, "squaredError", 0.01, () => pairs(32, rng));
    },
    test: () => pairs(200, new Random([10000])),
    right(model, drawn, n) {
      const last = drawn.lengths[n] - 1;
      model.read(drawn, n);
      return Math.abs(model.answer(last)[0] - drawn.values[n * drawn.steps + last]) < 0.04;
    },
    learnt: (right) => right >= 0.95,
    guessing: (drawn) => share(drawn, (n) => Math.abs(0.5 - drawn.values[n * drawn.steps + drawn.lengths[n] - 1]) < 0.04),
    simple: (drawn) => share(drawn, (n) => { // half of the sum
      const start = n * drawn.steps, first = Array.from({ length: drawn.steps }, (_, t) => t).find((t) => drawn.x[2 * (start + t) + 1] === 1);
      return Math.abs(0.5 + (first ? drawn.x[2 * (start + first)] : 0) / 4 - drawn.values[start + drawn.lengths[n] - 1]) < 0.04;
    }),
    probe: (_, rng) => pairs(16, rng),
  },
};

/** What share of an error at the last of the probe's steps is left at the state, lag by lag: the median of 16 sequences. */
export function shareLeft(lesson, set, model) {
  const drawn = LESSONS[lesson].probe(set, new Random([3])), count = PLAN[lesson].steps(set), rng = new Random([0]), O = model.readout.O;
  const flows = Array.from({ length: drawn.count }, (_, n) => {
    const dy = Array.from({ length: O }, () => rng.normal()), size = Math.hypot(...dy);
    const flow = model.errorFlow(drawn, n, count, dy.map((value) => value / size));
    return flow.map((value) => value / flow[0]);
  });
  return Array.from({ length: count }, (_, q) => {
    const sorted = flows.map((flow) => flow[q]).sort((a, b) => a - b), middle = sorted.length / 2;
    return (sorted[middle - 1] + sorted[middle]) / 2;
  });
}

/** All nets of a lesson at the start; `turn` is one update more for one of them. */
export class Lesson {
  constructor(lesson, set) {
    const there = LESSONS[lesson];
    Object.assign(this, { lesson, set, there, test: there.test(set) });
    this.guessing = there.guessing(this.test);
    this.simple = there.simple(this.test);
    this.nets = Array.from({ length: NETS }, (_, seed) => seed).flatMap((seed) => PLAN[lesson].kinds.map((kind) => {
      const one = there.net(set, kind, seed), before = shareLeft(lesson, set, one.model);
      return { kind, seed, ...one, before, updates: 0, loss: null, looks: [], learnt: null, over: false };
    }));
    for (const one of this.nets) this.look(one);
  }

  look(one) {
    const { test, there } = this, right = share(test, (n) => there.right(one.model, test, n));
    if (one.looks.at(-1)?.[0] !== one.updates) one.looks.push([one.updates, right]);
    return right;
  }

  turn(one) {
    const { updates, every } = PLAN[this.lesson];
    one.loss = one.learn();
    if (++one.updates % every) return;
    const right = this.look(one), last = one.updates === updates;
    if (this.there.learnt(right, last)) one.learnt = one.updates;
    one.over = last || one.learnt !== null;
  }
}
