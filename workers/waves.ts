/**
 * A crawl in waves: the reported wallets, then those that most of the followed money reached, and so on. Waves and not races,
 * so that the same chain data and policy choose the same wallets however many workers there are.
 *
 * The wave is planned in the database; the queue only carries its pages. Whatever is interrupted is planned again from
 * there.
 */
import type { Clock } from '../src/clock.ts';
import { PROBED_FROM } from '../src/crawl/behaviour.ts';
import { groupPages } from '../src/crawl/page-groups.ts';
import { messageOf, RetryableError, UserError } from '../src/errors.ts';
import type { CrawlJob } from '../src/queue/jobs.ts';
import { coveredShare, pendingCoverage } from '../src/store/coverage.ts';
import { transaction } from '../src/store/db.ts';
import { countCaseWallets, expandCovered, forgetBeyond, newestWave } from '../src/store/frontier.ts';
import { storeGains } from '../src/store/gains.ts';
import { countOpenInstants, findUnordered, openInstants } from '../src/store/positions.ts';
import { endRun, lockCase, type Run, readHeads, readRun, runsOfCase } from '../src/store/runs.ts';
import { chooseNext } from './choose-wave.ts';
import type { CrawlRequest, CrawlSetup } from './crawl-setup.ts';
import { settleDisagreements } from './disagreements.ts';
import { hashRun } from './hash-run.ts';
import { readIssuerEvents } from './issuer-step.ts';
import { readNativeHistories } from './native-step.ts';
import { openRun } from './open-run.ts';
import { PORTION, performWork } from './perform.ts';
import { findPoison } from './poisoning.ts';
import { type Provider, windowEnd, windowStart } from './provider.ts';
import { reconcile } from './reconcile.ts';
import { askStandings } from './standing-step.ts';

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
    const ended = (await readRun(pool, run.id)) ?? run;
    if (ended.graphHash !== null) await storeGains(pool, ended.id);
    return ended;
  } finally {
    await lock.release();
  }
}

/** Workers drop jobs of the case's earlier attempts and runs by themselves, but each would cost a place in the rate limit. */
async function removeVoidJobs({ pool, providers }: CrawlSetup, run: Run): Promise<void> {
  const runs = new Set(await runsOfCase(pool, run.caseId));
  for (const { queue, second } of providers.values()) {
    await queue.remove((job) => runs.has((job as CrawlJob).run));
    await second?.queue.remove((job) => runs.has((job as CrawlJob).run));
  }
}

/**
 * Wave by wave. A wallet whose history has to be read again may lead elsewhere than it seemed to, so the crawl goes back to
 * its wave and chooses anew what comes after; what is stored already costs no request.
 */
async function crawlRun(setup: CrawlSetup, request: CrawlRequest, run: Run): Promise<void> {
  const { pool, clock } = setup;
  const providers = await providersOf(setup, run);
  for (let more = true; more; ) {
    if (!(await crawlWave(setup, request, run, providers))) return;
    const { going, back } = await settleDisagreements(setup, request, run, providers);
    if (!going) return;
    if (back !== null) {
      await transaction(pool, (db) => forgetBeyond(db, run.id, back));
      continue;
    }
    if (!(await readIssuerEvents(setup, request, run, providers))) return;
    const reconciled = await reconcile(setup, request, run, providers);
    if (!reconciled.going) return;
    // What was read again may be in no other history that it ought to be in.
    if (reconciled.changed) continue;
    if (!(await findPoison(setup, request, run, providers))) return;
    more = await chooseNext(setup, run, providers);
  }
  if (!(await readPositions(setup, request, run, providers))) return;
  if (!(await readNativeHistories(setup, request, run, providers))) return;
  if (!(await askStandings(setup, request, run, providers))) return;
  await finish(setup, run, clock);
}

