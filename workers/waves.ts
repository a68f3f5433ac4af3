/**
 * A crawl in waves: all wallets of one hop, then those that their money reached. Waves and not races, so that the same
 * chain data and policy choose the same wallets however many workers there are.
 *
 * The wave is planned in the database; the queue only carries its pages. Whatever is interrupted is planned again from
 * there.
 */
import { createGraphHasher } from '../graphs/transfers-hash.ts';
import type { Clock } from '../src/clock.ts';
import { chooseWave } from '../src/crawl/frontier.ts';
import { messageOf, UserError } from '../src/errors.ts';
import type { CrawlJob } from '../src/queue/jobs.ts';
import { transferLines } from '../src/store/case-graph.ts';
import { pendingPages, rewindCoverage } from '../src/store/coverage.ts';
import {
  addCaseWallets,
  countCaseWallets,
  expandCovered,
  findDisagreements,
  payeesOfHop,
  setWalletState,
  walletsWithoutBalance,
} from '../src/store/frontier.ts';
import { endRun, lockCase, type Run, readHeads, readRun } from '../src/store/runs.ts';
import { windowEnd, windowStart } from './crawl.ts';
import type { CrawlRequest, CrawlSetup } from './crawl-setup.ts';
import { openRun } from './open-run.ts';
import { performWork, type Work } from './perform.ts';

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
