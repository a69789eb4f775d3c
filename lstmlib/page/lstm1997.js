// Long short-term memory as it was trained in 1997: lstmlib.online.LSTM1997 and its compiled twin, one net at a time.
// Numbers of equations are those of the paper's appendix A.1. Sequences are as tasks.js draws them.

import { descend, pack, sizes, unpack } from "./net.js";
import { squash } from "./logistic.js";
import { Errors } from "./errors.js";

/** A net of memory cells that learns on-line: put(params), then learn(drawn, n, rate) for one sequence after another. */
export class LSTM1997 extends Errors {
  /**
   * `net` as in net.js. Options: symbolic, inputs are numbers of symbols; initialActivation of all hidden units;
   * outputSlope, whether an output's error is multiplied with its slope (19); full, the full gradient in place of the
   * truncated one, with changes at a sequence's end.
   */
  constructor(net, { symbolic, initialActivation = 0, outputSlope = true, full = false }) {
    super(net.output_size);
    const { D, S, O, C, U, M } = sizes(net), K = C + (net.direct ? D : 0) + 1, array = (size) => new Float64Array(size);
    Object.assign(this, { net, symbolic, initialActivation, full, slope: outputSlope && !net.linear_output }, sizes(net));
    this.G = net.swapped_ranges ? 1 : 2; // g reaches from -G to G, h from -H to H
    this.H = net.swapped_ranges ? 2 : 1;
    this.first = symbolic ? D : 0; // of the sources that are looked at one by one
    this.end = this.biasedUnits.length ? M : M - 1; // where no unit has a bias, its source is not looked at
    this.W = array(M * U);
    this.V = array(K * O);
    this.dW = array(M * U);
    this.dV = array(K * O);
    this.a = array(U);
    this.total = array(U);
    this.s = array(C);
    this.h = array(C);
    this.trace = array(M * 2 * C); // for every source those of the input gates, then those of the cells
    this.traceForget = array(net.forget_gates ? M * C : 0);
    this.seen = array(M);
    this.seen[M - 1] = 1;
    this.slopes = array(3 * C); // what goes into the traces: input gates, cells, forget gates
    this.toCells = array(C);
    this.eS = array(C);
    this.past = array(0);
    this.unbiased = Array.from({ length: U }, (_, u) => u).filter((u) => !this.biasedUnits.includes(u));
    this.block = Int32Array.from({ length: C }, (_, c) => Math.floor(c / S));
    this.symbol = 0;
  }

  /** Give it parameters, { name: numbers row by row }. */
  put(params) {
    pack(this.net, params, this.W, this.V);
    this.dW.fill(0);
    this.dV.fill(0);
  }

  /** The parameters, copies. */
  get params() {
    return unpack(this.net, this.W, this.V);
  }

  reset() {
    this.a.fill(this.initialActivation);
    this.s.fill(0);
    this.trace.fill(0);
    this.traceForget.fill(0);
  }

  /** Show sequence n and let the net learn from it, with rate 0 only look; the sequence's errors are then in `errors`. */
  learn(drawn, n, rate, eachStep = false) {
    const { D, U, C } = this, { steps: T, lengths, mask } = drawn, length = lengths[n], wide = U + 5 * C;
    this.begin();
    this.reset();
    if (this.full && rate > 0 && this.past.length < length * wide) this.past = new Float64Array(length * wide);
    for (let t = 0; t < length; t++) {
      const at = n * T + t, asked = mask[at] === 1;
      if (this.symbolic) this.symbol = drawn.symbols[at];
      else for (let d = 0; d < D; d++) this.seen[d] = drawn.x[at * D + d];
      this.hidden(asked);
      if (asked) {
        this.outputs();
        this.measure(drawn, at);
        if (rate > 0) {
          this.addError();
          if (eachStep) this.update(rate);
        }
      }
      if (this.full && rate > 0) this.remember(t, asked);
    }
    if (rate > 0) {
      if (this.full) this.sendBack(drawn, n * T, length);
      this.update(rate);
    }
    this.finish(length);
  }

  /** The net inputs of all hidden units. Four at a time, so that what they see is read once for the four. */
  netInputs() {
    const { W, U, M, D, first, total, seen, symbolic } = this, bias = (M - 1) * U, end = (M - 1) * U, from = symbolic ? this.symbol * U : 0;
    for (let i = 0; i < this.numSeen; i++) seen[D + i] = this.a[this.firstSeen + i];
    let u = 0;
    for (; u + 4 <= U; u += 4) {
      let one = W[bias + u], two = W[bias + u + 1], three = W[bias + u + 2], four = W[bias + u + 3];
      if (symbolic) {
        one += W[from + u];
        two += W[from + u + 1];
        three += W[from + u + 2];
        four += W[from + u + 3];
      }
      for (let k = first, at = first * U + u; at < end; k++, at += U) {
        const x = seen[k];
        one += W[at] * x;
        two += W[at + 1] * x;
        three += W[at + 2] * x;
        four += W[at + 3] * x;
      }
      total[u] = one;
      total[u + 1] = two;
      total[u + 2] = three;
      total[u + 3] = four;
    }
    for (; u < U; u++) {
      let sum = W[bias + u];
      if (symbolic) sum += W[from + u];
      for (let k = first, at = first * U + u; at < end; k++, at += U) sum += W[at] * seen[k];
      total[u] = sum;
    }
  }

