/**
 * Consolidation: a desk, in which few wallets bring together what they gather from many payers who have nothing to do with
 * each other, and which places it in fewer and larger sums.
 *
 * The domain's pattern 6, over-the-counter brokers: the inverse of fragmentation (press).
 */
import { type CaseView, STANDING } from '../findings/view.ts';
import {
  counted,
  isJudged,
  judged,
  makeFinding,
  payeesOf,
  payersOf,
  percentOf,
  room,
  roomAbove,
  strengthOf,
  sumOf,
} from './finding.ts';
import type { RoleFinding } from './types.ts';

export interface ConsolidationPolicy {
  readonly on: boolean;
  /** A gatherer passes so much of what it received on to the desk, in percent. */
  readonly leastForwarded: number;
  /** All gatherers of a desk have so many payers together, */
  readonly leastPayers: number;
  /** or one that was not read, and may have as many, paid the desk so often. */
  readonly leastOften: number;
  /** So much of what the desk received has to come from gatherers, in percent. */
  readonly leastShare: number;
  /** A wallet that more pay deals with the public, or is a service's that takes in its deposit addresses. */
  readonly mostPayers: number;
  /** A desk places what it holds with so many; what pays one alone gathers for that one. */
  readonly leastPayees: number;
  /** The mean payout is so much of the mean receipt, in percent. */
  readonly leastGrowth: number;
}

/** The share forwarded is Victor's (FC 2020); the others by `bench:roles --calibrate`, with room for desks that more networks pay. */
export const CONSOLIDATION: ConsolidationPolicy = {
  on: true,
  leastForwarded: 90,
  leastPayers: 12,
  leastOften: 20,
  leastShare: 50,
  mostPayers: 12,
  leastPayees: 2,
  leastGrowth: 110,
};

/** What gatherers brought to a desk. */
interface Brought {
  readonly rows: readonly number[];
  readonly gatherers: readonly number[];
  readonly unread: number;
  /** Of the gatherers that were read. */
  readonly payers: number;
}

/** One finding for each desk. Figures: gatherers, unread ones, their payers, transfers, share and growth in percent, payees. */
export function findConsolidation(view: CaseView, policy: ConsolidationPolicy): RoleFinding[] {
  if (!policy.on) return [];
  const gathersFor = gatherers(view, policy);
  return [...judged(view)].flatMap((account) => judge(view, account, policy, gathersFor) ?? []);
}

function judge(
  view: CaseView,
  account: number,
  policy: ConsolidationPolicy,
  gathersFor: ReadonlyMap<number, number>,
): RoleFinding | null {
  const [receipts, payouts] = [view.receipts(account), view.payouts(account)];
  const payees = payeesOf(view, payouts).size;
  if (payees < policy.leastPayees || payersOf(view, receipts).size > policy.mostPayers) return null;
  const { rows, gatherers: own, unread, payers } = broughtTo(view, account, policy, gathersFor);
  if (own.length === 0 || (payers < policy.leastPayers && unread === 0)) return null;
  const [received, paid] = [sumOf(view, receipts), sumOf(view, payouts)];
  const share = percentOf(sumOf(view, rows), received);
  const growth = percentOf(paid * BigInt(receipts.length), received * BigInt(payouts.length));
  if (share < policy.leastShare || growth < policy.leastGrowth) return null;
  return makeFinding({
    ...{ role: 'consolidation', account, rows: [...rows, ...payouts] },
    figures: { gatherers: own.length, unread, payers, transfers: rows.length, share, growth, payees },
    strength: strengthOf(
      roomAbove(Math.max(payers, unread > 0 ? policy.leastPayers : 0), policy.leastPayers),
      room(share, policy.leastShare, 100),
      roomAbove(growth, policy.leastGrowth),
    ),
    reason:
      `${share} % of what it received came in ${counted(rows.length, 'transfer')} from ${counted(own.length, 'wallet')} ` +
      `${saysWho(own.length, unread, payers)}; its ${counted(payouts.length, 'payout')} to ${counted(payees, 'wallet')} ` +
      `are ${(growth / 100).toFixed(1)} times as large on average.`,
  });
}

function saysWho(gatherers: number, unread: number, payers: number): string {
  if (unread === 0) return `that ${payers} payers had paid and that passed nearly all on to it`;
  const others = gatherers === 1 ? 'whose own payers were' : `of which ${unread} ${unread === 1 ? 'was' : 'were'}`;
  return `${others} not read`;
}

function broughtTo(
  view: CaseView,
  account: number,
  policy: ConsolidationPolicy,
  gathersFor: ReadonlyMap<number, number>,
): Brought {
  const { table, complete, standing } = view;
  const byPayer = new Map<number, number[]>();
  for (const row of view.receipts(account)) {
    const payer = table.from[row] ?? -1;
    const known = byPayer.get(payer);
    if (known === undefined) byPayer.set(payer, [row]);
    else known.push(row);
  }
  const isUnread = (payer: number, rows: readonly number[]) =>
    complete[payer] !== 1 && standing[payer] === STANDING.wallet && rows.length >= policy.leastOften;
  const unread = [...byPayer].filter(([payer, rows]) => isUnread(payer, rows));
  const read = [...byPayer].filter(([payer]) => gathersFor.get(payer) === account);
  const own = [...read, ...unread];
  return {
    rows: own.flatMap(([, rows]) => rows),
    gatherers: own.map(([payer]) => payer),
    unread: unread.length,
    payers: payersOf(
      view,
      read.flatMap(([payer]) => [...view.receipts(payer)]),
    ).size,
  };
}

/** Wallets that pass nearly all they receive on to one wallet, and whose it is; those that victims pay are collection wallets. */
function gatherers(view: CaseView, { leastForwarded }: ConsolidationPolicy): Map<number, number> {
  const found = new Map<number, number>();
  for (let account = 0; account < view.count; account += 1) {
    if (!isJudged(view, account) || view.hop[account] === 0) continue;
    const received = sumOf(view, view.receipts(account));
    const paid = new Map<number, bigint>();
    for (const row of view.payouts(account)) {
      const payee = view.table.to[row] ?? -1;
      paid.set(payee, (paid.get(payee) ?? 0n) + (view.table.value[row] ?? 0n));
    }
    for (const [payee, sum] of paid) if (percentOf(sum, received) >= leastForwarded) found.set(account, payee);
  }
  return found;
}
