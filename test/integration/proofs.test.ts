/** Which histories are proven to be whole: rows that a provider leaves out show in the balances, to the base unit. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import type { Address } from '../../src/chains/chain.ts';
import { formatAmount } from '../../src/money.ts';
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
  readonly state: string;
  readonly requests: number;
  readonly requestsFor: Readonly<Record<string, number>>;
  readonly wallets: Record<string, number>;
  readonly proofs: { readonly proven: number; readonly unproven: number };
  readonly stop: { readonly code: string; readonly reason: string } | null;
  readonly gone: readonly { readonly transaction: string; readonly amount: string }[];
}

interface ShownBalance {
  readonly state: string;
  readonly address: Address;
  readonly proof: string;
  readonly difference: string | null;
}

const HOPS = ['--max-hops', '2'];

describe.skipIf(inject('postgres') === null)('what a crawl proves of a provider that leaves rows out', () => {
  const economy = oneChain(generateEconomy({ seed: 'proofs' }), 'tron');
  const servers: SimulatedTronGrid[] = [];
  let folder: string;
  let database: FreshDatabase;
  let whole: CrawlJson;
  /** Every wallet that a crawl without faults expands. */
  let expanded: ReadonlySet<Address>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'downstream-proofs-'));
    await writeEconomy(folder, economy);
    database = await freshDatabase();
    const env = await begin({});
    whole = await cliJson<CrawlJson>(env, 'crawl', 'x', ...HOPS);
    expanded = new Set((await balances(env)).map(({ address }) => address));
    await tidy();
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  beforeEach(async () => {
    database = await freshDatabase();
  });
  afterEach(tidy);

  async function tidy(): Promise<void> {
    for (const server of servers.splice(0)) await server.close();
    await database.drop();
  }

  async function serve(options: TronGridOptions, ledger = new Ledger(economy.transfers)): Promise<SimulatedTronGrid> {
    const server = await serveTronGrid(ledger, options);
    servers.push(server);
    return server;
  }

  async function begin(options: TronGridOptions, ledger?: Ledger): Promise<Record<string, string>> {
    const { url } = await serve(options, ledger);
    const env = { DATABASE_URL: database.url, TRON_API_URL: url, TRON_API_RATE: '10000', LOG_LEVEL: 'silent' };
    await cli(env, 'migrate');
    await cli(env, 'case', 'create', 'x');
    await cli(env, 'report', 'import', 'x', join(folder, 'reports.csv'));
    return env;
  }

  async function balances(env: Record<string, string>): Promise<readonly ShownBalance[]> {
    const { wallets } = await cliJson<{ wallets: ShownBalance[] }>(env, 'coverage', 'x');
    return wallets.filter(({ state }) => state === 'expanded');
  }

  /** Some transfers between wallets, of which each is expanded or not, as asked. */
  const between = (wanted: (transfer: SimulatedTransfer) => boolean) =>
    economy.transfers.filter((each) => each.value > 0n && each.from !== each.to && wanted(each));

  it('proves every wallet where nothing is left out', () => {
    expect(whole.proofs).toEqual({ proven: expanded.size, unproven: 0 });
    expect(expanded.size).toBe(whole.wallets.expanded);
    // A possible service is asked too, before its first page shows that it has more.
    const services = whole.requestsFor.probe ?? 0;
    expect(whole.requestsFor.balance).toBe(expanded.size + services);
  });

  it('marks each wallet with exactly what is missing, and no other', async () => {
    // Whether both sides hide it, or the other one is not read: what one side alone hides is taken from the other.
    const lost = between(({ from, to }) => expanded.has(to) && !expanded.has(from)).filter((_, n) => n % 9 === 0);
    const hashes = new Set(lost.map(({ transaction }) => transaction));
    const env = await begin({ hidden: ({ transaction }) => hashes.has(transaction) });
    const { code, out } = await cli(env, 'crawl', 'x', ...HOPS);
    const missing = new Map<string, bigint>();
    for (const { from, to, value } of economy.transfers.filter(({ transaction }) => hashes.has(transaction))) {
      missing.set(to, (missing.get(to) ?? 0n) + value);
      missing.set(from, (missing.get(from) ?? 0n) - value);
    }
    expect(code).toBe(0);
    expect(out).toMatch(/\d+ wallets are unproven: transfers of them may be missing\./);
    const shown = await balances(env);
    expect(shown.length).toBe(expanded.size);
    for (const { address, proof, difference } of shown) {
      const gap = missing.get(address) ?? 0n;
      expect([address, difference, proof]).toEqual([address, formatAmount(gap, 6), gap === 0n ? 'proven' : 'unproven']);
    }
    expect(shown.filter(({ proof }) => proof === 'unproven').length).toBeGreaterThan(3);
  });

  it('takes what only one side hides from the other, says so, and proves it', async () => {
    const lost = between(({ from, to }) => expanded.has(to) && expanded.has(from)).filter((_, n) => n % 5 === 0);
    const hashes = new Set(lost.map(({ transaction }) => transaction));
    const hides = ({ transaction, to }: SimulatedTransfer, account: Address) =>
      hashes.has(transaction) && to === account;
    const env = await begin({ hidden: hides });
    expect(await cliJson(env, 'crawl', 'x', ...HOPS)).toMatchObject({
      state: 'finished',
      graphHash: whole.graphHash,
      proofs: whole.proofs,
    });
    const { run } = await cliJson<{ run: { faults: { code: string; count: number }[] } }>(env, 'case', 'show', 'x');
    expect(run.faults.find(({ code }) => code === 'ROWS_OF_OTHERS')?.count).toBe(lost.length);
  });

  it('asks a second source where one is configured, and proves all with it', async () => {
    const lost = between(({ from, to }) => expanded.has(to) !== expanded.has(from)).filter((_, n) => n % 9 === 0);
    const hashes = new Set(lost.map(({ transaction }) => transaction));
    const env = await begin({ hidden: ({ transaction }) => hashes.has(transaction) });
    const second = await serve({});
    const both = { ...env, TRON_SECOND_API_URL: second.url, TRON_SECOND_API_RATE: '10000' };
    expect(await cliJson(both, 'crawl', 'x', ...HOPS)).toMatchObject({
      state: 'finished',
      graphHash: whole.graphHash,
      proofs: whole.proofs,
    });
    // Only those wallets were asked about there, and a later crawl does not hold the first to what the second has told.
    expect(second.requests.history).toBeLessThan(expanded.size / 2);
    expect(await cliJson(both, 'crawl', 'x', ...HOPS)).toMatchObject({ state: 'finished', proofs: whole.proofs });
  });

  it('reads again what was lost once', async () => {
    const lost = new Set<string>();
    const env = await begin({
      faultAt: ({ endpoint, path, number }) => {
        if (endpoint !== 'history' || lost.has(path) || number % 3 !== 0) return null;
        lost.add(path);
        return 'lost-row';
      },
    });
    expect(await cliJson(env, 'crawl', 'x', ...HOPS)).toMatchObject({
      state: 'finished',
      graphHash: whole.graphHash,
      proofs: whole.proofs,
    });
    expect(lost.size).toBeGreaterThan(3);
  });

  it('asks two requests of a wallet with nothing new, whose last instants are looked at again', async () => {
    const ledger = new Ledger(economy.transfers);
    const env = await begin({}, ledger);
    await cli(env, 'crawl', 'x', ...HOPS);
    ledger.moveHead(ledger.head.block + 100);
    const again = await cliJson<CrawlJson>(env, 'crawl', 'x', ...HOPS);
    expect(again).toMatchObject({ state: 'finished', graphHash: whole.graphHash, proofs: whole.proofs });
    const { issuer: _, standing, ...asked } = again.requestsFor;
    // Whose the contract is, which nobody tells here; no wallet is asked about a second time.
    expect(standing).toBe(2);
    // A wallet of many transfers is looked at again, to see what kind it is.
    const others = { probe: whole.requestsFor.probe, receipt: 0, positions: 0, signer: 0, native: 0, retry: 0 };
    expect(asked).toEqual({ ...others, history: expanded.size, balance: expanded.size });
  });

  it('ends with a word where a stored transfer is listed no more, and keeps it', async () => {
    const last = economy.transfers.at(-1)?.block ?? 0;
    const victim = economy.transfers.findLast(({ to }) => expanded.has(to));
    // What was final is looked at once more for ten minutes.
    const newest = victim?.block ?? 0;
    const ledger = new Ledger(economy.transfers, { head: newest + 5 });
    let hides = false;
    const env = await begin({ hidden: ({ transaction }) => hides && transaction === victim?.transaction }, ledger);
    expect((await cliJson<CrawlJson>(env, 'crawl', 'x', ...HOPS)).state).toBe('finished');
    ledger.moveHead(newest + 50);
    hides = true;
    const { code, out } = await cli(env, 'crawl', 'x', ...HOPS, '--json');
    expect(code).toBe(1);
    const { stop, gone }: CrawlJson = JSON.parse(out);
    expect(stop?.code).toBe('INTEGRITY');
    for (const word of [victim?.transaction, victim?.from, victim?.to]) expect(stop?.reason).toContain(word);
    expect(gone).toEqual([expect.objectContaining({ transaction: victim?.transaction })]);
    hides = false;
    // It goes on with the head that it had, and the next crawl reads what came since.
    expect(await cliJson(env, 'crawl', 'x', ...HOPS)).toMatchObject({ state: 'finished' });
    ledger.moveHead(last + 50);
    expect(await cliJson(env, 'crawl', 'x', ...HOPS)).toMatchObject({ state: 'finished', graphHash: whole.graphHash });
  });

  it('ends with a word where a stored transfer is listed at another time', async () => {
    const victim = economy.transfers.findLast(({ to }) => expanded.has(to));
    if (victim === undefined) throw new Error('Nobody was paid');
    const ledger = new Ledger(economy.transfers, { head: victim.block + 5 });
    const env = await begin({}, ledger);
    const first = await cliJson<CrawlJson>(env, 'crawl', 'x', ...HOPS);
    const moved = { ...victim, block: victim.block + 4, timestamp: victim.timestamp + 12_000 };
    const others = economy.transfers.filter((each) => each !== victim && each.block <= victim.block);
    const changed = await serve({}, new Ledger([...others, moved], { head: victim.block + 50 }));
    const { code, out } = await cli({ ...env, TRON_API_URL: changed.url }, 'crawl', 'x', ...HOPS, '--json');
    const { stop, gone }: CrawlJson = JSON.parse(out);
    expect([code, stop?.code]).toEqual([1, 'INTEGRITY']);
    expect(stop?.reason).toContain(victim.transaction);
    expect(gone).toEqual([expect.objectContaining({ transaction: victim.transaction })]);
    // What was stored stays as it was.
    ledger.moveHead(victim.block + 50);
    expect(await cliJson(env, 'crawl', 'x', ...HOPS)).toMatchObject({ state: 'finished', graphHash: first.graphHash });
  });

  it('does not prove a wallet that passes on, while it is asked about, what its history lacks', async () => {
    const [payer, wallet, payee] = ['payer', 'wallet', 'payee'].map((name) => addressFor(name));
    if (payer === undefined || wallet === undefined || payee === undefined) throw new Error('There are three');
    const start = blockAt(Date.UTC(2026, 2, 1));
    const pay = (n: number, block: number, from: Address, to: Address): SimulatedTransfer => ({
      ...{
        chain: 'tron',
        asset: 'USDT',
        transaction: transactionFor(`moving ${n}`),
        block: start + block,
        position: 0,
      },
      ...{ timestamp: timeOf(start + block), from, to, value: 100_000_000n, signer: from },
    });
    // The second receipt is in no history; it is passed on above the head that the crawl begins with.
    const rows = [pay(1, 0, payer, wallet), pay(2, 98, payer, wallet), pay(3, 105, wallet, payee)];
    const ledger = new Ledger(rows, { head: start + 100 });
    const server = await serve(
      {
        hidden: ({ transaction }) => transaction === rows[1]?.transaction,
        faultAt: ({ endpoint }) => {
          if (endpoint === 'constantCall') ledger.moveHead(start + 110);
          return null;
        },
      },
      ledger,
    );
    const env = { DATABASE_URL: database.url, TRON_API_URL: server.url, TRON_API_RATE: '10000', LOG_LEVEL: 'silent' };
    await cli(env, 'migrate');
    await cli(env, 'case', 'create', 'x');
    await cli(env, 'report', 'add', 'x', '--wallet', wallet);
    const { proofs } = await cliJson<CrawlJson>(env, 'crawl', 'x', '--max-hops', '0');
    expect(proofs).toEqual({ proven: 0, unproven: 1 });
  });

  it('begins no crawl below a head that was final before', async () => {
    const ledger = new Ledger(economy.transfers);
    const env = await begin({}, ledger);
    await cli(env, 'crawl', 'x', '--max-hops', '0');
    ledger.moveHead(ledger.head.block - 10);
    const { code, err } = await cli(env, 'crawl', 'x', '--max-hops', '0');
    expect([code, err]).toEqual([1, expect.stringContaining('The provider of tron knows final blocks up to ')]);
  });
});
