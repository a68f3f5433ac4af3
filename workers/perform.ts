/** Having work done by whatever workers there are, and watching over it. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from '../src/store/db.ts';
import { countCaseWallets } from '../src/store/frontier.ts';
import { endRun, type Run, readFaults, readRun } from '../src/store/runs.ts';
import type { CrawlRequest, CrawlSetup } from './crawl-setup.ts';

/** How often the driver looks whether the work is done. */
const POLL_MS = 100;
/** A provider that is silent for so long may have said why. */
const QUIET_MS = 1_000;
/** A queue that brings nothing for so long may have lost its jobs: what is left is queued again. */
const REQUEUE_MS = 15_000;

/** Work that is planned in the database and carried by the queue. */
export interface Work {
  readonly hop: number;
  /** Queues what is left to do. What is queued already is not queued twice. */
  readonly queue: () => Promise<void>;
  readonly done: () => Promise<boolean>;
}

/** Has workers do it, and waits. Returns false when the run was stopped, interrupted or given up. */
export async function performWork(
  setup: CrawlSetup,
  request: CrawlRequest,
  started: Run,
  work: Work,
): Promise<boolean> {
  const { pool, clock } = setup;
  const began = clock.now();
  const stop = async (code: string, reason: string) => {
    await endRun(pool, started.id, { state: 'stopped', code, reason, now: new Date(clock.now()) });
    return false;
  };
  await work.queue();
  for (let queued = began; ; ) {
    const run = await readRun(pool, started.id);
    if (run === undefined || run.state !== 'running') return false;
    if (request.signal.aborted) return stop('INTERRUPTED', 'it was interrupted');
    const now = clock.now();
    const heard = Math.max(began, run.answeredAt?.getTime() ?? 0);
    const waiting = now - heard < QUIET_MS ? null : await lastWords(pool, run, heard);
    const wallets = await countCaseWallets(pool, run.id);
    request.onProgress({ hop: work.hop, wallets, rows: run.rows, requests: run.requests, waiting });
    if (await work.done()) return true;
    if (waiting !== null && now - heard > request.patienceMs) {
      return stop('PROVIDER_SILENT', `no useful answer for ${Math.round((now - heard) / 1000)} s: ${waiting}`);
    }
    if (now - Math.max(heard, queued) > REQUEUE_MS) {
      await work.queue();
      queued = now;
    }
    await sleep(POLL_MS);
  }
}

/** What a provider said since it was last heard with something of use. */
async function lastWords(pool: Pool, run: Run, since: number): Promise<string | null> {
  const newest = (await readFaults(pool, run.id))
    .filter((fault) => fault.lastAt.getTime() >= since)
    .sort((a, b) => b.lastAt.getTime() - a.lastAt.getTime())[0];
  return newest?.lastMessage ?? null;
}
