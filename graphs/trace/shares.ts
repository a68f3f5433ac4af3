/** Amounts per origin, of which a payout takes from each in proportion: what pro rata and LIBR have in common. */
import { createAmounts } from './amounts.ts';
import type { LedgerSpace } from './ledgers.ts';
import { Lots, NONE } from './lots.ts';
import { type Moved, NO_TRAIL } from './moved.ts';

export interface Shares {
  /** Adds what arrives in one transfer to what an account has of each origin. */
  add(account: number, moved: Moved): void;
  /** Takes up to an amount of one origin. Returns what is missing. */
  takeOf(account: number, origin: number, amount: bigint, moved: Moved): bigint;
  /** Takes up to an amount from all origins before `until`, in proportion to what they have. Returns what is missing. */
  takeProportionally(account: number, amount: bigint, until: number, moved: Moved): bigint;
  each(account: number, tell: (origin: number, amount: bigint, hop: number) => void): void;
}

/**
 * From a balance B a payout x takes ⌊x·b/B⌋ of each origin that has b; the units that are left go one each to the largest
 * remainders, ties by the origin's number (Hamilton's method of apportionment).
 */
export function createShares({ accounts, most }: LedgerSpace): Shares {
  const lots = new Lots(most);
  /** Each account's origins, ascending. */
  const first = new Int32Array(accounts).fill(NONE);
  const division = createDivision(most);

  const take = (lot: number, before: number, account: number, amount: bigint, moved: Moved) => {
    const held = lots.amount[lot] ?? 0n;
    moved.add(lots.origin[lot] ?? 0, amount, lots.hop[lot] ?? 0, NO_TRAIL);
    if (amount < held) {
      lots.amount[lot] = held - amount;
      return lot;
    }
    if (before === NONE) first[account] = lots.next[lot] ?? NONE;
    else lots.next[before] = lots.next[lot] ?? NONE;
    lots.release(lot);
    return before;
  };

  return {
    add(account, moved) {
      let before = NONE;
      let lot = first[account] ?? NONE;
      let last = -1;
      for (let index = 0; index < moved.size; index += 1) {
        const [origin, amount, hop] = [moved.origin[index] ?? 0, moved.amount[index] ?? 0n, moved.hop[index] ?? 0];
        // They come by number as a rule, so that one pass puts all where they belong.
        if (origin < last) [before, lot] = [NONE, first[account] ?? NONE];
        last = origin;
        while (lot !== NONE && (lots.origin[lot] ?? 0) < origin) {
          before = lot;
          lot = lots.next[lot] ?? NONE;
        }
        if (lot !== NONE && lots.origin[lot] === origin) {
          lots.amount[lot] = (lots.amount[lot] ?? 0n) + amount;
          if (hop < (lots.hop[lot] ?? 0)) lots.hop[lot] = hop;
          continue;
        }
        const created = lots.create(origin, amount, hop, NO_TRAIL);
        lots.next[created] = lot;
        if (before === NONE) first[account] = created;
        else lots.next[before] = created;
        lot = created;
      }
    },

    takeOf(account, origin, amount, moved) {
      if (amount === 0n) return 0n;
      let before = NONE;
      for (let lot = first[account] ?? NONE; lot !== NONE; lot = lots.next[lot] ?? NONE) {
        if (lots.origin[lot] === origin) {
          const held = lots.amount[lot] ?? 0n;
          const taken = held < amount ? held : amount;
          take(lot, before, account, taken, moved);
          return amount - taken;
        }
        before = lot;
      }
      return amount;
    },

    takeProportionally(account, amount, until, moved) {
      let balance = 0n;
      let origins = 0;
      for (let lot = first[account] ?? NONE; lot !== NONE; lot = lots.next[lot] ?? NONE) {
        if ((lots.origin[lot] ?? 0) >= until) break;
        balance += lots.amount[lot] ?? 0n;
        division.amounts[origins] = lots.amount[lot] ?? 0n;
        origins += 1;
      }
      const parts = amount >= balance ? division.amounts : division.divide(amount, balance, origins);
      let before = NONE;
      let lot = first[account] ?? NONE;
      for (let origin = 0; origin < origins; origin += 1) {
        const next = lots.next[lot] ?? NONE;
        const part = parts[origin] ?? 0n;
        before = part === 0n ? lot : take(lot, before, account, part, moved);
        lot = next;
      }
      return amount > balance ? amount - balance : 0n;
    },

    each(account, tell) {
      for (let lot = first[account] ?? NONE; lot !== NONE; lot = lots.next[lot] ?? NONE)
        tell(lots.origin[lot] ?? 0, lots.amount[lot] ?? 0n, lots.hop[lot] ?? 0);
    },
  };
}

/** Divides amounts in proportion; its columns are used over and over. */
function createDivision(most: bigint) {
  const amounts: bigint[] = [];
  const parts: bigint[] = [];
  const remainders: bigint[] = [];
  let sorted = createAmounts(0, most);

  /** The remainder from which on the largest `count` begin. */
  const threshold = (origins: number, count: number): bigint => {
    if (sorted.length < origins) sorted = createAmounts(2 * origins, most);
    const column = sorted instanceof BigInt64Array ? sorted.subarray(0, origins) : sorted.slice(0, origins);
    for (let index = 0; index < origins; index += 1) column[index] = remainders[index] ?? 0n;
    // Columns of 64 bits are sorted natively, which matters with thousands of origins.
    if (column instanceof BigInt64Array) column.sort();
    else column.sort((a, b) => (a < b ? -1 : Number(a > b)));
    return column[origins - count] ?? 0n;
  };
  return {
    amounts,
    /** What of each of the first `count` amounts, which sum up to `balance`, a payout takes: it must be less than that. */
    divide(payout: bigint, balance: bigint, count: number): bigint[] {
      if (count === 1) {
        parts[0] = payout;
        return parts;
      }
      let left = payout;
      for (let index = 0; index < count; index += 1) {
        const product = payout * (amounts[index] ?? 0n);
        const part = product / balance;
        parts[index] = part;
        remainders[index] = product - part * balance;
        left -= part;
      }
      if (left === 0n) return parts;
      // Fewer units are left than there are origins. Those above the threshold get one each, then those at it, by number.
      let due = Number(left);
      const least = threshold(count, due);
      const give = (index: number) => {
        parts[index] = (parts[index] ?? 0n) + 1n;
        due -= 1;
      };
      for (let index = 0; index < count; index += 1) if ((remainders[index] ?? 0n) > least) give(index);
      for (let index = 0; index < count && due > 0; index += 1) if (remainders[index] === least) give(index);
      return parts;
    },
  };
}
