import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findPeelChains, PEEL_CHAIN } from '../../graphs/roles/peel-chain.ts';
import { type CaseStory, nameOf, viewOfStory } from '../fixtures/case-view.ts';

/**
 * A victim's 1,000 pass a reported wallet and go through four new ones: at p1, p2 and p3 a tenth of what came leaves to an account, and
 * p4 pays its 729 out whole.
 */
const CHAIN = [
  'victim1 a 1000 1',
  'a p1 1000 2',
  'p1 x1 100 3',
  'p1 p2 900 4',
  'p2 x2 90 5',
  'p2 p3 810 6',
  'p3 x1 81 7',
  'p3 p4 729 8',
  'p4 x2 729 9',
];

const story = (rows: readonly string[], rest: Partial<CaseStory> = {}): CaseStory => ({
  ...{ rows, reported: ['a'], accounts: ['x1', 'x2'] },
  ...rest,
});

function found(told: CaseStory, policy = PEEL_CHAIN): string[] {
  const view = viewOfStory(told);
  return findPeelChains(view, policy).map(({ account }) => nameOf(view, account));
}

describe('a peel chain', () => {
  it('is told of each of its wallets, with all of its transfers', () => {
    const view = viewOfStory(story(CHAIN));
    const findings = findPeelChains(view, PEEL_CHAIN);
    expect(findings.map(({ account }) => nameOf(view, account))).toEqual(['p1', 'p2', 'p3', 'p4']);
    expect(findings[1]).toMatchObject({
      role: 'peel-chain',
      reason:
        'Is number 2 of 4 wallets through which one sum moved in a row, each of them new and filled by one transfer; ' +
        'at 3 of them a small part, 10 % at most, left for elsewhere, and the rest moved on.',
      figures: { place: 2, wallets: 4, peels: 3, mostPeeled: 10 },
      // From what filled p1 on: what p4 did with the rest is no part of the chain.
      rows: [1, 2, 3, 4, 5, 6, 7],
      rowCount: 7,
      native: [],
    });
  });

  it('is stronger, the longer it is', () => {
    const longer = [...CHAIN.slice(0, -1), 'p4 x2 70 9', 'p4 p5 659 10'];
    const strength = (rows: readonly string[]) =>
      findPeelChains(viewOfStory(story(rows)), PEEL_CHAIN)[0]?.strength ?? 0;
    expect(strength(longer)).toBeGreaterThan(strength(CHAIN));
  });

  it.each<[string, readonly string[], Partial<CaseStory>]>([
    ['nothing moves', [], {}],
    ['one wallet keeps what it got', CHAIN.slice(0, 2), {}],
    ['only two wallets peel', CHAIN.filter((row) => row !== 'p3 x1 81 7'), {}],
    ['nothing leaves on the side', CHAIN.filter((row) => !/x1|p2 x2/.test(row)), {}],
    [
      'half of it leaves',
      CHAIN.map((row) => (row === 'p2 x2 90 5' ? 'p2 x2 450 5' : row === 'p2 p3 810 6' ? 'p2 p3 450 6' : row)),
      {},
    ],
    ['a wallet was used before', ['u p3 5 0', ...CHAIN], {}],
    ['a wallet is filled several times', [...CHAIN, 'u p2 500 9'], {}],
    ['a wallet paid before it was filled', [...CHAIN, 'p2 u 5 3.5'], {}],
    ['a wallet was not read', CHAIN, { unread: ['p2'] }],
    ['a wallet is an account at a service', CHAIN, { accounts: ['x1', 'x2', 'p2'] }],
    ['no followed money came', CHAIN.slice(1), { reported: ['b'] }],
    [
      'one wallet pays many the same',
      ['victim1 a 1000 1', ...['p1', 'p2', 'p3', 'p4', 'p5'].map((to) => `a ${to} 200 2`)],
      {},
    ],
  ])('is none where %s', (_, rows, rest) => {
    expect(found(story(rows, rest))).toEqual([]);
  });

  it('goes by the policy, and not at all where it is off', () => {
    expect(found(story(CHAIN), { ...PEEL_CHAIN, leastPeels: 4 })).toEqual([]);
    expect(found(story(CHAIN), { ...PEEL_CHAIN, leastPassed: 91 })).toEqual([]);
    expect(found(story(CHAIN), { ...PEEL_CHAIN, on: false })).toEqual([]);
  });

  it('ends where transfers of one instant run in a circle', () => {
    const circle = ['q1 q2 90 5', 'q2 q3 90 5', 'q3 q1 90 5', 'q1 x1 5 5', 'q2 x1 5 5', 'q3 x1 5 5'];
    expect(found(story([...CHAIN, ...circle]))).toEqual(['p1', 'p2', 'p3', 'p4']);
  });

  it('is the same for the same rows in any order', () => {
    const expected = findPeelChains(viewOfStory(story(CHAIN)), PEEL_CHAIN);
    fc.assert(
      fc.property(fc.shuffledSubarray(CHAIN, { minLength: CHAIN.length }), (rows) => {
        expect(findPeelChains(viewOfStory(story(rows)), PEEL_CHAIN)).toEqual(expected);
      }),
      { numRuns: 20 },
    );
  });
});
