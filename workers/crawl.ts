/** The crawl's processor: one job is one question to a provider, and safe to be delivered twice. */
import { messageOf, RetryableError, UserError, WORK_STOPPED } from '../src/errors.ts';
import { type CrawlJob, crawlJob } from '../src/queue/jobs.ts';
import type { JobControl, Processor } from '../src/queue/worker.ts';
import { recordBalances } from '../src/store/balances.ts';
import { readCoverage, restartStretch } from '../src/store/coverage.ts';
import { explainDatabaseError } from '../src/store/db.ts';
import { readAssignment, setWalletState } from '../src/store/frontier.ts';
import { recordGone } from '../src/store/integrity.ts';
import { unsignedWallets } from '../src/store/poisoning.ts';
import { unorderedWallets } from '../src/store/positions.ts';
import { countAnswer, recordFault } from '../src/store/requests.ts';
import { endRun } from '../src/store/runs.ts';
import { TransfersGone } from './commit-reply.ts';
import { readBalances } from './crawl-balances.ts';
import { giveUpNative, readNatives } from './crawl-natives.ts';
import { queuePages, readNextPage, readReceipt } from './crawl-pages.ts';
import { giveUpPositions, readPositions } from './crawl-positions.ts';
import { giveUpSigning, readSigner } from './crawl-signers.ts';
import { giveUpStandings, giveUpSubmissions, readStandings, readSubmissions } from './crawl-standings.ts';
import { type CrawlContext, idsOf, type Task } from './crawl-task.ts';
import { findIssuerTask, giveUpIssuerEvents, readIssuerPage } from './issuer-events.ts';
import { windowEnd, windowStart } from './provider.ts';
import { giveUpReread, queueReread, readAgain } from './reread.ts';

/** A provider that refuses its own cursor so often at one stretch will not let it be read to the end. */
const MAX_RESTARTS = 5;

export function createCrawlProcessor(context: CrawlContext): Processor {
  return async (data, control) => {
    const job = crawlJob.parse(data);
    try {
      const task = await findTask(context, job);
      if (task === null) return;
      try {
        await perform(context, job, task);
      } catch (error) {
        if (error instanceof RetryableError && error.code === WORK_STOPPED) {
          // Given back as it was, for whoever goes on with it.
          await countAnswer(context.pool, task.runId, 'retry', task.sent.requests, new Date(context.clock.now()));
          control.giveBack();
        }
        await handleFault(context, job, task, error, control);
      }
    } catch (error) {
      const explained = explainDatabaseError(error) ?? error;
      if (explained instanceof UserError || isQueueLost(explained)) context.onFatal(explained);
      throw error;
    }
  };
}

/** What the job is about; null when its run has ended, was resumed since, or has no use for it any more. */
async function findTask({ pool, provider }: CrawlContext, job: CrawlJob): Promise<Task | null> {
  if (job.asset !== provider.asset.id) return null;
  if (job.kind === 'issuer-events' || job.kind === 'submissions') return findIssuerTask({ pool, provider }, job);
  const asked = await walletsOf(pool, job);
  const found = await readAssignment(pool, { run: job.run, attempt: job.attempt, wallets: asked });
  if (found === undefined) return null;
  const isOfHistory = job.kind === 'page' || job.kind === 'receipt';
  const wallets = isOfHistory ? found.wallets.filter(({ state }) => state === 'pending') : found.wallets;
  if (wallets.length === 0) return null;
  return {
    ...found,
    wallets,
    runId: job.run,
    attempt: job.attempt,
    key: { assetId: job.asset, providerId: provider.id },
    until: windowEnd(provider, found.head),
    sent: { requests: 0 },
    faults: [],
  };
}

async function walletsOf(
  pool: CrawlContext['pool'],
  job: Exclude<CrawlJob, { kind: 'issuer-events' | 'submissions' }>,
): Promise<readonly number[]> {
  switch (job.kind) {
    case 'receipt':
    case 'reread':
    case 'native':
      return [job.wallet];
    case 'signer':
      return unsignedWallets(pool, { runId: job.run, assetId: job.asset, transaction: job.transaction });
    case 'positions':
      return unorderedWallets(pool, { runId: job.run, assetId: job.asset, timestamp: job.timestamp });
    default:
      return job.wallets;
  }
}

