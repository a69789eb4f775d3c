// Labels under the words of an address, as it is typed: two nets run in the page, one reads from the left, one both ways.

import { asking, button, clamp, drawing, el, figure, fitted, fixed, group, label, s, slider, stage, voice } from "../page/kit.js";
import { linear, lstm, part, tensors } from "../page/nets.js";

const MOST = 14; // words that are read
const NETS = [["forward", "from the left"], ["both", "both ways"]];
const PRESETS = [
  ["Plain", "1600 Lincoln Avenue, Springfield, IL 62704"],
  ["Saint or street?", "12 St. Marys St St. Louis MO 63118"],
  ["Town or street?", "610 East Main Marion Kansas"],
  ["Road 546", "14442 Country Road 546 Nevada TX 75173"],
  ["Box", "PO Box 88 Dept 12 Chicago IL 60654"],
  ["New words", "77 Qwyllbro Xing Zanthor Heights ZQ 00417"],
];

/** The words of a text, as the data have them: what stands between spaces. */
export const words = (text) => text.split(/\s+/).filter(Boolean).slice(0, MOST);

/** A word as the table of vectors has it: small letters, no marks at its ends, each digit 0. */
export const key = (word) => word.toLowerCase().replace(/^[^\p{L}\p{N}_]+|[^\p{L}\p{N}_]+$/gu, "").replace(/\p{Nd}/gu, "0") || word;

/** What is given, ready to run: both nets, and the places of words and letters. */
export function ready({ words: known, letters, labels, ...nets }) {
  const places = (list) => new Map(list.map((name, k) => [name, k + 1]));
  return {
    labels, words: places(known), letters: places([...letters]), edge: [...letters].length + 1,
    nets: Object.fromEntries(NETS.map(([name]) => [name, tensors(nets[name])])),
  };
}

const row = ({ shape: [, width], data }, k) => data.subarray(k * width, (k + 1) * width);

/** What a net reads of a word: its vector, and the strongest answer of each filter to three of its letters. */
function vector(net, all, word) {
  const own = [...word].map((letter) => all.letters.get(letter) ?? 0), codes = [all.edge, ...own, all.edge];
  const letters = codes.map((code) => row(net["letter.weight"], code)), best = new Float32Array(net["spell.bias"].shape[0]).fill(-Infinity);
  for (let m = 1; m + 1 < codes.length; m++) {
    const found = linear(part(net, "spell"), [...letters[m - 1], ...letters[m], ...letters[m + 1]]);
    found.forEach((value, k) => (best[k] = Math.max(best[k], value)));
  }
  return Float32Array.of(...row(net["word.weight"], all.words.get(key(word)) ?? 0), ...best.map(Math.tanh));
}

/** A net over words: of each the probabilities of all labels, and each cell's gates and content; cells by number from 0. */
export function run(net, all, said, off = []) {
  const x = said.map((word) => vector(net, all, word)), H = net["there.weight_hh_l0"].shape[1], two = "back.weight_hh_l0" in net;
  const there = lstm(part(net, "there"), x, { off: off.filter((cell) => cell < H) });
  const back = two ? lstm(part(net, "back"), [...x].reverse(), { off: off.filter((cell) => cell >= H).map((cell) => cell - H) }).reverse() : [];
  return there.map((step, t) => {
    const steps = [step, ...(two ? [back[t]] : [])], join = (name) => Float32Array.of(...steps.flatMap((one) => [...one[name]]));
    const y = linear(part(net, "readout"), join("h")), top = Math.max(...y), parts = y.map((score) => Math.exp(score - top));
    const sum = parts.reduce((a, b) => a + b, 0), p = parts.map((value) => value / sum);
    return { p, best: p.indexOf(Math.max(...p)), ...Object.fromEntries(["i", "f", "o", "c"].map((name) => [name, join(name)])) };
  });
}

