/** The same transfers and reports, told to two databases in opposite orders, come to the same clusters and scores. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { Random } from '../../src/simulate/random.ts';
import { addressFor } from '../../src/simulate/tron.ts';
import { cli, cliJson } from '../fixtures/cli.ts';
import { type Told, toCsv } from '../fixtures/traced-cases.ts';
import { type FreshDatabase, freshDatabase } from '../servers.ts';

const REPORTED = ['A', 'B', 'C', 'D'];

/** Money that wanders among forty wallets, of which people report four. */
function wandering(): Told[] {
  const random = new Random('order');
  const names = [...REPORTED, ...Array.from({ length: 36 }, (_, number) => `w${number}`)];
  return Array.from({ length: 400 }, (_, number): Told => {
    const [from, to] = [random.pick(names), random.pick(names)];
    // Many at one time, so that nothing but the order of the rows themselves could decide.
    return [`t${number}`, 30 * Math.floor(number / 4), from === to ? 'V' : from, to, random.integer(1, 900)];
  });
}

describe.skipIf(inject('postgres') === null)('clusters and scores', () => {
  const databases: FreshDatabase[] = [];
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'downstream-order-'));
  });
  afterAll(async () => {
    for (const database of databases) await database.drop();
    await rm(folder, { recursive: true });
  });

  async function told(name: string, rows: readonly Told[], reported: readonly string[]) {
    const database = await freshDatabase();
    databases.push(database);
    const env = { DATABASE_URL: database.url, LOG_LEVEL: 'silent' };
    const file = join(folder, `${name}.csv`);
    await writeFile(file, toCsv(rows));
    await cli(env, 'migrate');
    await cli(env, 'case', 'create', 'case');
    for (const wallet of reported) await cli(env, 'report', 'add', 'case', '--wallet', addressFor(wallet));
    await cli(env, 'import', 'case', file);
    await cliJson(env, 'crawl', 'case', '--offline', '--min-share', '0', '--max-hops', '4');
    const clusters = await cliJson<{ runHash: string; clusters: readonly unknown[] }>(env, 'clusters', 'case');
    const { suspects } = await cliJson<{ suspects: readonly unknown[] }>(env, 'suspects', 'case');
    return { clusters, suspects };
  }

  it('do not depend on the order in which transfers and reports were told', async () => {
    const rows = wandering();
    const one = await told('one', rows, REPORTED);
    const other = await told('other', [...rows].reverse(), [...REPORTED].reverse());
    expect(one.suspects.length).toBeGreaterThan(5);
    expect(one.clusters.clusters.length).toBeGreaterThan(0);
    expect(other.clusters.runHash).toBe(one.clusters.runHash);
    expect(other.suspects).toEqual(one.suspects);
  });
});
