import { describe, expect, it } from 'vitest';
import { createRandom } from '../../graphs/communities/random.ts';
import { rankTtr, TTR_SCALE, type TtrGraph, type TtrParameters, type TtrSeed } from '../../graphs/trace/ttr.ts';
import { referenceTtr, unitsApart } from '../fixtures/reference-ttr.ts';

/** α 0.15, β 0.8, ε 0.01 */
const PARAMETERS: TtrParameters = { alpha: parts('0.15'), beta: parts('0.8'), epsilon: parts('0.01') };

describe('one payment', () => {
  //             0 X pays B 50, 1 V pays B 100: the source, 2 B pays C 30, 3 B pays D 70
  const names = ['X', 'V', 'B', 'C', 'D'];
  const graph = graphOf(names, ['X B 50', 'V B 100', 'B C 30', 'B D 70']);
  const seeds = [{ account: 2, transfer: 1, weight: 100n }];

  // B has 1 at time 1. 0.15 becomes rank. Of the other 0.85, 0.8 goes forward: 0.68, by 30 to 70 to C and D: 0.204 and 0.476.
  // 0.2 goes backward: 0.17, all to X, whose payment is earlier; V's own is not *strictly* earlier.
  it('divides what it pushes by value, forward and backward', () => {
    const { rank, residual, pushed } = rankTtr(graph, seeds, { ...PARAMETERS, epsilon: parts('0.5') });
    expect(pushed.map((account) => names[account])).toEqual(['B']);
    expect(named(names, rank)).toEqual({ B: parts('0.15') });
    expect(named(names, residual)).toEqual({ X: parts('0.17'), C: parts('0.204'), D: parts('0.476') });
  });

  // D, then C: neither pays anything nor was paid before, so that all of it stays. X's 0.17 is not above 0.17.
  it('pushes the largest first, down to ε, and keeps what cannot go on', () => {
    const { rank, residual, pushed } = rankTtr(graph, seeds, { ...PARAMETERS, epsilon: parts('0.17') });
    expect(pushed.map((account) => names[account])).toEqual(['B', 'D', 'C']);
    expect(named(names, rank)).toEqual({ B: parts('0.15'), C: parts('0.204'), D: parts('0.476') });
    expect(named(names, residual)).toEqual({ X: parts('0.17') });
  });
});

describe('two payments to one wallet', () => {
  //             0 V pays B 60, 1 B pays C 20, 2 W pays B 60, 3 B pays D 30, 4 B pays E 50
  const names = ['V', 'W', 'B', 'C', 'D', 'E'];
  const graph = graphOf(names, ['V B 60', 'B C 20', 'W B 60', 'B D 30', 'B E 50']);
  const seeds = [
    { account: 2, transfer: 0, weight: 60n },
    { account: 2, transfer: 2, weight: 60n },
  ];

  // 0.5 at time 0 and 0.5 at time 2; 0.34 of each goes forward.
  //   time 0: by 20, 30 and 50 of 100:  C 0.068, D 0.102,  E 0.17
  //   time 2: by 30 and 50 of 80:                D 0.1275, E 0.2125
  // 0.085 of each goes backward: that of time 2 to V, the other has no earlier receipt and stays: B 0.075 + 0.075 + 0.085.
  it('gives each only to what came after it', () => {
    const { rank, residual } = rankTtr(graph, seeds, { ...PARAMETERS, epsilon: parts('0.4') });
    expect(named(names, rank)).toEqual({ B: parts('0.235') });
    const left = { V: parts('0.085'), C: parts('0.068'), D: parts('0.2295'), E: parts('0.3825') };
    expect(named(names, residual)).toEqual(left);
  });

  it('weighs them by amount', () => {
    const weighed = [{ account: 2, transfer: 0, weight: 3n }, seedAt(graph, 2, 1n)];
    const { residual } = rankTtr(graph, weighed, { ...PARAMETERS, epsilon: parts('0.4') });
    expect(named(names, residual)).toMatchObject({ V: parts('0.0425'), C: parts('0.102') });
  });
});

