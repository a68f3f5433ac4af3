/** What wallets held as of the run's head, asked for and recorded. */

import { recordBalances } from '../src/store/balances.ts';
import { walletsWithBalance } from '../src/store/proofs.ts';
import { countAnswer, recordFault } from '../src/store/requests.ts';
import { type CrawlContext, callOf, idsOf, type Task } from './crawl-task.ts';

/**
 * What a wallet holds just before a page of its history is asked for, by a source that cannot tell what it held at the head: where
 * the page is the last one and nothing lies above the head, that was its balance there. So a balance costs one request, and the rows
 * are read after it. A wallet with more pages is asked about when it is through.
 *
 * @returns `null` where it was not asked
 */
export async function readHolding(context: CrawlContext, task: Task, isFirstPage: boolean): Promise<bigint | null> {
  const { pool, provider, clock } = context;
  const { source, asset } = provider;
  const [wallet, ...others] = task.wallets;
  if (wallet === undefined || others.length > 0 || !isFirstPage || source.holding === undefined) return null;
  const value = await source.holding({ wallet: wallet.address, asset, ...callOf(context, task) });
  await countAnswer(pool, task.runId, 'balance', task.sent.requests, new Date(clock.now()));
  task.sent.requests = 0;
  return value;
}

export async function readBalances(context: CrawlContext, task: Task): Promise<void> {
  const { pool, provider, clock } = context;
  const { runId, head, sent } = task;
  const { source, asset, id: providerId } = provider;
  // A job may be queued a second time at the moment in which it ends.
  const known = await walletsWithBalance(pool, { runId, assetId: asset.id, walletIds: idsOf(task.wallets) });
  const wallets = task.wallets.filter(({ id }) => !known.has(id));
  if (wallets.length === 0) return;
  const addresses = wallets.map(({ address }) => address);
  const values = await source.balances({ wallets: addresses, asset, head, ...callOf(context, task) });
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
