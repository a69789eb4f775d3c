// The carousel beside an ordinary unit: the same inputs for both; what each holds, and the error on its way back.

import { button, clamp, drawing, el, figure, fixed, group, label, s, scientific, short, slider, stage, superscript, trace, voice } from "../page/kit.js";

const STEPS = 30;
const NAMES = { logistic: "Logistic", tanh: "tanh", identity: "None" };
const ONE = [0.8, ...Array(STEPS - 1).fill(0)];
// A number, then others that don't matter: a fixed row, so that everyone sees the same.
const NOISY = ONE.map((x, k) => (k ? Math.round(100 * Math.sin(1 + 2.4 * k + 0.37 * k * k)) / 200 : x));
const TAPES = { "One number": ONE, "With others": NOISY };
const TOP = 3, BOTTOM = -6; // the error's chart shows a millionth to a thousand

const SQUASH = {
  logistic: [(z) => 1 / (1 + Math.exp(-z)), (y) => y * (1 - y)],
  tanh: [Math.tanh, (y) => 1 - y * y],
  identity: [(z) => z, () => 1],
};

/** Contents after steps 1 to T, and d y(T) / d y(t) for the same steps, of y(t) = f(w y(t-1) + x(t)) with y(0) = 0. */
export function unit(values, w, squash) {
  const [f, slope] = SQUASH[squash];
  const contents = [];
  values.forEach((x, k) => contents.push(f(w * (k ? contents[k - 1] : 0) + x)));
  const errors = Array(values.length).fill(1);
  for (let k = values.length - 2; k >= 0; k--) errors[k] = errors[k + 1] * w * slope(contents[k + 1]);
  return { contents, errors };
}

const rounded = (value) => Math.round(value * 100) / 100;
const same = (a, b) => a.every((x, k) => x === b[k]);
const amount = (value) => (value !== 0 && Math.abs(value) < 1e-99 ? "below 10⁻⁹⁹" : scientific(value));
const heldShort = (value) => (Math.abs(value) < 1e4 ? fixed(value, 1) : scientific(value, 2));
const held = (value) => (Math.abs(value) < 1e4 ? fixed(value) : scientific(value));

function share(error) {
  const percent = 100 * Math.abs(error);
  if (Math.abs(percent - 100) < 1e-9) return "all of it";
  if (percent > 100) return `${short(percent / 100, 1)} times as much`;
  return percent < 0.01 ? "less than a ten-thousandth" : `${Number(percent.toPrecision(2))} %`;
}

