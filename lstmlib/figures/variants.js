// A cell whose parts can be switched on and off: what it then makes of two spikes, its equations, and what it costs.

import { button, drawing, el, figure, fixed, group, label, s, slider, stage, voice } from "../page/kit.js";

const STEPS = 28, SPIKES = [3, 17];
const THRESHOLD = 0.9, GAIN = 200;
const WIDE = 128, READ = 64;
const PARTS = { // what the reader can switch, and the change that this makes
  "Peepholes": "no peepholes",
  "Input gate": "no input gate",
  "Forget gate": "no forget gate",
  "Output gate": "no output gate",
  "tanh at the entry": "no input activation",
  "tanh at the exit": "no output activation",
  "Coupled gates": "coupled",
};
const GATES = { i: "no input gate", f: "no forget gate", o: "no output gate" };

const logistic = (z) => 1 / (1 + Math.exp(-z));

/** The gates that learn: a coupled input gate doesn't. */
const learned = (changes) => Object.keys(GATES).filter((gate) => !changes.includes(GATES[gate]) && !(gate === "i" && changes.includes("coupled")));

/** How many parameters a layer of H cells that read D numbers has: one bias a unit. */
export function parameters(changes, H, D) {
  const gates = learned(changes).length;
  return (gates + 1) * H * (H + D + 1) + (changes.includes("no peepholes") ? 0 : gates * H);
}

/** All steps of the cell: i, f, g, o, c and h after each. */
export function run(changes, delay) {
  const off = (name) => changes.includes(name), gates = learned(changes);
  const entry = [20, -400, -8, GAIN];
  const weights = { // of x, of h, the bias, the peephole
    i: entry,
    f: off("coupled") ? entry.map((value) => -value) : [0, 0, GAIN * THRESHOLD, -GAIN],
    o: [0, 0, -GAIN * THRESHOLD, GAIN],
  };
  const rate = Math.atanh(THRESHOLD / (delay + 0.5)), steps = [];
  let c = 0, h = 0;
  for (let t = 1; t <= STEPS; t++) {
    const x = SPIKES.includes(t) ? 1 : 0;
    const gate = (name, seen) => {
      const [w, u, b, peephole] = weights[name];
      return gates.includes(name) ? logistic(w * x + u * h + b + (off("no peepholes") ? 0 : peephole * seen)) : 1;
    };
    const f = gate("f", c), i = off("coupled") ? 1 - f : gate("i", c);
    const g = off("no input activation") ? rate : Math.tanh(rate);
    c = f * c + i * g;
    const o = gate("o", c);
    h = o * (off("no output activation") ? c : Math.tanh(c));
    steps.push({ x, i, f, g, o, c, h });
  }
  return steps;
}

/** The equations that are left, as text. */
export function equations(changes) {
  const off = (name) => changes.includes(name), gates = learned(changes);
  const seen = (when) => (off("no peepholes") ? "" : ` + p c(${when})`);
  const rule = (name, when) => `${name}(t) = σ(w x(t) + u h(t−1)${seen(when)} + b)`;
  const entry = off("no input activation") ? "w x(t) + u h(t−1) + b" : "tanh(w x(t) + u h(t−1) + b)";
  const times = (name) => (gates.includes(name) || (name === "i" && off("coupled")) ? `${name}(t) ` : "");
  return [
    gates.includes("f") && rule("f", "t−1"),
    off("coupled") ? "i(t) = 1 − f(t)" : gates.includes("i") && rule("i", "t−1"),
    `g(t) = ${entry}`,
    `c(t) = ${times("f")}c(t−1) + ${times("i")}g(t)`,
    gates.includes("o") && rule("o", "t"),
    `h(t) = ${times("o")}${off("no output activation") ? "c(t)" : "tanh c(t)"}`,
  ].filter(Boolean);
}

/** The steps at which the cell shows more than half, first of each run of such steps. */
const firings = (steps) => steps.flatMap(({ h }, k) => (h > 0.5 && !(k && steps[k - 1].h > 0.5) ? [k + 1] : []));

