/** Schedules: what is missed comes once, what comes meanwhile is skipped, and what the queue loses is put back. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { readConfig } from '../../src/config.ts';
import { createLog } from '../../src/log.ts';
import { generateEconomy } from '../../src/simulate/economy.ts';
import { writeEconomy } from '../../src/simulate/folder.ts';
import { Ledger } from '../../src/simulate/ledger.ts';
import { type SimulatedTronGrid, serveTronGrid } from '../../src/simulate/trongrid.ts';
import { oneChain } from '../../src/simulate/views.ts';
import { findCase } from '../../src/store/cases.ts';
import { noteDue, readSchedule, setSchedule, type Timing } from '../../src/store/schedules.ts';
import { type Engine, openEngine } from '../../workers/run.ts';
import { keepSchedule, keepSchedules } from '../../workers/schedule.ts';
import { cli, cliIn, cliJson } from '../fixtures/cli.ts';
import { type FreshDatabase, freshDatabase } from '../servers.ts';

const redisUrl = inject('redis');
/** A database of Redis that nothing else here uses, so that it can be emptied. */
const OWN_DATABASE = 8;
const POLICY = {
  maxHops: 0,
  maxWallets: null,
  maxTransfers: 20_000,
  maxRequests: null,
  minShare: '0.1',
  stops: null,
  native: true,
};
const SIX_HOURS_MS = 6 * 3_600_000;

interface Shown {
  readonly schedule: Record<string, unknown> | null;
  readonly crawls: readonly { number: number; state: string; scheduled: boolean; new: unknown; amounts: unknown[] }[];
  readonly missed: readonly { outcome: string; reason: string }[];
}

describe.skipIf(inject('postgres') === null)('the command for schedules', () => {
  let database: FreshDatabase;
  let env: Record<string, string>;

  beforeAll(async () => {
    database = await freshDatabase();
    env = { DATABASE_URL: database.url, LOG_LEVEL: 'silent' };
    await cli(env, 'migrate');
    await cli(env, 'case', 'create', 'mekong');
  });
  afterAll(() => database.drop());

  it.each<[string, string[], string]>([
    ['a unit that it does not know', ['--every', '6x'], '"6x" is no interval of a schedule.'],
    ['less than a minute', ['--every', '0m'], 'An interval is a whole number of minutes, hours or days: 30m, 6h, 1d'],
    ['four fields', ['--cron', '* * * *'], 'it has 4 fields, not five.'],
    ['a minute that no hour has', ['--cron', '61 * * * *'], 'expected range 0-59.'],
    ['a day that never comes', ['--cron', '0 0 30 2 *'], 'is no cron expression'],
    ['a time that chance would choose', ['--cron', 'H * * * *'], 'H stands for no fixed time.'],
    ['a time zone that nobody has', ['--cron', '0 7 * * *', '--tz', 'Mars/Base'], '"Mars/Base" is no time zone.'],
    ['a time zone for an interval', ['--every', '6h', '--tz', 'UTC'], '--tz says where the times of --cron are meant.'],
    ['both', ['--every', '6h', '--cron', '0 7 * * *'], 'It is not clear what is to be done.'],
    ['both on and off', ['--every', '6h', '--off'], 'It is not clear what is to be done.'],
    ['options of a crawl alone', ['--max-hops', '3'], 'options of the crawl go with --every or --cron.'],
  ])('refuses %s', async (_, options, words) => {
    const { code, err } = await cli(env, 'schedule', 'mekong', ...options);
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining(words) });
    expect((await cli(env, 'schedule', 'list')).out).toContain('No case has a schedule.');
  });

  it('refuses a case that there is not', async () => {
    expect(await cli(env, 'schedule', 'salween', '--every', '6h')).toMatchObject({
      code: 1,
      err: expect.stringContaining('There is no case named "salween".'),
    });
  });

  it('sets, shows, lists and takes away, and says that there is none', async () => {
    const set = ['--cron', '0  7 * * 1-5', '--tz', 'Asia/Phnom_Penh', '--max-hops', '3'];
    expect(await cli(env, 'schedule', 'mekong', ...set)).toMatchObject({
      code: 0,
      out: expect.stringMatching(/Crawled {2}at "0 7 \* \* 1-5" \(Asia\/Phnom_Penh\)\n {2}Options {2}--max-hops 3\n/),
    });
    const shown = {
      ...{ case: 'mekong', every: null, cron: '0 7 * * 1-5', timeZone: 'Asia/Phnom_Penh', patience: 60 },
      policy: expect.objectContaining({ maxHops: 3, maxWallets: null }),
      // Seven in the morning in Phnom Penh.
      dueAt: expect.stringMatching(/T00:00:00\.000Z$/),
    };
    expect(await cliJson(env, 'schedule', 'mekong')).toMatchObject({ schedule: shown, crawls: [], missed: [] });
    expect(await cliJson(env, 'schedule', 'list')).toMatchObject({ schedules: [{ ...shown, last: null }] });
    expect(await cliJson(env, 'case', 'show', 'mekong')).toMatchObject({ schedule: shown });
    expect((await cliIn({ now: Date.now() + 30 * 86_400_000 }, env, 'case', 'show', 'mekong')).out).toContain(
      'no worker has taken it: npx downstream worker',
    );
    expect((await cli(env, 'schedule', 'mekong', '--every', '1d')).out).toContain('Crawled  every 1d\n');
    expect(await cliJson(env, 'schedule', 'mekong')).toMatchObject({ schedule: { every: '1d', cron: null } });
    expect((await cli(env, 'schedule', 'mekong', '--off')).out).toContain('is not crawled by a schedule any more');
    expect((await cli(env, 'schedule', 'mekong', '--off')).out).toContain('has no schedule; nothing was changed');
  });
});

