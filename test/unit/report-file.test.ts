import { existsSync, readdirSync, readlinkSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { parseReport } from '../../src/cases/report.ts';
import { type ReportRow, readReportFile } from '../../src/cases/report-file.ts';
import { USDT } from '../../src/chains/tron/assets.ts';
import { UserError } from '../../src/errors.ts';

const A = 'TNtbiqvanUnm4YHK9SYzRGR8ktiHRduDbM';
const B = 'TL24LCps5FKwp3PoU1MvrYrwhi5LU1tHre';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'report-file-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function file(content: string | Buffer): Promise<string> {
  const path = join(folder, 'reports.csv');
  await writeFile(path, content);
  return path;
}

async function read(content: string | Buffer): Promise<ReportRow[]> {
  const rows: ReportRow[] = [];
  for await (const row of readReportFile(await file(content))) rows.push(row);
  return rows;
}

/** Lines as `2 TNtb… note` or `3 CSV_BROKEN`. */
async function outline(content: string | Buffer): Promise<string[]> {
  return (await read(content)).map((row) =>
    'fault' in row ? `${row.line} ${row.fault.code}` : `${row.line} ${row.report.wallet} ${row.report.note}`.trim(),
  );
}

/** The whole message, without the folder of this run. */
async function told(content: string | Buffer): Promise<string> {
  try {
    const [fault] = (await read(content)).flatMap((row) => ('fault' in row ? [row] : []));
    return fault === undefined ? 'nothing was refused' : `line ${fault.line}: ${fault.fault.code}\n${fault.fault.text}`;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return `${error.code}\n${error.text}`.replaceAll(folder, 'FOLDER');
  }
}

/** The files that this process has open, where the system tells. */
function openFiles(): string[] {
  return readdirSync('/proc/self/fd').flatMap((name) => {
    try {
      return [readlinkSync(`/proc/self/fd/${name}`)];
    } catch {
      return [];
    }
  });
}

