// NumPy's random numbers: PCG64 seeded by a SeedSequence, and those methods of its Generator that the tasks use. The
// same seed gives the same numbers, in the same order, as numpy.random.default_rng(seed).

// The 128-bit state in six limbs of 24 bits, five and a third of them used: products of two limbs, and sums of six
// such products, are whole numbers that a double holds exactly.
const LIMB = 16777216, SHIFT = 1 / LIMB;
const [M0, M1, M2, M3, M4, M5] = limbs(0x2360ed051fc65da44385df649fccf645n);

function limbs(value) {
  return Float64Array.from({ length: 6 }, (_, k) => Number((value >> BigInt(24 * k)) & 0xffffffn));
}

/** The state words that NumPy's SeedSequence makes of a list of integers from 0 to 2^32 - 1: two of 128 bits. */
function seedWords(entropy) {
  const hash = (constant, multiplier) => (value) => {
    value ^= constant;
    constant = Math.imul(constant, multiplier);
    value = Math.imul(value, constant);
    return value ^ (value >>> 16);
  };
  const mixed = hash(0x43b0d7e5, 0x931e8875), spread = hash(0x8b51f9dd, 0x58f38ded);
  const mix = (x, y) => {
    const value = Math.imul(0xca01f9dd, x) - Math.imul(0x4973f715, y) | 0;
    return value ^ (value >>> 16);
  };
  const pool = [0, 1, 2, 3].map((k) => mixed(entropy[k] ?? 0));
  for (let from = 0; from < 4; from++) {
    for (let to = 0; to < 4; to++) if (from !== to) pool[to] = mix(pool[to], mixed(pool[from]));
  }
  for (const word of entropy.slice(4)) for (let to = 0; to < 4; to++) pool[to] = mix(pool[to], mixed(word));
  const words = Array.from({ length: 8 }, (_, k) => BigInt(spread(pool[k % 4]) >>> 0));
  const long = (k) => (words[k + 1] << 96n) | (words[k] << 64n) | (words[k + 3] << 32n) | words[k + 2];
  return [long(0), long(4)];
}