  /**
   * Take the hidden units one step on; the inputs are in `seen`, or the number of their symbol in `symbol`. What cells
   * show, and their output gates, are left out where nobody looks: no hidden unit does, and no output is asked for.
   */
  hidden(asked = true) {
    const { a, B, C, U, G, H, s, h, slopes, total, block, net } = this, { plain, output_gates: gated } = net;
    const shown = asked || this.numSeen > 0 || this.full, units = shown || net.forget_gates ? U : B + C;
    this.netInputs(); // (7), (8)
    squash(total, 0, units);
    for (let u = 0; u < units; u++) a[u] = total[u];
    if (net.forget_gates) this.forget();
    for (let c = 0; c < C; c++) {
      const yIn = a[block[c]], f = a[B + c];
      const g = plain ? f : G * (2 * f - 1), slope = plain ? f * (1 - f) : 2 * G * f * (1 - f); // (5)
      slopes[c] = g * yIn * (1 - yIn);
      slopes[C + c] = slope * yIn;
      h[c] = s[c] = yIn * g + s[c]; // (9)
    }
    if (shown && !plain) squash(h, 0, C);
    for (let c = 0; shown && c < C; c++) {
      if (!plain) h[c] = H * (2 * h[c] - 1); // (4)
      a[B + c] = gated ? h[c] * a[B + C + block[c]] : h[c];
    }
    if (!this.full) this.addTraces();
  }

  /** Multiply the states with their forget gates, and the traces with them. */
  forget() {
    const { a, B, C, U, s, slopes, trace, traceForget, seen, first, end, block } = this, from = this.symbol * C;
    for (let c = 0; c < C; c++) {
      const y = a[U - B + block[c]];
      slopes[2 * C + c] = s[c] * y * (1 - y);
      s[c] = s[c] * y;
      if (this.full) continue;
      const slope = slopes[2 * C + c];
      for (let at = c; at < trace.length; at += C) trace[at] = y * trace[at];
      for (let at = c; at < traceForget.length; at += C) traceForget[at] = y * traceForget[at];
      if (this.symbolic) traceForget[from + c] += slope;
      for (let k = first; k < end; k++) traceForget[k * C + c] += slope * seen[k];
    }
  }

  /** What this step adds to how the states depend on weights: (25) and (27). */
  addTraces() {
    const { trace, slopes, seen, first, end } = this, two = 2 * this.C;
    if (this.symbolic) {
      const from = this.symbol * two;
      for (let q = 0; q < two; q++) trace[from + q] += slopes[q];
    }
    for (let k = first, at = first * two; k < end; k++) {
      const x = seen[k];
      for (let q = 0; q < two; q++, at++) trace[at] += slopes[q] * x;
    }
  }

  outputs() {
    const { V, a, y, B, C, D, O, seen, net } = this, bias = (C + (net.direct ? D : 0)) * O;
    for (let k = 0; k < O; k++) {
      let total = V[bias + k];
      for (let c = 0; c < C; c++) total += V[c * O + k] * a[B + c];
      if (net.direct && this.symbolic) total += V[(C + this.symbol) * O + k];
      else if (net.direct) for (let d = 0; d < D; d++) total += V[(C + d) * O + k] * seen[d];
      y[k] = total;
    }
    if (!net.linear_output) squash(y, 0, O);
  }

  /** Add what this step's error, in `e`, asks of every weight. */
  addError() {
    const { V, dV, dW, a, y, e, h, eS, toCells, trace, traceForget, B, S, C, D, O, U, H, seen, net, end, first, block } = this;
    const bias = (C + (net.direct ? D : 0)) * O, from = (C + this.symbol) * O;
    for (let k = 0; k < O; k++) {
      if (this.slope) e[k] = e[k] * y[k] * (1 - y[k]); // (19)
      if (net.direct && this.symbolic) dV[from + k] += e[k]; // (22)
      else if (net.direct) for (let d = 0; d < D; d++) dV[(C + d) * O + k] += e[k] * seen[d];
      if (net.output_bias) dV[bias + k] += e[k];
    }
    for (let c = 0; c < C; c++) {
      let sum = 0;
      for (let k = 0; k < O; k++) {
        sum += V[c * O + k] * e[k];
        dV[c * O + k] += e[k] * a[B + c]; // (22)
      }
      toCells[c] = sum;
      eS[c] = net.plain ? sum : sum * ((0.5 / H) * (H - h[c]) * (H + h[c]));
      if (net.output_gates) eS[c] = eS[c] * a[B + C + block[c]]; // (23)
    }
    if (this.full) return;
    for (let k = 0; k < end; k++) {
      const to = k * U;
      for (let c = 0; c < C; c++) {
        const j = block[c];
        dW[to + j] += eS[c] * trace[k * 2 * C + c]; // (26)
        dW[to + B + c] += eS[c] * trace[k * 2 * C + C + c]; // (28)
        if (net.forget_gates) dW[to + U - B + j] += eS[c] * traceForget[k * C + c];
      }
    }
    for (let j = 0; net.output_gates && j < B; j++) {
      const unit = B + C + j;
      let error = 0;
      for (let c = j * S; c < j * S + S; c++) error += h[c] * toCells[c];
      error = error * (a[unit] * (1 - a[unit])); // (21)
      if (this.symbolic) dW[this.symbol * U + unit] += error; // (22)
      for (let k = first; k < end; k++) dW[k * U + unit] += error * seen[k];
    }
  }