describe('a file of reports', () => {
  test('has every column in its place, and all others in the note', async () => {
    const [row] = await read(
      [
        'Ref,Wallet,role,TX,amount,currency,at,from wallet,From-Exchange,withdrawal,note,Victim,City',
        `R1,${A},own,abc,"1,250.50",EUR,2026-01-03T10:00Z,${B},Binance,W1,"said ""hello""",Li,`,
      ].join('\n'),
    );
    expect(row).toEqual({
      line: 2,
      report: {
        ref: 'R1',
        wallet: A,
        role: 'own',
        tx: 'abc',
        amount: '1,250.50',
        currency: 'EUR',
        at: '2026-01-03T10:00Z',
        fromWallet: B,
        fromExchange: 'Binance',
        withdrawal: 'W1',
        note: 'said "hello"; Victim: Li',
      },
    });
  });

  test.each([
    ['a byte order mark', '\ufeff', ',', '\n'],
    ['line ends of Windows', '', ',', '\r\n'],
    ['line ends of old Macs', '', ',', '\r'],
    ['semicolons', '', ';', '\n'],
    ['tabs', '', '\t', '\n'],
    ['all that Excel writes', '\ufeff', ';', '\r\n'],
  ])('may have %s', async (_, mark, comma, end) => {
    const rows = [`wallet${comma}note`, `${A}${comma}x`, `${B}${comma}"a, b; c"`];
    expect(await outline(mark + rows.join(end) + end)).toEqual([`2 ${A} x`, `3 ${B} a, b; c`]);
    expect(await outline(mark + rows.join(end))).toEqual([`2 ${A} x`, `3 ${B} a, b; c`]);
  });

  test('may have separators in quotes in its header', async () => {
    expect(await outline(`"name, first, last";wallet\nLi;${A}\n`)).toEqual([`2 ${A} name, first, last: Li`]);
  });

  test('may have blank lines and blank rows, and every row is named by the line where it begins', async () => {
    const text = `wallet,note\n\n${A},1\n , \n${A},"two\nlines"\n\n\n${B},2\n${B},3,4\n${B},5\n`;
    expect(await outline(text)).toEqual([`3 ${A} 1`, `5 ${A} two\nlines`, `9 ${B} 2`, '10 CSV_BROKEN', `11 ${B} 5`]);
    expect(await outline(text.replaceAll('\n', '\r\n'))).toHaveLength(5);
    expect((await read(text.replaceAll('\n', '\r\n'))).map(({ line }) => line)).toEqual([3, 5, 9, 10, 11]);
  });

  test('may name its wallets "address"; beside a column "wallet" that is where somebody lives', async () => {
    expect(await outline(`address\n${A}\n`)).toEqual([`2 ${A}`]);
    expect(await outline(`address,wallet\n5 High St,${A}\n`)).toEqual([`2 ${A} address: 5 High St`]);
  });

  test('may have columns of any name, of none and of the same', async () => {
    const header = 'constructor,__proto__,toString,,wallet,mark,mark,hasOwnProperty';
    expect(await outline(`${header}\n1,2,3,4,${A},5,6,7\n`)).toEqual([
      `2 ${A} constructor: 1; __proto__: 2; toString: 3; 4; mark: 5; mark: 6; hasOwnProperty: 7`,
    ]);
  });

  test('may end its rows with blank cells', async () => {
    expect(await outline(`wallet,note\n${A},x,,\n`)).toEqual([`2 ${A} x`]);
  });

  test('may have blanks around its addresses', async () => {
    const [row] = await read(`wallet,from_wallet\n ${A}\u00a0,\t${B} \n`);
    expect(row).toMatchObject({ report: { wallet: A } });
    const report = row !== undefined && 'report' in row ? parseReport(row.report, USDT, Date.UTC(2026, 5, 1)) : null;
    expect(report).toMatchObject({ wallet: A, origin: { kind: 'wallet', address: B } });
  });

  test('may have a header and no more', async () => {
    expect(await outline('wallet\n')).toEqual([]);
  });

  test('comes back as it was written, whatever stands in the notes', async () => {
    const note = fc.string({ unit: fc.constantFrom('a', '"', ',', ';', '\n', '\r', "'", 'é', '字', ' ', '\t') });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom(A, B), note), { minLength: 1, maxLength: 20 }),
        async (rows) => {
          // A cell that itself begins with a quote and goes over lines cannot be told from one whose quote is not closed.
          fc.pre(rows.every(([, text]) => !/^"[\s\S]*[\r\n]/.test(text)));
          const found = await read(stringify([['wallet', 'note'], ...rows], { quoted: true }));
          expect(found.map((row) => ('report' in row ? [row.report.wallet, row.report.note] : row))).toEqual(rows);
        },
      ),
      { seed: 1, numRuns: 100 },
    );
  });

  test('of 20,000 rows is read to its end, and is let go by whoever stops before', async () => {
    const path = await file(`wallet,note\n${`${A},${'x'.repeat(100)}\n`.repeat(20_000)}`);
    let rows = 0;
    for await (const row of readReportFile(path)) {
      rows += 1;
      if (row.line !== rows + 1) throw new Error(`row ${rows} is said to begin in line ${row.line}`);
    }
    expect(rows).toBe(20_000);
    for await (const row of readReportFile(path)) {
      expect(row.line).toBe(2);
      break;
    }
    if (existsSync('/proc/self/fd')) await vi.waitFor(() => expect(openFiles()).not.toContain(path));
  });

  test('of 20,000 broken rows tells of each', async () => {
    const rows = await read(`wallet,note\n${`${A},1,2\n`.repeat(20_000)}`);
    expect(rows).toHaveLength(20_000);
    expect(rows.at(-1)).toMatchObject({ line: 20_001, fault: { code: 'CSV_BROKEN' } });
  });
});

