/** When people do things: time zones, waking and working hours. */
import type { Random } from './random.ts';

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** Hours from UTC of the places where most holders of USDT live, each as often as they do. */
export const ZONES = [8, 8, 8, 7, 7, 5.5, 5.5, 4, 3, 3, 2, 1, 0, -3, -5, -8] as const;

/** How likely somebody is to do something in each hour of the day, of 10; local time. */
const AWAKE = [2, 1, 1, 0, 0, 1, 2, 3, 5, 7, 9, 10, 9, 9, 10, 10, 9, 9, 8, 9, 10, 9, 7, 4] as const;
const OFFICE = [0, 0, 0, 0, 0, 0, 0, 1, 4, 8, 10, 10, 7, 7, 10, 10, 9, 7, 4, 2, 1, 1, 0, 0] as const;
/** Two shifts of people who move money by hand, from late morning far into the night. */
const SHIFTS = [6, 3, 1, 0, 0, 0, 0, 0, 1, 3, 7, 9, 8, 8, 10, 10, 10, 9, 8, 8, 9, 10, 10, 9] as const;
const CURVES = { awake: AWAKE, office: OFFICE, shifts: SHIFTS } as const;
export type Curve = keyof typeof CURVES;

/** A moment not before `from`, and soon after it, at which somebody in a time zone is likely to act. */
export function likely(random: Random, from: number, zone: number, curve: Curve): number {
  let time = from;
  while (random.fraction() * 10 >= (CURVES[curve][localHour(time, zone)] ?? 0)) {
    time += random.integer(15 * MINUTE, 75 * MINUTE);
  }
  return time;
}

function localHour(time: number, zone: number): number {
  return Math.floor(time / HOUR + zone) % 24;
}
