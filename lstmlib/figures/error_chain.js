import { button, clamp, drawing, el, figure, fitted, fixed, label, s, group, scientific, short, slider, stage, superscript, voice } from "../page/kit.js";

// The error's way back through one unit that feeds itself: each step back multiplies it by the weight and by the slope
// of the squashing function where the unit is, so that after q steps (w f')^q of it is left. At every step alike.

const logistic = (z) => 1 / (1 + Math.exp(-z));
/** Each function with its slope, the slope's largest value, and how far it reaches. */
export const SQUASH = {
  logistic: { f: logistic, slope: (z) => logistic(z) * logistic(-z), largest: 0.25, reach: [0, 1] },
  tanh: { f: Math.tanh, slope: (z) => Math.cosh(z) ** -2, largest: 1, reach: [-1, 1] },
  identity: { f: (z) => z, slope: () => 1, largest: 1, reach: [-6, 6] },
};
const MOST = 6; // how far the net input goes
const NAMES = { logistic: "Logistic", tanh: "tanh", identity: "Identity" };
const DECADES = 6; // the chart shows a millionth to a million

/** The factor of one step, what is left after q of them, and after how many half is left (or it has doubled). */
export function flow(w, slope, steps) {
  const factor = w * slope, size = Math.abs(factor);
  const even = Math.abs(size - 1) < 1e-12;
  return {
    factor,
    left: factor ** steps,
    half: even || size === 0 ? null : Math.log(size < 1 ? 0.5 : 2) / Math.log(size),
    fate: even ? "holds" : size < 1 ? "fades" : "bursts",
  };
}

const amount = (left, factor) => (Math.abs(left) < 1e-300 && factor !== 0 ? "below 10⁻³⁰⁰" : scientific(left));

function words({ factor, left, half, fate }, steps) {
  const turns = factor < 0 ? " It changes sign at every step." : "";
  if (factor === 0) return "The error stops at once: nothing goes back at all.";
  if (fate === "holds") return `The error holds: all of it is left, after ${steps} steps as after a thousand.${turns}`;
  const span = short(half ?? 0, half < 10 ? 1 : 0);
  const pace = half < 0.95 ? "within a single step" : span === "1" ? "at every step" : `every ${span} steps`;
  const share = Math.abs(left);
  if (fate === "bursts") return `The error bursts: it doubles ${pace}.${turns}`;
  return `The error fades: it halves ${pace}${share >= 0.01 ? `, and ${fixed(100 * share, share < 0.1 ? 1 : 0)} % of it is left` : ""}.${turns}`;
}

const rounded = (value) => Math.round(value * 1e6) / 1e6;

function mount(frame, store) {
  const picture = drawing(), place = drawing(), spoken = voice();
  const weight = slider("Weight w", { min: -6, max: 6, step: 0.05 }, (w) => store.update({ w: rounded(w) }));
  const input = slider("Net input", { min: -MOST, max: MOST, step: 0.05 }, (value) => store.update({ net: rounded(value) }));
  const steps = slider("Steps back q", { min: 1, max: 100, step: 1, role: "error" }, (q) => store.update({ steps: q }));
  const kinds = Object.keys(NAMES).map((name) => button(NAMES[name], () => store.update({ squash: name })));
  const numbers = el("p", { class: "says numbers" }), said = el("p", { class: "says fate" });
  frame.setAttribute("aria-label", "The error's way back");
  frame.append(
    el("p", { class: "title" }, "The error’s way back"),
    el("p", { class: "how" }, "Set the weight, and the net input: it decides where on its curve the unit is, and how steep the curve is there. Each step back multiplies the error by weight and slope."),
    el("div", { class: "controls first" }, group("Squashing function", kinds)),
    stage([place, picture], el("div", { class: "controls" }, weight, input, steps), numbers, said),
    spoken,
  );

  function draw(width) {
    const [w, squash, net, q] = ["w", "squash", "net", "steps"].map((name) => store.get(name));
    const { slope, largest } = SQUASH[squash], f = slope(net), result = flow(w, f, q);
    weight.set(w, fixed(w));
    input.set(net, fixed(net));
    steps.set(q, String(q));
    kinds.forEach((kind, k) => kind.setAttribute("aria-pressed", Object.keys(NAMES)[k] === squash));
    numbers.replaceChildren(
      "factor w · f′ = ", el("strong", { class: "factor" }, scientific(result.factor, 4)),
      ", left after ", String(q), q === 1 ? " step: " : " steps: ", el("strong", { class: "left" }, amount(result.left, result.factor)),
    );
    said.textContent = words(result, q);
    const steep = f < 5e-4 ? scientific(f, 2) : fixed(f, 3), where = [`Slope f′ = ${steep}`, squash === "identity" ? "as everywhere" : `of at most ${largest}`];
    const told = `${where.join(" ")}. Factor ${scientific(result.factor, 4)}; left after ${q} steps: ${amount(result.left, result.factor)}. ${words(result, q)}`;
    spoken.say(told);
    place.show(width, 84, `The ${NAMES[squash]} function at a net input of ${fixed(net)}`, where.join(" "), drawPlace(width, SQUASH[squash], net, where));
    picture.show(width, 300, "The error’s way back through a chain of steps", told, drawChain(width, result, q));
  }
  return { draw };
}

