// Steps note numbers under names and ask for them: self-attention looks the answer up in all steps, an LSTM keeps one
// number for each name that it has a cell for. Both are set by hand.

import { button, clamp, drawing, el, figure, fixed, group, label, s, short, slider, stage, voice } from "../page/kit.js";

const NAMES = ["Ann", "Bob", "Cem", "Dia", "Eve"];
const STEPS = 8;
const MATCH = 48, BLOCK = 96, SLOPE = 6;
const PLANS = {
  "Each once": { names: [0, 1, 2, 1, 0, 2, 1, 0], asks: [3, 4, 5, 6, 7], step: 5 },
  "Noted twice": { names: [0, 1, 0, 2, 0, 0, 1, 2], asks: [2, 5, 6, 7], step: 6 },
  "Five names": { names: [0, 1, 2, 3, 4, 3, 0, 4], asks: [5, 6, 7], step: 6 },
};
const plan = ({ names, asks, step }) => ({ names, asks: names.map((_, k) => asks.includes(k)), step });

/** Row t of the scores: what step t (from 0) says of itself and of each step before it. */
export const scores = (t, names, asks, told) => names.slice(0, t + 1).map((name, k) => MATCH * (name === names[t]) - BLOCK * asks[k] + SLOPE * (k + 1) * told);

/** Shares that add up to 1. */
export function softmax(row) {
  const most = Math.max(...row), powers = row.map((e) => Math.exp(e - most)), sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((p) => p / sum);
}

/** What is in each cell after each step: a note empties the cell of its name and goes into it. */
export function contents(names, values, asks, cells) {
  const after = [];
  names.forEach((name, t) => after.push(Array.from({ length: cells }, (_, k) => (k === name && !asks[t] ? values[t] : t ? after[t - 1][k] : 0))));
  return after;
}

/** The number noted last under the name of step t, and nothing if there is none. */
export function lastNoted(t, names, values, asks) {
  const k = names.findLastIndex((name, k) => k <= t && name === names[t] && !asks[k]);
  return k < 0 ? null : values[k];
}

const listed = (parts) => (parts.length > 1 ? `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}` : parts[0]);
const right = (answer, wanted) => Math.abs(answer - wanted) < 0.05;

