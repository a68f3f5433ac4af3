/**
 * Inducement: a small payment back to a victim, who then trusts and pays more. The role is that of the wallet that pays back; of who
 * was paid, nothing is said.
 *
 * The domain's pattern 10: over 98,000 such payments a year (Griffin and Mei).
 */
import { type CaseView, STANDING } from '../findings/view.ts';
import { counted, judged, makeFinding, roomAbove, strengthOf, sumOf } from './finding.ts';
import type { RoleFinding } from './types.ts';

export interface InducementPolicy {
  readonly on: boolean;
  /** So many have to be paid back. */
  readonly leastVictims: number;
  /** Who is paid more often is somebody whom the wallet deals with. */
  readonly mostPayments: number;
  /** What is paid back may be so much of what its payee pays afterwards, in percent. */
  readonly mostShare: number;
}

/**
 * One payment to one victim may be a refund. Somebody who is lured is paid back once or twice, and less than what it is to bring; a third
 * leaves room for victims who stopped early. In the calibrating economies a tenth does as well, and three victims lose a tenth of the wallets.
 */
export const INDUCEMENT: InducementPolicy = { on: true, leastVictims: 2, mostPayments: 2, mostShare: 33 };

/** Rows of one payee: what it was paid back, and what it paid to reported wallets before that and after it. */
interface Lured {
  readonly back: readonly number[];
  readonly before: readonly number[];
  readonly after: readonly number[];
}

/** One finding for each wallet that pays victims back. */
export function findInducements(view: CaseView, policy: InducementPolicy): RoleFinding[] {
  if (!policy.on) return [];
  const { table, plan } = view;
  const paid = paymentsToReported(view);
  const usual = middleOf(plan.sources.map(({ row }) => table.value[row] ?? 0n));
  const found: RoleFinding[] = [];
  for (const account of judged(view)) {
    const lured: Lured[] = [];
    for (const [payee, back] of grouped(view.payouts(account), table.to)) {
      const each = luredBy(view, payee, back, paid.get(payee) ?? []);
      if (each !== null && isSmall(view, each, usual, policy)) lured.push(each);
    }
    if (lured.length < policy.leastVictims) continue;
    const seen = lured.filter(({ after }) => after.length > 0).length;
    found.push(
      makeFinding({
        ...{ role: 'inducement', account, figures: { victims: lured.length, seenToPayMore: seen } },
        rows: lured.flatMap(({ back, before, after }) => [...back, ...before, ...after]),
        strength: strengthOf(roomAbove(lured.length, policy.leastVictims - 1), seen / lured.length),
        reason:
          `Paid small sums to ${counted(lured.length, 'wallet')} of people who reported or who paid what was reported; ` +
          `${seen} of them ${seen === 1 ? 'is' : 'are'} seen to have paid reported wallets before, and more afterwards.`,
      }),
    );
  }
  return found;
}

/** Rows that reported wallets received, by who paid them, in the order of time. */
function paymentsToReported(view: CaseView): Map<number, number[]> {
  const rows: number[] = [];
  for (let account = 0; account < view.count; account += 1)
    if (view.reported[account] === 1) rows.push(...view.receipts(account));
  return grouped(
    rows.sort((a, b) => a - b),
    view.table.from,
  );
}

function grouped(rows: Iterable<number>, side: Int32Array): Map<number, number[]> {
  const groups = new Map<number, number[]>();
  for (const row of rows) {
    const group = groups.get(side[row] ?? -1);
    if (group === undefined) groups.set(side[row] ?? -1, [row]);
    else group.push(row);
  }
  return groups;
}

/** What one payee was paid, where it may be a victim: one that is known as such, or one that paid reported wallets before and after. */
function luredBy(view: CaseView, payee: number, back: readonly number[], paid: readonly number[]): Lured | null {
  const { timestamp } = view.table;
  const at = timestamp[back[0] ?? -1] ?? 0;
  const before = paid.filter((row) => (timestamp[row] ?? 0) < at);
  const after = paid.filter((row) => (timestamp[row] ?? 0) > at);
  const standing = view.standing[payee];
  // A victim who pays from an account at an exchange, and is paid back there, is not seen to pay.
  if (paid.length === 0) return standing === STANDING.victim ? { back, before, after } : null;
  const mayBeVictim = standing === STANDING.victim || standing === STANDING.wallet;
  return mayBeVictim && before.length > 0 && after.length > 0 ? { back, before, after } : null;
}

/** What is small is told by what the victim pays afterwards; where that is not seen, by the usual payment of the case's sources. */
function isSmall(view: CaseView, { back, after }: Lured, usual: bigint, policy: InducementPolicy): boolean {
  const beside = after.length > 0 ? sumOf(view, after) : usual;
  return back.length <= policy.mostPayments && sumOf(view, back) * 100n <= beside * BigInt(policy.mostShare);
}

/** The middle of amounts, the lower of two. */
function middleOf(amounts: bigint[]): bigint {
  amounts.sort((a, b) => (a < b ? -1 : Number(a > b)));
  return amounts[(amounts.length - 1) >> 1] ?? 0n;
}
