// A net that goes on with chords: a piano roll to write on, what the net expects of each key, a cell at work, and its sound.

import { asking, button, clamp, drawing, el, figure, fixed, group, label, s, slider, stage, voice } from "../page/kit.js";
import { linear, lstm, part, tensors } from "../page/nets.js";

const KEYS = 88, LOW = 15, HIGH = 60, MOST = 24, CELLS = 128, RARE = 3; // keys from 0; nats from which a note surprises
const NETS = [["turn", "keys in turn"], ["apart", "keys apart"]];
const GATES = [["i", ""], ["f", "dashed"], ["o", "dotted"]];
const NAMES = ["A", "A♯", "B", "C", "C♯", "D", "D♯", "E", "F", "F♯", "G", "G♯"];
// Written for this page; the last is the old tune, the melody alone.
export const BEGIN = {
  Cadence: [[27, 34, 43, 51], [24, 36, 43, 51], [20, 36, 44, 53], [22, 34, 43, 53], [22, 32, 41, 50], [27, 31, 39, 51]],
  Minor: [[24, 36, 43, 48], [23, 35, 43, 50], [24, 36, 43, 51], [29, 36, 41, 53], [31, 35, 43, 50], [24, 36, 39, 48]],
  "A tune": [[43], [48], [46], [44], [43], [41], [43]],
};

/** What the library gives, ready to run. */
export const unpack = (given) => Object.fromEntries(NETS.map(([name]) => [name, tensors(given[name])]));

/** A chord as 88 numbers, 0 or 1. */
export const column = (chord) => Float32Array.from({ length: KEYS }, (_, key) => (chord.includes(key) ? 1 : 0));

/** What a net does before each chord, and before the one that would come: the steps of its cells, and `scores`, of each key, before lower keys have a say. */
export function read(all, name, chords, off = []) {
  const inputs = [new Float32Array(KEYS), ...chords.map(column)];
  return lstm(part(all[name], "recurrent"), inputs, { off }).map((step) => ({ ...step, scores: linear(part(all[name], "readout"), step.h) }));
}

const certainty = (z) => 1 / (1 + Math.exp(-z));

/** One key's score, given which lower keys sound with it; of keys apart they have no say. */
export function heard(all, name, scores, key, chord) {
  const below = part(all[name], "below").weight;
  return chord.reduce((sum, other) => (below && other < key ? sum + below.data[key * KEYS + other] : sum), scores[key]);
}

/** The probability that each key sounds in this chord, (88,), and the nats of each. */
export function judged(all, name, { scores }, chord) {
  const p = Array.from({ length: KEYS }, (_, key) => certainty(heard(all, name, scores, key, chord)));
  return { p, nats: p.map((value, key) => -Math.log(Math.max(1e-12, chord.includes(key) ? value : 1 - value))) };
}

/** A number from 0 to 1 that a seed, a step and a key make: the same whenever they are the same. */
export function dice(seed, step, key) {
  let z = (Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(step * KEYS + key + 1, 0x85ebca6b)) >>> 0;
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
  return ((z ^ (z >>> 15)) >>> 0) / 4294967296;
}

/** The chord that comes of it: each key is drawn, from the lowest to the highest. */
export function drawn(all, name, { scores }, temperature, seed, step) {
  const chord = [];
  for (let key = 0; key < KEYS; key++) if (dice(seed, step, key) < certainty(heard(all, name, scores, key, chord) / temperature)) chord.push(key);
  return chord;
}

/** What is to be heard: a key that sounds in chords one after the other is held. Starts and lengths in steps. */
export function tones(chords) {
  const found = [];
  chords.forEach((chord, t) => chord.forEach((key) => {
    const held = found.find((tone) => tone.key === key && tone.start + tone.length === t);
    if (held) held.length += 1;
    else found.push({ key, start: t, length: 1, hertz: 440 * 2 ** ((key - 48) / 12) });
  }));
  return found;
}

/** A key's name: C4 is the one in the middle. */
export const named = (key) => `${NAMES[key % 12]}${Math.floor((key + 9) / 12)}`;

const BEAT = 0.55; // seconds a step

