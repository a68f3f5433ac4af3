/** Everything that a node, or whoever sells access to one, does wrong. */
import { type FaultOf, GATEWAY_FAULTS } from '../http/faults.ts';
import type { SimulatedRequest } from './request.ts';

/** Faults of any request. */
export const HTTP_FAULTS = [
  'html-page',
  'unauthorised',
  'forbidden',
  'not-found',
  'too-many-requests',
  'too-large',
  'server-error',
  'empty-body',
  'truncated',
  'error-in-200',
  'rate-in-200',
  'timeout-in-200',
  'error-outside',
  'reset',
  'delay',
  'hang',
  'capacity',
  ...GATEWAY_FAULTS,
] as const;

/** Faults of any call's reply. */
export const RPC_FAULTS = ['other-id', 'null-result', 'no-result', 'empty-result'] as const;

/** Faults of the newest blocks, by tag or number: `older-head` is as from one of several nodes that is behind. */
export const BLOCK_FAULTS = ['older-head'] as const;

/**
 * Faults of the logs that `eth_getLogs` finds.
 *
 * Four of them cannot be seen in the reply: `lost-log`, `no-logs`, `newest-only` (as from a provider that cuts wide ranges
 * short) and `behind` (as from one of several nodes that has not seen the newest block) leave out what there is.
 */
export const LOG_FAULTS = [
  'removed-log',
  'other-token',
  'other-block',
  'other-wallet',
  'repeated-logs',
  'shuffled-logs',
  'malformed-log',
  'lost-log',
  'no-logs',
  'newest-only',
  'behind',
] as const;

/** Any range of logs is refused in the same words, whatever its size. */
export const RANGE_FAULTS = ['refused-range'] as const;

export type LogFaultKind = (typeof LOG_FAULTS)[number];
export type FaultKind =
  | (typeof HTTP_FAULTS)[number]
  | (typeof RPC_FAULTS)[number]
  | (typeof BLOCK_FAULTS)[number]
  | (typeof RANGE_FAULTS)[number]
  | LogFaultKind;
export type Fault = FaultOf<FaultKind>;

/** All kinds in the order of a plan's draws, and the requests they can befall. */
export const PLANNING = {
  kinds: [...HTTP_FAULTS, ...RPC_FAULTS, ...BLOCK_FAULTS, ...LOG_FAULTS, ...RANGE_FAULTS],
  applies,
};

export function isLogFault(kind: FaultKind): kind is LogFaultKind {
  return (LOG_FAULTS as readonly string[]).includes(kind);
}

function applies(kind: FaultKind, { calls }: SimulatedRequest): boolean {
  if (kind === 'older-head') return calls.some(({ method }) => method === 'eth_getBlockByNumber');
  return !(isLogFault(kind) || kind === 'refused-range') || calls.some(({ method }) => method === 'eth_getLogs');
}
