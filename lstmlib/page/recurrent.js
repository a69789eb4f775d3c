// The recurrent layers of lstmlib.numpy in JavaScript: the same parameters under the same names, the same arithmetic,
// and the full gradient, back through all steps. A layer reads one sequence of what tasks.js draws at a time:
//
//     layer.forward(drawn, n, steps)      fills layer.h, (steps + 1) x H, the initial state first
//     layer.backward(dy, steps)           adds to layer.grads; dy has the errors at the outputs, steps x H
//
// A row of an array stands for one step throughout.

const logistic = (z) => 0.5 * Math.tanh(0.5 * z) + 0.5;

// Two and four rows at a time: sums that don't wait for each other take half the time.

/** y += W x for some rows of W, which has as many columns as x has numbers from `at` on. */
function product(y, to, W, first, rows, x, at, width) {
  let r = 0;
  for (; r + 3 < rows; r += 4) {
    const a = (first + r) * width, b = a + width, c = b + width, d = c + width;
    let one = 0, two = 0, three = 0, four = 0;
    for (let k = 0; k < width; k++) {
      const value = x[at + k];
      one += W[a + k] * value;
      two += W[b + k] * value;
      three += W[c + k] * value;
      four += W[d + k] * value;
    }
    y[to + r] += one;
    y[to + r + 1] += two;
    y[to + r + 2] += three;
    y[to + r + 3] += four;
  }
  for (; r < rows; r++) {
    const start = (first + r) * width;
    let sum = 0;
    for (let k = 0; k < width; k++) sum += W[start + k] * x[at + k];
    y[to + r] += sum;
  }
}

/** back += W' d, and grad += d x', for some rows of W: what an error at them does before them and to the weights. */
function reverse(d, first, rows, W, grad, x, at, width, back) {
  let r = 0;
  for (; r + 1 < rows; r += 2) {
    const one = d[r], two = d[r + 1], a = (first + r) * width, b = a + width;
    for (let k = 0; k < width; k++) {
      const value = x[at + k];
      back[k] += one * W[a + k] + two * W[b + k];
      grad[a + k] += one * value;
      grad[b + k] += two * value;
    }
  }
  if (r < rows) {
    const error = d[r], start = (first + r) * width;
    for (let k = 0; k < width; k++) {
      back[k] += error * W[start + k];
      grad[start + k] += error * x[at + k];
    }
  }
}

class Recurrent {
  constructor(D, H, blocks, peepholes = 0) {
    Object.assign(this, { D, H, R: blocks * H, room: 0 });
    const R = this.R;
    this.shapes = { weight_ih_l0: [R, D], weight_hh_l0: [R, H], bias_ih_l0: [R], bias_hh_l0: [R], ...(peepholes && { weight_ch_l0: [peepholes * H] }) };
    const zeros = () => Object.fromEntries(Object.entries(this.shapes).map(([name, [rows, columns = 1]]) => [name, new Float64Array(rows * columns)]));
    this.params = zeros();
    this.grads = zeros();
    this.bound = H ** -0.5; // of the weights at the start
    this.dh = new Float64Array(H);
    this.dc = new Float64Array(H);
  }

  /** Make room for sequences of so many steps: `rows` names what a step has, and how much. */
  grow(steps, rows) {
    if (steps <= this.room) return;
    this.room = steps;
    for (const [name, width] of Object.entries(rows)) this[name] = new Float64Array((steps + 1) * width);
  }

  /** net(t) += W_ih x(t), where x(t) is a symbol or D numbers. */
  see(net, to, { symbols, x, steps: T }, n, t) {
    const { D, R } = this, W = this.params.weight_ih_l0, at = n * T + t;
    if (!symbols) return product(net, to, W, 0, R, x, at * D, D);
    for (let r = 0; r < R; r++) net[to + r] += W[r * D + symbols[at]];
  }

  /** The errors at the net inputs of step t, and what follows for the weights from the input and both biases. */
  blame(dnet, { symbols, x, steps: T }, n, t) {
    const { D, R } = this, { weight_ih_l0: grad, bias_ih_l0: bias } = this.grads, at = n * T + t;
    for (let r = 0; r < R; r++) {
      const error = dnet[r];
      bias[r] += error;
      if (symbols) grad[r * D + symbols[at]] += error;
      else for (let k = 0; k < D; k++) grad[r * D + k] += error * x[at * D + k];
    }
  }

  /** The length of the error at the state: h and, where there is one, c. */
  size() {
    let sum = 0;
    for (let k = 0; k < this.H; k++) sum += this.dh[k] * this.dh[k] + this.dc[k] * this.dc[k];
    return Math.sqrt(sum);
  }

