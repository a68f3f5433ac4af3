/** `downstream path` and `downstream rank`: which way the money went, and which wallets to examine first. */
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { at, type Told, tracedCases } from '../fixtures/traced-cases.ts';

/**
 * V1 pays A 105, which pays B 60, C 40, and 5 back to V1. B pays D 15. C, which had 40 of a stranger's, pays D 40. D pays S 55.
 * V2 pays E 5.
 */
const TRANSFERS: readonly Told[] = [
  ['p1', 0, 'V1', 'A', 105],
  ['p2', 30, 'V2', 'E', 5],
  ['a1', 60, 'A', 'B', 60],
  ['n1', 90, 'N', 'C', 40],
  ['a2', 120, 'A', 'C', 40],
  ['r1', 150, 'A', 'V1', 5],
  ['b1', 180, 'B', 'D', 15],
  ['c1', 240, 'C', 'D', 40],
  ['d1', 600, 'D', 'S', 55],
];

interface PathJson {
  readonly runHash: string;
  readonly amount: string | null;
  readonly steps: readonly {
    transaction: string;
    from: string;
    to: string;
    at: string;
    amount: string;
    traced: string | null;
  }[];
}
interface RankJson {
  readonly leftOut: number;
  readonly wallets: readonly {
    address: string;
    hop: number;
    rank: string | null;
    least: string | null;
    most: string | null;
    received: Record<string, string> | null;
    service: { category: string; name: string | null } | null;
  }[];
}

