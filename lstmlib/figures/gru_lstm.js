// A GRU beside an LSTM, one unit each: the same tape, gates set by hand; contents, outputs, and the error on its way back.

import { button, clamp, drawing, el, figure, fixed, group, label, s, scientific, short, slider, stage, superscript, trace, voice } from "../page/kit.js";

const STEPS = 16;
const MARK = 8; // what a mark adds to the LSTM's input gate, and takes from the GRU's update gate
const VALUES = [-0.3, 0.8, 0.5, -0.6, 0.2, 0.7, -0.4, -0.8, 0.3, -0.7, 0.6, -0.2, 0.4, -0.5, 0.1, -0.9];
const marked = (...steps) => VALUES.map((_, k) => Number(steps.includes(k + 1)));
const TAPES = {
  "Keep one": [VALUES, marked(2)],
  "Two marked": [VALUES, marked(2, 6)],
  "Count": [VALUES.map(() => 0.5), VALUES.map(() => 1)],
};
const TOP = 2, BOTTOM = -6; // the error's chart shows a millionth to a hundred

const sigmoid = (x) => 1 / (1 + Math.exp(-x));
const slope = (y) => 1 - y * y; // of tanh, where it has the value y

/**
 * An LSTM of one unit over T numbers x and marks m; its gates see the mark alone. Returns for every step the gates
 * [f, i, o], the content c, the output h, and the length of d h(T) / d (h(t), c(t)), 1 at the last.
 */
export function lstm(x, m, { forget, input, output, recurrent }) {
  const f = sigmoid(forget), o = sigmoid(output);
  const gates = [], contents = [], outputs = [], candidates = [];
  x.forEach((number, k) => {
    const i = sigmoid(input + MARK * m[k]);
    const g = Math.tanh(number + recurrent * (k ? outputs[k - 1] : 0));
    gates.push([f, i, o]);
    candidates.push(g);
    contents.push(f * (k ? contents[k - 1] : 0) + i * g);
    outputs.push(o * Math.tanh(contents[k]));
  });
  const errors = Array(x.length).fill(1);
  let dh = 1, dc = 0;
  for (let k = x.length - 1; k > 0; k--) {
    dc += dh * o * slope(Math.tanh(contents[k]));
    dh = dc * gates[k][1] * slope(candidates[k]) * recurrent;
    dc *= f;
    errors[k - 1] = Math.hypot(dh, dc);
  }
  return { gates, contents, outputs, errors };
}

/** The same of a GRU of one unit: gates [z, r]; its content is its output. */
export function gru(x, m, { update, reset, recurrent }) {
  const r = sigmoid(reset);
  const gates = [], contents = [], candidates = [];
  x.forEach((number, k) => {
    const z = sigmoid(update - MARK * m[k]), before = k ? contents[k - 1] : 0;
    const n = Math.tanh(number + r * recurrent * before);
    gates.push([z, r]);
    candidates.push(n);
    contents.push((1 - z) * n + z * before);
  });
  const errors = Array(x.length).fill(1);
  let dh = 1;
  for (let k = x.length - 1; k > 0; k--) {
    const z = gates[k][0];
    dh *= z + (1 - z) * slope(candidates[k]) * r * recurrent;
    errors[k - 1] = Math.abs(dh);
  }
  return { gates, contents, outputs: contents, errors };
}

const GATES = [
  ["forget", "f", "LSTM: forget gate f"],
  ["input", "i", "LSTM: input gate i, no mark"],
  ["output", "o", "LSTM: output gate o"],
  ["update", "z", "GRU: update gate z, no mark"],
  ["reset", "r", "GRU: reset gate r"],
];
const same = (a, b) => a.every((x, k) => x === b[k]);
const tenth = (value) => Math.round(value * 10) / 10;
const amount = (value) => (value !== 0 && Math.abs(value) < 1e-99 ? "below 10⁻⁹⁹" : scientific(value));

