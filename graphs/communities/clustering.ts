/** Communities of a traced graph by the numbers of its nodes, how often they held, and a scan over resolutions: what a thread works on. */
import { ari } from './ari.ts';
import type { Partition } from './groups.ts';
import { joinTied } from './join.ts';
import { joinFed } from './join-fed.ts';
import { leiden } from './leiden.ts';
import type { CommunityPolicy } from './policy.ts';
import { hasFunders, withoutFunders, withoutPublicFunders } from './public-funders.ts';
import { createRandom } from './random.ts';
import { Matches } from './stability.ts';
import { keepPairs, type TracedPairs } from './tie-pairs.ts';
import type { CommunityProgress, ScannedResolution } from './types.ts';
import { graphOf, type WeightedGraph } from './weighted-graph.ts';

export interface SearchOptions {
  /** Whole number from 0 to 4,294,967,295. */
  readonly seed: number;
  readonly onProgress?: (progress: CommunityProgress) => void;
  /** Asked now and then: true ends the search with the best so far. */
  readonly isOver?: () => boolean;
}

/** As `Communities`, by nodes; whoever is alone in a community is in no cluster. */
export interface Clustering {
  readonly cluster: Int32Array;
  readonly clusters: number;
  readonly stability: Float64Array;
  readonly membership: Float64Array;
  readonly repeats: number;
  readonly agreement: number | null;
  readonly cut: boolean;
}

/** Parts of one, in which the policy tells shares. */
const WHOLE = 1_000;
const LARGEST_SEED = 0xffff_ffff;

/**
 * The communities, each repeated as often as the policy says: by another seed, and without one pair of so many. The same pairs, policy and
 * seed give the same clustering, unless `isOver` ends it.
 */
export function clusterPairs(
  nodes: number,
  told: TracedPairs,
  policy: CommunityPolicy,
  { seed, onProgress, isOver = () => false }: SearchOptions,
): Clustering {
  const random = createRandom(seed);
  const { cut, ...found } = search(nodes, told, policy, { seed, isOver });
  const { cluster, clusters } = bySize(found);
  onProgress?.({ stage: 'partition', done: 1, of: 1 });
  const matches = new Matches(cluster, clusters, policy.held / WHOLE);
  for (let repeat = 1; repeat <= policy.repeats && !cut; repeat += 1) {
    const left = withoutSome(told, policy.leftOut, random);
    const again = search(nodes, left, policy, { seed: Math.floor(random() * LARGEST_SEED), isOver });
    if (again.cut) break;
    matches.add(bySize(again).cluster);
    onProgress?.({ stage: 'repeats', done: repeat, of: policy.repeats });
  }
  const agreements: number[] = [];
  for (let other = 0; other < policy.otherSeeds && policy.repeats > 0 && !cut; other += 1) {
    const again = search(nodes, told, policy, { seed: Math.floor(random() * LARGEST_SEED), isOver });
    if (again.cut) break;
    agreements.push(ari(cluster, bySize(again).cluster));
    onProgress?.({ stage: 'seeds', done: other + 1, of: policy.otherSeeds });
  }
  // A mean over the seeds that there was time for would depend on the clock.
  const isWhole = agreements.length > 0 && agreements.length === policy.otherSeeds;
  const agreement = isWhole ? agreements.reduce((sum, each) => sum + each, 0) / agreements.length : null;
  return { cluster, clusters, cut, agreement, repeats: matches.repeats, ...matches.percent() };
}

