import { button, clamp, drawing, el, figure, fitted, fixed, group, label, s, short, slider, stage, voice } from "../page/kit.js";

// A memory cell with three gates over a tape of twelve numbers: writing, holding, forgetting. What is left of each number
// in the content, and of an error at the output on its way back, is the same product of forget gates. No squashing.

const STEPS = 12;
const KEEP = [2, 9], SHOW = [7, 12], RESET = 8; // the marks on the tape, and where each kept number is due
const GATES = [["input_gate", "Input gate i"], ["forget_gate", "Forget gate f"], ["output_gate", "Output gate o"]];
const ALL = (value) => Array(STEPS).fill(value);
const ONLY = (steps) => ALL(0).map((_, k) => Number(steps.includes(k + 1)));
const SOLVED = { input_gate: ONLY(KEEP), forget_gate: ALL(1).map((_, k) => Number(k + 1 !== RESET)), output_gate: ONLY(SHOW) };

/** c(t) = f(t) c(t-1) + i(t) x(t) and y(t) = o(t) c(t) from c(0) = 0; left[t][k], what is left in c(t) of i(k) x(k). */
export function run(values, i, f, o) {
  const contents = [], left = [];
  let before = [];
  values.forEach((x, t) => {
    before = [...before.map((share) => share * f[t]), 1];
    left.push(before);
    contents.push(before.reduce((sum, share, k) => sum + share * i[k] * values[k], 0));
  });
  return { contents, left, shown: contents.map((c, t) => o[t] * c) };
}

/** d y(t) / d c(k) for k = 1 ... t: the error at step t's output, on its way back through the contents. */
export const error = (left, o, t) => left[t].map((share) => share * o[t]);

const near = (a, b) => Math.abs(a - b) < 0.005;
const listed = (steps) => (steps.length > 1 ? `steps ${steps.slice(0, -1).join(", ")} and ${steps.at(-1)}` : `step ${steps[0]}`);

/** What the task's rules say of the whole tape: a list of faults, empty if it is done. */
export function judge(values, i, f, o) {
  const { contents, shown } = run(values, i, f, o), faults = [];
  const stray = shown.map((y, t) => [y, t + 1]).filter(([y, t]) => y !== 0 && !SHOW.includes(t)).map(([, t]) => t);
  if (!near(shown[SHOW[0] - 1], values[KEEP[0] - 1])) faults.push(`step ${SHOW[0]} shows ${short(shown[SHOW[0] - 1])}, not ${short(values[KEEP[0] - 1])}`);
  if (!near(contents[RESET - 1], 0)) faults.push(`after the reset mark ${short(contents[RESET - 1])} is still in the cell`);
  if (!near(shown[SHOW[1] - 1], values[KEEP[1] - 1])) faults.push(`step ${SHOW[1]} shows ${short(shown[SHOW[1] - 1])}, not ${short(values[KEEP[1] - 1])}`);
  if (stray.length) faults.push(`something is shown at ${listed(stray)}`);
  return faults;
}

