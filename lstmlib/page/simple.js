// Nets without memory cells, learning on-line: lstmlib.online.SimpleRecurrent and its compiled twin, one net at a time;
// and backpropagation through time, which comes to the same changes at a sequence's end and takes far fewer operations.

import { Errors } from "./errors.js";
import { descend, shapes } from "./net.js";
import { squash } from "./logistic.js";

/** A net of hidden units, over sequences of symbols. `rule` is "RTRL", "BPTT" or "Elman", which looks one step back. */
export class SimpleRecurrent extends Errors {
  constructor(net, { rule = "RTRL" } = {}) {
    super(net.output_size);
    const { input_size: D, hidden_size: H, output_size: O } = net, array = (size) => new Float64Array(size);
    this.K = net.recurrent_outputs ? 0 : H + (net.direct ? D : 0);
    Object.assign(this, { net, rule, D, H, O, symbol: 0 });
    this.W = array((D + H) * H); // for every source the weights to all hidden units
    this.V = array(this.K * O);
    this.dW = array((D + H) * H);
    this.dV = array(this.K * O);
    for (const name of ["h", "before", "slope", "through", "toHidden"]) this[name] = array(H);
    this.sensitivity = array(rule === "RTRL" ? (D + H) * H * H : 0);
    this.past = array(0); // for BPTT: h, and what the step's error asks of h
  }

  /** Give it parameters, { name: numbers row by row }. */
  put(params) {
    this.each(params, (name, k, matrix, at) => (matrix[at] = params[name][k]));
    this.dW.fill(0);
    this.dV.fill(0);
  }

  /** The parameters, copies. */
  get params() {
    const found = Object.fromEntries(Object.entries(shapes(this.net)).map(([name, [rows, columns]]) => [name, new Float64Array(rows * columns)]));
    this.each(found, (name, k, matrix, at) => (found[name][k] = matrix[at]));
    return found;
  }

  each(params, visit) {
    const { D, H, O, W, V } = this, places = { weight_ih: [W, H, D, 0], weight_hh: [W, H, H, D], weight_out: [V, O, H, 0], weight_direct: [V, O, D, H] };
    for (const [name, values] of Object.entries(params)) {
      const [matrix, width, columns, first] = places[name];
      for (let k = 0; k < values.length; k++) visit(name, k, matrix, (first + (k % columns)) * width + Math.floor(k / columns));
    }
  }

  reset() {
    this.h.fill(0);
    this.sensitivity.fill(0);
  }

  /** Show sequence n and let the net learn from it; see LSTM1997. */
  learn(drawn, n, rate, eachStep = false) {
    const { H, rule } = this, length = drawn.lengths[n];
    if (rule === "BPTT" && eachStep && rate > 0) throw new Error("BPTT has its gradient at a sequence's end: expected eachStep false");
    this.begin();
    this.reset();
    if (this.past.length < length * 2 * H) this.past = new Float64Array(length * 2 * H);
    for (let t = 0; t < length; t++) {
      const at = n * drawn.steps + t;
      this.symbol = drawn.symbols[at];
      this.hidden();
      if (rule === "RTRL" && rate > 0) this.sense();
      this.toHidden.fill(0);
      if (drawn.mask[at]) {
        this.outputs();
        this.measure(drawn, at);
        if (rate > 0) this.addError();
        if (rate > 0 && eachStep) this.update(rate);
      }
      this.past.set(this.h, t * 2 * H);
      this.past.set(this.toHidden, t * 2 * H + H);
    }
    if (rate > 0) {
      if (rule === "BPTT") this.sendBack(drawn, n * drawn.steps, length);
      this.update(rate);
    }
    this.finish(length);
  }

  hidden() {
    const { D, H, W, h, before, slope } = this, from = this.symbol * H;
    before.set(h);
    for (let u = 0; u < H; u++) {
      let total = W[from + u];
      for (let k = 0; k < H; k++) total += W[(D + k) * H + u] * before[k];
      h[u] = total;
    }
    squash(h, 0, H);
    for (let u = 0; u < H; u++) slope[u] = h[u] * (1 - h[u]);
  }

