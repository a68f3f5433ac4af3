import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Candidate, chooseWave, type WavePolicy } from '../../src/crawl/frontier.ts';

const wallets = (count: number): Candidate[] => Array.from({ length: count }, (_, n) => ({ walletId: n + 1 }));
const states = (candidates: readonly Candidate[], hop: number, taken: number, policy: WavePolicy) =>
  chooseWave(candidates, hop, taken, policy).map(({ state, reason }) =>
    reason === null ? state : `${state}: ${reason}`,
  );

describe('a wave', () => {
  test('has everybody where nothing limits it', () => {
    expect(states(wallets(2), 2, 1_000, { maxHops: 2, maxWallets: null })).toEqual(['pending', 'pending']);
  });

  test('has nobody beyond the last hop, and says why', () => {
    expect(states(wallets(2), 1, 0, { maxHops: 0, maxWallets: 10 })).toEqual([
      'stopped: beyond --max-hops 0',
      'stopped: beyond --max-hops 0',
    ]);
  });

  test('has those with the best claim where only some may be crawled, and says why of the others', () => {
    expect(states(wallets(3), 1, 3, { maxHops: 1, maxWallets: 5 })).toEqual([
      'pending',
      'pending',
      'stopped: over --max-wallets 5',
    ]);
  });

  test('has nobody where earlier waves have taken all places, or more', () => {
    for (const taken of [5, 6]) {
      expect(states(wallets(1), 1, taken, { maxHops: 1, maxWallets: 5 })).toEqual(['stopped: over --max-wallets 5']);
    }
  });

  test('may be empty', () => {
    expect(states([], 1, 0, { maxHops: 0, maxWallets: 0 })).toEqual([]);
  });

  test('decides on each candidate once, in order, and never takes more than there is room for', () => {
    const policy = fc.record({ maxHops: fc.nat(4), maxWallets: fc.option(fc.nat(30)) });
    fc.assert(
      fc.property(fc.nat(20), fc.nat(5), fc.nat(30), policy, (count, hop, taken, policy) => {
        const candidates = wallets(count);
        const choice = chooseWave(candidates, hop, taken, policy);
        expect(choice.map(({ wallet }) => wallet)).toEqual(candidates);
        const pending = choice.filter(({ state }) => state === 'pending').length;
        const room = Math.max(0, (policy.maxWallets ?? Number.POSITIVE_INFINITY) - taken);
        expect(pending).toBe(hop > policy.maxHops ? 0 : Math.min(count, room));
        expect(choice.slice(0, pending).every(({ state }) => state === 'pending')).toBe(true);
        for (const { state, reason } of choice) expect(reason === null).toBe(state === 'pending');
      }),
      { seed: 1, numRuns: 500 },
    );
  });
});
