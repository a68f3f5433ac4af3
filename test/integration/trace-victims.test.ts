/** Victims in a trace: what came back to them, what their wallets' balances leave open, and that none of their words shows. */
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { one } from '../../src/store/db.ts';
import type { TraceJson } from '../../workers/trace.ts';
import { type Told, tracedCases } from '../fixtures/traced-cases.ts';

const USDT = 1_000_000n;

/** Each case has wallets of its own. */
const TRANSFERS: readonly Told[] = [
  // Of 100, A pays 20 back.
  ['paid', 0, 'V', 'A', 100],
  ['back', 60, 'A', 'V', 20],
  ['on', 120, 'A', 'B', 80],
  // A2 holds 40 at the end, and its transfers add up to 10: it held 30 before.
  ['p2', 0, 'V2', 'A2', 60],
  ['n2', 60, 'N', 'A2', 20],
  ['x2', 120, 'A2', 'S2', 70],
  // A3 holds 45, and its transfers add up to 50.
  ['p3', 0, 'V3', 'A3', 50],
  // What V4 told of this payment is in the report alone.
  ['p4', 0, 'V4', 'A4', 10],
  ['x4', 60, 'A4', 'B4', 10],
];

describe.skipIf(inject('postgres') === null)('a trace', () => {
  const cases = tracedCases(TRANSFERS, { balances: { A2: 40n * USDT, A3: 45n * USDT } });
  const by = (rule: string, name: string, ...options: string[]) =>
    cases.json<TraceJson>('trace', name, '--rule', rule, ...options);

  describe('of money that came back', () => {
    beforeAll(() =>
      cases.given('back', {
        reports: [['--wallet', '@A', '--tx', '#paid', '--from-wallet', '@V']],
        confirm: ['1:paid'],
      }),
    );

    it("ends at the victim's own wallet, as returned", async () => {
      const { exits, conservation, wallets } = await by('fifo', 'back');
      expect(exits).toMatchObject([
        {
          end: 'returned',
          address: 'V',
          category: null,
          name: null,
          reason: null,
          amount: '20.000000',
          sources: [{ hops: 1, seconds: 60 }],
        },
      ]);
      expect(conservation).toMatchObject({ exited: '20.000000', resting: '80.000000', difference: '0.000000' });
      expect(wallets.map(({ address }) => address)).toEqual(['A', 'B', 'V']);
      const said = await cases.said('trace', 'back', '--rule', 'fifo', '--by', 'A. Analyst', '--why', 'as pleaded');
      expect(said).toMatchSnapshot();
    });

    it('is said to have come back where nobody told whose wallet the payment came from', async () => {
      await cases.given('untold', { reports: [['--wallet', '@A', '--tx', '#paid']], confirm: ['1:paid'] });
      const { exits, resting, beyond, notes } = await by('fifo', 'untold');
      expect(exits).toEqual([]);
      expect([...resting, ...beyond].map(({ address, amount }) => [address, amount])).toContainEqual([
        'V',
        '20.000000',
      ]);
      expect(notes.map(({ code }) => code)).toContain('BACK_TO_PAYER');
      const ranked = await cases.json<{ wallets: { address: string }[] }>('rank', 'untold', '--method', 'traced');
      expect(ranked.wallets.map(({ address }) => address)).not.toContain('V');
    });

    it('does not end at a wallet that a report merely claims to have paid from', async () => {
      const reports = [
        ['--wallet', '@A', '--tx', '#paid'],
        ['--wallet', '@A', '--amount', '5', '--from-wallet', '@B'],
      ];
      await cases.given('claimed', { reports, confirm: ['1:paid'] });
      const { exits } = await by('fifo', 'claimed');
      expect(exits).toEqual([]);
    });

    it('ends there too where the wallet was reported as the own one', async () => {
      const reports = [
        ['--wallet', '@A', '--tx', '#paid'],
        ['--wallet', '@V', '--role', 'own'],
      ];
      await cases.given('own', { reports, confirm: ['1:paid'] });
      const result = await by('fifo', 'own');
      expect(result.exits).toMatchObject([{ end: 'returned', address: 'V', amount: '20.000000' }]);
      // V paid more than it is known to have had; at an end that does not matter.
      expect(result.withoutOpenings).toBeNull();
      expect(result.notes).toMatchInlineSnapshot(`
        [
          {
            "code": "REPORT_OWN_WALLET",
            "text": "Report 2 names a victim's own wallet: what it paid is followed once a payment is confirmed. Money that comes to it counts as returned.",
          },
        ]
      `);
      for (const method of ['ttr', 'traced']) {
        const { wallets } = await cases.json<{ wallets: { address: string }[] }>('rank', 'own', '--method', method);
        expect(wallets.map(({ address }) => address).sort()).toEqual(['A', 'B']);
      }
    });

    it('ends at a service where a list knows that the wallet it was told to come from is one', async () => {
      const { exits } = await by('fifo', 'back', '--stops', await cases.stops('V=exchange=Meridian'));
      expect(exits).toMatchObject([{ end: 'service', address: 'V', name: 'Meridian' }]);
    });
  });

  describe('through a reported wallet whose balance does not add up', () => {
    let stops: string;
    beforeAll(async () => {
      stops = await cases.stops('S2=exchange=Meridian');
      await cases.given('opening', { reports: [['--wallet', '@A2', '--tx', '#p2']], confirm: ['1:p2'] });
      await cases.given('less', { reports: [['--wallet', '@A3', '--tx', '#p3']], confirm: ['1:p3'] });
    });

    // With: unknown 30 come first, then V2 60, N 20; 70 leave. Without: V2 60, N 20.
    it.each([
      { rule: 'fifo', with: ['40.000000', '20.000000'], without: ['60.000000', '0.000000'] },
      { rule: 'lifo', with: ['50.000000', '10.000000'], without: ['50.000000', '10.000000'] },
      { rule: 'pro-rata', with: ['38.181818', '21.818182'], without: ['52.500000', '7.500000'] },
      { rule: 'libr', with: ['20.000000', '40.000000'], without: ['50.000000', '10.000000'] },
    ])('gives the amounts with what it held at first, and without, by $rule', async ({ rule, with: own, without }) => {
      const { conservation, withoutOpenings } = await by(rule, 'opening', '--stops', stops);
      const [exited, resting] = own;
      expect(conservation).toMatchObject({ exited, resting, unknown: '30.000000', difference: '0.000000' });
      const differs = own[0] !== without[0];
      expect(withoutOpenings).toEqual({
        openings: [{ chain: 'tron', address: 'A2', amount: '30.000000' }],
        ...{ exited: without[0], resting: without[1], beyond: '0.000000' },
        differ: differs
          ? [
              { end: 'service', chain: 'tron', address: 'S2', source: 'S1', amount: without[0] },
              { end: 'resting', chain: 'tron', address: 'A2', source: 'S1', amount: without[1] },
            ]
          : [],
      });
    });

    it('says so', async () => {
      const choice = ['--by', 'A. Analyst', '--why', 'as pleaded', '--stops', stops];
      expect(await cases.said('trace', 'opening', '--rule', 'fifo', ...choice)).toMatchSnapshot();
    });

    it('says so where it holds less, of which nothing can be made', async () => {
      const { withoutOpenings, notes, resting } = await by('fifo', 'less');
      expect([withoutOpenings, resting[0]?.amount]).toEqual([null, '50.000000']);
      expect(notes).toMatchInlineSnapshot(`
        [
          {
            "code": "NOT_RECONCILED",
            "text": "A3 holds 5.00 USDT less than its transfers add up to, so its history is not whole.",
          },
        ]
      `);
    });
  });

  it('shows none of the words of a report', async () => {
    const words = ['sorrow', 'folder-4711', 'Aunt Bank', 'W-0815', '987.65', 'EUR'];
    const told = ['--note', 'sorrow', '--ref', 'folder-4711', '--from-exchange', 'Aunt Bank', '--withdrawal', 'W-0815'];
    const report = ['--wallet', '@A4', '--tx', '#p4', '--amount', '987.65', '--currency', 'EUR', ...told];
    await cases.given('words', { reports: [report], confirm: ['1:p4'] });
    const rules = ['fifo', 'lifo', 'pro-rata', 'libr', 'poison', 'ttr'];
    const shown: string[] = [];
    for (const rule of rules) {
      shown.push(JSON.stringify(await by(rule, 'words')));
      shown.push(await cases.said('trace', 'words', '--rule', rule, '--by', 'A. Analyst', '--why', 'as pleaded'));
    }
    for (const argv of [
      ['trace', 'words', '--compare'],
      ['path', 'words', '--from', '1', '--to', '@B4', '--rule', 'fifo'],
      ['path', 'words', '--from', 'folder-4711', '--to', '@B4', '--rule', 'poison'],
      ['rank', 'words'],
      ['rank', 'words', '--method', 'traced'],
    ]) {
      shown.push(await cases.said(...argv), JSON.stringify(await cases.json(...argv)));
    }
    shown.push(await cases.said('path', 'words', '--from', '1', '--to', '@V', '--rule', 'fifo'));
    const stored = await one<{ text: string }>(cases.pool(), 'select json_agg(t)::text as text from traces t');
    for (const text of [...shown, stored.text]) for (const word of words) expect(text).not.toContain(word);
    expect(shown).toHaveLength(2 * rules.length + 11);
  });
});
