/** Asking for the order of transfers within a block, where a wallet has several. */
import { RetryableError } from '../src/errors.ts';
import { giveUpInstant, type Instant, storePositions, unplacedTransactions } from '../src/store/positions.ts';
import { countAnswer, recordFault } from '../src/store/requests.ts';
import { type CrawlContext, callOf, idsOf, type Task } from './crawl-task.ts';

/** Asks for the places of what the task's wallets moved at an instant, and stores them. */
export async function readPositions(context: CrawlContext, timestamp: number, task: Task): Promise<void> {
  const { pool, provider, clock } = context;
  const { source, asset } = provider;
  const instant = instantOf(task, timestamp);
  // Another case, or this job's first delivery, may have stored them meanwhile: then nothing is left to ask.
  const transactions = await unplacedTransactions(pool, instant, idsOf(task.wallets));
  const placed =
    transactions.length === 0 ? [] : await source.positions({ transactions, asset, ...callOf(context, task) });
  const missing = await storePositions(pool, instant, asset, { transactions, placed });
  if (missing > 0) {
    throw new RetryableError(
      'RECEIPT_DISAGREES',
      `The receipts of ${new Date(timestamp).toISOString()} lack ${missing} transfers that the histories list.`,
    );
  }
  if (task.sent.requests > 0) {
    await countAnswer(pool, task.runId, 'positions', task.sent.requests, new Date(clock.now()));
  }
}

/** The run goes without, and says so: whoever follows money through these wallets has to know. */
export async function giveUpPositions(context: CrawlContext, timestamp: number, task: Task): Promise<void> {
  const { pool, provider, clock } = context;
  await giveUpInstant(pool, instantOf(task, timestamp));
  await recordFault(pool, task.runId, {
    providerId: provider.id,
    code: 'ORDER_UNKNOWN',
    message:
      'the order of transfers within a block could not be told, so that it is not known which of them came first',
    count: 1,
    requests: 0,
    now: new Date(clock.now()),
  });
}

function instantOf({ runId, key }: Task, timestamp: number): Instant {
  return { runId, assetId: key.assetId, timestamp };
}
