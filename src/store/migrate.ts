/** Numbered SQL migrations, each applied once, in order, all or nothing. */
import { readdir, readFile } from 'node:fs/promises';
import { UserError } from '../errors.ts';
import { type Db, maybe, type Pool } from './db.ts';

export const SCHEMA = 'downstream';

const FOLDER = new URL('./migrations/', import.meta.url);
const MINIMUM_SERVER_VERSION = 140_000;
/** Any number that no other program locks: "DOWN" in ASCII. */
const LOCK = 0x444f574e;

interface Migration {
  readonly number: number;
  readonly name: string;
}

async function knownMigrations(): Promise<Migration[]> {
  const names = (await readdir(FOLDER)).filter((name) => /^\d{4}_\w+\.sql$/.test(name)).sort();
  return names.map((name) => ({ number: Number(name.slice(0, 4)), name }));
}

/** The number of the newest migration that the database has; 0 for an empty one. */
async function schemaVersion(db: Db): Promise<number> {
  const table = await maybe<{ found: boolean }>(db, `select to_regclass('${SCHEMA}.migrations') is not null as found`);
  if (!table?.found) return 0;
  const row = await maybe<{ version: number }>(
    db,
    `select coalesce(max(number), 0)::int as version from ${SCHEMA}.migrations`,
  );
  return row?.version ?? 0;
}

/**
 * Brings our schema up to date. Several processes may do so at once.
 *
 * @returns the names of the migrations applied now
 */
export async function migrate(pool: Pool): Promise<string[]> {
  const client = await pool.connect();
  try {
    await requireServerVersion(client);
    await client.query('select pg_advisory_lock($1)', [LOCK]);
    try {
      const current = await schemaVersion(client);
      const pending = (await knownMigrations()).filter((migration) => migration.number > current);
      for (const migration of pending) await apply(client, migration);
      return pending.map((migration) => migration.name);
    } finally {
      await client.query('select pg_advisory_unlock($1)', [LOCK]);
    }
  } finally {
    client.release();
  }
}

async function apply(db: Db, migration: Migration): Promise<void> {
  const sql = await readFile(new URL(migration.name, FOLDER), 'utf8');
  try {
    await db.query('begin');
    await db.query(`create schema if not exists ${SCHEMA}`);
    await db.query(
      `create table if not exists ${SCHEMA}.migrations
       (number integer primary key, name text not null, applied_at timestamptz not null default now())`,
    );
    await db.query(`set local search_path = ${SCHEMA}`);
    await db.query(sql);
    await db.query(`insert into ${SCHEMA}.migrations (number, name) values ($1, $2)`, [
      migration.number,
      migration.name,
    ]);
    await db.query('commit');
  } catch (error) {
    await db.query('rollback');
    throw error;
  }
}

/**
 * Refuses a database that this version of Downstream does not fit.
 *
 * @throws UserError `SCHEMA_BEHIND` or `SCHEMA_AHEAD`
 */
export async function requireCurrentSchema(db: Db): Promise<void> {
  await requireServerVersion(db);
  const newest = (await knownMigrations()).at(-1)?.number ?? 0;
  const current = await schemaVersion(db);
  if (current < newest) {
    throw new UserError(
      'SCHEMA_BEHIND',
      `The database's schema is at version ${current}; this Downstream needs ${newest}.`,
      {
        right: 'On a server the schema changes only when somebody says so.',
        todo: 'Run: npx downstream migrate',
      },
    );
  }
  if (current > newest) {
    throw new UserError(
      'SCHEMA_AHEAD',
      `The database's schema is at version ${current}; this Downstream knows ${newest}.`,
      {
        right: 'A newer Downstream has migrated this database.',
        todo: 'Update Downstream to that version.',
      },
    );
  }
}

async function requireServerVersion(db: Db): Promise<void> {
  const row = await maybe<{ number: string; text: string }>(
    db,
    `select current_setting('server_version_num') as number, current_setting('server_version') as text`,
  );
  if (Number(row?.number) < MINIMUM_SERVER_VERSION) {
    throw new UserError('DATABASE_TOO_OLD', `The database server is Postgres ${row?.text}.`, {
      right: 'Downstream needs Postgres 14 or newer.',
      todo: 'Point DATABASE_URL to a newer server, or unset it to use the built-in database.',
    });
  }
}
