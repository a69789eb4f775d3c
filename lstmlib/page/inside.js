// What errors do inside a net over one sequence: what each step asks of the hidden units' weights, and how much of an
// error arrives at each step before, as lstmlib.numpy.error_flow has it. Learners are those of lstm1997.js and simple.js.

/** Let a learner read the first T steps of sequence n; per step what the way back needs, and the error of an asked output. */
function forth(learner, drawn, n, T) {
  const { D, O } = learner, past = [], simple = learner.net.hidden_size !== undefined;
  learner.begin();
  learner.reset();
  for (let t = 0; t < T; t++) {
    const at = n * drawn.steps + t;
    if (learner.symbolic || simple) learner.symbol = drawn.symbols[at];
    else for (let d = 0; d < D; d++) learner.seen[d] = drawn.x[at * D + d];
    learner.hidden();
    learner.outputs();
    let error = null;
    if (drawn.mask[at]) {
      learner.measure(drawn, at);
      error = learner.e.slice();
      if (simple ? !learner.net.recurrent_outputs : learner.slope) for (let k = 0; k < O; k++) error[k] *= learner.y[k] * (1 - learner.y[k]);
    }
    past.push({ error, h: learner.h.slice(), slopes: (simple ? learner.slope : learner.slopes).slice(), a: simple ? null : learner.a.slice() });
  }
  return past;
}

/** What an error of the outputs asks of what they see of the hidden units: the cells' outputs, or the hidden units. */
function toHidden(learner, error) {
  const { O, V, net } = learner, size = net.hidden_size ?? learner.C;
  return Float64Array.from({ length: size }, (_, c) => {
    if (net.recurrent_outputs) return c < size - O ? 0 : error[c - size + O];
    return error.reduce((sum, e, k) => sum + V[c * O + k] * e, 0);
  });
}

/**
 * Send errors back from the last step to the first, along the paths that the learner's rule follows. `errorAt(t)` is what
 * step t's outputs ask of the cells (C,), or null. `visit(t, eNet, size)` hears what is asked of every net input of step
 * t, and how large the error is at the state before it.
 */
function back(learner, past, errorAt, visit) {
  if (learner.net.hidden_size !== undefined) return backSimple(learner, past, errorAt, visit);
  const { W, B, C, D, U, H, net, block, full } = learner, eA = new Float64Array(U), eS = new Float64Array(C), eNet = new Float64Array(U);
  for (let t = past.length - 1; t >= 0; t--) {
    const { a, slopes, h } = past[t], asked = errorAt(t);
    for (let u = 0; u < U; u++) eNet[u] = eA[u] * a[u] * (1 - a[u]);
    for (let c = 0; c < C; c++) {
      const j = block[c], eY = eA[B + c] + (asked ? asked[c] : 0);
      let toS = net.plain ? eY : eY * ((0.5 / H) * (H - h[c]) * (H + h[c]));
      if (net.output_gates) {
        const yOut = a[B + C + j];
        toS *= yOut;
        eNet[B + C + j] += eY * h[c] * yOut * (1 - yOut);
      }
      eS[c] += toS;
      eNet[j] += eS[c] * slopes[c];
      eNet[B + c] = eS[c] * slopes[C + c];
      if (net.forget_gates) {
        eNet[U - B + j] += eS[c] * slopes[2 * C + c];
        eS[c] *= a[U - B + j];
      }
    }
    eA.fill(0);
    for (let i = 0; full && i < learner.numSeen; i++) for (let u = 0; u < U; u++) eA[learner.firstSeen + i] += W[(D + i) * U + u] * eNet[u];
    visit(t, eNet, Math.hypot(...eA, ...eS));
  }
}

function backSimple({ W, D, H, rule }, past, errorAt, visit) {
  const eH = new Float64Array(H), eNet = new Float64Array(H);
  for (let t = past.length - 1; t >= 0; t--) {
    const asked = errorAt(t);
    for (let u = 0; u < H; u++) eNet[u] = (eH[u] + (asked ? asked[u] : 0)) * past[t].slopes[u];
    for (let k = 0; k < H; k++) eH[k] = eNet.reduce((sum, e, u) => sum + W[(D + k) * H + u] * e, 0);
    visit(t, eNet, Math.hypot(...eH));
    if (rule === "Elman") eH.fill(0); // its rule looks no further
  }
}

/**
 * What each step of sequence n asks of every hidden unit: (T, U) numbers, by which the rate is to be multiplied for what
 * the step adds to a bias. A weight from a source gets the same times what the source showed at that step; over all
 * steps that adds up to the learner's change at the sequence's end.
 */
export function pushes(learner, drawn, n) {
  const past = forth(learner, drawn, n, drawn.lengths[n]), U = learner.net.hidden_size ?? learner.U, found = new Float64Array(past.length * U);
  back(learner, past, (t) => past[t].error && toHidden(learner, past[t].error), (t, eNet) => found.set(eNet, t * U));
  return found;
}

/**
 * How large an error is at each lag q: the error of step `asked`'s outputs, and nothing else, on its way back through the
 * states. As lstmlib.numpy.error_flow(wrt="state"): the first number is its length at the cells' outputs.
 */
export function errorByLag(learner, drawn, n, asked, error = null) {
  const past = forth(learner, drawn, n, asked + 1), first = toHidden(learner, error ?? past[asked].error), found = new Float64Array(asked + 1);
  found[0] = Math.hypot(...first);
  back(learner, past, (t) => (t === asked ? first : null), (t, _, size) => t > 0 && (found[asked + 1 - t] = size));
  return found;
}
