/** How many points a wallet gets for what: one plain object, which goes into hashes as it is. */
import type { RoleName } from '../roles/types.ts';
import type { FeatureName } from './types.ts';

/** From a figure on, so many points. In ascending order of figures; the last that is reached counts. */
export type Step = readonly [figure: number, points: number];

export interface SuspectPolicy {
  /** All but `dwell` give more for a higher figure. */
  readonly points: Readonly<Record<Exclude<FeatureName, 'dwell'>, readonly Step[]>>;
  /** Up to so many minutes, so many points; in ascending order of minutes, the first that holds counts. */
  readonly dwell: readonly Step[];
  /** A wallet with so many points is likely the network's. */
  readonly likely: number;
  /** How often scores are made: wallets likely in one round count like reported ones in the next. */
  readonly rounds: number;
  /** A wallet that dealt with more others ties nobody as a shared counterparty. */
  readonly mostPartners: number;
  /** Roles that give points. Others are hints, or what a network's partners and services do as well. */
  readonly roles: readonly RoleName[];
  /** A cluster is likely a network's with a reported wallet and so many likely ones that no report names. */
  readonly leastLikely: number;
}

/**
 * The defaults. docs/detection.md says where each figure comes from: simulated economies whose seeds begin with `calibrate`, the
 * order of `paidBy`, `pays` and `amount` also from 40 seized wallets of which half were withheld.
 */
export const SUSPECT_POLICY: SuspectPolicy = {
  points: {
    reported: [[1, 20]],
    share: [
      [25, 8],
      [50, 16],
      [75, 26],
      [95, 34],
    ],
    paidBy: [
      [1, 5],
      [2, 10],
      [3, 15],
    ],
    pays: [
      [1, 1],
      [2, 2],
      [3, 3],
    ],
    onward: [
      [25, 4],
      [50, 8],
    ],
    amount: [
      [100, 3],
      [1_000, 6],
      [10_000, 9],
      [100_000, 12],
    ],
    passed: [
      [90, 4],
      [98, 8],
    ],
    tied: [
      [1, 6],
      [3, 10],
    ],
    shared: [
      [1, 2],
      [2, 4],
    ],
    cluster: [
      [1, 2],
      [3, 4],
    ],
    role: [
      [1, 6],
      [50, 10],
    ],
  },
  dwell: [
    [15, 14],
    [120, 10],
    [480, 6],
    [1_440, 3],
  ],
  likely: 50,
  rounds: 20,
  mostPartners: 30,
  roles: ['collection', 'pooling', 'rapid-pass-through', 'fragmentation', 'funnel', 'peel-chain', 'inducement'],
  leastLikely: 3,
};

/** Points of a feature for its figure: never fewer for a higher figure, or for fewer minutes. */
export function pointsFor(policy: SuspectPolicy, feature: FeatureName, figure: number): number {
  if (feature === 'dwell') return policy.dwell.find(([most]) => figure <= most)?.[1] ?? 0;
  return policy.points[feature].findLast(([least]) => figure >= least)?.[1] ?? 0;
}
