/** Paths, chains, keys and rates, with Etherscan's own words for a refusal. */
import { type KeyOptions, keyring, rateMeter } from '../http/access.ts';
import type { Reply } from '../http/reply.ts';
import { refuse, type SimulatedRequest } from './request.ts';

export interface AccessOptions extends KeyOptions {
  /** Whether a request without a key is refused: it is not unless told. */
  readonly keyRequired?: boolean;
  /** Requests per second for each key, and for all without one together. */
  readonly ratePerSecond?: number;
  /** Requests for each key within a day, which begins with the first. */
  readonly perDay?: number;
  /** Decimal; `1` unless told. */
  readonly chainId?: string;
  /** Chains that are served only to those who pay. */
  readonly paidChains?: readonly string[];
}

const DAY_MS = 86_400_000;
/** More unknown keys within this time, and everybody at the address is refused for as long. */
const MOST_INVALID = 5;
const INVALID_MS = 30_000;

export const INVALID_KEY = 'Invalid API Key';
const MISSING_KEY = 'Missing/Invalid API Key';
const TOO_MANY_INVALID = 'Too many invalid api key attempts, please try again later';
export const TOO_FAST_KEYLESS = 'Max rate limit reached, please use API Key for higher rate limit';
const DEPRECATED =
  'You are using a deprecated V1 endpoint, switch to Etherscan API V2 using https://docs.etherscan.io/v2-migration';
const NO_CHAIN =
  'Missing or unsupported chainid parameter (required for v2 api), please see https://api.etherscan.io/v2/chainlist for the list of supported chainids';
const PAID_CHAIN =
  'Free API access is not supported for this chain. Please upgrade your api plan for full chain coverage. https://etherscan.io/apis';

/** Says what refuses a request at a time, or `null`. */
export function gatekeeper(
  options: AccessOptions,
): (request: SimulatedRequest, key: string | undefined, now: number) => Reply | null {
  const { chainId = '1', paidChains = [], ratePerSecond = Number.POSITIVE_INFINITY } = options;
  const refusalOfKey = keyCheck(options);
  const isTooMany = rateMeter(ratePerSecond);
  const today = new Map<string, { since: number; asked: number }>();
  return ({ path, params }, key, now) => {
    if (path === '/api') return refuse(DEPRECATED);
    if (path !== '/v2/api') return { status: 404, body: { error: 'Not Found' } };
    const refused = refusalOfKey(key, now);
    if (refused !== null) return refuse(refused);
    if (paidChains.includes(params.chainid ?? '')) return refuse(PAID_CHAIN);
    if (params.chainid !== chainId) return refuse(NO_CHAIN);
    const caller = key ?? '';
    if (isTooMany(caller, now)) return refuse(key === undefined ? TOO_FAST_KEYLESS : tooFast(ratePerSecond));
    const known = today.get(caller);
    const day = known === undefined || now - known.since >= DAY_MS ? { since: now, asked: 0 } : known;
    day.asked += 1;
    today.set(caller, day);
    return day.asked > (options.perDay ?? Number.POSITIVE_INFINITY) ? refuse(dailyLimit(day.asked, options)) : null;
  };
}

export function tooFast(perSecond: number): string {
  return `Max calls per sec rate limit reached (${perSecond}/sec)`;
}

export function dailyLimit(asked: number, { perDay = 0 }: AccessOptions): string {
  const percent = perDay === 0 ? 100 : Math.floor((asked * 100) / perDay);
  return `Max daily rate limit reached. ${asked} (${percent}%) of ${perDay} day/limit`;
}

/** Says why a key is refused, or `null`. */
function keyCheck(options: AccessOptions): (key: string | undefined, now: number) => string | null {
  const stateOf = keyring(options);
  let invalid: number[] = [];
  let refusedUntil = 0;
  return (key, now) => {
    if (now < refusedUntil) return TOO_MANY_INVALID;
    const state = stateOf(key);
    if (state === 'none') return options.keyRequired ? MISSING_KEY : null;
    if (state === 'known') return null;
    invalid = [...invalid.filter((time) => now - time < INVALID_MS), now];
    if (invalid.length <= MOST_INVALID) return INVALID_KEY;
    refusedUntil = now + INVALID_MS;
    return TOO_MANY_INVALID;
  };
}
