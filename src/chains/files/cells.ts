/** What stands in the cells of a file of transfers: times, amounts, blocks and how a transaction ended. */
import { quoted, UserError } from '../../errors.ts';
import { parseAmount } from '../../money.ts';
import type { LeftOut } from './token.ts';

/** The largest number that contracts count to. */
const MAX_UNITS = 2n ** 256n - 1n;
const UTC_FORM = /^(\d{4})[-/](\d{2})[-/](\d{2})[ T](\d{2}):(\d{2}):(\d{2})(?:\.\d+)?(?: ?(?:Z|UTC))?$/i;
const EXPORT_AGAIN = 'Export the file again, and import it before a spreadsheet has opened it.';

/**
 * A count of seconds or milliseconds since 1970, in milliseconds.
 *
 * @throws UserError `TIME_INVALID`
 */
export function parseCount(text: string, unit: 'seconds' | 'milliseconds'): number {
  const time = /^\d{1,15}$/.test(text) ? Number(text) * (unit === 'seconds' ? 1_000 : 1) : Number.NaN;
  if (Number.isSafeInteger(time)) return time;
  throw new UserError('TIME_INVALID', `${quoted(text)} is no number of ${unit} since 1970.`, {
    right: `In files of this kind times are such numbers: ${unit === 'seconds' ? '1699000011' : '1699000011000'}.`,
    todo: EXPORT_AGAIN,
  });
}

/**
 * Date and time in UTC, in milliseconds since 1970.
 *
 * @throws UserError `TIME_INVALID`
 */
export function parseUtc(text: string): number {
  const match = UTC_FORM.exec(text);
  const [year, month, day, hour, minute, second] = match?.slice(1) ?? [];
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  // `Date.parse` takes 30 February for 2 March.
  if (!Number.isNaN(time) && new Date(time).getUTCDate() === Number(day)) return time;
  throw new UserError('TIME_INVALID', `${quoted(text)} is no time.`, {
    right: 'In files of this kind times are in UTC, with the year first: 2023-11-03 08:26:51.',
    todo: EXPORT_AGAIN,
  });
}

/**
 * Refuses a time at which the transfer cannot have happened.
 *
 * @param bounds `since`: no transfer of the token is older; `now`: nor younger than this
 * @throws UserError `TIME_IN_FUTURE` or `TIME_TOO_EARLY`
 */
export function checkTime(time: number, bounds: { since: number; now: number }): number {
  if (time > bounds.now) {
    throw new UserError('TIME_IN_FUTURE', `${iso(time)} lies in the future.`, {
      right: `A transfer was made before now, ${iso(bounds.now)}.`,
      todo: "Check the file, and this machine's clock.",
    });
  }
  if (time < bounds.since) {
    throw new UserError('TIME_TOO_EARLY', `${iso(time)} lies before the first transfer of this token.`, {
      right: `Its first transfers are of ${iso(bounds.since).slice(0, 10)}.`,
      todo: 'Check that the row is of this token, and its time in the unit that files of this kind have.',
    });
  }
  return time;
}

/** Numbers from a file may lie beyond the last day that a date can have. */
function iso(time: number): string {
  return Math.abs(time) <= 8.64e15 ? new Date(time).toISOString() : `${time} ms after 1970`;
}

/** How a file writes its amounts. */
export interface Money {
  readonly unit: 'decimal' | 'units';
  readonly decimals: number;
  /** A comma may stand before the decimals: the file was written where semicolons separate cells for that reason. */
  readonly decimalComma: boolean;
}

/**
 * An amount in base units.
 *
 * @throws UserError `AMOUNT_INVALID`
 */
export function parseMoney(text: string, { unit, decimals, decimalComma }: Money): bigint {
  if (/^[-\u2212(]/.test(text)) {
    throw new UserError('AMOUNT_INVALID', `${quoted(text)} is negative.`, {
      right: 'A transfer moves zero or more; which way it goes is told by who sends and who receives.',
      todo: 'Write the amount without a sign, if sender and recipient are right.',
    });
  }
  if (unit === 'decimal' && decimalComma && /^\d{1,3},\d{3}$/.test(text)) {
    throw new UserError(
      'AMOUNT_INVALID',
      `${quoted(text)} may be ${text.replace(',', '')} or ${text.replace(',', '.')}.`,
      {
        right: 'In a file with semicolons a comma may separate thousands as well as decimals.',
        todo: EXPORT_AGAIN,
      },
    );
  }
  if (unit === 'decimal') return parseAmount(text, decimals);
  const units = /^\d{1,78}$/.test(text) ? BigInt(text) : null;
  if (units !== null && units <= MAX_UNITS) return units;
  throw new UserError('AMOUNT_INVALID', `${quoted(text)} is no amount in base units.`, {
    right: `In files of this kind amounts are whole numbers of the token's smallest part; one token has ${10n ** BigInt(decimals)} of them.`,
    todo: 'Check the row; an amount in whole tokens would have to be converted first.',
  });
}

/**
 * A block's number; `null` where the cell is empty.
 *
 * @throws UserError `BLOCK_INVALID`
 */
export function parseBlock(text: string): number | null {
  if (text === '') return null;
  const block = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(block)) return block;
  throw new UserError('BLOCK_INVALID', `${quoted(text)} is no number of a block.`, {
    right: 'A block has a whole number such as 18500001.',
    todo: EXPORT_AGAIN,
  });
}

const YES = /^(?:true|1|yes|confirm(?:ed)?)$/i;
const NO = /^(?:false|0|no|unconfirmed|not confirmed|pending)$/i;
/** Tron's own nodes write SUCESS. */
const SUCCEEDED = /^(?:suc+es+|successful|succeeded|ok|true|1|confirmed)$/i;

/** Whether a block was final when the file was written: what was not may have been undone since. */
export function readConfirmed(text: string): LeftOut | null {
  if (YES.test(text)) return null;
  if (NO.test(text)) return { code: 'UNCONFIRMED', text: 'it was not confirmed yet when the file was written' };
  throw new UserError('STATE_UNKNOWN', `Whether the transfer is confirmed cannot be told from ${quoted(text)}.`, {
    right: 'The cell says true or false.',
    todo: 'Look the transaction up, and correct the row.',
  });
}

/** How the transaction ended: what failed has moved nothing. */
export function readResult(text: string): LeftOut | null {
  if (SUCCEEDED.test(text)) return null;
  if (text !== '') return { code: 'FAILED', text: `its transaction failed: ${quoted(text)}` };
  throw new UserError('STATE_UNKNOWN', 'The row does not say whether its transaction succeeded.', {
    right: 'The cell says SUCCESS, or why it failed.',
    todo: 'Look the transaction up, and correct the row.',
  });
}
