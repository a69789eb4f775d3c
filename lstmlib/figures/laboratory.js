// The laboratory: nets of 1997 learn in a worker, and the page shows how. What is computed is in ../page/trainer.js.

import { button, caption, clamp, drawing, el, figure, fixed, group, label, precise, s, short, slider, stage, still, voice } from "../page/kit.js";
import { drawFlow, drawPushes, drawReading, line, READING } from "../page/reading.js";
import { concerns, fragment, nearest, readFragment, setupOf } from "../page/setup.js";
import { employ, putAddress, restWhileHidden } from "../page/working.js";
import trainer from "../page/trainer.js?text";

const CHANGES = {
  "no output gates": ["without", "output gates"],
  "no gate biases": ["without", "gate biases"],
  "forget gates": ["forget-gates", "5"],
  "full gradient": ["gradient", "full"],
  "cells see cells alone": ["recurrence", "cells"],
  "no recurrence": ["recurrence", "none"],
  "no forget gates": ["forgetting", "none"],
};
const ABOUT = {
  1: "Say which symbols can come next in a string of the grammar, and at the end repeat its second symbol.",
  "2a": "The same symbols every time, but for the first. At the end, say the first again.",
  "2c": "One of two symbols, then random ones over the whole lag. At the end, say which of the two it was.",
  3: "The first three numbers are +1 or −1, all others noise. At the end, say which.",
  4: "Two of many random numbers are marked. At the end, say their sum.",
  5: "Two of many random numbers are marked. At the end, say their product.",
  "6a": "Two signals, X or Y, stand among random symbols. At the end, say which came first and which second.",
  "6b": "Three signals, X or Y, stand among random symbols. At the end, say in which order they came.",
  streams: "Strings with no mark between them. Say which symbols can come next; a training stream ends with the first error.",
};
const PRESETS = [
  ["A lag of 1000 steps, learnt in front of you", { experiment: "2c", lag: 1000 }],
  ["Order of two signals", { experiment: "6a" }],
  ["Adding", { experiment: "4" }],
  ["Noise", { experiment: "3a" }],
  ["Eight nets", { experiment: "6a", mode: "eight" }],
  ["Strings without end", { experiment: "2000" }],
  ["Race: no gate biases", { experiment: "6a", mode: "race", changes: ["no gate biases"] }],
];
const SET_UP = { experiment: "6a", lag: 0, blocks: 0, cells: 0, rate: 0, changes: [], trial: 0, mode: "one", guess: 0, look: "reading", unit: 0, source: 0 };
const SEEN = ["guess", "look", "unit", "source"]; // what changes nothing in the training
const FIELDS = Object.keys(SET_UP).filter((name) => !SEEN.includes(name));
const LOOKS = { reading: "Contents and gates", pushes: "Pushes by step", flow: "Error by lag" };

