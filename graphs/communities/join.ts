/** Communities that one method cut apart and strong ties hold together are joined again. */
import Heap from 'mnemonist/heap.js';
import { type Partition, renumbered } from './groups.ts';
import type { WeightedGraph } from './weighted-graph.ts';

/** Parts of one, in which the share is told. */
const WHOLE = 1_000;

interface Tied {
  readonly one: number;
  readonly other: number;
  readonly share: number;
}

/**
 * Joins two groups where more than a share of what all ties of the lighter one weigh goes to the other; those of the largest share first,
 * until there are none.
 *
 * Modularity cuts a large network into parts, the more the smaller the case is that it stands in, since it measures ties against
 * the whole graph (Fortunato and Barthélemy, PNAS 104, 2007). This share does not know how large the case is: it is the conductance of
 * the lighter group, restricted to one neighbour. Groups stay connected. The rule and its figure are our own.
 *
 * @param joinShare in thousandths
 */
export function joinTied(graph: WeightedGraph, { group, groups }: Partition, joinShare: number): Partition {
  const { nodes, offsets, neighbours, weights } = graph;
  const masses = new Float64Array(groups);
  const ties = Array.from({ length: groups }, () => new Map<number, number>());
  for (let node = 0; node < nodes; node += 1) {
    const own = group[node] ?? 0;
    for (let place = offsets[node] ?? 0; place < (offsets[node + 1] ?? 0); place += 1) {
      const other = group[neighbours[place] ?? 0] ?? 0;
      const weight = weights[place] ?? 0;
      masses[own] = (masses[own] ?? 0) + weight;
      if (other !== own) ties[own]?.set(other, (ties[own]?.get(other) ?? 0) + weight);
    }
  }
  const shareOf = (one: number, other: number): number => {
    const weight = ties[one]?.get(other) ?? 0;
    return (WHOLE * weight) / Math.min(masses[one] ?? 0, masses[other] ?? 0);
  };
  const strongest = new Heap<Tied>((a, b) => b.share - a.share || a.one - b.one || a.other - b.other);
  const offer = (a: number, b: number): void => {
    const share = shareOf(a, b);
    if (share > joinShare) strongest.push({ one: Math.min(a, b), other: Math.max(a, b), share });
  };
  ties.forEach((others, one) => {
    for (const other of others.keys()) if (one < other) offer(one, other);
  });
  const into = Int32Array.from({ length: groups }, (_, each) => each);
  for (let tied = strongest.pop(); tied !== undefined; tied = strongest.pop()) {
    const { one, other, share } = tied;
    if (into[one] !== one || into[other] !== other || !ties[one]?.has(other)) continue;
    // The share has fallen since a neighbour joined one of them: it waits for its turn.
    if (shareOf(one, other) !== share) {
      offer(one, other);
      continue;
    }
    const [kept, gone] = (ties[one]?.size ?? 0) < (ties[other]?.size ?? 0) ? [other, one] : [one, other];
    into[gone] = kept;
    masses[kept] = (masses[kept] ?? 0) + (masses[gone] ?? 0);
    ties[kept]?.delete(gone);
    for (const [third, weight] of ties[gone] ?? []) {
      if (third === kept) continue;
      const both = (ties[kept]?.get(third) ?? 0) + weight;
      ties[kept]?.set(third, both);
      ties[third]?.set(kept, both).delete(gone);
      offer(kept, third);
    }
    ties[gone] = new Map();
  }
  const last = (each: number): number => {
    let at = each;
    while (into[at] !== at) at = into[at] ?? at;
    return at;
  };
  return renumbered(group.map(last));
}