describe.skipIf(inject('postgres') === null)('a case', () => {
  const cases = tracedCases(TRANSFERS);
  let stops: string;
  beforeAll(async () => {
    stops = await cases.stops('S=exchange=Meridian');
    const reports = [
      ['--wallet', '@A', '--tx', '#p1', '--from-wallet', '@V1'],
      ['--wallet', '@E', '--tx', '#p2', '--ref', '77'],
      ['--wallet', '@E', '--ref', 'twin', '--amount', '1'],
      ['--wallet', '@E', '--ref', 'twin', '--amount', '2'],
    ];
    await cases.given('ways', { reports, confirm: ['1:p1', '2:p2'], hops: 2 });
  });

  describe('has a path', () => {
    const path = (to: string, ...options: string[]) =>
      cases.said('path', 'ways', '--from', '1', '--to', to, ...options);
    const pathJson = (to: string, ...options: string[]) =>
      cases.json<PathJson>('path', 'ways', '--from', '1', '--to', to, ...options);
    const wayBy = async (rule: string) => {
      const { amount, steps } = await pathJson('@S', '--rule', rule);
      return [amount, ...steps.map(({ transaction, traced }) => `${transaction} ${traced}`)];
    };

    it('of the very lots under FIFO and LIFO', async () => {
      // C's payout is the stranger's money, so S got V1's by B alone.
      expect(await wayBy('fifo')).toEqual([
        '15.000000',
        'p1 105.000000',
        'a1 60.000000',
        'b1 15.000000',
        'd1 15.000000',
      ]);
      // C's payout is V1's money.
      expect(await wayBy('lifo')).toEqual([
        '40.000000',
        'p1 105.000000',
        'a2 40.000000',
        'c1 40.000000',
        'd1 55.000000',
      ]);
    });

    it('of the greatest least part under pro rata and LIBR', async () => {
      // Half of C's payout is V1's: 20, which is more than B's 15.
      expect(await wayBy('pro-rata')).toEqual([
        ...['20.000000', 'p1 105.000000', 'a2 40.000000', 'c1 20.000000', 'd1 35.000000'],
      ]);
      expect(await wayBy('libr')).toEqual([
        '15.000000',
        'p1 105.000000',
        'a1 60.000000',
        'b1 15.000000',
        'd1 15.000000',
      ]);
    });

    it('of first reach, without amounts, under poison', async () => {
      expect(await wayBy('poison')).toEqual([null, 'p1 null', 'a1 null', 'b1 null', 'd1 null']);
    });

    it('with wallets, times and whole amounts, and a hash that tells paths apart', async () => {
      const { steps, ...rest } = await pathJson('@S', '--rule', 'fifo', '--stops', stops);
      expect(rest).toMatchObject({
        ...{
          case: 'ways',
          report: 1,
          rule: 'fifo',
          asOf: null,
          stops: { wallets: 1 },
          to: { chain: 'tron', address: 'S' },
        },
        runHash: expect.stringMatching(/^[0-9a-f]{64}$/),
      });
      expect(steps[2]).toEqual({
        ...{ transaction: 'b1', from: 'B', to: 'D', at: at(180), amount: '15.000000', traced: '15.000000' },
      });
      const again = await pathJson('@S', '--rule', 'fifo', '--stops', stops);
      expect(again.runHash).toBe(rest.runHash);
      const others = await Promise.all([
        pathJson('@S', '--rule', 'libr', '--stops', stops),
        pathJson('@S', '--rule', 'fifo'),
        pathJson('@D', '--rule', 'fifo', '--stops', stops),
        pathJson('@S', '--rule', 'fifo', '--stops', stops, '--as-of', at(900)),
      ]);
      expect(new Set([rest, ...others].map(({ runHash }) => runHash)).size).toBe(5);
    });

    it('as text', async () => {
      expect(await path('@S', '--rule', 'pro-rata')).toMatchSnapshot();
      expect(await path('@S', '--rule', 'poison')).toMatchSnapshot();
      expect(await path('@A', '--rule', 'fifo')).toMatchSnapshot();
    });

    it("back to the victim's own wallet", async () => {
      const { steps } = await pathJson('@V1', '--rule', 'fifo');
      expect(steps.map(({ transaction }) => transaction)).toEqual(['p1', 'r1']);
    });

    it('of a report that is named by its reference, even where that is a number', async () => {
      const { steps } = await cases.json<PathJson>('path', 'ways', '--from', '77', '--to', '@E', '--rule', 'fifo');
      expect(steps.map(({ transaction }) => transaction)).toEqual(['p2']);
    });

    it('to nowhere that the money did not come', async () => {
      expect(await cases.said('path', 'ways', '--from', '2', '--to', '@S', '--rule', 'fifo')).toMatchInlineSnapshot(`
        "1
        Error: By fifo, no money of report 2 came to S.
        It is followed as far as crawl 1 read, and to no wallet behind a stop.
        Try --rule poison, which knows no balances; or crawl further and try again.
        "
      `);
      expect(await path('@N', '--rule', 'poison')).toMatch(/^1\nError: By poison, no money of report 1 came to N\./);
      expect(await path('@S', '--rule', 'fifo', '--as-of', at(599))).toMatch(
        /^1\nError: By fifo, no money of report 1/,
      );
      expect(await path('@S', '--rule', 'fifo', '--stops', await cases.stops('D=bridge='))).toMatch(
        /^1\nError: By fifo/,
      );
    });

    it('of no report that is not there, or is not told from another', async () => {
      const from = (ref: string) => cases.said('path', 'ways', '--from', ref, '--to', '@S', '--rule', 'fifo');
      expect(await from('99')).toMatchInlineSnapshot(`
        "2
        Error: The case has no report "99".
        A report is named by its number, or by its reference.
        See them with: npx downstream report list CASE
        "
      `);
      expect(await from('twin')).toMatchInlineSnapshot(`
        "2
        Error: 2 reports have the reference "twin".
        Name one by its number: 3, 4
        "
      `);
      expect(await cases.said('trace', 'ways', '--report', 'twin')).toBe(await from('twin'));
      expect(await cases.said('rank', 'ways', '--report', '99')).toBe(await from('99'));
    });

    it('to an address that is one, by a rule that states a way', async () => {
      expect(await path('TXVj38D1XR3TPgSHTCZGC8wkLDAGqF1oqy', '--rule', 'fifo')).toMatchInlineSnapshot(`
        "2
        Error: "TXVj38D1XR3TPgSHTCZGC8wkLDAGqF1oqy" is no Tron address: its checksum is wrong, so at least one character was mistyped.
        A Tron address has 34 characters and starts with T, such as TXVj38D1XR3TPgSHTCZGC8wkLDAGqF1oqx.
        Copy it again from the wallet, the exchange or the explorer.
        "
      `);
      expect(await path('@S', '--rule', 'ttr')).toMatchInlineSnapshot(`
        "2
        error: option '--rule <rule>' argument 'ttr' is invalid. Allowed choices are fifo, lifo, pro-rata, libr, poison.
        (add --help for what it takes)
        "
      `);
      expect(await path('@S')).toMatchInlineSnapshot(`
        "2
        Error: No rule was chosen for this case yet, so a path needs one.
        --rule takes one of: fifo, lifo, pro-rata, libr, poison.
        Add --rule, or choose one for the case with: npx downstream trace CASE --rule … --by … --why …
        "
      `);
    });

    it('by the rule that was chosen last, of those that state a way', async () => {
      const choose = (rule: string) =>
        cases.json('trace', 'ways', '--rule', rule, '--by', 'A. Analyst', '--why', 'as pleaded');
      await choose('lifo');
      expect(await pathJson('@S')).toMatchObject({ rule: 'lifo' });
      await choose('ttr');
      expect(await pathJson('@S')).toMatchObject({ rule: 'lifo' });
      expect(await pathJson('@S', '--rule', 'libr')).toMatchObject({ rule: 'libr' });
    });
  });

  describe('has a ranking', () => {
    const rank = (method: string, ...options: string[]) =>
      cases.json<RankJson>('rank', 'ways', '--method', method, '--stops', stops, '--no-inference', ...options);

    it('by the most that any rule traces to a wallet', async () => {
      const { wallets, leftOut, ...rest } = await rank('traced');
      expect(rest).toMatchObject({ case: 'ways', method: 'traced', report: null, asOf: null, stops: { wallets: 1 } });
      const seen = wallets.map(({ address, hop, least, most }) => `${address} ${hop} ${least} ${most}`);
      expect(seen.slice(0, 2)).toEqual(['A 0 105.000000 105.000000', 'B 1 60.000000 60.000000']);
      expect(seen.slice(2, 4).sort()).toEqual(['D 2 15.000000 55.000000', 'S 3 15.000000 55.000000']);
      expect(seen.slice(4)).toEqual(['C 1 40.000000 40.000000', 'E 0 5.000000 5.000000']);
      expect(wallets.find(({ address }) => address === 'S')).toMatchObject({
        rank: null,
        received: { fifo: '15.000000', lifo: '55.000000', 'pro-rata': '35.000000', libr: '15.000000' },
        service: { category: 'exchange', name: 'Meridian' },
      });
      expect(leftOut).toBe(1);
    });

    it('by TTR, of those whom the money can have reached', async () => {
      const { wallets, leftOut } = await rank('ttr');
      expect(wallets.map(({ address }) => address).sort()).toEqual(['A', 'B', 'C', 'D', 'E', 'S']);
      const ranks = wallets.map((wallet) => Number(wallet.rank));
      expect(ranks).toEqual([...ranks].sort((a, b) => b - a));
      expect(ranks.reduce((sum, each) => sum + each, 0)).toBeLessThan(1);
      expect(wallets.every(({ received, least, most }) => received === null && least === null && most === null)).toBe(
        true,
      );
      // V1, to whom money came back, and N, who had paid C.
      expect(leftOut).toBe(2);
      const plain = await cases.json<RankJson>('rank', 'ways', '--stops', stops, '--no-inference');
      expect(await rank('ttr')).toEqual(plain);
    });

    it('that ends at a deposit address which what it does tells, with the name of its service', async () => {
      const { wallets } = await cases.json<RankJson>('rank', 'ways', '--method', 'traced', '--stops', stops);
      expect(wallets.map(({ address }) => address)).not.toContain('S');
      expect(wallets.find(({ address }) => address === 'D')?.service).toMatchObject({
        category: 'deposit-address',
        name: 'Meridian',
        inferred: { sinks: [{ chain: 'tron', address: expect.any(String) }] },
      });
    });

    it("without victims' own wallets, whatever came back to them, and without those that only paid in", async () => {
      for (const method of ['ttr', 'traced']) {
        const { wallets } = await rank(method);
        const ranked = wallets.map(({ address }) => address);
        for (const left of ['V1', 'V2', 'N']) expect(ranked).not.toContain(left);
      }
    });

    it('of one report, and as of a time', async () => {
      const one = await rank('traced', '--report', '2');
      expect(one).toMatchObject({ report: 2, wallets: [{ address: 'E' }], leftOut: 0 });
      const early = await rank('traced', '--as-of', at(60));
      expect(early.wallets.map(({ address }) => address)).toEqual(['A', 'B', 'E']);
    });

    it('as text, as long as is asked for', async () => {
      const said = (...options: string[]) => cases.said('rank', 'ways', '--stops', stops, '--no-inference', ...options);
      expect(await said()).toMatchSnapshot();
      expect(await said('--method', 'traced', '--top', '2')).toMatchSnapshot();
      expect(await said('--top', '0')).toMatchInlineSnapshot(`
        "2
        error: option '--top <n>' argument '0' is invalid. It takes a whole number from 1 up.
        (add --help for what it takes)
        "
      `);
      expect(await said('--method', 'size')).toMatch(/^2\nerror: option '--method <method>'/);
    });
  });
});
