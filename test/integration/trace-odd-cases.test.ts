/** Cases that are not as they should be, which a trace follows all the same: what it makes of them, and what it says. */
import { beforeAll, describe, expect, inject, it } from 'vitest';
import type { TraceJson } from '../../workers/trace.ts';
import { type Told, toCsv, tracedCases } from '../fixtures/traced-cases.ts';

/** The second payment of the case `files`; the file that it is crawled from at last has it no more. */
const GONE: Told = ['gone', 60, 'GV2', 'G', 30];
const FILE: readonly Told[] = [
  ['stays', 0, 'GV1', 'G', 20],
  ['onwards', 300, 'G', 'GB', 45],
];

/** Each case has wallets of its own. */
const TRANSFERS: readonly Told[] = [
  // A payment of 100, of which 150 were reported.
  ['paid', 600, 'V', 'A', 100],
  ['passed', 900, 'A', 'B', 100],
  // One straight to a service.
  ['straight', 0, 'V', 'H', 70],
  ['swept', 60, 'H', 'HH', 70],
  // B3 pays 180 and has been paid 100.
  ['first', 0, 'V', 'A3', 100],
  ['second', 60, 'A3', 'B3', 100],
  ['third', 120, 'B3', 'C3', 180],
  // K and L pay each other in one block.
  ['round', 0, 'V', 'K', 100],
  ['there', 60, 'K', 'L', 50],
  ['back', 60, 'L', 'K', 50],
  ['out', 120, 'K', 'M', 100],
  // A5 pays itself.
  ['before', 0, 'V', 'A5', 50],
  ['self', 60, 'A5', 'A5', 20],
  ['after', 120, 'A5', 'B5', 50],
  // A wallet that a report names alone.
  ['alone', 600, 'X', 'W', 40],
  // Withdrawals that a service disclosed.
  ['drawn', 0, 'HOT', 'R', 15],
];