/** The providers of the chains that the run has heads of. */
async function providersOf({ pool, providers }: CrawlSetup, run: Run): Promise<Provider[]> {
  return [...(await readHeads(pool, run.id)).keys()].flatMap((chain) => providers.get(chain) ?? []);
}

/** Crawls all pending wallets. Returns false when the run was stopped meanwhile. */
async function crawlWave(
  setup: CrawlSetup,
  request: CrawlRequest,
  run: Run,
  providers: readonly Provider[],
): Promise<boolean> {
  const { pool } = setup;
  const heads = await readHeads(pool, run.id);
  const { maxTransfers } = run.policy;
  for (const provider of providers) {
    const head = heads.get(provider.source.chain);
    if (head === undefined) throw new Error(`Run ${run.id} has no head of ${provider.source.chain}`);
    const receipts = provider.source.authority === 'chain';
    const covered = { runId: run.id, assetId: provider.asset.id, providerId: provider.id };
    await expandCovered(pool, {
      ...covered,
      until: windowEnd(provider, head),
      maxTransfers,
      probedFrom: PROBED_FROM,
      receipts,
    });
  }
  return performWork(setup, request, run, {
    stage: async () => ({ kind: 'histories', wave: await newestWave(pool, run.id) }),
    queue: async () => {
      for (const provider of providers) await queuePages(setup, run, provider);
    },
    covered: async () => {
      const together = providers.find(({ source }) => source.most.histories > 1 && source.authority === 'chain');
      const head = together === undefined ? undefined : heads.get(together.source.chain);
      if (together === undefined || head === undefined) return null;
      const key = { assetId: together.asset.id, providerId: together.id };
      return coveredShare(pool, { ...key, runId: run.id, until: windowEnd(together, head) });
    },
    left: ({ pending }) => pending,
  });
}

async function queuePages({ pool }: CrawlSetup, run: Run, provider: Provider): Promise<void> {
  const { source, asset, queue, id: providerId } = provider;
  const place = { runId: run.id, assetId: asset.id, providerId, from: windowStart(provider) };
  const pending = await pendingCoverage(pool, { ...place, most: PORTION * source.most.histories });
  const job = { kind: 'page', run: run.id, attempt: run.attempt, asset: asset.id } as const;
  const groups = groupPages(pending, source.most.histories, run.startedAt);
  await queue.add(groups.map(({ walletIds, page }) => ({ ...job, wallets: walletIds, page })));
}

/** Where a wallet is paid and pays in one block, the order of its transfers decides whose money left. */
async function readPositions(
  setup: CrawlSetup,
  request: CrawlRequest,
  run: Run,
  providers: readonly Provider[],
): Promise<boolean> {
  const { pool } = setup;
  const asked = providers.filter(({ source }) => source.authority === 'chain');
  for (const { asset } of asked) await findUnordered(pool, run.id, asset.id);
  if ((await countOpenInstants(pool, run.id)) === 0) return true;
  return performWork(setup, request, run, {
    stage: (blocks) => ({ kind: 'positions', blocks }),
    queue: async () => {
      for (const { asset, queue } of asked) {
        const job = { kind: 'positions', run: run.id, attempt: run.attempt, asset: asset.id } as const;
        const instants = await openInstants(pool, run.id, asset.id, PORTION);
        await queue.add(instants.map((timestamp) => ({ ...job, timestamp })));
      }
    },
    covered: async () => null,
    left: () => countOpenInstants(pool, run.id),
  });
}

async function finish({ pool }: CrawlSetup, run: Run, clock: Clock): Promise<void> {
  const graphHash = await hashRun(pool, run.id);
  const { failed } = await countCaseWallets(pool, run.id);
  const now = new Date(clock.now());
  if (failed === 0) return endRun(pool, run.id, { state: 'finished', graphHash, now });
  const reason = `${failed} ${failed === 1 ? 'wallet' : 'wallets'} could not be read to the end`;
  await endRun(pool, run.id, { state: 'stopped', code: 'WALLETS_FAILED', reason, graphHash, now });
}