function mount(frame, store) {
  const picture = drawing(), spoken = voice();
  const go = (step) => store.update({ step: clamp(step, 1, STEPS) });
  const set = (name, t, value) => store.update({ [name]: store.get(name).map((old, k) => (k === t ? value : old)) });
  const locked = (name) => name === "forget_gate" && store.get("old");
  const handles = GATES.map(([name, text]) => slider(text, { min: 0, max: 1, step: 0.05, role: "gate" }, (value) => set(name, store.get("step") - 1, value)));
  const back = button("← Back", () => go(store.get("step") - 1)), next = button("Step →", () => go(store.get("step") + 1), { class: "main" });
  const old = button("Cell of 1997", () => store.update(store.get("old") ? { old: false } : { old: true, forget_gate: ALL(1) }));
  const fixedAt = [1, 0.9, 0.5].map((f) => button(String(f), () => store.update({ old: false, forget_gate: ALL(f) }), { "aria-label": `Forget gate ${f} at every step` }));
  const clear = button("Start again", () => store.update({ ...start(), values: store.get("values") }));
  const solve = button("Show me", () => store.update({ ...SOLVED, old: false, step: STEPS }));
  const sum = el("p", { class: "says sum" }), same = el("p", { class: "says same" }), task = el("p", { class: "says task" }), how = el("p", { class: "how" });
  frame.setAttribute("aria-label", "Writing, holding, forgetting over a tape");
  frame.append(
    el("p", { class: "title" }, "Writing, holding, forgetting"), how,
    el("div", { class: "controls first" }, group("f at every step", fixedAt, { "aria-label": "Forget gate at every step" }), el("div", { class: "buttons" }, old, solve)),
    stage([picture, task], el("div", { class: "controls" }, el("div", { class: "buttons" }, next, back, clear), handles), sum, same),
    spoken,
  );

  // A tap on a gate opens or shuts it; a tap elsewhere chooses the step. By keyboard the sliders and buttons do the same.
  picture.addEventListener("click", (event) => {
    const box = picture.getBoundingClientRect(), t = clamp(Math.floor((STEPS * (event.clientX - box.left)) / box.width), 0, STEPS - 1);
    const row = event.target.closest("[data-gate]"), name = row?.dataset.gate;
    store.update({ step: t + 1, ...(name && !locked(name) && { [name]: store.get(name).map((g, k) => (k === t ? Number(g < 0.5) : g)) }) });
  });

  function draw(width) {
    const [values, i, f, o, step] = ["values", "input_gate", "forget_gate", "output_gate", "step"].map((name) => store.get(name)), t = step - 1;
    const { contents, left, shown } = run(values, i, f, o), returned = error(left, o, t);
    GATES.forEach(([name], k) => {
      handles[k].set([i, f, o][k][t], fixed([i, f, o][k][t]));
      handles[k].input.disabled = locked(name);
    });
    back.disabled = step === 1;
    next.disabled = step === STEPS;
    old.setAttribute("aria-pressed", store.get("old"));
    fixedAt.forEach((each, k) => each.setAttribute("aria-pressed", !store.get("old") && f.every((value) => value === [1, 0.9, 0.5][k])));
    const signed = (value) => (value < 0 ? `(${short(value)})` : short(value)), before = t ? contents[t - 1] : 0;
    how.textContent = `Task: keep ${short(values[KEEP[0] - 1])} (marked ★ at step ${KEEP[0]}) and show it at step ${SHOW[0]}; empty the cell at the reset mark ✕; keep ${short(values[KEEP[1] - 1])}, show it at step ${SHOW[1]}. Show nothing else. Tap a gate to open or shut it.`;
    sum.replaceChildren(
      `Step ${step}: content ${short(f[t])} × ${signed(before)} + ${short(i[t])} × ${signed(values[t])} = `, el("strong", { class: "cell-ink inside" }, short(contents[t])),
      `; shown ${short(o[t])} × ${signed(contents[t])} = `, el("strong", { class: "hidden-ink shown" }, short(shown[t])), ".",
    );
    const mark = KEEP.filter((k) => k <= step).at(-1) ?? 1; // the number that matters now
    same.replaceChildren(
      `Since step ${mark}, the forget gates have left `, el("strong", { class: "cell-ink left" }, share(left[t][mark - 1])), " of what was written. Of an error at this step’s output, ",
      el("strong", { class: "error-ink back" }, share(returned[mark - 1])), ` gets back to step ${mark}.`,
    );
    const faults = judge(values, i, f, o), done = !faults.length;
    task.textContent = done ? "Done: both numbers came out whole, and nothing was left of the first." : `Not yet: ${faults.join("; ")}.${store.get("old") && faults.length === 2 ? " A cell without a forget gate can’t do better." : ""}`;
    task.className = `says task${done ? " done" : ""}`;
    const told = `Step ${step} of ${STEPS}: ${short(values[t])} arrives; input gate ${short(i[t])}, forget gate ${short(f[t])}, output gate ${short(o[t])}; in the cell ${short(contents[t])}, shown ${short(shown[t])}. ${same.textContent} ${task.textContent}`;
    spoken.say(told);
    picture.show(width, 424, "Twelve steps of a memory cell with three gates", told, drawTape(width, values, [i, f, o], contents, left, shown, returned, step, store.get("old")));
  }
  return { draw };
}

const share = (value) => (value === 0 ? "nothing" : value < 0.001 ? "less than a thousandth" : value === 1 ? "all" : `${Number((100 * value).toPrecision(3))} %`);

