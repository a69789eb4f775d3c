// An index a day ahead: an LSTM says how far it may move, another whether it rises, and the reader trades beside it.

import { asking, button, caption, clamp, drawing, el, figure, fixed, group, label, s, slider, stage, trace, voice } from "../page/kit.js";
import { linear, lstm, part, tensors } from "../page/nets.js";

const READ = 60, SHOWN = 40, YEAR = 252, LATEST = 1469; // trading days
const WITHIN = 1.645; // standard deviations that hold 90 % of a normal distribution
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const GATES = [["i", ""], ["f", "dashed"], ["o", "dotted"]];

/** What the library gives, ready to be run: returns in percent, and what EWMA and GARCH say at each day of the next. */
export function unpack(given) {
  const { close, decay, parameters: p } = given, T = close.length;
  const r = close.map((value, t) => (t ? 100 * Math.log(value / close[t - 1]) : 0)), ewma = [given.ewma], garch = [given.garch];
  for (let t = 1; t < T; t++) {
    const e = r[t] - p.mean;
    ewma.push(decay * ewma[t - 1] + (1 - decay) * r[t] ** 2);
    garch.push(p.omega + (p.alpha + (e < 0 ? p.gamma : 0)) * e ** 2 + p.beta * garch[t - 1]);
  }
  return { ...given, r, ewma, garch, nets: tensors(given.net), spreads: new Map(), odds: new Map() };
}

const sequence = (m, t, form) => Array.from({ length: READ }, (_, n) => {
  const at = t - READ + 1 + n, own = [m.r[at] / m.scale, Math.abs(m.r[at]) / m.scale];
  return Float32Array.from(form === "ewma" ? [...own, Math.log(m.ewma[at] / m.scale ** 2)] : own);
});

/** The LSTM for the spread at day t: its steps, and the variance that it says of the next day, in percent squared. */
export function spread(m, t, off = []) {
  const steps = lstm(part(m.nets, "variance.recurrent"), sequence(m, t, m.form), { off });
  const base = m.form === "ewma" ? m.ewma[t] : m.scale ** 2;
  return { steps, variance: base * Math.exp(linear(part(m.nets, "variance.readout"), steps.at(-1).h)[0]) };
}

/** The LSTM for the direction at day t: the log odds that the next day rises. */
export function odds(m, t) {
  const steps = lstm(part(m.nets, "direction.recurrent"), sequence(m, t, "plain"));
  return linear(part(m.nets, "direction.readout"), steps.at(-1).h)[0];
}

/** What 1 becomes, day by day: `held` says of each day whether one is in, from 0; costs in basis points of each trade. */
export function equity(held, returns, cost) {
  let now = 1, before = 0;
  return [1, ...returns.map((r, n) => {
    now *= (1 - (cost / 1e4) * Math.abs(held[n] - before)) * (1 + held[n] * Math.expm1(r / 100));
    before = held[n];
    return now;
  })];
}

const chance = (logit) => 1 / (1 + Math.exp(-logit));
const kept = (map, key, make) => (map.has(key) || map.set(key, make()), map.get(key));

function calendar(days) { // a date from days since 1970
  const date = new Date(days * 864e5);
  return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
}

/** All that the figure shows at a day, counted from the first. */
export function view(m, { day, cost, picks, off }) {
  const t = m.from + SHOWN + day, without = off.map((cell) => cell - 1), key = off.join();
  const sd = (at) => Math.sqrt(kept(m.spreads, `${key}/${at}`, () => spread(m, at, without).variance));
  const at = Array.from({ length: SHOWN + 1 }, (_, n) => t - SHOWN + n); // origins; the last is today's
  const said = { lstm: at.map(sd), ewma: at.map((one) => Math.sqrt(m.ewma[one])), garch: at.map((one) => Math.sqrt(m.garch[one])) };
  const inside = Object.fromEntries(Object.entries(said).map(([name, values]) => [name, at.slice(0, -1).filter((one, n) => Math.abs(m.r[one + 1]) <= WITHIN * values[n]).length]));
  const traded = Array.from({ length: Math.min(YEAR, SHOWN + day) }, (_, n) => t - Math.min(YEAR, SHOWN + day) + n), came = traded.map((one) => m.r[one + 1]);
  const held = traded.map((one) => (kept(m.odds, one, () => odds(m, one)) > m.usual ? 1 : 0)), own = [...picks].slice(-traded.length).map(Number);
  return {
    t, at, said, inside, held, own, traded,
    steps: spread(m, t, without).steps,
    share: chance(kept(m.odds, t, () => odds(m, t))),
    net: equity(held, came, cost),
    hold: equity(traded.map(() => 1), came, cost),
    yours: own.length ? equity(own, came.slice(-own.length), cost) : [],
    beside: own.length ? equity(own.map(() => 1), came.slice(-own.length), cost) : [],
  };
}

