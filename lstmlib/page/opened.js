// A sequence of an experiment of 1997, as it is drawn and as a reader changes it; its twin; and what a stored net does
// over it, step by step: what lstmlib.paper.steps has, in the page.
//
// A sequence is { steps: T, symbols } or { steps: T, x, width: D } with step t's D numbers from place D t on.

import { LSTM1997 } from "./lstm1997.js";
import { possibleNext, SYMBOLS } from "./grammar.js";
import { adding, longLag, multiplication, temporalOrder, triggeredRecall, twoSequence } from "./tasks.js";
import { Random } from "./random.js";

const DRAW = { "2a": longLag, "2b": longLag, "2c": triggeredRecall, "3a": twoSequence, "3b": twoSequence, "3c": twoSequence, 4: adding, 5: multiplication, "6a": temporalOrder, "6b": temporalOrder };
export const EXPERIMENTS = ["1", "2a", "2b", "2c", "3a", "3b", "3c", "4", "5", "6a", "6b"];
/** Whether more steps can stand before the last one: a string has its grammar, and 2a its chain. */
export const waits = (experiment) => experiment !== "1" && experiment !== "2a";

/** What stands in a step while the net waits: numbers or symbols from the task's own noise. */
function filler(experiment, plan, rng) {
  if (experiment === "2b") return rng.integer(plan.task.lag - 1);
  if (experiment === "2c") return rng.integer(plan.task.num_distractors);
  if (experiment[0] === "6") return 2 + rng.integer(4);
  if (experiment[0] === "3") return [Math.sqrt(0.2) * rng.normal()];
  return [experiment === "4" ? 2 * rng.random() - 1 : rng.random(), 0];
}

/** The sequence of a seed, `wait` steps longer before its last one, with the reader's changes [step, channel, value]. */
export function sequenceOf(experiment, plan, { seed, wait, edits, text }) {
  let rows; // a symbol or a list of numbers each
  if (experiment === "1") rows = [...text].slice(0, -1).map((letter) => SYMBOLS.indexOf(letter));
  else {
    const drawn = DRAW[experiment](plan.task, 1, new Random([seed]), plan.first_pair), T = drawn.lengths[0], D = plan.net.input_size;
    rows = Array.from({ length: T }, (_, t) => (drawn.symbols ? drawn.symbols[t] : [...drawn.x.slice(t * D, (t + 1) * D)]));
    const rng = new Random([seed, 1]);
    if (waits(experiment)) rows.splice(T - 1, 0, ...Array.from({ length: wait }, () => filler(experiment, plan, rng)));
    for (const [step, channel, value] of edits) {
      if (step >= rows.length) continue;
      if (drawn.symbols) rows[step] = value;
      else rows[step][channel] = value;
    }
  }
  return joined(rows);
}

function joined(rows) {
  if (!Array.isArray(rows[0])) return { steps: rows.length, symbols: Int32Array.from(rows) };
  return { steps: rows.length, width: rows[0].length, x: Float64Array.from(rows.flat()) };
}

/** The steps at which marked numbers stand (4, 5) or signals (6). */
export function signals(experiment, { steps, symbols, x }) {
  const there = experiment[0] === "6" ? (t) => symbols[t] >= 6 : (t) => x[2 * t + 1] === 1;
  return Array.from({ length: steps }, (_, t) => t).filter(there);
}

/**
 * What is asked for at a sequence's end: { kept, step, answer }, the steps where something is to be kept, the one at
 * which the net is asked, and the number of an output unit or a value; null where the sequence asks for nothing.
 */
