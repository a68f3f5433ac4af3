/** A provider at its worst: whatever it does on the way, the same transfers and the same hash, or a word that says why not. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import type { Address } from '../../src/chains/chain.ts';
import { generateEconomy } from '../../src/simulate/economy.ts';
import { writeEconomy } from '../../src/simulate/folder.ts';
import { Ledger } from '../../src/simulate/ledger.ts';
import { transactionFor } from '../../src/simulate/names.ts';
import { addressFor, blockAt, timeOf } from '../../src/simulate/tron.ts';
import { type SimulatedTronGrid, serveTronGrid, type TronGridOptions } from '../../src/simulate/trongrid.ts';
import type { SimulatedTransfer } from '../../src/simulate/types.ts';
import { oneChain } from '../../src/simulate/views.ts';
import { cli, cliJson } from '../fixtures/cli.ts';
import { type FreshDatabase, freshDatabase } from '../servers.ts';

interface CrawlJson {
  readonly graphHash: string;
  readonly transfers: number;
  readonly requests: number;
  readonly state: string;
  readonly stop: { readonly code: string; readonly reason: string } | null;
  readonly wallets: Record<string, number>;
}

interface Shown {
  readonly run: { readonly faults: readonly { readonly code: string; readonly count: number }[] };
}

/** Recorded, so that a failure can be run again. */
const SEEDS = ['monsoon', 'typhoon', 'drought'];
const HOPS = ['--min-share', '0.02', '--max-hops', '3'];
/**
 * All that a provider may do that can be seen: lost rows are a matter of counterparties and balances, below. Rates that end
 * or hold a crawl have tests of their own.
 */
const RATES = {
  'html-page': 0.02,
  suspended: 0.003,
  'too-many-requests': 0.003,
  'server-error': 0.03,
  'empty-body': 0.02,
  truncated: 0.02,
  'error-in-200': 0.005,
  unsuccessful: 0.01,
  reset: 0.02,
  'other-token': 0.03,
  approvals: 0.03,
  'repeated-rows': 0.05,
  'short-page': 0.05,
  'empty-page': 0.03,
  'shuffled-ties': 0.05,
  'without-value': 0.02,
  'malformed-value': 0.02,
  'refused-fingerprint': 0.05,
};

