/** What a case's wallets do, as inferred from a crawl: named by tags alone. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { Ledger } from '../../src/simulate/ledger.ts';
import { addressFor } from '../../src/simulate/tron.ts';
import { type SimulatedTronGrid, serveTronGrid } from '../../src/simulate/trongrid.ts';
import { cli, cliJson } from '../fixtures/cli.ts';
import { payments } from '../fixtures/payments.ts';
import { type FreshDatabase, freshDatabase } from '../servers.ts';

interface Inferred {
  readonly wallets: readonly {
    readonly kind: string;
    readonly address: string;
    readonly named: { readonly name: string } | null;
    readonly evidence: { readonly transferCount: number; readonly transfers: readonly { readonly amount: string }[] };
  }[];
}

/** `deposit` forwards all that it gets to `hot`; `layer` forwards all to a wallet of which nothing is known. */
const pay = payments();
const TRANSFERS = [
  pay('victim', 'seed', 1_000),
  pay('seed', 'deposit', 600),
  pay('seed', 'layer', 400),
  pay('deposit', 'hot', 600),
  pay('stranger', 'deposit', 50),
  pay('deposit', 'hot', 50),
  pay('layer', 'next', 400),
];

describe.skipIf(inject('postgres') === null)('what wallets of a case do', () => {
  let folder: string;
  let database: FreshDatabase;
  let server: SimulatedTronGrid;
  let env: Record<string, string>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'downstream-attribution-'));
    database = await freshDatabase();
    server = await serveTronGrid(new Ledger(TRANSFERS));
    env = { DATABASE_URL: database.url, TRON_API_URL: server.url, TRON_API_RATE: '10000', LOG_LEVEL: 'silent' };
    await cli(env, 'migrate');
    await cli(env, 'case', 'create', 'x');
    await cli(env, 'report', 'add', 'x', '--wallet', addressFor('seed'));
  });
  afterAll(async () => {
    await server.close();
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  });

  it('is not known before a crawl, and nothing is named without a tag', async () => {
    expect((await cli(env, 'attribution', 'x')).err).toContain('was not crawled yet');
    await cliJson(env, 'crawl', 'x');
    const { wallets } = await cliJson<Inferred>(env, 'attribution', 'x');
    expect(wallets.filter(({ named }) => named !== null)).toEqual([]);
  });

  it('is a deposit address of the service that a tag names, with the transfers that it rests on', async () => {
    const tags = join(folder, 'tags.csv');
    const says = ['Meridian Exchange,hot-wallet', 'Meridian Exchange,exchange', 'Kestrel,exchange'];
    await writeFile(tags, `address,label,category\n${says.map((each) => `${addressFor('hot')},${each}\n`).join('')}`);
    await cli(env, 'tags', 'import', tags, '--publisher', 'A list', '--by', 'ann');
    await cliJson(env, 'crawl', 'x');
    const { wallets } = await cliJson<Inferred>(env, 'attribution', 'x');
    const deposits = wallets.filter(({ kind }) => kind === 'deposit-address');
    expect(deposits.map(({ address, named }) => [address, named?.name])).toEqual([
      [addressFor('deposit'), 'Meridian Exchange'],
    ]);
    expect(deposits[0]?.evidence.transfers.map(({ amount }) => amount)).toContain('600.000000');
    const { out } = await cli(env, 'attribution', 'x');
    expect(out).toMatch(/^Deposit addresses: the service knows whose they are$/m);
    expect(out).toContain('inferred, and no finding about whoever owns them');
    expect(out).toContain('Meridian Exchange (but others say Kestrel)');
    expect(out).toContain('is no probability');
    expect(out).not.toContain(addressFor('layer'));
  });
});
