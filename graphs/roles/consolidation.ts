/**
 * Consolidation: a desk, in which few wallets bring together what they gather from many payers who have nothing to do with
 * each other, and which places it.
 *
 * The domain's pattern 6, over-the-counter brokers: the inverse of fragmentation (press).
 */
import type { CaseView } from '../findings/view.ts';
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
  /** What a gatherer passes on of what it received, and what of that goes to the desk, in percent. */
  readonly leastForwarded: number;
  /** All gatherers of a desk have so many payers together. */
  readonly leastPayers: number;
  /** More gatherers are a service's deposit addresses. */
  readonly mostGatherers: number;
  /** A desk places what it holds with so many; what pays one alone gathers for that one. */
  readonly leastPayees: number;
  /** So much of what the desk received has to come from gatherers, in percent. */
  readonly leastShare: number;
}

/** The share forwarded is Victor's (FC 2020); the others by `bench:roles --calibrate`. */
export const CONSOLIDATION: ConsolidationPolicy = {
  on: true,
  leastForwarded: 90,
  leastPayers: 12,
  mostGatherers: 8,
  leastPayees: 2,
  leastShare: 50,
};

/** One finding for each desk. Figures: gatherers, payers of them, share and placed in percent, payees. */
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
  const { table } = view;
  const [receipts, payouts] = [[...view.receipts(account)], view.payouts(account)];
  const brought = receipts.filter((row) => gathersFor.get(table.from[row] ?? -1) === account);
  const own = [...payersOf(view, brought)];
  if (own.length === 0 || own.length > policy.mostGatherers) return null;
  const gathered = own.flatMap((gatherer) => [...view.receipts(gatherer)]);
  const payers = payersOf(view, gathered).size;
  const share = percentOf(sumOf(view, brought), sumOf(view, receipts));
  const payees = payeesOf(view, payouts).size;
  if (payers < policy.leastPayers || share < policy.leastShare || payees < policy.leastPayees) return null;
  return makeFinding({
    ...{ role: 'consolidation', account, rows: [...brought, ...payouts] },
    figures: { gatherers: own.length, payers, transfers: gathered.length, brought: brought.length, share, payees },
    strength: strengthOf(roomAbove(payers, policy.leastPayers), room(share, policy.leastShare, 100)),
    reason:
      `${share} % of what it received came from ${counted(own.length, 'wallet')} that ${payers} payers had paid and that passed ` +
      `nearly all on to it; it paid ${counted(payees, 'wallet')}.`,
  });
}

/** Wallets that pass nearly all they receive on to one wallet, and whose it is; those that victims pay are collection wallets. */
function gatherers(view: CaseView, { leastForwarded }: ConsolidationPolicy): Map<number, number> {
  const found = new Map<number, number>();
  for (let account = 0; account < view.count; account += 1) {
    if (!isJudged(view, account) || view.hop[account] === 0) continue;
    const [receipts, payouts] = [view.receipts(account), view.payouts(account)];
    const received = sumOf(view, receipts);
    const paid = new Map<number, bigint>();
    for (const row of payouts) {
      const payee = view.table.to[row] ?? -1;
      paid.set(payee, (paid.get(payee) ?? 0n) + (view.table.value[row] ?? 0n));
    }
    for (const [payee, sum] of paid) if (percentOf(sum, received) >= leastForwarded) found.set(account, payee);
  }
  return found;
}
