/** `GET /v1/accounts/{address}/transactions`: an account's own transactions, page by page: TRX, energy that is lent, and calls. */
import { addressBytes } from '../../chains/address.ts';
import type { Address, TransactionHash } from '../../chains/chain.ts';
import type { Reply } from '../http/reply.ts';
import type { Ledger } from '../ledger.ts';
import { digest } from '../names.ts';
import { Random } from '../random.ts';
import { mixTies } from '../ties.ts';
import { USDT_CONTRACT } from '../tron.ts';
import type { PageFaultKind } from './faults.ts';
import { answer, boundTo, type Page, placeIn } from './history.ts';
import { spoilNative } from './native-pages.ts';
import { accountIn, refuse, type SimulatedRequest } from './request.ts';

const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 200;

/** A transaction, with the one contract that it has. */
export interface NativeRow {
  ret: { contractRet: string; fee: number }[];
  txID: string;
  block_timestamp: number;
  blockNumber?: number;
  raw_data: { contract: { type: string; parameter: { type_url: string; value: object } }[]; timestamp: number };
}

/** A transaction of the account, as the chain has it. */
interface Happening {
  readonly transaction: TransactionHash;
  readonly block: number;
  readonly timestamp: number;
  readonly to: Address;
  readonly type: string;
  readonly value: object;
}

/** Answers for one page, spoilt as the fault says. */
export function native(ledger: Ledger, request: SimulatedRequest, fault: PageFaultKind | null): Reply {
  const { params, path, number } = request;
  const account = accountIn(path, ledger);
  if (account === null) return refuse('A valid account address is required.');
  const bound = boundTo(request);
  const start = params.fingerprint === undefined ? 0 : placeIn(params.fingerprint, bound);
  if (start === null || (fault === 'refused-fingerprint' && start > 0)) {
    return refuse('Invalid query filter(s)!: [fingerprint does not match current set of params]');
  }
  const limit = Number(params.limit ?? DEFAULT_LIMIT);
  if (!(Number.isInteger(limit) && limit >= 1 && limit <= MAX_LIMIT)) {
    return refuse(`Invalid query filter(s)!: [limit must be between 1 and ${MAX_LIMIT}]`);
  }
  const all = happeningsFor(ledger, account, params);
  const random = new Random(`${path}/${number}`);
  const rows = fault === 'unstable-ties' ? mixTies(all, ({ block }) => block, random) : all;
  const read = (length: number): Page<NativeRow> => ({
    rows: rows.slice(start, start + length).map(rowOf),
    next: start + length < rows.length ? start + length : null,
  });
  const full = read(limit);
  const page = fault === 'short-page' && full.rows.length > 1 ? read(full.rows.length >> 1) : full;
  return answer(request, bound, ledger.tip.timestamp, spoilNative(page, fault, start, random));
}

function happeningsFor(ledger: Ledger, account: Address, params: SimulatedRequest['params']): Happening[] {
  const from = Number(params.min_timestamp ?? 0);
  const until = Number(params.max_timestamp ?? Number.MAX_SAFE_INTEGER);
  const last = params.only_confirmed === 'true' ? ledger.head.block : ledger.tip.block;
  const isAsked = ({ timestamp, block, to }: Happening) =>
    timestamp >= from && timestamp <= until && block <= last && (params.only_to !== 'true' || to === account);
  const found = happenings(ledger, account)
    .filter(isAsked)
    .sort((a, b) => a.block - b.block);
  return params.order_by === 'block_timestamp,asc' ? found : found.reverse();
}

/** What contracts do inside of a transaction is not listed, so that TRX which another signed for is not. */
function happenings(ledger: Ledger, account: Address): Happening[] {
  const coins = ledger.coinsOf(account).filter(({ from, signer }) => from === signer);
  const calls = new Map(
    ledger.of(account).flatMap((transfer) => (transfer.signer === account ? [[transfer.transaction, transfer]] : [])),
  );
  return [
    ...coins.map(({ transaction, block, timestamp, from, to, value }) => {
      const content = { amount: Number(value), owner_address: hex(from), to_address: hex(to) };
      return { transaction, block, timestamp, to, type: 'TransferContract', value: content };
    }),
    // In the block of what made the account, an account is made first.
    ...ledger.delegationsOf(account).map(({ transaction, block, timestamp, from, to, value }) => {
      const content = {
        balance: Number(value),
        resource: 'ENERGY',
        receiver_address: hex(to),
        owner_address: hex(from),
      };
      return { transaction, block, timestamp, to, type: 'DelegateResourceContract', value: content };
    }),
    ...[...calls.values()].map(({ transaction, block, timestamp, signer }) => {
      const content = { owner_address: hex(signer), contract_address: hex(USDT_CONTRACT), data: 'a9059cbb' };
      return { transaction, block, timestamp, to: USDT_CONTRACT, type: 'TriggerSmartContract', value: content };
    }),
  ];
}

function rowOf({ transaction, block, timestamp, type, value }: Happening): NativeRow {
  return {
    ret: [{ contractRet: 'SUCCESS', fee: 268_000 }],
    ...{ signature: [`${digest(`signature ${transaction}`)}${digest(`signature of ${transaction}`)}00`] },
    txID: transaction,
    ...{ net_usage: 0, raw_data_hex: '', net_fee: 268_000, energy_usage: 0, energy_fee: 0, energy_usage_total: 0 },
    blockNumber: block,
    block_timestamp: timestamp,
    raw_data: {
      contract: [{ type, parameter: { value, type_url: `type.googleapis.com/protocol.${type}` } }],
      timestamp: timestamp - 1_000,
    },
  };
}

function hex(address: Address): string {
  return `41${addressBytes(address)}`;
}
