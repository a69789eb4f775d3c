// What a trial of an experiment of 1997 does, from the first weights to the paper's criterion: lstmlib.paper.trials, one
// trial at a time. A trial is a generator: it yields after every sequence, and returns what came of it.
//
// A set-up is { row, reading, key, seed, trial }: row has the fields of lstmlib.paper's Row, reading an option for each
// of its readings, key the number that stands for the row's name in the seeds.

import { asSymbols, stringSets } from "./grammar.js";
import { LSTM1997 } from "./lstm1997.js";
import { asNet, LSTM2000 } from "./lstm2000.js";
import { draw as drawNet, drawAll } from "./net.js";
import { Random } from "./random.js";
import { SimpleRecurrent } from "./simple.js";
import { byStreams } from "./streams.js";
import { adding, longLag, multiplication, temporalOrder, triggeredRecall, twoSequence } from "./tasks.js";

const TEST_SIZE = 2560, CLOSED = 3, WINDOW = 2000, FORGETTING_CAP = 500000;

/** The sources of a trial's weights, training and test sequences. */
export function sources({ row, key, seed, trial }) {
  const [weights, training, testing] = [0, 1, 2].map((part) => new Random([seed, key, trial, part]));
  return { weights, training, testing: row.experiment === "1" ? new Random([seed, key, Math.floor(trial / 10), 3]) : testing };
}

/** Draw training sequences of a set-up's task. */
export function draw({ row, reading }, count, rng) {
  const { experiment, task } = row;
  if (experiment === "2a" || experiment === "2b") {
    const drawn = longLag(task, count, rng);
    return reading.errors === "end" ? atTheEnd(drawn) : drawn;
  }
  if (experiment === "2c") return triggeredRecall(task, count, rng);
  if (experiment[0] === "3") return twoSequence(task, count, rng);
  if (experiment === "4") return adding(task, count, rng, reading["first-pair"]);
  if (experiment === "5") return multiplication(task, count, rng, reading["first-pair"]);
  return temporalOrder(task, count, rng);
}

/** Draw test sequences: as for training, but 3c is judged without noise on the targets, 2b at the end alone. */
export function drawTest(setup, count, rng) {
  const drawn = draw(setup, count, rng), { experiment } = setup.row;
  if (experiment === "3c") for (let n = 0; n < count; n++) drawn.values[n * drawn.steps + drawn.lengths[n] - 1] = drawn.noiseFree[n];
  return experiment === "2b" ? atTheEnd(drawn) : drawn;
}

function atTheEnd(drawn) {
  for (let n = 0; n < drawn.count; n++) drawn.mask.fill(0, n * drawn.steps, (n + 1) * drawn.steps - 1);
  return drawn;
}

/** A set-up's net as its reading has it. */
export function netOf({ row, reading }) {
  const net = row.net;
  if (net.hidden_size !== undefined) return net;
  const shortcuts = reading.shortcuts ?? "none";
  return {
    ...net,
    linear_output: reading.output === "linear",
    swapped_ranges: reading.ranges === "caption",
    recurrent: net.recurrent && reading.recurrence !== "none",
    gates_seen: reading.recurrence !== "cells",
    direct: net.direct || shortcuts.includes("inputs"),
    output_bias: net.output_bias || shortcuts.includes("1"),
    output_gates: net.output_gates && reading.without !== "output gates",
    forget_gates: (reading["forget-gates"] ?? "none") !== "none",
  };
}

/** Draw the parameters that a trial starts with. */
export function initialParams(setup, rng) {
  const { row, reading } = setup;
  if (row.experiment === "streams") return ofStreams(row, rng);
  const net = netOf(setup);
  if (net.hidden_size !== undefined) return drawAll(net, rng, row.weight_range);
  let { input_gate_bias: input, output_gate_bias: output } = row, forget = null;
  if (reading["input-gates"] === "negative") input = [-3, -6];
  if (reading["output-gates"] === "negative") output = [-2, -4, -6].slice(0, net.num_blocks);
  if (reading.without === "gate biases") input = null;
  if (!["none", "random", undefined].includes(reading["forget-gates"])) forget = Array(net.num_blocks).fill(Number(reading["forget-gates"]));
  if (!net.output_gates) output = null;
  const params = drawNet(net, rng, row.weight_range, { input, output, forget }, reading["gate-bias"] === "noisy");
  if (reading["added-gate"] === "closed") for (let k = 0; k < net.num_blocks * net.input_size; k++) params.weight_ih[k] -= CLOSED;
  return params;
}

/** The same of a net of 2000, whose gates' biases start where its row says. */
function ofStreams({ net, weight_range, input_gate_bias, forget_gate_bias, output_gate_bias }, rng) {
  const params = drawAll(asNet(net), rng, weight_range), B = net.num_blocks;
  params.bias.set(input_gate_bias, 0);
  if (net.forget_gates) params.bias.set(forget_gate_bias, B);
  params.bias.set(output_gate_bias, params.bias.length - B);
  return params;
}

