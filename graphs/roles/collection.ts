/**
 * Collection: wallets that victims were told to pay, and that keep nothing.
 *
 * The domain's pattern 1: victims pay into deposit addresses, intermediaries consolidate (US v. about 225,364,961 USDT,
 * 25-cv-01907). Forwarding nearly all is what Victor (FC 2020) takes for a deposit address: where a service is paid, it is one.
 */
import { type CaseView, STANDING } from '../findings/view.ts';
import {
  counted,
  judged,
  makeFinding,
  paidToServices,
  payeesOf,
  payersOf,
  percentOf,
  room,
  roomAbove,
  strengthOf,
  sumOf,
} from './finding.ts';
import type { RoleFinding } from './types.ts';

export interface CollectionPolicy {
  readonly on: boolean;
  /** Of what it received up to its last payout, so much has to have gone on, in percent. */
  readonly leastForwarded: number;
  /** From so much on, in percent of what it paid, that goes to services, it is taken for a deposit address. */
  readonly mostToServices: number;
  /** One that no report names, and no confirmed payment paid, needs so many victims among its payers. */
  readonly leastVictims: number;
  /** One that is only reported: so much of what it received has to come from where no followed money was before, in percent. */
  readonly leastUnfollowed: number;
}

/** The shares are Victor's (FC 2020), as for deposit addresses; the others mean "several" and "most", and were not fitted. */
export const COLLECTION: CollectionPolicy = {
  on: true,
  leastForwarded: 90,
  mostToServices: 90,
  leastVictims: 2,
  leastUnfollowed: 50,
};

/** What speaks for victims having been told to pay a wallet. */
interface Told {
  /** Confirmed payments, or other rows that speak for it. */
  readonly rows: readonly number[];
  readonly payments: number;
  readonly victims: number;
}

/** One finding for each wallet that collects. Figures: receipts, payers, payments, victims, forwarded in percent, payees. */
export function findCollections(view: CaseView, policy: CollectionPolicy): RoleFinding[] {
  if (!policy.on) return [];
  const payments = paymentRows(view);
  return [...judged(view)].flatMap((account) => judge(view, account, policy, payments) ?? []);
}

function judge(
  view: CaseView,
  account: number,
  policy: CollectionPolicy,
  payments: ReadonlySet<number>,
): RoleFinding | null {
  const [receipts, payouts] = [view.receipts(account), view.payouts(account)];
  const told = whoTold(view, account, policy, payments);
  if (told === null || payouts.length === 0) return null;
  const forwarded = Math.min(100, percentOf(sumOf(view, payouts), receivedUntilLastPayout(view, receipts, payouts)));
  if (forwarded < policy.leastForwarded || paidToServices(view, payouts) >= policy.mostToServices) return null;
  const [payers, payees] = [payersOf(view, receipts).size, payeesOf(view, payouts).size];
  const by = told.payments > 0 ? counted(told.payments, 'confirmed payment') : 'payments to a reported wallet';
  const who = told.payments > 0 || view.reported[account] === 1 ? by : counted(told.victims, 'victim');
  return makeFinding({
    ...{ role: 'collection', account, rows: [...told.rows, ...payouts] },
    figures: {
      ...{ receipts: receipts.length, payers, payments: told.payments, victims: told.victims },
      ...{ forwarded, payees, reported: view.reported[account] ?? 0 },
    },
    strength: strengthOf(room(forwarded, policy.leastForwarded, 100), roomAbove(receipts.length, 1)),
    reason: `Took in ${who}, ${counted(receipts.length, 'transfer')} in all, and passed ${forwarded} % on to ${counted(payees, 'wallet')}.`,
  });
}

function whoTold(
  view: CaseView,
  account: number,
  policy: CollectionPolicy,
  payments: ReadonlySet<number>,
): Told | null {
  const { table, standing, hop, reported } = view;
  const receipts = [...view.receipts(account)];
  const confirmed = receipts.filter((row) => payments.has(row));
  const ofVictims = receipts.filter((row) => standing[table.from[row] ?? -1] === STANDING.victim);
  const victims = payersOf(view, ofVictims).size;
  const told = { payments: confirmed.length, victims };
  if (confirmed.length > 0 || victims >= policy.leastVictims) return { ...told, rows: [...confirmed, ...ofVictims] };
  if (reported[account] !== 1) return null;
  // A report may name whom the money reached later. What looks like a payment is not money that was followed before.
  const fresh = receipts.filter((row) => isFresh(table.from[row] ?? -1));
  const share = percentOf(sumOf(view, fresh), sumOf(view, receipts));
  return share >= policy.leastUnfollowed && fresh.length > 0 ? { ...told, rows: fresh } : null;

  function isFresh(payer: number): boolean {
    return (hop[payer] ?? -1) < 0 || standing[payer] !== STANDING.wallet;
  }
}

function paymentRows({ plan }: CaseView): Set<number> {
  return new Set(plan.sources.filter(({ kind }) => kind === 'payment').map(({ row }) => row));
}

/** What came after the last payout waits for the next, and counts neither way. Of one instant, receipts come first. */
function receivedUntilLastPayout(view: CaseView, receipts: Int32Array, payouts: Int32Array): bigint {
  const until = view.table.timestamp[payouts.at(-1) ?? -1] ?? 0;
  return sumOf(
    view,
    receipts.filter((row) => (view.table.timestamp[row] ?? 0) <= until),
  );
}
