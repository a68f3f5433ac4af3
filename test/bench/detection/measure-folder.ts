/** Detection measured on an economy from a folder, whoever made it. */
import type { RoleName } from '../../../graphs/roles/types.ts';
import { LIMITS } from './baselines.ts';
import { checkMeasurable, checkReached } from './checks.ts';
import { caseOf } from './economies.ts';
import { readEconomyFolder } from './folder.ts';
import { innocentCase } from './innocent.ts';
import { isMember } from './members.ts';
import { notesOn } from './notes.ts';
import { countBy, type Group, scoreCase } from './score.ts';

export interface MeasuredFolder {
  readonly group: Group;
  /** Roles that no wallet of the case has by the folder's words. */
  readonly unmeasured: readonly RoleName[];
  /** The words of wallets.csv for what networks' wallets are, with how many there are of each. */
  readonly words: Readonly<Record<string, number>>;
  readonly notes: readonly string[];
}

/** @throws UserError `SIMULATION_INVALID` when the folder cannot be read, or there is nothing to measure */
export async function measureFolder(folder: string): Promise<MeasuredFolder> {
  const economy = await readEconomyFolder(folder);
  checkMeasurable(folder, economy);
  const score = scoreCase(caseOf(folder, economy), LIMITS.normal);
  checkReached(folder, score);
  const innocent = scoreCase(innocentCase(`${folder}, no scam`, economy, 1), LIMITS.normal);
  const measured = [...score.roles].filter(([, { sought }]) => sought > 0);
  return {
    group: { name: folder, scores: [{ ...score, roles: new Map(measured) }], innocent: [innocent] },
    unmeasured: [...score.roles].filter(([, { sought }]) => sought === 0).map(([role]) => role),
    words: countBy(economy.wallets.filter(isMember).map(({ role }) => role)),
    notes: notesOn(economy),
  };
}
