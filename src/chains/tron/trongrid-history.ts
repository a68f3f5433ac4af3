/**
 * Paging through TronGrid's account history without losing or doubling a row.
 *
 * The cursor is a block's timestamp. A page gives up only rows before its newest timestamp: the group at that timestamp
 * may go on behind the page's end, so the next page starts there again, inclusively, and reads it whole. Fingerprints
 * expire, go missing and are refused; they are used only where one timestamp alone fills a page, where a page is empty, and far
 * into long histories.
 */
import { RetryableError } from '../../errors.ts';
import { parseAddress } from '../address.ts';
import type { HistoryPage, HistoryRequest, HistoryRow, Remark, TransactionHash } from '../chain.ts';
import { reopenWith } from '../rows.ts';
import { fillIn, toldBy } from './trongrid-details.ts';
import type { TronGridRow } from './trongrid-replies.ts';

/** The most that TronGrid puts on a page. */
export const PAGE_LIMIT = 200;
/** What was read before is read again in pages of another size, so that their borders fall on other rows. */
const AGAIN_LIMIT = 171;
/** Where a full page names no next one: the same rows in pages of another size end with one that is not full. */
export const NARROW_LIMIT = PAGE_LIMIT - 1;
/** So many empty pages in a row, each naming a further one, are the end. */
export const EMPTY_PAGES = 3;
export const EMPTY_PAGES_TEXT = 'pages in a row were empty and named a further one; the history is taken to end there';

export interface RawPage {
  readonly data: readonly TronGridRow[];
  readonly fingerprint: string | null;
}

/**
 * The parameters that ask for the page at `cursor`. It has no upper bound: the last page of a window shows whether
 * anything lies behind its end.
 */
export function pageParameters({ asset, cursor, again }: HistoryRequest): Record<string, string> {
  const token = readToken(cursor.token);
  return {
    only_confirmed: 'true',
    contract_address: asset.contract,
    order_by: 'block_timestamp,asc',
    min_timestamp: String(token.opened ?? cursor.position),
    limit: String(limitOf(token, again)),
    get_detail: 'true',
    ...(token.fingerprint === null ? {} : { fingerprint: token.fingerprint }),
  };
}

/**
 * Each re-opened page begins with what the one before ended with, which shows that nothing is missing between the two, and costs
 * its room. That may come to one page in all. In long histories, and in those with many rows in a block, fingerprints are
 * therefore followed behind so many pages, but for every so manieth as long as there is room: no chain of them is trusted for
 * longer than it must be. What is read again is read without them.
 */
const REOPENED_PAGES = 100;
const CHAINED_PAGES = 50;
/** Less than a page: a full page at the end costs another one, to see that it is the end. */
const MOST_REPEATED = PAGE_LIMIT - 1;

/** What a cursor's token says. Written as the fingerprint, with signs before it that no fingerprint has. */
interface Token {
  /** How many pages were read before, one after the other, and how many of their rows stood on two of them. */
  readonly pages: number;
  readonly repeated: number;
  /** Pages of the narrow size. */
  readonly narrow: boolean;
  /** How many pages before were empty. */
  readonly empty: number;
  /** The time that the fingerprint's pages were asked for from: it holds for the same parameters only. */
  readonly opened: number | null;
  readonly fingerprint: string | null;
}

