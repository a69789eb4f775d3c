// Nets that learn in the page, in a worker: the reader guesses first. What is trained is in ../page/lessons.js.

import { button, caption, clamp, drawing, el, figure, fitted, fixed, group, label, s, slider, stage, still, superscript, trace, voice } from "../page/kit.js";
import { NETS, PLAN } from "../page/plan.js";
import { employ, putAddress, restWhileHidden } from "../page/working.js";
import tutor from "../page/tutor.js?text";

// What a lesson says and lets the reader choose; `first` names the kinds whose race is asked about: the first against the second.
const ABOUT = {
  agreement: {
    title: "Train it: a verb and its noun",
    about: ({ amount, choice }) => `Five Elman nets of 24 units learn to say the next word. Between noun and verb stand ${3 * amount} words${choice === "mixed" ? ", in training also fewer" : ""}. 600 updates of 32 sentences, Adam at 0.01.`,
    presets: [["No words between", { amount: 0, choice: "alone" }], ["Six", { amount: 2, choice: "alone" }], ["Twelve", { amount: 4, choice: "alone" }], ["Twelve, and all shorter gaps", { amount: 4, choice: "mixed" }]],
    slider: ["Words between noun and verb", 0, 8, 1, (value) => String(3 * value)],
    question: "How many of the five will learn it?",
    right: "Right verbs", guessing: "a coin", simple: "the nearest noun",
  },
  lag: {
    title: "Train it: one of two symbols, 20 steps later",
    about: () => "Five tanh nets of 24 units, their recurrent matrix scaled to the spectral radius below, learn to say after 20 steps which symbol came. 400 updates of 32 sequences, Adam at 0.01.",
    presets: [["Radius 0.5", { amount: 0.5 }], ["0.9", { amount: 0.9 }], ["1.2", { amount: 1.2 }], ["3", { amount: 3 }]],
    slider: ["Spectral radius at the start", 0.1, 3, 0.1, (value) => fixed(value, 1)],
    question: "How many of the five will learn it?",
    right: "Right answers", guessing: "a coin",
  },
  timing: {
    title: "Train it: who keeps time?",
    about: ({ choice }) => `${choice === "gap" ? "At the second spike a net must say whether it came 9 or 10 steps after the first" : "A net must fire 10 steps after a spike, and at no other step"}. Five of each kind; forget bias 3, Adam at 0.01, at most 6,000 updates of eight sequences.`,
    presets: [["Tell 9 from 10", { amount: 2, choice: "gap" }], ["… with one cell", { amount: 1, choice: "gap" }], ["Fire after 10", { amount: 2, choice: "after" }]],
    slider: ["Cells of each net", 1, 4, 1, String],
    question: "In how many of five pairs will peepholes be ready before the LSTM?",
    right: "Right sequences", guessing: "no answer", simple: "by the step’s number", first: ["peepholes", "LSTM"], ready: "right on all of 200 fresh sequences",
  },
  adding: {
    title: "Train it: GRU against LSTM",
    about: () => "Add two marked numbers of at least 22. Five LSTMs of 16 cells, five GRUs of 19 units: nearly equal in parameters. Adam at 0.01, at most 1,500 updates of 32 sequences.",
    presets: [["Bias 0", { amount: 0 }], ["1", { amount: 1 }], ["3", { amount: 3 }]],
    slider: ["Bias of the gate that keeps", 0, 5, 0.5, (value) => fixed(value, 1)],
    question: "In how many of five pairs will the GRU be ready before the LSTM?",
    right: "Right sums", guessing: "always the mean", simple: "half of the sum", first: ["GRU", "LSTM"], ready: "95 percent right",
  },
};
const START = { agreement: { amount: 2, choice: "alone" }, lag: { amount: 0.9, choice: "" }, timing: { amount: 2, choice: "gap" }, adding: { amount: 1, choice: "" } };
const LOOKS = { "Elman net": "hidden", "tanh net": "hidden", GRU: "hidden", LSTM: "cell", peepholes: "gate", "coupled gates": "point" };
const NUMBERS = ["none", "one", "two", "three", "four", "five"];

const many = (number) => number.toLocaleString("en");
const percent = (share) => `${Math.round(100 * share)}`;
const middle = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];

