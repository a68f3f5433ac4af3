/** Keys and rate limits, with the provider's own words for a refusal. */
import type { Reply } from './request.ts';

export interface AccessOptions {
  /** Known API keys. With any named, a request without one is served as keyless and an unknown one is refused. */
  readonly keys?: readonly string[];
  /** Requests per second for each key, and for all without one together. */
  readonly ratePerSecond?: number;
  /** How long whoever exceeds the rate is suspended: 5 unless told. */
  readonly suspendSeconds?: number;
  /** Older reports have 403, newer ones 429. */
  readonly suspendStatus?: 403 | 429;
}

export const UNKNOWN_KEY: Reply = { status: 401, body: { Error: 'ApiKey not exists' } };

interface Caller {
  second: number;
  asked: number;
  suspendedUntil: number;
}

/** Says what refuses a request at a time, or `null`. */
export function gatekeeper(
  options: AccessOptions,
): (key: string | undefined, path: string, now: number) => Reply | null {
  const { keys = [], ratePerSecond = Number.POSITIVE_INFINITY, suspendSeconds = 5, suspendStatus = 403 } = options;
  const callers = new Map<string, Caller>();
  return (key, path, now) => {
    if (key !== undefined && keys.length > 0 && !keys.includes(key)) return UNKNOWN_KEY;
    if (!Number.isFinite(ratePerSecond)) return null;
    const caller = callers.get(key ?? '') ?? { second: 0, asked: 0, suspendedUntil: 0 };
    callers.set(key ?? '', caller);
    const refusal = suspension({ path, key, rate: ratePerSecond, seconds: suspendSeconds, status: suspendStatus });
    if (now < caller.suspendedUntil) return refusal;
    if (now - caller.second >= 1_000) Object.assign(caller, { second: now, asked: 0 });
    caller.asked += 1;
    if (caller.asked <= ratePerSecond) return null;
    caller.suspendedUntil = now + suspendSeconds * 1_000;
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
