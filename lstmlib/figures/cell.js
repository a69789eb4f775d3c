// One memory cell to take apart: what each part computes at this step, and what it does to the error coming back.

import { button, clamp, drawing, el, figure, fitted, fixed, group, label, precise, s, slider, stage, voice } from "../page/kit.js";

const I = 0, F = 1, G = 2, O = 3; // the library's order of gates
const LIMIT = 8; // how far the old state's slider goes
const logistic = (z) => 1 / (1 + Math.exp(-z));

// The names of state and output, and the squashing functions g and h, each with its slope in terms of its own value.
const KINDS = {
  1997: {
    state: "s", output: "y", squash: "h", at: { f: 0.12, i: 0.31, g: 0.52, o: 0.71, out: 0.9 },
    g: (z) => 4 * logistic(z) - 2, gSlope: (g) => 0.25 * (2 - g) * (2 + g), gSlopeText: "(2 − g)(2 + g)/4",
    h: (z) => 2 * logistic(z) - 1, hSlope: (h) => 0.5 * (1 - h) * (1 + h), hSlopeText: "(1 − h)(1 + h)/2",
  },
  2000: {
    state: "c", output: "h", squash: "tanh", at: { f: 0.14, i: 0.335, g: 0.53, o: 0.715, out: 0.9 },
    g: Math.tanh, gSlope: (g) => 1 - g * g, gSlopeText: "(1 − g²)",
    h: Math.tanh, hSlope: (h) => 1 - h * h, hSlopeText: "(1 − tanh²)",
  },
};

/** One step of the cell: all that it computes, from x(t), the output and the state before, and its weights. */
export function forward({ kind, x, h, c, weight_ih, weight_hh, bias }) {
  const net = bias.map((b, k) => weight_ih[k] * x + weight_hh[k] * h + b);
  const [i, o] = [logistic(net[I]), logistic(net[O])], g = KINDS[kind].g(net[G]);
  const f = kind === "2000" ? logistic(net[F]) : 1;
  const kept = f * c, written = i * g, state = kept + written, squashed = KINDS[kind].h(state);
  return { net, i, f, g, o, kept, written, state, squashed, output: o * squashed };
}

/** The same step backwards: from the loss's gradients for output and state, dh and dc, those for everything else. */
export function backward({ kind, c, weight_ih, weight_hh, dh, dc, gradient }, { i, f, g, o, squashed }) {
  const shown = dh * o * KINDS[kind].hSlope(squashed), state = dc + shown;
  const net = [state * g * i * (1 - i), kind === "2000" ? state * c * f * (1 - f) : 0, state * i * KINDS[kind].gSlope(g), dh * squashed * o * (1 - o)];
  const through = (weights) => weights.reduce((sum, w, k) => sum + w * net[k], 0);
  return { shown, state, net, before: state * f, input: through(weight_ih), previous: gradient === "full" ? through(weight_hh) : 0 };
}

const signed = (value) => (fixed(value).startsWith("−") ? `(${fixed(value)})` : fixed(value));
const product = (...values) => values.map((value, k) => (k ? signed(value) : fixed(value))).join(" × ");
// The same for errors, which may be small and matter all the same.
const enclosed = (value) => (value < 0 ? `(${precise(value)})` : precise(value));
const passed = (...values) => values.map((value, k) => (k ? enclosed(value) : precise(value))).join(" × ");

