/** An undirected graph with weights, in columns: what communities are found in, and what is handed to a thread as it is. */

/** Each pair stands at both of its nodes, neighbours in ascending order; no node is its own neighbour. */
export interface WeightedGraph {
  readonly nodes: number;
  /** The neighbours of node n stand from `offsets[n]` up to `offsets[n + 1]`. */
  readonly offsets: Int32Array;
  readonly neighbours: Int32Array;
  /** Above 0, whole numbers: their sums do not depend on the order in which they are added. */
  readonly weights: Float64Array;
}

/** Pairs as columns, in any order, the same pair as often as it likes: its weights are added up. */
export interface Pairs {
  readonly a: ArrayLike<number>;
  readonly b: ArrayLike<number>;
  readonly weight: ArrayLike<number>;
  readonly count: number;
}

/** The graph of so many nodes with these pairs; a pair of a node with itself, or without weight, is left out. Linear. */
export function graphOf(nodes: number, { a, b, weight, count }: Pairs): WeightedGraph {
  const offsets = new Int32Array(nodes + 1);
  for (let pair = 0; pair < count; pair += 1) {
    const one = a[pair] ?? 0;
    const other = b[pair] ?? 0;
    if (one === other || !((weight[pair] ?? 0) > 0)) continue;
    offsets[one + 1] = (offsets[one + 1] ?? 0) + 1;
    offsets[other + 1] = (offsets[other + 1] ?? 0) + 1;
  }
  for (let node = 0; node < nodes; node += 1) offsets[node + 1] = (offsets[node + 1] ?? 0) + (offsets[node] ?? 0);
  const next = offsets.slice();
  const neighbours = new Int32Array(offsets[nodes] ?? 0);
  const weights = new Float64Array(offsets[nodes] ?? 0);
  for (let pair = 0; pair < count; pair += 1) {
    const one = a[pair] ?? 0;
    const other = b[pair] ?? 0;
    const heavy = weight[pair] ?? 0;
    if (one === other || !(heavy > 0)) continue;
    const place = next[one] ?? 0;
    const behind = next[other] ?? 0;
    neighbours[place] = other;
    weights[place] = heavy;
    next[one] = place + 1;
    neighbours[behind] = one;
    weights[behind] = heavy;
    next[other] = behind + 1;
  }
  return merged(sorted({ nodes, offsets, neighbours, weights }));
}

/** What all pairs of each node weigh. */
export function strengthsOf({ nodes, offsets, weights }: WeightedGraph): Float64Array {
  const strengths = new Float64Array(nodes);
  for (let node = 0; node < nodes; node += 1) {
    let sum = 0;
    for (let place = offsets[node] ?? 0; place < (offsets[node + 1] ?? 0); place += 1) sum += weights[place] ?? 0;
    strengths[node] = sum;
  }
  return strengths;
}

/** The same with the neighbours of each node in ascending order: written from the other side, node by node. */
function sorted({ nodes, offsets, neighbours, weights }: WeightedGraph): WeightedGraph {
  const next = offsets.slice();
  const ordered = new Int32Array(neighbours.length);
  const heavy = new Float64Array(neighbours.length);
  for (let node = 0; node < nodes; node += 1) {
    const end = offsets[node + 1] ?? 0;
    for (let place = offsets[node] ?? 0; place < end; place += 1) {
      const other = neighbours[place] ?? 0;
      const to = next[other] ?? 0;
      ordered[to] = node;
      heavy[to] = weights[place] ?? 0;
      next[other] = to + 1;
    }
  }
  return { nodes, offsets, neighbours: ordered, weights: heavy };
}

/** The same with every neighbour once. */
function merged({ nodes, offsets, neighbours, weights }: WeightedGraph): WeightedGraph {
  const starts = new Int32Array(nodes + 1);
  let size = 0;
  for (let node = 0; node < nodes; node += 1) {
    const start = size;
    for (let place = offsets[node] ?? 0; place < (offsets[node + 1] ?? 0); place += 1) {
      const neighbour = neighbours[place] ?? 0;
      const weight = weights[place] ?? 0;
      if (size > start && neighbours[size - 1] === neighbour) {
        weights[size - 1] = (weights[size - 1] ?? 0) + weight;
        continue;
      }
      neighbours[size] = neighbour;
      weights[size] = weight;
      size += 1;
    }
    starts[node + 1] = size;
  }
  return { nodes, offsets: starts, neighbours: neighbours.slice(0, size), weights: weights.slice(0, size) };
}