// A ziggurat has 256 layers of one area: layer n reaches to edge[n], and from height[n] up.
// NumPy's table for the normal distribution: the layers' widths over 2^52, as bytes. Computed anew, a layer would differ
// in its last digits, and so would what is drawn from it.
const WIDTHS = [
  "edkVeDtJzzzG9v3jC42LPLRbLDyvUJI8YTtEOLl8lTwMpy/o/AGYPLzQTC4MI5o892E4L00AnDx0cnRaL6ydPMPVTC1IMp88rbuOJzJNoDxDXQ",
  "I7BfWgPHc2QZemkqE89Rp6j6InojyA2GM4LrWiPPWRV8A/PKM8L7GiwZ69ozxVm/+N7zmkPKf+PTa7saQ8dNMaYnUlpTyWzgengJWlPOp+2c8x",
  "AqY8PXyjYdJrpjxwBQCSotKmPKb4RtPaNqc8dyqzEK2YpzxD9UatRfinPHcKQ1PMVag8mnZ7nmSxqDyYz06pLgupPOoeLIJHY6k8RsU4jsm5qT",
  "wsp6TczA6qPFnNd21nYqo8MBYQbq20qjycbBNtsQWrPCl6QoeEVas8Op9Sjjakqzwygr8q1vGrPPNOWflwPqw8YTsypROKrDyLJnL+ydSsPEi3",
  "gA6fHq08EB/kKZ1nrTzDuCMAzq+tPFN28ak69608/u3Stes9rjwAb3oz6YOuPM6C+b06ya48JmLwhOcNrzyI9thU9lGvPK7Xh55tla88rC76fV",
  "PYrzzsNELgVg2wPJqPOfVALrA8/KUWnupOsDwQoHJbVm+wPAv0cZCGj7A8E2G8hH2vsDx/zEtmPc+wPGsIFkvI7rA87hWVMiAOsTy+DzEHRy2x",
  "PEGRjp8+TLE8HiDEvwhrsTw02ngap4mxPIht7lEbqLE8yyr4+GbGsTwu1OCTi+SxPJ+gQJmKArI86cbEcmUgsjwfw+l9HT6yPPtrqQy0W7I8f9",
  "MdZip5sjwb1xnHgZayPNouuGK7s7I8U7jhYtjQsjyOqcvo2e2yPNdIbg3BCrM8MLn04Y4nszyhXiZwRESzPNVSyrriYLM8algFvmp9szxksrJv",
  "3ZmzPAM9uL87trM84B1WmIbSszyDWnLevu6zPHSe4HHlCrQ8XXSmLfsmtDykMDzoAEO0PF3HynP3XrQ8NsNmnt96tDwvj0gyupa0PF1BAvaHsr",
  "Q83BGzrEnOtDwFpjgWAOq0PGJVXu+rBbU8WosK8k0htTxPZmrV5jy1PMiyG053WLU8eF9VDgB0tTwUhQ7GgY+1PFkbJCP9qrU8PXN90XLGtTzT",
  "jC974+G1PDhen8hP/bU8wx+jYLgYtjyisKLoHTS2PAsmtwSBT7Y8cpbJV+Jqtjw3MbGDQoa2PLGyUCmiobY8u0Oz6AG9tjxS0yhhYti2PFT4YT",
  "HE87Y862iL9ycPtzzGFGlRjiq3PNzucNz3Rbc8H3PlNWVhtzxJ9O/61ny3PJO9ushNmLc8CRSLPMqztzz7ItvzTM+3POfec4zW6rc8H+qGpGcG",
  "uDx2hsjaACK4PBWfic6iPbg8vfXRH05ZuDzFfnpvA3W4PC33R1/DkLg8Q8AFko6suDycDKGrZci4PCdqRFFJ5Lg8j7VzKToAuTxHgyjcOBy5PP",
  "wK7xJGOLk8iqIDeWJUuTzu1XC7jnC5PDEqLonLjLk8v5k/kxmpuTws2dWMecW5PBF0byvs4bk8StL6JnL+uTySNvk5DBu6PFvIoiG7N7o8iLsL",
  "nn9UujykqUpyWnG6PD0xoGRMjro8CPGfPlarujzO9VrNeMi6PDazi+G05bo8GqHDTwsDuzxbmJrwfCC7PAAM4KAKPrs8Az3OQbVbuzwniT+5fX",
  "m7PDz35fFkl7s8biWF22u1uzyiwC5rk9O7PIOugZvc8bs8oBbsbEgQvDwtevDl1y68PBwNbhOMTbw8BYfsCGZsvDwXpuvgZou8PKuiNr2Pqrw8",
  "kNY7x+HJvDw34GgwXum8PG6PizIGCb08IO83ENsovTxHxjMV3ki9PCPx55YQab08pfvX9HOJvTxwbiCZCaq9PA5J/PjSyr08Ny5SldHrvTwc0k",
  "n7Bg2+PPZG6sR0Lr48iNHBmRxQvjwl/pcvAHK+PAq/KkshlL48CG/3wIG2vjw6pxB2I9m+PKnsAWEI/L48IVPCijIfvzxtTbcPpEK/PGgBySBf",
  "Zr88gpeJBGaKvzy/InEYu66/PIXnL9Jg0788C/YYwVn4vzx1oNNH1A7APEfJjwKoIcA8qwKpg6k0wDzH9T5O2kfAPH6zrfY7W8A8aCanI9BuwD",
  "wXLmOPmILAPFSi6AiXlsA8xMBxdc2qwDxI1O7RPb/APDA9qjTq08A8k2URz9TowDy2n6bv//3APEFwIARuE8E8NV27myEpwTxtCcRpHT/BPDsu",
  "YEhkVcE88+6dO/lrwTxhEtJ034LBPKzrTlYamsE8ji9/d62xwTyUpnGpnMnBPDmu5Pvr4cE8Adniwp/6wTyBzASdvBPCPO7Tb3pHLcI8JJyspE",
  "VHwjzgWHbHvGHCPC5ZqPqyfMI8eA53zS6YwjxSCipTN7TCPJfbljHU0MI89XipsQ3uwjzurlbS7AvDPKOkaF57KsM8oxKuBcRJwzxAqDN60mnD",
  "PApBVpKzisM8+oiucHWswzymBBezJ8/DPHX0YKrb8sM82uW5nKQXxDyUXlQVmD3EPBU6p0TOZMQ8vEOcdWKNxDwnWmudc7fEPAKJzQ0l48Q8Qa",
  "zpU58QxTxCfjpSEUDFPBvkSqmxccU82Y1xi8ClxTz+0DokitzFPEwehs9pFsY86moAe85TxjzD5Z++QJXGPDLiCY1r28Y8NHpf8CgnxzxzBglW",
  "lXnHPIzO1vQt1Mc8NPIpBQM5yDwUfKq/D6vIPJZEb5TgLsk8q1dAAe7LyTxad5R43I/KPLH9eDgfmMs8M60JgrQ7zTw=",
].join("");
const NORMAL = (() => {
  const width = new Float64Array(Uint8Array.from(atob(WIDTHS), (letter) => letter.charCodeAt(0)).buffer);
  const x = width.map((value) => value * 2 ** 52), height = x.map((value, n) => (n ? Math.exp(-0.5 * value * value) : 1));
  return { edge: x[255], height, width, sure: x.map((value, n) => (n > 1 ? (x[n - 1] / value) * 2 ** 52 : n ? 0 : (x[255] / value) * 2 ** 52)) };
})();
const EXPONENTIAL = (() => {
  const x = new Float64Array(256), height = new Float64Array(256), area = 0.003949659822581557;
  x[255] = 7.69711747013105;
  height[255] = 0.0004541343538414965;
  height[0] = 1;
  for (let n = 254; n > 0; n--) {
    height[n] = height[n + 1] + area / x[n + 1];
    x[n] = -Math.log(height[n]);
  }
  x[0] = area / height[255];
  const sure = x.map((value, n) => (n > 1 ? x[n - 1] / value : n ? 0 : x[255] / value) * 2 ** 53);
  return { edge: x[255], height, width: x.map((value) => value / 2 ** 53), sure };
})();

