import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { louvainClusters } from '../../graphs/communities/louvain.ts';
import { modularityOf, splitIntoConnected } from '../../graphs/communities/partition.ts';
import { createRandom } from '../../graphs/communities/random.ts';
import type { GraphEdge } from '../../graphs/rows.ts';
import { clique, edge, wallet } from '../fixtures/graph-rows.ts';

const parameters = { seed: 1, resolution: 1 };

function addresses(edges: readonly GraphEdge[], wallets = [...new Set(edges.flatMap(({ from, to }) => [from, to]))]) {
  const { clusters } = louvainClusters({ wallets: wallets.map((address) => wallet(address)), edges }, parameters);
  return clusters.map((cluster) => cluster.wallets.map(({ address }) => address));
}

describe('clusters', () => {
  const triangles = [...clique(['A', 'B', 'C']), ...clique(['D', 'E', 'F']), edge('C', 'D', 1)];

  it('are the wallets that transact more with one another than with the rest', () => {
    expect(addresses(triangles)).toEqual([
      ['A', 'B', 'C'],
      ['D', 'E', 'F'],
    ]);
  });

  it('come with the modularity of the partition: two triangles and a bridge have 2(3/7 − (7/14)²)', () => {
    expect(louvainClusters({ wallets: [], edges: triangles }, parameters).modularity).toBe(0.357143);
  });

  it('say their size, their transfers and what moved inside, by asset', () => {
    const edges = [
      edge('A', 'B', 2, 70n),
      edge('B', 'A', 1, 5n),
      { ...edge('A', 'B', 4, 9n), asset: 'USDD' },
      ...clique(['X', 'Y', 'Z']),
    ];
    expect(louvainClusters({ wallets: [], edges }, parameters).clusters).toEqual([
      {
        id: 1,
        size: 3,
        transfers: 3,
        total: { USDT: 3n },
        wallets: ['X', 'Y', 'Z'].map((address) => ({ chain: 'tron', address })),
      },
      {
        id: 2,
        size: 2,
        transfers: 7,
        total: { USDD: 9n, USDT: 75n },
        wallets: ['A', 'B'].map((address) => ({ chain: 'tron', address })),
      },
    ]);
  });

  it('are ordered by size, then by transfers, then by the first wallet', () => {
    const edges = [edge('P', 'Q', 1), edge('M', 'N', 1), edge('R', 'S', 5), ...clique(['X', 'Y', 'Z'])];
    expect(addresses(edges)).toEqual([
      ['X', 'Y', 'Z'],
      ['R', 'S'],
      ['M', 'N'],
      ['P', 'Q'],
    ]);
  });

  it('follow the number of transfers, not the amounts: one large payment does not outweigh hundreds', () => {
    const edges = [...clique(['A', 'B', 'C'], 50), ...clique(['D', 'E', 'F'], 50), edge('C', 'D', 1, 10n ** 15n)];
    expect(addresses(edges)).toEqual([
      ['A', 'B', 'C'],
      ['D', 'E', 'F'],
    ]);
  });

  it("never hold a victim's own wallet, nor are tied together by one", () => {
    const victim = wallet('TVictim', { report: 'own', state: 'seen' });
    const edges = [edge('TVictim', 'A', 99), edge('TVictim', 'B', 99), edge('A', 'A2', 1), edge('B', 'B2', 1)];
    const result = louvainClusters({ wallets: [victim], edges }, parameters);
    expect(result.clusters.map(({ wallets }) => wallets.map(({ address }) => address))).toEqual([
      ['A', 'A2'],
      ['B', 'B2'],
    ]);
    expect(result.unclustered).toBe(1);
  });

  it('leave single wallets out and count them', () => {
    const result = louvainClusters({ wallets: [wallet('Alone')], edges: [edge('A', 'B', 1)] }, parameters);
    expect(result.clusters).toHaveLength(1);
    expect(result.unclustered).toBe(1);
  });

  it('are none where nothing moved', () => {
    expect(louvainClusters({ wallets: [wallet('A')], edges: [edge('A', 'B', 1, 0n)] }, parameters)).toEqual({
      ...parameters,
      modularity: 0,
      clusters: [],
      unclustered: 1,
    });
  });

  it('become smaller with a higher resolution', () => {
    const ring = Array.from({ length: 30 }, (_, index) =>
      clique([`${index}a`, `${index}b`, `${index}c`, `${(index + 1) % 30}a`]),
    );
    const count = (resolution: number) =>
      louvainClusters({ wallets: [], edges: ring.flat() }, { seed: 1, resolution }).clusters.length;
    expect(count(4)).toBeGreaterThan(count(0.3));
  });

  it('are refused for a seed or a resolution that means nothing', () => {
    for (const seed of [-1, 1.5, 2 ** 32, Number.NaN]) {
      expect(() => louvainClusters({ wallets: [], edges: [] }, { seed, resolution: 1 })).toThrow(RangeError);
    }
    for (const resolution of [0, -1, Number.NaN, Infinity]) {
      expect(() => louvainClusters({ wallets: [], edges: [] }, { seed: 1, resolution })).toThrow(RangeError);
    }
  });
});