function verdict(steps, delay) {
  const fired = firings(steps), right = SPIKES.map((spike) => spike + delay);
  const shown = steps.filter(({ h }) => h > 0.05).length;
  if (String(fired) === String(right) && shown === right.length) return `It fires at steps ${right.join(" and ")}: ${delay} steps after each spike, and at no other.`;
  const wanted = `It should fire at steps ${right.join(" and ")} only.`;
  if (!shown) return `It shows nothing at any step. ${wanted}`;
  const last = shown > 1 ? `It shows something at ${shown} of ${STEPS} steps` : "It shows something at one step";
  return `${last}${fired.length ? `, above a half from step ${fired[0]}` : ", never above a half"}. ${wanted}`;
}

function toggled(changes, change) {
  if (changes.includes(change)) return changes.filter((name) => name !== change);
  const against = change === "coupled" ? ["no input gate", "no forget gate"] : ["no input gate", "no forget gate"].includes(change) ? ["coupled"] : [];
  return [...changes.filter((name) => !against.includes(name)), change];
}

const thousands = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, ",");

function mount(frame, store) {
  const picture = drawing(), spoken = voice();
  const delays = slider("Delay to set", { min: 2, max: 10, step: 1, role: "gate" }, (delay) => store.update({ delay }));
  const steps = slider("Step shown", { min: 1, max: STEPS, step: 1, role: "hidden" }, (step) => store.update({ step }));
  const switches = Object.entries(PARTS).map(([name, change]) => button(name, () => store.update({ changes: toggled(store.get("changes"), change) })));
  const whole = button("All as they were", () => store.update({ changes: [] }));
  const numbers = el("p", { class: "says numbers" }), said = el("p", { class: "says fate" });
  const rules = el("div", { class: "rules" }), cost = el("p", { class: "says cost" });
  frame.setAttribute("aria-label", "A cell with parts to switch off");
  frame.append(
    el("p", { class: "title" }, "A cell with parts to switch off"),
    el("p", { class: "how" }, "Its weights are set so that it fires some steps after a spike. Switch parts off, one at a time."),
    el("div", { class: "controls first" }, group("Parts", [switches, whole])),
    stage([picture, numbers, said], el("div", { class: "controls" }, delays, steps), rules, cost),
    spoken,
  );

  function draw(width) {
    const [changes, delay, step] = ["changes", "delay", "step"].map((name) => store.get(name));
    const tape = run(changes, delay), now = tape[step - 1];
    delays.set(delay, `${delay} steps`);
    steps.set(step, `${step} of ${STEPS}`);
    Object.values(PARTS).forEach((change, k) => switches[k].setAttribute("aria-pressed", changes.includes(change) === (change === "coupled")));
    whole.disabled = !changes.length;
    const value = (name, kind) => [` ${name} `, el("strong", { class: `${kind} ${name}` }, fixed(now[name]))];
    numbers.replaceChildren(`Step ${step}:`, ...["i", "f", "o"].flatMap((name) => value(name, "gate-ink")), ...value("g", "plain"), ...value("c", "cell-ink"), ...value("h", "hid-ink"));
    said.textContent = verdict(tape, delay);
    rules.replaceChildren(...equations(changes).map((line) => el("span", {}, line)));
    const [own, layer] = [parameters(changes, 1, 1), parameters(changes, WIDE, READ)];
    cost.replaceChildren(
      "This cell has ", el("strong", { class: "own" }, String(own)), ` parameters. A layer of ${WIDE} such cells that reads ${READ} numbers has `,
      el("strong", { class: "layer" }, thousands(layer)), ", and takes as many multiply-adds a step.",
    );
    const off = changes.length ? `Changed: ${changes.join(", ")}.` : "All parts are in place.";
    const told = `${off} Step ${step}: c is ${fixed(now.c)}, h is ${fixed(now.h)}. ${said.textContent} The cell has ${own} parameters.`;
    spoken.say(told);
    picture.show(width, 392, "The gates, the content and the output of one cell, over 28 steps", told, drawAll(width, tape, changes, delay, step));
  }
  return { draw };
}

