import { button, clamp, drawing, el, figure, fixed, label, s, voice } from "../page/kit.js";

// An Elman net of three tanh units read over a sentence: folded up as one unit with a loop, or unrolled into one copy a
// word, all with the same weights; then the error's way back from the last copy to the first.

const product = (matrix, vector) => matrix.map((row) => row.reduce((sum, weight, k) => sum + weight * vector[k], 0));
const transposed = (matrix) => matrix[0].map((_, k) => matrix.map((row) => row[k]));
const norm = (vector) => Math.hypot(...vector);

/** The different words, capitals aside, in order of appearance. */
export const vocabulary = (words) => [...new Set(words.map((word) => word.toLowerCase()))];

/** h(t) = tanh(W_ih x(t) + W_hh h(t-1)) for t = 1 ... T, each of three numbers; x(t) is one-hot. */
export function forward(words, weightIh, weightHh) {
  const known = vocabulary(words), states = [];
  let h = weightHh.map(() => 0);
  for (const word of words) {
    const column = known.indexOf(word.toLowerCase());
    h = product(weightHh, h).map((net, unit) => Math.tanh(net + weightIh[unit][column]));
    states.push(h);
  }
  return states;
}

/** The loss's gradient for h(1) ... h(T): at the last what is given, before it W_hh^T (f' times the one after). */
export function backward(states, weightHh, error) {
  const errors = Array(states.length);
  errors[states.length - 1] = error;
  for (let t = states.length - 1; t > 0; t--) {
    errors[t - 1] = product(transposed(weightHh), errors[t].map((e, unit) => e * (1 - states[t][unit] ** 2)));
  }
  return errors;
}

// W with its subscript, in a drawing and in a sentence.
const named = (x, y, of, attributes = {}) => label(x, y, "W", attributes).appendChild(s("tspan", { dy: 3, class: "sub" }, of)).parentNode;
const inText = (text) => text.split(/_(ih|hh)/).map((part, k) => (k % 2 ? el("sub", {}, part) : part));

const triple = (vector) => `(${vector.map((value) => fixed(value)).join(",\u00a0")})`;

function mount(frame, store) {
  const picture = drawing(), spoken = voice();
  const goTo = (step) => store.update({ step: clamp(step, 0, 2 * store.get("words").length) });
  const next = button("", () => goTo(store.get("step") + 1), { class: "main" });
  const back = button("← Back", () => goTo(store.get("step") - 1));
  const reset = button("Fold up", () => goTo(0));
  const formula = el("p", { class: "says formula" }), said = el("p", { class: "says" });
  frame.setAttribute("aria-label", "Unrolling a net");
  frame.append(
    el("p", { class: "title" }, "One net, unrolled over a sentence"),
    el("p", { class: "how" }, "Read the sentence word by word; then send the error back from the last word to the first."),
    picture,
    el("div", { class: "controls" }, el("div", { class: "buttons" }, next, back, reset)),
    formula, said, spoken,
  );

  function draw(width) {
    const [words, weightIh, weightHh, error, step] = ["words", "weight_ih", "weight_hh", "error", "step"].map((name) => store.get(name));
    const T = words.length, states = forward(words, weightIh, weightHh), errors = backward(states, weightHh, error);
    const read = Math.min(step, T), returning = step > T, t = returning ? 2 * T - step : step - 1; // t from 0; -1 when folded
    next.textContent = step < T ? `Read “${words[step]}” →` : step === T ? "Send the error back" : "Send it one word further back";
    next.disabled = step === 2 * T;
    back.disabled = reset.disabled = step === 0;
    const [rule, text] = told(words, states, errors, step, t);
    formula.replaceChildren(...inText(rule));
    said.textContent = text;
    spoken.say(`${rule.replaceAll("_", " ")}. ${text}`);
    const summary = step === 0 ? `The net folded up, with its loop; the sentence is: ${words.join(" ")}` : `${read} of ${T} words read. ${text}`;
    const top = drawFolded(width, words, weightIh, weightHh, states, step, t);
    const low = drawCopies(width, 146, words, weightIh, weightHh, states, errors, read, returning, t);
    picture.show(width, low.height, "A recurrent net and its copies, one a word", summary, [top, low.parts]);
  }
  return { draw };
}

