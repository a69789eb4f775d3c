// An attention matrix to drag through: for each symbol that a trained decoder writes, the weights over the states of the
// text that it reads, the mean of the states under them, and the way that the error takes back.

import { button, clamp, drawing, el, figure, fixed, group, label, s, scientific, slider, stage, voice } from "../page/kit.js";

const MODES = { weights: "Weights", scores: "Scores", error: "Error" };
const TONGUES = { en: "English", de: "German", fr: "French", es: "Spanish", it: "Italian", nl: "Dutch", fi: "Finnish", pl: "Polish", ru: "Russian", el: "Greek", hu: "Hungarian", eu: "Basque" };
const END = "■";

/** Shares that add up to 1, from scores times a scale. */
export function softmax(scores, scale) {
  const most = Math.max(...scores.map((e) => scale * e));
  const powers = scores.map((e) => Math.exp(scale * e - most)), sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((p) => p / sum);
}

/** The mean of rows under weights. */
export const mean = (weights, rows) => rows[0].map((_, k) => weights.reduce((sum, w, j) => sum + w * rows[j][k], 0));

/** The loss's gradient for the scores, from that for the weights: each weight's own less the mean of all, and the scale. */
export function backward(weights, push, scale) {
  const middle = weights.reduce((sum, w, j) => sum + w * push[j], 0);
  return weights.map((w, j) => scale * w * (push[j] - middle));
}

const seen = (symbol) => (symbol === " " ? "␣" : symbol);
const named = (symbol) => (symbol === " " ? "a space" : symbol === END ? "the end" : `“${symbol}”`);

