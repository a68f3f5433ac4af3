/** The methods that are compared, over the same traced graph. */
import { UndirectedGraph } from 'graphology';
import louvain from 'graphology-communities-louvain';
import { bindingPairs, joinParts } from '../../../graphs/communities/clustering.ts';
import { findCommunities } from '../../../graphs/communities/find.ts';
import { connectedParts, renumbered } from '../../../graphs/communities/groups.ts';
import { leiden } from '../../../graphs/communities/leiden.ts';
import type { CommunityPolicy } from '../../../graphs/communities/policy.ts';
import { createRandom } from '../../../graphs/communities/random.ts';
import type { TracedPairs } from '../../../graphs/communities/tie-pairs.ts';
import { type TracedGraph, tracedGraph } from '../../../graphs/communities/traced-graph.ts';
import { graphOf } from '../../../graphs/communities/weighted-graph.ts';
import type { CaseView } from '../../../graphs/findings/view.ts';

/** Of each account its cluster, or -1. */
export type Method = (view: CaseView, policy: CommunityPolicy, seed: number) => Int32Array;

export const METHODS: Readonly<Record<string, Method>> = {
  'Leiden, joined': (view, policy, seed) => findCommunities(view, { ...policy, repeats: 0 }, { seed }).cluster,
  Leiden: (view, policy, seed) => {
    const { accounts, pairs } = boundGraph(view, policy, seed);
    const { resolution, rounds } = policy;
    return spread(view, accounts, leiden(graphOf(accounts.length, pairs), { resolution, rounds, seed }).group);
  },
  'Louvain, split and joined': (view, policy, seed) => {
    const { accounts, pairs } = boundGraph(view, policy, seed);
    const parts = renumbered(louvainSplit(accounts.length, pairs, policy, seed));
    const { group: joined } = joinParts(graphOf(accounts.length, pairs), pairs, parts, policy, () => false);
    return spread(view, accounts, joined);
  },
  'Louvain, split': (view, policy, seed) => {
    const { accounts, pairs } = boundGraph(view, policy, seed);
    return spread(view, accounts, louvainSplit(accounts.length, pairs, policy, seed));
  },
  'connected components': (view, policy, seed) => {
    const { accounts, pairs } = boundGraph(view, policy, seed);
    const parts = connectedParts(graphOf(accounts.length, pairs), new Int32Array(accounts.length));
    return spread(view, accounts, parts.group);
  },
};

/** The graph in which all of them look: public funders tie nobody. */
function boundGraph(view: CaseView, policy: CommunityPolicy, seed: number): TracedGraph {
  const { accounts, pairs } = tracedGraph(view, policy);
  return { accounts, pairs: bindingPairs(accounts.length, pairs, policy, { seed, isOver: () => false }) };
}

/** Of each node the number of its group. Louvain's communities may fall apart, so that each is split into its connected parts. */
function louvainSplit(nodes: number, pairs: TracedPairs, { resolution }: CommunityPolicy, seed: number): Int32Array {
  const weighted = graphOf(nodes, pairs);
  const graph = new UndirectedGraph<Record<string, never>, { weight: number }>();
  for (let node = 0; node < nodes; node += 1) graph.addNode(node);
  for (let node = 0; node < nodes; node += 1)
    for (let place = weighted.offsets[node] ?? 0; place < (weighted.offsets[node + 1] ?? 0); place += 1) {
      const other = weighted.neighbours[place] ?? 0;
      if (node < other) graph.addEdge(node, other, { weight: weighted.weights[place] ?? 0 });
    }
  const found = louvain(graph, {
    resolution,
    rng: createRandom(seed),
    getEdgeWeight: 'weight',
    fastLocalMoves: true,
    randomWalk: true,
  });
  return connectedParts(
    weighted,
    Int32Array.from({ length: nodes }, (_, node) => found[node] ?? -1 - node),
  ).group;
}

/** From nodes to accounts; who is alone is in none. */
function spread({ count }: CaseView, accounts: Int32Array, group: Int32Array): Int32Array {
  const sizes = new Map<number, number>();
  for (const each of group) sizes.set(each, (sizes.get(each) ?? 0) + 1);
  const cluster = new Int32Array(count).fill(-1);
  accounts.forEach((account, node) => {
    const own = group[node] ?? -1;
    if (sizes.get(own) !== 1) cluster[account] = own;
  });
  return cluster;
}
