import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attribute } from '../../graphs/attribution/attribute.ts';
import { ATTRIBUTION_POLICY } from '../../graphs/attribution/policy.ts';
import type { Attribution } from '../../graphs/attribution/types.ts';
import { walletKey } from '../../graphs/wallet-key.ts';
import { asWallet, attributed, exchange, inputOf, type Story } from '../fixtures/attribution.ts';

const RUNS = 20;
const WALLETS = [
  'a',
  'b',
  'c',
  'd',
  'hot',
  'hot-deposit1',
  'hot-deposit2',
  'hot-payer1',
  'TShop1111abcd',
  'TFake9999abcd',
];
const wallet = fc.constantFrom(...WALLETS);
const row = fc
  .tuple(wallet, wallet, fc.constantFrom('0', '0.001', '1', '40', '100'), fc.integer({ min: 0, max: 150 }))
  .map((cells) => cells.join(' '));
const receipt = fc
  .tuple(fc.constantFrom('coin', 'activation', 'energy'), wallet, wallet, fc.integer({ min: 0, max: 20 }))
  .map((cells) => cells.join(' '));
/** Some of an exchange's life, with whatever happens between its wallets and others. */
const stories: fc.Arbitrary<Story> = fc.record({
  rows: fc.uniqueArray(row, { maxLength: 25 }).map((rows) => [...new Set([...exchange('hot'), ...rows])]),
  unread: fc.subarray(WALLETS),
  tags: fc.subarray(['d Kestrel exchange', 'd Meridian exchange', 'c Ferry bridge']),
  possible: fc.subarray(['c', 'd']),
  native: fc.uniqueArray(receipt, { maxLength: 12 }),
  victims: fc.subarray(['a', 'b']),
});

describe('inferences', () => {
  it('are the same for the same rows in any order', () => {
    const mixed = <Item>(list: readonly Item[] = []) => fc.shuffledSubarray([...list], { minLength: list.length });
    const pairs = stories.chain((story) =>
      fc
        .record({
          rows: mixed(story.rows),
          native: mixed(story.native),
          tags: mixed(story.tags),
          possible: mixed(story.possible),
        })
        .map((other) => ({ story, other: { ...story, ...other } })),
    );
    fc.assert(
      fc.property(pairs, ({ story, other }) => {
        const input = inputOf(other);
        const complete = [...input.complete].reverse();
        expect(attribute({ ...input, complete }, ATTRIBUTION_POLICY)).toEqual(attributed(story));
      }),
      { numRuns: RUNS },
    );
  });

  it('conclude nothing on a wallet whose history is not whole', () => {
    fc.assert(
      fc.property(stories, (story) => {
        const unread = new Set((story.unread ?? []).map((name) => walletKey(asWallet(name))));
        const judged = attributed(story).wallets.filter(({ kind }) => kind !== 'look-alike');
        return !judged.some((each) => unread.has(walletKey(each)));
      }),
      { numRuns: RUNS },
    );
  });

  it('do not change for transfers between strangers', () => {
    fc.assert(
      fc.property(stories, fc.integer({ min: 2, max: 90 }), (story, value) => {
        const rows = [...story.rows, `stranger1 stranger2 ${value} 3`, `stranger2 stranger3 ${value} 400`];
        const unread = [...(story.unread ?? []), 'stranger1', 'stranger2', 'stranger3'];
        expect(attributed({ ...story, rows, unread })).toEqual(attributed(story));
      }),
      { numRuns: RUNS },
    );
  });

  it('name a service only where a tag names the sink', () => {
    fc.assert(
      fc.property(stories, (story) => {
        const named = ({ wallets }: Attribution) =>
          wallets.flatMap((each) => (each.kind === 'deposit-address' && each.named !== null ? [each] : []));
        const tagged = new Set((story.tags ?? []).map((tag) => tag.split(' ')[0]));
        expect(named(attributed({ ...story, tags: [] }))).toEqual([]);
        return named(attributed(story)).every(({ sinks }) => sinks.every(({ address }) => tagged.has(address)));
      }),
      { numRuns: RUNS },
    );
  });

  it('are as sure as they can be from 1 to 99', () => {
    fc.assert(
      fc.property(stories, (story) => {
        const { wallets, ties } = attributed(story);
        return [...wallets, ...ties].every(({ confidence }) => confidence >= 1 && confidence <= 99);
      }),
      { numRuns: RUNS },
    );
  });
});
