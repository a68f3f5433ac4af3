/** Clusters and wallets to examine as people ask for them, on small cases whose answer is known by hand. */
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { at, type Told, tracedCases } from '../fixtures/traced-cases.ts';

interface ClusterJson {
  readonly id: number;
  readonly size: number;
  readonly reports: readonly number[];
  readonly victims: number;
  readonly naming: readonly number[];
  readonly money: { readonly came: string; readonly left: string; readonly rests: string; readonly by: object };
  readonly exits: readonly { readonly kind: string; readonly service: string | null; readonly amount: string }[];
  readonly collisions: readonly { readonly case: string }[];
  readonly ties: readonly { readonly compound: string | null; readonly kind: string }[];
  readonly wallets: readonly { readonly address: string; readonly reported: boolean }[];
}
interface ClustersJson {
  readonly graphHash: string;
  readonly runHash: string;
  readonly rule: string;
  readonly cut: boolean;
  readonly clusters: readonly ClusterJson[];
}
interface SuspectsJson {
  readonly runHash: string;
  readonly suspects: readonly {
    readonly address: string;
    readonly score: number;
    readonly likely: boolean;
    readonly reasons: readonly { readonly transfers: readonly unknown[] }[];
  }[];
}

/** A network of two collection wallets, a pool and a layer, whose names begin alike; every so many seconds. */
function network(prefix: string, from: number): Told[] {
  const name = (part: string) => `${prefix}${part}`;
  const steps: [string, string, string, number][] = [
    ['p1', 'V1', 'A', 900],
    ['p2', 'V2', 'B', 700],
    ['a1', 'A', 'P', 900],
    ['b1', 'B', 'P', 700],
    ['l1', 'P', 'L', 800],
    ['l2', 'P', 'M', 790],
    // Wallets that paid the exchange alone would be deposit addresses of it.
    ['e1', 'L', 'X', 500],
    ['e2', 'M', 'X', 490],
    ['k1', 'L', 'K', 300],
    ['k2', 'M', 'K', 300],
  ];
  // Whoever cashes out does so at the one exchange.
  return steps.map(([step, payer, payee, usdt], index) => [
    ...[name(step), from + 600 * index],
    ...[name(payer), payee === 'X' ? 'EXCHANGE' : name(payee), usdt],
  ]) as unknown as Told[];
}

const TOLD: readonly Told[] = [
  ...network('N', 0),
  ...network('O', 300),
  ...network('T', 600),
  // The exchange behaves as one.
  ['x1', 20_001, 'EXCHANGE', 'Q1', 50],
  ['x2', 20_061, 'EXCHANGE', 'Q2', 60],
  // Somebody who pays for people, with money of their own.
  ['rec0', 0, 'R0', 'R', 9_000],
  ['rec', 1_200, 'R', 'TA', 8_888],
  // A wallet that a report names alone, and that nobody else paid.
  ['alone', 0, 'W0', 'W', 30],
  // A star: one payer, many payees.
  ['star', 0, 'S0', 'S', 100],
  ...['a', 'b', 'c', 'd'].map((to, index): Told => [`star-${to}`, 60 + 60 * index, 'S', `S${to}`, 20]),
  // The report of a payment straight to a service.
  ['straight', 0, 'Z0', 'Z', 70],
  ['swept', 60, 'Z', 'ZZ', 70],
];

