/** How a crawl begins: a new run under freshly pinned heads, or the unfinished one taken up again. */
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ChainId, ChainSource, Head } from '../src/chains/chain.ts';
import { RetryableError, UserError } from '../src/errors.ts';
import { readSeeds, type Seed } from '../src/store/cases.ts';
import { transaction } from '../src/store/db.ts';
import { addCaseWallets } from '../src/store/frontier.ts';
import { noteGenesis } from '../src/store/reference.ts';
import { beginRun, endRun, lastRun, type Run, recordFault, resumeRun, sameRequest } from '../src/store/runs.ts';
import type { CrawlRequest, CrawlSetup } from './crawl-setup.ts';

/** Tries for the finalised head, with which a run begins; then the provider counts as unreachable. */
const HEAD_TRIES = 4;
/** Tries for the first block's hash, without which a crawl goes on. */
const GENESIS_TRIES = 2;
const FIRST_PAUSE_MS = 500;
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
  const unchecked = await checkChain(setup, request.signal);
  const run = await resumeOrBegin(setup, request, seeds);
  if (unchecked !== null) {
    const { code, message } = unchecked;
    const now = new Date(clock.now());
    await recordFault(pool, run.id, { providerId: setup.providerId, code, message, count: 1, request: true, now });
  }
  return run;
}

async function resumeOrBegin(setup: CrawlSetup, request: CrawlRequest, seeds: readonly Seed[]): Promise<Run> {
  const { pool, source, clock } = setup;
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
 *
 * @returns the fault that kept the provider from telling, for the record
 * @throws UserError `CHAIN_MISMATCH`
 */
async function checkChain({ pool, source }: CrawlSetup, signal: AbortSignal): Promise<RetryableError | null> {
  let genesis: string | null;
  try {
    genesis = await persistently(() => source.genesis({ signal }), GENESIS_TRIES, signal);
  } catch (error) {
    if (error instanceof RetryableError) return error;
    throw error;
  }
  if (genesis === null || (await noteGenesis(pool, source.chain, genesis)) === genesis) return null;
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
  try {
    return await persistently(() => source.head({ signal }), HEAD_TRIES, signal);
  } catch (error) {
    if (!(error instanceof RetryableError)) throw error;
    throw new UserError('PROVIDER_SILENT', `No crawl was begun: ${error.message}`, {
      right: 'A run begins by pinning the newest finalised block of each chain.',
      todo: 'Check the network and TRON_API_URL, then run the same command again.',
      cause: error,
    });
  }
}

/** Asks again after a fault that may pass, so often at most. @throws what was thrown last, or UserError `INTERRUPTED` */
async function persistently<T>(ask: () => Promise<T>, tries: number, signal: AbortSignal): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    let wait: number;
    try {
      return await ask();
    } catch (error) {
      if (signal.aborted) throw interrupted();
      if (!(error instanceof RetryableError) || attempt === tries) throw error;
      wait = Math.min(error.retryAfterMs ?? FIRST_PAUSE_MS * 2 ** attempt, LONGEST_PAUSE_MS);
    }
    await sleep(wait, undefined, { signal }).catch(() => {
      throw interrupted();
    });
  }
}

function interrupted(): UserError {
  return new UserError('INTERRUPTED', 'The crawl was interrupted before it began.', {
    todo: 'Run the same command again.',
  });
}
