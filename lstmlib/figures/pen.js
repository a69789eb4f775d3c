// Digits written one after the other: an LSTM that was trained with CTC reads them in the page, point by point.

import { button, caption, clamp, drawing, el, figure, fixed, group, label, s, slider, stage, trace, voice, asking } from "../page/kit.js";
import { beam, logSoftmax, runs } from "../page/ctc.js";
import { bidirectional, linear, part, tensors } from "../page/nets.js";

const PAD = { width: 600, height: 150 }; // in which strokes are kept; what is shown is as wide as there is room
const UNIT = 25, TALL = 115, MOST = 220; // the net's unit of length; how high a line is made; points that are read
const GATES = [["i", ""], ["f", "dashed"], ["o", "dotted"]];

/** Points a unit apart along all strokes, one joined to the next, y upwards, the whole as high as lines usually are. */
export function resampled(strokes) {
  const path = strokes.flat().map(([x, y]) => [x, -y]);
  if (path.length < 2) return [];
  const heights = path.map(([, y]) => y), scale = TALL / Math.max(Math.max(...heights) - Math.min(...heights), 1e-6);
  const arc = [0];
  path.slice(1).forEach(([x, y], k) => arc.push(arc[k] + scale * Math.hypot(x - path[k][0], y - path[k][1])));
  const whole = arc.at(-1), count = Math.min(MOST, Math.max(2, Math.round(whole / UNIT) + 1));
  let k = 0;
  return Array.from({ length: count }, (_, n) => {
    const at = (whole * n) / (count - 1);
    while (k < arc.length - 2 && arc[k + 1] < at) k++;
    const share = arc[k + 1] > arc[k] ? (at - arc[k]) / (arc[k + 1] - arc[k]) : 0;
    return [0, 1].map((axis) => scale * (path[k][axis] + share * (path[k + 1][axis] - path[k][axis])));
  });
}

/** What the net sees of points: how far each is from the one before. */
export const offsets = (points) => points.map(([x, y], n) => {
  const [a, b] = points[Math.max(0, n - 1)];
  return Float32Array.of((x - a) / UNIT, (y - b) / UNIT);
});

/** All that the net makes of points: its steps from both ends, log probabilities, runs of the best path, labellings. */
export function read(net, points, off = []) {
  const both = bidirectional(part(net, "recurrent"), offsets(points), { off });
  const logs = both.y.map((y) => logSoftmax(linear(part(net, "readout"), y)));
  return { ...both, logs, runs: runs(logs), found: beam(logs, 8) };
}

const text = (labels) => (labels.length ? labels.map((k) => k - 1).join(" ") : "nothing");

function mount(frame, store) {
  const given = asking(store, "pen", "the net"), picture = drawing(), spoken = voice(), status = el("p", { class: "says fate" });
  let net = null, pending = null, wide = PAD.width;
  const examples = store.get("examples");
  const example = (n) => button(String(n + 1), () => store.update({ example: n, strokes: [], at: 0 }));
  const presets = examples.map((_, n) => example(n));
  const own = () => (pending ? [...store.get("strokes"), pending] : store.get("strokes"));
  const undo = button("Undo stroke", () => store.update({ strokes: store.get("strokes").slice(0, -1), at: 0 }));
  const wipe = button("Empty pad", () => store.update({ strokes: [], example: -1, at: 0 }));
  const far = slider("Read up to point", { min: 1, max: 2, step: 1 }, (at) => store.update({ at }));
  const which = slider("Cell", { min: 1, max: 64, step: 1, role: "cell" }, (cell) => store.update({ cell }));
  const cut = button("Switch off", () => {
    const off = store.get("off"), cell = store.get("cell");
    store.update({ off: off.includes(cell) ? off.filter((one) => one !== cell) : [...off, cell].sort((a, b) => a - b) });
  });
  const all = button("All on", () => store.update({ off: [] }));
  pen(picture, () => wide, (stroke, done) => {
    pending = done ? null : stroke;
    if (done) store.update({ strokes: [...store.get("strokes"), stroke], at: 0 });
    else store.touch();
  });
  frame.setAttribute("aria-label", "Digits with a pen");
  frame.append(
    el("p", { class: "title" }, "Digits with a pen"),
    el("p", { class: "how" }, "Write some digits in the field, from left to right, or take a string made of other people's digits."),
    el("div", { class: "controls first" }, group("Test string", presets), group("Pad", [undo, wipe])),
    given.row,
    stage(picture, far, which, el("div", { class: "buttons" }, cut, all), status),
    spoken,
  );

  function draw(width) {
    wide = width;
    if (given.data && !net) net = tensors(given.data.net);
    const strokes = own(), written = strokes.length > 0, n = store.get("example"), chosen = !written && examples[n];
    const points = written ? resampled(strokes) : chosen ? chosen.points : [];
    const T = points.length, at = store.get("at") && T > 1 ? clamp(store.get("at"), 1, T) : T;
    const off = store.get("off"), cell = store.get("cell"), is_off = off.includes(cell);
    presets.forEach((one, k) => one.setAttribute("aria-pressed", !written && k === n));
    undo.disabled = !written;
    far.set(Math.max(at, 1), `${at} of ${T}`, { max: Math.max(T, 2) });
    which.set(cell, `${cell} of 64, from the ${cell > 32 ? "end" : "front"}${is_off ? ", off" : ""}`);
    cut.textContent = is_off ? "Switch on" : "Switch off";
    for (const control of [far.input, which.input, cut]) control.disabled = !net || T < 2;
    all.disabled = !net || !off.length;
    const seen = net && at > 0 ? read(net, points.slice(0, at), off.map((one) => one - 1)) : null;
    status.textContent = told({ net, T, at, seen, off, chosen });
    if (!pending) spoken.say(status.textContent);
    picture.show(width, padHeight(width) + 326, "Digits and what the net says", status.textContent, chart(width, { points, at, seen, cell: cell - 1, written, strokes }));
  }
  return { draw };
}

