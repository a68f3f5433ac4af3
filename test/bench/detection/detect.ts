/** What the program finds in a case, as the bench runs it. */
import { withoutDesks } from '../../../graphs/communities/desks.ts';
import { findCommunities } from '../../../graphs/communities/find.ts';
import { COMMUNITY_POLICY } from '../../../graphs/communities/policy.ts';
import type { Communities } from '../../../graphs/communities/types.ts';
import type { CaseView } from '../../../graphs/findings/view.ts';
import { ROLE_POLICY } from '../../../graphs/roles/policy.ts';
import { findRoles } from '../../../graphs/roles/roles.ts';
import type { RoleFinding } from '../../../graphs/roles/types.ts';
import { likelyClusters } from '../../../graphs/suspects/clusters.ts';
import { SUSPECT_POLICY, type SuspectPolicy } from '../../../graphs/suspects/policy.ts';
import { rankSuspects } from '../../../graphs/suspects/rank.ts';
import type { Suspect } from '../../../graphs/suspects/types.ts';

const SEED = 1;
/** Repeats say how stable clusters are, and change none. */
const WITHOUT_REPEATS = { ...COMMUNITY_POLICY, repeats: 0 };

export interface Detected {
  readonly communities: Communities;
  readonly roles: readonly RoleFinding[];
  readonly suspects: readonly Suspect[];
  /** Numbers of the clusters that are called likely. */
  readonly likely: readonly number[];
}

export function detect(view: CaseView, policy: SuspectPolicy = SUSPECT_POLICY): Detected {
  const roles = findRoles(view, ROLE_POLICY);
  const communities = findCommunities(withoutDesks(view, roles), WITHOUT_REPEATS, { seed: SEED });
  const suspects = rankSuspects(view, { communities, roles }, policy);
  return { communities, roles, suspects, likely: likelyClusters(view, communities, suspects, policy) };
}
