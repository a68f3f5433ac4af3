/** The lots inside one transfer, in the order in which they left. One is used over and over: nothing is made per transfer. */

/** No transfer brought the lot: trails are not kept, or it has come from nowhere that is known. */
export const NO_TRAIL = -1;

/** Numbers of origins that are no sources: they come after all sources. */
export interface Origins {
  readonly sources: number;
  readonly untraced: number;
  readonly unknown: number;
}

export function originsOf(sources: number): Origins {
  return { sources, untraced: sources, unknown: sources + 1 };
}

export class Moved {
  size = 0;
  readonly origin: number[] = [];
  readonly amount: bigint[] = [];
  readonly hop: number[] = [];
  readonly trail: number[] = [];

  clear(): void {
    this.size = 0;
  }

  /** Adds a lot; one that differs in nothing from the one before becomes part of it. */
  add(origin: number, amount: bigint, hop: number, trail: number): void {
    const last = this.size - 1;
    if (last >= 0 && this.origin[last] === origin && this.hop[last] === hop && this.trail[last] === trail) {
      this.amount[last] = (this.amount[last] ?? 0n) + amount;
      return;
    }
    this.origin[this.size] = origin;
    this.amount[this.size] = amount;
    this.hop[this.size] = hop;
    this.trail[this.size] = trail;
    this.size += 1;
  }

  /** Adds all lots of another. */
  addAll(other: Moved): void {
    for (let lot = 0; lot < other.size; lot += 1)
      this.add(other.origin[lot] ?? 0, other.amount[lot] ?? 0n, other.hop[lot] ?? 0, other.trail[lot] ?? NO_TRAIL);
  }

  /** What of it is of sources that are asked about: those with a 1. */
  followed(asked: Uint8Array): bigint {
    let sum = 0n;
    for (let lot = 0; lot < this.size; lot += 1) {
      if (asked[this.origin[lot] ?? -1] === 1) sum += this.amount[lot] ?? 0n;
    }
    return sum;
  }
}
