// The embedded Reber grammar, to walk through and to be tested on: which symbols can come next?

import { button, caption, drawing, el, figure, label, s, voice } from "../page/kit.js";

const SYMBOLS = "BTPSXVE";
// Node -> the symbols that can come next, and the node each leads to, as lstmlib.tasks.embedded_reber has them.
const INNER = { 0: { T: 1, P: 2 }, 1: { S: 1, X: 3 }, 2: { T: 2, V: 4 }, 3: { X: 2, S: 5 }, 4: { P: 3, V: 5 }, 5: { E: 6 } };

/** The inner grammar twice, so that a node knows the second symbol. */
export function embedded() {
  const graph = { start: { B: "second" }, second: { T: "T", P: "P" }, end: {} };
  for (const kind of "TP") {
    graph[kind] = { B: `${kind}0` };
    for (const [node, ways] of Object.entries(INNER)) {
      graph[kind + node] = Object.fromEntries(Object.entries(ways).map(([symbol, to]) => [symbol, kind + to]));
    }
    graph[`${kind}6`] = { [kind]: `${kind}7` };
    graph[`${kind}7`] = { E: "end" };
  }
  return graph;
}

const GRAPH = embedded();

/** The nodes that a string leads through, from the start; null where the grammar doesn't allow it. */
export function walk(string) {
  const nodes = ["start"];
  for (const symbol of string) {
    const to = GRAPH[nodes.at(-1)][symbol];
    if (!to) return null;
    nodes.push(to);
  }
  return nodes;
}

/** Which symbols can follow a string. */
export const possible = (string) => Object.keys(GRAPH[walk(string).at(-1)]);

const EXAMS = ["BPBTSXSEPE", "BTBPVPSETE", "BPBTXXVPXTVVEPE", "BTBTSSXXTVPSETE", "BPBPTTVVEPE", "BTBPTVPXVVETE"];
const listed = (symbols) => symbols.join(" or ");
const spelt = (string) => string.split("").join(" ");

// Column and height of every node of the inner grammar; the two copies lie above and below the middle.
const PLACE = { "": [2, 0], 0: [3, 0], 1: [4, -1], 2: [4, 1], 3: [5.5, -1], 4: [5.5, 1], 5: [6.7, 0], 6: [7.7, 0], 7: [8.7, 0] };

function mount(frame, store) {
  const picture = drawing(), spoken = voice();
  const now = el("p", { class: "says string" }), next = el("p", { class: "says next" });
  let message = ""; // what the last press came to
  let exams = 0;

  function press(symbol) {
    const [string, exam] = [store.get("string"), store.get("exam")];
    const can = possible(string);
    if (exam) {
      const really = exam[string.length], right = can.includes(symbol), recall = string.length === exam.length - 2;
      const why = recall
        ? `The second symbol comes again before the last, and here that was ${really}.`
        : `${listed(can)} could come next${can.length > 1 ? `; it was ${really}` : ""}.`;
      message = `${right ? "Right" : `No, ${symbol} can't`}. ${why}`;
      return store.update({ string: string + really, right: store.get("right") + (right ? 1 : 0) });
    }
    message = can.includes(symbol) ? "" : `${symbol} can't follow here.`;
    if (can.includes(symbol)) store.update({ string: string + symbol });
    else draw(drawnAt);
  }
  const keys = [...SYMBOLS].map((symbol) => button(symbol, () => press(symbol), { class: "symbol" }));
  const back = button("← Back", () => ((message = ""), store.update({ string: store.get("string").slice(0, -1) })));
  const again = button("Start again", () => ((message = ""), store.update({ string: "B", right: 0 })));
  const test = button("Test me", () => {
    message = "";
    store.update(store.get("exam") ? { exam: "", string: "B", right: 0 } : { exam: EXAMS[exams++ % EXAMS.length], string: "B", right: 0 });
  });
  frame.setAttribute("aria-label", "The embedded Reber grammar");
  frame.append(
    el("p", { class: "title" }, "The embedded Reber grammar"),
    el("p", { class: "how" }, "Walk along the arrows: each one writes its symbol. Then cover the map and be tested, as the net is."),
    picture, now, next,
    el("div", { class: "controls" }, el("div", { class: "buttons", role: "group", "aria-label": "Symbols" }, keys)),
    el("div", { class: "controls" }, el("div", { class: "buttons" }, test, back, again)),
    spoken,
  );

  let drawnAt = 0;
  function draw(width) {
    drawnAt = width;
    const [string, exam, right] = ["string", "exam", "right"].map((name) => store.get(name));
    const can = possible(string), over = can.length === 0, asked = string.length - 1;
    keys.forEach((key) => (key.disabled = over));
    back.disabled = Boolean(exam) || string === "";
    test.textContent = exam ? "Show the map" : "Test me";
    test.setAttribute("aria-pressed", Boolean(exam));
    now.replaceChildren(exam ? "So far: " : "Written: ", el("strong", {}, string ? spelt(string) : "nothing"), over ? "" : exam ? " ?" : "");
    const score = `${right} of ${asked} right`;
    const told = exam
      ? `${message ? message + " " : ""}${over ? `The string is complete: ${score}.` : `Which symbol can come next? ${asked ? `So far ${score}.` : ""}`}`
      : `${message ? message + " " : ""}${over ? "The string is complete." : `Next: ${listed(can)}.`}`;
    next.textContent = told.trim();
    spoken.say(`${exam ? "Map covered. " : ""}${string ? spelt(string) : "Nothing written"}. ${told}`);
    const place = exam ? "the map is covered" : `at ${string ? `the node after ${spelt(string)}` : "the start"}`;
    const height = 296;
    picture.show(width, height, "The map of the grammar", `Written ${string ? spelt(string) : "nothing"}; ${place}. ${next.textContent}`,
      exam ? covered(width, height, string, exam) : drawMap(width, height, walk(string)));
  }
  return { draw };
}

