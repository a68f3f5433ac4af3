/** Funders that serve whoever pays them: gas stations, and exchanges' wallets that no list names. They tie nobody. */
import type { CommunityPolicy } from './policy.ts';
import { keepPairs, PAIR_KIND, type TracedPairs } from './tie-pairs.ts';

/** Parts of one, in which the policy tells shares. */
const WHOLE = 1_000;

export function hasFunders({ kind }: TracedPairs): boolean {
  return kind.includes(PAIR_KIND.funder);
}

export function withoutFunders(pairs: TracedPairs): TracedPairs {
  return keepPairs(pairs, (pair) => pairs.kind[pair] !== PAIR_KIND.funder);
}

/**
 * The pairs without those of public funders: who pays fees in two communities that nothing but funders would join, and for strangers beside,
 * or in several such communities, whoever else. A network's own funder pays in one, or in two parts of one, and for nobody else.
 *
 * @param cluster of each node its community in the graph without funders; -1 for who is alone
 */
export function withoutPublicFunders(
  pairs: TracedPairs,
  cluster: Int32Array,
  { publicFunder }: CommunityPolicy,
): TracedPairs {
  const nodesOf = new Map<number, Set<number>>();
  for (let pair = 0; pair < pairs.count; pair += 1) {
    if (pairs.kind[pair] !== PAIR_KIND.funder) continue;
    const tie = pairs.tie[pair] ?? -1;
    const nodes = nodesOf.get(tie) ?? new Set();
    nodesOf.set(tie, nodes.add(pairs.a[pair] ?? 0).add(pairs.b[pair] ?? 0));
  }
  const open = new Set<number>();
  for (const [tie, nodes] of nodesOf) {
    const outside = pairs.outside[tie] ?? 0;
    const counts = new Map<number, number>();
    for (const node of nodes) counts.set(cluster[node] ?? -1, (counts.get(cluster[node] ?? -1) ?? 0) + 1);
    const isPart = (count: number, least: number) => count * WHOLE >= (nodes.size + outside) * least;
    const strangers = outside + (counts.get(-1) ?? 0);
    const served = [...counts].filter(([group, count]) => group >= 0 && isPart(count, publicFunder.leastServed));
    const isOpen = served.length >= publicFunder.leastAlone || isPart(strangers, publicFunder.leastStrangers);
    if (served.length > 1 && isOpen) open.add(tie);
  }
  return open.size === 0 ? pairs : keepPairs(pairs, (pair) => !open.has(pairs.tie[pair] ?? -1));
}
