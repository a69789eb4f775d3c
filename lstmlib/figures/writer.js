// A net that has learnt from plays reads what is typed, letter by letter; says what comes next; and writes on.

import { asking, button, clamp, drawing, el, figure, fixed, group, label, s, slider, stage, still, voice } from "../page/kit.js";
import { linear, lstm, part, tensors } from "../page/nets.js";

const MOST = 480, BEFORE = "\n", ROWS = 7, LETTER = 8.7, ROW = 42, SHOWN = 8, BACK = 40; // BACK: letters in the gates' chart
const BEGIN = {
  Speech: "LADY MACBETH.\nI have done the deed. Didst thou not hear a noise?\n\nMACBETH.\nI heard the ",
  Direction: "[Exeunt MACBETH and LADY MACBETH.]\n\n[Enter ",
  Typo: "The quality of mercy is not strain'd,\nThe quality of mercy is not strbin'd,\n",
};
const KNOWN = { column: "Line", word: "Word", speaker: "Name", direction: "Bracket" };
const GATES = [["i", "input gate", ""], ["f", "forget gate", "dashed"], ["o", "output gate", "dotted"]];

function softmax(scores, temperature = 1) {
  const most = Math.max(...scores), e = Float64Array.from(scores, (score) => Math.exp((score - most) / temperature));
  const sum = e.reduce((a, b) => a + b);
  return e.map((value) => value / sum);
}

/**
 * A reader of texts: called with one it returns what the net did at the line break that stands before every text, and
 * at each letter: { i, f, g, o, c, h, scores, p }. What a text shares with the one before isn't read again.
 */
export function reader(net, letters, off = []) {
  const cells = part(net, "recurrent"), readout = part(net, "readout");
  let known = "";
  const steps = [];
  return (text) => {
    const whole = BEFORE + text;
    let same = 0;
    while (same < known.length && known[same] === whole[same]) same++;
    steps.length = same;
    for (const letter of whole.slice(same)) {
      const x = new Float32Array(letters.length);
      x[letters.indexOf(letter)] = 1;
      const [step] = lstm(cells, [x], { off, state: steps.at(-1) }), scores = linear(readout, step.h);
      steps.push({ ...step, scores, p: softmax(scores) });
    }
    known = whole;
    return steps;
  };
}

/** How surprised the net was at each letter, in bits. */
export const surprises = (steps, text, letters) => [...text].map((letter, k) => -Math.log2(steps[k].p[letters.indexOf(letter)]));

/** A number from 0 to 1 that a seed and a place make: the same whenever they are the same. */
export function dice(seed, place) {
  let z = (Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(place + 1, 0x85ebca6b)) >>> 0;
  for (const [shift, factor] of [[16, 0x7feb352d], [15, 0x846ca68b]]) z = Math.imul(z ^ (z >>> shift), factor) >>> 0;
  return ((z ^ (z >>> 16)) >>> 0) / 2 ** 32;
}

/** The letter that is drawn from what the net says, at a temperature. */
export function drawn(scores, letters, temperature, chance) {
  let left = chance;
  const p = softmax(scores, temperature);
  for (let k = 0; k < p.length; k++) if ((left -= p[k]) < 0) return letters[k];
  return letters[p.indexOf(Math.max(...p))];
}

/** What of a text the net knows, and what it doesn't. */
export function taken(text, letters) {
  const plain = text.replace(/[‘’]/g, "'").replace(/[“”]/g, '"').replace(/[–—]/g, "--").replace(/\r/g, "");
  const unknown = [...new Set([...plain].filter((letter) => !letters.includes(letter)))];
  return { text: [...plain].filter((letter) => letters.includes(letter)).join("").slice(-MOST), unknown };
}

const named = (letter) => ({ " ": "space", "\n": "line break" })[letter] ?? letter;

