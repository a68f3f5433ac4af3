/**
 * Peel chain: a large balance moves from new wallet to new wallet, and at each a small part leaves for elsewhere.
 *
 * The domain's pattern 17. That a wallet is new is seen by its history: one transfer filled it, and nothing came before.
 */
import { isShare } from '../attribution/forwarding.ts';
import type { CaseView } from '../findings/view.ts';
import { judged, makeFinding, percentOf, room, roomAbove, strengthOf, sumOf } from './finding.ts';
import type { RoleFinding } from './types.ts';

export interface PeelChainPolicy {
  readonly on: boolean;
  /** So many wallets in a row from which a small part left. */
  readonly leastPeels: number;
  /** The first receipt has to be so much of all that a wallet received, in percent. */
  readonly leastFilled: number;
  /** One payout has to take so much of it on to the next, in percent: what else left is the small part. */
  readonly leastPassed: number;
}

/**
 * Two in a row may be somebody who bought something and moved house; three wallets used for one sum each are a habit. A quarter is
 * what nobody calls a small part any more. Neither was fitted: simulated chains peel a seventh at most, and five times at least.
 */
export const PEEL_CHAIN: PeelChainPolicy = { on: true, leastPeels: 3, leastFilled: 90, leastPassed: 75 };

/** A wallet that one transfer filled: that row, what left on the side, and the row by which the rest went on. */
interface Link {
  readonly account: number;
  readonly filled: number;
  readonly peels: readonly number[];
  /** -1 where nothing was peeled, or the rest did not go to a new wallet: there a chain ends. */
  readonly onward: number;
}

/** One finding for each wallet of each chain, the last wallet among them. */
export function findPeelChains(view: CaseView, policy: PeelChainPolicy): RoleFinding[] {
  if (!policy.on) return [];
  const byAccount = new Map<number, Link>();
  const byFilled = new Map<number, Link>();
  for (const account of judged(view)) {
    const link = linkAt(view, account, policy);
    if (link === null) continue;
    byAccount.set(account, link);
    byFilled.set(link.filled, link);
  }
  return [...byAccount.values()].flatMap((link) => {
    const before = byAccount.get(view.table.from[link.filled] ?? -1);
    const isFirst = before?.onward !== link.filled;
    return isFirst ? findingsOf(view, chainFrom(link, byFilled), policy) : [];
  });
}

/** The wallet as a link; `null` where it was used before, or for several sums. */
function linkAt(view: CaseView, account: number, { leastFilled, leastPassed }: PeelChainPolicy): Link | null {
  const { value, timestamp, to } = view.table;
  const receipts = view.receipts(account);
  const [filled] = receipts;
  if (filled === undefined) return null;
  const sum = value[filled] ?? 0n;
  if (!isShare(sum, sumOf(view, receipts), leastFilled)) return null;
  const payouts = [...view.payouts(account)];
  if (payouts.some((row) => (timestamp[row] ?? 0) < (timestamp[filled] ?? 0))) return null;
  const isNew = (payee: number, row: number) => view.receipts(payee)[0] === row;
  const onward = payouts.find((row) => isShare(value[row] ?? 0n, sum, leastPassed) && isNew(to[row] ?? -1, row)) ?? -1;
  const peels = payouts.filter((row) => row !== onward);
  return onward < 0 || peels.length === 0
    ? { account, filled, peels: [], onward: -1 }
    : { account, filled, peels, onward };
}

/** The links from the first on. It ends, since a row fills one wallet alone, and nothing that is no link filled the first. */
function chainFrom(first: Link, byFilled: ReadonlyMap<number, Link>): Link[] {
  const chain: Link[] = [];
  for (let link: Link | undefined = first; link !== undefined; link = byFilled.get(link.onward)) chain.push(link);
  return chain;
}

function findingsOf(view: CaseView, chain: readonly Link[], policy: PeelChainPolicy): RoleFinding[] {
  const peeled = chain.filter(({ peels }) => peels.length > 0);
  if (peeled.length < policy.leastPeels) return [];
  const shares = peeled.map(({ filled, peels }) => percentOf(sumOf(view, peels), view.table.value[filled] ?? 0n));
  const mostPeeled = Math.max(...shares);
  const rows = chain.flatMap(({ filled, peels }) => [filled, ...peels]);
  const strength = strengthOf(
    roomAbove(peeled.length, policy.leastPeels - 1),
    room(mostPeeled, 100 - policy.leastPassed, 0),
  );
  return chain.map(({ account }, place) =>
    makeFinding({
      ...{ role: 'peel-chain', account, rows, strength },
      reason:
        `Is number ${place + 1} of ${chain.length} wallets through which one sum moved in a row, each of them new and filled by one ` +
        `transfer; at ${peeled.length} of them a small part, ${mostPeeled} % at most, left for elsewhere, and the rest moved on.`,
      figures: { place: place + 1, wallets: chain.length, peels: peeled.length, mostPeeled },
    }),
  );
}
