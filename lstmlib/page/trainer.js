// What the laboratory's worker does: trials side by side, in slices, so that it hears "pause" at once and a phone stays
// cool; and a report now and then. It is told:
//
//     { what: "begin", setups }       new trials; the first one's net is shown over a sequence
//     { what: "run" }, { what: "pause" }, { what: "one" }      one: one more training sequence for each
//     { what: "time", setup }        tell { stepsPerSecond }, as it learns from a few sequences
//     { what: "look", look, unit, source }       what is shown: "reading", "pushes" at which weights, "flow"
//
// and tells { trials, view, perSecond, running }: see `report`.

import { asStream, asSymbols, reberString, SYMBOLS } from "./grammar.js";
import { errorByLag, pushes } from "./inside.js";
import { Random } from "./random.js";
import { begin, draw, learnerOf } from "./trials.js";

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
let wanted = { look: "reading", unit: 0, source: 0 }; // what the reader looks at

const alive = () => trials.filter(({ result }) => !result);
const total = (what) => trials.reduce((sum, each) => sum + what(each), 0);

/** Go on until a training sequence, or a test's, has been shown. */
function turn(each) {
  const { trial, curve } = each, before = trial.shown, step = trial.turns.next();
  if (step.done) each.result = step.value;
  else if (trial.shown > before) {
    const { error, wrong } = trial.trained ?? { error: trial.learner.mean, wrong: trial.learner.worst < trial.setup.row.tolerance ? 0 : 1 };
    curve.add(error, wrong);
  }
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
  if (experiment === "1" || experiment === "streams") return [...SYMBOLS];
  if (experiment[0] === "2") return ["x", "y"]; // the last two outputs
  return experiment[0] === "6" ? Array.from({ length: 2 ** task.num_signals }, (_, k) => k.toString(2).padStart(task.num_signals, "0").replaceAll("0", "X").replaceAll("1", "Y")) : [];
}

/**
 * One sequence of the task, the same for all nets of a trial's kind: what is drawn, where it matters, and the step at
 * which it is asked for: the last, but in the grammar the one before, which has to repeat the second symbol.
 */
function example({ setup }) {
  const { row, key, seed, trial } = setup, experiment = row.experiment;
  if (experiment === "streams") return stretch(new Random([seed, trial, 9]));
  const drawn = experiment === "1" ? asSymbols([STRING]) : draw(setup, 1, new Random([seed, key, trial, 9]));
  const T = drawn.lengths[0], steps = Array.from({ length: T }, (_, t) => t), asked = experiment === "1" ? T - 2 : T - 1;
  const special = {
    1: () => [[1, STRING[1]], [asked, "?"]],
    2: () => [[Number(experiment === "2c"), "xy"[drawn.symbols[Number(experiment === "2c")] - row.net.input_size + 2]]],
    3: () => [[row.task.informative - 1, drawn.x[0] > 0 ? "+1" : "−1"]],
    6: () => steps.filter((t) => drawn.symbols[t] >= 6).map((t) => [t, "XY"[drawn.symbols[t] - 6]]),
  };
  const pairs = () => steps.filter((t) => drawn.x[2 * t + 1] === 1).map((t) => [t, drawn.x[2 * t].toFixed(2).replace("-", "−")]);
  return { drawn, asked, experiment, names: answers(setup), marks: (special[experiment[0]] ?? pairs)() };
}

/** Strings in a row, as many as come to 150 symbols: what is asked for is the last one's second symbol, when it is due again. */
function stretch(rng) {
  let text = "", marks = [];
  while (text.length < 150) {
    const string = reberString(rng);
    marks.push([text.length + 1, string[1]]);
    text += string;
  }
  return { drawn: asStream(text), asked: text.length - 3, experiment: "1", names: [...SYMBOLS], marks };
}

/** How a net reads its example: at most 240 of the steps, the first and last among them. */
function look({ trial, example, eyes }) {
  eyes?.put(trial.learner.params);
  const learner = eyes ?? trial.learner, { drawn, marks, asked, names } = example, read = learner.read(drawn, 0), T = read.steps, count = Math.min(T, 240);
  const at = Array.from({ length: count }, (_, k) => Math.round((k * (T - 1)) / Math.max(count - 1, 1)));
  const lines = (values) => {
    const width = values ? values.length / T : 0;
    return Array.from({ length: width }, (_, line) => at.map((t) => values[t * width + line]));
  };
  const O = read.outputs.length / T, first = names.length ? O - names.length : 0, said = [...read.outputs.subarray(asked * O + first, (asked + 1) * O)];
  const right = drawn.targets ? said.map((_, k) => Number(first + k === drawn.targets[asked])) : [...drawn.values.subarray(asked * O, (asked + 1) * O)];
  const answer = { names, said, wanted: right }, inside = learner.C === 0 ? null : { pushes: pushed, flow: arrived }[wanted.look]?.(learner, example);
  return { ...inside, steps: T, at, marks, inward: lines(read.inward), outward: lines(read.outward), forget: lines(read.forget), contents: lines(read.contents), answer };
}

