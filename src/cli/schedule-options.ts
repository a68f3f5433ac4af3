/** When a case is crawled again, as a person writes it. */
import { messageOf, quoted, UsageError } from '../errors.ts';
import { nextCron } from '../queue/timers.ts';
import type { Timing } from '../store/schedules.ts';

const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };
const LONGEST_DAYS = 366;

/** An interval such as 30m, 6h or 1d. @throws UsageError `EVERY_INVALID` */
export function everyTiming(text: string): Timing {
  const [, number = '', unit = ''] = /^(\d{1,6})([mhd])$/.exec(text) ?? [];
  const everyMs = Number(number) * (UNITS[unit] ?? 0);
  if (everyMs > 0 && everyMs <= LONGEST_DAYS * 86_400_000) return { everyMs, cron: null, timeZone: null };
  throw new UsageError('EVERY_INVALID', `${quoted(text)} is no interval of a schedule.`, {
    right: `An interval is a whole number of minutes, hours or days: 30m, 6h, 1d; at least 1m, at most ${LONGEST_DAYS}d.`,
    todo: 'Write it so, or give times of the day with --cron.',
  });
}

/**
 * A cron expression of five fields.
 *
 * @param now the expression has to name a time after it
 * @throws UsageError `CRON_INVALID` or `TIME_ZONE_INVALID`
 */
export function cronTiming(cron: string, timeZone: string, now: number): Timing {
  requireTimeZone(timeZone);
  const fields = cron.trim().split(/\s+/);
  const refuse = (why: string) =>
    new UsageError('CRON_INVALID', `${quoted(cron)} is no cron expression: ${why}.`, {
      right:
        'It has five fields, for minute, hour, day of the month, month and day of the week: "0 */6 * * *" is every six hours, "30 7 * * 1-5" is 7:30 from Monday to Friday.',
      todo: 'Correct it, and put it in quotes, so that the shell leaves the stars alone.',
    });
  if (fields.length !== 5)
    throw refuse(`it has ${fields.length} ${fields.length === 1 ? 'field' : 'fields'}, not five`);
  // What it would stand for is chosen by chance, each time anew.
  if (fields.some((field) => /(^|,)H/i.test(field))) throw refuse('H stands for no fixed time');
  try {
    nextCron(fields.join(' '), timeZone, new Date(now));
  } catch (error) {
    throw refuse(messageOf(error).replace(/\.+$/, ''));
  }
  return { everyMs: null, cron: fields.join(' '), timeZone };
}

function requireTimeZone(timeZone: string): void {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone });
  } catch (error) {
    throw new UsageError('TIME_ZONE_INVALID', `${quoted(timeZone)} is no time zone.`, {
      right: 'A time zone has a name of the tz database, such as Asia/Phnom_Penh or Europe/Berlin, or is UTC.',
      todo: 'Write it so, or leave --tz out for UTC.',
      cause: error,
    });
  }
}

/** An interval as it is typed: 90000 ms are `90s`, which only a test sets. */
export function everyText(everyMs: number): string {
  const [unit, size] = Object.entries(UNITS)
    .reverse()
    .find(([, each]) => everyMs % each === 0) ?? ['s', 1000];
  return `${everyMs / size}${unit}`;
}
