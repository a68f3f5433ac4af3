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
}

/** Parts of one, in which the weight of a tie is told. */
const WHOLE = 1_000;

/**
 * The pairs, and behind them those of the ties that are on. A tie of n wallets becomes a star of n − 1 pairs and not n(n − 1)/2, so that
 * a large one weighs in proportion to its wallets. Its centre is the wallet into which they were emptied, where that is a node, else
 * the first of them.
 *
 * @param nodesOf the nodes of a wallet, one per asset
 */
export function addTies(
  pairs: TracedPairs,
  ties: readonly Tie[],
  nodesOf: (wallet: Wallet) => readonly number[],
  policy: CommunityPolicy,
): TracedPairs {
  let sum = 0;
  for (const weight of pairs.weight) sum += weight;
  // Where no money moved between two wallets there is no average, and any weight is as good.
  const heavy = Math.max(1, Math.round(pairs.count === 0 ? WHOLE : (sum / pairs.count) * (policy.tieWeight / WHOLE)));
  const [a, b, kind]: [number[], number[], number[]] = [[], [], []];
  for (const tie of [...ties].sort(byTie)) {
    if (!policy.ties[tie.kind]) continue;
    const around = [...new Set([...tie.wallets].sort(byWallet).flatMap(nodesOf))];
    const [centre = around[0]] = tie.kind === 'swept-together' ? nodesOf(tie.by) : [];
    for (const other of around) {
      if (centre === undefined || other === centre) continue;
      a.push(Math.min(centre, other));
      b.push(Math.max(centre, other));
      kind.push(PAIR_KIND[tie.kind]);
    }
  }
  const count = pairs.count + a.length;
  const all = {
    ...{ a: new Int32Array(count), b: new Int32Array(count), weight: new Float64Array(count).fill(heavy) },
    ...{ kind: new Uint8Array(count), count },
  };
  for (const [to, from, tied] of [
    [all.a, pairs.a, a],
    [all.b, pairs.b, b],
    [all.kind, pairs.kind, kind],
  ] as const) {
    to.set(from);
    to.set(tied, pairs.count);
  }
  all.weight.set(pairs.weight);
  return all;
}

function byTie(one: Tie, other: Tie): number {
  const [first, second] = [one, other].map(
    ({ kind, by, wallets }) => `${kind} ${walletKey(by)} ${wallets.map(walletKey).sort().join(' ')}`,
  );
  return (first ?? '') < (second ?? '') ? -1 : Number((first ?? '') > (second ?? ''));
}