/** The same at each resolution of the policy, and how far it agrees with what is found at its own. */
export function scanPairs(
  nodes: number,
  told: TracedPairs,
  policy: CommunityPolicy,
  { seed, onProgress, isOver = () => false }: SearchOptions,
): ScannedResolution[] {
  const pairs = bindingPairs(nodes, told, policy, { seed, isOver });
  const usual = bySize(partition(nodes, pairs, policy, { seed, isOver })).cluster;
  const scanned: ScannedResolution[] = [];
  for (const resolution of policy.resolutions) {
    const { cut, ...found } = partition(nodes, pairs, { ...policy, resolution }, { seed, isOver });
    const { cluster, clusters, sizes } = bySize(found);
    scanned.push({
      ...{ resolution, clusters, clustered: sizes.reduce((sum, size) => sum + size, 0), largest: sizes[0] ?? 0 },
      ...{ agreement: ari(usual, cluster), cut },
    });
    onProgress?.({ stage: 'scan', done: scanned.length, of: policy.resolutions.length });
    if (cut) break;
  }
  return scanned;
}

/** Communities of the pairs that bind. */
function search(
  nodes: number,
  told: TracedPairs,
  policy: CommunityPolicy,
  options: Required<Pick<SearchOptions, 'seed' | 'isOver'>>,
): Partition & { readonly cut: boolean } {
  return partition(nodes, bindingPairs(nodes, told, policy, options), policy, options);
}

/** The pairs that bind: those of funders that turn out to be public are left out. */
export function bindingPairs(
  nodes: number,
  pairs: TracedPairs,
  policy: CommunityPolicy,
  options: Required<Pick<SearchOptions, 'seed' | 'isOver'>>,
): TracedPairs {
  if (!hasFunders(pairs)) return pairs;
  const { cut, ...found } = partition(nodes, withoutFunders(pairs), policy, options);
  return cut ? pairs : withoutPublicFunders(pairs, bySize(found).cluster, policy);
}

/** Leiden's communities, joined. */
function partition(
  nodes: number,
  pairs: TracedPairs,
  policy: CommunityPolicy,
  { seed, isOver }: Required<Pick<SearchOptions, 'seed' | 'isOver'>>,
): Partition & { readonly cut: boolean } {
  const graph = graphOf(nodes, pairs);
  const { cut, ...found } = leiden(graph, { seed, resolution: policy.resolution, rounds: policy.rounds, isOver });
  const joined = joinParts(graph, pairs, found, policy, isOver);
  return { ...joined, cut: cut || joined.cut };
}

/** Parts, joined where strong ties hold them together, or one feeds the other. */
export function joinParts(
  graph: WeightedGraph,
  pairs: TracedPairs,
  parts: Partition,
  { joinShare, feedShare }: CommunityPolicy,
  isOver: () => boolean,
): Partition & { readonly cut: boolean } {
  return joinFed(pairs, joinTied(graph, parts, joinShare), feedShare, isOver);
}

/** Groups of two and more, largest first, then by their first node; -1 for who is alone. */
function bySize({ group, groups }: Partition): { cluster: Int32Array; clusters: number; sizes: number[] } {
  const sizes = new Int32Array(groups);
  for (const each of group) sizes[each] = (sizes[each] ?? 0) + 1;
  // Groups are numbered by their first nodes.
  const order = [...sizes.keys()]
    .filter((each) => (sizes[each] ?? 0) > 1)
    .sort((a, b) => (sizes[b] ?? 0) - (sizes[a] ?? 0) || a - b);
  const number = new Int32Array(groups).fill(-1);
  order.forEach((each, place) => {
    number[each] = place;
  });
  return {
    cluster: group.map((each) => number[each] ?? -1),
    clusters: order.length,
    sizes: order.map((each) => sizes[each] ?? 0),
  };
}

/** Each pair is left out with a chance of one in so many, and what moved between the two with it. */
function withoutSome(pairs: TracedPairs, leftOut: number, random: () => number): TracedPairs {
  const came = pairs.came.slice();
  const kept = keepPairs(pairs, (pair) => {
    const isKept = Math.floor(random() * leftOut) !== 0;
    if (!isKept) {
      const [a, b] = [pairs.a[pair] ?? 0, pairs.b[pair] ?? 0];
      came[b] = (came[b] ?? 0) - (pairs.forth[pair] ?? 0);
      came[a] = (came[a] ?? 0) - (pairs.back[pair] ?? 0);
    }
    return isKept;
  });
  return { ...kept, came };
}
