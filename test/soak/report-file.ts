/** Reads files of a million reports and measures what that takes; it runs for a while, so it is no part of `npm test`. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseReport } from '../../src/cases/report.ts';
import { readReportFile } from '../../src/cases/report-file.ts';
import { USDT } from '../../src/chains/tron/assets.ts';
import { MOST_GROWTH_MB, measure, writeRows } from './measure.ts';

const ROWS = 1_000_000;
const ADDRESS = 'TNtbiqvanUnm4YHK9SYzRGR8ktiHRduDbM';

const KINDS: Record<string, { row: (number: number) => string; faults: number }> = {
  'good rows': { row: (number) => `${ADDRESS},"1,250.50",R${number},"he said ""wait"""\n`, faults: 0 },
  'rows with a cell too many': { row: (number) => `${ADDRESS},5,R${number},a,b\n`, faults: ROWS },
  'rows whose quote is closed in the next': { row: () => `${ADDRESS},5,R,"a\n${ADDRESS},5,R,b"c\n`, faults: ROWS },
};

const folder = await mkdtemp(join(tmpdir(), 'downstream-soak-'));
try {
  for (const [kind, { row, faults }] of Object.entries(KINDS)) {
    const path = join(folder, 'reports.csv');
    await writeRows(path, 'wallet,amount,ref,note\n', ROWS, row);
    let refused = 0;
    const { count, growthMb, seconds } = await measure(readReportFile(path), (read) => {
      if ('fault' in read) refused += 1;
      else parseReport(read.report, USDT, Date.UTC(2026, 0, 1));
    });
    process.stdout.write(
      `${kind}: ${count} rows, ${refused} refused, ${seconds.toFixed(1)} s, ${growthMb.toFixed(1)} MB more\n`,
    );
    assert.equal(count, ROWS);
    assert.equal(refused, faults);
    assert.ok(growthMb < MOST_GROWTH_MB);
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
