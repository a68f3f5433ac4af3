/** Leiden's method on a weighted graph in columns: communities that are connected, and well so. */
import { aggregate, type Level } from './aggregate.ts';
import { connectedParts, type Partition, renumbered } from './groups.ts';
import { createRandom } from './random.ts';
import { strengthsOf, type WeightedGraph } from './weighted-graph.ts';

export interface LeidenOptions {
  /** Whole number from 0 to 4,294,967,295: which of the possible partitions is found. */
  readonly seed: number;
  /** γ of modularity: above 1 gives more and smaller communities. */
  readonly resolution: number;
  /** Rounds of moving, refining and aggregating over the whole graph; it ends sooner where one changes nothing. */
  readonly rounds: number;
  /** Asked between passes: true ends it with the best partition so far. */
  readonly isOver?: () => boolean;
}

/** A partition, and whether `isOver` ended the search for a better one. */
export interface Found extends Partition {
  readonly cut: boolean;
}

/**
 * Communities by modularity with a resolution: the sum over communities of L/m − γ(K/2m)² is made large.
 *
 * Traag, Waltman and van Eck, "From Louvain to Leiden: guaranteeing well-connected communities", Scientific Reports 9, 5233, 2019:
 * nodes move to the neighbouring community that gains most, only those whose surroundings changed being looked at again; each community
 * is refined into parts that hold together; the parts become the nodes of the next level, which begins with the communities before
 * refinement. A part takes the best of the others and not a random good one (their θ → 0), so that no result hangs on the last bit of an
 * exponential. Every community is connected, also where it was cut.
 *
 * The same graph, seed and options give the same partition.
 *
 * @throws RangeError when the seed or the resolution cannot be used
 */
export function leiden(graph: WeightedGraph, { seed, resolution, rounds, isOver }: LeidenOptions): Found {
  if (!Number.isFinite(resolution) || resolution <= 0)
    throw new RangeError(`A resolution is a number above 0, not ${resolution}.`);
  const random = createRandom(seed);
  const mass = strengthsOf(graph);
  const twice = mass.reduce((sum, each) => sum + each, 0);
  const gamma = twice === 0 ? 0 : resolution / twice;
  let group: Int32Array = Int32Array.from({ length: graph.nodes }, (_, node) => node);
  let cut = false;
  const over = (): boolean => {
    cut ||= isOver?.() === true;
    return cut;
  };
  for (let round = 0; round < rounds && !over(); round += 1) {
    const next = leidenRound({ graph, mass }, group, gamma, random, over);
    const isSame = equal(next, group);
    group = next;
    if (isSame) break;
  }
  // A round that was cut may leave a community whose parts have lost what held them together.
  const connected = connectedParts(graph, group);
  return { ...connected, cut };
}

/** Moves, refines and aggregates until communities are single nodes. Returns the community of each node of the first level. */
function leidenRound(
  bottom: Level,
  start: Int32Array,
  gamma: number,
  random: () => number,
  over: () => boolean,
): Int32Array {
  let level = bottom;
  let group = renumbered(start).group;
  const nodeOf = Int32Array.from({ length: bottom.graph.nodes }, (_, node) => node);
  for (;;) {
    group = move(level, group, gamma, random, over);
    const { group: communities, groups } = renumbered(group);
    if (groups === level.graph.nodes || over()) return nodeOf.map((node) => communities[node] ?? 0);
    const { group: refined, groups: parts } = renumbered(refine(level, communities, groups, gamma, random));
    const above = new Int32Array(parts);
    refined.forEach((part, node) => {
      above[part] = communities[node] ?? 0;
    });
    // Nothing was joined: another level would be this one.
    if (parts === level.graph.nodes) return nodeOf.map((node) => communities[node] ?? 0);
    for (let node = 0; node < nodeOf.length; node += 1) nodeOf[node] = refined[nodeOf[node] ?? 0] ?? 0;
    level = aggregate(level, refined, parts);
    group = above;
  }
}

/** Between how many nodes the deadline is looked at. */
const ASKED_EVERY = 8_192;

