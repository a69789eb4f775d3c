// A net of 1997, opened: the reader changes a sequence of any experiment and sees what the stored net does, step by step.

import { asking, button, clamp, drawing, el, figure, fitted, fixed, group, label, s, short, slider, stage, voice } from "../page/kit.js";
import { answerName, EXPERIMENTS, opened, question, sequenceOf, signals, symbolName, twinOf, waits } from "../page/opened.js";
import { SYMBOLS } from "../page/grammar.js";
import { putAddress } from "../page/working.js";

const STRING = "BTBPTTVPXTTVVETE", MOST_WAIT = 900, LETTERS = 60;
const ABOUT = {
  1: "The symbol before the last is the second one again.", "2a": "The first symbol comes back after a chain of 99 others.", "2b": "The first symbol comes back after 99 others, drawn at random.",
  "2c": "x or y, then distractors; at the trigger e the net says which it was.", "3a": "Three numbers are all 1 or all −1; noise follows.", "3b": "The same, and noise on the three numbers.", "3c": "As 3a, but its targets were 0.2 and 0.8, with noise.",
  4: "Two numbers are marked; at the end the net says half, plus a quarter of their sum.", 5: "Two numbers are marked; at the end the net says their product.",
  "6a": "Which of X and Y came, in which order, twice?", "6b": "The same, three times.",
};
const firstSeed = (experiment) => (experiment === "4" || experiment === "5" ? 10 : 3);
const RANGE = { 3: [-2, 2], 4: [-1, 1], 5: [0, 1] };
const DASHES = [null, "1.5 3", "7 3", "7 3 1.5 3"]; // of blocks, and of outputs
const list = (values) => [...values].map((value) => fixed(value)).join(", ");

