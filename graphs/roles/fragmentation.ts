/**
 * Fragmentation: a large sum comes in, and leaves in many small ones within hours.
 *
 * The domain's pattern 5: outflows below 100 USD grew by 467 %, those of 100 to 1,000 by 180 % (press). What is small is told
 * against the sum that came, so that it holds in any asset.
 */
import type { CaseView } from '../findings/view.ts';
import {
  counted,
  during,
  judged,
  makeFinding,
  payeesOf,
  percentOf,
  roomAbove,
  spell,
  strengthOf,
  sumOf,
} from './finding.ts';
import type { RoleFinding } from './types.ts';

export interface FragmentationPolicy {
  readonly on: boolean;
  /** From the receipt to the last of the small sums, in milliseconds. */
  readonly within: number;
  /** A payout is small if it is no more than this of the receipt, in percent. */
  readonly mostPart: number;
  /** So many small sums have to leave, */
  readonly leastParts: number;
  /** and be so much of the receipt together, in percent. */
  readonly leastShare: number;
  /** Against the receipts of that time, there are at least so many times as many small sums. */
  readonly leastRatio: number;
}

/** A spray pays three to seven, and a desk two to five: eight are more than either. The others by `bench:roles --calibrate`. */
export const FRAGMENTATION: FragmentationPolicy = {
  on: true,
  within: 24 * 3_600_000,
  mostPart: 20,
  leastParts: 8,
  leastShare: 50,
  leastRatio: 3,
};

interface Round {
  readonly receipt: number;
  readonly parts: readonly number[];
}

/** One finding for each wallet. Figures: rounds, and of the largest: parts, payees, share in percent, minutes. */
export function findFragmentation(view: CaseView, policy: FragmentationPolicy): RoleFinding[] {
  return policy.on ? [...judged(view)].flatMap((account) => judge(view, account, policy) ?? []) : [];
}

function judge(view: CaseView, account: number, policy: FragmentationPolicy): RoleFinding | null {
  if (view.payouts(account).length < policy.leastParts) return null;
  const rounds = roundsOf(view, account, policy);
  const [largest] = [...rounds].sort((a, b) => b.parts.length - a.parts.length || a.receipt - b.receipt);
  if (largest === undefined) return null;
  const { receipt, parts } = largest;
  const { timestamp, value } = view.table;
  const took = (timestamp[parts.at(-1) ?? -1] ?? 0) - (timestamp[receipt] ?? 0);
  const share = percentOf(sumOf(view, parts), value[receipt] ?? 0n);
  const payees = payeesOf(view, parts).size;
  return makeFinding({
    ...{ role: 'fragmentation', account, rows: rounds.flatMap((round) => [round.receipt, ...round.parts]) },
    figures: { rounds: rounds.length, parts: parts.length, payees, share, minutes: Math.round(took / 60_000) },
    strength: strengthOf(roomAbove(parts.length, policy.leastParts), roomAbove(payees, 1)),
    reason:
      `Received one sum, and within ${spell(took)} paid ${Math.min(share, 100)} % of it out in ${counted(parts.length, 'part')} to ` +
      `${counted(payees, 'wallet')}, none of them more than ${policy.mostPart} % of it.`,
  });
}

/** From each receipt that none of the rounds before it reaches: the small sums that leave after it. */
function roundsOf(view: CaseView, account: number, policy: FragmentationPolicy): Round[] {
  const { timestamp, value } = view.table;
  const [receipts, payouts] = [view.receipts(account), view.payouts(account)];
  const rounds: Round[] = [];
  let free = Number.NEGATIVE_INFINITY;
  for (const receipt of receipts) {
    const [from, sum] = [timestamp[receipt] ?? 0, value[receipt] ?? 0n];
    if (from < free) continue;
    const later = [...during(view, payouts, from, from + policy.within)];
    const parts = later.filter((row) => (value[row] ?? 0n) * 100n <= sum * BigInt(policy.mostPart));
    const share = percentOf(sumOf(view, parts), sum);
    const last = timestamp[parts.at(-1) ?? -1] ?? from;
    const came = during(view, receipts, from, last).length;
    if (parts.length < policy.leastParts || share < policy.leastShare) continue;
    if (parts.length < policy.leastRatio * came) continue;
    rounds.push({ receipt, parts });
    free = last;
  }
  return rounds;
}