/** In a test: the string as far as it is known, and room for what is to come. */
function covered(width, height, string, exam) {
  const each = Math.min(34, (width - 8) / exam.length), from = (width - each * exam.length) / 2, y = height / 2;
  return [
    s("rect", { x: 1, y: 1, width: width - 2, height: height - 2, rx: 8, class: "cover" }),
    label(width / 2, 34, "The map is covered.", { class: "middle quiet" }),
    caption(width / 2, 54, "The green one has to be remembered to the end.", width, "middle quiet"),
    [...exam].map((symbol, k) => [
      s("rect", { x: from + k * each + 1, y: y - 20, width: each - 2, height: 34, rx: 4, class: k === 1 && string.length > 1 ? "slot kept" : "slot" }),
      k < string.length && label(from + (k + 0.5) * each, y + 3, symbol, { class: "middle strong" }),
      k === string.length && label(from + (k + 0.5) * each, y + 3, "?", { class: "middle strong ask" }),
    ]),
  ];
}

function drawMap(width, height, nodes) {
  const middle = height / 2, edge = 12, column = (width - 2 * edge) / 9.7, apart = 74, half = 34;
  const at = (node) => {
    if (node === "start") return [edge, middle];
    if (node === "second") return [edge + column, middle];
    if (node === "end") return [edge + 9.7 * column, middle];
    const [across, up] = PLACE[node.slice(1)], centre = node[0] === "T" ? middle - apart : middle + apart;
    return [edge + across * column, centre + up * half];
  };
  const taken = new Set(nodes.slice(1).map((node, k) => `${nodes[k]}>${node}`)), here = nodes.at(-1);
  const radius = 6.5, lines = [], texts = [], dots = [];
  for (const kind of "TP") {
    const centre = kind === "T" ? middle - apart : middle + apart;
    lines.push(s("rect", { x: edge + 1.55 * column, y: centre - 62, width: 7.55 * column, height: 124, rx: 8, class: "band" }));
    texts.push(label(edge + 9.1 * column - 7, centre + (kind === "T" ? -46 : 54), `after ${kind}`, { class: "small quiet end" }));
  }
  for (const [node, ways] of Object.entries(GRAPH)) {
    const [x, y] = at(node);
    for (const [symbol, to] of Object.entries(ways)) {
      const way = `way${taken.has(`${node}>${to}`) ? " taken" : ""}${node === here ? " open" : ""}`;
      const [u, v] = at(to);
      if (node === to) { // a loop, above an upper node and below a lower one
        const side = node.endsWith("1") ? -1 : 1;
        lines.push(s("path", { d: `M ${x - 5} ${y + side * 5} C ${x - 15} ${y + side * 22} ${x + 15} ${y + side * 22} ${x + 5} ${y + side * 7}`, class: way }));
        texts.push(label(x - 13, y + side * 15 + 4, symbol, { class: "small strong end symbol" }));
        continue;
      }
      const long = Math.hypot(u - x, v - y), [dx, dy] = [(u - x) / long, (v - y) / long];
      const [x1, y1, x2, y2] = [x + dx * radius, y + dy * radius, u - dx * (radius + 5), v - dy * (radius + 5)];
      lines.push(s("line", { x1, y1, x2, y2, class: way }));
      lines.push(s("path", { d: `M ${(u - dx * radius).toFixed(1)} ${(v - dy * radius).toFixed(1)} L ${(x2 - dy * 3.4).toFixed(1)} ${(y2 + dx * 3.4).toFixed(1)} L ${(x2 + dy * 3.4).toFixed(1)} ${(y2 - dx * 3.4).toFixed(1)} z`, class: `tip ${way}` }));
      // Beside the line's middle, on its upper or right side.
      const lift = Math.abs(dx) < 0.2 ? [-9, 4] : [dy * 10 * Math.sign(dx), -Math.abs(dx) * 10 + 4];
      texts.push(label((x1 + x2) / 2 + lift[0], (y1 + y2) / 2 + lift[1], symbol, { class: "small strong middle symbol" }));
    }
    dots.push(s("circle", { cx: x, cy: y, r: radius, class: node === here ? "node here" : nodes.includes(node) ? "node been" : "node" }));
  }
  return [lines, dots, texts];
}

const LOOK = `
.band{fill:var(--softer)} .way{fill:none;stroke:var(--line);stroke-width:1.25} .tip{fill:var(--line);stroke:none}
.way.open{stroke:var(--hidden);stroke-width:2.25} .tip.open{fill:var(--hidden);stroke:none}
.way.taken{stroke:var(--cell);stroke-width:3} .tip.taken{fill:var(--cell);stroke:none}
.node{fill:var(--paper);stroke:var(--line);stroke-width:1.5} .node.been{stroke:var(--cell);stroke-width:2.5} .node.here{fill:var(--hidden);stroke:var(--hidden)}
.cover{fill:var(--softer);stroke:var(--soft)} .slot{fill:var(--paper);stroke:var(--line)} .slot.kept{stroke:var(--cell);stroke-width:2.5} svg .ask{fill:var(--hidden-ink)}
button.symbol{font-weight:650;min-width:40px}
.string strong{overflow-wrap:anywhere} .next{min-height:2.9em}
`;

export default figure("lstm-reber", { string: "B", exam: "", right: 0 }, mount, LOOK);