function mount(frame, store) {
  const given = asking(store, "writer", "the net (0.6 MB)");
  const picture = drawing(), spoken = voice(), status = el("p", { class: "says fate" });
  const area = el("textarea", { rows: 3, maxlength: MOST, spellcheck: "false", "aria-label": "What the net reads" });
  let net, all, part_of = { off: "", read: null }, timer = null, unknown = [];
  const letters = () => given.data?.letters ?? store.get("text");
  const set = (text, more = {}) => store.update({ text, place: -1, ...more });
  area.addEventListener("input", () => {
    const found = given.data ? taken(area.value, letters()) : { text: area.value, unknown: [] };
    unknown = found.unknown;
    set(found.text);
  });
  const add = (count) => {
    let text = store.get("text");
    for (let k = 0; k < count && text.length < MOST; k++) {
      text += drawn(steps(text).at(-1).scores, letters(), store.get("temperature"), dice(store.get("seed"), text.length));
    }
    set(text);
    if (text.length >= MOST) rest();
  };
  const rest = () => { clearInterval(timer); timer = null; };
  const begin = Object.entries(BEGIN).map(([name, text]) => button(name, () => { rest(); set(text); }));
  const known = Object.entries(KNOWN).map(([name, shown]) => button(shown, () => store.update({ cell: given.data.cells[name][0] + 1 })));
  const one = button("One letter", () => add(1));
  const on = button("Write on", () => {
    if (timer) rest();
    else if (still()) add(60);
    else timer = setInterval(() => add(1), 70);
    store.touch?.();
  }, { class: "main" });
  const other = button("Dice", () => store.update({ seed: (store.get("seed") + 1) % 1000 }));
  const heat = slider("Temperature", { min: 0.1, max: 1.5, step: 0.05 }, (temperature) => store.update({ temperature }));
  const where = slider("After letter", { min: 0, max: 1, step: 1 }, (place) => store.update({ place }));
  const which = slider("Cell", { min: 1, max: 192, step: 1, role: "cell" }, (cell) => store.update({ cell }));
  const cut = button("Switch off", () => {
    const off = store.get("off"), cell = store.get("cell");
    store.update({ off: off.includes(cell) ? off.filter((each) => each !== cell) : [...off, cell].sort((a, b) => a - b) });
  });
  const open = button("All on", () => store.update({ off: [] }));
  const strong = button("Strongest", () => {
    const h = steps(store.get("text"))[at(store.get("text"))].h.map(Math.abs);
    store.update({ cell: h.indexOf(Math.max(...h)) + 1 });
  });
  frame.setAttribute("aria-label", "A net that writes");
  frame.append(
    el("p", { class: "title" }, "A net that writes"),
    el("p", { class: "how" }, "Type a beginning and let the net write on. Under each letter: what a cell holds (green up, grey down), and in blue how surprised the net was."),
    el("div", { class: "controls first" }, group("Begin with", begin), group("Cells", known)),
    given.row,
    stage(picture, area, el("div", { class: "buttons" }, one, on, other), heat, where, which, el("div", { class: "buttons" }, cut, open, strong), status),
    spoken,
  );
  picture.addEventListener("click", (event) => {
    const place = event.target.closest?.("[data-place]")?.dataset.place;
    if (place) store.update({ place: Number(place) });
  });

  /** What the net does at each letter, with the cells that are switched off, or with all. */
  function steps(text, whole = false) {
    if (whole || !store.get("off").length) return (all ??= reader(net, letters()))(text);
    const off = store.get("off").map((cell) => cell - 1);
    if (part_of.off !== off.join()) part_of = { off: off.join(), read: reader(net, letters(), off) };
    return part_of.read(text);
  }
  const at = (text) => (store.get("place") < 0 ? text.length : Math.min(store.get("place"), text.length));

  function draw(wide) {
    const text = store.get("text"), ready = Boolean(given.data), cell = store.get("cell"), off = store.get("off");
    if (ready) net ??= tensors(given.data.net);
    if (area.value !== text) area.value = text;
    for (const control of [...known, one, on, other, strong, cut, heat.input, where.input, which.input]) control.disabled = !ready;
    one.disabled = on.disabled = !ready || text.length >= MOST;
    open.disabled = !ready || !off.length;
    on.textContent = timer ? "Stop" : "Write on";
    const place = at(text), is_off = off.includes(cell);
    heat.set(store.get("temperature"), fixed(store.get("temperature")));
    where.set(place, `${place} of ${text.length}`, { max: text.length });
    which.set(cell, `${cell} of 192${is_off ? ", off" : ""}`);
    cut.textContent = is_off ? "Switch on" : "Switch off";
    Object.keys(KNOWN).forEach((name, k) => known[k].setAttribute("aria-pressed", ready && given.data.cells[name][0] + 1 === cell));
    if (!ready) {
      status.textContent = "The net isn't loaded yet. Type, load it, and it reads.";
      const told = `${text.length} letters stand there; the net hasn't read them.`;
      return void picture.show(wide, ROWS * ROW + 168, "A text, what comes next, and one cell", told, grid(wide, { text, place }));
    }
    const seen = steps(text), bits = surprises(seen, text, letters()), p = softmax(seen[place].scores, store.get("temperature"));
    const next = [...p].map((value, k) => [value, letters()[k], seen[place].p[k]]).sort((a, b) => b[0] - a[0]).slice(0, SHOWN);
    const mean = (list) => (list.length ? list.reduce((a, b) => a + b) / list.length : 0);
    const whole = off.length ? `; ${fixed(mean(surprises(steps(text, true), text, letters())))} with all cells` : "";
    const c = seen[place].c[cell - 1], likely = next.slice(0, 3).map(([value, letter]) => `${named(letter)} ${fixed(100 * value, 0)} %`).join(", ");
    const gone = unknown.length ? ` Left out, since the plays don't have it: ${unknown.map(named).join(" ")}` : "";
    status.textContent = `${text.length} letters, ${fixed(mean(bits))} bits each${whole}.${off.length ? ` Off: ${off.join(", ")}.` : ""} Next: ${likely}. Cell ${cell} holds ${fixed(c)}.${gone}`;
    if (!timer) spoken.say(status.textContent);
    const children = [grid(wide, { text, place, bits, held: seen.slice(1).map((step) => step.c[cell - 1]) }), chances(wide / 2 - 12, next), gates(wide / 2 + 12, wide, seen, place, cell - 1)];
    picture.show(wide, ROWS * ROW + 168, "A text, what comes next, and one cell", status.textContent, children);
  }
  return { draw, stop: rest };
}

