import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ListedStop, readStopsFile, stopsDigest } from '../../src/cases/stops-file.ts';
import { UserError } from '../../src/errors.ts';
import { CATEGORY_NAMES, stopsByDefault } from '../../src/tags/categories.ts';

const A = 'TNtbiqvanUnm4YHK9SYzRGR8ktiHRduDbM';
const B = 'TL24LCps5FKwp3PoU1MvrYrwhi5LU1tHre';
const E = '0xdAC17F958D2ee523a2206206994597C13D831ec7';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stops-file-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function read(content: string | Buffer, most?: number): Promise<ListedStop[]> {
  const path = join(folder, 'stops.csv');
  await writeFile(path, content);
  return readStopsFile(path, most);
}

/** The whole message, without the folder of this run. */
async function told(content: string | Buffer, most?: number): Promise<string> {
  try {
    return `nothing was refused: ${(await read(content, most)).length} stops`;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return `${error.code}\n${error.text}`.replaceAll(folder, 'FOLDER');
  }
}

describe('a file of stops', () => {
  test('has every column in its place and passes over others; chains may be told by the form of the address', async () => {
    const rows = await read(
      [
        'Note,Category,ADDRESS,name,chain,Source',
        `x,exchange,${A},"Meridian, Exchange",TRC20,public tag`,
        `,Exchange Deposit,${E.toLowerCase()},,,`,
        `,bridge, ${B} ,Ferry,tron,`,
      ].join('\n'),
    );
    expect(rows).toEqual([
      { chain: 'ethereum', address: E, category: 'deposit-address', name: null, source: null },
      { chain: 'tron', address: B, category: 'bridge', name: 'Ferry', source: null },
      { chain: 'tron', address: A, category: 'exchange', name: 'Meridian, Exchange', source: 'public tag' },
    ]);
  });

  test('may be as spreadsheets save it: byte order mark, semicolons, CRLF, blank rows', async () => {
    expect(await read(`\ufeffaddress;category;name\r\n${A};exchange;Ü\r\n;;\r\n\r\n${E};mixer;\r\n`)).toHaveLength(2);
    expect(await read(`address\tcategory\n${A}\texchange`)).toHaveLength(1);
  });

  test('may be empty below its header', async () => {
    expect(await read('address,category\n')).toEqual([]);
  });

  test('takes every category at which a trace stops, and the names that lists had for some before', async () => {
    for (const category of CATEGORY_NAMES.filter(stopsByDefault)) {
      expect(await read(`address,category\n${A},${category}\n`)).toMatchObject([{ category }]);
    }
    for (const [before, category] of [
      ['exchange-deposit', 'deposit-address'],
      ['swapper', 'instant-swapper'],
      ['marketplace', 'guarantee-marketplace'],
      ['otc-desk', 'otc-broker'],
      ['fee-service', 'energy-rental'],
    ]) {
      expect(await read(`address,category\n${A},${before}\n`)).toMatchObject([{ category }]);
    }
  });

  test('takes equal rows once, and keeps all that they say of their source', async () => {
    const stops = await read(
      `address,category,name,source\n${E},exchange,X,tags\n${E.toLowerCase()},exchange,X,a letter\n${E},exchange,X,\n${E},exchange,X,tags\n`,
    );
    expect(stops).toEqual([
      { chain: 'ethereum', address: E, category: 'exchange', name: 'X', source: 'a letter; tags' },
    ]);
  });

  test('says the same in any order of its rows', async () => {
    const rows = [`${A},exchange,X,s`, `${A},exchange,X,t`, `${B},bridge,,`, `${E},mixer,M,`, `${E},mixer,M,u`];
    const digest = stopsDigest(await read(['address,category,name,source', ...rows].join('\n')));
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(rows, { minLength: rows.length }), async (shuffled) => {
        const stops = await read(['address,category,name,source', ...shuffled].join('\n'));
        expect(stopsDigest(stops)).toBe(digest);
        expect(stopsDigest([...stops].reverse())).toBe(digest);
      }),
      { numRuns: 20 },
    );
    for (const other of [rows.slice(1), [...rows.slice(0, 4), `${E},mixer,M,v`]]) {
      expect(stopsDigest(await read(['address,category,name,source', ...other].join('\n')))).not.toBe(digest);
    }
  });
});