function mount(frame, store) {
  const given = asking(store, "tagger", "both nets (0.6 MB)"), picture = drawing(), spoken = voice();
  let all = null;
  const status = el("p", { class: "says fate" }), field = el("textarea", { rows: 2, maxlength: 160, spellcheck: "false", autocomplete: "off" });
  const type = el("label", { class: "type" }, el("span", { class: "name" }, "An address"), field);
  field.addEventListener("input", () => store.update({ text: field.value, read: 0 }));
  const presets = PRESETS.map(([name, text]) => button(name, () => store.update({ text, read: 0 })));
  const read = slider("Words read", { min: 1, max: MOST, step: 1 }, (value) => store.update({ read: value >= words(store.get("text")).length ? 0 : value }));
  const nets = NETS.map(([name, shown]) => button(shown, () => store.update({ both: name === "both", off: [] })));
  const which = slider("Cell", { min: 1, max: 80, step: 1, role: "cell" }, (cell) => store.update({ cell }));
  const cut = button("Switch off", () => {
    const off = store.get("off"), cell = store.get("cell");
    store.update({ off: off.includes(cell) ? off.filter((one) => one !== cell) : [...off, cell].sort((a, b) => a - b) });
  });
  const rest = button("All on", () => store.update({ off: [] }));
  frame.setAttribute("aria-label", "Labels under an address");
  frame.append(
    el("p", { class: "title" }, "Labels under an address"),
    el("p", { class: "how" }, "Type an address, word by word. Which labels change when the next word comes, and in which net?"),
    el("div", { class: "controls first" }, group("Try", presets)),
    given.row,
    type,
    stage(picture, read, group("Cells of", nets), which, el("div", { class: "buttons" }, cut, rest), status),
    spoken,
  );

  function draw(wide) {
    const { data } = given, text = store.get("text"), said = words(text), shown = store.get("read") || said.length, cell = store.get("cell");
    if (data && !all) all = ready(data);
    const off = store.get("off"), both = store.get("both"), name = both ? "both" : "forward", heard = said.slice(0, shown);
    if (field.value !== text) field.value = text;
    read.set(clamp(shown, 1, MOST), `${heard.length} of ${said.length}`, { max: Math.max(1, said.length) });
    nets.forEach((one, k) => one.setAttribute("aria-pressed", both === (k === 1)));
    const ends = both ? (cell > 40 ? ", reads from the right" : ", reads from the left") : "";
    which.set(cell, `${cell} of 80${off.includes(cell) ? ", off" : ""}`);
    cut.textContent = off.includes(cell) ? "Switch on" : "Switch off";
    for (const one of [which.input, cut, read.input, ...nets]) one.disabled = !all || !said.length;
    rest.disabled = !all || !off.length;
    const now = {}, before = {};
    if (all) for (const [net] of NETS) {
      const without = net === name ? off.map((one) => one - 1) : [];
      now[net] = run(all.nets[net], all, heard, without);
      before[net] = run(all.nets[net], all, heard.slice(0, -1), without);
    }
    const changed = (net) => before[net].flatMap((one, t) => (one.best === now[net][t].best ? [] : [t]));
    const strange = all ? heard.filter((word) => !all.words.has(key(word))) : [];
    status.textContent = all ? told() : "The nets aren't loaded yet. The words that they will read are drawn.";
    const spell = (net) => heard.map((word, t) => `${word} ${all.labels[now[net][t].best]} ${percent(now[net][t].p)}`).join(", ");
    const heading = all && heard.length ? NETS.map(([net, title]) => `${title}: ${spell(net)}`).join(". ") : heard.join(" ") || "No word is read yet";
    spoken.say(`${status.textContent} ${heading}.`);
    const held = all && heard.length ? ` Cell ${cell}${ends}; after the last word it holds ${fixed(now[name].at(-1).c[cell - 1])}.` : "";
    picture.show(wide, 46 + 24 * Math.max(8, said.length), "Words and labels", `${heading}.${held}`, table(wide, { all, said, heard, now, changed, name, cell: cell - 1 }));

    function told() {
      if (!heard.length) return "Type an address, or choose one.";
      const latest = heard.at(-1), news = NETS.map(([net, title]) => {
        const list = changed(net).map((t) => `“${heard[t]}” from ${all.labels[before[net][t].best]} to ${all.labels[now[net][t].best]}`);
        return `${title}, ${list.length ? list.join(", ") : "no earlier label"}`;
      });
      const new_ones = strange.length ? ` Without a vector of ${strange.length > 1 ? "their" : "its"} own: ${strange.join(" ")}.` : "";
      return `${off.length ? `Switched off: ${off.join(", ")}. ` : ""}“${latest}” changed: ${news.join("; ")}.${new_ones}`;
    }
  }
  return { draw };
}

