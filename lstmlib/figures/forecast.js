// Electricity a day ahead: an LSTM runs in the page, from any half hour of three weeks that it has never seen.

import { button, clamp, drawing, el, figure, fixed, group, label, s, slider, stage, trace, voice } from "../page/kit.js";
import { linear, lstm, part, tensors } from "../page/nets.js";

const DAY = 48, WEEK = 336, READ = 96; // half hours; a net reads two days before it forecasts
const START = Date.UTC(2000, 5, 5), HALF_HOUR = 1800e3;
const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"], MONTHS = ["Jun", "Jul", "Aug"];
const GATES = [["i", "input gate", ""], ["f", "forget gate", "dashed"], ["o", "output gate", "dotted"]];

/** What a net reads: two days that are known, and one of which its difference to a week before isn't. */
export function sequence(d, k) {
  return Array.from({ length: READ + DAY }, (_, step) => {
    const at = k - READ + 1 + step, angle = (2 * Math.PI * (at % DAY)) / DAY;
    return Float32Array.of(d(Math.min(at, k)), d(at - DAY), Math.sin(angle), Math.cos(angle), step < READ ? 1 : 0);
  });
}

/** All forecasts from origin k, in gigawatts as differences to a week before, and each step of the LSTM. */
export function forecasts(net, d, k, off = []) {
  const steps = lstm(part(net, "recurrent"), sequence(d, k), { off });
  const said = steps.slice(READ).map((step) => d(k) + linear(part(net, "readout"), step.h)[0]);
  const window = net["ridge.weight"].shape[1] - 2, angle = (2 * Math.PI * (k % DAY)) / DAY;
  const seen = [...Array.from({ length: window }, (_, n) => d(k - window + 1 + n)), Math.sin(angle), Math.cos(angle)];
  return { steps, lstm: said, ridge: [...linear(part(net, "ridge"), seen)], now: Array(DAY).fill(d(k)), week: Array(DAY).fill(0) };
}

/** What exponential smoothing says from each origin up to the last, in gigawatts: it reads on where `held` begins. */
export function smoothing({ rates: [a, b, c, lasting], level, error, day, week }, y, from, last) {
  const D = [...day], W = [...week]; // factors of the half hours after the first origin
  return Array.from({ length: last + 1 }, (_, n) => {
    const said = Array.from({ length: DAY }, (_, j) => level * D[n + j] * W[n + j] + lasting ** (j + 1) * error), came = y(from + 1 + n);
    error = came - level * D[n] * W[n];
    level = (a * came) / (D[n] * W[n]) + (1 - a) * level;
    D.push((b * came) / (level * W[n]) + (1 - b) * D[n]);
    W.push((c * came) / (level * D[n]) + (1 - c) * W[n]);
    return said;
  });
}

/** The root mean square of the differences of two lists, in megawatts. */
export const off_by = (a, b) => 1000 * Math.sqrt(a.reduce((sum, value, n) => sum + (value - b[n]) ** 2, 0) / a.length);

function clock(k) { // when half hour k begins
  const time = new Date(START + k * HALF_HOUR), minutes = String(time.getUTCMinutes()).padStart(2, "0");
  return { day: `${DAYS[time.getUTCDay()]} ${time.getUTCDate()} ${MONTHS[time.getUTCMonth() - 5]}`, hour: `${time.getUTCHours()}:${minutes}` };
}

