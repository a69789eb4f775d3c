// The sequence problems of 1997, drawn as lstmlib.tasks draws them: the same numbers from the same source.
//
// What is drawn is { steps: T, count: N, lengths, mask, and symbols or x, targets or values }, all but lengths with
// sequence n's step t at place n T + t; x and values have D and O numbers there. T is the longest sequence's length.

const spread = (N, T, at) => {
  const found = new Int32Array(N * T);
  for (let t = 0; t < T; t++) for (let n = 0; n < N; n++) found[n * T + t] = at(t, n);
  return found;
};

function longest(lengths) {
  return lengths.reduce((most, length) => Math.max(most, length), 0);
}

/** Sequences of symbols that ask for a class at their end. */
function asksAtEnd(symbols, T, lengths, classes) {
  const N = lengths.length, targets = new Int32Array(N * T), mask = new Uint8Array(N * T);
  lengths.forEach((length, n) => {
    symbols.fill(0, n * T + length, (n + 1) * T);
    targets[n * T + length - 1] = classes[n];
    mask[n * T + length - 1] = 1;
  });
  return { steps: T, count: N, lengths, mask, symbols, targets };
}

/** Sequences of D numbers a step that ask for a value at their end. */
function valueAtEnd(x, T, lengths, answers) {
  const N = lengths.length, values = new Float64Array(N * T), mask = new Uint8Array(N * T);
  lengths.forEach((length, n) => {
    values[n * T + length - 1] = answers[n];
    mask[n * T + length - 1] = 1;
  });
  return { steps: T, count: N, lengths, mask, x, values };
}

/** Experiments 2a and 2b: x or y, then others, the last symbol the first again. */
export function longLag({ lag: p, random_between }, N, rng) {
  const ends = rng.integers(2, N).map((end) => p - 1 + end), between = random_between ? rng.integers(p - 1, (p - 1) * N) : null;
  const all = (t, n) => (t === 0 || t === p ? ends[n] : between ? between[(t - 1) * N + n] : t - 1);
  return { steps: p, count: N, lengths: new Int32Array(N).fill(p), mask: new Uint8Array(N * p).fill(1), symbols: spread(N, p, all), targets: spread(N, p, (t, n) => all(t + 1, n)) };
}

/** Experiment 2c: b, x or y, at least q of p distractors, e; then the second symbol is asked for. */
export function triggeredRecall({ min_lag: q, num_distractors: p }, N, rng) {
  const lengths = new Int32Array(N).map(() => q + 2 + rng.geometric(0.1)), T = longest(lengths);
  const symbols = new Int32Array(N * T);
  for (let t = 0; t < T; t++) for (let n = 0; n < N; n++) symbols[n * T + t] = rng.integer(p);
  const second = rng.integers(2, N);
  for (let n = 0; n < N; n++) {
    symbols[n * T] = p + 1;
    symbols[n * T + 1] = p + 2 + second[n];
    symbols[n * T + lengths[n] - 1] = p;
  }
  return asksAtEnd(symbols, T, lengths, second);
}

/** Experiments 3a, 3b and 3c: which of two classes began a noisy sequence. */
export function twoSequence({ min_length, informative = 3, noisy_information = false, noisy_targets = false }, N, rng) {
  const lengths = rng.integers(Math.floor(min_length / 10) + 1, N).map((more) => min_length + more), T = longest(lengths);
  const first = rng.integers(2, N), x = new Float64Array(N * T), spreadOf = Math.sqrt(0.2);
  for (let t = 0; t < T; t++) {
    for (let n = 0; n < N; n++) {
      const noise = spreadOf * rng.normal(), sign = first[n] === 0 ? 1 : -1;
      if (t < lengths[n]) x[n * T + t] = t >= informative ? noise : noisy_information ? noise + sign : sign;
    }
  }
  const answers = Float64Array.from(first, (side) => (noisy_targets ? (side === 0 ? 0.2 : 0.8) : Number(side === 0)));
  if (noisy_targets) for (let n = 0; n < N; n++) answers[n] += Math.sqrt(0.1) * rng.normal();
  return { ...valueAtEnd(x, T, lengths, answers), noiseFree: Float64Array.from(first, (side) => (side === 0 ? 0.2 : 0.8)) };
}

/** Experiments 4 and 5: pairs of value and marker, two of them marked. */
function markedPairs({ min_length }, N, rng, lowest, neutral, firstPair) {
  const lengths = rng.integers(Math.floor(min_length / 10) + 1, N).map((more) => min_length + more), T = longest(lengths);
  const x = new Float64Array(N * T * 2), range = 1 - lowest;
  for (let t = 0; t < T; t++) {
    for (let n = 0; n < N; n++) {
      const value = lowest + range * rng.random();
      if (t < lengths[n]) x[(n * T + t) * 2] = value;
    }
  }
  const first = rng.integers(10, N), second = rng.integers(Math.floor(min_length / 2) - 2, N).map((at, n) => at + Number(at >= first[n]));
  const marked = [first, second].map((places) => Float64Array.from(places, (at, n) => (at === 0 ? neutral : x[(n * T + at) * 2])));
  for (let n = 0; n < N; n++) {
    const start = n * T * 2, atStart = first[n] === 0 || second[n] === 0;
    x[start + first[n] * 2 + 1] = x[start + second[n] * 2 + 1] = 1;
    x[start + (lengths[n] - 1) * 2 + 1] = -1;
    x[start + 1] = firstPair !== "marker -1" && atStart ? 1 : -1;
    if (firstPair === "marker 1 and value" && atStart) x[start] = neutral;
  }
  return { x, T, lengths, marked };
}

/** Experiment 4: the target is 0.5 + (X1 + X2) / 4. */
export function adding(task, N, rng, firstPair) {
  const { x, T, lengths, marked } = markedPairs(task, N, rng, -1, 0, firstPair);
  return valueAtEnd(x, T, lengths, marked[0].map((value, n) => 0.5 + (value + marked[1][n]) / 4));
}

/** Experiment 5: the target is X1 X2. */
export function multiplication(task, N, rng, firstPair) {
  const { x, T, lengths, marked } = markedPairs(task, N, rng, 0, 1, firstPair);
  return valueAtEnd(x, T, lengths, marked[0].map((value, n) => value * marked[1][n]));
}

const POSITIONS = { 2: [[10, 20], [50, 60]], 3: [[10, 20], [33, 43], [66, 76]] };

/** Experiments 6a and 6b: in which order the signals X and Y came. Symbols are E, B, a, b, c, d, X, Y. */
export function temporalOrder({ num_signals }, N, rng) {
  const lengths = rng.integers(11, N).map((more) => 100 + more), T = longest(lengths), symbols = new Int32Array(N * T);
  for (let t = 0; t < T; t++) for (let n = 0; n < N; n++) symbols[n * T + t] = 2 + rng.integer(4);
  const signals = rng.integers(2, num_signals * N), classes = new Int32Array(N);
  POSITIONS[num_signals].forEach(([lowest, highest], k) => {
    const at = rng.integers(highest - lowest + 1, N);
    for (let n = 0; n < N; n++) {
      symbols[n * T + lowest + at[n]] = 6 + signals[k * N + n];
      classes[n] = 2 * classes[n] + signals[k * N + n];
    }
  });
  for (let n = 0; n < N; n++) {
    symbols[n * T] = 0;
    symbols[n * T + lengths[n] - 1] = 1;
  }
  return asksAtEnd(symbols, T, lengths, classes);
}
