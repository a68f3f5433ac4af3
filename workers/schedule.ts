/** Scheduled crawls: a time that came is a crawl of the case, by the process that takes it. */
import type { ChainId } from '../src/chains/chain.ts';
import type { Clock } from '../src/clock.ts';
import { messageOf, UserError } from '../src/errors.ts';
import type { Log } from '../src/log.ts';
import { type ScheduleJob, scheduleJob } from '../src/queue/jobs.ts';
import type { Timers } from '../src/queue/timers.ts';
import type { Processor } from '../src/queue/worker.ts';
import { findCase } from '../src/store/cases.ts';
import { explainDatabaseError, type Pool } from '../src/store/db.ts';
import { lastRun } from '../src/store/runs.ts';
import {
  listSchedules,
  noteDue,
  readSchedule,
  readScheduleStops,
  recordTick,
  type Schedule,
  type TickOutcome,
} from '../src/store/schedules.ts';
import type { Provider } from './provider.ts';
import { crawlCase } from './waves.ts';

export interface ScheduleContext {
  readonly pool: Pool;
  readonly timers: Timers<ScheduleJob>;
  readonly providers: ReadonlyMap<ChainId, Provider>;
  readonly clock: Clock;
  readonly log: Log;
  /** A fault that no crawl can go on with, such as a full disk. */
  readonly onFatal: (error: Error) => void;
  /** Aborted when the process is to end: the crawl is left for whoever goes on with it. */
  readonly stopping: AbortSignal;
}

const BUSY = 'the case was being crawled';

/**
 * One crawl of a case at a time: a time that comes meanwhile is skipped, and noted. A job that a killed worker left takes its
 * run up again.
 */
export function createScheduleProcessor(context: ScheduleContext): Processor {
  const { pool, timers, clock, log, onFatal, stopping } = context;
  return async (data, control) => {
    const { case: caseId } = scheduleJob.parse(data);
    const schedule = await readSchedule(pool, caseId);
    if (schedule === undefined) return;
    const next = await timers.next(timerId(caseId));
    if (next !== null) await noteDue(pool, caseId, next);
    const note = (tick: TickOutcome) => recordTick(pool, caseId, tick, new Date(clock.now()));
    if (await cameDuringCrawl(pool, schedule)) return note({ outcome: 'skipped', reason: BUSY });
    try {
      const tick = await crawlScheduled(context, schedule);
      if (tick !== null) return await note(tick);
    } catch (error) {
      const explained = explainDatabaseError(error) ?? error;
      if (!stopping.aborted) {
        if (explained instanceof UserError && explained.code === 'DISK_FULL') onFatal(explained);
        log.warn({ case: caseId, fault: messageOf(explained) }, 'a scheduled crawl had a fault');
        if (control.lastAttempt) await note({ outcome: 'failed', reason: messageOf(explained) });
        throw error;
      }
    }
    // The process is to end: the job is given back as it was.
    control.giveBack();
  };
}

/** Returns null where it was interrupted, since its process is to end. */
async function crawlScheduled(
  { pool, providers, clock, log, stopping }: ScheduleContext,
  { caseId, policy, patienceMs }: Schedule,
): Promise<TickOutcome | null> {
  try {
    const investigated = await findCase(pool, String(caseId));
    const run = await crawlCase(
      { pool, providers, clock },
      {
        ...{ case: investigated, policy, offline: false, patienceMs, signal: stopping, onProgress: () => {} },
        stops: await readScheduleStops(pool, caseId),
      },
    );
    log.info({ case: caseId, run: run.id, state: run.state }, 'a scheduled crawl has ended');
    return run.stopCode === 'INTERRUPTED' ? null : { outcome: 'crawled', runId: run.id };
  } catch (error) {
    if (!(error instanceof UserError) || error.code === 'DISK_FULL') throw error;
    if (error.code === 'INTERRUPTED') return null;
    // Trying again at once would come to the same: it takes a person, or the next time.
    return error.code === 'CASE_BUSY'
      ? { outcome: 'skipped', reason: BUSY }
      : { outcome: 'failed', reason: error.message };
  }
}

/** A time that came while all who could have taken it were busy, and the case was crawled meanwhile, brings no second crawl. */
async function cameDuringCrawl(pool: Pool, { caseId, dueAt }: Schedule): Promise<boolean> {
  const run = await lastRun(pool, caseId);
  if (dueAt === null || run?.state !== 'finished' || run.endedAt === null) return false;
  return run.startedAt < dueAt && dueAt <= run.endedAt;
}

/** Sees to it that the queue keeps the schedule's times. Returns whether they had to be set. */
export async function keepSchedule(
  { pool, timers }: Pick<ScheduleContext, 'pool' | 'timers'>,
  schedule: Schedule,
): Promise<boolean> {
  const { caseId, dueAt } = schedule;
  const data: ScheduleJob = { kind: 'schedule', case: caseId };
  const { next, set } = await timers.keep({ id: timerId(caseId), data, timing: schedule, dueAt });
  await noteDue(pool, caseId, next);
  return set;
}

/** The same for all cases: what an emptied queue has lost is put back. */
export async function keepSchedules(context: Pick<ScheduleContext, 'pool' | 'timers'>): Promise<void> {
  for (const schedule of await listSchedules(context.pool)) await keepSchedule(context, schedule);
}

/** Names the case's timer in the queue. */
export function timerId(caseId: number): string {
  return `case-${caseId}`;
}
