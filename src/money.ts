/**
 * Money is `bigint` in base units inside, a decimal string at every edge, and never a float.
 *
 * An asset's `decimals` says how many digits of a base-unit amount stand behind the decimal point: USDT has 6, so one
 * USDT is 1,000,000 base units.
 */
import { quoted, UserError } from './errors.ts';

/**
 * Below this, 0.01 USDT in base units, a transfer is dust: it costs its sender many times what it moves, and pays for nothing.
 * Real data have a gap there: among 10,525 transfers of seized wallets 62 are of 0.001 USDT at most, and the next is of 0.01,
 * as people send it to try an address.
 */
export const DUST = 10_000n;

/** Digits of 2^256, the largest number that contracts count to. */
const MAX_DIGITS = 78;

/**
 * Base units as a plain decimal with every digit, such as `1250.500000`.
 *
 * All decimals are written, so that amounts line up in columns and equal amounts are equal text.
 */
export function formatAmount(units: bigint, decimals: number): string {
  const sign = units < 0n ? '-' : '';
  const digits = (units < 0n ? -units : units).toString().padStart(decimals + 1, '0');
  if (decimals === 0) return sign + digits;
  return `${sign}${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}

/** The same amount for people: thousands separated by commas, two decimals at least, further ones where they are not zero. */
export function displayAmount(units: bigint, decimals: number): string {
  const [whole = '0', fraction = ''] = formatAmount(units, decimals).split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ',');
  const shown = fraction.replace(/0+$/, '').padEnd(Math.min(2, decimals), '0');
  return shown === '' ? grouped : `${grouped}.${shown}`;
}

/**
 * A decimal as people write it, to base units: `1250.5`, `1,250.50`.
 *
 * Commas count as separators of thousands only where they stand as such. Signs, exponents, blanks and more decimals than
 * the asset has are refused: rounding a victim's loss is not ours to do.
 *
 * @throws UserError `AMOUNT_INVALID` when the text is no such amount
 */
export function parseAmount(text: string, decimals: number): bigint {
  const match = /^(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d+))?$/.exec(text);
  const whole = match?.[1]?.replaceAll(',', '');
  if (whole === undefined) {
    throw new UserError('AMOUNT_INVALID', `${quoted(text)} is not an amount.`, {
      right: 'An amount is a positive decimal such as 1250.50 or 1,250.50.',
      todo: 'Write it with digits, a point before the decimals, and no sign or currency.',
    });
  }
  if (whole.length + decimals > MAX_DIGITS) {
    throw new UserError('AMOUNT_INVALID', `${quoted(text)} is more than any token has.`, {
      right: 'An amount is a positive decimal such as 1250.50 or 1,250.50.',
      todo: 'Check the figure against the payment.',
    });
  }
  const fraction = match?.[2] ?? '';
  if (fraction.length > decimals) {
    throw new UserError(
      'AMOUNT_INVALID',
      `${quoted(text)} has ${fraction.length} decimals; the asset has ${decimals}.`,
      {
        right: `The smallest part of it is ${formatAmount(1n, decimals)}.`,
        todo: 'Check the figure against the payment; Downstream never rounds one.',
      },
    );
  }
  return BigInt(whole) * 10n ** BigInt(decimals) + BigInt(fraction.padEnd(decimals, '0') || '0');
}

/** Orders amounts, the larger first. */
export function largerFirst(a: bigint, b: bigint): number {
  return a > b ? -1 : Number(a < b);
}

/** The smaller of two amounts. */
export function smaller(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

/** The larger of two amounts. */
export function larger(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