describe.skipIf(inject('postgres') === null)('a trace', () => {
  const cases = tracedCases([...TRANSFERS, GONE, ...FILE]);
  const fifo = (name: string, ...options: string[]) =>
    cases.json<TraceJson>('trace', name, '--rule', 'fifo', ...options);
  const said = (name: string, ...options: string[]) => cases.said('trace', name, '--rule', 'fifo', ...options);
  const notes = async (name: string, ...options: string[]) => (await fifo(name, ...options)).notes;
  beforeAll(async () => {
    await cases.given('above', {
      reports: [['--wallet', '@A', '--tx', '#paid', '--amount', '150']],
      confirm: ['1:paid'],
    });
    await cases.given('alone', { reports: [['--wallet', '@W']] });
  });

  it('follows what the chain has where a report tells of more', async () => {
    const { notes: told, sources } = await fifo('above');
    expect(sources).toMatchObject([{ value: '100.000000', amount: '100.000000' }]);
    expect(told).toMatchInlineSnapshot(`
      [
        {
          "code": "AMOUNT_ABOVE_PAYMENT",
          "text": "Report 1 tells of 150.00; the payment confirmed for it is 100.00. What the chain has is followed.",
        },
      ]
    `);
  });

  it('of a payment straight to a service ends there at once, and says whom to ask', async () => {
    await cases.given('straight', { reports: [['--wallet', '@H', '--tx', '#straight']], confirm: ['1:straight'] });
    const stops = await cases.stops('H=exchange=Meridian');
    const result = await fifo('straight', '--stops', stops);
    expect(result.exits).toMatchObject([{ address: 'H', amount: '70.000000', sources: [{ hops: 0, seconds: 0 }] }]);
    expect([result.resting, result.beyond]).toEqual([[], []]);
    expect(result.notes).toMatchInlineSnapshot(`
      [
        {
          "code": "REPORTED_WALLET_STOPS",
          "text": "The reported wallet H is in the list of stops (Meridian): what was paid to it went straight to a service, which is to be asked.",
        },
        {
          "code": "PAID_TO_SERVICE",
          "text": "A payment went straight to a service: Meridian, H. It is to be asked whose account that is.",
        },
      ]
    `);
  });

  it('through a wallet that pays more than it holds calls the rest unknown, and the wallet incomplete', async () => {
    // From a file: the chain's own word of its balance would tell what it held at first.
    const file = TRANSFERS.filter(([, , from, to]) => [from, to].some((who) => who === 'A3' || who === 'B3'));
    await cases.given('short', { reports: [['--wallet', '@A3', '--tx', '#first']], confirm: ['1:first'], file });
    for (const rule of ['fifo', 'lifo', 'pro-rata', 'libr']) {
      const result = await cases.json<TraceJson>('trace', 'short', '--rule', rule);
      expect(result.conservation).toMatchObject({ beyond: '100.000000', unknown: '80.000000', difference: '0.000000' });
      expect(result.beyond).toMatchObject([
        { address: 'C3', transfers: [{ value: '180.000000', traced: '100.000000' }] },
      ]);
      expect(result.wallets.filter(({ incomplete }) => incomplete).map(({ address }) => address)).toEqual(['B3']);
    }
    expect(await notes('short')).toMatchInlineSnapshot(`
      [
        {
          "code": "BURNS_UNKNOWN",
          "text": "Whether the issuer destroyed money on tron is not known: files do not tell it.",
        },
        {
          "code": "WALLETS_INCOMPLETE",
          "text": "1 wallet on the way paid more than it is known to have held; the rest is of unknown origin.",
        },
      ]
    `);
    for (const argv of [['--compare'], ['--rule', 'poison', '--by', 'A', '--why', 'b']]) {
      expect(await cases.said('trace', 'short', ...argv)).toContain(
        '  - 1 wallet on the way paid more than it is known',
      );
    }
  });

  it('of a circle within one block comes to its end, with the order that the chain tells', async () => {
    await cases.given('circle', { reports: [['--wallet', '@K', '--tx', '#round']], confirm: ['1:round'] });
    const result = await fifo('circle');
    expect(result.resting).toMatchObject([{ address: 'M', amount: '100.000000', sources: [{ hops: 1 }] }]);
    expect(result.wallets.filter(({ orderUnknown }) => orderUnknown)).toEqual([]);
    expect(result.notes).toEqual([]);
  });

  it('of the same circle from a file, which tells no order, says so', async () => {
    const file = TRANSFERS.filter(([, , from, to]) => [from, to].some((who) => who === 'K' || who === 'L'));
    await cases.given('filed', { reports: [['--wallet', '@K', '--tx', '#round']], confirm: ['1:round'], file });
    const result = await fifo('filed');
    expect(result.resting).toMatchObject([{ address: 'M', amount: '100.000000' }]);
    expect(result.wallets.filter(({ orderUnknown }) => orderUnknown).map(({ address }) => address)).toEqual(['K', 'L']);
    expect(result.notes).toMatchInlineSnapshot(`
      [
        {
          "code": "BURNS_UNKNOWN",
          "text": "Whether the issuer destroyed money on tron is not known: files do not tell it.",
        },
        {
          "code": "ORDER_UNKNOWN",
          "text": "2 wallets have transfers of one block whose order nobody has told; another order may give other amounts.",
        },
      ]
    `);
    const reached = await cases.json<TraceJson>('trace', 'filed', '--rule', 'poison');
    expect(reached.wallets.filter(({ orderUnknown }) => orderUnknown)).toHaveLength(2);
  });

  it('leaves out what a wallet pays itself, also where that was confirmed as a payment', async () => {
    const reports = [
      ['--wallet', '@A5', '--tx', '#before'],
      ['--wallet', '@A5', '--tx', '#self'],
    ];
    await cases.given('self', { reports, confirm: ['1:before', '2:self'] });
    const result = await fifo('self');
    expect(result.sources).toMatchObject([{ transaction: 'before', amount: '50.000000' }]);
    expect(result.wallets.map(({ address, received }) => `${address} ${received}`)).toEqual([
      'A5 50.000000',
      'B5 50.000000',
    ]);
    expect(result.notes).toMatchInlineSnapshot(`
      [
        {
          "code": "SOURCE_EMPTY",
          "text": "The payment of report 2, transaction self, moves nothing: it is not followed.",
        },
      ]
    `);
    expect(await said('self', '--report', '2')).toMatchInlineSnapshot(`
      "1
      Error: Report 2 has no payment to follow.
      Followed are confirmed payments, disclosed withdrawals, and all payments to wallets that a report names alone.
      The payment of report 2, transaction self, moves nothing: it is not followed.
      Confirm payments with: npx downstream report match "self"
      "
    `);
  });

  it('goes on without a payment that the last crawl does not have, and says so', async () => {
    const reports = [
      ['--wallet', '@G', '--tx', '#stays'],
      ['--wallet', '@G', '--tx', '#gone'],
    ];
    await cases.given('files', { reports, confirm: ['1:stays', '2:gone'], file: [...FILE, GONE] });
    const whole = await fifo('files');
    expect(whole).toMatchObject({ conservation: { sources: '50.000000' } });
    expect(whole.notes.map(({ code }) => code)).toEqual(['BURNS_UNKNOWN']);
    await cases.done('import', 'files', await cases.file('files.csv', toCsv([...FILE, GONE])), '--forget');
    await cases.done('import', 'files', await cases.file('fewer.csv', toCsv(FILE)));
    await cases.done('crawl', 'files', '--offline', '--max-hops', '1');
    const rest = await fifo('files');
    expect(rest).toMatchObject({ conservation: { sources: '20.000000', difference: '0.000000' } });
    expect(rest.notes).toMatchInlineSnapshot(`
      [
        {
          "code": "SOURCE_NOT_CRAWLED",
          "text": "The payment of report 2, transaction gone, is not in the last crawl, so it is not followed. Import a file that lists it, and crawl again: npx downstream crawl "files" --offline",
        },
        {
          "code": "BURNS_UNKNOWN",
          "text": "Whether the issuer destroyed money on tron is not known: files do not tell it.",
        },
        {
          "code": "WALLETS_INCOMPLETE",
          "text": "1 wallet on the way paid more than it is known to have held; the rest is of unknown origin.",
        },
      ]
    `);
    expect(await said('files', '--report', '2')).toMatchInlineSnapshot(`
      "1
      Error: Report 2 has no payment to follow.
      Followed are confirmed payments, disclosed withdrawals, and all payments to wallets that a report names alone.
      The payment of report 2, transaction gone, is not in the last crawl, so it is not followed. Import a file that lists it, and crawl again: npx downstream crawl "files" --offline
      Confirm payments with: npx downstream report match "files"
      "
    `);
  });

  it('goes on without a disclosed withdrawal that waits, and says why it waits', async () => {
    const words = ['--disclosed-by', 'Meridian', '--why', 'reply of 3 May'];
    await cases.done('source', 'add', 'above', '--tx', '#drawn', '--to', '@R', ...words);
    expect((await notes('above')).slice(1)).toMatchInlineSnapshot(`
      [
        {
          "code": "DISCLOSURE_WAITING",
          "text": "Disclosure 1 is not followed: its payee was not crawled yet: crawl again.",
        },
        {
          "code": "NEW_SEEDS",
          "text": "1 wallet that reports, payments or disclosures name came after the crawl: crawl again to follow what went through.",
        },
      ]
    `);
    await cases.done('source', 'add', 'above', '--tx', '#drawn', '--to', '@R', '--amount', '99', ...words);
    await cases.done('source', 'add', 'above', '--tx', '#paid', '--to', '@R', ...words);
    await cases.done('crawl', 'above', '--max-hops', '1');
    const result = await fifo('above');
    expect(result.sources).toMatchObject([{ kind: 'disclosed', disclosure: 1, reports: [] }, { kind: 'payment' }]);
    expect(result.notes.slice(1)).toMatchInlineSnapshot(`
      [
        {
          "code": "DISCLOSURE_WAITING",
          "text": "Disclosure 2 is not followed: the transaction pays other amounts; check the amount.",
        },
        {
          "code": "DISCLOSURE_WAITING",
          "text": "Disclosure 3 is not followed: the crawl has no such transfer to its payee; check the transaction.",
        },
      ]
    `);
    // Of a report alone it is none.
    expect((await fifo('above', '--report', '1')).sources).toHaveLength(1);
  });

  it('says which reported wallets came after the crawl', async () => {
    await cases.done('report', 'add', 'alone', '--wallet', '@B', '--ref', 'late');
    expect((await notes('alone')).filter(({ code }) => code === 'NEW_SEEDS')).toMatchInlineSnapshot(`
      [
        {
          "code": "NEW_SEEDS",
          "text": "1 wallet that reports, payments or disclosures name came after the crawl: crawl again to follow what went through.",
        },
      ]
    `);
  });
});
