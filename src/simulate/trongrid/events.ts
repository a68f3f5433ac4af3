/** `GET /v1/contracts/{contract}/events`: what the issuer did, page by page. Other events are not served. */
import { addressBytes } from '../../chains/address.ts';
import { ok, type Reply } from '../http/reply.ts';
import type { Ledger } from '../ledger.ts';
import { USDT_CONTRACT } from '../tron.ts';
import type { SimulatedDeed } from '../types.ts';
import type { PageFaultKind } from './faults.ts';
import { boundTo, fingerprintOf, PUBLIC_HOST, placeIn } from './history.ts';
import { refuse, type SimulatedRequest } from './request.ts';

const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 200;
const NAMES: Readonly<Record<SimulatedDeed['kind'], string>> = {
  destroyed: 'DestroyedBlackFunds',
  redeemed: 'Redeem',
  frozen: 'AddedBlackList',
  unfrozen: 'RemovedBlackList',
};

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
  const deeds = deedsFor(ledger, request);
  const length =
    fault === 'empty-page' ? 0 : fault === 'short-page' ? Math.max(1, Math.min(limit, deeds.length) >> 1) : limit;
  const page = deeds.slice(start, start + length);
  const more = start + page.length < deeds.length && fault !== 'no-fingerprint';
  const fingerprint = more ? fingerprintOf(start + page.length, bound) : null;
  const next = new URLSearchParams({ ...params, fingerprint: fingerprint ?? '' });
  const rows = page.map((deed) => rowOf(ledger, deed));
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

function deedsFor({ deeds, head, tip }: Ledger, { params, path }: SimulatedRequest): SimulatedDeed[] {
  const from = Number(params.min_block_timestamp ?? 0);
  const until = Number(params.max_block_timestamp ?? Number.MAX_SAFE_INTEGER);
  const last = params.only_confirmed === 'true' ? head.block : tip.block;
  if (decodeURIComponent(path.split('/')[3] ?? '') !== USDT_CONTRACT) return [];
  const found = deeds.filter(
    ({ kind, timestamp, block }) =>
      (params.event_name === undefined || NAMES[kind] === params.event_name) &&
      timestamp >= from &&
      timestamp <= until &&
      block <= last,
  );
  return params.order_by === 'block_timestamp,asc' ? found : found.reverse();
}

function rowOf(ledger: Ledger, deed: SimulatedDeed) {
  const { kind, transaction, block, timestamp } = deed;
  const inTransaction = [...ledger.between(block, block), ...ledger.deedsBetween(block, block)]
    .filter((each) => each.transaction === transaction)
    .sort((a, b) => a.position - b.position);
  return {
    block_number: block,
    block_timestamp: timestamp,
    caller_contract_address: USDT_CONTRACT,
    contract_address: USDT_CONTRACT,
    event_index: inTransaction.indexOf(deed),
    event_name: NAMES[kind],
    ...toldOf(deed),
    transaction_id: transaction,
    ...(block > ledger.head.block ? { _unconfirmed: true } : {}),
  };
}

/** What an event tells, by name and by place. */
function toldOf(deed: SimulatedDeed) {
  const bytes = `0x${addressBytes(deed.wallet)}`;
  switch (deed.kind) {
    case 'destroyed':
      return {
        result: { 0: bytes, 1: `${deed.value}`, _blackListedUser: bytes, _balance: `${deed.value}` },
        result_type: { _blackListedUser: 'address', _balance: 'uint256' },
        event: 'DestroyedBlackFunds(address _blackListedUser, uint256 _balance)',
      };
    case 'redeemed':
      return {
        result: { 0: `${deed.value}`, amount: `${deed.value}` },
        result_type: { amount: 'uint256' },
        event: 'Redeem(uint256 amount)',
      };
    default:
      return {
        result: { 0: bytes, _user: bytes },
        result_type: { _user: 'address' },
        event: `${NAMES[deed.kind]}(address _user)`,
      };
  }
}
