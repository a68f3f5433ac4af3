/** When a simulated provider does something wrong: planned by a seed, or chosen request by request. */
import { Random } from '../random.ts';

/**
 * What any server, or whatever stands between it and its callers, does wrong: 502 and 503 of a gateway, the latter with and
 * without word of how long it will last; 429 without such a word; words that are no JSON; a reply that is cut off as it is sent.
 */
export const GATEWAY_FAULTS = [
  'bad-gateway',
  'unavailable',
  'overloaded',
  'slow-down',
  'plain-text',
  'cut-off',
] as const;

export interface FaultOf<Kind extends string> {
  readonly kind: Kind;
  /** How long the caller is asked to wait, where it is: 1 unless told. */
  readonly seconds?: number;
  /** How long `delay` waits: 50 unless told. */
  readonly ms?: number;
}

/**
 * Faults at random. What befalls a request hangs on the seed, on what is asked and how often it was asked before, but not on the
 * order of requests: many workers meet the same faults as one.
 */
export interface PlanOf<Kind extends string> {
  readonly seed: string;
  /** Probability of each kind, together at most 1. Kinds that are not named do not happen. */
  readonly rates: Readonly<Partial<Record<Kind, number>>>;
  /** The same request fails so often at most: 3 unless told. */
  readonly atMost?: number;
}

/** Decides about one request; `null` lets it be answered as it should. */
export type ChoiceOf<Kind extends string, Request> = (request: Request) => FaultOf<Kind> | Kind | null;

export interface FaultOptions<Kind extends string, Request> {
  /** Faults at random, from a seed. */
  readonly faults?: PlanOf<Kind>;
  /** A fault for this or that request; goes before the plan. */
  readonly faultAt?: ChoiceOf<Kind, Request>;
}

/** What a plan needs to know of the requests it is for. */
export interface Planning<Kind extends string, Request> {
  /** All kinds, in the order in which a draw meets them. */
  readonly kinds: readonly Kind[];
  /** Whether the kind can befall the request at all. */
  readonly applies: (kind: Kind, request: Request) => boolean;
}

/** The one decision over both: a choice made for the request goes before the plan. `identity` is what is asked, as one text. */
export function faultsOf<Kind extends string, Request extends { readonly attempt: number }>(
  { faults: plan, faultAt: choice }: FaultOptions<Kind, Request>,
  planning: Planning<Kind, Request>,
): (request: Request, identity: string) => FaultOf<Kind> | null {
  return (request, identity) => {
    const chosen = choice?.(request) ?? null;
    if (chosen !== null) return typeof chosen === 'string' ? { kind: chosen } : chosen;
    return plan === undefined ? null : planned(plan, planning, request, identity);
  };
}

function planned<Kind extends string, Request extends { readonly attempt: number }>(
  plan: PlanOf<Kind>,
  { kinds, applies }: Planning<Kind, Request>,
  request: Request,
  identity: string,
): FaultOf<Kind> | null {
  if (request.attempt > (plan.atMost ?? 3)) return null;
  let draw = new Random(`${plan.seed}/${request.attempt}/${identity}`).fraction();
  for (const kind of kinds) {
    const rate = plan.rates[kind] ?? 0;
    if (draw < rate) return applies(kind, request) ? { kind } : null;
    draw -= rate;
  }
  return null;
}
