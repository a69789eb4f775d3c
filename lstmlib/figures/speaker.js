// Who of nine is speaking: two LSTMs and a regression hear an utterance, frame by frame, as it is or as a reader changes it.

import { asking, button, caption, clamp, drawing, el, figure, fixed, group, label, s, slider, stage, voice } from "../page/kit.js";
import { linear, lstm, part, tensors } from "../page/nets.js";
import { logSoftmax } from "../page/ctc.js";

const SIZE = 12, CELLS = 32, COUNT = 370, FOREIGN = 5, LONGEST = 58;
const AS_IS = "as it is", CHANGES = [AS_IS, "backwards", "slower", "faster", "first half", "second half", "another before", "another after"];
const NETS = [["every", "every frame"], ["last", "the last"]];
const GATES = [["i", ""], ["f", "dashed"], ["o", "dotted"]];

/** What the library gives, ready to run. */
export function unpack(given) {
  const whole = new Int16Array(Uint8Array.from(atob(given.frames), (c) => c.charCodeAt(0)).buffer), begins = [0];
  given.lengths.forEach((length) => begins.push(begins.at(-1) + length));
  const frames = (n) => Array.from({ length: given.lengths[n] }, (_, t) => Array.from(whole.subarray((begins[n] + t) * SIZE, (begins[n] + t + 1) * SIZE), (value) => value * 1e-4));
  return { ...given, frames, nets: Object.fromEntries(NETS.map(([name]) => [name, tensors(given.nets[name])])) };
}

/** An utterance's frames, changed, and some of them drowned in noise; frames count from 1. */
export function utterance(all, number, change, noise = []) {
  const own = all.frames(number), half = Math.ceil(own.length / 2), other = () => all.frames(all.partner[number]).slice(0, FOREIGN);
  const made = {
    backwards: () => [...own].reverse(),
    slower: () => own.flatMap((frame) => [frame, frame]),
    faster: () => own.filter((_, t) => t % 2 === 0),
    "first half": () => own.slice(0, half),
    "second half": () => own.slice(Math.floor(own.length / 2)),
    "another before": () => [...other(), ...own],
    "another after": () => [...own, ...other()],
  };
  const frames = made[change]?.() ?? own;
  return frames.map((frame, t) => (noise.includes(t + 1) ? frame.map((_, k) => all.mean[k] + all.spread[k] * all.noise[t][k]) : frame));
}

/** What a net says after each frame, as probabilities `p`, beside the steps of its cells. */
export function hear(all, frames, net, off = []) {
  const inputs = frames.map((frame) => Float32Array.from(frame, (value, k) => (value - all.mean[k]) / all.spread[k]));
  const steps = lstm(part(all.nets[net], "recurrent"), inputs, { off });
  return steps.map((step) => ({ ...step, p: logSoftmax([...linear(part(all.nets[net], "readout"), step.h)]).map(Math.exp) }));
}

/** What the regression on first, last and mean frame says after each frame, as probabilities. */
export function regress(all, frames) {
  const sum = Array(SIZE).fill(0);
  return frames.map((frame, t) => {
    frame.forEach((value, k) => (sum[k] += value));
    const x = [...frames[0], ...frame, ...sum.map((value) => value / (t + 1))];
    return logSoftmax(all.weight.map((row, k) => row.reduce((total, w, n) => total + w * x[n], all.bias[k]))).map(Math.exp);
  });
}

const top = (p) => p.indexOf(Math.max(...p));
const percent = (value) => `${Math.round(100 * value)}\u00a0%`;

