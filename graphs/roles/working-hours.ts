/**
 * Working hours: payouts keep to the shifts of people in UTC+6:30 to UTC+8, who rest in the early morning and work into the night. A
 * hint and never more: half of Asia is awake in these hours, and whoever sells until midnight looks the same.
 *
 * The domain's pattern 18.
 */
import type { CaseView } from '../findings/view.ts';
import { judged, makeFinding, room, roomAbove, strengthOf } from './finding.ts';
import type { RoleFinding } from './types.ts';

const HALF_HOUR = 30 * 60_000;
const HALF_HOURS = 48;
const DAY = HALF_HOURS * HALF_HOUR;
/** The zones to which the hours belong, in half hours from UTC: Myanmar, Thailand and Cambodia, China and the Philippines. */
const [FIRST_ZONE, LAST_ZONE] = [13, 16];

export interface WorkingHoursPolicy {
  readonly on: boolean;
  readonly leastPayouts: number;
  readonly leastDays: number;
  /** So many different hours of the day: what is paid at one hour every day is paid by a program. */
  readonly leastHours: number;
  /** When nobody works, in half hours of local time: from, and how long. */
  readonly restFrom: number;
  readonly restFor: number;
  /** So many percent of the payouts may fall into the rest. */
  readonly mostInRest: number;
  /** So many percent at least fall into the hours before it, in which offices are closed. */
  readonly lateFor: number;
  readonly leastLate: number;
}

/**
 * Payouts at any hour leave a quarter in a rest of six hours, and twenty of them none only once in three hundred times. An office stops
 * before ten at night. The figures were looked at on the calibrating economies, and tell networks from others on neither them nor real
 * data.
 */
export const WORKING_HOURS: WorkingHoursPolicy = {
  ...{ on: true, leastPayouts: 20, leastDays: 5, leastHours: 4 },
  ...{ restFrom: 4, restFor: 12, mostInRest: 2, lateFor: 8, leastLate: 10 },
};

/** When somebody rests, in half hours of UTC, and how many payouts fall into the rest and into the hours before it. */
export interface Shift {
  readonly restFrom: number;
  readonly restUntil: number;
  readonly payouts: number;
  readonly days: number;
  readonly inRest: number;
  readonly late: number;
}

/** The shift that rows keep to, those of a wallet or of a whole cluster; `null` where they keep to none, or are too few. */
export function shiftOf({ table }: CaseView, rows: Iterable<number>, policy: WorkingHoursPolicy): Shift | null {
  const counts = new Array<number>(HALF_HOURS).fill(0);
  const days = new Set<number>();
  let payouts = 0;
  for (const row of rows) {
    const at = table.timestamp[row] ?? 0;
    const place = Math.floor((at % DAY) / HALF_HOUR);
    counts[place] = (counts[place] ?? 0) + 1;
    days.add(Math.floor(at / DAY));
    payouts += 1;
  }
  if (payouts < policy.leastPayouts || days.size < policy.leastDays || hoursOf(counts) < policy.leastHours) return null;
  let best: Shift | null = null;
  for (let zone = LAST_ZONE; zone >= FIRST_ZONE; zone -= 1) {
    const restFrom = (policy.restFrom - zone + HALF_HOURS) % HALF_HOURS;
    const restUntil = (restFrom + policy.restFor) % HALF_HOURS;
    const inRest = within(counts, restFrom, policy.restFor);
    const late = within(counts, restFrom - policy.lateFor, policy.lateFor);
    if (inRest * 100 > payouts * policy.mostInRest || late * 100 < payouts * policy.leastLate) continue;
    if (best === null || inRest < best.inRest) best = { restFrom, restUntil, payouts, days: days.size, inRest, late };
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
    const { restFrom, restUntil, payouts, days, inRest, late } = shift;
    found.push(
      makeFinding({
        ...{ role: 'working-hours', account, rows, figures: { ...shift } },
        strength: strengthOf(
          roomAbove(payouts, policy.leastPayouts),
          room(late, (payouts * policy.leastLate) / 100, payouts),
        ),
        reason:
          `Of its ${payouts} payouts on ${days} days ${inRest} fell between ${clock(restFrom)} and ${clock(restUntil)} UTC and ${late} in ` +
          `the ${policy.lateFor / 2} hours before: consistent with shifts in UTC+6:30 to UTC+8, a hint and no more.`,
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
