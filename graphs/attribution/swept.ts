/**
 * Wallets that were emptied into one wallet within minutes of each other: mules that meet again after a spray, or one
 * person's wallets that are cleared together. Wallets that a service sweeps are emptied so too, and say nothing.
 *
 * The domain's pattern 7, "spray and funnel"; the window is our own, calibrated on simulated networks.
 */
import { isShare } from './forwarding.ts';
import { evidenceOf, type Histories } from './histories.ts';
import type { AttributionPolicy } from './policy.ts';
import type { Tie } from './types.ts';

/**
 * One tie for each wallet into which others were emptied together, by chain, address and asset.
 *
 * @param excluded accounts of services and of deposit addresses, into which and from which nothing ties, and victims' own
 */
export function findSweptTogether(
  histories: Histories,
  excluded: ReadonlySet<number>,
  { sweptTogether }: AttributionPolicy,
): Tie[] {
  const ties: Tie[] = [];
  if (!sweptTogether.on) return ties;
  const { table, complete } = histories;
  const emptied = new Map<number, number[]>();
  for (let account = 0; account < histories.count; account += 1) {
    if (complete[account] !== 1 || excluded.has(account)) continue;
    for (const row of emptyingRows(histories, account, sweptTogether.leastShare)) {
      const into = table.to[row] ?? -1;
      // Into a wallet that was not read nothing ties either: it may be a service's.
      if (complete[into] !== 1 || excluded.has(into)) continue;
      const rows = emptied.get(into);
      if (rows === undefined) emptied.set(into, [row]);
      else rows.push(row);
    }
  }
  for (const into of histories.sorted) {
    const rows = (emptied.get(into) ?? []).sort((a, b) => a - b);
    for (const sweep of sweepsOf(table, rows, sweptTogether.within)) {
      const from = new Set(sweep.map((row) => table.from[row] ?? -1));
      if (from.size < 2) continue;
      const span = (table.timestamp[sweep.at(-1) ?? 0] ?? 0) - (table.timestamp[sweep[0] ?? 0] ?? 0);
      ties.push({
        kind: 'swept-together',
        by: histories.wallet(into),
        wallets: histories.sorted.filter((account) => from.has(account)).map(histories.wallet),
        confidence: Math.floor((100 * (from.size - 1)) / from.size),
        reason: `${from.size} wallets were emptied into one within ${minutes(span)}.`,
        evidence: evidenceOf(histories, sweep, { wallets: from.size, seconds: Math.round(span / 1_000) }),
      });
    }
  }
  return ties;
}

/** Payouts that take nearly all that is held. */
function emptyingRows({ table, received, paid }: Histories, account: number, leastShare: number): number[] {
  const rows: number[] = [];
  const receipts = received(account);
  let [balance, next] = [0n, 0];
  for (const payout of paid(account)) {
    for (let row = receipts[next]; row !== undefined && row < payout; row = receipts[next]) {
      balance += table.value[row] ?? 0n;
      next += 1;
    }
    const value = table.value[payout] ?? 0n;
    if (isShare(value, balance, leastShare)) rows.push(payout);
    balance = value >= balance ? 0n : balance - value;
  }
  return rows;
}

/** Rows in order, cut into stretches each of which lies within the time. */
function* sweepsOf({ timestamp }: Histories['table'], rows: readonly number[], within: number): Generator<number[]> {
  let sweep: number[] = [];
  for (const row of rows) {
    const [first] = sweep;
    if (first !== undefined && (timestamp[row] ?? 0) - (timestamp[first] ?? 0) > within) {
      yield sweep;
      sweep = [];
    }
    sweep.push(row);
  }
  if (sweep.length > 0) yield sweep;
}

function minutes(milliseconds: number): string {
  const whole = Math.max(1, Math.ceil(milliseconds / 60_000));
  return whole === 1 ? 'a minute' : `${whole} minutes`;
}
