/** How a crawl begins: a new run under freshly pinned heads, or the unfinished one taken up again. */
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Call, ChainId, Head } from '../src/chains/chain.ts';
import { RetryableError, UserError } from '../src/errors.ts';
import { readSeeds, type Seed } from '../src/store/cases.ts';
import { transaction } from '../src/store/db.ts';
import { readDisclosures } from '../src/store/disclosures.ts';
import { addCaseWallets } from '../src/store/frontier.ts';
import { noteGenesis } from '../src/store/reference.ts';
import { recordFault } from '../src/store/requests.ts';
import { addRunStops } from '../src/store/run-stops.ts';
import {
  beginRun,
  endRun,
  finishedHeads,
  lastRun,
  type PinnedHead,
  type Run,
  readHeads,
  resumeRun,
  sameRequest,
} from '../src/store/runs.ts';
import { readPayments } from '../src/store/trace-rows.ts';
import { readWalletDecisions, standing } from '../src/store/wallet-decisions.ts';
import type { CrawlRequest, CrawlSetup } from './crawl-setup.ts';
import type { Provider } from './provider.ts';
import { keyOf } from './trace-sources.ts';

/** Tries for the finalised head, with which a run begins; then the provider counts as unreachable. */
const HEAD_TRIES = 4;
/** Tries for the first block's hash, without which a crawl goes on. */
const GENESIS_TRIES = 2;
/** Where a chain's provider is named. */
const URL_SETTINGS: Readonly<Record<ChainId, string>> = {
  ethereum: 'ETHEREUM_RPC_URL or ETHERSCAN_API_URL',
  tron: 'TRON_API_URL',
};
/** A head below one that was final before: a provider behind a balancer may have asked a node that lags. */
const BEHIND = 'PROVIDER_BEHIND';
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
  const { case: investigated, policy, offline, stops } = request;
  const digest = await digestOf(pool, request, seeds);
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
  const before = offline ? new Map<ChainId, PinnedHead>() : await finishedHeads(pool, investigated.id);
  const heads = new Map<ChainId, PinnedHead>();
  for (const provider of providers) {
    const { chain, finality } = provider.source;
    const last = before.get(chain);
    // Another sense of final may lie deeper below the newest block.
    const notBefore = last?.finality === finality ? last : undefined;
    heads.set(chain, { ...(await readHead(provider, request.signal, { notBefore })), finality });
  }
  // Together: a run without its seeds would end at once, and look finished.
  return transaction(pool, async (db) => {
    const now = new Date(clock.now());
    const run = await beginRun(db, { caseId: investigated.id, policy, offline, seeds: digest, heads, now });
    await addCaseWallets(
      db,
      run.id,
      seeds.map(({ walletId, role }) => ({
        ...{ walletId, role, hop: 0, wave: 0, state: 'pending', kind: null, reason: null },
        ...{ allowedRows: null, byPerson: false, amount: null, rule: null },
      })),
    );
    await addRunStops(
      db,
      run.id,
      stops.map((stop) => ({ ...stop, taggedBy: null })),
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
    genesis = await persistently((call) => source.genesis(call), GENESIS_TRIES, signal);
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

/** Digest of all that decides beside the policy which wallets a run reads: the same run goes on only under the same. */
async function digestOf(
  pool: CrawlSetup['pool'],
  { case: { id } }: CrawlRequest,
  seeds: readonly Seed[],
): Promise<Buffer> {
  const payments = await readPayments(pool, id);
  const disclosed = (await readDisclosures(pool, id)).map(({ number }) => number);
  const decisions = [...standing(await readWalletDecisions(pool, id))].map(([walletId, { decision }]) => [
    walletId,
    decision,
  ]);
  return createHash('sha256')
    .update(JSON.stringify(seeds.map(({ address, role }) => [address, role])))
    .update(JSON.stringify(payments.map((payment) => keyOf(payment))))
    .update(JSON.stringify([disclosed, decisions.sort()]))
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
    const now = await readHead(provider, signal, { outcome: 'The crawl was not taken up again' });
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

/** @param options `notBefore`: a head that was final before cannot lie ahead of one that is now */
async function readHead(
  { source }: Provider,
  signal: AbortSignal,
  { outcome = 'No crawl was begun', notBefore }: { outcome?: string; notBefore?: Head | undefined } = {},
): Promise<Head> {
  const ask = async (call: Call) => {
    const head = await source.head(call);
    if (notBefore === undefined || head.timestamp >= notBefore.timestamp) return head;
    const [now, then] = [head, notBefore].map(({ timestamp }) => new Date(timestamp).toISOString());
    const words = `The provider of ${source.chain} knows final blocks up to ${now} only; the last crawl read up to ${then}.`;
    throw new RetryableError(BEHIND, words);
  };
  try {
    return await persistently(ask, HEAD_TRIES, signal);
  } catch (error) {
    if (!(error instanceof RetryableError)) throw error;
    if (error.code === BEHIND) {
      throw new UserError('PROVIDER_BEHIND', error.message, {
        right: 'What was final once stays final: a crawl begins where the last one ended, or later.',
        todo: `Wait for the provider, or name another with ${URL_SETTINGS[source.chain]}.`,
      });
    }
    throw new UserError('PROVIDER_SILENT', `${outcome}: ${error.message}`, {
      right: 'A run begins by pinning the newest finalised block of each chain.',
      todo: `Check the network and ${URL_SETTINGS[source.chain]}, then run the same command again.`,
      cause: error,
    });
  }
}

/** Asks again after a fault that may pass, so often at most. @throws what was thrown last, or UserError `INTERRUPTED` */
async function persistently<T>(ask: (call: Call) => Promise<T>, tries: number, signal: AbortSignal): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    let wait: number;
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(heldUp()), LONGEST_PAUSE_MS);
    try {
      return await ask({ signal, stopping: patience.signal });
    } catch (error) {
      if (signal.aborted) throw interrupted(signal);
      if (!(error instanceof RetryableError) || attempt === tries) throw error;
      wait = Math.min(error.retryAfterMs ?? FIRST_PAUSE_MS * 2 ** attempt, LONGEST_PAUSE_MS);
    } finally {
      clearTimeout(timer);
    }
    await sleep(wait, undefined, { signal }).catch(() => {
      throw interrupted(signal);
    });
  }
}

/** Somebody waits at the terminal: a pause of an hour is told, not waited out. */
function heldUp(): RetryableError {
  return new RetryableError('PROVIDER_BUSY', 'The provider has asked for a pause, which is not over.');
}

/** Somebody stopped the crawl, or the connection that holds the case's lock is lost: then that is the word. */
function interrupted(signal: AbortSignal): Error {
  if (signal.reason instanceof RetryableError) return signal.reason;
  return new UserError('INTERRUPTED', 'The crawl was interrupted before it began.', {
    todo: 'Run the same command again.',
  });
}
