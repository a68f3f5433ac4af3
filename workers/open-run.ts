/** How a crawl begins: a new run under freshly pinned heads, or the unfinished one taken up again. */
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ChainId, Head } from '../src/chains/chain.ts';
import { RetryableError, UserError } from '../src/errors.ts';
import { readSeeds, type Seed } from '../src/store/cases.ts';
import { transaction } from '../src/store/db.ts';
import { addCaseWallets } from '../src/store/frontier.ts';
import { noteGenesis } from '../src/store/reference.ts';
import {
  beginRun,
  endRun,
  lastRun,
  type PinnedHead,
  type Run,
  readHeads,
  recordFault,
  resumeRun,
  sameRequest,
} from '../src/store/runs.ts';
import type { CrawlRequest, CrawlSetup } from './crawl-setup.ts';
import { callInTurn, type Provider } from './provider.ts';

/** Tries for the finalised head, with which a run begins; then the provider counts as unreachable. */
const HEAD_TRIES = 4;
/** Tries for the first block's hash, without which a crawl goes on. */
const GENESIS_TRIES = 2;
/** Where a chain's provider is named. */
const URL_SETTINGS: Readonly<Record<ChainId, string>> = {
  ethereum: 'ETHEREUM_RPC_URL or ETHERSCAN_API_URL',
  tron: 'TRON_API_URL',
};
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;

/**
 * The run that the request is for: the last one if it is unfinished and was asked for the same, else a new one.
 *
 * @throws UserError `NO_REPORTS`, `CHAIN_UNREADABLE`, or what a provider says when it is asked for its head
 */
export async function openRun(setup: CrawlSetup, request: CrawlRequest): Promise<Run> {
  const { pool, clock } = setup;
  const seeds = await readSeeds(pool, request.case.id);
  if (seeds.length === 0) {
    throw new UserError('NO_REPORTS', `The case "${request.case.name}" has no report to start from.`, {
      todo: `Add one with: npx downstream report add "${request.case.name}" --wallet ADDRESS`,
    });
  }
  const chains = [...new Set(seeds.map(({ chain }) => chain))];
  const providers = chains.map((chain) => setup.providers.get(chain) ?? refuse(chain, request));
  const unchecked: { providerId: number; fault: RetryableError }[] = [];
  for (const provider of providers) {
    const fault = await checkChain(setup, provider, request.signal);
    if (fault !== null) unchecked.push({ providerId: provider.id, fault });
  }
  const run = await resumeOrBegin(setup, request, { seeds, providers });
  for (const { providerId, fault } of unchecked) {
    const { code, message } = fault;
    const now = new Date(clock.now());
    await recordFault(pool, run.id, { providerId, code, message, count: 1, requests: 1, now });
  }
  return run;
}

/** A chain that the case needs and that no provider was set up for. */
function refuse(chain: ChainId, { offline, case: { name } }: CrawlRequest): never {
  if (offline) {
    throw new UserError('NO_FILES', `No file of the case "${name}" has transfers of ${chain}, where it has reports.`, {
      right: 'A crawl on files alone needs, for each chain with reports, a file with transfers of it.',
      todo: `Import one with: npx downstream import "${name}" FILE.csv, or crawl without --offline.`,
    });
  }
  throw new UserError('CHAIN_UNREADABLE', `The case "${name}" has reports on ${chain}, which cannot be read yet.`, {
    right:
      'Ethereum is read through Etherscan (a free key from etherscan.io in ETHERSCAN_API_KEY), through a node (its address in ETHEREUM_RPC_URL), or best through both: histories come from Etherscan then, balances and receipts from the node.',
    todo: 'Set one of the two, then run the same command again; npx downstream doctor checks it.',
  });
}

