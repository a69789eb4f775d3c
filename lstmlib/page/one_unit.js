// One carousel with a weight in and a weight out that learns to keep the first of T numbers: lstmlib's Carousel with doors
// and a Linear read-out, by plain gradient descent on batches. The doors are set by hand, at the steps that are named.

import { Random } from "./random.js";

export const T = 20, BATCH = 128;

/** Which steps' doors are open, and which answers count; a step, or null for a door that stands open. */
const TASKS = {
  input: (door) => ({ left: door ? 0 : null, right: null, quiet: false }),
  output: (door) => ({ left: 0, right: door ? T - 1 : null, quiet: true }),
};

export class OneUnit {
  /** `conflict` is "input", keep the other numbers out, or "output", be silent until the end; `door`, whether a gate helps. */
  constructor({ conflict, door, seed }) {
    Object.assign(this, { ...TASKS[conflict](door), w: 0.1, b: 0, v: 0.1, d: 0, updates: 0, rng: new Random([seed]) });
    this.looked = { N: 2000, x: new Random([99]).uniform(-1, 1, T * 2000) };
  }

  get gain() {
    return this.w * this.v;
  }

  /** Minus the gradient of the mean squared error over N sequences x (T, N): for w and v step by step, for the biases in all. */
  pushes({ N, x }) {
    const { w, b, v, d, left, right, quiet } = this, toW = new Float64Array(T), toV = new Float64Array(T), held = new Float64Array(T), errors = new Float64Array(T);
    const count = quiet ? T * N : N;
    let toB = 0, toD = 0;
    for (let n = 0; n < N; n++) {
      let c = 0;
      for (let t = 0; t < T; t++) {
        if (left === null || t === left) c += w * x[t * N + n] + b;
        held[t] = c;
        const open = right === null || t === right, wanted = t === T - 1 ? x[n] : 0;
        errors[t] = quiet || t === T - 1 ? (2 * (wanted - (open ? v * c : 0) - d)) / count : 0;
        toD += errors[t];
        if (open) toV[t] += errors[t] * c;
      }
      let back = 0;
      for (let t = T - 1; t >= 0; t--) {
        if (right === null || t === right) back += errors[t] * v;
        if (left !== null && t !== left) continue;
        toW[t] += back * x[t * N + n];
        toB += back;
      }
    }
    return { w: toW, v: toV, b: toB, d: toD };
  }

  /** Learn from one more batch. */
  update(rate) {
    const pushed = this.pushes({ N: BATCH, x: this.rng.uniform(-1, 1, T * BATCH) }), sum = (list) => list.reduce((all, one) => all + one, 0);
    this.w += rate * sum(pushed.w);
    this.v += rate * sum(pushed.v);
    this.b += rate * pushed.b;
    this.d += rate * pushed.d;
    this.updates++;
  }
}