/** The learner of a set-up, without parameters. */
export function learnerOf(setup) {
  const { row, reading } = setup;
  if (row.experiment === "streams") return new LSTM2000(row.net);
  const net = netOf(setup);
  if (net.hidden_size !== undefined) return new SimpleRecurrent(net, { rule: { "Elman net": "Elman", BPTT: "BPTT" }[row.method] ?? "RTRL" });
  const symbolic = ["1", "2a", "2b", "2c", "6a", "6b"].includes(row.experiment);
  return new LSTM1997(net, { symbolic, initialActivation: Number(reading.initial ?? 0), outputSlope: reading["output-error"] === "slope", full: reading.gradient === "full" });
}

export const rate = ({ row, reading }) => row.learning_rate * Number(reading.factor);

/** How many training sequences are drawn at once, and how many of a test: as in lstmlib, where they decide the draws. */
function room({ row }) {
  const { experiment, task } = row;
  let steps = 110, behind = 0;
  if (experiment === "1") [steps, behind] = [150, 512];
  else if (experiment === "2a" || experiment === "2b") [steps, behind] = [task.lag, 250];
  else if (experiment === "2c") [steps, behind] = [task.min_lag + 400, 100];
  else if (experiment[0] === "3") [steps, behind] = [Math.floor((task.min_length * 11) / 10), 256];
  else if (experiment === "4" || experiment === "5") steps = Math.floor((task.min_length * 11) / 10);
  return { train: Math.min(500, Math.max(64, Math.floor(50000 / steps))), behind };
}

/** Training sequences one after the other, drawn as many at a time as lstmlib draws: `make(count)` draws. */
class Supply {
  constructor(setup, make, cap = Infinity) {
    Object.assign(this, { make, cap, size: room(setup).train, place: 0, taken: 0, drawn: null, n: 0 });
  }

  /** Take the next sequence: `drawn` and `n` are then what the learner wants. */
  next() {
    if (!this.drawn || this.place === this.drawn.count) {
      this.drawn = this.make(Math.min(this.size, this.cap - this.taken));
      this.place = 0;
    }
    this.n = this.place++;
    this.taken++;
  }
}

const supplyOf = (setup, rng, cap) => new Supply(setup, (count) => draw(setup, count, rng), cap);

/** Show a net sequences without learning, until `enough` were wrong; yields after each. Returns wrong ones and mean error. */
function* test(trial, drawn, enough = Infinity) {
  const { learner, setup } = trial;
  let wrong = 0, error = 0, done = 0;
  trial.phase = "test";
  while (done < drawn.count && wrong < enough) {
    learner.learn(drawn, done++, 0);
    wrong += learner.worst < setup.row.tolerance ? 0 : 1;
    error += learner.mean;
    yield;
  }
  trial.phase = "train";
  return { wrong, error: error / done };
}

/** Test a trained net on fresh sequences. */
function* finalTest(trial, rng) {
  let wrong = 0, error = 0;
  for (let done = 0, count; done < TEST_SIZE; done += count) {
    count = Math.min(room(trial.setup).train, TEST_SIZE - done);
    const found = yield* test(trial, drawTest(trial.setup, count, rng));
    wrong += found.wrong;
    error += count * found.error;
  }
  return { wrong, tested: TEST_SIZE, error: error / TEST_SIZE };
}

/** Let the net learn from one more sequence. */
function* train(trial, supply) {
  supply.next();
  trial.learner.learn(supply.drawn, supply.n, rate(trial.setup), trial.setup.reading.update === "step");
  trial.shown++;
  yield;
}

/** Experiments 4, 5 and 6: until the most recent sequences were good enough, then a test. */
function* byWindow(trial, { training, testing }, cap) {
  const { learner, setup: { row, reading } } = trial, supply = supplyOf(trial.setup, training, cap);
  const below = row.mean_below / (reading.error === "summed" ? row.net.output_size : 1);
  const was = { wrong: new Uint8Array(WINDOW), error: new Float64Array(WINDOW) };
  let wrong = 0, total = 0;
  while (trial.shown < cap) {
    const at = trial.shown % WINDOW;
    yield* train(trial, supply);
    const bad = learner.worst < row.tolerance ? 0 : 1, error = reading.error === "squared" ? learner.squared : learner.mean;
    wrong += bad - was.wrong[at];
    total += error - was.error[at];
    was.wrong[at] = bad;
    was.error[at] = error;
    trial.criterion = { of: `last ${Math.min(trial.shown, WINDOW)}`, wrong, allowed: row.allowed_wrong, error: total / Math.min(trial.shown, WINDOW), below };
    if (trial.shown >= WINDOW && wrong < row.allowed_wrong && total / WINDOW < below) {
      trial.solved = true;
      return { solved: true, sequences: trial.shown, ...(yield* finalTest(trial, testing)) };
    }
  }
  return { solved: false, sequences: trial.shown };
}

