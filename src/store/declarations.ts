/** Which rule a person declared for a case, and why: recorded before results are shown. All are kept, none is changed. */
import type { Rule } from '../../graphs/trace/types.ts';
import type { Statement } from '../cases/statement.ts';
import { type Db, many, one } from './db.ts';

export interface Declaration {
  readonly id: number;
  readonly rule: Rule;
  readonly declaredBy: string;
  readonly why: string;
  readonly declaredAt: Date;
}

const COLUMNS = 'id, rule, declared_by as "declaredBy", why, declared_at as "declaredAt"';

/** Adds a declaration; from now on it is the one of its rule that counts. */
export async function declareRule(
  db: Db,
  caseId: number,
  declaration: { readonly rule: Rule; readonly statement: Statement },
  now: Date,
): Promise<Declaration> {
  const { rule, statement } = declaration;
  return one<Declaration>(
    db,
    `insert into declarations (case_id, rule, declared_by, why, declared_at) values ($1, $2, $3, $4, $5)
     returning ${COLUMNS}`,
    [caseId, rule, statement.by, statement.why, now],
  );
}

/** All declarations of a case, oldest first. */
export async function readDeclarations(db: Db, caseId: number): Promise<Declaration[]> {
  return many<Declaration>(db, `select ${COLUMNS} from declarations where case_id = $1 order by id`, [caseId]);
}

/** The newest declaration of each rule: the one that counts. */
export function newestByRule(declarations: readonly Declaration[]): ReadonlyMap<Rule, Declaration> {
  return new Map([...declarations].sort((a, b) => a.id - b.id).map((declaration) => [declaration.rule, declaration]));
}
