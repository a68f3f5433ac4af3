import { existsSync, readdirSync, readlinkSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { addressFromWord, parseTransaction } from '../../src/chains/address.ts';
import { CHAINS, type ChainId, type HistoryRow } from '../../src/chains/chain.ts';
import { USDT as ETHEREUM_USDT } from '../../src/chains/ethereum/assets.ts';
import { type FileRow, readTransferFile } from '../../src/chains/files/transfer-file.ts';
import { USDT as TRON_USDT } from '../../src/chains/tron/assets.ts';
import {
  ASSETS,
  type Look,
  NOW,
  readAll,
  transferFiles,
  WRITERS,
  type Writer,
  writeTransfers,
} from '../fixtures/transfer-files.ts';
import { hasSharedData, sharedData } from '../shared-data.ts';

const PLAIN_LOOK: Look = { delimiter: ',', quoted: false, bom: false, record_delimiter: '\n' };

const { write, read } = transferFiles();

const transfersOf = (rows: readonly FileRow[]): HistoryRow[] => rows.flatMap((row) => ('row' in row ? [row.row] : []));

/** Rows in an order of their own, for they are a multiset. */
const sorted = (rows: readonly HistoryRow[]): string[] =>
  rows.map((row) => JSON.stringify({ ...row, value: String(row.value) }, Object.keys(row).sort())).sort();

describe('each kind of file', () => {
  test.skipIf(!hasSharedData)(
    "Etherscan's export: equal rows are both there, the token that is not USDT is left out",
    async () => {
      const rows = await readAll(sharedData('csv-samples/etherscan-erc20.csv'));
      const transfer = {
        chain: 'ethereum',
        asset: 'USDT',
        transaction: '9b1c5f6e0c3d2a41b7e8f90123456789abcdef0123456789abcdef0123456789',
        from: '0x28C6c06298d514Db089934071355E5743bf21d60',
        to: '0x1111111254EEB25477B68fb85Ed929f73A960582',
        value: 1_250_500_000n,
        timestamp: Date.UTC(2023, 10, 3, 8, 26, 51),
        block: 18_500_001,
      };
      expect(rows).toEqual([
        { line: 2, row: transfer },
        { line: 3, row: transfer },
        {
          line: 4,
          leftOut: {
            code: 'OTHER_TOKEN',
            text: 'it is of the token 0x2f2a2543B76A4166549F7aaB2e75Bef0aefC5B0f, which calls itself "USDT"',
          },
        },
      ]);
    },
  );

  test.skipIf(!hasSharedData)("TronScan's rows, once it is said which token they are of", async () => {
    const path = sharedData('csv-samples/tronscan-trc20.csv');
    await expect(readAll(path)).rejects.toMatchObject({ code: 'TOKEN_UNNAMED' });
    expect(await readAll(path, TRON_USDT.contract)).toEqual([
      {
        line: 2,
        row: {
          chain: 'tron',
          asset: 'USDT',
          transaction: 'e122cba603b48ee234807f91859a04dbc4728f1b215d5c9c05385733bca674bc',
          from: 'TVy95wrbDgQ8NA3XT8qKqwC6YBsFTPHtFF',
          to: 'TDii6vao7xyWg2rKPbCPWVRpSmne8xcqYx',
          value: 30_401_259n,
          timestamp: 1_767_246_213_000,
          block: 78_861_100,
        },
      },
    ]);
  });

  test.skipIf(!hasSharedData)('plain transfers of the seized wallets', async () => {
    const path = sharedData('tron-usdt-seized/transfers.csv');
    const transfers = transfersOf(await readAll(path));
    expect(transfers).toHaveLength(10_525);
    expect(transfers.filter(({ value }) => value === 0n)).toHaveLength(163);
    expect(transfers.reduce((sum, { value }) => sum + value, 0n) / 1_000_000n).toBe(66_554_716n);
    expect(transfers[0]).toMatchObject({ chain: 'tron', asset: 'USDT', timestamp: 1_597_050_381_000, block: null });
  });

  test('may have the names that its columns had in other years', async () => {
    const [hash, from, to] = ['ab'.repeat(32), `0x${'11'.repeat(20)}`, `0x${'22'.repeat(20)}`];
    const contract = ETHEREUM_USDT.contract;
    for (const [header, cells] of [
      [
        'Txhash,UnixTimestamp,DateTime,From,To,Value,ContractAddress,TokenName,TokenSymbol',
        `${hash},1699000011,x,${from},${to},5,${contract},a,b`,
      ],
      [
        'Transaction Hash,DateTime (UTC),From,To,Amount,ContractAddress',
        `0x${hash},2023-11-03 08:26:51,${from},${to},5.0,${contract}`,
      ],
      [
        'status,contract_address,TOKENVALUE,to,from,unix timestamp,TxHash',
        `,${contract},"5",${to},${from},1699000011,${hash}`,
      ],
    ] as const) {
      const [row] = transfersOf(await read(`${header}\n${cells}\n`));
      expect(row, header).toMatchObject({
        transaction: hash,
        value: 5_000_000n,
        timestamp: 1_699_000_011_000,
        block: null,
      });
    }
    const page = `Txhash,Blockno,UnixTimestamp,DateTime,From,To,Quantity,Method\n${hash},7,1699000011,x,${from},${to},"1,000",Transfer\n`;
    await expect(read(page)).rejects.toMatchObject({ code: 'TOKEN_UNNAMED' });
    expect(transfersOf(await read(page, contract))).toMatchObject([{ value: 1_000_000_000n, block: 7 }]);
  });

  test('with 300 columns is read by those that are known', async () => {
    const more = Array.from({ length: 295 }, (_, n) => `extra ${n}`);
    const { header, cells } = WRITERS.plain;
    const [row] = fc.sample(transfer('tron'), { numRuns: 1, seed: 1 });
    if (row === undefined) throw new Error('there is no row');
    const text = `${[...header, ...more].join()}\n${[...cells(row), ...more].join()}\n`;
    expect(transfersOf(await read(text))).toEqual([{ ...row, block: null }]);
  });

  test("that is an economy's may hold both chains, and coins that are not followed", async () => {
    const rows = fc.sample(fc.oneof(transfer('tron'), transfer('ethereum')), { numRuns: 20, seed: 1 });
    const text = writeTransfers(WRITERS.economy, rows, PLAIN_LOOK);
    const found = await read(text.replace(/^tron,USDT/gm, 'tron,TRX'));
    expect(sorted(transfersOf(found))).toEqual(sorted(rows.filter(({ chain }) => chain === 'ethereum')));
    expect(found.find((row) => 'leftOut' in row)).toMatchObject({
      leftOut: { code: 'OTHER_TOKEN', text: '"TRX" on tron is not followed' },
    });
  });

  const looks = fc.record<Look>({
    delimiter: fc.constantFrom(',', ';', '\t'),
    quoted: fc.boolean(),
    bom: fc.boolean(),
    record_delimiter: fc.constantFrom('\n', '\r\n', '\r'),
  });
  const remark = fc
    .string({ unit: fc.constantFrom('a', '"', ',', ';', "'", '字', ' ', '\t'), minLength: 1 })
    .map((text) => `a${text}`);

  test.each(Object.entries<Writer>(WRITERS))(
    '%s comes back as it was written, however it looks',
    async (kind, writer) => {
      const chains = kind === 'economy' ? CHAINS : ([kind === 'etherscan' ? 'ethereum' : 'tron'] as const);
      const rows = fc.array(fc.oneof(...chains.map(transfer)), { maxLength: 12 });
      await fc.assert(
        fc.asyncProperty(rows, looks, remark, async (written, look, text) => {
          // Some twice, as two equal transfers of one transaction are.
          const twice = written.flatMap((row, index) => (index % 3 === 0 ? [row, row] : [row]));
          const found = await read(writeTransfers(writer, twice, look, text), TRON_USDT.contract);
          const told = kind === 'plain' ? twice.map((row) => ({ ...row, block: null })) : twice;
          expect(sorted(transfersOf(found))).toEqual(sorted(told));
          expect(found).toHaveLength(told.length);
        }),
        { seed: 1, numRuns: 60 },
      );
    },
  );

  test('is read anew each time, and let go by whoever stops before its end', async () => {
    const [row] = fc.sample(transfer('tron'), { numRuns: 1, seed: 1 });
    if (row === undefined) throw new Error('there is no row');
    const path = await write(
      writeTransfers(
        WRITERS.plain,
        Array.from({ length: 5_000 }, () => row),
        PLAIN_LOOK,
      ),
    );
    const file = await readTransferFile(path, { assets: ASSETS, now: NOW });
    for await (const { line } of file.rows) {
      expect(line).toBe(2);
      break;
    }
    let rows = 0;
    for await (const { line } of file.rows) {
      rows += 1;
      if (line !== rows + 1) throw new Error(`row ${rows} is said to begin in line ${line}`);
    }
    expect(rows).toBe(5_000);
    if (existsSync('/proc/self/fd')) await vi.waitFor(() => expect(openFiles()).not.toContain(path));
  });
});

function transfer(chain: ChainId): fc.Arbitrary<HistoryRow> {
  const hex = (digits: number) =>
    fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: digits, maxLength: digits });
  const address = hex(40).map((bytes) => addressFromWord(chain, bytes));
  return fc.record({
    chain: fc.constant(chain),
    asset: fc.constant('USDT'),
    transaction: hex(64).map(parseTransaction),
    from: address,
    to: address,
    value: fc.oneof(fc.constant(0n), fc.bigInt({ min: 0n, max: 10n ** 18n })),
    timestamp: fc.integer({ min: TRON_USDT.since / 1_000, max: NOW / 1_000 }).map((seconds) => seconds * 1_000),
    block: fc.nat(),
  });
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
