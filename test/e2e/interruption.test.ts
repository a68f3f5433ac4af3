/** Killed, stopped and run side by side: the same rows and hash, and nothing left behind. */
import { readdirSync, readlinkSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { one } from '../../src/store/db.ts';
import { openStore } from '../../src/store/store.ts';
import { downstream, type RunningServer, start, startServer } from '../fixtures/program.ts';
import { hasSharedData } from '../shared-data.ts';
import { SEEDS, storedIn, TRANSFERS } from './seized.ts';

const GRAPH_HASH = '4e0311d36ba9bf6b1e6beb8810c85ea2fb50466fa0a49460187f9effed376785';
/** Slow enough that a crawl is met in the middle, fast enough to wait for. */
const DELAY_MS = 15;
const CRAWL = ['crawl', 'seized', '--max-hops', '1', '--min-share', '0.02', '--json'];

describe.skipIf(!hasSharedData)('a crawl of the seized wallets', () => {
  let server: RunningServer;
  let data: string;
  let env: Record<string, string>;

  beforeEach(async () => {
    server = await startServer(TRANSFERS, DELAY_MS);
    data = await mkdtemp(join(tmpdir(), 'downstream-e2e-'));
    env = { TRON_API_URL: server.url, TRON_API_RATE: '10000', DOWNSTREAM_DATA: data };
    await newCase('seized');
  });

  afterEach(async () => {
    await server.stop();
    await rm(data, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  });

  async function newCase(name: string): Promise<void> {
    await downstream(['case', 'create', name], env);
    await downstream(['report', 'import', name, SEEDS], env);
  }

  /** Waits until the crawl has stored so many pages. */
  async function pagesStored(least: number): Promise<void> {
    const store = await openStore(readConfig(env));
    try {
      for (;;) {
        const { pages } = await one<{ pages: number }>(
          store.pool,
          'select coalesce(sum(version), 0)::bigint as pages from coverage',
        );
        if (pages >= least) return;
        await sleep(50);
      }
    } finally {
      await store.close();
    }
  }

  async function expectWhole(out: string): Promise<void> {
    expect(JSON.parse(out)).toMatchObject({ transfers: 10_525, graphHash: GRAPH_HASH, state: 'finished' });
    expect(await storedIn(env)).toMatchObject({ transfers: 10_525, distinct: 10_525, wallets: 1_733 });
    await expectNoServer(data);
  }

  it('comes to the same after kill -9, twice, and leaves no server behind', async () => {
    for (const pages of [40, 120]) {
      const crawl = start(CRAWL, env);
      await pagesStored(pages);
      crawl.child.kill('SIGKILL');
      expect((await crawl.ended).code).toBe(null);
    }
    await expectWhole(await downstream(CRAWL, env));
  }, 120_000);

  it('stops at SIGTERM with the pages in hand finished, asks for none of them twice, and comes to the same', async () => {
    const crawl = start(CRAWL, env);
    await pagesStored(120);
    crawl.child.kill('SIGTERM');
    const { code, out } = await crawl.ended;
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ state: 'stopped', stop: { code: 'INTERRUPTED' }, graphHash: null });
    await expectWhole(await downstream(CRAWL, env));
    const { repeated } = await server.stop();
    expect(repeated).toBe(0);
  }, 120_000);

  it('runs beside the crawl of another case in another process, and both are right', async () => {
    await newCase('second');
    const crawls = [
      start(CRAWL, env),
      start(['crawl', 'second', '--max-hops', '1', '--min-share', '0.02', '--json'], env),
    ];
    await pagesStored(80);
    const shown = JSON.parse(await downstream(['case', 'show', 'seized', '--json'], env));
    expect(shown.run.state).toBe('running');
    const outcomes = await Promise.all(crawls.map(({ ended }) => ended));
    for (const { code, out } of outcomes) {
      expect(code).toBe(0);
      expect(JSON.parse(out)).toMatchObject({ transfers: 10_525, graphHash: GRAPH_HASH });
    }
    await expectNoServer(data);
  }, 120_000);

  it('is taken up by further workers, one of which is killed', async () => {
    const workers = [start(['worker'], env), start(['worker'], env)];
    const crawl = start(CRAWL, env);
    await pagesStored(120);
    workers[0]?.child.kill('SIGKILL');
    const { code, out } = await crawl.ended;
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ transfers: 10_525, graphHash: GRAPH_HASH });
    workers[1]?.child.kill('SIGTERM');
    expect((await workers[1]?.ended)?.code).toBe(0);
    await expectNoServer(data);
  }, 180_000);

  it('refuses a second crawl of the same case at the same time', async () => {
    const crawl = start(CRAWL, env);
    await pagesStored(20);
    const second = await start(CRAWL, env).ended;
    expect(second.code).toBe(1);
    expect(second.err).toContain('The case "seized" is being crawled by another process.');
    crawl.child.kill('SIGTERM');
    await crawl.ended;
  }, 120_000);
});

/** Postgres's processes work in their data folder. */
async function expectNoServer(data: string): Promise<void> {
  for (let patience = 50; patience > 0 && processesIn(data).length > 0; patience -= 1) await sleep(100);
  expect(processesIn(data)).toEqual([]);
}

function processesIn(folder: string): string[] {
  return readdirSync('/proc').filter((name) => {
    try {
      return /^\d+$/.test(name) && readlinkSync(`/proc/${name}/cwd`).startsWith(folder);
    } catch {
      return false;
    }
  });
}
