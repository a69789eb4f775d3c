// How a net is seen over one sequence: what its cells hold and its gates do, what each step pushes at its weights, and how
// much of an error arrives at each lag. Drawings for the laboratory, and for the small nets of the chapters.

import { caption, clamp, fixed, label, precise, s, superscript, trace } from "./kit.js";

export function line(points) {
  return points.map(([x, y], k) => `${k ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");
}

/** One sequence: contents of the cells, then the gates. */
export function drawReading(left, right, start, view, title = "") {
  const { at, steps, marks, contents, inward, outward, forget } = view, x = (t) => left + ((right - left) * t) / Math.max(steps - 1, 1);
  const all = contents.flat().filter(Number.isFinite), high = Math.max(1, ...all), low = Math.min(-1, ...all), top = start + 24, base = top + 80;
  const y = (value) => base - ((base - top) * (value - low)) / (high - low), gates = base + 26, foot = gates + 44;
  const gate = (values, role) => s("path", { d: line(values.map((value, k) => [x(at[k]), foot - (foot - gates) * value])), class: `gate-line ${role}` });
  const crowded = inward.length + outward.length + forget.length >= 8, kept = crowded && forget.length > 0; // then one kind alone
  const dashes = ["", "7 3", "2 3", "9 3 2 3"];
  return [
    caption(left, start, title || (contents.length && inward.length ? "Contents of the cells over one sequence" : "Hidden units over one sequence"), right - left, "cell-ink"),
    title ? null : label(right, start, `${steps} steps`, { class: "small quiet end" }),
    s("line", { x1: left, x2: right, y1: y(0), y2: y(0), class: "axis" }),
    marks.map(([t]) => s("line", { x1: x(t), x2: x(t), y1: top - 4, y2: inward.length ? foot : base, class: "mark" })),
    marks.map(([t, text], k) => (k && x(t) - x(marks[k - 1][0]) < 40 ? null : label(clamp(x(t), left + 14, right - 14), top - 8, text, { class: "small middle strong" }))),
    contents.map((values, k) => s("path", { d: line(values.map((value, n) => [x(at[n]), y(value)])), class: "content-line", "stroke-dasharray": dashes[k % 4] || null })),
    label(right, top + 10, fixed(high, 1), { class: "small quiet end halo" }),
    label(right, base - 2, fixed(low, 1), { class: "small quiet end halo" }),
    inward.length ? [
      s("line", { x1: left, x2: right, y1: foot, y2: foot, class: "axis" }),
      kept ? forget.map((values) => gate(values, "")) : [inward.map((values) => gate(values, "")), crowded ? null : outward.map((values) => gate(values, "out")), crowded ? null : forget.map((values) => gate(values, "keep"))],
      label(left, gates - 6, crowded ? `${kept ? "Forget" : "Input"} gates, 0 to 1` : title ? "Gates" : `Gates, 0 to 1: input${outward.length ? "; dashed: output" : ""}${forget.length ? "; dotted: forget" : ""}`, { class: "small gate-ink halo" }),
    ] : null,
  ];
}

/** What each step asks of one weight, a bar a step; at the right, on a scale of its own, all that is asked for up and down, and the sum. */
export function drawPushes(left, right, start, view) {
  const { steps, marks, pushes: { values, bins, up, down, unit, source } } = view, end = right - 72, x = (t) => left + ((end - left) * (t + 0.5)) / Math.max(steps, 1);
  const most = Math.max(...values.map(Math.abs)), all = Math.max(up, -down), middle = start + 96, tall = 62, wide = Math.max(1, Math.min(9, ((end - left) / values.length) * 0.7));
  const bar = (at, size, width, look) => s("rect", { x: at - width / 2, width, y: middle - Math.max(size, 0) * tall, height: Math.max(0.6, Math.abs(size) * tall), class: look });
  const sum = middle - ((up + down) / all) * tall;
  return [
    label(left, start, `What each step pushes at ${unit}${source ? `, from ${source}` : ""}`, { class: "small error-ink" }),
    marks.map(([t]) => s("line", { x1: x(t), x2: x(t), y1: start + 22, y2: middle + tall, class: "mark" })),
    marks.map(([t, text], k) => (k && x(t) - x(marks[k - 1][0]) < 40 ? null : label(clamp(x(t), left + 22, end - 22), start + 16, text, { class: "small middle strong halo" }))),
    most > 0 && Number.isFinite(all) ? [
      values.map((value, k) => bar(x((bins[k] + bins[k + 1] - 1) / 2), value / most, wide, "push")),
      bar(right - 44, up / all, 14, "push"), bar(right - 44, down / all, 14, "push"),
      s("line", { x1: right - 58, x2: right - 30, y1: sum, y2: sum, class: "sum" }),
      label(right, sum < middle ? sum + 4 : sum + 5, "sum", { class: "small end halo strong" }),
    ] : label((left + end) / 2, middle - 8, most > 0 ? "Beyond 10³⁰⁸." : "Nothing: no error asks for a change here.", { class: "small middle quiet" }),
    s("line", { x1: left, x2: end, y1: middle, y2: middle, class: "axis" }),
    s("line", { x1: right - 58, x2: right - 30, y1: middle, y2: middle, class: "axis" }),
    label(right - 44, start + 16, "all", { class: "small middle" }),
    label(left, middle + tall + 14, most > 0 ? `largest: ${precise(most)}` : "", { class: "small quiet" }),
    label(right, middle + tall + 14, most > 0 && Number.isFinite(all) ? `${steps} steps; sum ${precise(up + down)}` : `${steps} steps`, { class: "small quiet end" }),
  ];
}

/** How much of an error is left at each lag, in powers of ten. */
export function drawFlow(left, right, start, view) {
  const { flow: { lags, left: share } } = view, from = left + 36, top = start + 22, base = top + 124, HIGH = 2, LOW = -10;
  const x = (q) => from + ((right - from) * q) / Math.max(lags.at(-1), 1), y = (power) => top + ((base - top) * (HIGH - power)) / (HIGH - LOW);
  const points = share.map((value, k) => [x(lags[k]), value > 0 ? y(Math.log10(value)) : 1e6]), last = share.at(-1);
  return [
    label(left, start, "How much of an error at the end is left at each lag", { class: "small error-ink" }),
    [2, 0, -4, -10].map((power) => [
      s("line", { x1: from, x2: right, y1: y(power), y2: y(power), class: power ? "grid" : "axis" }),
      label(from - 5, y(power) + 4, power ? `10${superscript(power)}` : "1", { class: "small quiet end" }),
    ]),
    share.every(Number.isFinite) ? trace(points, top, base, "flow", "flow-dot") : null,
    label(from, base + 16, "lag 0", { class: "small quiet" }),
    label(right, base + 16, `${lags.at(-1)} steps`, { class: "small quiet end" }),
    label((from + right) / 2, base + 16, Number.isFinite(last) ? `left: ${precise(last)}` : "", { class: "small middle error-ink" }),
  ];
}

/** The look of all this; the figure has that of text. */
export const READING = `
.mark{stroke:var(--line);stroke-width:1;stroke-dasharray:2 3} .grid{stroke:var(--soft);stroke-width:1} .axis{stroke:var(--line);stroke-width:1}
.content-line{stroke:var(--cell);stroke-width:1.8} .gate-line{stroke:var(--gate);stroke-width:1.6} .gate-line.out{stroke-dasharray:6 3} .gate-line.keep{stroke-dasharray:2 3}
.push{fill:var(--error)} .sum{stroke:currentColor;stroke-width:3} .flow{stroke:var(--error);stroke-width:2} path.flow-dot,circle.flow-dot{fill:var(--error)}
svg .cell-ink{fill:var(--cell-ink)} svg .gate-ink{fill:var(--gate-ink)} svg .error-ink{fill:var(--error-ink)}
`;
