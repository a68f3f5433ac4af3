import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { displayAmount, formatAmount, parseAmount } from '../../src/money.ts';
import { faultOf } from '../fixtures/fault.ts';

const units = fc.bigInt({ min: 0n, max: 10n ** 40n });
const decimals = fc.nat(18);

describe('an amount', () => {
  test('is read as people write it', () => {
    const cases: [string, bigint][] = [
      ['1250.50', 1_250_500_000n],
      ['1,250.50', 1_250_500_000n],
      ['1,234,567', 1_234_567_000_000n],
      ['0.000001', 1n],
      ['007', 7_000_000n],
      ['0', 0n],
    ];
    for (const [text, value] of cases) expect(parseAmount(text, 6)).toBe(value);
  });

  test('comes back as it was, to the base unit, from both ways of writing it', () => {
    fc.assert(
      fc.property(units, decimals, (value, decimals) => {
        expect(parseAmount(formatAmount(value, decimals), decimals)).toBe(value);
        expect(parseAmount(displayAmount(value, decimals), decimals)).toBe(value);
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  test('has all its decimals, so that equal amounts are equal text', () => {
    fc.assert(
      fc.property(units, fc.integer({ min: 1, max: 18 }), (value, decimals) => {
        expect(formatAmount(value, decimals)).toMatch(new RegExp(`^(0|[1-9]\\d*)\\.\\d{${decimals}}$`));
        expect(formatAmount(-value - 1n, decimals)).toBe(`-${formatAmount(value + 1n, decimals)}`);
      }),
      { seed: 1 },
    );
    expect(formatAmount(12n, 0)).toBe('12');
  });

  test('is shown to people with separators of thousands and two decimals at least', () => {
    expect(displayAmount(66_554_716_729_485n, 6)).toBe('66,554,716.729485');
    expect(displayAmount(1_000_000n, 6)).toBe('1.00');
    expect(displayAmount(1_200_000_000n, 6)).toBe('1,200.00');
    expect(displayAmount(-1_234_500_000n, 6)).toBe('-1,234.50');
    expect(displayAmount(-123_000_000n, 6)).toBe('-123.00');
    expect(displayAmount(1234n, 0)).toBe('1,234');
  });
});

describe('what is no amount', () => {
  test('seven decimals', () => {
    expect(faultOf(() => parseAmount('1.0000001', 6))).toMatchInlineSnapshot(`
      "AMOUNT_INVALID
      "1.0000001" has 7 decimals; the asset has 6.
      The smallest part of it is 0.000001.
      Check the figure against the payment; Downstream never rounds one."
    `);
  });

  test('words and signs', () => {
    expect(faultOf(() => parseAmount('about 500 USDT', 6))).toMatchInlineSnapshot(`
      "AMOUNT_INVALID
      "about 500 USDT" is not an amount.
      An amount is a positive decimal such as 1250.50 or 1,250.50.
      Write it with digits, a point before the decimals, and no sign or currency."
    `);
  });

  test('more than any token has', () => {
    expect(faultOf(() => parseAmount('9'.repeat(73), 6))).toMatchInlineSnapshot(`
      "AMOUNT_INVALID
      "9999999999999999999999999999999999999999999999999999999999999999999999999" is more than any token has.
      An amount is a positive decimal such as 1250.50 or 1,250.50.
      Check the figure against the payment."
    `);
    expect(parseAmount('9'.repeat(72), 6)).toBe(10n ** 78n - 10n ** 6n);
  });

  test.each([
    '',
    ' ',
    '-1',
    '+1',
    '1e3',
    '0x10',
    '1.',
    '.5',
    '1 250',
    ' 1',
    '1,25',
    '1,2500',
    ',100',
    '1.250,50',
    '1.2.3',
    "1'250",
    '$5',
    'NaN',
    'Infinity',
    '１２',
    '1\u00a0250',
  ])('%j', (text) => {
    expect(() => parseAmount(text, 6)).toThrow(expect.objectContaining({ code: 'AMOUNT_INVALID' }));
  });

  test('no text makes anything but an amount or this error', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[\d.,e+-]{1,12}$/)), decimals, (text, decimals) => {
        try {
          expect(parseAmount(text, decimals)).toBeGreaterThanOrEqual(0n);
        } catch (error) {
          expect(error).toMatchObject({ name: 'UserError', code: 'AMOUNT_INVALID' });
        }
      }),
      { seed: 1, numRuns: 1_000 },
    );
  });
});
