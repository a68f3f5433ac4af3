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
  const scored = candidates.map((account) => ({ account, figures: figuresOf(context, account) }));
  const score = ({ figures }: { readonly figures: readonly Figure[] }) => scoreOf(policy, figures);
  for (let round = 1; round < policy.rounds; round += 1) {
    const known = context.reported.slice();
    for (const each of scored) if (score(each) >= policy.likely) known[each.account] = 1;
    if (known.every((is, account) => is === context.known[account])) break;
    context = { ...context, known };
    for (const each of scored) each.figures = figuresOf(context, each.account, each.figures);
  }
  const suspects = scored
    .filter((each) => score(each) > 0)
    .map(({ account, figures }) => suspectOf(context, account, figures));
  return suspects.sort((a, b) => b.score - a.score || largerFirst(a.traced, b.traced));
}

/** What a feature counts; `null` where nothing can be said. */
type Figure = number | null;

/**
 * In the order of `FEATURES`.
 *
 * @param before the figures of the round before, of which those that cannot have changed are kept
 */
function figuresOf(context: Context, account: number, before?: readonly Figure[]): Figure[] {
  return FEATURES.map((name, place) =>
    before === undefined || OF_ROUND.has(name) ? COUNTED[name].figure(context, account) : (before[place] ?? null),
  );
}

function pointsOf(policy: SuspectPolicy, name: FeatureName, figure: Figure | undefined): number {
  return figure === null || figure === undefined ? 0 : pointsFor(policy, name, figure);
}

function scoreOf(policy: SuspectPolicy, figures: readonly Figure[]): number {
  let sum = 0;
  for (const [place, name] of FEATURES.entries()) sum += pointsOf(policy, name, figures[place]);
  return Math.min(MOST, sum);
}

function suspectOf(context: Context, account: number, figures: readonly Figure[]): Suspect {
  const { view, policy, findings } = context;
  const score = scoreOf(policy, figures);
  const points = FEATURES.map((name, place) => [name, pointsOf(policy, name, figures[place])] as const);
  return {
    ...{ account, score, likely: score >= policy.likely, reported: context.reported[account] === 1 },
    points: Object.fromEntries(points) as Suspect['points'],
    role: strongestRole(context, account),
    cluster: findings.communities.cluster[account] ?? -1,
    traced: view.received[account] ?? 0n,
    hop: view.hop[account] ?? -1,
    reasons: points
      .map(([feature, worth], place) => ({ feature, points: worth, figure: figures[place] ?? 0 }))
      .filter((each) => each.points > 0)
      .sort((a, b) => b.points - a.points)
      .map(
        ({ feature, points: worth, figure }): Reason => ({
          ...{ feature, points: worth },
          ...COUNTED[feature].tell(context, account, figure),
        }),
      ),
  };
}
