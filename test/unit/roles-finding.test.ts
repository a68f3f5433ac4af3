import { describe, expect, it } from 'vitest';
import {
  during,
  halfStayed,
  halfWithin,
  makeFinding,
  room,
  roomAbove,
  spell,
  strengthOf,
  usesOf,
} from '../../graphs/roles/finding.ts';
import { roleView } from '../fixtures/role-views.ts';

const MINUTE = 60_000;

function of(rows: readonly string[], name: string) {
  const view = roleView({ rows });
  return { view, account: view.table.accounts.list.findIndex(({ address }) => address === name) };
}

describe('what a payout uses', () => {
  const uses = (rows: readonly string[]) => {
    const { view, account } = of(rows, 'w');
    return usesOf(view, account).map(({ value, wait }) => [Number(value) / 1e6, wait / MINUTE]);
  };

  it('is what came first', () => {
    // 100 and 50 come; 120 takes all of the first and 20 of the second, and 30 takes the rest of it.
    const rows = ['a w 100 0', 'b w 50 10', 'w x 120 20', 'w y 30 60'];
    expect(uses(rows)).toEqual([
      [100, 20],
      [20, 10],
      [30, 50],
    ]);
  });

  it('is nothing where more is paid than came, and what rests is in no use', () => {
    expect(uses(['a w 10 0', 'w x 30 5', 'a w 10 6'])).toEqual([[10, 5]]);
    expect(uses(['w x 30 5', 'a w 10 6', 'w x 4 7'])).toEqual([[4, 1]]);
  });

  it('may be what came in the same instant', () => {
    expect(uses(['w x 10 5', 'z w 10 5'])).toEqual([[10, 0]]);
  });
});

describe('how long money stays', () => {
  it('is told of half of the money and not of half of the transfers', () => {
    const use = (value: bigint, wait: number) => ({ receipt: 0, payout: 0, value, wait });
    const uses = [use(1n, 5), use(1n, 6), use(7n, 40), use(1n, 90)];
    expect([halfWithin(uses), halfStayed(uses)]).toEqual([40, 40]);
    expect([halfWithin([use(5n, 1), use(5n, 9)]), halfStayed([use(5n, 1), use(5n, 9)])]).toEqual([1, 9]);
    expect([halfWithin([]), halfStayed([])]).toEqual([0, 0]);
  });

  it('is told in words that are never better than the figure', () => {
    expect(spell(0)).toBe('0 seconds');
    expect(spell(1_000)).toBe('1 second');
    expect(spell(90_000)).toBe('90 seconds');
    expect(spell(90_001)).toBe('2 minutes');
    expect(spell(119 * MINUTE + 1)).toBe('120 minutes');
    expect(spell(121 * MINUTE)).toBe('3 hours');
    expect(spell(121 * MINUTE, 'down')).toBe('2 hours');
    expect(spell(49 * 60 * MINUTE, 'down')).toBe('2 days');
  });
});

describe('a finding', () => {
  it('names its first twenty rows, each once, and says how many there are', () => {
    const rows = Array.from({ length: 30 }, (_, each) => 29 - each);
    const found = makeFinding({
      ...{ role: 'funnel', account: 0, strength: 1, reason: '', figures: {} },
      rows: [...rows, ...rows],
    });
    expect(found.rows).toEqual(Array.from({ length: 20 }, (_, each) => each));
    expect(found.rowCount).toBe(30);
    expect(found.native).toEqual([]);
  });

  it('is as strong as its figures are far from their thresholds', () => {
    expect(strengthOf(room(90, 90, 100), roomAbove(3, 3))).toBe(1);
    expect(strengthOf(room(100, 90, 100), roomAbove(1e9, 1))).toBe(99);
    expect(strengthOf(room(95, 90, 100))).toBe(50);
    expect(strengthOf(room(4, 8, 0), roomAbove(6, 3))).toBe(50);
    expect(strengthOf(room(100, 100, 100), roomAbove(1, 3))).toBe(50);
  });
});

it('rows of a time are those between its ends, both included', () => {
  const { view, account } = of(['a w 1 0', 'a w 2 1', 'b w 3 1', 'a w 4 2'], 'w');
  const times = (from: number, to: number) => {
    const base = view.table.timestamp[0] ?? 0;
    return during(view, view.receipts(account), base + from * MINUTE, base + to * MINUTE).length;
  };
  expect([times(0, 2), times(1, 1), times(0, 0.5), times(3, 4), times(2, 1)]).toEqual([4, 2, 1, 0, 0]);
});