const percent = (value, digits = 1) => `${fixed(value, digits)}\u00a0%`;
const gained = (values) => percent(100 * (values.at(-1) - 1));
const switches = (held) => held.filter((value, n) => value !== (n ? held[n - 1] : 0)).length;

function mount(frame, store) {
  const asked = asking(store, "market", "the index and two nets, 31 kB"), picture = drawing(), spoken = voice(), status = el("p", { class: "says fate" });
  let m = null;
  const go = (day) => store.update({ day: clamp(day, 0, LATEST), picks: "" });
  const pick = (mark) => store.get("day") < LATEST && store.update({ day: store.get("day") + 1, picks: store.get("picks") + mark });
  const widest = (sign) => {
    const sd = Array.from({ length: LATEST + 1 }, (_, n) => sign * m.ewma[m.from + SHOWN + n]);
    go(sd.indexOf(Math.max(...sd)));
  };
  const days = [button("← A month", () => go(store.get("day") - 21)), button("A month →", () => go(store.get("day") + 21)),
    button("Calmest", () => widest(-1)), button("Wildest", () => widest(1))];
  const own = [button("I am in", () => pick("1")), button("I stay out", () => pick("0"))];
  const when = slider("Close of", { min: 0, max: LATEST, step: 1 }, go);
  const cost = slider("A trade costs", { min: 0, max: 20, step: 1 }, (value) => store.update({ cost: value }));
  const which = slider("Cell", { min: 1, max: 1, step: 1, role: "cell" }, (cell) => store.update({ cell }));
  const cut = button("Switch off", () => {
    const off = store.get("off"), cell = store.get("cell");
    store.update({ off: off.includes(cell) ? off.filter((one) => one !== cell) : [...off, cell].sort((a, b) => a - b) });
  });
  const all = button("All on", () => store.update({ off: [] }));
  frame.setAttribute("aria-label", "An index, a day ahead");
  frame.append(
    el("p", { class: "title" }, "An index, a day ahead"),
    el("p", { class: "how" }, "Choose a day. The band should contain 90 % of the returns. Then decide for tomorrow: in the index, or out?"),
    asked.row,
    el("div", { class: "controls first" }, group("Go", days), group("Tomorrow", own)),
    stage(picture, when, cost, which, el("div", { class: "buttons" }, cut, all), status),
    spoken,
  );

  function draw(wide) {
    if (asked.data) m ??= unpack(asked.data);
    const day = store.get("day"), off = store.get("off"), cells = m ? m.nets["variance.recurrent.weight_hh_l0"].shape[1] : 1;
    const cell = Math.min(store.get("cell"), cells), is_off = off.includes(cell);
    for (const one of [...days, ...own, cut, when.input, cost.input, which.input]) one.disabled = !m;
    for (const one of own) one.disabled ||= day === LATEST;
    all.disabled = !off.length;
    const now = m ? view(m, { day, cost: store.get("cost"), picks: store.get("picks"), off }) : null;
    when.set(day, now ? calendar(m.days[now.t]) : "not loaded");
    cost.set(store.get("cost"), `${store.get("cost")} basis points`);
    which.set(cell, `${cell} of ${cells}${is_off ? ", off" : ""}`, { max: cells });
    cut.textContent = is_off ? "Switch on" : "Switch off";
    status.replaceChildren(...tell(m, now, off).map((line) => el("span", {}, line)));
    const told = [...status.children].map((line) => line.textContent).join(" ");
    spoken.say(told);
    picture.show(wide, now ? 460 : 180, "Returns with tomorrow's spread, a year of trades, and one cell", told, chart(wide, m, now, cell - 1));
  }
  return { draw };
}

