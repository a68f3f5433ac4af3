/** Files of transfers that are no proper CSV, or not whole. */
import { describe, expect, test } from 'vitest';
import { USDT as ETHEREUM_USDT } from '../../src/chains/ethereum/assets.ts';
import { transferFiles } from '../fixtures/transfer-files.ts';

const HASH = 'ab'.repeat(32);
const A = 'TNtbiqvanUnm4YHK9SYzRGR8ktiHRduDbM';
const B = 'TL24LCps5FKwp3PoU1MvrYrwhi5LU1tHre';
const PLAIN = 'transaction_id,block_timestamp_ms,from,to,value';
const GOOD = `${HASH},1600000000000,${A},${B},5`;
const ETHERSCAN = 'Txhash,Blockno,UnixTimestamp,From,To,TokenValue,ContractAddress,TokenName,TokenSymbol';

const { outline, told } = transferFiles();

const etherscan = (value: string): string =>
  `${ETHERSCAN}\n${HASH},7,1699000011,0x${'11'.repeat(20)},0x${'22'.repeat(20)},${value},${ETHEREUM_USDT.contract},T,USDT\n`;

describe('a row', () => {
  test('with too few or too many cells', async () => {
    expect(await told(`${PLAIN}\n${GOOD},6\n`)).toMatchInlineSnapshot(`
      "line 2: CSV_BROKEN
      The row is no proper CSV: the header has 5 columns, the row 6.
      Every row has as many cells as the header, and a quote inside a quoted cell is doubled.
      Correct the row and import the file again: rows that are in the case already are not added twice."
    `);
    // A thousands separator without quotes.
    expect(await outline(etherscan('1,250.50'))).toEqual(['2 CSV_BROKEN']);
    expect(await outline(`${PLAIN}\n${GOOD}\n${HASH},1600000000000\n${GOOD}\n`)).toEqual([
      '2 taken',
      '3 CSV_BROKEN',
      '4 taken',
    ]);
  });

  test('that is longer than a million characters, and what lies behind it', async () => {
    const text = `${PLAIN}\n${GOOD}\n${HASH},${'1'.repeat(1_000_001)},${A},${B},5\n${GOOD}\n`;
    expect(await told(text)).toMatchInlineSnapshot(`
      "line 3: CSV_BROKEN
      The row is no proper CSV: it is longer than a million characters, or a quote is opened and never closed, so that nothing behind it can be read.
      Every row has as many cells as the header, and a quote inside a quoted cell is doubled.
      Correct the row and import the file again: rows that are in the case already are not added twice."
    `);
    expect(await outline(text)).toEqual(['2 taken', '3 CSV_BROKEN']);
  });
});

describe('a file that is cut off', () => {
  const whole = `${PLAIN}\n${GOOD}\n${HASH},1600000000000,${A},${B},5000000\n`;

  test('within its last amount, does not pass for a smaller one', async () => {
    expect(await told(whole.slice(0, -3))).toMatchInlineSnapshot(`
      "line 3: CSV_BROKEN
      The file ends within its last row: "50000" may be cut off.
      The last row ends with a line break, as all others do.
      Export the file again; if it is whole, add a line break at its end."
    `);
    expect(await outline(whole.slice(0, -3))).toEqual(['2 taken', '3 CSV_BROKEN']);
    expect(await outline(whole)).toEqual(['2 taken', '3 taken']);
    expect(await outline(whole.replace(/5000000\n$/, '"5000000"'))).toEqual(['2 taken', '3 taken']);
  });

  test('anywhere, loses no row in silence', async () => {
    for (let end = whole.length - 1; end > whole.indexOf(GOOD) + GOOD.length + 1; end -= 1) {
      const rows = await outline(whole.slice(0, end));
      expect(rows, `cut off at ${end}`).toHaveLength(2);
      expect(rows[0]).toBe('2 taken');
      expect(rows[1]).not.toBe('3 taken');
    }
  });

  test('within quotes', async () => {
    const quoted = etherscan('"1,250.50"');
    expect(await told(quoted.slice(0, quoted.indexOf('1,250') + 3))).toMatchInlineSnapshot(`
      "line 2: CSV_BROKEN
      The row is no proper CSV: a quote is opened and never closed, so that nothing behind it can be read.
      Every row has as many cells as the header, and a quote inside a quoted cell is doubled.
      Correct the row and import the file again: rows that are in the case already are not added twice."
    `);
  });

  test('behind all that is read of it, is whole enough', async () => {
    expect(await outline(etherscan('5').trimEnd().slice(0, -1))).toEqual(['2 taken']);
  });
});

describe('quotes', () => {
  const named = (name: string): string => etherscan('5').replace(',T,', `,${name},`);

  test('in quotes are read where they are doubled', async () => {
    expect(await outline(named('"Tether ""USD"", the true one"'))).toEqual(['2 taken']);
  });

  test('in quotes that are not doubled shift no cell in silence', async () => {
    expect(await outline(named('"Tether "USD" the true one"'))).toEqual(['2 taken']);
    expect(await outline(named('"Tether "USD", the true one"'))).toEqual(['2 CSV_BROKEN']);
    expect(await outline(named('"Tether "USD""'))).toEqual(['2 taken']);
    expect(await outline(etherscan('"1,"250"'))).toEqual(['2 AMOUNT_INVALID']);
  });

  test('that are closed rows later take the rows between with them, which is told', async () => {
    const row = etherscan('5').split('\n')[1] ?? '';
    const open = row.replace(',T,', ',"T,');
    const text = `${ETHERSCAN}\n${open}\n${row}\n${row.replace(',T,', ',T",')}\n${row}\n`;
    expect(await outline(text)).toEqual(['2 CSV_BROKEN', '5 taken']);
    expect(await told(text)).toMatchInlineSnapshot(`
      "line 2: CSV_BROKEN
      The row is no proper CSV: a quote is opened in it and closed in another, with all rows between them.
      Every row has as many cells as the header, and a quote inside a quoted cell is doubled.
      Correct the row and import the file again: rows that are in the case already are not added twice."
    `);
  });
});
