/** All that is found in a case: clusters, what wallets do, which to examine, and the clusters' cards. */
import { makeCards } from '../cards/cards.ts';
import type { ClusterCard } from '../cards/types.ts';
import { withoutDesks } from '../communities/desks.ts';
import type { CommunityPolicy } from '../communities/policy.ts';
import { findCommunitiesInThread, scanInThread } from '../communities/thread.ts';
import type { Communities, CommunityProgress, ScannedResolution } from '../communities/types.ts';
import type { RolePolicy } from '../roles/policy.ts';
import { findRoles } from '../roles/roles.ts';
import type { RoleFinding } from '../roles/types.ts';
import { likelyClusters } from '../suspects/clusters.ts';
import type { SuspectPolicy } from '../suspects/policy.ts';
import { rankSuspects } from '../suspects/rank.ts';
import type { Suspect } from '../suspects/types.ts';
import type { CaseView } from './view.ts';

export interface DetectionPolicy {
  readonly communities: CommunityPolicy;
  readonly roles: RolePolicy;
  readonly suspects: SuspectPolicy;
}

/** What the search is at: so many partitions of all, or so many transfers of all. */
export type FindingsProgress =
  | ({ readonly kind: 'communities' } & CommunityProgress)
  | { readonly kind: 'roles' | 'suspects' }
  | { readonly kind: 'cards'; readonly rows: number; readonly of: number };

export interface FindingsRequest {
  readonly policy: DetectionPolicy;
  /** Whole number from 0 to 4,294,967,295: which of the possible partitions is found. */
  readonly seed: number;
  /** Milliseconds for the partitions; over it the best one so far is kept, and marked. */
  readonly deadlineMs: number;
  readonly onProgress: (progress: FindingsProgress) => void;
}

export interface Findings {
  readonly communities: Communities;
  readonly roles: readonly RoleFinding[];
  readonly suspects: readonly Suspect[];
  readonly cards: readonly ClusterCard[];
  /** 1 for each cluster that is likely one network's. */
  readonly likely: Uint8Array;
  readonly scan: readonly ScannedResolution[];
}

/** What wallets do, first, since desks are in no cluster; then clusters, which wallets to examine, and the cards. */
export async function findFindings(view: CaseView, request: FindingsRequest): Promise<Findings> {
  const { policy, onProgress } = request;
  const { seed, deadlineMs } = request;
  const onStage = (progress: CommunityProgress) => onProgress({ kind: 'communities', ...progress });
  const thread = { seed, deadlineMs, onProgress: onStage };
  onProgress({ kind: 'roles' });
  const roles = findRoles(view, policy.roles);
  const undesked = withoutDesks(view, roles);
  onStage({ stage: 'partition', done: 0, of: 1 });
  const communities = await findCommunitiesInThread(undesked, policy.communities, thread);
  // What other resolutions would give is no part of how well these hold: without repeats nobody asks.
  const scan = policy.communities.repeats === 0 ? [] : await scanInThread(undesked, policy.communities, thread);
  onProgress({ kind: 'suspects' });
  const suspects = rankSuspects(view, { communities, roles }, policy.suspects);
  const likely = new Uint8Array(communities.clusters);
  for (const cluster of likelyClusters(view, communities, suspects, policy.suspects)) likely[cluster] = 1;
  const of = view.table.rows;
  const cards = makeCards(view, communities, roles, { onProgress: (rows) => onProgress({ kind: 'cards', rows, of }) });
  return { communities, roles, suspects, cards, likely, scan };
}