/** The names of a learner's hidden units, in their order. */
function unitNames({ net, B, C, S, U, H }) {
  if (net.hidden_size !== undefined) return Array.from({ length: H }, (_, u) => `hidden unit ${u + 1}`);
  const of = (name, count) => Array.from({ length: count }, (_, j) => `${name} ${S > 1 && count === C ? `${Math.floor(j / S) + 1}.${(j % S) + 1}` : j + 1}`);
  return [...of("input gate", B), ...of("cell", C), ...(net.output_gates ? of("output gate", B) : []), ...(net.forget_gates ? of("forget gate", B) : [])].slice(0, U);
}

/** The inputs that have names of their own: [number, name], ... */
function inputNames(experiment, D) {
  const last = (names) => [...names].map((name, k) => [D - names.length + k, name]);
  return experiment === "1" ? last(SYMBOLS) : experiment[0] === "2" ? last(experiment === "2c" ? "ebxy" : "xy") : experiment[0] === "3" ? [[0, "the number"]]
    : experiment[0] === "6" ? last("EBabcdXY") : [[0, "the number"], [1, "the mark"]];
}

/** What each step asks of one weight, summed over the steps between those that are shown. */
function pushed(learner, { drawn, experiment }) {
  const units = unitNames(learner), unitAt = Math.min(wanted.unit, units.length - 1), inputs = inputNames(experiment, learner.D), sourceAt = Math.min(wanted.source, inputs.length);
  const every = pushes(learner, drawn, 0), T = drawn.lengths[0], count = Math.min(T, 120), [input, source] = inputs[sourceAt - 1] ?? [];
  const seen = (t) => (input === undefined ? 1 : drawn.symbols ? Number(drawn.symbols[t] === input) : drawn.x[t * learner.D + input]);
  const bins = Array.from({ length: count + 1 }, (_, k) => Math.round((k * T) / count)), values = Array(count).fill(0);
  for (let k = 0; k < count; k++) for (let t = bins[k]; t < bins[k + 1]; t++) values[k] += every[t * units.length + unitAt] * seen(t);
  const all = (sign) => every.reduce((sum, value, k) => sum + (k % units.length === unitAt ? sign * Math.max(0, sign * value * seen(Math.floor(k / units.length))) : 0), 0);
  return { pushes: { values, bins, up: all(1), down: all(-1), unit: units[unitAt], source: source ?? "", units, unitAt, sources: ["its net input (a bias)", ...inputs.map(([, name]) => name)], sourceAt } };
}

/** How much of the error at the step that is asked for is left at each lag; none of it where there is no error. */
function arrived(learner, { drawn, asked }) {
  const flow = errorByLag(learner, drawn, 0, asked), count = Math.min(flow.length, 240), lags = Array.from({ length: count }, (_, k) => Math.round((k * (flow.length - 1)) / Math.max(count - 1, 1)));
  return { flow: { lags, left: lags.map((q) => (flow[0] > 0 ? flow[q] / flow[0] : 0)) } };
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
    rival: trials.length === 2 && wanted.look === "reading" ? look(trials[1]) : null,
    trials: trials.map(({ trial, curve, result }) => ({
      shown: trial.shown, symbols: trial.symbols, phase: trial.phase, judging: trial.judging, criterion: trial.criterion, solved: trial.solved, result,
      every: curve.every, error: curve.error, wrong: curve.wrong,
      params: running ? null : trial.learner.params,
    })),
  });
}

/** How many steps a second a set-up's net takes: the best of four short looks, after one to warm up; others use the machine, too. */
function time(setup) {
  const trial = begin(setup), go = (until) => {
    const start = performance.now();
    let steps = 0;
    while (performance.now() - start < until || !steps) {
      const before = trial.learner.taken;
      if (trial.turns.next().done) break;
      steps += Math.max(trial.learner.taken - before, 0);
    }
    return (1000 * steps) / (performance.now() - start);
  };
  go(100);
  postMessage({ stepsPerSecond: Math.max(...[50, 50, 50, 50].map(go)) });
}

self.onmessage = ({ data }) => {
  if (data.what === "time") return time(data.setup);
  clearTimeout(timer);
  if (data.look) wanted = data;
  if (data.what === "begin") {
    trials = data.setups.map((setup) => {
      const trial = begin(setup);
      const eyes = setup.row.experiment === "streams" ? learnerOf(setup) : null; // a net in a stream must not lose its place
      return { trial, curve: new Curve(), result: null, example: example({ setup }), eyes };
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
