import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Random } from '../../src/simulate/random.ts';

describe('seeded randomness', () => {
  test('the same seed gives the same draws, on any machine', () => {
    const random = new Random('downstream');
    expect([random.integer(0, 999_999), random.integer(0, 999_999), random.bigint(0n, 10n ** 24n)]).toEqual([
      659_638,
      735_199,
      854_195_043_004_914_052_933_183n,
    ]);
    expect(new Random('downstream').amount(100_000_000n, 1)).toBe(41_342_600n);
  });

  test('a fork neither shifts its parent nor repeats it', () => {
    const [parent, other] = [new Random('a'), new Random('a')];
    parent.fork('child').fraction();
    expect(parent.fraction()).toBe(other.fraction());
    expect(parent.fork('child').fraction()).not.toBe(parent.fork('sibling').fraction());
  });

  test('integers of any size stay within their bounds and reach both', () => {
    fc.assert(
      fc.property(fc.bigInt(), fc.bigInt({ min: 0n, max: 2n ** 200n }), fc.string(), (low, span, seed) => {
        const drawn = new Random(seed).bigint(low, low + span);
        return drawn >= low && drawn <= low + span;
      }),
    );
    const random = new Random('dice');
    const faces = new Set(Array.from({ length: 200 }, () => random.bigint(1n, 6n)));
    expect([...faces].sort()).toEqual([1n, 2n, 3n, 4n, 5n, 6n]);
  });

  test('a shuffle keeps every item', () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), fc.string(), (items, seed) => {
        const before = [...items];
        const shuffled = new Random(seed).shuffle(items);
        expect(items).toEqual(before);
        expect([...shuffled].sort()).toEqual([...items].sort());
      }),
    );
  });

  test('a sample has as many as are asked for, none twice, and all where there are fewer', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer()), fc.nat(20), fc.string(), (items, count, seed) => {
        const drawn = new Random(seed).sample(items, count);
        expect(drawn).toHaveLength(Math.min(count, items.length));
        expect(new Set(drawn).size).toBe(drawn.length);
        expect(drawn.every((item) => items.includes(item))).toBe(true);
      }),
    );
  });

  test('log-normal amounts have the median they are asked for, and a long tail', () => {
    const random = new Random('amounts');
    const drawn = Array.from({ length: 4_001 }, () => random.amount(200_000_000n, 1)).sort((a, b) => (a < b ? -1 : 1));
    const at = (share: number): number => Number(drawn[Math.floor(share * 4_000)]);
    expect(at(0.5)).toBeGreaterThan(190_000_000);
    expect(at(0.5)).toBeLessThan(210_000_000);
    // One deviation up is a factor of e.
    expect(at(0.841) / at(0.5)).toBeGreaterThan(2.5);
    expect(at(0.841) / at(0.5)).toBeLessThan(2.95);
  });
});