/** What is chosen, with the lesson's own where nothing is. */
function chosen(store) {
  const lesson = store.get("lesson"), amount = store.get("amount");
  return { lesson, amount: amount < 0 ? START[lesson].amount : amount, choice: store.get("choice") || START[lesson].choice };
}

/** What is chosen, as an address's fragment: #train:adding;amount=3. */
function fragment({ lesson, amount, choice }) {
  const parts = [lesson];
  if (amount !== START[lesson].amount) parts.push(`amount=${amount}`);
  if (choice !== START[lesson].choice) parts.push(`choice=${choice}`);
  return `#train:${parts.join(";")}`;
}

/** The way back: what a fragment sets in a lesson, or null if it is of another, or names what isn't there. */
function readFragment(text, lesson) {
  const [first, ...parts] = decodeURIComponent(text).split(";"), found = { ...START[lesson] }, [, low, high, step] = ABOUT[lesson].slider;
  if (first !== `#train:${lesson}`) return null;
  for (const [name, value] of parts.map((part) => part.split("="))) {
    if (name === "amount" && value >= low && value <= high) found.amount = Number((low + step * Math.round((value - low) / step)).toFixed(6));
    else if (name === "choice" && ABOUT[lesson].presets.some(([, { choice }]) => choice === value)) found.choice = value;
    else return null;
  }
  return found;
}

/** How many pairs of one seed the first kind won, the second, and neither; those that are decided. */
function race(nets, [first, second]) {
  const won = { first: 0, second: 0, tie: 0 };
  for (let seed = 0; seed < NETS; seed++) {
    const [a, b] = [first, second].map((kind) => nets.find((one) => one.kind === kind && one.seed === seed));
    const [x, y] = [a, b].map(({ learnt }) => learnt ?? Infinity);
    if (x < y && (b.over || b.updates >= x)) won.first++;
    else if (y < x && (a.over || a.updates >= y)) won.second++;
    else if (a.over && b.over) won.tie++;
  }
  return won;
}

/** How many of five it is that the reader guesses, as far as it is known. */
const counted = (lesson, nets) => (ABOUT[lesson].first ? race(nets, ABOUT[lesson].first).first : nets.filter(({ learnt }) => learnt !== null).length);