function told(words, states, errors, step, t) {
  const T = words.length, used = (n) => (n === 1 ? "once" : n === 2 ? "twice" : `${n} times`);
  if (step === 0) return ["h(t) = tanh(W_ih x(t) + W_hh h(t−1)), and h(0) = (0.00, 0.00, 0.00)", "Folded up: the hidden state goes round the loop. Nothing has been read."];
  if (step <= T) return [`h(${t + 1}) = tanh(W_ih x(${t + 1}) + W_hh h(${t})) = ${triple(states[t])}`, `After “${words[t]}”: each weight has been used ${used(step)}. A new copy, but no new weights.`];
  const share = `${fixed((100 * norm(errors[t])) / norm(errors[T - 1]), 0)} %`;
  const from = t === T - 1 ? `e(${T})` : `e(${t + 1}) = W_hhᵀ (f′ · e(${t + 2}))`;
  const terms = step - T === 1 ? "1 copy has" : `${step - T} copies have`;
  return [`${from} = ${triple(errors[t])}`, t === T - 1 ? `The error e for the hidden state starts at the last word. ${terms} added to the weights’ gradient.`
    : `At “${words[t]}” its length is ${share} of what it was. ${terms} added to the same weights’ gradient.`];
}

// A weight is a square, as large in area as the weight; filled if positive, hollow if negative.
function hinton(x, y, matrix, cell, lit = -1) {
  const most = Math.max(...matrix.flat().map(Math.abs)) || 1, columns = matrix[0].length;
  return [
    s("rect", { x: x - 2, y: y - 2, width: columns * cell + 4, height: matrix.length * cell + 4, rx: 3, class: "plate" }),
    lit >= 0 && s("rect", { x: x + lit * cell - 0.5, y: y - 2, width: cell + 1, height: matrix.length * cell + 4, rx: 2, class: "lit" }),
    matrix.map((row, r) => row.map((weight, c) => {
      const side = weight && Math.max(1.5, (cell - 2) * Math.sqrt(Math.abs(weight) / most));
      return s("rect", { x: x + (c + 0.5) * cell - side / 2, y: y + (r + 0.5) * cell - side / 2, width: side, height: side, class: weight < 0 ? "weight minus" : "weight" });
    })),
  ];
}

// Three units of a hidden state as bars from a middle line; beside them, if there is one, the error that reached them.
function bars(x, y, width, height, state, error, scale) {
  const third = width / 3, half = height / 2 - 3;
  return [
    s("line", { x1: x + 3, x2: x + width - 3, y1: y + height / 2, y2: y + height / 2, class: "axis" }),
    state && state.map((value, unit) => s("rect", { x: x + third * (unit + (error ? 0.08 : 0.2)), y: y + height / 2 - Math.max(0, value) * half, width: third * (error ? 0.42 : 0.6), height: Math.abs(value) * half, class: "state" })),
    error && error.map((value, unit) => s("rect", { x: x + third * (unit + 0.55), y: y + height / 2 - (Math.max(0, value) / scale) * half, width: third * 0.36, height: (Math.abs(value) / scale) * half, class: "error" })),
  ];
}

function drawFolded(width, words, weightIh, weightHh, states, step, t) {
  const known = vocabulary(words), lit = t >= 0 && step <= words.length ? known.indexOf(words[t].toLowerCase()) : -1;
  const cell = 13, x = 8, y = 34, gap = x + known.length * cell + 26;
  const cx = width - clamp(width * 0.24, 70, 200), cy = 58;
  return [
    label(x - 2, 14, "The weights, stored once", { class: "small quiet" }),
    hinton(x, y, weightIh, cell, lit), named(x + (known.length * cell) / 2, y + 58, "ih", { class: "middle strong" }),
    hinton(gap, y, weightHh, cell), named(gap + 20, y + 58, "hh", { class: "middle strong" }),
    label(x - 2, y + 76, "■ positive  □ negative", { class: "small quiet" }),
    // the net as it is, with its loop
    s("path", { d: `M ${cx + 24} ${cy - 8} C ${cx + 62} ${cy - 46}, ${cx - 62} ${cy - 46}, ${cx - 28} ${cy - 12}`, class: "loop" }),
    s("path", { d: `M ${cx - 25} ${cy - 7} l -7.5 -3 l 5.5 -6.5 z`, class: "tip" }),
    named(cx, cy - 47, "hh", { class: "middle small" }),
    s("rect", { x: cx - 25, y: cy - 21, width: 50, height: 46, rx: 8, class: "box" }),
    step > 0 ? bars(cx - 25, cy - 21, 50, 46, states[Math.min(step, words.length) - 1]) : label(cx, cy + 7, "h", { class: "middle strong hidden-ink" }),
    s("line", { x1: cx, y1: cy + 56, x2: cx, y2: cy + 35, class: "arrow" }),
    s("path", { d: `M ${cx} ${cy + 27} l -4.5 9 h 9 z`, class: "tip" }),
    named(cx + 8, cy + 48, "ih", { class: "small" }),
    label(cx, cy + 70, lit >= 0 ? words[t] : "x(t)", { class: "middle strong" }),
  ];
}

