// What doesn't fit: the reader marks it in two thousand steps, then sees a net's surprise and five simple scores.

import { asking, button, clamp, drawing, el, figure, group, label, s, slider, stage, voice } from "../page/kit.js";
import { linear, lstm, part, tensors } from "../page/nets.js";

const BEFORE = 400, SHOWN = 2000, ROUNDS = 8, CELLS = 32, TOLERANCE = 100, SHIFTED = 60, LEAST = 0.05;
const SERIES = ["pulse", "heartbeats"], PLAIN = { pulse: 1700, heartbeats: 4000 }, SIZES = [0.1, 0.2, 0.5, 1, 2];
const KINDS = ["spike", "shift", "noise", "left out", "stretched", "flattened", "reversed"];
const SCORES = [["LSTM", "LSTM's surprise"], ["linear", "surprise of a linear forecast"], ["change", "change from the last step"], ["moving", "distance from the last beat's mean"], ["discord", "distance from the nearest known shape"], ["distance", "distance from the mean"]];
const SHORT = { LSTM: "the LSTM", linear: "linear", change: "change", moving: "last beat", discord: "shape", distance: "mean" };
const GATES = [["i", ""], ["f", "dashed"], ["o", "dotted"]];

/** What the library gives, ready to run. */
export function unpack(given) {
  const ready = (own) => ({ ...own, x: own.values.map((value) => (value * own.unit - own.mean) / own.spread), net: tensors(own.net), made: new Map() });
  return { burst: given.burst, ...Object.fromEntries(SERIES.map((name) => [name, ready(given[name])])) };
}

/** A stretch with an anomaly in it, and the anomaly's last step, as the study puts it in. */
export function put(x, kind, at, beat, size, burst) {
  const amount = Math.abs(size), half = Math.floor(beat / 2), until = at + beat - 1;
  const line = (t) => x[at] + ((x[until] - x[at]) * (t - at)) / (beat - 1);
  const over = (last, value) => ({ x: x.map((own, t) => (t < at || t > last ? own : value(own, t))), last });
  if (kind === "spike") return over(at, (own) => own + size);
  if (kind === "shift") return over(at + SHIFTED - 1, (own) => own + 0.5 * size);
  if (kind === "noise") return over(at + burst.length - 1, (own, t) => own + 0.1 * size * burst[t - at]);
  if (kind === "left out") return over(until, (_, t) => line(t));
  if (kind === "flattened") return over(until, (own, t) => line(t) + (1 - Math.min(amount, 2) / 2) * (own - line(t)));
  if (kind === "reversed") return over(until, (_, t) => x[at + until - t]);
  const long = Math.round(half * (1 + amount));
  const slow = Array.from({ length: long }, (_, n) => {
    const place = (n * half) / long, low = Math.floor(place);
    return x[at + low] + (place - low) * (x[at + low + 1] - x[at + low]);
  });
  return { x: [...x.slice(0, at), ...slow, ...x.slice(at + half)].slice(0, x.length), last: at + long - 1 };
}

/** What is read, and the anomaly's first and last step of what is shown. */
export function stretch(all, { series, round, kind, at, size }) {
  const one = all[series], [begin, what, place, much] = kind ? [PLAIN[series], kind, at, SIZES[size]] : one.rounds[round];
  const x = one.x.slice(begin - BEFORE, begin + SHOWN);
  if (what === "real") return { x, first: place, last: one.last - begin, what };
  const made = put(x, what, BEFORE + place, one.beat, much, all.burst);
  return { x: made.x, first: place, last: made.last - BEFORE, what };
}

/** Means and standard deviations, at least LEAST, of all windows, and how long each is once it is scaled, squared. */
function shapes(x, m) {
  const found = [];
  for (let t = 0; t + m <= x.length; t++) {
    let sum = 0, square = 0;
    for (let k = t; k < t + m; k++) sum += x[k];
    for (let k = t; k < t + m; k++) square += (x[k] - sum / m) ** 2;
    const spread = Math.max(Math.sqrt(square / m), LEAST);
    found.push({ mean: sum / m, spread, length: square / spread ** 2 });
  }
  return found;
}

