/** The database or the queue's server goes away in the middle of a crawl: it ends with a word, and a later run finishes. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { one } from '../../src/store/db.ts';
import { openStore } from '../../src/store/store.ts';
import { findOwnServers, startOwnRedis } from '../fixtures/own-servers.ts';
import { downstream, type RunningServer, start, startServer } from '../fixtures/program.ts';
import { hasSharedData } from '../shared-data.ts';
import { SEEDS, TRANSFERS } from './seized.ts';

const DELAY_MS = 15;
const CRAWL = ['crawl', 'seized', '--max-hops', '1', '--min-share', '0.02', '--json'];
const WHOLE = { state: 'finished', transfers: 10_525 };

const own = await findOwnServers();

describe.skipIf(!hasSharedData)('a crawl that loses', () => {
  let server: RunningServer;
  let data: string;
  let env: Record<string, string>;

  beforeEach(async () => {
    server = await startServer(TRANSFERS, DELAY_MS);
    data = await mkdtemp(join(tmpdir(), 'downstream-e2e-'));
    env = { TRON_API_URL: server.url, TRON_API_RATE: '10000', DOWNSTREAM_DATA: data };
  });
  afterEach(async () => {
    await server.stop();
    await rm(data, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  });

  async function begin() {
    await downstream(['case', 'create', 'seized'], env);
    await downstream(['report', 'import', 'seized', SEEDS], env);
    const crawl = start(CRAWL, env);
    const store = await openStore(readConfig(env));
    for (let rows = 0; rows < 2_000; await sleep(50)) {
      ({ rows } = await one<{ rows: number }>(store.pool, 'select count(*) as rows from transfers'));
    }
    await store.close();
    return crawl;
  }

  it('its embedded database says so, and goes on when run again', async () => {
    const crawl = await begin();
    const lines = (await readFile(join(data, 'database', 'cluster', 'postmaster.pid'), 'utf8')).split('\n');
    process.kill(Number(lines[0]), 'SIGKILL');
    const { code, err } = await crawl.ended;
    expect(code).toBe(1);
    expect(err).toMatch(/^Error: The (database closed the connection|embedded database has ended)/m);
    expect(err).not.toContain('    at ');
    expect(JSON.parse(await downstream(CRAWL, env))).toMatchObject(WHOLE);
  }, 120_000);

  it.skipIf(!own.redis)(
    'its Redis says so at once, and goes on when run again',
    async () => {
      const redis = await startOwnRedis(false);
      env = { ...env, REDIS_URL: redis.url };
      try {
        const crawl = await begin();
        await redis.kill();
        const lost = Date.now();
        const { code, err } = await crawl.ended;
        expect(code).toBe(1);
        expect(Date.now() - lost).toBeLessThan(15_000);
        expect(err).toContain('The server that keeps the queue does not answer');
        await redis.restart();
        expect(JSON.parse(await downstream(CRAWL, env))).toMatchObject(WHOLE);
      } finally {
        await redis.stop();
      }
    },
    120_000,
  );
});
