/** What is said of how far a crawl saw: of proven wallets, of others, and wherever one of those is named. */
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parse as parseCsv } from 'csv-parse/sync';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import type { TraceJson } from '../../workers/trace.ts';
import { type Told, tracedCases } from '../fixtures/traced-cases.ts';

const USDT = 1_000_000n;

interface CoverageJson {
  readonly case: string;
  readonly wallets: readonly {
    readonly address: string;
    readonly state: string;
    readonly reason: string | null;
    readonly from: string | null;
    readonly to: string | null;
    readonly proof: string;
    readonly difference: string | null;
  }[];
}

/** Reported wallets R0 to R11, each paid 10: what they hold is made up below. */
const MANY: readonly Told[] = Array.from({ length: 12 }, (_, n): Told => [`m${n}`, 3 * n, 'V9', `R${n}`, 10]);
const TRANSFERS: readonly Told[] = [
  // A is paid 60, passes 45 on, and holds 5 less and B 7 more than that makes.
  ['p1', 0, 'V1', 'A', 60],
  ['p2', 60, 'V1', 'B', 30],
  ['a1', 120, 'A', 'C', 45],
  ['b1', 180, 'B', 'C', 30],
  ['c1', 240, 'C', 'D', 75],
  ['self', 300, 'A', 'A', 1],
  // Both wallets of the case `whole` hold what they ought to.
  ['w1', 0, 'V2', 'W', 20],
  ['w2', 60, 'W', 'X', 20],
  ...MANY,
];

