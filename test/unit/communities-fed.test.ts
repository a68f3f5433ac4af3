import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { connectedParts, renumbered } from '../../graphs/communities/groups.ts';
import { joinFed } from '../../graphs/communities/join-fed.ts';
import { graphOf } from '../../graphs/communities/weighted-graph.ts';

/** `[payer, payee, amount]`; what comes from nowhere has the payer -1. */
type Payment = readonly [number, number, number];

function moved(nodes: number, payments: readonly Payment[]) {
  const between = payments.filter(([payer]) => payer >= 0);
  const came = new Float64Array(nodes);
  for (const [, payee, amount] of payments) came[payee] = (came[payee] ?? 0) + amount;
  const forth = ([payer, payee, amount]: Payment) => (payer < payee ? amount : 0);
  return {
    a: Int32Array.from(between, ([payer, payee]) => Math.min(payer, payee)),
    b: Int32Array.from(between, ([payer, payee]) => Math.max(payer, payee)),
    forth: Float64Array.from(between, forth),
    back: Float64Array.from(between, (payment) => payment[2] - forth(payment)),
    weight: new Float64Array(between.length).fill(1),
    ...{ came, count: between.length },
  };
}

const never = () => false;
const joined = (nodes: number, payments: readonly Payment[], group: number[], share = 900) => [
  ...joinFed(moved(nodes, payments), renumbered(group), share, never).group,
];

describe('communities that one other feeds', () => {
  it('are joined with it: 90 of 100 came from there', () => {
    const payments: Payment[] = [
      [-1, 0, 500],
      [0, 1, 90],
      [-1, 1, 10],
      [1, 2, 80],
      [2, 1, 70],
    ];
    expect(joined(3, payments, [0, 1, 1])).toEqual([0, 0, 0]);
    expect(joined(3, payments, [0, 1, 1], 901)).toEqual([0, 1, 1]);
  });

  it('are joined along a chain, and stay apart where money came from two sides', () => {
    const chain: Payment[] = [
      [-1, 0, 100],
      [0, 1, 100],
      [1, 2, 100],
      [2, 3, 100],
    ];
    expect(joined(4, chain, [0, 1, 2, 3])).toEqual([0, 0, 0, 0]);
    const meeting: Payment[] = [
      [-1, 0, 100],
      [-1, 1, 100],
      [0, 2, 100],
      [1, 2, 100],
    ];
    expect(joined(3, meeting, [0, 1, 2])).toEqual([0, 1, 2]);
  });

  it('are joined once what feeds them is one', () => {
    const payments: Payment[] = [
      [-1, 0, 100],
      [0, 1, 50],
      [0, 2, 50],
      [1, 2, 50],
    ];
    // 2 has half from 0 and half from 1, and 1 has all from 0.
    expect(joined(3, payments, [0, 1, 2])).toEqual([0, 0, 0]);
  });

  it('end at once where time is up', () => {
    const payments: Payment[] = [[0, 1, 100]];
    expect(joinFed(moved(2, payments), renumbered([0, 1]), 900, () => true)).toMatchObject({ groups: 2, cut: true });
    expect(joinFed(moved(2, payments), renumbered([0, 1]), 900, never)).toMatchObject({ groups: 1, cut: false });
  });

  it('stay connected and whole, whatever is paid', () => {
    const nodes = 9;
    const payment = fc.tuple(
      fc.integer({ min: -1, max: nodes - 1 }),
      fc.integer({ min: 0, max: nodes - 1 }),
      fc.integer({ min: 1, max: 1_000 }),
    );
    fc.assert(
      fc.property(fc.array(payment, { maxLength: 30 }), fc.integer({ min: 1, max: 1_000 }), (told, share) => {
        const payments = told.filter(([payer, payee]) => payer !== payee);
        const pairs = moved(nodes, payments);
        const graph = graphOf(nodes, pairs);
        const before = connectedParts(
          graph,
          new Int32Array(nodes).map((_, node) => node % 3),
        );
        const { group, groups } = joinFed(pairs, before, share, never);
        expect(groups).toBeLessThanOrEqual(before.groups);
        // Who was together stays together, and each community hangs together.
        for (let node = 0; node < nodes; node += 1)
          for (let other = 0; other < node; other += 1)
            if (before.group[node] === before.group[other]) expect(group[node]).toBe(group[other]);
        expect(connectedParts(graph, group).groups).toBe(groups);
      }),
    );
  });
});
