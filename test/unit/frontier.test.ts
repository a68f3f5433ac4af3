import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Address } from '../../src/chains/chain.ts';
import {
  type Candidate,
  type Choice,
  chooseWave,
  type FrontierPolicy,
  leastAmount,
  pagesOf,
} from '../../src/crawl/frontier.ts';

const ALL: FrontierPolicy = { maxHops: 6, maxWallets: null, maxRequests: null, minShare: '0.1' };
const NONE = { wallets: 0, pages: 0 };

function wallet(name: string, amount: number, rest: Partial<Candidate> = {}): Candidate {
  return {
    ...{ walletId: Number.parseInt(name, 36), chain: 'tron', address: name as Address, hop: 1, amount: BigInt(amount) },
    ...{ rule: 'fifo', decision: null, planned: 0, ...rest },
  };
}

/** What is decided, as people would say it: `a` is read, `a 4` up to four pages, `a: below-share` not. */
const said = (choices: readonly Choice[]) =>
  choices.map((choice) => {
    const { address } = choice.candidate;
    if (!choice.take) return `${address}: ${choice.kind}`;
    return choice.pages === null ? address : `${address} ${choice.pages}`;
  });

describe('the next wave', () => {
  test('has the wallets that enough money reached, most first, then by address', () => {
    const candidates = [wallet('c', 1_000), wallet('a', 999), wallet('d', 5_000), wallet('b', 1_000)];
    expect(said(chooseWave(candidates, 1_000_000n, NONE, ALL))).toEqual(['d', 'b', 'c', 'a: below-share']);
  });

  test('has nobody beyond the last hop', () => {
    const candidates = [wallet('a', 100, { hop: 2 }), wallet('b', 100, { hop: 3 })];
    expect(said(chooseWave(candidates, 100n, NONE, { ...ALL, maxHops: 2 }))).toEqual(['a', 'b: max-hops']);
  });

  test('has those with most money where only some may be read', () => {
    const candidates = [wallet('a', 10), wallet('b', 30), wallet('c', 20)];
    const policy = { ...ALL, maxWallets: 5 };
    expect(said(chooseWave(candidates, 100n, { wallets: 3, pages: 9 }, policy))).toEqual(['b', 'c', 'a: max-wallets']);
  });

  test('plans a page for each, and as many again for those that were begun', () => {
    const candidates = [wallet('a', 10), wallet('b', 30, { planned: 4 }), wallet('c', 20, { planned: 1 })];
    const left = (pages: number) =>
      said(chooseWave(candidates, 100n, { wallets: 9, pages: 100 - pages }, { ...ALL, maxRequests: 100 }));
    expect(left(10)).toEqual(['b 8', 'c 2', 'a 1']);
    expect(left(5)).toEqual(['b 8', 'c 2', 'a: max-requests']);
    expect(left(3)).toEqual(['b 7', 'c: max-requests', 'a: max-requests']);
  });

  test('waits with wallets that far less money reached, where what is read is limited', () => {
    const candidates = [wallet('a', 25), wallet('b', 100), wallet('c', 24), wallet('d', 3, { decision: 'expand' })];
    const policy = { ...ALL, maxRequests: 100 };
    expect(said(chooseWave(candidates, 100n, NONE, policy))).toEqual(['b 1', 'a 1', 'd 1']);
    expect(said(chooseWave(candidates, 100n, NONE, ALL))).toEqual(['b', 'a', 'c', 'd']);
  });

  test('goes on with a wallet that was begun also where no more wallets may be', () => {
    const policy = { ...ALL, maxWallets: 1, maxRequests: 10 };
    const candidates = [wallet('a', 10, { planned: 1 }), wallet('b', 10)];
    expect(said(chooseWave(candidates, 100n, { wallets: 1, pages: 1 }, policy))).toEqual(['a 2', 'b: max-wallets']);
  });

  test('obeys a person, who may want to see a wallet that little money reached, or none of one that much did', () => {
    const candidates = [wallet('a', 1, { hop: 9, decision: 'expand' }), wallet('b', 900_000, { decision: 'stop' })];
    expect(said(chooseWave(candidates, 1_000_000n, NONE, ALL))).toEqual(['b: person', 'a']);
  });

  test('takes everybody whom a unit reached where the share is nothing', () => {
    expect(said(chooseWave([wallet('a', 1)], 10n ** 20n, NONE, { ...ALL, minShare: '0' }))).toEqual(['a']);
  });

  test('does not depend on the order of the candidates, and never plans more than is left', () => {
    const candidate = fc.record({
      name: fc.nat(30).map((n) => n.toString(36)),
      amount: fc.nat(40),
      hop: fc.integer({ min: 1, max: 4 }),
      planned: fc.nat(3),
      decision: fc.constantFrom(null, null, 'expand' as const, 'stop' as const),
    });
    const policy = fc.record({
      maxHops: fc.nat(4),
      maxWallets: fc.option(fc.nat(20)),
      maxRequests: fc.option(fc.nat(30)),
      minShare: fc.constantFrom('0', '0.1', '5', '10.5', '100'),
    });
    const list = fc.uniqueArray(candidate, { selector: ({ name }) => name, maxLength: 25 });
    fc.assert(
      fc.property(list, list, policy, fc.nat(20), fc.nat(30), (named, shuffle, policy, wallets, pages) => {
        const candidates = named.map(({ name, amount, ...rest }) => wallet(name, amount + 1, rest));
        const order = new Map(shuffle.map(({ name }, index) => [name, index]));
        const other = [...candidates].sort((a, b) => (order.get(a.address) ?? 99) - (order.get(b.address) ?? 99));
        const used = { wallets, pages };
        const choices = chooseWave(candidates, 200n, used, policy);
        expect(said(chooseWave(other, 200n, used, policy))).toEqual(said(choices));
        const isLimited = policy.maxWallets !== null || policy.maxRequests !== null;
        if (!isLimited || choices.every(({ take }) => !take)) expect(choices).toHaveLength(candidates.length);
        const taken = choices.flatMap((choice) => (choice.take ? [choice] : []));
        const fresh = taken.filter(({ candidate: { planned } }) => planned === 0).length;
        if (policy.maxWallets !== null) expect(fresh).toBeLessThanOrEqual(Math.max(0, policy.maxWallets - wallets));
        if (policy.maxRequests !== null) {
          const planned = taken.reduce((sum, { candidate, pages }) => sum + (pages ?? 0) - candidate.planned, 0);
          expect(planned).toBeLessThanOrEqual(Math.max(0, policy.maxRequests - pages));
        }
        for (const { candidate } of taken) {
          expect(candidate.decision).not.toBe('stop');
          if (candidate.decision === 'expand') continue;
          expect(candidate.hop).toBeLessThanOrEqual(policy.maxHops);
          expect(candidate.amount >= leastAmount(200n, policy.minShare)).toBe(true);
        }
      }),
      { seed: 1, numRuns: 500 },
    );
  });
});

test('a share is rounded up, and never below a unit', () => {
  expect(leastAmount(1_000_000n, '0.1')).toBe(1_000n);
  expect(leastAmount(1_000_001n, '0.1')).toBe(1_001n);
  expect(leastAmount(999n, '0.1')).toBe(1n);
  expect(leastAmount(10n ** 30n, '0.000001')).toBe(10n ** 22n);
  expect(leastAmount(1_000n, '0')).toBe(1n);
  expect(leastAmount(7n, '100')).toBe(7n);
});

test('a history whose last page is full takes one more, which is empty', () => {
  expect([0, 199, 200, 201, 400].map((rows) => pagesOf(rows, 200))).toEqual([1, 1, 2, 2, 3]);
});
