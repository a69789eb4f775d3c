// A linear recurrence of eight steps, folded round by round: each cell holds the pair (a, b) of the steps it covers.

import { button, clamp, drawing, el, figure, fitted, fixed, group, label, s, short, slider, stage, voice } from "../page/kit.js";

const STEPS = 8;
const VALUES = [1, 0, -0.5, 2, 0, 1.5, -1, 0.5];
const NAMES = { loop: "Loop", doubling: "Doubling", sweeps: "Sweeps" };

/** The rounds of a plan: lists of [to, from], cells counted from 0. lstmlib.numpy.scan has the same. */
export function rounds(plan, length) {
  const found = [], every = (first, by, d) => {
    const round = [];
    for (let to = first; to < length; to += by) round.push([to, to - d]);
    if (round.length) found.push(round);
  };
  if (plan === "loop") for (let to = 1; to < length; to++) found.push([[to, to - 1]]);
  else if (plan === "doubling") for (let d = 1; d < length; d *= 2) every(d, 1, d);
  else {
    let d = 1;
    for (; d < length; d *= 2) every(2 * d - 1, 2 * d, d);
    for (; d > 1; ) every(3 * (d /= 2) - 1, 2 * d, d);
  }
  return found;
}

/** The cells before the first round and after each: { a, b, first }, the pair of the steps from first to the cell's own. */
export function fold(a, values, plan) {
  const states = [values.map((b, k) => ({ a, b, first: k }))];
  for (const round of rounds(plan, values.length)) {
    const before = states.at(-1), after = before.slice();
    for (const [to, from] of round) {
      after[to] = { a: before[to].a * before[from].a, b: before[to].a * before[from].b + before[to].b, first: before[from].first };
    }
    states.push(after);
  }
  return states;
}

/** How long some rounds take if every worker makes one combination at a time. lstmlib.figures.ParallelScan has the same. */
export const time = (rounds, workers) => rounds.reduce((sum, pairs) => sum + Math.ceil(pairs.length / workers), 0);

const amount = (value) => short(value, Math.abs(value) < 9.995 ? 2 : 1);
const span = ({ first }, k) => (first === k ? `${k + 1}` : `${first + 1}–${k + 1}`);
const many = (n, word) => `${n} ${word}${n === 1 ? "" : "s"}`;

function mount(frame, store) {
  const picture = drawing(), spoken = voice();
  const factor = slider("Factor a of every step", { min: -1, max: 1, step: 0.05, role: "gate" }, (a) => store.update({ a: Math.round(a * 100) / 100 }));
  const hands = slider("Workers", { min: 1, max: STEPS, step: 1 }, (workers) => store.update({ workers }));
  const last = () => rounds(store.get("plan"), STEPS).length;
  const go = (by) => store.update({ round: clamp(store.get("round") + by, 0, last()) });
  const back = button("← Back", () => go(-1)), on = button("Next round →", () => go(1), { class: "main" });
  const again = button("Start again", () => store.update({ round: 0 }));
  const plans = Object.keys(NAMES).map((plan) => button(NAMES[plan], () => store.update({ plan, round: 0 })));
  const counts = el("p", { class: "says counts" }), said = el("p", { class: "says fate" });
  frame.setAttribute("aria-label", "Eight steps, folded in rounds");
  frame.append(
    el("p", { class: "title" }, "Eight steps, folded in rounds"),
    el("p", { class: "how" }, "h(t) = a h(t−1) + b(t), from h(0) = 0. Go through the rounds; a cell that begins at step 1 is done, and its b is h. A worker folds one pair of cells a turn."),
    el("div", { class: "controls first" }, group("Plan", plans)),
    stage(picture, el("div", { class: "controls" }, el("div", { class: "buttons" }, on, back, again), factor, hands), counts, said),
    spoken,
  );

  function draw(width) {
    const [values, a, plan, workers] = ["values", "a", "plan", "workers"].map((name) => store.get(name));
    const all = rounds(plan, STEPS), states = fold(a, values, plan);
    const round = clamp(store.get("round"), 0, all.length), cells = states[round];
    const work = all.slice(0, round).flat().length, whole = all.flat().length;
    const done = cells.filter(({ first }) => first === 0).length;
    factor.set(a, fixed(a));
    hands.set(workers, String(workers));
    back.disabled = again.disabled = round === 0;
    on.disabled = round === all.length;
    plans.forEach((button, k) => button.setAttribute("aria-pressed", Object.keys(NAMES)[k] === plan));
    counts.replaceChildren(
      `${NAMES[plan]}: round `, el("strong", { class: "round" }, String(round)), ` of ${all.length}, combinations `,
      el("strong", { class: "work" }, String(work)), ` of ${whole}. In all, `, el("strong", { class: "time" }, many(time(all, workers), "turn")), ` with ${many(workers, "worker")}; the loop takes ${STEPS - 1}.`,
    );
    said.textContent = done === STEPS
      ? `All cells are done: h(8) = ${fixed(cells[STEPS - 1].b)}.`
      : `${many(done, "cell")} of ${STEPS} done. Step 8’s covers ${cells[STEPS - 1].first === STEPS - 1 ? "step 8 alone" : `steps ${span(cells[STEPS - 1], STEPS - 1)}`}.`;
    const told = `Plan ${NAMES[plan]}, factor ${fixed(a)}, round ${round} of ${all.length}, ${many(work, "combination")}. ${said.textContent} The plan takes ${many(time(all, workers), "turn")} with ${many(workers, "worker")}.`;
    spoken.say(told);
    // As tall as all rounds of the plan, so that nothing jumps from round to round.
    picture.show(width, heightOf(all) + 12 + 76, "Which steps each cell covers after each round, and its pair", told, folded(width, states, all, round));
  }
  return { draw };
}

