import { button, clamp, drawing, el, figure, fitted, fixed, label, s, short, slider, stage, still, voice } from "../page/kit.js";
import { Keeping } from "../page/keeping.js";
import { learning } from "../page/turns.js";

// The memory cell as a safe with two doors. A tape of twelve numbers goes by; the left door lets the number that arrives
// in, the right door shows what lies inside. Squashing functions are left out: both are the identity. A net of one memory
// cell can take the doors over: it is that of 1997, squashing functions and all, and learns in the page.

const STEPS = 12;
const LEAK = 0.7; // what the leaking safe keeps of its content, a step
const RATE = 0.1, MOST = 40000, A_FRAME = 100, UNIT = 10; // the net's: sequences in all and between two drawings, and the tape's number that is its 1

/** s(t) = keep s(t-1) + i(t) x(t) and y(t) = o(t) s(t), from s(0) = 0. */
export function run(values, inputGate, outputGate, keep) {
  const inside = [], shown = [];
  let content = 0;
  for (let t = 0; t < values.length; t++) {
    content = keep * content + inputGate[t] * values[t];
    inside.push(content);
    shown.push(outputGate[t] * content);
  }
  return { inside, shown };
}

const listed = (steps) => (steps.length > 1 ? `steps ${steps.slice(0, -1).join(", ")} and ${steps.at(-1)}` : `step ${steps[0]}`);

/** What the task's rules say of the steps so far: carry the first number to the last step, show it there, nothing else. */
export function judge(values, inputGate, outputGate, keep, step) {
  const { shown } = run(values, inputGate, outputGate, keep);
  const faults = [];
  const strangers = [], early = [];
  for (let t = 1; t < step; t++) if (inputGate[t] * values[t] !== 0) strangers.push(t + 1);
  for (let t = 0; t < Math.min(step, STEPS - 1); t++) if (shown[t] !== 0) early.push(t + 1);
  if (inputGate[0] === 0) faults.push("the first number was not let in");
  if (strangers.length) faults.push(`another number was let in at ${listed(strangers)}`);
  if (early.length) faults.push(`something was shown too early, at ${listed(early)}`);
  const wanted = values[0], got = shown[STEPS - 1];
  const done = step === STEPS && !faults.length && Math.abs(got - wanted) < 0.005;
  return { done, faults, wanted, got };
}

function verdict(values, inputGate, outputGate, keep, step) {
  const { done, faults, wanted, got } = judge(values, inputGate, outputGate, keep, step);
  if (done) return `Done: ${short(wanted)} went in at step 1 and came out at step 12, whole, and nothing else did.`;
  if (step === 1 && faults.length === 1 && inputGate[0] === 0) return `${short(wanted)} is arriving now, and only now.`;
  if (faults.length) return `Not yet: ${faults.join("; ")}.`;
  if (step < STEPS) return `Good so far. ${STEPS - step} ${STEPS - step === 1 ? "step" : "steps"} to go.`;
  if (got === 0) return "Not yet: this is the last step, and nothing is shown.";
  const part = `Not yet: ${short(got)} is shown, ${short((100 * got) / wanted, 1)} % of it.`;
  return keep < 1 ? `${part} The safe leaks, and no setting of the doors mends that.` : part;
}

const many = (number) => number.toLocaleString("en");

/** A net's doors and what goes through them, in tenths of the tape's numbers: inside is what an open door would show. */
function taken(net, values) {
  const { inward, outward, contents, outputs } = net.over(values.map((value) => value / UNIT)), weight = net.learner.V[0] * net.learner.H;
  const tenths = (list) => [...list].map((value) => Math.round(10 * UNIT * value) / 10);
  return { input: [...inward], output: [...outward], inside: tenths([...contents].map((content) => weight * Math.tanh(content / 2))), shown: tenths(outputs) };
}

/** How a net does its task on the tape: right within 1 at every step is solved. */
function report(net, values, shown) {
  if (!net.shown) return "A net of one memory cell, its weights drawn at random. The doors move with whatever arrives.";
  const last = shown[STEPS - 1], early = Math.max(...shown.slice(0, -1).map(Math.abs)), solved = Math.abs(last - values[0]) < 1 && early < 1;
  const found = `${many(net.shown)} tapes of random numbers: it shows ${short(last)} of ${short(values[0])} at step ${STEPS}, and at most ${short(early)} before.`;
  return solved ? `Learnt after ${found} Nobody told it when to open a door, only how wrong its answers were.` : `After ${found}`;
}

