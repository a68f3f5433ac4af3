import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findInducements, INDUCEMENT } from '../../graphs/roles/inducement.ts';
import { type CaseStory, nameOf, viewOfStory } from '../fixtures/case-view.ts';

/**
 * Two victims pay 100, are paid back 120 by `ops` two days later, and then pay 2,000 and 500: what was paid back is 6 % and 24 % of it. The
 * wallet `ops` lives on what the pool gives it.
 */
const LURED = [
  'victim1 a 100 1',
  'victim2 a 100 2',
  'a pool 200 3',
  'u pool 400 3',
  'pool ops 300 4',
  'ops victim1 120 49',
  'ops victim2 120 50',
  'victim1 a 2000 80',
  'victim2 a 500 90',
];

const story = (rows: readonly string[], rest: Partial<CaseStory> = {}): CaseStory => ({
  rows,
  reported: ['a'],
  ...rest,
});

function found(told: CaseStory, policy = INDUCEMENT): string[] {
  const view = viewOfStory(told);
  return findInducements(view, policy).map(({ account }) => nameOf(view, account));
}

describe('inducement', () => {
  it('is told of the wallet that pays back, with what was paid before and after', () => {
    const view = viewOfStory(story(LURED));
    const [finding, ...others] = findInducements(view, INDUCEMENT);
    expect(others).toEqual([]);
    expect(finding).toMatchObject({
      role: 'inducement',
      reason:
        'Paid small sums to 2 wallets of people who reported or who paid what was reported; ' +
        '2 of them are seen to have paid reported wallets before, and more afterwards.',
      figures: { victims: 2, seenToPayMore: 2 },
      rows: [0, 1, 5, 6, 7, 8],
      rowCount: 6,
    });
    expect(nameOf(view, finding?.account ?? -1)).toBe('ops');
  });

  it('counts a victim who was not seen to pay, where it is small beside the usual payment', () => {
    // The middle payment of the case, the lower of two, is one of 100.
    const backAtExchange = (sum: number) =>
      story(LURED.map((row) => (row === 'ops victim2 120 50' ? `ops victim3 ${sum} 50` : row)));
    expect(findInducements(viewOfStory(backAtExchange(33)), INDUCEMENT)[0]?.figures).toEqual({
      victims: 2,
      seenToPayMore: 1,
    });
    expect(found(backAtExchange(34))).toEqual([]);
  });

  it.each<[string, readonly string[], Partial<CaseStory>]>([
    ['nothing moves', [], {}],
    ['one victim alone is paid back', LURED.filter((row) => row !== 'ops victim2 120 50'), {}],
    ['victims pay no more', LURED.filter((row) => !/ (80|90)$/.test(row)), {}],
    ['what is paid back is no small part', LURED.map((row) => row.replace('victim2 a 500', 'victim2 a 300')), {}],
    ['they are paid again and again', [...LURED, 'ops victim1 1 51', 'ops victim1 1 52'], {}],
    ['strangers are paid', LURED.map((row) => row.replace(/ops victim(\d)/, 'ops u$1')), {}],
    ['it is a service', LURED, { possible: ['ops'] }],
    ['it was not read', LURED, { unread: ['ops'] }],
  ])('is none where %s', (_, rows, rest) => {
    expect(found(story(rows, rest))).toEqual([]);
  });

  it('goes by the policy, and not at all where it is off', () => {
    expect(found(story(LURED), { ...INDUCEMENT, leastVictims: 3 })).toEqual([]);
    expect(found(story(LURED), { ...INDUCEMENT, on: false })).toEqual([]);
  });

  it('is the same for the same rows in any order', () => {
    const expected = findInducements(viewOfStory(story(LURED)), INDUCEMENT);
    fc.assert(
      fc.property(fc.shuffledSubarray(LURED, { minLength: LURED.length }), (rows) => {
        expect(findInducements(viewOfStory(story(rows)), INDUCEMENT)).toEqual(expected);
      }),
      { numRuns: 20 },
    );
  });
});
