/** Ledgers as lists of lots, of which the first leaves first: what FIFO and LIFO have in common. */
import type { LedgerSpace, Ledgers } from './ledgers.ts';
import { Lots, NONE } from './lots.ts';
import { type Moved, NO_TRAIL } from './moved.ts';

/** @param place where the lots of a transfer are put: behind all others, or before them; among themselves they keep their order */
export function createLotLedgers({ accounts, origins, most }: LedgerSpace, place: 'behind' | 'before'): Ledgers {
  const lots = new Lots(most);
  const first = new Int32Array(accounts).fill(NONE);
  const last = new Int32Array(accounts).fill(NONE);

  /** True when a lot differs from what another would be in nothing but the amount. */
  const alike = (lot: number, origin: number, hop: number, trail: number) =>
    lots.origin[lot] === origin && lots.hop[lot] === hop && lots.trail[lot] === trail;

  /** Takes from the list's lots for which `fits` holds, in its order. Returns what is missing. */
  const takeFrom = (account: number, amount: bigint, moved: Moved, fits: (origin: number) => boolean): bigint => {
    let due = amount;
    let before = NONE;
    let lot = first[account] ?? NONE;
    while (lot !== NONE && due > 0n) {
      const next = lots.next[lot] ?? NONE;
      const origin = lots.origin[lot] ?? 0;
      if (!fits(origin)) {
        before = lot;
        lot = next;
        continue;
      }
      const held = lots.amount[lot] ?? 0n;
      const taken = held < due ? held : due;
      moved.add(origin, taken, lots.hop[lot] ?? 0, lots.trail[lot] ?? NO_TRAIL);
      due -= taken;
      if (taken < held) {
        lots.amount[lot] = held - taken;
        return 0n;
      }
      if (before === NONE) first[account] = next;
      else lots.next[before] = next;
      if (next === NONE) last[account] = before;
      lots.release(lot);
      lot = next;
    }
    return due;
  };
  const any = () => true;
  const isNoSource = (origin: number) => origin >= origins.sources;

  const append = (account: number, moved: Moved) => {
    for (let index = 0; index < moved.size; index += 1) {
      const [origin, hop, trail] = [moved.origin[index] ?? 0, moved.hop[index] ?? 0, moved.trail[index] ?? NO_TRAIL];
      const amount = moved.amount[index] ?? 0n;
      const end = last[account] ?? NONE;
      if (end !== NONE && alike(end, origin, hop, trail)) {
        lots.amount[end] = (lots.amount[end] ?? 0n) + amount;
        continue;
      }
      const lot = lots.create(origin, amount, hop, trail);
      if (end === NONE) first[account] = lot;
      else lots.next[end] = lot;
      last[account] = lot;
    }
  };
  const prepend = (account: number, moved: Moved) => {
    for (let index = moved.size - 1; index >= 0; index -= 1) {
      const [origin, hop, trail] = [moved.origin[index] ?? 0, moved.hop[index] ?? 0, moved.trail[index] ?? NO_TRAIL];
      const amount = moved.amount[index] ?? 0n;
      const head = first[account] ?? NONE;
      if (head !== NONE && alike(head, origin, hop, trail)) {
        lots.amount[head] = (lots.amount[head] ?? 0n) + amount;
        continue;
      }
      const lot = lots.create(origin, amount, hop, trail);
      lots.next[lot] = head;
      first[account] = lot;
      if (head === NONE) last[account] = lot;
    }
  };
  return {
    put: place === 'behind' ? append : prepend,
    take: (account, amount, moved) => takeFrom(account, amount, moved, any),
    takeNamed(account, amount, moved) {
      const due = takeFrom(account, amount, moved, isNoSource);
      return due === 0n ? 0n : takeFrom(account, due, moved, any);
    },
    each(account, tell) {
      for (let lot = first[account] ?? NONE; lot !== NONE; lot = lots.next[lot] ?? NONE)
        tell(lots.origin[lot] ?? 0, lots.amount[lot] ?? 0n, lots.hop[lot] ?? 0);
    },
  };
}