function mount(frame, store) {
  const scene = drawing(), sheet = drawing(), spoken = voice();
  const read = () => ["values", "input_gate", "output_gate", "keep", "step"].map((name) => store.get(name));
  const goTo = (step) => store.update({ step: clamp(step, 1, STEPS) });

  // A door stays as it is left: setting it at one step sets it up to where it was next moved.
  let held = null; // [name, first, end] of the steps that a drag is moving
  function setDoor(name, value, phase) {
    const gate = [...store.get(name)], first = store.get("step") - 1;
    if (!held || held[0] !== name || held[1] !== first) {
      let end = first + 1;
      while (end < STEPS && gate[end] === gate[first]) end++;
      held = [name, first, end];
    }
    gate.fill(value, first, held[2]);
    if (phase !== "input") held = null;
    store.update({ [name]: gate });
  }

  const doors = [["input_gate", "Left door"], ["output_gate", "Right door"]].map(([name, text]) => {
    const handle = slider(text, { min: 0, max: 1, step: 0.05, role: "gate" }, (value, phase) => setDoor(name, value, phase));
    const toggle = button("Open", () => setDoor(name, store.get(name)[store.get("step") - 1] > 0 ? 0 : 1));
    return { name, text, handle, toggle, box: el("div", { class: "door" }, handle, toggle) };
  });
  const back = button("← Back", () => goTo(store.get("step") - 1));
  const next = button("Step →", () => goTo(store.get("step") + 1), { class: "main" });
  const play = button("Play", () => (playing ? pause() : start()), { hidden: still() });
  const reset = button("Start again", () => {
    pause();
    release();
    store.update({ step: 1, input_gate: Array(STEPS).fill(0), output_gate: Array(STEPS).fill(0), result: {} });
  });
  const leak = button("Leaking safe", () => store.update({ keep: store.get("keep") < 1 ? 1 : LEAK }));

  let net = null, begun = 0, width = 0;
  const over = () => !net || net.shown >= MOST;
  const { loop, train } = learning({
    start: () => (net = new Keeping({ seed: store.get("seed") + begun++, T: STEPS, blocks: 1 })),
    learn() {
      net.learn(RATE);
      return !over();
    },
    over,
    ended: () => store.update({ result: { shown: net.shown, params: Object.fromEntries(Object.entries(net.learner.params).map(([name, values]) => [name, [...values]])) } }),
    draw: () => draw(width),
  }, A_FRAME);
  train.classList.remove("main");
  train.addEventListener("click", () => (pause(), store.update({ step: STEPS })));
  /** The doors are the reader's again. */
  function release() {
    loop.pause();
    net = null;
    begun = 0;
  }

  let playing = null;
  function start() {
    if (store.get("step") === STEPS) goTo(1);
    playing = setInterval(() => (store.get("step") < STEPS ? goTo(store.get("step") + 1) : pause()), 900);
    play.textContent = "Pause";
  }
  function pause() {
    clearInterval(playing);
    playing = null;
    play.textContent = "Play";
  }

  const sum = el("p", { class: "says sum" }), how = el("p", { class: "how" }), task = el("p", { class: "says task" });
  frame.setAttribute("aria-label", "A safe with two doors");
  frame.append(
    el("p", { class: "title" }, "A safe with two doors"),
    how,
    stage([scene, sheet], el("div", { class: "controls doors" }, doors.map((door) => door.box)),
      el("div", { class: "controls" }, el("div", { class: "buttons" }, next, back, play, reset, leak, train)), sum, task),
    spoken,
  );

  // The sheet can be swept by finger or mouse; by keyboard the buttons do the same.
  sheet.addEventListener("pointerdown", sweep);
  sheet.addEventListener("pointermove", (event) => event.buttons & 1 && sweep(event));
  function sweep(event) {
    const box = sheet.getBoundingClientRect();
    const step = clamp(1 + Math.floor((STEPS * (event.clientX - box.left)) / box.width), 1, STEPS);
    if (step !== store.get("step")) goTo(step);
  }

  function draw(wide) {
    if (!wide) return;
    width = wide;
    const [values, mine, yours, keep, step] = read(), t = step - 1;
    const { input, output, inside, shown } = net ? taken(net, values) : { input: mine, output: yours, ...run(values, mine, yours, keep) };
    doors.forEach(({ text, handle, toggle }, k) => {
      const open = [input, output][k][t];
      handle.set(open, ajar(open));
      toggle.textContent = open > 0 ? "Shut" : "Open";
      toggle.setAttribute("aria-label", `${open > 0 ? "Shut" : "Open"} the ${text.split(" ")[0].toLowerCase()} door`);
      handle.input.disabled = toggle.disabled = Boolean(net);
    });
    back.disabled = step === 1;
    next.disabled = step === STEPS;
    leak.setAttribute("aria-pressed", !net && keep < 1);
    leak.disabled = Boolean(net);
    train.textContent = loop.running ? "Pause the net" : !net ? "Let a net learn it" : over() ? "Another net" : "Let it go on";
    sum.replaceChildren(...(net ? netSum(step, input[t], output[t], inside[t], shown[t]) : handSum(step, values, input, output, inside, shown, keep)));
    how.textContent = net ? `One memory cell of 1997 has the doors now and learns your task on other tapes. It sees the number that arrives, and a mark at the first and the last step. “Start again” gives you the doors back.`
      : `Set the doors, then step; a door stays as you leave it. Your task: carry the first number, ${short(values[0])}, to step ${STEPS} and show it there. Let nothing else in or out.`;
    const now = net ? report(net, values, shown) : verdict(values, input, output, keep, step);
    task.textContent = now;
    const done = net ? now.startsWith("Learnt") : judge(values, input, output, keep, step).done;
    task.className = `says task${done ? " done" : ""}`;
    const state = `Step ${step} of ${STEPS}: ${short(values[t])} arrives, left door ${ajar(input[t])}, in the safe ${short(inside[t])}, right door ${ajar(output[t])}, shown ${short(shown[t])}.`;
    if (!loop.running) spoken.say(`${state} ${now}`);
    scene.show(wide, 168, "A safe with two doors", state, drawScene(wide, values[t], input[t], inside[t], output[t], shown[t], net ? 1 : keep));
    const story = `So far in the safe: ${inside.slice(0, step).map((value) => short(value)).join(", ")}; shown: ${shown.slice(0, step).map((value) => short(value)).join(", ")}.`;
    sheet.show(wide, 246, "The twelve steps", story, drawSheet(wide, values, input, output, inside, shown, step));
  }
  return { draw, stop: () => (pause(), loop.pause()) };
}

