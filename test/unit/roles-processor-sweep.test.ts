import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findProcessorSweeps, PROCESSOR_SWEEP, type ProcessorSweepPolicy } from '../../graphs/roles/processor-sweep.ts';
import { type CaseStory, nameOf, viewOfStory } from '../fixtures/case-view.ts';

/** Figures that an example worked by hand can reach. */
const SMALL: ProcessorSweepPolicy = {
  ...PROCESSOR_SWEEP,
  read: { addresses: 2, payers: 6, payersPerPayee: 2.5, payoutsPerPayee: 3 },
  unread: { addresses: 4, together: 50 },
};

/**
 * Six customers pay an address each, all six are swept into `hot`, and `hot` pays the two shops on three days, both at noon. One of
 * the customers holds a victim's money.
 */
const SWEPT = [
  'victim1 a 1000 1',
  'a d1 1000 2',
  ...['2', '3', '4', '5', '6'].map((each) => `u${each} d${each} 100 2`),
  ...['1', '2', '3', '4', '5', '6'].map((each) => `d${each} hot ${each === '1' ? 1000 : 100} 3`),
  ...[12, 36, 60].flatMap((noon) => [`hot shop1 200 ${noon}`, `hot shop2 100 ${noon}`]),
];
const ADDRESSES = ['d1', 'd2', 'd3', 'd4', 'd5', 'd6'];

const story = (rows: readonly string[], rest: Partial<CaseStory> = {}): CaseStory => ({
  ...{ rows, reported: ['a'], accounts: ADDRESSES, possible: ['hot'] },
  ...rest,
});

function found(told: CaseStory, policy = SMALL): string[] {
  const view = viewOfStory(told);
  return findProcessorSweeps(view, policy)
    .map(({ account }) => nameOf(view, account))
    .sort();
}

describe('a processor sweep', () => {
  it('is told of the hot wallet and of the addresses, services though they are', () => {
    const view = viewOfStory(story(SWEPT));
    const findings = findProcessorSweeps(view, SMALL);
    expect(findings.map(({ account }) => nameOf(view, account)).sort()).toEqual([...ADDRESSES, 'hot']);
    const of = (name: string) => findings.find(({ account }) => nameOf(view, account) === name);
    expect(of('hot')).toMatchObject({
      role: 'processor-sweep',
      reason:
        'Was filled by 6 wallets, of which 6 of 6 that were read forward nearly all to it, and made 6 payouts to 2 wallets: ' +
        'consistent with a payment processor.',
      figures: { payers: 6, payees: 2, payouts: 6, addresses: 6, read: 6 },
      rowCount: 12,
    });
    expect(of('d1')).toMatchObject({
      reason:
        'Forwarded nearly all it received, in 1 transfer, to a wallet that 6 wallets fill and that pays 2 wallets: ' +
        "consistent with a customer's address at a payment processor.",
      figures: { sweeps: 1, payers: 6 },
      rowCount: 2,
    });
  });

  it('is seen without its own history where payouts leave together', () => {
    expect(found(story(SWEPT, { unread: ['hot', 'u2'] }))).toEqual([...ADDRESSES, 'hot']);
    const apart = SWEPT.map((row) => row.replace(/shop2 100 (\d+)/, 'shop2 100 $1.5'));
    expect(found(story(apart, { unread: ['hot', 'u2'] }))).toEqual([]);
  });

  it.each<[string, readonly string[], Partial<CaseStory>]>([
    ['nothing moves', [], {}],
    ['few wallets fill it', SWEPT.filter((row) => !row.includes('d6')), {}],
    ['it pays as many as an exchange', [...SWEPT, ...[1, 2, 3].map((each) => `hot v${each} 10 70`)], {}],
    ['it pays each once', SWEPT.filter((row) => !/ (36|60)$/.test(row)), {}],
    ['it pays nobody', SWEPT.filter((row) => !row.startsWith('hot')), {}],
    ['those who fill it keep most', SWEPT.map((row) => row.replace(/(d\d hot) \d+/, '$1 50')), {}],
    ['it is a victim', SWEPT.map((row) => row.replaceAll('hot', 'victim2')), { possible: [] }],
  ])('is none where %s', (_, rows, rest) => {
    expect(found(story(rows, rest))).toEqual([]);
  });

  it('goes by the policy, and not at all where it is off', () => {
    expect(found(story(SWEPT), PROCESSOR_SWEEP)).toEqual([]);
    expect(found(story(SWEPT), { ...SMALL, on: false })).toEqual([]);
  });

  it('is the same for the same rows in any order', () => {
    const expected = findProcessorSweeps(viewOfStory(story(SWEPT)), SMALL);
    fc.assert(
      fc.property(fc.shuffledSubarray(SWEPT, { minLength: SWEPT.length }), (rows) => {
        expect(findProcessorSweeps(viewOfStory(story(rows)), SMALL)).toEqual(expected);
      }),
      { numRuns: 20 },
    );
  });
});
