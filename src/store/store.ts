/** Opens the database that the configuration names: a server, or the embedded one. */
import type { Config } from '../config.ts';
import { type Connection, createPool, explainDatabaseError, one, type Pool } from './db.ts';
import { joinEmbeddedServer } from './embedded.ts';
import { migrate, requireCurrentSchema, SCHEMA } from './migrate.ts';

/** Enough for the processors of one process beside the commands' own queries. */
const POOL_SIZE = 8;

export interface Store {
  readonly pool: Pool;
  /** Further connections to the same database, which see another schema; closed with the store. */
  openPool(schema: string, size: number): Pool;
  readonly embedded: boolean;
  /** Names this database in queues that several databases share. */
  readonly instance: string;
  /** Lets go of the database. The embedded server stops when the last process has left it. */
  close(): Promise<void>;
}

/**
 * Opens the store. The embedded database is migrated; a server's schema is only checked, for who runs it decides when it
 * changes.
 *
 * @param options `migrate` replaces both: it is given the database to bring up to date
 * @throws UserError when the database cannot be reached or does not fit
 */
export async function openStore(
  config: Config,
  options: { migrate?: (pool: Pool) => Promise<void> } = {},
): Promise<Store> {
  const server = config.databaseUrl === null ? await joinEmbeddedServer(config.dataFolder) : null;
  const connection: Connection = server?.connection ?? { connectionString: config.databaseUrl ?? '' };
  const pools = [createPool(connection, SCHEMA, POOL_SIZE)];
  const [pool] = pools as [Pool];
  const close = async () => {
    await Promise.all(pools.map((each) => each.end()));
    await server?.leave();
  };
  try {
    if (options.migrate !== undefined) await options.migrate(pool);
    else if (server !== null) await migrate(pool);
    else await requireCurrentSchema(pool);
    const { id } = await one<{ id: string }>(pool, 'select id from instance');
    return {
      pool,
      openPool: (schema, size) => {
        const further = createPool(connection, schema, size, false);
        pools.push(further);
        return further;
      },
      embedded: server !== null,
      instance: id,
      close,
    };
  } catch (error) {
    await close();
    throw explainDatabaseError(error) ?? error;
  }
}
