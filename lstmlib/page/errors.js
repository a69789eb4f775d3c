// What all learners measure of a sequence, as lstmlib's compiled ones do.

/** The errors of one sequence: `worst`, `mean` and `squared`, over outputs and the steps that count. */
export class Errors {
  constructor(outputs) {
    this.y = new Float64Array(outputs);
    this.e = new Float64Array(outputs);
    this.worst = this.mean = this.squared = this.answers = 0;
    this.taken = 0; // steps so far, of all sequences
  }

  begin() {
    this.worst = -Infinity;
    this.mean = this.squared = this.answers = 0;
  }

  /** Put target minus output into `e`, and add the step at a place of what was drawn to the sequence's errors. */
  measure(drawn, at) {
    const { y, e } = this, O = y.length, { targets, values, allowed } = drawn;
    let worst = this.worst, mean = this.mean, squared = this.squared, lowest = Infinity, highest = -Infinity;
    for (let k = 0; k < O; k++) {
      const target = targets ? Number(targets[at] === k) : values[at * O + k], error = target - y[k], size = Math.abs(error);
      e[k] = error;
      mean += size;
      squared += error * error;
      if (!allowed) worst = size > worst ? size : worst;
      else if (allowed[at * O + k]) lowest = y[k] < lowest ? y[k] : lowest;
      else highest = y[k] > highest ? y[k] : highest;
    }
    if (allowed && highest - lowest > worst) worst = highest - lowest;
    this.worst = worst;
    this.mean = mean;
    this.squared = squared;
    this.answers += O;
  }

  finish(length) {
    this.taken += length;
    this.mean /= this.answers;
    this.squared /= this.answers;
  }
}
