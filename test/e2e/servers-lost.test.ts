/** The database or the queue's server goes away in the middle of a crawl: it ends with a word, and a later run finishes. */
import { execFileSync, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { one } from '../../src/store/db.ts';
import { openStore } from '../../src/store/store.ts';
import { downstream, type RunningServer, start, startServer } from '../fixtures/program.ts';
import { hasSharedData } from '../shared-data.ts';
import { SEEDS, TRANSFERS } from './seized.ts';

const DELAY_MS = 15;
const CRAWL = ['crawl', 'seized', '--max-hops', '1', '--min-share', '0', '--json'];
const WHOLE = { state: 'finished', transfers: 10_525 };

/** An instance of our own, since it is killed. */
const hasRedisProgram = (() => {
  try {
    execFileSync('redis-server', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

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

  it.skipIf(!hasRedisProgram)(
    'its Redis says so at once, and goes on when run again',
    async () => {
      const port = await freePort();
      const folder = await mkdtemp(join(tmpdir(), 'downstream-redis-'));
      const run = () =>
        spawn('redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', folder], {
          stdio: 'ignore',
        });
      let redis = run();
      env = { ...env, REDIS_URL: `redis://127.0.0.1:${port}` };
      try {
        await sleep(500);
        const crawl = await begin();
        redis.kill('SIGKILL');
        const lost = Date.now();
        const { code, err } = await crawl.ended;
        expect(code).toBe(1);
        expect(Date.now() - lost).toBeLessThan(15_000);
        expect(err).toContain('The server that keeps the queue does not answer');
        redis = run();
        await sleep(500);
        expect(JSON.parse(await downstream(CRAWL, env))).toMatchObject(WHOLE);
      } finally {
        redis.kill('SIGKILL');
        await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
      }
    },
    120_000,
  );
});

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