const many = (number) => Math.round(number).toLocaleString("en");
const median = (list) => (list.length ? [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)] : 0);
const aboutTime = (seconds) => (seconds < 90 ? `${Math.max(1, Math.round(seconds))} s` : seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`);

/** All that follows from the reader's choice. */
function derive(store) {
  const state = Object.fromEntries(Object.keys(SET_UP).map((name) => [name, store.get(name)]));
  const experiment = store.get("data").find(({ name }) => name === state.experiment), lag = nearest(experiment, state.lag), there = experiment.lags[lag];
  const changes = state.changes.map((name) => CHANGES[name]);
  const setups = state.mode === "eight" ? [...Array(8).keys()].map((k) => setupOf(experiment, state, changes, state.trial + k))
    : state.mode === "race" ? [setupOf(experiment, { ...state, blocks: 0, cells: 0, rate: 0 }, [], state.trial), setupOf(experiment, state, changes, state.trial)]
    : [setupOf(experiment, state, changes, state.trial)];
  const solved = there.stored.filter(([, , good]) => good).map(([, sequences]) => sequences);
  const middle = median(solved) || there.paper.sequences, { task, experiment: kind } = there.row;
  const length = there.length ?? (kind === "2c" ? (state.lag || task.min_lag) + 12 : kind[0] === "2" ? task.lag : task.min_length ? (state.lag || task.min_length) * 1.05 : kind === "1" ? 11 : 105);
  return { state, experiment, lag, there, setups, solved, middle, length };
}

function mount(frame, store) {
  const picture = drawing(), answer = drawing(), spoken = voice(), page = frame.getRootNode().host?.localName === "lstm-laboratory";
  let worker = null, latest = null, begun = "", looked = "", running = false, drawn = 0, spokenAt = 0, width = 0, beside = 0, waiting = false;
  let from = derive(store);

  const first = () => document.querySelector("lstm-laboratory") === frame.getRootNode().host; // the address is that of the page's first
  const choose = (changes) => {
    store.update(changes);
    if (!page || !first()) return;
    const state = Object.fromEntries(Object.keys(SET_UP).map((name) => [name, store.get(name)]));
    putAddress(fragment(state, SET_UP));
  };
  const names = Object.fromEntries(store.get("data").map(({ name, label: text }) => [name, text]));

  // What the reader can do.
  const train = button("Train", () => (running ? pause() : send("run")), { class: "main" });
  const one = button("One sequence", () => send("one")), again = button("Start again", () => stop());
  const next = button("Another net", () => choose({ trial: store.get("trial") + (store.get("mode") === "eight" ? 8 : 1) }));
  const presets = PRESETS.map(([text, change], k) => button(text, () => choose({ ...SET_UP, ...change }), k === 0 ? { class: "headline" } : {}));
  const guess = slider("Your guess", { min: 0, max: 100, step: 1 }, (value) => choose({ guess: value ? Math.round(10 ** (2 + value / 20)) : 0 }));
  const pick = (text, changed) => {
    const select = el("select", { "aria-label": text, onchange: () => changed(select.value) });
    select.offer = (options, value) => {
      const wanted = options.map(([option, name]) => el("option", { value: option }, name));
      if (select.textContent !== wanted.map((each) => each.textContent).join("")) select.replaceChildren(...wanted);
      select.value = String(value);
    };
    return el("label", { class: "pick" }, el("span", {}, text), (select.row = select));
  };
  const picks = {
    experiment: pick("Experiment", (value) => choose({ ...SET_UP, experiment: value })),
    lag: pick("Lag", (value) => choose({ lag: Number(value) })),
    blocks: pick("Blocks", (value) => choose({ blocks: Number(value) })),
    cells: pick("Cells in each", (value) => choose({ cells: Number(value) })),
    rate: pick("Learning rate", (value) => choose({ rate: Number(value) })),
    mode: pick("Nets", (value) => choose({ mode: value })),
  };
  const boxes = Object.keys(CHANGES).map((name) => {
    const box = el("input", { type: "checkbox", onchange: () => choose({ changes: Object.keys(CHANGES).filter((other) => (other === name ? box.checked : store.get("changes").includes(other))) }) });
    return { name, box, row: el("label", { class: "box" }, box, name) };
  });
  const panel = el("div", { class: "controls panel", role: "group", "aria-label": "The set-up" },
    el("div", { class: "picks" }, Object.values(picks)),
    el("div", { class: "boxes", role: "group", "aria-label": "Left out or added" }, boxes.map(({ row }) => row)));
  panel.hidden = true;
  const change = button("Change the set-up", () => change.setAttribute("aria-expanded", String(!(panel.hidden = !panel.hidden))), { "aria-expanded": "false" });
  const looks = Object.entries(LOOKS).map(([look, text]) => button(text, () => choose({ look })));
  const unit = pick("Of the weights to", (value) => choose({ unit: Number(value) })), source = pick("those from", (value) => choose({ source: Number(value) }));
  const whose = el("div", { class: "picks whose" }, unit, source);
  const how = el("p", { class: "how" }), says = el("p", { class: "says stands" }), verdict = el("p", { class: "says verdict" }), measured = el("p", { class: "says measured" });
  frame.setAttribute("aria-label", "The laboratory: train a net");
  frame.append(
    el("p", { class: "title" }, "The laboratory: train a net"),
    el("div", { class: "controls first" }, el("div", { class: "buttons", role: "group", "aria-label": "Set-ups" }, presets)), how,
    stage(picture, el("div", { class: "controls" }, guess, el("div", { class: "buttons" }, train, one, again, next)), answer, el("div", { class: "told" }, says, measured, verdict)),
    el("div", { class: "controls" }, change, group("Below", looks)), whose, panel,
    spoken,
  );

  const seen = () => ({ look: store.get("look"), unit: store.get("unit"), source: store.get("source") });
  // How fast this machine is, measured once for every net that the reader looks at before training it.
  let clock = null, speed = 0;
  function measure() {
    clock?.terminate();
    speed = 0;
    if (!visible || worker) return;
    const mine = (clock = employ(trainer));
    mine.onmessage = ({ data }) => {
      if (clock !== mine) return; // it was ended while its answer was on its way
      speed = data.stepsPerSecond;
      clock.terminate();
      clock = null;
      redraw();
    };
    clock.postMessage({ what: "time", setup: from.setups.at(-1) });
  }
  let visible = false;
  const eye = new IntersectionObserver(([{ isIntersecting }]) => {
    visible = isIntersecting;
    if (visible && !speed && !clock) measure();
  });
  eye.observe(frame);

  function send(what) {
    if (!worker) {
      clock?.terminate();
      clock = null;
      const mine = (worker = employ(trainer));
      mine.onmessage = ({ data }) => worker === mine && heard(data);
      worker.postMessage({ what: "begin", setups: from.setups, ...seen() });
    }
    running = what === "run";
    if (running) spoken.say(`Training: ${names[from.state.experiment]}.`);
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
    const over = data.trials.every(({ result }) => result), ended = running && over;
    latest = data;
    // Whether it runs is what was pressed last: a report may have left the worker before it heard of it.
    if (over) running = false;
    if (!running && !data.running) store.update({ result: data.trials.map(({ shown, result, every, error, wrong, params }) => ({ shown, solved: result?.solved ?? null, every, error, wrong, params: Object.fromEntries(Object.entries(params).map(([name, values]) => [name, [...values]])) })) });
    const now = performance.now();
    if (ended || now - spokenAt > 15000) {
      if (spokenAt || ended) spoken.say(ended ? verdictOf(from, latest) : standing(from, latest));
      spokenAt = now;
    }
    redraw();
  }
  function redraw() {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      draw(width, beside);
    });
  }

  function draw(wide, room) {
    if (!wide) return;
    const resized = wide !== width;
    width = wide;
    beside = room;
    const choice = JSON.stringify(FIELDS.map((name) => store.get(name)));
    from = derive(store);
    if (choice !== begun) {
      begun = choice;
      stop();
      measure();
      drawn = 0;
    }
    if (worker && looked !== JSON.stringify(seen())) worker.postMessage({ what: "look", ...seen() });
    looked = JSON.stringify(seen());
    const { state, experiment, lag, there, middle, length } = from, [setup] = from.setups.slice(-1);
    presets.forEach((each, k) => each.setAttribute("aria-pressed", FIELDS.every((name) => name === "trial" || String(({ ...SET_UP, ...PRESETS[k][1] })[name]) === String(state[name]))));
    const nets = { one: "", eight: "Eight nets side by side. ", race: `Solid: the paper’s net; dashed: the changed one, on ${there.instead ? "streams of its own" : "the same sequences"}. ` }[state.mode];
    const each = there.row.experiment === "streams" ? "training streams" : "sequences";
    how.textContent = `${names[state.experiment]}. ${ABOUT[there.row.experiment] ?? ABOUT[there.row.experiment[0]]} ${nets}A trial takes about ${many(middle)} ${each} of ${many(length)} steps.`;
    if (!running && !latest) spoken.say(how.textContent); // while nets learn, what they do is said
    train.textContent = running ? "Pause" : latest?.trials.some(({ shown }) => shown) ? "Go on" : "Train";
    const over = latest && latest.trials.every(({ result }) => result);
    train.disabled = one.disabled = Boolean(over);
    again.disabled = !latest;
    guess.input.disabled = Boolean(latest?.trials[0].shown);
    guess.set(state.guess ? clamp(Math.round(20 * (Math.log10(state.guess) - 2)), 1, 100) : 0, state.guess ? `${many(state.guess)} sequences` : "no guess yet");
    const net = there.row.net, cells = net.hidden_size === undefined && !net.plain, list = (values) => values.map((value) => [value, String(value)]);
    picks.experiment.lastChild.offer(Object.entries(names), state.experiment);
    picks.lag.lastChild.offer(list([...new Set([...Object.keys(experiment.lags).map(Number), state.lag || lag])]), state.lag || lag);
    picks.blocks.lastChild.offer(cells ? list([1, 2, 3, 4, 5, 6]) : [[0, "none to choose"]], cells ? state.blocks || net.num_blocks : 0);
    picks.cells.lastChild.offer(cells ? list([1, 2, 3, 4]) : [[0, "none to choose"]], cells ? state.cells || net.block_size : 0);
    picks.rate.lastChild.offer(list([...new Set([0.01, 0.05, 0.1, 0.2, 0.5, 1, 2, there.row.learning_rate, setup.row.learning_rate])].sort((a, b) => a - b)), setup.row.learning_rate);
    picks.mode.lastChild.offer([["one", "one"], ["eight", "eight"], ["race", "the paper’s and the changed"]], state.mode);
    boxes.forEach(({ name, box, row }) => {
      box.checked = state.changes.includes(name);
      box.disabled = !concerns(there, CHANGES[name]);
      row.classList.toggle("off", box.disabled);
    });
    looks.forEach((each, k) => each.setAttribute("aria-pressed", Object.keys(LOOKS)[k] === state.look));
    const named = latest?.view?.pushes;
    whose.hidden = !named;
    if (named) {
      unit.lastChild.offer(named.units.map((text, k) => [k, text]), named.unitAt);
      source.lastChild.offer(named.sources.map((text, k) => [k, text]), named.sourceAt);
    }
    const seconds = speed && !latest && (1.1 * from.setups.length * middle * length) / speed; // a tenth of the time it rests
    says.textContent = latest ? standing(from, latest) : "The net has not seen a sequence yet. Guess, then press Train.";
    measured.textContent = seconds ? `At its present speed the usual ${many(middle)} ${each} take about ${aboutTime(seconds)} on this machine.` : "";
    verdict.textContent = latest ? verdictOf(from, latest) : "";
    const now = performance.now();
    if (still() && running && !resized && now - drawn < 1000) return; // numbers move, drawings settle
    drawn = now;
    const [children, height] = drawLaboratory(wide, from, latest);
    picture.show(wide, height, "Error by sequence, and the net reading one sequence", `${says.textContent} ${verdict.textContent}`, children);
    const [bars, high, told] = drawAnswer(Math.min(room, 360), latest?.view?.answer ?? null);
    answer.show(Math.min(room, 360), high, "What the net answers to this sequence", told, bars);
  }

  const endRest = restWhileHidden(() => running, pause, () => send("run"));
  const linked = () => {
    if (!page || !first()) return;
    const found = readFragment(location.hash, SET_UP, Object.keys(names), Object.keys(CHANGES));
    if (!found) return;
    store.update(found);
    frame.getRootNode().host.scrollIntoView({ block: "start" });
  };
  addEventListener("hashchange", linked);
  queueMicrotask(linked);

  return {
    draw,
    stop() {
      endRest();
      removeEventListener("hashchange", linked);
      eye.disconnect();
      clock?.terminate();
      worker?.terminate();
    },
  };
}

/** How far training has come, in words. */
function standing({ state, middle, length }, { trials, perSecond, running }) {
  const [first] = trials, shown = trials.map((trial) => many(trial.shown)).join(", "), speed = perSecond?.sequences;
  const parts = [`${shown} sequences${speed && running ? `, ${many(speed)} a second (${many(perSecond.steps)} steps)` : ""}.`];
  if (speed && running && state.mode === "one" && middle > first.shown) parts.push(`At this speed the usual ${many(middle)} are reached in about ${aboutTime((middle - first.shown) / speed)}.`);
  if (state.mode !== "one") return parts.join(" ");
  const { criterion, judging, phase, solved, result } = first;
  if (result) return parts.join(" ");
  if (first.symbols !== undefined) parts.push(`They had ${many(first.symbols)} symbols.${judging?.right ? ` Tested now: ${judging.right} of ${judging.of} streams of 100,000 symbols had no error.` : " The criterion is ten streams of 100,000 symbols without an error."}`);
  else if (judging && !solved) parts.push(`Tested now: ${many(judging.right)} of ${many(judging.of)} sequences in a row are right.`);
  else if (phase === "test" && solved) parts.push("Solved; now 2,560 fresh sequences.");
  else if (criterion) {
    const most = criterion.allowed === 1 ? "none wrong" : `fewer than ${criterion.allowed} wrong`, below = criterion.below < 1e9 ? ` and a mean error below ${short(criterion.below, 3)}` : "";
    parts.push(`Of the ${criterion.of} sequences ${many(criterion.wrong)} ${criterion.wrong === 1 ? "was" : "were"} wrong, with a mean error of ${fixed(criterion.error, 3)}. The paper asks for ${most}${below}.`);
  }
  return parts.join(" ");
}

/** What has come of it, and how it compares. */
function verdictOf({ state, there, setups, solved }, { trials }) {
  const told = trials.map(({ result, shown }, k) => {
    const name = state.mode === "one" ? "The net" : state.mode === "race" ? ["The paper’s net", "The changed net"][k] : `Net ${setups[k].trial}`;
    return !result ? "" : result.solved ? `${name} solved it after ${many(result.sequences)} sequences.` : `${name} has not solved it within ${many(shown)} sequences.`;
  }).filter(Boolean);
  const [{ result }] = trials;
  if (state.mode !== "one" || !result) return told.join(" ");
  if (result.tested) told.push(`Of ${many(result.tested)} fresh sequences it got ${result.wrong} wrong.`);
  const longer = solved.filter((sequences) => sequences > result.sequences).length, stored = there.stored.length;
  if (result.solved && stored) told.push(`Of the book’s ${stored} stored trials, ${longer + stored - solved.length} took longer or failed.`);
  if (there.paper.sequences && there.paper.percent !== 0) told.push(`The paper’s mean is ${many(there.paper.sequences)}.`);
  if (state.guess) told.push(`Your guess was ${many(state.guess)}.`);
  return told.join(" ");
}

/** The next number from which axes like to end: it seldom changes while a net is trained. */
function roundUp(number) {
  const power = 10 ** Math.floor(Math.log10(number));
  return [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].find((step) => step * power >= number) * power;
}

/** The drawing: error by sequence over the stored trials, then one sequence as the first net reads it. */
function drawLaboratory(width, from, latest) {
  const { state, there, setups, solved } = from, left = 4, right = width - 4, roomy = width > 440, trials = latest?.trials ?? [];
  const shown = Math.max(0, ...trials.map((trial) => trial.shown)), paper = there.paper.percent === 0 ? 0 : there.paper.sequences;
  const most = roundUp(Math.max(1.04 * shown, 1.1 * median(solved) * 1.6, paper < 4 * median(solved) || !solved.length ? 1.1 * paper : 0, 1000));
  const x = (sequences) => left + (right - left) * Math.min(sequences / most, 1), top = 22, base = 142;
  const highest = Math.max(0.02, ...trials.flatMap(({ error }) => error)), y = (share) => base - (base - top) * share;
  const curve = ({ every, error, wrong }, k) => {
    const at = (values, scale) => line(values.map((value, n) => [x((n + 1) * every), y(value / scale)]));
    const look = state.mode === "race" && k ? " rival" : state.mode === "eight" ? " thin" : "";
    return [
      state.mode === "one" && s("path", { d: at(wrong, 1), class: "share" }),
      s("path", { d: at(error, highest), class: `error${look}` }),
    ];
  };
  const below = there.row.mean_below, criterion = below < 1e9 && below < highest ? y(below / highest) : 0;
  const children = [
    caption(left, 12, state.mode !== "one" ? "Mean error" : `Mean error; thin: share of ${there.row.experiment === "streams" ? (roomy ? "streams with an error within 100 symbols" : "streams that err within 100") : "sequences wrong"}`, right - left, "error-ink"),
    s("line", { x1: left, x2: right, y1: base, y2: base, class: "axis" }),
    s("line", { x1: left, x2: left, y1: top, y2: base, class: "axis" }),
    trials.map(curve),
    criterion ? [s("line", { x1: left, x2: right, y1: criterion, y2: criterion, class: "limit" }), label(right, criterion - 4, `criterion ${short(below, 3)}`, { class: "small end" })] : null,
    trials.length ? label(left + 4, top + 10, fixed(highest, 2), { class: "small quiet" }) : null,
  ];
  // The stored trials, each a dot over its number of sequences; above them the paper's mean and this net.
  const heights = {}, near = solved.filter((sequences) => sequences <= most), dots = near.map((sequences) => {
    const place = Math.round(x(sequences) / 7), k = (heights[place] = (heights[place] ?? 0) + 1);
    return s("circle", { cx: place * 7, cy: base + 44 - 6 * k, r: 3, class: "stored" });
  });
  children.push(
    dots,
    s("line", { x1: left, x2: right, y1: base + 44, y2: base + 44, class: "axis" }),
    paper ? [s("line", { x1: x(paper), x2: x(paper), y1: top, y2: base + 44, class: "paper" })] : null,
    state.guess ? s("path", { d: `M${x(state.guess).toFixed(1)} ${base + 2}l5 10h-10z`, class: "guess" }) : null,
    trials.map(({ result, shown: now }) => now > 0 && s("path", { d: `M${x(now).toFixed(1)} ${base + 30}l6 7l-6 7l-6 -7z`, class: `mine${result?.solved ? "" : " open"}` })),
    caption(left, base + 58, `${near.length === solved.length ? "" : `${near.length} of `}${solved.length}${roomy ? " stored" : ""} trials${paper ? `; dashed: ${roomy ? "the paper’s mean" : "paper"}` : ""}`, right - left - 112),
    label(right, base + 58, `${many(most)} sequences`, { class: "small quiet end" }),
  );
  const start = base + 84, view = latest?.view;
  if (!view) {
    children.push(label(width / 2, start + 70, "Here the net will read a sequence.", { class: "middle small quiet" }), s("rect", { x: left, y: start, width: right - left, height: 140, class: "empty" }));
    return [children, start + 150];
  }
  const half = (left + right) / 2;
  if (latest.rival) children.push(drawReading(left, half - 10, start, view, "The paper’s net: contents"), drawReading(half + 10, right, start, latest.rival, "The changed net: contents"));
  else children.push((view.pushes ? drawPushes : view.flow ? drawFlow : drawReading)(left, right, start, view));
  return [children, start + 192];
}

/** What the net says at the end of the sequence: a bar for each answer, the right one marked; or a number on a scale. */
function drawAnswer(width, answer) {
  const { names = [], said = [], wanted = [] } = answer ?? {}, foot = 52, top = 24, left = 4, right = width - 4;
  const title = label(left, 12, "Its answer at the end", { class: "small" }), axis = s("line", { x1: left, x2: right, y1: foot, y2: foot, class: "axis" });
  if (!answer) return [[title, axis], foot + 18, "Nothing yet."];
  if (!names.length) {
    const [low, high] = [Math.min(0, said[0], wanted[0]), Math.max(1, said[0], wanted[0])], x = (value) => left + 8 + ((right - left - 16) * (value - low)) / (high - low);
    const told = `${precise(said[0])}, right: ${precise(wanted[0])}`;
    return [[title, axis, s("path", { d: `M${x(wanted[0]).toFixed(1)} ${foot - 3}l6 -11h-12z`, class: "right" }), s("circle", { cx: x(said[0]), cy: foot, r: 5, class: "answer" }), label(right, 12, told, { class: "small end strong" })], foot + 18, told];
  }
  const wide = (right - left) / names.length, told = `${names[wanted.indexOf(1)]} is right; the net gives it ${fixed(said[wanted.indexOf(1)], 2)}.`;
  const bars = names.map((name, k) => [
    s("rect", { x: left + k * wide + 3, y: foot - (foot - top) * clamp(said[k], 0, 1), width: wide - 6, height: (foot - top) * clamp(said[k], 0, 1), class: "answer" }),
    wanted[k] ? s("rect", { x: left + k * wide + 1, y: top - 2, width: wide - 2, height: foot - top + 2, class: "wanted" }) : null,
    label(left + (k + 0.5) * wide, foot + 14, name, { class: `small middle${wanted[k] ? " strong" : ""}` }),
  ]);
  return [[title, label(right, 12, "boxed: right", { class: "small quiet end" }), bars, axis], foot + 18, told];
}

const LOOK = `
path{fill:none} ${READING}
.headline{border-color:var(--cell)}
.told{min-height:9.6em} .set svg{margin:10px 0 2px} .answer{fill:var(--hidden)} .wanted{fill:none;stroke:currentColor;stroke-width:1.4;stroke-dasharray:3 2} path.right{fill:var(--ink)} .verdict{font-weight:650;color:var(--cell-ink)} .verdict:empty,.measured:empty{display:none}
.panel[hidden],.whose[hidden]{display:none} .whose{margin-top:8px} .whose .pick{flex-basis:16rem;grid-template-columns:auto minmax(0,1fr);align-items:center;gap:8px} .picks,.boxes{display:flex;flex-wrap:wrap;gap:8px 16px;flex:1 1 100%}
.pick{display:grid;gap:2px;font-size:14px;flex:1 1 8rem} select{font:inherit;font-size:14px;color:inherit;background:var(--softer);border:1px solid var(--line);border-radius:7px;min-height:36px;padding:4px 8px;max-width:100%}
.box{display:flex;gap:8px;align-items:center;font-size:14px;min-height:34px} .box input{width:24px;height:24px;margin:0;accent-color:var(--hidden)} .box.off{color:var(--quiet)}
.limit{stroke:currentColor;stroke-width:1.2;stroke-dasharray:5 4} .paper{stroke:var(--hidden);stroke-width:1.6;stroke-dasharray:4 3}
svg .error{stroke:var(--error);stroke-width:2} svg .error.thin{stroke-width:1.2} svg .error.rival{stroke-dasharray:6 4} svg .share{stroke:var(--quiet);stroke-width:1}
.stored{fill:var(--line)} path.mine{fill:var(--cell);stroke:var(--cell);stroke-width:1.5} path.mine.open{fill:var(--paper)} path.guess{fill:var(--gate)}
.empty{fill:none;stroke:var(--soft)}
`;

export default figure("lstm-laboratory", { data: [], ...SET_UP, result: [] }, mount, LOOK);
