/**
 * Paging through an account history of Etherscan without losing or doubling a row.
 *
 * The cursor is a block number. A page gives up only rows before its newest block: the group of that block may go on
 * behind the page's end, so the next page starts there again, inclusively. Page numbers serve only where one block fills
 * a page; they reach 10,000 rows. Servers that speak the interface put fewer rows on a page than they are asked for, some
 * without saying so, so a short page is the end only where it is shorter than any server's pages.
 */
import { RetryableError } from '../../errors.ts';
import { parseAddress } from '../address.ts';
import type { Cursor, HistoryPage, HistoryRequest, HistoryRow, Remark, TransactionHash } from '../chain.ts';
import { reopenWith } from '../rows.ts';
import type { EtherscanRow } from './etherscan-replies.ts';

/** The most that Etherscan's free keys get. */
export const PAGE_LIMIT = 1_000;
/** What was read before is read again in pages of another size, so that their borders fall on other rows. */
const AGAIN_LIMIT = 871;
/** Page number times page size may not be above this. */
export const MOST_ROWS = 10_000;
/** No server that speaks the interface is known to put fewer rows on a full page. */
export const SMALLEST_FULL_PAGE = 50;

/** The parameters that ask for the page at the cursor. `last`: the newest block that is asked for. */
export function pageParameters(
  { wallets: [wallet], asset, cursor, again }: HistoryRequest,
  last: number,
): Record<string, string> {
  return {
    module: 'account',
    action: 'tokentx',
    contractaddress: asset.contract,
    address: wallet ?? '',
    startblock: String(cursor.position),
    endblock: String(last),
    page: String(readToken(cursor, again).page),
    offset: String(readToken(cursor, again).size),
    sort: 'asc',
  };
}

/** Which page of what size: further pages are as long as the first turned out to be, so that none overlaps another. */
function readToken({ token }: Cursor, again = false): { page: number; size: number } {
  const [page = 1, size = again ? AGAIN_LIMIT : PAGE_LIMIT] = token?.split('/').map(Number) ?? [];
  return { page, size };
}

/**
 * What a page says: rows that are whole, and where to read on.
 *
 * @param last the newest block that was asked for, which may lie before the window's end
 * @throws RetryableError `REPLY_INVALID`, `REPLY_INCONSISTENT` or `HISTORY_STUCK`
 */
export function readPage(request: HistoryRequest, last: number, data: readonly EtherscanRow[]): HistoryPage {
  const { cursor, window } = request;
  const remarks: Remark[] = [];
  const read = readRows(request, last, data, remarks);
  const { page, size } = readToken(cursor, request.again);
  const reopened = page === 1 ? reopenWith(cursor.held, read, data.length === 0) : null;
  const rows = reopened?.rows ?? [...cursor.held, ...read];
  remarks.push(...(reopened?.remarks ?? []));
  const end = last + 1 >= window.until ? null : { position: last + 1, held: [], token: null };
  if (data.length < Math.min(size, SMALLEST_FULL_PAGE)) return { rows, next: end, remarks };
  const newest = data.at(-1)?.blockNumber ?? cursor.position;
  if (newest > cursor.position) {
    const complete = rows.filter(({ block }) => block !== newest);
    const held = rows.filter(({ block }) => block === newest);
    return { rows: complete, next: { position: newest, held, token: null }, remarks };
  }
  const length = page === 1 ? data.length : size;
  if ((page + 1) * length > MOST_ROWS) {
    throw new RetryableError(
      'HISTORY_STUCK',
      `Block ${newest} has more than ${MOST_ROWS} transfers of the wallet, and the provider shows no more of it.`,
    );
  }
  return { rows: [], next: { position: cursor.position, held: rows, token: `${page + 1}/${length}` }, remarks };
}

/** The transfers among a page's rows, which must be of the blocks asked for and in their order. */
export function readRows(
  request: HistoryRequest,
  last: number,
  data: readonly EtherscanRow[],
  remarks: Remark[],
): HistoryRow[] {
  const { wallets, asset, cursor } = request;
  const rows: HistoryRow[] = [];
  let others = 0;
  let previous = 0;
  let time = 0;
  for (const raw of data) {
    const block = raw.blockNumber;
    if (block < cursor.position) throw invalid('a row is older than the block asked for');
    if (block < previous) throw invalid('rows are not in order of blocks');
    if (block > last) throw invalid('a row is newer than the block asked for');
    previous = block;
    if (raw.timeStamp < time) throw invalid('a later block is of an earlier time');
    time = raw.timeStamp;
    if (raw.contractAddress.toLowerCase() !== asset.contract.toLowerCase()) {
      others += 1;
      continue;
    }
    const row = readRow(request, raw);
    if (!wallets.includes(row.from) && !wallets.includes(row.to)) throw invalid('a row is of another wallet');
    rows.push(row);
  }
  if (others > 0) {
    const text = "rows of another token's contract were left out";
    remarks.push({ code: 'ROWS_OTHER_TOKEN', count: others, text });
  }
  return rows;
}

function readRow({ asset }: HistoryRequest, raw: EtherscanRow): HistoryRow {
  if (raw.timeStamp * 1000 < asset.since) throw invalid('a row is older than its token');
  if (!/^\d{1,78}$/.test(raw.value)) throw invalid('a row has an amount that is no whole number');
  try {
    return {
      chain: 'ethereum',
      asset: asset.symbol,
      transaction: raw.hash.slice(2).toLowerCase() as TransactionHash,
      from: parseAddress('ethereum', raw.from),
      to: parseAddress('ethereum', raw.to),
      value: BigInt(raw.value),
      timestamp: raw.timeStamp * 1000,
      block: raw.blockNumber,
    };
  } catch {
    throw invalid('a row has a sender or recipient that is no address of Ethereum');
  }
}

function invalid(what: string): RetryableError {
  return new RetryableError('REPLY_INVALID', `The provider sent a page that cannot be right: ${what}.`);
}