function mount(frame, store) {
  const picture = drawing(), map = drawing(), spoken = voice();
  const row = slider("Symbol written", { min: 1, max: 11, step: 1, role: "hidden" }, (target) => store.update({ target }));
  const scale = slider("Scores times", { min: 0, max: 4, step: 0.1, role: "gate" }, (x) => store.update({ scale: Math.round(10 * x) / 10 }));
  const texts = el("div", { class: "buttons", role: "group", "aria-label": "Text" });
  const modes = Object.keys(MODES).map((name) => button(MODES[name], () => store.update({ show: name })));
  const numbers = el("p", { class: "says numbers" }), said = el("p", { class: "says fate" });
  frame.setAttribute("aria-label", "What the decoder looks at");
  frame.append(
    el("p", { class: "title" }, "What the decoder looks at"),
    el("p", { class: "how" }, "A trained net reads a date and writes it as numbers. Go through the symbols that it writes: press a row, drag, or use the slider."),
    el("div", { class: "controls first" }, texts),
    el("div", { class: "controls first" }, group("Bars", modes)),
    stage([picture, numbers], el("div", { class: "controls" }, row, scale), map, said),
    spoken,
  );

  let rows = null; // where the matrix lies in the drawing: its top, the height of a row, how many
  const sweep = (event) => {
    const box = picture.getBoundingClientRect(), y = ((event.clientY - box.top) * picture.viewBox.baseVal.height) / box.height;
    if (event.type === "pointerdown" && (y < rows.top || y > rows.top + rows.high * rows.many)) return;
    const target = clamp(1 + Math.floor((y - rows.top) / rows.high), 1, rows.many);
    if (target !== store.get("target")) store.update({ target });
  };
  let held = false;
  picture.addEventListener("pointerdown", (event) => ((held = true), sweep(event)));
  picture.addEventListener("pointermove", (event) => held && event.buttons & 1 && sweep(event));
  for (const name of ["pointerup", "pointercancel", "pointerleave"]) picture.addEventListener(name, () => (held = false));

  // A symbol that is pointed at, in the matrix or among the states, is shown in both.
  let pointed = null, drawnAt = [0, 0];
  const point = (to) => to !== pointed && ((pointed = to), draw(...drawnAt));
  for (const where of [picture, map]) {
    where.addEventListener("pointerover", (event) => point(event.target.closest("[data-symbol]")?.dataset.symbol ?? null));
    where.addEventListener("pointerleave", () => point(null));
  }

  function choose(sentence) {
    const many = store.get("alignments")[sentence].target.length;
    store.update({ sentence, target: Math.min(store.get("target"), many) });
  }

  function draw(width, beside) {
    drawnAt = [width, beside];
    const all = store.get("alignments"), [sentence, target, times, show] = ["sentence", "target", "scale", "show"].map((name) => store.get(name));
    if (texts.childElementCount !== all.length) texts.replaceChildren(...all.map((a, k) => button(TONGUES[a.language] ?? a.language, () => choose(k))));
    [...texts.children].forEach((one, k) => one.setAttribute("aria-pressed", k === sentence));
    modes.forEach((one, k) => one.setAttribute("aria-pressed", Object.keys(MODES)[k] === show));
    const text = all[sentence], source = [...text.source], written = [...text.target], i = target - 1;
    const weights = text.scores.map((scores) => softmax(scores, times));
    const at = weights[i], c = mean(at, text.plane), pushed = backward(at, text.push[i], times);
    row.set(target, `${target} of ${written.length}: ${seen(written[i])}`, { max: written.length });
    scale.set(times, times === 1 ? "1, as trained" : fixed(times, 1));

    const order = source.map((_, j) => j).sort((a, b) => at[b] - at[a] || a - b), top = order[0];
    const asked = pushed.reduce((a, b) => a + Math.abs(b), 0);
    const value = { weights: (j) => fixed(at[j]), scores: (j) => fixed(times * text.scores[i][j]), error: (j) => fixed(at[j]) }[show];
    const what = { weights: "weight", scores: "score", error: "share of the error" }[show];
    numbers.replaceChildren(
      `Writing ${named(written[i])}: ${what} `,
      ...order.slice(0, 3).flatMap((j, k) => [k ? ", " : "", el("strong", { class: `one ${show}` }, value(j)), ` at ${named(source[j])} (${j + 1})`]),
      ".",
    );
    // Down the gradient, the score of the one rises and that of the other falls.
    const more = pushed.indexOf(Math.min(...pushed)), less = pushed.indexOf(Math.max(...pushed));
    const place = (j) => `${named(source[j])} (${j + 1})`;
    const three = order.slice(0, 3).reduce((sum, j) => sum + at[j], 0);
    said.replaceChildren(
      ...(show === "error"
        ? [`An error on the context goes to the states in these shares, in one step. ${asked > 1e-6 ? `Learning would look more at ${place(more)}, less at ${place(less)}; the` : "The"} scores are pushed by `, el("strong", { class: "asked" }, scientific(asked, 2)), " in all."]
        : ["Of the context ◆, their mean, ", el("strong", { class: "context" }, `${fixed(100 * three, 0)} percent`), times === 0 ? " is from any three states: all count alike." : at[top] > 0.995 ? " is from one state." : " is from these three states."]),
    );
    const told = `Reading ${text.source}, writing ${text.target.replace(END, "")}. ${numbers.textContent} ${said.textContent}`;
    spoken.say(told);
    const spot = pointed === null || pointed >= source.length ? null : Number(pointed);
    const drawn = drawMatrix(width, text, source, written, weights, i, pushed, show, times, spot);
    rows = drawn.rows;
    picture.show(width, drawn.height, "An attention matrix", told, drawn.parts);
    const caption = spot === null ? "" : `${named(source[spot])} (${spot + 1}): ${what} ${value(spot)}`;
    map.show(beside, MAP, "The states of what is read, and the context among them", `${said.textContent}`, drawStates(beside, text, source, at, c, show, spot, caption));
  }
  return { draw };
}

