// What is told of gates, and what they do: one gate along a passage, with the claim's places and their partners marked.

import { button, clamp, drawing, el, figure, fixed, group, label, s, slider, stage, trace, voice } from "../page/kit.js";

const FIELDS = [["Language", ["sentence", "nouns", "grammar"]], ["Prices", ["outdated", "changes", "history"]],
  ["Music", ["phrases", "motifs", "rhythm"]], ["Handwriting", ["characters", "strokes", "identity"]]];
const GAP = 11; // pixels between two steps, so that letters can be read

/** The gate at places and at partners, on average over the passage: a product over the window, or a mean. */
export function means(one, gate) {
  const over = (k) => {
    const inside = gate.slice(k, k + one.width);
    return one.gate === "forget" ? inside.reduce((a, b) => a * b, 1) : inside.reduce((a, b) => a + b, 0) / inside.length;
  };
  return ["places", "partners"].map((side) => one[side].reduce((sum, k) => sum + over(k), 0) / one[side].length);
}

function mount(frame, store) {
  const data = store.get("data"), picture = drawing(), spoken = voice();
  const told = el("p", { class: "told" }), numbers = el("p", { class: "numbers" });
  const fields = FIELDS.map(([field, names]) => group(field, names.map((name) =>
    button(data[name] ? data[name].gate : name, () => store.update({ claim: name, at: data[name].places[0] }), { "data-claim": name }))));
  const net = button("Before learning", () => store.update({ net: store.get("net") === "learnt" ? "untrained" : "learnt" }));
  const step = slider("Step", { min: 0, max: 71, step: 1, role: "gate" }, (at) => store.update({ at }));
  const go = (by) => {
    const places = data[store.get("claim")].places, at = store.get("at");
    const next = by > 0 ? places.find((k) => k > at) : places.findLast((k) => k < at);
    store.update({ at: next ?? places.at(by > 0 ? 0 : -1) });
  };
  const walk = el("div", { class: "buttons" }, button("← Place", () => go(-1)), button("Place →", () => go(1)));
  frame.setAttribute("aria-label", "What is told of gates, and what they do");
  frame.append(
    el("p", { class: "title" }, "What is told of gates, and what they do"),
    el("p", { class: "how" }, "Choose a claim. Shaded are its places, framed their partners: does the gate know the one from the other?"),
    el("div", { class: "controls first" }, fields, group("Net", [net])),
    stage(picture, told, step, walk, numbers),
    spoken,
  );

  function draw(wide) {
    const name = store.get("claim"), one = data[name];
    if (!one) return void (told.textContent = "No passage is given.");
    const which = store.get("net"), gates = one[which], last = one.labels.length - 1, at = clamp(store.get("at"), 0, last);
    for (const each of frame.querySelectorAll("[data-claim]")) each.setAttribute("aria-pressed", each.dataset.claim === name);
    net.setAttribute("aria-pressed", which === "untrained");
    step.set(at, `${at + 1} of ${last + 1}`, { max: last });
    const side = (list) => list.some((k) => at >= k && at < k + one.width);
    const where = side(one.places) ? "a place of the claim" : side(one.partners) ? "a partner" : "neither";
    told.textContent = `${one.field}: the ${one.gate} gate “${one.told}”.`;
    const [mean, best] = [means(one, gates.mean), means(one, gates.best)];
    const what = one.gate === "forget" && one.width > 1 ? "What is left after a window" : "The gate";
    const pair = ([a, b]) => `${fixed(a)} at places, ${fixed(b)} at partners`;
    numbers.textContent = `${what}, in this passage. Mean of all cells: ${pair(mean)}. Cell ${gates.cell}, the best for this claim: ${pair(best)}.`;
    const here = `Step ${at + 1}, ${where}: all cells ${fixed(gates.mean[at])}, cell ${gates.cell} ${fixed(gates.best[at])}.`;
    spoken.say(`${told.textContent} ${which === "learnt" ? "After" : "Before"} learning. ${here} ${numbers.textContent}`);
    const description = `${told.textContent} ${which === "learnt" ? "After" : "Before"} learning. ${here}`;
    picture.show(wide, 236, "A gate along a passage", description, chart(wide, one, gates, at, here));
  }
  return { draw };
}

