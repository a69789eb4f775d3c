// What recurrence and attention cost as a sequence gets longer: counts of lstmlib's layers, and where they cross.

import { button, clamp, drawing, el, figure, fixed, group, label, s, slider, stage, superscript, voice } from "../page/kit.js";

const LONGEST = 8192;
const SHOWS = {
  operations: ["Operations", "multiply-adds to read the sequence"],
  memory: ["Memory", "numbers kept for the backward pass"],
  steps: ["Sequential steps", "steps that wait for each other"],
  token: ["Operations for it", "multiply-adds for the last token alone"],
  kept: ["Memory for it", "numbers kept to write the next token"],
};
const PARTS = { attention: "Attention alone", block: "Whole block" };

/** Counts at length T, of one layer of width d with h heads and no batch: LSTM; attention; attention that kept nothing. */
export function counts(T, d, h, part) {
  const whole = part === "block";
  const operations = (n) => 4 * n * d * (d + 1) + 2 * n * n * d + (whole ? n * (8 * d * d + 9 * d) : 0);
  const cell = 4 * d * (2 * d + 1);
  return {
    operations: [T * cell, operations(T)],
    memory: [8 * T * d + 2 * d, 5 * T * d + h * T * T + (whole ? 11 * T * d + 2 * T : 0)],
    steps: [T, 1],
    token: [cell, operations(1) + 2 * (T - 1) * d, operations(T)],
    kept: [2 * d, 2 * T * d, T * d],
  };
}

/** The shortest length at which attention has more of it than the LSTM; none if there is none up to a million. */
export function crossing(show, d, h, part) {
  const more = (T) => { const [lstm, attention] = counts(T, d, h, part)[show]; return attention > lstm; };
  if (!more(2 ** 20)) return null;
  let low = 0, high = 2 ** 20; // more at high, not at low
  while (high - low > 1) { const middle = (low + high) >> 1; more(middle) ? (high = middle) : (low = middle); }
  return high;
}

const WORDS = [[1e12, "trillion"], [1e9, "billion"], [1e6, "million"], [1e3, "thousand"]];
function amount(value) {
  if (value < 10000) return value.toLocaleString("en-US");
  const [size, word] = WORDS.find(([size]) => value >= size);
  return `${Number((value / size).toPrecision(3))} ${word}`;
}
function times(value) {
  return value >= 100 ? Math.round(value).toLocaleString("en-US") : fixed(value, value >= 10 ? 0 : value >= 0.1 ? 2 : 4);
}

function mount(frame, store) {
  const picture = drawing(), spoken = voice();
  const length = slider("Length T", { min: 0, max: 52, step: 1 }, (k) => store.update({ length: Math.round(2 ** (k / 4)) }));
  const width = slider("Width d", { min: 4, max: 10, step: 1, role: "hidden" }, (k) => store.update({ width: 2 ** k }));
  const heads = slider("Heads", { min: 0, max: 4, step: 1, role: "gate" }, (k) => store.update({ heads: 2 ** k }));
  const choose = (names, field) => names.map(([name, text]) => button(text, () => store.update({ [field]: name })));
  const shows = Object.entries(SHOWS).map(([name, [text]]) => [name, text]);
  const views = choose(shows, "show"), parts = choose(Object.entries(PARTS), "part");
  const numbers = el("p", { class: "says numbers" }), said = el("p", { class: "says fate" });
  frame.setAttribute("aria-label", "Cost against length");
  frame.append(
    el("p", { class: "title" }, "Cost against length"),
    el("p", { class: "how" }, "An LSTM and self-attention of the same width. Choose what to count, then pull the length."),
    el("div", { class: "controls first" }, group("Whole sequence", views.slice(0, 3)), group("One more token", views.slice(3)), group("Beside the LSTM", parts)),
    stage(picture, el("div", { class: "controls" }, length, width, heads), numbers, said),
    spoken,
  );

  function draw(wide) {
    const [T, d, h, part, show] = ["length", "width", "heads", "part", "show"].map((name) => store.get(name));
    length.set(Math.round(4 * Math.log2(T)), T.toLocaleString("en-US"));
    width.set(Math.log2(d), d.toLocaleString("en-US"));
    heads.set(Math.log2(h), String(h));
    heads.input.disabled = show !== "memory"; // nothing else depends on it
    views.forEach((view, k) => view.setAttribute("aria-pressed", shows[k][0] === show));
    parts.forEach((view, k) => view.setAttribute("aria-pressed", Object.keys(PARTS)[k] === part));
    const now = counts(T, d, h, part)[show], cross = crossing(show, d, h, part);
    const other = part === "block" ? "block" : "attention";
    numbers.replaceChildren(
      `At length ${T.toLocaleString("en-US")}: LSTM `, el("strong", { class: "lstm" }, amount(now[0])),
      `, ${other} `, el("strong", { class: "attn" }, amount(now[1])),
      ...(now.length > 2 ? [show === "token" ? ", and if it reads all again " : ", and if it keeps the inputs alone ", el("strong", { class: "again" }, amount(now[2]))] : []), ".",
    );
    const ratio = `The ${other} takes ${times(now[1] / now[0])} times as much.`;
    const where = cross === null ? "It never takes more." : cross === 1 ? "It takes more at every length." : `It takes more from a length of ${cross.toLocaleString("en-US")} on.`;
    said.textContent = show === "steps"
      ? `In the ${other}, no step of a sequence waits for another; as many steps as wait lie between the first input and the last output.`
      : `${ratio} ${where}`;
    const told = `Counted: ${SHOWS[show][1]}, width ${d}, ${h} heads. ${numbers.textContent} ${said.textContent}`;
    spoken.say(told);
    picture.show(wide, 306, "Cost of an LSTM and of self-attention against length", told, chart(wide, { T, d, h, part, show }, now, cross));
  }
  return { draw };
}