function told({ net, T, at, seen, off, chosen }) {
  if (!net) return "The net isn't loaded; the string can be seen and written already.";
  if (!T) return "Write something, or take a string.";
  const gone = off.length ? `Switched off: ${off.join(", ")}. ` : "", whole = at === T;
  const truth = chosen && whole ? ` Written is ${chosen.digits.join(" ")}.` : "";
  const ranked = seen.found.slice(0, 3).map(({ labels, log }) => `${text(labels)} (${fixed(100 * Math.exp(log), 1)} %)`).join("; ");
  return `${gone}${whole ? "" : `After ${at} of ${T} points: `}Best path: ${text(seen.runs.map((run) => run.label))}.${truth} Most probable: ${ranked}.`;
}

/** Strokes by mouse, finger or pen on the upper part of the drawing, in the pad's own units. */
function pen(picture, width, changed) {
  let stroke = null;
  const place = (event) => {
    const box = picture.getBoundingClientRect(), scale = PAD.width / box.width;
    return [event.clientX - box.left, event.clientY - box.top].map((value, k) => Math.round(clamp(value * scale, 0, k ? padHeight(width()) * PAD.width / width() : PAD.width)));
  };
  picture.addEventListener("pointerdown", (event) => {
    const box = picture.getBoundingClientRect();
    if (event.button || event.clientY - box.top > (padHeight(width()) * box.width) / width()) return;
    event.preventDefault();
    picture.setPointerCapture(event.pointerId);
    stroke = [place(event)];
  });
  picture.addEventListener("pointermove", (event) => {
    if (!stroke) return;
    const [x, y] = place(event), [a, b] = stroke.at(-1);
    if (Math.hypot(x - a, y - b) < 3) return;
    stroke.push([x, y]);
    changed(stroke, false);
  });
  const end = () => {
    if (stroke && stroke.length > 1) changed(stroke, true);
    stroke = null;
  };
  picture.addEventListener("pointerup", end);
  picture.addEventListener("pointercancel", end);
}

const padHeight = (wide) => Math.max(110, Math.min(PAD.height, (PAD.height * wide) / PAD.width));

/** Where the points stand on the pad: as they were written, or an example in the middle of it. */
function placed(points, strokes, written, wide, high) {
  if (!points.length) return [];
  const xs = points.map(([x]) => x), ys = points.map(([, y]) => y), span = (list) => Math.max(...list) - Math.min(...list);
  if (written) {
    const all = strokes.flat(), heights = all.map(([, y]) => y), scale = (wide / PAD.width) * (span(heights) / TALL || 1);
    const top = (wide / PAD.width) * Math.min(...heights), left = (wide / PAD.width) * Math.min(...all.map(([x]) => x));
    return points.map(([x, y]) => [left + scale * (x - Math.min(...xs)), top + scale * (Math.max(...ys) - y)]);
  }
  const scale = Math.min((wide - 24) / span(xs), (high - 40) / span(ys));
  const left = (wide - scale * span(xs)) / 2, top = 12 + (high - scale * span(ys)) / 2;
  return points.map(([x, y]) => [left + scale * (x - Math.min(...xs)), top + scale * (Math.max(...ys) - y)]);
}

