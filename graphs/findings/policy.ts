/** From which figures on something is told of a case: one plain object, which goes into hashes as it is. */
import { COMMUNITY_POLICY } from '../communities/policy.ts';
import { ROLE_POLICY } from '../roles/policy.ts';
import { SUSPECT_POLICY } from '../suspects/policy.ts';
import type { DetectionPolicy } from './find.ts';

export const DETECTION_POLICY: DetectionPolicy = {
  communities: COMMUNITY_POLICY,
  roles: ROLE_POLICY,
  suspects: SUSPECT_POLICY,
};