function mount(frame, store) {
  const given = asking(store, "open_net", "eleven nets (0.2 MB)"), picture = drawing(), spoken = voice(), status = el("p", { class: "says fate" });
  const host = frame.getRootNode().host, page = host?.localName === "lstm-open-net", nets = new Map();
  const begin = (experiment) => ({ experiment, seed: firstSeed(experiment), wait: 0, edits: [], step: -1, text: STRING });
  const kinds = EXPERIMENTS.map((name) => button(name, () => {
    store.update(begin(name));
    if (page) putAddress(`#net:${name}`);
  }));
  const field = el("input", { type: "text", maxlength: LETTERS, spellcheck: "false", autocomplete: "off", autocapitalize: "characters", "aria-label": "The string that is read" });
  const type = el("label", { class: "type" }, el("span", { class: "name" }, "A string, in experiment 1"), field);
  field.addEventListener("input", () => {
    const text = [...field.value.toUpperCase()].filter((letter) => SYMBOLS.includes(letter)).join("");
    if (text.length >= 2) store.update({ text, step: -1 });
  });
  const where = slider("Step", { min: 1, max: 2, step: 1 }, (value) => store.update({ step: value - 1 }));
  const what = slider("Comes in there", { min: 0, max: 1, step: 1, role: "hidden" }, (value) => edit(0, value));
  const mark = button("Mark it", () => edit(1, now().x[2 * at() + 1] === 1 ? 0 : 1));
  const wait = slider("Steps more to wait", { min: 0, max: MOST_WAIT, step: 50 }, (value) => {
    const last = now().steps - 1 - store.get("wait"); // changes to what was waited through are forgotten
    store.update({ wait: value, step: -1, edits: store.get("edits").filter(([step]) => step < last) });
  });
  const other = button("Another sequence", () => store.update({ seed: (store.get("seed") + 1) % 1000, edits: [], step: -1 }));
  const back = button("As drawn", () => store.update({ edits: [], wait: 0, text: STRING, step: -1 }));
  const twin = button("Twin", () => store.update({ twin: !store.get("twin") }));
  frame.setAttribute("aria-label", "A net of 1997, opened");
  frame.append(
    el("p", { class: "title" }, "A net of 1997, opened"),
    el("p", { class: "how" }, "It reads one sequence; pale, its twin, in which what has to be kept differs. Change what comes in, or let it wait longer than it ever had to."),
    el("div", { class: "controls first" }, group("Experiment", kinds)),
    given.row,
    stage(picture, type, el("div", { class: "buttons" }, other, back, twin, mark), where, what, wait, status),
    spoken,
  );
  picture.addEventListener("click", (event) => {
    const box = picture.getBoundingClientRect(), { steps } = now() ?? { steps: 0 };
    if (steps) store.update({ step: clamp(Math.round((((event.clientX - box.left) / box.width) * width - LEFT) / ((width - LEFT - 4) / (steps - 1))), 0, steps - 1) });
  });
  let width = 440;

  const plan = () => given.data?.[store.get("experiment")];
  const now = () => plan() && sequenceOf(store.get("experiment"), plan(), Object.fromEntries(["seed", "wait", "edits", "text"].map((name) => [name, store.get(name)])));
  const at = () => (store.get("step") < 0 ? now().steps - 1 : Math.min(store.get("step"), now().steps - 1));
  function edit(channel, value) {
    const step = at(), kept = store.get("edits").filter(([t, c]) => t !== step || c !== channel);
    store.update({ edits: [...kept, [step, channel, value]] });
  }

  function draw(wide) {
    width = wide;
    const experiment = store.get("experiment"), ready = plan();
    kinds.forEach((each, k) => each.setAttribute("aria-pressed", EXPERIMENTS[k] === experiment));
    if (field.value.toUpperCase() !== store.get("text")) field.value = store.get("text");
    where.input.disabled = !ready;
    back.disabled = !ready || (!store.get("edits").length && !store.get("wait") && store.get("text") === STRING);
    field.disabled = !ready || experiment !== "1";
    what.input.disabled = !ready || experiment === "1";
    mark.disabled = !ready || (experiment !== "4" && experiment !== "5");
    wait.input.disabled = !ready || !waits(experiment);
    other.disabled = !ready || experiment === "1" || experiment === "2a";
    twin.setAttribute("aria-pressed", store.get("twin"));
    wait.set(store.get("wait"), String(store.get("wait")));
    if (!ready) {
      where.set(1, "");
      what.set(0, "");
      status.textContent = `${ABOUT[experiment]} The nets aren't loaded yet.`;
      return void picture.show(wide, HEIGHT, "What the net does", status.textContent, [label(wide / 2, HEIGHT / 2, "Load the nets, and this one reads.", { class: "middle quiet" })]);
    }
    if (!nets.has(experiment)) nets.set(experiment, opened(ready));
    const sequence = now(), step = at(), steps = nets.get(experiment)(sequence), asked = question(experiment, ready, sequence);
    const other_ = store.get("twin") ? twinOf(experiment, ready, sequence) : null, pale = other_ && nets.get(experiment)(other_);
    where.set(step + 1, `${step + 1} of ${sequence.steps}`, { max: sequence.steps });
    showInput(experiment, ready, sequence, step);
    const seen = steps[step], comes = sequence.symbols ? symbolName(experiment, ready, sequence.symbols[step]) : short(sequence.x[step * sequence.width]) + (sequence.width === 2 && sequence.x[2 * step + 1] === 1 ? ", marked," : "");
    const gates = `input gate${seen.inward.length > 1 ? "s" : ""} ${list(seen.inward)}; content${seen.contents.length > 1 ? "s" : ""} ${list(seen.contents)}${seen.outward.length ? `; output gate${seen.outward.length > 1 ? "s" : ""} ${list(seen.outward)}` : ""}`;
    const said = (found, sequence_) => verdict(experiment, ready, found, question(experiment, ready, sequence_));
    status.textContent = `${ABOUT[experiment]} Step ${step + 1}: ${comes} comes in; ${gates}. ${asked ? `At step ${asked.step + 1} ${said(steps, sequence)}${pale ? `; its twin: ${said(pale, other_)}` : ""}.` : "This sequence asks for nothing: " + missing(experiment)}`;
    spoken.say(status.textContent);
    picture.show(wide, HEIGHT, "What the net does", status.textContent, panels(wide, { experiment, plan: ready, sequence, steps, pale, asked, step }));
  }

  function showInput(experiment, ready, { symbols, x, width: D }, step) {
    mark.textContent = D === 2 && x[2 * step + 1] === 1 ? "Take its mark away" : "Mark it";
    if (symbols) return void what.set(symbols[step], symbolName(experiment, ready, symbols[step]), { min: 0, max: ready.net.input_size - 1, step: 1 });
    const [min, max] = RANGE[experiment[0]], value = x[D * step];
    what.set(value, fixed(value), { min, max, step: "any" });
    if (D === 2 && x[2 * step + 1] === -1) mark.disabled = true; // the first and the last pair
  }

  const linked = () => {
    const found = page && EXPERIMENTS.find((name) => decodeURIComponent(location.hash) === `#net:${name}`);
    if (!found) return;
    store.update({ ...begin(found), asked: true });
    host.scrollIntoView({ block: "start" });
  };
  addEventListener("hashchange", linked);
  queueMicrotask(linked);
  return { draw, stop: () => removeEventListener("hashchange", linked) };
}

