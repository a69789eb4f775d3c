// Reading a net that was trained with CTC: its best path, and the most probable labellings, as lstmlib.numpy.ctc does it.

/** The logarithms of the softmax of scores, in double precision. */
export function logSoftmax(scores) {
  const most = Math.max(...scores), sum = scores.reduce((total, value) => total + Math.exp(value - most), 0);
  return Array.from(scores, (value) => value - most - Math.log(sum));
}

const argmax = (list) => list.reduce((best, value, k) => (value > list[best] ? k : best), 0);

/** The runs of the best path that aren't blank: [{ label, from, to }], `to` the last step of the run. */
export function runs(logs, blank = 0) {
  const found = [];
  let before = blank;
  logs.forEach((step, t) => {
    const k = argmax(step);
    if (k !== blank && k === before) found.at(-1).to = t;
    else if (k !== blank) found.push({ label: k, from: t, to: t });
    before = k;
  });
  return found;
}

function add(a, b) { // the logarithm of the sum of two exponentials
  const most = Math.max(a, b);
  return most === -Infinity ? most : most + Math.log1p(Math.exp(Math.min(a, b) - most));
}

/** The most probable labellings that a beam of this width finds: [{ labels, log }], best first. */
export function beam(logs, width = 16, blank = 0) {
  let kept = [{ labels: [], quiet: 0, loud: -Infinity }]; // log probability of ending in a blank, and in a label
  for (const step of logs) {
    const grown = new Map();
    const at = (labels) => {
      const key = labels.join(" ");
      if (!grown.has(key)) grown.set(key, { labels, quiet: -Infinity, loud: -Infinity });
      return grown.get(key);
    };
    for (const { labels, quiet, loud } of kept) {
      const whole = add(quiet, loud), last = labels.at(-1), own = at(labels);
      own.quiet = add(own.quiet, whole + step[blank]);
      if (labels.length) own.loud = add(own.loud, loud + step[last]);
      step.forEach((value, k) => {
        if (k === blank) return;
        const longer = at([...labels, k]);
        longer.loud = add(longer.loud, (k === last ? quiet : whole) + value);
      });
    }
    const all = [...grown.values()].map((one) => ({ ...one, log: add(one.quiet, one.loud) }));
    kept = all.filter(({ log }) => log > -Infinity).sort((a, b) => b.log - a.log).slice(0, width);
  }
  return kept.map(({ labels, log }) => ({ labels, log: log ?? 0 }));
}
