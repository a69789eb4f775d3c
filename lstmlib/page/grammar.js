// The embedded Reber grammar, as lstmlib.tasks.embedded_reber has it: experiment 1, and the streams of 2000.

export const SYMBOLS = "BTPSXVE";
const REBER = { 0: { T: 1, P: 2 }, 1: { S: 1, X: 3 }, 2: { T: 2, V: 4 }, 3: { X: 2, S: 5 }, 4: { P: 3, V: 5 }, 5: { E: 6 } };

/** Node -> [symbol, next node], ...: the inner grammar twice, so that a node knows the string's second symbol. */
const EMBEDDED = (() => {
  const graph = { start: [["B", "second"]], second: [["T", "T"], ["P", "P"]] };
  for (const kind of "TP") {
    graph[kind] = [["B", `${kind}0`]];
    for (const [node, ways] of Object.entries(REBER)) graph[kind + node] = Object.entries(ways).map(([symbol, to]) => [symbol, kind + to]);
    graph[`${kind}6`] = [[kind, `${kind}7`]];
    graph[`${kind}7`] = [["E", "start"]];
  }
  return graph;
})();

/** Where a stream of strings begins, and where it goes from a node on a coin's 0 or 1: { symbol, node, allowed }. */
export const WALK = (() => {
  const names = Object.keys(EMBEDDED), ways = names.map((name) => EMBEDDED[name]), both = ways.map((there) => [there[0], there.at(-1)]);
  const allowed = ways.map((there) => Uint8Array.from(SYMBOLS, (symbol) => Number(there.some(([next]) => next === symbol))));
  return { symbol: both.map((pair) => pair.map(([symbol]) => SYMBOLS.indexOf(symbol))), node: both.map((pair) => pair.map(([, to]) => names.indexOf(to))), allowed };
})();

/** A random string: where two symbols can come next, each does half the time. */
export function reberString(rng) {
  let string = "", node = "start";
  while (!string || node !== "start") {
    const ways = EMBEDDED[node], [symbol, to] = ways[ways.length === 2 ? rng.integer(2) : 0];
    string += symbol;
    node = to;
  }
  return string;
}

/** Which symbols can follow each symbol of a string, as strings. */
export function possibleNext(string) {
  let node = "start";
  return [...string].map((symbol) => {
    node = EMBEDDED[node].find(([there]) => there === symbol)[1];
    return EMBEDDED[node].map(([next]) => next).join("");
  });
}

/** Training strings and test strings, none of which is in both; all of a set differ if `distinct`. */
export function stringSets(rng, distinct, size = 256) {
  const train = [], test = [];
  while (train.length < size) {
    const string = reberString(rng);
    if (!(distinct && train.includes(string))) train.push(string);
  }
  while (test.length < size) {
    const string = reberString(rng);
    if (!train.includes(string) && !(distinct && test.includes(string))) test.push(string);
  }
  return [train, test];
}

/** A stretch of a stream, one sequence in the form of tasks.js: asked for at every step are all symbols that can come next. */
export function asStream(string) {
  const T = string.length, values = new Float64Array(7 * T), next = possibleNext(string);
  next.forEach((symbols, t) => [...symbols].forEach((symbol) => (values[7 * t + SYMBOLS.indexOf(symbol)] = 1)));
  return { steps: T, count: 1, lengths: [T], mask: new Uint8Array(T).fill(1), symbols: Int32Array.from(string, (symbol) => SYMBOLS.indexOf(symbol)), values };
}

/** Strings as a net sees them, in the form of tasks.js; with `judged`, which symbols can come next is there, too. */
export function asSymbols(strings, judged = false) {
  const N = strings.length, lengths = Int32Array.from(strings, (string) => string.length - 1), T = Math.max(...lengths);
  const [symbols, targets, mask] = [new Int32Array(N * T), new Int32Array(N * T), new Uint8Array(N * T)];
  const allowed = judged ? new Uint8Array(N * T * 7) : undefined;
  strings.forEach((string, n) => {
    const next = judged ? possibleNext(string) : [];
    for (let t = 0; t < lengths[n]; t++) {
      symbols[n * T + t] = SYMBOLS.indexOf(string[t]);
      targets[n * T + t] = SYMBOLS.indexOf(string[t + 1]);
      mask[n * T + t] = 1;
      if (judged) for (const symbol of next[t]) allowed[(n * T + t) * 7 + SYMBOLS.indexOf(symbol)] = 1;
    }
  });
  return { steps: T, count: N, lengths, mask, symbols, targets, allowed };
}
