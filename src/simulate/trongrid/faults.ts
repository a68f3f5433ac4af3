/** Everything that TronGrid does wrong. */
import { type ChoiceOf, type FaultOf, GATEWAY_FAULTS } from '../http/faults.ts';
import type { SimulatedRequest } from './request.ts';

/** Faults of any request. */
export const HTTP_FAULTS = [
  'html-page',
  'unauthorised',
  'forbidden',
  'suspended',
  'not-found',
  'too-many-requests',
  'server-error',
  'empty-body',
  'truncated',
  'error-in-200',
  'unsuccessful',
  'reset',
  'delay',
  'hang',
  'key-suspended',
  'daily-usage',
  ...GATEWAY_FAULTS,
] as const;

/**
 * Faults of one of several servers that is behind the others: `older-head` of the newest block, by fewer blocks than are
 * quiet at the end of a ledger; `behind` of histories and contract reads, which then leave out the newest transfers.
 */
export const REPLICA_FAULTS = ['older-head', 'behind'] as const;

/**
 * Faults of a page of an account's history, of tokens or of its own transactions.
 *
 * Three of them cannot be seen on the page: `lost-row` and `unstable-ties` lose rows (the latter where a page's border
 * runs through a block), and `no-fingerprint` ends a history early. Only re-reading or a balance tells.
 */
export const PAGE_FAULTS = [
  'other-token',
  'approvals',
  'repeated-rows',
  'no-fingerprint',
  'short-page',
  'empty-page',
  'shuffled-ties',
  'unstable-ties',
  'without-value',
  'malformed-value',
  'lost-row',
  'refused-fingerprint',
  'without-details',
  'without-some-details',
  'shuffled-rows',
] as const;

type HttpFaultKind = (typeof HTTP_FAULTS)[number];
export type PageFaultKind = (typeof PAGE_FAULTS)[number];
export type FaultKind = HttpFaultKind | (typeof REPLICA_FAULTS)[number] | PageFaultKind;

export type Fault = FaultOf<FaultKind>;
export type FaultChoice = ChoiceOf<FaultKind, SimulatedRequest>;

/** All kinds in the order of a plan's draws, and the requests they can befall. */
export const PLANNING = { kinds: [...HTTP_FAULTS, ...PAGE_FAULTS, ...REPLICA_FAULTS], applies };

export function isPageFault(kind: FaultKind): kind is PageFaultKind {
  return (PAGE_FAULTS as readonly string[]).includes(kind);
}

function applies(kind: FaultKind, request: SimulatedRequest): boolean {
  const isPage = request.endpoint === 'history' || request.endpoint === 'native';
  if (kind === 'older-head') return request.endpoint === 'head';
  if (kind === 'behind') return isPage || request.endpoint === 'constantCall';
  if (!isPageFault(kind)) return true;
  return isPage && (kind !== 'refused-fingerprint' || 'fingerprint' in request.params);
}