function tell(m, now, off) {
  if (!now) return ["Before you load it: on how many days of a hundred does an index rise, and how far does it move on a usual day?"];
  const [lstm_, ewma, garch] = ["lstm", "ewma", "garch"].map((name) => percent(WITHIN * now.said[name].at(-1), 2)), { inside } = now;
  const mine = now.own.length ? [`You, over ${now.own.length === 1 ? "1 day" : `${now.own.length} days`}: ${gained(now.yours)} after ${switches(now.own)} trades; holding ${gained(now.beside)}.`] : [];
  return [
    `Tomorrow, with 90 %, within: LSTM ±${lstm_}, EWMA ±${ewma}, GARCH ±${garch}.`,
    `Of the last ${SHOWN} returns lay inside: ${inside.lstm}, ${inside.ewma} and ${inside.garch}.`,
    `The other LSTM gives a rise ${percent(100 * now.share)}, usually ${percent(100 * chance(m.usual))}: it ${now.share > chance(m.usual) ? "is in" : "stays out"}.`,
    `In the last ${now.held.length} days it traded ${switches(now.held)} times: ${gained(now.net)}, and holding ${gained(now.hold)}.`,
    ...mine,
    ...(off.length ? [`Switched off: ${off.join(", ")}.`] : []),
  ];
}

function chart(wide, m, now, cell) {
  const left = 38, right = wide - 8, scale = (low, high, top, bottom) => (value) => bottom - ((bottom - top) * (value - low)) / (high - low);
  const axis = (at, ticks, name, y) => [
    ticks.map(([tick, text]) => [s("line", { x1: left, x2: right, y1: at(tick), y2: at(tick), class: "grid" }), label(left - 5, at(tick) + 4, text, { class: "end small quiet" })]),
    caption(0, y, name, wide)];
  const reach = now ? Math.max(2, Math.ceil(Math.max(...now.said.lstm, ...now.said.ewma, ...now.said.garch) * WITHIN)) : 2;
  const ret = scale(-reach, reach, 20, 168);
  const top = axis(ret, [-reach, 0, reach].map((tick) => [tick, fixed(tick, 0)]), "return, %", 10);
  if (!now) return [top, s("line", { x1: left, x2: right, y1: ret(0), y2: ret(0), class: "now" })];
  const x = (n) => left + 6 + ((right - left - 12) * n) / SHOWN, last = x(SHOWN), both = (values, look) => [1, -1].map((sign) => trace(values.map((value, n) => [x(n), ret(sign * WITHIN * value)]), 20, 168, look, "end-none"));
  const outline = [...now.said.lstm.map((v, n) => [n, v]), ...now.said.lstm.map((v, n) => [n, -v]).reverse()]
    .map(([n, v], k) => `${k ? "L" : "M"} ${x(n).toFixed(1)} ${ret(WITHIN * v).toFixed(1)}`).join(" ");
  const returns = now.at.slice(0, -1).map((one, n) => {
    const value = m.r[one + 1], y = ret(clamp(value, -reach, reach)), out = Math.abs(value) > WITHIN * now.said.lstm[n];
    return [s("line", { x1: x(n), x2: x(n), y1: ret(0), y2: y, class: "bar" }), s("circle", { cx: x(n), cy: y, r: out ? 4 : 2.2, class: out ? "dot out" : "dot" })];
  });
  let at = 0;
  const key = [["lstm", "LSTM"], ["ewma", "EWMA"], ["garch", "GARCH"]].map(([look, text]) => {
    const begin = at;
    at += 42 + 7 * text.length;
    return [s("line", { x1: begin, x2: begin + 20, y1: 186, y2: 186, class: `curve ${look}` }), label(begin + 24, 190, text, { class: "small" })];
  });
  return [
    top, s("path", { d: `${outline} Z`, class: "band" }), both(now.said.lstm, "lstm"), both(now.said.ewma, "ewma"), both(now.said.garch, "garch"), returns,
    s("line", { x1: last, x2: last, y1: 20, y2: 168, class: "now" }), label(wide - 2, 10, "tomorrow", { class: "small quiet end" }), key,
    trades(wide, { now, left, right, scale, axis }), inside(wide, { now, left, right, scale, axis, cell }),
  ];
}