describe('what is refused', () => {
  test('a file that is not there', async () => {
    const missing = join(folder, 'missing.csv');
    await expect(readReportFile(missing).next()).rejects.toMatchObject({
      code: 'FILE_UNREADABLE',
      message: expect.stringContaining('ENOENT'),
    });
  });

  test('a folder', async () => {
    await mkdir(join(folder, 'sub'), { recursive: true });
    await expect(readReportFile(join(folder, 'sub')).next()).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
  });

  test('a file without the column', async () => {
    expect(await told('name,amount\nLi,5\n')).toMatchInlineSnapshot(`
      "CSV_COLUMNS
      FOLDER/reports.csv has no column named wallet or address; it has: name, amount.
      The first line names the columns: wallet (or address), and as far as known chain, role, tx, amount, currency, at, ref, from_wallet, from_exchange, withdrawal, note, payment, names.
      Add or rename the column; others are kept as notes."
    `);
  });

  test('an empty file', async () => {
    expect(await told('')).toMatchInlineSnapshot(`
      "CSV_COLUMNS
      FOLDER/reports.csv has no column named wallet or address; it has: none.
      The first line names the columns: wallet (or address), and as far as known chain, role, tx, amount, currency, at, ref, from_wallet, from_exchange, withdrawal, note, payment, names.
      Add or rename the column; others are kept as notes."
    `);
    for (const empty of ['\ufeff', '\n\n', ' \n']) expect(await told(empty)).toContain('CSV_COLUMNS');
  });

  test('a column that stands twice', async () => {
    expect(await told('wallet,amount,Amount\n')).toMatchInlineSnapshot(`
      "CSV_COLUMNS
      FOLDER/reports.csv has the column amount twice.
      Each column of a report stands once.
      Rename or remove one of them."
    `);
  });

  test('UTF-16', async () => {
    expect(await told(Buffer.from(`\ufeffwallet\r\n${A}\r\n`, 'utf16le'))).toMatchInlineSnapshot(`
      "CSV_ENCODING
      FOLDER/reports.csv is not encoded as UTF-8.
      Downstream reads CSV files in UTF-8, with or without a byte order mark.
      Save the file again as "CSV UTF-8"."
    `);
  });

  test('another encoding than UTF-8, at its beginning and in a row', async () => {
    expect(await told(Buffer.from(`wallet,note\n${A},M\xfcller\n`, 'latin1'))).toContain('CSV_ENCODING');
    const late = Buffer.concat([
      Buffer.from(`wallet,note\n${`${A},x\n`.repeat(3_000)}`),
      Buffer.from(`${A},M\xfcller\n${B},y\n`, 'latin1'),
    ]);
    expect(await told(late)).toMatchInlineSnapshot(`
      "line 3002: CSV_ENCODING
      The row is not encoded as UTF-8.
      Downstream reads CSV files in UTF-8, with or without a byte order mark.
      Save the file again as "CSV UTF-8"."
    `);
    expect((await read(late)).at(-1)).toMatchObject({ line: 3_003, report: { wallet: B } });
  });

  test('a letter that the first look cuts in two is no other encoding', async () => {
    const start = `wallet,note\n${A},`;
    const rows = await read(`${start}${'a'.repeat(64 * 1024 - start.length - 1)}字\n`);
    expect(rows).toHaveLength(1);
    expect(rows[0]).toHaveProperty('report');
  });

  test('NUL', async () => {
    expect(await told(`wallet,note\n${A},a\0b\n`)).toContain('CSV_ENCODING');
  });

  test('a row with too many cells', async () => {
    expect(await told(`wallet,note\n${A},1\n${B},2,3\n`)).toMatchInlineSnapshot(`
      "line 3: CSV_BROKEN
      The row is no proper CSV: the header has 2 columns, the row 3.
      Every row has as many cells as the header, and a quote inside a quoted cell is doubled.
      Correct the row and import the file again: rows that are in the case already are not added twice."
    `);
    expect(await outline(`wallet,note\n${A},1\n${B},2,3\n${B},4\n`)).toEqual([`2 ${A} 1`, '3 CSV_BROKEN', `4 ${B} 4`]);
  });

  test('a row with too few cells', async () => {
    expect(await told(`wallet,note\n${A}\n`)).toMatchInlineSnapshot(`
      "line 2: CSV_BROKEN
      The row is no proper CSV: the header has 2 columns, the row 1.
      Every row has as many cells as the header, and a quote inside a quoted cell is doubled.
      Correct the row and import the file again: rows that are in the case already are not added twice."
    `);
  });

  test('a thousands separator without quotes: the amount would be cut', async () => {
    expect(await outline(`wallet,amount\n${A},1,250.50\n`)).toEqual(['2 CSV_BROKEN']);
  });

  test('a quote that is never closed: nothing before it is lost, and what cannot be read is told', async () => {
    const text = `wallet,note\n${A},1\n${B},"2\n${A},3\n`;
    expect(await told(text)).toMatchInlineSnapshot(`
      "line 3: CSV_BROKEN
      The row is no proper CSV: a quote is opened and never closed, so that nothing behind it can be read.
      Every row has as many cells as the header, and a quote inside a quoted cell is doubled.
      Correct the row and import the file again: rows that are in the case already are not added twice."
    `);
    expect(await outline(text)).toEqual([`2 ${A} 1`, '3 CSV_BROKEN']);
    expect(await outline(text + `${A},x\n`.repeat(100_000))).toEqual([`2 ${A} 1`, '3 CSV_BROKEN']);
    expect(await told(`wallet,"note\n${A},1\n`)).toMatchInlineSnapshot(`
      "CSV_BROKEN
      The first line of FOLDER/reports.csv has a quote that is never closed.
      The first line names the columns: wallet (or address), and as far as known others.
      Close the quote or take it away."
    `);
  });

  test('a quote that is closed rows later', async () => {
    const text = `wallet,note\n${A},"1\n${B},2\n${A},"3"\n${B},4\n`;
    expect(await told(text)).toMatchInlineSnapshot(`
      "line 2: CSV_BROKEN
      The row is no proper CSV: a quote is opened and not closed in its row, so that rows behind it run into it.
      Every row has as many cells as the header, and a quote inside a quoted cell is doubled.
      Correct the row and import the file again: rows that are in the case already are not added twice."
    `);
    expect(await outline(text)).toEqual(['2 CSV_BROKEN', `5 ${B} 4`]);
  });

  test('quotes in the middle of a cell are kept as they are', async () => {
    expect(await outline(`wallet,note\n${A},5" screen\n${B},"so-called" friend\n`)).toEqual([
      `2 ${A} 5" screen`,
      `3 ${B} "so-called" friend`,
    ]);
  });
});