/** What is computed at a step: by hand in whole, of a net what its doors let through. */
function handSum(step, values, input, output, inside, shown, keep) {
  const t = step - 1, before = t ? inside[t - 1] : 0, signed = (value) => (value < 0 ? `(${short(value)})` : short(value));
  const kept = keep < 1 ? `${short(keep)} × ${signed(before)}` : short(before);
  return [
    `Step ${step}, ${deed(input[t], output[t])}: in the safe ${kept} + ${short(input[t])} × ${signed(values[t])} = `, el("strong", { class: "cell-ink inside" }, short(inside[t])),
    `; shown outside ${short(output[t])} × ${signed(inside[t])} = `, el("strong", { class: "hidden-ink shown" }, short(shown[t])), ".",
  ];
}
const netSum = (step, input, output, inside, shown) => [
  `Step ${step}: left door ${ajar(input)}, in the safe `, el("strong", { class: "cell-ink inside" }, short(inside)),
  `; right door ${ajar(output)}, shown outside `, el("strong", { class: "hidden-ink shown" }, short(shown)), ".",
];
const deed = (input, output) => (input > 0 ? (output > 0 ? "writing and showing" : "writing") : output > 0 ? "holding and showing" : "holding");
const ajar = (open) => (open === 0 ? "shut" : open === 1 ? "open" : `${fixed(100 * open, 0)} %`);

