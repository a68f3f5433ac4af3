/** The disk fills up while a crawl runs: it says so, keeps what it has, and goes on once there is room. */
import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { one } from '../../src/store/db.ts';
import { openStore } from '../../src/store/store.ts';
import { downstream, type RunningServer, start, startServer } from '../fixtures/program.ts';
import { hasSharedData } from '../shared-data.ts';
import { SEEDS, TRANSFERS } from './seized.ts';

const DISK_MB = 140;
const DELAY_MS = 10;

/** Only root may make a small disk; elsewhere the suite is left out. */
const mounted = (() => {
  if (process.getuid?.() !== 0) return null;
  const folder = mkdtempSync(join(tmpdir(), 'downstream-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_MB}m`, 'tmpfs', folder], { stdio: 'ignore' });
    return folder;
  } catch {
    rmSync(folder, { recursive: true });
    return null;
  }
})();

describe.skipIf(mounted === null || !hasSharedData)('a crawl on a disk that fills up', () => {
  const disk = mounted ?? '';
  const filling = join(disk, 'filling');
  let server: RunningServer;

  beforeAll(async () => {
    server = await startServer(TRANSFERS, DELAY_MS);
  });
  afterAll(async () => {
    await server.stop();
    for (let patience = 50; patience > 0; patience -= 1) {
      try {
        execFileSync('umount', [disk], { stdio: 'ignore' });
        break;
      } catch {
        await sleep(100);
      }
    }
    rmSync(disk, { recursive: true });
  });

  it('fails with what to do, and finishes when run again', async () => {
    const env = { TRON_API_URL: server.url, TRON_API_RATE: '10000', DOWNSTREAM_DATA: join(disk, 'data') };
    await downstream(['case', 'create', 'seized'], env);
    await downstream(['report', 'import', 'seized', SEEDS], env);
    const crawl = start(['crawl', 'seized', '--max-hops', '1', '--min-share', '0.02', '--json'], env);
    const store = await openStore(readConfig(env));
    for (let rows = 0; rows < 1_000; await sleep(50)) {
      ({ rows } = await one<{ rows: number }>(store.pool, 'select count(*) as rows from transfers'));
    }
    await store.close();
    fill(filling);
    const { code, err } = await crawl.ended;
    expect(code).toBe(1);
    expect(err.replace(/^wave .*\n/gm, '')).toMatchInlineSnapshot(`
      "Error: The disk of the database is full.
      Everything stored until now is kept, and no page was stored by half.
      Free some space, then run the same command again: it goes on where it stopped.
      "
    `);
    rmSync(filling);
    const again = JSON.parse(
      await downstream(['crawl', 'seized', '--max-hops', '1', '--min-share', '0.02', '--json'], env),
    );
    expect(again).toMatchObject({ state: 'finished', transfers: 10_525 });
  }, 120_000);
});

/** Takes all the room there is. */
function fill(path: string): void {
  const megabyte = Buffer.alloc(1_000_000);
  try {
    for (;;) appendFileSync(path, megabyte);
  } catch (error) {
    expect(error).toMatchObject({ code: 'ENOSPC' });
  }
}
