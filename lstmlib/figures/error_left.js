// How far an error reaches: untrained nets of any cell, bias and spectral radius, their curves laid over each other.

import { button, drawing, el, figure, fitted, fixed, group, label, precise, s, slider, stage, superscript, trace, voice } from "../page/kit.js";
import { CELLS, errorLeft, gated, SEEDS } from "../page/flow.js";
import { putAddress } from "../page/working.js";

const LAGS = [10, 20, 50, 100, 200, 500, 1000], MOST = 4; // curves that can be kept
const PRESETS = [
  ["Elman net", { cell: "Elman net", radius: 0 }], ["LSTM, bias 0", { cell: "LSTM", bias: 0, radius: 0 }], ["bias 1", { cell: "LSTM", bias: 1, radius: 0 }],
  ["bias 3", { cell: "LSTM", bias: 3, radius: 0 }], ["GRU, bias 3", { cell: "GRU", bias: 3, radius: 0 }],
];
const LOOKS = { "Elman net": "hidden", LSTM: "cell", peepholes: "gate", "coupled gates": "point", GRU: "error" }, DASHES = ["7 4", "2 3", "9 3 2 3", "4 2"];
const LOW = -16, HIGH = 4; // powers of ten that are drawn

const middle = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];
const number = (value) => fixed(value, Number.isInteger(value) ? 0 : 1);
const named = ({ cell, bias, radius }) => `${cell}${gated(cell) ? `, bias ${number(bias)}` : ""}${radius ? `, radius ${number(radius)}` : ""}`;
const known = new Map(); // what has been computed, by choice and lags: a curve for each net

/** The curves of a choice, or null while they are computed: a net a task, so that a drag isn't held up. */
function curves(choice, lags, ready) {
  const key = JSON.stringify([choice.cell, gated(choice.cell) && choice.bias, choice.radius, lags]);
  let found = known.get(key);
  if (!found) {
    known.set(key, (found = []));
    const next = () => {
      found.push(errorLeft(choice.cell, choice, lags, found.length));
      if (found.length < SEEDS) setTimeout(next);
      else ready();
    };
    setTimeout(next);
  }
  return found.length < SEEDS ? null : { nets: found, median: Array.from({ length: lags + 1 }, (_, q) => middle(found.map((net) => net[q]))) };
}

/** Where a curve first is at or below a half, or null. */
const half = (median) => {
  const at = median.findIndex((share) => share <= 0.5);
  return at < 0 ? null : at;
};

/** A share as the figure says it; what the machine's numbers can't hold any more isn't nothing. */
const share = (value) => (value === 0 ? "less than 10⁻³⁰⁸" : precise(value));

const short = (cell) => cell.toLowerCase().replace(" ", "-");

/** A choice as a fragment: #flow:lstm;bias=3;lag=500. */
const fragment = ({ cell, bias, radius, lag }) => `#flow:${short(cell)}${gated(cell) ? `;bias=${bias}` : ""}${radius ? `;radius=${radius}` : ""};lag=${lag}`;

/** The way back, or null if it isn't ours or names what isn't there. */
function readFragment(text) {
  const [first, ...parts] = decodeURIComponent(text).split(";"), cell = CELLS.find((one) => first === `#flow:${short(one)}`);
  if (!cell) return null;
  const found = { cell, radius: 0 }, step = (value, low, high) => Math.min(high, Math.max(low, Math.round(10 * value) / 10));
  for (const [name, value] of parts.map((part) => part.split("="))) {
    if (Number.isNaN(Number(value))) return null;
    if (name === "bias") found.bias = step(value, -2, 6);
    else if (name === "radius") found.radius = step(value, 0, 3);
    else if (name === "lag" && LAGS.includes(Number(value))) found.lag = Number(value);
    else return null;
  }
  return found;
}

