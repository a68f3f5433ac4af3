/** Connections to Postgres, and the one way to run a transaction. */
import pg from 'pg';
import { messageOf, RetryableError, UserError } from '../errors.ts';

export type Pool = pg.Pool;
/** A pool, or one client inside a transaction. */
export type Db = Pick<pg.Pool, 'query'>;
export type Connection = Pick<pg.PoolConfig, 'connectionString' | 'host' | 'port' | 'user' | 'database'>;

const INT8 = 20;
const NUMERIC = 1700;
const NUMERIC_INTEGER = /^-?\d+$/;

/** Counts, ids and times fit into a number; money is numeric and becomes `bigint`. */
const parsers: Record<number, (text: string) => unknown> = {
  [INT8]: (text) => {
    const value = Number(text);
    if (!Number.isSafeInteger(value)) throw new Error(`The database returned ${text}, which is no safe integer`);
    return value;
  },
  [NUMERIC]: (text) => (NUMERIC_INTEGER.test(text) ? BigInt(text) : text),
};

/**
 * A pool whose connections see one schema. `schema` is a constant of ours, never input.
 *
 * @param lasting false for what may be lost with the server, such as jobs that are planned anew: it need not wait for the disk
 */
export function createPool(connection: Connection, schema: string, max: number, lasting = true): Pool {
  const pool = new pg.Pool({
    ...connection,
    // A socket has no TLS, whatever PGSSLMODE says for other servers.
    ...(connection.host?.startsWith('/') ? { ssl: false } : {}),
    max,
    // Compiling a query takes longer than all but the largest of ours run.
    options: `-c search_path=${schema} -c jit=off${lasting ? '' : ' -c synchronous_commit=off'}`,
    application_name: 'downstream',
    connectionTimeoutMillis: 10_000,
    types: { getTypeParser: (oid, format) => parsers[oid] ?? pg.types.getTypeParser(oid, format) },
  });
  // A connection that breaks is replaced, and the query that meets it reports it; an error without a listener would end
  // the process.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}

/** Runs `work` in one transaction: all of it is stored, or nothing. Serialisation conflicts are for the caller. */
export async function transaction<T>(pool: Pool, work: (db: Db) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken = false;
  try {
    await client.query('begin');
    const result = await work(client);
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch(() => {
      broken = true;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}

/** The first row, where the query always has one. */
export async function one<T>(db: Db, text: string, values: unknown[] = []): Promise<T> {
  const { rows } = await db.query(text, values);
  if (rows[0] === undefined) throw new Error(`A query that always has a row had none: ${text.slice(0, 80)}`);
  return rows[0] as T;
}

/** The first row, if any. */
export async function maybe<T>(db: Db, text: string, values: unknown[] = []): Promise<T | undefined> {
  const { rows } = await db.query(text, values);
  return rows[0] as T | undefined;
}

/** All rows. For results that fit into memory. */
export async function many<T>(db: Db, text: string, values: unknown[] = []): Promise<T[]> {
  const { rows } = await db.query(text, values);
  return rows as T[];
}

/**
 * What an error of the database means for who runs Downstream; `null` when it is no fault of its surroundings but ours.
 *
 * Codes: https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
export function explainDatabaseError(error: unknown): UserError | RetryableError | null {
  const { code, address } = (error ?? {}) as { code?: unknown; address?: unknown };
  if (typeof address === 'string' && address.startsWith('/')) {
    return new RetryableError('DATABASE_LOST', 'The embedded database has ended.', { cause: error });
  }
  if (typeof code !== 'string') {
    return /Connection terminated|timeout exceeded when trying to connect|after calling end on the pool/.test(
      messageOf(error),
    )
      ? new RetryableError('DATABASE_LOST', 'The database closed the connection.', { cause: error })
      : null;
  }
  if (code === '53100' || code === 'ENOSPC') {
    return new UserError('DISK_FULL', 'The disk of the database is full.', {
      right: 'Everything stored until now is kept, and no page was stored by half.',
      todo: 'Free some space, then run the same command again: it goes on where it stopped.',
      cause: error,
    });
  }
  if (code === '28P01' || code === '28000' || code === '3D000') {
    return new UserError('DATABASE_REFUSED', `The database refused the connection: ${messageOf(error)}.`, {
      right: 'DATABASE_URL has the form postgres://user:password@host:5432/database, of a database that exists.',
      todo: 'Correct user, password and database name in DATABASE_URL.',
      cause: error,
    });
  }
  if (code === 'ECONNREFUSED' || code === 'ENOTFOUND' || code === 'ETIMEDOUT' || code === 'EAI_AGAIN') {
    return new UserError('DATABASE_UNREACHABLE', 'The database server of DATABASE_URL cannot be reached.', {
      right: 'A Postgres server (14 or newer) answers at the host and port of DATABASE_URL.',
      todo: 'Start it or correct DATABASE_URL; without DATABASE_URL, Downstream brings its own database.',
      cause: error,
    });
  }
  if (code.startsWith('57P') || code.startsWith('08') || code === 'ECONNRESET' || code === 'EPIPE') {
    return new RetryableError('DATABASE_LOST', 'The database closed the connection.', { cause: error });
  }
  return null;
}