function mount(frame, store) {
  const { first, demand, net: text, from, low, high, smoothing: held } = store.get("data");
  const net = text ? tensors(text) : null, y = (k) => demand[k - first] / 1000, d = (k) => y(k) - y(k - WEEK);
  const cells = net ? net["recurrent.weight_hh_l0"].shape[1] : 1, last = net ? first + demand.length - 1 - DAY - from : 0;
  const smooth = net ? smoothing(held, y, from, last) : null;
  const picture = drawing(), spoken = voice(), status = el("p", { class: "says fate" });
  const go = (by) => store.update({ origin: clamp(store.get("origin") + by, 0, last) });
  const ranked = () => Array.from({ length: Math.floor(last / DAY) + 1 }, (_, n) => n * DAY).map((origin) => {
    const k = from + origin, came = Array.from({ length: DAY }, (_, n) => d(k + 1 + n));
    return [off_by(forecasts(net, d, k).lstm, came), origin];
  }).sort((a, b) => a[0] - b[0]);
  const days = [button("← A day", () => go(-DAY)), button("A day →", () => go(DAY)),
    button("Its best", () => store.update({ origin: ranked()[0][1] })), button("Its worst", () => store.update({ origin: ranked().at(-1)[1] }))];
  const came = button("What came", () => store.update({ came: !store.get("came") }));
  const when = slider("Made at", { min: 0, max: last, step: 1 }, (origin) => store.update({ origin }));
  const which = slider("Cell", { min: 1, max: cells, step: 1, role: "cell" }, (cell) => store.update({ cell }));
  const cut = button("Switch off", () => {
    const off = store.get("off"), cell = store.get("cell");
    store.update({ off: off.includes(cell) ? off.filter((one) => one !== cell) : [...off, cell].sort((a, b) => a - b) });
  });
  const all = button("All on", () => store.update({ off: [] }));
  frame.setAttribute("aria-label", "Electricity, a day ahead");
  frame.append(
    el("p", { class: "title" }, "Electricity, a day ahead"),
    el("p", { class: "how" }, "Move the moment at which the forecast is made. The band should contain 80 % of what came."),
    el("div", { class: "controls first" }, group("Go", days), group("Show", [came])),
    stage(picture, when, which, el("div", { class: "buttons" }, cut, all), status),
    spoken,
  );

  function draw(wide) {
    if (!net) return void (status.textContent = "No data are given.");
    const origin = store.get("origin"), cell = Math.min(store.get("cell"), cells), off = store.get("off"), k = from + origin;
    const said = forecasts(net, d, k, off.map((one) => one - 1)), there = Array.from({ length: DAY }, (_, n) => d(k + 1 + n));
    said.smoothing = smooth[origin].map((value, n) => value - y(k + 1 + n - WEEK));
    const band = { low: said.lstm.map((value, n) => value + low[n]), high: said.lstm.map((value, n) => value + high[n]) };
    const begins = clock(k + 1), is_off = off.includes(cell), shown = store.get("came");
    when.set(origin, `${begins.day} ${begins.hour}`);
    which.set(cell, `${cell} of ${cells}${is_off ? ", off" : ""}`);
    cut.textContent = is_off ? "Switch on" : "Switch off";
    all.disabled = !off.length;
    came.setAttribute("aria-pressed", shown);
    const errors = Object.fromEntries(["lstm", "smoothing", "ridge", "now", "week"].map((name) => [name, fixed(off_by(said[name], there), 0)]));
    const inside = there.filter((value, n) => value >= band.low[n] && value <= band.high[n]).length;
    const result = shown
      ? `Off by, in MW: LSTM ${errors.lstm}, smoothing ${errors.smoothing}, ridge ${errors.ridge}, as now ${errors.now}, last week ${errors.week}. ${inside} of 48 half hours lie in the band.`
      : "What came is hidden: guess where it lies.";
    status.textContent = `${off.length ? `Switched off: ${off.join(", ")}. ` : ""}${result}`;
    spoken.say(`Forecast made ${begins.day}, ${begins.hour}. ${status.textContent}`);
    const told = `Forecast made ${begins.day}, ${begins.hour}. ${status.textContent} Cell ${cell} holds ${fixed(said.steps.at(-1).c[cell - 1])} at the end.`;
    picture.show(wide, 458, "Demand, its difference to a week before, and one cell", told, chart(wide, { k, y, d, said, there, band, shown, cell: cell - 1 }));
  }
  return { draw };
}

