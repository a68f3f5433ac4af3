/** The transfer graph as community detection takes it: without direction, one weight per pair of wallets. */
import type { OrderedRows } from '../rows.ts';

/** Two wallets that paid each other or one the other, by position, `a` before `b`. */
export interface Pair {
  readonly a: number;
  readonly b: number;
  /** Number of transfers between them. */
  readonly weight: number;
}

/**
 * Pairs in ascending order, each weighing the number of its non-zero transfers in both directions, over all assets.
 *
 * The number and not the amount: one large payment would outweigh the hundreds by which wallets that are run together
 * show themselves. Without direction: the library's directed variant did not end on graphs with large hubs. Victims' own
 * wallets are left out: a victim ties strangers together, and is no part of what is examined.
 */
export function projectPairs({ wallets, edges }: OrderedRows): Pair[] {
  const own = wallets.map((wallet) => wallet.report === 'own');
  const ways = edges
    .filter(({ source, target }) => !own[source] && !own[target])
    .map(({ source, target, count }) => ({ a: Math.min(source, target), b: Math.max(source, target), weight: count }))
    .sort((one, other) => one.a - other.a || one.b - other.b);
  const pairs: { a: number; b: number; weight: number }[] = [];
  for (const way of ways) {
    const last = pairs.at(-1);
    if (last?.a === way.a && last.b === way.b) last.weight += way.weight;
    else pairs.push(way);
  }
  return pairs;
}
