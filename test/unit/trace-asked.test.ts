/** Whoever asks about some sources is told what the trace of all says of them. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { followInput, followPlan, planOf, reachInput, reachPlan } from '../../graphs/trace/follow.ts';
import { traced } from '../../graphs/trace/result.ts';
import { CONSERVING_RULES, type TraceInput } from '../../graphs/trace/types.ts';
import type { Address, TransactionHash } from '../../src/chains/chain.ts';
import { economies } from '../fixtures/tracing/economies.ts';
import { referenceReach } from '../fixtures/tracing/reference.ts';

const SEED = 20_240_102;

describe('one source of many', () => {
  it('is told as the trace of all tells it, under every rule', () => {
    fc.assert(
      fc.property(economies(), (input) => {
        for (const rule of CONSERVING_RULES) {
          const whole = followInput(input, rule);
          for (const source of whole.sources.keys()) {
            const asked = onlyOf(whole.sources.length, source);
            const one = followPlan({ ...planOf(input), asked }, rule);
            expect(one.sources).toEqual(whole.sources);
            expect(one.arrivals).toEqual(whole.arrivals.filter((arrival) => arrival.source === source));
            expect(one.resting).toEqual(whole.resting.filter((resting) => resting.source === source));
            expect(traced(one, asked).conservation).toMatchObject({
              sources: whole.sources[source]?.amount,
              difference: 0n,
            });
          }
        }
        const reach = reachInput(input);
        for (const source of reach.sources.keys()) {
          const one = reachPlan({ ...planOf(input), asked: onlyOf(reach.sources.length, source) });
          expect(namesOf(one.wallets)).toEqual(
            namesOf(reach.wallets.filter(({ sources }) => sources.includes(source))),
          );
        }
      }),
      { numRuns: 200, seed: SEED },
    );
  });
});

describe('more sources than fit into a word', () => {
  it('are told apart by poison', () => {
    const [a, b, c] = ['A', 'B', 'C'] as unknown as [Address, Address, Address];
    const transfer = (place: number, from: Address, to: Address) => ({
      ...{ chain: 'tron' as const, asset: 'USDT', from, to, value: 5n, occurrence: 0, timestamp: place, position: 0 },
      transaction: place.toString(16).padStart(64, '0') as TransactionHash,
    });
    // Of seventy payments, the last ten come after b was paid.
    const payments = Array.from({ length: 70 }, (_, place) => transfer(place < 60 ? place : place + 1, c, a));
    const input: TraceInput = {
      ...{ transfers: [...payments, transfer(60, a, b)], burns: [], openings: [], sources: [] },
      covered: [{ chain: 'tron', address: a }],
      stops: [{ chain: 'tron', address: b, kind: 'service' }],
      unverified: [{ chain: 'tron', address: a }],
    };
    const reach = reachInput(input);
    expect(reach.arrivals[0]?.sources).toEqual(Array.from({ length: 60 }, (_, number) => number));
    expect(reach).toEqual(referenceReach(input));
  });
});

describe('a wallet that is a stop of both kinds', () => {
  it("is a victim's own, and a transfer that is named twice a payment", () => {
    const [a, b] = ['A', 'B'] as unknown as [Address, Address];
    const key = {
      ...{ chain: 'tron' as const, asset: 'USDT', from: b, to: a, value: 5n, occurrence: 0 },
      transaction: '1'.padStart(64, '0') as TransactionHash,
    };
    const wallet = { chain: 'tron' as const, address: a };
    const flow = followInput(
      {
        ...{
          transfers: [{ ...key, timestamp: 1, position: null }],
          burns: [],
          openings: [],
          covered: [],
          unverified: [],
        },
        stops: [
          { ...wallet, kind: 'returned' },
          { ...wallet, kind: 'service' },
        ],
        sources: [
          { ...key, kind: 'payment' },
          { ...key, kind: 'disclosed' },
        ],
      },
      'fifo',
    );
    expect(flow.arrivals.map(({ end }) => end)).toEqual(['returned']);
    expect(flow.sources.map(({ kind }) => kind)).toEqual(['payment']);
  });
});

function onlyOf(sources: number, source: number): Uint8Array {
  return new Uint8Array(sources).fill(0).fill(1, source, source + 1);
}

function namesOf(wallets: readonly { readonly chain: string; readonly asset: string; readonly address: string }[]) {
  return wallets.map(({ chain, asset, address }) => `${chain} ${asset} ${address}`);
}
