/** `npm run bench:tags`: how fast a million tags are imported and looked up, and in how much memory. Nothing here fails a build. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAddress } from '../../src/chains/address.ts';
import type { Wallet } from '../../src/chains/chain.ts';
import { createPool } from '../../src/store/db.ts';
import { migrate, SCHEMA } from '../../src/store/migrate.ts';
import { newestImport, readTags } from '../../src/store/tags.ts';
import { repository } from '../fixtures/program.ts';
import { writeRows } from '../soak/measure.ts';
import { memoryOf } from './memory.ts';

const TAGS = 1_000_000;
/** YAML takes twice as long a tag; what matters is that memory does not grow with them. */
const PACK_TAGS = 100_000;
const WALLETS = 100_000;
/** How often the memory of the processes is looked at. */
const LOOK_MS = 200;
const SERVER = process.env.BENCH_POSTGRES ?? 'postgres://postgres@127.0.0.1:5432/postgres';
const NAME = `downstream_bench_tags_${process.pid}`;

const admin = createPool({ connectionString: SERVER }, 'public', 1);
const url = new URL(SERVER);
url.pathname = `/${NAME}`;
const folder = await mkdtemp(join(tmpdir(), 'downstream-bench-'));
await admin.query(`create database ${NAME}`);
const pool = createPool({ connectionString: url.href }, SCHEMA, 2);
try {
  await migrate(pool);
  const path = join(folder, 'tags.csv');
  await writeRows(path, 'address,label,category,source,date\n', TAGS, row);
  const pack = join(folder, 'pack.yaml');
  await writeRows(pack, 'title: T\ncreator: C\ncategory: exchange\ncurrency: ETH\ntags:\n', PACK_TAGS, item);
  tell('import of 1,000,000 tags', await importing(path), '60 s, 300 MB');
  tell('the same again', await importing(path), '60 s, 300 MB');
  tell('import of 100,000 tags of a TagPack', await importing(pack), '300 MB');
  tell('lookup of 100,000 wallets, all tagged', await looking(1), '1 s');
  tell('lookup of 100,000 wallets, half of them tagged', await looking(TAGS - WALLETS / 2), '1 s');
} finally {
  await pool.end();
  await admin.query(`drop database ${NAME} with (force)`);
  await admin.end();
  await rm(folder, { recursive: true, force: true });
}

function addressOf(number: number): string {
  return `0x${((number + 1) * 2_654_435_761).toString(16).padStart(40, '0')}`;
}

function row(number: number): string {
  return `${addressOf(number)},Exchange ${number % 997}: wallet ${number},${number % 3 === 0 ? 'deposit-address' : 'exchange'},https://example.org/list,2026-03-01\n`;
}

function item(number: number): string {
  return `- address: '${addressOf(TAGS + number)}'\n  label: Exchange ${number}\n`;
}

/** Seconds, and the most memory that the program's processes took. */
async function importing(path: string): Promise<string> {
  const began = performance.now();
  const child = spawn(process.execPath, ['src/cli/downstream.mjs', 'tags', 'import', path, '--publisher', 'bench'], {
    cwd: repository,
    env: { PATH: process.env.PATH, DATABASE_URL: url.href },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  let most = 0;
  const timer = setInterval(() => {
    most = Math.max(most, memoryOf(child.pid ?? 0, folder).program);
  }, LOOK_MS);
  const code = await new Promise((resolve) => child.on('close', resolve));
  clearInterval(timer);
  if (code !== 0) throw new Error(`The import ended with ${code}`);
  return `${((performance.now() - began) / 1000).toFixed(1)} s, ${Math.round(most / 1024 / 1024)} MB`;
}

async function looking(first: number): Promise<string> {
  const wallets = Array.from({ length: WALLETS }, (_, number): Wallet => {
    return { chain: 'ethereum', address: parseAddress('ethereum', addressOf(first + number)) };
  });
  const asOf = await newestImport(pool);
  const began = performance.now();
  const tags = await readTags(pool, wallets, asOf);
  return `${((performance.now() - began) / 1000).toFixed(2)} s, ${tags.length.toLocaleString('en-US')} tags`;
}

function tell(what: string, figure: string, target: string): void {
  process.stdout.write(`${what.padEnd(48)}  ${figure.padEnd(24)}  target ${target}\n`);
}
