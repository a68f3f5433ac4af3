/** The seized wallets of the shared data, crawled one hop deep on the embedded database, from a server without a rate limit. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { downstream, repository, startServer } from '../fixtures/program.ts';
import { hasSharedData, sharedData } from '../shared-data.ts';
import { memoryOf } from './memory.ts';
import type { Figure } from './run.ts';

const SAMPLE_MS = 200;
const MB = 1_000_000;

export async function benchCrawl(): Promise<Figure[]> {
  if (!hasSharedData) return [{ what: 'crawl of the seized wallets', figure: 'left out: the shared data is missing' }];
  const data = await mkdtemp(join(tmpdir(), 'downstream-bench-'));
  const server = await startServer(sharedData('tron-usdt-seized/transfers.csv'));
  const env = { DOWNSTREAM_DATA: data, TRON_API_URL: server.url, TRON_API_RATE: '10000' };
  try {
    const first = Date.now();
    await downstream(['case', 'create', 'bench'], env);
    const start = Date.now() - first;
    const second = Date.now();
    await downstream(['case', 'list'], env);
    const plain = Date.now() - second;
    await downstream(['report', 'import', 'bench', sharedData('tron-usdt-seized/seeds.csv')], env);
    const crawl = await timedCrawl(env, data);
    const { transfers, requests } = JSON.parse(crawl.out);
    const seconds = crawl.milliseconds / 1000;
    return [
      {
        what: 'first start of the embedded server',
        figure: `${((start - plain) / 1000).toFixed(2)} s`,
        target: 'under 3 s',
      },
      { what: 'seized wallets, --max-hops 1: wall time', figure: `${seconds.toFixed(1)} s`, target: 'under 30 s' },
      { what: 'transfers', figure: `${transfers}, ${(transfers / seconds).toFixed(0)} a second` },
      { what: 'requests', figure: `${requests}, ${(requests / seconds).toFixed(0)} a second` },
      { what: 'peak memory of the program', figure: `${(crawl.program / MB).toFixed(0)} MB` },
      { what: 'peak memory of the database', figure: `${(crawl.database / MB).toFixed(0)} MB` },
      { what: 'peak memory together', figure: `${(crawl.together / MB).toFixed(0)} MB`, target: 'under 300 MB' },
    ];
  } finally {
    await server.stop();
    await rm(data, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
}

async function timedCrawl(env: Record<string, string>, data: string) {
  const began = Date.now();
  const child = spawn(
    process.execPath,
    ['src/cli/downstream.mjs', 'crawl', 'bench', '--max-hops', '1', '--min-share', '0', '--json'],
    {
      cwd: repository,
      env: { PATH: process.env.PATH, ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  let out = '';
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  const peak = { program: 0, database: 0, together: 0 };
  const sampler = setInterval(() => {
    const { program, database } = memoryOf(child.pid ?? 0, data);
    peak.program = Math.max(peak.program, program);
    peak.database = Math.max(peak.database, database);
    peak.together = Math.max(peak.together, program + database);
  }, SAMPLE_MS);
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  clearInterval(sampler);
  if (code !== 0) throw new Error(`The crawl ended with ${code}`);
  return { out, milliseconds: Date.now() - began, ...peak };
}
