/** The servers that tests may use, where this machine has them; `test/global-setup.ts` looks once for all. */
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';

/** The URL of a Postgres server on which databases may be created; `null` where there is none. */
export function postgresServer(): string | null {
  return inject('postgres');
}

/** The URL of a Redis server; `null` where there is none. Queues are named after their database, so tests may share it. */
export function redisServer(): string | null {
  return inject('redis');
}

export interface FreshDatabase {
  /** A `DATABASE_URL` of an empty database. */
  readonly url: string;
  /** Drops it, whoever is still connected. */
  drop(): Promise<void>;
}

/**
 * Creates a database of its own for a test.
 *
 * @throws Error where there is no server: skip the suite with `describe.skipIf(postgresServer() === null)`
 */
export async function freshDatabase(): Promise<FreshDatabase> {
  const server = postgresServer();
  if (server === null) throw new Error('There is no Postgres server for tests; see test/global-setup.ts.');
  const name = `downstream_test_${randomBytes(8).toString('hex')}`;
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
