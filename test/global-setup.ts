/**
 * Looks once what this machine offers to the tests, hands it to them, and says plainly which suites are left out. Where
 * `CI` is set nothing may be left out: the run fails instead.
 */
import { execFile } from 'node:child_process';
import { userInfo } from 'node:os';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { findAnvil } from './fixtures/anvil.ts';
import { hasSharedData } from './shared-data.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** A Postgres server on which databases may be created; `null` where none answers. */
    readonly postgres: string | null;
    readonly redis: string | null;
    /** True where Debian's Python has networkx, which reads exports as a program that is not ours. */
    readonly networkx: boolean;
    readonly sharedData: boolean;
    /** True where anvil, a node of Ethereum, is installed for this machine. */
    readonly anvil: boolean;
  }
}

const REDIS_URL = 'redis://127.0.0.1:6379';
const POSTGRES_PLACE = '127.0.0.1:5432';
const POSTGRES_MINIMUM = 140_000;
const PROBE_MS = 3_000;

interface Missing {
  readonly what: string;
  /** What is not tested without it. */
  readonly leftOut: string;
  readonly get: string;
}

export default async function setup(project: TestProject): Promise<void> {
  const [postgres, redis, networkx] = await Promise.all([findPostgres(), findRedis(), hasNetworkx()]);
  project.provide('postgres', postgres);
  project.provide('redis', redis);
  project.provide('networkx', networkx);
  project.provide('sharedData', hasSharedData);
  const anvil = findAnvil() !== null;
  project.provide('anvil', anvil);

  const missing: Missing[] = [];
  if (postgres === null) {
    missing.push({
      what: `a Postgres server (14 or newer) at ${POSTGRES_PLACE} that trusts the user postgres`,
      leftOut: 'what runs on a database server',
      get: 'docker run --rm -p 127.0.0.1:5432:5432 -e POSTGRES_HOST_AUTH_METHOD=trust postgres:18, or: initdb -A trust -U postgres',
    });
  }
  if (redis === null) {
    missing.push({
      what: `a Redis server at ${new URL(REDIS_URL).host}`,
      leftOut: 'what keeps its queue in Redis',
      get: 'apt-get install redis-server, or: docker run --rm -p 127.0.0.1:6379:6379 redis:8',
    });
  }
  if (!networkx) {
    missing.push({
      what: '/usr/bin/python3 with networkx',
      leftOut: 'exports read by networkx',
      get: 'apt-get install python3-networkx',
    });
  }
  if (!hasSharedData) {
    missing.push({
      what: 'the folder ../shared/data beside this checkout',
      leftOut: 'what is measured on recorded transfers and replies',
      get: 'it holds third parties’ data and is not published with the project; the other suites need none of it',
    });
  }
  if (!anvil) {
    missing.push({
      what: `anvil for ${process.platform} on ${process.arch}`,
      leftOut: 'what reads a real node of Ethereum',
      get: 'npm ci without --omit=optional or --omit=dev, on a system for which @foundry-rs/anvil has a program',
    });
  }
  if (missing.length === 0) return;
  const text = missing
    .map(({ what, leftOut, get }) => `  ${what}\n    left out: ${leftOut}\n    to get it: ${get}\n`)
    .join('');
  if (process.env.CI) throw new Error(`With CI set no suite may be left out, and this is missing:\n${text}`);
  process.stdout.write(`\nSome suites are left out, for this is missing:\n${text}\n`);
}

/** The first user whom the server trusts to create databases. */
async function findPostgres(): Promise<string | null> {
  for (const user of ['postgres', userInfo().username]) {
    const url = `postgres://${encodeURIComponent(user)}@${POSTGRES_PLACE}/postgres`;
    if (await mayCreateDatabases(url)) return url;
  }
  return null;
}

async function mayCreateDatabases(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: PROBE_MS });
  client.on('error', () => {});
  try {
    await client.connect();
    const { rows } = await client.query(
      `select current_setting('server_version_num')::int >= $1 and (rolcreatedb or rolsuper) as fits
       from pg_roles where rolname = current_user`,
      [POSTGRES_MINIMUM],
    );
    return rows[0]?.fits === true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}

async function findRedis(): Promise<string | null> {
  const redis = new Redis(REDIS_URL, { lazyConnect: true, connectTimeout: PROBE_MS, retryStrategy: () => null });
  redis.on('error', () => {});
  try {
    await redis.connect();
    return (await redis.ping()) === 'PONG' ? REDIS_URL : null;
  } catch {
    return null;
  } finally {
    redis.disconnect();
  }
}

async function hasNetworkx(): Promise<boolean> {
  try {
    await promisify(execFile)('/usr/bin/python3', ['-c', 'import networkx']);
    return true;
  } catch {
    return false;
  }
}
