/** A worker that its server does not let in waits, says so, and works once it is let in. */
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CrawlJob } from '../../src/queue/jobs.ts';
import { migrateQueue, openQueues } from '../../src/queue/queue.ts';
import { createPool } from '../../src/store/db.ts';
import { findOwnServers, type OwnServer, startOwnPostgres } from '../fixtures/own-servers.ts';

const CONNECTIONS = 16;
/** Without a wait in between, a worker asks thousands of times in so long. */
const WATCHED_MS = 3_000;
const SELDOM = 20;
const NAME = 'crawl-full';

const found = await findOwnServers();

describe.skipIf(!found.postgres)('a Postgres with no connection left', () => {
  let server: OwnServer;
  beforeAll(async () => {
    server = await startOwnPostgres(CONNECTIONS);
  }, 60_000);
  afterAll(() => server.stop());

  it('is waited for by a worker', async () => {
    const open = (schema: string, size: number) => createPool({ connectionString: server.url }, schema, size);
    const first = open('bullmq', 1);
    await migrateQueue(first);
    await first.end();
    const queues = await openQueues(null, { open, embedded: false });
    const job: CrawlJob = { kind: 'submissions', run: 1, attempt: 1, asset: 1 };
    await queues.queue<CrawlJob>(NAME).add([job]);
    const held = await holdAll();
    const told: string[] = [];
    const done: unknown[] = [];
    try {
      queues.work({
        name: NAME,
        concurrency: 1,
        process: async (data) => void done.push(data),
        onError: ({ message }) => told.push(message),
      });
      await sleep(WATCHED_MS);
      expect(told.length).toBeGreaterThan(0);
      expect(told.length).toBeLessThan(SELDOM);
      expect(told[0]).toContain('too many clients');
      expect(done).toEqual([]);
    } finally {
      await Promise.all(held.map((client) => client.end()));
    }
    await expect.poll(() => done, { timeout: 20_000 }).toEqual([job]);
    await queues.close();
  }, 60_000);

  /** Takes every connection, those of the queue's pool too. */
  async function holdAll(): Promise<pg.Client[]> {
    const held: pg.Client[] = [];
    for (;;) {
      const client = new pg.Client({ connectionString: server.url, application_name: 'holding' });
      client.on('error', () => {});
      try {
        await client.connect();
      } catch {
        const { rowCount = 0 } =
          (await held[0]?.query(
            `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'downstream'`,
          )) ?? {};
        if (rowCount === 0) return held;
        continue;
      }
      held.push(client);
    }
  }
});
