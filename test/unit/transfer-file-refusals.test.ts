/** What a person is told of files and rows of transfers that are not taken. */
import { describe, expect, test } from 'vitest';
import type { Address } from '../../src/chains/chain.ts';
import { USDT as ETHEREUM_USDT } from '../../src/chains/ethereum/assets.ts';
import { readAll, transferFiles } from '../fixtures/transfer-files.ts';

const HASH = 'ab'.repeat(32);
const A = 'TNtbiqvanUnm4YHK9SYzRGR8ktiHRduDbM';
const B = 'TL24LCps5FKwp3PoU1MvrYrwhi5LU1tHre';
const [E, F] = [`0x${'11'.repeat(20)}`, `0x${'22'.repeat(20)}`];

const PLAIN = 'transaction_id,block_timestamp_ms,from,to,value';
const GOOD = `${HASH},1600000000000,${A},${B},5`;
const ETHERSCAN = 'Txhash,Blockno,UnixTimestamp,From,To,TokenValue,ContractAddress,TokenName,TokenSymbol';
const TRONSCAN = 'Tx Hash,blockHeight,blockTime(UTC),from,to,value,symbol,tokenAddress,isConfirm,contractRet';

const { outline, told } = transferFiles();

/** A plain row with one cell changed. */
function plain(cell: 'transaction' | 'time' | 'from' | 'to' | 'value', text: string): string {
  const cells = GOOD.split(',');
  cells[['transaction', 'time', 'from', 'to', 'value'].indexOf(cell)] = text;
  return `${PLAIN}\n${cells.join()}\n`;
}

const etherscan = (value: string, rest: { time?: string; contract?: string; block?: string } = {}): string =>
  `${ETHERSCAN}\n${HASH},${rest.block ?? 7},${rest.time ?? 1699000011},${E},${F},${value},${rest.contract ?? ETHEREUM_USDT.contract},T,USDT\n`;

const tronscan = (cells: { time?: string; confirmed?: string; result?: string; contract?: string }): string =>
  `${TRONSCAN}\n${HASH},7,${cells.time ?? '2023/11/03 08:26:51'},${A},${B},5,USDT,${cells.contract ?? 'TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t'},${cells.confirmed ?? 'true'},${cells.result ?? 'SUCCESS'}\n`;

describe('a file is refused', () => {
  test('with an unknown header', async () => {
    expect(await told('name,amount\nLi,5\n')).toMatchInlineSnapshot(`
      "CSV_COLUMNS
      FOLDER/transfers.csv has the columns of no kind of transfers that is known: name, amount.
      Known are:
        the transfers.csv of an economy's folder: chain, asset, transaction, block, timestamp_ms, from, to, value
        plain transfers of USDT on Tron: transaction_id, block_timestamp_ms, from, to, value
        TronScan's rows of TRC-20 transfers: transaction_id, block_ts, from_address, to_address, quant
        TronScan's export of token transfers: Tx Hash, blockTime(UTC), from, to, value
        Etherscan's export of ERC-20 transfers: Txhash, UnixTimestamp or DateTime (UTC), From, To, TokenValue
      Export the file again as one of these, or rename its columns accordingly."
    `);
    for (const empty of ['', '\ufeff', '\n\n']) expect(await told(empty)).toContain('that is known: none.');
    const wide = `${Array.from({ length: 300 }, (_, n) => `c${n}`).join()}\n`;
    expect(await told(wide)).toContain('c18, c19 and 280 more.');
  });

  test("that is Etherscan's export of transactions, not of tokens", async () => {
    const header =
      'Txhash,Blockno,UnixTimestamp,DateTime (UTC),From,To,ContractAddress,Value_IN(ETH),Value_OUT(ETH),Status,ErrCode';
    expect(await told(`${header}\n`)).toContain('CSV_COLUMNS');
  });

  test('with two columns for one thing', async () => {
    expect(await told('Txhash,UnixTimestamp,From,To,Quantity,Value,ContractAddress\n')).toMatchInlineSnapshot(`
      "CSV_COLUMNS
      FOLDER/transfers.csv has two columns for one thing: Quantity and Value.
      Each column that is read stands once.
      Rename or remove the one that is not meant."
    `);
    expect(await told(`${PLAIN},From\n`)).toContain('from and From');
  });

  test('that does not say which token it holds', async () => {
    const file = 'transaction_id,block,block_ts,from_address,to_address,confirmed,contractRet,quant\n';
    expect(await told(file)).toMatchInlineSnapshot(`
      "TOKEN_UNNAMED
      FOLDER/transfers.csv does not say which token its rows are of.
      It has the columns of TronScan's rows of TRC-20 transfers, without one for the contract, and the same columns hold transfers of any token.
      If all its rows are of one token, name the contract: --token CONTRACT, such as TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t for USDT."
    `);
    expect(await told(file, ETHEREUM_USDT.contract)).toMatchInlineSnapshot(`
      "TOKEN_UNKNOWN
      0xdAC17F958D2ee523a2206206994597C13D831ec7 is no token of tron that Downstream follows.
      It follows TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t for USDT.
      Check the contract."
    `);
    expect(await told('Txhash,UnixTimestamp,From,To,Quantity\n')).toContain('TOKEN_UNNAMED');
  });

  test('that tells its tokens by their symbols, whatever contract a person names', async () => {
    const file = 'Tx Hash,blockHeight,blockTime(UTC),from,to,value,symbol,contractType,status\n';
    expect(await told(file, 'TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t' as Address)).toMatchInlineSnapshot(`
      "TOKEN_UNNAMED
      FOLDER/transfers.csv names its tokens by symbol or name, but not by contract.
      It has the columns of TronScan's export of token transfers, without one for the contract, and anybody may issue a token called USDT.
      Export the file again, with the contract of each row."
    `);
    expect(await told(`${PLAIN},symbol\n`)).toContain('TOKEN_UNNAMED');
  });

  test('in UTF-16', async () => {
    const bytes = Buffer.from(`\ufeff${PLAIN}\r\n${GOOD}\r\n`, 'utf16le');
    expect(await told(bytes)).toMatchInlineSnapshot(`
      "CSV_ENCODING
      FOLDER/transfers.csv is not encoded as UTF-8.
      Downstream reads CSV files in UTF-8, with or without a byte order mark.
      Save the file again as "CSV UTF-8"."
    `);
    for (const other of [bytes.subarray(2), Buffer.from(bytes).swap16()]) {
      expect(await told(other)).toContain('CSV_ENCODING');
    }
  });

  test('whose header has a quote that is never closed', async () => {
    expect(await told(`"${PLAIN}\n${GOOD}\n`)).toMatchInlineSnapshot(`
      "CSV_BROKEN
      The first line of FOLDER/transfers.csv is no proper CSV: a quote is opened and never closed, so that nothing behind it can be read.
      The first line names the columns.
      Export the file again."
    `);
  });

  test('that is not there', async () => {
    await expect(readAll('missing.csv')).rejects.toMatchObject({
      code: 'FILE_UNREADABLE',
    });
  });
});