describe('a file of stops is refused as a whole for', () => {
  test('bad rows, each with its line', async () => {
    expect(
      await told(
        [
          'address,category,chain,name,source',
          `${A},exchange,,,`,
          `${A.slice(0, -1)}N,exchange,,,`,
          `${E.replace('dAC', 'DAC')},exchange,,,`,
          `${B},dex,,,`,
          `${B},,,,`,
          ',exchange,,,',
          `${B},exchange,bitcoin,,`,
          `${E},exchange,tron,,`,
          `${B},exchange,,"Meri\u0007dian",`,
          `${B},exchange,,,"a\u202eb"`,
          `${B},exchange,,${'x'.repeat(1_001)},`,
          `${B},exchange`,
          `${A},bridge,,,`,
          `${A},exchange,,Meridian,`,
        ].join('\n'),
      ),
    ).toMatchInlineSnapshot(`
      "STOPS_INVALID
      13 rows of FOLDER/stops.csv cannot be taken:
        line 3: "TNtbiqvanUnm4YHK9SYzRGR8ktiHRduDbN" is no Tron address: its checksum is wrong, so at least one character was mistyped.
        line 4: "0xDAC17F958D2ee523a2206206994597C13D831ec7" is no Ethereum address: its checksum is wrong, so at least one character was mistyped.
        line 5: "dex" is no category of a stop.
        line 6: It has no category.
        line 7: "" is no Tron address: it is empty.
        line 8: "bitcoin" is no chain that Downstream reads.
        line 9: "0xdAC17F958D2ee523a2206206994597C13D831ec7" is no Tron address: this is an address of Ethereum and its kin.
        line 10: The name "Meri�dian" has a sign that cannot be seen.
        line 11: The source "a�b" has a sign that cannot be seen.
        line 12: The name has 1001 characters, of at most 1000.
        line 13: The row is no proper CSV: the header has 5 columns, the row 2.
        line 14: TNtbiqvanUnm4YHK9SYzRGR8ktiHRduDbM has the category bridge here and exchange in line 2.
        line 15: TNtbiqvanUnm4YHK9SYzRGR8ktiHRduDbM has the name "Meridian" here and no name in line 2.
      A row has an address and a category, and as far as known chain, name and source.
      A category is one of: exchange, deposit-address, hot-wallet, wallet-service, bridge, instant-swapper, defi, mixer, guarantee-marketplace, payment-processor, otc-broker, gambling, energy-rental.
      Correct or remove them: a list of stops counts as a whole, or a trace would run on through what is left out."
    `);
  });

  test('a single bad row', async () => {
    expect(await told(`address,category\n${A},bank\n`)).toMatchInlineSnapshot(`
      "STOPS_INVALID
      1 row of FOLDER/stops.csv cannot be taken:
        line 2: "bank" is no category of a stop.
      A row has an address and a category, and as far as known chain, name and source.
      A category is one of: exchange, deposit-address, hot-wallet, wallet-service, bridge, instant-swapper, defi, mixer, guarantee-marketplace, payment-processor, otc-broker, gambling, energy-rental.
      Correct or remove them: a list of stops counts as a whole, or a trace would run on through what is left out."
    `);
  });

  test('more bad rows than can be shown', async () => {
    const message = await told(`address,category\n${`${A},bank\n`.repeat(1_234)}`);
    expect(message).toContain('1,234 rows of FOLDER/stops.csv cannot be taken:');
    expect(message).toContain('\n  … and 1,214 more\n');
    expect(message.split('\n').filter((line) => line.startsWith('  line '))).toHaveLength(20);
  });

  test('a wallet that has another category or name in another row', async () => {
    expect(
      await told(
        `address,category,name\n${A},exchange,X\n${A},exchange-deposit,X\n${A},exchange,Y\n${A},exchange,\n${B},mixer,\n${B},mixer,Z\n`,
      ),
    ).toMatchInlineSnapshot(`
      "STOPS_INVALID
      4 rows of FOLDER/stops.csv cannot be taken:
        line 3: TNtbiqvanUnm4YHK9SYzRGR8ktiHRduDbM has the category deposit-address here and exchange in line 2.
        line 4: TNtbiqvanUnm4YHK9SYzRGR8ktiHRduDbM has the name "Y" here and the name "X" in line 2.
        line 5: TNtbiqvanUnm4YHK9SYzRGR8ktiHRduDbM has no name here and the name "X" in line 2.
        line 7: TL24LCps5FKwp3PoU1MvrYrwhi5LU1tHre has the name "Z" here and no name in line 6.
      A row has an address and a category, and as far as known chain, name and source.
      A category is one of: exchange, deposit-address, hot-wallet, wallet-service, bridge, instant-swapper, defi, mixer, guarantee-marketplace, payment-processor, otc-broker, gambling, energy-rental.
      Correct or remove them: a list of stops counts as a whole, or a trace would run on through what is left out."
    `);
  });

  test('a column that is missing or stands twice', async () => {
    expect(await told(`wallet,kind\n${A},exchange\n`)).toMatchInlineSnapshot(`
      "CSV_COLUMNS
      FOLDER/stops.csv has no column named address and none named category; it has: wallet, kind.
      The first line names the columns: address and category, and as far as known chain, name, source.
      Add or rename the column; others are passed over."
    `);
    expect(await told(`address,kind\n${A},exchange\n`)).toMatchInlineSnapshot(`
      "CSV_COLUMNS
      FOLDER/stops.csv has no column named category; it has: address, kind.
      The first line names the columns: address and category, and as far as known chain, name, source.
      Add or rename the column; others are passed over."
    `);
    expect(await told('address,category,Address\n')).toMatchInlineSnapshot(`
      "CSV_COLUMNS
      FOLDER/stops.csv has the column address twice.
      Each column of a list of stops stands once.
      Rename or remove one of them."
    `);
    for (const empty of ['', '\ufeff', '\n\n']) expect(await told(empty)).toContain('it has: none.');
  });

  test('a quote that is never closed, in its first line and behind it', async () => {
    expect(await told(`address,"category\n${A},exchange\n`)).toMatchInlineSnapshot(`
      "CSV_BROKEN
      The first line of FOLDER/stops.csv has a quote that is never closed.
      The first line names the columns: address and category, and as far as known chain, name, source.
      Close the quote or take it away."
    `);
    expect(await told(`address,category,name\n${A},exchange,x\n${B},exchange,"y\n${E},exchange,z\n`)).toContain(
      'line 3: The row is no proper CSV: a quote is opened and never closed',
    );
  });

  test('another encoding, and no file at all', async () => {
    expect(await told(Buffer.from(`address,category,name\n${A},exchange,M\xfcller\n`, 'latin1'))).toContain(
      'CSV_ENCODING',
    );
    await expect(readStopsFile(join(folder, 'none.csv'))).rejects.toThrow(/none\.csv cannot be read/);
  });

  test('more rows than anybody keeps', async () => {
    const text = `address,category\n${`${A},exchange\n`.repeat(1_001)}`;
    expect(await read(text)).toHaveLength(1);
    expect(await told(text, 1_000)).toMatchInlineSnapshot(`
      "STOPS_TOO_MANY
      FOLDER/stops.csv has more than 1,000 rows.
      A list of stops has the wallets of services that a trace may meet.
      Leave out what it will not meet, such as wallets on chains that are not read."
    `);
  });
});

test('a list of 200,000 wallets is read', async () => {
  const rows = Array.from(
    { length: 200_000 },
    (_, index) => `0x${(index + 1).toString(16).padStart(40, '0')},exchange`,
  );
  expect(await read(`address,category\n${rows.join('\n')}\n`)).toHaveLength(200_000);
});