async function perform(context: CrawlContext, job: CrawlJob, task: Task): Promise<void> {
  switch (job.kind) {
    case 'page':
      return readNextPage(context, job.page, task);
    case 'receipt':
      return readReceipt(context, job.transaction, task);
    case 'signer':
      return readSigner(context, job.transaction, task);
    case 'balance':
      return readBalances(context, task);
    case 'reread':
      return readAgain(context, job, task);
    case 'positions':
      return readPositions(context, job.timestamp, task);
    case 'native':
      return readNatives(context, task);
    case 'issuer-events':
      return readIssuerPage(context, job.page, task);
    case 'standing':
      return readStandings(context, task);
    case 'submissions':
      return readSubmissions(context, task);
  }
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
    // A second source that cannot be used is done without.
    if (job.kind === 'reread' && job.step === 'second') return giveUpReread(context, job, task, error.message);
    if (job.kind === 'issuer-events') return giveUpIssuerEvents(context, task, error.message);
    if (job.kind === 'standing') return giveUpStandings(context, task);
    if (job.kind === 'submissions') return giveUpSubmissions(context, task, error.message);
    await endRun(pool, runId, { state: 'stopped', code: error.code, reason: error.text, now });
    return;
  }
  const code = error instanceof RetryableError ? error.code : 'INTERNAL';
  if (code === 'INTERNAL')
    log.error({ stack: error instanceof Error ? error.stack : String(error), job }, 'a job failed');
  await noteFault(context, task, code, messageOf(error));
  const [only, ...others] = wallets;
  const isPage = job.kind === 'page' || job.kind === 'reread';
  if (code === 'CURSOR_REFUSED' && isPage && only !== undefined && others.length === 0) {
    const restarts = await restartStretch(pool, key, only.id, job.page);
    if (job.kind === 'reread') {
      return restarts > MAX_RESTARTS
        ? giveUpReread(context, job, task, messageOf(error))
        : queueReread(context, job, task);
    }
    if (restarts > MAX_RESTARTS) return setWalletState(pool, runId, [only.id], 'failed', messageOf(error));
    return queuePages(context, task, await readCoverage(pool, key, [only.id], windowStart(context.provider)));
  }
  // The provider's wait holds all its requests already; a job that it refused has had no try.
  if (error instanceof RetryableError && error.retryAfterMs !== undefined) control.giveBack();
  if (job.kind === 'positions' && (control.lastAttempt || code === 'POSITIONS_UNKNOWN')) {
    return giveUpPositions(context, job.timestamp, task);
  }
  if (job.kind === 'signer' && (control.lastAttempt || code === 'SIGNER_NOT_TOLD')) {
    return giveUpSigning(context, job.transaction, task);
  }
  if (job.kind === 'native' && (control.lastAttempt || code === 'NATIVE_NOT_TOLD')) {
    return giveUpNative(context, runId, { walletId: job.wallet });
  }
  if (!control.lastAttempt) throw error;
  if (error instanceof TransfersGone) {
    await recordGone(pool, { runId, key, gone: error.gone, now });
    return endRun(pool, runId, { state: 'stopped', code: 'INTEGRITY', reason: error.message, now });
  }
  if (job.kind === 'reread') return giveUpReread(context, job, task, messageOf(error));
  if (job.kind === 'issuer-events') return giveUpIssuerEvents(context, task, messageOf(error));
  if (job.kind === 'standing') return giveUpStandings(context, task);
  if (job.kind === 'submissions') return giveUpSubmissions(context, task, messageOf(error));
  if (job.kind === 'page' && wallets.length > 1 && MAY_BE_ONES.has(code)) return queueHalves(context, task);
  if (job.kind === 'balance') {
    const balances = wallets.map(({ id }) => ({ walletId: id, value: null }));
    await recordBalances(pool, { runId, assetId: key.assetId, balances, now });
  } else {
    await setWalletState(pool, runId, idsOf(wallets), 'failed', messageOf(error), { from: 'pending' });
  }
}

/** Faults that one of several wallets may be the reason of: the halves are asked for by themselves. */
const MAY_BE_ONES = new Set(['REPLY_ERROR', 'REPLY_INVALID', 'REPLY_INCONSISTENT', 'HISTORY_STUCK']);

async function queueHalves(context: CrawlContext, task: Task): Promise<void> {
  const { pool, provider } = context;
  const ids = idsOf(task.wallets);
  const middle = Math.ceil(ids.length / 2);
  for (const half of [ids.slice(0, middle), ids.slice(middle)]) {
    await queuePages(context, task, await readCoverage(pool, task.key, half, windowStart(provider)));
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