/** How far the shape around each step is from the nearest one that is known; 0 at the ends. Products slide along. */
export function discord(x, known, m) {
  const own = shapes(x, m), theirs = shapes(known, m), best = Array(own.length).fill(Infinity);
  const product = (i, j) => {
    let sum = 0;
    for (let k = 0; k < m; k++) sum += x[i + k] * known[j + k];
    return sum;
  };
  for (let lag = 1 - theirs.length; lag < own.length; lag++) {
    let i = Math.max(0, lag), j = i - lag, sum = product(i, j);
    for (; i < own.length && j < theirs.length; i++, j++) {
      const a = own[i], b = theirs[j], alike = (sum - m * a.mean * b.mean) / (a.spread * b.spread);
      best[i] = Math.min(best[i], a.length + b.length - 2 * alike);
      sum += x[i + m] * known[j + m] - x[i] * known[j];
    }
  }
  const before = Math.floor(m / 2);
  return x.map((_, t) => (t >= before && t - before < best.length ? Math.sqrt(Math.max(best[t - before], 0)) : 0));
}

/** All scores of what is shown, and the steps of the net's cells. */
export function ask(one, x) {
  const order = one.linear.length - 1;
  const steps = lstm(part(one.net, "recurrent"), x.map((value) => [Math.fround(value)]));
  const says = steps.map((step, t) => linear(part(one.net, "readout"), step.h)[0] + (one.target === "change" ? x[t] : 0));
  const line = x.map((_, t) => (t < order - 1 ? x[t] : one.linear.reduce((sum, w, k) => sum + w * (k < order ? x[t - order + 1 + k] : 1), 0)));
  const off = (made) => x.map((value, t) => (t ? Math.abs(value - made[t - 1]) : 0));
  const moving = x.map((value, t) => {
    if (t < one.beat) return 0;
    const window = x.slice(t - one.beat, t), mean = window.reduce((a, b) => a + b, 0) / one.beat;
    return Math.abs(value - mean) / Math.max(Math.sqrt(window.reduce((sum, own) => sum + (own - mean) ** 2, 0) / one.beat), 0.01);
  });
  const found = { LSTM: off(says), linear: off(line), change: off(x), moving, discord: discord(x, one.x.slice(0, one.learnt), one.beat), distance: x.map(Math.abs) };
  const scores = Object.fromEntries(Object.entries(found).map(([name, values]) => [name, values.slice(BEFORE)]));
  return { scores, steps: steps.slice(BEFORE), peaks: Object.fromEntries(Object.entries(scores).map(([name, values]) => [name, values.indexOf(Math.max(...values))])) };
}

const hit = ({ first, last }, step) => step >= first - TOLERANCE && step <= last + TOLERANCE;
const many = (n, word) => `${n} ${word}${n === 1 ? "" : "s"}`;

