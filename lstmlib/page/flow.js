// What share of an error is left at the state of untrained nets, lag by lag: lstmlib.numpy's error_left, in the page.

import { initialise } from "./model.js";
import { Random } from "./random.js";
import { GRU, LSTM, RNN } from "./recurrent.js";

export const SEEDS = 5, UNITS = 16;

// Each with `bias`, where the gate that keeps starts; an Elman net has none.
const MAKE = {
  "Elman net": () => new RNN(1, UNITS),
  LSTM: (bias) => new LSTM(1, UNITS, { forgetBias: bias }),
  peepholes: (bias) => new LSTM(1, UNITS, { forgetBias: bias, peephole: true }),
  "coupled gates": (bias) => new LSTM(1, UNITS, { forgetBias: bias, coupled: true }),
  GRU: (bias) => new GRU(1, UNITS, { keepBias: bias }),
};
export const CELLS = Object.keys(MAKE);
export const gated = (cell) => cell !== CELLS[0];

/**
 * The largest absolute value of a matrix's eigenvalues, by Gelfand's formula: the n-th root of the n-th power's norm,
 * for n = 2^60. The matrix is squared 60 times, and its size is taken out every time.
 */
export function spectralRadius(matrix, n) {
  let W = Float64Array.from(matrix), log = 0;
  for (let k = 0, share = 1; k < 60; k++, share /= 2) {
    const norm = Math.hypot(...W), square = new Float64Array(n * n);
    log += share * Math.log(norm);
    for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) for (let m = 0; m < n; m++) square[i * n + m] += (W[i * n + j] / norm) * (W[j * n + m] / norm);
    W = square;
  }
  return Math.exp(log);
}

/** Scale each block of the recurrent weights, a gate's or the candidate's, to a spectral radius. */
function rescale({ params: { weight_hh_l0: W }, H }, radius) {
  for (let at = 0; at < W.length; at += H * H) {
    const block = W.subarray(at, at + H * H), scale = radius / spectralRadius(block, H);
    for (let k = 0; k < block.length; k++) block[k] *= scale;
  }
}

/** The shares of one net, from a seed, at lags 0 to `lags`; a radius of 0 leaves the recurrent weights as drawn. */
export function errorLeft(cell, { bias, radius }, lags, seed) {
  const steps = lags + 1, layer = initialise(MAKE[cell](bias), new Random([seed])), dy = new Float64Array(steps * UNITS);
  if (radius) rescale(layer, radius);
  const rng = new Random([0]), error = Array.from({ length: UNITS }, () => rng.normal()), size = Math.hypot(...error);
  dy.set(error.map((value) => value / size), lags * UNITS);
  layer.forward({ x: new Random([0]).uniform(-1, 1, steps), steps, lengths: [steps], count: 1 }, 0, steps);
  const flow = layer.backward(dy, steps);
  return flow.map((length) => length / flow[0]);
}