/** Every part in reading order: its name, its equation, its numbers, the error that passes it, and what to see in it. */
export function explain(given, v, e) {
  const { kind, x, h, c, weight_ih: w, weight_hh: u, bias: b, dh, dc } = given, old = kind === "1997";
  const { state, output, squash, gSlope, gSlopeText, hSlope, hSlopeText } = KINDS[kind];
  const [S, Y] = [`${state}(t)`, `${output}(t)`], [S0, Y0] = [`${state}(t−1)`, `${output}(t−1)`];
  const d = (what) => `∂E/∂${what}`;
  const unit = (k, f) => ({
    equation: `${"ifgo"[k]}(t) = ${f}(w x(t) + u ${Y0} + b)`,
    numbers: `= ${f}(${product(w[k], x)} + ${product(u[k], h)} + ${signed(b[k])}) = ${f}(${fixed(v.net[k])}) = ${fixed(v["ifgo"[k]])}`,
  });
  const gate = (k, name, does, factor, value, from, fromText) => ({
    name, role: "gate", ...unit(k, "σ"),
    error: `at its net input: ${d(fromText)} · ${factor} · ${"ifgo"[k]}(1 − ${"ifgo"[k]}) = ${passed(from, value, v["ifgo"[k]] * (1 - v["ifgo"[k]]))} = ${precise(e.net[k])}`,
    says: `${ajar(v["ifgo"[k]])} ${does}`,
  });
  const parts = {
    before: {
      name: `The state before, ${S0}`, role: "cell", equation: S0, numbers: `= ${fixed(c)}`,
      error: `${d(S0)} = ${d(S)} × ${old ? "1" : "f(t)"} = ${precise(e.before)}`,
      says: old ? "It comes along the road from the step before. The error leaves by the same road, and nothing on the road makes it smaller or larger."
        : "It comes along the road from the step before. The error leaves by the same road, and the forget gate alone scales it.",
    },
    forget_gate: gate(F, "Forget gate, f(t)", "It says how much of the old state stays. It is the only gate that stands on the error's road from step to step.", S0, c, e.state, S),
    keep: old ? {
      name: "The loop, × 1", role: "cell", equation: `1 × ${S0}`, numbers: `= ${fixed(c)}`,
      error: `${d(S0)} = ${d(S)} × 1 = ${precise(e.before)}`,
      says: "The carousel: a weight of exactly 1, and no squashing function. No gate stands here; the cell of 1997 can't forget.",
    } : {
      name: `Keeping, f(t) × ${S0}`, role: "point", equation: `f(t) ${S0}`, numbers: `= ${product(v.f, c)} = ${fixed(v.kept)}`,
      error: `${d(S0)} = ${d(S)} · f(t) = ${passed(e.state, v.f)} = ${precise(e.before)}`,
      says: "Open, it passes state and error alike; shut, it clears the cell, and no error gets past.",
    },
    input_gate: gate(I, "Input gate, i(t)", "It says how much of what has come is written. It stands beside the road, not on it.", "g(t)", v.g, e.state, S),
    cell_input: {
      name: "Cell input, g(t)", role: "plain", ...unit(G, old ? "g" : "tanh"),
      error: `at its net input: ${d(S)} · i(t) · ${gSlopeText} = ${passed(e.state, v.i, gSlope(v.g))} = ${precise(e.net[G])}`,
      says: `What could be written, from ${old ? "−2 to 2" : "−1 to 1"}. It isn't a gate: it says what, the gates say how much.`,
    },
    write: {
      name: "Writing, i(t) × g(t)", role: "point", equation: "i(t) g(t)", numbers: `= ${product(v.i, v.g)} = ${fixed(v.written)}`,
      error: `to g: ${d(S)} · i(t) = ${precise(e.state * v.i)}; to i: ${d(S)} · g(t) = ${precise(e.state * v.g)}`,
      says: "The way in. Each factor scales the error on its way to the other: with the gate shut, the cell input learns nothing from this step.",
    },
    add: {
      name: "The sum", role: "point", equation: old ? `${S} = ${S0} + i(t) g(t)` : `${S} = f(t) ${S0} + i(t) g(t)`,
      numbers: `= ${fixed(v.kept)} + ${signed(v.written)} = ${fixed(v.state)}`,
      error: `both ways get ${d(S)} whole: ${precise(e.state)}`,
      says: "New is added to old, and nothing is overwritten. A sum hands its error on to each of its terms as it is.",
    },
    state: {
      name: `The state, ${S}`, role: "cell", equation: S, numbers: `= ${fixed(v.state)}`,
      error: `${d(S)} = ${precise(dc)} from later + ${enclosed(e.shown)} through the output = ${precise(e.state)}`,
      says: "It goes on to the next step, and a squashed copy of it to the output. Its error is the sum of what comes back from both.",
    },
    squash: {
      name: `The squashed state, ${squash}`, role: "point", equation: `${squash}(${S})`, numbers: `= ${squash}(${fixed(v.state)}) = ${fixed(v.squashed)}`,
      error: `${d(Y)} · o(t) · ${hSlopeText} = ${passed(dh, v.o, hSlope(v.squashed))} = ${precise(e.shown)}`,
      says: Math.abs(v.squashed) > 0.9 ? "The state is so large that the slope here is next to nothing. Hardly any error gets in."
        : "From −1 to 1. Its slope is the toll that an error pays once, on its way in.",
    },
    output_gate: gate(O, "Output gate, o(t)", "It says how much of the state is shown. What the cell holds is the same, open or shut.", squash, v.squashed, dh, Y),
    show: {
      name: `Showing, o(t) × ${squash}`, role: "point", equation: `${Y} = o(t) ${squash}(${S})`, numbers: `= ${product(v.o, v.squashed)} = ${fixed(v.output)}`,
      error: `to the state's side: ${d(Y)} · o(t) = ${precise(dh * v.o)}; to o: ${d(Y)} · ${squash} = ${precise(dh * v.squashed)}`,
      says: "The way out, and the error's way in. With the gate shut, no error from this step's output reaches the cell.",
    },
    output: {
      name: `The output, ${Y}`, role: "hidden", equation: Y, numbers: `= ${fixed(v.output)}`,
      error: `${d(Y)} = ${precise(dh)}: set it below`,
      says: "What all others see of the cell, at this step in the layer above and at the next in the gates.",
    },
    input: {
      name: "The input, x(t)", role: "plain", equation: "x(t)", numbers: `= ${fixed(x)}`,
      error: `${d("x(t)")} = the sum of w ${d("net")} over gates and cell input = ${precise(e.input)}`,
      says: "Gates and cell input all see it, each with a weight of its own.",
    },
    previous: {
      name: `The output before, ${Y0}`, role: "hidden", equation: Y0, numbers: `= ${fixed(h)}`,
      error: given.gradient === "full" ? `${d(Y0)} = the sum of u ${d("net")} over gates and cell input = ${precise(e.previous)}` : `${d(Y0)} = 0: cut`,
      says: given.gradient === "full" ? "The error's other way back, through weights and slopes as in any recurrent net."
        : "The truncated gradient lets no error out of a net input into the step before. What goes back in time goes by the road alone.",
    },
  };
  if (old) delete parts.forget_gate;
  return parts;
}

