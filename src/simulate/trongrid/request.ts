/** What the simulated TronGrid is asked, and what it answers, before either becomes HTTP. */
import { isAddress } from 'tronweb/utils';
import { addressFromWord, parseAddress } from '../../chains/address.ts';
import type { Address } from '../../chains/chain.ts';
import type { Reply } from '../http/reply.ts';
import type { Counted, Heard } from '../http/server.ts';
import type { Ledger } from '../ledger.ts';

export const ENDPOINTS = [
  'history',
  'native',
  'account',
  'events',
  'constantCall',
  'nodeAccount',
  'head',
  'genesis',
  'receipt',
  'transaction',
  'blockReceipts',
  'unknown',
] as const;
export type Endpoint = (typeof ENDPOINTS)[number];

export interface AskedOfTronGrid extends Heard<Endpoint> {
  /** Of the address line or the body; names in snake_case. */
  readonly params: Readonly<Record<string, string>>;
  /** Only solidified data is asked for. */
  readonly solid: boolean;
}

export type SimulatedRequest = AskedOfTronGrid & Counted;

/** TronGrid v1's own words for a request that it refuses. */
export function refuse(error: string): Reply {
  return { status: 400, body: { success: false, error, statusCode: 400 } };
}

/** The endpoint that a path belongs to. */
export function endpointOf(path: string): Endpoint {
  if (/^\/v1\/accounts\/[^/]+\/transactions\/trc20$/.test(path)) return 'history';
  if (/^\/v1\/accounts\/[^/]+\/transactions$/.test(path)) return 'native';
  if (/^\/v1\/accounts\/[^/]+$/.test(path)) return 'account';
  if (/^\/v1\/contracts\/[^/]+\/events$/.test(path)) return 'events';
  const call = /^\/wallet(?:solidity)?\/(\w+)$/.exec(path)?.[1];
  if (call === 'triggerconstantcontract') return 'constantCall';
  if (call === 'getaccount') return 'nodeAccount';
  if (call === 'getnowblock') return 'head';
  if (call === 'getblockbynum') return 'genesis';
  if (call === 'gettransactioninfobyid') return 'receipt';
  if (call === 'gettransactionbyid') return 'transaction';
  if (call === 'gettransactioninfobyblocknum') return 'blockReceipts';
  return 'unknown';
}

/** The account that a path of `/v1/accounts` names, in any of the forms TronGrid takes; `null` where it names none. */
export function accountIn(path: string, ledger: Ledger): Address | null {
  const name = decodeURIComponent(path.split('/')[3] ?? '');
  // Checking a checksum takes longer than all the rest of an answer.
  if (ledger.of(name as Address).length > 0 || ledger.coinsOf(name as Address).length > 0) return name as Address;
  const hex = /^(?:0x|41)([0-9a-fA-F]{40})$/.exec(name)?.[1];
  if (hex !== undefined) return addressFromWord('tron', hex);
  return isAddress(name) ? parseAddress('tron', name) : null;
}
