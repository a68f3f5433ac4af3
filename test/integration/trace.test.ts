/** `downstream trace` on a case that was worked out by hand: what each rule says, to the unit, and that it says it again. */
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { CONSERVING_RULES } from '../../graphs/trace/types.ts';
import type { TraceJson } from '../../workers/trace.ts';
import { at, toCsv, tracedCases } from '../fixtures/traced-cases.ts';
import { REPORTS, RESULTS, RULES, SUMS, TRANSFERS } from '../fixtures/tracing/worked-case.ts';

describe.skipIf(inject('postgres') === null)('a trace', () => {
  const cases = tracedCases(TRANSFERS);
  const told = { reports: REPORTS, confirm: ['1:p1', '2:p2'] };
  let stops: string;
  beforeAll(async () => {
    await cases.given('worked', told);
    stops = await cases.stops('S=exchange=Meridian');
  });
  const trace = (rule: string, ...options: string[]) =>
    cases.json<TraceJson>('trace', 'worked', '--rule', rule, '--stops', stops, ...options);

  it.each(RULES)('by %s says what of each payment exited, rests and lies beyond', async (rule) => {
    const result = await trace(rule);
    const { exits, resting, beyond } = RESULTS[rule];
    expect(amountsAt(result.exits)).toEqual(exits);
    expect(amountsAt(result.resting)).toEqual(resting);
    expect(amountsAt(result.beyond)).toEqual(beyond);
    const sums = { sources: '150.000000', ...SUMS[rule], unknown: '0.000000', difference: '0.000000' };
    expect(result.conservation).toEqual(sums);
    expect(result.notes).toEqual([]);
  });

  it('names the sources, the ways, the times and the transfers', async () => {
    const { runHash, graphHash, ...result } = await trace('fifo');
    expect([runHash, graphHash]).toEqual([
      expect.stringMatching(/^[0-9a-f]{64}$/),
      expect.stringMatching(/^[0-9a-f]{64}$/),
    ]);
    const { exits, beyond, wallets, sources, resting, ...rest } = result;
    const usdt = { chain: 'tron', asset: 'USDT' };
    expect(sources).toEqual([
      {
        ...{
          id: 'S1',
          kind: 'payment',
          reports: [1],
          disclosure: null,
          ...usdt,
          transaction: 'p1',
          from: 'V1',
          to: 'A',
        },
        ...{ at: at(0), value: '100.000000', amount: '100.000000', unproven: { from: null, to: null } },
      },
      {
        ...{
          id: 'S2',
          kind: 'payment',
          reports: [2],
          disclosure: null,
          ...usdt,
          transaction: 'p2',
          from: 'V2',
          to: 'A',
        },
        ...{ at: at(120), value: '50.000000', amount: '50.000000', unproven: { from: null, to: null } },
      },
    ]);
    expect(exits).toEqual([
      {
        ...{ end: 'service', ...usdt, address: 'S', category: 'exchange', name: 'Meridian', reason: null },
        inferred: null,
        amount: '80.000000',
        sources: [{ source: 'S1', amount: '80.000000', hops: 2, first: at(600), last: at(600), seconds: 600 }],
        transfers: [{ transaction: 'b1', from: 'B', at: at(600), value: '80.000000', traced: '80.000000' }],
        unproven: null,
      },
    ]);
    expect(beyond).toEqual([
      {
        ...{ end: 'beyond', ...usdt, address: 'D', category: null, name: null, reason: 'beyond --max-hops 1' },
        inferred: null,
        amount: '10.000000',
        sources: [{ source: 'S2', amount: '10.000000', hops: 2, first: at(1200), last: at(1200), seconds: 1080 }],
        transfers: [{ transaction: 'c1', from: 'C', at: at(1200), value: '50.000000', traced: '10.000000' }],
        unproven: null,
        frozen: null,
      },
    ]);
    expect(resting[1]).toEqual({
      ...{ ...usdt, address: 'B', amount: '20.000000' },
      sources: [{ source: 'S1', amount: '20.000000', hops: 1 }],
      unproven: null,
      frozen: null,
    });
    expect(
      wallets.map(({ address, hop, received, passed, resting: left }) => [address, hop, received, passed, left]),
    ).toEqual([
      ['A', 0, '150.000000', '120.000000', '30.000000'],
      ['B', 1, '100.000000', '80.000000', '20.000000'],
      ['C', 1, '20.000000', '10.000000', '10.000000'],
      ['S', 2, '80.000000', '0.000000', '0.000000'],
      ['D', 2, '10.000000', '0.000000', '0.000000'],
    ]);
    expect(wallets[0]).toEqual({
      ...{
        ...usdt,
        address: 'A',
        hop: 0,
        received: '150.000000',
        passed: '120.000000',
        resting: '30.000000',
        rank: null,
      },
      ...{ incomplete: false, orderUnknown: false, unproven: null },
    });
    expect(rest).toMatchObject({
      ...{ case: 'worked', rule: 'fifo', declared: null, report: null, asOf: null, withoutOpenings: null },
      stops: { wallets: 1, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
  });

  it('by poison and by TTR says what was reached, and no amounts', async () => {
    for (const rule of ['poison', 'ttr']) {
      const { sources, exits, resting, beyond, wallets, conservation } = await trace(rule);
      expect(sources.map(({ id, value, amount }) => [id, value, amount])).toEqual([
        ['S1', '100.000000', null],
        ['S2', '50.000000', null],
      ]);
      expect([...exits, ...beyond].map(({ end, address, amount }) => [end, address, amount])).toEqual([
        ['service', 'S', null],
        ['beyond', 'D', null],
      ]);
      expect(exits[0]?.sources).toEqual([
        { source: 'S1', amount: null, hops: null, first: at(600), last: at(600), seconds: 600 },
        { source: 'S2', amount: null, hops: null, first: at(600), last: at(600), seconds: 480 },
      ]);
      expect(resting).toEqual([]);
      expect(new Set(Object.values(conservation))).toEqual(new Set([null]));
      const hops = Object.fromEntries(wallets.map(({ address, hop }) => [address, hop]));
      expect(hops).toEqual({ A: 0, B: 1, C: 1, S: 2, D: 2 });
      expect(wallets.every(({ rank }) => (rank === null) === (rule === 'poison'))).toBe(true);
    }
  });

  it('without a list of stops ends where the crawl did', async () => {
    const result = await cases.json<TraceJson>('trace', 'worked', '--rule', 'fifo');
    expect(result.exits).toEqual([]);
    expect(amountsAt(result.beyond)).toEqual({ ...RESULTS.fifo.exits, ...RESULTS.fifo.beyond });
    expect(result.beyond[0]).toMatchObject({ address: 'S', category: null, name: null, reason: 'beyond --max-hops 1' });
    expect(result.stops.wallets).toBe(0);
  });

  it('at a service on the way ends there, crawled or not', async () => {
    const list = await cases.stops('B=mixer=');
    const { exits, resting, wallets } = await cases.json<TraceJson>(
      'trace',
      'worked',
      '--rule',
      'fifo',
      '--stops',
      list,
    );
    expect(exits).toMatchObject([
      { end: 'service', address: 'B', category: 'mixer', name: null, amount: '100.000000' },
    ]);
    expect(resting.map(({ address }) => address)).toEqual(['A', 'C']);
    expect(wallets.map(({ address }) => address)).not.toContain('S');
  });

  it('of one report follows its payment alone, named by number or reference', async () => {
    const byNumber = await trace('lifo', '--report', '1');
    expect(byNumber).toMatchObject({ report: 1, sources: [{ id: 'S1', reports: [1] }] });
    expect(amountsAt(byNumber.resting)).toMatchObject({ A: ['30.000000', { S1: '30.000000' }] });
    expect(await trace('lifo', '--report', 'file 12')).toEqual(byNumber);
    const other = await trace('lifo', '--report', '2');
    expect(other).toMatchObject({
      report: 2,
      sources: [{ id: 'S2', transaction: 'p2' }],
      conservation: { exited: '50.000000' },
    });
  });

  it('of one report says of its money what the trace of the whole case says', async () => {
    for (const rule of CONSERVING_RULES) {
      const whole = await trace(rule);
      for (const number of [1, 2]) {
        const one = await trace(rule, '--report', `${number}`);
        for (const part of ['exits', 'resting', 'beyond'] as const) {
          expect(sharesOf(one[part]), `${rule} ${part}`).toEqual(
            sharesOf(whole[part]).filter(([, source]) => source === `S${number}`),
          );
        }
      }
    }
  });

  it('as of a time knows nothing that came later, and all that came at it', async () => {
    const early = await trace('fifo', '--as-of', at(600));
    expect(early.asOf).toBe(at(600));
    expect(amountsAt(early.exits)).toEqual(RESULTS.fifo.exits);
    expect(amountsAt(early.resting)).toEqual({
      A: ['50.000000', { S2: '50.000000' }],
      B: ['20.000000', { S1: '20.000000' }],
    });
    const earlier = await trace('fifo', '--as-of', at(599));
    expect(earlier.exits).toEqual([]);
    const first = await trace('fifo', '--as-of', at(60));
    expect(amountsAt(first.resting)).toEqual({ A: ['100.000000', { S1: '100.000000' }] });
    expect(first.notes).toEqual([
      { code: 'SOURCE_LATER', text: 'The payment of report 2, transaction p2, is later than --as-of.' },
    ]);
  });

  it('has the same hash again, and another by another rule, report, time or list of stops', async () => {
    const { runHash } = await trace('fifo');
    expect((await trace('fifo')).runHash).toBe(runHash);
    const none = await cases.json<TraceJson>('trace', 'worked', '--rule', 'fifo');
    const others = await cases.stops('S=exchange=Other');
    const renamed = await cases.json<TraceJson>('trace', 'worked', '--rule', 'fifo', '--stops', others);
    const hashes = [
      ...(await Promise.all([...RULES, 'poison', 'ttr'].map(async (rule) => (await trace(rule)).runHash))),
      ...[none.runHash, renamed.runHash],
      ...[(await trace('fifo', '--report', '1')).runHash, (await trace('fifo', '--as-of', at(1200))).runHash],
    ];
    expect(new Set(hashes).size).toBe(hashes.length);
    expect(hashes[0]).toBe(runHash);
  });

  it('of the same transfers from a file, in any order, has the same hash', async () => {
    const results = [await trace('pro-rata')];
    for (const [name, file] of [
      ['forwards', TRANSFERS],
      ['backwards', TRANSFERS.toReversed()],
    ] as const) {
      await cases.given(name, { ...told, file });
      results.push(await cases.json('trace', name, '--rule', 'pro-rata', '--stops', stops));
    }
    // The same file's rows once more, under other bytes, change nothing.
    const again = await cases.file('again.csv', toCsv([...TRANSFERS.slice(3), ...TRANSFERS.slice(0, 3)]));
    await cases.done('import', 'backwards', again);
    await cases.done('crawl', 'backwards', '--offline', '--max-hops', '1');
    results.push(await cases.json('trace', 'backwards', '--rule', 'pro-rata', '--stops', stops));
    expect(new Set(results.map(({ runHash }) => runHash)).size).toBe(1);
    expect(new Set(results.map(({ graphHash }) => graphHash)).size).toBe(1);
  });

  it('is stored once, as it was printed', async () => {
    await cases.given('stored', told);
    const argv = ['trace', 'stored', '--rule', 'libr', '--stops', stops];
    const printed = [await cases.json<TraceJson>(...argv), await cases.json<TraceJson>(...argv)];
    const [one, ...more] = await cases.stored('stored');
    expect(more).toEqual([]);
    expect(one).toMatchObject({ rule: 'libr', runHash: printed[0]?.runHash, declaredBy: null });
    expect(one?.result).toMatchObject({ conservation: printed[0]?.conservation, stops: printed[0]?.stops });
    await cases.json('trace', 'stored', '--rule', 'fifo');
    expect((await cases.stored('stored')).map(({ rule }) => rule)).toEqual(['libr', 'fifo']);
  });

  it('is told as text', async () => {
    const choice = ['--by', 'A. Analyst', '--why', 'as pleaded', '--stops', stops];
    for (const rule of ['fifo', 'poison', 'ttr']) {
      expect(await cases.said('trace', 'worked', '--rule', rule, ...choice)).toMatchSnapshot(rule);
    }
    expect(
      await cases.said('trace', 'worked', '--rule', 'fifo', '--report', '1', '--as-of', at(300)),
    ).toMatchSnapshot();
  });
});

interface Place {
  readonly address: string;
  readonly amount: string | null;
  readonly sources: readonly { readonly source: string; readonly amount: string | null }[];
}

/** Per wallet the amount, and what of it is of each source. */
/** What of each source is at each place, in an order of their names. */
function sharesOf(
  places: readonly {
    readonly address: string;
    readonly sources: readonly { source: string; amount: string | null }[];
  }[],
): [address: string, source: string, amount: string | null][] {
  return places
    .flatMap(({ address, sources }) =>
      sources.map(({ source, amount }): [string, string, string | null] => [address, source, amount]),
    )
    .sort((a, b) => (`${a[0]} ${a[1]}` < `${b[0]} ${b[1]}` ? -1 : 1));
}

function amountsAt(places: readonly Place[]): Record<string, readonly [string | null, Record<string, string | null>]> {
  return Object.fromEntries(
    places.map(({ address, amount, sources }) => [
      address,
      [amount, Object.fromEntries(sources.map((share) => [share.source, share.amount]))],
    ]),
  );
}
