/**
 * A crawl in waves: all wallets of one hop, then those that their money reached. Waves and not races, so that the same
 * chain data and policy choose the same wallets however many workers there are.
 *
 * The wave is planned in the database; the queue only carries its pages. Whatever is interrupted is planned again from
 * there.
 */
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createGraphHasher } from '../graphs/transfers-hash.ts';
import type { ChainId, ChainSource, Head } from '../src/chains/chain.ts';
import type { Clock } from '../src/clock.ts';
import { chooseWave } from '../src/crawl/frontier.ts';
import { messageOf, RetryableError, UserError } from '../src/errors.ts';
import type { CrawlJob } from '../src/queue/jobs.ts';
import type { JobQueue } from '../src/queue/queue.ts';
import { transferLines } from '../src/store/case-graph.ts';
import { type Case, readSeeds, type Seed } from '../src/store/cases.ts';
import { pendingPages, rewindCoverage } from '../src/store/coverage.ts';
import type { Pool } from '../src/store/db.ts';
import {
  addCaseWallets,
  countCaseWallets,
  expandCovered,
  findDisagreements,
  payeesOfHop,
  setWalletState,
  type WalletCounts,
  walletsWithoutBalance,
} from '../src/store/frontier.ts';
import type { StoredAsset } from '../src/store/reference.ts';
import {
  beginRun,
  type CrawlPolicy,
  endRun,
  lastRun,
  lockCase,
  type Run,
  readFaults,
  readHeads,
  readRun,
  resumeRun,
  sameRequest,
} from '../src/store/runs.ts';
import { windowEnd, windowStart } from './crawl.ts';

/** How often the driver looks whether a wave is through. */
const POLL_MS = 100;
/** A provider that is silent for so long may have said why. */
const QUIET_MS = 1_000;
/** A queue that brings nothing for so long may have lost its jobs: what is left is queued again. */
const REQUEUE_MS = 15_000;
/** Tries for the finalised head, with which a run begins; then the provider counts as unreachable. */
const HEAD_TRIES = 4;
const HEAD_PAUSE_MS = 500;

export interface CrawlRequest {
  readonly case: Case;
  readonly policy: CrawlPolicy;
  /** A provider that answers nothing for so long is given up; what is stored stays. */
  readonly patienceMs: number;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: CrawlProgress) => void;
}

export interface CrawlProgress {
  readonly hop: number;
  readonly wallets: WalletCounts;
  readonly rows: number;
  readonly requests: number;
  /** What a provider last said, when no answer came since. */
  readonly waiting: string | null;
}

export interface CrawlSetup {
  readonly pool: Pool;
  readonly source: ChainSource;
  readonly providerId: number;
  readonly asset: StoredAsset;
  readonly queue: JobQueue<CrawlJob>;
  readonly clock: Clock;
}

/**
 * Crawls a case: begins a run or takes up the unfinished one, and goes on until it is finished, stopped or interrupted.
 * Workers must be running, in this process or elsewhere.
 *
 * @returns the run as it ended; its `state`, `stopCode` and `stopReason` tell
 * @throws UserError `NO_REPORTS`, `CASE_BUSY`, or what the provider says at the very start
 */
export async function crawlCase(setup: CrawlSetup, request: CrawlRequest): Promise<Run> {
  const { pool, queue, clock } = setup;
  const unlock = await lockCase(pool, request.case.id);
  if (unlock === null) {
    throw new UserError('CASE_BUSY', `The case "${request.case.name}" is being crawled by another process.`, {
      right: 'A case is crawled by one command at a time; further workers join with: npx downstream worker',
      todo: 'Wait for it to end, or stop it.',
    });
  }
  try {
    const run = await openRun(setup, request);
    try {
      await queue.remove((job) => isJobOf(job, run) && (job as CrawlJob).attempt < run.attempt);
      await crawlRun(setup, request, run);
    } catch (error) {
      await endRun(pool, run.id, {
        state: 'stopped',
        code: error instanceof UserError ? error.code : 'INTERNAL',
        reason: messageOf(error),
        now: new Date(clock.now()),
      }).catch(() => {});
      throw error;
    }
    await queue.remove((job) => isJobOf(job, run));
    return (await readRun(pool, run.id)) ?? run;
  } finally {
    await unlock();
  }
}

function isJobOf(job: unknown, run: Run): boolean {
  return (job as { run?: unknown }).run === run.id;
}

async function openRun(setup: CrawlSetup, request: CrawlRequest): Promise<Run> {
  const { pool, source, clock } = setup;
  const seeds = await readSeeds(pool, request.case.id, source.chain);
  if (seeds.length === 0) {
    throw new UserError('NO_REPORTS', `The case "${request.case.name}" has no report to start from.`, {
      todo: `Add one with: npx downstream report add "${request.case.name}" --chain tron --wallet ADDRESS`,
    });
  }
  const digest = digestOf(seeds);
  const last = await lastRun(pool, request.case.id);
  if (last !== undefined && last.state !== 'finished' && (await sameRequest(pool, last, request.policy, digest))) {
    return resumeRun(pool, last.id);
  }
  const heads = new Map<ChainId, Head>([[source.chain, await readHead(source, request.signal)]]);
  const run = await beginRun(pool, {
    caseId: request.case.id,
    policy: request.policy,
    seeds: digest,
    heads,
    now: new Date(clock.now()),
  });
  await addCaseWallets(
    pool,
    run.id,
    seeds.map(({ walletId, role }) => ({ walletId, role, hop: 0, state: 'pending', reason: null })),
  );
  return run;
}

function digestOf(seeds: readonly Seed[]): Buffer {
  return createHash('sha256')
    .update(JSON.stringify(seeds.map(({ address, role }) => [address, role])))
    .digest();
}