function chart(wide, one, gates, at, here) {
  const left = 30, right = wide - 8, top = 34, bottom = 176;
  const count = Math.min(one.labels.length, Math.floor((right - left) / GAP));
  const begin = clamp(at - Math.floor(count / 2), 0, one.labels.length - count), end = begin + count;
  const x = (k) => left + ((right - left) * (k - begin + 0.5)) / count, y = (value) => bottom - (bottom - top) * value;
  const half = (right - left) / count / 2;
  const boxes = (list, look) => list.map((k) => [Math.max(k, begin), Math.min(k + one.width, end)]).filter(([a, b]) => b > a)
    .map(([a, b]) => s("rect", { x: x(a) - half, width: 2 * half * (b - a), y: top - 4, height: bottom - top + 8, class: look }));
  const curve = (values, look) => trace(values.slice(begin, end).map((value, k) => [x(begin + k), y(value)]), top - 4, bottom + 4, look, `end-${look}`);
  const ticks = [0, 0.5, 1].map((value) => [
    s("line", { x1: left, x2: right, y1: y(value), y2: y(value), class: "grid" }),
    label(left - 5, y(value) + 4, String(value), { class: "end small quiet" })]);
  const dates = one.field === "prices";
  const letters = one.labels.slice(begin, end).map((text, k) => text.trim() &&
    label(dates ? clamp(x(begin + k), left + 34, right - 34) : x(begin + k), bottom + 20, text, { class: "middle small" }));
  const shown = dates ? letters.filter((_, k) => k > 6 && k < count - 6) : letters;
  return [
    label(0, 12, `${one.gate} gate`, { class: "small quiet" }),
    s("line", { x1: right - 196, x2: right - 176, y1: 9, y2: 9, class: "curve all-cells" }), label(right - 171, 13, "all cells", { class: "small" }),
    s("line", { x1: right - 100, x2: right - 80, y1: 9, y2: 9, class: "curve one-cell" }), label(right - 75, 13, `cell ${gates.cell}`, { class: "small" }),
    boxes(one.places, "place"), boxes(one.partners, "partner"), ticks,
    s("line", { x1: x(at), x2: x(at), y1: top - 4, y2: bottom + 4, class: "here" }),
    curve(gates.mean, "all-cells"), curve(gates.best, "one-cell"), shown,
    one.field === "music" && label(0, bottom + 20, "beat", { class: "small quiet" }),
    s("circle", { cx: x(at), cy: y(gates.best[at]), r: 4.5, class: "dot" }),
    label(0, bottom + 44, here.slice(0, here.indexOf(":")), { class: "small quiet" }),
    label(0, bottom + 59, here.slice(here.indexOf(":") + 2), { class: "small quiet" }),
  ];
}

const LOOK = `
.grid{stroke:var(--soft)} .here{stroke:var(--line);stroke-dasharray:2 3}
.curve{fill:none;stroke-width:2} .all-cells{stroke:var(--quiet);stroke-dasharray:6 4} .one-cell{stroke:var(--gate);stroke-width:2.4}
[class^=end-]{fill:none;stroke:none} .dot{fill:var(--gate)}
.place{fill:var(--line);opacity:.28} .partner{fill:none;stroke:var(--line);stroke-width:1.2;stroke-dasharray:3 3}
.slider.gate input[type=range]{--tint:var(--gate)}
.told{font-weight:600;min-height:2.9em} .numbers{min-height:8.8em;font-size:14px}
`;

const EMPTY = { data: {}, claim: "sentence", net: "learnt", at: 11 };
export default figure("lstm-claims", EMPTY, mount, LOOK);
