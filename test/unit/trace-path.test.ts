/** The way of the most money, by hand: of lots where they have an order, of sums where they have none, of first reach. */
import { describe, expect, it } from 'vitest';
import { planOf } from '../../graphs/trace/follow.ts';
import { findPath, findReach, type Path } from '../../graphs/trace/path.ts';
import { CONSERVING_RULES, type ConservingRule } from '../../graphs/trace/types.ts';
import { accountsOf, wordInput, wordPlan, wordsOf } from '../fixtures/tracing/word-plan.ts';

interface Asked {
  readonly transfers: readonly string[];
  readonly covered: readonly string[];
  readonly services?: readonly string[];
  readonly sources: readonly number[];
  readonly to: string;
  /** Numbers of the sources asked for, where not all are. */
  readonly of?: readonly number[];
}

function pathBy(rule: ConservingRule | 'poison', { to, of, ...told }: Asked) {
  const plan = wordPlan(told);
  const request = { sources: new Set(of ?? plan.sources.keys()), targets: accountsOf(plan, to) };
  const path = rule === 'poison' ? findReach(plan, request) : findPath(plan, rule, request);
  return path === null ? null : asWords(told.transfers, path);
}

/** `V A 100: 60` is a transfer that carried 60. */
function asWords(transfers: readonly string[], { amount, steps }: Path) {
  const money = (units: bigint | null) => (units === null ? null : Number(units) / 1_000_000);
  return {
    amount: money(amount),
    way: steps.map(({ transfer, traced }) => {
      const words = wordsOf(transfers, transfer);
      return traced === null ? words : `${words}: ${money(traced)}`;
    }),
  };
}

