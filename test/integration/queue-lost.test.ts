/** The queue only carries: what it loses is planned again from the database. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { describe, expect, inject, it } from 'vitest';
import { generateEconomy } from '../../src/simulate/economy.ts';
import { writeEconomy } from '../../src/simulate/folder.ts';
import { Ledger } from '../../src/simulate/ledger.ts';
import { serveTronGrid } from '../../src/simulate/trongrid.ts';
import { oneChain } from '../../src/simulate/views.ts';
import { cli, cliJson } from '../fixtures/cli.ts';
import { freshDatabase } from '../servers.ts';

const redisUrl = inject('redis');
/** A database of Redis that nothing else here uses, so that it can be emptied. */
const OWN_DATABASE = 9;

describe.skipIf(redisUrl === null || inject('postgres') === null)('a crawl whose queue is emptied', () => {
  it('queues what is left again, and comes to the same', async () => {
    const economy = oneChain(generateEconomy({ seed: 'queue' }), 'tron');
    const folder = await mkdtemp(join(tmpdir(), 'downstream-queue-'));
    await writeEconomy(folder, economy);
    const url = new URL(redisUrl ?? '');
    url.pathname = `/${OWN_DATABASE}`;
    const redis = new Redis(url.href);
    const database = await freshDatabase();
    const server = await serveTronGrid(new Ledger(economy.transfers));
    const env = { DATABASE_URL: database.url, TRON_API_URL: server.url, LOG_LEVEL: 'silent', REDIS_URL: url.href };
    try {
      await cli(env, 'migrate');
      for (const name of ['emptied', 'left']) {
        await cli(env, 'case', 'create', name);
        await cli(env, 'report', 'import', name, join(folder, 'reports.csv'));
      }
      let emptied = false;
      const timer = setInterval(async () => {
        if (emptied || server.requests.history < 3) return;
        emptied = true;
        await redis.flushdb();
      }, 20);
      const slow = { ...env, TRON_API_RATE: '10' };
      const { graphHash } = await cliJson<{ graphHash: string }>(slow, 'crawl', 'emptied', '--max-hops', '0');
      clearInterval(timer);
      expect(emptied).toBe(true);
      const fast = { ...env, TRON_API_RATE: '10000' };
      expect(await cliJson(fast, 'crawl', 'left', '--max-hops', '0')).toMatchObject({ graphHash, state: 'finished' });
    } finally {
      await redis.quit();
      await server.close();
      await database.drop();
      await rm(folder, { recursive: true, force: true });
    }
  }, 90_000);
});