describe('time and stops', () => {
  it('gives nothing to a payout before the payment, nor to one that is the payment', () => {
    const graph = graphOf(['B', 'C', 'V'], ['B C 10', 'V B 10', 'B B 5']);
    const { rank, residual } = rankTtr(graph, [seedAt(graph, 1, 10n)], PARAMETERS);
    expect([...rank, ...residual]).toEqual([TTR_SCALE, 0n, 0n, 0n, 0n, 0n]);
  });

  it('lets an absorbing wallet push nothing', () => {
    const names = ['V', 'B', 'S', 'C', 'U'];
    const graph = graphOf(names, ['U S 70', 'V B 10', 'B S 10', 'S C 10'], ['S']);
    const { rank } = rankTtr(graph, [seedAt(graph, 1, 10n)], PARAMETERS);
    expect(named(names, rank)).toEqual({ B: parts('0.32'), S: parts('0.68') });
  });

  it('carries on with the time of the transfer, not of the payment', () => {
    const graph = graphOf(['V', 'B', 'C', 'D'], ['V B 10', 'C D 10', 'B C 10']);
    const { rank, residual } = rankTtr(graph, [seedAt(graph, 0, 10n)], PARAMETERS);
    expect([rank[3], residual[3]]).toEqual([0n, 0n]);
  });
});

describe('what is refused', () => {
  const graph = graphOf(['V', 'B'], ['V B 10', 'B B 1']);
  it.each([
    ['of the payer', { account: 0, transfer: 0, weight: 1n }],
    ['of a transfer to oneself', { account: 1, transfer: 1, weight: 1n }],
    ['of no transfer', { account: 1, transfer: 7, weight: 1n }],
    ['of a weight below zero', { account: 1, transfer: 0, weight: -1n }],
  ])('a seed %s', (_, seed) => {
    expect(() => rankTtr(graph, [seed], PARAMETERS)).toThrow(RangeError);
  });

  it.each([
    ['no α', { alpha: 0n }],
    ['α above 1', { alpha: TTR_SCALE + 1n }],
    ['β below 0', { beta: -1n }],
    ['β above 1', { beta: TTR_SCALE + 1n }],
    ['no ε', { epsilon: 0n }],
  ])('%s', (_, parameters) => {
    expect(() => rankTtr(graph, [], { ...PARAMETERS, ...parameters })).toThrow(RangeError);
  });

  it('but sources of no weight rank nothing', () => {
    const { rank, residual } = rankTtr(graph, [seedAt(graph, 0, 0n)], PARAMETERS);
    expect([...rank, ...residual]).toEqual([0n, 0n, 0n, 0n]);
  });
});

describe.each([10, 25, 60])('100 random graphs of up to %i transfers', (most) => {
  const cases = Array.from({ length: 100 }, (_, index) => randomCase(index * 1_000 + most, most));

  it('neither make nor lose mass', () => {
    for (const { graph, seeds, parameters } of cases) {
      const { rank, residual } = rankTtr(graph, seeds, parameters);
      expect([...rank, ...residual].reduce((sum, part) => sum + part, 0n)).toBe(TTR_SCALE);
      expect([...rank, ...residual].every((part) => part >= 0n)).toBe(true);
      expect([...residual].every((part) => part <= parameters.epsilon)).toBe(true);
    }
  });

  it('come out as the definition has them in exact fractions', () => {
    for (const { graph, seeds, parameters } of cases) {
      const { rank, residual, pushed } = rankTtr(graph, seeds, parameters);
      const exact = referenceTtr(graph, seeds, parameters, pushed);
      // Each push rounds once per transfer and chip.
      const bound = (pushed.length + 1) * (2 * graph.from.length + 2);
      expect(unitsApart(0n, exact.worst)).toBeLessThanOrEqual(bound);
      for (let account = 0; account < graph.accounts; account += 1) {
        expect(unitsApart(rank[account] ?? 0n, exact.rank[account] ?? absent())).toBeLessThanOrEqual(bound);
        expect(unitsApart(residual[account] ?? 0n, exact.residual[account] ?? absent())).toBeLessThanOrEqual(bound);
      }
    }
  });

  it('rank the same however the accounts are numbered and the seeds listed', () => {
    for (const { graph, seeds, parameters } of cases) {
      const { accounts } = graph;
      const renamed = (account: number): number => (account * 7 + 3) % accounts;
      const other = {
        ...graph,
        from: graph.from.map(renamed),
        to: graph.to.map(renamed),
        absorbs: Uint8Array.from({ length: accounts }),
      };
      graph.absorbs.forEach((absorbs, account) => {
        other.absorbs[renamed(account)] = absorbs;
      });
      const otherSeeds = seeds.map((seed) => ({ ...seed, account: renamed(seed.account) })).reverse();
      const [one, two] = [rankTtr(graph, seeds, parameters), rankTtr(other, otherSeeds, parameters)];
      expect(two.pushed).toEqual(one.pushed.map(renamed));
      expect([...one.rank.keys()].map((account) => two.rank[renamed(account)])).toEqual([...one.rank]);
    }
  });

  it('rank the same twice', () => {
    for (const { graph, seeds, parameters } of cases)
      expect(rankTtr(graph, seeds, parameters)).toEqual(rankTtr(graph, seeds, parameters));
  });
});