function mount(frame, store) {
  const picture = drawing(), spoken = voice();
  let worker = null, latest = null, begun = "", running = false, drawn = 0, spokenAt = 0, width = 0, waiting = false;
  let built = "", presets = [], guesses = [], amount = null, shown = null;
  const page = frame.getRootNode().host?.localName === "lstm-training";
  const choose = (changes) => {
    store.update({ ...changes, guess: -1 });
    if (page) putAddress(fragment(chosen(store)));
  };
  const train = button("Train", () => (running ? pause() : send("run")), { class: "main" });
  const one = button("One update", () => send("one")), again = button("Start again", () => stop());
  const how = el("p", { class: "how" }), says = el("p", { class: "says stands" }), verdict = el("p", { class: "says verdict" });

  /** The controls of a lesson. */
  function build(lesson) {
    const there = ABOUT[lesson], [name, min, max, step, text] = there.slider;
    presets = there.presets.map(([name, change]) => button(name, () => choose(change)));
    guesses = NUMBERS.map((_, k) => button(String(k), () => store.update({ guess: k }), { "aria-label": `${k} of ${NETS}` }));
    amount = slider(name, { min, max, step }, (value) => choose({ amount: value }));
    shown = text;
    built = lesson;
    frame.setAttribute("aria-label", there.title);
    frame.replaceChildren(
      el("p", { class: "title" }, there.title),
      el("div", { class: "controls first" }, el("div", { class: "buttons", role: "group", "aria-label": "Set-ups" }, presets)), how,
      stage(picture, el("div", { class: "controls" }, amount, group(there.question, guesses), el("div", { class: "buttons" }, train, one, again)), el("div", { class: "told" }, says, verdict)),
      spoken,
    );
  }
  build(store.get("lesson"));

  function send(what) {
    if (!worker) {
      const { lesson, ...set } = chosen(store);
      const mine = (worker = employ(tutor));
      mine.onmessage = ({ data }) => worker === mine && heard(data);
      worker.postMessage({ what: "begin", lesson, set });
    }
    running = what === "run";
    if (running) spoken.say("Training.");
    worker.postMessage({ what });
    redraw();
  }
  function pause() {
    running = false;
    worker?.postMessage({ what: "pause" });
    redraw();
  }
  function stop() {
    worker?.terminate();
    worker = latest = null;
    running = false;
    redraw();
  }
  function heard(data) {
    const over = data.nets.every((net) => net.over), ended = running && over;
    latest = data;
    // Whether it runs is what was pressed last: a report may have left the worker before it heard of it.
    if (over) running = false;
    if (!running && !data.running) store.update({ result: data.nets.map(({ kind, seed, updates, loss, looks, learnt, left }) => ({ kind, seed, updates, loss, looks, learnt, left })) });
    const now = performance.now();
    if (ended || now - spokenAt > 15000) {
      if (spokenAt || ended) spoken.say(ended ? outcome(chosen(store), latest, store.get("guess")) : standing(latest, running));
      spokenAt = now;
    }
    redraw();
  }
  function redraw() {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      draw(width);
    });
  }

  function draw(wide) {
    if (!wide) return;
    const resized = wide !== width, state = chosen(store), choice = JSON.stringify(state), guess = store.get("guess");
    width = wide;
    if (state.lesson !== built) build(state.lesson);
    if (choice !== begun) {
      if (begun) stop();
      begun = choice;
      drawn = 0;
    }
    const there = ABOUT[state.lesson], over = Boolean(latest?.nets.every((net) => net.over)), started = Boolean(latest?.nets.some(({ updates }) => updates));
    presets.forEach((each, k) => each.setAttribute("aria-pressed", Object.entries(there.presets[k][1]).every(([field, value]) => state[field] === value)));
    guesses.forEach((each, k) => {
      each.setAttribute("aria-pressed", k === guess);
      each.disabled = started;
    });
    how.textContent = there.about(state);
    amount.set(state.amount, shown(state.amount));
    train.textContent = running ? "Pause" : started ? "Go on" : "Train";
    train.disabled = one.disabled = over || guess < 0;
    again.disabled = !latest;
    const told = guess < 0 ? "Guess first, then train." : "Your guess stands. Now train.";
    says.textContent = latest ? standing(latest, running) : told;
    verdict.textContent = over ? outcome(state, latest, guess) : "";
    if (!latest) spoken.say(`${how.textContent} ${told}`); // while nets learn, heard() speaks
    const now = performance.now();
    if (still() && running && !resized && now - drawn < 1000) return; // numbers move, drawings settle
    drawn = now;
    const [children, height] = drawTraining(wide, state, latest, guess);
    picture.show(wide, height, `${there.right} on fresh sequences by update, and the error that comes back`, `${says.textContent} ${verdict.textContent}`, children);
  }

  const endRest = restWhileHidden(() => running, pause, () => send("run"));
  const linked = () => {
    const found = page && readFragment(location.hash, store.get("lesson"));
    if (!found) return;
    store.update({ ...found, guess: -1 });
    frame.getRootNode().host.scrollIntoView({ block: "start" });
  };
  addEventListener("hashchange", linked);
  queueMicrotask(linked);
  return {
    draw,
    stop() {
      endRest();
      removeEventListener("hashchange", linked);
      worker?.terminate();
    },
  };
}

const kinds = (nets) => [...new Set(nets.map(({ kind }) => kind))];

/** How training stands, in words. */
function standing({ nets }) {
  const of = (kind) => nets.filter((one) => one.kind === kind).map(({ looks }) => percent(looks.at(-1)[1])).join(", ");
  const all = kinds(nets), updates = `Update ${many(Math.max(...nets.map((net) => net.updates)))}.`;
  if (all.length > 1 && nets.every((net) => net.over)) return updates; // the outcome says the rest
  const right = all.map((kind) => `${all.length > 1 ? `${kind}: ` : ""}${of(kind)}`).join("; ");
  return `${updates} Percent right, net by net: ${right}.`;
}