  /** Carry along what every weight did to every hidden unit. */
  sense() {
    const { D, H, W, before, slope, through, sensitivity } = this;
    for (let source = 0; source < D + H; source++) {
      for (let u = 0; u < H; u++) {
        const first = (source * H + u) * H;
        for (let k = 0; k < H; k++) {
          let total = 0;
          for (let j = 0; j < H; j++) total += W[(D + j) * H + k] * sensitivity[first + j];
          through[k] = k === u && source >= D ? total + before[source - D] : total;
        }
        for (let k = 0; k < H; k++) sensitivity[first + k] = slope[k] * through[k];
      }
    }
    for (let u = 0; u < H; u++) sensitivity[(this.symbol * H + u) * H + u] += slope[u];
  }

  outputs() {
    const { H, O, V, h, y, net } = this;
    if (net.recurrent_outputs) {
      for (let k = 0; k < O; k++) y[k] = h[H - O + k];
      return;
    }
    for (let k = 0; k < O; k++) {
      let total = net.direct ? V[(H + this.symbol) * O + k] : 0;
      for (let u = 0; u < H; u++) total += V[u * O + k] * h[u];
      y[k] = total;
    }
    squash(y, 0, O);
  }

  /** Add what this step's error asks of every weight; of the hidden units' weights only as far as the rule has it now. */
  addError() {
    const { D, H, O, V, dV, dW, h, y, e, slope, before, toHidden, sensitivity, net, rule } = this;
    for (let k = 0; k < O; k++) {
      if (net.recurrent_outputs) {
        toHidden[H - O + k] = e[k];
        continue;
      }
      const error = e[k] * y[k] * (1 - y[k]);
      if (net.direct) dV[(H + this.symbol) * O + k] += error;
      for (let u = 0; u < H; u++) {
        toHidden[u] += V[u * O + k] * error;
        dV[u * O + k] += error * h[u];
      }
    }
    if (rule === "RTRL") {
      for (let row = 0; row < (D + H) * H; row++) {
        let total = dW[row];
        for (let k = 0; k < H; k++) total += toHidden[k] * sensitivity[row * H + k];
        dW[row] = total;
      }
    } else if (rule === "Elman") {
      for (let u = 0; u < H; u++) {
        dW[this.symbol * H + u] += toHidden[u] * slope[u];
        for (let k = 0; k < H; k++) dW[(D + k) * H + u] += toHidden[u] * (slope[u] * before[k]);
      }
    }
  }

  /** Backpropagation through time: send the sequence's errors back through the hidden units. */
  sendBack(drawn, start, length) {
    const { D, H, W, dW, past } = this, eH = new Float64Array(H), eNet = new Float64Array(H);
    for (let t = length - 1; t >= 0; t--) {
      const at = t * 2 * H, symbol = drawn.symbols[start + t] * H;
      for (let u = 0; u < H; u++) {
        eNet[u] = (eH[u] + past[at + H + u]) * past[at + u] * (1 - past[at + u]);
        dW[symbol + u] += eNet[u];
      }
      for (let k = 0; k < H; k++) {
        eH[k] = 0;
        for (let u = 0; u < H; u++) {
          eH[k] += W[(D + k) * H + u] * eNet[u];
          if (t > 0) dW[(D + k) * H + u] += eNet[u] * past[at - 2 * H + k];
        }
      }
    }
  }

  /** Read sequence n without learning: per step the hidden units, as `contents`, and the outputs, asked or not. */
  read(drawn, n) {
    const { H, O } = this, T = drawn.lengths[n], found = { contents: new Float64Array(T * H), outputs: new Float64Array(T * O), steps: T };
    this.reset();
    for (let t = 0; t < T; t++) {
      this.symbol = drawn.symbols[n * drawn.steps + t];
      this.hidden();
      this.outputs();
      found.contents.set(this.h, t * H);
      found.outputs.set(this.y, t * O);
    }
    return found;
  }

  update(rate) {
    const { W, V, dW, dV } = this;
    descend(W, dW, rate);
    descend(V, dV, rate);
  }
}
