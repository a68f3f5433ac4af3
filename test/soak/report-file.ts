/**
 * Reads files of a million reports and measures what that takes. It runs for a while, so it is no part of `npm test`:
 *
 *   node --expose-gc --import tsx test/soak/report-file.ts
 */
import assert from 'node:assert/strict';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseReport } from '../../src/cases/report.ts';
import { readReportFile } from '../../src/cases/report-file.ts';
import { USDT } from '../../src/chains/tron/assets.ts';

const ROWS = 1_000_000;
/** Far below what a million rows take, far above what a stream holds. */
const MOST_GROWTH_MB = 64;
const ADDRESS = 'TNtbiqvanUnm4YHK9SYzRGR8ktiHRduDbM';

const KINDS: Record<string, { row: (number: number) => string; faults: number }> = {
  'good rows': { row: (number) => `${ADDRESS},"1,250.50",R${number},"he said ""wait"""\n`, faults: 0 },
  'rows with a cell too many': { row: (number) => `${ADDRESS},5,R${number},a,b\n`, faults: ROWS },
  'rows whose quote is closed in the next': { row: () => `${ADDRESS},5,R,"a\n${ADDRESS},5,R,b"c\n`, faults: ROWS },
};

const heapMb = (): number => {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 1024 / 1024;
};

const folder = await mkdtemp(join(tmpdir(), 'downstream-soak-'));
try {
  for (const [kind, { row, faults }] of Object.entries(KINDS)) {
    const path = join(folder, 'reports.csv');
    await pipeline(Readable.from(lines(row)), createWriteStream(path));
    const before = heapMb();
    const begun = performance.now();
    let [rows, refused, most] = [0, 0, before];
    for await (const read of readReportFile(path)) {
      rows += 1;
      if ('fault' in read) refused += 1;
      else parseReport(read.report, USDT, Date.UTC(2026, 0, 1));
      if (rows % 100_000 === 0) most = Math.max(most, heapMb());
    }
    const seconds = ((performance.now() - begun) / 1000).toFixed(1);
    process.stdout.write(
      `${kind}: ${rows} rows, ${refused} refused, ${seconds} s, ${(most - before).toFixed(1)} MB more\n`,
    );
    assert.equal(rows, ROWS);
    assert.equal(refused, faults);
    assert.ok(most - before < MOST_GROWTH_MB);
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}

function* lines(row: (number: number) => string): Generator<string> {
  yield 'wallet,amount,ref,note\n';
  for (let start = 0; start < ROWS; start += 1_000) {
    yield Array.from({ length: 1_000 }, (_, n) => row(start + n)).join('');
  }
}