function mount(frame, store) {
  const asked = asking(store, "speaker", "nets and utterances (0.3 MB)"), picture = drawing(), spoken = voice(), status = el("p", { class: "says fate" });
  let all = null;
  const other = (number) => store.update({ number: (number + COUNT) % COUNT, heard: 1, noise: [], guess: "" });
  const wrong = () => {
    const list = all.wrong[store.get("net")], now = store.get("number");
    other(list.find((n) => n > now) ?? list[0]);
  };
  const go = [button("←", () => other(store.get("number") - 1), { "aria-label": "The utterance before" }), button("→", () => other(store.get("number") + 1), { "aria-label": "The next utterance" }), button("Next wrong", wrong, { "aria-label": "The next utterance that the net has wrong" })];
  const nets = NETS.map(([net, text]) => button(text, () => store.update({ net, off: [], guess: "" })));
  const changes = CHANGES.map((change) => button(change, () => store.update({ change, heard: 1, noise: [], guess: "" })));
  const heard = slider("Frames heard", { min: 1, max: LONGEST, step: 1 }, (value) => store.update({ heard: value }));
  const guesses = [["stays", "stays"], ["changes", "changes"]].map(([guess, text]) => button(text, () => store.update({ guess, since: store.get("heard") })));
  const which = slider("Cell", { min: 1, max: CELLS, step: 1, role: "cell" }, (cell) => store.update({ cell }));
  const toggle = (name, value) => {
    const list = store.get(name);
    store.update({ [name]: list.includes(value) ? list.filter((one) => one !== value) : [...list, value].sort((a, b) => a - b) });
  };
  const cut = button("Switch off", () => toggle("off", store.get("cell"))), on = button("All on", () => store.update({ off: [] }));
  const drown = button("Drown this frame", () => toggle("noise", Math.min(store.get("heard"), utterance(all, store.get("number"), store.get("change")).length)));
  const clean = button("No noise", () => store.update({ noise: [] }));
  frame.setAttribute("aria-label", "Who is speaking?");
  frame.append(
    el("p", { class: "title" }, "Who is speaking?"),
    el("p", { class: "how" }, "Let the net hear an utterance, one frame after the other. Before it hears the next, say whether its verdict will change."),
    asked.row,
    el("div", { class: "controls first" }, group("Utterance", go), group("Net asked after", nets)),
    el("div", { class: "controls first" }, group("Change", changes)),
    stage(picture, heard, group("Verdict", guesses), el("div", { class: "buttons" }, drown, clean), which, el("div", { class: "buttons" }, cut, on), status),
    spoken,
  );

  function draw(wide) {
    if (asked.data) all ??= unpack(asked.data);
    const { number, change, noise, net, guess, since, cell, off } = Object.fromEntries(["number", "change", "noise", "net", "guess", "since", "cell", "off"].map((name) => [name, store.get(name)]));
    nets.forEach((one, k) => one.setAttribute("aria-pressed", NETS[k][0] === net));
    changes.forEach((one, k) => one.setAttribute("aria-pressed", CHANGES[k] === change));
    guesses.forEach((one) => one.setAttribute("aria-pressed", one.textContent === guess));
    const frames = all ? utterance(all, number, change, noise) : [], T = frames.length, now = clamp(store.get("heard"), 1, Math.max(T, 1)), done = now === T;
    for (const one of [...go, ...nets, ...changes, heard.input, which.input, cut, drown]) one.disabled = !all;
    for (const one of guesses) one.disabled = !all || done;
    on.disabled = !off.length;
    clean.disabled = !noise.length;
    heard.set(now, all ? `${now} of ${T}` : "none", { max: Math.max(T, 2) });
    which.set(cell, `${cell} of ${CELLS}${off.includes(cell) ? ", off" : ""}`);
    cut.textContent = off.includes(cell) ? "Switch on" : "Switch off";
    drown.textContent = noise.includes(now) ? "Clear this frame" : "Drown this frame";
    const said = all ? hear(all, frames, net, off.map((one) => one - 1)).slice(0, now) : [], plain = all ? regress(all, frames).slice(0, now) : [];
    const lines = all ? tell({ all, number, change, noise, guess, since, off, said, plain, now, T, done }) : ["Nets and utterances aren't loaded yet. How many of some fifteen frames would you need to know a voice?"];
    status.textContent = lines.join(" ");
    spoken.say(lines.join(" "));
    const held = all ? ` Cell ${cell} holds ${fixed(said.at(-1).c[cell - 1])}.` : "";
    picture.show(wide, all ? 436 : 312, "Twelve numbers a frame, nine probabilities, and one cell", lines.join(" ") + held, chart(wide, { all, frames, noise, said, plain, now, T, done, truth: all?.speaker[number], cell: cell - 1 }));
  }
  return { draw };
}

function tell({ all, number, change, noise, guess, since, off, said, plain, now, T, done }) {
  const { p } = said.at(-1), best = top(p), list = plain.at(-1), other = top(list), truth = all.speaker[number];
  const turns = said.flatMap((step, t) => (t && top(step.p) !== top(said[t - 1].p) ? [t + 1] : []));
  const right = (k) => (done ? (k === truth ? ", right" : ", wrong") : "");
  const came = done && guess && top(said[clamp(since, 1, T) - 1].p) !== best ? "changes" : "stays";
  return [
    `Utterance ${number + 1}${change === AS_IS ? "" : `, ${change}`}: ${now} of ${T} frames, ${Math.round((now - 1) * 6.4 + 25.6)} ms.`,
    `The net says speaker ${best + 1}, ${percent(p[best])}${right(best)}; the regression ${other + 1}, ${percent(list[other])}${right(other)}.`,
    turns.length ? `The net changed its verdict at ${turns.length > 6 ? `${turns.length} frames` : turns.join(", ")}.` : "The net hasn't changed its verdict.",
    ...(done ? [`It was speaker ${truth + 1}.`] : []),
    ...(done && guess ? [`After frame ${Math.min(since, T)} you guessed that it ${guess}: ${guess === came ? "you were right" : `it ${came === "stays" ? "stayed" : "changed"}`}.`] : []),
    ...(noise.length ? [`Drowned: ${noise.join(", ")}.`] : []),
    ...(off.length ? [`Switched off: ${off.join(", ")}.`] : []),
  ];
}