/** Sound the chords; returns what stops them. `done` is called at the end. */
function play(chords, done) {
  const audio = new AudioContext(), begin = audio.currentTime + 0.08, loud = audio.createGain();
  loud.gain.value = 0.16;
  loud.connect(audio.destination);
  for (const { start, length, hertz } of tones(chords)) {
    const sound = audio.createOscillator(), level = audio.createGain(), on = begin + start * BEAT, until = on + length * BEAT;
    sound.type = "triangle";
    sound.frequency.value = hertz;
    level.gain.setValueAtTime(0, on);
    level.gain.linearRampToValueAtTime(1, on + 0.03);
    level.gain.setValueAtTime(1, until - 0.06);
    level.gain.linearRampToValueAtTime(0, until);
    sound.connect(level).connect(loud);
    sound.start(on);
    sound.stop(until);
  }
  const timer = setTimeout(done, 1000 * (0.2 + BEAT * chords.length));
  return () => (clearTimeout(timer), audio.close());
}

function mount(frame, store) {
  const asked = asking(store, "chorale", "both nets (0.7 MB)"), picture = drawing(), spoken = voice(), status = el("p", { class: "says fate" });
  let all = null, silence = null;
  const chords = () => store.get("chords"), T = () => chords().length;
  const at = () => (store.get("place") < 0 ? T() : clamp(store.get("place"), 0, T())); // the number of chords before the one that is looked at
  const off = () => store.get("off").map((cell) => cell - 1);
  const hush = () => {
    silence?.();
    silence = null;
    store.touch();
  };
  const set = (changes) => {
    if (silence) hush();
    store.update(changes);
  };
  const begin = Object.keys(BEGIN).map((name) => button(name, () => set({ chords: BEGIN[name], place: -1 })));
  const nets = NETS.map(([net, text]) => button(text, () => store.update({ net, off: [] })));
  const next = (now) => drawn(all, store.get("net"), read(all, store.get("net"), now, off()).at(-1), store.get("temperature"), store.get("seed"), now.length);
  const on = (count) => {
    const now = [...chords()];
    for (let k = 0; k < count && now.length < MOST; k++) now.push(next(now));
    set({ chords: now, place: -1 });
  };
  const one = button("One chord", () => on(1)), more = button("Write on", () => on(MOST), { class: "main" });
  const sound = button("Listen", () => {
    if (silence) return hush();
    silence = play(chords(), hush);
    store.touch();
  });
  const other = button("Dice", () => store.update({ seed: (store.get("seed") + 1) % 1000 }));
  const back = button("Back", () => set({ chords: chords().slice(0, -1), place: -1 }), { "aria-label": "Take one back" });
  const heat = slider("Temperature", { min: 0.1, max: 1.5, step: 0.05 }, (temperature) => store.update({ temperature }));
  const where = slider("Step", { min: 1, max: MOST, step: 1 }, (step) => store.update({ place: step - 1 }));
  const pitch = slider("Key", { min: LOW, max: HIGH, step: 1 }, (key) => store.update({ key }));
  const toggle = (step, key) => {
    if (step > T() || step >= MOST) return;
    const now = [...chords().map((chord) => [...chord]), ...(step === T() ? [[]] : [])], chord = now[step];
    now[step] = (chord.includes(key) ? chord.filter((each) => each !== key) : [...chord, key]).sort((a, b) => a - b);
    set({ chords: now, place: step, key });
  };
  const put = button("Put", () => toggle(Math.min(at(), MOST - 1), store.get("key")));
  const which = slider("Cell", { min: 1, max: CELLS, step: 1, role: "cell" }, (cell) => store.update({ cell }));
  const cut = button("Switch off", () => {
    const list = store.get("off"), cell = store.get("cell");
    store.update({ off: list.includes(cell) ? list.filter((each) => each !== cell) : [...list, cell].sort((a, b) => a - b) });
  });
  const open = button("All on", () => store.update({ off: [] }));
  frame.setAttribute("aria-label", "A net that goes on with chords");
  frame.append(
    el("p", { class: "title" }, "A net that goes on with chords"),
    el("p", { class: "how" }, "Tap keys on or off, or put them with the sliders. A step is a quarter note; Listen sounds it with plain tones made on your device."),
    asked.row,
    el("div", { class: "controls first" }, group("Begin with", begin), group("Net", nets)),
    stage(picture, el("div", { class: "buttons" }, sound, more, one, other, back, put), heat, where, pitch, which, el("div", { class: "buttons" }, cut, open), status),
    spoken,
  );
  picture.addEventListener("click", (event) => {
    const spot = event.target.closest?.("[data-step]");
    if (!spot) return;
    const box = spot.getBoundingClientRect();
    toggle(Number(spot.dataset.step), clamp(HIGH - Math.floor(((event.clientY - box.top) / box.height) * (HIGH - LOW + 1)), LOW, HIGH));
  });

  function draw(wide) {
    if (asked.data) all ??= unpack(asked.data);
    const { net, temperature, key, cell } = Object.fromEntries(["net", "temperature", "key", "cell"].map((name) => [name, store.get(name)]));
    const now = chords(), place = at(), gone = store.get("off");
    begin.forEach((each, k) => each.setAttribute("aria-pressed", JSON.stringify(BEGIN[Object.keys(BEGIN)[k]]) === JSON.stringify(now)));
    nets.forEach((each, k) => each.setAttribute("aria-pressed", NETS[k][0] === net));
    for (const each of [one, more, other, heat.input, which.input, cut]) each.disabled = !all;
    one.disabled = more.disabled = !all || now.length >= MOST;
    open.disabled = !gone.length;
    back.disabled = sound.disabled = !now.length;
    sound.textContent = silence ? "Stop" : "Listen";
    heat.set(temperature, fixed(temperature));
    where.set(Math.min(place + 1, MOST), place < now.length ? `${place + 1} of ${now.length}` : "the next", { max: Math.min(now.length + 1, MOST) });
    pitch.set(key, named(key));
    put.textContent = `${now[place]?.includes(key) ? "Remove" : "Put"} ${named(key)}`;
    put.disabled = place >= MOST;
    which.set(cell, `${cell} of ${CELLS}${gone.includes(cell) ? ", off" : ""}`);
    cut.textContent = gone.includes(cell) ? "Switch on" : "Switch off";
    const steps = all ? read(all, net, now, off()) : [], said = now.map((chord, t) => all && judged(all, net, steps[t], chord));
    const ghost = all && place === now.length && place < MOST ? next(now) : null;
    const seen = all ? judged(all, net, steps[place], now[place] ?? ghost ?? []) : null;
    status.textContent = tell({ all, now, place, said, seen, ghost, steps, cell, gone });
    if (!silence) spoken.say(status.textContent);
    picture.show(wide, all ? 424 : 290, "A piano roll, what the net expects of each key, and one cell", status.textContent, chart(wide, { all, now, place, said, seen, ghost, steps, cell: cell - 1, key }));
  }
  return { draw, stop: () => silence?.() };
}

