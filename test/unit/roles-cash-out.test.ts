import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CASH_OUT, findCashOuts } from '../../graphs/roles/cash-out.ts';
import { type CaseStory, nameOf, viewOfStory } from '../fixtures/case-view.ts';

/**
 * A victim's 1,000 pass a reported wallet to `mule`, who also got 1,000 from a stranger: half of what it holds is followed. It pays 800 to
 * accounts at services in two transfers, and 1,200 on: of 1,000 that is followed, 40 % went to the accounts.
 */
const CASHED = [
  'victim1 a 1000 1',
  'a mule 1000 2',
  'u mule 1000 2',
  'mule x1 500 3',
  'mule x2 300 4',
  'mule b 1200 5',
];

const story = (rows: readonly string[], rest: Partial<CaseStory> = {}): CaseStory => ({
  ...{ rows, reported: ['a'], accounts: ['x1', 'x2'] },
  ...rest,
});

function found(told: CaseStory, policy = CASH_OUT): string[] {
  const view = viewOfStory(told);
  return findCashOuts(view, policy).map(({ account }) => nameOf(view, account));
}

describe('cash-out', () => {
  it('is told of the last wallet before the exit, with the transfers that left', () => {
    const view = viewOfStory(story(CASHED));
    const [finding, ...others] = findCashOuts(view, CASH_OUT);
    expect(others).toEqual([]);
    expect(finding).toMatchObject({
      role: 'cash-out',
      reason:
        'Of the followed money that left it, 40 % went to 2 wallets of services or accounts at them, in 2 transfers.',
      figures: { share: 40, exits: 2, places: 2 },
      rows: [3, 4],
      rowCount: 2,
    });
    expect(nameOf(view, finding?.account ?? -1)).toBe('mule');
  });

  it('is stronger, the more of it left', () => {
    const strength = (rows: readonly string[]) => findCashOuts(viewOfStory(story(rows)), CASH_OUT)[0]?.strength ?? 0;
    expect(strength([...CASHED.slice(0, -1), 'mule x1 1200 5'])).toBeGreaterThan(strength(CASHED));
  });

  it('counts services, possible ones and accounts alike', () => {
    expect(found(story(CASHED, { accounts: [], services: ['x1'], possible: ['x2'] }))).toEqual(['mule']);
  });

  it.each<[string, readonly string[], Partial<CaseStory>]>([
    ['nothing moves', [], {}],
    ['all goes to wallets', CASHED, { accounts: [] }],
    ['all goes back to victims', CASHED.map((row) => row.replace(/x(\d)/, 'victim$1')), {}],
    ['a fortieth leaves', ['victim1 a 1000 1', 'a mule 1000 2', 'mule x1 25 3', 'mule b 975 5'], {}],
    ['little of what it holds is followed', CASHED.map((row) => row.replace('u mule 1000', 'u mule 30000')), {}],
    ['it lives on what it withdraws', CASHED.map((row) => row.replace('u mule', 'x3 mule')), { possible: ['x3'] }],
    ['it was not read', CASHED, { unread: ['mule'] }],
  ])('is none where %s', (_, rows, rest) => {
    expect(found(story(rows, rest))).toEqual([]);
  });

  it('is told of whoever paid the account, and not of the account', () => {
    expect(found(story(CASHED, { accounts: ['x1', 'x2', 'mule'] }))).toEqual(['a']);
  });

  it('goes by the policy, and not at all where it is off', () => {
    expect(found(story(CASHED), { ...CASH_OUT, leastShare: 40 })).toEqual(['mule']);
    expect(found(story(CASHED), { ...CASH_OUT, leastShare: 41 })).toEqual([]);
    expect(found(story(CASHED), { ...CASH_OUT, on: false })).toEqual([]);
  });

  it('is the same for the same rows in any order', () => {
    const expected = findCashOuts(viewOfStory(story(CASHED)), CASH_OUT);
    fc.assert(
      fc.property(fc.shuffledSubarray(CASHED, { minLength: CASHED.length }), (rows) => {
        expect(findCashOuts(viewOfStory(story(rows)), CASH_OUT)).toEqual(expected);
      }),
      { numRuns: 20 },
    );
  });
});
