/** At which categories the traces of a case stop, where a person decided so. All decisions are kept, none is changed. */
import type { Statement } from '../cases/statement.ts';
import type { Category, CategoryDecision } from '../tags/categories.ts';
import { type Db, many } from './db.ts';

export interface StoredCategoryDecision extends CategoryDecision {
  readonly by: string;
  readonly why: string;
  readonly at: Date;
}

export async function decideCategory(
  db: Db,
  caseId: number,
  decision: { readonly category: Category; readonly stops: boolean; readonly statement: Statement },
  now: Date,
): Promise<void> {
  const { category, stops, statement } = decision;
  await db.query(
    `insert into category_decisions (case_id, category, stops, decided_by, why, decided_at) values ($1, $2, $3, $4, $5, $6)`,
    [caseId, category, stops, statement.by, statement.why, now],
  );
}

/** All decisions of a case, oldest first. */
export async function readCategoryDecisions(db: Db, caseId: number): Promise<StoredCategoryDecision[]> {
  return many<StoredCategoryDecision>(
    db,
    `select category, stops, decided_by as by, why, decided_at as at from category_decisions where case_id = $1 order by id`,
    [caseId],
  );
}