  /** Send the errors at the outputs back; returns the length of the error at the state, lag by lag. */
  backward(dy, steps) {
    const { H, dh, dc } = this, lengths = new Float64Array(steps);
    dh.fill(0);
    dc.fill(0);
    for (let t = steps - 1; t >= 0; t--) {
      for (let k = 0; k < H; k++) dh[k] += dy[t * H + k];
      if (t === steps - 1) lengths[0] = this.size();
      this.back(t);
      if (t) lengths[steps - t] = this.size();
    }
    return lengths;
  }
}

/** The Elman net: h(t) = tanh(W_ih x(t) + b_ih + W_hh h(t-1) + b_hh). */
export class RNN extends Recurrent {
  constructor(D, H) {
    super(D, H, 1);
    this.dnet = new Float64Array(H);
    this.before = new Float64Array(H);
  }

  forward(drawn, n, steps) {
    const { H, params: p } = this;
    this.grow(steps, { h: H });
    this.read = [drawn, n];
    const h = this.h;
    for (let t = 0; t < steps; t++) {
      const now = (t + 1) * H;
      for (let k = 0; k < H; k++) h[now + k] = p.bias_ih_l0[k] + p.bias_hh_l0[k];
      this.see(h, now, drawn, n, t);
      product(h, now, p.weight_hh_l0, 0, H, h, t * H, H);
      for (let k = 0; k < H; k++) h[now + k] = Math.tanh(h[now + k]);
    }
  }

  back(t) {
    const { H, dh, dnet, before, h } = this, now = (t + 1) * H;
    for (let k = 0; k < H; k++) dnet[k] = dh[k] * (1 - h[now + k] * h[now + k]);
    before.fill(0);
    reverse(dnet, 0, H, this.params.weight_hh_l0, this.grads.weight_hh_l0, h, t * H, H, before);
    for (let k = 0; k < H; k++) this.grads.bias_hh_l0[k] += dnet[k];
    this.blame(dnet, ...this.read, t);
    dh.set(before);
  }
}

/**
 * The LSTM, rows in the order i, f, g, o; with `peephole` lstmlib's PeepholeLSTM, with `coupled` its CoupledLSTM, whose
 * input gate is 1 - f and has no rows. A number for `forgetBias` is where both biases of the forget gates together start.
 */
export class LSTM extends Recurrent {
  constructor(D, H, { forgetBias = null, peephole = false, coupled = false } = {}) {
    const blocks = coupled ? 3 : 4;
    super(D, H, blocks, peephole ? blocks - 1 : 0);
    Object.assign(this, { forgetBias, coupled, F: coupled ? 0 : H, G: coupled ? H : 2 * H, O: coupled ? 2 * H : 3 * H });
    this.dnet = new Float64Array(this.R);
    this.none = new Float64Array(3 * H); // peepholes that aren't there
    this.unused = new Float64Array(3 * H);
  }

  start() {
    if (this.forgetBias === null) return;
    this.params.bias_ih_l0.fill(this.forgetBias, this.F, this.F + this.H);
    this.params.bias_hh_l0.fill(0, this.F, this.F + this.H);
  }

  forward(drawn, n, steps) {
    const { H, R, F, G, O, coupled, params: p } = this, see = p.weight_ch_l0 ?? this.none;
    this.grow(steps, { h: H, c: H, tanh: H, gates: R });
    this.read = [drawn, n];
    const { h, c, tanh, gates } = this;
    for (let t = 0; t < steps; t++) {
      const at = t * R, old = t * H, now = old + H;
      for (let r = 0; r < R; r++) gates[at + r] = p.bias_ih_l0[r] + p.bias_hh_l0[r];
      this.see(gates, at, drawn, n, t);
      product(gates, at, p.weight_hh_l0, 0, R, h, old, H);
      for (let k = 0; k < H; k++) {
        const i = at + k, f = at + F + k, g = at + G + k, o = at + O + k, held = c[old + k];
        if (!coupled) gates[i] = logistic(gates[i] + see[k] * held);
        gates[f] = logistic(gates[f] + see[F + k] * held);
        gates[g] = Math.tanh(gates[g]);
        c[now + k] = gates[f] * held + (coupled ? 1 - gates[f] : gates[i]) * gates[g];
        gates[o] = logistic(gates[o] + see[F + H + k] * c[now + k]);
        tanh[old + k] = Math.tanh(c[now + k]);
        h[now + k] = gates[o] * tanh[old + k];
      }
    }
  }