/** The text in rows; under each letter what the cell holds, up or down, and how surprised the net was. */
function grid(wide, { text, place, bits, held }) {
  const columns = Math.floor(wide / LETTER), rows = [[]];
  [...text].forEach((letter, k) => {
    if (rows.at(-1).length === columns) rows.push([]);
    rows.at(-1).push([letter, k]);
    if (letter === "\n") rows.push([]);
  });
  const there = Math.max(0, rows.findIndex((row) => row.some(([, k]) => k === Math.max(0, place - 1))));
  const first = clamp(there - ROWS + 2, 0, Math.max(0, rows.length - ROWS));
  return rows.slice(first, first + ROWS).map((row, r) => row.map(([letter, k], n) => {
    const x = n * LETTER, y = r * ROW, c = held && 6.4 * Math.tanh(held[k] / 2);
    return s("g", { "data-place": k + 1, class: "spot" },
      s("rect", { x, y, width: LETTER, height: ROW - 3, class: k + 1 === place ? "here" : "room" }),
      label(x + LETTER / 2, y + 13, letter === "\n" ? "↵" : letter, { class: `mono ${letter === "\n" ? "quiet" : ""}` }),
      held && s("rect", { x: x + 1, y: y + 23 - Math.max(0, c), width: LETTER - 2, height: Math.abs(c), class: c > 0 ? "up" : "down" }),
      bits && s("rect", { x: x + 1, y: y + 39 - Math.min(bits[k], 9), width: LETTER - 2, height: Math.min(bits[k], 9), class: "bits" }));
  }));
}

