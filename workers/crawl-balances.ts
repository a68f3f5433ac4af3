/** What wallets held as of the run's head, asked for and recorded. */

import { recordBalances } from '../src/store/balances.ts';
import { readBeyond, storedSum, walletsWithBalance } from '../src/store/proofs.ts';
import { countAnswer, recordFault } from '../src/store/runs.ts';
import { type CrawlContext, callOf, idsOf, type Task } from './crawl-task.ts';

/** What a page has told of the transfers above the head is good for so long: a wallet that moves meanwhile could seem whole. */
const HINT_MS = 120_000;

export async function readBalances(context: CrawlContext, task: Task): Promise<void> {
  const { pool, provider, clock } = context;
  const { runId, head, sent } = task;
  const { source, asset, id: providerId } = provider;
  // A job may be queued a second time at the moment in which it ends.
  const known = await walletsWithBalance(pool, { runId, assetId: asset.id, walletIds: idsOf(task.wallets) });
  const wallets = task.wallets.filter(({ id }) => !known.has(id));
  if (wallets.length === 0) return;
  const addresses = wallets.map(({ address }) => address);
  const ask = (beyond?: bigint) => {
    const hint = beyond === undefined ? {} : { beyond };
    return source.balances({ wallets: addresses, asset, head, ...hint, ...callOf(context, task) });
  };
  const [only, ...others] = wallets;
  const since = new Date(clock.now() - HINT_MS);
  const place = { runId, assetId: asset.id, walletId: only?.id ?? 0 };
  const beyond = others.length === 0 ? await readBeyond(pool, { ...place, since }) : undefined;
  let values = await ask(beyond);
  // What is told by a hint is believed where it fits.
  if (beyond !== undefined && values[0] !== (await storedSum(pool, place))) values = await ask();
  const now = new Date(clock.now());
  if (sent.requests > 0) await countAnswer(pool, runId, 'balance', sent.requests, now);
  for (const { code, message } of task.faults) {
    await recordFault(pool, runId, { providerId, code, message, count: 1, requests: 0, now });
  }
  const balances = wallets.map(({ id }, index) => ({ walletId: id, value: values[index] ?? null }));
  const count = balances.filter(({ value }) => value === null).length;
  if (count > 0) {
    const message = 'balances could not be told as of the head, so that the transfers of these wallets are not checked';
    await recordFault(pool, runId, { providerId, code: 'BALANCE_UNKNOWN', message, count, requests: 0, now });
  }
  await recordBalances(pool, { runId, assetId: asset.id, balances, now });
}
