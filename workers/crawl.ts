/** The crawl's processor: one job is one question to a provider, and safe to be delivered twice. */
import type { Cursor, HistoryPage, TransactionHash } from '../src/chains/chain.ts';
import type { Clock } from '../src/clock.ts';
import { countEqual, numberRows } from '../src/crawl/occurrences.ts';
import { groupPages } from '../src/crawl/page-groups.ts';
import { messageOf, RetryableError, UserError } from '../src/errors.ts';
import type { Log } from '../src/log.ts';
import { type CrawlJob, crawlJob } from '../src/queue/jobs.ts';
import type { JobControl, Processor } from '../src/queue/queue.ts';
import { type Coverage, type HistoryKey, readCoverage, restartStretch } from '../src/store/coverage.ts';
import { explainDatabaseError, type Pool } from '../src/store/db.ts';
import {
  type AssignedWallet,
  type Assignment,
  countTransfersOf,
  expandWallet,
  readAssignment,
  recordBalances,
  setWalletState,
} from '../src/store/frontier.ts';
import { commitPage } from '../src/store/pages.ts';
import { openReceipts, settleReceipt } from '../src/store/receipts.ts';
import { countAnswer, endRun, recordFault } from '../src/store/runs.ts';
import { type Provider, windowEnd, windowStart } from './provider.ts';

export interface CrawlContext {
  readonly pool: Pool;
  readonly provider: Provider;
  readonly clock: Clock;
  readonly log: Log;
  /** A fault that a crawl cannot go on with: a full disk, or a lost queue. */
  readonly onFatal: (error: Error) => void;
}

/** A provider that refuses its own cursor so often at one stretch will not let it be read to the end. */
const MAX_RESTARTS = 5;

/** A job that is still wanted, with what it needs. */
interface Task extends Assignment {
  readonly runId: number;
  readonly attempt: number;
  readonly key: HistoryKey;
  /** End of the window, in the source's unit: just behind the run's head. */
  readonly until: number;
  /** Requests that the job has sent. */
  readonly sent: { requests: number };
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
      await pace(context.provider, task, control);
    } catch (error) {
      const explained = explainDatabaseError(error) ?? error;
      if (explained instanceof UserError || isQueueLost(explained)) context.onFatal(explained);
      throw error;
    }
  };
}

/** The queue's limit counts jobs: one that sent more than a request holds the queue for as long as the others take. */
async function pace({ rate }: Provider, { sent }: Task, control: JobControl): Promise<void> {
  if (rate !== null && sent.requests > 1) await control.hold(((sent.requests - 1) / rate) * 1000);
}

/** What the job is about; null when its run has ended, was resumed since, or has no use for it any more. */
async function findTask({ pool, provider }: CrawlContext, job: CrawlJob): Promise<Task | null> {
  if (job.asset !== provider.asset.id) return null;
  const asked = job.kind === 'receipt' ? [job.wallet] : job.wallets;
  const found = await readAssignment(pool, { run: job.run, attempt: job.attempt, wallets: asked });
  if (found === undefined) return null;
  const wallets = job.kind === 'balance' ? found.wallets : found.wallets.filter(({ state }) => state === 'pending');
  if (wallets.length === 0) return null;
  return {
    ...found,
    wallets,
    runId: job.run,
    attempt: job.attempt,
    key: { assetId: job.asset, providerId: provider.id },
    until: windowEnd(provider, found.head),
    sent: { requests: 0 },
  };
}

async function perform(context: CrawlContext, job: CrawlJob, task: Task): Promise<void> {
  switch (job.kind) {
    case 'page':
      return readNextPage(context, job.page, task);
    case 'receipt':
      return readReceipt(context, job.transaction, task);
    case 'balance':
      return readBalances(context, task);
  }
}

async function readNextPage(context: CrawlContext, page: number, task: Task): Promise<void> {
  const { pool, provider } = context;
  const coverage = await readCoverage(pool, task.key, idsOf(task.wallets), windowStart(provider));
  const open = coverage.filter(({ cursor }) => cursor.position < task.until);
  for (const { walletId, rows } of coverage) {
    const covered = !open.some((each) => each.walletId === walletId);
    if (covered) await finishHistory(context, task, walletId, rows);
  }
  const [group, ...others] = groupPages(open, provider.source.most.histories, task.startedAt);
  if (group === undefined) return;
  // Some of it is stored already, by this job's first delivery or by another case: go on behind it.
  if (others.length > 0 || group.walletIds.length < task.wallets.length || group.page !== page) {
    return queuePages(context, task, open);
  }
  const wallets = task.wallets;
  const [first] = open;
  if (first === undefined) return;
  const reply = await provider.source.history({
    wallets: wallets.map(({ address }) => address),
    asset: provider.asset,
    window: { from: first.from, until: task.until },
    cursor: cursorOf(context, task, first),
    ...callOf(task),
  });
  if (!(await storePage(context, task, open, reply))) {
    return queuePages(context, task, await readCoverage(pool, task.key, idsOf(wallets), windowStart(provider)));
  }
}

