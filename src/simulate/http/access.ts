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