function parts(decimal: string): bigint {
  const [whole = '0', digits = ''] = decimal.split('.');
  return BigInt(whole) * TTR_SCALE + BigInt(digits.padEnd(18, '0'));
}

function graphOf(names: readonly string[], lines: readonly string[], stops: readonly string[] = []): TtrGraph {
  const rows = lines.map((line) => line.split(' '));
  return {
    accounts: names.length,
    from: Int32Array.from(rows, ([from = '']) => names.indexOf(from)),
    to: Int32Array.from(rows, ([, to = '']) => names.indexOf(to)),
    value: rows.map(([, , value = '']) => BigInt(value)),
    absorbs: Uint8Array.from(names, (name) => (stops.includes(name) ? 1 : 0)),
  };
}

function seedAt(graph: TtrGraph, transfer: number, weight: bigint): TtrSeed {
  return { account: graph.to[transfer] ?? 0, transfer, weight };
}

/** The parts above zero by name, rounded to 15 decimals. */
function named(names: readonly string[], amounts: BigInt64Array): Record<string, bigint> {
  const rounded = [...amounts].map((amount) => ((amount + 500n) / 1000n) * 1000n);
  return Object.fromEntries(rounded.map((amount, index) => [names[index], amount]).filter(([, amount]) => amount));
}

/** Few accounts and small values, so that equal residuals, circles and payouts at once are frequent. */
function randomCase(seed: number, most: number): { graph: TtrGraph; seeds: TtrSeed[]; parameters: TtrParameters } {
  const random = createRandom(seed);
  const below = (count: number): number => Math.floor(random() * count);
  // Prime to 7, as the renaming above needs.
  const accounts = [5, 8, 12, 17][below(4)] ?? 5;
  const transfers = 3 + below(most - 2);
  const from = Int32Array.from({ length: transfers }, () => below(accounts));
  const to = Int32Array.from({ length: transfers }, () => below(accounts));
  const large = random() < 0.3 ? 10n ** 24n : 1n;
  const value = Array.from({ length: transfers }, () => BigInt(below(5)) * large);
  // One that is a source in any case.
  from[0] = 0;
  to[0] = 1;
  value[0] = 2n;
  const graph = { accounts, from, to, value, absorbs: Uint8Array.from({ length: accounts }, () => +(random() < 0.15)) };
  const sound = [...from.keys()].filter((transfer) => from[transfer] !== to[transfer] && value[transfer] !== 0n);
  const seeds = [seedAt(graph, 0, 1n)];
  for (let more = below(4); more > 0; more -= 1)
    seeds.push(seedAt(graph, sound[below(sound.length)] ?? 0, BigInt(below(1_000))));
  const epsilon = ['0.1', '0.03', '0.01'][below(3)] ?? '0.1';
  return { graph, seeds, parameters: { ...PARAMETERS, epsilon: parts(epsilon) } };
}

function absent(): never {
  throw new Error('An account is missing.');
}