function drawTape(width, values, gates, contents, left, shown, returned, step, old) {
  const column = width / STEPS, middle = (t) => column * (t + 0.5), wide = column * 0.62, from = (t) => middle(t) - wide / 2;
  const name = (y, text, role = "quiet") => label(2, y, text, { class: `small ${role}` });
  const rows = { tape: 36, gates: [64, 110], contents: 178, output: 268, shown: 330, left: 358, error: 400 };
  const bar = (t, y, tall, value, role) => [
    s("rect", { x: from(t), y, width: wide, height: tall, rx: 2, class: "slot" }),
    s("rect", { x: from(t), y: y + tall * (1 - value), width: wide, height: tall * value, rx: 2, class: role + (t >= step ? " planned" : "") }),
  ];
  const gate = (which, y, text, key) => s("g", { "data-gate": key, class: "tap" }, name(y - 5, text, "gate-ink"),
    values.map((_, t) => [bar(t, y, 24, gates[which][t], "gatefill"), s("rect", { x: column * t, y: y - 2, width: column, height: 28, class: "reach" })]));

  // Each content as a stack of what is left of every number, positive parts above the line and negative ones below.
  const stacks = values.map((_, t) => {
    const parts = left[t].map((share, k) => share * gates[0][k] * values[k]);
    return { up: parts.map((p) => Math.max(p, 0)), down: parts.map((p) => Math.max(-p, 0)) };
  });
  const total = (parts) => parts.reduce((sum, part) => sum + part, 0);
  const most = Math.max(9, ...stacks.flatMap(({ up, down }) => [total(up), total(down)]));
  const top = rows.contents, tall = 72, zero = top + tall / 2, scale = tall / 2 / most;
  const stack = (t, parts, sign) => {
    let y = zero;
    return parts.map((part, k) => {
      const high = part * scale;
      y += sign < 0 ? high : 0;
      const rect = high > 0 && s("rect", { x: from(t), y: y - high, width: wide, height: Math.max(high - 0.8, 0.4), class: `content${KEEP.includes(k + 1) ? "" : " other"}${t >= step ? " planned" : ""}` });
      y -= sign > 0 ? high : 0;
      return rect;
    });
  };
  const small = column < 30 ? 0 : 1;
  return [
    s("rect", { x: column * (step - 1), y: 20, width: column, height: 404, rx: 3, class: "now" }),
    name(10, "The tape x(t): ★ keep, ✕ reset"),
    values.map((value, t) => fitted(middle(t), rows.tape, short(value, small), column - 3, { class: `middle ${t === step - 1 ? "strong" : t >= step ? "quiet" : ""}` })),
    values.map((_, t) => KEEP.includes(t + 1) ? label(middle(t), 22, "★", { class: "middle small" }) : t + 1 === RESET ? label(middle(t), 22, "✕", { class: "middle small" }) : null),
    gate(0, rows.gates[0], "Input gate i", "input_gate"),
    gate(1, rows.gates[1], old ? "No forget gate: f = 1" : "Forget gate f", "forget_gate"),
    name(top - 22, "What is left of each number; line: content c", "cell-ink"),
    s("line", { x1: 0, x2: width, y1: zero, y2: zero, class: "axis" }),
    stacks.map(({ up, down }, t) => [stack(t, up, 1), stack(t, down, -1)]),
    contents.map((c, t) => s("line", { x1: middle(t) - column * 0.44, x2: middle(t) + column * 0.44, y1: zero - c * scale, y2: zero - c * scale, class: `sumline${t >= step ? " planned" : ""}` })),
    gate(2, rows.output, "Output gate o", "output_gate"),
    name(rows.shown - 20, "Shown outside y", "hidden-ink"),
    values.map((_, t) => SHOW.includes(t + 1) && s("rect", { x: middle(t) - column * 0.46, y: rows.shown - 13, width: column * 0.92, height: 18, rx: 4, class: "goal" })),
    values.map((_, t) => t < step && shown[t] !== 0 && fitted(middle(t), rows.shown, short(shown[t], small), column - 3, { class: "middle small strong hidden-ink" })),
    name(rows.left - 5, `Left at step ${step} of what was written`, "cell-ink"),
    left[step - 1].map((share, k) => bar(k, rows.left, 22, share * gates[0][k], "content")),
    name(rows.error - 5, `← An error at step ${step}’s output, going back`, "error-ink"),
    returned.map((share, k) => bar(k, rows.error, 22, share, "err")),
  ];
}

const LOOK = `
svg{touch-action:pan-y;cursor:pointer} .reach{fill:transparent} .slot{fill:var(--soft)} .gatefill{fill:var(--gate)} .planned{opacity:.45}
.content{fill:var(--cell)} .other{opacity:.6} .other.planned{opacity:.3} .err{fill:var(--error)} .sumline{stroke:currentColor;stroke-width:2} .same strong{white-space:nowrap} .axis{stroke:var(--line);stroke-width:1} .now{fill:currentColor;opacity:.08}
.goal{fill:none;stroke:var(--line);stroke-dasharray:3 3}
svg .cell-ink{fill:var(--cell-ink)} svg .gate-ink{fill:var(--gate-ink)} svg .hidden-ink{fill:var(--hidden-ink)} svg .error-ink{fill:var(--error-ink)}
.cell-ink{color:var(--cell-ink)} .hidden-ink{color:var(--hidden-ink)} .error-ink{color:var(--error-ink)}
.controls .slider{flex:1 1 9rem} .task{min-height:2.9em} .task.done{color:var(--cell-ink);font-weight:650}
`;

const start = () => ({ values: [4, 7, -3, 5, 8, -6, 2, -5, -4, 9, 3, 6], input_gate: ONLY([2, 5, 9]), forget_gate: ALL(0.9), output_gate: ONLY([7]), old: false, step: 7 });

export default figure("lstm-tape", start(), mount, LOOK);