/** A source of random numbers. `seed` is a list of integers from 0 to 2^32 - 1, as for numpy.random.default_rng. */
export class Random {
  constructor(seed) {
    const [start, stream] = seedWords(seed), all = (1n << 128n) - 1n, increment = ((stream << 1n) | 1n) & all;
    this.state = limbs((increment + start) & all);
    this.increment = limbs(increment);
    this.high = this.low = this.half = 0; // the last 64 bits, and 32 of them that are kept for the next call
    this.kept = false;
    this.next();
  }

  /** Draw 64 bits, into `high` and `low`. */
  next() {
    const s = this.state, c = this.increment;
    const s0 = s[0], s1 = s[1], s2 = s[2], s3 = s[3], s4 = s[4];
    let sum = s0 * M0 + c[0], over = Math.floor(sum * SHIFT);
    const l0 = sum - over * LIMB;
    sum = s0 * M1 + s1 * M0 + c[1] + over;
    over = Math.floor(sum * SHIFT);
    const l1 = sum - over * LIMB;
    sum = s0 * M2 + s1 * M1 + s2 * M0 + c[2] + over;
    over = Math.floor(sum * SHIFT);
    const l2 = sum - over * LIMB;
    sum = s0 * M3 + s1 * M2 + s2 * M1 + s3 * M0 + c[3] + over;
    over = Math.floor(sum * SHIFT);
    const l3 = sum - over * LIMB;
    sum = s0 * M4 + s1 * M3 + s2 * M2 + s3 * M1 + s4 * M0 + c[4] + over;
    over = Math.floor(sum * SHIFT);
    const l4 = sum - over * LIMB;
    sum = s0 * M5 + s1 * M4 + s2 * M3 + s3 * M2 + s4 * M1 + s[5] * M0 + c[5] + over;
    const l5 = sum - Math.floor(sum / 256) * 256;
    s[0] = l0;
    s[1] = l1;
    s[2] = l2;
    s[3] = l3;
    s[4] = l4;
    s[5] = l5;
    const low = (l0 | (l1 << 24)) ^ ((l2 >>> 16) | (l3 << 8)), high = ((l1 >>> 8) | (l2 << 16)) ^ (l4 | (l5 << 24));
    const turn = l5 >>> 2, by = turn & 31; // to the right
    const one = turn & 32 ? high : low, two = turn & 32 ? low : high;
    this.low = by ? (one >>> by) | (two << (32 - by)) : one;
    this.high = by ? (two >>> by) | (one << (32 - by)) : two;
  }

