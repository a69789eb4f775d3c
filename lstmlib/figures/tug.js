// The tug of war over one weight: a carousel learns to keep the first of twenty numbers, with a gate set by hand or without.

import { button, drawing, el, figure, fixed, group, label, precise, s, short, slider, stage, trace, voice } from "../page/kit.js";
import { OneUnit, T } from "../page/one_unit.js";
import { drawPushes, READING } from "../page/reading.js";
import { learning } from "../page/turns.js";

const PRESETS = [
  ["The weight in", { conflict: "input", door: false }],
  ["… with an input gate", { conflict: "input", door: true }],
  ["The weight out", { conflict: "output", door: false }],
  ["… with an output gate", { conflict: "output", door: true }],
];
const ASKED = {
  input: (door) => `The first of ${T} numbers is asked for at the end. ${door ? "A gate, set by hand, lets in the first alone." : "One weight lets all of them in."}`,
  output: (door) => `The content is the first number and nothing else; the net must say 0 until the end. ${door ? "A gate, set by hand, shows the content at the end alone." : "One weight shows it at every step."}`,
};
const RATES = { input: 0.05, output: 0.2 }, MOST = 1000, LOW = 0.003, HIGH = 3;

function mount(frame, store) {
  const picture = drawing(), spoken = voice();
  let unit = null, gains = [], begun = "", width = 0;
  const chosen = () => ({ conflict: store.get("conflict"), door: store.get("door"), seed: store.get("seed") });
  const start = () => {
    begun = JSON.stringify(chosen());
    unit = new OneUnit(chosen());
    gains = [unit.gain];
  };
  const learn = () => {
    unit.update(RATES[store.get("conflict")]);
    gains.push(unit.gain);
    return unit.updates < MOST;
  };
  const ended = () => store.update({ result: { updates: unit.updates, w: unit.w, v: unit.v, b: unit.b, d: unit.d } });
  const presets = PRESETS.map(([text, change]) => button(text, () => store.update(change)));
  const guess = slider("Your guess: how much of the number will get through", { min: 0, max: 100, step: 1 }, (value) => store.update({ guess: value / 100 }));
  const over = () => unit.updates >= MOST;
  const { loop, fresh, train, again, buttons } = learning({ start, learn, over, ended, cleared: () => store.update({ result: {} }), draw: () => draw(width), one: "One update" }, 3);
  const next = button("Other numbers", () => store.update({ seed: store.get("seed") + 1, result: {} }));
  const how = el("p", { class: "how" }), says = el("p", { class: "says told" });
  frame.setAttribute("aria-label", "The tug of war over one weight");
  frame.append(
    el("p", { class: "title" }, "The tug of war over one weight"),
    el("div", { class: "controls first" }, group("Learns", presets)), how,
    stage(picture, el("div", { class: "controls" }, guess, el("div", { class: "buttons" }, buttons, next)), says), spoken,
  );

  function draw(wide) {
    if (!wide) return;
    width = wide;
    if (JSON.stringify(chosen()) !== begun) fresh();
    const { conflict, door } = chosen(), law = door ? 1 : 1 / T, gain = unit.gain, pushed = unit.pushes(unit.looked)[conflict === "input" ? "w" : "v"];
    const up = pushed.reduce((sum, push) => sum + Math.max(push, 0), 0), down = pushed.reduce((sum, push) => sum + Math.min(push, 0), 0);
    presets.forEach((preset, k) => preset.setAttribute("aria-pressed", PRESETS[k][1].conflict === conflict && PRESETS[k][1].door === door));
    how.textContent = `${ASKED[conflict](door)} Plain gradient descent at a rate of ${RATES[conflict]}, 128 sequences an update.`;
    train.textContent = loop.running ? "Pause" : unit.updates && !over() ? "Go on" : "Train";
    again.disabled = !unit.updates;
    guess.input.disabled = unit.updates > 0;
    guess.set(Math.round(100 * store.get("guess")), store.get("guess") ? `${Math.round(100 * store.get("guess"))} %` : "none yet");
    const pulled = up || down ? `Over the steps it is pushed up by ${precise(up)} and down by ${precise(-down)}.` : "";
    says.textContent = `After ${unit.updates} updates the gain from the first number to the answer is ${fixed(gain, 3)}. ${pulled}${over() ? ` ${door ? "With the gate nothing contradicts the one step that matters." : `One part in ${T} would be ${short(1 / T, 3)}: there the pushes cancel.`}${store.get("guess") ? ` Your guess was ${fixed(store.get("guess"), 2)}.` : ""}` : ""}`;
    if (!loop.running) spoken.say(`${how.textContent} ${says.textContent}`);

    const left = 4, right = wide - 4, base = 362, top = 246, from = left + 36;
    const x = (update) => from + ((right - from) * update) / MOST, y = (value) => base - ((base - top) * Math.log(value / LOW)) / Math.log(HIGH / LOW);
    const values = [...pushed], view = { steps: T, marks: [[conflict === "input" ? 0 : T - 1, conflict === "input" ? "step 1" : "step 20"]], pushes: { values, bins: values.concat(0).map((_, k) => k), up, down, unit: conflict === "input" ? "the weight in" : "the weight out", source: "" } };
    const children = [
      drawPushes(left, right, 14, view),
      label(left, top - 14, "Gain from the first number to the answer", { class: "small hidden-ink" }),
      [0.01, 0.1, 1].map((value) => [s("line", { x1: from, x2: right, y1: y(value), y2: y(value), class: "grid" }), label(from - 5, y(value) + 4, String(value), { class: "small quiet end" })]),
      over() ? [s("line", { x1: from, x2: right, y1: y(law), y2: y(law), class: "law" }), label(right, y(law) - 4, door ? "all of it" : "1/T", { class: "small end halo" })] : null,
      store.get("guess") >= LOW ? [s("path", { d: `M${right} ${y(store.get("guess")).toFixed(1)}l-10 -5v10z`, class: "guess" })] : null,
      trace(gains.map((value, k) => [x(k), value > 0 ? y(value) : 1e6]), top, base, "gain", "gain-dot"),
      label(from, base + 16, "0", { class: "small quiet" }), label(right, base + 16, `${MOST} updates`, { class: "small quiet end" }),
    ];
    picture.show(wide, base + 20, "What each step pushes at the weight, and the gain by update", says.textContent, children);
  }

  return { draw, stop: () => loop.pause() };
}

const LOOK = `
path{fill:none} ${READING} .told{min-height:7.4em}
.gain{stroke:var(--hidden);stroke-width:2} path.gain-dot,circle.gain-dot{fill:var(--hidden)} .law{stroke:currentColor;stroke-width:1.2;stroke-dasharray:5 4} path.guess{fill:var(--gate)}
svg .hidden-ink{fill:var(--hidden-ink)}
`;

export default figure("lstm-tug", { conflict: "input", door: false, seed: 0, guess: 0, result: {} }, mount, LOOK);
