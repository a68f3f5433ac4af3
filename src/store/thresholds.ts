/** Thresholds that a case has of its own. All decisions are kept, none is changed; the newest of a name counts. */
import type { Statement } from '../cases/statement.ts';
import { type Db, many, type Pool, transaction } from './db.ts';

export interface ThresholdDecision {
  readonly name: string;
  /** `null` for the usual value again. */
  readonly value: string | null;
  readonly by: string;
  readonly why: string;
  readonly at: Date;
}

/** Notes decisions together, or none of them. */
export async function decideThresholds(
  pool: Pool,
  caseId: number,
  decisions: readonly { readonly name: string; readonly value: string | null }[],
  { by, why }: Statement,
  now: Date,
): Promise<void> {
  await transaction(pool, async (db) => {
    for (const { name, value } of decisions)
      await db.query(
        `insert into case_thresholds (case_id, name, value, decided_by, why, decided_at) values ($1, $2, $3, $4, $5, $6)`,
        [caseId, name, value, by, why, now],
      );
  });
}

/** All decisions of a case, oldest first. */
export async function readThresholdDecisions(db: Db, caseId: number): Promise<ThresholdDecision[]> {
  return many<ThresholdDecision>(
    db,
    `select name, value, decided_by as by, why, decided_at as at from case_thresholds where case_id = $1 order by id`,
    [caseId],
  );
}

/** What the decisions come to, by name. */
export function thresholdsInForce(
  decisions: readonly ThresholdDecision[],
): readonly { readonly name: string; readonly value: string }[] {
  const newest = new Map(decisions.map(({ name, value }) => [name, value]));
  return [...newest]
    .flatMap(([name, value]) => (value === null ? [] : [{ name, value }]))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