function chart(wide, { k, y, d, said, there, band, shown, cell }) {
  const left = 34, right = wide - 6, now = (left + right) / 2;
  const x = (step) => left + ((right - left) * (step + DAY)) / (2 * DAY); // steps from -47, known, to 48
  const scale = (low, high, top, bottom) => (value) => bottom - ((bottom - top) * (value - low)) / (high - low);
  const axis = (at, ticks, top, bottom, name) => [
    ticks.map((tick) => [s("line", { x1: left, x2: right, y1: at(tick), y2: at(tick), class: "grid" }), label(left - 5, at(tick) + 4, fixed(tick, 0), { class: "end small quiet" })]),
    label(0, top - 7, name, { class: "small quiet" }), s("line", { x1: now, x2: now, y1: top, y2: bottom, class: "now" })];
  const curve = (values, begin, at, top, bottom, look) => trace(values.map((value, n) => [x(begin + n), at(value)]), top, bottom, look, `end-${look}`);
  const past = Array.from({ length: DAY }, (_, n) => k - DAY + 1 + n), next = past.map((one) => one + DAY);

  const demand = scale(16, 42, 16, 96), most = 2.5, difference = scale(-most, most, 152, 292);
  const outline = [...band.high.map((v, n) => [n, v]), ...band.low.map((v, n) => [n, v]).reverse()]
    .map(([n, v], m) => `${m ? "L" : "M"} ${x(n + 1).toFixed(1)} ${difference(clamp(v, -most, most)).toFixed(1)}`).join(" ");
  const legend = [["lstm", "LSTM"], ["smoothing", "smoothing"], ["ridge", "ridge"], ["as-now", "as now"], shown && ["came", "came"]].filter(Boolean);
  let at = 0, line = wide > 360 ? 116 : 110; // on a phone in two lines
  const key = legend.map(([look, text], n) => {
    if (wide <= 360 && n === 3) [at, line] = [0, 126];
    const begin = at;
    at += 36 + 6.1 * text.length;
    return [s("line", { x1: begin, x2: begin + 20, y1: line, y2: line, class: `curve ${look}` }), label(begin + 24, line + 4, text, { class: "small" })];
  });
  const open = scale(0, 1, 334, 374), held = said.steps.slice(READ - DAY).map((step) => step.c[cell]);
  const reach = Math.max(1, Math.ceil(Math.max(...held.map(Math.abs)))), content = scale(-reach, reach, 402, 436);
  const gates = GATES.map(([name, , dash]) => curve(said.steps.slice(READ - DAY).map((step) => step[name][cell]), -DAY + 1, open, 330, 378, `gate ${dash}`));
  const hours = past.concat(next).map((one, n) => [one, n - DAY + 1]).filter(([one]) => one % 24 === 0);
  return [
    axis(demand, [20, 30, 40], 16, 96, "demand, GW"),
    curve(past.map(y), -DAY + 1, demand, 16, 96, "came"),
    shown && curve(next.map(y), 1, demand, 16, 96, "came"),
    curve(next.map((one, n) => y(one - WEEK) + said.lstm[n]), 1, demand, 16, 96, "lstm"),
    key,
    axis(difference, [-2, 0, 2], 152, 292, "above the week before, GW"),
    s("path", { d: `${outline} Z`, class: "band" }),
    curve(past.map(d), -DAY + 1, difference, 152, 292, "came"),
    shown && curve(there, 1, difference, 152, 292, "came"),
    curve(said.now, 1, difference, 152, 292, "as-now"),
    curve(said.ridge, 1, difference, 152, 292, "ridge"),
    curve(said.smoothing, 1, difference, 152, 292, "smoothing"),
    curve(said.lstm, 1, difference, 152, 292, "lstm"),
    axis(open, [0, 1], 330, 374, `gates of cell ${cell + 1}: i —, f - -, o ···`), gates,
    axis(content, [-reach, reach], 402, 436, "its content c"),
    curve(held, -DAY + 1, content, 400, 438, "held"),
    hours.map(([one, step]) => label(clamp(x(step), 48, wide - 20), 456, clock(one).hour, { class: "middle small quiet" })),
  ];
}

const LOOK = `
.grid{stroke:var(--soft)} .now{stroke:var(--line);stroke-dasharray:2 3}
.curve{fill:none;stroke-width:2} .came{stroke:currentColor;stroke-width:1.6} .lstm{stroke:var(--hidden-ink);stroke-width:2.6}
.smoothing{stroke:currentColor;stroke-dasharray:9 3 2 3} .ridge{stroke:var(--quiet);stroke-dasharray:6 4} .as-now{stroke:var(--line);stroke-dasharray:2 3}
.band{fill:var(--hidden);opacity:.2} .held{stroke:var(--cell)} .gate.curve{stroke:var(--gate);stroke-width:1.8}
.dashed{stroke-dasharray:6 3} .dotted{stroke-dasharray:2 3}
[class^=end-]{fill:none;stroke:none} [class^=end-].off{fill:var(--quiet)}
.cell input[type=range]{--tint:var(--cell)}
.fate{min-height:7.2em;font-size:14px}
`;

const EMPTY = { data: {}, origin: 168, cell: 1, off: [], came: true };
export default figure("lstm-forecast", EMPTY, mount, LOOK);
