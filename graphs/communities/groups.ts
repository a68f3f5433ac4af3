/** Groups of a graph's nodes, as numbers. */
import type { WeightedGraph } from './weighted-graph.ts';

export interface Partition {
  /** Of each node its group, from 0, in the order of their first nodes. */
  readonly group: Int32Array;
  readonly groups: number;
}

/** Groups numbered from 0 in the order of their first nodes. */
export function renumbered(group: ArrayLike<number>): Partition {
  const numbers = new Int32Array(group.length).fill(-1);
  const result = new Int32Array(group.length);
  let groups = 0;
  for (let node = 0; node < group.length; node += 1) {
    const own = group[node] ?? 0;
    if (numbers[own] === -1) {
      numbers[own] = groups;
      groups += 1;
    }
    result[node] = numbers[own] ?? 0;
  }
  return { group: result, groups };
}

/** Splits each group into its connected parts, numbered in the order of their first nodes. */
export function connectedParts({ nodes, offsets, neighbours }: WeightedGraph, group: ArrayLike<number>): Partition {
  const part = new Int32Array(nodes).fill(-1);
  const stack = new Int32Array(nodes);
  let groups = 0;
  for (let first = 0; first < nodes; first += 1) {
    if (part[first] !== -1) continue;
    part[first] = groups;
    stack[0] = first;
    for (let depth = 1; depth > 0; ) {
      depth -= 1;
      const node = stack[depth] ?? 0;
      for (let place = offsets[node] ?? 0; place < (offsets[node + 1] ?? 0); place += 1) {
        const other = neighbours[place] ?? 0;
        if (part[other] !== -1 || group[other] !== group[node]) continue;
        part[other] = groups;
        stack[depth] = other;
        depth += 1;
      }
    }
    groups += 1;
  }
  return { group: part, groups };
}
