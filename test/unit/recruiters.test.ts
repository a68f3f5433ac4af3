import { describe, expect, test } from 'vitest';
import { planOf } from '../../graphs/trace/follow.ts';
import type { Address, TransactionHash } from '../../src/chains/chain.ts';
import { reachedByOwnAlone, recruitersOf } from '../../workers/trace-recruiters.ts';

const payment = (from: string, ...reports: number[]) => ({ chain: 'tron' as const, from: from as Address, reports });
const walletOf = (name: string) => ({ chain: 'tron' as const, address: name as Address });
const transferOf = (at: number, from: string, to: string, value: bigint) => ({
  ...{ chain: 'tron' as const, asset: 'USDT', from: from as Address, to: to as Address, value, occurrence: 0 },
  ...{ timestamp: at * 1_000, block: at, position: 0, transaction: String(at).padStart(64, '0') as TransactionHash },
});
const REPORTS = [
  { number: 1, payment: 'recruitment' },
  { number: 2, payment: 'ransom' },
  { number: 3, payment: null },
] as const;
const named = (...payments: ReturnType<typeof payment>[]) =>
  recruitersOf(payments, REPORTS).map(({ address }) => `${address}`);

describe('who paid for recruitment', () => {
  test('is whoever paid for nothing else, as all reports tell it', () => {
    expect(named(payment('A', 1), payment('A', 1), payment('B', 2), payment('C', 3))).toEqual(['A']);
  });

  test('is no one who also paid a ransom, or of whose payment another report tells otherwise', () => {
    expect(named(payment('A', 1), payment('A', 2))).toEqual([]);
    expect(named(payment('A', 1, 3))).toEqual([]);
  });
});

describe('whom no money reached but their own', () => {
  const plan = (transfers: ReturnType<typeof transferOf>[], sources: ReturnType<typeof transferOf>[]) =>
    planOf({
      ...{ transfers, burns: [], covered: ['A', 'B', 'R'].map(walletOf), stops: [], openings: [], unverified: [] },
      sources: sources.map((source) => ({ ...source, kind: 'payment' as const })),
    });
  const alone = (transfers: ReturnType<typeof transferOf>[], ...sources: ReturnType<typeof transferOf>[]) =>
    reachedByOwnAlone(plan(transfers, sources), [walletOf('R')]).map(({ address }) => `${address}`);
  const hire = transferOf(0, 'R', 'A', 10n);
  const back = transferOf(1, 'A', 'R', 4n);
  const scam = transferOf(2, 'V', 'B', 7n);
  const on = transferOf(3, 'B', 'R', 7n);

  test('are those to whom a part of it came back, or nothing came', () => {
    expect(alone([hire, back], hire)).toEqual(['R']);
    expect(alone([hire], hire)).toEqual(['R']);
  });

  test("are not those to whom a victim's money came too", () => {
    expect(alone([hire, back, scam, on], hire, scam)).toEqual([]);
  });
});
