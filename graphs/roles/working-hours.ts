/**
 * Working hours: payouts keep to the shifts of people in UTC+6:30 to UTC+8, who begin in the morning, go on past the evening and rest
 * in the early morning. It says when somebody works, and not who: brokers of that region keep the same hours as networks.
 *
 * The domain's pattern 18.
 */
import type { CaseView } from '../findings/view.ts';
import { judged, makeFinding, room, roomAbove, strengthOf } from './finding.ts';
import type { RoleFinding } from './types.ts';

const HALF_HOUR = 30 * 60_000;
const HALF_HOURS = 48;
const HOUR = 2 * HALF_HOUR;
const DAY = HALF_HOURS * HALF_HOUR;
/** The zones to which the hours belong, in half hours from UTC: Myanmar, Thailand and Cambodia, China and the Philippines. */
const [FIRST_ZONE, LAST_ZONE] = [13, 16];

export interface WorkingHoursPolicy {
  readonly on: boolean;
  /** Hours of the calendar in which there was a payout: one round of many payouts is one. */
  readonly leastActive: number;
  readonly leastDays: number;
  /** So many different hours of the day: what is paid at two hours every day is paid by a program. */
  readonly leastHours: number;
  /** When nobody works, in half hours of local time: from, and how long. */
  readonly restFrom: number;
  readonly restFor: number;
  /** So many percent of the active hours may fall into the rest. */
  readonly mostInRest: number;
  /** So many percent at least fall into these half hours before the rest, most of which an office does not know. */
  readonly lateFor: number;
  readonly leastLate: number;
  /** So many percent at least fall into these half hours after it: who begins at noon lives in another zone. */
  readonly earlyFor: number;
  readonly leastEarly: number;
}

/**
 * Who pays at any hour has a quarter of the active hours in a rest of six, and an office's day is shorter than from
 * morning to past midnight, so that one of the ends is empty in whichever zone it stands. How many hours it takes to see that, and the shares, were chosen on the
 * calibrating economies (docs/roles.md). No real data tells networks from others by their hours.
 */
export const WORKING_HOURS: WorkingHoursPolicy = {
  ...{ on: true, leastActive: 45, leastDays: 5, leastHours: 6 },
  ...{ restFrom: 4, restFor: 12, mostInRest: 5, lateFor: 10, leastLate: 14, earlyFor: 8, leastEarly: 15 },
};

/** When somebody rests, in half hours of UTC, and how many active hours fall into the rest, before it and after it. */
export interface Shift {
  readonly restFrom: number;
  readonly restUntil: number;
  readonly payouts: number;
  readonly active: number;
  readonly days: number;
  readonly inRest: number;
  readonly late: number;
  readonly early: number;
}

/** The shift that rows keep to, those of a wallet or of a whole cluster; `null` where they keep to none, or are too few. */
export function shiftOf({ table }: CaseView, rows: Iterable<number>, policy: WorkingHoursPolicy): Shift | null {
  const active = new Map<number, number>();
  let payouts = 0;
  for (const row of rows) {
    const at = table.timestamp[row] ?? 0;
    const hour = Math.floor(at / HOUR);
    const place = Math.floor((at % DAY) / HALF_HOUR);
    // The earlier half of an hour stands for it, in whichever order its payouts come.
    active.set(hour, Math.min(active.get(hour) ?? place, place));
    payouts += 1;
  }
  const days = new Set([...active.keys()].map((hour) => Math.floor((hour * HOUR) / DAY)));
  const counts = new Array<number>(HALF_HOURS).fill(0);
  for (const place of active.values()) counts[place] = (counts[place] ?? 0) + 1;
  if (active.size < policy.leastActive || days.size < policy.leastDays || hoursOf(counts) < policy.leastHours)
    return null;
  const isPart = (count: number, percent: number): boolean => count * 100 >= active.size * percent;
  let best: Shift | null = null;
  for (let zone = LAST_ZONE; zone >= FIRST_ZONE; zone -= 1) {
    const restFrom = (policy.restFrom - zone + HALF_HOURS) % HALF_HOURS;
    const restUntil = (restFrom + policy.restFor) % HALF_HOURS;
    const inRest = within(counts, restFrom, policy.restFor);
    const late = within(counts, restFrom - policy.lateFor, policy.lateFor);
    const early = within(counts, restUntil, policy.earlyFor);
    if (inRest * 100 > active.size * policy.mostInRest) continue;
    if (!isPart(late, policy.leastLate) || !isPart(early, policy.leastEarly)) continue;
    if (best !== null && inRest >= best.inRest) continue;
    best = { restFrom, restUntil, payouts, active: active.size, days: days.size, inRest, late, early };
  }
  return best;
}

/** One finding for each wallet whose payouts keep to a shift. */
export function findWorkingHours(view: CaseView, policy: WorkingHoursPolicy): RoleFinding[] {
  if (!policy.on) return [];
  const found: RoleFinding[] = [];
  for (const account of judged(view)) {
    const rows = view.payouts(account);
    const shift = shiftOf(view, rows, policy);
    if (shift === null) continue;
    const { restFrom, restUntil, payouts, active, days, inRest, late, early } = shift;
    found.push(
      makeFinding({
        ...{ role: 'working-hours', account, rows, figures: { ...shift } },
        strength: strengthOf(
          roomAbove(active, policy.leastActive),
          room(late, (active * policy.leastLate) / 100, active),
          room(early, (active * policy.leastEarly) / 100, active),
        ),
        reason:
          `Its ${payouts} payouts fell into ${active} hours on ${days} days, of which ${inRest} were between ${clock(restFrom)} and ` +
          `${clock(restUntil)} UTC, ${late} in the ${policy.lateFor / 2} hours before and ${early} in the ${policy.earlyFor / 2} after: ` +
          'consistent with shifts in UTC+6:30 to UTC+8, which others keep as well; a hint and no more.',
      }),
    );
  }
  return found;
}

/** In how many hours of the day there is any. */
function hoursOf(counts: readonly number[]): number {
  return new Set([...counts.keys()].filter((place) => (counts[place] ?? 0) > 0).map((place) => place >> 1)).size;
}

/** How many fall into a stretch of half hours, which may pass midnight. */
function within(counts: readonly number[], from: number, length: number): number {
  let sum = 0;
  for (let step = 0; step < length; step += 1) sum += counts[(from + step + HALF_HOURS) % HALF_HOURS] ?? 0;
  return sum;
}

/** `18:30` */
function clock(halfHours: number): string {
  return `${String(halfHours >> 1).padStart(2, '0')}:${halfHours % 2 === 0 ? '00' : '30'}`;
}
