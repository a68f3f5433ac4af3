/** A queue is emptied under a crawl, and a worker ends in a scheduled one: both go on, to the same. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { generateEconomy } from '../../src/simulate/economy.ts';
import { writeEconomy } from '../../src/simulate/folder.ts';
import { Ledger } from '../../src/simulate/ledger.ts';
import { type SimulatedTronGrid, serveTronGrid } from '../../src/simulate/trongrid.ts';
import { oneChain } from '../../src/simulate/views.ts';
import { cli, cliJson } from '../fixtures/cli.ts';
import { start } from '../fixtures/program.ts';
import { type FreshDatabase, freshDatabase } from '../servers.ts';

const redisUrl = inject('redis');
/** A database of Redis that nothing else here uses, so that it can be emptied. */
const OWN_DATABASE = 7;
/** What a crawl takes by itself to queue anew what was lost. */
const BY_ITSELF_MS = 15_000;
const CRAWL = ['--max-hops', '0', '--json'];

/** How a worker ends in each: killed, it is missed after some seconds only. */
const backends = [
  ['Postgres', 'SIGKILL', inject('postgres') === null],
  ['Redis', 'SIGTERM', inject('postgres') === null || redisUrl === null],
] as const;

for (const [backend, signal, missing] of backends) {
  describe.skipIf(missing)(`with the queue in ${backend}`, () => {
    const economy = oneChain(generateEconomy({ seed: 'queue' }), 'tron');
    let folder: string;
    let database: FreshDatabase;
    let ledger: Ledger;
    let server: SimulatedTronGrid;
    let env: Record<string, string>;
    let redis: Redis | undefined;
    let undisturbed: string;

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'downstream-schedule-'));
      await writeEconomy(folder, economy);
      database = await freshDatabase();
      ledger = new Ledger(economy.transfers);
      server = await serveTronGrid(ledger);
      env = { DATABASE_URL: database.url, TRON_API_URL: server.url, TRON_API_RATE: '25', LOG_LEVEL: 'silent' };
      if (backend === 'Redis') {
        const url = new URL(redisUrl ?? '');
        url.pathname = `/${OWN_DATABASE}`;
        env = { ...env, REDIS_URL: url.href };
        redis = new Redis(url.href);
      }
      const other = await freshDatabase();
      const alone = { ...env, DATABASE_URL: other.url, TRON_API_RATE: '10000' };
      await create(alone, 'alone');
      undisturbed = (await cliJson<{ graphHash: string }>(alone, 'crawl', 'alone', ...CRAWL)).graphHash;
      await other.drop();
    }, 120_000);
    afterAll(async () => {
      await redis?.quit();
      await server.close();
      await database.drop();
      await rm(folder, { recursive: true, force: true });
    });

    const create = async (where: Record<string, string>, name: string) => {
      await cli(where, 'migrate');
      await cli(where, 'case', 'create', name);
      await cli(where, 'report', 'import', name, join(folder, 'reports.csv'));
    };
    const query = async <T>(text: string): Promise<T[]> => {
      const client = new pg.Client({ connectionString: database.url });
      await client.connect();
      try {
        return (await client.query(text)).rows;
      } finally {
        await client.end();
      }
    };
    const emptyQueue = async () => {
      if (redis === undefined) await query('truncate bullmq.job, bullmq.scheduler cascade');
      else await redis.flushdb();
    };

    it('a running crawl is repaired from another process, sooner than by itself', async () => {
      await create(env, 'emptied');
      const asked = server.requests.history;
      const crawl = start(['crawl', 'emptied', ...CRAWL], env);
      await until(() => Promise.resolve(server.requests.history >= asked + 4));
      await emptyQueue();
      const emptied = Date.now();
      const repaired = await cliJson(env, 'repair', 'emptied');
      expect(repaired).toMatchObject({
        crawl: { number: 1, state: 'running' },
        queued: { stage: 'histories', left: expect.any(Number) },
        next: null,
      });
      expect(Date.now() - emptied).toBeLessThan(BY_ITSELF_MS);
      const { code, out } = await crawl.ended;
      expect(code).toBe(0);
      expect(JSON.parse(out)).toMatchObject({ graphHash: undisturbed, state: 'finished' });
      expect((await cli(env, 'repair', 'emptied')).out).toBe(
        'Crawl 1 of the case "emptied" is finished: nothing is waited for.\n',
      );
    }, 120_000);

    it(`a scheduled crawl whose worker ends by ${signal} is taken up by another`, async () => {
      await create(env, 'left');
      // What another case has read up to the head before would cost no request.
      ledger.moveHead(ledger.head.block + 50);
      const runs = () =>
        query<{ state: string; attempt: number; requests: string; graph_hash: string | null }>(
          `select r.* from downstream.runs r join downstream.cases c on c.id = r.case_id where c.name = 'left'`,
        );
      await cliJson(env, 'schedule', 'left', '--every', '6h', '--max-hops', '0');
      const first = start(['worker'], env);
      await until(async () => Number((await runs())[0]?.requests ?? 0) >= 4);
      first.child.kill(signal);
      await first.ended;
      expect((await cli(env, 'repair', 'left')).out).toContain(
        'and its crawl 1 is not finished. Go on with it: npx downstream crawl "left" --max-hops 0\nIts schedule is in the queue.',
      );
      const other = start(['worker'], env);
      try {
        await until(async () => (await runs())[0]?.state === 'finished');
      } finally {
        other.child.kill('SIGTERM');
        await other.ended;
      }
      expect(await runs()).toMatchObject([{ state: 'finished', attempt: 2, graph_hash: undisturbed }]);
      expect(await cliJson(env, 'schedule', 'left')).toMatchObject({
        crawls: [{ number: 1, scheduled: true, state: 'finished', new: { since: null } }],
        missed: [],
      });
    }, 120_000);
  });
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let waited = 0; waited < 60_000; waited += 50) {
    if (await isSo()) return;
    await sleep(50);
  }
  throw new Error('It did not come about within 60 s.');
}