function trades(wide, { now, left, right, scale, axis }) {
  const all = [...now.net, ...now.hold], low = Math.floor(20 * Math.min(...all)) / 20, high = Math.ceil(20 * Math.max(...all)) / 20;
  const y = scale(low, high, 218, 314), x = (n) => left + ((right - left) * n) / Math.max(1, now.net.length - 1), begin = now.net.length - now.yours.length, start = now.hold[begin] ?? 1;
  const curve = (values, from, look) => trace(values.map((value, n) => [x(from + n), y(value)]), 214, 318, look, `end-${look}`);
  return [
    axis(y, [low, high].map((tick) => [tick, fixed(tick, 2)]), "what 1 became", 210),
    s("line", { x1: left, x2: right, y1: y(1), y2: y(1), class: "now" }),
    curve(now.hold, 0, "hold"), curve(now.net, 0, "lstm"), now.yours.length > 1 && curve(now.yours.map((value) => start * value), begin, "yours"),
    [["lstm", "LSTM", 190], ["hold", "holding", 120], now.yours.length > 1 && ["yours", "you", 42]].filter(Boolean).map(([look, text, back]) => [
      s("line", { x1: wide - back - 8, x2: wide - back + 10, y1: 206, y2: 206, class: `curve ${look}` }), label(wide - back + 14, 210, text, { class: "small" })]),
  ];
}

function inside(wide, { now, left, right, scale, axis, cell }) {
  const x = (n) => left + ((right - left) * n) / (READ - 1), open = scale(0, 1, 344, 392), held = now.steps.map((step) => step.c[cell]);
  const reach = Math.max(1, Math.ceil(Math.max(...held.map(Math.abs)))), content = scale(-reach, reach, 418, 452);
  const curve = (values, to, look) => s("path", { d: values.map((value, n) => `${n ? "L" : "M"} ${x(n).toFixed(1)} ${to(value).toFixed(1)}`).join(" "), class: `curve ${look}` });
  return [
    axis(open, [[0, "0"], [1, "1"]], `the 60 days that it read: gates of cell ${cell + 1}, i —, f - -, o ···`, 336),
    GATES.map(([name, dash]) => curve(now.steps.map((step) => step[name][cell]), open, `gate ${dash}`)),
    axis(content, [[-reach, fixed(-reach, 0)], [reach, fixed(reach, 0)]], "its content c", 410),
    curve(held, content, "held"),
  ];
}

const LOOK = `
.controls:has(>.main){margin-bottom:14px}
.grid{stroke:var(--soft)} .now{stroke:var(--line);stroke-dasharray:2 3}
.curve{fill:none;stroke-width:1.8} .lstm{stroke:var(--hidden-ink);stroke-width:2.4} .ewma{stroke:var(--quiet);stroke-dasharray:6 4}
.garch{stroke:currentColor;stroke-dasharray:1.5 3} .hold{stroke:var(--quiet);stroke-dasharray:6 4} .yours{stroke:var(--error-ink);stroke-width:2.4;stroke-dasharray:9 2}
.band{fill:var(--hidden);opacity:.16} .bar{stroke:var(--line)} .dot{fill:currentColor} .dot.out{fill:none;stroke:var(--error-ink);stroke-width:2}
.held{stroke:var(--cell)} .gate.curve{stroke:var(--gate);stroke-width:1.8} .dashed{stroke-dasharray:6 3} .dotted{stroke-dasharray:2 3}
[class^=end-]{fill:none;stroke:none} [class^=end-].off{fill:var(--quiet)}
.end-lstm:not(.off){fill:var(--hidden-ink)} .end-hold:not(.off){fill:var(--quiet)} .end-yours:not(.off){fill:var(--error-ink)}
.cell input[type=range]{--tint:var(--cell)}
.fate{min-height:13em;font-size:14px} .fate span{display:block;margin:0 0 4px}
`;

const EMPTY = { day: 631, cost: 5, picks: "", cell: 1, off: [], asked: false };
export default figure("lstm-market", EMPTY, mount, LOOK);
