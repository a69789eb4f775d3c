// A message into French: a net's words one by one, where its attention looks, other words that it might have said, and what a memory finds.

import { asking, button, clamp, drawing, el, figure, fitted, fixed, group, label, s, slider, stage, voice } from "../page/kit.js";
import { bidirectional, linear, lstm, part, tensors } from "../page/nets.js";
import { logSoftmax } from "../page/ctc.js";

const END = 0, START = 1, UNKNOWN = 2, MOST = 18, LONGEST = 8, WIDTH = 5, CANDIDATES = 5;
const PLACES = "①②③④⑤⑥⑦⑧⑨", LETTER = `(?![${PLACES}])[\\p{L}\\p{Nl}\\p{No}]`;
const FILLED = /%\(\w+\)[.\d]*[a-z]|%[.\d]*[a-z](?![\p{L}\p{N}_])|%\d|\{[^{}\s]*\}/gu;
const WORD = new RegExp(`[${PLACES}]|(?:${LETTER})+(?:[-_](?:${LETTER})+)*(?:'(?=[\\p{L}\\p{Nl}\\p{No}]))?|\\p{Nd}+|[^\\p{L}\\p{N}_\\s]|_`, "gu");

/** A message's words and marks in small letters, what the program fills in as ①, ②, ...: lstmlib.data.messages.cut. */
export function cut(text) {
  let count = 0;
  const plain = text.replace(/[’‘]/g, "'").replace(/[“”]/g, '"').replaceAll("...", "…").replace(FILLED, () => ` ${PLACES[Math.min(count++, 8)]} `);
  return plain.replace(/&(?=[\p{L}\p{Nl}\p{No}])/gu, "").toLowerCase().match(WORD) ?? [];
}

