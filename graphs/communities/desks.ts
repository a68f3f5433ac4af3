/** Desks that serve several: for communities they are what services are. */
import { type CaseView, STANDING } from '../findings/view.ts';
import type { RoleFinding } from '../roles/types.ts';

/**
 * The view in which wallets with the role of consolidation count as possible services: a broker's desk deals with several networks and
 * with strangers, so that it would join who has nothing else in common. One that reports name stays what it is.
 */
export function withoutDesks(view: CaseView, roles: readonly RoleFinding[]): CaseView {
  const standing = view.standing.slice();
  for (const { role, account } of roles) {
    if (role !== 'consolidation' || account < 0) continue;
    if (view.reported[account] !== 1 && standing[account] === STANDING.wallet) standing[account] = STANDING.possible;
  }
  return { ...view, standing };
}
