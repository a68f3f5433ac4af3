/** Keys and rate limits, with the provider's own words for a refusal. */
import { type KeyOptions, keyring, rateMeter, tokenBucket } from '../http/access.ts';
import type { Reply } from '../http/reply.ts';

/** A request without a key is served as keyless. */
export interface AccessOptions extends KeyOptions {
  /** Requests per second for each key, and for all without one together. */
  readonly ratePerSecond?: number;
  /** Tokens that a bucket holds, filled again at the rate: without it, requests are counted by the second. */
  readonly bucket?: number;
  /** What is said to whoever exceeds the rate: that it is suspended, and for how long; or a bare 429 each time. */
  readonly refusal?: 'suspended' | 'bare';
  /** How long whoever exceeds the rate is suspended: 5 unless told. */
  readonly suspendSeconds?: number;
  /** Older reports have 403, newer ones 429. */
  readonly suspendStatus?: 403 | 429;
}

/** What a gateway in front of the servers says, with neither a wait nor a limit in it. */
const TOO_MANY: Reply = { status: 429, body: { Error: 'Too Many Requests' } };

export const UNKNOWN_KEY: Reply = { status: 401, body: { Error: 'ApiKey not exists' } };

/** Says what refuses a request at a time, or `null`. */
export function gatekeeper(
  options: AccessOptions,
): (key: string | undefined, path: string, now: number) => Reply | null {
  const { ratePerSecond = Number.POSITIVE_INFINITY, suspendSeconds = 5, suspendStatus = 403 } = options;
  const stateOf = keyring(options);
  const { bucket, refusal: said = 'suspended' } = options;
  const isTooMany = bucket === undefined ? rateMeter(ratePerSecond) : tokenBucket(ratePerSecond, bucket);
  const suspendedUntil = new Map<string, number>();
  return (key, path, now) => {
    if (stateOf(key) === 'unknown') return UNKNOWN_KEY;
    const caller = key ?? '';
    if (said === 'bare') return isTooMany(caller, now) ? TOO_MANY : null;
    const refusal = suspension({ path, key, rate: ratePerSecond, seconds: suspendSeconds, status: suspendStatus });
    if (now < (suspendedUntil.get(caller) ?? 0)) return refusal;
    if (!isTooMany(caller, now)) return null;
    suspendedUntil.set(caller, now + suspendSeconds * 1_000);
    return refusal;
  };
}

/** The reply to somebody who is suspended: v1 and the node's own calls word it differently, and so with and without key. */
export function suspension(about: {
  path: string;
  key: string | undefined;
  rate: number;
  seconds: number;
  status: 403 | 429;
}): Reply {
  const { path, key, rate, seconds, status } = about;
  if (key === undefined) {
    return {
      status,
      body: {
        Error: `request rate exceeded the allowed_rps(${rate}), and the query server is suspended for ${seconds} s`,
      },
    };
  }
  const words = `The key exceeds the frequency limit(${rate}), and the query server is suspended for ${seconds}s`;
  const body = path.startsWith('/v1/') ? { Success: false, Error: words, StatusCode: status } : { Error: words };
  return { status, body };
}
