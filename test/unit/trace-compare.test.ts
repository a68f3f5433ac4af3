/** The rules side by side: which places they know, what each brings there, and by how much they disagree. */
import { describe, expect, it } from 'vitest';
import { compareRules, leastOf, mostOf } from '../../graphs/trace/compare.ts';
import { followInput } from '../../graphs/trace/follow.ts';
import { type PlaceOfEnd, type PlaceOfRest, type Traced, traced } from '../../graphs/trace/result.ts';
import { CONSERVING_RULES, type ConservingRule, type End } from '../../graphs/trace/types.ts';
import { addressFor } from '../../src/simulate/tron.ts';
import { wordInput } from '../fixtures/tracing/word-plan.ts';

/** What a rule says: `service S 30`, `resting A 5`. */
function says(...places: readonly string[]): Traced {
  const parsed = places.map((place) => {
    const [end = '', name = '', amount = ''] = place.split(' ');
    return {
      end,
      wallet: { chain: 'tron' as const, asset: 'USDT', address: addressFor(name) },
      amount: BigInt(amount),
    };
  });
  const ends = parsed
    .filter(({ end }) => end !== 'resting')
    .map(({ end, wallet, amount }): PlaceOfEnd => ({ ...wallet, end: end as End, amount, sources: [], transfers: [] }));
  const resting = parsed
    .filter(({ end }) => end === 'resting')
    .map(({ wallet, amount }): PlaceOfRest => ({ ...wallet, amount, sources: [] }));
  const sum = (list: readonly { readonly amount: bigint | null }[]) =>
    list.reduce((total, { amount }) => total + (amount ?? 0n), 0n);
  const exits = ends.filter(({ end }) => end !== 'beyond');
  const beyond = ends.filter(({ end }) => end === 'beyond');
  const sums = { exited: sum(exits), resting: sum(resting), beyond: sum(beyond), unknown: 0n, difference: 0n };
  return {
    ...{ sources: [], wallets: [], exits, beyond, resting },
    conservation: { sources: sums.exited + sums.resting + sums.beyond, ...sums },
  };
}

function compared(results: Record<ConservingRule, Traced>, names: readonly string[]) {
  const nameOf = new Map(names.map((name) => [addressFor(name), name]));
  return compareRules(results).places.map(({ end, address, amounts, spread }) =>
    [end, nameOf.get(address), ...CONSERVING_RULES.map((rule) => amounts[rule]), `± ${spread}`].join(' '),
  );
}

describe('the rules', () => {
  it('disagree on a place by the most that any brings there, less the least, which is zero where one brings nothing', () => {
    const results = {
      fifo: says('service S 30', 'resting A 70'),
      lifo: says('resting A 100'),
      'pro-rata': says('service S 60', 'resting A 40'),
      libr: says('service S 30', 'resting A 70'),
    };
    expect(compared(results, ['S', 'A'])).toEqual(['service S 30 0 60 30 ± 60', 'resting A 70 100 40 70 ± 60']);
  });

  it('agree where each brings the same', () => {
    const same = says('beyond X 5');
    expect(compared({ fifo: same, lifo: same, 'pro-rata': same, libr: same }, ['X'])).toEqual(['beyond X 5 5 5 5 ± 0']);
  });

  it('keep apart what ended at one wallet in different ways', () => {
    const one = says('service S 1', 'destroyed S 2', 'beyond S 4', 'resting S 8');
    const results = {
      fifo: one,
      lifo: says('service S 1'),
      'pro-rata': says('destroyed S 2'),
      libr: says('resting S 8'),
    };
    expect(compared(results, ['S'])).toEqual([
      'destroyed S 2 0 2 0 ± 2',
      'service S 1 1 0 0 ± 1',
      'resting S 8 0 0 8 ± 8',
      'beyond S 4 0 0 0 ± 4',
    ]);
  });

  it('tell exits first, then what rests, then what lies beyond, most money of any rule first, and equals by name', () => {
    const [first, second] = ['P', 'Q'].sort((a, b) => (addressFor(a) < addressFor(b) ? -1 : 1));
    const results = {
      fifo: says('beyond X 900', 'resting A 10', `service ${second} 5`, 'returned V 1'),
      lifo: says('resting B 20', `service ${first} 5`),
      'pro-rata': says('returned V 7'),
      libr: says(),
    };
    const order = compared(results, ['A', 'B', 'P', 'Q', 'V', 'X']).map((line) =>
      line.split(' ').slice(0, 2).join(' '),
    );
    expect(order).toEqual([
      ...['returned V', `service ${first}`, `service ${second}`, 'resting B', 'resting A', 'beyond X'],
    ]);
  });

  it('keep their own sums', () => {
    const results = {
      fifo: says('service S 30'),
      lifo: says('beyond X 30'),
      'pro-rata': says('resting A 30'),
      libr: says(),
    };
    const { conservation } = compareRules(results);
    expect(
      CONSERVING_RULES.map((rule) => [
        conservation[rule].exited,
        conservation[rule].resting,
        conservation[rule].beyond,
      ]),
    ).toEqual([
      [30n, 0n, 0n],
      [0n, 0n, 30n],
      [0n, 30n, 0n],
      [0n, 0n, 0n],
    ]);
  });

  it('of a trace: victims pay 100 and 50, a stranger 60, and 120 leave', () => {
    const input = wordInput({
      transfers: ['V1 A 100', 'N A 60', 'V2 A 50', 'A S 120'],
      covered: ['A'],
      services: ['S'],
      sources: [0, 2],
    });
    const of = (rule: ConservingRule) => traced(followInput(input, rule), new Uint8Array([1, 1]));
    const results = { fifo: of('fifo'), lifo: of('lifo'), 'pro-rata': of('pro-rata'), libr: of('libr') };
    expect(compared(results, ['A', 'S'])).toEqual([
      // FIFO: V1 100, N 20. LIFO: V2 50, N 60, V1 10. Pro rata: 120 · 150/210. LIBR: N 60, then 60 of the victims'.
      'service S 100000000 60000000 85714286 60000000 ± 40000000',
      'resting A 50000000 90000000 64285714 90000000 ± 40000000',
    ]);
  });
});

describe('amounts by rule', () => {
  it('have a most and a least', () => {
    const amounts = { fifo: 3n, lifo: 0n, 'pro-rata': 9n, libr: 4n };
    expect([mostOf(amounts), leastOf(amounts)]).toEqual([9n, 0n]);
    const equal = { fifo: 2n, lifo: 2n, 'pro-rata': 2n, libr: 2n };
    expect([mostOf(equal), leastOf(equal)]).toEqual([2n, 2n]);
  });
});
