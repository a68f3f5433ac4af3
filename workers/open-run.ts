/** How a crawl begins: a new run under freshly pinned heads, or the unfinished one taken up again. */
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ChainId, ChainSource, Head } from '../src/chains/chain.ts';
import { RetryableError, UserError } from '../src/errors.ts';
import { readSeeds, type Seed } from '../src/store/cases.ts';
import { transaction } from '../src/store/db.ts';
import { addCaseWallets } from '../src/store/frontier.ts';
import { noteGenesis } from '../src/store/reference.ts';
import { beginRun, endRun, lastRun, type Run, resumeRun, sameRequest } from '../src/store/runs.ts';
import type { CrawlRequest, CrawlSetup } from './crawl-setup.ts';

/** Tries for the finalised head, with which a run begins; then the provider counts as unreachable. */
const HEAD_TRIES = 4;
const HEAD_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;

/**
 * The run that the request is for: the last one if it is unfinished and was asked for the same, else a new one.
 *
 * @throws UserError `NO_REPORTS`, or what the provider says when it is asked for its head
 */
export async function openRun(setup: CrawlSetup, request: CrawlRequest): Promise<Run> {
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
  if (last !== undefined) {
    // Killed, and now another is asked for: whatever is left of it in the queue is void.
    const reason = 'another crawl was asked for instead';
    await endRun(pool, last.id, { state: 'stopped', code: 'SUPERSEDED', reason, now: new Date(clock.now()) });
  }
  const head = await readHead(source, request.signal);
  await requireSameChain(setup, request.signal);
  const heads = new Map<ChainId, Head>([[source.chain, head]]);
  const { case: investigated, policy } = request;
  // Together: a run without its seeds would end at once, and look finished.
  return transaction(pool, async (db) => {
    const now = new Date(clock.now());
    const run = await beginRun(db, { caseId: investigated.id, policy, seeds: digest, heads, now });
    await addCaseWallets(
      db,
      run.id,
      seeds.map(({ walletId, role }) => ({ walletId, role, hop: 0, state: 'pending', reason: null })),
    );
    return run;
  });
}

/**
 * A store holds one chain of a kind: rows of a test network or a simulation would pass for real ones.
 *
 * A provider that cannot tell is believed: that it answers for the wallets' histories is what counts.
 */
async function requireSameChain({ pool, source }: CrawlSetup, signal: AbortSignal): Promise<void> {
  const genesis = await source.genesis(signal).catch((error: unknown) => {
    if (error instanceof RetryableError) return null;
    throw error;
  });
  if (genesis === null || (await noteGenesis(pool, source.chain, genesis)) === genesis) return;
  throw new UserError(
    'CHAIN_MISMATCH',
    `The provider of ${source.chain} serves another chain than the one that is stored.`,
    {
      right:
        'A database holds the transfers of one network; those of a test network or a simulation would pass for real ones.',
      todo: 'Correct the address of the provider, or use another database: set DOWNSTREAM_DATA or DATABASE_URL.',
    },
  );
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
      await sleep(Math.min(error.retryAfterMs ?? HEAD_PAUSE_MS * 2 ** attempt, LONGEST_PAUSE_MS), undefined, {
        signal,
      });
    }
  }
}
