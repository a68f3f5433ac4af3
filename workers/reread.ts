/**
 * Reading a wallet's history again, since something is missing in it: page by page from where it was gone back to, or, where
 * a node tells old balances, only the blocks in which it goes wrong.
 */
import type { CrawlJob } from '../src/queue/jobs.ts';
import { type Coverage, readCoverage } from '../src/store/coverage.ts';
import type { Pool } from '../src/store/db.ts';
import { newestProvenHead } from '../src/store/proofs.ts';
import { openReceipts } from '../src/store/receipts.ts';
import { endRepairs, isRepairOpen, type RepairStep } from '../src/store/repairs.ts';
import { commitReply } from './commit-reply.ts';
import { settleByReceipt } from './crawl-pages.ts';
import { type CrawlContext, callOf, type Task } from './crawl-task.ts';
import { type Provider, windowEnd, windowStart } from './provider.ts';
import { readBlocks, readDiffering } from './reread-blocks.ts';

export type RereadJob = Extract<CrawlJob, { kind: 'reread' }>;

/** Nodes read so many blocks of a wallet in some hundred requests; without a smaller stretch it would be the whole chain. */
const MOST_BLOCKS = 200_000;

/**
 * Whether a history is searched for the blocks that differ, and not gone back to page by page. Where accounts are listed all of
 * it costs less than the search, and finds also what cancels out: a wallet that passes on all it gets holds nothing
 * again and again.
 */
export function readsBlocks({ source }: Provider, step: RepairStep): boolean {
  return step !== 'counterparty' && source.balanceAt !== undefined && source.most.histories > 1;
}

/** From where on a wallet that differs is read again: all before the newest head at which it was proven is right. */
export async function narrowedStart(pool: Pool, provider: Provider, runId: number, walletId: number): Promise<number> {
  const proven = await newestProvenHead(pool, { runId, walletId, assetId: provider.asset.id });
  return proven === undefined ? windowStart(provider) : windowEnd(provider, proven);
}

/** Reads the next page again, unless that is done already; then goes on behind it. */
export async function readAgain(context: CrawlContext, job: RereadJob, task: Task): Promise<void> {
  const { pool, provider } = context;
  const { runId, key } = task;
  const [wallet] = task.wallets;
  if (wallet === undefined) return;
  const repair = { runId, walletId: wallet.id, assetId: key.assetId, providerId: key.providerId, step: job.step };
  if (!(await isRepairOpen(pool, repair))) return;
  const coverage = await coverageOf(context, task, wallet.id);
  if (readsBlocks(provider, job.step)) {
    if (!(await readDiffering(context, task, coverage))) {
      const from = await narrowedStart(pool, provider, runId, wallet.id);
      if (provider.source.most.histories > 1 && task.until - from > MOST_BLOCKS) {
        const reason = 'no node tells old balances, by which the blocks could be found that are to be read again';
        return giveUpReread(context, job, task, reason);
      }
      await readBlocks(context, task, coverage, { from, until: task.until });
    }
    return finish(context, job, task, wallet.id);
  }
  const { cursor, version } = coverage;
  if (cursor.position >= task.until) return finish(context, job, task, wallet.id);
  if (version !== job.page) return queueReread(context, job, task);
  const reply = await provider.source.history({
    wallets: [wallet.address],
    asset: provider.asset,
    window: { from: coverage.from, until: task.until },
    cursor,
    // Another provider's pages are others anyway.
    again: job.step !== 'second',
    ...callOf(context, task),
  });
  const next = reply.next ?? { position: task.until, held: [], token: null };
  const answered = { from: cursor.position, until: next.position, next, kind: 'retry' } as const;
  await commitReply(context, task, [coverage], reply, answered);
  task.sent.requests = 0;
  return reply.next === null ? finish(context, job, task, wallet.id) : queueReread(context, job, task);
}

/** Queues the page that comes next. */
export async function queueReread(
  context: CrawlContext,
  { kind, step, wallet, asset }: RereadJob,
  task: Task,
): Promise<void> {
  const { version: page } = await coverageOf(context, task, wallet);
  const { runId: run, attempt } = task;
  await context.provider.queue.add([{ kind, run, attempt, wallet, asset, step, page }]);
}

/** The run goes on without: what the wallet lacks stays unproven. */
export function giveUpReread({ pool }: CrawlContext, job: RereadJob, { runId }: Task, reason: string): Promise<void> {
  const { wallet: walletId, asset: assetId, step } = job;
  return endRepairs(pool, runId, { walletId, assetId, step }, reason);
}

/** Equal rows that were listed now wait for their receipts, as ever. */
async function finish(context: CrawlContext, job: RereadJob, task: Task, walletId: number): Promise<void> {
  const { pool } = context;
  const { runId, key } = task;
  for (const transaction of await openReceipts(pool, walletId, key.assetId)) {
    await settleByReceipt(context, transaction, task, walletId);
    task.sent.requests = 0;
  }
  await endRepairs(pool, runId, { walletId, assetId: key.assetId, step: job.step }, null);
}

async function coverageOf({ pool, provider }: CrawlContext, { key }: Task, walletId: number): Promise<Coverage> {
  const [coverage] = await readCoverage(pool, key, [walletId], windowStart(provider));
  if (coverage === undefined) throw new Error(`Wallet ${walletId} has no coverage although it was begun`);
  return coverage;
}