/** What has come of it, and what was guessed. */
function outcome({ lesson }, { nets }, guess) {
  const { first, ready } = ABOUT[lesson], guessed = guess < 0 ? "" : ` You guessed ${NUMBERS[guess]}.`;
  if (!first) return `${counted(lesson, nets)} of ${NETS} learnt it: more than 95 percent right at the end.${guessed}`;
  const won = race(nets, first), needed = kinds(nets).map((kind) => {
    const got = nets.filter((one) => one.kind === kind && one.learnt !== null).map(({ learnt }) => learnt);
    return `${kind} ${got.length === NETS ? many(middle(got)) : `${got.length} of ${NETS} nets`}`;
  });
  const capital = first[0][0].toUpperCase() + first[0].slice(1);
  return `${capital} first in ${won.first} of ${NETS} pairs, ${first[1]} in ${won.second}${won.tie ? `, ${won.tie} undecided` : ""}.${guessed} Updates until ${ready}, medians: ${needed.join(", ")}.`;
}

/** The curves, the tally beside the guess, and the error flow; returns [children, height]. */
function drawTraining(width, { lesson, amount, choice }, latest, guess) {
  const there = ABOUT[lesson], { updates, kinds: names } = PLAN[lesson], left = 34, right = width - 6, children = [];
  const top = names.length > 1 ? 42 : 26, base = top + 128, x = (update) => left + ((right - left) * update) / updates, y = (share) => base - (base - top) * share;
  const dash = (kind) => ["", "6 4", "2 3"][names.indexOf(kind)] || null;
  children.push(label(0, 12, `${there.right} on fresh sequences, net by net`, { class: "small" }));
  names.length > 1 && names.forEach((kind, k) => {
    const at = (k * width) / names.length;
    children.push(s("path", { d: `M${at} 26h22`, class: `curve ${LOOKS[kind]}`, "stroke-dasharray": dash(kind) }), label(at + 27, 30, kind.replace(" gates", ""), { class: `small ${LOOKS[kind]}-ink` }));
  });
  children.push(
    s("line", { x1: left, x2: right, y1: base, y2: base, class: "axis" }), s("line", { x1: left, x2: left, y1: top, y2: base, class: "axis" }),
    label(left - 4, top + 4, "100", { class: "small end" }), label(left - 4, base, "0", { class: "small end" }), label(left - 4, y(0.5) + 4, "50 %", { class: "small end" }),
    label(left, base + 15, "0", { class: "small quiet" }), label(right, base + 15, `${many(updates)} updates`, { class: "small quiet end" }),
  );
  const limits = latest ? [[latest.guessing, there.guessing, left + 6, ""], [latest.simple, there.simple, right, "end"]] : [];
  for (const [share, text, , side] of limits) if (share !== null) children.push(s("line", { x1: left, x2: right, y1: y(share), y2: y(share), class: `limit ${side}` }));
  for (const one of latest?.nets ?? []) {
    const points = one.looks.map(([update, share]) => [x(update), y(share)]);
    children.push(s("path", { d: points.map(([a, b], k) => `${k ? "L" : "M"}${a.toFixed(1)} ${b.toFixed(1)}`).join(""), class: `curve thin ${LOOKS[one.kind]}`, "stroke-dasharray": dash(one.kind) }));
    if (one.learnt !== null) children.push(s("circle", { cx: points.at(-1)[0], cy: points.at(-1)[1], r: 3, class: `dot ${LOOKS[one.kind]}` }));
  }
  for (const [share, text, at, side] of limits) if (share !== null) children.push(fitted(at, y(share) + (side || share < 0.1 ? -5 : 13), `${text}: ${percent(share)} %`, (right - left) / 2 - 10, { class: `small halo ${side}`, "paint-order": "stroke" }));
  if (!latest) children.push(label((left + right) / 2, (top + base) / 2, guess < 0 ? "First your guess, then the curves." : "Here the curves will be.", { class: "small middle quiet" }));

  // The tally: five circles, and where the reader put the mark.
  const row = base + 40, count = latest ? counted(lesson, latest.nets) : 0, place = (k) => left + 78 + 22 * k;
  children.push(label(0, row + 4, there.first ? `${there.first[0]} first` : "Learnt", { class: "small" }));
  for (let k = 0; k < NETS; k++) children.push(s("circle", { cx: place(k), cy: row, r: 7, class: k < count ? "got" : "open" }));
  if (guess >= 0) {
    const at = place(guess) - 11;
    children.push(s("path", { d: `M${at} ${row - 12}v24`, class: "guess" }), caption(place(NETS) - 4, row + 4, `your guess: ${guess}`, right - place(NETS) + 4, "gate-ink"));
  }
  const start = row + 34;
  children.push(...drawFlow(left, right, start, lesson, { amount, choice }, latest, names, dash));
  return [children, start + 128];
}