function mount(frame, store) {
  const asked = asking(store, "anomaly", "series and nets (0.2 MB)"), picture = drawing(), spoken = voice(), status = el("p", { class: "says fate" });
  let all = null, held = false;
  const names = ["series", "round", "mark", "shown", "done", "kind", "at", "size", "cell"];
  const now = () => Object.fromEntries(names.map((name) => [name, store.get(name)]));
  const fresh = { mark: -1, shown: false, kind: "" };
  const series = SERIES.map((name) => button(name, () => store.update({ series: name, round: 0, ...fresh })));
  const go = (by) => store.update({ round: (store.get("round") + by + ROUNDS) % ROUNDS, ...fresh });
  const turns = [button("←", () => go(-1), { "aria-label": "The round before" }), button("→", () => go(1), { "aria-label": "The next round" })];
  const kinds = ["none", ...KINDS].map((kind) => button(kind, () => store.update({ kind: kind === "none" ? "" : kind, mark: -1, shown: false })));
  const set = (mark) => !store.get("shown") && !store.get("kind") && store.update({ mark });
  const mark = slider("Your mark", { min: 0, max: SHOWN - 1, step: 5 }, set);
  const reveal = button("Show the surprise", () => {
    const { series: name, round, mark: place, done } = now(), which = SERIES.indexOf(name);
    const known = done.some(([a, b]) => a === which && b === round);
    store.update({ shown: true, ...(place >= 0 && !known && { done: [...done, [which, round, place]] }) });
  }, { class: "main" });
  const place = slider("Where you put it", { min: 100, max: 1500, step: 5 }, (at) => store.update({ at }));
  const size = slider("How large", { min: 0, max: SIZES.length - 1, step: 1 }, (value) => store.update({ size: value }));
  const which = slider("Cell", { min: 1, max: CELLS, step: 1, role: "cell" }, (cell) => store.update({ cell }));
  const sweep = (event) => {
    const { left, width: across } = picture.getBoundingClientRect();
    const step = clamp(Math.round(((event.clientX - left) / across) * SHOWN), 0, SHOWN - 1);
    if (store.get("kind")) store.update({ at: clamp(step, 100, 1500) });
    else set(step);
  };
  picture.addEventListener("pointerdown", (event) => all && event.isPrimary && ((held = true), sweep(event)));
  picture.addEventListener("pointermove", (event) => held && event.buttons && sweep(event));
  for (const name of ["pointerup", "pointercancel", "pointerleave"]) picture.addEventListener(name, () => (held = false));
  frame.setAttribute("aria-label", "What doesn't fit?");
  frame.append(
    el("p", { class: "title" }, "What doesn't fit?"),
    el("p", { class: "how" }, "Somewhere in these 2,000 steps something is wrong. Mark it before the net shows its surprise. Or put in an anomaly yourself."),
    asked.row,
    el("div", { class: "controls first" }, group("Series", series), group("Round", turns)),
    el("div", { class: "controls first" }, group("Put in", kinds)),
    stage(picture, mark, el("div", { class: "buttons" }, reveal), place, size, which, status),
    spoken,
  );

  function draw(wide) {
    if (asked.data) all ??= unpack(asked.data);
    const state = now(), open = Boolean(all) && (state.shown || Boolean(state.kind));
    series.forEach((one, k) => one.setAttribute("aria-pressed", SERIES[k] === state.series));
    kinds.forEach((one, k) => one.setAttribute("aria-pressed", ["", ...KINDS][k] === state.kind));
    for (const one of [...series, ...turns, ...kinds]) one.disabled = !all;
    for (const one of [place, size]) one.input.disabled = !all || !state.kind;
    which.input.disabled = !all || !open;
    mark.input.disabled = !all || open;
    reveal.disabled = !all || open || state.mark < 0;
    mark.set(Math.max(state.mark, 0), state.mark < 0 ? "nowhere yet" : `step ${state.mark}`);
    place.set(state.at, `step ${state.at}`);
    size.set(state.size, `${SIZES[state.size]} of the study's`);
    which.set(state.cell, `${state.cell} of ${CELLS}`);
    const seen = all && look(all, state, open), lines = tell(all, state, seen, open);
    status.textContent = lines.join(" ");
    spoken.say(status.textContent);
    picture.show(wide, 434, "A series, six scores for it, and one cell", status.textContent, chart(wide, state, seen, open));
  }
  return { draw };
}

/** A stretch, and, if the reader may see them, its scores; what was computed is kept. */
function look(all, state, open) {
  const made = all[state.series].made, key = state.kind ? [state.kind, state.at, state.size].join() : state.round;
  if (made.size > 40) made.clear();
  if (!made.has(key)) made.set(key, stretch(all, state));
  const seen = made.get(key);
  if (open && !seen.scores) Object.assign(seen, ask(all[state.series], seen.x));
  return seen;
}

/** Over the rounds that were played: how often reader and scores were right. */
function tally(all, done) {
  const right = { you: 0, ...Object.fromEntries(SCORES.map(([name]) => [name, 0])) };
  for (const [which, round, mark] of done) {
    const seen = look(all, { series: SERIES[which], round, kind: "" }, true);
    right.you += hit(seen, mark);
    for (const [name] of SCORES) right[name] += hit(seen, seen.peaks[name]);
  }
  return right;
}

function tell(all, state, seen, open) {
  if (!all) return ["Nothing is loaded yet. How would you tell a computer what doesn't fit?"];
  const found = seen.peaks && SCORES.filter(([name]) => hit(seen, seen.peaks[name])).map(([name]) => SHORT[name]);
  const who = open && (found.length ? `Highest at the anomaly: ${found.join(", ")}.` : "No score is highest at the anomaly.");
  if (state.kind) return [`You put in: ${state.kind}, steps ${seen.first} to ${seen.last}.`, who];
  const lines = [`Round ${state.round + 1} of ${ROUNDS}, ${state.series}.`];
  if (!open) return [...lines, state.mark < 0 ? "Tap or drag in the series, or use the slider." : `Your mark is at step ${state.mark}.`];
  lines.push(`It was ${seen.what === "real" ? "the real anomaly" : `put in: ${seen.what}`}, steps ${seen.first} to ${seen.last}.`);
  if (state.mark >= 0) lines.push(`You were ${hit(seen, state.mark) ? "right" : "wrong"}.`);
  lines.push(who);
  if (state.done.length) {
    const right = tally(all, state.done);
    lines.push(`Right in ${many(state.done.length, "round")}: you ${right.you}, ${SCORES.map(([name]) => `${SHORT[name]} ${right[name]}`).join(", ")}.`);
  }
  return lines;
}