describe.skipIf(inject('postgres') === null)('coverage', () => {
  const held = {
    A: 10n * USDT,
    B: 7n * USDT,
    ...Object.fromEntries(MANY.map(([, , , to], n) => [to, BigInt(11 + (n % 2 ? -2 : 0)) * USDT])),
  };
  const cases = tracedCases(TRANSFERS, { balances: held });
  const coverage = (...argv: string[]) => cases.json<CoverageJson>('coverage', ...argv);

  beforeAll(async () => {
    await cases.given('odd', {
      reports: [
        ['--wallet', '@A', '--tx', '#p1'],
        ['--wallet', '@B', '--tx', '#p2'],
      ],
      confirm: ['1:p1', '2:p2'],
    });
  });

  it('tells of each wallet what was seen of it, and what is proven', async () => {
    const { case: name, wallets } = await coverage('odd');
    expect(name).toBe('odd');
    const end = wallets[0]?.to;
    const seen = { from: '2019-04-14T00:00:00.000Z', to: end, asset: 'USDT', provider: 'trongrid', requests: 1 };
    // Those that do not add up were read once more.
    const tron = { chain: 'tron', state: 'expanded', reason: null, ...seen };
    expect(wallets.slice(0, 3)).toEqual([
      { ...tron, address: 'A', hop: 0, requests: 2, rows: 3, proof: 'unproven', difference: '-5.000000' },
      { ...tron, address: 'B', hop: 0, requests: 2, rows: 2, proof: 'unproven', difference: '7.000000' },
      expect.objectContaining({ ...tron, address: 'C', hop: 1, rows: 3 }),
    ]);
    expect(wallets[3]).toEqual({
      ...{
        chain: 'tron',
        address: 'D',
        state: 'stopped',
        reason: 'beyond --max-hops 1',
        from: null,
        to: null,
        rows: 0,
      },
      ...{ proof: 'not-tried', difference: null, hop: 2, asset: 'USDT', provider: null, requests: 0 },
    });
  });

  it('prints sums and, first of all, what is unproven', async () => {
    const said = await cases.said('coverage', 'odd');
    expect(said).toContain('What crawl 1 of the case "odd" saw. It is finished.');
    expect(said).toMatch(/Expanded +3 wallets: \d proven, 2 unproven, \d not tried\n/);
    expect(said).toMatch(
      /Unproven +7\.00 USDT more than their transfers add up to in 1 wallet; 5\.00 USDT less than their transfers add up to in 1 wallet\n/,
    );
    expect(said).toMatch(/Requests +\d+: 3 pages of histories, /);
    expect(said).toMatch(
      /Pages +5 for the histories of 3 wallets on tron, over all crawls; no fewer than 3 hold them\n/,
    );
    expect(said).toContain('Not followed\n  1 wallet  beyond --max-hops 1\n');
    expect(said).toMatch(/\n {2}B +expanded +unproven +\+7\.00 +2 +2019-04-14 .*\n {2}A +expanded +unproven +-5\.00 /);
  });

  it('lists what is asked for alone', async () => {
    const unproven = await coverage('odd', '--unproven');
    expect(unproven.wallets.map(({ address }) => address)).toEqual(['A', 'B']);
    const stopped = await coverage('odd', '--state', 'stopped');
    expect(stopped.wallets.map(({ address }) => address)).toEqual(['D']);
    expect(await cases.said('coverage', 'odd', '--state', 'failed')).toContain('No wallet is as you ask.');
    expect(await cases.said('coverage', 'odd', '--state', 'lost')).toMatch(/^2\n/);
  });

  it('says what a case lacks that was never crawled', async () => {
    await cases.done('case', 'create', 'new');
    expect(await cases.said('coverage', 'new')).toMatchInlineSnapshot(`
      "1
      Error: The case "new" was not crawled yet, so nothing of it was seen.
      Run: npx downstream crawl "new"
      "
    `);
  });

  it('proves nothing of files, and says so', async () => {
    await cases.given('filed', { reports: [['--wallet', '@A']], file: TRANSFERS.slice(0, 5) });
    const { wallets } = await coverage('filed');
    expect(wallets[0]).toMatchObject({
      address: 'A',
      state: 'expanded',
      from: null,
      to: null,
      provider: 'files',
      rows: 2,
    });
    expect(new Set(wallets.map(({ proof }) => proof))).toEqual(new Set(['not-tried']));
    expect(await cases.said('coverage', 'filed')).toContain('no history here is proven');
    expect(await cases.said('trace', 'filed', '--compare')).not.toContain('[unproven');
  });

  it('marks nothing where all is proven', async () => {
    await cases.given('whole', { reports: [['--wallet', '@W']] });
    const { unproven, wallets } = await cases.json<TraceJson>('trace', 'whole', '--rule', 'fifo');
    expect([unproven, wallets.filter((wallet) => wallet.unproven !== null)]).toEqual([[], []]);
    expect((await coverage('whole', '--unproven')).wallets).toEqual([]);
    const commands = [
      ['case', 'show', 'whole'],
      ['clusters', 'whole'],
      ['rank', 'whole'],
      ['trace', 'whole', '--compare'],
    ];
    for (const argv of commands) {
      expect(await cases.said(...argv)).not.toMatch(/\[unproven|wallets? (is|are) unproven/);
    }
  });

  describe('of an unproven wallet stands wherever it is named', () => {
    const marked = [
      { address: 'A', difference: '-5.000000' },
      { address: 'B', difference: '7.000000' },
    ];

    it('in a trace', async () => {
      const result = await cases.json<TraceJson>('trace', 'odd', '--rule', 'fifo');
      expect(result.unproven).toMatchObject(marked);
      expect(result.sources.map(({ unproven }) => unproven)).toEqual([
        { from: null, to: { difference: '-5.000000' } },
        { from: null, to: { difference: '7.000000' } },
      ]);
      for (const { address, difference } of marked) {
        const own = result.wallets.find((wallet) => wallet.address === address);
        expect(own?.unproven).toEqual({ difference });
      }
      expect(result.resting.find(({ address }) => address === 'A')?.unproven).toEqual({ difference: '-5.000000' });
      expect(result.withoutOpenings?.openings).toEqual([{ chain: 'tron', address: 'B', amount: '7.000000' }]);
      const text = await cases.said('trace', 'odd', '--rule', 'fifo', '--by', 'A. Analyst', '--why', 'as pleaded');
      for (const mark of ['A [unproven: -5.00]', 'B [unproven: +7.00]']) expect(text).toContain(mark);
      expect(text).toContain('All of them: npx downstream coverage "odd" --unproven\n');
      expect(await cases.said('trace', 'odd', '--compare')).toMatch(/A \[unproven: -5\.00\]\n/);
      const { places } = await cases.json<{ places: TraceJson['exits'] }>('trace', 'odd', '--compare');
      expect(places.find(({ address }) => address === 'A')?.unproven).toEqual({ difference: '-5.000000' });
    });

    it('in a path, a ranking and the clusters', async () => {
      const path = ['path', 'odd', '--from', '1', '--to', '@C', '--rule', 'fifo'];
      expect(await cases.said(...path)).toContain('    A [unproven: -5.00]\n');
      expect(await cases.json(...path)).toMatchObject({ unproven: [marked[0]] });
      expect(await cases.said('rank', 'odd')).toContain('A [unproven: -5.00]');
      const { wallets } = await cases.json<{ wallets: TraceJson['wallets'] }>('rank', 'odd');
      expect(wallets.find(({ address }) => address === 'B')?.unproven).toEqual({ difference: '7.000000' });
      const { clusters } = await cases.json<{ clusters: { unproven: number; wallets: { unproven: unknown }[] }[] }>(
        'clusters',
        'odd',
      );
      expect(clusters.reduce((sum, { unproven }) => sum + unproven, 0)).toBe(2);
      expect(clusters.flatMap((each) => each.wallets).filter(({ unproven }) => unproven !== null)).toHaveLength(2);
      const text = await cases.said('clusters', 'odd');
      expect(text).toContain('2 unproven');
      expect(text).toContain('A [unproven: -5.00]');
    });

    it('in what the case holds', async () => {
      const text = await cases.said('case', 'show', 'odd');
      expect(text).toMatch(/Proof +\d proven, 2 unproven, \d not tried\n/);
      expect(text).toContain('unproven: differs by -5.00');
      expect(text).toContain('2 wallets are unproven: transfers of them may be missing.');
      expect(await cases.json('case', 'show', 'odd')).toMatchObject({ proofs: { unproven: 2 } });
    });

    it('in every export', async () => {
      const out = dirname(await cases.file('here', ''));
      const said = await cases.said('export', 'odd', '--format', 'csv', '--out', out);
      expect(said).toContain('2 wallets are unproven: transfers of them may be missing.');
      const rows = async (name: string): Promise<Record<string, string>[]> =>
        parseCsv(await readFile(join(out, name), 'utf8'), { columns: true });
      const differences = (own: Record<string, string>[]) =>
        own.filter(({ proof }) => proof === 'unproven').map(({ difference, rows: count }) => [difference, count]);
      for (const name of ['coverage.csv', 'nodes.csv']) {
        expect(differences(await rows(name)).sort()).toEqual([
          ['-5.000000', '3'],
          ['7.000000', '2'],
        ]);
      }
      expect(await rows('coverage.csv')).toHaveLength(4);
      const header = await rows('case.csv');
      expect(header.find(({ name }) => name === 'proofs')?.value).toContain('unproven 2');
      expect(await cases.json('export', 'odd', '--format', 'json', '--out', out)).toMatchObject({ unproven: 2 });
      const { nodes } = JSON.parse(await readFile(join(out, 'graph.json'), 'utf8'));
      expect(differences(nodes)).toHaveLength(2);
    });
  });

  it('is one note of a trace where many wallets are unproven', async () => {
    await cases.given('many', { reports: MANY.map(([, , , to]) => ['--wallet', `@${to}`]), hops: 0 });
    const { notes } = await cases.json<TraceJson>('trace', 'many', '--rule', 'fifo');
    expect(notes.filter(({ code }) => code === 'NOT_RECONCILED')).toMatchInlineSnapshot(`
      [
        {
          "code": "NOT_RECONCILED",
          "text": "12 wallets are not proven to hold what their transfers add up to: 6 hold more, which is taken for opening balances of unknown origin; 6 hold less, so their histories are not whole. See: npx downstream coverage "many" --unproven",
        },
      ]
    `);
  });
});