async function resumeOrBegin(
  setup: CrawlSetup,
  request: CrawlRequest,
  { seeds, providers }: { seeds: readonly Seed[]; providers: readonly Provider[] },
): Promise<Run> {
  const { pool, clock } = setup;
  const { case: investigated, policy, offline } = request;
  const digest = digestOf(seeds);
  const last = await lastRun(pool, investigated.id);
  const asked = { policy, offline, seeds: digest };
  // What files say may have changed since, so a crawl on them begins anew.
  if (last !== undefined && last.state !== 'finished' && !offline && (await sameRequest(pool, last, asked))) {
    await requireFit(setup, last, providers, request.signal);
    return resumeRun(pool, last.id);
  }
  if (last !== undefined) {
    // Killed, and now another is asked for: whatever is left of it in the queue is void.
    const reason = 'another crawl was asked for instead';
    await endRun(pool, last.id, { state: 'stopped', code: 'SUPERSEDED', reason, now: new Date(clock.now()) });
  }
  const heads = new Map<ChainId, PinnedHead>();
  for (const provider of providers) {
    const { chain, finality } = provider.source;
    heads.set(chain, { ...(await readHead(setup, provider, request.signal)), finality });
  }
  // Together: a run without its seeds would end at once, and look finished.
  return transaction(pool, async (db) => {
    const now = new Date(clock.now());
    const run = await beginRun(db, { caseId: investigated.id, policy, offline, seeds: digest, heads, now });
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
async function checkChain(
  { pool }: CrawlSetup,
  provider: Provider,
  signal: AbortSignal,
): Promise<RetryableError | null> {
  const { source } = provider;
  let genesis: string | null;
  try {
    genesis = await persistently(() => source.genesis(callInTurn(pool, provider, { signal })), GENESIS_TRIES, signal);
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

/**
 * A run keeps the heads that it pinned, but its providers may be others by now: they must be fit for it too.
 *
 * @throws UserError `PROVIDER_BEHIND`, or what a provider says when it is asked for its head
 */
async function requireFit(
  setup: CrawlSetup,
  run: Run,
  providers: readonly Provider[],
  signal: AbortSignal,
): Promise<void> {
  const pinned = await readHeads(setup.pool, run.id);
  for (const provider of providers) {
    const { chain } = provider.source;
    const head = pinned.get(chain);
    const now = await readHead(setup, provider, signal, 'The crawl was not taken up again');
    if (head === undefined || now.timestamp >= head.timestamp) continue;
    throw new UserError(
      'PROVIDER_BEHIND',
      `The provider of ${chain} knows final blocks up to ${now.block} only; the crawl was begun up to ${head.block}.`,
      {
        right: 'A crawl that is taken up again is read to the end that it had from the start.',
        todo: `Wait for the provider, or name another with ${URL_SETTINGS[chain]}.`,
      },
    );
  }
}

async function readHead(
  { pool }: CrawlSetup,
  provider: Provider,
  signal: AbortSignal,
  outcome = 'No crawl was begun',
): Promise<Head> {
  const { source } = provider;
  try {
    return await persistently(() => source.head(callInTurn(pool, provider, { signal })), HEAD_TRIES, signal);
  } catch (error) {
    if (!(error instanceof RetryableError)) throw error;
    throw new UserError('PROVIDER_SILENT', `${outcome}: ${error.message}`, {
      right: 'A run begins by pinning the newest finalised block of each chain.',
      todo: `Check the network and ${URL_SETTINGS[source.chain]}, then run the same command again.`,
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
      if (signal.aborted) throw interrupted(signal);
      if (!(error instanceof RetryableError) || attempt === tries) throw error;
      wait = Math.min(error.retryAfterMs ?? FIRST_PAUSE_MS * 2 ** attempt, LONGEST_PAUSE_MS);
    }
    await sleep(wait, undefined, { signal }).catch(() => {
      throw interrupted(signal);
    });
  }
}

/** Somebody stopped the crawl, or the connection that holds the case's lock is lost: then that is the word. */
function interrupted(signal: AbortSignal): Error {
  if (signal.reason instanceof RetryableError) return signal.reason;
  return new UserError('INTERRUPTED', 'The crawl was interrupted before it began.', {
    todo: 'Run the same command again.',
  });
}
