/**
 * A wallet of a million transfers that is no service, read to its end: in how much memory, in how many pages, and what a person
 * sees meanwhile. It is stopped half-way once, and gone on with.
 *
 *     npm run soak:long -- --rows 1000000
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Ledger } from '../../src/simulate/ledger.ts';
import { transactionFor } from '../../src/simulate/names.ts';
import { addressFor, blockAt, timeOf } from '../../src/simulate/tron.ts';
import { serveTronGrid } from '../../src/simulate/trongrid.ts';
import type { SimulatedTransfer } from '../../src/simulate/types.ts';
import { memoryOf } from '../bench/memory.ts';
import { downstream, repository } from '../fixtures/program.ts';

const PAGE = 200;
const MOST_GROWTH_MB = 150;
const SAMPLE_MS = 500;
const MB = 1_000_000;
/** Memory is compared from here on: by then all code is loaded, and the first pages are read. */
const WARM_ROWS = 50_000;
const CUSTOMERS = 40;

const { values } = parseArgs({ options: { rows: { type: 'string', default: '1000000' } } });
const rows = Number(values.rows);

const long = addressFor('long');
const start = blockAt(Date.UTC(2021, 0, 1));
const from = (name: string, to: string, n: number, value: bigint): SimulatedTransfer => ({
  ...{ chain: 'tron', asset: 'USDT', transaction: transactionFor(`${n}`), block: start + 40 * n, position: 0 },
  ...{ timestamp: timeOf(start + 40 * n), from: addressFor(name), to: addressFor(to), signer: addressFor(name), value },
});
/** It is paid by one and pays forty others, all day long: too few to be a service. */
const transfers = Array.from({ length: rows }, (_, n) =>
  n % 2 === 0 ? from('feeder', 'long', n, 100_000_000n) : from('long', `payee ${n % CUSTOMERS}`, n, 99_000_000n),
);
transfers.unshift(from('seed', 'long', -1, 1_000_000_000n));
transfers.unshift(from('victim', 'seed', -2, 1_000_000_000n));

const data = await mkdtemp(join(tmpdir(), 'downstream-long-'));
const server = await serveTronGrid(new Ledger(transfers));
const env = { DOWNSTREAM_DATA: data, TRON_API_URL: server.url, TRON_API_RATE: '10000' };
try {
  await downstream(['case', 'create', 'long'], env);
  await downstream(['report', 'add', 'long', '--wallet', addressFor('seed')], env);
  const first = await crawl(rows / 2);
  print(`stopped with SIGTERM after ${first.rows} transfers: exit code ${first.code}`);
  const second = await crawl(null);
  const pages = server.log.filter(({ endpoint, path }) => endpoint === 'history' && path.includes(long)).length;
  const coverage = JSON.parse(await downstream(['coverage', 'long', '--json'], env));
  const seen = coverage.wallets.find(({ address }: { address: string }) => address === long);
  const least = Math.ceil((rows + 1) / PAGE);
  const growth = Math.max(first.growth, second.growth);
  print(`exit code ${second.code}; ${seen.rows} of ${rows + 1} transfers, ${seen.state}, ${seen.proof}`);
  print(`${pages} pages; ${least} hold them (target: at most ${least + 1}, and one where it was gone on with)`);
  print(
    `memory: from ${first.warm} MB to ${Math.max(first.peak, second.peak)} MB while reading, at most ${growth} MB more (target: ${MOST_GROWTH_MB} MB)`,
  );
  print(`memory at its highest, with the money followed at the end: ${second.highest} MB`);
  print(
    `${(first.seconds + second.seconds).toFixed(0)} s; lines of progress, the last of them:\n${second.progress.slice(-3).join('\n')}`,
  );
  const isGood = seen.rows === rows + 1 && seen.proof === 'proven' && growth <= MOST_GROWTH_MB && pages <= least + 2;
  process.exitCode = isGood ? 0 : 1;
} finally {
  await server.close();
  await rm(data, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
}

interface Figures {
  readonly code: number | null;
  /** Transfers that the last line of progress tells of. */
  readonly rows: number;
  /** Megabytes of the program: once it is warm, at most while it reads, at most in all, and how much it grew while reading. */
  readonly warm: number;
  readonly peak: number;
  readonly highest: number;
  readonly growth: number;
  readonly seconds: number;
  readonly progress: readonly string[];
}

/** @param until stops it with SIGTERM once so many transfers are read */
async function crawl(until: number | null): Promise<Figures> {
  const begun = performance.now();
  const child = spawn(process.execPath, ['src/cli/downstream.mjs', 'crawl', 'long', '--max-hops', '1'], {
    cwd: repository,
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const progress: string[] = [];
  let [read, warm, peak, highest, before] = [0, 0, 0, 0, -1];
  child.stderr.on('data', (chunk) => {
    for (const line of String(chunk)
      .split('\n')
      .filter((text) => text !== ''))
      progress.push(line);
    read = Number(/([\d,]+) transfers? read/.exec(progress.at(-1) ?? '')?.[1]?.replaceAll(',', '') ?? read);
    if (before < 0) before = read;
    if (until !== null && read >= until) child.kill('SIGTERM');
  });
  const sampler = setInterval(() => {
    const size = Math.round(memoryOf(child.pid ?? 0, data).program / MB);
    highest = Math.max(highest, size);
    const isReading = read > before + WARM_ROWS && read < (until ?? rows) && /wave 1 /.test(progress.at(-1) ?? '');
    if (!isReading) return;
    if (warm === 0) warm = size;
    peak = Math.max(peak, size);
  }, SAMPLE_MS);
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  clearInterval(sampler);
  const seconds = (performance.now() - begun) / 1_000;
  return { code, rows: read, warm, peak, highest, growth: peak - warm, seconds, progress };
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
