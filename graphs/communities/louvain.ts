/** Clusters by Louvain's method. Takes seconds on large graphs: `findClusters` in run.ts runs it beside the main thread. */
import { UndirectedGraph } from 'graphology';
import louvain from 'graphology-communities-louvain';
import { type GraphRows, orderRows } from '../rows.ts';
import { type Cluster, describeClusters } from './clusters.ts';
import { modularityOf, splitIntoConnected } from './partition.ts';
import { type Pair, projectPairs } from './projection.ts';
import { createRandom } from './random.ts';

export interface LouvainParameters {
  /** Whole number from 0 to 4,294,967,295: which of the possible partitions is found. */
  readonly seed: number;
  /** γ of modularity: above 1 gives more and smaller clusters. */
  readonly resolution: number;
}

export interface ClusterResult extends LouvainParameters {
  /** Of the final partition, rounded to six decimals. */
  readonly modularity: number;
  readonly clusters: readonly Cluster[];
  /** Wallets of the graph that are in no cluster, victims' own wallets among them. */
  readonly unclustered: number;
}

/**
 * Finds clusters of wallets that transact with one another more than chance would have it.
 *
 * Blondel et al., "Fast unfolding of communities in large networks", J. Stat. Mech. P10008, 2008; every community is then
 * split into its connected parts, and modularity is of what results. The method is a heuristic: another seed may give
 * another partition, and below a size that depends on the whole graph it joins what belongs apart (Fortunato and
 * Barthélemy, "Resolution limit in community detection", PNAS 104, 2007).
 *
 * The same rows in any order, seed and resolution give the same result.
 *
 * @throws RangeError when the seed or the resolution cannot be used
 */
export function louvainClusters(rows: GraphRows, { seed, resolution }: LouvainParameters): ClusterResult {
  if (!Number.isFinite(resolution) || resolution <= 0) {
    throw new RangeError(`A resolution is a number above 0, not ${resolution}.`);
  }
  const random = createRandom(seed);
  const ordered = orderRows(rows);
  const pairs = projectPairs(ordered);
  const communities = findCommunities(ordered.wallets.length, pairs, resolution, random);
  const groups = splitIntoConnected(communities, pairs);
  const clusters = describeClusters(ordered, groups);
  return {
    seed,
    resolution,
    modularity: Math.round(modularityOf(groups, pairs, resolution) * 1e6) / 1e6,
    clusters,
    unclustered: clusters.reduce((rest, cluster) => rest - cluster.size, ordered.wallets.length),
  };
}

/** The community of each wallet by position; a wallet without a pair is one of its own. */
function findCommunities(
  wallets: number,
  pairs: readonly Pair[],
  resolution: number,
  random: () => number,
): Int32Array {
  // Louvain's result depends on the order in which nodes and edges were inserted, so both are inserted sorted.
  const graph = new UndirectedGraph<Record<string, never>, { weight: number }>();
  const paired = new Set(pairs.flatMap(({ a, b }) => [a, b]));
  for (const position of [...paired].sort((a, b) => a - b)) graph.addNode(position);
  for (const { a, b, weight } of pairs) graph.addEdge(a, b, { weight });
  // Every option is given, so that a new version's defaults cannot change a stored result.
  const found = louvain(graph, {
    resolution,
    rng: random,
    getEdgeWeight: 'weight',
    fastLocalMoves: true,
    randomWalk: true,
  });
  // Communities are counted from 0; wallets without a pair are counted below it.
  return Int32Array.from({ length: wallets }, (_, position) => found[position] ?? -1 - position);
}