/** Words and marks as a text. */
export const joined = (words) => words.join(" ").replace(/(?<=') (?=[\p{L}\p{N}_])|(?<=[([]) | (?=[)\],.…])/gu, "");

/** What the library gives, ready to run. */
export function unpack({ net, source, target, memory, dictionary }) {
  const places = (list) => new Map(list.map((word, k) => [word, k])), counts = new Map();
  const pairs = memory.map((line) => line.split("\t").map((side) => side.split(" ")));
  pairs.forEach(([words]) => new Set(words).forEach((word) => counts.set(word, (counts.get(word) ?? 0) + 1)));
  const rare = new Map([...counts].map(([word, count]) => [word, Math.log(pairs.length / count)]));
  return { net: tensors(net), source: places(source), target, numbers: places(target), pairs, rare, dictionary: new Map(dictionary) };
}

const row = ({ shape: [, width], data }, k) => data.subarray(k * width, (k + 1) * width);

/** The states of a message's words, one key each, and where the decoder begins. */
function read({ net, source }, words) {
  const inputs = words.map((word) => row(net["source.weight"], source.get(word) ?? UNKNOWN));
  const { there, back, y } = bidirectional(part(net, "encoder"), inputs), H = there[0].h.length;
  const h = linear(part(net, "first"), [...there.at(-1).h, ...back[0].h]).map(Math.tanh);
  return { y, keys: y.map((one) => linear({ weight: net["attention.weight_key"] }, one)), at: { h, c: new Float32Array(H), t: new Float32Array(net["target.weight"].shape[1]) } };
}

/** One step: log probabilities of all words, the weights over the source, and where the decoder is. */
function step({ net }, { y, keys }, word, at) {
  const [{ h, c }] = lstm(part(net, "decoder"), [[...row(net["target.weight"], word), ...at.t]], { state: at });
  const query = linear({ weight: net["attention.weight_query"] }, h), v = net["attention.weight_score"].data;
  const scores = keys.map((key) => key.reduce((sum, value, k) => sum + v[k] * Math.tanh(value + query[k]), 0));
  const weights = logSoftmax(scores).map(Math.exp), context = y[0].map((_, k) => y.reduce((sum, one, j) => sum + weights[j] * one[k], 0));
  const t = linear(part(net, "mix"), [...context, ...h]).map(Math.tanh);
  return { logs: logSoftmax([...linear({ weight: net["target.weight"], bias: net.bias }, t)]), weights, at: { h, c, t } };
}

/** Translations that begin as asked, best first: beam search, greedy decoding for a width of 1. */
export function translate(all, words, width = WIDTH, begin = []) {
  const source = read(all, words), done = [];
  let live = [{ numbers: [], total: 0, at: source.at }];
  for (let t = 0; t < MOST; t++) {
    const steps = live.map((one) => step(all, source, one.numbers.at(-1) ?? START, one.at)), found = [];
    live.forEach((one, k) => {
      const list = t < begin.length ? [begin[t]] : top(steps[k].logs, 2 * width);
      for (const word of list) found.push({ numbers: [...one.numbers, word], total: one.total + steps[k].logs[word], at: steps[k].at });
    });
    found.sort((a, b) => b.total - a.total);
    const kept = [];
    found.slice(0, 2 * width).forEach((one, rank) => (one.numbers.at(-1) !== END ? kept.push(one) : rank < width && done.push(one)));
    if (done.length >= width || !kept.length) break;
    live = kept.slice(0, width);
  }
  const score = ({ numbers, total }) => total / numbers.length;
  return (done.length ? done : live).map((one) => ({ numbers: one.numbers, score: score(one) })).sort((a, b) => b.score - a.score).slice(0, width);
}

const top = (logs, count) => logs.map((_, k) => k).sort((a, b) => logs[b] - logs[a]).slice(0, count);

/** Each step of a translation as the net goes through it: log probabilities of all words, and the weights. */
export function follow(all, words, numbers) {
  const source = read(all, words);
  let at = source.at;
  return numbers.map((_, t) => {
    const now = step(all, source, numbers[t - 1] ?? START, at);
    at = now.at;
    return now;
  });
}

/** What is written for a word of the net: an unknown one gives way to the dictionary's for where attention looks most. */
export function spelt(all, words, number, weights) {
  if (number !== UNKNOWN) return number === END ? "■" : all.target[number];
  const word = words[weights.indexOf(Math.max(...weights))];
  return PLACES.includes(word) ? word : all.dictionary.get(word) ?? word;
}

/** The message of the memory that is most like this one: { pair, alike }. */
export function nearest({ pairs, rare }, words) {
  const edits = (other) => {
    let cost = other.reduce((list, _, k) => [...list, k + 1], [0]);
    words.forEach((word, k) => {
      const then = [k + 1];
      other.forEach((one, j) => then.push(Math.min(cost[j] + (one !== word), then[j] + 1, cost[j + 1] + 1)));
      cost = then;
    });
    return cost.at(-1);
  };
  const alike = pairs.map(([other]) => 1 - edits(other) / Math.max(other.length, words.length)), most = Math.max(...alike), own = new Set(words);
  const shared = ([other]) => Math.round(1e6 * [...new Set(other)].filter((word) => own.has(word)).map((word) => rare.get(word)).sort((a, b) => a - b).reduce((a, b) => a + b, 0));
  let best = -1, kept = -1;
  alike.forEach((value, k) => {
    if (value < most - 1e-9) return;
    const now = shared(pairs[k]);
    if (now > kept) [best, kept] = [k, now];
  });
  return { pair: pairs[best], alike: most };
}

const percent = (p) => `${Math.round(100 * p)} %`;

/** All that is shown of a message. */
function think(all, { text, begin, width }) {
  const words = cut(text).slice(0, LONGEST), forced = begin.map((word) => all.numbers.get(word)).filter((n) => n !== undefined).slice(0, MOST);
  if (!words.length) return null;
  const beams = translate(all, words, width, forced), steps = follow(all, words, beams[0].numbers);
  const said = beams[0].numbers.map((number, t) => ({
    number, word: spelt(all, words, number, steps[t].weights), strange: number === UNKNOWN, forced: t < forced.length, p: Math.exp(steps[t].logs[number]), weights: steps[t].weights,
    others: top(steps[t].logs, CANDIDATES + 1).filter((one) => one !== START).slice(0, CANDIDATES).map((one) => ({ number: one, word: spelt(all, words, one, steps[t].weights), p: Math.exp(steps[t].logs[one]) })),
  }));
  const texts = beams.map(({ numbers, score }) => {
    const on = follow(all, words, numbers);
    return { score, text: joined(numbers.flatMap((number, t) => (number === END ? [] : [spelt(all, words, number, on[t].weights)]))) };
  });
  return { words, said, texts, near: nearest(all, words), unknown: words.filter((word) => !all.source.has(word)) };
}

const PRESETS = ["Show all tabs", "Rename the notebook", "Cannot delete %s", "Zap the file"];

function mount(frame, store) {
  const given = asking(store, "translator", "net and memory (1.4 MB)"), picture = drawing(), spoken = voice();
  let all = null, last = null, shown = null;
  const status = el("p", { class: "says fate" }), field = el("textarea", { rows: 1, maxlength: 90, spellcheck: "false", autocomplete: "off" });
  const type = el("label", { class: "type" }, el("span", { class: "name" }, "A message in English"), field);
  const fresh = (text) => store.update({ text, begin: [], word: 1 });
  field.addEventListener("input", () => fresh(field.value));
  const presets = PRESETS.map((text) => button(text, () => fresh(text)));
  const which = slider("Word", { min: 1, max: MOST, step: 1, role: "gate" }, (word) => store.update({ word }));
  const widths = [[WIDTH, "beam of 5"], [1, "greedy"]].map(([width, text]) => button(text, () => store.update({ width })));
  const others = Array.from({ length: CANDIDATES }, (_, k) => button("…", () => force(k)));
  const free = button("As it likes", () => store.update({ begin: [] }), { "aria-label": "Let the net say what it likes" });
  const list = el("ol", { class: "beams" }), found = el("p", { class: "near" });
  function force(k) {
    const t = at(), { said } = shown, chosen = said[t].others[k];
    store.update({ begin: [...said.slice(0, t).map(({ number }) => all.target[number]), all.target[chosen.number]] });
  }
  const at = () => clamp(store.get("word"), 1, shown.said.length) - 1;
  let held = false;
  const sweep = (event) => {
    if (!shown) return;
    const box = picture.getBoundingClientRect(), y = ((event.clientY - box.top) / box.height) * picture.viewBox.baseVal.height;
    const word = clamp(Math.floor((y - TOP) / high(rows(shown))) + 1, 1, shown.said.length);
    if (word !== store.get("word")) store.update({ word });
  };
  picture.addEventListener("pointerdown", (event) => ((held = true), sweep(event)));
  picture.addEventListener("pointermove", (event) => held && event.buttons & 1 && sweep(event));
  for (const name of ["pointerup", "pointercancel", "pointerleave"]) picture.addEventListener(name, () => (held = false));
  frame.setAttribute("aria-label", "A message into French");
  frame.append(
    el("p", { class: "title" }, "A message into French"),
    el("p", { class: "how" }, "Type what a menu might say. Drag down the translation: where does the net look for each word? Make it say another word, and see what follows."),
    el("div", { class: "controls first" }, group("Try", presets)),
    given.row,
    type,
    stage(picture, which, group("Instead", [...others, free]), group("Search", widths)),
    el("div", { class: "under" }, list, el("div", {}, found, status)),
    spoken,
  );

  function draw(wide) {
    const { data } = given, state = Object.fromEntries(["text", "begin", "width"].map((name) => [name, store.get(name)]));
    if (data && !all) all = unpack(data);
    if (field.value !== state.text) field.value = state.text;
    const key = JSON.stringify(state);
    if (all && key !== last) [shown, last] = [think(all, state), key];
    presets.forEach((one, k) => one.setAttribute("aria-pressed", PRESETS[k] === state.text));
    widths.forEach((one, k) => one.setAttribute("aria-pressed", (k ? 1 : WIDTH) === state.width));
    for (const one of [which.input, ...widths, ...others]) one.disabled = !shown;
    free.disabled = !shown || !state.begin.length;
    const t = shown ? at() : 0, now = shown?.said[t];
    which.set(t + 1, shown ? `${t + 1} of ${shown.said.length}: ${now.word}` : "none", { max: Math.max(shown?.said.length ?? 1, 2) });
    others.forEach((one, k) => {
      const other = now?.others[k];
      one.replaceChildren(other ? `${other.word} ${percent(other.p)}` : "…");
      one.setAttribute("aria-pressed", Boolean(other) && other.number === now.number);
    });
    list.replaceChildren(...(shown?.texts ?? []).map(({ score, text }) => el("li", {}, `${fixed(score)} ${text}`)));
    found.replaceChildren(...(shown ? recalled(shown) : []));
    const told = shown ? tell(shown, t) : [all ? "Type a message." : "Net and memory aren't loaded yet. What would you say in French?"];
    status.textContent = told.join(" ");
    const whole = shown ? ` Translation: ${shown.texts[0].text}. ${found.textContent}` : "";
    spoken.say(`${told.join(" ")}${whole}`);
    const count = shown ? rows(shown) : 5;
    picture.show(wide, TOP + high(count) * count + 4, "Message and translation", `${told.join(" ")}${whole}`, shown ? threads(wide, shown, t) : waiting(wide, cut(state.text).slice(0, LONGEST)));
  }
  return { draw };
}

/** The message of the memory, the words that the new one hasn't got underlined. */
function recalled({ words, near }) {
  const own = new Set(words), [source, target] = near.pair;
  const marked = source.flatMap((word, k) => [k && !/^[,.)\]…]/.test(word) && !source[k - 1].endsWith("'") ? " " : "", own.has(word) ? word : el("u", {}, word)]);
  return [el("strong", {}, "Memory"), `, ${percent(near.alike)} alike: “`, ...marked, `” was “${joined(target)}”.`];
}