describe('a row is left out', () => {
  test('of another token, however it calls itself', async () => {
    expect(
      await told(etherscan('5', { contract: '0x2f2a2543b76a4166549f7aab2e75bef0aefc5b0f' })),
    ).toMatchInlineSnapshot(`
      "line 2: OTHER_TOKEN
      it is of the token 0x2f2a2543B76A4166549F7aaB2e75Bef0aefC5B0f, which calls itself "USDT""
    `);
    expect(await outline(tronscan({ contract: A }))).toEqual(['2 OTHER_TOKEN']);
  });

  test('of another token, also where its amount has more decimals than USDT', async () => {
    const row = etherscan('0.000000000000000001', { contract: '0x2f2a2543b76a4166549f7aab2e75bef0aefc5b0f' });
    expect(await outline(row)).toEqual(['2 OTHER_TOKEN']);
  });

  test('of a transaction that failed', async () => {
    expect(await told(tronscan({ result: 'OUT_OF_ENERGY' }))).toMatchInlineSnapshot(`
      "line 2: FAILED
      its transaction failed: "OUT_OF_ENERGY""
    `);
    expect(await outline(`${ETHERSCAN},Status\n${etherscan('5').split('\n')[1]},Error(0)\n`)).toEqual(['2 FAILED']);
  });

  test('that was not confirmed', async () => {
    expect(await told(tronscan({ confirmed: 'false' }))).toMatchInlineSnapshot(`
      "line 2: UNCONFIRMED
      it was not confirmed yet when the file was written"
    `);
  });
});