function drawScene(width, value, input, content, output, shown, keep) {
  const narrow = width < 420, chipWidth = narrow ? 46 : 56;
  const cx = width / 2, cy = 74, half = clamp(width * 0.19, 58, 96), high = 58, gap = narrow ? 22 : 25, wall = 9;
  const reach = Math.min(cx - half - chipWidth - 6, 110);
  const [left, right] = [cx - half, cx + half];
  const walls = [left, right].map((x) => [
    s("rect", { x: x - wall / 2, y: cy - high, width: wall, height: high - gap, class: "wall" }),
    s("rect", { x: x - wall / 2, y: cy + gap, width: wall, height: high - gap, class: "wall" }),
  ]);
  const floors = [cy - high, cy + high].map((y) => s("rect", { x: left - wall / 2, y: y - wall / 2, width: 2 * half + wall, height: wall, rx: 4, class: "wall" }));
  // A door turns on its upper hinge, outwards: 0 lies in the wall, 1 stands wide open.
  const door = (x, open, side, name) => [
    s("path", { d: `M ${x} ${cy + gap} A ${2 * gap} ${2 * gap} 0 0 ${side < 0 ? 1 : 0} ${x + side * 2 * gap} ${cy - gap}`, class: "swing" }),
    s("line", { x1: x, y1: cy - gap, x2: x, y2: cy + gap, class: "leaf", style: `transform-origin:${x}px ${cy - gap}px;transform:rotate(${-side * 86 * open}deg)` }),
    s("circle", { cx: x, cy: cy - gap, r: 4, class: "hinge" }),
    label(x, cy + high + 22, name, { class: "middle small gate-ink" }),
  ];
  const way = (x1, x2, open, role) => {
    const thick = 1.5 + 4 * open, tip = 5 + 1.6 * thick;
    return [
      s("line", { x1, y1: cy, x2: x2 - tip, y2: cy, class: `way ${role}`, "stroke-width": thick, "stroke-dasharray": open > 0 ? "none" : "2 4" }),
      s("path", { display: open > 0 ? null : "none", d: `M ${x2} ${cy} l ${-tip} ${-tip * 0.6} v ${tip * 1.2} z`, class: `tip ${role}` }),
    ];
  };
  const chip = (x, number, name, role) => [
    s("rect", { x: x - chipWidth / 2, y: cy - 17, width: chipWidth, height: 34, rx: 8, class: `chip ${role}` }),
    label(x, cy + 5, number, { class: `middle strong big ${role}-ink` }),
    label(x, cy + 34, name, { class: "middle small quiet" }),
  ];
  const ticks = [...Array(24)].map((_, k) => {
    const a = (k * Math.PI) / 12, r = 39;
    return s("line", { x1: cx + r * Math.cos(a), y1: cy + r * Math.sin(a), x2: cx + (r + 4) * Math.cos(a), y2: cy + (r + 4) * Math.sin(a), class: "tick" });
  });
  const drops = keep < 1 && [0, 1, 2].map((k) => s("circle", { cx: cx - 14 + 14 * k, cy: cy + high + 9 + 5 * (k % 2), r: 2.5, class: "drop" }));
  const near = left - reach, far = right + reach;
  return [
    s("rect", { x: left, y: cy - high, width: 2 * half, height: 2 * high, class: "room" }),
    ticks,
    s("circle", { cx, cy, r: 34, class: "dial" }),
    label(cx, cy + 7, short(content), { class: "middle strong huge cell-ink" }),
    walls, floors,
    way(near + 4, left + (input > 0 ? 20 : -6), input, "plain"),
    way(right - (output > 0 ? 20 : -6), far - 4, output, "shown"),
    door(left, input, -1, "input gate"), door(right, output, 1, "output gate"),
    chip(near - chipWidth / 2, short(value), "arrives", "plain"), chip(far + chipWidth / 2, short(shown), "shown", "shown"), drops,
  ];
}

