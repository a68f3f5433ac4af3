/** A page of a history as it goes into the store, once it has passed what a page must not be. */
import type { Cursor, HistoryPage } from '../src/chains/chain.ts';
import { numberRows } from '../src/crawl/occurrences.ts';
import { RetryableError } from '../src/errors.ts';
import { formatAmount } from '../src/money.ts';
import type { Coverage } from '../src/store/coverage.ts';
import { findElsewhere, findGone, type GoneTransfer } from '../src/store/integrity.ts';
import { commitPage, type PageWallet } from '../src/store/pages.ts';
import { countAnswer, type RequestKind, recordFault } from '../src/store/requests.ts';
import type { CrawlContext, Task } from './crawl-task.ts';

/** So many transfers are named; all are in the store. */
const MOST_NAMED = 5;

/**
 * Stored transfers that their provider had listed below a final head, and lists no more, or at another time. It may have erred for
 * once, so it is asked again; in the end it is no fault that passes.
 */
export class TransfersGone extends RetryableError {
  readonly gone: readonly GoneTransfer[];

  constructor(gone: readonly GoneTransfer[], { provider, symbol, decimals }: Listing, how: 'no longer' | 'elsewhere') {
    const named = gone.slice(0, MOST_NAMED).map(({ transaction, from, to, value, timestamp }) => {
      const at = how === 'elsewhere' ? `, stored as of ${new Date(timestamp).toISOString()}` : '';
      return `${formatAmount(value, decimals)} ${symbol} from ${from} to ${to} in transaction ${transaction}${at}`;
    });
    const more = gone.length > MOST_NAMED ? `; and ${gone.length - MOST_NAMED} more` : '';
    const what = gone.length === 1 ? 'a stored transfer' : `${gone.length} stored transfers`;
    const lists = how === 'elsewhere' ? `now gives another time for ${what}` : `no longer lists ${what}`;
    super('TRANSFER_GONE', `${provider} ${lists} below a final block: ${named.join('; ')}${more}.`);
    this.gone = gone;
  }
}

interface Listing {
  readonly provider: string;
  readonly symbol: string;
  readonly decimals: number;
}

/** What a reply answers, and where its wallets are read on. */
export interface Answered {
  /** From where on the reply lists everything, up to `until`, not included. */
  readonly from: number;
  readonly until: number;
  /** Where the wallets' histories are read on, by all that is known then. */
  readonly next: Cursor;
  /** What its requests are counted as. */
  readonly kind: RequestKind;
}

/**
 * Stores a reply's transfers and moves the cursors of its wallets.
 *
 * @returns how many rows it listed of each wallet; `null` where another worker has moved a cursor since
 * @throws RetryableError `REPLY_INVALID` or `TRANSFER_GONE`
 */
export async function commitReply(
  context: CrawlContext,
  task: Task,
  coverage: readonly Coverage[],
  reply: HistoryPage,
  answered: Answered,
): Promise<readonly PageWallet[] | null> {
  const { pool, provider, clock } = context;
  const { runId, key } = task;
  const { transfers, repeats } = numberRows(reply.rows);
  const now = new Date(clock.now());
  const isSeen = provider.source.authority === 'chain';
  // What is later than the head would be left out of the graph without a word.
  if (reply.rows.some(({ timestamp }) => timestamp > task.head.timestamp)) {
    throw new RetryableError(
      'REPLY_INVALID',
      'The provider dates a transfer later than the block up to which it was asked.',
    );
  }
  if (isSeen) await requireListed(context, task, { coverage, transfers, answered });
  const versions = new Map(coverage.map(({ walletId, version }) => [walletId, version]));
  const wallets = task.wallets.map(({ id, address }) => ({
    id,
    version: versions.get(id) ?? 0,
    rows: reply.rows.filter(touching(address)).length,
    // Only the chain itself settles equal rows: what a copy lists counts as often as it lists it.
    repeats: isSeen ? repeats.filter(touching(address)).map(({ transaction }) => transaction) : [],
  }));
  const rows = reply.rows.length;
  const requests = task.sent.requests;
  const { next, kind } = answered;
  const page = { key, runId, requests, asset: provider.asset, wallets, transfers, rows, kind, seen: isSeen, next, now };
  const outcome = await commitPage(pool, page);
  if (outcome === 'elsewhere') {
    const [first] = task.wallets;
    const gone = await findElsewhere(pool, { key, walletId: first?.id ?? 0, listed: transfers });
    throw new TransfersGone(gone, listingOf(context), 'elsewhere');
  }
  if (outcome === 'raced') {
    await countAnswer(pool, runId, kind, requests, now);
    return null;
  }
  for (const { code, count, text: message } of reply.remarks) {
    await recordFault(pool, runId, { providerId: provider.id, code, message, count, requests: 0, now });
  }
  return wallets;
}

/** Of what was covered before, everything that the provider had listed must be there again. */
async function requireListed(
  context: CrawlContext,
  { key }: Task,
  reply: { coverage: readonly Coverage[]; transfers: ReturnType<typeof numberRows>['transfers']; answered: Answered },
): Promise<void> {
  const { from, until } = reply.answered;
  const stretches = reply.coverage.flatMap(({ walletId, covered }) => {
    return covered <= from ? [] : [{ walletId, from, until: Math.min(until, covered) }];
  });
  if (stretches.length === 0) return;
  const { unit } = context.provider.source;
  const gone = await findGone(context.pool, { key, unit, stretches, listed: reply.transfers });
  if (gone.length > 0) throw new TransfersGone(gone, listingOf(context), 'no longer');
}

function listingOf({ provider: { source, asset } }: CrawlContext): Listing {
  return { provider: source.provider, symbol: asset.symbol, decimals: asset.decimals };
}

function touching(address: string): (row: { readonly from: string; readonly to: string }) => boolean {
  return ({ from, to }) => from === address || to === address;
}
