/** `GET /v1/accounts/{address}/transactions/trc20`: an account's token transfers, page by page. */
import { addressBytes } from '../../chains/address.ts';
import type { Address } from '../../chains/chain.ts';
import { ok, type Reply } from '../http/reply.ts';
import type { Ledger } from '../ledger.ts';
import { digest } from '../names.ts';
import { Random } from '../random.ts';
import { firstAt } from '../search.ts';
import { mixTies } from '../ties.ts';
import { USDT_CONTRACT, USDT_TOKEN } from '../tron.ts';
import type { SimulatedTransfer } from '../types.ts';
import type { PageFaultKind } from './faults.ts';
import { spoil } from './pages.ts';
import { accountIn, refuse, type SimulatedRequest } from './request.ts';

const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 200;
const ORDERS = ['block_timestamp,asc', 'block_timestamp,desc'];
/** The real server writes its public address into `links.next`, also behind a proxy. */
export const PUBLIC_HOST = 'https://api.trongrid.io';

export interface Row {
  transaction_id: string;
  token_info: { symbol: string; address: string; decimals: number; name: string };
  block_timestamp: number;
  from: string;
  to: string;
  type: string;
  value?: string;
  _unconfirmed?: true;
  detail?: unknown;
}

/** A page of rows, and the place in the wallet's history where the next begins. */
export interface Page<Each = Row> {
  rows: Each[];
  next: number | null;
}

interface Query {
  readonly limit: number;
  readonly ascending: boolean;
  /** Place in the wallet's history, counted from its oldest transfer, at which to begin. */
  readonly start: number;
  readonly inWindow: (transfer: SimulatedTransfer) => boolean;
  /** Whether direction and contract fit. */
  readonly fits: (transfer: SimulatedTransfer) => boolean;
  readonly detail: boolean;
}

/** Answers for one page, spoilt as the fault says. */
export function history(
  ledger: Ledger,
  request: SimulatedRequest,
  fault: PageFaultKind | null,
  hidden: (transfer: SimulatedTransfer, account: Address) => boolean = () => false,
): Reply {
  const { params, path } = request;
  const account = accountIn(path, ledger);
  if (account === null) return refuse('A valid account address is required.');
  const bound = boundTo(request);
  const start = params.fingerprint === undefined ? undefined : placeIn(params.fingerprint, bound);
  if (start === null || (fault === 'refused-fingerprint' && start !== undefined)) {
    return refuse('Invalid query filter(s)!: [fingerprint does not match current set of params]');
  }
  const query = parseQuery(ledger, account, params, start);
  if (typeof query === 'string') return refuse(`Invalid query filter(s)!: [${query}]`);

  const whole = ledger.of(account);
  const rows =
    fault === 'unstable-ties' ? mixTies(whole, ({ block }) => block, new Random(`${path}/${request.number}`)) : whole;
  const fits = (transfer: SimulatedTransfer) => query.fits(transfer) && !hidden(transfer, account);
  const read = (limit: number): Page => readPage(rows, ledger.head.block, { ...query, limit, fits });
  const full = read(query.limit);
  const page = fault === 'short-page' && full.rows.length > 1 ? read(Math.floor(full.rows.length / 2)) : full;
  return answer(request, bound, ledger.tip.timestamp, spoil(page, fault, query.start, request));
}

/** @param at time of the newest block */
export function answer<Each>({ path, params }: SimulatedRequest, bound: string, at: number, page: Page<Each>): Reply {
  const fingerprint = page.next === null ? null : fingerprintOf(page.next, bound);
  const next = new URLSearchParams({ ...params, fingerprint: fingerprint ?? '' });
  return ok({
    data: page.rows,
    success: true,
    meta: {
      at,
      ...(fingerprint === null ? {} : { fingerprint, links: { next: `${PUBLIC_HOST}${path}?${next}` } }),
      page_size: page.rows.length,
    },
  });
}

