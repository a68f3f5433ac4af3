/** Real transfers through every pair of database and queue: nothing lost, nothing doubled, the same hash everywhere. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { downstream, type RunningServer, startServer } from '../fixtures/program.ts';
import { freshDatabase } from '../servers.ts';
import { hasSharedData } from '../shared-data.ts';
import { SEEDS, seedSums, storedIn, TRANSFERS } from './seized.ts';

const postgres = inject('postgres');
const redis = inject('redis');

/** Over exactly these transfers; changes only if the definition of the hash does. */
const GRAPH_HASH = '4e0311d36ba9bf6b1e6beb8810c85ea2fb50466fa0a49460187f9effed376785';

const PAIRS = [
  { database: 'embedded', queue: 'postgres' },
  { database: 'embedded', queue: 'redis' },
  { database: 'server', queue: 'postgres' },
  { database: 'server', queue: 'redis' },
] as const;

describe.skipIf(!hasSharedData)('the seized wallets', () => {
  let server: RunningServer;
  beforeAll(async () => {
    server = await startServer(TRANSFERS);
  });
  afterAll(async () => {
    await server.stop();
  });

  for (const { database, queue } of PAIRS) {
    const missing = (database === 'server' && postgres === null) || (queue === 'redis' && redis === null);
    it.skipIf(missing)(
      `come out whole on the ${database} database with the queue in ${queue}`,
      async () => {
        const data = await mkdtemp(join(tmpdir(), 'downstream-e2e-'));
        const fresh = database === 'server' ? await freshDatabase() : null;
        const env = {
          TRON_API_URL: server.url,
          TRON_API_RATE: '10000',
          ...(fresh === null ? { DOWNSTREAM_DATA: data } : { DATABASE_URL: fresh.url }),
          ...(queue === 'redis' && redis !== null ? { REDIS_URL: redis } : {}),
        };
        try {
          if (fresh !== null) await downstream(['migrate'], env);
          await downstream(['case', 'create', 'seized'], env);
          await downstream(['report', 'import', 'seized', SEEDS], env);
          const seedsAlone = JSON.parse(await downstream(['crawl', 'seized', '--max-hops', '0', '--json'], env));
          expect(seedsAlone).toMatchObject({
            case: 'seized',
            chains: [{ chain: 'tron' }],
            wallets: { expanded: 40, pending: 0, failed: 0 },
            transfers: 10_525,
            graphHash: GRAPH_HASH,
          });
          // All whom they paid on the first pair; on the others those that most money reached: the transfers are the same.
          const isFirst = database === 'embedded' && queue === 'postgres';
          const [share, expanded] = isFirst ? ['0', 1_245] : ['0.02', 154];
          const oneHop = JSON.parse(
            await downstream(['crawl', 'seized', '--max-hops', '1', '--min-share', share, '--json'], env),
          );
          expect(oneHop).toMatchObject({
            wallets: { expanded, stopped: 1_245 - expanded, pending: 0, failed: 0 },
            transfers: 10_525,
            graphHash: GRAPH_HASH,
          });
          const stored = await storedIn(env);
          expect(stored).toMatchObject({
            transfers: 10_525,
            distinct: 10_525,
            wallets: 1_733,
            total: 66_554_716_729_485n,
          });
          expect(stored.seeds).toEqual(seedSums());
          const shown = JSON.parse(await downstream(['case', 'show', 'seized', '--json'], env));
          // Counted in the file: rows of zero, and of dust those whose sender ends as another counterparty does.
          expect(shown.poison).toEqual({ 'zero-value': 163, 'look-alike': 55, 'signed-by-another': 0 });
          expect(shown.balances.map(({ difference }: { difference: string }) => difference)).toEqual(
            Array.from({ length: 40 }, () => '0.000000'),
          );
        } finally {
          await fresh?.drop();
          await rm(data, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
        }
      },
      180_000,
    );
  }
});
