/**
 * Where a wallet's money goes on to: how much of what it received it paid to each payee, and in which order.
 *
 * What came after its last payout waits for the next one, for days or weeks: it counts neither way. Crumbs that stay behind are
 * within the share that need not be forwarded.
 */
import type { Histories } from './histories.ts';

/** What is asked of histories here. */
type Dealings = Pick<Histories, 'table' | 'complete' | 'received' | 'paid'>;

export interface Forwarding {
  /** Received up to the last payout, in base units. */
  readonly received: bigint;
  /** What was paid to each payee, in the order in which each was first paid. */
  readonly payees: ReadonlyMap<number, bigint>;
  /** What came after the last payout and waits, in base units. */
  readonly waiting: bigint;
  /** Payees of all payouts, in order; one that is paid several times in a row stands once. */
  readonly turns: readonly number[];
}

/** `null` where the wallet has paid nothing, or where its history is not whole. */
export function forwardingOf(histories: Histories, account: number): Forwarding | null {
  const { table, complete, paid } = histories;
  const payouts = paid(account);
  if (complete[account] !== 1 || payouts.length === 0) return null;
  const payees = new Map<number, bigint>();
  const turns: number[] = [];
  for (const row of payouts) {
    const payee = table.to[row] ?? -1;
    payees.set(payee, (payees.get(payee) ?? 0n) + (table.value[row] ?? 0n));
    if (turns.at(-1) !== payee) turns.push(payee);
  }
  const known = receivedOf(histories, account);
  return { received: known, waiting: totalOf(table, histories.received(account)) - known, payees, turns };
}

/** What was received up to the last payout, in base units. */
function receivedOf({ table, received, paid }: Dealings, account: number): bigint {
  // Transfers of one instant have no certain order: what came with the last payout may have gone with it.
  const until = table.timestamp[paid(account).at(-1) ?? -1] ?? 0;
  let sum = 0n;
  for (const row of received(account)) if ((table.timestamp[row] ?? 0) <= until) sum += table.value[row] ?? 0n;
  return sum;
}

function totalOf(table: Histories['table'], rows: Int32Array): bigint {
  let sum = 0n;
  for (const row of rows) sum += table.value[row] ?? 0n;
  return sum;
}

/** Whether so many percent of what was received is at least so much. */
export function isShare(part: bigint, whole: bigint, percent: number): boolean {
  return whole > 0n && part * 100n >= whole * BigInt(percent);
}

/** Whether nearly all went on to wallets that `isMet` speaks of; never where the history is not whole. */
export function forwardsTo(
  histories: Dealings,
  account: number,
  leastShare: number,
  isMet: (payee: number) => boolean,
): boolean {
  const { table, complete, paid } = histories;
  if (complete[account] !== 1) return false;
  let sum = 0n;
  for (const row of paid(account)) if (isMet(table.to[row] ?? -1)) sum += table.value[row] ?? 0n;
  return sum > 0n && isShare(sum, receivedOf(histories, account), leastShare);
}