export function question(experiment, plan, sequence) {
  const { steps, symbols, x } = sequence, D = plan.net.input_size, step = steps - 1;
  if (experiment === "1") {
    const string = [...symbols].map((k) => SYMBOLS[k]).join("");
    if (steps < 3 || !grammatical(string)) return null;
    return { kept: [1], step: steps - 2, answer: symbols[1] };
  }
  if (experiment[0] === "2") {
    const at = experiment === "2c" ? 1 : 0, kind = symbols[at] - (D - 2);
    return kind < 0 ? null : { kept: [at], step, answer: experiment === "2c" ? kind : symbols[at] };
  }
  if (experiment[0] === "3") {
    const { informative } = plan.task, sum = x.slice(0, informative).reduce((a, b) => a + b, 0);
    return { kept: Array.from({ length: informative }, (_, t) => t), step, answer: Number(sum > 0) };
  }
  const kept = signals(experiment, sequence);
  if (experiment[0] === "6") {
    if (kept.length !== plan.task.num_signals) return null;
    return { kept, step, answer: kept.reduce((found, t) => 2 * found + symbols[t] - 6, 0) };
  }
  if (kept.length !== 2) return null;
  const [first, second] = kept.map((t) => x[2 * t]);
  return { kept, step, answer: experiment === "4" ? 0.5 + (first + second) / 4 : first * second };
}

/** Whether the symbols before a string's last E follow the grammar. */
function grammatical(string) {
  try {
    const next = possibleNext(string);
    return next.at(-1) === "E" && string.at(-1) === string[1];
  } catch {
    return false;
  }
}

/** The same sequence with another thing to be kept, or null where there is nothing to be kept. */
export function twinOf(experiment, plan, sequence) {
  const asked = question(experiment, plan, sequence), twin = { ...sequence, symbols: sequence.symbols?.slice(), x: sequence.x?.slice() };
  if (!asked) return null;
  const [at] = asked.kept, { symbols, x, steps } = twin;
  if (experiment === "1") for (const t of [1, steps - 1]) symbols[t] = 3 - symbols[t]; // T and P
  else if (experiment[0] === "2") symbols[at] = 2 * plan.net.input_size - 3 - symbols[at];
  else if (experiment[0] === "6") symbols[at] = 13 - symbols[at];
  else if (experiment[0] === "3") for (const t of asked.kept) x[t] = -x[t];
  else x[2 * at] = experiment === "4" ? -x[2 * at] : 1 - x[2 * at];
  return twin;
}

/** A net that reads sequences: per step { inward, contents, outward, outputs }, arrays of B, C, B or 0, and O numbers. */
export function opened(plan) {
  const { net, params } = plan, learner = new LSTM1997(net, { symbolic: false });
  learner.put(Object.fromEntries(Object.entries(params).map(([name, values]) => [name, Float64Array.from(values.flat())])));
  const { B, C, D } = learner;
  return ({ steps, symbols, x }) => {
    learner.begin();
    learner.reset();
    return Array.from({ length: steps }, (_, t) => {
      for (let d = 0; d < D; d++) learner.seen[d] = symbols ? Number(symbols[t] === d) : x[D * t + d];
      learner.hidden();
      learner.outputs();
      const { a, s, y } = learner;
      return { inward: a.slice(0, B), contents: s.slice(), outward: net.output_gates ? a.slice(B + C, 2 * B + C) : new Float64Array(0), outputs: y.slice() };
    });
  };
}

/** What a symbol is called, and what an output unit says. */
export function symbolName(experiment, plan, k) {
  if (experiment === "1") return SYMBOLS[k];
  if (experiment[0] === "6") return "EBabcdXY"[k];
  const D = plan.net.input_size, special = { [D - 2]: "x", [D - 1]: "y", ...(experiment === "2c" && { [D - 4]: "e", [D - 3]: "b" }) };
  return special[k] ?? `a${k + 1}`;
}

export function answerName(experiment, plan, k) {
  if (experiment === "2c") return "xy"[k];
  if (experiment[0] !== "6") return symbolName(experiment, plan, k);
  return Array.from({ length: plan.task.num_signals }, (_, n) => "XY"[(k >> (plan.task.num_signals - 1 - n)) & 1]).join(" ");
}