function mount(frame, store) {
  const picture = drawing(), spoken = voice();
  const weight = slider("Weight w of the ordinary unit", { min: 0, max: 1.2, step: 0.01, role: "hidden" }, (w) => store.update({ w: rounded(w) }));
  const steps = slider("Step", { min: 0, max: 2 * STEPS, step: 1, role: "error" }, (step) => store.update({ step }));
  const go = (by) => store.update({ step: clamp(store.get("step") + by, 0, 2 * STEPS) });
  const back = button("← Back", () => go(-1)), on = button("Step →", () => go(1), { class: "main" });
  const again = button("Start again", () => store.update({ step: 0 }));
  const kinds = Object.keys(NAMES).map((name) => button(NAMES[name], () => store.update({ squash: name })));
  const tapes = Object.keys(TAPES).map((name) => button(name, () => store.update({ values: TAPES[name] })));
  const numbers = el("p", { class: "says numbers" }), said = el("p", { class: "says fate" });
  frame.setAttribute("aria-label", "The carousel beside an ordinary unit");
  frame.append(
    el("p", { class: "title" }, "The carousel beside an ordinary unit"),
    el("p", { class: "how" }, "Both get the same inputs. Change the weight; go through the steps, 30 forwards and 30 back."),
    el("div", { class: "controls first" }, group("Squashing", kinds), group("Inputs", tapes)),
    stage(picture, el("div", { class: "controls" }, el("div", { class: "buttons" }, on, back, again), weight, steps), numbers, said),
    spoken,
  );

  function draw(width) {
    const [values, w, squash, step] = ["values", "w", "squash", "step"].map((name) => store.get(name));
    const ordinary = unit(values, w, squash), carousel = unit(values, 1, "identity");
    const forth = Math.min(step, STEPS), returned = step > STEPS ? step - STEPS : 0;
    const at = returned ? STEPS + 1 - returned : forth; // the step shown
    weight.set(w, fixed(w));
    steps.set(step, returned ? `back at ${at}` : `${forth} of ${STEPS}`);
    back.disabled = again.disabled = step === 0;
    on.disabled = step === 2 * STEPS;
    kinds.forEach((kind, k) => kind.setAttribute("aria-pressed", Object.keys(NAMES)[k] === squash));
    tapes.forEach((tape, k) => tape.setAttribute("aria-pressed", same(values, Object.values(TAPES)[k])));
    const read = (unit) => (at === 0 ? "0" : returned ? amount(unit.errors[at - 1]) : held(unit.contents[at - 1]));
    const kind = returned ? "error" : "content", shown = [read(ordinary), read(carousel)];
    numbers.replaceChildren(
      `${returned ? "Error" : "Content"} at step ${at}: ordinary unit `, el("strong", { class: `ordinary ${kind}` }, shown[0]),
      ", carousel ", el("strong", { class: `carousel ${kind}` }, shown[1]),
    );
    const equal = w === 1 && squash === "identity";
    said.textContent = equal
      ? "With a weight of 1 and no squashing, the ordinary unit is a carousel."
      : returned
        ? `Of the error at step ${STEPS}, ${share(ordinary.errors[at - 1])} is back at step ${at} in the ordinary unit; in the carousel, all of it.`
        : at === 0
          ? "Nothing has come in yet."
          : `The carousel holds the sum of what came in.${Math.abs(ordinary.contents[at - 1]) > scaleOf(values, carousel) ? ` The ordinary unit’s content is off the chart: every step multiplies it by ${fixed(w)}.` : ""}`;
    const told = `Weight ${fixed(w)}, squashing ${NAMES[squash]}. At step ${at} the ${kind} is ${shown[0]} in the ordinary unit and ${shown[1]} in the carousel. ${said.textContent}`;
    spoken.say(told);
    picture.show(width, 424, "Contents and errors of two units, over thirty steps", told, drawBoth(width, values, { w, squash }, [ordinary, carousel], forth, returned));
  }
  return { draw };
}

/** How far the contents' chart reaches, up and down: to the largest that the carousel holds. */
const scaleOf = (values, carousel) => Math.max(1, ...values.map(Math.abs), ...carousel.contents.map(Math.abs));

