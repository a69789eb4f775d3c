// A recurrent layer with a linear read-out, its losses and its optimisers, as lstmlib.numpy's SequenceModel, losses and
// train have them. A batch is what tasks.js draws: all sequences of one update, with a mask of the steps that count.

/** Fill a layer's parameters from U[-bound, bound], in the order of their names, as lstmlib draws them. */
export function initialise(part, rng) {
  for (const values of Object.values(part.params)) values.set(rng.uniform(-part.bound, part.bound, values.length));
  part.start?.();
  return part;
}

/** y = W h + b. */
export class Linear {
  constructor(D, O) {
    Object.assign(this, { D, O, bound: D ** -0.5 });
    const zeros = () => ({ weight: new Float64Array(O * D), bias: new Float64Array(O) });
    this.params = zeros();
    this.grads = zeros();
  }
}

// Each: the loss of one step's scores y, without the division by how many count; dy gets the gradient, divided by `count`.
const LOSSES = {
  crossEntropy(y, dy, { targets }, at, count) {
    const O = y.length;
    let largest = -Infinity, sum = 0;
    for (let k = 0; k < O; k++) largest = Math.max(largest, y[k]);
    for (let k = 0; k < O; k++) sum += Math.exp(y[k] - largest);
    const log = Math.log(sum);
    for (let k = 0; k < O; k++) dy[k] = (Math.exp(y[k] - largest - log) - Number(k === targets[at])) / count;
    return log - (y[targets[at]] - largest);
  },
  squaredError(y, dy, { values }, at, count) {
    const O = y.length;
    let sum = 0;
    for (let k = 0; k < O; k++) {
      const difference = y[k] - values[at * O + k];
      sum += difference * difference;
      dy[k] = (2 * difference) / count;
    }
    return sum;
  },
  binaryCrossEntropy(y, dy, { values }, at, count) {
    const O = y.length;
    let sum = 0;
    for (let k = 0; k < O; k++) {
      const target = values[at * O + k];
      sum += Math.max(y[k], 0) + Math.log1p(Math.exp(-Math.abs(y[k]))) - target * y[k];
      dy[k] = (0.5 * (1 + Math.tanh(0.5 * y[k])) - target) / count;
    }
    return sum;
  },
};

/** Scale all gradients together so that their joint norm is at most `most`; returns the norm they had. */
export function clipGradNorm(grads, most) {
  let sum = 0;
  for (const values of Object.values(grads)) for (let k = 0; k < values.length; k++) sum += values[k] * values[k];
  const norm = Math.sqrt(sum);
  if (norm > most) for (const values of Object.values(grads)) for (let k = 0; k < values.length; k++) values[k] *= most / norm;
  return norm;
}

const zerosLike = (params) => Object.fromEntries(Object.entries(params).map(([name, values]) => [name, new Float64Array(values.length)]));

/** Gradient descent with momentum. */
export class SGD {
  constructor(params, rate, momentum = 0) {
    Object.assign(this, { params, rate, momentum, velocity: zerosLike(params) });
  }

  step(grads) {
    for (const [name, values] of Object.entries(this.params)) {
      const velocity = this.velocity[name], grad = grads[name];
      for (let k = 0; k < values.length; k++) values[k] -= this.rate * (velocity[k] = this.momentum * velocity[k] + grad[k]);
    }
  }
}

/** Adam, with the constants that are usual. */
export class Adam {
  constructor(params, rate) {
    Object.assign(this, { params, rate, mean: zerosLike(params), square: zerosLike(params), steps: 0 });
  }

  step(grads) {
    const first = 1 - 0.9 ** ++this.steps, second = 1 - 0.999 ** this.steps;
    for (const [name, values] of Object.entries(this.params)) {
      const mean = this.mean[name], square = this.square[name], grad = grads[name];
      for (let k = 0; k < values.length; k++) {
        mean[k] += (1 - 0.9) * (grad[k] - mean[k]);
        square[k] += (1 - 0.999) * (grad[k] * grad[k] - square[k]);
        values[k] -= (this.rate * (mean[k] / first)) / (Math.sqrt(square[k] / second) + 1e-8);
      }
    }
  }
}