function tell({ said, unknown, words }, t) {
  const { word, p, weights, forced, strange, number } = said[t], j = weights.indexOf(Math.max(...weights));
  return [
    `Word ${t + 1}, ${number === END ? "the end" : `“${word}”`}, ${forced ? "as you chose, to the net " : ""}${percent(p)}; it looks most at “${words[j]}”, ${percent(weights[j])}.`,
    ...(strange ? ["The net said only that it doesn't know the word; this is the dictionary's."] : []),
    ...(unknown.length ? [`The net doesn't know: ${unknown.join(", ")}.`] : []),
  ];
}

const TOP = 26, ROOM = 300;
const rows = ({ words, said }) => Math.max(words.length, said.length, 5);
const high = (count) => Math.min(23, ROOM / count); // of a row

function columns(wide) {
  return { left: wide * 0.37, right: wide * 0.57, edge: wide - (wide > 340 ? 40 : 34) };
}

function heads(wide) {
  const { left, right } = columns(wide);
  return [label(left, 14, "message", { class: "small quiet end" }), label(right, 14, "translation", { class: "small quiet" })];
}

function waiting(wide, words) {
  const { left, right } = columns(wide), y = (k) => TOP + 23 * (k + 0.5);
  return [heads(wide), words.map((word, k) => fitted(left, y(k) + 4, word, left, { class: "end" })), label(right, y(0) + 4, "?", { class: "quiet" })];
}

