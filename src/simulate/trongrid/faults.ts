/** Everything that a provider does wrong: planned by a seed, or chosen request by request. */
import { Random } from '../random.ts';
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
] as const;

/**
 * Faults of a page of an account's history.
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
] as const;

type HttpFaultKind = (typeof HTTP_FAULTS)[number];
export type PageFaultKind = (typeof PAGE_FAULTS)[number];
export type FaultKind = HttpFaultKind | PageFaultKind;

export interface Fault {
  readonly kind: FaultKind;
  /** How long `too-many-requests` and `suspended` ask to wait: 1 unless told. */
  readonly seconds?: number;
  /** How long `delay` waits: 50 unless told. */
  readonly ms?: number;
}

/**
 * Faults at random. What befalls a request hangs on the seed, on what is asked and how often it was asked before, but not on the
 * order of requests: many workers meet the same faults as one.
 */
export interface FaultPlan {
  readonly seed: string;
  /** Probability of each kind, together at most 1. Kinds that are not named do not happen. */
  readonly rates: Readonly<Partial<Record<FaultKind, number>>>;
  /** The same request fails so often at most: 3 unless told. */
  readonly atMost?: number;
}

/** Decides about one request; `null` lets it be answered as it should. */
export type FaultChoice = (request: SimulatedRequest) => Fault | FaultKind | null;

/** The one decision over both: a choice made for the request goes before the plan. */
export function faultsOf(
  plan: FaultPlan | undefined,
  choice: FaultChoice | undefined,
): (request: SimulatedRequest) => Fault | null {
  return (request) => {
    const chosen = choice?.(request) ?? null;
    if (chosen !== null) return typeof chosen === 'string' ? { kind: chosen } : chosen;
    return plan === undefined ? null : planned(plan, request);
  };
}

export function isPageFault(kind: FaultKind): kind is PageFaultKind {
  return (PAGE_FAULTS as readonly string[]).includes(kind);
}

function planned(plan: FaultPlan, request: SimulatedRequest): Fault | null {
  if (request.attempt > (plan.atMost ?? 3)) return null;
  const { method, path, params, attempt } = request;
  let draw = new Random(`${plan.seed}/${attempt}/${method} ${path} ${JSON.stringify(params)}`).fraction();
  for (const kind of [...HTTP_FAULTS, ...PAGE_FAULTS]) {
    const rate = plan.rates[kind] ?? 0;
    if (draw < rate) return applies(kind, request) ? { kind } : null;
    draw -= rate;
  }
  return null;
}

function applies(kind: FaultKind, request: SimulatedRequest): boolean {
  if (!isPageFault(kind)) return true;
  return request.endpoint === 'history' && (kind !== 'refused-fingerprint' || 'fingerprint' in request.params);
}
