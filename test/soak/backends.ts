/** Where a crawl keeps its data and its queue: each pair that is possible, emptied for every crawl. */
import { randomBytes, randomUUID } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { systemClock } from '../../src/clock.ts';
import { readConfig } from '../../src/config.ts';
import { createLog } from '../../src/log.ts';
import type { Pool } from '../../src/store/db.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import { openEngine } from '../../workers/run.ts';
import { cli } from '../fixtures/cli.ts';

export const PAIRS = ['embedded/postgres', 'embedded/redis', 'server/postgres', 'server/redis'] as const;
export type Pair = (typeof PAIRS)[number];

export interface Servers {
  /** A server on which databases may be created. */
  readonly postgres: string | null;
  readonly redis: string | null;
}

export interface Backend {
  readonly pair: Pair;
  readonly env: Readonly<Record<string, string>>;
  readonly pool: Pool;
  /** As if nothing had ever been crawled. */
  empty(): Promise<void>;
  close(): Promise<void>;
}

export function isPossible(pair: Pair, { postgres, redis }: Servers): boolean {
  return (pair.startsWith('embedded') || postgres !== null) && (pair.endsWith('postgres') || redis !== null);
}

/** Opens a pair: an embedded database of its own, or a database of its own on the server. */
export async function openBackend(pair: Pair, servers: Servers): Promise<Backend> {
  const database = pair.startsWith('server') ? await createDatabase(servers.postgres ?? '') : null;
  const folder = await mkdtemp(join(tmpdir(), 'downstream-soak-'));
  // The embedded server runs as another user.
  await chmod(folder, 0o755);
  const env = {
    LOG_LEVEL: 'silent',
    ...(database === null ? { DOWNSTREAM_DATA: join(folder, 'data') } : { DATABASE_URL: database.url }),
    ...(pair.endsWith('redis') ? { REDIS_URL: servers.redis ?? '' } : {}),
  };
  if (database !== null) {
    const { code, err } = await cli(env, 'migrate');
    if (code !== 0) throw new Error(err);
  }
  // Held open, so that the embedded server stays.
  const store = await openStore(readConfig(env));
  // The first engine makes the queue's tables where the database is embedded.
  await (await openEngine(readConfig(env), systemClock, createLog('silent'))).close();
  const kept = await tablesWithRows(store);
  return {
    pair,
    env,
    pool: store.pool,
    async empty() {
      const full = (await tables(store)).filter((table) => !kept.has(table));
      if (full.length > 0) await store.pool.query(`truncate ${full.join(', ')} restart identity cascade`);
      // Queues are named after it: what an earlier crawl left in a Redis is not met again.
      await store.pool.query('update instance set id = $1', [randomUUID()]);
    },
    async close() {
      await store.close();
      await database?.drop();
      await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    },
  };
}

async function tables({ pool }: Store): Promise<string[]> {
  const { rows } = await pool.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables
     where schemaname in ('downstream', 'bullmq') order by 1`,
  );
  return rows.map(({ name }) => name);
}

/** What migrations themselves put in. */
async function tablesWithRows(store: Store): Promise<ReadonlySet<string>> {
  const full = new Set<string>();
  for (const table of await tables(store)) {
    const { rowCount } = await store.pool.query(`select from ${table} limit 1`);
    if (rowCount !== 0) full.add(table);
  }
  return full;
}

async function createDatabase(server: string): Promise<{ url: string; drop(): Promise<void> }> {
  const name = `downstream_soak_${randomBytes(8).toString('hex')}`;
  await onServer(server, `create database ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => onServer(server, `drop database if exists ${name} with (force)`) };
}

async function onServer(server: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
