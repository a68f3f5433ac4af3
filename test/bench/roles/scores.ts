/** How often roles are right, counted against what a simulated economy knows of its wallets. */
import { walletOf } from '../../../graphs/findings/view.ts';
import { isMet } from '../../../graphs/roles/finding.ts';
import { ROLES, type RoleFinding, type RoleName } from '../../../graphs/roles/types.ts';
import type { Score } from '../attribution/scores.ts';
import type { SimulatedCase } from '../detection/economies.ts';
import { type Known, knownOf, TRUTH } from './truth.ts';

export type RoleScores = ReadonlyMap<RoleName, Score>;

/**
 * A score for each role that has a truth. Sought are all wallets that have the role, that reports or followed money lead to, and
 * that the case has read: also those that it takes for a service's.
 */
export function scoreRoles(of: SimulatedCase, findings: readonly RoleFinding[]): RoleScores {
  const known = Array.from({ length: of.view.count }, (_, account) => knownOf(of, walletOf(of.view, account)));
  const scores = new Map<RoleName, Score>();
  for (const role of ROLES) {
    const hasRole = TRUTH[role];
    if (hasRole === undefined) continue;
    const isRight = (account: number) => {
      const wallet = known[account];
      return wallet !== undefined && wallet !== null && hasRole(wallet);
    };
    const found = new Set(findings.filter((each) => each.role === role).map(({ account }) => account));
    const sought = [...known.keys()].filter((account) => isMet(of.view, account) && isRight(account));
    const wrong: Record<string, number> = {};
    for (const account of found) {
      if (isRight(account)) continue;
      const what = describe(known[account]);
      wrong[what] = (wrong[what] ?? 0) + 1;
    }
    scores.set(role, {
      ...{ sought: sought.length, met: sought.filter((account) => found.has(account)).length },
      ...{ found: found.size, right: [...found].filter(isRight).length, wrong },
    });
  }
  return scores;
}

function describe(known: Known | null | undefined): string {
  return known ? [known.wallet.role, ...[...known.parts].sort()].join('+') : '?';
}