const ajar = (open) => (open < 0.05 ? "Shut." : open > 0.95 ? "Wide open." : `Open by ${fixed(100 * open, 0)} %.`);

// The gates' biases that make the cell do one thing: i, f, o.
const DEEDS = { Write: [6, 6, -6], Hold: [-6, 6, -6], Show: [-6, 6, 6], Forget: [-6, -6, -6], "Half open": [0, 1, 0] };
const NAMES = ["kind", "x", "h", "c", "weight_ih", "weight_hh", "bias", "dh", "dc", "gradient", "view", "part"];

function mount(frame, store) {
  const read = () => Object.fromEntries(NAMES.map((name) => [name, store.get(name)]));
  const picture = drawing("radiogroup"), spoken = voice();
  const panel = el("div", { class: "panel" });
  const set = (name) => (value) => store.update({ [name]: value });
  const setBias = (k) => (value) => store.update({ bias: store.get("bias").map((b, n) => (n === k ? value : b)) });
  const ends = (limit, role = "") => ({ min: -limit, max: limit, step: 0.05, role });
  const sliders = {
    x: slider("", ends(2), set("x")), h: slider("", ends(1, "hidden"), set("h")), c: slider("", ends(LIMIT, "state"), set("c")),
    i: slider("", ends(6, "gate"), setBias(I)), f: slider("", ends(6, "gate"), setBias(F)), o: slider("", ends(6, "gate"), setBias(O)),
    dh: slider("", ends(1, "error"), set("dh")), dc: slider("", ends(1, "error"), set("dc")),
  };
  const put = (row, name, value, told = name) => {
    row.querySelector(".name").textContent = name;
    row.input.setAttribute("aria-label", told);
    row.set(value, fixed(value));
  };
  const toggles = (name, choices) => Object.entries(choices).map(([value, text]) => [value, button(text, () => store.update({ [name]: value }))]);
  const views = toggles("view", { forward: "Forward", back: "Error back" });
  const cuts = toggles("gradient", { full: "Full", truncated: "Truncated" });
  const deeds = Object.keys(DEEDS).map((name) => button(name, () => {
    const [i, f, o] = DEEDS[name];
    store.update({ bias: [i, f, store.get("bias")[G], o] });
  }));
  const step = button("Step →", () => {
    const v = forward(read());
    store.update({ c: v.state, h: v.output });
  }, { class: "main" });
  const empty = button("Start empty", () => store.update({ c: 0, h: 0 }));
  const title = el("p", { class: "title" });
  frame.append(
    title, el("p", { class: "how" }, "Point at a part, tap it, or go through the parts with the arrow keys."),
    el("div", { class: "controls first" }, group("Gates", deeds), group("Show", views.map(([, b]) => b))),
    stage([picture, panel], el("div", { class: "buttons" }, step, empty),
      el("div", { class: "sliders" }, Object.values(sliders)), el("div", { class: "controls" }, group("Gradient", cuts.map(([, b]) => b)))),
    spoken,
  );

  // Pointing shows a part for as long as it lasts; a tap, a click or the keyboard choose it.
  let pointed = null, drawnAt = 0;
  const partOf = (event) => event.target.closest("[data-part]")?.dataset.part ?? null;
  const point = (part) => part !== pointed && ((pointed = part), draw(drawnAt));
  picture.addEventListener("pointerover", (event) => event.pointerType === "mouse" && point(partOf(event)));
  picture.addEventListener("pointerleave", () => point(null));
  const choose = (part) => {
    pointed = null;
    store.update({ part });
    picture.querySelector(`[data-part=${part}]`).focus();
  };
  picture.addEventListener("click", (event) => partOf(event) && choose(partOf(event)));
  picture.addEventListener("keydown", (event) => {
    const all = [...picture.querySelectorAll("[data-part]")].map((node) => node.dataset.part), now = all.indexOf(store.get("part"));
    const to = { ArrowRight: now + 1, ArrowDown: now + 1, ArrowLeft: now - 1, ArrowUp: now - 1, Home: 0, End: all.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    choose(all[(to + all.length) % all.length]);
  });

  function draw(width) {
    drawnAt = width;
    const given = read(), { kind, view } = given, old = kind === "1997", { state, output } = KINDS[kind];
    const v = forward(given), e = backward(given, v), parts = explain(given, v, e);
    const shown = parts[pointed ?? given.part];
    title.textContent = `The memory cell of ${kind}`;
    frame.setAttribute("aria-label", title.textContent);
    put(sliders.x, "Input x(t)", given.x);
    put(sliders.h, `Before: ${output}(t−1)`, given.h);
    put(sliders.c, `Before: ${state}(t−1)`, given.c);
    for (const [k, name, which] of [[I, "i", "input"], [F, "f", "forget"], [O, "o", "output"]]) put(sliders[name], `Bias of gate ${name}`, given.bias[k], `Bias of gate ${name}, the ${which} gate`);
    put(sliders.dh, `Error at ${output}(t)`, given.dh);
    put(sliders.dc, `Error at ${state}(t)`, given.dc);
    sliders.f.hidden = deeds[3].hidden = old;
    [[views, view], [cuts, given.gradient]].forEach(([buttons, chosen]) => buttons.forEach(([value, b]) => b.setAttribute("aria-pressed", value === chosen)));
    const now = [given.bias[I], given.bias[F], given.bias[O]];
    deeds.forEach((b, k) => b.setAttribute("aria-pressed", Object.values(DEEDS)[k].every((bias, n) => bias === now[n] || (old && n === 1))));
    step.disabled = Math.abs(v.state) > LIMIT;

    // What is said of the parts stands in one place, unseen but for one: so the panel is as high for each, in any font.
    panel.replaceChildren(...Object.values(parts).map((part) => el("div", { class: part === shown ? "shown" : "unshown" },
      el("p", { class: `part-name ${part.role}-ink` }, part.name), el("p", { class: "says formula" }, `${part.equation} ${part.numbers}`),
      el("p", { class: "says back" }, el("strong", {}, "Error "), part.error), el("p", { class: "says note" }, part.says))));

    const told = `${state}(t) is ${fixed(v.state)}, ${output}(t) is ${fixed(v.output)}. Of the error, ${precise(e.before)} goes back to ${state}(t−1), ${precise(e.previous)} to ${output}(t−1).`;
    spoken.say(told);
    const name = `The memory cell of ${kind}, part by part`;
    picture.show(width, HEIGHT, name, told, drawCell(width, given, v, e, parts, given.part, pointed));
  }
  return { draw };
}

const HEIGHT = 314, ROAD = 52, SQUASH = 104, WRITE = 120, SHOW = 164, GATE = 208, HALF = 22, BUS = 262, R = 13;

// An error's way is the thicker the larger the error; one that is larger than this is drawn as a broken line.
const WIDEST = 4, thickness = (error) => 1.2 + 3.4 * Math.sqrt(Math.min(WIDEST, Math.abs(error)));

/** A way along points, with its corners rounded. */
function rounded(points) {
  const toward = ([x, y], [x2, y2], r) => {
    const length = Math.hypot(x2 - x, y2 - y), part = Math.min(r, length / 2) / (length || 1);
    return `${(x + (x2 - x) * part).toFixed(1)} ${(y + (y2 - y) * part).toFixed(1)}`;
  };
  const bends = points.slice(1, -1).map((p, k) => `L ${toward(p, points[k], 10)} Q ${p[0].toFixed(1)} ${p[1].toFixed(1)} ${toward(p, points[k + 2], 10)}`);
  return `M ${points[0].map((n) => n.toFixed(1)).join(" ")} ${bends.join(" ")} L ${points.at(-1).map((n) => n.toFixed(1)).join(" ")}`;
}

function drawCell(width, given, v, e, parts, chosen, pointed) {
  const { kind, view, dh, dc } = given, old = kind === "1997", back = view === "back", { state, output, squash, at } = KINDS[kind];
  const X = Object.fromEntries(Object.entries(at).map(([name, share]) => [name, share * width]));
  const box = clamp(width * 0.14, 44, 76), stub = old ? 0.2 * width : (X.f + X.i) / 2, right = width;

  // A way forwards, or the same way back with a width that tells how large an error goes along it.
  const way = (points, role, error, wide = 2, pointed = true) => {
    const along = back ? [...points].reverse() : points, none = back && Math.abs(error) < 1e-3, blunt = none || !pointed;
    const over = back && Math.abs(error) > WIDEST, thick = back ? (none ? 1.2 : thickness(error)) : wide;
    const [[x1, y1], [x2, y2]] = along.slice(-2), length = Math.hypot(x2 - x1, y2 - y1), tip = 4 + 1.7 * thick;
    const [ux, uy] = [(x2 - x1) / length, (y2 - y1) / length], base = [x2 - ux * tip, y2 - uy * tip], half = tip * 0.55;
    const line = blunt ? along : [...along.slice(0, -1), [base[0] + ux, base[1] + uy]];
    const point = [[x2, y2], [base[0] - uy * half, base[1] + ux * half], [base[0] + uy * half, base[1] - ux * half]];
    const look = back ? "err" : role;
    return [
      s("path", { d: rounded(line), class: `way ${look}-line`, "stroke-width": thick, "stroke-dasharray": none ? "2 5" : over ? "9 3" : "none" }),
      s("path", { d: `M ${point.map((p) => p.map((n) => n.toFixed(1)).join(" ")).join(" L ")} Z`, class: `tip ${look}-fill`, display: blunt ? "none" : null }),
    ];
  };
  const total = e.net.reduce((sum, value) => sum + Math.abs(value), 0);
  const gates = [...(old ? [] : [["f", F]]), ["i", I], ["g", G], ["o", O]];
  const ways = [
    s("line", { x1: 0, x2: right, y1: ROAD, y2: ROAD, class: "road" }),
    // The road in the parts on which it carries different errors.
    way([[old ? X.f + 22 : X.f + R, ROAD], [X.g - R, ROAD]], "cell", e.state, 5), way([[X.g + R, ROAD], [back ? X.out : right, ROAD]], "cell", e.state, 5),
    way([[0, ROAD], [old ? X.f - 22 : X.f - R, ROAD]], "cell", e.before, 5), back && way([[X.out, ROAD], [right, ROAD]], "cell", dc, 5, false),
    // In.
    way([[X.i, GATE - HALF], [X.i, WRITE], [X.g - R, WRITE]], "gate", e.state * v.g), way([[X.g, GATE - HALF], [X.g, WRITE + R]], "plain", e.state * v.i),
    way([[X.g, WRITE - R], [X.g, ROAD + R]], "plain", e.state),
    !old && way([[X.f, GATE - HALF], [X.f, ROAD + R]], "gate", e.state * given.c),
    // Out.
    way([[X.out, ROAD + 3], [X.out, SQUASH - 18]], "cell", e.shown), way([[X.out, SQUASH + 18], [X.out, SHOW - R]], "plain", dh * v.o),
    way([[X.o, GATE - HALF], [X.o, SHOW], [X.out - R, SHOW]], "gate", dh * v.squashed),
    way([[X.out, SHOW + R], [X.out, BUS], [right, BUS]], "hidden", dh),
    // What gates and cell input see.
    gates.map(([name, k]) => way([[X[name], BUS], [X[name], GATE + HALF]], "plain", e.net[k])),
    s("line", { x1: stub, x2: X.o, y1: BUS, y2: BUS, class: `way ${back ? "err" : "plain"}-line`, "stroke-width": back ? thickness(total) : 2, "stroke-dasharray": back && total > WIDEST ? "9 3" : "none" }),
    way([[0, BUS], [stub, BUS]], "hidden", e.previous), way([[stub, HEIGHT - 4], [stub, BUS]], "plain", e.input),
    !old && !back && label((X.f + X.g) / 2, ROAD - 12, fixed(v.kept), { class: "middle small cell-ink" }),
    back && given.gradient === "truncated" && [
      [0, 6].map((dx) => s("line", { x1: stub * 0.35 + dx - 4, x2: stub * 0.35 + dx + 4, y1: BUS + 8, y2: BUS - 8, class: "cut" })),
      label(stub * 0.35 + 3, BUS - 13, "cut", { class: "middle small err-ink" }),
    ],
  ];

  const number = (x, y, forwards, backwards, role, attributes = "middle") => {
    const text = back ? precise(backwards) : fixed(forwards), shown = 7 * text.length > box + 6 ? text.replace(/\s×\s/, "·") : text; // a small box has no room for spaces
    return fitted(x, y, shown, box + 6, { class: `${attributes} strong ${back ? "err" : role}-ink`, "data-value": back ? "error" : "number" });
  };
  const part = (id, [x, y, w, h], ...children) => s("g", {
    class: `part${id === chosen ? " chosen" : ""}${id === pointed ? " pointed" : ""}`, "data-part": id, role: "radio", tabindex: id === chosen ? 0 : -1, "aria-checked": String(id === chosen),
    "aria-label": `${parts[id].name}: ${parts[id].equation} ${parts[id].numbers}. Error ${parts[id].error}. ${parts[id].says}`,
  }, s("rect", { x, y, width: w, height: h, rx: 9, class: "ring" }), children);
  const operation = (id, x, y, sign, ...more) => part(id, [x - 18, y - 18, 36, 36], ["paper", "tint", "point"].map((look) => s("circle", { cx: x, cy: y, r: R, class: look })), label(x, y + 5, sign, { class: "middle sign" }), more);
  // A gate is a gauge: it is filled as far as it stands open.
  const gate = (id, x, letter, k, name) => {
    const open = v[letter], full = 2 * HALF - 2;
    return part(id, [x - box / 2 - 4, GATE - HALF - 4, box + 8, 2 * HALF + 8],
      s("rect", { x: x - box / 2, y: GATE - HALF, width: box, height: 2 * HALF, rx: 7, class: "paper" }),
      s("rect", { x: x - box / 2 + 1, y: GATE + HALF - 1 - full * open, width: box - 2, height: full * open, rx: 6, class: "gauge" }),
      s("rect", { x: x - box / 2, y: GATE - HALF, width: box, height: 2 * HALF, rx: 7, class: "gatebox" }),
      label(x, GATE - 4, `σ ${letter}`, { class: "middle strong gate-ink" }), number(x, GATE + 13, open, e.net[k], "plain"),
      label(x + 6, GATE + 41, width > 520 ? `${name} gate` : name, { class: "small quiet" }));
  };
  const names = {
    before: ["cell", 0, "", 16, given.c, e.before, `${state}(t−1)`], state: ["cell", right, "end ", 16, v.state, dc, `${state}(t)`],
    previous: ["hidden", 0, "", BUS + 19, given.h, e.previous, `${output}(t−1)`], output: ["hidden", right, "end ", BUS + 19, v.output, dh, `${output}(t)`],
  };
  const ending = (id) => {
    const [role, x, where, y, forwards, backwards, text] = names[id];
    return part(id, [x ? x - 48 : -4, y - 16, 52, 40], label(x, y - 2, text, { class: `${where}small ${role}-ink` }), number(x, y + 15, forwards, backwards, role, where));
  };
  const pill = (x, w) => [s("rect", { x: x - w / 2, y: ROAD - 12, width: w, height: 24, rx: 12, class: "paper" }), s("rect", { x: x - w / 2, y: ROAD - 12, width: w, height: 24, rx: 12, class: "loop" })];
  return [
    s("g", { class: "ways", "aria-hidden": "true" }, ways),
    ending("before"),
    !old && gate("forget_gate", X.f, "f", F, "forget"),
    old ? part("keep", [X.f - 25, ROAD - 18, 50, 36], pill(X.f, 42), label(X.f, ROAD + 5, "× 1", { class: "middle strong cell-ink" }))
      : operation("keep", X.f, ROAD, "×"),
    gate("input_gate", X.i, "i", I, "input"),
    part("cell_input", [X.g - box / 2 - 4, GATE - HALF - 4, box + 8, 2 * HALF + 8],
      s("rect", { x: X.g - box / 2, y: GATE - HALF, width: box, height: 2 * HALF, rx: 7, class: "cellbox" }),
      label(X.g, GATE - 4, old || width < 420 ? "g" : "tanh g", { class: "middle strong" }), number(X.g, GATE + 13, v.g, e.net[G], "plain"), label(X.g + 6, GATE + 41, width > 520 ? "cell input" : "cell", { class: "small quiet" })),
    operation("write", X.g, WRITE, "×", number(X.g + 20, WRITE + 5, v.written, e.state, "plain", "")),
    operation("add", X.g, ROAD, "+", back && number((X.g + X.out) / 2 + 4, ROAD - 12, 0, e.state, "cell")),
    ending("state"),
    part("squash", [X.out - 26, SQUASH - 22, 52, 44], ["paper", "tint", "point"].map((look) => s("rect", { x: X.out - 22, y: SQUASH - 18, width: 44, height: 36, rx: 18, class: look })),
      label(X.out, SQUASH - 3, squash, { class: "middle small strong" }), number(X.out, SQUASH + 12, v.squashed, e.shown, "plain")),
    gate("output_gate", X.o, "o", O, "output"),
    operation("show", X.out, SHOW, "×"),
    ending("output"),
    part("input", [stub - 10, BUS + 12, 76, 38], label(stub + 9, BUS + 34, "x(t)", { class: "small" }), number(stub + 36, BUS + 34, given.x, e.input, "plain", "")),
    ending("previous"),
  ];
}

const LOOK = `
.road{stroke:var(--cell);stroke-width:13;opacity:.22} .way{fill:none;stroke-linejoin:round} .cut{stroke:var(--ink);stroke-width:2}
.cell-line{stroke:var(--cell)} .cell-fill{fill:var(--cell)} .gate-line{stroke:var(--gate)} .gate-fill{fill:var(--gate)} .hidden-line{stroke:var(--hidden)} .hidden-fill{fill:var(--hidden)}
.plain-line{stroke:var(--line)} .plain-fill{fill:var(--line)} .err-line{stroke:var(--error)} .err-fill{fill:var(--error)}
.paper{fill:var(--paper)} .tint{fill:var(--point);opacity:.3} .point{fill:none;stroke:var(--point);stroke-width:2} .loop{fill:none;stroke:var(--cell);stroke-width:2}
.gauge{fill:var(--gate);opacity:.3} .gatebox{fill:none;stroke:var(--gate);stroke-width:2.25} .cellbox{fill:var(--softer);stroke:var(--line);stroke-width:2}
svg .sign{font-size:17px;font-weight:600}
svg .cell-ink,.cell-ink{fill:var(--cell-ink);color:var(--cell-ink)} svg .gate-ink,.gate-ink{fill:var(--gate-ink);color:var(--gate-ink)} svg .hidden-ink,.hidden-ink{fill:var(--hidden-ink);color:var(--hidden-ink)}
.point-ink{color:var(--point-ink)} svg .err-ink,.back{fill:var(--error-ink);color:var(--error-ink)}
.part{cursor:pointer} .ring{fill:none;stroke:none;stroke-width:2;pointer-events:all} .pointed .ring{stroke:var(--line);stroke-dasharray:4 3} .chosen .ring{stroke:var(--ink)}
.part:focus{outline:none} .part:focus-visible{outline:3px solid var(--hidden);outline-offset:1px;border-radius:7px}
.first{margin:0 0 10px} .panel{display:grid;margin-top:8px;padding:8px 12px;border-radius:8px;background:var(--softer)} .panel p{margin:3px 0}
.panel>div{grid-area:1/1;min-width:0} .unshown{visibility:hidden}
.part-name{font-weight:650} .note{font-size:14px}
.sliders{display:grid;grid-template-columns:repeat(auto-fill,minmax(9rem,1fr));gap:2px 20px;align-items:end;margin-top:12px} .sliders .name,.sliders .value{line-height:1.2} .slider[hidden],button[hidden]{display:none}
.state input[type=range]{--tint:var(--cell)} .slider .name{font-size:13px}
`;

export default figure("lstm-cell", {
  kind: "1997", x: 1, h: 0.4, c: 0.6, weight_ih: [0.5, -1, 1, 0.5], weight_hh: [0.5, 0.5, 0.5, -0.5], bias: [0, 1, 0, 0],
  dh: 1, dc: 0.5, gradient: "full", view: "forward", part: "add",
}, mount, LOOK);