function drawMatrix(width, text, source, written, weights, i, pushed, show, times, pointed) {
  const left = 24, wide = Math.min(30, (width - left - 4) / source.length), high = 17, top = 48;
  const x = (j) => left + wide * (j + 0.5), y = (k) => top + high * (k + 0.5), right = left + wide * source.length;
  const at = weights[i], base = top + high * written.length;
  const best = at.indexOf(Math.max(...at));
  const matrix = [
    label(left, 14, "what is read →", { class: "small quiet" }),
    source.map((symbol, j) => label(x(j), top - 8, seen(symbol), { class: `middle small${j === best ? " strong" : symbol === " " ? " quiet" : ""}` })),
    label(right, 14, "fuller: more weight", { class: "end small quiet" }),
    s("rect", { x: left, y: top, width: right - left, height: base - top, class: "under" }),
    s("path", { d: [...source.map((_, j) => `M ${(left + wide * j).toFixed(1)} ${top} V ${base}`), ...written.map((_, k) => `M ${left} ${top + high * k} H ${right.toFixed(1)}`)].join(" "), class: "lines" }),
    written.map((symbol, k) => [
      label(left - 8, y(k) + 4, symbol, { class: `end small${k === i ? " strong" : k > i ? " quiet" : ""}` }),
      // A row is seen once it has been written.
      k <= i && weights[k].map((weight, j) => weight > 0.004 && s("rect", { x: left + wide * j + 0.5, y: top + high * k + 0.5, width: wide - 1, height: high - 1, class: "share", opacity: weight })),
    ]),
    s("rect", { x: left - 0.5, y: top + high * i - 0.5, width: right - left + 1, height: high + 1, class: "row" }),
  ];

  // Bars of the row, under its columns.
  const first = base + 40, tall = 74, scores = text.scores[i].map((e) => times * e);
  const most = Math.max(2, ...scores.map(Math.abs)), pull = Math.max(1e-9, ...pushed.map(Math.abs));
  const zero = show === "weights" ? first + tall : show === "scores" ? first + tall / 2 : first + 48;
  const bar = (j, size, kind) => s("rect", { x: x(j) - wide * 0.32, width: wide * 0.64, y: Math.min(zero, zero - size), height: Math.max(0.8, Math.abs(size)), class: kind });
  const titles = { weights: "weights of the row, 0 to 1", scores: `scores of the row, −${fixed(most, 1)} to ${fixed(most, 1)}`, error: "shares of the error; arrows: the scores" };
  const bars = [
    label(left, first - 10, titles[show], { class: "small quiet" }),
    s("line", { x1: left, x2: right, y1: zero, y2: zero, class: "axis" }),
    show === "weights" && at.map((w, j) => bar(j, w * tall, "weight")),
    show === "scores" && scores.map((e, j) => bar(j, (e / most) * (tall / 2), "score")),
    show === "error" && at.map((w, j) => bar(j, w * 48, "fault")),
    // Down the gradient: an arrow up where more weight would make the loss smaller.
    show === "error" && pushed.map((d, j) => {
      const size = (Math.abs(d) / pull) * 20, up = d < 0, from = up ? zero + 25 : zero + 5;
      return size > 0.8 && s("path", { d: up ? `M ${x(j)} ${from - size} l 5.5 ${size} h -11 z` : `M ${x(j)} ${from + size} l 5.5 ${-size} h -11 z`, class: up ? "rise" : "sink" });
    }),
  ];

  const columns = source.map((_, j) => s("rect", { x: left + wide * j, y: top - 22, width: wide, height: first + tall - top + 22, class: `reach${j === pointed ? " pointed" : ""}`, "data-symbol": j }));
  return { rows: { top, high, many: written.length }, height: first + tall + 6, parts: [matrix, bars, columns] };
}

const MAP = 196;