const TALL = 23, TOP = 40;
// Before a round there is the more room the further its edges reach, so that they can be told apart.
const room = (pairs) => 14 + 6 * Math.max(...pairs.map(([to, from]) => to - from));
const heightOf = (all) => TOP + all.reduce((sum, pairs) => sum + TALL + room(pairs), TALL);

function folded(width, states, all, round) {
  const left = 44, column = (width - left - 4) / STEPS, box = Math.min(column - 5, 58), tall = TALL;
  const x = (k) => left + column * (k + 0.5), tops = all.reduce((list, pairs) => [...list, list.at(-1) + TALL + room(pairs)], [TOP]), y = (r) => tops[r];
  // An edge goes from under its source to the left half of what it is folded into, and ends in a tip.
  const lines = all.slice(0, round).flatMap((pairs, r) => pairs.map(([to, from]) => {
    const [x1, y1, x2, y2] = [x(from) + 3, y(r) + tall + 1, x(to) - box / 4, y(r + 1) - 1.5], long = Math.hypot(x2 - x1, y2 - y1), [u, v] = [(x2 - x1) / long, (y2 - y1) / long];
    return [
      s("line", { x1, y1, x2: x2 - 5 * u, y2: y2 - 5 * v, class: "link" }),
      s("path", { d: `M ${x2.toFixed(1)} ${y2.toFixed(1)} L ${(x2 - 7 * u - 3 * v).toFixed(1)} ${(y2 - 7 * v + 3 * u).toFixed(1)} L ${(x2 - 7 * u + 3 * v).toFixed(1)} ${(y2 - 7 * v - 3 * u).toFixed(1)} z`, class: "linktip" }),
    ];
  }));
  const down = states.slice(0, round).flatMap((_, r) => states[0].map((_, k) => s("line", { x1: x(k) + box / 4, y1: y(r) + tall, x2: x(k) + box / 4, y2: y(r + 1), class: "kept" })));
  const rows = states.slice(0, round + 1).map((cells, r) => [
    label(left - 8, y(r) + 16, r ? String(r) : "start", { class: "end small quiet" }),
    cells.map((cell, k) => {
      const worked = r > 0 && all[r - 1].some(([to]) => to === k);
      return [
        s("rect", { x: x(k) - box / 2, y: y(r), width: box, height: tall, rx: 5, class: `cell${cell.first === 0 ? " done" : ""}${worked ? " worked" : ""}` }),
        label(x(k), y(r) + 16, span(cell, k), { class: `middle small${worked ? " strong" : ""}` }),
      ];
    }),
  ]);
  // Where the rounds to come will stand.
  const planned = tops.slice(round + 1).map((top, r) => [
    label(left - 8, top + 16, String(round + 1 + r), { class: "end small quiet" }),
    states[0].map((_, k) => s("rect", { x: x(k) - box / 2, y: top, width: box, height: tall, rx: 5, class: "planned" })),
  ]);
  const foot = heightOf(all) + 12, cells = states[round];
  return [
    label(left, 14, "steps 1 to 8 →", { class: "small quiet" }),
    label(left - 8, 30, "round", { class: "end small quiet" }),
    planned, down, lines, rows,
    s("line", { x1: 4, x2: width - 4, y1: foot, y2: foot, class: "rule" }),
    label(left, foot + 18, "the pairs now", { class: "small quiet" }),
    ["a", "b"].map((name, n) => [
      label(left - 8, foot + 40 + 22 * n, name, { class: `end strong ${n ? "cell-ink" : "gate-ink"}` }),
      cells.map((cell, k) => fitted(x(k), foot + 40 + 22 * n, amount(cell[name]), column - 4, { class: `middle small ${n ? "b" : "a"}${n && cell.first === 0 ? " strong cell-ink" : ""}` })),
    ]),
  ];
}

const LOOK = `
.cell{fill:var(--softer);stroke:var(--line);stroke-width:1} .cell.worked{stroke-width:2.25;stroke:var(--ink)} .cell.done{stroke:var(--cell)} .cell.done.worked{stroke-width:2.75}
.planned{fill:none;stroke:var(--line);stroke-width:1;stroke-dasharray:3 3;opacity:.6}
.link{stroke:var(--gate);stroke-width:2} .linktip{fill:var(--gate)} .kept{stroke:var(--soft);stroke-width:1.5} .rule{stroke:var(--soft);stroke-width:1}
svg .cell-ink{fill:var(--cell-ink)} svg .gate-ink{fill:var(--gate-ink)}
.counts strong{font-variant-numeric:tabular-nums} .counts{min-height:1.5em} @container (max-width:600px){.counts{min-height:2.9em}}
`;

export default figure("lstm-scan", { values: VALUES, a: 0.5, plan: "doubling", round: 0, workers: STEPS }, mount, LOOK);
