/** What each calibrated threshold of roles was chosen from: the values that are tried, with all others as they are. */
import type { RolePolicy } from '../../../graphs/roles/policy.ts';
import type { RoleName } from '../../../graphs/roles/types.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

interface Sweep {
  readonly role: RoleName;
  readonly part: keyof RolePolicy;
  readonly values: Readonly<Record<string, readonly number[]>>;
}

export const SWEEPS: readonly Sweep[] = [
  {
    ...{ role: 'pooling', part: 'pooling' },
    values: { leastTransfers: [2, 3, 4, 6], leastShare: [10, 20, 30, 50], leastForwarded: [70, 80, 90] },
  },
  {
    ...{ role: 'rapid-pass-through', part: 'rapidPassThrough' },
    values: {
      within: [3, 5, 8, 10, 12, 15].map((minutes) => minutes * MINUTE),
      leastShare: [10, 20, 25, 30, 50],
      mostKept: [5, 10, 20, 100],
    },
  },
  {
    ...{ role: 'fragmentation', part: 'fragmentation' },
    values: {
      within: [6, 12, 24, 48].map((hours) => hours * HOUR),
      mostPart: [5, 10, 15, 20, 30],
      leastParts: [6, 8, 10, 12],
      leastShare: [30, 50, 70],
    },
  },
  {
    ...{ role: 'funnel', part: 'funnel' },
    values: { within: [10, 30, 60, 180, 720].map((minutes) => minutes * MINUTE), leastCarriers: [2, 3, 4] },
  },
  {
    ...{ role: 'consolidation', part: 'consolidation' },
    values: {
      leastPayers: [2, 4, 8, 12, 16, 30],
      leastOften: [5, 10, 20, 40],
      leastShare: [20, 30, 50, 70],
      mostPayers: [6, 8, 12, 20, 50],
      leastGrowth: [50, 110, 150],
    },
  },
];

/** The policy with one threshold changed. */
export function changed(policy: RolePolicy, part: keyof RolePolicy, name: string, value: number): RolePolicy {
  return { ...policy, [part]: { ...policy[part], [name]: value } };
}
