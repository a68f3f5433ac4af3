/** The methods that are compared, over the same traced graph. */
import { findCommunities } from '../../../graphs/communities/find.ts';
import { connectedParts } from '../../../graphs/communities/groups.ts';
import { louvainClusters } from '../../../graphs/communities/louvain.ts';
import type { CommunityPolicy } from '../../../graphs/communities/policy.ts';
import { tracedGraph } from '../../../graphs/communities/traced-graph.ts';
import { graphOf } from '../../../graphs/communities/weighted-graph.ts';
import type { CaseView } from '../../../graphs/findings/view.ts';
import type { GraphEdge } from '../../../graphs/rows.ts';
import type { Address } from '../../../src/chains/chain.ts';

/** Of each account its cluster, or -1. */
export type Method = (view: CaseView, policy: CommunityPolicy, seed: number) => Int32Array;

/** No community has a larger share of its ties with another. */
const NEVER_JOINED = 1_000;

export const METHODS: Readonly<Record<string, Method>> = {
  'Leiden, joined': (view, policy, seed) => findCommunities(view, { ...policy, repeats: 0 }, { seed }).cluster,
  Leiden: (view, policy, seed) =>
    findCommunities(view, { ...policy, repeats: 0, joinShare: NEVER_JOINED }, { seed }).cluster,
  'Louvain, split': (view, policy, seed) => {
    const { accounts, pairs } = tracedGraph(view, policy);
    const edges = Array.from({ length: pairs.count }, (_, pair): GraphEdge => {
      const [from, to] = [pairs.a[pair] ?? 0, pairs.b[pair] ?? 0].map((node) => `${node}` as Address);
      return {
        ...{ chain: 'tron', asset: `${pairs.kind[pair]}`, from: from as Address, to: to as Address },
        ...{ count: pairs.weight[pair] ?? 0, total: 1n, first: 0, last: 0 },
      };
    });
    const group = new Int32Array(accounts.length).fill(-1);
    for (const { id, wallets } of louvainClusters({ wallets: [], edges }, { seed, resolution: policy.resolution })
      .clusters)
      for (const { address } of wallets) group[Number(address)] = id;
    return spread(view, accounts, group);
  },
  'connected components': (view, policy) => {
    const { accounts, pairs } = tracedGraph(view, policy);
    const parts = connectedParts(graphOf(accounts.length, pairs), new Int32Array(accounts.length));
    return spread(view, accounts, parts.group);
  },
};

/** From nodes to accounts. */
function spread({ count }: CaseView, accounts: Int32Array, group: Int32Array): Int32Array {
  const cluster = new Int32Array(count).fill(-1);
  accounts.forEach((account, node) => {
    cluster[account] = group[node] ?? -1;
  });
  return cluster;
}