function mount(frame, store) {
  const picture = drawing(), spoken = voice();
  const go = (step) => store.update({ step: clamp(step, 1, STEPS) });
  const set = (field, value) => store.update({ [field]: store.get(field).map((old, k) => (k === store.get("step") - 1 ? value : old)) });
  const plans = Object.entries(PLANS).map(([name, one]) => button(name, () => store.update(plan(one))));
  const tells = [button("Not told", () => store.update({ told: false })), button("Told", () => store.update({ told: true }))];
  const step = slider("Step", { min: 1, max: STEPS, step: 1, role: "hidden" }, go);
  const cells = slider("Cells of the LSTM", { min: 1, max: NAMES.length, step: 1 }, (many) => store.update({ cells: many }));
  const who = NAMES.map((name, k) => button(name, () => set("names", k)));
  const asking = button("Asks", () => set("asks", !store.get("asks")[store.get("step") - 1]));
  const numbers = el("p", { class: "says numbers" }), said = el("p", { class: "says fate" });
  frame.setAttribute("aria-label", "Looked up, or kept");
  frame.append(
    el("p", { class: "title" }, "Looked up, or kept"),
    el("p", { class: "how" }, "Press a step to see how it is answered; give it another name, or let it ask. Both nets are set by hand."),
    el("div", { class: "controls first" }, group("Notes", plans), group("Step numbers", tells)),
    stage(picture, el("div", { class: "controls" }, step, cells, group("This step", [...who, asking])), numbers, said),
    spoken,
  );

  // A row of the matrix, or a column of anything else, is a step.
  picture.addEventListener("click", (event) => {
    const box = picture.getBoundingClientRect(), scale = picture.viewBox.baseVal.width / box.width;
    const x = (event.clientX - box.left) * scale, y = (event.clientY - box.top) * scale;
    const inMatrix = y >= PLACE.matrix && y < PLACE.matrix + STEPS * PLACE.row;
    go(1 + Math.floor(inMatrix ? (y - PLACE.matrix) / PLACE.row : (STEPS * (x - PLACE.left)) / (box.width * scale - PLACE.left)));
  });

  function draw(width) {
    const [names, noted, asks, told, many, at] = ["names", "numbers", "asks", "told", "cells", "step"].map((name) => store.get(name)), t = at - 1;
    const values = noted.map((value, k) => (asks[k] ? 0 : value));
    const rows = names.map((_, k) => softmax(scores(k, names, asks, told))), inside = contents(names, values, asks, many);
    const looked = rows.map((row) => row.reduce((sum, weight, k) => sum + weight * values[k], 0));
    const kept = names.map((name, k) => (asks[k] && name < many ? inside[k][name] : 0));
    const last = names.map((_, k) => lastNoted(k, names, values, asks));
    plans.forEach((one, k) => {
      const wanted = plan(Object.values(PLANS)[k]);
      one.setAttribute("aria-pressed", ["names", "asks"].every((field) => wanted[field].every((value, j) => value === store.get(field)[j])));
    });
    tells.forEach((one, k) => one.setAttribute("aria-pressed", Boolean(k) === told));
    who.forEach((one, k) => one.setAttribute("aria-pressed", k === names[t]));
    asking.setAttribute("aria-pressed", asks[t]);
    step.set(at, `${at} of ${STEPS}`);
    cells.set(many, String(many));

    const name = NAMES[names[t]], seen = rows[t].map((weight, k) => [weight, k]).filter(([weight]) => weight >= 0.005).sort(([a], [b]) => b - a);
    const where = seen.slice(0, 3).map(([weight, k]) => `${fixed(weight)} at step ${k + 1}`);
    const cell = names[t] < many;
    numbers.replaceChildren(
      asks[t] ? `Step ${at} asks for ${name}. Weight ${listed(where)}${seen.length > 3 ? ", and others" : ""}: self-attention answers ` : `Step ${at} notes ${values[t]} under ${name}. Self-attention looks there, too: it finds `,
      el("strong", { class: "looked" }, short(looked[t], 1)), ". The LSTM ",
      ...(!cell ? [`has no cell for ${name}${asks[t] ? " and shows " : ": the number is lost"}`] : asks[t] ? ["shows what it has kept, "] : [`empties ${name}’s cell and keeps `]),
      ...(cell || asks[t] ? [el("strong", { class: "kept" }, short(asks[t] ? kept[t] : values[t], 1))] : []), ".",
    );
    const asked = names.map((_, k) => k).filter((k) => asks[k] && last[k] !== null), read = asked.filter((k) => k <= t);
    const count = (of, answers) => `${of.filter((k) => right(answers[k], last[k])).length} of ${of.length}`;
    said.replaceChildren(
      "Self-attention: ", el("strong", { class: "looked" }, count(asked, looked)), ` right, in one round of ${(STEPS * (STEPS + 1)) / 2} looks; it keeps all steps. LSTM: `,
      el("strong", { class: "kept" }, count(read, kept)), ` right after ${at === 1 ? "one round" : `${at} rounds`}, one a step; it keeps ${many === 1 ? "one number" : `${many} numbers`}.`,
    );
    const spokenOf = `${numbers.textContent} ${said.textContent}`;
    spoken.say(spokenOf);
    picture.show(width, PLACE.height, "Eight steps, where each looks, and what an LSTM keeps", spokenOf, drawSteps(width, { names, values, asks, told, many, t, rows, inside, looked, kept, last }));
  }
  return { draw };
}

// Where things lie in the drawing, from the top.
const PLACE = { left: 62, cards: 18, matrix: 78, row: 16, sums: 222, cells: 282, cell: 17, answers: 389, height: 428 };