const path = (points) => points.map(([x, y], k) => `${k ? "L" : "M"} ${x.toFixed(1)} ${y.toFixed(1)}`).join(" ");

/** The extremes of every few values, in the order in which they come. */
function extremes(values, many) {
  const found = [];
  for (let t = 0; t < values.length; t += many) {
    const own = values.slice(t, t + many), low = own.indexOf(Math.min(...own)), high = own.indexOf(Math.max(...own));
    for (const k of [Math.min(low, high), Math.max(low, high)]) found.push([t + k, own[k]]);
  }
  return found;
}

function chart(wide, state, seen, open) {
  const x = (t) => (wide * t) / SHOWN, line = (y) => s("line", { x1: 0, x2: wide, y1: y, y2: y, class: "grid" });
  const curve = (list, to, look, every = 20) => s("path", { d: path(extremes(list, every).map(([t, value]) => [x(t), to(value)])), class: `curve ${look}` });
  const values = seen?.x.slice(BEFORE) ?? [0], low = Math.min(...values), high = Math.max(...values), y = (value) => 100 - (82 * (value - low)) / (high - low || 1);
  return [
    label(0, 11, state.series === "pulse" ? "pulse, 2,000 steps" : "ECG, 2,000 steps (5.6 s)", { class: "small quiet" }),
    open && s("rect", { x: x(seen.first) - 1, width: Math.max(3, x(seen.last - seen.first)), y: 16, height: 412, class: "truth" }),
    seen ? curve(values, y, "series", 10) : line(100),
    seen && state.mark >= 0 && !state.kind && [s("line", { x1: x(state.mark), x2: x(state.mark), y1: 14, y2: 428, class: "mark" }), label(x(state.mark) + (x(state.mark) < wide - 40 ? 4 : -4), 24, "you", { class: `small strong${x(state.mark) < wide - 40 ? "" : " end"}` })],
    SCORES.map(([name, text], k) => [label(0, 123 + 34 * k, text, { class: "small quiet" }), line(146 + 34 * k), open && score(wide, x, curve, seen, name, 146 + 34 * k)]),
    label(0, 330, `cell ${state.cell}: gates i —, f - -, o ···; content c`, { class: "small quiet" }), [336, 370, 404].map(line),
    open && inside(curve, seen.steps, state.cell - 1),
  ];
}

function score(wide, x, curve, seen, name, foot) {
  const most = Math.max(...seen.scores[name]), at = seen.peaks[name], right = hit(seen, at);
  return [
    curve(seen.scores[name], (value) => foot - (18 * value) / (most || 1), name === "LSTM" ? "net" : "plain"),
    s("circle", { cx: x(at), cy: foot - 18, r: 3.5, class: right ? "peak right" : "peak" }),
    label(wide, foot - 23, right ? "right" : "wrong", { class: right ? "small end strong" : "small end quiet" }),
  ];
}

function inside(curve, steps, cell) {
  const held = steps.map(({ c }) => c[cell]), reach = Math.max(0.1, ...held.map(Math.abs));
  return [
    GATES.map(([name, dash]) => curve(steps.map((step) => step[name][cell]), (value) => 370 - 34 * value, `gate ${dash}`)),
    curve(held, (value) => 404 - (24 * value) / reach, "held"),
  ];
}

const LOOK = `
.grid{stroke:var(--soft)} .truth{fill:var(--error);opacity:.25} .mark{stroke:currentColor;stroke-width:1.5;stroke-dasharray:4 3}
.curve{fill:none;stroke-width:1.3} .series{stroke:currentColor} .net{stroke:var(--hidden)} .plain{stroke:var(--quiet)} .held{stroke:var(--cell);stroke-width:1.6} .gate.curve{stroke:var(--gate)}
.dashed{stroke-dasharray:6 3} .dotted{stroke-dasharray:2 3} .peak{fill:var(--paper);stroke:currentColor;stroke-width:1.5} .peak.right{fill:currentColor}
.see svg{touch-action:pan-y;cursor:crosshair} .cell input[type=range]{--tint:var(--cell)}
.fate{min-height:11em;font-size:14px} .set .main{margin-bottom:4px}
`;

const EMPTY = { series: "pulse", round: 0, mark: -1, shown: false, done: [], kind: "", at: 900, size: 3, cell: 1, asked: false };
export default figure("lstm-anomaly", EMPTY, mount, LOOK);
