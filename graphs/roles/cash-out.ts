/**
 * Cash-out: the last wallet before the exit. It pays followed money into accounts at services, or to services themselves. Strangers who
 * bought such money do so too, but most of theirs came from a service, or is not followed.
 *
 * The domain's patterns 1 and 11: mules' accounts at exchanges (144 of them in 25-cv-01907).
 */
import { isShare } from '../attribution/forwarding.ts';
import { type CaseView, STANDING } from '../findings/view.ts';
import {
  counted,
  judged,
  makeFinding,
  payeesOf,
  percentOf,
  room,
  roomAbove,
  strengthOf,
  sumOf,
  totalOf,
} from './finding.ts';
import type { RoleFinding } from './types.ts';

export interface CashOutPolicy {
  readonly on: boolean;
  /** Of the followed money that left it, so much went to services, in percent. */
  readonly leastShare: number;
  /** Of all that it received, so much was followed money, in percent. */
  readonly leastFollowed: number;
  /** Of all that it received, so much may have come from services, in percent. */
  readonly mostFromServices: number;
}

/**
 * At a wallet of a peel chain a twentieth is cashed out, and the rest moves on: that is the least that counts, and 6 % would lose a tenth
 * of the wallets. The other two keep out people who were sold followed money: without either of them eight of a hundred findings
 * more would be wrong in the calibrating economies.
 */
export const CASH_OUT: CashOutPolicy = { on: true, leastShare: 4, leastFollowed: 5, mostFromServices: 10 };

/** One finding for each wallet that cashes out. */
export function findCashOuts(view: CaseView, policy: CashOutPolicy): RoleFinding[] {
  if (!policy.on) return [];
  const { table, traced } = view;
  const found: RoleFinding[] = [];
  for (const account of judged(view)) {
    const payouts = view.payouts(account);
    const exits = [...payouts].filter((row) => (traced[row] ?? 0n) > 0n && isAtService(view, table.to[row] ?? -1));
    const [cashed, paid] = [totalOf(traced, exits), totalOf(traced, payouts)];
    if (!isShare(cashed, paid, policy.leastShare) || isStrangers(view, account, policy)) continue;
    const [share, places] = [percentOf(cashed, paid), payeesOf(view, exits).size];
    found.push(
      makeFinding({
        ...{ role: 'cash-out', account, rows: exits, figures: { share, exits: exits.length, places } },
        strength: strengthOf(room(share, policy.leastShare, 100), roomAbove(exits.length, 1)),
        reason:
          `Of the followed money that left it, ${share} % went to ${counted(places, 'wallet')} of services ` +
          `or accounts at them, in ${counted(exits.length, 'transfer')}.`,
      }),
    );
  }
  return found;
}

/** Whether most of its money has nothing to do with the case, or it lives on what it withdraws from services. */
function isStrangers(view: CaseView, account: number, { leastFollowed, mostFromServices }: CashOutPolicy): boolean {
  const receipts = [...view.receipts(account)];
  const received = sumOf(view, receipts);
  if (!isShare(totalOf(view.traced, receipts), received, leastFollowed)) return true;
  const withdrawn = receipts.filter((row) => isAtService(view, view.table.from[row] ?? -1));
  return sumOf(view, withdrawn) * 100n > received * BigInt(mostFromServices);
}

/** Whether it is a service, a possible one, or an account at one. */
function isAtService({ standing }: CaseView, account: number): boolean {
  const is = standing[account];
  return is === STANDING.account || is === STANDING.possible || is === STANDING.service;
}
