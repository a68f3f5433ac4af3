/**
 * Imported files as a chain source: what they list, and nothing else.
 *
 * A file does not say whether it is whole, nor what is final: the head is the newest transfer that the files list, and
 * no wallet's balance is known.
 */
import { RetryableError, UserError } from '../../errors.ts';
import type { Address, Asset, ChainSource, Head, HistoryRow, ReceiptTransfer, TransactionHash } from '../chain.ts';
import { eachOnce, NEWEST, newestOf } from '../rows.ts';

/** What a case's files list of one asset, wherever it is kept. */
export interface ListedTransfers {
  /** The newest; undefined where there are none. */
  newest(): Promise<Head | undefined>;
  /** Those of wallets from one time to another, not included; oldest first. */
  read(request: ListedRequest): Promise<ListedPage>;
  /** Those of one transaction. */
  transaction(hash: TransactionHash): Promise<ReceiptTransfer[]>;
}

export interface ListedRequest {
  readonly wallets: readonly Address[];
  readonly from: number;
  readonly until: number;
  /** So many rows at most: the oldest of them, or the newest. */
  readonly most: number;
  readonly end: 'oldest' | 'newest';
}

export interface ListedPage {
  readonly rows: readonly HistoryRow[];
  /** There are further ones beyond them, some perhaps of the time of the one beside them. */
  readonly more: boolean;
}

const PAGE_ROWS = 5_000;
/** Many wallets at a time: nothing is asked of anybody. */
const MOST = 1_000;

export interface FileSourceOptions {
  readonly asset: Asset;
  /** Names the files, and whether others have come since: histories are read anew then. */
  readonly provider: string;
  readonly listed: ListedTransfers;
  readonly pageRows?: number;
}

export function createFileSource(options: FileSourceOptions): ChainSource {
  const { asset, provider, listed, pageRows = PAGE_ROWS } = options;
  return {
    chain: asset.chain,
    provider,
    authority: 'copy',
    unit: 'timestamp',
    finality: 'the newest transfer in the files',
    assets: [asset],
    overlap: 0,
    most: { histories: MOST, balances: MOST, rows: MOST },

    genesis: async () => null,

    async head(call) {
      const newest = await heeding(call?.signal, listed.newest());
      if (newest !== undefined) return newest;
      throw new UserError('NO_FILES', `The files list no transfer of ${asset.symbol} on ${asset.chain}.`, {
        todo: 'Import a file that does, or crawl without --offline.',
      });
    },

    async history({ wallets, window, cursor, signal }) {
      const from = cursor.position;
      for (let most = pageRows; ; most *= 2) {
        const { rows, more } = await heeding(
          signal,
          listed.read({ wallets, from, until: window.until, most, end: 'oldest' }),
        );
        if (!more) return { rows, next: null, remarks: [] };
        const last = rows.at(-1)?.timestamp ?? from;
        const complete = rows.filter(({ timestamp }) => timestamp < last);
        // One instant that fills a page is read with a larger one.
        if (complete.length === 0) continue;
        return { rows: complete, next: { position: last, held: [], token: null }, remarks: [] };
      }
    },

    async newest({ wallet, head, signal }) {
      const request = { wallets: [wallet], from: asset.since, until: head.timestamp + 1, end: 'newest' } as const;
      for (let most = NEWEST; ; most *= 2) {
        const { rows, more } = await heeding(signal, listed.read({ ...request, most }));
        // Several files may list the same transfers.
        if (rows.length >= NEWEST || !more) return { rows: newestOf(eachOnce(rows)), all: !more, whole: true };
      }
    },

    balances: async ({ wallets, signal }) => heeding(signal, Promise.resolve(wallets.map(() => null))),

    async receipt({ transaction, signal }) {
      const transfers = await heeding(signal, listed.transaction(transaction));
      if (transfers.length > 0) return transfers;
      throw new RetryableError('RECEIPT_MISSING', `No file lists the transaction ${transaction}.`);
    },

    signer: async () => null,

    positions: async () => [],

    // Explorers export transfers alone.
    issuerEvents: async ({ signal }) => heeding(signal, Promise.resolve({ events: [], next: null, remarks: [] })),

    standings: async ({ wallets, signal }) =>
      heeding(signal, Promise.resolve(wallets.map(() => ({ contract: null, frozen: null })))),

    pendingFreezes: async ({ signal }) =>
      heeding(signal, Promise.resolve({ multisig: null, submissions: [], untold: 'files do not tell' })),
  };
}

/** The answer, unless the call is aborted before. */
async function heeding<T>(signal: AbortSignal | undefined, answer: Promise<T>): Promise<T> {
  signal?.throwIfAborted();
  if (signal === undefined) return answer;
  return new Promise<T>((resolve, reject) => {
    const stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    answer.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
