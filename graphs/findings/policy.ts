/** From which figures on something is told of a case: one plain object, which goes into hashes as it is. */

import { UserError } from '../../src/errors.ts';
import { COMMUNITY_POLICY } from '../communities/policy.ts';
import { ROLE_POLICY } from '../roles/policy.ts';
import { SUSPECT_POLICY } from '../suspects/policy.ts';
import type { DetectionPolicy } from './find.ts';
import { type Threshold, withThresholds } from './thresholds.ts';

export const DETECTION_POLICY: DetectionPolicy = {
  communities: COMMUNITY_POLICY,
  roles: ROLE_POLICY,
  suspects: SUSPECT_POLICY,
};

/** Parts of a whole, scales and counts of something that has to be done at all: of nothing there is no share. */
const ABOVE_ZERO: ReadonlySet<string> = new Set([
  'communities.unit',
  'communities.nearMs',
  'communities.countPart',
  'communities.resolution',
  'communities.rounds',
  'communities.leftOut',
  'suspects.rounds',
]);

/**
 * The policy with a case's own thresholds.
 *
 * @throws UserError `THRESHOLD_UNKNOWN` or `THRESHOLD_INVALID`
 */
export function policyOf(settings: readonly Threshold[]): DetectionPolicy {
  for (const { name, value } of settings)
    if (ABOVE_ZERO.has(name) && Number(value) === 0)
      throw new UserError('THRESHOLD_INVALID', `${name} cannot be 0.`, {
        right: 'It is a scale, or counts what has to be done at least once.',
        todo: 'Give a value above 0.',
      });
  return withThresholds(DETECTION_POLICY, settings);
}
