/** A million lots in one wallet: what busy wallets have is followed to the unit, in seconds, and not by recursion. */
import { describe, expect, it } from 'vitest';
import { followPlan } from '../../graphs/trace/follow.ts';
import { findPath } from '../../graphs/trace/path.ts';
import { makePlan, type Plan } from '../../graphs/trace/plan.ts';
import { createTable } from '../../graphs/trace/table.ts';
import { CONSERVING_RULES, type Flow, type NamedSource } from '../../graphs/trace/types.ts';
import type { Address, TransactionHash, Wallet } from '../../src/chains/chain.ts';
import { addressFor } from '../../src/simulate/tron.ts';

const V = addressFor('V');
const N = addressFor('N');
const A = addressFor('A');
const B = addressFor('B');
const C = addressFor('C');
const S = addressFor('S');
const LOTS = 1_000_000;
const START = Date.UTC(2026, 2, 1);
/** What the source has for each second lot; a stranger pays 2 between. */
const PART = 3n;
const OTHERS = 2n;
const FOLLOWED = PART * BigInt(LOTS / 2);
const UNTRACED = OTHERS * BigInt(LOTS / 2);

/**
 * V pays B, which pays A in half a million parts. Between any two of them the stranger N pays A, so that no two lots are one.
 * Then A pays C three fifths of it all in one transfer, C pays that to S, and A pays S the rest.
 */
function manyLots(): Plan {
  const builder = createTable(LOTS + 4);
  let row = 0;
  const add = (from: Address, to: Address, value: bigint): NamedSource => {
    const transaction = row.toString(16).padStart(64, '0') as TransactionHash;
    const key = { chain: 'tron', asset: 'USDT', transaction, from, to, value, occurrence: 0 } as const;
    builder.addTransfer({ ...key, timestamp: START + row * 1000, position: 0 });
    row += 1;
    return { ...key, kind: 'payment' };
  };
  const source = add(V, B, FOLLOWED);
  for (let lot = 0; lot < LOTS; lot += 2) {
    add(B, A, PART);
    add(N, A, OTHERS);
  }
  const most = ((FOLLOWED + UNTRACED) * 3n) / 5n;
  add(A, C, most);
  add(C, S, most);
  add(A, S, FOLLOWED + UNTRACED - most);
  const wallet = (address: Address): Wallet => ({ chain: 'tron', address });
  return makePlan(builder.build(), {
    covered: [A, B, C].map(wallet),
    stops: [{ ...wallet(S), kind: 'service' }],
    ...{ openings: [], sources: [source], unverified: [] },
  });
}

/** What of the source each transfer brought to S. */
function broughtBy({ arrivals }: Flow): Record<string, bigint> {
  return Object.fromEntries(arrivals.map(({ transfer, amount }) => [transfer.from === C ? 'by C' : 'by A', amount]));
}

describe('a million lots', () => {
  const plan = manyLots();
  // Of 2.5 million units, 1.5 million of them V's, A pays C 1.5 million and S a million.
  const expected = {
    // 300,000 pairs of lots, oldest or newest first: 3 of 5 units are V's.
    fifo: { 'by C': 900_000n, 'by A': 600_000n },
    lifo: { 'by C': 900_000n, 'by A': 600_000n },
    'pro-rata': { 'by C': 900_000n, 'by A': 600_000n },
    // The stranger's million leaves first.
    libr: { 'by C': 500_000n, 'by A': 1_000_000n },
  };

  it.each(CONSERVING_RULES)('are followed to the unit by %s', (rule) => {
    const flow = followPlan(plan, rule);
    expect(broughtBy(flow)).toEqual(expected[rule]);
    expect(flow.resting).toEqual([]);
    expect(flow.sources.map(({ amount }) => amount)).toEqual([FOLLOWED]);
    expect(flow.wallets.map(({ received, passed, shortfall }) => [received - passed, shortfall]).sort()).toEqual(
      [...Array.from({ length: 3 }, () => [0n, 0n]), [FOLLOWED, 0n]].sort(),
    );
  });

  it('have a path', () => {
    const request = {
      sources: new Set([0]),
      targets: new Set(plan.table.accounts.ofWallet({ chain: 'tron', address: S })),
    };
    const path = findPath(plan, 'fifo', request);
    // Each lot came its own way.
    expect([path?.amount, path?.steps.length]).toEqual([PART, 4]);
  });

  it('are as many sources where a report names a wallet alone', () => {
    const payments = LOTS / 20;
    const payout = 100_000n;
    const builder = createTable(payments + 1);
    for (let row = 0; row <= payments; row += 1) {
      const [from, to, value] = row < payments ? [N, A, BigInt(1 + (row % 7))] : [A, S, payout];
      const transaction = row.toString(16).padStart(64, '0') as TransactionHash;
      builder.addTransfer({
        ...{ chain: 'tron', asset: 'USDT', transaction, from, to, value, occurrence: 0 },
        ...{ timestamp: START + row * 1000, position: 0 },
      });
    }
    const alone = makePlan(builder.build(), {
      covered: [{ chain: 'tron', address: A }],
      stops: [{ chain: 'tron', address: S, kind: 'service' }],
      ...{ openings: [], sources: [], unverified: [{ chain: 'tron', address: A }] },
    });
    const { sources, arrivals, resting } = followPlan(alone, 'fifo');
    const sum = (list: readonly { readonly amount: bigint }[]) =>
      list.reduce((total, { amount }) => total + amount, 0n);
    expect([sources.length, sum(arrivals)]).toEqual([payments, payout]);
    expect(sum(resting)).toBe(sum(sources) - payout);
    // 100,000 units are 3,571 rounds of 28, and of the next the first 4 payments' 10, and 2 of the fifth's 5.
    expect(arrivals.length).toBe(3_571 * 7 + 5);
    expect([arrivals.at(-1)?.amount, resting[0]?.amount]).toEqual([2n, 3n]);
  });
});
