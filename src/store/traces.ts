/** Traces as they were computed, stored per run under the hashes that say from what they come. */
import type { Rule } from '../../graphs/trace/types.ts';
import { type Db, maybe } from './db.ts';

export interface StoredTrace {
  readonly rule: Rule;
  /** Id of the declaration under which it was computed; `null` for a rule that nobody declared. */
  readonly declarationId: number | null;
  /** All that the result depends on beside the graph and the rule; plain JSON. */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly graphHash: string;
  readonly runHash: string;
  /** Plain JSON. A `bigint` in it is stored as a decimal string and read as one. */
  readonly result: unknown;
}

/**
 * Stores a trace once: computed again under the same declaration it changes nothing, under another it is a row of its own.
 *
 * @returns false where it was stored before
 */
export async function storeTrace(db: Db, runId: number, trace: StoredTrace, now: Date): Promise<boolean> {
  const { rowCount } = await db.query(
    `insert into traces (run_id, declaration_id, rule, parameters, graph_hash, run_hash, result, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing`,
    [
      runId,
      trace.declarationId,
      trace.rule,
      toJson(trace.parameters),
      trace.graphHash,
      trace.runHash,
      toJson(trace.result),
      now,
    ],
  );
  return rowCount === 1;
}

/** Which trace of a run is meant: of its present graph, by a rule, with given parameters. */
export interface TraceKey extends Pick<StoredTrace, 'graphHash' | 'rule' | 'parameters'> {
  readonly runId: number;
}

/** The newest trace of that key. */
export async function readTrace(
  db: Db,
  { runId, graphHash, rule, parameters }: TraceKey,
): Promise<StoredTrace | undefined> {
  return maybe<StoredTrace>(
    db,
    `select rule, declaration_id as "declarationId", parameters, graph_hash as "graphHash", run_hash as "runHash", result
     from traces where run_id = $1 and graph_hash = $2 and rule = $3 and parameters = $4::jsonb
     order by id desc limit 1`,
    [runId, graphHash, rule, toJson(parameters)],
  );
}

function toJson(value: unknown): string {
  return JSON.stringify(value, (_, part) => (typeof part === 'bigint' ? `${part}` : part));
}