function drawBoth(width, values, { w, squash }, units, forth, returned) {
  const left = 34, gap = 22, column = (width - left - gap - 6) / 2;
  const most = scaleOf(values, units[1]);
  const across = (k, from, wide) => from + (wide * (k + 0.5)) / STEPS;

  // The inputs, once for both.
  const wide = width - left - 6, zero = 44, tall = 18;
  const inputs = [
    label(left, 14, "inputs x(t), the same for both", { class: "small quiet" }),
    label(width - 6, 14, "time →", { class: "end small quiet" }),
    s("line", { x1: left, x2: width - 6, y1: zero, y2: zero, class: "axis" }),
    values.map((x, k) => s("rect", { x: across(k, left, wide) - wide / STEPS / 3, width: (wide * 2) / 3 / STEPS, y: zero - (Math.max(x, 0) / most) * tall, height: Math.max(0.8, (Math.abs(x) / most) * tall), class: k < forth ? "input" : "input ahead" })),
  ];

  const columns = units.map(({ contents, errors }, which) => {
    const from = left + which * (column + gap), middle = from + column / 2, y = 104;
    const x = (k) => across(k, from, column), role = which ? "cell" : "hid";
    const loop = [
      s("circle", { cx: middle - 34, cy: y, r: 13, class: `body ${role}-line` }),
      s("path", { d: `M ${middle - 24} ${y - 10} c 18 -16 34 -4 30 10 c -3 10 -18 13 -28 8`, class: "loop" }),
      s("path", { d: `M ${middle - 23} ${y + 7} l 9 -3 l -3 9 z`, class: "tip" }),
      label(middle + 12, y + 4, which ? "× 1" : `× ${fixed(w)}${squash === "identity" ? "" : ","}`, { class: `strong ${role}-ink` }),
      !which && squash !== "identity" && label(middle + 12, y + 19, squash, { class: `small ${role}-ink` }),
      label(middle, 78, which ? "Carousel" : "Ordinary unit", { class: "middle strong" }),
    ];

    // What it holds, both on one scale.
    const top = 146, height = 92, centre = top + height / 2;
    const up = (value) => centre - (value / most) * (height / 2);
    const rows = [most, 0, -most].map((value) => [
      s("line", { x1: from, x2: from + column, y1: up(value), y2: up(value), class: value ? "grid" : "axis" }),
      !which && label(from - 5, up(value) + 4, short(value, 1), { class: "end small quiet" }),
    ]);
    const off = forth > 0 && Math.abs(contents[forth - 1]) > 1.06 * most;
    const held = [
      rows,
      trace(contents.slice(0, forth).map((value, k) => [x(k), up(value)]), up(1.06 * most), up(-1.06 * most), `${role}-curve`, `${role}-dot`),
      label(from, top - 11, `what it holds, ${which ? "c" : "h"}`, { class: "small quiet" }),
      off && label(from + column, centre + (contents[forth - 1] < 0 ? -12 : 20), `off the chart: ${heldShort(contents[forth - 1])}`, { class: `end small strong ${role}-ink` }),
    ];

    // The error at each step, from the last one back.
    const first = 276, deep = 112;
    const down = (power) => first + ((TOP - power) / (TOP - BOTTOM)) * deep;
    const grid = [3, 0, -3, -6].map((decade) => [
      s("line", { x1: from, x2: from + column, y1: down(decade), y2: down(decade), class: decade ? "grid" : "one" }),
      !which && label(from - 5, down(decade) + 4, decade ? `10${superscript(decade)}` : "1", { class: "end small quiet" }),
    ]);
    const arrived = errors.map((error, k) => [x(k), down(Math.log10(Math.abs(error)))]).slice(STEPS - returned).reverse();
    const error = [
      grid,
      trace(arrived, down(TOP), down(BOTTOM), "err-curve", "err-dot"),
      label(from, first - 12, "← the error", { class: "small error-ink" }),
      label(from, first + deep + 26, "step 1", { class: "small quiet" }),
      label(from + column, first + deep + 26, String(STEPS), { class: "end small quiet" }),
    ];
    return [loop, held, error];
  });
  return [inputs, columns];
}

const LOOK = `
.axis{stroke:var(--line);stroke-width:1} .grid{stroke:var(--soft);stroke-width:1} .one{stroke:var(--line);stroke-width:1.25;stroke-dasharray:5 4}
.input{fill:var(--ink)} .input.ahead{opacity:.35} .body{fill:none;stroke-width:2.5} .loop{fill:none;stroke:var(--line);stroke-width:1.75} .tip{fill:var(--line)}
.curve{fill:none;stroke-width:2.5;stroke-linejoin:round}
.hid-curve,.hid-line{stroke:var(--hidden)} .cell-curve,.cell-line{stroke:var(--cell)} .err-curve{stroke:var(--error)}
.hid-dot{fill:var(--hidden)} .cell-dot{fill:var(--cell)} .err-dot{fill:var(--error)}
svg .hid-ink,.numbers .ordinary.content{fill:var(--hidden-ink);color:var(--hidden-ink)} svg .cell-ink,.numbers .carousel.content{fill:var(--cell-ink);color:var(--cell-ink)}
svg .error-ink,.numbers .error{fill:var(--error-ink);color:var(--error-ink)}
.numbers strong{white-space:nowrap} .fate{min-height:4.4em}
`;

export default figure("lstm-carousel", { values: ONE, w: 0.9, squash: "tanh", step: 60 }, mount, LOOK);