/** The squashing function, the place on it where the unit is, and the tangent there. */
function drawPlace(width, { f, slope, reach: [low, high] }, net, where) {
  const left = 44, right = left + Math.min(190, width * 0.45), top = 10, bottom = 66;
  const x = (z) => left + ((right - left) * (z + MOST)) / (2 * MOST), y = (value) => bottom - ((bottom - top) * (value - low)) / (high - low);
  const points = Array.from({ length: 97 }, (_, k) => -MOST + k / 8).map((z) => `${x(z).toFixed(1)} ${y(f(z)).toFixed(1)}`);
  // Its tangent, so long on either side.
  const [dx, dy] = [x(1) - x(0), (y(1) - y(0)) * slope(net)], long = 26 / Math.hypot(dx, dy);
  const [before, after] = [net + MOST, MOST - net].map((most) => Math.min(long, most)); // not over the numbers
  return [
    [low, high].map((value) => [s("line", { x1: left, x2: right, y1: y(value), y2: y(value), class: "grid" }), label(left - 6, y(value) + 4, short(value), { class: "end small quiet" })]),
    s("path", { d: `M ${points.join(" L ")}`, class: "squash" }),
    s("line", { x1: x(net) - before * dx, y1: y(f(net)) - before * dy, x2: x(net) + after * dx, y2: y(f(net)) + after * dy, class: "tangent" }),
    s("circle", { cx: x(net), cy: y(f(net)), r: 4.5, class: "here" }),
    label(x(-MOST), bottom + 15, "−6", { class: "small quiet" }), label(x(0), bottom + 15, "net input", { class: "middle small quiet" }), label(x(MOST), bottom + 15, "6", { class: "end small quiet" }),
    fitted(right + 18, 34, where[0], width - right - 22, { class: "strong point-ink" }),
    fitted(right + 18, 54, where[1], width - right - 22, { class: "small quiet" }),
  ];
}

// Which steps back get a unit of their own: 0, round numbers, and the last.
function marks(steps, many) {
  const stride = [1, 2, 5, 10, 20, 25, 50].find((n) => steps / n <= many);
  const all = [...Array(Math.floor(steps / stride) + 1)].map((_, k) => k * stride);
  if (steps - all.at(-1) >= 0.75 * stride) all.push(steps);
  else all[all.length - 1] = steps;
  return all;
}