function chart(wide, { points, at, seen, cell, written, strokes }) {
  const high = padHeight(wide), left = 30, right = wide - 6, T = points.length;
  const spots = placed(points, strokes, written, wide, high), x = (t) => left + ((right - left) * t) / Math.max(1, T - 1);
  const line = (list, look) => list.length > 1 && s("path", { d: list.map(([a, b], k) => `${k ? "L" : "M"} ${a.toFixed(1)} ${b.toFixed(1)}`).join(" "), class: look });
  const found = seen ? seen.runs : [], middle = ({ from, to }) => Math.round((from + to) / 2);
  const below = high + 34, scale = (low, most, top, bottom) => (value) => bottom - ((bottom - top) * (value - low)) / (most - low);
  const axis = (y, ticks, name, top) => [
    caption(0, top - 8, name, wide),
    ticks.map((tick) => [s("line", { x1: left, x2: right, y1: y(tick), y2: y(tick), class: "grid" }), label(left - 5, y(tick) + 4, fixed(tick, 0), { class: "end small quiet" })]),
  ];
  return [
    s("rect", { x: 0.5, y: 0.5, width: wide - 1, height: high - 1, rx: 6, class: "field" }),
    !T && label(wide / 2, high / 2, "write here", { class: "middle quiet" }),
    line(spots, "way ahead"), line(spots.slice(0, at), "way"),
    spots.map(([a, b], n) => s("circle", { cx: a, cy: b, r: 1.8, class: n < at ? "dot" : "dot ahead" })),
    found.map((run) => {
      const [a, b] = spots[middle(run)];
      return s("circle", { cx: a, cy: b, r: 5, class: "spike" });
    }),
    seen ? curves(seen, found, { x, left, right, below, axis, scale, cell, at, middle }) : label(wide / 2, below + 60, T ? "what the net says of it appears here" : "", { class: "middle quiet" }),
  ];
}

function curves(seen, found, { x, left, right, below, axis, scale, cell, middle }) {
  const p = scale(0, 1, below, below + 84), open = scale(0, 1, below + 172, below + 208);
  const steps = cell < 32 ? seen.there : seen.back, own = cell % 32;
  const reach = Math.max(1, Math.ceil(Math.max(...steps.map((step) => Math.abs(step.c[own]))))), content = scale(-reach, reach, below + 240, below + 280);
  const curve = (values, y, top, bottom, look) => trace(values.map((value, t) => [x(t), y(value)]), top, bottom, look, `end-${look.split(" ")[0]}`);
  const classes = [...seen.logs[0].keys()].filter((k) => k && seen.logs.some((step) => step[k] > Math.log(0.05)));
  return [
    axis(p, [0, 1], "probability: — digits, - - blank; below, the best path", below),
    curve(seen.logs.map((step) => Math.exp(step[0])), p, below - 2, below + 86, "blank"),
    classes.map((k) => curve(seen.logs.map((step) => Math.exp(step[k])), p, below - 2, below + 86, "digit")),
    s("line", { x1: left, x2: right, y1: below + 106, y2: below + 106, class: "grid" }),
    found.map(({ from, to }) => s("line", { x1: x(from) - 2, x2: x(to) + 2, y1: below + 106, y2: below + 106, class: "said" })),
    spread(found.map((run) => x(middle(run))), left, right).map((place, n) => label(place, below + 126, String(found[n].label - 1), { class: "middle strong" })),
    axis(open, [0, 1], `gates of cell ${cell + 1}: i —, f - -, o ···`, below + 168),
    GATES.map(([name, dash]) => curve(steps.map((step) => step[name][own]), open, below + 168, below + 212, `gate ${dash}`)),
    axis(content, [-reach, reach], "its content c", below + 238),
    curve(steps.map((step) => step.c[own]), content, below + 236, below + 284, "held"),
  ];
}

/** Places for texts near where they belong, far enough apart to be read. */
function spread(wanted, left, right) {
  const places = [];
  wanted.forEach((place, n) => places.push(n ? Math.max(place, places[n - 1] + 13) : Math.max(place, left)));
  for (let n = places.length - 1, most = right; n >= 0; n--, most = places[n + 1] - 13) places[n] = Math.min(places[n], most);
  return places;
}

const LOOK = `
.grid{stroke:var(--soft)} .field{fill:var(--softer);stroke:var(--line)}
.field{touch-action:none;cursor:crosshair} .way,.dot,.spike,svg text{pointer-events:none}
.way{fill:none;stroke:currentColor;stroke-width:2.2;stroke-linejoin:round} .way.ahead{stroke:var(--line);stroke-width:1.4}
.dot{fill:currentColor} .dot.ahead{fill:var(--line)}
.spike{fill:none;stroke:var(--hidden-ink);stroke-width:2.4}
.curve{fill:none;stroke-width:2} .digit{stroke:var(--hidden-ink)} .blank{stroke:var(--line);stroke-dasharray:5 3;stroke-width:1.5}
.said{stroke:var(--hidden-ink);stroke-width:7}
.held{stroke:var(--cell)} .gate.curve{stroke:var(--gate);stroke-width:1.8}
.dashed{stroke-dasharray:6 3} .dotted{stroke-dasharray:2 3}
[class^=end-]{fill:none;stroke:none} [class^=end-].off{fill:var(--quiet)}
.cell input[type=range]{--tint:var(--cell)}
.fate{min-height:9em;font-size:14px}
`;

const EMPTY = { examples: [], example: 0, strokes: [], at: 0, cell: 1, off: [], asked: false };
export default figure("lstm-pen", EMPTY, mount, LOOK);
