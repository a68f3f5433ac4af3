/**
 * Pooling: wallets in which the takings of collection wallets come together, rest, and leave in rounds.
 *
 * The domain's pattern 1: in US v. about 225,364,961 USDT (25-cv-01907) 93 deposit addresses paid 35 intermediaries.
 */
import type { CaseView } from '../findings/view.ts';
import {
  counted,
  halfStayed,
  isJudged,
  isService,
  judged,
  makeFinding,
  payersOf,
  percentOf,
  roomAbove,
  spell,
  strengthOf,
  sumOf,
  usesOf,
} from './finding.ts';
import type { RoleFinding } from './types.ts';

export interface PoolingPolicy {
  readonly on: boolean;
  /** So many collection wallets have to pay it. */
  readonly leastCollections: number;
  /** Of one collection wallet alone, so many transfers. */
  readonly leastTransfers: number;
  /** What a payer counts as a collection wallet from: its passing on so much of what it received, in percent. */
  readonly leastForwarded: number;
  /** So much of what it received of others than services has to come from collection wallets, in percent. */
  readonly leastShare: number;
  /** A payout has to take what so many receipts brought: it is a round. */
  readonly leastGathered: number;
}

/** Two are "several"; the others are the least that still tell a pool from a hop in the economies of `bench:roles --calibrate`. */
export const POOLING: PoolingPolicy = {
  on: true,
  leastCollections: 2,
  leastTransfers: 3,
  leastForwarded: 80,
  leastShare: 20,
  leastGathered: 2,
};

/** One finding for each pool. Figures: collections, transfers from them, share in percent, rounds, held in minutes. */
export function findPools(view: CaseView, policy: PoolingPolicy): RoleFinding[] {
  if (!policy.on) return [];
  const collects = collectionsOf(view, policy);
  return [...judged(view)].flatMap((account) => judge(view, account, policy, collects) ?? []);
}

function judge(
  view: CaseView,
  account: number,
  policy: PoolingPolicy,
  collects: ReadonlySet<number>,
): RoleFinding | null {
  const { table, hop } = view;
  // A wallet that victims pay themselves is a collection wallet, whatever others bring it.
  if (hop[account] === 0) return null;
  const receipts = [...view.receipts(account)];
  const takings = receipts.filter((row) => collects.has(table.from[row] ?? -1));
  const collections = payersOf(view, takings).size;
  const isEnough = collections >= policy.leastCollections || takings.length >= policy.leastTransfers;
  if (collections === 0 || !isEnough) return null;
  const own = receipts.filter((row) => !isService(view, table.from[row] ?? -1));
  const share = percentOf(sumOf(view, takings), sumOf(view, own));
  if (share < policy.leastShare) return null;
  const uses = usesOf(view, account);
  const gathered = new Map<number, number>();
  for (const { payout } of uses) gathered.set(payout, (gathered.get(payout) ?? 0) + 1);
  const rounds = [...gathered].filter(([, count]) => count >= policy.leastGathered).map(([payout]) => payout);
  if (rounds.length === 0) return null;
  const held = halfStayed(uses);
  return makeFinding({
    ...{ role: 'pooling', account, rows: [...takings, ...rounds] },
    figures: {
      ...{ collections, transfers: takings.length, share, rounds: rounds.length },
      heldMinutes: Math.floor(held / 60_000),
    },
    strength: strengthOf(roomAbove(collections, 1), roomAbove(takings.length, 1), roomAbove(rounds.length, 1)),
    reason:
      `Received ${counted(takings.length, 'transfer')} from ${counted(collections, 'wallet')} that victims pay; half of what it paid out ` +
      `had rested for ${spell(held, 'down')} or longer, and ${counted(rounds.length, 'payout')} took what several transfers had brought.`,
  });
}

/** Wallets that victims pay and that pass on what they receive. */
function collectionsOf(view: CaseView, { leastForwarded }: PoolingPolicy): Set<number> {
  const found = new Set<number>();
  for (let account = 0; account < view.count; account += 1) {
    if (view.hop[account] !== 0 || !isJudged(view, account)) continue;
    const forwarded = percentOf(sumOf(view, view.payouts(account)), sumOf(view, view.receipts(account)));
    if (forwarded >= leastForwarded) found.add(account);
  }
  return found;
}