function move(
  { graph, mass }: Level,
  start: Int32Array,
  gamma: number,
  random: () => number,
  over: () => boolean,
): Int32Array {
  const { nodes, offsets, neighbours, weights } = graph;
  const group = start.slice();
  const masses = new Float64Array(nodes);
  const sizes = new Int32Array(nodes);
  for (let node = 0; node < nodes; node += 1) {
    const own = group[node] ?? 0;
    masses[own] = (masses[own] ?? 0) + (mass[node] ?? 0);
    sizes[own] = (sizes[own] ?? 0) + 1;
  }
  const empty: number[] = [];
  for (let each = nodes - 1; each >= 0; each -= 1) if (sizes[each] === 0) empty.push(each);
  const queue = shuffled(nodes, random);
  const waits = new Uint8Array(nodes).fill(1);
  const to = new Float64Array(nodes);
  const met = new Int32Array(nodes);
  let head = 0;
  for (let left = nodes, looked = 0; left > 0; looked += 1) {
    if (looked % ASKED_EVERY === ASKED_EVERY - 1 && over()) return group;
    const node = queue[head] ?? 0;
    head = head + 1 === nodes ? 0 : head + 1;
    left -= 1;
    waits[node] = 0;
    const from = offsets[node] ?? 0;
    const until = offsets[node + 1] ?? 0;
    let found = 0;
    for (let place = from; place < until; place += 1) {
      const other = group[neighbours[place] ?? 0] ?? 0;
      if (to[other] === 0) {
        met[found] = other;
        found += 1;
      }
      to[other] = (to[other] ?? 0) + (weights[place] ?? 0);
    }
    const own = group[node] ?? 0;
    const heavy = mass[node] ?? 0;
    const penalty = gamma * heavy;
    let best = own;
    let most = (to[own] ?? 0) - penalty * ((masses[own] ?? 0) - heavy);
    for (let index = 0; index < found; index += 1) {
      const other = met[index] ?? 0;
      const gain = (to[other] ?? 0) - penalty * (masses[other] ?? 0);
      if (other !== own && gain > most) {
        best = other;
        most = gain;
      }
      to[other] = 0;
    }
    // Alone it gains nothing; all that it could join may be worse.
    if (most < 0 && (sizes[own] ?? 0) > 1) best = empty.pop() ?? own;
    if (best === own) continue;
    masses[own] = (masses[own] ?? 0) - heavy;
    sizes[own] = (sizes[own] ?? 0) - 1;
    if (sizes[own] === 0) empty.push(own);
    masses[best] = (masses[best] ?? 0) + heavy;
    sizes[best] = (sizes[best] ?? 0) + 1;
    group[node] = best;
    for (let place = from; place < until; place += 1) {
      const other = neighbours[place] ?? 0;
      if (waits[other] === 1 || group[other] === best) continue;
      waits[other] = 1;
      queue[(head + left) % nodes] = other;
      left += 1;
    }
  }
  return group;
}

/** Parts of each community: single nodes that join others of it, where both hold well to the rest of the community. */
function refine(
  { graph, mass }: Level,
  communities: Int32Array,
  groups: number,
  gamma: number,
  random: () => number,
): Int32Array {
  const { nodes, offsets, neighbours, weights } = graph;
  const whole = new Float64Array(groups);
  for (let node = 0; node < nodes; node += 1) {
    const community = communities[node] ?? 0;
    whole[community] = (whole[community] ?? 0) + (mass[node] ?? 0);
  }
  const part = Int32Array.from({ length: nodes }, (_, node) => node);
  const masses = mass.slice();
  const single = new Uint8Array(nodes).fill(1);
  /** What ties each part to the rest of its community. */
  const outward = new Float64Array(nodes);
  for (let node = 0; node < nodes; node += 1) {
    const own = communities[node];
    const end = offsets[node + 1] ?? 0;
    let sum = 0;
    for (let place = offsets[node] ?? 0; place < end; place += 1)
      if (communities[neighbours[place] ?? 0] === own) sum += weights[place] ?? 0;
    outward[node] = sum;
  }
  const to = new Float64Array(nodes);
  const met = new Int32Array(nodes);
  const holds = (each: number, all: number): boolean =>
    (outward[each] ?? 0) >= gamma * (masses[each] ?? 0) * (all - (masses[each] ?? 0));
  for (const node of shuffled(nodes, random)) {
    const own = communities[node] ?? 0;
    const all = whole[own] ?? 0;
    if (single[node] !== 1 || !holds(node, all)) continue;
    const end = offsets[node + 1] ?? 0;
    let found = 0;
    for (let place = offsets[node] ?? 0; place < end; place += 1) {
      const neighbour = neighbours[place] ?? 0;
      if (communities[neighbour] !== own) continue;
      const other = part[neighbour] ?? 0;
      if (to[other] === 0) {
        met[found] = other;
        found += 1;
      }
      to[other] = (to[other] ?? 0) + (weights[place] ?? 0);
    }
    let best = node;
    let most = 0;
    let tied = 0;
    for (let index = 0; index < found; index += 1) {
      const other = met[index] ?? 0;
      const gain = (to[other] ?? 0) - gamma * (mass[node] ?? 0) * (masses[other] ?? 0);
      if (gain > most && holds(other, all)) {
        best = other;
        most = gain;
        tied = to[other] ?? 0;
      }
      to[other] = 0;
    }
    if (best === node) continue;
    part[node] = best;
    single[best] = 0;
    masses[best] = (masses[best] ?? 0) + (mass[node] ?? 0);
    outward[best] = (outward[best] ?? 0) + (outward[node] ?? 0) - 2 * tied;
  }
  return part;
}

function shuffled(count: number, random: () => number): Int32Array {
  const order = Int32Array.from({ length: count }, (_, each) => each);
  for (let last = count - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    const kept = order[last] ?? 0;
    order[last] = order[other] ?? 0;
    order[other] = kept;
  }
  return order;
}

function equal(one: Int32Array, other: Int32Array): boolean {
  for (let node = 0; node < one.length; node += 1) if (one[node] !== other[node]) return false;
  return true;
}