const number = fc.nat(24);
const randomEdges = fc.uniqueArray(
  fc
    .record({ from: number, to: number, count: fc.integer({ min: 1, max: 9 }) })
    .map(({ from, to, count }) => edge(`T${from}`, `T${to}`, count)),
  { selector: ({ from, to }) => `${from}>${to}`, maxLength: 80 },
);

describe('properties of clusters', () => {
  it('the same rows in any order give the same result', () => {
    const orders = randomEdges.chain((edges) =>
      fc.tuple(fc.constant(edges), fc.shuffledSubarray(edges, { minLength: edges.length })),
    );
    fc.assert(
      fc.property(orders, fc.nat(1_000), ([edges, shuffled], seed) => {
        const options = { seed, resolution: 1 };
        expect(louvainClusters({ wallets: [], edges: shuffled }, options)).toEqual(
          louvainClusters({ wallets: [], edges }, options),
        );
      }),
    );
  });

  it('each wallet is in one cluster or counted as in none, and each cluster is connected inside', () => {
    fc.assert(
      fc.property(randomEdges, (edges) => {
        const moving = edges.filter(({ from, to }) => from !== to);
        const { clusters, unclustered } = louvainClusters({ wallets: [], edges }, parameters);
        const members = clusters.flatMap(({ wallets }) => wallets.map(({ address }) => address));
        expect(new Set(members).size).toBe(members.length);
        expect(members.length + unclustered).toBe(new Set(moving.flatMap(({ from, to }) => [from, to])).size);
        for (const { wallets } of clusters) {
          const inside = new Set(wallets.map(({ address }) => address));
          const reached = new Set([...inside].slice(0, 1));
          for (let before = 0; before < reached.size; ) {
            before = reached.size;
            for (const { from, to } of moving) {
              if (!inside.has(from) || !inside.has(to)) continue;
              if (reached.has(from) || reached.has(to)) reached.add(from).add(to);
            }
          }
          expect(reached).toEqual(inside);
        }
      }),
    );
  });
});

describe('the split into connected parts', () => {
  it('takes a community apart that nothing holds together', () => {
    const pairs = [
      { a: 0, b: 1, weight: 1 },
      { a: 1, b: 2, weight: 1 },
      { a: 3, b: 4, weight: 1 },
    ];
    expect([...splitIntoConnected([7, 5, 7, 7, 7], pairs)]).toEqual([0, 1, 2, 3, 3]);
    expect([...splitIntoConnected([7, 7, 7, 7, 7], pairs)]).toEqual([0, 0, 0, 3, 3]);
  });
});

describe('modularity', () => {
  it('agrees with its definition over all pairs of wallets', () => {
    const partition = fc.record({
      groups: fc.array(fc.nat(4), { minLength: 8, maxLength: 8 }),
      weights: fc.array(fc.nat(5), { minLength: 28, maxLength: 28 }),
      resolution: fc.constantFrom(0.5, 1, 2),
    });
    fc.assert(
      fc.property(partition, ({ groups, weights, resolution }) => {
        const places = Array.from({ length: 8 }, (_, place) => place);
        const pairs = places
          .flatMap((a) => places.filter((b) => b > a).map((b) => ({ a, b })))
          .map((pair, index) => ({ ...pair, weight: weights[index] ?? 0 }));
        const weightOf = (one: number, other: number) =>
          pairs.find(({ a, b }) => a === Math.min(one, other) && b === Math.max(one, other))?.weight ?? 0;
        const degree = (one: number) => places.reduce((sum, other) => sum + weightOf(one, other), 0);
        const twice = places.reduce((sum, one) => sum + degree(one), 0);
        const expected = places
          .flatMap((one) =>
            places.filter((other) => groups[one] === groups[other]).map((other) => [one, other] as const),
          )
          .reduce(
            (sum, [one, other]) => sum + weightOf(one, other) - (resolution * degree(one) * degree(other)) / twice,
            0,
          );
        expect(modularityOf(groups, pairs, resolution)).toBeCloseTo(twice === 0 ? 0 : expected / twice, 10);
      }),
    );
  });
});

describe('the random numbers', () => {
  it('are those of mulberry32', () => {
    const random = createRandom(1);
    expect([random(), random()]).toEqual([0.6270739405881613, 0.002735721180215478]);
  });
});