function drawChain(width, { factor, fate }, steps) {
  const left = 44, right = width - 26, top = 112, bottom = 272, y1 = 44;
  const at = (q) => right - ((right - left) * q) / steps;
  const many = Math.floor((right - left) / 40), shown = marks(steps, many);
  const radius = 14, size = (q) => Math.abs(factor) ** q;

  // A unit for each step shown; the red in it is as large, in area, as the error that arrives there.
  const units = shown.map((q) => [
    s("circle", { cx: at(q), cy: y1, r: radius, class: "unit" }),
    s("circle", { cx: at(q), cy: y1, r: radius * Math.sqrt(Math.min(1, size(q))), class: "heat" }),
    // A ring a pixel wider for each power of ten, as far as the chart goes; beyond it, an arrow.
    size(q) > 1 + 1e-9 && s("circle", { cx: at(q), cy: y1, r: radius + 2 + Math.min(DECADES, Math.log10(size(q))), class: "burst" }),
    size(q) > 10 ** DECADES * (1 + 1e-9) && s("path", { d: `M ${at(q)} ${y1 - radius - 16} l -5 8 h 10 z`, class: "backtip off" }),
    label(at(q), y1 + 34, q === 0 ? "now" : `−${q}`, { class: "middle small quiet" }),
  ]);
  const arrows = shown.slice(1).map((q, k) => {
    const [from, to] = [at(shown[k]) - radius - 3, at(q) + radius + 3];
    const thick = 1 + 3 * Math.min(1, size(shown[k]));
    return [
      s("line", { x1: from, y1, x2: to + 6, y2: y1, class: "back", "stroke-width": thick, "stroke-dasharray": steps <= many ? "none" : "2 3" }),
      s("path", { d: `M ${to} ${y1} l 8 -4.5 v 9 z`, class: "backtip" }),
    ];
  });

  // The same on a logarithmic scale, under the units, on the same axis of time.
  const y = (decade) => (top + bottom) / 2 - (decade / DECADES) * ((bottom - top) / 2);
  const slope = Math.log10(Math.abs(factor));
  const grid = [-6, -4, -2, 0, 2, 4, 6].map((decade) => [
    s("line", { x1: left, x2: right, y1: y(decade), y2: y(decade), class: decade ? "grid" : "one" }),
    label(left - 6, y(decade) + 4, decade ? `10${superscript(decade)}` : "1", { class: "end small quiet" }),
  ]);
  let end = steps;
  if (factor !== 0 && Math.abs(slope * steps) > DECADES) end = DECADES / Math.abs(slope); // where it leaves the chart
  const last = factor === 0 ? -DECADES : slope * end;
  const off = end < steps || factor === 0, tip = factor === 0 ? 0.02 * Math.min(1, steps) : end;
  const far = factor !== 0 && at(end) < left + 70; // the curve goes right across: its name stands above or below it
  const flip = fate === "bursts" ? -1 : 1;
  return [
    label(right + radius, 10, "time →", { class: "end small quiet" }),
    label(left - 20, 10, "← error", { class: "small error-ink" }),
    arrows, units, grid,
    label(left, top - 8, "what is left of the error", { class: "small quiet" }),
    s("line", { x1: at(0), y1: y(0), x2: at(tip), y2: y(last), class: "curve" }),
    factor !== 0 && shown.filter((q) => q <= end + 1e-9).map((q) => s("circle", { cx: at(q), cy: y(slope * q), r: 3.2, class: "dot" })),
    off && s("path", { d: `M ${at(tip)} ${y(last) + flip * 7} l -5 ${-flip * 8} h 10 z`, class: "backtip" }),
    label(far ? left + 10 : at(tip) - 12, clamp(y(last) + (fate === "fades" && far ? 24 : fate === "fades" ? 0 : far ? -12 : 12), top + 12, bottom - 6), fate, { class: `strong error-ink word${far ? "" : " end"}` }),
    label(right + radius, bottom + 22, "now", { class: "end small quiet" }),
    label(left, bottom + 22, steps === 1 ? "1 step back" : `${steps} steps back`, { class: "small quiet" }),
  ];
}

const LOOK = `
.unit{fill:none;stroke:var(--line);stroke-width:1.5} .heat{fill:var(--error)} .burst{fill:none;stroke:var(--error);stroke-width:1.5;stroke-dasharray:4 3}
.back{stroke:var(--error)} .backtip{fill:var(--error)} .curve{stroke:var(--error);stroke-width:2.5} .dot{fill:var(--error)}
.squash{fill:none;stroke:var(--hidden);stroke-width:2} .tangent{stroke:var(--point-ink);stroke-width:2.5} .here{fill:var(--point-ink)}
.grid{stroke:var(--soft);stroke-width:1} .one{stroke:var(--line);stroke-width:1.25;stroke-dasharray:5 4}
svg .error-ink{fill:var(--error-ink)} svg .point-ink{fill:var(--point-ink)} svg .word{font-size:15px}
.fate{min-height:4.4em} .numbers strong{color:var(--error-ink)}
`;

export default figure("lstm-error-chain", { w: 3.9, squash: "logistic", net: 0, steps: 100 }, mount, LOOK);
