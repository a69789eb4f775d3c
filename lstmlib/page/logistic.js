// The logistic function as lstmlib's compiled learners have it: a polynomial for the exponential, with the same
// constants in the same order. There products and sums are rounded together, here each by itself: the last digit differs.

const ROUND = 6755399441055744, POWERS = Float64Array.from({ length: 2047 }, (_, k) => 2 ** (k - 1023));

/** Replace `count` numbers of an array, from `start` on, by 1 / (1 + exp(-x)). */
export function squash(array, start, count) {
  for (let n = start; n < start + count; n++) {
    const x = array[n], z = x > 700 ? -700 : x < -700 ? 700 : -x;
    const k = z * 1.4426950408889634 + ROUND - ROUND; // the whole number nearest to z / ln 2
    const r = k * -1.4286068203094173e-6 + (k * -0.693145751953125 + z), r2 = r * r, r4 = r2 * r2;
    const low = r2 * (r * 0.16666666666666666 + 0.5) + (r + 1);
    const middle = r2 * (r * 0.0001984126984126984 + 0.001388888888888889) + (r * 0.008333333333333333 + 0.041666666666666664);
    const high = r2 * (r * 2.505210838544172e-8 + 2.755731922398589e-7) + (r * 2.7557319223985893e-6 + 2.48015873015873e-5);
    const top = r * 1.6059043836821613e-10 + 2.08767569878681e-9;
    array[n] = 1 / ((r4 * (r4 * (r4 * top + high) + middle) + low) * POWERS[k + 1023] + 1);
  }
}