function missing(experiment) {
  if (experiment === "1") return "its letters don't follow the grammar to the end.";
  if (experiment[0] === "2") return `there is no x or y at step ${experiment === "2c" ? 2 : 1}.`;
  return experiment[0] === "6" ? `it needs ${experiment === "6a" ? "two" : "three"} of X and Y.` : "it needs two marks.";
}

/** What is asked for and what the net says. */
function verdict(experiment, plan, steps, asked) {
  const { outputs } = steps[asked.step];
  if (outputs.length === 1) return `the answer is ${fixed(experiment === "3c" ? 0.2 + 0.6 * asked.answer : asked.answer)} and the net says ${fixed(outputs[0])}`;
  const best = outputs.indexOf(Math.max(...outputs));
  return `the answer is ${answerName(experiment, plan, asked.answer)} and the net says ${answerName(experiment, plan, best)}, with ${fixed(outputs[best])}`;
}

const LEFT = 44, TOPS = { input: 16, inward: 74, contents: 148, outward: 268, outputs: 342 }, HEIGHT = 430;

function panels(wide, { experiment, plan, sequence, steps, pale, asked, step }) {
  const right = wide - 4, T = sequence.steps, x = (t) => LEFT + ((right - LEFT) * t) / Math.max(1, T - 1), { num_blocks: B, block_size: S, output_gates: gated } = plan.net;
  const range = (values, low, high) => [Math.min(low, ...values), Math.max(high, ...values)];
  const every = (name) => [...steps, ...(pale ?? [])].flatMap((one) => [...one[name]]);
  const outputs = shown(experiment, plan, asked);
  const parts = [
    { name: "inward", title: B > 1 ? "input gates" : "input gate", height: 50, bounds: [0, 1], role: "gate", lines: Array.from({ length: B }, (_, j) => [j, DASHES[j]]) },
    { name: "contents", title: "contents s", height: 96, bounds: range(every("contents"), -1, 1), role: "held", lines: Array.from({ length: B * S }, (_, c) => [c, DASHES[Math.floor(c / S)], c % S > 0]) },
    gated && { name: "outward", title: "output gates", height: 50, bounds: [0, 1], role: "gate", lines: Array.from({ length: B }, (_, j) => [j, DASHES[j]]) },
    { name: "outputs", title: outputs.title, height: 60, bounds: range(steps.flatMap((one) => outputs.units.map(([k]) => one.outputs[k])), 0, 1), role: "said", lines: outputs.units },
  ].filter(Boolean);
  const marks = [...(asked?.kept ?? []), ...(asked ? [asked.step] : [])];
  return [
    marks.map((t) => s("line", { x1: x(t), x2: x(t), y1: TOPS.input, y2: TOPS.outputs + 60, class: "mark" })),
    s("line", { x1: x(step), x2: x(step), y1: TOPS.input - 4, y2: TOPS.outputs + 64, class: "cursor" }),
    tape(wide, x, experiment, plan, sequence, asked),
    parts.map(({ name, title, height, bounds: [low, high], role, lines }) => {
      const top = TOPS[name], y = (value) => top + height - (height * (clamp(value, low, high) - low)) / (high - low);
      const curve = (found, [k, dash, thick], look) => s("path", { d: found.map((one, t) => `${t ? "L" : "M"}${x(t).toFixed(1)} ${y(one[name][k]).toFixed(1)}`).join(""), class: `curve ${role} ${look} ${thick ? "thick" : ""}`, "stroke-dasharray": dash });
      return [
        label(LEFT, top - 5, title, { class: "small quiet" }),
        [low, high].map((value) => [s("line", { x1: LEFT, x2: right, y1: y(value), y2: y(value), class: "grid" }), label(LEFT - 5, y(value) + 4, short(value, 1), { class: "small end quiet" })]),
        low < 0 && high > 0 && s("line", { x1: LEFT, x2: right, y1: y(0), y2: y(0), class: "grid" }),
        pale && lines.map((line) => curve(pale, line, "pale")),
        lines.map((line) => curve(steps, line, "")),
      ];
    }),
    fitted(LEFT, HEIGHT - 6, `${B > 1 ? `block 1 —, 2 ···${B > 2 ? ", 3 – –" : ""}${S > 1 ? "; a block’s second cell thicker" : ""}; ` : ""}${T} steps`, right - LEFT, { class: "small quiet" }),
  ];
}

