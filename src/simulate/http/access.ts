/** Keys and rates, as every provider has them; what it says to whom it refuses is its own. */

export interface KeyOptions {
  /** Known API keys. With any named, an unknown one is refused. */
  readonly keys?: readonly string[];
  /** A key serves so many requests and is unknown from then on, as one that was withdrawn. */
  readonly keyLasts?: number;
}

export type KeyState = 'none' | 'known' | 'unknown';

/** Looks a request's key up, and counts what it is used for. */
export function keyring({
  keys = [],
  keyLasts = Number.POSITIVE_INFINITY,
}: KeyOptions): (key: string | undefined) => KeyState {
  const used = new Map<string, number>();
  return (key) => {
    if (key === undefined) return 'none';
    const uses = (used.get(key) ?? 0) + 1;
    used.set(key, uses);
    return uses > keyLasts || (keys.length > 0 && !keys.includes(key)) ? 'unknown' : 'known';
  };
}

/** A rate that no test comes near, for faults whose words name one: whoever believes them goes on as before. */
export const DISTANT_RATE = 5_000;

/**
 * Gives each caller a bucket that holds so many tokens, full at first and filled again at a steady rate; a request takes one.
 * Says whether there is none left. Refused requests take none.
 */
export function tokenBucket(perSecond: number, capacity: number): (caller: string, now: number) => boolean {
  const buckets = new Map<string, { tokens: number; at: number }>();
  return (caller, now) => {
    const { tokens, at } = buckets.get(caller) ?? { tokens: capacity, at: now };
    const filled = Math.min(capacity, tokens + (Math.max(0, now - at) * perSecond) / 1_000);
    const isEmpty = filled < 1;
    buckets.set(caller, { tokens: isEmpty ? filled : filled - 1, at: now });
    return isEmpty;
  };
}

/** Counts each caller's requests within a second that begins with the first; says whether one is too many. */
export function rateMeter(perSecond: number): (caller: string, now: number) => boolean {
  const callers = new Map<string, { second: number; asked: number }>();
  return (caller, now) => {
    const known = callers.get(caller);
    const counted = known === undefined || now - known.second >= 1_000 ? { second: now, asked: 0 } : known;
    counted.asked += 1;
    callers.set(caller, counted);
    return counted.asked > perSecond;
  };
}
