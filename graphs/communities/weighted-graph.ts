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
export function graphOf(nodes: number, pairs: Pairs): WeightedGraph {
  // Written by one side and read by the other, twice: after the second time the neighbours of each node are sorted.
  const once = transposed(nodes, pairs.count, (visit) => {
    for (let pair = 0; pair < pairs.count; pair += 1) {
      const [a, b, weight] = [pairs.a[pair] ?? 0, pairs.b[pair] ?? 0, pairs.weight[pair] ?? 0];
      if (a === b || weight <= 0) continue;
      visit(a, b, weight);
      visit(b, a, weight);
    }
  });
  const sorted = transposed(nodes, pairs.count, (visit) => {
    for (let node = 0; node < nodes; node += 1)
      for (let place = once.offsets[node] ?? 0; place < (once.offsets[node + 1] ?? 0); place += 1)
        visit(once.neighbours[place] ?? 0, node, once.weights[place] ?? 0);
  });
  return merged(nodes, sorted);
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

type Columns = Omit<WeightedGraph, 'nodes'>;
type Visit = (from: number, to: number, weight: number) => void;

/** Rows by their first node, in the order in which they are visited. */
function transposed(nodes: number, pairs: number, each: (visit: Visit) => void): Columns {
  const offsets = new Int32Array(nodes + 1);
  each((from) => {
    offsets[from + 1] = (offsets[from + 1] ?? 0) + 1;
  });
  for (let node = 0; node < nodes; node += 1) offsets[node + 1] = (offsets[node + 1] ?? 0) + (offsets[node] ?? 0);
  const next = offsets.slice();
  const neighbours = new Int32Array(2 * pairs);
  const weights = new Float64Array(2 * pairs);
  each((from, to, weight) => {
    const place = next[from] ?? 0;
    neighbours[place] = to;
    weights[place] = weight;
    next[from] = place + 1;
  });
  return { offsets, neighbours, weights };
}

/** The same with every neighbour once. */
function merged(nodes: number, { offsets, neighbours, weights }: Columns): WeightedGraph {
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
