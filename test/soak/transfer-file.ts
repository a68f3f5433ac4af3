/** Reads files of 200,000 transfers and measures what that takes; it runs for a while, so it is no part of `npm test`. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { USDT as ETHEREUM_USDT } from '../../src/chains/ethereum/assets.ts';
import { readTransferFile } from '../../src/chains/files/transfer-file.ts';
import { USDT as TRON_USDT } from '../../src/chains/tron/assets.ts';
import { MOST_GROWTH_MB, measure, writeRows } from './measure.ts';

const ROWS = 200_000;
const [A, B] = ['TNtbiqvanUnm4YHK9SYzRGR8ktiHRduDbM', 'TL24LCps5FKwp3PoU1MvrYrwhi5LU1tHre'];

const KINDS: Record<string, { header: string; row: (number: number) => string; refused: number; value: bigint }> = {
  plain: {
    header: 'transaction_id,block_timestamp_ms,from,to,value\n',
    row: (number) => `${hash(number)},1600000000000,${A},${B},${number}\n`,
    refused: 0,
    value: (BigInt(ROWS) * BigInt(ROWS - 1)) / 2n,
  },
  etherscan: {
    header: '"Transaction Hash","Blockno","UnixTimestamp","From","To","TokenValue","ContractAddress","TokenName"\n',
    row: (number) =>
      `"0x${hash(number)}","7","1699000011","0x${hash(number).slice(24)}","0x${'2'.repeat(40)}","1,250.5","${ETHEREUM_USDT.contract.toLowerCase()}","Tether ""USD"""\n`,
    refused: 0,
    value: 1_250_500_000n * BigInt(ROWS),
  },
  'plain, all refused': {
    header: 'transaction_id,block_timestamp_ms,from,to,value\n',
    row: (number) => `${hash(number)},1600000000000,${A},${B},-${number}\n`,
    refused: ROWS,
    value: 0n,
  },
};

const folder = await mkdtemp(join(tmpdir(), 'downstream-soak-'));
try {
  for (const [kind, { header, row, refused, value }] of Object.entries(KINDS)) {
    const path = join(folder, 'transfers.csv');
    await writeRows(path, header, ROWS, row);
    const file = await readTransferFile(path, { assets: [ETHEREUM_USDT, TRON_USDT], now: Date.UTC(2026, 0, 1) });
    const found = { refused: 0, value: 0n };
    const { count, growthMb, seconds } = await measure(file.rows, (read) => {
      if ('row' in read) found.value += read.row.value;
      else found.refused += 1;
    });
    process.stdout.write(
      `${kind}: ${count} rows, ${found.refused} refused, ${seconds.toFixed(1)} s, ${growthMb.toFixed(1)} MB more\n`,
    );
    assert.equal(count, ROWS);
    assert.deepEqual(found, { refused, value });
    assert.ok(growthMb < MOST_GROWTH_MB);
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}

function hash(number: number): string {
  return number.toString(16).padStart(64, '0');
}
