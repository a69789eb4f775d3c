// Who is first? Cells by what their nets reached, at a task, bias, rate, budget and number of nets that the reader turns.

import { button, drawing, el, figure, label, s, slider, superscript, voice } from "../page/kit.js";

const MARKS = 5, DIGITS = 3; // losses of a net, and digits of each: hundredths of a power of ten below 1
const TASKS = { adding: "Adding", reber: "Reber strings" };
const UNITS = { adding: "mean squared error", reber: "nats above the least possible" };
const BIASES = ["best", "0", "1", "3", "5"], RATES = ["best", "0.01", "0.03", "0.1"];

const loss = (digits) => 10 ** (-Number(digits) / 100);

/** The losses of the first nets of a setting at one mark: five losses of a net stand in a row. */
export function unpacked(digits, mark, nets) {
  const at = (net) => (net * MARKS + mark) * DIGITS;
  return Array.from({ length: nets }, (_, net) => loss(digits.slice(at(net), at(net) + DIGITS)));
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b), middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The normal distribution's share above z, times two. */
export function twoTails(z) {
  const x = z / Math.SQRT2;
  if (x <= 0) return 1;
  if (x < 2) { // the series of erf
    let term = x, sum = x;
    for (let k = 1; k < 60; k++) { term *= (-x * x) / k; sum += term / (2 * k + 1); }
    return 1 - (2 / Math.sqrt(Math.PI)) * sum;
  }
  let fraction = 0; // the continued fraction of erfc
  for (let k = 60; k > 0; k--) fraction = k / 2 / (x + fraction);
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / (x + fraction);
}

/** Mann and Whitney's test and the ratio of Hodges and Lehmann with its interval; lstmlib.studies.protocol has the same. */
export function mannWhitney(first, second) {
  const m = first.length, n = second.length, count = m * n, all = m + n;
  const logs = first.flatMap((a) => second.map((b) => Math.log(a) - Math.log(b))).sort((a, b) => a - b);
  const sizes = new Map();
  for (const value of [...first, ...second]) sizes.set(value, (sizes.get(value) ?? 0) + 1);
  const tied = [...sizes.values()].reduce((sum, t) => sum + t ** 3 - t, 0);
  let U = 0;
  for (const a of first) for (const b of second) U += a > b ? 1 : a === b ? 0.5 : 0;
  const spread = Math.sqrt((count / 12) * (all + 1 - tied / (all * (all - 1))));
  const p = spread > 0 ? Math.min(1, twoTails((Math.max(U, count - U) - count / 2 - 0.5) / spread)) : 1;
  const out = Math.max(0, Math.trunc(count / 2 - 1.96 * Math.sqrt((count * (all + 1)) / 12)) - 1);
  const middle = (logs[(count - 1) >> 1] + logs[count >> 1]) / 2;
  return { ratio: Math.exp(middle), low: Math.exp(logs[out]), high: Math.exp(logs[count - 1 - out]), p };
}

/** Holm's correction for several tests. */
export function holm(ps) {
  const order = ps.map((_, k) => k).sort((a, b) => ps[a] - ps[b]), found = [];
  order.reduce((least, k, rank) => (found[k] = Math.min(1, Math.max(least, ps[k] * (ps.length - rank)))), 0);
  return found;
}

/** The setting with the lowest median of all nets, among those with this bias and rate; the first of equals. */
export function chosen(settings, bias, rate) {
  const open = settings.filter(([b, r]) => (bias === "best" || b === null || b === Number(bias)) && (rate === "best" || r === Number(rate)));
  return open.reduce((best, one) => (loss(one[2]) < loss(best[2]) ? one : best));
}

/** Cells by the median of their nets, and whether each can be told from the first. */
export function ranking(cells, { bias, rate, mark, seeds }) {
  const places = Object.entries(cells).map(([cell, settings]) => {
    const setting = chosen(settings, bias, rate), values = unpacked(setting[3], mark, seeds);
    return { cell, bias: setting[0], rate: setting[1], values, median: median(values) };
  });
  places.sort((a, b) => a.median - b.median);
  const [first, ...others] = places;
  const effects = others.map((place) => mannWhitney(place.values, first.values));
  const corrected = holm(effects.map((effect) => effect.p));
  others.forEach((place, k) => Object.assign(place, { effect: effects[k], level: corrected[k] > 0.05 }));
  first.level = true;
  return places;
}

