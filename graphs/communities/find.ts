/** Communities of a case. Takes seconds on large ones: thread.ts does the same beside the main thread. */
import type { CaseView } from '../findings/view.ts';
import { type Clustering, clusterPairs, type SearchOptions, scanPairs } from './clustering.ts';
import type { CommunityPolicy } from './policy.ts';
import { tracedGraph } from './traced-graph.ts';
import type { Communities, ScannedResolution } from './types.ts';

/**
 * Groups of wallets that hand what came by way of reported ones to one another more than chance would have it: Leiden's communities,
 * joined where strong ties hold them together. Each is connected. docs/detection.md has the definition.
 *
 * The same rows in any order, policy and seed give the same communities.
 */
export function findCommunities(view: CaseView, policy: CommunityPolicy, options: SearchOptions): Communities {
  const { accounts, pairs } = tracedGraph(view, policy);
  return byAccount(view, accounts, clusterPairs(accounts.length, pairs, policy, options));
}

/** What the communities would be at each resolution of the policy. */
export function scanResolutions(view: CaseView, policy: CommunityPolicy, options: SearchOptions): ScannedResolution[] {
  const { accounts, pairs } = tracedGraph(view, policy);
  return scanPairs(accounts.length, pairs, policy, options);
}

/** From the nodes of a graph to the accounts of a view. */
export function byAccount({ count }: CaseView, accounts: Int32Array, clustering: Clustering): Communities {
  const cluster = new Int32Array(count).fill(-1);
  const membership = new Float64Array(count);
  accounts.forEach((account, node) => {
    cluster[account] = clustering.cluster[node] ?? -1;
    membership[account] = clustering.membership[node] ?? 0;
  });
  return { ...clustering, cluster, membership };
}
