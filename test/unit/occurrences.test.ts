import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Address, HistoryRow, TransactionHash } from '../../src/chains/chain.ts';
import { groupEqualRows, mergeByMaximum, rowKey } from '../../src/chains/rows.ts';
import { countEqual, numberRows } from '../../src/crawl/occurrences.ts';

function row(transaction: string, value = 1n, to = 'b'): HistoryRow {
  return {
    chain: 'tron',
    asset: 'USDT',
    transaction: transaction as TransactionHash,
    from: 'a' as Address,
    to: to as Address,
    value,
    timestamp: 1,
    block: null,
  };
}

/** Few different rows, so that many are equal. */
const anyRow = fc
  .tuple(fc.constantFrom('t', 'u'), fc.constantFrom(1n, 2n), fc.constantFrom('b', 'c'))
  .map(([transaction, value, to]) => row(transaction, value, to));
const rows = fc.array(anyRow, { maxLength: 12 });
const RUNS = { seed: 1, numRuns: 300 };

/** How often each row is there. */
function counts(list: readonly HistoryRow[]): Record<string, number> {
  const found: Record<string, number> = {};
  for (const each of list) found[rowKey(each)] = (found[rowKey(each)] ?? 0) + 1;
  return found;
}

describe('two replies that overlap', () => {
  test('have of each row as many as the reply that has more of it', () => {
    fc.assert(
      fc.property(rows, rows, (first, second) => {
        const [a, b] = [counts(first), counts(second)];
        const most = Object.fromEntries(
          [...new Set([...Object.keys(a), ...Object.keys(b)])].map((key) => [key, Math.max(a[key] ?? 0, b[key] ?? 0)]),
        );
        expect(counts(mergeByMaximum(first, second))).toEqual(most);
      }),
      RUNS,
    );
  });

  test('are the same in either order, and however they are grouped', () => {
    fc.assert(
      fc.property(rows, rows, rows, (a, b, c) => {
        expect(counts(mergeByMaximum(a, b))).toEqual(counts(mergeByMaximum(b, a)));
        expect(counts(mergeByMaximum(mergeByMaximum(a, b), c))).toEqual(
          counts(mergeByMaximum(a, mergeByMaximum(b, c))),
        );
      }),
      RUNS,
    );
  });

  test('add nothing the second time', () => {
    fc.assert(
      fc.property(rows, rows, (first, second) => {
        const once = mergeByMaximum(first, second);
        expect(counts(mergeByMaximum(once, second))).toEqual(counts(once));
        expect(counts(mergeByMaximum(first, first))).toEqual(counts(first));
        expect(counts(mergeByMaximum(first, []))).toEqual(counts(first));
      }),
      RUNS,
    );
  });
});

describe('equal rows', () => {
  test('are those of one transaction, sender, recipient, asset and amount', () => {
    const all = [row('t'), row('t'), row('t', 2n), row('u'), row('t', 1n, 'c'), row('t')];
    expect(groupEqualRows(all).map((group) => group.length)).toEqual([3, 1, 1, 1]);
  });

  test('become one transfer, and their transaction is named, so that its receipt says how many there were', () => {
    const { transfers, repeats } = numberRows([row('u'), row('t'), row('u'), row('t', 2n)]);
    expect(transfers.map(({ transaction, value, occurrence }) => [transaction, value, occurrence])).toEqual([
      ['u', 1n, 0],
      ['t', 1n, 0],
      ['t', 2n, 0],
    ]);
    expect(repeats.map(({ transaction }) => transaction)).toEqual(['u']);
  });

  test('that have places of their own are one transfer all the same, at the first of them', () => {
    const placed = [7, 3, 5].map((position) => ({ ...row('t'), position }));
    expect(numberRows(placed)).toEqual({
      transfers: [{ ...row('t'), occurrence: 0, position: 3 }],
      repeats: [{ ...row('t'), occurrence: 0, position: 3 }],
    });
    // Of some it is not known which of them are first.
    expect(numberRows([...placed, row('t')]).transfers).toEqual([{ ...row('t'), occurrence: 0 }]);
    expect(numberRows([{ ...row('u'), position: 0 }]).transfers).toEqual([{ ...row('u'), occurrence: 0, position: 0 }]);
  });

  test('in whatever order: the same transfers, the same transactions', () => {
    const shuffled = rows.chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length, maxLength: list.length })),
    );
    fc.assert(
      fc.property(shuffled, ([list, mixed]) => {
        const [one, other] = [numberRows(list), numberRows(mixed)];
        expect(other.repeats).toEqual(one.repeats);
        expect(counts(other.transfers)).toEqual(counts(one.transfers));
        expect(one.transfers).toHaveLength(new Set(list.map(rowKey)).size);
        expect(one.transfers.every(({ occurrence }) => occurrence === 0)).toBe(true);
      }),
      RUNS,
    );
  });
});

test('a receipt counts its equal transfers', () => {
  const [a, b] = ['a' as Address, 'b' as Address];
  const one = { from: a, to: b, value: 1n };
  expect(countEqual([one, { from: b, to: a, value: 1n }, one, { ...one, value: 2n }, one])).toEqual([
    { ...one, count: 3 },
    { from: b, to: a, value: 1n, count: 1 },
    { ...one, value: 2n, count: 1 },
  ]);
  const placed = [9, 2, 4].map((position) => ({ ...one, position }));
  expect(countEqual(placed)).toEqual([{ ...one, count: 3, positions: [2, 4, 9] }]);
  expect(countEqual([...placed, one])).toEqual([{ ...one, count: 4 }]);
  fc.assert(
    fc.property(rows, (list) => {
      const counted = countEqual(list);
      expect(counted.reduce((sum, { count }) => sum + count, 0)).toBe(list.length);
      expect(new Set(counted.map(({ from, to, value }) => `${from} ${to} ${value}`)).size).toBe(counted.length);
    }),
    RUNS,
  );
});