function drawAll(width, tape, changes, delay, step) {
  const left = 34, wide = width - left - 8, each = wide / STEPS;
  const x = (k) => left + each * (k + 0.5); // the middle of step k + 1
  const most = Math.max(1.2, ...tape.map(({ c }) => c)), highest = Math.max(1, ...tape.map(({ h }) => h));
  const right = SPIKES.map((spike) => spike + delay);
  const parts = [];
  const axis = (y) => s("line", { x1: left, x2: width - 8, y1: y, y2: y, class: "axis" });
  const name = (y, text, ink) => label(left, y, text, { class: `small ${ink}` });

  parts.push(s("rect", { x: x(step - 1) - each / 2, y: 20, width: each, height: 352, class: "now" }));
  parts.push(name(14, "input x(t)", "quiet"), axis(50));
  SPIKES.forEach((spike) => parts.push(s("rect", { x: x(spike - 1) - each / 3, y: 22, width: (2 * each) / 3, height: 28, class: "input" })));

  // The three gates, a row each: how far it is open is how high it is filled.
  ["i", "f", "o"].forEach((gate, row) => {
    const bottom = 106 + 46 * row, gone = changes.includes(GATES[gate]);
    const title = { i: "input gate i", f: "forget gate f", o: "output gate o" }[gate];
    const how = gone ? ": none, always 1" : gate === "i" && changes.includes("coupled") ? ": 1 − f" : "";
    parts.push(name(bottom - 30, title + how, gone ? "quiet" : "gate-ink"), axis(bottom));
    tape.forEach((now, k) => parts.push(s("rect", { x: x(k) - each / 2 + 0.5, y: bottom - 24 * now[gate], width: each - 1, height: 24 * now[gate], class: gone ? "gone" : "gatefill" })));
  });

  const line = (read, low, scale) => tape.map((now, k) => `${k ? "L" : "M"} ${x(k).toFixed(1)} ${(low - scale * read(now)).toFixed(1)}`).join(" ");
  const bottom = 300, scale = 70 / most, mark = bottom - scale * THRESHOLD;
  parts.push(name(222, "content c(t)", "cell-ink"), axis(bottom));
  parts.push(s("line", { x1: left, x2: width - 8, y1: mark, y2: mark, class: "mark" }), label(left - 4, mark + 4, "0.9", { class: "end small quiet" }));
  parts.push(s("path", { d: line(({ c }) => c, bottom, scale), class: "curve cell-curve" }), s("circle", { cx: x(step - 1), cy: bottom - scale * tape[step - 1].c, r: 4, class: "cell-dot" }));

  const floor = 372, tall = 40 / highest;
  parts.push(name(322, "output h(t); rings: where it should fire", "hid-ink"), axis(floor));
  tape.forEach(({ h }, k) => parts.push(s("rect", { x: x(k) - each / 2 + 0.5, y: floor - tall * h, width: each - 1, height: tall * h, class: "hidfill" })));
  right.forEach((at) => parts.push(at <= STEPS && s("circle", { cx: x(at - 1), cy: floor - tall * 0.72, r: Math.min(6, each / 2), class: "ring" })));
  parts.push([1, 10, 20, 28].map((t) => label(x(t - 1), floor + 17, t === 1 ? "step 1" : String(t), { class: t === 1 ? "small quiet" : t === STEPS ? "end small quiet" : "middle small quiet" })));
  return parts;
}

const LOOK = `
.axis{stroke:var(--line);stroke-width:1} .mark{stroke:var(--line);stroke-width:1.25;stroke-dasharray:5 4} .now{fill:var(--soft)}
.input{fill:var(--ink)} .gatefill{fill:var(--gate)} .gone{fill:var(--soft)} .hidfill{fill:var(--hidden)} .ring{fill:none;stroke:var(--ink);stroke-width:1.5}
.curve{fill:none;stroke-width:2.5;stroke-linejoin:round} .cell-curve{stroke:var(--cell)} .cell-dot{fill:var(--cell)}
svg .gate-ink,.numbers .gate-ink{fill:var(--gate-ink);color:var(--gate-ink)} svg .cell-ink,.numbers .cell-ink{fill:var(--cell-ink);color:var(--cell-ink)}
svg .hid-ink,.numbers .hid-ink{fill:var(--hidden-ink);color:var(--hidden-ink)}
.numbers strong{white-space:nowrap} .fate{min-height:2.9em} @container (max-width:600px){.fate{min-height:4.4em}}
.rules{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(17rem,100%),1fr));gap:2px 16px;margin:12px 0 6px;font-size:14px;font-style:italic;min-height:4.6em}
`;

export default figure("lstm-variants", { changes: [], delay: 6, step: 9 }, mount, LOOK);
