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
import { messageOf, RetryableError, UserError } from '../src/errors.ts';
import type { CrawlJob } from '../src/queue/jobs.ts';
import { transferLines } from '../src/store/case-graph.ts';
import { pendingPages, rewindCoverage } from '../src/store/coverage.ts';
import {
  addCaseWallets,
  countCaseWallets,
  expandCovered,
  findDisagreements,
  forgetBeyond,
  payeesOfHop,
  setWalletState,
  walletsWithoutBalance,
} from '../src/store/frontier.ts';
import { endRun, lockCase, type Run, readHeads, readRun, runsOfCase } from '../src/store/runs.ts';
import { windowEnd, windowStart } from './crawl.ts';
import type { CrawlRequest, CrawlSetup } from './crawl-setup.ts';
import { openRun } from './open-run.ts';
import { PORTION, performWork } from './perform.ts';

/**
 * Crawls a case: begins a run or takes up the unfinished one, and goes on until it is finished, stopped or interrupted.
 * Workers must be running, in this process or elsewhere.
 *
 * @returns the run as it ended; its `state`, `stopCode` and `stopReason` tell
 * @throws UserError `NO_REPORTS`, `CASE_BUSY`, `CHAIN_MISMATCH`, or what the provider says at the very start
 * @throws RetryableError `DATABASE_LOST` or `QUEUE_LOST`
 */
export async function crawlCase(setup: CrawlSetup, request: CrawlRequest): Promise<Run> {
  const { pool, clock } = setup;
  const lock = await lockCase(pool, request.case.id);
  if (lock === null) {
    throw new UserError('CASE_BUSY', `The case "${request.case.name}" is being crawled by another process.`, {
      right: 'A case is crawled by one command at a time; further workers join with: npx downstream worker',
      todo: 'Wait for it to end, or stop it.',
    });
  }
  const guarded = { ...request, signal: AbortSignal.any([request.signal, lock.lost]) };
  try {
    const run = await openRun(setup, guarded);
    try {
      await removeVoidJobs(setup, run);
      await crawlRun(setup, guarded, run);
    } catch (error) {
      await endRun(pool, run.id, {
        state: 'stopped',
        code: error instanceof UserError || error instanceof RetryableError ? error.code : 'INTERNAL',
        reason: messageOf(error),
        now: new Date(clock.now()),
      }).catch(() => {});
      throw error;
    }
    return (await readRun(pool, run.id)) ?? run;
  } finally {
    await lock.release();
  }
}

/** Workers drop jobs of the case's earlier attempts and runs by themselves, but each would cost a place in the rate limit. */
async function removeVoidJobs({ pool, queue }: CrawlSetup, run: Run): Promise<void> {
  const runs = new Set(await runsOfCase(pool, run.caseId));
  await queue.remove((job) => runs.has((job as CrawlJob).run));
}

/**
 * Hop by hop. A wallet whose history has to be read again may lead elsewhere than it seemed to, so the crawl goes back to
 * its hop and chooses anew what lies beyond; what is stored already costs no request.
 */
async function crawlRun(setup: CrawlSetup, request: CrawlRequest, run: Run): Promise<void> {
  const { pool, clock } = setup;
  const reread = new Set<number>();
  for (let hop = 0; hop <= run.policy.maxHops; hop += 1) {
    if (!(await crawlWave(setup, request, run, hop))) return;
    const back = await settleDisagreements(setup, run, reread);
    if (back !== null) {
      await forgetBeyond(pool, run.id, back);
      hop = back - 1;
      continue;
    }
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
  await expandCovered(pool, { runId: run.id, assetId: asset.id, providerId, until, maxTransfers });
  return performWork(setup, request, run, {
    hop,
    queue: () => queuePages(setup, run),
    left: ({ pending }) => pending,
  });
}

async function queuePages({ pool, queue, asset, source, providerId }: CrawlSetup, run: Run): Promise<void> {
  const from = windowStart(source, asset);
  const pages = await pendingPages(pool, { runId: run.id, assetId: asset.id, providerId, from, most: PORTION });
  const job = { kind: 'page', run: run.id, attempt: run.attempt, asset: asset.id } as const;
  await queue.add(pages.map(({ walletId, page }) => ({ ...job, wallet: walletId, page })));
}

/**
 * Two wallets' histories list a transfer between them, or one history is not whole. Such a wallet is read once more from
 * the missing transfer on; if it is still missing, the wallet counts as failed.
 *
 * @param reread wallets that this attempt has had read again
 * @returns the nearest hop of wallets that have to be read again; `null` where there are none
 */
async function settleDisagreements(
  { pool, asset, providerId }: CrawlSetup,
  run: Run,
  reread: Set<number>,
): Promise<number | null> {
  let back: number | null = null;
  for (const { walletId, hop, missing, since } of await findDisagreements(pool, run.id, asset.id)) {
    back = Math.min(back ?? hop, hop);
    if (reread.has(walletId)) {
      const transfers = missing === 1 ? 'transfer' : 'transfers';
      const reason = `its own history lacks ${missing} ${transfers} that its counterparties' histories list`;
      await setWalletState(pool, run.id, walletId, 'failed', reason);
      continue;
    }
    reread.add(walletId);
    await rewindCoverage(pool, { walletId, assetId: asset.id, providerId }, since);
    await setWalletState(pool, run.id, walletId, 'pending');
  }
  return back;
}

async function readBalances(setup: CrawlSetup, request: CrawlRequest, run: Run): Promise<boolean> {
  const { pool, queue, asset } = setup;
  const unread = () => walletsWithoutBalance(pool, run.id);
  return performWork(setup, request, run, {
    hop: null,
    queue: async () => {
      const job = { kind: 'balance', run: run.id, attempt: run.attempt, asset: asset.id } as const;
      await queue.add((await unread()).slice(0, PORTION).map((wallet) => ({ ...job, wallet })));
    },
    left: async () => (await unread()).length,
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