function mount(frame, store) {
  const picture = drawing(), spoken = voice();
  const steps = slider("Step", { min: 0, max: 2 * STEPS, step: 1, role: "error" }, (step) => store.update({ step }));
  const gates = GATES.map(([name, , text]) => slider(text, { min: -8, max: 8, step: 0.1, role: "gate" }, (value) => store.update({ [name]: tenth(value) })));
  const weight = slider("Both: weight to themselves", { min: -2, max: 2, step: 0.1, role: "hidden" }, (value) => store.update({ recurrent: tenth(value) }));
  const go = (by) => store.update({ step: clamp(store.get("step") + by, 0, 2 * STEPS) });
  const back = button("← Back", () => go(-1)), on = button("Step →", () => go(1), { class: "main" });
  const again = button("Start again", () => store.update({ step: 0 }));
  const tapes = Object.entries(TAPES).map(([name, [values, marks]]) => button(name, () => store.update({ values, marks })));
  const numbers = el("p", { class: "says numbers" }), said = el("p", { class: "says fate" });
  frame.setAttribute("aria-label", "A GRU beside an LSTM");
  frame.append(
    el("p", { class: "title" }, "A GRU beside an LSTM, one unit each"),
    el("p", { class: "how" }, "Both read the same tape; a mark opens the LSTM’s input gate and makes the GRU take what is new. Set the gates, then go through the steps, 16 forwards and 16 back."),
    el("div", { class: "controls first" }, group("Tape", tapes), el("div", { class: "buttons" }, on, back, again)),
    stage([picture, numbers, said], el("div", { class: "controls" }, steps, gates, weight)),
    spoken,
  );

  function draw(width) {
    const now = Object.fromEntries(Object.keys(DEFAULTS).map((name) => [name, store.get(name)]));
    const { values, marks, step } = now;
    const units = [lstm(values, marks, now), gru(values, marks, now)];
    const forth = Math.min(step, STEPS), returned = step > STEPS ? step - STEPS : 0;
    const at = returned ? STEPS + 1 - returned : forth; // the step shown
    steps.set(step, returned ? `back at ${at}` : `${forth} of ${STEPS}`);
    gates.forEach((gate, k) => gate.set(now[GATES[k][0]], `${fixed(now[GATES[k][0]], 1)}: ${fixed(sigmoid(now[GATES[k][0]]))}`));
    weight.set(now.recurrent, fixed(now.recurrent, 1));
    back.disabled = again.disabled = step === 0;
    on.disabled = step === 2 * STEPS;
    tapes.forEach((tape, k) => tape.setAttribute("aria-pressed", Object.values(TAPES)[k].every((row, n) => same(row, [values, marks][n]))));

    const [one, other] = units;
    const here = (row) => (at ? fixed(row[at - 1]) : "0");
    let told;
    if (returned) {
      const shown = units.map((unit) => amount(unit.errors[at - 1]));
      numbers.replaceChildren(`Error at step ${at}: LSTM `, el("strong", { class: "lstm error" }, shown[0]), ", GRU ", el("strong", { class: "gru error" }, shown[1]));
      told = `At step ${at} the error is ${shown[0]} in the LSTM and ${shown[1]} in the GRU.`;
      said.textContent = at === STEPS ? "An error of 1 stands at both outputs." : "A step back: times f on the LSTM’s cell, times z and what goes through the candidate in the GRU.";
    } else {
      numbers.replaceChildren(
        `After step ${at}: LSTM cell `, el("strong", { class: "lstm content" }, here(one.contents)), ", output ", el("strong", { class: "lstm output" }, here(one.outputs)),
        "; GRU ", el("strong", { class: "gru output" }, here(other.contents)),
      );
      told = `After step ${at} the LSTM holds ${here(one.contents)} and shows ${here(one.outputs)}; the GRU holds and shows ${here(other.contents)}.`;
      said.textContent = at
        ? `${marks[at - 1] ? "A mark. " : ""}The LSTM keeps ${fixed(one.gates[at - 1][0])} of the old and adds ${fixed(one.gates[at - 1][1])} of the new; the GRU keeps ${fixed(other.gates[at - 1][0])} and takes ${fixed(1 - other.gates[at - 1][0])}.`
        : "Nothing has come in yet.";
    }
    told = `${told} ${said.textContent}`;
    spoken.say(told);
    picture.show(width, 388, "An LSTM and a GRU over sixteen steps", told, drawBoth(width, values, marks, units, at, forth, returned));
  }
  return { draw };
}