function chart(wide, { all, frames, noise, said, plain, now, T, done, truth, cell }) {
  const left = 26, right = wide - 4, step = (right - left) / Math.max(T, 1), x = (t) => left + step * t;
  const tall = 7, above = 28, below = above + tall * SIZE, row = 18, first = below + 30, bottom = first + row * 9;
  const head = [
    caption(0, 11, "coefficients: more contrast is higher, ~ is drowned", wide),
    Array.from({ length: 9 }, (_, k) => label(left - 8, first + row * k + 13, k + 1, { class: done && k === truth ? "small end strong" : "small end quiet" })),
    Array.from({ length: 10 }, (_, k) => s("line", { x1: left, x2: right, y1: first + row * k, y2: first + row * k, class: "grid" })),
  ];
  const who = label(0, first - 10, "who it is: above the net, below the regression", { class: "small quiet halo" });
  if (!all) return [head, who];
  const colours = frames.map((frame, t) => frame.map((value, k) => {
    const z = (value - all.mean[k]) / all.spread[k];
    return s("rect", { x: x(t), y: above + tall * k, width: step + 0.3, height: tall + 0.3, class: "input", opacity: fixed(clamp((z + 2.5) / 5, 0, 1) * (t < now ? 1 : 0.15), 3) });
  }));
  const probabilities = said.map(({ p }, t) => p.map((value, k) => [
    value > 0.004 && s("rect", { x: x(t), y: first + row * k + 1, width: step - 1, height: row / 2 - 1, class: "net", opacity: fixed(value, 3) }),
    plain[t][k] > 0.004 && s("rect", { x: x(t), y: first + row * k + row / 2, width: step - 1, height: row / 2 - 1, class: "plain", opacity: fixed(plain[t][k], 3) }),
  ]));
  return [
    head, colours, probabilities,
    noise.filter((t) => t <= T).map((t) => label(x(t - 0.5), above - 3, "~", { class: "small middle" })),
    s("line", { x1: x(now), x2: x(now), y1: above, y2: 434, class: "now" }),
    who,
    done && s("rect", { x: left, y: first + row * truth, width: right - left, height: row, class: "truth" }),
    inside(wide, { said, x, cell, left, right, from: bottom + 33 }),
  ];
}

function inside(wide, { said, x, cell, left, right, from }) {
  const reach = Math.max(1, Math.ceil(Math.max(...said.map(({ c }) => Math.abs(c[cell])))));
  const open = (value) => from + 34 - 30 * value, content = (value) => from + 66 - (20 * value) / reach;
  const curve = (values, scale, look) => [
    s("path", { d: values.map((value, t) => `${t ? "L" : "M"} ${x(t + 0.5).toFixed(1)} ${scale(value).toFixed(1)}`).join(" "), class: `curve ${look}` }),
    s("circle", { cx: x(values.length - 0.5), cy: scale(values.at(-1)), r: 2.5, class: `curve ${look}` }),
  ];
  return [
    label(0, from - 10, `cell ${cell + 1}: gates i —, f - -, o ···, content c up to ±${reach}`, { class: "small quiet halo" }),
    [0, 1].map((tick) => [s("line", { x1: left, x2: right, y1: open(tick), y2: open(tick), class: "grid" }), label(left - 8, open(tick) + 4, tick, { class: "end small quiet" })]),
    s("line", { x1: left, x2: right, y1: content(0), y2: content(0), class: "grid" }), label(left - 8, content(0) + 4, "c", { class: "end small quiet" }),
    GATES.map(([name, dash]) => curve(said.map((step) => step[name][cell]), open, `gate ${dash}`)),
    curve(said.map(({ c }) => c[cell]), content, "held"),
  ];
}

const LOOK = `
.how+.controls:not(.first){margin:0 0 10px}
.grid{stroke:var(--soft)} .now{stroke:var(--line);stroke-dasharray:2 3}
.input{fill:currentColor} .net{fill:var(--hidden-ink)} .plain{fill:var(--quiet)} .truth{fill:none;stroke:currentColor;stroke-width:1.5}
.curve{fill:none;stroke-width:2} .held{stroke:var(--cell)} .gate.curve{stroke:var(--gate);stroke-width:1.8} .dashed{stroke-dasharray:6 3} .dotted{stroke-dasharray:2 3}
.cell input[type=range]{--tint:var(--cell)} .set .buttons{margin-bottom:4px;gap:6px} .set button{padding:4px 10px}
.fate{min-height:10.2em;font-size:14px}
`;

const EMPTY = { number: 0, change: AS_IS, noise: [], heard: 1, net: "every", guess: "", since: 1, cell: 1, off: [], asked: false };
export default figure("lstm-speaker", EMPTY, mount, LOOK);
