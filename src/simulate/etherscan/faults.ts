/** Everything that Etherscan does wrong. */
import { type FaultOf, GATEWAY_FAULTS } from '../http/faults.ts';
import { isProxyAction, type SimulatedRequest } from './request.ts';

/** Faults of any request. */
export const HTTP_FAULTS = [
  'html-page',
  'unauthorised',
  'forbidden',
  'not-found',
  'too-many-requests',
  'server-error',
  'empty-body',
  'truncated',
  'error-in-200',
  'rate-in-200',
  'timeout-in-200',
  'busy-in-200',
  'null-result',
  'reset',
  'delay',
  'hang',
  'keyless-in-200',
  'daily-in-200',
  ...GATEWAY_FAULTS,
] as const;

/** Faults of a reply of `module=proxy`. */
export const PROXY_FAULTS = ['other-id', 'no-result', 'older-head'] as const;

/**
 * Faults of a page of an account's transfers, of tokens or of ETH.
 *
 * `lost-row`, `empty-page` and `behind` (of an index that has not seen the newest blocks) leave rows out, and nothing shows it; so does `unstable-ties` where a page's border runs
 * through a block, and `short-page`, behind which the next page begins where a full one would have ended.
 */
export const PAGE_FAULTS = [
  'other-rows',
  'repeated-rows',
  'shuffled-ties',
  'unstable-ties',
  'short-page',
  'empty-page',
  'without-value',
  'malformed-value',
  'lost-row',
  'shuffled-rows',
  'behind',
] as const;

export type PageFaultKind = (typeof PAGE_FAULTS)[number];
export type ProxyFaultKind = (typeof PROXY_FAULTS)[number];
export type FaultKind = (typeof HTTP_FAULTS)[number] | ProxyFaultKind | PageFaultKind;
export type Fault = FaultOf<FaultKind>;

/** All kinds in the order of a plan's draws, and the requests they can befall. */
export const PLANNING = { kinds: [...HTTP_FAULTS, ...PROXY_FAULTS, ...PAGE_FAULTS], applies };

export function isPageFault(kind: FaultKind): kind is PageFaultKind {
  return (PAGE_FAULTS as readonly string[]).includes(kind);
}

export function isProxyFault(kind: FaultKind): kind is ProxyFaultKind {
  return (PROXY_FAULTS as readonly string[]).includes(kind);
}

function applies(kind: FaultKind, { endpoint }: SimulatedRequest): boolean {
  if (kind === 'older-head') return endpoint === 'eth_blockNumber';
  if (isProxyFault(kind)) return isProxyAction(endpoint);
  return !isPageFault(kind) || endpoint === 'tokentx' || endpoint === 'txlist' || endpoint === 'txlistinternal';
}
