/** Lots of all ledgers in common columns, linked to lists; those that are used up are used again. */
import { type Amounts, createAmounts, grown, resizeAmounts } from './amounts.ts';

/** The end of a list. */
export const NONE = -1;
const FIRST_SIZE = 1_024;

export class Lots {
  origin = new Int32Array(FIRST_SIZE);
  hop = new Int32Array(FIRST_SIZE);
  trail = new Int32Array(FIRST_SIZE);
  /** The next lot of its list. */
  next = new Int32Array(FIRST_SIZE);
  amount: Amounts;
  readonly #most: bigint;
  #used = 0;
  #free = NONE;

  /** @param most what no lot can exceed */
  constructor(most: bigint) {
    this.#most = most;
    this.amount = createAmounts(FIRST_SIZE, most);
  }

  /** A new lot, in no list yet. */
  create(origin: number, amount: bigint, hop: number, trail: number): number {
    let lot = this.#free;
    if (lot === NONE) {
      if (this.#used === this.origin.length) this.#grow();
      lot = this.#used;
      this.#used += 1;
    } else this.#free = this.next[lot] ?? NONE;
    this.origin[lot] = origin;
    this.amount[lot] = amount;
    this.hop[lot] = hop;
    this.trail[lot] = trail;
    this.next[lot] = NONE;
    return lot;
  }

  /** Gives a lot back that is in no list any more. */
  release(lot: number): void {
    this.next[lot] = this.#free;
    this.#free = lot;
  }

  #grow(): void {
    const size = this.origin.length * 2;
    this.origin = grown(this.origin, size);
    this.hop = grown(this.hop, size);
    this.trail = grown(this.trail, size);
    this.next = grown(this.next, size);
    this.amount = resizeAmounts(this.amount, size, this.#most);
  }
}