/** The states in the plane in which they spread most, each with its symbol where there is room, and the context. */
function drawStates(width, text, source, at, c, show, pointed, named) {
  // As large as there is room for, with one scale for both directions.
  const edge = 16, roof = 30, ends = [0, 1].map((k) => [Math.min(...text.plane.map((h) => h[k])), Math.max(...text.plane.map((h) => h[k]))]);
  const scale = Math.min((Math.min(width, 340) - 2 * edge) / (ends[0][1] - ends[0][0] || 1), (MAP - roof - 12) / (ends[1][1] - ends[1][0] || 1));
  const centre = ends.map(([low, high]) => (low + high) / 2), px = ([a]) => width / 2 + (a - centre[0]) * scale, py = ([, b]) => (roof + MAP - 12) / 2 - (b - centre[1]) * scale;
  const context = [px(c), py(c)], taken = [[context[0] - 6, context[1] - 6, 12, 12]];
  const free = ([x, y, w, h]) => x > 0 && x + w < width && y > roof - 6 && y + h < MAP && taken.every(([x2, y2, w2, h2]) => x + w <= x2 || x2 + w2 <= x || y + h <= y2 || y2 + h2 <= y);
  const order = source.map((_, j) => j).sort((a, b) => (b === pointed) - (a === pointed) || at[b] - at[a] || a - b);
  const names = order.map((j) => {
    const [x, y] = [px(text.plane[j]), py(text.plane[j])], r = 6 + 4 * at[j];
    for (const [u, v] of [[1, 0], [-1, 0], [0, -1], [0, 1], [0.8, -0.8], [-0.8, -0.8], [0.8, 0.8], [-0.8, 0.8]]) {
      const place = [x + u * (r + 5) - 5.5, y + v * (r + 7) - 7.5, 11, 15];
      if (!free(place)) continue;
      taken.push(place);
      return label(place[0] + 5.5, place[1] + 11.5, seen(source[j]), { class: `middle small hidden-ink${j === pointed || at[j] > 0.1 ? " strong" : ""}`, "data-symbol": j });
    }
    return null;
  });
  return [
    label(0, 12, named || "the states read, and ◆ the context", { class: `small${named ? " strong" : " quiet"}` }),
    text.plane.map((h, j) => at[j] > 0.004 && s("line", { x1: px(h), y1: py(h), x2: context[0], y2: context[1], class: show === "error" ? "thread back" : "thread", "stroke-width": 0.5 + 4 * at[j] })),
    text.plane.map((h, j) => s("circle", { cx: px(h), cy: py(h), r: j === pointed ? 5 : 3.2, class: "state", "data-symbol": j })),
    text.plane.map((h, j) => at[j] > 0.02 && s("circle", { cx: px(h), cy: py(h), r: 4.5 + 4 * at[j], class: "ring" })),
    names,
    s("path", { d: `M ${context[0]} ${context[1] - 7} l 7 7 l -7 7 l -7 -7 z`, class: "mean" }),
    text.plane.map((h, j) => s("circle", { cx: px(h), cy: py(h), r: 9, class: "reach", "data-symbol": j })),
  ];
}

const LOOK = `
.first{margin:0 0 10px} svg{touch-action:pan-y;cursor:pointer}
.under{fill:var(--softer)} .lines{fill:none;stroke:var(--paper);stroke-width:1} .share,.weight{fill:var(--gate)} .row{fill:none;stroke:var(--ink);stroke-width:1.75}
.axis{stroke:var(--line);stroke-width:1} .score{fill:var(--line)} .fault{fill:var(--error)} .rise{fill:var(--gate)} .sink{fill:var(--line)}
.reach{fill:transparent} .reach.pointed{stroke:var(--hidden);stroke-width:1.5} svg .hidden-ink{fill:var(--hidden-ink)} .state{fill:var(--hidden)} .ring{fill:none;stroke:var(--gate);stroke-width:2} .thread{stroke:var(--gate)} .thread.back{stroke:var(--error)}
.mean{fill:var(--hidden);stroke:var(--paper);stroke-width:1.5}
.numbers .weights{color:var(--gate-ink)} .numbers .error,.fate .asked{color:var(--error-ink)} .fate .context{color:var(--hidden-ink)}
.numbers{min-height:2.9em} .fate{min-height:5.8em} .fate strong{white-space:nowrap}
`;

export default figure("lstm-attention", { alignments: [], sentence: 0, target: 1, scale: 1, show: "weights" }, mount, LOOK);
