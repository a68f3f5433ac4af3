import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type MatchPolicy, proposePayments, type Sought } from '../../src/cases/match.ts';
import type { Address, TransactionHash } from '../../src/chains/chain.ts';

interface Payment {
  readonly transaction: TransactionHash;
  readonly from: Address;
  readonly value: bigint;
  readonly timestamp: number;
}

const POLICY: MatchPolicy = { fee: 5n, window: 1_000 };
const NOTHING: Sought = { transaction: null, amount: null, paidAt: null, payer: null };

function payment(transaction: string, value: bigint, timestamp: number, from = 'payer'): Payment {
  return { transaction: transaction as TransactionHash, from: from as Address, value, timestamp };
}

function found(sought: Partial<Sought>, payments: readonly Payment[], policy = POLICY): string[] {
  return proposePayments({ ...NOTHING, ...sought }, payments, policy).map(({ transfer }) => transfer.transaction);
}

describe('payments that fit a report', () => {
  const payments = [
    payment('a', 100n, 10_000),
    payment('b', 95n, 10_500),
    payment('c', 106n, 9_000),
    payment('d', 0n, 10_000),
  ];

  test('by amount, within the fee, both ends included, nearest first', () => {
    expect(found({ amount: 100n }, payments)).toEqual(['a', 'b']);
    expect(found({ amount: 101n }, payments)).toEqual(['a', 'c']);
    expect(found({ amount: 200n }, payments)).toEqual([]);
  });

  test('by time, within the window, both ends included, nearest first', () => {
    expect(found({ paidAt: 10_000 }, payments)).toEqual(['a', 'b', 'c']);
    expect(found({ paidAt: 11_500 }, payments)).toEqual(['b']);
    expect(found({ paidAt: 20_000 }, payments)).toEqual([]);
  });

  test('by both, where both are told', () => {
    expect(found({ amount: 100n, paidAt: 11_400 }, payments)).toEqual(['b']);
  });

  test('by the transaction alone, however far off amount and time are', () => {
    expect(found({ transaction: 'c' as TransactionHash, amount: 1n, paidAt: 0 }, payments)).toEqual(['c']);
    expect(found({ transaction: 'z' as TransactionHash, amount: 100n }, payments)).toEqual([]);
  });

  test('only of the payer, where one is told', () => {
    const others = [...payments, payment('e', 100n, 10_000, 'other')];
    expect(found({ amount: 100n, payer: 'other' }, others)).toEqual(['e']);
  });

  test('never one that moved nothing', () => {
    expect(found({ amount: 1n }, payments)).toEqual([]);
    expect(found({ transaction: 'd' as TransactionHash }, payments)).toEqual([]);
  });

  test('none where the report tells nothing of its payment', () => {
    expect(found({}, payments)).toEqual([]);
    expect(found({ payer: 'payer' }, payments)).toEqual([]);
  });

  test('each with how far it is off, and in which direction', () => {
    const [first] = proposePayments({ ...NOTHING, amount: 97n, paidAt: 10_600 }, payments, POLICY);
    expect(first).toMatchObject({ transfer: { transaction: 'b' }, amountOff: -2n, timeOff: -100 });
    const [only] = proposePayments({ ...NOTHING, paidAt: 10_000 }, payments, POLICY);
    expect(only).toMatchObject({ amountOff: null, timeOff: 0 });
  });
});

describe('whatever the payments', () => {
  const payments = fc.array(
    fc.record({
      transaction: fc.constantFrom('a', 'b', 'c') as fc.Arbitrary<TransactionHash>,
      from: fc.constantFrom('x', 'y') as fc.Arbitrary<Address>,
      value: fc.bigInt({ min: 0n, max: 20n }),
      timestamp: fc.integer({ min: 0, max: 3_000 }),
    }),
    { maxLength: 12 },
  );
  const sought = fc.record({
    transaction: fc.option(fc.constantFrom('a', 'b') as fc.Arbitrary<TransactionHash>),
    amount: fc.option(fc.bigInt({ min: 1n, max: 20n })),
    paidAt: fc.option(fc.integer({ min: 0, max: 3_000 })),
    payer: fc.option(fc.constantFrom('x', 'y')),
  });
  const shuffled = payments.chain((list) =>
    fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length, maxLength: list.length })),
  );

  test('their order does not matter', () => {
    fc.assert(
      fc.property(sought, shuffled, (sought, [payments, mixed]) => {
        expect(proposePayments(sought, mixed, POLICY)).toEqual(proposePayments(sought, payments, POLICY));
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  test('a wider policy proposes all that a narrower one does', () => {
    fc.assert(
      fc.property(sought, payments, (sought, payments) => {
        const wide = found(sought, payments, { fee: POLICY.fee * 2n, window: POLICY.window * 2 });
        for (const transaction of found(sought, payments)) expect(wide).toContain(transaction);
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  test('what is proposed is within fee and window, unless the transaction is named', () => {
    fc.assert(
      fc.property(sought, payments, (sought, payments) => {
        for (const { transfer, amountOff, timeOff } of proposePayments(sought, payments, POLICY)) {
          expect(transfer.value).toBeGreaterThan(0n);
          if (sought.transaction !== null) {
            expect(transfer.transaction).toBe(sought.transaction);
            continue;
          }
          if (amountOff !== null) expect(amountOff >= -POLICY.fee && amountOff <= POLICY.fee).toBe(true);
          if (timeOff !== null) expect(Math.abs(timeOff)).toBeLessThanOrEqual(POLICY.window);
        }
      }),
      { seed: 1, numRuns: 300 },
    );
  });
});
