/** The crawl's processor: one job is one request to a provider, and safe to be delivered twice. */
import type { ChainSource, Cursor, Head, TransactionHash } from '../src/chains/chain.ts';
import type { Clock } from '../src/clock.ts';
import { countEqual, numberRows } from '../src/crawl/occurrences.ts';
import { messageOf, RetryableError, UserError } from '../src/errors.ts';
import type { Log } from '../src/log.ts';
import { type CrawlJob, crawlJob } from '../src/queue/jobs.ts';
import type { JobControl, JobQueue, Processor } from '../src/queue/queue.ts';
import {
  type Coverage,
  type CoverageKey,
  commitPage,
  openReceipts,
  readCoverage,
  restartStretch,
  settleReceipt,
} from '../src/store/coverage.ts';
import { explainDatabaseError, type Pool } from '../src/store/db.ts';
import {
  countTransfersOf,
  expandWallet,
  readWalletTask,
  recordBalance,
  setWalletState,
  type WalletTask,
} from '../src/store/frontier.ts';
import type { StoredAsset } from '../src/store/reference.ts';
import { countAnswer, endRun, recordFault } from '../src/store/runs.ts';

export interface CrawlContext {
  readonly pool: Pool;
  readonly source: ChainSource;
  readonly providerId: number;
  readonly assets: readonly StoredAsset[];
  readonly queue: JobQueue<CrawlJob>;
  readonly clock: Clock;
  readonly log: Log;
  /** A fault that a crawl cannot go on with: a full disk, or a lost queue. */
  readonly onFatal: (error: Error) => void;
}

/** A provider that refuses its own cursor so often at one stretch will not let it be read to the end. */
const MAX_RESTARTS = 5;

/** A job that is still wanted, with what it needs. */
interface Task extends WalletTask {
  readonly runId: number;
  readonly attempt: number;
  readonly asset: StoredAsset;
  readonly key: CoverageKey;
  /** End of the window, in the source's unit: just behind the run's head. */
  readonly until: number;
}

export function createCrawlProcessor(context: CrawlContext): Processor {
  return async (data, control) => {
    const job = crawlJob.parse(data);
    try {
      const task = await findTask(context, job);
      if (task === null) return;
      try {
        await perform(context, job, task);
      } catch (error) {
        await handleFault(context, job, task, error, control);
      }
    } catch (error) {
      const explained = explainDatabaseError(error) ?? error;
      if (explained instanceof UserError || isQueueLost(explained)) context.onFatal(explained);
      throw error;
    }
  };
}

/** The first position of the asset's history, in the source's unit. */
export function windowStart(source: ChainSource, asset: StoredAsset): number {
  return source.unit === 'timestamp' ? asset.since : 0;
}

/** Just behind the head, in the source's unit. */
export function windowEnd(source: ChainSource, head: Head): number {
  return (source.unit === 'timestamp' ? head.timestamp : head.block) + 1;
}

/** What the job is about; null when its run has ended, was resumed since, or has no use for it any more. */
async function findTask({ pool, source, assets, providerId }: CrawlContext, job: CrawlJob): Promise<Task | null> {
  const task = await readWalletTask(pool, job);
  const asset = assets.find(({ id }) => id === job.asset);
  if (task === undefined || asset === undefined) return null;
  if (job.kind !== 'balance' && task.state !== 'pending') return null;
  const key = { walletId: job.wallet, assetId: job.asset, providerId };
  return { ...task, runId: job.run, attempt: job.attempt, asset, key, until: windowEnd(source, task.head) };
}

async function perform(context: CrawlContext, job: CrawlJob, task: Task): Promise<void> {
  switch (job.kind) {
    case 'page':
      return readNextPage(context, job.page, task);
    case 'receipt':
      return readReceipt(context, job.transaction, task);
    case 'balance':
      return readBalance(context, task);
  }
}

async function readNextPage(context: CrawlContext, page: number, task: Task): Promise<void> {
  const { pool, source, clock } = context;
  const { runId, address, asset, key, until } = task;
  const coverage = await readCoverage(pool, key, windowStart(source, asset));
  if (coverage.cursor.position >= until) return finishHistory(context, task, coverage.rows);
  // The page is stored already, by this job's first delivery or by another case: go on behind it.
  if (coverage.version !== page) return queueNextPage(context, task, coverage.version);
  const reply = await source.history({
    wallets: [address],
    asset,
    window: { from: coverage.from, until },
    cursor: cursorOf(source, task, coverage),
  });
  const { transfers, repeats } = numberRows(reply.rows);
  const next = reply.next ?? { position: until, held: [], token: null };
  const rows = reply.rows.length;
  const now = new Date(clock.now());
  const stored = await commitPage(pool, {
    key,
    runId,
    wallet: address,
    asset,
    version: page,
    transfers,
    rows,
    repeats,
    next,
    now,
  });
  if (!stored) {
    await countAnswer(pool, runId, now);
    return queueNextPage(context, task, page + 1);
  }
  for (const { code, count, text: message } of reply.remarks) {
    await recordFault(pool, runId, { providerId: context.providerId, code, message, count, request: false, now });
  }
  const total = coverage.rows + rows;
  if (reply.next === null) return finishHistory(context, task, total);
  if (!(await stopAtLimit(context, task, total, next.position))) await queueNextPage(context, task, page + 1);
}

/**
 * Where a page begins. The first of a run begins a little before the end of what earlier runs stored: a provider's index
 * may have lagged behind its head then.
 */