const total = ({ nats }) => nats.reduce((sum, value) => sum + value, 0);
const spelt = (chord) => (chord.length ? chord.map(named).join(" ") : "silence");

function tell({ all, now, place, said, seen, ghost, steps, cell, gone }) {
  if (!all) return `${now.length} chords stand there. The nets aren't loaded yet.`;
  const chord = now[place] ?? ghost ?? [], worst = seen.nats.indexOf(Math.max(...seen.nats));
  const mean = now.length ? ` ${now.length} chords, ${fixed(said.reduce((sum, each) => sum + total(each), 0) / now.length, 1)} nats each.` : "";
  const likely = seen.p.map((p, k) => [p, k]).sort((a, b) => b[0] - a[0]).slice(0, 4).map(([p, k]) => `${named(k)} ${fixed(100 * p, 0)}\u00a0%`).join(", ");
  const odd = `${named(worst)} ${chord.includes(worst) ? "sounds" : "is missing"}, ${fixed(seen.nats[worst], 1)} nats`;
  const what = place < now.length ? `Step ${place + 1}: ${spelt(chord)}, ${fixed(total(seen), 1)} nats; most surprising: ${odd}.` : ghost ? `Next, by this dice: ${spelt(ghost)}.` : `${MOST} chords are all that fit.`;
  return `${what} Expected: ${likely}.${mean}${gone.length ? ` Off: ${gone.join(", ")}.` : ""} Cell ${cell} holds ${fixed(steps[place].c[cell - 1])}.`;
}

