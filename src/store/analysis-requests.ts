/** Who asked for an analysis, and what came of it: the one who asks may wait in another process than the one who works. */
import type { ConservingRule } from '../../graphs/trace/types.ts';
import { UserError } from '../errors.ts';
import { type Db, maybe, one } from './db.ts';

/** What an analysis depends on that whoever asks may choose. */
export interface WantedAnalysis {
  /** Whole number from 0 to 4,294,967,295: which of the possible partitions is found. */
  readonly seed: number;
  /** How often it is found anew, to tell how well it holds; `null` for as often as the case's thresholds say. */
  readonly repeats: number | null;
  /** By which victims' money is followed. */
  readonly rule: ConservingRule;
  /** Milliseconds for the partitions. */
  readonly deadlineMs: number;
}

/** @returns the request's number */
export async function askForAnalysis(db: Db, runId: number, wanted: WantedAnalysis, now: Date): Promise<number> {
  const { id } = await one<{ id: number }>(
    db,
    'insert into analysis_requests (run_id, wanted, asked_at) values ($1, $2, $3) returning id',
    [runId, JSON.stringify(wanted), now],
  );
  return id;
}

export interface AnalysisRequest {
  readonly runId: number;
  readonly wanted: WantedAnalysis;
  /** The analysis's number, once it is there. */
  readonly analysisId: number | null;
  readonly failure: Failure | null;
}

interface Failure {
  readonly code: string;
  readonly message: string;
  readonly right?: string;
  readonly todo?: string;
}

/** What was asked for, and what came of it. */
export async function readAnalysisRequest(db: Db, id: number): Promise<AnalysisRequest | undefined> {
  return maybe<AnalysisRequest>(
    db,
    'select run_id as "runId", wanted, analysis_id as "analysisId", failure from analysis_requests where id = $1',
    [id],
  );
}

/** @param answer the analysis's number, or why there is none */
export async function answerRequest(db: Db, id: number, answer: number | UserError): Promise<void> {
  const failure =
    answer instanceof UserError
      ? JSON.stringify({ code: answer.code, message: answer.message, right: answer.right, todo: answer.todo })
      : null;
  await db.query('update analysis_requests set analysis_id = $2, failure = $3 where id = $1', [
    id,
    answer instanceof UserError ? null : answer,
    failure,
  ]);
}

/** The failure as the error that it was. */
export function asError({ code, message, right, todo }: Failure): UserError {
  return new UserError(code, message, {
    ...(right === undefined ? {} : { right }),
    ...(todo === undefined ? {} : { todo }),
  });
}
