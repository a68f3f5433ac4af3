/** Asking who signed a transaction that moves dust. */
import type { TransactionHash } from '../src/chains/chain.ts';
import { giveUpSigner, isSigned, type SignerQuestion, settleSigner } from '../src/store/poisoning.ts';
import { countAnswer, recordFault } from '../src/store/requests.ts';
import { type CrawlContext, callOf, type Task } from './crawl-task.ts';

/** Asks who signed, and stores it. */
export async function readSigner(context: CrawlContext, transaction: string, task: Task): Promise<void> {
  const { pool, provider, clock } = context;
  const { source, asset } = provider;
  const question = questionOf(task, transaction);
  // Another case, or this job's first delivery, may have asked meanwhile.
  if (await isSigned(pool, question)) return settleSigner(pool, question, asset, null);
  const hash = transaction as TransactionHash;
  const signer = await source.signer({ transaction: hash, asset, ...callOf(context, task) });
  if (task.sent.requests > 0) {
    await countAnswer(pool, task.runId, 'signer', task.sent.requests, new Date(clock.now()));
  }
  if (signer === null) return giveUpSigning(context, transaction, task);
  await settleSigner(pool, question, asset, signer);
}

/** The run goes without, and says so: such dust stays in the graph. */
export async function giveUpSigning(context: CrawlContext, transaction: string, task: Task): Promise<void> {
  const { pool, provider, clock } = context;
  await giveUpSigner(pool, questionOf(task, transaction));
  await recordFault(pool, task.runId, {
    providerId: provider.id,
    code: 'SIGNER_UNKNOWN',
    message: 'it could not be told who signed transactions of dust, so that it is not known whether they are poison',
    count: 1,
    requests: 0,
    now: new Date(clock.now()),
  });
}

function questionOf({ runId, key }: Task, transaction: string): SignerQuestion {
  return { runId, assetId: key.assetId, transaction };
}
