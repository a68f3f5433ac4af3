/** Who says something of a case, and why: kept with what was said, so that others can judge it. */
import { quoted, UserError } from '../errors.ts';

export interface Statement {
  readonly by: string;
  readonly why: string;
}

const LONGEST_NAME = 200;
const LONGEST_WHY = 2_000;

/**
 * Checks a statement. Signs that cannot be seen have no meaning in it and could drive a terminal: they become blanks.
 *
 * @param options what the two are called where they are asked for, such as `--why`
 * @throws UserError `TEXT_EMPTY` or `TEXT_TOO_LONG`
 */
export function parseStatement(raw: Statement, options: Statement): Statement {
  return { by: text(raw.by, options.by, LONGEST_NAME), why: text(raw.why, options.why, LONGEST_WHY) };
}

/** Why alone, where it does not matter who says so. @throws UserError as `parseStatement` */
export function parseWhy(raw: string, option: string): string {
  return text(raw, option, LONGEST_WHY);
}

function text(raw: string, option: string, longest: number): string {
  const clean = raw
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/ {2,}/g, ' ')
    .trim();
  if (clean === '') {
    throw new UserError('TEXT_EMPTY', `${option} is empty${raw === '' ? '' : `: ${quoted(raw)}`}.`, {
      right: 'Who says it and why is recorded with it, so that others can judge it later.',
      todo: `Say it in a few words after ${option}.`,
    });
  }
  if (clean.length > longest) {
    throw new UserError('TEXT_TOO_LONG', `${option} has ${clean.length} characters.`, {
      right: `It has up to ${longest}.`,
      todo: 'Shorten it, and keep the whole text outside the case.',
    });
  }
  return clean;
}
