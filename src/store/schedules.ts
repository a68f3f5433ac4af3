/** When cases are crawled again by themselves, and what became of each time that came. */
import type { ListedStop } from '../cases/stops-file.ts';
import { type Db, many, maybe } from './db.ts';
import type { CrawlPolicy } from './runs.ts';

/** An interval in milliseconds, or a cron expression with the time zone that it is meant in. */
export type Timing =
  | { readonly everyMs: number; readonly cron: null; readonly timeZone: null }
  | { readonly everyMs: null; readonly cron: string; readonly timeZone: string };

export type Schedule = Timing & {
  readonly caseId: number;
  readonly case: string;
  readonly policy: CrawlPolicy;
  /** A provider that answers nothing for so long is given up. */
  readonly patienceMs: number;
  readonly setAt: Date;
  /** When the next crawl is due; `null` while the queue has not been asked. */
  readonly dueAt: Date | null;
};

const COLUMNS = `s.case_id as "caseId", c.name as case, s.every_ms as "everyMs", s.cron, s.time_zone as "timeZone",
  '{"native": true}'::jsonb || s.policy as policy,
  s.patience_ms as "patienceMs", s.set_at as "setAt", s.due_at as "dueAt"`;

/** Sets the schedule of a case, in place of the one that it had. Where the times are other ones, the next is open again. */
export async function setSchedule(
  db: Db,
  caseId: number,
  request: { timing: Timing; policy: CrawlPolicy; stops: readonly ListedStop[]; patienceMs: number; now: Date },
): Promise<void> {
  const { timing, policy, stops, patienceMs, now } = request;
  await db.query(
    `insert into schedules (case_id, every_ms, cron, time_zone, policy, stops, patience_ms, set_at)
     values ($1, $2, $3, $4, $5, $8, $6, $7)
     on conflict (case_id) do update set every_ms = excluded.every_ms, cron = excluded.cron,
       time_zone = excluded.time_zone, policy = excluded.policy, stops = excluded.stops, patience_ms = excluded.patience_ms,
       set_at = excluded.set_at,
       due_at = case when (schedules.every_ms, schedules.cron, schedules.time_zone)
         is not distinct from (excluded.every_ms, excluded.cron, excluded.time_zone) then schedules.due_at end`,
    [
      ...[caseId, timing.everyMs, timing.cron, timing.timeZone, JSON.stringify(policy), patienceMs, now],
      JSON.stringify(stops),
    ],
  );
}

/** Takes the schedule of a case away. Returns false where it had none. */
export async function removeSchedule(db: Db, caseId: number): Promise<boolean> {
  const { rowCount } = await db.query('delete from schedules where case_id = $1', [caseId]);
  return rowCount === 1;
}

export async function readSchedule(db: Db, caseId: number): Promise<Schedule | undefined> {
  return maybe<Schedule>(
    db,
    `select ${COLUMNS} from schedules s join cases c on c.id = s.case_id where s.case_id = $1`,
    [caseId],
  );
}

/** The list of services at which the scheduled crawls of a case stop. */
export async function readScheduleStops(db: Db, caseId: number): Promise<readonly ListedStop[]> {
  const row = await maybe<{ stops: ListedStop[] }>(db, 'select stops from schedules where case_id = $1', [caseId]);
  return row?.stops ?? [];
}

/** The schedules of all cases, in the order of the cases. */
export async function listSchedules(db: Db): Promise<Schedule[]> {
  return many<Schedule>(db, `select ${COLUMNS} from schedules s join cases c on c.id = s.case_id order by s.case_id`);
}

/** Notes when the next crawl is due. Who asked the queue earlier does not overwrite what was learnt since. */
export async function noteDue(db: Db, caseId: number, dueAt: Date): Promise<void> {
  await db.query('update schedules set due_at = greatest(due_at, $2) where case_id = $1', [caseId, dueAt]);
}

/** What became of a time that came: a crawl, or nothing and why. */
export type TickOutcome =
  | { readonly outcome: 'crawled'; readonly runId: number }
  | { readonly outcome: 'skipped' | 'failed'; readonly reason: string };

export async function recordTick(db: Db, caseId: number, tick: TickOutcome, now: Date): Promise<void> {
  await db.query('insert into schedule_ticks (case_id, at, outcome, run_id, reason) values ($1, $2, $3, $4, $5)', [
    caseId,
    now,
    tick.outcome,
    tick.outcome === 'crawled' ? tick.runId : null,
    tick.outcome === 'crawled' ? null : tick.reason,
  ]);
}
