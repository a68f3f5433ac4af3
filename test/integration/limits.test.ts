/** The limiter of a key, over several workers and a real database. */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createEthereumNode } from '../../src/chains/ethereum/node.ts';
import { createTronGrid } from '../../src/chains/tron/trongrid.ts';
import { systemClock } from '../../src/clock.ts';
import { RetryableError } from '../../src/errors.ts';
import { Ledger } from '../../src/simulate/ledger.ts';
import { transactionFor } from '../../src/simulate/names.ts';
import { addressFor, blockAt, timeOf, USDT } from '../../src/simulate/tron.ts';
import { serveTronGrid } from '../../src/simulate/trongrid.ts';
import { createPool, type Pool } from '../../src/store/db.ts';
import { SCHEMA } from '../../src/store/migrate.ts';
import { readPace } from '../../src/store/request-slots.ts';
import { inTurn } from '../../workers/in-turn.ts';
import { openLimiter } from '../../workers/limiter.ts';
import { cli, cliIn } from '../fixtures/cli.ts';
import { type FreshDatabase, freshDatabase } from '../servers.ts';

const never = () => new AbortController().signal;
const busy = (retryAfterMs: number) =>
  Object.assign(new RetryableError('PROVIDER_BUSY', 'Too fast.', { retryAfterMs }), { retryAfterMs });

describe.skipIf(inject('postgres') === null)('a limiter', () => {
  let database: FreshDatabase;
  let pool: Pool;

  beforeAll(async () => {
    database = await freshDatabase();
    await cli({ DATABASE_URL: database.url, LOG_LEVEL: 'silent' }, 'migrate');
    pool = createPool({ connectionString: database.url }, SCHEMA, 8);
  });
  afterAll(async () => {
    await pool.end();
    await database.drop();
  });

  /** Limiters of one key in several processes, whose machines' clocks are hours apart. */
  const several = (name: string, rate: number) =>
    Promise.all(
      [0, -7_200_000, 7_200_000].map((off) =>
        openLimiter(pool, { name, limits: { start: rate, most: rate } }, () => performance.now() + off),
      ),
    );

  it('lets through every way to ask that a source has, old balances of a node among them', async () => {
    const limiter = await openLimiter(pool, { name: 'ways', limits: { start: 100, most: 100 } }, () =>
      performance.now(),
    );
    const sources = [
      createEthereumNode({ url: 'http://127.0.0.1:1' }),
      createTronGrid({ url: 'http://127.0.0.1:1', key: null }),
    ];
    for (const source of sources)
      expect(Object.keys(inTurn(source, limiter))).toEqual(expect.arrayContaining(Object.keys(source)));
    expect(inTurn(createEthereumNode({ url: 'http://127.0.0.1:1' }), limiter).balanceAt).toBeTypeOf('function');
  });

  it('gives turns at the rate to all together, whatever their clocks say', async () => {
    const limiters = await several('shared', 20);
    const began = performance.now();
    await Promise.all(limiters.flatMap((limiter) => Array.from({ length: 10 }, () => limiter.turn(never()))));
    const took = performance.now() - began;
    expect(took).toBeGreaterThanOrEqual(1_400);
    expect(took).toBeLessThan(10_000);
  });

  it('holds them all for as long as one was told, those too that had their turn already', async () => {
    const [first, second] = await several('held', 5);
    if (first === undefined || second === undefined) throw new Error('There are three');
    const epoch = await first.turn(never());
    await first.answered(epoch);
    const began = performance.now();
    const waiting = Promise.all(Array.from({ length: 4 }, () => second.turn(never())));
    await first.refused(epoch, busy(1_500));
    expect(await waiting).toEqual([epoch + 1, epoch + 1, epoch + 1, epoch + 1]);
    expect(performance.now() - began).toBeGreaterThanOrEqual(1_500);
    expect((await readPace(pool, 'held'))?.pace).toMatchObject({ rate: 4.5, ceiling: 5, epoch: epoch + 1 });
  });

  it('asks nothing of the database where no limit is known, until there is one', async () => {
    const [first, second] = await several('free', 10_000);
    if (first === undefined || second === undefined) throw new Error('There are three');
    const began = performance.now();
    for (let turns = 0; turns < 2_000; turns += 1) await first.turn(never());
    expect((await readPace(pool, 'free'))?.pace.turns).toBe(0);
    await first.answered(0);
    await first.refused(0, busy(1_200));
    const refused = performance.now();
    await first.turn(never());
    expect(performance.now() - refused).toBeGreaterThanOrEqual(1_150);
    expect((await readPace(pool, 'free'))?.pace).toMatchObject({ rate: 100, turns: 1 });
    // Another process has seen the pause within a second, and takes turns since.
    while (performance.now() - began < 1_100) await second.turn(never());
    await second.turn(never());
    expect((await readPace(pool, 'free'))?.pace.turns).toBeGreaterThan(1);
  });

  it('begins anew under another configured rate, and keeps the pause', async () => {
    const limits = { start: 10, most: null };
    const limiter = await openLimiter(pool, { name: 'other', limits }, () => performance.now());
    await limiter.answered(await limiter.turn(never()));
    await limiter.refused(0, busy(60_000));
    await openLimiter(pool, { name: 'other', limits }, () => performance.now());
    expect((await readPace(pool, 'other'))?.pace).toMatchObject({ rate: 9, ceiling: 10 });
    await openLimiter(pool, { name: 'other', limits: { start: 30, most: 30 } }, () => performance.now());
    const read = await readPace(pool, 'other');
    expect(read?.pace).toMatchObject({ rate: 30, ceiling: null });
    expect((read?.pace.pausedUntil ?? 0) - (read?.now ?? 0)).toBeGreaterThan(50_000);
  });

  it('lets a crawl through a refusal without counting it as a try, and doctor tells what was found', async () => {
    const wallets = Array.from({ length: 12 }, (_, number) => addressFor(`small/${number}`));
    const [payer, first] = [addressFor('payer'), blockAt(Date.UTC(2026, 2, 1))];
    const transfers = wallets.map((to, place) => ({
      ...{ chain: 'tron' as const, asset: 'USDT', transaction: transactionFor(`small/${place}`), block: first + place },
      ...{ position: 0, timestamp: timeOf(first + place), from: payer, to, value: USDT, signer: payer },
    }));
    // Each page is refused five times, as often as a job may fail.
    const server = await serveTronGrid(new Ledger(transfers), {
      faultAt: ({ endpoint, attempt }) => (endpoint === 'history' && attempt <= 5 ? 'suspended' : null),
    });
    const env = { DATABASE_URL: database.url, TRON_API_URL: server.url, TRON_API_RATE: '50', LOG_LEVEL: 'silent' };
    try {
      await cli(env, 'case', 'create', 'x');
      for (const wallet of wallets.slice(0, 2)) await cli(env, 'report', 'add', 'x', '--wallet', wallet);
      // A machine whose clock is an hour ahead.
      const ahead = { now: systemClock.now() + 3_600_000 };
      const { out, code } = await cliIn(ahead, env, 'crawl', 'x', '--max-hops', '0', '--json');
      expect(code, out).toBe(0);
      const { findings } = JSON.parse((await cli(env, 'doctor', '--json')).out);
      const limit = (findings as { what: string; says: string }[]).find(({ what }) => what === 'tron limit');
      expect(limit?.says).toMatch(/^50 requests a second at most; [\d.]+ requests a second now/);
    } finally {
      await server.close();
    }
  }, 60_000);
});
