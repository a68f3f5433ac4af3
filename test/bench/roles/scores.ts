/** How often roles are right, counted against what a simulated economy knows of its wallets. */
import { walletOf } from '../../../graphs/findings/view.ts';
import { isMet, walletOfFinding } from '../../../graphs/roles/finding.ts';
import { ROLES, type RoleFinding, type RoleName } from '../../../graphs/roles/types.ts';
import { walletKey } from '../../../graphs/wallet-key.ts';
import type { Wallet } from '../../../src/chains/chain.ts';
import type { Score } from '../attribution/scores.ts';
import type { SimulatedCase } from '../detection/economies.ts';
import { type Known, knownOf, SEEN, TRUTH } from './truth.ts';

export type RoleScores = ReadonlyMap<RoleName, Score>;

/** A score for each role that has a truth. Sought are all wallets that have the role, of those in which it can be seen. */
export function scoreRoles(
  of: SimulatedCase,
  findings: readonly RoleFinding[],
  roles: readonly RoleName[] = ROLES,
): RoleScores {
  const known = new Map<string, Known | null>();
  const know = (wallet: Wallet): Known | null => {
    const key = walletKey(wallet);
    const told = known.get(key) ?? knownOf(of, wallet);
    known.set(key, told);
    return told;
  };
  const scores = new Map<RoleName, Score>();
  for (const role of roles) {
    const hasRole = TRUTH[role];
    if (hasRole === undefined) continue;
    const isRight = (told: Known | null) => told !== null && hasRole(told);
    const found = uniqueOf(
      findings.filter((each) => each.role === role).map((finding) => walletOfFinding(of.view, finding)),
    );
    const isSeen = (told: Known | null) => told !== null && (SEEN[role]?.(told) ?? true);
    const sought = visibleTo(of, role).filter((wallet) => isRight(know(wallet)) && isSeen(know(wallet)));
    const wrong: Record<string, number> = {};
    for (const wallet of found.values()) {
      const told = know(wallet);
      if (isRight(told)) continue;
      const what = describe(told);
      wrong[what] = (wrong[what] ?? 0) + 1;
    }
    scores.set(role, {
      ...{ sought: sought.length, met: sought.filter((wallet) => found.has(walletKey(wallet))).length },
      ...{ found: found.size, right: [...found.values()].filter((wallet) => isRight(know(wallet))).length, wrong },
    });
  }
  return scores;
}

/**
 * Wallets in which a role can be seen: those that reports or followed money lead to and that the case has read, also where it takes
 * them for a service's. No followed money is told of a processor's own wallets, and funders may deal in coins alone.
 */
function visibleTo({ view }: SimulatedCase, role: RoleName): Wallet[] {
  if (role === 'gas-funder')
    return [...uniqueOf(view.native.map(({ chain, from }) => ({ chain, address: from }))).values()];
  const accounts = Array.from({ length: view.count }, (_, account) => account);
  const isSeen = (account: number) =>
    role === 'processor-sweep' ? view.complete[account] === 1 : isMet(view, account);
  return accounts.filter(isSeen).map((account) => walletOf(view, account));
}

function uniqueOf(wallets: readonly Wallet[]): Map<string, Wallet> {
  return new Map(wallets.map((wallet) => [walletKey(wallet), wallet]));
}

function describe(known: Known | null): string {
  return known === null ? '?' : [known.wallet.role, ...[...known.parts].sort()].join('+');
}
