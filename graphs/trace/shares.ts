/** Amounts per origin, of which a payout takes from each in proportion: what pro rata and LIBR have in common. */
import type { LedgerSpace } from './ledgers.ts';
import { Lots, NONE } from './lots.ts';
import { type Moved, NO_TRAIL } from './moved.ts';

export interface Shares {
  /** Adds to what an account has of an origin. */
  add(account: number, origin: number, amount: bigint, hop: number): void;
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
  const division = createDivision();

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
    add(account, origin, amount, hop) {
      let before = NONE;
      let lot = first[account] ?? NONE;
      while (lot !== NONE && (lots.origin[lot] ?? 0) < origin) {
        before = lot;
        lot = lots.next[lot] ?? NONE;
      }
      if (lot !== NONE && lots.origin[lot] === origin) {
        lots.amount[lot] = (lots.amount[lot] ?? 0n) + amount;
        if (hop < (lots.hop[lot] ?? 0)) lots.hop[lot] = hop;
        return;
      }
      const created = lots.create(origin, amount, hop, NO_TRAIL);
      lots.next[created] = lot;
      if (before === NONE) first[account] = created;
      else lots.next[before] = created;
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
function createDivision() {
  const amounts: bigint[] = [];
  const parts: bigint[] = [];
  const remainders: bigint[] = [];
  const byRemainder = (a: number, b: number) => {
    const [one, other] = [remainders[a] ?? 0n, remainders[b] ?? 0n];
    return one > other ? -1 : one < other ? 1 : a - b;
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
      const order = Array.from({ length: count }, (_, index) => index).sort(byRemainder);
      for (let place = 0; place < Number(left); place += 1) {
        const index = order[place] ?? 0;
        parts[index] = (parts[index] ?? 0n) + 1n;
      }
      return parts;
    },
  };
}
