import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ari } from '../../graphs/communities/ari.ts';
import { connectedParts, renumbered } from '../../graphs/communities/groups.ts';
import { joinTied } from '../../graphs/communities/join.ts';
import { leiden } from '../../graphs/communities/leiden.ts';
import { Matches } from '../../graphs/communities/stability.ts';
import { graphOf, strengthsOf } from '../../graphs/communities/weighted-graph.ts';
import { modularityOf } from '../fixtures/modularity.ts';

type Row = readonly [a: number, b: number, weight: number];

function graph(nodes: number, rows: readonly Row[]) {
  const column = (place: 0 | 1 | 2) => rows.map((row) => row[place]);
  return graphOf(nodes, { a: column(0), b: column(1), weight: column(2), count: rows.length });
}

const usual = { seed: 1, resolution: 1, rounds: 10 };
const triangles: Row[] = [
  [0, 1, 1],
  [1, 2, 1],
  [0, 2, 1],
  [3, 4, 1],
  [4, 5, 1],
  [3, 5, 1],
  [2, 3, 1],
];

const NODES = 24;
const randomRows = fc.array(fc.tuple(fc.nat(NODES - 1), fc.nat(NODES - 1), fc.integer({ min: 1, max: 9 })), {
  maxLength: 70,
});

describe('a weighted graph', () => {
  it('adds up what stands between two nodes, in whichever direction, and knows no loops', () => {
    const { offsets, neighbours, weights } = graph(4, [
      [2, 0, 3],
      [0, 2, 4],
      [1, 1, 9],
      [0, 1, 1],
      [3, 0, 0],
    ]);
    expect([...offsets]).toEqual([0, 2, 3, 4, 4]);
    expect([...neighbours]).toEqual([1, 2, 0, 0]);
    expect([...weights]).toEqual([1, 7, 1, 7]);
  });
});

describe("Leiden's communities", () => {
  it('are two triangles that a bridge ties', () => {
    expect([...leiden(graph(6, triangles), usual).group]).toEqual([0, 0, 0, 1, 1, 1]);
  });

  it('are more with a higher resolution, and each node alone where it is high enough', () => {
    const groups = [0.1, 1, 9].map((resolution) => leiden(graph(6, triangles), { ...usual, resolution }).groups);
    expect(groups).toEqual([1, 2, 6]);
  });

  it('are of one node each where nothing ties any', () => {
    expect([...leiden(graph(3, []), usual).group]).toEqual([0, 1, 2]);
  });

  it('are refused for a resolution or a seed that means nothing', () => {
    for (const resolution of [0, -1, Number.NaN, Infinity])
      expect(() => leiden(graph(2, []), { ...usual, resolution })).toThrow(RangeError);
    expect(() => leiden(graph(2, []), { ...usual, seed: -1 })).toThrow(RangeError);
  });

  it('are always connected, also where the search is ended early', () => {
    fc.assert(
      fc.property(randomRows, fc.nat(99), fc.constantFrom(0.2, 1, 3), fc.nat(6), (rows, seed, resolution, asked) => {
        let times = 0;
        const isOver = () => {
          times += 1;
          return times > asked;
        };
        const built = graph(NODES, rows);
        for (const options of [{}, { isOver }]) {
          const found = leiden(built, { seed, resolution, rounds: 10, ...options });
          expect([...connectedParts(built, found.group).group]).toEqual([...found.group]);
        }
      }),
    );
  });

  it('do not depend on the order of pairs, nor on which of their nodes stands first', () => {
    const orders = randomRows.chain((rows) =>
      fc.tuple(fc.constant(rows), fc.shuffledSubarray(rows, { minLength: rows.length })),
    );
    fc.assert(
      fc.property(orders, fc.nat(99), ([rows, shuffled], seed) => {
        const turned = shuffled.map(([a, b, weight]): Row => [b, a, weight]);
        expect(leiden(graph(NODES, turned), { ...usual, seed })).toEqual(
          leiden(graph(NODES, rows), { ...usual, seed }),
        );
      }),
    );
  });

  it('have no modularity below that of single nodes, nor of one group for each connected part', () => {
    fc.assert(
      fc.property(randomRows, fc.nat(99), (rows, seed) => {
        const built = graph(NODES, rows);
        const pairs = rows.filter(([a, b]) => a !== b).map(([a, b, weight]) => ({ a, b, weight }));
        const found = modularityOf(leiden(built, { ...usual, seed }).group, pairs, 1);
        const alone = modularityOf([...Array(NODES).keys()], pairs, 1);
        const whole = modularityOf(connectedParts(built, new Int32Array(NODES)).group, pairs, 1);
        expect(found).toBeGreaterThanOrEqual(Math.max(alone, whole) - 1e-9);
      }),
    );
  });

  it('say where they were cut', () => {
    expect(leiden(graph(6, triangles), { ...usual, isOver: () => true })).toMatchObject({ cut: true, groups: 6 });
    expect(leiden(graph(6, triangles), usual).cut).toBe(false);
  });
});