/** Stores a page and goes on from it. Returns false when another worker has stored it, or another, before. */
async function storePage(
  context: CrawlContext,
  task: Task,
  coverage: readonly Coverage[],
  reply: HistoryPage,
): Promise<boolean> {
  const { pool, provider, clock } = context;
  const { runId, key, until } = task;
  const { transfers, repeats } = numberRows(reply.rows);
  const next = reply.next ?? { position: until, held: [], token: null };
  const now = new Date(clock.now());
  const isSeen = provider.source.authority === 'chain';
  const versions = new Map(coverage.map(({ walletId, version }) => [walletId, version]));
  const wallets = task.wallets.map(({ id, address }) => ({
    id,
    version: versions.get(id) ?? 0,
    rows: reply.rows.filter(touching(address)).length,
    // Only the chain itself settles equal rows: what a copy lists counts as often as it lists it.
    repeats: isSeen ? repeats.filter(touching(address)).map(({ transaction }) => transaction) : [],
  }));
  const rows = reply.rows.length;
  const requests = task.sent.requests;
  const page = { key, runId, requests, asset: provider.asset, wallets, transfers, rows, seen: isSeen, next, now };
  if (!(await commitPage(pool, page))) {
    await countAnswer(pool, runId, requests, now);
    return false;
  }
  for (const { code, count, text: message } of reply.remarks) {
    await recordFault(pool, runId, { providerId: provider.id, code, message, count, requests: 0, now });
  }
  const left: Coverage[] = [];
  for (const each of coverage) {
    const { id, rows: read } = wallets.find(({ id }) => id === each.walletId) ?? { id: each.walletId, rows: 0 };
    const total = each.rows + read;
    if (reply.next === null) await finishHistory(context, task, id, total);
    else if (!(await stopAtLimit(context, task, id, total, next.position))) {
      left.push({ ...each, cursor: next, version: each.version + 1, rows: total, updatedAt: now });
    }
  }
  await queuePages(context, task, left);
  return true;
}

/**
 * Where a page begins. The first of a run begins a little before the end of what earlier runs stored: a provider's index
 * may have lagged behind its head then.
 */
function cursorOf({ provider }: CrawlContext, { startedAt }: Task, { cursor, from, updatedAt }: Coverage): Cursor {
  if (updatedAt >= startedAt || cursor.held.length > 0 || cursor.token !== null) return cursor;
  return { ...cursor, position: Math.max(from, cursor.position - provider.source.overlap) };
}

async function queuePages({ provider }: CrawlContext, task: Task, coverage: readonly Coverage[]): Promise<void> {
  const { runId: run, attempt, key, startedAt } = task;
  const groups = groupPages(coverage, provider.source.most.histories, startedAt);
  await provider.queue.add(
    groups.map(({ walletIds, page }) => ({
      kind: 'page',
      run,
      attempt,
      wallets: walletIds,
      asset: key.assetId,
      page,
    })),
  );
}

/** Stops at a wallet whose history is longer than the policy allows; never at a reported one. */
async function stopAtLimit(
  { pool, provider: { source } }: CrawlContext,
  task: Task,
  walletId: number,
  rows: number,
  position: number,
): Promise<boolean> {
  const { policy, key, head, runId } = task;
  const limit = policy.maxTransfers;
  const hop = task.wallets.find(({ id }) => id === walletId)?.hop ?? 0;
  if (hop === 0 || limit === null || rows <= limit) return false;
  // A provider's rows may have been read twice; a copy's are not.
  if (source.authority === 'chain' && (await countTransfersOf(pool, walletId, key.assetId, head.timestamp)) <= limit) {
    return false;
  }
  const until =
    source.unit === 'block'
      ? `block ${Math.min(position, head.block)}`
      : new Date(Math.min(position, head.timestamp)).toISOString();
  const reason = `more than ${limit} transfers (--max-transfers); its history is stored up to ${until}`;
  await setWalletState(pool, runId, [walletId], 'stopped', reason);
  return true;
}

/** The window is read to its end: the wallet is expanded once the receipts of equal rows are settled. */
async function finishHistory(context: CrawlContext, task: Task, walletId: number, rows: number): Promise<void> {
  const { pool, provider } = context;
  const { runId: run, attempt, key, until } = task;
  if (await stopAtLimit(context, task, walletId, rows, until)) return;
  if (await expandWallet(pool, run, walletId, key.assetId)) return;
  const open = await openReceipts(pool, walletId, key.assetId);
  const job = { kind: 'receipt', run, attempt, wallet: walletId, asset: key.assetId } as const;
  await provider.queue.add(open.map((transaction) => ({ ...job, transaction })));
}

