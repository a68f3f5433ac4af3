/** All roles of a case's wallets. docs/roles.md defines each. */
import type { CaseView } from '../findings/view.ts';
import { walletKey } from '../wallet-key.ts';
import { findCashOuts } from './cash-out.ts';
import { findCollections } from './collection.ts';
import { findConsolidation } from './consolidation.ts';
import { walletOfFinding } from './finding.ts';
import { findFragmentation } from './fragmentation.ts';
import { findFunnels } from './funnel.ts';
import { findGasFunders } from './gas-funder.ts';
import { findInducements } from './inducement.ts';
import { findPeelChains } from './peel-chain.ts';
import type { RolePolicy } from './policy.ts';
import { findPools } from './pooling.ts';
import { findProcessorSweeps } from './processor-sweep.ts';
import { findRapidPassThrough } from './rapid-pass-through.ts';
import { ROLES, type RoleFinding } from './types.ts';
import { findWorkingHours } from './working-hours.ts';

/** Each sees the view alone, and none what another found. */
const DETECTORS: readonly ((view: CaseView, policy: RolePolicy) => readonly RoleFinding[])[] = [
  (view, policy) => findCollections(view, policy.collection),
  (view, policy) => findPools(view, policy.pooling),
  (view, policy) => findRapidPassThrough(view, policy.rapidPassThrough),
  (view, policy) => findFragmentation(view, policy.fragmentation),
  (view, policy) => findFunnels(view, policy.funnel),
  (view, policy) => findPeelChains(view, policy.peelChain),
  (view, policy) => findConsolidation(view, policy.consolidation),
  (view, policy) => findInducements(view, policy.inducement),
  (view, policy) => findProcessorSweeps(view, policy.processorSweep),
  (view, policy) => findCashOuts(view, policy.cashOut),
  (view, policy) => findGasFunders(view, policy.gasFunder),
  (view, policy) => findWorkingHours(view, policy.workingHours),
];

/** By chain, address and asset, then in the order of `ROLES`; a wallet may have several. Pure: rows in any order, same findings. */
export function findRoles(view: CaseView, policy: RolePolicy): RoleFinding[] {
  const found = DETECTORS.flatMap((detect) => detect(view, policy));
  const keys = new Map(found.map((finding) => [finding, keyOf(view, finding)]));
  const compare = (a: string, b: string) => (a < b ? -1 : Number(a > b));
  return found.sort(
    (a, b) => compare(keys.get(a) ?? '', keys.get(b) ?? '') || ROLES.indexOf(a.role) - ROLES.indexOf(b.role),
  );
}

function keyOf(view: CaseView, finding: RoleFinding): string {
  return `${walletKey(walletOfFinding(view, finding))}:${view.table.accounts.list[finding.account]?.asset ?? ''}`;
}
