/** Having work done by whatever workers there are, and watching over it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { isRemark } from '../src/chains/chain.ts';
import { RetryableError } from '../src/errors.ts';
import type { Pool } from '../src/store/db.ts';
import { countCaseWallets, type WalletCounts } from '../src/store/frontier.ts';
import { readFaults } from '../src/store/requests.ts';
import { noteRequeued, openRequeue } from '../src/store/requeues.ts';
import { endRun, type Run, readRun } from '../src/store/runs.ts';
import type { CrawlRequest, CrawlSetup, Stage } from './crawl-setup.ts';

/** How often the driver looks whether the work is done. */
const POLL_MS = 100;
/** Counting takes longer in a large case, so it is looked at less often. */
const SLOWEST_POLL_MS = 1_000;
const WALLETS_PER_MS = 50;
/** A provider that is silent for so long may have said why. */
const QUIET_MS = 1_000;
/** A queue that brings nothing for so long may have lost its jobs: what is left is queued again. */
const REQUEUE_MS = 15_000;

/** Work that is planned in the database and carried by the queue. */
export interface Work {
  /** What it is to who waits for it, with so much of it left. */
  readonly stage: (left: number) => Stage | Promise<Stage>;
  /** Queues what is left to do, or as much as is sensible at a time. What is queued already is not queued twice. */
  readonly queue: () => Promise<void>;
  /** How far the work has come that goes on for many wallets at once. */
  readonly covered: () => Promise<number | null>;
  /** How much is left to do. */
  readonly left: (wallets: WalletCounts) => number | Promise<number>;
  /** Does without what is left, where the run can: else it is stopped when a provider is silent for too long. */
  readonly giveUp?: (reason: string) => Promise<void>;
}

/** Wallets, or blocks, that are queued at a time: enough for all workers, and few enough to be taken back quickly. */
export const PORTION = 1_000;

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
  let queued: { at: number; left: number } | undefined;
  for (;;) {
    const run = await readRun(pool, started.id);
    if (run === undefined || run.state !== 'running') return false;
    if (request.signal.aborted) {
      if (request.signal.reason instanceof RetryableError) throw request.signal.reason;
      return stop('INTERRUPTED', 'it was interrupted');
    }
    const now = clock.now();
    const heard = Math.max(began, run.answeredAt?.getTime() ?? 0);
    const waiting = now - heard < QUIET_MS ? null : await lastWords(pool, run, heard);
    const wallets = await countCaseWallets(pool, run.id);
    const covered = await work.covered();
    const left = await work.left(wallets);
    const stage = await work.stage(left);
    request.onProgress({ stage, wallets, covered, rows: run.rows, requests: run.requests, waiting });
    if (left === 0) return true;
    if (waiting !== null && now - heard > request.patienceMs) {
      const reason = `no useful answer for ${Math.round((now - heard) / 1000)} s: ${waiting}`;
      if (work.giveUp === undefined) return stop('PROVIDER_SILENT', reason);
      await work.giveUp(reason);
      continue;
    }
    const lost = queued !== undefined && now - Math.max(heard, queued.at) > REQUEUE_MS;
    const drained = queued !== undefined && left <= queued.left - PORTION / 2;
    const asked = await openRequeue(pool, run.id);
    if (queued === undefined || lost || drained || asked !== null) {
      await work.queue();
      queued = { at: now, left };
      if (asked !== null) await noteRequeued(pool, run.id, { done: asked, stage: stage.kind, waiting: left });
    }
    await sleep(Math.min(SLOWEST_POLL_MS, POLL_MS + left / WALLETS_PER_MS));
  }
}

/** What a provider said since it was last heard with something of use. */
async function lastWords(pool: Pool, run: Run, since: number): Promise<string | null> {
  const newest = (await readFaults(pool, run.id))
    .filter(({ code, lastAt }) => !isRemark(code) && lastAt.getTime() >= since)
    .sort((a, b) => b.lastAt.getTime() - a.lastAt.getTime())[0];
  return newest?.lastMessage ?? null;
}