function chances(wide, next) {
  const top = ROWS * ROW + 18, most = wide - 92;
  return [label(0, top - 4, "what comes next", { class: "small quiet" }), next.map(([p, letter, plain], k) => {
    const y = top + 17 * k + 5;
    return [
      label(52, y + 11, named(letter), { class: "small end" }),
      s("rect", { x: 58, y, width: Math.max(1, most * p), height: 12, class: "chance" }),
      s("line", { x1: 58 + most * plain, x2: 58 + most * plain, y1: y - 1, y2: y + 13, class: "plain" }),
      label(62 + most * Math.max(p, plain), y + 11, `${fixed(100 * p, 0)} %`, { class: "small quiet" })];
  })];
}

function gates(left, right, seen, place, cell) {
  const from = Math.max(0, place - BACK + 1), shown = seen.slice(from, place + 1), top = ROWS * ROW + 18;
  const x = (k) => left + 22 + ((right - left - 26) * k) / Math.max(1, BACK - 1);
  const curve = (values, low, high, y0, y1, look) => s("path", { class: `curve ${look}`, d: values.map((v, k) => `${k ? "L" : "M"} ${x(k).toFixed(1)} ${(y1 - ((y1 - y0) * (v - low)) / (high - low)).toFixed(1)}`).join(" ") });
  const held = shown.map((step) => step.c[cell]), reach = Math.max(1, Math.ceil(Math.max(...held.map(Math.abs))));
  const line = (y) => s("line", { x1: left + 22, x2: right, y1: y, y2: y, class: "grid" });
  return [
    label(left, top - 4, "gates i —, f - -, o ···", { class: "small quiet" }),
    [[1, top + 6], [0, top + 60]].map(([value, y]) => [line(y), label(left + 16, y + 4, value, { class: "small quiet end" })]),
    GATES.map(([name, , dash]) => curve(shown.map((step) => step[name][cell]), 0, 1, top + 6, top + 60, `gate ${dash}`)),
    label(left, top + 78, "content c", { class: "small quiet" }),
    [[reach, top + 86], [-reach, top + 138]].map(([value, y]) => [line(y), label(left + 16, y + 4, fixed(value, 0), { class: "small quiet end" })]),
    curve(held, -reach, reach, top + 86, top + 138, "held"),
  ];
}

const LOOK = `
textarea{width:100%;font:13px/1.35 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;color:inherit;background:var(--softer);
  border:1px solid var(--line);border-radius:7px;padding:6px 8px;resize:vertical;display:block;margin-bottom:8px}
textarea:focus-visible{outline:3px solid var(--hidden);outline-offset:2px}
.set .buttons{gap:6px;margin-bottom:8px} .set button{padding:4px 9px}
svg .mono{font:13px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;text-anchor:middle}
.spot{cursor:pointer} .room{fill:transparent} .here{fill:none;stroke:currentColor;stroke-width:1.5}
.up{fill:var(--cell)} .down{fill:var(--line)} .bits,.chance{fill:var(--hidden)} .plain{stroke:currentColor;stroke-width:1.5}
.grid{stroke:var(--soft)} .curve{fill:none;stroke-width:1.8} .held{stroke:var(--cell)} .gate.curve{stroke:var(--gate)}
.dashed{stroke-dasharray:6 3} .dotted{stroke-dasharray:2 3}
.cell input[type=range]{--tint:var(--cell)}
.fate{min-height:5.8em;font-size:14px}
`;

const EMPTY = { asked: false, text: BEGIN.Speech, temperature: 0.8, cell: 1, off: [], place: -1, seed: 0 };
export default figure("lstm-writer", EMPTY, mount, LOOK);