async function readHead(source: ChainSource, signal: AbortSignal): Promise<Head> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await source.head(signal);
    } catch (error) {
      if (!(error instanceof RetryableError)) throw error;
      if (attempt === HEAD_TRIES) {
        throw new UserError('PROVIDER_SILENT', `No crawl was begun: ${error.message}`, {
          right: 'A run begins by pinning the newest finalised block of each chain.',
          todo: 'Check the network and TRON_API_URL, then run the same command again.',
          cause: error,
        });
      }
      await sleep(Math.min(error.retryAfterMs ?? HEAD_PAUSE_MS * 2 ** attempt, 30_000), undefined, { signal });
    }
  }
}

async function crawlRun(setup: CrawlSetup, request: CrawlRequest, run: Run): Promise<void> {
  const { pool, clock } = setup;
  for (let hop = 0; hop <= run.policy.maxHops; hop += 1) {
    if (!(await crawlWave(setup, request, run, hop))) return;
    const payees = await payeesOfHop(pool, run.id, hop, setup.asset.id);
    const { expanded, failed } = await countCaseWallets(pool, run.id);
    const choices = chooseWave(payees, hop + 1, expanded + failed, run.policy);
    await addCaseWallets(
      pool,
      run.id,
      choices.map(({ wallet, state, reason }) => ({
        walletId: wallet.walletId,
        hop: hop + 1,
        role: null,
        state,
        reason,
      })),
    );
  }
  if (!(await readBalances(setup, request, run))) return;
  await finish(setup, run, clock);
}

/** Crawls all pending wallets. Returns false when the run was stopped meanwhile. */
async function crawlWave(setup: CrawlSetup, request: CrawlRequest, run: Run, hop: number): Promise<boolean> {
  const { pool, asset, source, providerId } = setup;
  const head = (await readHeads(pool, run.id)).get(source.chain);
  if (head === undefined) throw new Error(`Run ${run.id} has no head of ${source.chain}`);
  const until = windowEnd(source, head);
  const { maxTransfers } = run.policy;
  const reread = new Set<number>();
  const work: Work = {
    hop,
    queue: () => queuePages(setup, run),
    done: async () => (await countCaseWallets(pool, run.id)).pending === 0,
  };
  for (;;) {
    await expandCovered(pool, { runId: run.id, assetId: asset.id, providerId, until, maxTransfers });
    if (!(await performWork(setup, request, run, work))) return false;
    if (!(await settleDisagreements(setup, run, reread))) return true;
  }
}

async function queuePages({ pool, queue, asset, source, providerId }: CrawlSetup, run: Run): Promise<void> {
  const from = windowStart(source, asset);
  const pages = await pendingPages(pool, { runId: run.id, assetId: asset.id, providerId, from });
  await queue.add(
    pages.map(({ walletId, page }) => ({
      kind: 'page',
      run: run.id,
      attempt: run.attempt,
      wallet: walletId,
      asset: asset.id,
      page,
    })),
  );
}

/**
 * Two wallets' histories list a transfer between them, or one history is not whole. Such a wallet is read once more from
 * the missing transfer on; if it is still missing, the wallet counts as failed.
 *
 * @returns true when wallets have to be read again
 */
async function settleDisagreements(
  { pool, asset, providerId }: CrawlSetup,
  run: Run,
  reread: Set<number>,
): Promise<boolean> {
  const disagreements = await findDisagreements(pool, run.id, asset.id);
  let again = false;
  for (const { walletId, missing, since } of disagreements) {
    if (reread.has(walletId)) {
      const reason = `its own history lacks ${missing} ${missing === 1 ? 'transfer' : 'transfers'} that its counterparties' histories list`;
      await setWalletState(pool, run.id, walletId, 'failed', reason);
      continue;
    }
    reread.add(walletId);
    await rewindCoverage(pool, { walletId, assetId: asset.id, providerId }, since);
    await setWalletState(pool, run.id, walletId, 'pending');
    again = true;
  }
  return again;
}

async function readBalances(setup: CrawlSetup, request: CrawlRequest, run: Run): Promise<boolean> {
  const { pool, queue, asset } = setup;
  const unread = () => walletsWithoutBalance(pool, run.id);
  return performWork(setup, request, run, {
    hop: 0,
    queue: async () => {
      const job = { kind: 'balance', run: run.id, attempt: run.attempt, asset: asset.id } as const;
      await queue.add((await unread()).map((wallet) => ({ ...job, wallet })));
    },
    done: async () => (await unread()).length === 0,
  });
}

async function finish({ pool }: CrawlSetup, run: Run, clock: Clock): Promise<void> {
  const hasher = createGraphHasher();
  for await (const line of transferLines(pool, run.id)) hasher.add(line);
  const graphHash = hasher.digest();
  const { failed } = await countCaseWallets(pool, run.id);
  const now = new Date(clock.now());
  if (failed === 0) return endRun(pool, run.id, { state: 'finished', graphHash, now });
  const reason = `${failed} ${failed === 1 ? 'wallet' : 'wallets'} could not be read to the end`;
  await endRun(pool, run.id, { state: 'stopped', code: 'WALLETS_FAILED', reason, graphHash, now });
}

/** Work that is planned in the database and carried by the queue. */
interface Work {
  readonly hop: number;
  /** Queues what is left to do. What is queued already is not queued twice. */
  readonly queue: () => Promise<void>;
  readonly done: () => Promise<boolean>;
}

/** Has workers do it, and waits. Returns false when the run was stopped, interrupted or given up. */
async function performWork(setup: CrawlSetup, request: CrawlRequest, started: Run, work: Work): Promise<boolean> {
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
