/** What the program finds in a case, as the bench runs it. */
import type { Communities } from '../../../graphs/communities/types.ts';
import type { CaseView } from '../../../graphs/findings/view.ts';
import { ROLE_POLICY } from '../../../graphs/roles/policy.ts';
import { findRoles } from '../../../graphs/roles/roles.ts';
import type { RoleFinding } from '../../../graphs/roles/types.ts';
import { likelyClusters } from '../../../graphs/suspects/clusters.ts';
import { SUSPECT_POLICY, type SuspectPolicy } from '../../../graphs/suspects/policy.ts';
import { rankSuspects } from '../../../graphs/suspects/rank.ts';
import type { Suspect } from '../../../graphs/suspects/types.ts';
import { LIMITS, runBaseline } from './baselines.ts';

export interface Detected {
  readonly communities: Communities;
  readonly roles: readonly RoleFinding[];
  readonly suspects: readonly Suspect[];
  /** Numbers of the clusters that are called likely. */
  readonly likely: readonly number[];
}

export function detect(view: CaseView, policy: SuspectPolicy = SUSPECT_POLICY): Detected {
  const communities = standIn(view);
  const roles = findRoles(view, ROLE_POLICY);
  const suspects = rankSuspects(view, { communities, roles }, policy);
  return { communities, roles, suspects, likely: likelyClusters(view, communities, suspects, policy) };
}

function standIn(view: CaseView): Communities {
  const { groupOf } = runBaseline('Louvain alone', view, LIMITS.normal);
  const groups = Array.from({ length: view.count }, (_, account) => groupOf(account) ?? -1);
  const clusters = Math.max(-1, ...groups) + 1;
  return {
    ...{ cluster: Int32Array.from(groups), clusters, cut: false },
    stability: new Float64Array(clusters).fill(100),
    membership: new Float64Array(view.count).fill(100),
  };
}
