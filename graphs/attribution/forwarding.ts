/**
 * Where a wallet's money goes on to: how much of what it received it paid to each payee, and in which order.
 *
 * What came after its last payout waits for the next one, for days or weeks: it counts neither way. Crumbs that stay behind are
 * within the share that need not be forwarded.
 */
import type { Histories } from './histories.ts';

export interface Forwarding {
  /** Received up to the last payout, in base units. */
  readonly received: bigint;
  /** What was paid to each payee, in the order in which each was first paid. */
  readonly payees: ReadonlyMap<number, bigint>;
  /** Payees of all payouts, in order; one that is paid several times in a row stands once. */
  readonly turns: readonly number[];
}

/** `null` where the wallet has paid nothing, or where its history is not whole. */
export function forwardingOf({ table, complete, received, paid }: Histories, account: number): Forwarding | null {
  const payouts = paid(account);
  const last = payouts.at(-1);
  if (complete[account] !== 1 || last === undefined) return null;
  const payees = new Map<number, bigint>();
  const turns: number[] = [];
  for (const row of payouts) {
    const payee = table.to[row] ?? -1;
    payees.set(payee, (payees.get(payee) ?? 0n) + (table.value[row] ?? 0n));
    if (turns.at(-1) !== payee) turns.push(payee);
  }
  let sum = 0n;
  // Transfers of one instant have no certain order: what came with the last payout may have gone with it.
  const until = table.timestamp[last] ?? 0;
  for (const row of received(account)) if ((table.timestamp[row] ?? 0) <= until) sum += table.value[row] ?? 0n;
  return { received: sum, payees, turns };
}

/** Whether so many percent of what was received is at least so much. */
export function isShare(part: bigint, whole: bigint, percent: number): boolean {
  return whole > 0n && part * 100n >= whole * BigInt(percent);
}

/** For each account the one payee to whom it forwards nearly all, else -1. */
export function soleSinks(histories: Histories, leastShare: number): Int32Array {
  const sinks = new Int32Array(histories.count).fill(-1);
  for (let account = 0; account < histories.count; account += 1) {
    const forwarding = forwardingOf(histories, account);
    if (forwarding === null) continue;
    for (const [payee, value] of forwarding.payees) {
      if (isShare(value, forwarding.received, leastShare)) sinks[account] = payee;
    }
  }
  return sinks;
}
