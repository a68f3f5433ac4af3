/**
 * How fast a provider is asked: finds the rate that a key is allowed, and stays just under it.
 *
 * The rate goes up while nobody complains, and a refusal sets a ceiling: additive increase and multiplicative decrease
 * (Chiu and Jain 1989, "Analysis of the increase and decrease algorithms for congestion avoidance in computer networks"),
 * with a memory of the refused rate, as CUBIC has (RFC 9438). Unlike a network's, a provider's refusals cost seconds, so
 * that the rate rests below the ceiling and asks for more ever more rarely.
 *
 * Most providers keep a token bucket, which hides for a while that a rate is too high: a refusal comes late and at too high
 * a rate. Hence each ceiling is only a bound from above, approached anew from below it; a few refusals bring it to within a
 * twentieth of the truth.
 */

/** What is known of a key's limit. Rates are requests a second, times milliseconds of one clock, the database's. */
export interface Pace {
  readonly rate: number;
  /** The lowest rate that was refused, or that the provider named; `null` while none was. */
  readonly ceiling: number | null;
  /** Counts what made earlier turns void: a refusal of a turn from before says nothing new. */
  readonly epoch: number;
  readonly pausedUntil: number;
  /** True once a request of this epoch was answered: without an answer a refusal says nothing about the rate. */
  readonly answered: boolean;
  /** True while nothing but a refusal has happened: another one right then means that the rate is far too high. */
  readonly lowered: boolean;
  /** When `rate` was decided, and the turns given since. */
  readonly since: number;
  readonly turns: number;
  /** The next decision is due after so many turns, and not before this time. */
  readonly reviewTurns: number;
  readonly reviewAt: number;
  /** How long the next rest below the ceiling is. */
  readonly restMs: number;
}

/** What a person or a default says. */
export interface PaceLimits {
  /** The rate that a provider is first asked at. */
  readonly start: number;
  /** Never more than this: a person's word; `null` where nobody said any. */
  readonly most: number | null;
}

/** A provider's refusal. */
export interface Refusal {
  /** Epoch of the turn in which the refused request was sent. */
  readonly epoch: number;
  /** How long to hold, in milliseconds. */
  readonly waitMs: number;
  /** The most requests a second, where the provider's words name it. */
  readonly named: number | null;
  /** False where a quota is used up: that says nothing about the rate. */
  readonly aboutRate: boolean;
}

/** With so many a second, nobody limits us as far as is known, and waiting for turns would only cost time. */
export const UNLIMITED_RATE = 1_000;
/** Whoever was not limited and is refused goes on at this. */
const FIRST_LIMITED_RATE = 100;
/** The slowest that refusals lead to. */
const FLOOR = 0.1;
/** So much of a known ceiling is used. */
const UNDER_CEILING = 0.95;
/** After a refusal, and after one on top of another. */
const LOWERED = 0.9;
const LOWERED_AGAIN = 0.8;
/** What a step adds: in search of a ceiling of the rate itself, on the way up to a known one of the ceiling. */
const SEARCH_STEP = 1.03;
const RETURN_STEP = 0.02;
/** How long a step is watched before the next. */
const STEP_MS = 5_000;
/** A probe goes so far above the ceiling, for so long: more than twice what a bucket of a second's tokens hides. */
const PROBE = 1.05;
const PROBE_MS = 60_000;
/**
 * Rests between probes: each that is refused doubles them. The first are short, for a ceiling may come from a moment's
 * crowding; a limit that the provider has named is no such thing.
 */
const FIRST_REST_MS = 60_000;
const NAMED_REST_MS = 600_000;
const LONGEST_REST_MS = 3_600_000;
/** Below this share of the rate, it is not the rate that holds back: asking for more would mean nothing. */
const IN_USE = 0.8;
/** A pause that is moved by less is the same pause. */
const SAME_PAUSE_MS = 250;

export function beginPace({ start, most }: PaceLimits, now: number): Pace {
  const pace = {
    ...{ rate: within(start, most), ceiling: null, epoch: 0, pausedUntil: now, answered: false, lowered: false },
    ...{ since: now, turns: 0, reviewTurns: 0, reviewAt: now, restMs: FIRST_REST_MS },
  };
  return decided(pace, now);
}