/** Words of both sides, a thread from each of the translation's to where the net looked, and a bar for each weight of the chosen one. */
function threads(wide, { words, said, unknown }, t) {
  const { left, right, edge } = columns(wide), now = said[t], row = high(rows({ words, said })), y = (k) => TOP + row * (k + 0.5);
  const thread = (one, i) => one.weights.map((w, j) => w > 0.02 && s("line", { x1: left + 6, y1: y(j), x2: right - 6, y2: y(i), "stroke-width": 0.4 + 5 * w, class: i === t ? "thread now" : "thread" }));
  return [
    heads(wide),
    label(wide, 14, "sure", { class: "small quiet end" }),
    s("rect", { x: right - 5, y: y(t) - row / 2 + 1, width: wide - right + 5, height: row - 2, rx: 4, class: "chosen" }),
    said.map((one, i) => i !== t && thread(one, i)),
    thread(now, t),
    words.map((word, j) => [
      s("rect", { x: left - (left - 36) * now.weights[j], width: (left - 36) * now.weights[j], y: y(j) - 0.4 * row, height: 0.8 * row, rx: 3, class: "weight" }),
      fitted(left, y(j) + 4, word, left - 38, { class: unknown.includes(word) ? "end strange" : "end" }),
      now.weights[j] >= 0.1 && label(0, y(j) + 4, percent(now.weights[j]), { class: "small quiet" }),
    ]),
    said.map((one, i) => [
      fitted(right, y(i) + 4, one.word, edge - right, { class: [one.forced && "strong", one.strange && "strange", one.number === END && "quiet"].filter(Boolean).join(" ") }),
      label(wide, y(i) + 4, percent(one.p), { class: "small end" }),
    ]),
  ];
}

const LOOK = `
.type{display:block;margin-bottom:8px} .type .name{display:block;font-size:14px} .see svg{touch-action:pan-y;cursor:pointer}
textarea{width:100%;font:inherit;color:inherit;background:var(--paper);border:1px solid var(--line);border-radius:6px;padding:6px 8px;resize:none;display:block}
.set .buttons{gap:5px;margin-bottom:6px} .set button{padding:3px 8px;font-size:13px;min-height:32px}
.thread{stroke:var(--gate);opacity:.22} .thread.now{opacity:.9} .weight{fill:var(--gate);opacity:.28} .chosen{fill:var(--softer);stroke:var(--line)}
.strange{text-decoration:underline dotted;font-style:italic}
.under{display:grid;gap:4px 22px;margin-top:8px} @container (min-width:560px){.under{grid-template-columns:1fr 1fr}}
.beams{margin:2px 0;padding-left:1.4em;font-size:13px;line-height:1.4;min-height:7em} .near,.fate{font-size:13.5px;margin:2px 0} .near{min-height:2.9em} .fate{min-height:2.9em}
`;

export default figure("lstm-translator", { asked: false, text: PRESETS[0], word: 1, begin: [], width: WIDTH }, mount, LOOK);