const backends = [
  ['Postgres', inject('postgres') === null],
  ['Redis', inject('postgres') === null || redisUrl === null],
] as const;

for (const [backend, missing] of backends) {
  describe.skipIf(missing)(`schedules, with the queue in ${backend}`, () => {
    const economy = oneChain(generateEconomy({ seed: 'schedule' }), 'tron');
    let folder: string;
    let database: FreshDatabase;
    let ledger: Ledger;
    let server: SimulatedTronGrid;
    let env: Record<string, string>;
    let redis: Redis | undefined;

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'downstream-schedule-'));
      await writeEconomy(folder, economy);
      database = await freshDatabase();
      ledger = new Ledger(economy.transfers);
      server = await serveTronGrid(ledger);
      env = { DATABASE_URL: database.url, TRON_API_URL: server.url, TRON_API_RATE: '10000', LOG_LEVEL: 'silent' };
      if (backend === 'Redis') {
        const url = new URL(redisUrl ?? '');
        url.pathname = `/${OWN_DATABASE}`;
        env = { ...env, REDIS_URL: url.href };
        redis = new Redis(url.href);
      }
      await cli(env, 'migrate');
    });
    afterAll(async () => {
      await redis?.quit();
      await server.close();
      await database.drop();
      await rm(folder, { recursive: true, force: true });
    });

    const create = async (...names: string[]) => {
      for (const name of names) {
        await cli(env, 'case', 'create', name);
        await cli(env, 'report', 'import', name, join(folder, 'reports.csv'));
      }
    };
    const show = (name: string) => cliJson<Shown>(env, 'schedule', name);
    const emptyQueue = async () => {
      await redis?.flushdb();
      const client = new pg.Client({ connectionString: database.url });
      await client.connect();
      await client.query('truncate bullmq.job, bullmq.scheduler cascade');
      await client.end();
    };
    /** As the command does, but for intervals and times that it does not take. */
    const schedule = async (engine: Engine, name: string, timing: Timing, dueAt?: number) => {
      const { pool } = engine.store;
      const { id } = await findCase(pool, name);
      await setSchedule(pool, id, { timing, policy: POLICY, stops: [], patienceMs: 60_000, now: new Date() });
      if (dueAt !== undefined) await noteDue(pool, id, new Date(dueAt));
      const set = await readSchedule(pool, id);
      if (set !== undefined) await keepSchedule({ pool, timers: engine.timers }, set);
    };
    const isCrawled = async (name: string) => {
      const { crawls } = await show(name);
      return crawls[0]?.state === 'finished' && crawls[0].scheduled;
    };
    const work = async (rate: number, during: (engine: Engine) => Promise<void>) => {
      const engine = await open(rate);
      try {
        await keepSchedules({ pool: engine.store.pool, timers: engine.timers });
        const fail = (error: Error) => {
          throw error;
        };
        engine.startCrawl(engine.providers, fail);
        engine.startSchedules(fail);
        await during(engine);
      } finally {
        await engine.close();
      }
    };
    const open = (rate: number) =>
      openEngine(readConfig({ ...env, TRON_API_RATE: String(rate) }), systemClock, createLog('silent'));
    const off = async (...names: string[]) => {
      for (const name of names) await cli(env, 'schedule', name, '--off');
    };

    it('crawl once for all times that came while no worker ran', async () => {
      await create('by interval', 'by cron');
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 3 * 86_400_000 });
      const engine = await open(10_000);
      try {
        await schedule(
          engine,
          'by interval',
          { everyMs: SIX_HOURS_MS, cron: null, timeZone: null },
          Date.now() + SIX_HOURS_MS,
        );
        await schedule(engine, 'by cron', { everyMs: null, cron: '0 */6 * * *', timeZone: 'UTC' });
        vi.useRealTimers();
        await work(10_000, async () => {
          await until(async () => (await isCrawled('by interval')) && (await isCrawled('by cron')));
          await sleep(1_000);
        });
      } finally {
        vi.useRealTimers();
        await engine.close();
      }
      for (const name of ['by interval', 'by cron']) {
        const { schedule: after, crawls, missed } = await show(name);
        expect(crawls).toMatchObject([{ number: 1, state: 'finished', scheduled: true, new: { since: null } }]);
        expect(missed).toEqual([]);
        const wait = new Date(String(after?.dueAt)).getTime() - Date.now();
        expect(wait).toBeGreaterThan(0);
        expect(wait).toBeLessThanOrEqual(SIX_HOURS_MS);
      }
      await off('by interval', 'by cron');
    }, 30_000);

    it('puts back from the database what an emptied queue has lost', async () => {
      await create('lost');
      expect((await cli(env, 'schedule', 'lost', '--cron', '0 7 * * *')).code).toBe(0);
      const before = (await show('lost')).schedule;
      await emptyQueue();
      expect(await cliJson(env, 'repair', 'lost')).toMatchObject({ schedule: 'put-back', crawl: null, queued: null });
      expect(await cliJson(env, 'repair', 'lost')).toMatchObject({ schedule: 'in-place' });
      expect((await show('lost')).schedule).toEqual(before);
      await off('lost');
      expect(await cliJson(env, 'repair', 'lost')).toMatchObject({ schedule: 'none' });
    }, 30_000);

    it('crawl once where the queue was emptied and the time has passed', async () => {
      const names = ['emptied by interval', 'emptied by cron'];
      await create(...names);
      const engine = await open(10_000);
      await schedule(engine, 'emptied by interval', { everyMs: SIX_HOURS_MS, cron: null, timeZone: null });
      await schedule(engine, 'emptied by cron', { everyMs: null, cron: '0 */6 * * *', timeZone: 'UTC' });
      await engine.store.pool.query(`update schedules set due_at = now() - interval '3 days'`);
      await engine.close();
      await emptyQueue();
      await work(10_000, async () => {
        await until(async () => (await Promise.all(names.map(isCrawled))).every((is) => is));
        await sleep(1_000);
      });
      for (const name of names) {
        const { crawls, missed, schedule: after } = await show(name);
        expect(crawls).toMatchObject([{ number: 1, state: 'finished', scheduled: true }]);
        expect(missed).toEqual([]);
        expect(new Date(String(after?.dueAt)).getTime()).toBeGreaterThan(Date.now());
      }
      await off(...names);
    }, 30_000);

    it('say of a time why it brought no crawl', async () => {
      await cli(env, 'case', 'create', 'without reports');
      await cli(env, 'schedule', 'without reports', '--every', '1h');
      await work(10_000, () => until(async () => (await show('without reports')).missed.length > 0));
      expect(await show('without reports')).toMatchObject({
        crawls: [],
        missed: [{ outcome: 'failed', reason: 'The case "without reports" has no report to start from.' }],
      });
      expect((await cli(env, 'schedule', 'without reports')).out).toMatch(
        /UTC {2}failed .* has no report to start from\.\n/,
      );
      await off('without reports');
    }, 30_000);

    it('skip the times that come while the case is being crawled', async () => {
      await create('slow');
      // What other cases have read up to the head before would cost no request.
      ledger.moveHead(ledger.head.block + 50);
      await work(5, async (engine) => {
        await schedule(engine, 'slow', { everyMs: 1_000, cron: null, timeZone: null });
        await until(() => isCrawled('slow'));
        await cli(env, 'schedule', 'slow', '--off');
      });
      const { crawls, missed } = await show('slow');
      expect(crawls.filter(({ state }) => state === 'finished')).toHaveLength(1);
      expect(missed.length).toBeGreaterThan(1);
      expect(new Set(missed.map(({ outcome, reason }) => `${outcome}: ${reason}`))).toEqual(
        new Set(['skipped: the case was being crawled']),
      );
    }, 60_000);
  });
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let waited = 0; waited < 20_000; waited += 100) {
    if (await isSo()) return;
    await sleep(100);
  }
  throw new Error('It did not come about within 20 s.');
}
