/** Ties between wallets as pairs beside those with transfers. */
import type { Wallet } from '../../src/chains/chain.ts';
import type { Tie } from '../attribution/types.ts';
import { byWallet, walletKey } from '../wallet-key.ts';
import type { CommunityPolicy } from './policy.ts';
import type { Pairs } from './weighted-graph.ts';

/** What makes a pair: transfers with traced money, or something that ties the wallets otherwise. */
export const PAIR_KIND = { transfers: 0, funder: 1, 'swept-together': 2 } as const;

/** The same two wallets may be a pair of each kind. Plain columns: what is handed to a thread. */
export interface TracedPairs extends Pairs {
  readonly a: Int32Array;
  readonly b: Int32Array;
  /** Whole numbers from 1. */
  readonly weight: Float64Array;
  /** One of `PAIR_KIND`. */
  readonly kind: Uint8Array;
  /** All that went from a to b, and from b to a, in base units. */
  readonly forth: Float64Array;
  readonly back: Float64Array;
  /** Of each node, all that it received from anybody, in base units. */
  readonly came: Float64Array;
  /** The number of the tie that makes the pair; -1 for transfers. */
  readonly tie: Int32Array;
  /** Of each tie, how many of its wallets that deal in the token are no nodes. */
  readonly outside: Int32Array;
}

/** Pairs with transfers alone. */
export type MovedPairs = Omit<TracedPairs, 'kind' | 'tie' | 'outside'>;

/** Parts of one, in which the weight of a tie is told. */
const WHOLE = 1_000;

/**
 * The pairs, and behind them those of the ties that are on. A tie of n wallets becomes a star of n − 1 pairs and not n(n − 1)/2, so that
 * a large one weighs in proportion to its wallets. Its centre is the wallet into which they were emptied, where that is a node, else
 * the first of them.
 *
 * @param nodesOf the nodes of a wallet's accounts, one per asset; -1 for one that is none
 */
export function addTies(
  pairs: MovedPairs,
  ties: readonly Tie[],
  nodesOf: (wallet: Wallet) => readonly number[],
  policy: CommunityPolicy,
): TracedPairs {
  let sum = 0;
  for (const weight of pairs.weight) sum += weight;
  // Where no money moved between two wallets there is no average, and any weight is as good.
  const heavy = Math.max(1, Math.round(pairs.count === 0 ? WHOLE : (sum / pairs.count) * (policy.tieWeight / WHOLE)));
  const tied: { a: number[]; b: number[]; kind: number[]; tie: number[] } = { a: [], b: [], kind: [], tie: [] };
  const outside: number[] = [];
  for (const tie of [...ties].sort(byTie)) {
    if (!policy.ties[tie.kind]) continue;
    const all = [...tie.wallets].sort(byWallet).flatMap(nodesOf);
    const around = [...new Set(all.filter((node) => node >= 0))];
    const number = outside.push(all.filter((node) => node < 0).length) - 1;
    const [centre = around[0]] = tie.kind === 'swept-together' ? nodesOf(tie.by).filter((node) => node >= 0) : [];
    for (const other of around) {
      if (centre === undefined || other === centre) continue;
      tied.a.push(Math.min(centre, other));
      tied.b.push(Math.max(centre, other));
      tied.kind.push(PAIR_KIND[tie.kind]);
      tied.tie.push(number);
    }
  }
  const count = pairs.count + tied.a.length;
  const all = {
    ...{ a: new Int32Array(count), b: new Int32Array(count), weight: new Float64Array(count).fill(heavy) },
    ...{ forth: new Float64Array(count), back: new Float64Array(count), came: pairs.came, count },
    ...{ kind: new Uint8Array(count), tie: new Int32Array(count).fill(-1), outside: Int32Array.from(outside) },
  };
  for (const column of ['a', 'b', 'weight', 'forth', 'back'] as const) all[column].set(pairs[column]);
  for (const column of ['a', 'b', 'kind', 'tie'] as const) all[column].set(tied[column], pairs.count);
  return all;
}

/** Those of the pairs that are to be kept, in the same order. */
export function keepPairs(pairs: TracedPairs, isKept: (pair: number) => boolean): TracedPairs {
  const kept = new Int32Array(pairs.count);
  let count = 0;
  for (let pair = 0; pair < pairs.count; pair += 1) {
    if (!isKept(pair)) continue;
    kept[count] = pair;
    count += 1;
  }
  const places = kept.subarray(0, count);
  const floats = (column: Float64Array) => Float64Array.from(places, (pair) => column[pair] ?? 0);
  return {
    ...{ count, outside: pairs.outside, came: pairs.came },
    a: places.map((pair) => pairs.a[pair] ?? 0),
    b: places.map((pair) => pairs.b[pair] ?? 0),
    ...{ weight: floats(pairs.weight), forth: floats(pairs.forth), back: floats(pairs.back) },
    kind: Uint8Array.from(places, (pair) => pairs.kind[pair] ?? 0),
    tie: places.map((pair) => pairs.tie[pair] ?? -1),
  };
}

function byTie(one: Tie, other: Tie): number {
  const [first, second] = [one, other].map(
    ({ kind, by, wallets }) => `${kind} ${walletKey(by)} ${wallets.map(walletKey).sort().join(' ')}`,
  );
  return (first ?? '') < (second ?? '') ? -1 : Number((first ?? '') > (second ?? ''));
}
