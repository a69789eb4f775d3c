// Kind or unkind: an LSTM reads a sentence word by word, beside logistic regression on the same words.

import { asking, button, clamp, drawing, el, figure, fitted, fixed, group, label, s, slider, stage, voice } from "../page/kit.js";
import { linear, lstm, part, tensors } from "../page/nets.js";

const MOST = 24, CELLS = 32, UNKNOWN = 1;
const WORD = /[\p{L}\p{Nl}\p{No}]+(?:'[\p{L}\p{Nl}\p{No}]+)?|\p{Nd}+|[^\p{L}\p{N}\s]/gu;
const SENTENCES = {
  praise: "A warm and funny film with a wonderful cast.",
  "not good": "This is not a good film.",
  "not bad": "This is not a bad film.",
  "but it's dull": "The cast is wonderful, but the story is dull and too long.",
  "but it's lovely": "The story is dull and too long, but the cast is wonderful.",
  irony: "Just what the world needed: another sequel.",
};
const GATES = [["i", ""], ["f", "dashed"], ["o", "dotted"]];

/** A text's words and marks, in small letters. */
export const words = (text) => text.toLowerCase().replaceAll("’", "'").match(WORD) ?? [];

const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer;

/** What the library gives, ready to be run. */
export function unpack({ words: all, vectors, steps, net, rarity, weight, bias }) {
  const known = all.split(" "), table = new Int8Array(bytes(vectors)), E = steps.length;
  return {
    number: new Map(known.map((word, k) => [word, k])),
    vector: (k) => Float32Array.from(steps, (step, n) => Math.fround(step) * table[k * E + n]),
    net: tensors(net),
    rarity: new Int16Array(bytes(rarity)), weight: new Int16Array(bytes(weight)), bias,
  };
}

/** An LSTM over words: for each its step, and `logit`, the verdict if the sentence ended there. */
export function read(given, split, off = []) {
  const inputs = split.map((word) => given.vector(given.number.has(word) ? given.number.get(word) + 2 : UNKNOWN));
  const steps = lstm(part(given.net, "recurrent"), inputs, { off });
  return steps.map((step) => ({ ...step, logit: linear(part(given.net, "readout"), step.h)[0] }));
}

/** Logistic regression: each word's weight times its rarity, over the length of all. */
export function list(given, split) {
  const seen = new Map();
  for (const word of split) if (given.number.has(word)) seen.set(given.number.get(word), (seen.get(given.number.get(word)) ?? 0) + 1);
  let sum = 0, square = 0;
  for (const [k, count] of seen) {
    const value = ((1 + Math.log(count)) * given.rarity[k]) / 1000;
    sum += (value * given.weight[k]) / 1000;
    square += value * value;
  }
  return sum / (Math.sqrt(square) || 1) + given.bias;
}

/** By how much each word moves a verdict: log odds with it less those without it. */
export const without = (says, split) => split.map((_, n) => says(split) - says(split.filter((_, m) => m !== n)));

/** All that the figure shows of a sentence. */
export function verdicts(given, split, off = []) {
  const steps = read(given, split, off), last = (some) => read(given, some.length ? some : ["\0"], off).at(-1).logit;
  return {
    steps,
    lstm: steps.map(({ logit }) => logit),
    list: split.map((_, n) => list(given, split.slice(0, n + 1))),
    lstm_without: without(last, split),
    list_without: without((some) => list(given, some), split),
  };
}

const share = (logit) => 1 / (1 + Math.exp(-logit));
const percent = (logit) => `${fixed(100 * share(logit), 0)}\u00a0%`;
const largest = (values) => values.reduce((best, value, n) => (Math.abs(value) > Math.abs(values[best]) ? n : best), 0);
const signed = (value) => (value > 0 ? "+" : "") + fixed(value, 1);

function mount(frame, store) {
  const asked = asking(store, "verdict", "the net, 330 kB"), picture = drawing(), spoken = voice(), status = el("p", { class: "says fate" });
  let given = null;
  const text = el("input", { type: "text", maxlength: 300, "aria-label": "Your sentence", spellcheck: "false", autocomplete: "off" });
  text.addEventListener("input", () => store.update({ text: text.value, word: 0 }));
  const presets = Object.entries(SENTENCES).map(([name, sentence]) => button(name, () => store.update({ text: sentence, word: 0 })));
  const where = slider("Word", { min: 1, max: MOST, step: 1 }, (word) => store.update({ word }));
  const which = slider("Cell", { min: 1, max: CELLS, step: 1, role: "cell" }, (cell) => store.update({ cell }));
  const cut = button("Switch off", () => {
    const off = store.get("off"), cell = store.get("cell");
    store.update({ off: off.includes(cell) ? off.filter((one) => one !== cell) : [...off, cell].sort((a, b) => a - b) });
  });
  const all = button("All on", () => store.update({ off: [] }));
  frame.setAttribute("aria-label", "Kind or unkind, word by word");
  frame.append(
    el("p", { class: "title" }, "Kind or unkind, word by word"),
    el("p", { class: "how" }, "Type a sentence about a film. Each row says what the verdict would be if the sentence ended there."),
    el("div", { class: "controls first" }, group("Try", presets)),
    el("label", { class: "typed" }, el("span", {}, "Your sentence"), text),
    asked.row,
    stage(picture, where, which, el("div", { class: "buttons" }, cut, all), status),
    spoken,
  );

  function draw(wide) {
    const split = words(store.get("text")), T = Math.min(split.length, MOST), shown = split.slice(0, T);
    const at = Math.min(store.get("word") || T, T), cell = store.get("cell"), off = store.get("off"), is_off = off.includes(cell);
    if (asked.data) given ??= unpack(asked.data);
    if (text.value !== store.get("text")) text.value = store.get("text");
    presets.forEach((preset, n) => preset.setAttribute("aria-pressed", Object.values(SENTENCES)[n] === store.get("text")));
    where.input.disabled = !given || T < 2;
    which.input.disabled = cut.disabled = !given;
    all.disabled = !off.length;
    where.set(at, T ? `${at} of ${T}` : "none", { min: 1, max: Math.max(T, 1) });
    which.set(cell, `${cell} of ${CELLS}${is_off ? ", off" : ""}`);
    cut.textContent = is_off ? "Switch on" : "Switch off";
    const said = given && T ? verdicts(given, shown, off.map((one) => one - 1)) : null;
    const unknown = given ? shown.map((word) => !given.number.has(word)) : [];
    status.replaceChildren(...tell({ said, split, shown, at, T, unknown, off }).map((line) => el("span", {}, line)));
    const told = [...status.children].map((line) => line.textContent).join(" ");
    spoken.say(told);
    picture.show(wide, said ? 470 : 360, "The verdict after each word, what each word does, and one cell", told, chart(wide, { said, shown, at, unknown, cell: cell - 1 }));
  }
  return { draw };
}

function tell({ said, split, shown, at, T, unknown, off }) {
  if (!T) return ["Type a word."];
  const more = split.length > T ? [`Read are the first ${MOST} words.`] : [];
  if (!said) return [`Your sentence has ${split.length} words and marks. Before you load the net: how would you judge it?`, ...more];
  const steps = said.lstm.map((value, n) => value - (n ? said.lstm[n - 1] : 0)), jump = largest(steps);
  const [net, words_] = [largest(said.lstm_without), largest(said.list_without)], strange = [...new Set(shown.filter((_, n) => unknown[n]))];
  return [
    `Kind, in the end: LSTM ${percent(said.lstm.at(-1))}, word list ${percent(said.list.at(-1))}.`,
    `After “${shown[at - 1]}”: LSTM ${percent(said.lstm[at - 1])}, word list ${percent(said.list[at - 1])}.`,
    `Its largest step is at “${shown[jump]}”, ${signed(steps[jump])}.`,
    `Leaving one word out changes most: for the LSTM “${shown[net]}”, ${signed(said.lstm_without[net])}; for the list “${shown[words_]}”, ${signed(said.list_without[words_])}.`,
    ...(strange.length ? [`Unknown: ${strange.join(", ")}.`] : []),
    ...(off.length ? [`Switched off: ${off.join(", ")}.`] : []),
    ...more,
  ];
}

function chart(wide, { said, shown, at, unknown, cell }) {
  const T = shown.length, top = 34, step = clamp(312 / Math.max(T, 1), 13, 24), y = (n) => top + step * (n + 0.5), bottom = top + step * Math.max(T, 1);
  const room = clamp(wide * 0.25, 84, 130), left = room + 14, right = wide * 0.66, x = (logit) => left + (right - left) * share(logit);
  const from = right + 24, to = wide - 8, middle = (from + to) / 2;
  const most = said ? Math.max(1, ...said.lstm_without.map(Math.abs), ...said.list_without.map(Math.abs)) : 1;
  const moved = (value) => middle + ((to - from) / 2) * (value / most);
  const path = (values) => values.map((value, n) => `${n ? "L" : "M"} ${x(value).toFixed(1)} ${y(n).toFixed(1)}`).join(" ");
  const parts = [
    T > 0 && s("rect", { x: 0, y: y(at - 1) - step / 2, width: wide, height: step, class: "here" }),
    [0, 0.5, 1].map((at) => s("line", { x1: left + (right - left) * at, x2: left + (right - left) * at, y1: top, y2: bottom, class: at === 0.5 ? "now" : "grid" })),
    label(left, top - 6, "unkind", { class: "small quiet" }), label(right, top - 6, "kind", { class: "small quiet end" }),
    label((left + right) / 2, 12, "verdict so far", { class: "small middle" }), label(middle, 12, "each word", { class: "small middle" }),
    label(middle, top - 6, "−  +", { class: "small quiet middle" }),
    s("line", { x1: middle, x2: middle, y1: top, y2: bottom, class: "now" }),
    shown.map((word, n) => fitted(room, y(n) + 4, unknown[n] ? `${word} ?` : word, room, { class: unknown[n] ? "end small quiet strange" : "end small" })),
  ];
  if (!said) return parts;
  return [
    parts,
    said.lstm_without.map((value, n) => s("rect", { x: Math.min(moved(value), middle), y: y(n) - step * 0.3, width: Math.abs(moved(value) - middle), height: step * 0.6, class: value < 0 ? "bar less" : "bar" })),
    said.list_without.map((value, n) => s("line", { x1: moved(value), x2: moved(value), y1: y(n) - step * 0.42, y2: y(n) + step * 0.42, class: "tick" })),
    s("path", { d: path(said.list), class: "curve list" }),
    s("path", { d: path(said.lstm), class: "curve lstm" }),
    said.lstm.map((value, n) => s("circle", { cx: x(value), cy: y(n), r: n === at - 1 ? 5 : 3, class: "end-lstm" })),
    inside(wide, said.steps, at, cell),
    s("line", { x1: 0, x2: 20, y1: 360, y2: 360, class: "curve lstm" }), label(24, 364, "LSTM", { class: "small" }),
    s("line", { x1: 70, x2: 90, y1: 360, y2: 360, class: "curve list" }), label(94, 364, "word list", { class: "small" }),
  ];
}

function inside(wide, steps, at, cell) {
  const left = 26, right = wide - 8, T = steps.length, x = (n) => (T > 1 ? left + ((right - left) * n) / (T - 1) : left);
  const reach = Math.max(1, Math.ceil(Math.max(...steps.map(({ c }) => Math.abs(c[cell]))))), open = (value) => 418 - 28 * value, content = (value) => 449 - (17 * value) / reach;
  const curve = (values, scale, look) => [
    s("path", { d: values.map((value, n) => `${n ? "L" : "M"} ${x(n).toFixed(1)} ${scale(value).toFixed(1)}`).join(" "), class: `curve ${look}` }),
    T === 1 && s("circle", { cx: x(0), cy: scale(values[0]), r: 3, class: `curve ${look}` }),
  ];
  return [
    label(wide, 364, `gates i —, f - -, o ··· and content of cell ${cell + 1}`, { class: "small quiet end", ...(wide < 420 && { textLength: wide - 170, lengthAdjust: "spacingAndGlyphs" }) }),
    [0, 1].map((tick) => [s("line", { x1: left, x2: right, y1: open(tick), y2: open(tick), class: "grid" }), label(left - 6, open(tick) + (tick ? 6 : 1), tick, { class: "end small quiet" })]),
    s("line", { x1: left, x2: right, y1: content(0), y2: content(0), class: "grid" }), label(left - 6, 453, "c", { class: "end small quiet" }),
    s("line", { x1: x(at - 1), x2: x(at - 1), y1: 386, y2: 468, class: "now" }),
    GATES.map(([name, dash]) => curve(steps.map((step) => step[name][cell]), open, `gate ${dash}`)),
    curve(steps.map(({ c }) => c[cell]), content, "held"),
  ];
}

const LOOK = `
.grid{stroke:var(--soft)} .now{stroke:var(--line);stroke-dasharray:2 3} .here{fill:var(--softer)}
.curve{fill:none;stroke-width:2} .lstm{stroke:var(--hidden-ink);stroke-width:2.6} .list{stroke:var(--quiet);stroke-dasharray:6 4}
.end-lstm{fill:var(--hidden-ink)} .bar{fill:var(--hidden-ink)} .bar.less{fill:none;stroke:var(--hidden-ink);stroke-width:1.5}
.tick{stroke:var(--quiet);stroke-width:2} .strange{font-style:italic}
.held{stroke:var(--cell)} .gate.curve{stroke:var(--gate);stroke-width:1.8} .dashed{stroke-dasharray:6 3} .dotted{stroke-dasharray:2 3}
.cell input[type=range]{--tint:var(--cell)}
.typed{display:block;margin:0 0 10px;font-size:14px} .typed input{display:block;width:100%;font:inherit;font-size:16px;min-height:38px;padding:4px 10px;color:inherit;background:var(--softer);border:1px solid var(--line);border-radius:7px}
.fate{min-height:11em;font-size:14px} .fate span{display:block;margin:0 0 4px}
`;

const EMPTY = { text: SENTENCES["but it's lovely"], word: 0, cell: 1, off: [], asked: false };
export default figure("lstm-verdict", EMPTY, mount, LOOK);