function chart(wide, { T, d, h, part, show }, now, cross) {
  const left = 40, right = wide - 14, top = 26, bottom = 246;
  const lengths = Array.from({ length: 53 }, (_, k) => 2 ** (k / 4));
  const rows = lengths.map((n) => counts(n, d, h, part)[show]);
  const all = rows.flat().map(Math.log10);
  const low = Math.floor(Math.min(...all)), high = Math.ceil(Math.max(...all) + 0.01);
  const x = (n) => left + ((right - left) * Math.log2(n)) / 13;
  const y = (value) => bottom - ((bottom - top) * (Math.log10(value) - low)) / (high - low);
  const each = Math.ceil((high - low) / 6);
  const grid = [];
  for (let power = low; power <= high; power += each) {
    grid.push(s("line", { x1: left, x2: right, y1: y(10 ** power), y2: y(10 ** power), class: "grid" }));
    grid.push(label(left - 5, y(10 ** power) + 4, power === 0 ? "1" : power === 1 ? "10" : `10${superscript(power)}`, { class: "end small quiet" }));
  }
  for (const n of [1, 16, 256, 4096]) {
    grid.push(s("line", { x1: x(n), x2: x(n), y1: bottom, y2: bottom + 4, class: "axis" }));
    grid.push(label(x(n), bottom + 18, String(n), { class: "middle small quiet" }));
  }
  grid.push(s("line", { x1: left, x2: right, y1: bottom, y2: bottom, class: "axis" }));
  grid.push(label(left, 12, SHOWS[show][1], { class: "small quiet" }), label(right, bottom + 34, "length T →", { class: "end small quiet" }));
  const names = ["lstm", "attn", "again"];
  const curves = now.map((_, k) => s("path", { d: rows.map((row, n) => `${n ? "L" : "M"} ${x(lengths[n]).toFixed(1)} ${y(row[k]).toFixed(1)}`).join(" "), class: `curve ${names[k]}-curve` }));
  const at = [s("line", { x1: x(T), x2: x(T), y1: top, y2: bottom, class: "here" }), now.map((value, k) => s("circle", { cx: x(T), cy: y(value), r: 4.5, class: `${names[k]}-dot` }))];
  const looks = ["LSTM", part === "block" ? "block" : "attention", show === "token" ? "reads again" : "inputs kept"];
  let from = 6;
  const legend = now.map((_, k) => {
    const start = from;
    from += 44 + 6.6 * looks[k].length;
    return [s("line", { x1: start, x2: start + 20, y1: bottom + 52, y2: bottom + 52, class: `curve ${names[k]}-curve` }), label(start + 25, bottom + 56, looks[k], { class: "small" })];
  });
  const crossed = cross !== null && cross > 1 && cross <= LONGEST;
  const level = crossed && counts(cross - 1, d, h, part)[show][0];
  const ring = crossed && [
    s("circle", { cx: x(cross - 1), cy: y(level), r: 9, class: "ring" }),
    label(clamp(x(cross) + 13, left, right - 66), y(level) + (y(level) > bottom - 30 ? -14 : 22), `T = ${cross.toLocaleString("en-US")}`, { class: "strong halo" }),
  ];
  return [grid, curves, at, ring, legend];
}

const LOOK = `
.axis{stroke:var(--line);stroke-width:1} .grid{stroke:var(--soft);stroke-width:1} .here{stroke:var(--line);stroke-width:1.25;stroke-dasharray:2 4}
.curve{fill:none;stroke-width:2.75} .lstm-curve{stroke:var(--hidden)} .attn-curve{stroke:var(--gate);stroke-dasharray:9 4} .again-curve{stroke:var(--line);stroke-dasharray:2 3}
.lstm-dot{fill:var(--hidden)} .attn-dot{fill:var(--gate)} .again-dot{fill:var(--line)} .ring{fill:none;stroke:currentColor;stroke-width:2}
.numbers .lstm{color:var(--hidden-ink)} .numbers .attn{color:var(--gate-ink)} .numbers strong{white-space:nowrap}
.numbers,.fate{min-height:4.4em}
`;

export default figure("lstm-cost", { length: 256, width: 64, heads: 4, part: "attention", show: "operations" }, mount, LOOK);
