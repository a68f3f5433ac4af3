/** `GET /v1/contracts/{contract}/events`: what the issuer destroyed and redeemed, page by page. Other events are not served. */
import { addressBytes } from '../../chains/address.ts';
import { ok, type Reply } from '../http/reply.ts';
import type { Ledger } from '../ledger.ts';
import { USDT_CONTRACT } from '../tron.ts';
import type { SimulatedBurn } from '../types.ts';
import type { PageFaultKind } from './faults.ts';
import { boundTo, fingerprintOf, PUBLIC_HOST, placeIn } from './history.ts';
import { refuse, type SimulatedRequest } from './request.ts';

const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 200;
const NAMES: Readonly<Record<SimulatedBurn['kind'], string>> = { destroyed: 'DestroyedBlackFunds', redeemed: 'Redeem' };

/** Answers for one page. Of the faults of pages it knows those that a reader has to get over. */
export function events(ledger: Ledger, request: SimulatedRequest, fault: PageFaultKind | null): Reply {
  const { params, path } = request;
  const bound = boundTo(request);
  const start = params.fingerprint === undefined ? 0 : placeIn(params.fingerprint, bound);
  if (start === null || (fault === 'refused-fingerprint' && start > 0)) {
    return refuse('Invalid query filter(s)!: [fingerprint does not match current set of params]');
  }
  const limit = Number(params.limit ?? DEFAULT_LIMIT);
  if (!(Number.isInteger(limit) && limit >= 1 && limit <= MAX_LIMIT)) {
    return refuse(`Invalid query filter(s)!: [limit must be between 1 and ${MAX_LIMIT}]`);
  }
  const burns = burnsFor(ledger, request);
  const length =
    fault === 'empty-page' ? 0 : fault === 'short-page' ? Math.max(1, Math.min(limit, burns.length) >> 1) : limit;
  const page = burns.slice(start, start + length);
  const more = start + page.length < burns.length && fault !== 'no-fingerprint';
  const fingerprint = more ? fingerprintOf(start + page.length, bound) : null;
  const next = new URLSearchParams({ ...params, fingerprint: fingerprint ?? '' });
  const rows = page.map((burn) => rowOf(ledger, burn));
  return ok({
    data: fault === 'repeated-rows' ? rows.flatMap((row) => [row, row]) : rows,
    success: true,
    meta: {
      at: ledger.tip.timestamp,
      ...(fingerprint === null ? {} : { fingerprint, links: { next: `${PUBLIC_HOST}${path}?${next}` } }),
      page_size: page.length,
    },
  });
}

function burnsFor({ burns, head, tip }: Ledger, { params, path }: SimulatedRequest): SimulatedBurn[] {
  const from = Number(params.min_block_timestamp ?? 0);
  const until = Number(params.max_block_timestamp ?? Number.MAX_SAFE_INTEGER);
  const last = params.only_confirmed === 'true' ? head.block : tip.block;
  if (decodeURIComponent(path.split('/')[3] ?? '') !== USDT_CONTRACT) return [];
  const found = burns.filter(
    ({ kind, timestamp, block }) =>
      (params.event_name === undefined || NAMES[kind] === params.event_name) &&
      timestamp >= from &&
      timestamp <= until &&
      block <= last,
  );
  return params.order_by === 'block_timestamp,asc' ? found : found.reverse();
}

function rowOf(ledger: Ledger, burn: SimulatedBurn) {
  const { kind, transaction, block, timestamp, wallet, value } = burn;
  const bytes = `0x${addressBytes(wallet)}`;
  const inTransaction = [...ledger.between(block, block), ...ledger.burnsBetween(block, block)]
    .filter((each) => each.transaction === transaction)
    .sort((a, b) => a.position - b.position);
  return {
    block_number: block,
    block_timestamp: timestamp,
    caller_contract_address: USDT_CONTRACT,
    contract_address: USDT_CONTRACT,
    event_index: inTransaction.indexOf(burn),
    event_name: NAMES[kind],
    ...(kind === 'destroyed'
      ? {
          result: { 0: bytes, 1: `${value}`, _blackListedUser: bytes, _balance: `${value}` },
          result_type: { _blackListedUser: 'address', _balance: 'uint256' },
          event: 'DestroyedBlackFunds(address _blackListedUser, uint256 _balance)',
        }
      : {
          result: { 0: `${value}`, amount: `${value}` },
          result_type: { amount: 'uint256' },
          event: 'Redeem(uint256 amount)',
        }),
    transaction_id: transaction,
    ...(block > ledger.head.block ? { _unconfirmed: true } : {}),
  };
}