function cursorOf(source: ChainSource, { startedAt }: Task, { cursor, from, updatedAt }: Coverage): Cursor {
  if (updatedAt >= startedAt || cursor.held.length > 0 || cursor.token !== null) return cursor;
  return { ...cursor, position: Math.max(from, cursor.position - source.overlap) };
}

async function queueNextPage({ queue }: CrawlContext, { runId, attempt, key }: Task, page: number): Promise<void> {
  await queue.add([{ kind: 'page', run: runId, attempt, wallet: key.walletId, asset: key.assetId, page }]);
}

/** Stops at a wallet whose history is longer than the policy allows; never at a reported one. */
async function stopAtLimit({ pool }: CrawlContext, task: Task, rows: number, position: number): Promise<boolean> {
  const { hop, policy, key, head, runId } = task;
  const limit = policy.maxTransfers;
  if (hop === 0 || limit === null || rows <= limit) return false;
  if ((await countTransfersOf(pool, key.walletId, key.assetId, head.timestamp)) <= limit) return false;
  const until = new Date(Math.min(position, head.timestamp)).toISOString();
  const reason = `more than ${limit} transfers (--max-transfers); its history is stored up to ${until}`;
  await setWalletState(pool, runId, key.walletId, 'stopped', reason);
  return true;
}

/** The window is read to its end: the wallet is expanded once the receipts of equal rows are settled. */
async function finishHistory(context: CrawlContext, task: Task, rows: number): Promise<void> {
  const { pool, queue } = context;
  const { runId, attempt, key } = task;
  if (await stopAtLimit(context, task, rows, task.until)) return;
  if (await expandWallet(pool, runId, key.walletId, key.assetId)) return;
  const open = await openReceipts(pool, key.walletId, key.assetId);
  await queue.add(
    open.map((transaction) => ({
      kind: 'receipt',
      run: runId,
      attempt,
      wallet: key.walletId,
      asset: key.assetId,
      transaction,
    })),
  );
}

async function readReceipt(context: CrawlContext, transaction: string, task: Task): Promise<void> {
  const { pool, source, clock } = context;
  const { runId, asset, key } = task;
  const open = await openReceipts(pool, key.walletId, key.assetId);
  if (open.includes(transaction)) {
    const counts = countEqual(await source.receipt({ transaction: transaction as TransactionHash, asset }));
    const missing = await settleReceipt(pool, asset, key.walletId, transaction, counts);
    if (missing > 0) {
      throw new RetryableError(
        'RECEIPT_DISAGREES',
        `The receipt of transaction ${transaction} lacks ${missing} transfers that the history lists.`,
      );
    }
    await countAnswer(pool, runId, new Date(clock.now()));
  }
  const coverage = await readCoverage(pool, key, windowStart(source, asset));
  if (coverage.cursor.position < task.until) return;
  if (!(await stopAtLimit(context, task, Number.POSITIVE_INFINITY, task.until))) {
    await expandWallet(pool, runId, key.walletId, key.assetId);
  }
}

async function readBalance(
  { pool, source, clock }: CrawlContext,
  { runId, address, asset, key, head }: Task,
): Promise<void> {
  const [value = null] = await source.balances({ wallets: [address], asset, head });
  const now = new Date(clock.now());
  await countAnswer(pool, runId, now);
  await recordBalance(pool, { runId, walletId: key.walletId, assetId: asset.id, value, now });
}

/** A provider's fault is recorded, then waited out, tried again, or put down as the wallet's; it is never swallowed. */
async function handleFault(
  context: CrawlContext,
  job: CrawlJob,
  task: Task,
  error: unknown,
  control: JobControl,
): Promise<void> {
  const { pool, clock, log } = context;
  const now = new Date(clock.now());
  if (explainDatabaseError(error) !== null || isQueueLost(error)) throw error;
  if (error instanceof UserError) {
    await noteFault(context, task, error.code, error.message);
    await endRun(pool, task.runId, { state: 'stopped', code: error.code, reason: error.text, now });
    return;
  }
  const code = error instanceof RetryableError ? error.code : 'INTERNAL';
  if (code === 'INTERNAL')
    log.error({ stack: error instanceof Error ? error.stack : String(error), job }, 'a job failed');
  await noteFault(context, task, code, messageOf(error));
  if (code === 'CURSOR_REFUSED' && job.kind === 'page') {
    const restarts = await restartStretch(pool, task.key, job.page);
    if (restarts <= MAX_RESTARTS) return queueNextPage(context, task, job.page + 1);
    return setWalletState(pool, task.runId, task.key.walletId, 'failed', messageOf(error));
  }
  const wait = error instanceof RetryableError ? error.retryAfterMs : undefined;
  if (wait !== undefined) await control.pause(wait);
  if (!control.lastAttempt) throw error;
  if (job.kind === 'balance') {
    const { walletId, assetId } = task.key;
    await recordBalance(pool, { runId: task.runId, walletId, assetId, value: null, now });
  } else {
    await setWalletState(pool, task.runId, task.key.walletId, 'failed', messageOf(error));
  }
}

function isQueueLost(error: unknown): error is RetryableError {
  return error instanceof RetryableError && error.code === 'QUEUE_LOST';
}

async function noteFault(
  { pool, providerId, clock }: CrawlContext,
  { runId }: Task,
  code: string,
  message: string,
): Promise<void> {
  await recordFault(pool, runId, { providerId, code, message, count: 1, request: true, now: new Date(clock.now()) });
}
