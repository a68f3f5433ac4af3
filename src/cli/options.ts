/** Options that several commands share, checked where they are read. A wrong one is wrong usage: exit code 2. */
import { InvalidArgumentError, Option } from 'commander';
import { CHAINS } from '../chains/chain.ts';
import { UsageError, UserError } from '../errors.ts';

export function chainOption(): Option {
  return new Option('--chain <chain>', 'chain of the wallet; without it the form of the address tells').choices(CHAINS);
}

export function jsonOption(): Option {
  return new Option('--json', 'print one line of JSON instead of text');
}

/** What an option takes at most, unless it says otherwise. */
const MOST = 999_999_999;

/** A whole number from `least` up, or up to `most`. */
export function wholeNumber(least: number, most = MOST): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d{1,10}$/.test(text) && value >= least && value <= most) return value;
    const upTo = most === MOST ? 'up' : `to ${most}`;
    throw new InvalidArgumentError(`It takes a whole number from ${least} ${upTo}.`);
  };
}

/** A share in percent, kept as it was written, without zeros that say nothing. */
export function percent(text: string): string {
  if (!/^\d{1,3}(\.\d{1,6})?$/.test(text) || Number(text) > 100) {
    throw new InvalidArgumentError('It takes a percentage from 0 to 100, such as 0.1.');
  }
  return String(Number(text));
}

/** Seconds, as a decimal, to milliseconds. */
export function seconds(text: string): number {
  if (/^\d{1,6}(\.\d{1,3})?$/.test(text) && Number(text) > 0) return Math.round(Number(text) * 1000);
  throw new InvalidArgumentError('It takes a number of seconds above 0.');
}

/** Hours, as a decimal, to milliseconds. @throws UsageError `WINDOW_INVALID` */
export function hours(text: string): number {
  if (/^\d{1,6}(\.\d+)?$/.test(text)) return Math.round(Number(text) * 3_600_000);
  throw new UsageError('WINDOW_INVALID', `"${text}" is no number of hours.`, { todo: 'Write it as 24 or 0.5.' });
}

/** What a person typed on the command line: a fault in it is wrong usage. */
export function typed<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof UserError ? asUsage(error) : error;
  }
}

/** The same error, as one of the command line. */
export function asUsage(error: UserError): UsageError {
  return new UsageError(error.code, error.message, {
    ...(error.right === undefined ? {} : { right: error.right }),
    ...(error.todo === undefined ? {} : { todo: error.todo }),
    cause: error,
  });
}
