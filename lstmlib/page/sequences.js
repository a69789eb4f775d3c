// The tasks of the later chapters, drawn as lstmlib.tasks draws them and in the form of tasks.js.

export const NOUNS = [["cat", "dog", "bird", "girl", "boy"], ["cats", "dogs", "birds", "girls", "boys"]];
export const VERBS = [["sits", "sleeps", "waits", "plays"], ["sit", "sleep", "wait", "play"]];
const PREPOSITIONS = ["near", "behind", "beside", "by"];
export const WORDS = [".", "the", "on", "mat", ...PREPOSITIONS, ...NOUNS[0], ...NOUNS[1], ...VERBS[0], ...VERBS[1]];

/** Sentences whose verb agrees with their first noun, `phrases` phrases before it; the next word is asked for, all along. */
export function agreement(phrases, N, rng) {
  const number = rng.integers(2, N);
  const draw = (words) => Array.from(rng.integers(words.length, N), (k) => WORDS.indexOf(words[k]));
  const drawBy = (numbers, words) => {
    const [one, many] = words.map(draw);
    return one.map((word, n) => (numbers[n] ? many[n] : word));
  };
  const always = (word) => Array(N).fill(WORDS.indexOf(word)), sentence = [always("the"), drawBy(number, NOUNS)];
  for (let k = 0; k < phrases; k++) {
    sentence.push(draw(PREPOSITIONS), always("the"));
    sentence.push(drawBy(rng.integers(2, N), NOUNS));
  }
  sentence.push(drawBy(number, VERBS), always("on"), always("the"), always("mat"), always("."));
  const T = sentence.length - 1, symbols = new Int32Array(N * T), targets = new Int32Array(N * T);
  for (let n = 0; n < N; n++) {
    for (let t = 0; t < T; t++) {
      symbols[n * T + t] = sentence[t][n];
      targets[n * T + t] = sentence[t + 1][n];
    }
  }
  return { steps: T, count: N, lengths: new Int32Array(N).fill(T), mask: new Uint8Array(N * T).fill(1), symbols, targets, number, verbAt: 1 + 3 * phrases };
}

/** Some symbols, a wait, a signal, and the symbols again in order; with `lastOnly` the last step alone counts. */
export function copy(delay, N, rng, { kinds = 8, recalled = 10, lastOnly = false } = {}) {
  const T = delay + 2 * recalled, drawn = rng.integers(kinds, recalled * N);
  const symbols = new Int32Array(N * T).fill(kinds), targets = new Int32Array(N * T).fill(kinds), mask = new Uint8Array(N * T).fill(Number(!lastOnly));
  for (let n = 0; n < N; n++) {
    for (let k = 0; k < recalled; k++) symbols[n * T + k] = targets[n * T + recalled + delay + k] = drawn[k * N + n];
    symbols[n * T + recalled + delay - 1] = kinds + 1;
    mask[n * T + T - 1] = 1;
  }
  return { steps: T, count: N, lengths: new Int32Array(N).fill(T), mask, symbols, targets };
}

const rows = (T, N) => ({ steps: T, count: N, lengths: new Int32Array(N).fill(T), mask: new Uint8Array(N * T), x: new Float64Array(N * T), values: new Float64Array(N * T) });

/** Two spikes; at the second, 1 is asked for if they are gap + 1 steps apart, 0 if they are gap. */
export function spikeGap(gap, N, rng, latest = 5) {
  const drawn = rows(latest + gap + 2, N), first = rng.integers(latest + 1, N), longer = rng.integers(2, N);
  for (let n = 0; n < N; n++) {
    const start = n * drawn.steps + first[n], second = start + gap + longer[n];
    drawn.x[start] = drawn.x[second] = drawn.mask[second] = 1;
    drawn.values[second] = longer[n];
  }
  return drawn;
}

/** One spike, and one to be made `delay` steps later; at all other steps 0 is asked for. */
export function spikeAfter(delay, N, rng, latest = 5) {
  const drawn = rows(latest + delay + 2, N), at = rng.integers(latest + 1, N);
  drawn.mask.fill(1);
  for (let n = 0; n < N; n++) drawn.x[n * drawn.steps + at[n]] = drawn.values[n * drawn.steps + at[n] + delay] = 1;
  return drawn;
}
