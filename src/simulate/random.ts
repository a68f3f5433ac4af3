/**
 * Seeded randomness: the same seed gives the same numbers on every machine, now and later.
 *
 * The generator is sfc32 (Chris Doty-Humphrey, PractRand), seeded from SHA-256. Normal and exponential figures use
 * additions and multiplications only, because `Math.exp` and its kin may differ in the last bit between engines.
 */
import { hash } from 'node:crypto';

/** One part in a million: factors become integers here, so that amounts never pass through a float. */
const MILLION = 1_000_000;
const TWO_32 = 0x1_0000_0000;

export class Random {
  readonly #name: string;
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(seed: string) {
    this.#name = seed;
    const bytes = hash('sha256', seed, 'buffer');
    this.#a = bytes.readUInt32LE(0);
    this.#b = bytes.readUInt32LE(4);
    this.#c = bytes.readUInt32LE(8);
    for (let round = 0; round < 12; round += 1) this.#next();
  }

  /** A stream of its own, so that one actor's draws never shift another's. */
  fork(name: string): Random {
    return new Random(`${this.#name}/${name}`);
  }

  /** From 0 up to, but not including, 1. */
  fraction(): number {
    return this.#next() / TWO_32;
  }

  /** True with the given probability. */
  chance(probability: number): boolean {
    return this.fraction() < probability;
  }

  /** An integer from `low` to `high`, both included. */
  integer(low: number, high: number): number {
    return low + Math.floor(this.fraction() * (high - low + 1));
  }

  /** A bigint from `low` to `high`, both included, every one as likely as the next. */
  bigint(low: bigint, high: bigint): bigint {
    const span = high - low + 1n;
    const words = Math.ceil(span.toString(2).length / 32);
    const range = 1n << BigInt(32 * words);
    const fair = range - (range % span);
    for (;;) {
      let drawn = 0n;
      for (let word = 0; word < words; word += 1) drawn = (drawn << 32n) | BigInt(this.#next());
      if (drawn < fair) return low + (drawn % span);
    }
  }

  /** One of the items, of which there must be at least one. */
  pick<Item>(items: readonly Item[]): Item {
    const item = items[this.integer(0, items.length - 1)];
    if (item === undefined) throw new RangeError('nothing to pick from');
    return item;
  }

  /** One of the items, the first ones far more often: a few are known to many. */
  popular<Item>(items: readonly Item[]): Item {
    return items[Math.floor(items.length * this.fraction() * this.fraction())] ?? this.pick(items);
  }

  /** The items in another order; the given list stays as it is. */
  shuffle<Item>(items: readonly Item[]): Item[] {
    return this.sample(items, items.length);
  }

  /** So many of the items, in any order, none twice; all of them where there are fewer. Fisher and Yates' shuffle, cut short. */
  sample<Item>(items: readonly Item[], count: number): Item[] {
    const drawn = [...items];
    const last = Math.min(count, drawn.length);
    for (let place = 0; place < last; place += 1) {
      const from = this.integer(place, drawn.length - 1);
      [drawn[place], drawn[from]] = [drawn[from] as Item, drawn[place] as Item];
    }
    return drawn.slice(0, last);
  }

  /** Roughly normal with mean 0 and deviation 1: the sum of twelve fractions less six. */
  normal(): number {
    let sum = -6;
    for (let term = 0; term < 12; term += 1) sum += this.fraction();
    return sum;
  }

  /** A log-normal amount in base units: half of the draws lie below `median`, `spread` is the deviation of the logarithm. */
  amount(median: bigint, spread: number): bigint {
    return scale(median, exponential(spread * this.normal()));
  }

  /** The amount times a factor from `low` to `high`. */
  share(amount: bigint, low: number, high: number): bigint {
    return scale(amount, low + (high - low) * this.fraction());
  }

  #next(): number {
    const c = this.#c;
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (c + (c << 3)) | 0;
    this.#c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }
}

/** The amount times a factor, the factor taken to six decimals and the result rounded down. */
function scale(amount: bigint, factor: number): bigint {
  return (amount * BigInt(Math.round(factor * MILLION))) / BigInt(MILLION);
}

/** e to the power of x by its series, halved until the series is short and squared back. */
function exponential(x: number): number {
  if (x < 0) return 1 / exponential(-x);
  if (x > 0.5) {
    const root = exponential(x / 2);
    return root * root;
  }
  let term = 1;
  let sum = 1;
  for (let n = 1; n <= 15; n += 1) {
    term = (term * x) / n;
    sum += term;
  }
  return sum;
}