  /** Draw 32 bits; of every 64 the lower half comes first. */
  bits() {
    this.kept = !this.kept;
    if (!this.kept) return this.half >>> 0;
    this.next();
    this.half = this.high;
    return this.low >>> 0;
  }

  /** A number from 0 to `count` - 1, for count up to 2^20: by Lemire's method. */
  integer(count) {
    if (count === 1) return 0;
    let product = this.bits() * count, whole = Math.floor(product / 4294967296), rest = product - whole * 4294967296;
    if (rest < count) {
      const least = (4294967296 - count) % count;
      while (rest < least) {
        product = this.bits() * count;
        whole = Math.floor(product / 4294967296);
        rest = product - whole * 4294967296;
      }
    }
    return whole;
  }

  /** As many such numbers, in the order in which NumPy fills an array. */
  integers(count, size) {
    const found = new Int32Array(size);
    for (let k = 0; k < size; k++) found[k] = this.integer(count);
    return found;
  }

  /** Fair coins as bytes 0 and 1: what integers(2, size, dtype=uint8) draws, four of every 32 bits. */
  coins(size) {
    const found = new Uint8Array(size);
    let word = 0;
    for (let k = 0; k < size; k++) {
      word = k % 4 ? word >>> 8 : this.bits();
      found[k] = (word >>> 7) & 1;
    }
    return found;
  }

  /** A number from [0, 1). */
  random() {
    this.next();
    return ((this.high >>> 0) * 2097152 + (this.low >>> 11)) / 9007199254740992;
  }

  /** Numbers from [low, high). */
  uniform(low, high, size) {
    const found = new Float64Array(size), range = high - low;
    for (let k = 0; k < size; k++) found[k] = low + range * this.random();
    return found;
  }

  /** A number of the standard normal distribution. */
  normal() {
    const { edge, height, width, sure } = NORMAL;
    for (;;) {
      this.next();
      const n = this.low & 255, sign = this.low & 256 ? -1 : 1, side = this.low & 131072 ? -1 : 1;
      const whole = (this.high & 0x1fffffff) * 8388608 + (this.low >>> 9), x = whole * width[n];
      if (whole < sure[n]) return sign * x;
      if (n === 0) {
        for (;;) {
          const far = -Math.log1p(-this.random()) / edge, up = -Math.log1p(-this.random());
          if (up + up > far * far) return side * (edge + far);
        }
      }
      if ((height[n - 1] - height[n]) * this.random() + height[n] < Math.exp(-0.5 * x * x)) return sign * x;
    }
  }

  /** A number of the exponential distribution with mean 1. */
  exponential() {
    const { edge, height, width, sure } = EXPONENTIAL;
    for (;;) {
      this.next();
      const n = (this.low >>> 3) & 255, whole = (this.high >>> 0) * 2097152 + (this.low >>> 11), x = whole * width[n];
      if (whole < sure[n]) return x;
      if (n === 0) return edge - Math.log1p(-this.random());
      if ((height[n - 1] - height[n]) * this.random() + height[n] < Math.exp(-x)) return x;
    }
  }

  /** How many trials it takes until one of probability `p` succeeds, for p below 1/3. */
  geometric(p) {
    return Math.ceil(-this.exponential() / Math.log1p(-p));
  }
}