function readToken(text: string | null): Token {
  const [, pages, repeated, opened, narrow, empty, fingerprint] =
    /^(?:#(\d+)(?:\+(\d+))?(?:@(\d+))?#)?(~?)(!*)(.*)$/.exec(text ?? '') ?? [];
  return {
    pages: Number(pages ?? 0),
    repeated: Number(repeated ?? 0),
    opened: opened === undefined ? null : Number(opened),
    narrow: narrow === '~',
    empty: empty?.length ?? 0,
    fingerprint: fingerprint || null,
  };
}

function writeToken({ pages, repeated, opened, narrow, empty, fingerprint }: Token): string {
  return `#${pages}+${repeated}${opened === null ? '' : `@${opened}`}#${narrow ? '~' : ''}${'!'.repeat(empty)}${fingerprint ?? ''}`;
}

/** Whether the page behind so many is asked for by the fingerprint that the provider names. */
function isChained(pages: number, repeated: number): boolean {
  return repeated > MOST_REPEATED || (pages >= REOPENED_PAGES && pages % CHAINED_PAGES !== 0);
}

function limitOf({ narrow }: Token, again = false): number {
  if (again) return narrow ? AGAIN_LIMIT - 1 : AGAIN_LIMIT;
  return narrow ? NARROW_LIMIT : PAGE_LIMIT;
}

/**
 * What a page says: rows that are whole, and where to read on.
 *
 * The history ends with a page that is not full and names no further one. A full page without a fingerprint is no end,
 * and neither is a short page with one. Empty pages that name a further one are followed, up to a number.
 *
 * @throws RetryableError `REPLY_INVALID`, `REPLY_INCONSISTENT` or `HISTORY_STUCK`
 */
export function readPage(request: HistoryRequest, page: RawPage): HistoryPage {
  const { cursor, window } = request;
  const token = readToken(cursor.token);
  const first = token.fingerprint === null;
  const opened = token.opened ?? cursor.position;
  const remarks: Remark[] = [];
  const all = readRows(request, page.data, remarks);
  const read = all.filter(({ timestamp }) => timestamp < window.until);
  const newest = page.data.at(-1)?.block_timestamp ?? cursor.position;
  // With a fingerprint the page goes on behind the held rows; without one it starts with them once more.
  const isEmpty = page.data.every((row) => row.block_timestamp >= window.until);
  const reopened = first ? reopenWith(cursor.held, read, isEmpty) : null;
  const rows = fillIn(reopened?.rows ?? [...cursor.held, ...read], [...cursor.held, ...read]);
  remarks.push(...(reopened?.remarks ?? []));
  const full = page.data.length >= limitOf(token, request.again);
  const empty = page.data.length === 0 ? token.empty + 1 : 0;
  if (!full && page.fingerprint === null) {
    return { rows, next: null, remarks, ...(read.length === all.length ? { quiet: true } : {}) };
  }
  // Rows stand in the order of time: behind the window's end there is none that belongs into it.
  if (newest >= window.until) return { rows, next: null, remarks };
  if (empty === EMPTY_PAGES) {
    remarks.push({ code: 'PAGES_EMPTY', count: EMPTY_PAGES, text: EMPTY_PAGES_TEXT });
    return { rows, next: null, remarks };
  }
  if (newest > cursor.position) {
    const complete = rows.filter((row) => row.timestamp < newest);
    const held = rows.filter((row) => row.timestamp === newest);
    const pages = token.pages + 1;
    const again = token.repeated + held.length;
    const isFollowed = isChained(pages, again) && !token.narrow && !request.again;
    const fingerprint = isFollowed ? page.fingerprint : null;
    const from = fingerprint === null ? null : opened;
    const repeated = fingerprint === null ? again : token.repeated;
    const next = {
      position: newest,
      held,
      token: writeToken({ pages, repeated, opened: from, narrow: false, empty: 0, fingerprint }),
    };
    return { rows: complete, next, remarks };
  }
  const { position } = cursor;
  if (page.fingerprint === null) {
    // Either the instant fills the page exactly, or the provider forgot to name the next: a page of another size tells.
    const narrow = writeToken({ ...token, opened: null, narrow: true, empty: 0, fingerprint: null });
    if (!token.narrow) return { rows: [], next: { position, held: [], token: narrow }, remarks };
    throw stuckAt(newest);
  }
  const next = writeToken({ ...token, opened, empty, fingerprint: page.fingerprint });
  return { rows: [], next: { position, held: rows, token: next }, remarks };
}

/** What it comes to where one instant cannot be read to its end. */
export function stuckAt(instant: number): RetryableError {
  return new RetryableError(
    'HISTORY_STUCK',
    `More rows than a page holds stand at one instant (${new Date(instant).toISOString()}) and the provider names no next page.`,
  );
}

/** The transfers among a page's rows, which must be of the window and in the order of time. */
export function readRows(request: HistoryRequest, data: readonly TronGridRow[], remarks: Remark[]): HistoryRow[] {
  const { wallets, asset, cursor } = request;
  const [wallet] = wallets;
  const rows: HistoryRow[] = [];
  const skipped = { type: 0, token: 0 };
  let previous = 0;
  for (const raw of data) {
    const time = raw.block_timestamp;
    if (time < cursor.position) throw invalid('a row is older than the time asked for');
    if (time < previous) throw invalid('rows are not in order of time');
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
  if (skipped.type > 0) {
    const text = 'rows that are no transfers (such as approvals) were left out';
    remarks.push({ code: 'ROWS_NO_TRANSFER', count: skipped.type, text });
  }
  if (skipped.token > 0) {
    const text = "rows of another token's contract were left out";
    remarks.push({ code: 'ROWS_OTHER_TOKEN', count: skipped.token, text });
  }
  return rows;
}

function readRow({ asset }: HistoryRequest, raw: TronGridRow): HistoryRow {
  if (raw._unconfirmed) throw invalid('a row is not confirmed although only confirmed ones were asked for');
  if (raw.value === undefined) throw invalid('a row has no amount');
  if (!/^\d{1,78}$/.test(raw.value)) throw invalid('a row has an amount that is no whole number');
  try {
    return {
      chain: 'tron',
      asset: asset.symbol,
      transaction: raw.transaction_id as TransactionHash,
      from: parseAddress('tron', raw.from),
      to: parseAddress('tron', raw.to),
      value: BigInt(raw.value),
      timestamp: raw.block_timestamp,
      ...toldBy(raw),
    };
  } catch {
    throw invalid('a row has a sender or recipient that is no address of Tron');
  }
}

function invalid(what: string): RetryableError {
  return new RetryableError('REPLY_INVALID', `The provider sent a page that cannot be right: ${what}.`);
}