async function readReceipt(context: CrawlContext, transaction: string, task: Task): Promise<void> {
  const { pool, provider, clock } = context;
  const { runId, key } = task;
  const { source, asset } = provider;
  const [wallet] = task.wallets;
  if (wallet === undefined) return;
  const open = await openReceipts(pool, wallet.id, key.assetId);
  if (open.includes(transaction)) {
    const receipt = await source.receipt({ transaction: transaction as TransactionHash, asset, ...callOf(task) });
    const missing = await settleReceipt(pool, asset, wallet.id, transaction, countEqual(receipt));
    if (missing > 0) {
      throw new RetryableError(
        'RECEIPT_DISAGREES',
        `The receipt of transaction ${transaction} lacks ${missing} transfers that the history lists.`,
      );
    }
    await countAnswer(pool, runId, task.sent.requests, new Date(clock.now()));
  }
  const [coverage] = await readCoverage(pool, key, [wallet.id], windowStart(provider));
  if (coverage === undefined || coverage.cursor.position < task.until) return;
  if (!(await stopAtLimit(context, task, wallet.id, Number.POSITIVE_INFINITY, task.until))) {
    await expandWallet(pool, runId, wallet.id, key.assetId);
  }
}

async function readBalances({ pool, provider, clock }: CrawlContext, task: Task): Promise<void> {
  const { runId, head, wallets, sent } = task;
  const { source, asset, id: providerId } = provider;
  const addresses = wallets.map(({ address }) => address);
  const values = await source.balances({ wallets: addresses, asset, head, ...callOf(task) });
  const now = new Date(clock.now());
  if (sent.requests > 0) await countAnswer(pool, runId, sent.requests, now);
  const balances = wallets.map(({ id }, place) => ({ walletId: id, value: values[place] ?? null }));
  const unknown = balances.filter(({ value }) => value === null).length;
  if (unknown > 0 && source.authority === 'chain') {
    const message = 'balances could not be told as of the head, so that the transfers of these wallets are not checked';
    await recordFault(pool, runId, {
      providerId,
      code: 'BALANCE_UNKNOWN',
      message,
      count: unknown,
      requests: 0,
      now,
    });
  }
  await recordBalances(pool, { runId, assetId: asset.id, balances, now });
}

/** A provider's fault is recorded, then waited out, tried again, or put down as the wallets'; it is never swallowed. */
async function handleFault(
  context: CrawlContext,
  job: CrawlJob,
  task: Task,
  error: unknown,
  control: JobControl,
): Promise<void> {
  const { pool, clock, log } = context;
  const { runId, key, wallets } = task;
  const now = new Date(clock.now());
  if (explainDatabaseError(error) !== null || isQueueLost(error)) throw error;
  if (error instanceof UserError) {
    await noteFault(context, task, error.code, error.message);
    await endRun(pool, runId, { state: 'stopped', code: error.code, reason: error.text, now });
    return;
  }
  const code = error instanceof RetryableError ? error.code : 'INTERNAL';
  if (code === 'INTERNAL')
    log.error({ stack: error instanceof Error ? error.stack : String(error), job }, 'a job failed');
  await noteFault(context, task, code, messageOf(error));
  const [only, ...others] = wallets;
  if (code === 'CURSOR_REFUSED' && job.kind === 'page' && only !== undefined && others.length === 0) {
    const restarts = await restartStretch(pool, key, only.id, job.page);
    if (restarts > MAX_RESTARTS) return setWalletState(pool, runId, [only.id], 'failed', messageOf(error));
    return queuePages(context, task, await readCoverage(pool, key, [only.id], windowStart(context.provider)));
  }
  const wait = error instanceof RetryableError ? error.retryAfterMs : undefined;
  if (wait !== undefined) await control.pause(wait);
  if (!control.lastAttempt) throw error;
  if (job.kind === 'balance') {
    const balances = wallets.map(({ id }) => ({ walletId: id, value: null }));
    await recordBalances(pool, { runId, assetId: key.assetId, balances, now });
  } else {
    await setWalletState(pool, runId, idsOf(wallets), 'failed', messageOf(error));
  }
}

function isQueueLost(error: unknown): error is RetryableError {
  return error instanceof RetryableError && error.code === 'QUEUE_LOST';
}

/** A fault costs at least the request that brought it, also where that was never sent. */
async function noteFault(context: CrawlContext, task: Task, code: string, message: string): Promise<void> {
  const { pool, provider, clock } = context;
  const requests = Math.max(1, task.sent.requests);
  const now = new Date(clock.now());
  await recordFault(pool, task.runId, { providerId: provider.id, code, message, count: 1, requests, now });
}

function callOf({ sent }: Task): { onRequest: () => void } {
  return {
    onRequest: () => {
      sent.requests += 1;
    },
  };
}

function idsOf(wallets: readonly AssignedWallet[]): number[] {
  return wallets.map(({ id }) => id);
}

function touching(address: string): (row: { readonly from: string; readonly to: string }) => boolean {
  return ({ from, to }) => from === address || to === address;
}