const percent = (p) => `${Math.round(100 * Math.max(...p))} %`;

function table(wide, { all, said, heard, now, changed, name, cell }) {
  const word = wide * 0.21, column = wide * 0.28, gate = (wide * 0.23 - 6) / 5, at = (k) => 46 + 24 * k;
  const left = (n) => word + n * column, right = left(2) + 6, bars = [["i", "i", 1], ["f", "f", 1], ["o", "o", 1], ["c", "tanh c", 2]];
  const head = [
    NETS.map(([net, title], n) => fitted(left(n), 14, title, column - 8, { class: net === name ? "small strong" : "small" })),
    label(right, 14, `cell ${cell + 1}`, { class: "small" }),
    bars.map(([, title, size], n) => fitted(right + n * gate, 32, title, size * gate, { class: "small quiet" })),
  ];
  const rows = said.map((one, k) => {
    const later = k >= heard.length, strange = all && !all.words.has(key(one));
    const text = fitted(0, at(k) + 4, one, word - 6, { class: later ? "quiet" : strange ? "strange" : "strong" });
    if (later || !all) return [text, !later && NETS.map((_, n) => s("rect", { x: left(n), y: at(k) - 10, width: column - 8, height: 19, rx: 3, class: "room" }))];
    const labels = NETS.map(([net], n) => {
      const { p, best } = now[net][k], room = column - 8, fresh = changed(net).includes(k);
      return [
        s("rect", { x: left(n), y: at(k) - 10, width: room, height: 19, rx: 3, class: fresh ? "room fresh" : "room" }),
        s("rect", { x: left(n), y: at(k) - 10, width: room * p[best], height: 19, rx: 3, class: "sure" }),
        fitted(left(n) + 4, at(k) + 4, all.labels[best], room - (wide > 400 ? 46 : 8), { class: "small" }),
        wide > 400 && label(left(n) + room - 4, at(k) + 4, percent(p), { class: "small end" }),
      ];
    });
    const step = now[name][k];
    const inside = bars.map(([gated, , parts], n) => {
      const x = right + n * gate, y = at(k) - 7, size = parts * gate - 5, half = size / 2, content = Math.tanh(step.c[cell]);
      if (gated !== "c") return [s("rect", { x, y, width: size * step[gated][cell], height: 13, class: "open" }), s("rect", { x, y, width: size, height: 13, class: "frame-of" })];
      const held = s("rect", { x: x + half * Math.min(1, 1 + content), y, width: Math.abs(content) * half, height: 13, class: "held" });
      return [held, s("rect", { x, y, width: size, height: 13, class: "frame-of" }), s("line", { x1: x + half, x2: x + half, y1: y, y2: y + 13, class: "zero" })];
    });
    return [text, labels, inside];
  });
  return [head, rows];
}

const LOOK = `
.set .buttons{margin-bottom:8px} .type{display:block} .type .name{display:block;font-size:14px}
textarea{width:100%;font:inherit;color:inherit;background:var(--paper);border:1px solid var(--line);border-radius:6px;padding:6px 8px;resize:vertical}
.room{fill:var(--softer);stroke:none} .fresh{stroke:currentColor;stroke-width:2}
.sure{fill:var(--hidden);opacity:.3} .frame-of{fill:none;stroke:var(--soft)} .open{fill:var(--gate)} .held{fill:var(--cell)} .zero{stroke:var(--line)}
.strange{font-style:italic;text-decoration:underline dotted}
.cell input[type=range]{--tint:var(--cell)}
.fate{min-height:7.2em;font-size:14px}
`;

const EMPTY = { asked: false, text: PRESETS[1][1], read: 0, both: true, cell: 1, off: [] };
export default figure("lstm-tagger", EMPTY, mount, LOOK);
