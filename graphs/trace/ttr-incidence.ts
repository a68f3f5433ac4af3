/** Which transfers an account takes part in, and by which parts a push is divided among them. */
import type { TtrGraph } from './ttr.ts';

/** Fits a signed 64-bit integer, and is finer than a part of TTR's scale. */
const SHARE_BITS = 60n;

export interface Incidence {
  /** Where each account's entries begin; those of account `a` end where those of `a + 1` begin. */
  readonly start: Int32Array;
  /** In the order of time: 2·transfer where the account pays, 2·transfer + 1 where it is paid. */
  readonly entries: Int32Array;
  /**
   * By entry, in parts of 2^`shareBits`: of a payout, its part of the payer's payouts from it on; of a receipt, its part
   * of the payee's receipts up to it.
   */
  readonly share: BigInt64Array;
  readonly shareBits: bigint;
  /** Orders accounts by their first transfer, the payer before the payee, whatever their numbers. */
  readonly appearance: Int32Array;
}

export function incidenceOf(graph: TtrGraph): Incidence {
  const { accounts, from, to, value } = graph;
  const transfers = from.length;
  const counts = new Int32Array(accounts + 1);
  const share = new BigInt64Array(2 * transfers);
  const appearance = new Int32Array(accounts).fill(2 * transfers);
  const received = new Array<bigint>(accounts).fill(0n);
  const paid = new Array<bigint>(accounts).fill(0n);

  for (let transfer = 0; transfer < transfers; transfer += 1) {
    const [payer, payee, amount] = [from[transfer] ?? 0, to[transfer] ?? 0, value[transfer] ?? 0n];
    if (amount === 0n || payer === payee) continue;
    if (counts[payer] === 0) appearance[payer] = 2 * transfer;
    if (counts[payee] === 0) appearance[payee] = 2 * transfer + 1;
    counts[payer] = (counts[payer] ?? 0) + 1;
    counts[payee] = (counts[payee] ?? 0) + 1;
    const sum = (received[payee] ?? 0n) + amount;
    received[payee] = sum;
    share[2 * transfer + 1] = (amount << SHARE_BITS) / sum;
  }

  const start = new Int32Array(accounts + 1);
  for (let account = 0; account < accounts; account += 1)
    start[account + 1] = (start[account] ?? 0) + (counts[account] ?? 0);
  const entries = new Int32Array(start[accounts] ?? 0);
  const next = start.slice(1);
  for (let transfer = transfers - 1; transfer >= 0; transfer -= 1) {
    const [payer, payee, amount] = [from[transfer] ?? 0, to[transfer] ?? 0, value[transfer] ?? 0n];
    if (amount === 0n || payer === payee) continue;
    entries[placeBefore(next, payer)] = 2 * transfer;
    entries[placeBefore(next, payee)] = 2 * transfer + 1;
    const sum = (paid[payer] ?? 0n) + amount;
    paid[payer] = sum;
    share[2 * transfer] = (amount << SHARE_BITS) / sum;
  }
  return { start, entries, share, shareBits: SHARE_BITS, appearance };
}

function placeBefore(next: Int32Array, account: number): number {
  const place = (next[account] ?? 0) - 1;
  next[account] = place;
  return place;
}
