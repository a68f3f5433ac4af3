import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findWorkingHours, shiftOf, WORKING_HOURS } from '../../graphs/roles/working-hours.ts';
import { type CaseStory, nameOf, viewOfStory } from '../fixtures/case-view.ts';

/** The hours of a day, in UTC, at which `a` pays 1 USDT of what a victim paid it: on each of six days. */
function paying(hours: readonly number[], { days = 6, from = 1 } = {}): CaseStory {
  const rows = ['victim1 a 1000 0'];
  for (let day = 0; day < days; day += 1) for (const hour of hours) rows.push(`a b 1 ${24 * (from + day) + hour}`);
  return { rows, reported: ['a'] };
}

/** In UTC+8 that is 10:00, 14:00, 20:00 and 23:00. */
const SHIFT = [2, 6, 12, 15];

function found(told: CaseStory, policy = WORKING_HOURS): string[] {
  const view = viewOfStory(told);
  return findWorkingHours(view, policy).map(({ account }) => nameOf(view, account));
}

describe('working hours', () => {
  it('are told where payouts rest by night and go on late, with the hours', () => {
    const [finding, ...others] = findWorkingHours(viewOfStory(paying(SHIFT)), WORKING_HOURS);
    expect(others).toEqual([]);
    expect(finding).toMatchObject({
      role: 'working-hours',
      reason:
        'Of its 24 payouts on 6 days 0 fell between 18:00 and 00:00 UTC and 6 in the 4 hours before: ' +
        'consistent with shifts in UTC+6:30 to UTC+8, a hint and no more.',
      figures: { payouts: 24, days: 6, inRest: 0, late: 6 },
      rowCount: 24,
    });
  });

  it('have their rest where the fewest payouts fall into it', () => {
    // In UTC+6:30 people rest from 19:30 to 01:30 UTC: here they pay at 19:00, and nobody does at 01:00.
    const view = viewOfStory(paying([4, 12, 17, 19]));
    expect(findWorkingHours(view, WORKING_HOURS)[0]?.figures).toMatchObject({ restFrom: 39, restUntil: 3, inRest: 0 });
  });

  it.each<[string, CaseStory]>([
    ['nothing moves', { rows: [], reported: ['a'] }],
    ['a wallet pays round the clock', paying([0, 4, 8, 12, 16, 20])],
    ['it closes with the offices', paying([1, 3, 5, 9])],
    ['it pays seldom', paying(SHIFT, { days: 4 })],
    ['it pays on few days', paying([...SHIFT, ...SHIFT.map((hour) => hour + 0.5), 3, 4], { days: 4 })],
    ['a program pays every day at one hour', paying([15, 15.1, 15.2, 15.3])],
    ['it lives in New York', paying(SHIFT.map((hour) => (hour + 12) % 24))],
    ['it was not read', { ...paying(SHIFT), unread: ['a'] }],
    ['it is a possible service', { ...paying(SHIFT), possible: ['a'], reported: [] }],
  ])('are none where %s', (_, told) => {
    expect(found(told)).toEqual([]);
  });

  it('are told of the rows of several wallets together', () => {
    const view = viewOfStory({
      rows: [
        ...paying(SHIFT, { days: 3 }).rows,
        'a c 100 99',
        ...paying(SHIFT, { days: 3, from: 5 })
          .rows.slice(1)
          .map((row) => row.replace('a b', 'c b')),
      ],
      reported: ['a'],
    });
    const rows = Array.from({ length: view.table.rows }, (_, row) => row).filter(
      (row) => view.table.value[row] === 1_000_000n,
    );
    expect(shiftOf(view, rows, WORKING_HOURS)).toMatchObject({ payouts: 24, days: 6, restFrom: 36, restUntil: 0 });
    expect(findWorkingHours(view, WORKING_HOURS)).toEqual([]);
  });

  it('go by the policy, and not at all where it is off', () => {
    expect(found(paying(SHIFT), { ...WORKING_HOURS, leastDays: 7 })).toEqual([]);
    expect(found(paying(SHIFT), { ...WORKING_HOURS, on: false })).toEqual([]);
  });

  it('are the same for the same rows in any order', () => {
    const told = paying(SHIFT);
    const expected = findWorkingHours(viewOfStory(told), WORKING_HOURS);
    fc.assert(
      fc.property(fc.shuffledSubarray([...told.rows], { minLength: told.rows.length }), (rows) => {
        expect(findWorkingHours(viewOfStory({ ...told, rows }), WORKING_HOURS)).toEqual(expected);
      }),
      { numRuns: 20 },
    );
  });
});