describe('a row is refused', () => {
  test('without a contract, or with one that is none', async () => {
    expect(await told(etherscan('5', { contract: ' ' }))).toMatchInlineSnapshot(`
      "line 2: TOKEN_UNNAMED
      The row names no contract.
      A token is known by its contract alone: anybody may issue one of the same symbol.
      Look the transaction up, and fill in the contract."
    `);
    expect(await outline(tronscan({ contract: 'USDT' }))).toEqual(['2 ADDRESS_INVALID']);
  });

  test('with a bad hash or address', async () => {
    expect(await told(plain('transaction', 'abc'))).toMatchInlineSnapshot(`
      "line 2: TRANSACTION_INVALID
      "abc" is no transaction hash.
      A transaction hash has 64 hex digits.
      Copy it again from the wallet or the explorer."
    `);
    expect(await told(plain('from', A.slice(1)))).toMatchInlineSnapshot(`
      "line 2: ADDRESS_INVALID
      "NtbiqvanUnm4YHK9SYzRGR8ktiHRduDbM" is no Tron address: it does not start with T.
      A Tron address has 34 characters and starts with T, such as TXVj38D1XR3TPgSHTCZGC8wkLDAGqF1oqx.
      Copy it again from the wallet, the exchange or the explorer."
    `);
    expect(await outline(plain('to', E))).toEqual(['2 ADDRESS_INVALID']);
  });

  test('with a negative amount', async () => {
    expect(await told(plain('value', '-5'))).toMatchInlineSnapshot(`
      "line 2: AMOUNT_INVALID
      "-5" is negative.
      A transfer moves zero or more; which way it goes is told by who sends and who receives.
      Write the amount without a sign, if sender and recipient are right."
    `);
    for (const text of ['-1.5', '\u22121.5', '(1.50)']) expect(await told(etherscan(text))).toContain('is negative');
  });

  test('with an amount that is none', async () => {
    expect(await told(plain('value', '5.5'))).toMatchInlineSnapshot(`
      "line 2: AMOUNT_INVALID
      "5.5" is no amount in base units.
      In files of this kind amounts are whole numbers of the token's smallest part; one token has 1000000 of them.
      Check the row; an amount in whole tokens would have to be converted first."
    `);
    expect(await told(etherscan('0.0000001'))).toContain('has 7 decimals; the asset has 6');
    for (const text of ['', '1e6', '"1.250,50"', '1 250', '$5', 'N/A', '+5']) {
      expect(await outline(etherscan(text))).toEqual(['2 AMOUNT_INVALID']);
      expect(await outline(plain('value', text))).toEqual(['2 AMOUNT_INVALID']);
    }
    expect(await outline(plain('value', String(2n ** 256n - 1n)))).toEqual(['2 taken']);
    expect(await outline(plain('value', String(2n ** 256n)))).toEqual(['2 AMOUNT_INVALID']);
  });

  test('whose amount means one thing in one country and another in the next', async () => {
    expect(await outline(etherscan('"1,250"'))).toEqual(['2 taken']);
    const semicolons = etherscan('1 250').replaceAll(',', ';').replace('1 250', '1,250');
    expect(await told(semicolons)).toMatchInlineSnapshot(`
      "line 2: AMOUNT_INVALID
      "1,250" may be 1250 or 1.250.
      In a file with semicolons a comma may separate thousands as well as decimals.
      Export the file again, and import it before a spreadsheet has opened it."
    `);
  });

  test('with a time that is none, or at which it cannot have happened', async () => {
    expect(await told(plain('time', '2020-09-13 12:26:40'))).toMatchInlineSnapshot(`
      "line 2: TIME_INVALID
      "2020-09-13 12:26:40" is no number of milliseconds since 1970.
      In files of this kind times are such numbers: 1699000011000.
      Export the file again, and import it before a spreadsheet has opened it."
    `);
    expect(await told(tronscan({ time: '2023/02/30 08:26:51' }))).toMatchInlineSnapshot(`
      "line 2: TIME_INVALID
      "2023/02/30 08:26:51" is no time.
      In files of this kind times are in UTC, with the year first: 2023-11-03 08:26:51.
      Export the file again, and import it before a spreadsheet has opened it."
    `);
    expect(await told(plain('time', '1600000000'))).toMatchInlineSnapshot(`
      "line 2: TIME_TOO_EARLY
      1970-01-19T12:26:40.000Z lies before the first transfer of this token.
      Its first transfers are of 2019-04-14.
      Check that the row is of this token, and its time in the unit that files of this kind have."
    `);
    expect(await told(etherscan('5', { time: '1799000011' }))).toMatchInlineSnapshot(`
      "line 2: TIME_IN_FUTURE
      2027-01-03T18:13:31.000Z lies in the future.
      A transfer was made before now, 2026-06-01T00:00:00.000Z.
      Check the file, and this machine's clock."
    `);
    expect(await outline(etherscan('5', { time: '999999999999999' }))).toEqual(['2 TIME_INVALID']);
    expect(await outline(tronscan({ time: '11/03/23 8:26' }))).toEqual(['2 TIME_INVALID']);
  });

  test('with a block that is none', async () => {
    expect(await told(etherscan('5', { block: '1.85E+07' }))).toMatchInlineSnapshot(`
      "line 2: BLOCK_INVALID
      "1.85E+07" is no number of a block.
      A block has a whole number such as 18500001.
      Export the file again, and import it before a spreadsheet has opened it."
    `);
  });

  test('that does not say whether its transaction succeeded or is confirmed', async () => {
    expect(await told(tronscan({ result: '' }))).toMatchInlineSnapshot(`
      "line 2: STATE_UNKNOWN
      The row does not say whether its transaction succeeded.
      The cell says SUCCESS, or why it failed.
      Look the transaction up, and correct the row."
    `);
    expect(await told(tronscan({ confirmed: '?' }))).toMatchInlineSnapshot(`
      "line 2: STATE_UNKNOWN
      Whether the transfer is confirmed cannot be told from "?".
      The cell says true or false.
      Look the transaction up, and correct the row."
    `);
  });

  test('of an economy, on a chain that is none', async () => {
    const header = 'chain,asset,transaction,block,position,timestamp_ms,from,to,value,signer';
    expect(await told(`${header}\nbitcoin,USDT,${HASH},1,0,1600000000000,${A},${B},5,${A}\n`)).toMatchInlineSnapshot(`
      "line 2: CHAIN_UNKNOWN
      "bitcoin" is no chain.
      Known are ethereum and tron.
      Correct the row."
    `);
  });
});
