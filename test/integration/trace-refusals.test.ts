/** What a trace needs, and what it says where that is missing or cannot be. */
import { beforeAll, describe, expect, inject, it } from 'vitest';
import type { TraceJson } from '../../workers/trace.ts';
import { at, type Told, tracedCases } from '../fixtures/traced-cases.ts';

/** Each case has wallets of its own. */
const TRANSFERS: readonly Told[] = [
  ['paid', 600, 'V', 'A', 100],
  ['passed', 900, 'A', 'B', 100],
  // A wallet that a report names alone.
  ['alone', 600, 'X', 'W', 40],
];

describe.skipIf(inject('postgres') === null)('a trace', () => {
  const cases = tracedCases(TRANSFERS);
  const fifo = (name: string, ...options: string[]) =>
    cases.json<TraceJson>('trace', name, '--rule', 'fifo', ...options);
  const said = (name: string, ...options: string[]) => cases.said('trace', name, '--rule', 'fifo', ...options);
  beforeAll(async () => {
    await cases.given('above', {
      reports: [['--wallet', '@A', '--tx', '#paid', '--amount', '150']],
      confirm: ['1:paid'],
    });
    await cases.given('alone', { reports: [['--wallet', '@W']] });
  });

  it('needs a case, and one that was crawled', async () => {
    expect(await cases.said('trace', 'salween')).toMatchInlineSnapshot(`
      "1
      Error: There is no case named "salween".
      See all cases with: npx downstream case list
      Create one with: npx downstream case create NAME
      "
    `);
    await cases.done('case', 'create', 'fresh');
    await cases.done('report', 'add', 'fresh', '--wallet', '@A');
    for (const argv of [
      ['trace', 'fresh'],
      ['rank', 'fresh'],
      ['path', 'fresh', '--from', '1', '--to', '@A'],
    ]) {
      expect(await cases.said(...argv)).toMatch(
        /^1\nError: The case "fresh" was not crawled yet\.\nRun: npx downstream/,
      );
    }
  });

  it('needs a payment: what is told of one is none before somebody confirms it', async () => {
    const reports = [
      ['--wallet', '@A', '--amount', '100'],
      ['--wallet', '@V', '--role', 'own', '--tx', '#paid'],
    ];
    await cases.given('unconfirmed', { reports });
    expect(await said('unconfirmed')).toMatchInlineSnapshot(`
      "1
      Error: The case "unconfirmed" has no payment to follow.
      Followed are confirmed payments, disclosed withdrawals, and all payments to wallets that a report names alone.
      Report 1 tells of a payment that nobody has confirmed, so it is not followed as theirs. See: npx downstream report match CASE
      Report 2 names a victim's own wallet: what it paid is followed once a payment is confirmed. Money that comes to it counts as returned.
      Confirm payments with: npx downstream report match "unconfirmed"
      "
    `);
    expect(await said('unconfirmed', '--report', '2')).toMatch(/^1\nError: Report 2 has no payment to follow\./);
    for (const argv of [
      ['trace', 'unconfirmed', '--compare'],
      ['rank', 'unconfirmed'],
    ]) {
      expect(await cases.said(...argv)).toBe(await said('unconfirmed'));
    }
  });

  it("follows a payment out of a victim's own wallet once it is confirmed", async () => {
    await cases.done('report', 'match', 'unconfirmed', '--confirm', '2:#paid');
    await cases.done('crawl', 'unconfirmed', '--max-hops', '1');
    const result = await fifo('unconfirmed');
    expect(result.sources).toMatchObject([{ kind: 'payment', reports: [2], from: 'V', to: 'A', amount: '100.000000' }]);
    expect(result.notes.map(({ code }) => code)).toEqual(['REPORT_UNCONFIRMED']);
  });

  it('is asked for up to a time that was, and at which something had been paid', async () => {
    expect(await said('above', '--report', '1', '--as-of', at(0))).toMatchInlineSnapshot(`
      "2
      Error: At 2026-03-01T00:00:00.000Z nothing had been paid yet.
      The first payment is of 2026-03-01T00:10:00.000Z.
      Choose a later --as-of, or leave it out.
      "
    `);
    expect(await said('alone', '--as-of', at(0))).toMatchInlineSnapshot(`
      "2
      Error: At 2026-03-01T00:00:00.000Z nothing had been paid yet.
      The first payment is of 2026-03-01T00:10:00.000Z.
      Choose a later --as-of, or leave it out.
      "
    `);
    expect(await said('above', '--as-of', '2026-07-01T00:00Z')).toMatchInlineSnapshot(`
      "2
      Error: "2026-07-01T00:00Z" lies in the future.
      Nothing is known of what comes after now, 2026-06-01T12:00:00.000Z.
      Leave it out to take all that was crawled.
      "
    `);
    expect(await said('above', '--as-of', '2026-03-01 10:00')).toMatchInlineSnapshot(`
      "2
      Error: "2026-03-01 10:00" has no time zone.
      A time has date, time and zone: 2026-01-03T10:00Z, or 2026-01-03 17:00+07:00.
      Add Z (UTC) or an offset such as +07:00.
      "
    `);
    expect(await said('above', '--as-of', '2026-03-01')).toMatchInlineSnapshot(`
      "2
      Error: "2026-03-01" is no time.
      A time has date, time and zone: 2026-01-03T10:00Z, or 2026-01-03 17:00+07:00.
      For all of a day write its last second: 2026-01-03T23:59:59Z.
      "
    `);
    expect(await said('above', '--as-of', '2001-01-01T00:00Z')).toMatchInlineSnapshot(`
      "2
      Error: "2001-01-01T00:00Z" lies before the first transfer of this token.
      Its first transfers are of 2017-11-28.
      Check the year.
      "
    `);
  });

  it('takes a list of stops as a whole, or not at all', async () => {
    const list = (name: string, ...lines: string[]) => cases.file(name, lines.join('\n'));
    const good = 'TXVj38D1XR3TPgSHTCZGC8wkLDAGqF1oqx,exchange';
    expect(
      await said('above', '--stops', await list('bad.csv', 'address,category', good, 'TXVj,exchange', `${good}s`)),
    ).toMatchInlineSnapshot(`
      "1
      Error: 2 rows of FOLDER/bad.csv cannot be taken:
        line 3: "TXVj" is no Tron address: it has 4 characters instead of 34.
        line 4: "exchanges" is no category of a stop.
      A row has an address and a category, and as far as known chain, name and source.
      A category is one of: exchange, deposit-address, hot-wallet, wallet-service, bridge, instant-swapper, defi, mixer, guarantee-marketplace, payment-processor, otc-broker, gambling, energy-rental.
      Correct or remove them: a list of stops counts as a whole, or a trace would run on through what is left out.
      "
    `);
    expect(await said('above', '--stops', await list('columns.csv', 'wallet,kind', good))).toMatchInlineSnapshot(`
      "1
      Error: FOLDER/columns.csv has no column named address and none named category; it has: wallet, kind.
      The first line names the columns: address and category, and as far as known chain, name, source.
      Add or rename the column; others are passed over.
      "
    `);
    expect(await said('above', '--stops', 'none.csv')).toMatchInlineSnapshot(`
      "1
      Error: none.csv cannot be read: ENOENT: no such file or directory, open 'none.csv'.
      It is a CSV file that this user may read.
      Check the path.
      "
    `);
  });
});
