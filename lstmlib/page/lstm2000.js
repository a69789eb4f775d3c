// Long short-term memory with forget gates as it was first trained, on streams: lstmlib.online.LSTM2000 and its compiled
// twin, one net at a time. It is the learner of 1997 in which hidden units see the cells alone and a gate stands on the
// loop; what is its own is the order of the parameters, in which the forget gates are second and not last.

import { LSTM1997 } from "./lstm1997.js";

/** A Net2000 as a Net of net.js. */
export const asNet = (net) => ({
  ...net, biased: "gates", output_bias: true, output_gates: true, recurrent: true, gates_seen: false, direct: true, linear_output: false, swapped_ranges: false, plain: false,
});

/** For every row of a parameter of a Net2000 its row in LSTM1997: input gates, forget gates, cells, output gates; biases have no cells. */
function order({ num_blocks: B, block_size: S, forget_gates: forget }, cells) {
  const C = cells ? B * S : 0, from = (first, count) => Array.from({ length: count }, (_, k) => first + k);
  return [...from(0, B), ...(forget ? from(2 * B + C, B) : []), ...from(B, C), ...from(B + C, B)];
}

export class LSTM2000 extends LSTM1997 {
  /** `net` has the fields of lstmlib.online's Net2000; no state decays by a constant. */
  constructor(net) {
    super(asNet(net), { symbolic: true });
  }

  /** Give it parameters, { name: numbers row by row }, in the order of a Net2000. */
  put(params) {
    super.put(this.reordered(params, (from, to) => [from, to]));
  }

  /** The parameters in that order, copies. */
  get params() {
    return this.reordered(super.params, (from, to) => [to, from]);
  }

  reordered(params, pair) {
    const found = { ...params };
    for (const name of ["weight_ih", "weight_hh", "bias"]) {
      const rows = order(this.net, name !== "bias"), wide = params[name].length / rows.length;
      found[name] = new Float64Array(params[name].length);
      rows.forEach((there, here) => {
        const [from, to] = pair(here, there);
        for (let k = 0; k < wide; k++) found[name][to * wide + k] = params[name][from * wide + k];
      });
    }
    return found;
  }

  /** Take one step of a stream: the number of the symbol that is seen. Outputs are in `y`. */
  step(symbol) {
    this.symbol = symbol;
    this.hidden();
    this.outputs();
  }

  /** Learn from the step just taken: target minus output is in `e`. */
  correct(rate) {
    this.addError();
    this.update(rate);
  }
}
