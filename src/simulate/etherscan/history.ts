/** `module=account&action=tokentx`: an account's token transfers, page by page. */
import type { Address } from '../../chains/chain.ts';
import { OTHER_TOKEN, TOKEN } from '../ethereum/chain.ts';
import { ok, type Reply } from '../http/reply.ts';
import { Random } from '../random.ts';
import { between } from '../search.ts';
import { mixTies } from '../ties.ts';
import type { SimulatedTransfer } from '../types.ts';
import type { PageFaultKind } from './faults.ts';
import type { Explorer } from './options.ts';
import { spoil } from './pages.ts';
import { addressIn } from './parameters.ts';
import { found, refuse, type SimulatedRequest } from './request.ts';
import { rowOf } from './rows.ts';
import { TIMEOUT } from './words.ts';

/** Of page and offset multiplied. */
const MOST_REACHED = 10_000;
const MOST_OFFSET = 1_000;
/** Blocks by which an index may be behind: 40 minutes, more than what a careful reader stays below the newest block. */
const BEHIND = 200;

const WINDOW_TOO_LARGE = 'Result window is too large, PageNo x Offset size must be less than or equal to 10000';

/** A transfer of either token, which may be called the same. */
export interface TokenTransfer {
  readonly transfer: SimulatedTransfer;
  /** The contract, in lower case. */
  readonly contract: string;
}

export interface Query {
  readonly account: Address;
  /** The contract, in lower case; `null` for any. */
  readonly contract: string | null;
  /** First and last block, both included. */
  readonly from: number;
  readonly to: number;
  /** Places in the sorted rows where the page begins and where the next does. */
  readonly first: number;
  readonly beyond: number;
  readonly ascending: boolean;
}

/** Answers for one page, spoilt as the fault says. */
export function history(explorer: Explorer, request: SimulatedRequest, fault: PageFaultKind | null): Reply {
  const query = queryIn(explorer, request.params, fault === 'behind');
  if ('status' in query) return query;
  const rows = transfersFor(explorer, query, fault === 'other-rows');
  const random = new Random(`${JSON.stringify(request.params)}/${request.number}`);
  const sorted = fault === 'unstable-ties' ? mixTies(rows, ({ transfer }) => transfer.block, random) : rows;
  const page = pageOf(explorer, query, sorted);
  if ('status' in page) return page;
  const result = spoil(
    page.map((each) => rowOf(explorer, each)),
    fault,
    random,
  );
  return result.length > 0 ? found(result) : ok({ status: '0', message: 'No transactions found', result: [] });
}

/** The page that is asked for of an account's rows; or what is to be said against it. */
export function pageOf<Row>({ options }: Explorer, query: Query, rows: readonly Row[]): readonly Row[] | Reply {
  const { queryLimit = {} } = options;
  const isTooMuch =
    rows.length > (queryLimit.rows ?? Number.POSITIVE_INFINITY) ||
    query.to - query.from + 1 > (queryLimit.blocks ?? Number.POSITIVE_INFINITY);
  if (isTooMuch) return refuse(TIMEOUT);
  return (query.ascending ? rows : rows.toReversed()).slice(query.first, query.beyond);
}

/** @param isBehind the index has not seen the newest blocks */
export function queryIn(
  { chain, options }: Explorer,
  params: SimulatedRequest['params'],
  isBehind: boolean,
): Query | Reply {
  const behind = isBehind ? BEHIND : 0;
  const account = addressIn(params.address);
  if (account === null) return refuse('Error! Invalid address format');
  const contract = params.contractaddress === undefined ? null : addressIn(params.contractaddress);
  if (params.contractaddress !== undefined && contract === null)
    return refuse('Error! Invalid contract address format');

  const places = placesIn(options, params);
  if ('status' in places) return places;
  const newest = Math.min(chain.ledger.tip.block - behind, options.indexedTo ?? Number.POSITIVE_INFINITY);
  const from = numberIn(params.startblock, 0);
  const to = params.endblock === 'latest' ? newest : numberIn(params.endblock, newest);
  if (!(from >= 0 && to >= 0)) return refuse('Error! Invalid block number');
  return {
    account,
    contract: contract?.toLowerCase() ?? null,
    from,
    to: Math.min(to, newest),
    ...places,
    ascending: params.sort !== 'desc',
  };
}

/** Where the page begins among the rows, and where the next does; or what is to be said against it. */
export function placesIn(
  options: Explorer['options'],
  params: SimulatedRequest['params'],
): { first: number; beyond: number } | Reply {
  const { maxOffset = MOST_OFFSET, offsetBeyond = 'capped', capRows = Number.POSITIVE_INFINITY } = options;
  const page = numberIn(params.page, 1);
  const offset = numberIn(params.offset, maxOffset);
  if (page * offset > MOST_REACHED) return ok({ status: '0', message: WINDOW_TOO_LARGE, result: null });
  if (!(page >= 1 && offset >= 1)) return refuse('Error! Invalid page number or offset');
  if (offset > maxOffset && offsetBeyond === 'refused') {
    return refuse(`Error! Offset must be less than or equal to ${maxOffset}`);
  }
  const size = Math.min(offset, maxOffset, capRows);
  return { first: (page - 1) * size, beyond: page * size };
}

/** Of one's token alone, or without minding the contract. */
function transfersFor({ chain, options }: Explorer, query: Query, anyContract: boolean): TokenTransfer[] {
  const { account, contract, from, to } = query;
  const contracts = [TOKEN, ...(options.otherToken || anyContract ? [OTHER_TOKEN] : [])];
  const asked = contracts.filter((each) => anyContract || contract === null || contract === each);
  const { hidden = () => false } = options;
  return between(chain.ledger.of(account), from, to)
    .filter((transfer) => !hidden(transfer, account))
    .flatMap((transfer) => asked.map((each) => ({ transfer, contract: each })));
}

/** A decimal number; not a number where it is none. */
export function numberIn(text: string | undefined, otherwise: number): number {
  if (text === undefined || text === '') return otherwise;
  return /^\d+$/.test(text) ? Number(text) : Number.NaN;
}
