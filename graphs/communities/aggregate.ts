/** The levels on which Leiden's method works: what was joined on one is a node of the next. */
import type { WeightedGraph } from './weighted-graph.ts';

/** A level of aggregation: nodes with what their pairs weigh in the whole graph, those inside them too. */
export interface Level {
  readonly graph: WeightedGraph;
  readonly mass: Float64Array;
}

/** The parts as nodes; what stands inside one counts in its mass alone. */
export function aggregate({ graph, mass }: Level, part: Int32Array, parts: number): Level {
  const { nodes, offsets, neighbours, weights } = graph;
  const sums = new Float64Array(parts);
  const starts = new Int32Array(parts + 1);
  for (let node = 0; node < nodes; node += 1) {
    const own = part[node] ?? 0;
    sums[own] = (sums[own] ?? 0) + (mass[node] ?? 0);
    starts[own + 1] = (starts[own + 1] ?? 0) + 1;
  }
  for (let each = 0; each < parts; each += 1) starts[each + 1] = (starts[each + 1] ?? 0) + (starts[each] ?? 0);
  const next = starts.slice();
  const members = new Int32Array(nodes);
  for (let node = 0; node < nodes; node += 1) {
    const own = part[node] ?? 0;
    const place = next[own] ?? 0;
    members[place] = node;
    next[own] = place + 1;
  }
  const ends = new Int32Array(parts + 1);
  const others = new Int32Array(neighbours.length);
  const heavy = new Float64Array(neighbours.length);
  /** Where a part stands among the neighbours of the one at hand, if it was met since its first place. */
  const place = new Int32Array(parts).fill(-1);
  let size = 0;
  for (let own = 0; own < parts; own += 1) {
    const first = size;
    for (let each = starts[own] ?? 0; each < (starts[own + 1] ?? 0); each += 1) {
      const node = members[each] ?? 0;
      const end = offsets[node + 1] ?? 0;
      for (let at = offsets[node] ?? 0; at < end; at += 1) {
        const other = part[neighbours[at] ?? 0] ?? 0;
        if (other === own) continue;
        const known = place[other] ?? -1;
        if (known >= first) {
          heavy[known] = (heavy[known] ?? 0) + (weights[at] ?? 0);
          continue;
        }
        place[other] = size;
        others[size] = other;
        heavy[size] = weights[at] ?? 0;
        size += 1;
      }
    }
    ends[own + 1] = size;
  }
  const above = { nodes: parts, offsets: ends, neighbours: others.slice(0, size), weights: heavy.slice(0, size) };
  return { graph: above, mass: sums };
}