/** Experiment 3: until 256 test sequences are right (ST1) and their mean error is small, too (ST2); then a test. */
function* byTwoStops(trial, { training, testing }, cap) {
  const { row, reading } = trial.setup, supply = supplyOf(trial.setup, training), size = 256;
  const every = Number(reading["test-every"]);
  let judged = drawTest(trial.setup, size, testing), earlier = null;
  while (trial.shown < cap) {
    yield* train(trial, supply);
    if (trial.shown % every) continue;
    if (reading["test-set"] === "redrawn") judged = drawTest(trial.setup, size, testing);
    const { wrong, error } = yield* test(trial, judged, row.allowed_wrong);
    trial.criterion = { of: `${size} tested`, wrong, allowed: row.allowed_wrong, error, below: row.mean_below };
    if (wrong >= row.allowed_wrong) continue;
    earlier ??= trial.shown;
    if (error < row.mean_below) {
      trial.solved = true;
      return { solved: true, sequences: trial.shown, earlier, ...(yield* finalTest(trial, testing)) };
    }
  }
  return { solved: false, sequences: trial.shown, earlier };
}

/** Whether so many fresh sequences are all right; stops at the first that is not. */
function* allRight(trial, rng, count) {
  const size = room(trial.setup).behind;
  trial.judging = { right: 0, of: count };
  for (let done = 0, portion = 4; done < count; done += portion) {
    portion = Math.min(2 * portion, size, count - done); // few at first: an untrained net fails at once
    const { wrong } = yield* test(trial, drawTest(trial.setup, portion, rng), 1);
    if (wrong) {
      trial.judging = null;
      return false;
    }
    trial.judging.right = done + portion;
  }
  return true;
}

/** Experiment 2: until 10,000 sequences in a row are right (in 2a there are but two); with outputs alone at first in 2a, 2b. */
function* byRecall(trial, { training, testing }, cap) {
  const { row, reading } = trial.setup, grows = (reading.growth ?? "start") !== "start";
  const grown = grows ? yield* grow(trial, training, cap) : 0, supply = supplyOf(trial.setup, training);
  const every = Number(reading["test-every"]), result = row.experiment === "2c" ? {} : { grown };
  while (trial.shown < cap) {
    yield* train(trial, supply);
    if (trial.shown % every) continue;
    if (yield* allRight(trial, testing, row.experiment === "2a" ? 50 : 10000)) {
      trial.solved = true;
      return { solved: true, sequences: trial.shown, ...result };
    }
  }
  return { solved: false, sequences: trial.shown, ...result };
}

/** Train outputs on inputs alone until their error has stopped decreasing; then put the memory cell between. */
function* grow(trial, training, cap) {
  const { setup, learner } = trial, { row, reading } = setup, params = learner.params;
  const enough = parseFloat(reading.growth) / 100, net = { ...netOf(setup), num_blocks: 0, block_size: 1 };
  const bare = new LSTM1997(net, { symbolic: true, outputSlope: reading["output-error"] === "slope" });
  bare.put({ weight_direct: params.weight_direct });
  trial.learner = bare;
  for (let before = Infinity; trial.shown < cap; ) {
    const drawn = draw(setup, 100, training);
    let sum = 0;
    for (let n = 0; n < 100; n++) {
      bare.learn(drawn, n, rate(setup), reading.update === "step");
      trial.shown++;
      sum += bare.squared;
      yield;
    }
    if (sum / 100 > (1 - enough) * before) break;
    before = sum / 100;
  }
  learner.put({ ...params, ...bare.params });
  trial.learner = learner;
  return trial.shown;
}

/** Experiment 1: until all strings of both sets are right. */
function* byGrammar(trial, { training, testing }, cap) {
  const { row, reading } = trial.setup, [strings, others] = stringSets(testing, reading.strings === "distinct");
  const judged = asSymbols([...new Set([...strings, ...others])], true), every = Number(reading["test-every"]);
  const supply = new Supply(trial.setup, (count) => asSymbols(Array.from(training.integers(strings.length, count), (k) => strings[k])));
  while (trial.shown < cap) {
    yield* train(trial, supply);
    if (trial.shown % every) continue;
    const { wrong } = yield* test(trial, judged, 1);
    if (!wrong) {
      trial.solved = true;
      return { solved: true, sequences: trial.shown };
    }
  }
  return { solved: false, sequences: trial.shown };
}

/** A trial: `learner`, how many sequences were `shown`, its `phase`, where its `criterion` stands; `turns` is the generator. */
export function begin(setup) {
  const { row, reading } = setup, from = sources(setup), learner = learnerOf(setup);
  learner.put(initialParams(setup, from.weights));
  const cap = (reading["forget-gates"] ?? "none") !== "none" ? Math.min(row.cap, FORGETTING_CAP) : row.cap;
  const trial = { setup, learner, shown: 0, phase: "train", solved: false, criterion: null, judging: null };
  const kind = row.experiment === "streams" ? () => byStreams(trial, from, cap, rate(setup)) : row.experiment === "1" ? byGrammar : row.experiment[0] === "2" ? byRecall : row.experiment[0] === "3" ? byTwoStops : byWindow;
  trial.turns = kind(trial, from, cap);
  return trial;
}