const said = (place) => (place.bias === null ? `rate ${place.rate}` : `bias ${place.bias}, rate ${place.rate}`);
const brief = (place) => (place.bias === null ? `${place.rate}` : `b ${place.bias} · ${place.rate}`);
const list = (names) => (names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`);

function mount(frame, store) {
  const picture = drawing(), spoken = voice(), status = el("p", { class: "says fate" });
  const group = (name, buttons) => el("div", { class: "buttons", role: "group", "aria-label": name }, el("span", { class: "which" }, name), buttons);
  const choose = (name, values, words = (value) => value) => values.map((value) => button(words(value), () => store.update({ [name]: value })));
  const word = (value) => (value === "best" ? "its best" : value);
  const names = Object.keys(TASKS).filter((name) => store.get("data").tasks?.[name]);
  const tasks = choose("task", names, (name) => TASKS[name]);
  const biases = choose("bias", BIASES, word), rates = choose("rate", RATES, word);
  const updates = slider("Updates", { min: 0, max: MARKS - 1, step: 1 }, (mark) => store.update({ mark }));
  const nets = slider("Nets of each cell", { min: 4, max: 10, step: 1 }, (seeds) => store.update({ seeds }));
  frame.setAttribute("aria-label", "Who is first?");
  frame.append(
    el("p", { class: "title" }, "Who is first?"),
    el("p", { class: "how" }, "Small nets at equally many parameters, lower loss first. Turn one setting and watch the order."),
    el("div", { class: "controls above" }, names.length > 1 && group("Task", tasks), group("Bias of the gate that keeps", biases), group("Learning rate", rates)),
    el("div", { class: "controls above" }, updates, nets),
    picture, status, spoken,
  );
  const press = (buttons, names, now) => buttons.forEach((one, k) => one.setAttribute("aria-pressed", names[k] === now));

  function draw(wide) {
    const data = store.get("data"), task = store.get("task"), there = data.tasks?.[task];
    const state = Object.fromEntries(["bias", "rate", "mark", "seeds"].map((name) => [name, store.get(name)]));
    press(tasks, names, task);
    press(biases, BIASES, state.bias);
    press(rates, RATES, state.rate);
    nets.set(state.seeds, String(state.seeds));
    if (!there) return void (status.textContent = "No results are given for this task.");
    updates.set(state.mark, there.updates[state.mark].toLocaleString("en-US"));
    const places = ranking(there.cells, state), titles = data.titles;
    const name = (place) => titles[place.cell];
    const level = places.slice(1).filter((place) => place.level), behind = places.length - 1 - level.length;
    status.textContent = `First: ${name(places[0])} (${said(places[0])}), median ${number(places[0].median)}. ` +
      (level.length ? `${level.length} of the other ${places.length - 1} can't be told from it: ${list(level.map(name))}. ` : "") +
      (behind ? `${level.length ? "The rest is" : "All others are"} behind.` : "None is behind.");
    spoken.say(`${TASKS[task]}, ${there.updates[state.mark]} updates, ${state.seeds} nets. ${status.textContent}`);
    const told = `${places.map((place, k) => `${k + 1}: ${name(place)} ${number(place.median)}`).join("; ")}. ${status.textContent}`;
    picture.show(wide, 22 * places.length + 52, `Cells in order on ${TASKS[task].toLowerCase()}`, told, chart(wide, there, places, titles, UNITS[task], state.bias === "best" || state.rate === "best"));
  }
  return { draw };
}

function number(value) {
  const power = Math.floor(Math.log10(value));
  return power < -3 ? `${(value / 10 ** power).toFixed(1)} × 10${superscript(power)}` : String(Number(value.toPrecision(2)));
}

function chart(wide, there, places, titles, unit, turned) { // turned: whether cells have settings of their own
  const narrow = wide < 520, left = narrow ? 140 : 250, right = wide - 8, row = 22, bottom = 18 + row * places.length;
  const all = Object.values(there.cells).flatMap((settings) => settings.flatMap((one) => one[3].match(/.{3}/g).map(Number)));
  const high = 0, low = -Math.ceil(Math.max(...all) / 50) / 2; // the axis stays as it is while the settings are turned
  const x = (value) => right - ((right - left) * (high - Math.log10(Math.max(value, 10 ** low)))) / (high - low);
  const grid = [];
  for (let power = Math.ceil(low); power <= 0; power++) {
    grid.push(s("line", { x1: x(10 ** power), x2: x(10 ** power), y1: 18, y2: bottom, class: "grid" }));
    grid.push(label(x(10 ** power), bottom + 14, power ? `10${superscript(power)}` : "1", { class: "middle small quiet" }));
  }
  grid.push(label(right, bottom + 30, `${unit} →`, { class: "end small quiet" }));
  const first = places[0];
  const front = s("line", { x1: x(first.median), x2: x(first.median), y1: 14, y2: bottom, class: "front" });
  const order = Object.keys(there.cells).map((cell) => places.findIndex((place) => place.cell === cell));
  const rows = order.map((rank) => { // in an order that stays, so that each row keeps its elements and can move
    const place = places[rank], { effect } = place;
    const y = 18 + row * (rank + 0.5);
    return s("g", { style: `transform:translate(0px,${y}px)`, class: `row ${place.level ? "level" : "behind"}` },
      label(0, 4, `${rank + 1}`, { class: "small quiet" }),
      label(20, 4, narrow ? place.cell : titles[place.cell], { class: rank ? "name" : "name strong" }),
      turned && label(left - 10, 4, brief(place), { class: "end small quiet" }),
      effect && s("line", { x1: x(first.median * effect.low), x2: x(first.median * effect.high), y1: 0, y2: 0, class: "interval" }),
      place.values.map((value) => s("circle", { cx: x(value), cy: 0, r: 2.6, class: "net" })),
      s("line", { x1: x(place.median), x2: x(place.median), y1: -7, y2: 7, class: "median" }));
  });
  return [grid, front, rows];
}

const LOOK = `
.above{margin:4px 0 8px} .which{font-size:14px;align-self:center;margin-right:4px;min-width:4.5em}
.grid{stroke:var(--soft)} .front{stroke:var(--cell);stroke-width:2;stroke-dasharray:5 4}
.row{transition:transform .5s} @media (prefers-reduced-motion:reduce){.row{transition:none}}
.net{fill:var(--hidden);opacity:.5} .median{stroke:currentColor;stroke-width:3} .interval{stroke:var(--gate);stroke-width:4;opacity:.75}
.row.level .median{stroke:var(--cell-ink)} .row.level .name{fill:var(--cell-ink)}
.fate{min-height:4.4em} @media (max-width:600px){.fate{min-height:7.4em}}
@media (max-width:480px){.which{flex:1 0 100%}}
`;

const EMPTY = { data: {}, task: "adding", bias: "best", rate: "best", mark: MARKS - 1, seeds: 10 };
export default figure("lstm-ranking", EMPTY, mount, LOOK);
