/** Which clusters are likely a network's. */
import type { Communities } from '../communities/types.ts';
import type { CaseView } from '../findings/view.ts';
import type { SuspectPolicy } from './policy.ts';
import type { Suspect } from './types.ts';

/**
 * Numbers of the clusters that may be called likely, ascending: those with a wallet that a confirmed payment went to, and with so
 * many likely wallets, as the policy says, that no report names. What is unverified alone makes none, however much it is.
 */
export function likelyClusters(
  { table, plan }: CaseView,
  { cluster, clusters }: Communities,
  suspects: readonly Suspect[],
  { leastLikely }: SuspectPolicy,
): number[] {
  const confirmed = new Uint8Array(clusters);
  for (const { row, kind } of plan.sources) {
    const own = cluster[table.to[row] ?? 0] ?? -1;
    if (own >= 0 && kind !== 'unverified') confirmed[own] = 1;
  }
  const likely = new Int32Array(clusters);
  for (const suspect of suspects) {
    if (suspect.likely && !suspect.reported && suspect.cluster >= 0)
      likely[suspect.cluster] = (likely[suspect.cluster] ?? 0) + 1;
  }
  return [...likely.keys()].filter((own) => confirmed[own] === 1 && (likely[own] ?? 0) >= leastLikely);
}