/** What the pace becomes where a decision is due: more, as a rule. Nothing changes where none is. */
export function reviewPace(pace: Pace, { most }: PaceLimits, now: number): Pace {
  const { rate, ceiling, turns, since } = pace;
  if (turns < pace.reviewTurns || now < pace.reviewAt) return pace;
  const isResting = ceiling !== null && rate >= UNDER_CEILING * ceiling && rate < ceiling;
  // A rest may be idle for the most part; all else is known of a rate only while it is asked at.
  const inUse = turns >= IN_USE * within(rate, most) * ((now - since) / 1000);
  if (!inUse && !isResting) return decided(pace, now);
  const settled = { ...pace, lowered: false };
  if (isResting) return raised(settled, PROBE * ceiling, most, now);
  if (ceiling !== null && rate < ceiling) {
    return raised(settled, Math.min(UNDER_CEILING * ceiling, rate + RETURN_STEP * ceiling), most, now);
  }
  // No ceiling, or one that a probe went above without being refused.
  return raised({ ...settled, ceiling: null, restMs: FIRST_REST_MS }, rate * SEARCH_STEP, most, now);
}

/** What the pace becomes after a refusal: held until the time named, and slower, once for all requests of an epoch. */
export function refusePace(pace: Pace, { most }: PaceLimits, refusal: Refusal, now: number): Pace {
  const { named } = refusal;
  const pausedUntil = Math.max(pace.pausedUntil, now + refusal.waitMs);
  const isNew = refusal.epoch >= pace.epoch;
  const isProbe = pace.ceiling !== null && pace.rate >= pace.ceiling;
  // A limit that the provider itself names needs no search.
  const isNamed = named !== null && !isProbe && within(pace.rate, most) > UNDER_CEILING * named;
  const isTooFast = isNew && refusal.aboutRate && pace.answered && !isNamed;
  const slower = isTooFast ? lowered(pace, most) : pace;
  const next = named === null ? slower : believed(slower, named);
  if (!isNew && next === pace && pausedUntil - pace.pausedUntil < SAME_PAUSE_MS) return { ...pace, pausedUntil };
  return decided({ ...next, pausedUntil, epoch: pace.epoch + 1, answered: false }, pausedUntil);
}

function lowered(pace: Pace, most: number | null): Pace {
  const { ceiling } = pace;
  const rate = within(pace.rate, most);
  if (rate >= UNLIMITED_RATE) return { ...pace, rate: FIRST_LIMITED_RATE, lowered: true };
  if (ceiling !== null && rate >= ceiling) {
    // A probe that was refused: the ceiling stands.
    return { ...pace, rate: LOWERED * ceiling, restMs: Math.min(2 * pace.restMs, LONGEST_REST_MS) };
  }
  const next = Math.max(FLOOR, rate * (pace.lowered ? LOWERED_AGAIN : LOWERED));
  return { ...pace, rate: Math.min(rate, next), ceiling: rate, lowered: true };
}

function believed(pace: Pace, named: number): Pace {
  const ceiling = Math.min(Math.max(FLOOR, named), pace.ceiling ?? Number.POSITIVE_INFINITY);
  const rate = Math.min(pace.rate, UNDER_CEILING * Math.max(FLOOR, named));
  const restMs = Math.max(pace.restMs, NAMED_REST_MS);
  const isKnown = rate === pace.rate && ceiling === pace.ceiling && restMs === pace.restMs;
  return isKnown ? pace : { ...pace, rate, ceiling, restMs };
}

/** Goes up to a rate, as far as a person allows; where that is no further, there is nothing to look at for long. */
function raised(pace: Pace, rate: number, most: number | null, now: number): Pace {
  const next = { ...pace, rate: within(rate, most) };
  return decided(next, now, next.rate > pace.rate ? watchOf(next) : LONGEST_REST_MS);
}

/** Watches a rate for so long, and for turns enough to tell. */
function decided(pace: Pace, now: number, watchMs = watchOf(pace)): Pace {
  const turns = (pace.rate * Math.min(watchMs, PROBE_MS) * IN_USE) / 1000;
  return { ...pace, since: now, turns: 0, reviewTurns: Math.max(2, Math.ceil(turns)), reviewAt: now + watchMs };
}

function watchOf({ rate, ceiling, restMs }: Pace): number {
  if (ceiling === null || rate < UNDER_CEILING * ceiling) return STEP_MS;
  return rate < ceiling ? restMs : PROBE_MS;
}

function within(rate: number, most: number | null): number {
  return most === null ? rate : Math.min(rate, most);
}
