/** All roles of a case's wallets. docs/roles.md defines each. */
import { type CaseView, sortedAccounts } from '../findings/view.ts';
import { findCollections } from './collection.ts';
import { findConsolidation } from './consolidation.ts';
import { findFragmentation } from './fragmentation.ts';
import { findFunnels } from './funnel.ts';
import type { RolePolicy } from './policy.ts';
import { findPools } from './pooling.ts';
import { findRapidPassThrough } from './rapid-pass-through.ts';
import { ROLES, type RoleFinding } from './types.ts';

/** Each sees the view alone, and none what another found. */
const DETECTORS: readonly ((view: CaseView, policy: RolePolicy) => readonly RoleFinding[])[] = [
  (view, policy) => findCollections(view, policy.collection),
  (view, policy) => findPools(view, policy.pooling),
  (view, policy) => findRapidPassThrough(view, policy.rapidPassThrough),
  (view, policy) => findFragmentation(view, policy.fragmentation),
  (view, policy) => findFunnels(view, policy.funnel),
  (view, policy) => findConsolidation(view, policy.consolidation),
];

/** By chain, address and asset, then in the order of `ROLES`; a wallet may have several. Pure: rows in any order, same findings. */
export function findRoles(view: CaseView, policy: RolePolicy): RoleFinding[] {
  const found = DETECTORS.flatMap((detect) => detect(view, policy));
  const place = new Int32Array(view.count);
  sortedAccounts(view).forEach((account, index) => {
    place[account] = index;
  });
  return found.sort(
    (a, b) => (place[a.account] ?? 0) - (place[b.account] ?? 0) || ROLES.indexOf(a.role) - ROLES.indexOf(b.role),
  );
}
