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

// A ziggurat has 256 layers of one area: layer n reaches to edge[n] and from height[n] up. The heights add up, so the
// small remainders are added up, too.
function ziggurat(edge, area, top, inverse, bits) {
  const x = new Float64Array(256), height = new Float64Array(256), scale = 2 ** bits;
  x[255] = edge;
  height[255] = top;
  height[0] = 1;
  let rest = 0;
  for (let n = 254; n > 0; n--) {
    const part = area / x[n + 1], sum = height[n + 1] + part, back = sum - height[n + 1];
    rest += height[n + 1] - (sum - back) + (part - back);
    height[n] = sum;
    x[n] = inverse(sum > 0.5 ? Math.log1p(sum - 1 + rest) : Math.log(sum + rest));
  }
  const width = x.map((value, n) => (n ? value : area / top) / scale);
  const sure = x.map((value, n) => (n > 1 ? (x[n - 1] / value) * scale : n ? 0 : ((edge * top) / area) * scale));
  return { edge, height, width, sure };
}

const NORMAL = ziggurat(3.6541528853610088, 0.0049286732339746557, 0.0012602859304985975, (log) => Math.sqrt(-2 * log), 52);
const EXPONENTIAL = ziggurat(7.69711747013105, 0.003949659822581557, 0.0004541343538414965, (log) => -log, 53);

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