/** Which outputs are drawn: [unit, dashes, thick]. */
function shown(experiment, plan, asked) {
  const D = plan.net.input_size;
  if (experiment === "1") return { title: "outputs T —, P ···", units: [[1, null], [2, DASHES[1]]] };
  if (experiment === "2c") return { title: "outputs x —, y ···", units: [[0, null], [1, DASHES[1]]] };
  if (experiment[0] === "2") return { title: "outputs x —, y ···", units: [[D - 2, null], [D - 1, DASHES[1]]] };
  if (experiment[0] !== "6") return { title: "output", units: [[0, null]] };
  const names = Array.from({ length: plan.net.output_size }, (_, k) => k);
  return { title: asked ? `outputs; thick: ${answerName(experiment, plan, asked.answer)}` : "outputs", units: names.map((k) => [k, null, k === asked?.answer]) };
}

/** What comes in: numbers as bars, symbols as letters where there is room, else where they matter. */
function tape(wide, x, experiment, plan, sequence, asked) {
  const { steps: T, symbols, x: values, width: D } = sequence, base = TOPS.input + 22, kept = new Set(asked?.kept);
  if (!symbols) {
    const counts = D === 2 ? new Set(signals(experiment, sequence)) : kept;
    const bar = Math.max(1, (wide - LEFT) / T - 1), tall = (v) => 18 * clamp(v, -1.5, 1.5) / 1.5;
    return [label(LEFT, TOPS.input - 5, "number in", { class: "small quiet" }), Array.from({ length: T }, (_, t) => s("rect", { x: x(t) - (counts.has(t) ? 1.5 : bar / 2), y: base - Math.max(0, tall(values[D * t])), width: counts.has(t) ? 3 : bar, height: Math.abs(tall(values[D * t])), class: counts.has(t) ? "counts" : "noise" }))];
  }
  const named = Array.from(symbols, (k) => symbolName(experiment, plan, k)), room = (wide - LEFT) / T >= 9;
  const tells = experiment[0] === "6" ? (name) => "XY".includes(name) : (name) => /^[xyeb]$/.test(name);
  return [
    label(LEFT, TOPS.input - 5, "symbol in", { class: "small quiet" }),
    named.map((name, t) => (room || tells(name) ? label(x(t), base + 4, name, { class: `middle ${kept.has(t) ? "strong" : "small"}` }) : s("rect", { x: x(t) - 0.7, y: base - 3, width: 1.4, height: 6, class: "noise" }))),
  ];
}

const LOOK = `
.type{display:grid;gap:2px;font-size:14px;margin-bottom:8px}
.type input{font:15px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;color:inherit;background:var(--softer);border:1px solid var(--line);border-radius:7px;padding:6px 8px;width:100%} .type input:disabled{opacity:.45}
.set .buttons{gap:6px;margin-bottom:8px} .set button{padding:4px 9px} .see svg{cursor:crosshair}
.mark{stroke:var(--line);stroke-dasharray:1.5 3} .cursor{stroke:currentColor;stroke-width:1.2}
.grid{stroke:var(--soft)} .noise{fill:var(--line);opacity:.6} .counts{fill:var(--cell)}
.curve{fill:none;stroke-width:1.6} .curve.thick{stroke-width:2.6} .curve.pale{opacity:.42}
.curve.gate{stroke:var(--gate)} .curve.held{stroke:var(--cell)} .curve.said{stroke:var(--hidden)}
.fate{min-height:11em;font-size:13.5px}
`;

const EMPTY = { asked: false, experiment: "4", seed: 10, wait: 0, edits: [], text: STRING, step: -1, twin: true };
export default figure("lstm-open-net", EMPTY, mount, LOOK);