function parseQuery(
  ledger: Ledger,
  account: Address,
  params: SimulatedRequest['params'],
  start?: number,
): Query | string {
  const number = (name: string, otherwise: number): number =>
    params[name] === undefined ? otherwise : Number(params[name]);
  const flag = (name: string): boolean => params[name] === 'true';
  const limit = number('limit', DEFAULT_LIMIT);
  const from = number('min_timestamp', 0);
  const until = number('max_timestamp', Number.MAX_SAFE_INTEGER);
  const order = params.order_by ?? 'block_timestamp,desc';
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT) return `limit must be between 1 and ${MAX_LIMIT}`;
  if (Number.isNaN(from)) return 'min_timestamp is not a number';
  if (Number.isNaN(until)) return 'max_timestamp is not a number';
  if (!ORDERS.includes(order)) return 'order_by is not supported';
  if (flag('only_confirmed') && flag('only_unconfirmed'))
    return 'only_confirmed and only_unconfirmed exclude each other';

  const { head, tip } = ledger;
  const last = flag('only_confirmed') ? head.block : tip.block;
  const first = flag('only_unconfirmed') ? head.block + 1 : 0;
  const contract = params.contract_address ?? USDT_CONTRACT;
  const ascending = order === 'block_timestamp,asc';
  const rows = ledger.of(account);
  const lowest = firstAt(rows, ({ timestamp, block }) => timestamp >= from && block >= first);
  const beyond = firstAt(rows, ({ timestamp, block }) => timestamp > until || block > last);
  return {
    limit,
    ascending,
    start: start ?? (ascending ? lowest : beyond - 1),
    inWindow: ({ timestamp, block }) => timestamp >= from && timestamp <= until && block >= first && block <= last,
    fits: ({ from: payer, to }) =>
      contract === USDT_CONTRACT && (!flag('only_to') || to === account) && (!flag('only_from') || payer === account),
    detail: flag('get_detail'),
  };
}

function readPage(history: readonly SimulatedTransfer[], final: number, query: Query): Page {
  const rows: Row[] = [];
  for (let place = query.start; ; place += query.ascending ? 1 : -1) {
    const transfer = history[place];
    // The history is in the order of time, so that the window's end is the end.
    if (transfer === undefined || !query.inWindow(transfer)) return { rows, next: null };
    if (!query.fits(transfer)) continue;
    if (rows.length === query.limit) return { rows, next: place };
    rows.push(rowOf(transfer, transfer.block > final, query.detail));
  }
}

function rowOf(transfer: SimulatedTransfer, unconfirmed: boolean, detail: boolean): Row {
  return {
    transaction_id: transfer.transaction,
    token_info: { ...USDT_TOKEN },
    block_timestamp: transfer.timestamp,
    from: transfer.from,
    to: transfer.to,
    ...(detail ? { detail: detailOf(transfer) } : {}),
    type: 'Transfer',
    value: String(transfer.value),
    ...(unconfirmed ? { _unconfirmed: true } : {}),
  };
}

/** What the undocumented `get_detail=true` adds: above all the block and who signed. */
function detailOf({ transaction, block, timestamp, signer }: SimulatedTransfer): unknown {
  const value = { owner_address: `41${addressBytes(signer)}`, contract_address: `41${addressBytes(USDT_CONTRACT)}` };
  return {
    ret: [{ contractRet: 'SUCCESS' }],
    txID: transaction,
    blockNumber: block,
    block_timestamp: timestamp,
    raw_data: { contract: [{ parameter: { value }, type: 'TriggerSmartContract' }] },
    internal_transactions: [],
  };
}

/** What a fingerprint of the request is bound to: its path and parameters. */
export function boundTo({ path, params }: SimulatedRequest): string {
  const filters = Object.entries(params).filter(([name]) => name !== 'fingerprint');
  return digest(JSON.stringify([path, ...filters.sort()]));
}

/** A fingerprint tells a place to nobody but the request it was made for. */
export function fingerprintOf(place: number, bound: string): string {
  return Buffer.from(`${bound.slice(0, 24)}.${place}`).toString('base64url');
}

export function placeIn(fingerprint: string, bound: string): number | null {
  const [made, place] = Buffer.from(fingerprint, 'base64url').toString().split('.');
  return made === bound.slice(0, 24) && place !== undefined && /^\d+$/.test(place) ? Number(place) : null;
}