function chart(wide, { all, now, place, said, seen, ghost, steps, cell, key }) {
  const left = 26, strip = 74, right = wide - strip - 8, step = (right - left) / MOST, tall = 5.4, top = 18, x = (t) => left + step * t;
  const y = (k) => top + tall * (HIGH - k), bottom = y(LOW) + tall, from = right + 8, bar = (p) => 0.5 + (strip - 2) * p;
  const note = (k, t, look) => k >= LOW && k <= HIGH && s("rect", { x: x(t) + 0.5, y: y(k), width: Math.max(2, step - 1), height: tall, rx: 1.5, class: look });
  const roll = [
    label(left, 11, "chords", { class: "small quiet" }), all && label(from, 11, "chance", { class: "small quiet" }),
    Array.from({ length: HIGH - LOW + 1 }, (_, k) => LOW + k).filter((k) => k % 12 === 3).map((k) => [
      s("line", { x1: left, x2: wide, y1: y(k) + tall, y2: y(k) + tall, class: "grid" }), label(left - 5, y(k) + tall, named(k), { class: "small quiet end" })]),
    place < MOST && s("rect", { x: x(place), y: top, width: step, height: bottom - top, class: "here" }),
    s("rect", { x: x(Math.min(place, MOST - 1)), y: y(key), width: step, height: tall, class: "aim" }),
    now.map((chord, t) => chord.map((k) => note(k, t, all && said[t].nats[k] > RARE ? "note odd" : "note"))),
    ghost?.map((k) => note(k, place, "ghost")),
    Array.from({ length: Math.min(now.length + 1, MOST) }, (_, t) => s("rect", { x: x(t), y: top, width: step, height: bottom - top, class: "spot", "data-step": t })),
  ];
  if (!all) return roll;
  const chord = now[place] ?? ghost ?? [], under = bottom + 34;
  return [
    roll,
    seen.p.map((p, k) => k >= LOW && k <= HIGH && p > 0.004 && s("rect", { x: from, y: y(k) + 0.4, width: bar(p), height: tall - 0.8, class: chord.includes(k) ? "chance hit" : "chance" })),
    said.map((each, t) => s("rect", { x: x(t) + 1, y: under - Math.min(22, 1.1 * total(each)), width: Math.max(2, step - 2), height: Math.min(22, 1.1 * total(each)), class: "bits" })),
    label(from, under, "nats a step", { class: "small quiet" }), s("line", { x1: left, x2: right, y1: under, y2: under, class: "grid" }),
    inside(wide, { steps, x: (t) => x(t), cell, left, right, from: under + 28 }),
  ];
}

function inside(wide, { steps, x, cell, left, right, from }) {
  const shown = steps.slice(0, MOST), reach = Math.max(1, Math.ceil(Math.max(...shown.map(({ c }) => Math.abs(c[cell])))));
  const open = (value) => from + 38 - 30 * value, content = (value) => from + 66 - (20 * value) / reach;
  const curve = (values, scale, look) => [
    s("path", { d: values.map((value, t) => `${t ? "L" : "M"} ${x(t + 0.5).toFixed(1)} ${scale(value).toFixed(1)}`).join(" "), class: `curve ${look}` }),
    s("circle", { cx: x(values.length - 0.5), cy: scale(values.at(-1)), r: 2.5, class: `curve ${look}` }),
  ];
  return [
    label(0, from - 6, `cell ${cell + 1}: gates i —, f - -, o ···, content c up to ±${reach}`, { class: "small quiet" }),
    [0, 1].map((tick) => [s("line", { x1: left, x2: right, y1: open(tick), y2: open(tick), class: "grid" }), label(left - 8, open(tick) + 4, tick, { class: "end small quiet" })]),
    s("line", { x1: left, x2: right, y1: content(0), y2: content(0), class: "grid" }), label(left - 8, content(0) + 4, "c", { class: "end small quiet" }),
    GATES.map(([name, dash]) => curve(shown.map((step) => step[name][cell]), open, `gate ${dash}`)),
    curve(shown.map(({ c }) => c[cell]), content, "held"),
  ];
}

const LOOK = `
.grid{stroke:var(--soft)} .spot{fill:transparent;cursor:pointer} .here{fill:var(--softer);stroke:var(--line)} .aim{fill:none;stroke:currentColor}
.note{fill:currentColor} .odd{fill:var(--error)} .ghost{fill:none;stroke:var(--hidden-ink);stroke-dasharray:2 1.5} .chance{fill:var(--line)} .hit,.bits{fill:var(--hidden-ink)}
.curve{fill:none;stroke-width:2} .held{stroke:var(--cell)} .gate.curve{stroke:var(--gate);stroke-width:1.8} .dashed{stroke-dasharray:6 3} .dotted{stroke-dasharray:2 3}
.cell input[type=range]{--tint:var(--cell)} .set .buttons{margin-bottom:2px;gap:5px} .set button{padding:4px 9px}
.fate{min-height:7.2em;font-size:13.5px;margin:2px 0}
`;

const EMPTY = { asked: false, chords: BEGIN.Cadence, net: "turn", temperature: 0.8, seed: 0, place: -1, key: 39, cell: 1, off: [] };
export default figure("lstm-chorale", EMPTY, mount, LOOK);
