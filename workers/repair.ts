/** Having a crawl queue again what its queue has lost, and a case's schedule put back. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ScheduleJob } from '../src/queue/jobs.ts';
import type { Timers } from '../src/queue/timers.ts';
import type { Case } from '../src/store/cases.ts';
import type { Pool } from '../src/store/db.ts';
import { askRequeue, readRequeued } from '../src/store/requeues.ts';
import { isCaseLocked, lastRun, type Run, readRun } from '../src/store/runs.ts';
import { readSchedule } from '../src/store/schedules.ts';
import { keepSchedule } from './schedule.ts';

/** A crawl looks at least once a second, but for what it computes between the queue's work. */
const PATIENCE_MS = 15_000;
const POLL_MS = 100;

export interface Repair {
  /** The case's times in the queue: there is no schedule, they were there, or they were put back. */
  readonly schedule: 'none' | 'in-place' | 'put-back';
  /** `null` for a case that was never crawled. */
  readonly run: Run | null;
  /** Whether a process crawls the case. */
  readonly crawled: boolean;
  /** What was queued again, as the crawl's progress names it, and how much of it was left; `null` where nothing was. */
  readonly queued: { readonly stage: string; readonly left: number } | null;
}

/**
 * What a crawl waits for is known to the process that crawls, which plans it in the database: it is asked to queue it again.
 * The same work has the same id, so that what the queue still has is not there twice.
 */
export async function repairCase(
  { pool, timers }: { readonly pool: Pool; readonly timers: Timers<ScheduleJob> },
  investigated: Case,
): Promise<Repair> {
  const kept = await readSchedule(pool, investigated.id);
  const schedule = kept === undefined ? 'none' : (await keepSchedule({ pool, timers }, kept)) ? 'put-back' : 'in-place';
  const run = (await lastRun(pool, investigated.id)) ?? null;
  const crawled = await isCaseLocked(pool, investigated.id);
  if (run?.state !== 'running' || !crawled) return { schedule, run, crawled, queued: null };
  const queued = await askCrawl(pool, run.id);
  return { schedule, run: (await readRun(pool, run.id)) ?? run, crawled, queued };
}

async function askCrawl(pool: Pool, runId: number): Promise<Repair['queued']> {
  const asked = await askRequeue(pool, runId);
  for (let waited = 0; waited < PATIENCE_MS; waited += POLL_MS) {
    const { done, stage, waiting } = await readRequeued(pool, runId);
    if (done >= asked && stage !== null) return { stage, left: waiting ?? 0 };
    if ((await readRun(pool, runId))?.state !== 'running') return null;
    await sleep(POLL_MS);
  }
  return null;
}
