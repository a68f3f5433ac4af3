/**
 * Collection: the wallets that victims are told to pay, which keep nothing.
 *
 * The domain's pattern 1: victims pool into deposit addresses (US v. about 225,364,961 USDT, 25-cv-01907).
 */
import type { CaseView } from '../findings/view.ts';
import { counted, judged, makeFinding, payersOf, percentOf, room, roomAbove, strengthOf, sumOf } from './finding.ts';
import type { RoleFinding } from './types.ts';

export interface CollectionPolicy {
  readonly on: boolean;
  /** Of what it received up to its last payout, so much has to have gone on, in percent. */
  readonly leastForwarded: number;
}

export const COLLECTION: CollectionPolicy = { on: true, leastForwarded: 90 };

export function findCollections(view: CaseView, policy: CollectionPolicy): RoleFinding[] {
  if (!policy.on) return [];
  const found: RoleFinding[] = [];
  for (const account of judged(view)) {
    const [receipts, payouts] = [view.receipts(account), view.payouts(account)];
    const forwarded = percentOf(sumOf(view, payouts), sumOf(view, receipts));
    if (view.hop[account] !== 0 || forwarded < policy.leastForwarded) continue;
    const payers = payersOf(view, receipts).size;
    found.push(
      makeFinding({
        ...{ role: 'collection', account, rows: receipts, figures: { payers, forwarded } },
        strength: strengthOf(room(forwarded, policy.leastForwarded, 100), roomAbove(payers, 1)),
        reason: `Was paid by ${counted(payers, 'wallet')} and passed on ${forwarded} % of it.`,
      }),
    );
  }
  return found;
}