function mount(frame, store) {
  const picture = drawing(), spoken = voice(), says = el("p", { class: "says fate" });
  const host = frame.getRootNode().host, page = host?.localName === "lstm-error-left";
  const choice = () => Object.fromEntries(["cell", "bias", "radius", "lag"].map((name) => [name, store.get(name)]));
  const choose = (changes) => {
    store.update(changes);
    if (page) putAddress(fragment(choice()));
  };
  const presets = PRESETS.map(([text, change]) => button(text, () => choose(change)));
  const cells = CELLS.map((cell) => button(cell, () => choose({ cell })));
  const bias = slider("Bias of the gate that keeps", { min: -2, max: 6, step: 0.5, role: "gate" }, (value) => choose({ bias: value }));
  const radius = slider("Spectral radius", { min: 0, max: 3, step: 0.1, role: "hidden" }, (value) => choose({ radius: value }));
  const lag = slider("Lags", { min: 0, max: LAGS.length - 1, step: 1 }, (value) => choose({ lag: LAGS[value] }));
  const keep = button("Keep this curve", () => {
    const { cell, bias: b, radius: r } = choice();
    store.update({ kept: [...store.get("kept"), { cell, bias: b, radius: r }] });
  });
  const drop = button("Drop kept", () => store.update({ kept: [] }));
  frame.setAttribute("aria-label", "How far does an error reach?");
  frame.append(
    el("p", { class: "title" }, "How far does an error reach?"),
    el("p", { class: "how" }, "Five untrained nets of 16 units read noise. An error starts at the last output: what share of it is left, step by step back? Guess before you drag."),
    el("div", { class: "controls first" }, group("Set-ups", presets)),
    stage(picture, el("div", { class: "controls" }, group("Cell", cells), bias, radius, lag, el("div", { class: "buttons" }, keep, drop)), says),
    spoken,
  );

  function draw(wide) {
    const now = choice(), kept = store.get("kept"), ready = () => store.touch();
    presets.forEach((each, k) => each.setAttribute("aria-pressed", Object.entries(PRESETS[k][1]).every(([name, value]) => now[name] === value)));
    cells.forEach((each, k) => each.setAttribute("aria-pressed", CELLS[k] === now.cell));
    bias.set(now.bias, gated(now.cell) ? number(now.bias) : "none");
    bias.input.disabled = !gated(now.cell);
    radius.set(now.radius, now.radius ? number(now.radius) : "as drawn");
    lag.set(LAGS.indexOf(now.lag), `1 to ${now.lag}`);
    const same = (one) => named(one) === named(now);
    keep.disabled = kept.length >= MOST || kept.some(same);
    drop.disabled = !kept.length;
    const own = curves(now, now.lag, ready), others = kept.map((one) => ({ one, found: curves(one, now.lag, ready) }));
    if (!own || others.some(({ found }) => !found)) return void (says.textContent = "Computing …");
    const gone = half(own.median), ends = own.nets.map((net) => net.at(-1));
    const text = `${named(now)}: ${gone === null ? `at lag ${now.lag} more than a half is still there` : `half of it is gone at lag ${gone}`}. At lag ${now.lag} a share of ${share(own.median.at(-1))} is left${Math.max(...ends) > 0 ? `, from ${share(Math.min(...ends))} to ${share(Math.max(...ends))} in five nets` : ", in each of five nets"}.`;
    says.textContent = text;
    const beside = others.map(({ one, found }) => `Kept, ${named(one)}: ${share(found.median.at(-1))}.`).join(" ");
    spoken.say(`${text} ${beside}`);
    picture.show(wide, 356 + 18 * kept.length, "Share of the error left, by lag", `${text} ${beside}`, chart(wide, now, own, others));
  }

  const linked = () => {
    const found = page && readFragment(location.hash);
    if (!found) return;
    store.update(found);
    host.scrollIntoView({ block: "start" });
  };
  addEventListener("hashchange", linked);
  queueMicrotask(linked);
  return { draw, stop: () => removeEventListener("hashchange", linked) };
}

function chart(wide, now, own, others) {
  const left = 40, right = wide - 8, top = 22, base = 292, lags = now.lag;
  const x = (q) => left + ((right - left) * q) / lags, y = (share) => base - ((base - top) * (Math.log10(Math.max(share, 1e-40)) - LOW)) / (HIGH - LOW);
  const points = (values) => Array.from(values, (share, q) => [x(q), y(share)]);
  const gate = 1 / (1 + Math.exp(-now.bias)), look = LOOKS[now.cell], legend = [];
  const row = (text, look_, dashes, n) => legend.push(s("path", { d: `M${left} ${330 + 18 * n}h26`, class: `curve ${look_}`, "stroke-dasharray": dashes }), fitted(left + 32, 334 + 18 * n, text, right - left - 34, { class: "small" }));
  row(`${named(now)}: median; thin: five nets`, look, null, 0);
  if (gated(now.cell)) row(`the gate’s bias alone: ${fixed(gate, 3)} at each step`, "alone", "1.5 4", 1);
  else row("an Elman net has no such gate", "alone none", null, 1);
  const dashed = ([lines, arrows, dot], dashes) => {
    for (const line of lines) line.setAttribute("stroke-dasharray", dashes);
    return [lines, arrows, dot];
  };
  others.forEach(({ one }, k) => row(named(one), LOOKS[one.cell], DASHES[k], k + 2));
  return [
    label(0, 12, "share of the error left", { class: "small error-ink" }),
    [0, -4, -8, -12, -16].map((power) => [s("line", { x1: left, x2: right, y1: y(10 ** power), y2: y(10 ** power), class: power ? "grid" : "axis" }), label(left - 5, y(10 ** power) + 4, power ? `10${superscript(power)}` : "1", { class: "small end" })]),
    label(left, base + 16, "0", { class: "small quiet" }), label(right, base + 16, `${lags} steps back`, { class: "small quiet end" }),
    s("line", { x1: left, x2: right, y1: base, y2: base, class: "axis" }),
    gated(now.cell) && dashed(trace(points(own.median.map((_, q) => gate ** q)), top, base, "alone", "none"), "1.5 4"),
    others.map(({ one, found }, k) => dashed(trace(points(found.median), top, base, LOOKS[one.cell], `dot ${LOOKS[one.cell]}`), DASHES[k])),
    own.nets.map((net) => trace(points(net), top, base, `${look} thin`, "none")),
    trace(points(own.median), top, base, look, `dot ${look}`),
    legend,
  ];
}

const LOOK = `
.grid{stroke:var(--soft)} .axis{stroke:var(--line)}
.curve{fill:none;stroke-width:2.6} .curve.thin{stroke-width:1;opacity:.55} .none{display:none}
.curve.hidden{stroke:var(--hidden)} .curve.cell{stroke:var(--cell)} .curve.gate{stroke:var(--gate)} .curve.point{stroke:var(--point)} .curve.error{stroke:var(--error)}
.curve.alone{stroke:currentColor;stroke-width:1.6}
.dot.hidden{fill:var(--hidden)} .dot.cell{fill:var(--cell)} .dot.gate{fill:var(--gate)} .dot.point{fill:var(--point)} .dot.error{fill:var(--error)}
svg .error-ink{fill:var(--error-ink)} .fate{min-height:4.4em}
`;

export default figure("lstm-error-left", { cell: "LSTM", bias: 1, radius: 0, lag: 200, kept: [] }, mount, LOOK);