describe('the path', () => {
  it('by FIFO is of the lots that arrived, though each transfer of another way carried more in sum', () => {
    const asked = {
      transfers: ['V A 110', 'A B 50', 'A C 60', 'C D 60', 'B D 50', 'D X 65', 'D S 45'],
      covered: ['A', 'B', 'C', 'D'],
      sources: [0],
      to: 'S',
    };
    // D pays X C's 60 and 5 of B's, so that S gets 45 of B's. By sums, C's way of 60 is wider than B's of 50.
    expect(pathBy('fifo', asked)).toEqual({
      amount: 45,
      way: ['V A 110: 110', 'A B 50: 50', 'B D 50: 50', 'D S 45: 45'],
    });
    expect(pathBy('pro-rata', asked)).toEqual({
      amount: 45,
      way: ['V A 110: 110', 'A C 60: 60', 'C D 60: 60', 'D S 45: 45'],
    });
  });

  it('does not go on from money that was destroyed', () => {
    const told = { transfers: ['V A 10', 'W A 5', 'A B 5'], covered: ['A'], sources: [0, 1] };
    const input = wordInput(told);
    const [first] = input.transfers;
    if (first === undefined) throw new Error('There is no first transfer');
    const { chain, asset, to: wallet, transaction, value, timestamp } = first;
    const burn = { chain, asset, wallet, transaction, value, position: null, kind: 'destroyed' } as const;
    const plan = planOf({ ...input, burns: [{ ...burn, timestamp: timestamp + 1 }] });
    for (const rule of CONSERVING_RULES) {
      const path = findPath(plan, rule, { sources: new Set([0, 1]), targets: accountsOf(plan, 'B') });
      const last = path?.steps.map(({ transfer }) => wordsOf(told.transfers, transfer));
      expect(last, rule).toEqual(['W A 5', 'A B 5']);
    }
  });

  it('by LIFO is of the newest lots', () => {
    const asked = {
      transfers: ['V A 110', 'A B 50', 'A C 60', 'C D 60', 'B D 50', 'D S 45'],
      covered: ['A', 'B', 'C', 'D'],
      sources: [0],
      to: 'S',
    };
    expect(pathBy('lifo', asked)?.way).toEqual(['V A 110: 110', 'A B 50: 50', 'B D 50: 50', 'D S 45: 45']);
    expect(pathBy('fifo', asked)?.way).toEqual(['V A 110: 110', 'A C 60: 60', 'C D 60: 60', 'D S 45: 45']);
  });

  it('of lots adds up what came by the same transfers, and of equal ways is the first', () => {
    // V's two payments are one way each; B's two payouts to S are two ways.
    const asked = {
      transfers: ['V A 10', 'V A 10', 'A B 20', 'B S 12', 'B S 8'],
      covered: ['A', 'B'],
      sources: [0, 1],
      to: 'S',
    };
    expect(pathBy('fifo', asked)).toEqual({ amount: 10, way: ['V A 10: 10', 'A B 20: 20', 'B S 12: 12'] });
    expect(pathBy('fifo', { ...asked, of: [1] })).toEqual({
      amount: 8,
      way: ['V A 10: 10', 'A B 20: 10', 'B S 8: 8'],
    });
  });

  it('by pro rata does not go on from money that had left a wallet before', () => {
    // B's 80 leave A whole before C pays it 30: what A then pays S is C's, however wide B's way was.
    const asked = {
      transfers: ['V B 80', 'V C 30', 'B A 80', 'A X 80', 'C A 30', 'A S 30'],
      covered: ['A', 'B', 'C'],
      sources: [0, 1],
      to: 'S',
    };
    const way = ['V C 30: 30', 'C A 30: 30', 'A S 30: 30'];
    for (const rule of ['pro-rata', 'libr', 'fifo', 'lifo'] as const) {
      expect(pathBy(rule, asked)).toEqual({ amount: 30, way });
    }
    // Poison knows no balances: A was reached by B first.
    expect(pathBy('poison', asked)).toEqual({ amount: null, way: ['V B 80', 'B A 80', 'A S 30'] });
  });

  it('by LIBR is of the sources’ part alone, which others’ money comes before', () => {
    // N's 100 leave first: of B's payout 20 are V's; C's 30 are all V's.
    const asked = {
      transfers: ['N B 100', 'V A 60', 'A B 30', 'A C 30', 'B S 120', 'C S 30'],
      covered: ['A', 'B', 'C'],
      sources: [1],
      to: 'S',
    };
    expect(pathBy('libr', asked)).toEqual({ amount: 30, way: ['V A 60: 60', 'A C 30: 30', 'C S 30: 30'] });
    expect(pathBy('libr', { ...asked, transfers: asked.transfers.slice(0, 5) })).toEqual({
      amount: 20,
      way: ['V A 60: 60', 'A B 30: 30', 'B S 120: 20'],
    });
  });

  it('of a payment on the way begins there where more of it is its own', () => {
    // V2's payment is made by A, which has 40 of V1's.
    const asked = {
      transfers: ['V1 A 40', 'N A 100', 'A B 140', 'B S 140'],
      covered: ['A', 'B'],
      sources: [0, 2],
      to: 'S',
    };
    expect(pathBy('pro-rata', asked)?.way).toEqual(['A B 140: 140', 'B S 140: 140']);
    expect(pathBy('fifo', asked)).toEqual({ amount: 100, way: ['A B 140: 140', 'B S 140: 140'] });
    expect(pathBy('fifo', { ...asked, of: [0] })).toEqual({
      amount: 40,
      way: ['V1 A 40: 40', 'A B 140: 40', 'B S 140: 40'],
    });
    expect(pathBy('pro-rata', { ...asked, of: [0] })?.way).toEqual(['V1 A 40: 40', 'A B 140: 40', 'B S 140: 40']);
  });

  it('is the payment alone where the payee is asked for', () => {
    const asked = { transfers: ['V A 7'], covered: ['A'], sources: [0], to: 'A' };
    for (const rule of ['fifo', 'lifo', 'pro-rata', 'libr'] as const) {
      expect(pathBy(rule, asked)).toEqual({ amount: 7, way: ['V A 7: 7'] });
    }
    expect(pathBy('poison', asked)).toEqual({ amount: null, way: ['V A 7'] });
  });

  it('is none behind a service or an uncovered wallet, before the payment, or to a wallet that nothing names', () => {
    const told = { transfers: ['A Y 5', 'V A 50', 'A S 50', 'S Z 50'], sources: [1] };
    for (const rule of ['fifo', 'pro-rata', 'libr', 'poison'] as const) {
      expect(pathBy(rule, { ...told, covered: ['A', 'S'], services: ['S'], to: 'Z' })).toBeNull();
      expect(pathBy(rule, { ...told, covered: ['A'], to: 'Z' })).toBeNull();
      expect(pathBy(rule, { ...told, covered: ['A', 'S'], to: 'Y' })).toBeNull();
      expect(pathBy(rule, { ...told, covered: ['A', 'S'], to: 'nobody' })).toBeNull();
      expect(pathBy(rule, { ...told, covered: ['A', 'S'], to: 'Z' })?.way).toHaveLength(3);
    }
  });

  it('by poison takes the earliest way, and a later payment does not change it', () => {
    // S was reached by C first; B's way has fewer transfers, and is later.
    const asked = {
      transfers: ['V A 90', 'A C 10', 'C D 10', 'D S 10', 'A S 80', 'V A 5', 'A S 5'],
      covered: ['A', 'C', 'D'],
      sources: [0, 5],
      to: 'S',
    };
    expect(pathBy('poison', asked)).toEqual({ amount: null, way: ['V A 90', 'A C 10', 'C D 10', 'D S 10'] });
    expect(pathBy('poison', { ...asked, of: [1] })).toEqual({ amount: null, way: ['V A 5', 'A S 5'] });
    expect(pathBy('fifo', asked)).toEqual({ amount: 80, way: ['V A 90: 90', 'A S 80: 80'] });
  });

  it('of a circle goes round as the lots did, and not where they have no order', () => {
    const asked = {
      transfers: ['V A 10', 'A B 10', 'B A 10', 'A S 10'],
      covered: ['A', 'B'],
      sources: [0],
      to: 'S',
    };
    const round = ['V A 10: 10', 'A B 10: 10', 'B A 10: 10', 'A S 10: 10'];
    expect(pathBy('fifo', asked)).toEqual({ amount: 10, way: round });
    expect(pathBy('pro-rata', asked)).toEqual({ amount: 10, way: round });
    // Poison keeps the first reach of A.
    expect(pathBy('poison', asked)?.way).toEqual(['V A 10', 'A S 10']);
  });
});
