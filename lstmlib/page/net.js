// The nets of 1997 and those without memory cells: sizes, who sees whom, how weights start. A net is an object with the
// fields of lstmlib.online.Net or SimpleNet, under the same names; parameters are { name: Float64Array }, row by row.

/** What follows from a Net's fields: numbers of units and sources, in the field's letters. */
export function sizes(net) {
  const D = net.input_size, B = net.num_blocks, S = net.block_size, O = net.output_size, C = B * S;
  const U = C + B * (1 + Number(net.output_gates) + Number(net.forget_gates));
  const firstSeen = net.gates_seen ? 0 : B, numSeen = !net.recurrent ? 0 : net.gates_seen ? U : C;
  const biased = (u) => net.biased === "all" || (net.biased === "gates" && (u < B || u >= B + C));
  return { D, B, S, O, C, U, M: D + numSeen + 1, firstSeen, numSeen, biasedUnits: Array.from({ length: U }, (_, u) => u).filter(biased) };
}

/** Name -> [rows, columns] of every parameter; a bias has no columns. */
export function shapes(net) {
  if (net.hidden_size !== undefined) return simpleShapes(net);
  const { D, O, C, U, numSeen, biasedUnits } = sizes(net), there = {};
  if (U) there.weight_ih = [U, D];
  if (numSeen) there.weight_hh = [U, numSeen];
  if (biasedUnits.length) there.bias = [biasedUnits.length];
  if (C) there.weight_out = [O, C];
  if (net.direct) there.weight_direct = [O, D];
  if (net.output_bias) there.bias_out = [O];
  return there;
}

function simpleShapes({ input_size: D, hidden_size: H, output_size: O, direct, recurrent_outputs }) {
  return { weight_ih: [H, D], weight_hh: [H, H], ...(!recurrent_outputs && { weight_out: [O, H] }), ...(direct && { weight_direct: [O, D] }) };
}

export const count = (net) => Object.values(shapes(net)).reduce((sum, [rows, columns = 1]) => sum + rows * columns, 0);

/** Draw parameters from U[-range, range], in the order of their names; without anything special about biases. */
export function drawAll(net, rng, range) {
  return Object.fromEntries(Object.entries(shapes(net)).map(([name, [rows, columns = 1]]) => [name, rng.uniform(-range, range, rows * columns)]));
}

/**
 * Draw the parameters of a Net. `biases` may hold where those of gates start, block by block: { input, output, forget };
 * with `noisy` these numbers are added to what was drawn. What forget gates add is drawn last.
 */
export function draw(net, rng, range, biases = {}, noisy = false) {
  const others = net.forget_gates ? drawAll({ ...net, forget_gates: false }, rng, range) : {};
  const params = drawAll(net, rng, range), shape = shapes(net), before = shapes({ ...net, forget_gates: false });
  for (const [name, values] of Object.entries(others)) {
    const wide = before[name][1] ?? 1, now = shape[name][1] ?? 1;
    values.forEach((value, k) => (params[name][Math.floor(k / wide) * now + (k % wide)] = value));
  }
  const B = net.num_blocks, end = params.bias?.length ?? 0;
  const first = { input: 0, output: end - (net.forget_gates ? 2 * B : B), forget: end - B };
  for (const [gate, values] of Object.entries(biases)) {
    values?.forEach((value, j) => (params.bias[first[gate] + j] = value + (noisy ? params.bias[first[gate] + j] : 0)));
  }
  return params;
}

/** Lay parameters out by source: W[k U + u] leads from source k (inputs, hidden units, 1) to hidden unit u, V to outputs. */
export function pack(net, params, W, V) {
  const { D, O, C, U, M, numSeen, biasedUnits } = sizes(net);
  const lay = (to, width, values, columns, first) => values?.forEach((value, k) => (to[(first + (k % columns)) * width + Math.floor(k / columns)] = value));
  W.fill(0);
  V.fill(0);
  lay(W, U, params.weight_ih, D, 0);
  lay(W, U, params.weight_hh, numSeen, D);
  params.bias?.forEach((value, k) => (W[(M - 1) * U + biasedUnits[k]] = value));
  lay(V, O, params.weight_out, C, 0);
  lay(V, O, params.weight_direct, D, C);
  lay(V, O, params.bias_out, 1, C + (net.direct ? D : 0));
}

/** The way back: copies. */
export function unpack(net, W, V) {
  const { D, O, C, U, M, numSeen, biasedUnits } = sizes(net), found = {};
  const take = (from, width, rows, columns, first) => Float64Array.from({ length: rows * columns }, (_, k) => from[(first + (k % columns)) * width + Math.floor(k / columns)]);
  const there = {
    weight_ih: () => take(W, U, U, D, 0),
    weight_hh: () => take(W, U, U, numSeen, D),
    bias: () => Float64Array.from(biasedUnits, (u) => W[(M - 1) * U + u]),
    weight_out: () => take(V, O, O, C, 0),
    weight_direct: () => take(V, O, O, D, C),
    bias_out: () => take(V, O, O, 1, C + (net.direct ? D : 0)),
  };
  for (const name of Object.keys(shapes(net))) found[name] = there[name]();
  return found;
}

/** Change weights by what was added up for them, times the learning rate, and start adding from zero. */
export function descend(weights, added, rate) {
  for (let k = 0; k < weights.length; k++) {
    weights[k] += rate * added[k];
    added[k] = 0;
  }
}