describe.skipIf(inject('postgres') === null)('a crawl against a faulty provider', () => {
  const economy = oneChain(generateEconomy({ seed: 'faults' }), 'tron');
  let folder: string;
  let database: FreshDatabase;
  let server: SimulatedTronGrid | undefined;
  let whole: CrawlJson;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'downstream-faults-'));
    await writeEconomy(folder, economy);
    database = await freshDatabase();
    whole = await crawl(await serve({}));
    await tidy();
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  beforeEach(async () => {
    database = await freshDatabase();
  });
  afterEach(tidy);

  async function tidy(): Promise<void> {
    await server?.close();
    server = undefined;
    await database.drop();
  }

  async function serve(options: TronGridOptions): Promise<Record<string, string>> {
    server = await serveTronGrid(new Ledger(economy.transfers), options);
    const env = { DATABASE_URL: database.url, TRON_API_URL: server.url, TRON_API_RATE: '10000', LOG_LEVEL: 'silent' };
    await cli(env, 'migrate');
    await cli(env, 'case', 'create', 'x');
    await cli(env, 'report', 'import', 'x', join(folder, 'reports.csv'));
    return env;
  }

  const crawl = (env: Record<string, string>) => cliJson<CrawlJson>(env, 'crawl', 'x', ...HOPS);

  it('finds something to lose', () => {
    expect(whole.transfers).toBeGreaterThan(400);
    expect(whole.wallets).toMatchObject({ pending: 0, failed: 0 });
  });

  for (const seed of SEEDS) {
    it(`comes to the same hash under the faults of seed "${seed}"`, async () => {
      const env = await serve({ faults: { seed, rates: RATES } });
      const outcome = await crawl(env);
      expect(outcome.graphHash).toBe(whole.graphHash);
      expect(outcome.wallets).toEqual(whole.wallets);
      expect(outcome.requests).toBeGreaterThan(whole.requests);
      const { run } = await cliJson<{ run: { faults: { code: string }[] } }>(env, 'case', 'show', 'x');
      const codes = run.faults.map(({ code }) => code);
      expect(codes.length).toBeGreaterThan(3);
    }, 120_000);
  }

  it('gives up a network that is gone, keeps what it has, and a later run finishes', async () => {
    let gone = false;
    const env = await serve({ faultAt: ({ number }) => (gone || number > 12 ? 'reset' : null) });
    const first = await cli(env, 'crawl', 'x', ...HOPS, '--patience', '2', '--json');
    expect(first.code).toBe(1);
    const outcome: CrawlJson = JSON.parse(first.out);
    expect(outcome).toMatchObject({ state: 'stopped', graphHash: null, stop: { code: 'PROVIDER_SILENT' } });
    expect(outcome.stop?.reason).toMatch(/^no useful answer for \d+ s: 127\.0\.0\.1:\d+ cannot be reached: \w+\.$/);
    const { stored } = await cliJson<{ stored: { transfers: number } }>(env, 'case', 'show', 'x');
    expect(stored.transfers).toBeGreaterThan(0);
    gone = true;
    const again = await cli(env, 'crawl', 'x', ...HOPS, '--patience', '2', '--json');
    expect(again.code).toBe(1);
    await server?.close();
    server = await serveTronGrid(new Ledger(economy.transfers), { port: Number(new URL(env.TRON_API_URL ?? '').port) });
    expect((await crawl(env)).graphHash).toBe(whole.graphHash);
  }, 120_000);

  it('says that nothing was begun where the provider cannot be reached at all', async () => {
    const env = await serve({});
    await server?.close();
    const { code, err } = await cli(env, 'crawl', 'x');
    expect(code).toBe(1);
    expect(err.replace(/:\d+ /, ':PORT ')).toMatchInlineSnapshot(`
      "Error: No crawl was begun: 127.0.0.1:PORT cannot be reached: ECONNREFUSED.
      A run begins by pinning the newest finalised block of each chain.
      Check the network and TRON_API_URL, then run the same command again.
      "
    `);
  });

  it('stops at once when the key is refused half-way, and goes on with a good one', async () => {
    let refused = true;
    const env = await serve({ faultAt: ({ number }) => (refused && number > 8 ? 'unauthorised' : null) });
    const { code, out } = await cli(env, 'crawl', 'x', ...HOPS, '--json');
    expect(code).toBe(1);
    const outcome: CrawlJson = JSON.parse(out);
    expect(outcome.stop?.code).toBe('PROVIDER_KEY_REFUSED');
    expect(outcome.requests).toBeLessThan(40);
    refused = false;
    expect((await crawl(env)).graphHash).toBe(whole.graphHash);
  });

  it('marks a wallet whose page never comes right, and finishes with the others', async () => {
    const [victim] = economy.reports.filter(({ role }) => role === 'paid-to');
    let broken = true;
    const env = await serve({
      faultAt: ({ path }) => (broken && victim !== undefined && path.includes(victim.wallet) ? 'truncated' : null),
    });
    const { code, out } = await cli(env, 'crawl', 'x', ...HOPS);
    expect(code).toBe(1);
    expect(out).toContain('Stopped: 1 wallet could not be read to the end');
    const { failed } = await cliJson<{ failed: { address: string; reason: string }[] }>(env, 'case', 'show', 'x');
    expect(failed).toMatchObject([{ address: victim?.wallet, reason: expect.stringContaining('half a reply') }]);
    broken = false;
    expect((await crawl(env)).graphHash).toBe(whole.graphHash);
  });

  describe('that loses the one row of a wallet', () => {
    const [victim, seed, payee] = ['victim', 'seed', 'payee'].map(addressFor);
    const at = blockAt(Date.UTC(2026, 2, 1));
    const transfers = [transfer(at, victim, seed), transfer(at + 20, seed, payee)];
    let losses: number;

    async function begin(): Promise<Record<string, string>> {
      server = await serveTronGrid(new Ledger(transfers), {
        faultAt: ({ path }) => {
          if (losses === 0 || !path.includes(`${payee}/`)) return null;
          losses -= 1;
          return 'lost-row';
        },
      });
      const env = { DATABASE_URL: database.url, TRON_API_URL: server.url, TRON_API_RATE: '10000', LOG_LEVEL: 'silent' };
      await cli(env, 'migrate');
      await cli(env, 'case', 'create', 'x');
      await cli(env, 'report', 'add', 'x', '--wallet', `${seed}`);
      return env;
    }

    it('reads it again, since the counterparty has the row', async () => {
      losses = 1;
      const outcome = await crawl(await begin());
      expect(outcome).toMatchObject({ state: 'finished', transfers: 2, wallets: { expanded: 2 } });
    });

    it('takes it from the counterparty and says so when it stays lost', async () => {
      losses = Number.POSITIVE_INFINITY;
      const env = await begin();
      const outcome = await crawl(env);
      expect(outcome).toMatchObject({ state: 'finished', transfers: 2, wallets: { expanded: 2, failed: 0 } });
      const shown = await cliJson<Shown>(env, 'case', 'show', 'x');
      expect(shown.run.faults.find(({ code }) => code === 'ROWS_OF_OTHERS')?.count).toBe(1);
      const { wallets } = await cliJson<{ wallets: { address: string; proof: string }[] }>(env, 'coverage', 'x');
      const proofs = Object.fromEntries(wallets.map(({ address, proof }) => [address, proof]));
      expect(proofs).toMatchObject({ [`${seed}`]: 'proven', [`${payee}`]: 'proven' });
    });
  });

  it('shows a reported wallet whose balance its transfers do not add up to', async () => {
    const [victim, seed] = ['victim', 'seed'].map(addressFor);
    const at = blockAt(Date.UTC(2026, 2, 1));
    server = await serveTronGrid(new Ledger([transfer(at, victim, seed), transfer(at + 9, victim, seed)]), {
      faultAt: ({ endpoint }) => (endpoint === 'history' ? 'lost-row' : null),
    });
    const env = { DATABASE_URL: database.url, TRON_API_URL: server.url, TRON_API_RATE: '10000', LOG_LEVEL: 'silent' };
    await cli(env, 'migrate');
    await cli(env, 'case', 'create', 'x');
    await cli(env, 'report', 'add', 'x', '--wallet', `${seed}`);
    await crawl(env);
    expect((await cli(env, 'case', 'show', 'x')).out).toContain('differs by 5.00');
  });
});

function transfer(block: number, from: Address | undefined, to: Address | undefined): SimulatedTransfer {
  if (from === undefined || to === undefined) throw new Error('A transfer has two ends');
  return {
    chain: 'tron',
    asset: 'USDT',
    transaction: transactionFor(`${block}`),
    block,
    position: 0,
    timestamp: timeOf(block),
    from,
    to,
    value: 5_000_000n,
    signer: from,
  };
}