/** The share of the error that is left at each lag: before training, the nets' median; now, net by net or kind by kind. */
function drawFlow(left, right, start, lesson, set, latest, names, dash) {
  const lags = PLAN[lesson].steps(set) - 1, top = start + 12, base = top + 92, low = -12, high = 2, one = names.length === 1;
  const x = (lag) => left + ((right - left) * lag) / Math.max(lags, 1), y = (share) => base - ((base - top) * (Math.log10(Math.max(share, 1e-30)) - low)) / (high - low);
  const children = [
    caption(0, start, "Share of the error left, by lag; dotted: at the start", right, "error-ink"),
    s("line", { x1: left, x2: right, y1: base, y2: base, class: "axis" }), s("line", { x1: left, x2: right, y1: y(1), y2: y(1), class: latest ? "limit" : "axis" }), // no dots where there is no net yet
    ...[0, -4, -8, -12].map((power) => label(left - 4, y(10 ** power) + 4, power ? `10${superscript(power)}` : "1", { class: "small end" })),
    label(left, base + 19, "0", { class: "small quiet" }), label(right, base + 19, `${lags} steps back`, { class: "small quiet end" }),
  ];
  const curve = (nets, what, look, dashes) => {
    const [lines, arrows, dot] = trace(Array.from({ length: lags + 1 }, (_, q) => [x(q), y(middle(nets.map((net) => net[what][q])))]), top, base, look, `dot ${look}`);
    for (const line of lines) if (dashes) line.setAttribute("stroke-dasharray", dashes);
    children.push(lines, what === "left" && [arrows, dot]);
  };
  for (const kind of latest ? names : []) {
    const nets = latest.nets.filter((net) => net.kind === kind), look = one ? "error" : LOOKS[kind];
    curve(nets, "before", look, "1.5 3.5");
    if (!one) curve(nets, "left", look, dash(kind));
    else for (const net of nets) curve([net], "left", `${look} thin`, net.over && net.learnt === null ? "6 4" : null);
  }
  if (one && latest?.nets.some((net) => net.over && net.learnt === null)) children.push(label((left + right) / 2 - 24, base + 19, "dashed: not learnt", { class: "small middle" }));
  return children;
}

const LOOK = `
path{fill:none}
.set [role=group]{gap:8px 5px} .set .which{flex:1 0 100%} .set button[aria-label]{padding:4px 8px}
.told{min-height:8.4em} .verdict{font-weight:650;color:var(--cell-ink)} .verdict:empty{display:none}
.axis{stroke:var(--line);stroke-width:1} .limit{stroke:currentColor;stroke-width:1.1;stroke-dasharray:2 4} .limit.end{stroke-dasharray:8 4}
.curve{fill:none;stroke-width:2} .curve.thin{stroke-width:1.5}
.curve.hidden{stroke:var(--hidden)} .curve.cell{stroke:var(--cell)} .curve.gate{stroke:var(--gate)} .curve.point{stroke:var(--point)} .curve.error{stroke:var(--error)}
.dot.hidden{fill:var(--hidden)} .dot.cell{fill:var(--cell)} .dot.gate{fill:var(--gate)} .dot.point{fill:var(--point)} .dot.error{fill:var(--error)}
.got{fill:var(--cell);stroke:var(--cell);stroke-width:1.5} .open{fill:none;stroke:var(--line);stroke-width:1.5} path.guess{stroke:var(--gate);stroke-width:3}
svg .hidden-ink{fill:var(--hidden-ink)} svg .cell-ink{fill:var(--cell-ink)} svg .gate-ink{fill:var(--gate-ink)} svg .point-ink{fill:var(--point-ink)} svg .error-ink{fill:var(--error-ink)}
`;

export default figure("lstm-training", { lesson: "agreement", amount: -1, choice: "", guess: -1, result: [] }, mount, LOOK);
