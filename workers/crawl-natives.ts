/** Asking who first paid for a wallet's transactions. */
import { RetryableError } from '../src/errors.ts';
import { giveUpNatives, isNativeOpen, storeNative } from '../src/store/native.ts';
import { countAnswer, recordFault } from '../src/store/requests.ts';
import { type CrawlContext, callOf, type Task } from './crawl-task.ts';

/** Asks for the first native receipts of the task's one wallet, and stores them. */
export async function readNatives(context: CrawlContext, task: Task): Promise<void> {
  const { pool, provider, clock } = context;
  const { source } = provider;
  const { runId, head, sent } = task;
  const [wallet] = task.wallets;
  if (wallet === undefined || source.native === undefined) return;
  // Another case, or this job's first delivery, may have asked meanwhile.
  if (!(await isNativeOpen(pool, runId, wallet.id))) return;
  const history = await source.native({ wallet: wallet.address, head, ...callOf(context, task) });
  if (history.receipts.some(({ timestamp }) => timestamp > head.timestamp)) {
    throw new RetryableError(
      'REPLY_INVALID',
      'The provider dates a receipt later than the block up to which it was asked.',
    );
  }
  const now = new Date(clock.now());
  await storeNative(pool, { runId, walletId: wallet.id, chain: source.chain, providerId: provider.id, history, now });
  await countAnswer(pool, runId, 'native', sent.requests, now);
}

/** The run goes without, and says so. */
export async function giveUpNative(
  context: Pick<CrawlContext, 'pool' | 'provider' | 'clock'>,
  runId: number,
  which: Parameters<typeof giveUpNatives>[2],
): Promise<void> {
  const { pool, provider, clock } = context;
  const count = await giveUpNatives(pool, runId, which);
  if (count === 0) return;
  await recordFault(pool, runId, {
    providerId: provider.id,
    code: 'NATIVE_UNKNOWN',
    message: 'it could not be told who made accounts, or first sent them coins or lent them energy',
    count,
    requests: 0,
    now: new Date(clock.now()),
  });
}
