/** The newest of an account's transfers on TronGrid: its history from the other end. */
import { RetryableError } from '../../errors.ts';
import type { HistoryRow } from '../chain.ts';
import type { NewestRequest, NewestRows } from '../rows.ts';
import { eachOnce, NEWEST, newestOf } from '../rows.ts';
import { PAGE_LIMIT, type RawPage, readRows } from './trongrid-history.ts';
import type { TronGridRow } from './trongrid-replies.ts';

/** A page may be short, or hold rows that are no transfers: then the next fills it up. */
const MOST_PAGES = 2;

/** @param ask asks for a page of the account's history by its parameters */
export async function readNewest(
  ask: (parameters: Record<string, string>) => Promise<RawPage>,
  { wallet, asset, head }: NewestRequest,
): Promise<NewestRows> {
  const window = { from: asset.since, until: head.timestamp + 1 };
  const cursor = { position: window.from, held: [], token: null };
  const parameters = {
    only_confirmed: 'true',
    contract_address: asset.contract,
    order_by: 'block_timestamp,desc',
    min_timestamp: String(window.from),
    max_timestamp: String(head.timestamp),
    limit: String(PAGE_LIMIT),
  };
  const data: TronGridRow[] = [];
  let rows: HistoryRow[] = [];
  let fingerprint: string | null = null;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const read = await ask(fingerprint === null ? parameters : { ...parameters, fingerprint });
    data.push(...read.data);
    rows = eachOnce(readRows({ wallets: [wallet], asset, window, cursor }, data.toReversed(), []));
    fingerprint = read.fingerprint;
    if (rows.length >= NEWEST) return { rows: newestOf(rows), all: false, whole: true };
    if (fingerprint === null) return { rows, all: true, whole: true };
  }
  throw new RetryableError(
    'REPLY_INCONSISTENT',
    `The provider sent ${rows.length} of a wallet's newest transfers where it was asked for ${NEWEST}, and named further ones.`,
  );
}
