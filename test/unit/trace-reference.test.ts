/** Two programs written apart from one text agree on everything, to the base unit. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { followInput, reachInput } from '../../graphs/trace/follow.ts';
import { CONSERVING_RULES, type TraceInput } from '../../graphs/trace/types.ts';
import { economies } from '../fixtures/tracing/economies.ts';
import { referenceFlow, referenceReach } from '../fixtures/tracing/reference.ts';

const SEED = 20_240_101;

describe('the engine and the reference', () => {
  it('agree on where the money went under every rule, and on what poison reaches', () => {
    fc.assert(
      fc.property(economies(), (input) => {
        for (const rule of CONSERVING_RULES) {
          expect(followInput(input, rule), rule).toEqual(referenceFlow(input, rule));
        }
        expect(reachInput(input), 'poison').toEqual(referenceReach(input));
      }),
      { numRuns: 1_000, seed: SEED },
    );
  });
});

describe('the economies on which they agree', () => {
  const inputs = fc.sample(economies(), { numRuns: 300, seed: SEED });
  const flows = inputs.map((input) => referenceFlow(input, 'pro-rata'));
  const share = (holds: (input: TraceInput, index: number) => boolean | undefined) =>
    inputs.filter(holds).length / inputs.length;

  it('hold what is hard: each of it in at least one of twenty', () => {
    const shares = {
      'transfers of zero': share(({ transfers }) => transfers.some(({ value }) => value === 0n)),
      'transfers to oneself': share(({ transfers }) => transfers.some(({ from, to }) => from === to)),
      'equal rows': share(({ transfers }) => transfers.some(({ occurrence }) => occurrence > 0)),
      'amounts beyond 64 bits': share(({ transfers }) => transfers.some(({ value }) => value > 2n ** 64n)),
      'two chains': share(({ transfers }) => new Set(transfers.map(({ chain }) => chain)).size > 1),
      'positions and none in one economy': share(
        ({ transfers }) =>
          transfers.some(({ position }) => position === null) && transfers.some(({ position }) => position !== null),
      ),
      ...Object.fromEntries(
        (['service', 'returned', 'destroyed', 'redeemed', 'beyond'] as const).map((end) => [
          `money that ends as ${end}`,
          share((_, index) => flows[index]?.arrivals.some((arrival) => arrival.end === end)),
        ]),
      ),
      ...Object.fromEntries(
        (['payment', 'disclosed', 'unverified'] as const).map((kind) => [
          `sources of kind ${kind} that carry others' money`,
          share((_, index) =>
            flows[index]?.sources.some((source) => source.kind === kind && source.amount < source.transfer.value),
          ),
        ]),
      ),
      'sources of no amount': share((_, index) => flows[index]?.sources.some(({ amount }) => amount === 0n)),
      'resting money': share((_, index) => flows[index]?.resting.some(({ amount }) => amount > 0n)),
      'money three transfers away': share((_, index) => flows[index]?.arrivals.some(({ hop }) => hop >= 3)),
      shortfalls: share((_, index) => flows[index]?.wallets.some(({ shortfall }) => shortfall > 0n)),
      openings: share((_, index) => flows[index]?.wallets.some(({ opening }) => opening > 0n)),
      'order unknown': share((_, index) => flows[index]?.wallets.some(({ orderUnknown }) => orderUnknown)),
    };
    expect(Object.entries(shares).filter(([, part]) => part < 0.05)).toEqual([]);
  });

  it('tell the rules apart: in at least one of five, each rule says something of its own', () => {
    const distinct = inputs.filter(
      (input) => new Set(CONSERVING_RULES.map((rule) => print(referenceFlow(input, rule)))).size === 4,
    );
    expect(distinct.length / inputs.length).toBeGreaterThan(0.2);
  });
});

function print(value: unknown): string {
  return JSON.stringify(value, (_, part) => (typeof part === 'bigint' ? String(part) : part));
}
