/**
 * Wallets to examine: those that the network likely controls, best first. docs/detection.md defines the score.
 *
 * A score is the sum of a table's points, so that a reader can redo it by hand: each feature is counted by itself, a higher figure
 * never gives fewer points, and no feature changes what another is worth. It was made for this program; what it looks at are the
 * published patterns of docs/simulation.md. Scores are made in rounds: wallets that are likely in one count like reported ones in the
 * next, where the question is who paid whom, for not all victims report, and money that went over a swapper cannot be followed.
 */

import { largerFirst } from '../../src/money.ts';
import { type CaseView, sortedAccounts } from '../findings/view.ts';
import { type Context, type Feature, isCandidate, openContext } from './context.ts';
import { cluster, role, strongestRole } from './group-features.ts';
import { amount, dwell, onward, passed, share } from './money-features.ts';
import { pointsFor, SUSPECT_POLICY, type SuspectPolicy } from './policy.ts';
import { paidBy, pays, reported, shared, tied } from './tie-features.ts';
import { FEATURES, type FeatureName, type Findings, type Reason, type Suspect } from './types.ts';

const COUNTED: Readonly<Record<FeatureName, Feature>> = {
  ...{ reported, share, paidBy, pays, onward, amount },
  ...{ dwell, passed, tied, shared, cluster, role },
};
/** What depends on which wallets are known; all else is the same in every round. */
const OF_ROUND: ReadonlySet<FeatureName> = new Set(['share', 'onward', 'amount', 'dwell', 'tied']);
const MOST = 100;

/**
 * All accounts with any points at all, the highest score first; of equal ones that with more traced money, then by chain, address and
 * asset. Victims, services and deposit addresses are never among them. Linear in rows and rounds, but for the case's rule.
 */
export function rankSuspects(view: CaseView, findings: Findings, policy: SuspectPolicy = SUSPECT_POLICY): Suspect[] {
  const candidates = [...sortedAccounts(view)].filter((account) => isCandidate(view, account));
  let context = openContext(view, findings, policy);
  let scored = candidates.map((account) => ({ account, points: pointsOf(context, account) }));
  for (let round = 1; round < policy.rounds; round += 1) {
    const known = context.reported.slice();
    for (const { account, points } of scored) if (scoreOf(points) >= policy.likely) known[account] = 1;
    context = { ...context, known };
    scored = scored.map(({ account, points }) => ({ account, points: pointsOf(context, account, points) }));
  }
  const suspects = scored
    .filter(({ points }) => scoreOf(points) > 0)
    .map(({ account, points }) => suspectOf(context, account, points));
  return suspects.sort((a, b) => b.score - a.score || largerFirst(a.traced, b.traced));
}

type Points = Record<FeatureName, number>;

/** @param before the points of the round before, of which those that cannot have changed are kept */
function pointsOf(context: Context, account: number, before?: Points): Points {
  const entries = FEATURES.map((name): [FeatureName, number] => {
    if (before !== undefined && !OF_ROUND.has(name)) return [name, before[name]];
    const figure = COUNTED[name].figure(context, account);
    return [name, figure === null ? 0 : pointsFor(context.policy, name, figure)];
  });
  return Object.fromEntries(entries) as Points;
}

function scoreOf(points: Points): number {
  return Math.min(
    MOST,
    FEATURES.reduce((sum, name) => sum + points[name], 0),
  );
}

function suspectOf(context: Context, account: number, points: Points): Suspect {
  const { view, policy, findings } = context;
  const score = scoreOf(points);
  return {
    ...{ account, score, likely: score >= policy.likely, reported: context.reported[account] === 1, points },
    role: strongestRole(context, account),
    cluster: findings.communities.cluster[account] ?? -1,
    traced: view.received[account] ?? 0n,
    hop: view.hop[account] ?? -1,
    reasons: reasonsOf(context, account, points),
  };
}

function reasonsOf(context: Context, account: number, points: Points): Reason[] {
  return FEATURES.filter((name) => points[name] > 0)
    .sort((a, b) => points[b] - points[a])
    .map((feature) => {
      const figure = COUNTED[feature].figure(context, account) ?? 0;
      return { feature, points: points[feature], ...COUNTED[feature].tell(context, account, figure) };
    });
}