function drawCopies(width, top, words, weightIh, weightHh, states, errors, read, returning, t) {
  const T = words.length, known = vocabulary(words), column = (width - 4) / T;
  const box = clamp(column * 0.6, 26, 54), high = 50, y = top + 34;
  const crowded = words.some((word) => 7 * word.length > column - 2);
  const legend = top + (crowded ? 197 : 182);
  const scale = Math.max(...errors.flat().map(Math.abs)) || 1;
  const middle = (k) => 2 + column * (k + 0.5);
  const small = clamp((column * 0.66) / known.length, 3.2, 7), tiny = clamp(((column - box) * 0.72) / 3, 3.2, 6);
  const parts = [
    s("line", { x1: 0, x2: width, y1: top - 12, y2: top - 12, class: "rule" }),
    label(6, top + 6, "The same net at every word: one copy a step", { class: "small quiet" }),
    words.map((word, k) => {
      const there = k < read, x = middle(k), here = k === t;
      const error = returning && k >= t ? errors[k] : null;
      const wordX = clamp(x, 4 * word.length, width - 4 * word.length); // a long first or last word stays inside
      const wordY = y + high + 76 + (crowded && k % 2 ? 17 : 0);
      if (!there) {
        return [
          s("rect", { x: x - box / 2, y, width: box, height: high, rx: 8, class: "box empty" }),
          label(wordX, wordY, word, { class: "middle quiet" }),
        ];
      }
      return [
        k > 0 && [
          s("line", { x1: middle(k - 1) + box / 2, y1: y + 25, x2: x - box / 2 - 7, y2: y + 25, class: "arrow" }),
          s("path", { d: `M ${x - box / 2 - 1} ${y + 25} l -8 -4 v 8 z`, class: "tip" }),
          hinton(x - column / 2 - 1.5 * tiny, y + 21 - 3 * tiny - 4, weightHh, tiny),
        ],
        s("line", { x1: x, y1: y + high + 62, x2: x, y2: y + high + 9, class: "arrow" }),
        s("path", { d: `M ${x} ${y + high + 1} l -4 8 h 8 z`, class: "tip" }),
        hinton(x - (known.length * small) / 2, y + high + 20, weightIh, small, known.indexOf(word.toLowerCase())),
        s("rect", { x: x - box / 2, y, width: box, height: high, rx: 8, class: `box${here ? " here" : ""}` }),
        bars(x - box / 2, y, box, high, states[k], error, scale),
        label(wordX, wordY, word, { class: `middle${here ? " strong" : ""}` }),
        error && k < T - 1 && [
          s("line", { x1: middle(k + 1) - box / 2 - 1, y1: y + 38, x2: x + box / 2 + 7, y2: y + 38, class: "errorline" }),
          s("path", { d: `M ${x + box / 2 + 1} ${y + 38} l 8 -4 v 8 z`, class: "errortip" }),
        ],
        error && label(x, y - 8, fixed(norm(error)), { class: "middle small error-ink" }),
        error && k === T - 1 && s("path", { d: `M ${x + box / 2 + 2} ${y + 38} l 8 -4 v 8 z`, class: "errortip" }),
      ];
    }),
    label(6, legend, read ? "blue: hidden state" : "", { class: "small hidden-ink" }),
    returning && label(width - 6, legend, "red: the error and its length", { class: "end small error-ink" }),
  ];  return { parts, height: legend + 4 };
}

const LOOK = `
.plate{fill:var(--paper);stroke:var(--line);stroke-width:1} .weight{fill:currentColor;stroke:currentColor;stroke-width:1} .weight.minus{fill:var(--paper)}
.lit{fill:none;stroke:var(--hidden);stroke-width:2}
.box{fill:var(--softer);stroke:var(--line);stroke-width:1.5} .box.empty{fill:none;opacity:.6;stroke-dasharray:4 4} .box.here{stroke:currentColor;stroke-width:2.5}
.state{fill:var(--hidden)} .error{fill:var(--error)} .axis,.rule{stroke:var(--soft);stroke-width:1.5}
.loop,.arrow{fill:none;stroke:currentColor;stroke-width:1.5} .tip{fill:currentColor}
.errorline{stroke:var(--error);stroke-width:2.5} .errortip{fill:var(--error)}
svg .sub{font-size:10px} sub{font-size:.75em;line-height:0}
svg .hidden-ink{fill:var(--hidden-ink)} svg .error-ink{fill:var(--error-ink)}
.formula{font-weight:600;margin-top:12px}
button.main{min-width:15em}
`;

export default figure("lstm-unrolling", {
  words: ["The", "cat", "sat", "on", "the", "mat"],
  weight_ih: [[0.84, 0.24, -1, 0.4, 0.73], [-0.26, -0.83, 0.79, 0.32, -1], [-0.46, 0.99, -0.17, -0.88, 0.74]],
  weight_hh: [[0.6, -0.5, 0.2], [0.4, 0.3, -0.7], [-0.3, 0.6, 0.5]],
  error: [1, -0.5, 0.25],
  step: 0,
}, mount, LOOK);