describe('joining', () => {
  it('joins what gives more than a share of its ties to another: each triangle has one seventh of its ties with the other', () => {
    const built = graph(6, triangles);
    expect([...strengthsOf(built)]).toEqual([2, 2, 3, 3, 2, 2]);
    const parts = renumbered([0, 0, 0, 1, 1, 1]);
    expect(joinTied(built, parts, 142).groups).toBe(1);
    expect(joinTied(built, parts, 143).groups).toBe(2);
  });

  it('leaves groups connected, with no two of them tied by more than the share', () => {
    fc.assert(
      fc.property(randomRows, fc.integer({ min: 20, max: 900 }), (rows, share) => {
        const built = graph(NODES, rows);
        const { group, groups } = joinTied(built, renumbered([...Array(NODES).keys()]), share);
        expect([...connectedParts(built, group).group]).toEqual([...group]);
        const masses = new Float64Array(groups);
        strengthsOf(built).forEach((weight, node) => {
          masses[group[node] ?? 0] = (masses[group[node] ?? 0] ?? 0) + weight;
        });
        const between = new Map<string, number>();
        for (const [a, b, weight] of rows) {
          const pair = [group[a] ?? 0, group[b] ?? 0].sort((one, other) => one - other);
          if (pair[0] !== pair[1]) between.set(pair.join(), (between.get(pair.join()) ?? 0) + weight);
        }
        for (const [pair, weight] of between) {
          const [one = 0, other = 0] = pair.split(',').map(Number);
          expect((1_000 * weight) / Math.min(masses[one] ?? 0, masses[other] ?? 0)).toBeLessThanOrEqual(share);
        }
      }),
    );
  });
});

describe('the adjusted Rand index', () => {
  it('is that of Hubert and Arabie: of six, {ab}{cde}{f} against {abc}{def} has 2 pairs in common, of 4 and 6', () => {
    // (2 − 4·6/15) / ((4 + 6)/2 − 4·6/15) = 0.4 / 3.4
    expect(ari([0, 0, 1, 1, 1, 2], [0, 0, 0, 1, 1, 1])).toBeCloseTo(0.4 / 3.4, 12);
  });

  it('is 1 for the same groups under other numbers, and takes what is below zero for alone', () => {
    expect(ari([5, 5, 2, 9], [0, 0, 1, 7])).toBe(1);
    expect(ari([5, 5, -1, -1], [0, 0, 1, 2])).toBe(1);
    expect(ari([0, 1, 2], [-1, -1, -1])).toBe(1);
    expect(ari([], [])).toBe(1);
  });

  it('does not depend on which partition comes first, and is never above 1', () => {
    const partition = fc.array(fc.integer({ min: -1, max: 4 }), { minLength: 12, maxLength: 12 });
    fc.assert(
      fc.property(partition, partition, (one, other) => {
        expect(ari(one, other)).toBeCloseTo(ari(other, one), 12);
        expect(ari(one, other)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('is refused for partitions of different lengths', () => {
    expect(() => ari([0], [0, 1])).toThrow(RangeError);
  });
});

describe('stability', () => {
  it('counts the repeats in which a cluster was found again, and each member in them', () => {
    const matches = new Matches(Int32Array.of(0, 0, 0, 0, 1, 1, -1), 2, 0.75);
    // The same; then one of four is lost, which leaves three quarters; then the first falls apart.
    matches.add(Int32Array.of(1, 1, 1, 1, 0, 0, -1));
    matches.add(Int32Array.of(0, 0, 0, -1, 1, 1, 1));
    matches.add(Int32Array.of(0, 0, 1, 1, 2, 2, -1));
    const { stability, membership } = matches.percent();
    expect([...stability].map(Math.round)).toEqual([67, 67]);
    expect([...membership].map(Math.round)).toEqual([100, 100, 67, 33, 100, 100, 0]);
  });

  it('is 100 where nothing was repeated', () => {
    expect([...new Matches(Int32Array.of(0, 0), 1, 0.75).percent().stability]).toEqual([100]);
  });
});