describe.skipIf(inject('postgres') === null)('clusters', () => {
  const cases = tracedCases(TOLD);
  const clusters = (name: string, ...options: string[]) => cases.json<ClustersJson>('clusters', name, ...options);
  const suspects = (name: string, ...options: string[]) => cases.json<SuspectsJson>('suspects', name, ...options);
  beforeAll(async () => {
    const stops = await cases.stops('EXCHANGE=exchange=Meridian', 'ZZ=exchange=Kestrel');
    const paid = (prefix: string) => [
      ['--wallet', `@${prefix}A`, '--tx', `#${prefix}p1`, '--ref', `${prefix}-one`],
      ['--wallet', `@${prefix}B`, '--tx', `#${prefix}p2`, '--ref', `${prefix}-two`],
    ];
    await cases.given('both', {
      reports: [...paid('N'), ...paid('O')],
      confirm: ['1:Np1', '2:Np2', '3:Op1', '4:Op2'],
      hops: 6,
      crawl: ['--stops', stops],
    });
    await cases.given('open', {
      reports: [
        ['--wallet', '@NA', '--tx', '#Np1'],
        ['--wallet', '@NA', '--amount', '5', '--at', at(0)],
        ['--wallet', '@NB'],
      ],
      hops: 6,
      crawl: ['--stops', stops],
    });
    await cases.given('alone', { reports: [['--wallet', '@W']] });
    await cases.given('star', { reports: [['--wallet', '@S', '--tx', '#star']], confirm: ['1:star'] });
    await cases.given('service', {
      reports: [['--wallet', '@Z', '--tx', '#straight']],
      confirm: ['1:straight'],
      crawl: ['--stops', await cases.stops('Z=exchange=Kestrel')],
    });
  });

  it('keep two networks apart that share nothing but an exchange', async () => {
    const found = await clusters('both');
    expect(found.clusters.map(({ wallets }) => wallets.map(({ address }) => address).sort()).sort()).toEqual([
      ['NA', 'NB', 'NK', 'NL', 'NM', 'NP'],
      ['OA', 'OB', 'OK', 'OL', 'OM', 'OP'],
    ]);
    expect(found.clusters.find(({ reports }) => reports.includes(1))).toMatchObject({
      ...{ size: 6, reports: [1, 2], victims: 2 },
      money: { came: '1600.000000', left: '990.000000', rests: '610.000000' },
      exits: [{ kind: 'service', service: 'Meridian', amount: '990.000000' }],
    });
  });

  it('tell of reports whose payments nobody has confirmed, and what it takes to call one likely', async () => {
    const { clusters: found } = await clusters('open');
    expect(found.filter(({ naming }) => naming.length > 0)).toMatchObject([{ reports: [3], naming: [1, 2, 3] }]);
    const text = await cases.said('clusters', 'open');
    expect(text).toContain('2 more reports of its wallets: no payment is confirmed, and their money is not counted');
    expect(text).toContain('confirmed: npx downstream report match "open"');
    expect(text).toContain('(all of it unverified)');
    expect(await cases.said('clusters', 'both')).not.toMatch(/more report|report match/);
  });

  it('come out the same when they are asked for again, and by another seed where there is one way to part them', async () => {
    const once = await clusters('both');
    expect(await clusters('both')).toEqual(once);
    const other = await clusters('both', '--seed', '7');
    const members = (found: ClustersJson) => found.clusters.map(({ wallets }) => wallets.map(({ address }) => address));
    expect(members(other)).toEqual(members(once));
    expect(other.runHash).not.toBe(once.runHash);
  });

  it('have another runHash by another rule, and by another threshold', async () => {
    const usual = await clusters('both');
    expect(usual.rule).toBe('pro-rata');
    const fifo = await clusters('both', '--rule', 'fifo');
    expect([fifo.rule, fifo.runHash === usual.runHash, fifo.graphHash === usual.graphHash]).toEqual([
      'fifo',
      false,
      true,
    ]);
  });

  it('rank no service, and no wallet of a victim', async () => {
    const { suspects: ranked } = await suspects('both');
    const named = ranked.map(({ address }) => address);
    expect(named).toEqual(expect.arrayContaining(['NA', 'NP', 'OA', 'OP']));
    for (const other of ['EXCHANGE', 'NV1', 'NV2', 'OV1', 'OV2', 'Q1']) expect(named).not.toContain(other);
    expect(ranked.map(({ score }) => score)).toEqual(ranked.map(({ score }) => score).sort((a, b) => b - a));
  });

  it('of a case of one wallet are none, and say so', async () => {
    expect((await clusters('alone')).clusters).toEqual([]);
    expect(await cases.said('clusters', 'alone')).toContain(
      'No two wallets share enough of the money of reported ones.',
    );
  });

  it('of a star are one at most, and nobody is likely', async () => {
    const { clusters: found } = await clusters('star');
    expect(found.length).toBeLessThanOrEqual(1);
  });

  it("of a report on a service's wallet are none: its money went straight to the service", async () => {
    expect((await clusters('service')).clusters).toEqual([]);
    expect((await suspects('service')).suspects).toEqual([]);
  });

  it('show of a cluster what ties it to a compound: what reports name, and ransoms that are reported into it', async () => {
    await cases.given('tied', {
      reports: [
        ['--wallet', '@TA', '--tx', '#Tp1', '--names', 'KK Park'],
        ['--wallet', '@TB', '--tx', '#Tp2', '--payment', 'ransom'],
        ['--wallet', '@TA', '--tx', '#rec', '--payment', 'recruitment'],
      ],
      confirm: ['1:Tp1', '2:Tp2', '3:rec'],
      hops: 6,
    });
    const { clusters: found } = await clusters('tied');
    expect(found.flatMap(({ ties }) => ties)).toMatchObject([
      { kind: 'report-names', evidence: { reports: [1] } },
      { compound: null, kind: 'ransom-payment', evidence: { reports: [2] } },
      { compound: null, kind: 'recruitment-payment', evidence: { reports: [3] } },
    ]);
    // Who paid, for whatever it was, is neither ranked nor in a cluster for that.
    const ranked = (await suspects('tied')).suspects.map(({ address }) => address);
    for (const payer of ['TV1', 'TV2', 'R']) expect(ranked).not.toContain(payer);
    expect(found.flatMap(({ wallets }) => wallets.map(({ address }) => address))).not.toContain('R');
    expect(await cases.said('clusters', 'tied')).toContain('KK Park');
    // Nobody's tie is another's.
    expect((await clusters('both')).clusters.flatMap(({ ties }) => ties)).toEqual([]);
  });

  it("go by thresholds of the case's own, which are kept with who decides and why", async () => {
    const usual = await suspects('both');
    const set = ['--set', 'suspects.likely=100', '--by', 'A. Analyst', '--why', 'fewer and surer'];
    expect(await cases.said('thresholds', 'both', ...set)).toContain("the case's own; usually");
    const strict = await suspects('both');
    expect(strict.runHash).not.toBe(usual.runHash);
    expect(strict.suspects.filter(({ likely }) => likely).length).toBeLessThan(
      usual.suspects.filter(({ likely }) => likely).length,
    );
    await cases.done('thresholds', 'both', '--reset', 'suspects.likely', '--by', 'A. Analyst', '--why', 'as it was');
    expect((await suspects('both')).runHash).toBe(usual.runHash);
    expect(
      await cases.said('thresholds', 'both', '--set', 'suspects.likly=3', '--by', 'A', '--why', 'b'),
    ).toMatchInlineSnapshot(`
      "2
      Error: There is no threshold "suspects.likly".
      See all of them with: npx downstream thresholds CASE
      "
    `);
    expect(await cases.said('thresholds', 'both', '--set', 'suspects.likely=3')).toMatchInlineSnapshot(`
      "2
      Error: A decision takes --by and --why.
      It is recorded with it who decides and why, so that others can judge it later.
      Add what is missing.
      "
    `);
    expect(
      await cases.said('thresholds', 'both', '--set', 'suspects.likely', '--by', 'A', '--why', 'b'),
    ).toMatchInlineSnapshot(`
      "2
      Error: "suspects.likely" sets nothing.
      Write it as NAME=VALUE.
      "
    `);
  });

  it('without repeats say nothing of how well they hold, under another hash', async () => {
    const once = await clusters('both');
    const again = await suspects('both', '--repeats', '0');
    expect(await suspects('both', '--repeats', '0')).toEqual(again);
    expect(again.runHash).not.toBe(once.runHash);
  });

  it('that the deadline cut are marked, and no answer to whoever gives more time', async () => {
    const cut = await clusters('both', '--seed', '77', '--deadline', '0.001');
    expect(cut.cut).toBe(true);
    expect(await cases.said('suspects', 'both', '--seed', '77', '--deadline', '0.001')).toContain(
      'the deadline came first',
    );
    const whole = await clusters('both', '--seed', '77');
    expect(whole.cut).toBe(false);
    const { clusters: shown } = await cases.json<{ clusters: { runHash: string } }>('case', 'show', 'both');
    expect(shown.runHash).toBe(whole.runHash);
  });

  it('count a report that comes later, under the same runHash', async () => {
    const before = await clusters('star');
    await cases.done('report', 'add', 'star', '--wallet', '@S', '--tx', '#star', '--ref', 'another');
    await cases.done('report', 'match', 'star', '--confirm', '2:#star');
    const after = await clusters('star');
    expect(after.clusters.flatMap(({ reports }) => reports)).toEqual([1, 2]);
    expect(before.clusters.flatMap(({ reports }) => reports)).toEqual([1]);
  });
});