  back(t) {
    const { H, R, F, G, O, coupled, params: p, dh, dc, dnet, h, c, tanh, gates } = this;
    const see = p.weight_ch_l0 ?? this.none, seen = this.grads.weight_ch_l0 ?? this.unused, at = t * R, old = t * H, now = old + H;
    for (let k = 0; k < H; k++) {
      const f = gates[at + F + k], g = gates[at + G + k], o = gates[at + O + k], i = coupled ? 1 - f : gates[at + k], held = c[old + k], shown = tanh[old + k];
      const out = dh[k] * shown * (o * (1 - o));
      const cell = dc[k] + dh[k] * o * (1 - shown * shown) + out * see[F + H + k];
      const keep = cell * (coupled ? held - g : held) * (f * (1 - f)), write = coupled ? 0 : cell * g * (i * (1 - i));
      dnet[F + k] = keep;
      dnet[G + k] = cell * i * (1 - g * g);
      dnet[O + k] = out;
      dc[k] = cell * f + keep * see[F + k];
      if (!coupled) {
        dnet[k] = write;
        dc[k] += write * see[k];
        seen[k] += write * held;
      }
      seen[F + k] += keep * held;
      seen[F + H + k] += out * c[now + k];
    }
    dh.fill(0);
    reverse(dnet, 0, R, p.weight_hh_l0, this.grads.weight_hh_l0, h, old, H, dh);
    for (let r = 0; r < R; r++) this.grads.bias_hh_l0[r] += dnet[r];
    this.blame(dnet, ...this.read, t);
  }
}

/**
 * The GRU, rows in the order r, z, n; its reset gate stands "after" the recurrent product or "before" it. A number for
 * `keepBias` is where both biases of the update gates together start.
 */
export class GRU extends Recurrent {
  constructor(D, H, { keepBias = null, reset = "after" } = {}) {
    super(D, H, 3);
    Object.assign(this, { keepBias, after: reset === "after" });
    this.dnet = new Float64Array(3 * H);
    this.from = new Float64Array(H); // what the candidate's recurrent weights see, or the error that comes through them
    this.error = new Float64Array(H);
    this.before = new Float64Array(H);
  }

  start() {
    if (this.keepBias === null) return;
    this.params.bias_ih_l0.fill(this.keepBias, this.H, 2 * this.H);
    this.params.bias_hh_l0.fill(0, this.H, 2 * this.H);
  }

  forward(drawn, n, steps) {
    const { H, R, after, params: p, from } = this;
    this.grow(steps, { h: H, recurrent: H, gates: R });
    this.read = [drawn, n];
    const { h, recurrent, gates } = this;
    for (let t = 0; t < steps; t++) {
      const at = t * R, old = t * H, now = old + H;
      for (let r = 0; r < R; r++) gates[at + r] = p.bias_ih_l0[r] + (r < 2 * H ? p.bias_hh_l0[r] : 0);
      this.see(gates, at, drawn, n, t);
      product(gates, at, p.weight_hh_l0, 0, 2 * H, h, old, H);
      for (let r = 0; r < 2 * H; r++) gates[at + r] = logistic(gates[at + r]);
      for (let k = 0; k < H; k++) {
        recurrent[old + k] = after ? p.bias_hh_l0[2 * H + k] : h[old + k];
        from[k] = gates[at + k] * h[old + k];
      }
      if (after) product(recurrent, old, p.weight_hh_l0, 2 * H, H, h, old, H);
      else product(gates, at + 2 * H, p.weight_hh_l0, 2 * H, H, from, 0, H);
      for (let k = 0; k < H; k++) {
        const z = gates[at + H + k], candidate = gates[at + 2 * H + k] + (after ? gates[at + k] * recurrent[old + k] : p.bias_hh_l0[2 * H + k]);
        const value = Math.tanh(candidate);
        gates[at + 2 * H + k] = value;
        h[now + k] = (1 - z) * value + z * h[old + k];
      }
    }
  }

  back(t) {
    const { H, R, after, params: p, grads, dh, dnet, from, before, h, recurrent, gates } = this, at = t * R, old = t * H;
    const W = p.weight_hh_l0, grad = grads.weight_hh_l0, bias = grads.bias_hh_l0, error = this.error;
    before.fill(0);
    for (let k = 0; k < H; k++) {
      const r = gates[at + k], z = gates[at + H + k], n = gates[at + 2 * H + k], candidate = dh[k] * (1 - z) * (1 - n * n);
      dnet[H + k] = dh[k] * (h[old + k] - n) * (z * (1 - z));
      dnet[2 * H + k] = candidate;
      error[k] = after ? candidate * r : candidate;
      bias[2 * H + k] += error[k];
      from[k] = r * h[old + k];
      dh[k] *= z;
    }
    if (after) reverse(error, 2 * H, H, W, grad, h, old, H, dh);
    else reverse(error, 2 * H, H, W, grad, from, 0, H, before);
    for (let k = 0; k < H; k++) {
      const r = gates[at + k];
      dnet[k] = (after ? dnet[2 * H + k] : before[k]) * recurrent[old + k] * (r * (1 - r));
      if (!after) dh[k] += before[k] * r;
    }
    reverse(dnet, 0, 2 * H, W, grad, h, old, H, dh);
    for (let r = 0; r < 2 * H; r++) bias[r] += dnet[r];
    this.blame(dnet, ...this.read, t);
  }
}
