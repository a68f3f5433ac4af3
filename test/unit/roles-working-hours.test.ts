import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findWorkingHours, shiftOf, WORKING_HOURS } from '../../graphs/roles/working-hours.ts';
import { type CaseStory, nameOf, viewOfStory } from '../fixtures/case-view.ts';

/** The hours of a day, in UTC, at which `a` pays 1 USDT of what a victim paid it: on each of eight days. */
function paying(hours: readonly number[], { days = 8, from = 1 } = {}): CaseStory {
  const rows = ['victim1 a 1000 0'];
  for (let day = 0; day < days; day += 1) for (const hour of hours) rows.push(`a b 1 ${24 * (from + day) + hour}`);
  return { rows, reported: ['a'] };
}

/** In UTC+8 that is 10:00, 12:00, 14:00, 18:00, 20:00 and 23:00. */
const SHIFT = [2, 4, 6, 10, 12, 15];

function found(told: CaseStory, policy = WORKING_HOURS): string[] {
  const view = viewOfStory(told);
  return findWorkingHours(view, policy).map(({ account }) => nameOf(view, account));
}

describe('working hours', () => {
  it('are told where payouts begin in the morning, go on late and rest by night, with the hours', () => {
    const [finding, ...others] = findWorkingHours(viewOfStory(paying(SHIFT)), WORKING_HOURS);
    expect(others).toEqual([]);
    expect(finding).toMatchObject({
      role: 'working-hours',
      reason:
        'Its 48 payouts fell into 48 hours on 8 days, of which 0 were between 18:00 and 00:00 UTC, 8 in the 5 hours before and 8 in the ' +
        '4 after: consistent with shifts in UTC+6:30 to UTC+8, which others keep as well; a hint and no more.',
      figures: { payouts: 48, active: 48, days: 8, inRest: 0, late: 8, early: 8 },
      rowCount: 48,
    });
  });

  it('have their rest where the fewest payouts fall into it', () => {
    // In UTC+6:30 people rest from 19:30 to 01:30 UTC: here they pay at 19:00, and nobody does at 01:00.
    const view = viewOfStory(paying([2, 4, 10, 12, 17, 19]));
    expect(findWorkingHours(view, WORKING_HOURS)[0]?.figures).toMatchObject({ restFrom: 39, restUntil: 3, inRest: 0 });
  });

  it.each<[string, CaseStory]>([
    ['nothing moves', { rows: [], reported: ['a'] }],
    ['a wallet pays round the clock', paying([0, 2, 4, 8, 12, 16, 20])],
    ['it closes with the offices', paying([0, 1, 3, 5, 7, 9])],
    ['it begins at noon and ends at midnight', paying([6, 7, 8, 10, 12, 15])],
    ['it pays seldom', paying(SHIFT, { days: 7 })],
    [
      'it pays in one hour what others pay in many',
      paying(
        SHIFT.flatMap((hour) => [hour, hour + 0.1]),
        { days: 7 },
      ),
    ],
    ['it pays on few days', paying([0, 1, 2, 3, 4, 5, 6, 8, 10, 12, 14, 15], { days: 4 })],
    ['a program pays every day at two hours', paying([2, 15], { days: 30 })],
    ['it lives in New York', paying(SHIFT.map((hour) => (hour + 12) % 24))],
    ['it was not read', { ...paying(SHIFT), unread: ['a'] }],
    ['it is a possible service', { ...paying(SHIFT), possible: ['a'], reported: [] }],
  ])('are none where %s', (_, told) => {
    expect(found(told)).toEqual([]);
  });

  it('are told of the rows of several wallets together', () => {
    const view = viewOfStory({
      rows: [
        ...paying(SHIFT, { days: 4 }).rows,
        'a c 100 99',
        ...paying(SHIFT, { days: 4, from: 6 })
          .rows.slice(1)
          .map((row) => row.replace('a b', 'c b')),
      ],
      reported: ['a'],
    });
    const rows = Array.from({ length: view.table.rows }, (_, row) => row).filter(
      (row) => view.table.value[row] === 1_000_000n,
    );
    expect(shiftOf(view, rows, WORKING_HOURS)).toMatchObject({
      payouts: 48,
      active: 48,
      days: 8,
      restFrom: 36,
      restUntil: 0,
    });
    expect(findWorkingHours(view, WORKING_HOURS)).toEqual([]);
  });

  it('go by the policy, and not at all where it is off', () => {
    expect(found(paying(SHIFT), { ...WORKING_HOURS, leastDays: 9 })).toEqual([]);
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
