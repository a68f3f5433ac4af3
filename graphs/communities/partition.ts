/** Arithmetic on partitions: which group each wallet is in, by position. */
import type { Pair } from './projection.ts';

/**
 * Splits every community into its connected parts, and names each part by its lowest position.
 *
 * Louvain may return communities that are not connected inside: a wallet that held two halves together can move away
 * afterwards (Traag, Waltman and van Eck, "From Louvain to Leiden: guaranteeing well-connected communities", Scientific
 * Reports 9, 5233, 2019). Wallets that no payment ties together are no cluster.
 */
export function splitIntoConnected(communities: ArrayLike<number>, pairs: readonly Pair[]): Int32Array {
  const parent = Int32Array.from(communities, (_, position) => position);
  const rootOf = (position: number): number => {
    let at = position;
    for (let up = parent[at] ?? at; up !== at; up = parent[at] ?? at) {
      parent[at] = parent[up] ?? up;
      at = up;
    }
    return at;
  };
  for (const { a, b } of pairs) {
    if (communities[a] !== communities[b]) continue;
    const one = rootOf(a);
    const other = rootOf(b);
    parent[Math.max(one, other)] = Math.min(one, other);
  }
  return parent.map((_, position) => rootOf(position));
}

/**
 * Modularity at a resolution γ: the sum over groups of L/m − γ(K/2m)², where L is the weight inside the group, K the
 * weights of its wallets' pairs added up, and m the weight of all pairs. 0 where there are no pairs.
 *
 * Source: Newman, "Modularity and community structure in networks", PNAS 103, 2006; with γ, Reichardt and Bornholdt,
 * Physical Review E 74, 016110, 2006. Figures at different γ cannot be compared.
 */
export function modularityOf(groups: ArrayLike<number>, pairs: readonly Pair[], resolution: number): number {
  const inside = new Float64Array(groups.length);
  const touching = new Float64Array(groups.length);
  let all = 0;
  const add = (sums: Float64Array, group: number, weight: number): void => {
    sums[group] = (sums[group] ?? 0) + weight;
  };
  for (const { a, b, weight } of pairs) {
    const one = groups[a] ?? a;
    const other = groups[b] ?? b;
    all += weight;
    add(touching, one, weight);
    add(touching, other, weight);
    if (one === other) add(inside, one, weight);
  }
  if (all === 0) return 0;
  return inside.reduce((sum, weight, group) => {
    const share = (touching[group] ?? 0) / (2 * all);
    return sum + weight / all - resolution * share * share;
  }, 0);
}