function drawSheet(width, values, input, output, inside, shown, step) {
  const top = 6, left = 0, column = width / STEPS, wide = column > 34;
  const middle = (t) => left + column * (t + 0.5);
  const rows = { tape: top + 27, input: top + 56, inside: top + 102, output: top + 180, shown: top + 229 };
  const bottom = rows.shown + 8;
  const name = (y, text, role = "quiet") => label(left + 2, y, text, { class: `small ${role}` });
  const cell = (t, y, value, look) => fitted(middle(t), y, short(value, wide ? 2 : 1), column - 3, { class: `middle ${look}` });
  const bars = (gate, y) => gate.map((open, t) => [
    s("rect", { x: middle(t) - column * 0.36, y, width: column * 0.72, height: 14, rx: 2, class: "slot" }),
    open > 0 && s("rect", { x: middle(t) - column * 0.36, y: y + 14 * (1 - open), width: column * 0.72, height: 14 * open, rx: 2, class: `gatefill${t >= step ? " planned" : ""}` }),
  ]);
  const most = Math.max(9, ...inside.slice(0, step).map(Math.abs));
  const zero = rows.inside + 26, unit = 18 / most;
  const contents = inside.slice(0, step).map((value, t) => [
    s("rect", { x: middle(t) - column * 0.36, y: value > 0 ? zero - value * unit : zero, width: column * 0.72, height: Math.abs(value) * unit, rx: 2, class: "content" }),
    (wide || t === step - 1) && value !== 0 && cell(t, value > 0 ? zero - value * unit - 4 : zero - value * unit + 13, value, "small cell-ink"),
  ]);
  const outside = shown.slice(0, step).map((value, t) => (value === 0 ? label(middle(t), rows.shown, "·", { class: "middle small hidden-ink" })
    : cell(t, rows.shown, value, "small strong hidden-ink")));
  return [
    // The step shown, row by row: the rows' names stand between.
    [[rows.tape - 13, 17], [rows.input - 1, 16], [rows.inside - 8, 62], [rows.output - 1, 16], [rows.shown - 12, 17]].map(([y, high]) =>
      s("rect", { x: left + column * (step - 1), y, width: column, height: high, rx: 3, class: "now" })),
    s("rect", { x: left + column * (step - 1) + 1, y: bottom - 3, width: column - 2, height: 3, class: "mark" }),
    name(top + 8, "The tape"),
    values.map((value, t) => cell(t, rows.tape, value, t === step - 1 ? "strong" : t >= step ? "" : "quiet")),
    name(rows.input - 5, "Left door", "gate-ink"), bars(input, rows.input),
    name(rows.inside - 12, "In the safe", "cell-ink"),
    s("line", { x1: left, x2: width - 2, y1: zero, y2: zero, class: "axis" }), contents,
    name(rows.output - 5, "Right door", "gate-ink"), bars(output, rows.output),
    name(rows.output + 31, "Shown outside", "hidden-ink"), outside,
    step < STEPS && [
      s("rect", { x: middle(STEPS - 1) - column * 0.46, y: rows.shown - 13, width: column * 0.92, height: 18, rx: 4, class: "goal" }),
      label(middle(STEPS - 1), rows.shown, short(values[0], 1), { class: "middle small quiet" }),
    ],
  ];
}

const LOOK = `
svg{touch-action:pan-y} svg:last-of-type{cursor:pointer;margin-top:4px}
.wall{fill:var(--line)} .room{fill:var(--softer)} .dial{fill:none;stroke:var(--cell);stroke-width:3} .tick{stroke:var(--cell);stroke-width:1.5}
.leaf{stroke:var(--gate);stroke-width:8;stroke-linecap:round} .hinge{fill:var(--gate-ink)}
.swing{fill:none;stroke:var(--gate);stroke-width:1;stroke-dasharray:2 4}
.way.plain{stroke:currentColor} .tip.plain{fill:currentColor} .way.shown{stroke:var(--hidden)} .tip.shown{fill:var(--hidden)}
.chip{fill:var(--paper);stroke-width:1.5} .chip.plain{stroke:var(--line)} .chip.shown{stroke:var(--hidden)}
svg .big{font-size:15px} svg .huge{font-size:19px}
svg .cell-ink{fill:var(--cell-ink)} svg .gate-ink{fill:var(--gate-ink)} svg .hidden-ink,svg .shown-ink{fill:var(--hidden-ink)}
.drop{fill:var(--cell)} .slot{fill:var(--soft)} .gatefill{fill:var(--gate)} .gatefill.planned{opacity:.5} .content{fill:var(--cell)}
.axis{stroke:var(--line);stroke-width:1} .now{fill:currentColor;opacity:.08} .mark{fill:currentColor}
.goal{fill:none;stroke:var(--line);stroke-dasharray:3 3}
.doors{flex-wrap:nowrap;gap:8px 24px;margin-top:4px}
.door{display:grid;grid-template-columns:1fr auto;gap:0 10px;align-items:center;flex:1 1 50%;min-width:0}
.door .slider{display:contents} .door .slider input{grid-column:1;min-width:0} .door .value{justify-self:end}
.door button{min-width:60px;padding:4px 8px}
@container (min-width:620px){.doors{flex-direction:column;align-items:stretch;gap:4px} .set .task{min-height:7.3em}}
.task{min-height:2.9em}
.task.done{color:var(--cell-ink);font-weight:650}
.sum{margin-top:12px} .cell-ink{color:var(--cell-ink)} .hidden-ink{color:var(--hidden-ink)}
@media (prefers-reduced-motion:no-preference){.leaf{transition:transform .3s ease} .way{transition:stroke-width .3s ease}}
`;

export default figure("lstm-safe", {
  values: [7, -4, 9, 2, -8, 5, -3, 6, -9, 1, 8, -5],
  input_gate: Array(STEPS).fill(0),
  output_gate: Array(STEPS).fill(0),
  step: 1,
  keep: 1,
  seed: 0,
  result: {},
}, mount, LOOK);