function drawSteps(width, { names, values, asks, told, many, t, rows, inside, looked, kept, last }) {
  const wide = (width - PLACE.left) / STEPS, left = (k) => PLACE.left + wide * k, middle = (k) => left(k) + wide / 2;
  const title = (y, text) => label(0, y, text, { class: "small quiet" });
  const side = (y, text, look = "quiet") => label(PLACE.left - 8, y, text, { class: `end small ${look}` });
  const slot = (k, y, high, look) => s("rect", { x: left(k) + 1, y, width: wide - 2, height: high, rx: 2, class: look });
  const high = PLACE.row, bottom = PLACE.matrix + high * STEPS;
  const row = scores(t, names, asks, told);
  const answer = (k, y, value, look) => label(middle(k), y, right(value, last[k]) ? short(value, 1) : `${short(value, 1)}✗`, { class: `middle small strong ${look}` });
  const asked = names.map((_, k) => k).filter((k) => asks[k]);
  return [
    s("rect", { x: left(t), y: PLACE.cards - 2, width: wide, height: PLACE.height - PLACE.cards, rx: 4, class: "now" }),
    title(10, "What comes in, a step at a time →"),
    names.map((name, k) => [
      slot(k, PLACE.cards, 34, `card${asks[k] ? " asks" : ""}${k === t ? " chosen" : ""}`),
      label(middle(k), PLACE.cards + 14, NAMES[name], { class: "middle small" }),
      label(middle(k), PLACE.cards + 29, asks[k] ? "?" : values[k], { class: "middle strong" }),
    ]),
    title(PLACE.matrix - 8, "Self-attention: where each step (row) looks"),
    rows.map((weights, j) => [
      side(PLACE.matrix + high * j + 12, j + 1, j === t ? "strong" : "quiet"),
      weights.map((weight, k) => [slot(k, PLACE.matrix + high * j + 1, high - 2, "under"), weight > 0.004 && s("rect", { x: left(k) + 1, y: PLACE.matrix + high * j + 1, width: wide - 2, height: high - 2, rx: 2, class: "share", opacity: weight })]),
    ]),
    s("rect", { x: PLACE.left - 0.5, y: PLACE.matrix + high * t - 0.5, width: wide * (t + 1) + 1, height: high + 1, rx: 2, class: "row" }),
    [["score", (k) => fixed(row[k], 0), ""], ["weight", (k) => fixed(rows[t][k]), "gate-ink"], ["value", (k) => values[k], "cell-ink"]].map(([text, value, look], n) => [
      side(PLACE.sums + 15 * n, text),
      row.map((_, k) => label(middle(k), PLACE.sums + 15 * n, value(k), { class: `middle small ${look}` })),
    ]),
    title(PLACE.cells - 8, "LSTM: what its cells hold after each step"),
    NAMES.map((name, c) => {
      const y = PLACE.cells + PLACE.cell * c;
      if (c >= many) return [side(y + 12, name), label(PLACE.left + 4, y + 12, "no cell", { class: "small quiet" })];
      return [side(y + 12, name), inside.slice(0, t + 1).map((after, k) => {
        const written = names[k] === c && !asks[k];
        return [slot(k, y, PLACE.cell - 2, `cell${written ? " written" : ""}`), after[c] !== 0 && label(middle(k), y + 12, short(after[c]), { class: `middle small cell-ink held${written ? " strong" : ""}` })];
      })];
    }),
    title(PLACE.answers - 8, "Answers; ✗ isn’t what was noted last"),
    side(PLACE.answers + 14, "attention"), side(PLACE.answers + 32, "LSTM"),
    asked.map((k) => [answer(k, PLACE.answers + 14, looked[k], "gate-ink"), k <= t ? answer(k, PLACE.answers + 32, kept[k], "hidden-ink") : label(middle(k), PLACE.answers + 32, "…", { class: "middle small quiet" })]),
  ];
}

const LOOK = `
svg{touch-action:pan-y;cursor:pointer} .now{fill:currentColor;opacity:.07} .under,.card,.cell{fill:var(--softer)} .card{stroke:var(--line)} .card.asks{stroke-dasharray:3 3;fill:none} .card.chosen{stroke:var(--ink);stroke-width:2}
.share{fill:var(--gate)} .row{fill:none;stroke:var(--ink);stroke-width:1.75} .cell.written{stroke:var(--cell);stroke-width:1.5}
svg .gate-ink{fill:var(--gate-ink)} svg .cell-ink{fill:var(--cell-ink)} svg .hidden-ink{fill:var(--hidden-ink)}
.looked{color:var(--gate-ink)} .kept{color:var(--hidden-ink)} .controls .slider{flex:1 1 14rem} .set button{padding:4px 8px}
.numbers{min-height:5.8em} .fate{min-height:5.8em}
`;

const start = () => ({ ...plan(PLANS["Each once"]), numbers: [4, 7, 2, 5, 9, 3, 6, 8], told: false, cells: 3 });

export default figure("lstm-recall", start(), mount, LOOK);