function drawBoth(width, values, marks, units, at, forth, returned) {
  const left = 34, gap = 22, column = (width - left - gap - 6) / 2, wide = width - left - 6;
  const across = (k, from, room) => from + (room * (k + 0.5)) / STEPS;
  const most = Math.max(1, ...units.flatMap((unit) => unit.contents.map(Math.abs)));

  // The tape, once for both: numbers as bars, marks as dots above them.
  const zero = 50, tall = 18;
  const tape = [
    label(left, 14, "the tape x(t), marks as dots", { class: "small quiet" }),
    label(width - 6, 14, "time →", { class: "end small quiet" }),
    s("line", { x1: left, x2: width - 6, y1: zero, y2: zero, class: "axis" }),
    values.map((x, k) => s("rect", { x: across(k, left, wide) - wide / STEPS / 3, width: (wide * 2) / 3 / STEPS, y: zero - Math.max(x, 0) * tall, height: Math.max(0.8, Math.abs(x) * tall), class: k < forth ? "input" : "input ahead" })),
    marks.map((mark, k) => mark ? s("circle", { cx: across(k, left, wide), cy: zero - tall - 9, r: 4, class: "mark" }) : null),
  ];

  const columns = units.map(({ gates, contents, outputs, errors }, which) => {
    const from = left + which * (column + gap), x = (k) => across(k, from, column);
    const names = which ? ["z", "r"] : ["f", "i", "o"];
    const room = column / 3, meter = 22;
    const doors = names.map((name, k) => {
      const value = at ? gates[at - 1][k] : null, middle = from + room * (k + 0.5);
      return [
        label(middle, 104, name, { class: "middle strong gate-ink" }),
        s("rect", { x: middle - 9, width: 18, y: 109, height: meter, class: "door" }),
        value !== null && s("rect", { x: middle - 9, width: 18, y: 109 + meter * (1 - value), height: meter * value, class: "gatefill" }),
        label(middle, 144, value === null ? "–" : fixed(value), { class: "middle small" }),
      ];
    });

    // What it holds and what it shows, both units on one scale.
    const top = 172, height = 72, centre = top + height / 2;
    const up = (value) => centre - (value / most) * (height / 2);
    const line = (row, role, dashed) => trace(row.slice(0, forth).map((value, k) => [x(k), up(value)]), top - 1, top + height + 1, `${role}-curve${dashed ? " dashed" : ""}`, `${role}-dot`);
    const held = [
      [most, 0, -most].map((value) => [
        s("line", { x1: from, x2: from + column, y1: up(value), y2: up(value), class: value ? "grid" : "axis" }),
        !which && label(from - 5, up(value) + 4, short(value, most < 10 ? 1 : 0), { class: "end small quiet" }),
      ]),
      !which && line(contents, "cell"),
      line(outputs, "hid", !which),
      which ? label(from, top - 10, "content = output h", { class: "small hid-ink" }) : [label(from, top - 10, "cell c", { class: "small cell-ink" }), label(from + 42, top - 10, "output h", { class: "small hid-ink" })],
    ];

    // The error at each step, from the last one back.
    const first = 276, deep = 88;
    const down = (power) => first + ((TOP - power) / (TOP - BOTTOM)) * deep;
    const arrived = errors.map((error, k) => [x(k), down(Math.log10(error))]).slice(STEPS - returned).reverse();
    const error = [
      [2, 0, -2, -4, -6].map((decade) => [
        s("line", { x1: from, x2: from + column, y1: down(decade), y2: down(decade), class: decade ? "grid" : "one" }),
        !which && label(from - 5, down(decade) + 4, decade ? `10${superscript(decade)}` : "1", { class: "end small quiet" }),
      ]),
      trace(arrived, down(TOP), down(BOTTOM), "err-curve", "err-dot"),
      label(from, first - 12, "← the error", { class: "small error-ink" }),
      label(from, first + deep + 20, "step 1", { class: "small quiet" }),
      label(from + column, first + deep + 20, String(STEPS), { class: "end small quiet" }),
    ];
    return [label(from + column / 2, 90, which ? "GRU" : "LSTM", { class: "middle strong" }), doors, held, error];
  });
  return [tape, columns];
}

const LOOK = `
.axis{stroke:var(--line);stroke-width:1} .grid{stroke:var(--soft);stroke-width:1} .one{stroke:var(--line);stroke-width:1.25;stroke-dasharray:5 4}
.input{fill:var(--ink)} .input.ahead{opacity:.35} .mark,.gatefill{fill:var(--gate)} .door{fill:none;stroke:var(--line);stroke-width:1.25}
.curve{fill:none;stroke-width:2.5;stroke-linejoin:round} .dashed{stroke-dasharray:5 3}
.hid-curve{stroke:var(--hidden)} .cell-curve{stroke:var(--cell)} .err-curve{stroke:var(--error)}
.hid-dot{fill:var(--hidden)} .cell-dot{fill:var(--cell)} .err-dot{fill:var(--error)}
svg .gate-ink{fill:var(--gate-ink)} svg .hid-ink,.numbers .output{fill:var(--hidden-ink);color:var(--hidden-ink)} svg .cell-ink,.numbers .content{fill:var(--cell-ink);color:var(--cell-ink)}
svg .error-ink,.numbers .error{fill:var(--error-ink);color:var(--error-ink)}
.numbers strong{white-space:nowrap} .fate{min-height:2.9em} @container (max-width:600px){.fate{min-height:4.4em}}
`;

const DEFAULTS = { values: VALUES, marks: marked(2), forget: 4, input: -4, output: 4, update: 4, reset: 0, recurrent: 0, step: 32 };

export default figure("lstm-gru-lstm", DEFAULTS, mount, LOOK);
