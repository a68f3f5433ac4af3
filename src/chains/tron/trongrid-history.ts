/**
 * Paging through TronGrid's account history without losing or doubling a row.
 *
 * The cursor is a block's timestamp. A page gives up only rows before its newest timestamp: the group at that timestamp
 * may go on behind the page's end, so the next page starts there again, inclusively, and reads it whole. Fingerprints
 * expire, go missing and are refused; they are used only where one timestamp alone fills a page.
 */
import { messageOf, RetryableError } from '../../errors.ts';
import { parseAddress } from '../address.ts';
import type { Cursor, HistoryPage, HistoryRequest, HistoryRow, TransactionHash } from '../chain.ts';
import { mergeByMaximum } from '../rows.ts';
import type { TronGridRow } from './trongrid-replies.ts';

/** The most that TronGrid puts on a page. */
export const PAGE_LIMIT = 200;

export interface RawPage {
  readonly data: readonly TronGridRow[];
  readonly fingerprint: string | null;
}

/** The parameters that ask for the page at `cursor`. */
export function pageParameters({ asset, window, cursor }: HistoryRequest): Record<string, string> {
  return {
    only_confirmed: 'true',
    contract_address: asset.contract,
    order_by: 'block_timestamp,asc',
    min_timestamp: String(cursor.position),
    max_timestamp: String(window.until - 1),
    limit: String(PAGE_LIMIT),
    ...(cursor.token === null ? {} : { fingerprint: cursor.token }),
  };
}

/**
 * What a page says: rows that are whole, and where to read on.
 *
 * The history ends with a page that is not full and names no further one. A full page without a fingerprint is no end,
 * and neither is a short page with one.
 *
 * @throws RetryableError `REPLY_INVALID` or `REPLY_INCONSISTENT`
 */
export function readPage(request: HistoryRequest, page: RawPage): HistoryPage {
  const { cursor } = request;
  const remarks: string[] = [];
  const read = readRows(request, page.data, remarks);
  const newest = page.data.at(-1)?.block_timestamp ?? cursor.position;
  // With a token the page goes on behind the held rows; without one it starts with them once more.
  const rows = cursor.token === null ? mergeByMaximum(cursor.held, read) : [...cursor.held, ...read];
  if (cursor.token === null && rows.length > read.length) {
    if (page.data.length === 0) {
      throw new RetryableError(
        'REPLY_INCONSISTENT',
        'The provider sent an empty page where it listed a transfer before.',
      );
    }
    remarks.push('a transfer that was listed before was missing when the page was read again; it is kept');
  }
  const full = page.data.length >= PAGE_LIMIT;
  if (!full && page.fingerprint === null) return { rows, next: null, remarks };
  if (page.data.length === 0 && cursor.token !== null) return { rows, next: null, remarks };
  if (newest > cursor.position) {
    const complete = rows.filter((row) => row.timestamp < newest);
    const held = rows.filter((row) => row.timestamp === newest);
    return { rows: complete, next: { position: newest, held, token: null }, remarks };
  }
  if (page.fingerprint === null) {
    throw new RetryableError(
      'HISTORY_STUCK',
      `More than ${PAGE_LIMIT} rows stand at one instant (${new Date(newest).toISOString()}) and the provider names no next page.`,
    );
  }
  return { rows: [], next: { position: cursor.position, held: rows, token: page.fingerprint }, remarks };
}

/** Where a window is begun, or begun again after its token was refused. */
export function openAt(position: number, held: readonly HistoryRow[] = []): Cursor {
  return { position, held, token: null };
}

function readRows(request: HistoryRequest, data: readonly TronGridRow[], remarks: string[]): HistoryRow[] {
  const { wallet, asset, window, cursor } = request;
  const rows: HistoryRow[] = [];
  const skipped = { type: 0, token: 0 };
  let previous = cursor.position;
  for (const raw of data) {
    const time = raw.block_timestamp;
    if (time < previous) throw invalid('rows are not in order of time');
    if (time >= window.until) throw invalid('a row is newer than the time asked for');
    previous = time;
    if (raw.type !== 'Transfer') {
      skipped.type += 1;
      continue;
    }
    if (raw.token_info?.address === undefined) throw invalid('a row does not say of which token it is');
    if (raw.token_info.address !== asset.contract) {
      skipped.token += 1;
      continue;
    }
    const row = readRow(request, raw);
    if (row.from !== wallet && row.to !== wallet) throw invalid('a row is of another wallet');
    rows.push(row);
  }
  if (skipped.type > 0) remarks.push(`${skipped.type} rows were no transfers (such as approvals) and were left out`);
  if (skipped.token > 0) remarks.push(`${skipped.token} rows were of another token's contract and were left out`);
  return rows;
}

function readRow({ asset }: HistoryRequest, raw: TronGridRow): HistoryRow {
  if (raw._unconfirmed) throw invalid('a row is not confirmed although only confirmed ones were asked for');
  if (raw.value === undefined || !/^\d{1,78}$/.test(raw.value)) throw invalid('a row has no amount');
  try {
    return {
      chain: 'tron',
      asset: asset.symbol,
      transaction: raw.transaction_id as TransactionHash,
      from: parseAddress('tron', raw.from),
      to: parseAddress('tron', raw.to),
      value: BigInt(raw.value),
      timestamp: raw.block_timestamp,
      block: null,
    };
  } catch (error) {
    throw invalid(messageOf(error));
  }
}

function invalid(what: string): RetryableError {
  return new RetryableError('REPLY_INVALID', `The provider sent a page that cannot be right: ${what}.`);
}