  /** Change every weight by what was added up, times the learning rate, and start adding from zero. */
  update(rate) {
    const { W, V, dW, dV, U, M } = this;
    for (const u of this.unbiased) dW[(M - 1) * U + u] = 0;
    descend(W, dW, rate);
    descend(V, dV, rate);
  }

  /** Keep what `sendBack` will need of a step. */
  remember(t, asked) {
    const { a, slopes, h, toCells, past, U, C } = this, at = t * (U + 5 * C);
    past.set(a, at);
    past.set(slopes, at + U);
    past.set(h, at + U + 3 * C);
    if (asked) past.set(toCells, at + U + 4 * C);
    else past.fill(0, at + U + 4 * C, at + U + 5 * C);
  }

  /** Add what a whole sequence's errors ask of the hidden units, along all paths: the full gradient. */
  sendBack(drawn, start, length) {
    const { W, dW, past, B, C, D, U, M, H, net, block } = this, wide = U + 5 * C;
    const eA = new Float64Array(U), eS = new Float64Array(C), eNet = new Float64Array(U);
    for (let t = length - 1; t >= 0; t--) {
      const a = t * wide, slopes = a + U, h = a + U + 3 * C, toCells = h + C;
      for (let u = 0; u < U; u++) eNet[u] = eA[u] * past[a + u] * (1 - past[a + u]); // of gates, which others saw at the next step
      for (let c = 0; c < C; c++) {
        const j = block[c], eY = eA[B + c] + past[toCells + c];
        let toS = net.plain ? eY : eY * ((0.5 / H) * (H - past[h + c]) * (H + past[h + c]));
        if (net.output_gates) {
          const yOut = past[a + B + C + j];
          toS *= yOut;
          eNet[B + C + j] += eY * past[h + c] * yOut * (1 - yOut);
        }
        eS[c] += toS;
        eNet[j] += eS[c] * past[slopes + c];
        eNet[B + c] = eS[c] * past[slopes + C + c];
        if (net.forget_gates) {
          eNet[U - B + j] += eS[c] * past[slopes + 2 * C + c];
          eS[c] *= past[a + U - B + j];
        }
      }
      for (let u = 0; u < U; u++) {
        if (this.symbolic) dW[drawn.symbols[start + t] * U + u] += eNet[u];
        else for (let d = 0; d < D; d++) dW[d * U + u] += eNet[u] * drawn.x[(start + t) * D + d];
        dW[(M - 1) * U + u] += eNet[u];
      }
      for (let i = 0; i < this.numSeen; i++) {
        const v = this.firstSeen + i, before = t > 0 ? past[a - wide + v] : this.initialActivation;
        eA[v] = 0;
        for (let u = 0; u < U; u++) {
          eA[v] += W[(D + i) * U + u] * eNet[u];
          dW[(D + i) * U + u] += eNet[u] * before;
        }
      }
    }
  }

  /** Read sequence n without learning: per step the gates, contents and outputs, asked or not. */
  read(drawn, n) {
    const { D, B, C, O, U } = this, T = drawn.lengths[n], lists = { inward: B, contents: C, outward: this.net.output_gates ? B : 0, forget: this.net.forget_gates ? B : 0, outputs: O };
    const found = Object.fromEntries(Object.entries(lists).map(([name, size]) => [name, new Float64Array(T * size)]));
    this.reset();
    for (let t = 0; t < T; t++) {
      const at = n * drawn.steps + t;
      if (this.symbolic) this.symbol = drawn.symbols[at];
      else for (let d = 0; d < D; d++) this.seen[d] = drawn.x[at * D + d];
      this.hidden();
      this.outputs();
      for (let j = 0; j < B; j++) {
        found.inward[t * B + j] = this.a[j];
        if (this.net.output_gates) found.outward[t * B + j] = this.a[B + C + j];
        if (this.net.forget_gates) found.forget[t * B + j] = this.a[U - B + j];
      }
      found.contents.set(this.s, t * C);
      found.outputs.set(this.y, t * O);
    }
    return { ...found, steps: T };
  }
}
