// Gates that learn when to open: a net of 1997 with two or three cells learns in the page to keep a number for ten steps.

import { button, clamp, drawing, el, figure, fitted, fixed, group, label, precise, s, slider, stage, trace, voice } from "../page/kit.js";
import { Keeping } from "../page/keeping.js";
import { line } from "../page/reading.js";
import { learning } from "../page/turns.js";

const TASKS = {
  keep: ["Keep a number", "The first of ten numbers is asked for at the end; before, the answer is 0. First and last step are marked."],
  bias: ["A cell used as a bias", "At the end the answer is 1 more than the first number, and the output has no bias: something else has to give the 1."],
};
const T = 10, RATES = [0.02, 0.05, 0.1, 0.2], MOST = 20000;
const many = (number) => Math.round(number).toLocaleString("en");

function mount(frame, store) {
  const picture = drawing(), spoken = voice();
  let net = null, begun = "", width = 0, broken = false;
  const chosen = () => ({ task: store.get("task"), negative: store.get("negative"), seed: store.get("seed"), rate: store.get("rate") });
  const start = () => {
    begun = JSON.stringify(chosen());
    net = new Keeping(chosen());
    broken = false;
  };
  const learn = () => {
    net.learn(store.get("rate"));
    broken = !Number.isFinite(net.learner.squared);
    return net.shown < MOST && !broken;
  };
  const ended = () => {
    const params = broken ? {} : Object.fromEntries(Object.entries(net.learner.params).map(([name, values]) => [name, [...values]]));
    store.update({ result: { shown: net.shown, good: net.good, params } });
  };
  const tasks = Object.entries(TASKS).map(([task, [text]]) => button(text, () => store.update({ task, result: {} })));
  const rates = RATES.map((rate) => button(String(rate), () => store.update({ rate, result: {} })));
  const biases = [["drawn", false], ["−2, −4, …", true]].map(([text, negative]) => button(text, () => store.update({ negative, result: {} })));
  const guess = slider("Your guess: sequences until the loss is below 10 %", { min: 0, max: MOST, step: 500 }, (value) => store.update({ guess: value }));
  const over = () => net.shown >= MOST || broken;
  const { loop, fresh, train, again, buttons } = learning({ start, learn, over, ended, cleared: () => store.update({ result: {} }), draw: () => draw(width), one: "One sequence" }, 60);
  const next = button("Another net", () => store.update({ seed: store.get("seed") + 1, result: {} }));
  const how = el("p", { class: "how" }), says = el("p", { class: "says told" });
  frame.setAttribute("aria-label", "Gates that learn when to open");
  frame.append(
    el("p", { class: "title" }, "Gates that learn when to open"),
    el("div", { class: "controls first" }, group("Task", tasks), group("Rate", rates), group("Output gates’ biases", biases)), how,
    stage(picture, el("div", { class: "controls" }, guess, el("div", { class: "buttons" }, buttons, next)), says), spoken,
  );

  function draw(wide) {
    if (!wide) return;
    width = wide;
    if (JSON.stringify(chosen()) !== begun) fresh();
    const { task, negative, rate } = chosen();
    tasks.forEach((each, k) => each.setAttribute("aria-pressed", Object.keys(TASKS)[k] === task));
    rates.forEach((each, k) => each.setAttribute("aria-pressed", RATES[k] === rate));
    biases.forEach((each, k) => each.setAttribute("aria-pressed", (k === 1) === negative));
    how.textContent = `${TASKS[task][1]} Plain gradient descent, truncated, after every sequence.`;
    train.textContent = loop.running ? "Pause" : net.shown && !over() ? "Go on" : "Train";
    again.disabled = !net.shown;
    guess.input.disabled = net.shown > 0;
    guess.set(store.get("guess"), store.get("guess") ? many(store.get("guess")) : "none yet");
    const V = net.learner.V, blocks = net.learner.B, reads = net.read();
    const far = broken || net.loss > 1e4;
    says.textContent = broken ? `The weights have left the range of numbers after ${many(net.shown)} sequences: the rate of ${rate} is too high for this net.`
      : `${many(net.shown)} sequences. Loss over the last 500: ${far ? precise(net.loss) : fixed(net.loss, 1)} percent of what a net leaves that gives none of the number.${net.good ? ` It was below 10 percent after ${many(net.good)}.${store.get("guess") ? ` Your guess was ${many(store.get("guess"))}.` : ""}` : ""}`;
    if (!loop.running) spoken.say(`${how.textContent} ${says.textContent}`);

    const left = 4, right = wide - 4, from = left + 34, top = 26, base = 92, HIGH = 150;
    const x = (shown) => from + ((right - from) * shown) / MOST, y = (loss) => base - ((base - top) * loss) / HIGH;
    const points = net.losses.map((loss, k) => [x(100 * (k + 1)), Number.isFinite(loss) ? clamp(y(loss), -1e6, 1e6) : -1e6]);
    const children = [
      label(left, 12, "Loss by sequence, percent", { class: "small error-ink" }),
      [0, 100].map((loss) => [s("line", { x1: from, x2: right, y1: y(loss), y2: y(loss), class: loss ? "grid" : "axis" }), label(from - 5, y(loss) + 4, String(loss), { class: "small quiet end" })]),
      s("line", { x1: from, x2: right, y1: y(10), y2: y(10), class: "law" }),
      store.get("guess") ? s("path", { d: `M${x(store.get("guess")).toFixed(1)} ${base}l5 10h-10z`, class: "guess" }) : null,
      trace(points, top, base, "loss", "loss-dot"),
      label(right, base + 16, `${many(MOST)} sequences`, { class: "small quiet end" }),
    ];
    const gap = 14, column = (right - left - gap * (blocks - 1)) / blocks;
    const contents = reads.flatMap((read) => [...read.contents]).filter(Number.isFinite), most = Math.max(1, ...contents.map(Math.abs));
    for (let j = 0; j < blocks && !broken; j++) {
      const first = left + j * (column + gap), at = (t) => first + 4 + ((column - 8) * t) / (T - 1), g = { top: 152, base: 232 }, c = { top: 262, base: 352 };
      const gate = (values) => line(Array.from({ length: T }, (_, t) => [at(t), g.base - (g.base - g.top) * values[t * blocks + j]]));
      const middle = (c.top + c.base) / 2, content = (values) => line(Array.from({ length: T }, (_, t) => [at(t), middle - ((c.base - c.top) / 2) * (values[t * blocks + j] / most)]));
      children.push(
        fitted(first, 126, `Block ${j + 1} × ${fixed(V[j], 2)}`, column - 4, { class: "small strong" }),
        label(first, 144, j ? "" : "Gates: input; dashed: output", { class: "small gate-ink" }),
        s("line", { x1: first, x2: first + column, y1: g.base, y2: g.base, class: "axis" }), s("line", { x1: first, x2: first + column, y1: g.top, y2: g.top, class: "grid" }),
        reads.map((read) => [s("path", { d: gate(read.inward), class: "gate-line" }), s("path", { d: gate(read.outward), class: "gate-line out" })]),
        label(first, c.top - 8, j ? "" : `Contents (±${fixed(most, 1)}), first number −0.8, 0, 0.8`, { class: "small cell-ink" }),
        s("line", { x1: first, x2: first + column, y1: middle, y2: middle, class: "axis" }),
        reads.map((read, k) => s("path", { d: content(read.contents), class: "content-line", "stroke-dasharray": ["2 3", "7 3", null][k] })),
        label(first + column, c.base + 14, "step 10", { class: "small quiet end" }), label(first, c.base + 14, "1", { class: "small quiet" }),
      );
    }
    if (broken) children.push(label(wide / 2, 240, "Beyond the range of numbers.", { class: "middle error-ink" }));
    picture.show(wide, 372, "The loss, and over ten steps the gates and contents of each block", says.textContent, children);
  }

  return { draw, stop: () => loop.pause() };
}

const LOOK = `
path{fill:none} .told{min-height:8.6em} .axis{stroke:var(--line);stroke-width:1} .grid{stroke:var(--soft);stroke-width:1}
.loss{stroke:var(--error);stroke-width:2} path.loss-dot,circle.loss-dot{fill:var(--error)} .law{stroke:currentColor;stroke-width:1.2;stroke-dasharray:5 4} path.guess{fill:var(--gate)}
.gate-line{stroke:var(--gate);stroke-width:1.6} .gate-line.out{stroke-dasharray:6 3} .content-line{stroke:var(--cell);stroke-width:1.8}
svg .cell-ink{fill:var(--cell-ink)} svg .gate-ink{fill:var(--gate-ink)} svg .error-ink{fill:var(--error-ink)}
`;

export default figure("lstm-doors", { task: "keep", rate: 0.1, negative: false, seed: 0, guess: 0, result: {} }, mount, LOOK);
