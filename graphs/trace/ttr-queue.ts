/** The accounts whose residual is above ε, largest first: a binary heap in which each stands once. */
export class LargestFirst {
  readonly #order: Int32Array;
  readonly #epsilon: bigint;
  readonly #keys: BigInt64Array;
  readonly #heap: Int32Array;
  /** Where each account stands in the heap; -1 where it does not. */
  readonly #places: Int32Array;
  #size = 0;

  /** @param order of two equal ones, that with the lesser number here is first; no two have the same */
  constructor(accounts: number, order: Int32Array, epsilon: bigint) {
    this.#order = order;
    this.#epsilon = epsilon;
    this.#keys = new BigInt64Array(accounts);
    this.#heap = new Int32Array(accounts);
    this.#places = new Int32Array(accounts).fill(-1);
  }

  /** Tells that an account has more than before; up to ε it does not count. */
  raise(account: number, key: bigint): void {
    if (key <= this.#epsilon) return;
    this.#keys[account] = key;
    let place = this.#places[account] ?? -1;
    if (place < 0) {
      place = this.#size;
      this.#size += 1;
    }
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = this.#heap[parent] ?? 0;
      if (!this.#isBefore(account, above)) break;
      this.#put(above, place);
      place = parent;
    }
    this.#put(account, place);
  }

  /** Takes the first out; -1 when there is none. */
  pop(): number {
    if (this.#size === 0) return -1;
    const first = this.#heap[0] ?? 0;
    this.#places[first] = -1;
    this.#size -= 1;
    if (this.#size > 0) this.#sink(this.#heap[this.#size] ?? 0);
    return first;
  }

  /** Puts an account where it belongs, from the top down. */
  #sink(account: number): void {
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= this.#size) break;
      if (child + 1 < this.#size && this.#isBefore(this.#heap[child + 1] ?? 0, this.#heap[child] ?? 0)) child += 1;
      const below = this.#heap[child] ?? 0;
      if (!this.#isBefore(below, account)) break;
      this.#put(below, place);
      place = child;
    }
    this.#put(account, place);
  }

  #put(account: number, place: number): void {
    this.#heap[place] = account;
    this.#places[account] = place;
  }

  #isBefore(a: number, b: number): boolean {
    const [one, other] = [this.#keys[a] ?? 0n, this.#keys[b] ?? 0n];
    return one === other ? (this.#order[a] ?? 0) < (this.#order[b] ?? 0) : one > other;
  }
}
