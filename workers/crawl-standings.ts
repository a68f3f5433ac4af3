/** Asking what the chain says of wallets themselves, and what waits in the multisig of a token's issuer. */
import { settledSubmissions, settleSubmissions, storeSubmissions } from '../src/store/freeze-submissions.ts';
import { countAnswer, recordFault } from '../src/store/requests.ts';
import { knownContracts, recordStandings, walletsWithStanding } from '../src/store/standings.ts';
import { type CrawlContext, callOf, idsOf, type Task } from './crawl-task.ts';

/** Asks about the task's wallets, and stores what was told. */
export async function readStandings(context: CrawlContext, task: Task): Promise<void> {
  const { pool, provider, clock } = context;
  const { runId, head, key, sent } = task;
  const { assetId } = key;
  // A job may be queued a second time at the moment in which it ends.
  const known = await walletsWithStanding(pool, { runId, assetId, walletIds: idsOf(task.wallets) });
  const wallets = task.wallets.filter(({ id }) => !known.has(id));
  if (wallets.length === 0) return;
  const told = await provider.source.standings({
    wallets: wallets.map(({ address }) => address),
    ...{ asset: provider.asset, head, told: await knownContracts(pool, { assetId, walletIds: idsOf(wallets) }) },
    ...callOf(context, task),
  });
  const now = new Date(clock.now());
  if (sent.requests > 0) await countAnswer(pool, runId, 'standing', sent.requests, now);
  const standings = wallets.map(({ id }, place) => ({
    walletId: id,
    ...(told[place] ?? { contract: null, frozen: null }),
  }));
  const unknown = standings.filter(({ frozen }) => frozen === null).length;
  if (unknown > 0) await remarkUnknown(context, task, unknown);
  await recordStandings(pool, { runId, assetId, standings, now });
}

/** The run goes without, and says so; the next asks again. */
export async function giveUpStandings(context: CrawlContext, task: Task): Promise<void> {
  const { pool, clock } = context;
  const standings = task.wallets.map(({ id }) => ({ walletId: id, contract: null, frozen: null }));
  await remarkUnknown(context, task, standings.length);
  await recordStandings(pool, { ...placeOf(task), standings, now: new Date(clock.now()) });
}

async function remarkUnknown({ pool, provider, clock }: CrawlContext, { runId }: Task, count: number): Promise<void> {
  await recordFault(pool, runId, {
    providerId: provider.id,
    code: 'STANDING_UNKNOWN',
    message: 'the contract could not be asked whether wallets are frozen, so that only its events tell',
    ...{ count, requests: 0, now: new Date(clock.now()) },
  });
}

function placeOf({ runId, key }: Task) {
  return { runId, assetId: key.assetId };
}

/** Asks what waits, and stores it. */
export async function readSubmissions(context: CrawlContext, task: Task): Promise<void> {
  const { pool, provider, clock } = context;
  const { asset, source } = provider;
  const { runId, head, sent } = task;
  const settled = await settledSubmissions(pool, asset.id);
  const answer = await source.pendingFreezes({ asset, head, settled, ...callOf(context, task) });
  const now = new Date(clock.now());
  if (sent.requests > 0) await countAnswer(pool, runId, 'standing', sent.requests, now);
  await storeSubmissions(pool, { runId, asset, answer, now });
}

/** The run goes on without knowing it, and says so. */
export function giveUpSubmissions({ pool }: CrawlContext, { runId, key }: Task, reason: string): Promise<void> {
  return settleSubmissions(pool, runId, key.assetId, reason);
}
