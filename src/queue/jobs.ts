/** What stands in a job: numbers that lead to rows of the database, never a key, a name or an amount. */
import { z } from 'zod';

const count = z.number().int().nonnegative();
const job = { run: count, attempt: count };

/** One page of a wallet's history. `page` counts those stored before, so that a job that comes twice is recognised. */
const pageJob = z.strictObject({ kind: z.literal('page'), ...job, wallet: count, asset: count, page: count });
/** The receipt of a transaction with equal rows. */
const receiptJob = z.strictObject({
  kind: z.literal('receipt'),
  ...job,
  wallet: count,
  asset: count,
  transaction: z.string().regex(/^[0-9a-f]{64}$/),
});
/** The balance of a reported wallet. */
const balanceJob = z.strictObject({ kind: z.literal('balance'), ...job, wallet: count, asset: count });
export const crawlJob = z.discriminatedUnion('kind', [pageJob, receiptJob, balanceJob]);
export type CrawlJob = z.infer<typeof crawlJob>;

/** Communities of a run's graph. */
export const analyseJob = z.strictObject({
  kind: z.literal('clusters'),
  ...job,
  seed: count,
  resolution: z.number().positive(),
  deadlineMs: z.number().int().positive(),
});
export type AnalyseJob = z.infer<typeof analyseJob>;

/**
 * The same work has the same id, so that it is queued once. It contains run and attempt, since a job that was queued
 * before an interruption must not keep its successor out. No colon and more than digits, as BullMQ wants it.
 */
export function jobId(data: CrawlJob | AnalyseJob): string {
  const place = `r${data.run}-a${data.attempt}`;
  switch (data.kind) {
    case 'page':
      return `page-${place}-w${data.wallet}-s${data.asset}-p${data.page}`;
    case 'receipt':
      return `receipt-${place}-w${data.wallet}-s${data.asset}-${data.transaction}`;
    case 'balance':
      return `balance-${place}-w${data.wallet}-s${data.asset}`;
    case 'clusters':
      return `clusters-${place}-x${data.seed}-g${String(data.resolution).replace('.', '_')}`;
  }
}
