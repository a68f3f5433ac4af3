/** Times as people report them: never without a zone, for a victim in one country and a bank in another mean different hours. */
import { quoted, UserError } from '../errors.ts';

const FORM = /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)? ?(Z|[+-](?:0\d|1[0-4]):?\d{2})?$/i;
const RIGHT = 'A time has date, time and zone: 2026-01-03T10:00Z, or 2026-01-03 17:00+07:00.';

/** `since`: before it nothing can have happened; `now`: nor after it. */
interface Bounds {
  readonly since: number;
  readonly now: number;
}

/** What is said of a time that cannot be right, besides what is wrong with it. */
interface Advice {
  readonly noTime: string;
  readonly noZone: string;
  readonly future: { readonly right: (now: string) => string; readonly todo: string };
}

/**
 * A reported time in milliseconds since 1970.
 *
 * @throws UserError `TIME_INVALID`, `TIME_WITHOUT_ZONE`, `TIME_IN_FUTURE` or `TIME_TOO_EARLY`
 */
export function parseReportedTime(text: string, bounds: Bounds): number {
  return parseTime(text, bounds, {
    noTime: 'If only the day is known, leave the time out and put the day into the note.',
    noZone: 'Ask where the victim was, and add Z (UTC) or an offset such as +07:00.',
    future: {
      right: (now) => `A payment was made before now, ${now}.`,
      todo: 'Check day and month, and the time zone.',
    },
  });
}

/**
 * The time up to which something is asked for, in milliseconds since 1970.
 *
 * @throws UserError as `parseReportedTime`
 */
export function parseTimeAsked(text: string, bounds: Bounds): number {
  return parseTime(text, bounds, {
    noTime: 'For all of a day write its last second: 2026-01-03T23:59:59Z.',
    noZone: 'Add Z (UTC) or an offset such as +07:00.',
    future: {
      right: (now) => `Nothing is known of what comes after now, ${now}.`,
      todo: 'Leave it out to take all that was crawled.',
    },
  });
}

function parseTime(text: string, bounds: Bounds, advice: Advice): number {
  const match = FORM.exec(text);
  const time = match === null ? Number.NaN : Date.parse(isoOf(text));
  if (match === null || Number.isNaN(time) || !sameDay(match, isoOf(text))) {
    throw new UserError('TIME_INVALID', `${quoted(text)} is no time.`, {
      right: RIGHT,
      todo: advice.noTime,
    });
  }
  if (match[7] === undefined) {
    throw new UserError('TIME_WITHOUT_ZONE', `${quoted(text)} has no time zone.`, {
      right: RIGHT,
      todo: advice.noZone,
    });
  }
  if (time > bounds.now) {
    throw new UserError('TIME_IN_FUTURE', `${quoted(text)} lies in the future.`, {
      right: advice.future.right(new Date(bounds.now).toISOString()),
      todo: advice.future.todo,
    });
  }
  if (time < bounds.since) {
    throw new UserError('TIME_TOO_EARLY', `${quoted(text)} lies before the first transfer of this token.`, {
      right: `Its first transfers are of ${new Date(bounds.since).toISOString().slice(0, 10)}.`,
      todo: 'Check the year.',
    });
  }
  return time;
}

/** The form that every `Date.parse` understands alike; without a zone it is read as UTC just to see whether it is a time. */
function isoOf(text: string): string {
  const iso = text
    .toUpperCase()
    .replace(/^(.{10}) /, '$1T')
    .replace(' ', '');
  const zoned = /(Z|[+-]\d{2}:?\d{2})$/.test(iso) ? iso : `${iso}Z`;
  return zoned.replace(/([+-]\d{2})(\d{2})$/, '$1:$2');
}

/** `Date.parse` takes 30 February for 2 March. */
function sameDay(match: RegExpExecArray, iso: string): boolean {
  const local = new Date(Date.parse(iso.replace(/(Z|[+-]\d{2}:\d{2})$/, 'Z')));
  return local.getUTCMonth() + 1 === Number(match[2]) && local.getUTCDate() === Number(match[3]);
}
