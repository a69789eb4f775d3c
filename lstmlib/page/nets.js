// Trained nets in the page: what lstmlib.files.save wrote, read and run in single precision as the library does.

/** A number of half precision, from its 16 bits. */
function single(bits) {
  const sign = bits & 0x8000 ? -1 : 1, exponent = (bits >> 10) & 31, fraction = bits & 1023;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (exponent ? 2 ** (exponent - 15) * (1 + fraction / 1024) : 2 ** -24 * fraction);
}

/** The arrays of a safetensors file, from its bytes as base 64: name -> { shape, data }, data a Float32Array.
 * Those in half precision become single: that is exact. */
export function tensors(text) {
  const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const start = 8 + Number(new DataView(bytes.buffer).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, start))), found = {};
  delete header.__metadata__;
  for (const [name, { dtype, shape, data_offsets: [from, to] }] of Object.entries(header)) {
    const buffer = bytes.slice(start + from, start + to).buffer;
    if (dtype === "F32") found[name] = { shape, data: new Float32Array(buffer) };
    else if (dtype === "F16") found[name] = { shape, data: Float32Array.from(new Uint16Array(buffer), single) };
    else throw new TypeError(`${name} is of ${dtype}, expected F32 or F16`);
  }
  return found;
}

/** The arrays whose names begin with a part's name and a point, by the rest of their names. */
export function part(all, name) {
  const own = Object.entries(all).filter(([key]) => key.startsWith(name + "."));
  return Object.fromEntries(own.map(([key, value]) => [key.slice(name.length + 1), value]));
}

/** W x + b, a Float32Array; x may be any list of numbers. */
export function linear({ weight, bias }, x) {
  const [O, D] = weight.shape, y = new Float32Array(O);
  if (x.length !== D) throw new RangeError(`x has ${x.length} numbers, expected ${D}`);
  for (let k = 0; k < O; k++) {
    let sum = bias ? bias.data[k] : 0;
    for (let n = 0; n < D; n++) sum += weight.data[k * D + n] * x[n];
    y[k] = sum;
  }
  return y;
}

const logistic = (z) => 0.5 + 0.5 * Math.tanh(0.5 * z);
const wired = (p, which) => ({ weight: p[`weight_${which}_l0`], bias: p[`bias_${which}_l0`] });

/**
 * An LSTM of one layer over a sequence of inputs: for each step { i, f, g, o, c, h }, Float32Arrays (H,).
 * `off` lists cells that are switched off: nobody sees them, h is 0; what they hold goes on by itself.
 */
export function lstm(p, sequence, { off = [], state } = {}) {
  const H = p.weight_hh_l0.shape[1], steps = [];
  let { h, c } = state ?? { h: new Float32Array(H), c: new Float32Array(H) };
  for (const x of sequence) {
    const net = linear(wired(p, "ih"), x), back = linear(wired(p, "hh"), h);
    const step = Object.fromEntries(["i", "f", "g", "o", "c", "h"].map((name) => [name, new Float32Array(H)]));
    for (let k = 0; k < H; k++) {
      const at = (gate) => net[gate * H + k] + back[gate * H + k];
      step.i[k] = logistic(at(0));
      step.f[k] = logistic(at(1));
      step.g[k] = Math.tanh(at(2));
      step.o[k] = logistic(at(3));
      step.c[k] = step.f[k] * c[k] + step.i[k] * step.g[k];
      step.h[k] = off.includes(k) ? 0 : step.o[k] * Math.tanh(step.c[k]);
    }
    ({ h, c } = step);
    steps.push(step);
  }
  return steps;
}

/** A GRU of one layer, its reset gate after the recurrent product: for each step { r, z, n, h }, Float32Arrays (H,). */
export function gru(p, sequence, { off = [], state } = {}) {
  const H = p.weight_hh_l0.shape[1], steps = [];
  let { h } = state ?? { h: new Float32Array(H) };
  for (const x of sequence) {
    const net = linear(wired(p, "ih"), x), back = linear(wired(p, "hh"), h);
    const step = Object.fromEntries(["r", "z", "n", "h"].map((name) => [name, new Float32Array(H)]));
    for (let k = 0; k < H; k++) {
      step.r[k] = logistic(net[k] + back[k]);
      step.z[k] = logistic(net[H + k] + back[H + k]);
      step.n[k] = Math.tanh(net[2 * H + k] + step.r[k] * back[2 * H + k]);
      step.h[k] = off.includes(k) ? 0 : (1 - step.z[k]) * step.n[k] + step.z[k] * h[k];
    }
    ({ h } = step);
    steps.push(step);
  }
  return steps;
}

/**
 * Two LSTMs over one sequence, one from each end, as lstmlib.numpy.Bidirectional: { there, back }, the steps of both by
 * the place in the sequence, and `y`, what both say there, (2H,) each. Cells of the second are counted on from H in `off`.
 */
export function bidirectional(p, sequence, { off = [] } = {}) {
  const H = p.weight_hh_l0.shape[1];
  const turned = Object.entries(p).filter(([name]) => name.endsWith("_reverse")).map(([name, value]) => [name.slice(0, -8), value]);
  const there = lstm(p, sequence, { off });
  const back = lstm(Object.fromEntries(turned), [...sequence].reverse(), { off: off.map((cell) => cell - H) }).reverse();
  return { there, back, y: there.map((step, t) => Float32Array.of(...step.h, ...back[t].h)) };
}