/** A recurrent layer and its read-out; `loss` is one of crossEntropy, squaredError, binaryCrossEntropy. */
export class SequenceModel {
  constructor(recurrent, readout, loss) {
    Object.assign(this, { recurrent, readout, measure: LOSSES[loss], wide: loss === "crossEntropy" ? 1 : readout.O });
    const named = (what) => Object.fromEntries([["recurrent", recurrent], ["readout", readout]].flatMap(([part, layer]) => Object.entries(layer[what]).map(([name, values]) => [`${part}.${name}`, values])));
    this.params = named("params");
    this.grads = named("grads");
    this.y = new Float64Array(readout.O);
    this.dy = new Float64Array(readout.O);
    this.dh = new Float64Array(0);
  }

  get size() {
    const { recurrent, readout } = this, doubled = recurrent.R; // the second bias of each row, where it is added to the first
    return Object.values(this.params).reduce((sum, { length }) => sum + length, 0) - doubled + (recurrent.after ? recurrent.H : 0);
  }

  /** Read one sequence. */
  read(drawn, n, steps = drawn.lengths[n]) {
    this.recurrent.forward(drawn, n, steps);
  }

  /** The scores at a step of the sequence that was read last. */
  answer(t) {
    const { y, readout: { D, O, params } } = this, h = this.recurrent.h, at = (t + 1) * D;
    for (let k = 0; k < O; k++) {
      let sum = 0;
      for (let n = 0; n < D; n++) sum += params.weight[k * D + n] * h[at + n];
      y[k] = sum + params.bias[k];
    }
    return y;
  }

  /** Add the gradient of one sequence; `count` is how many numbers count in the batch. Returns its part of the loss. */
  addGradient(drawn, n, count) {
    const { readout: { D, O, params, grads }, dy } = this, T = drawn.steps, steps = drawn.lengths[n];
    if (this.dh.length < steps * D) this.dh = new Float64Array(steps * D);
    const dh = this.dh.fill(0);
    this.read(drawn, n);
    let loss = 0;
    for (let t = 0; t < steps; t++) {
      if (!drawn.mask[n * T + t]) continue;
      loss += this.measure(this.answer(t), dy, drawn, n * T + t, count);
      const h = this.recurrent.h, at = (t + 1) * D;
      for (let k = 0; k < O; k++) {
        grads.bias[k] += dy[k];
        for (let j = 0; j < D; j++) {
          grads.weight[k * D + j] += dy[k] * h[at + j];
          dh[t * D + j] += dy[k] * params.weight[k * D + j];
        }
      }
    }
    this.recurrent.backward(dh, steps);
    return loss;
  }

  /** One update by a batch, gradients clipped to the norm `most`; returns the loss, a mean over what counts. */
  learn(drawn, optimiser, most = Infinity) {
    const count = drawn.mask.reduce((sum, counts) => sum + counts, 0) * this.wide;
    let loss = 0;
    for (const values of Object.values(this.grads)) values.fill(0);
    for (let n = 0; n < drawn.count; n++) loss += this.addGradient(drawn, n, count);
    this.norm = clipGradNorm(this.grads, most);
    optimiser.step(this.grads);
    return loss / count;
  }

  /**
   * How long an error is at the state, lag by lag, when it starts at the last of some steps with `dy` at the scores; as
   * lstmlib's error_flow. The gradients that come with it are thrown away.
   */
  errorFlow(drawn, n, steps, dy) {
    const { D, O, params } = this.readout, dh = new Float64Array(steps * D);
    for (let k = 0; k < O; k++) for (let j = 0; j < D; j++) dh[(steps - 1) * D + j] += dy[k] * params.weight[k * D + j];
    this.read(drawn, n, steps);
    return this.recurrent.backward(dh, steps);
  }
}
