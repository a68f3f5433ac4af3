/** What stands in a job: numbers that lead to rows of the database, never a key, a name or an amount. */
import { createHash } from 'node:crypto';
import { z } from 'zod';

const count = z.number().int().nonnegative();
const job = { run: count, attempt: count };

/** As many as any source reads at a time. */
const wallets = z.array(count).min(1).max(1_000).readonly();

/**
 * One page of wallets' histories. `page` counts those stored before, over all the wallets, so that a job that comes twice
 * is recognised.
 */
const pageJob = z.strictObject({ kind: z.literal('page'), ...job, wallets, asset: count, page: count });
/** The receipt of a transaction with equal rows. */
const receiptJob = z.strictObject({
  kind: z.literal('receipt'),
  ...job,
  wallet: count,
  asset: count,
  transaction: z.string().regex(/^[0-9a-f]{64}$/),
});
/** Who signed a transaction. */
const signerJob = z.strictObject({
  kind: z.literal('signer'),
  ...job,
  asset: count,
  transaction: z.string().regex(/^[0-9a-f]{64}$/),
});
/** What wallets held as of the run's head. */
const balanceJob = z.strictObject({ kind: z.literal('balance'), ...job, wallets, asset: count });
/** The order of transfers within the block of one instant, in milliseconds since 1970. */
const positionsJob = z.strictObject({ kind: z.literal('positions'), ...job, asset: count, timestamp: count });
/** Who first paid for a wallet's transactions. */
const nativeJob = z.strictObject({ kind: z.literal('native'), ...job, wallet: count, asset: count });
/** What the chain says of wallets themselves: contracts, and freezes. */
const standingJob = z.strictObject({ kind: z.literal('standing'), ...job, wallets, asset: count });
/** What waits in the multisig of the issuer. */
const submissionsJob = z.strictObject({ kind: z.literal('submissions'), ...job, asset: count });
/** One page of what the issuer did. `page` counts those stored before. */
const issuerEventsJob = z.strictObject({ kind: z.literal('issuer-events'), ...job, asset: count, page: count });
/** One page of a wallet's history that is read again, since something is missing in it; `step` says in which way. */
const rereadJob = z.strictObject({
  kind: z.literal('reread'),
  ...job,
  wallet: count,
  asset: count,
  step: z.enum(['counterparty', 'balance', 'history', 'second']),
  page: count,
});
export const crawlJob = z.discriminatedUnion('kind', [
  pageJob,
  receiptJob,
  signerJob,
  balanceJob,
  positionsJob,
  nativeJob,
  issuerEventsJob,
  standingJob,
  submissionsJob,
  rereadJob,
]);
export type CrawlJob = z.infer<typeof crawlJob>;

/** Clusters, roles and wallets to examine of a run, for whoever waits for the answer to a request. */
export const analyseJob = z.strictObject({ kind: z.literal('analyse'), ...job, request: count });
export type AnalyseJob = z.infer<typeof analyseJob>;

/** A case's time has come to be crawled again. */
export const scheduleJob = z.strictObject({ kind: z.literal('schedule'), case: count });
export type ScheduleJob = z.infer<typeof scheduleJob>;

/**
 * The same work has the same id, so that it is queued once. It contains run and attempt, since a job that was queued
 * before an interruption must not keep its successor out. No colon and more than digits, as BullMQ wants it.
 */
export function jobId(data: CrawlJob | AnalyseJob): string {
  const place = `r${data.run}-a${data.attempt}`;
  switch (data.kind) {
    case 'page':
      return `page-${place}-${named(data.wallets)}-s${data.asset}-p${data.page}`;
    case 'receipt':
      return `receipt-${place}-w${data.wallet}-s${data.asset}-${data.transaction}`;
    case 'signer':
      return `signer-${place}-s${data.asset}-${data.transaction}`;
    case 'balance':
      return `balance-${place}-${named(data.wallets)}-s${data.asset}`;
    case 'positions':
      return `positions-${place}-s${data.asset}-t${data.timestamp}`;
    case 'native':
      return `native-${place}-w${data.wallet}-s${data.asset}`;
    case 'reread':
      return `reread-${place}-w${data.wallet}-s${data.asset}-${data.step}-p${data.page}`;
    case 'issuer-events':
      return `issuer-events-${place}-s${data.asset}-p${data.page}`;
    case 'standing':
      return `standing-${place}-${named(data.wallets)}-s${data.asset}`;
    case 'submissions':
      return `submissions-${place}-s${data.asset}`;
    case 'analyse':
      return `analyse-${place}-q${data.request}`;
  }
}

/** One wallet by its number, several by a digest of theirs. */
function named(wallets: readonly number[]): string {
  if (wallets.length === 1) return `w${wallets[0]}`;
  return `g${createHash('sha256').update(wallets.join(',')).digest('hex').slice(0, 32)}`;
}
