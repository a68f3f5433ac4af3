import fc from 'fast-check';
import { expect, it } from 'vitest';
import { approximate } from '../../graphs/trace/amounts.ts';

it('reads amounts of any size as numbers, rounded as one bigint alone would be', () => {
  const amount = fc.bigInt({ min: 0n, max: 2n ** 63n - 1n });
  fc.assert(
    fc.property(fc.array(amount), (amounts) => {
      const expected = Float64Array.from(amounts, Number);
      expect(approximate(BigInt64Array.from(amounts))).toEqual(expected);
      expect(approximate(amounts)).toEqual(expected);
    }),
  );
  expect([...approximate([2n ** 70n])]).toEqual([2 ** 70]);
});
