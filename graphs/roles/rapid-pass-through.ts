/**
 * Rapid pass-through: money is in and out within minutes, and nothing is kept.
 *
 * The domain's pattern 4: very large tainted transfers were cleared in 1.6 minutes on average (press). A single fast
 * transfer happens to anybody, so that a part of what a wallet received has to have gone that way.
 */
import type { CaseView } from '../findings/view.ts';
import {
  counted,
  halfWithin,
  judged,
  makeFinding,
  paidToServices,
  percentOf,
  room,
  spell,
  strengthOf,
  sumOf,
  type Use,
  usesOf,
} from './finding.ts';
import type { RoleFinding } from './types.ts';

export interface RapidPassThroughPolicy {
  readonly on: boolean;
  /** From a receipt to the payouts that use it, in milliseconds. */
  readonly within: number;
  /** A receipt has passed through once payouts have used so much of it, in percent. */
  readonly leastUsed: number;
  /** So much of all that it received has to have passed through, in percent. */
  readonly leastShare: number;
  /** Of all that it received, it keeps no more than this, in percent. */
  readonly mostKept: number;
  /** A reported wallet of which services get more, in percent of what it paid, is taken for a deposit address. */
  readonly mostToServices: number;
}

/** Chosen over 3 to 15 minutes, 10 to 50 % and 5 to 100 % by `bench:roles --calibrate`; published times are shorter. */
export const RAPID_PASS_THROUGH: RapidPassThroughPolicy = {
  on: true,
  within: 8 * 60_000,
  leastUsed: 95,
  leastShare: 25,
  mostKept: 10,
  mostToServices: 90,
};

/** One finding for each such wallet. Figures: passed, share and kept in percent, halfWithinSeconds. */
export function findRapidPassThrough(view: CaseView, policy: RapidPassThroughPolicy): RoleFinding[] {
  return policy.on ? [...judged(view)].flatMap((account) => judge(view, account, policy) ?? []) : [];
}

function judge(view: CaseView, account: number, policy: RapidPassThroughPolicy): RoleFinding | null {
  const [receipts, payouts] = [view.receipts(account), view.payouts(account)];
  const [received, paid] = [sumOf(view, receipts), sumOf(view, payouts)];
  const kept = paid >= received ? 0 : percentOf(received - paid, received);
  if (payouts.length === 0 || kept > policy.mostKept) return null;
  const uses = usesOf(view, account).filter(({ wait }) => wait <= policy.within);
  const passed = passedReceipts(view, uses, policy.leastUsed);
  const share = percentOf(sumOf(view, passed), received);
  if (passed.size === 0 || share < policy.leastShare) return null;
  if (view.reported[account] === 1 && paidToServices(view, payouts) > policy.mostToServices) return null;
  const through = uses.filter(({ receipt }) => passed.has(receipt));
  const half = halfWithin(through);
  return makeFinding({
    ...{ role: 'rapid-pass-through', account, rows: through.flatMap(({ receipt, payout }) => [receipt, payout]) },
    figures: {
      passed: passed.size,
      receipts: receipts.length,
      share,
      kept,
      halfWithinSeconds: Math.ceil(half / 1_000),
    },
    strength: strengthOf(room(share, policy.leastShare, 100), room(half, policy.within, 0)),
    reason:
      `Paid out ${counted(passed.size, 'receipt')} of ${receipts.length}, ${share} % of all that came in, within ` +
      `${spell(policy.within)}, half of it within ${spell(half)}, and kept ${kept} %.`,
  });
}

/** Receipts of which these uses took nearly all. */
function passedReceipts({ table }: CaseView, uses: readonly Use[], leastUsed: number): Set<number> {
  const used = new Map<number, bigint>();
  for (const { receipt, value } of uses) used.set(receipt, (used.get(receipt) ?? 0n) + value);
  return new Set(
    [...used].filter(([row, value]) => percentOf(value, table.value[row] ?? 0n) >= leastUsed).map(([row]) => row),
  );
}
