/** What histories cost on Tron, by the provider's own log: hardly a page more than they fill. */
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { generateEconomy } from '../../src/simulate/economy.ts';
import { Ledger } from '../../src/simulate/ledger.ts';
import { transactionFor } from '../../src/simulate/names.ts';
import { addressFor, blockAt, timeOf } from '../../src/simulate/tron.ts';
import { type SimulatedTronGrid, serveTronGrid } from '../../src/simulate/trongrid.ts';
import type { SimulatedTransfer } from '../../src/simulate/types.ts';
import { oneChain } from '../../src/simulate/views.ts';
import { cli, cliJson } from '../fixtures/cli.ts';
import { type FreshDatabase, freshDatabase } from '../servers.ts';

/** Transfers on a page of TronGrid. */
const PAGE = 200;
const START = blockAt(Date.UTC(2026, 2, 1));

interface CrawlJson {
  readonly requestsFor: { readonly history: number; readonly retry: number };
}

interface WalletJson {
  readonly address: string;
  readonly state: string;
  readonly rows: number;
  readonly requests: number;
}

describe.skipIf(inject('postgres') === null)('the histories of a crawl', () => {
  let database: FreshDatabase;
  let server: SimulatedTronGrid;
  let env: Record<string, string>;
  const economy = oneChain(generateEconomy({ seed: 'pages' }), 'tron');
  const busy = addressFor('busy');
  /** 3,000 transfers of one wallet; of each 199, where pages may end, three are in one block. */
  const large = Array.from({ length: 3_000 }, (_, n) => payment(n, START + 40 * (n - (n % 199 < 3 ? n % 199 : 0))));
  const transfers = [...economy.transfers, ...large].sort((a, b) => a.block - b.block);
  const ledger = new Ledger(transfers);

  function payment(n: number, block: number): SimulatedTransfer {
    const [payer, payee] = n % 3 === 0 ? [busy, addressFor('other')] : [addressFor(`customer ${n % 7}`), busy];
    return {
      ...{ chain: 'tron', asset: 'USDT', transaction: transactionFor(`busy ${n}`), block, position: n % 199 },
      ...{ timestamp: timeOf(block), from: payer, to: payee, value: 1_000_000n, signer: payer },
    };
  }

  beforeEach(async () => {
    database = await freshDatabase();
    server = await serveTronGrid(ledger);
    env = { DATABASE_URL: database.url, TRON_API_URL: server.url, TRON_API_RATE: '10000', LOG_LEVEL: 'silent' };
    await cli(env, 'migrate');
    await cli(env, 'case', 'create', 'pages');
    const seeds = economy.reports.filter(({ role }) => role === 'paid-to').map(({ wallet }) => wallet);
    for (const seed of [...new Set(seeds), busy]) await cli(env, 'report', 'add', 'pages', '--wallet', `${seed}`);
  });
  afterEach(async () => {
    await server.close();
    await database.drop();
  });

  /** Pages of histories that the server was asked for, by wallet, behind the first `skip` requests of its log. */
  const pagesByWallet = (skip = 0): ReadonlyMap<string, number> => {
    const pages = new Map<string, number>();
    for (const { endpoint, path, params } of server.log.slice(skip)) {
      const wallet = path.split('/')[3] ?? '';
      // A look at the newest transfers is no page of the history, and neither is one above the head, for a balance.
      const isAbove = Number(params.min_timestamp) > ledger.head.timestamp;
      if (endpoint === 'history' && params.order_by === 'block_timestamp,asc' && !isAbove)
        pages.set(wallet, (pages.get(wallet) ?? 0) + 1);
    }
    return pages;
  };

  it('cost a wallet no more than one page above what they fill, and a crawl with nothing new one page a wallet', async () => {
    const once = await cliJson<CrawlJson>(env, 'crawl', 'pages', '--max-hops', '3', '--min-share', '0');
    const { wallets } = await cliJson<{ wallets: WalletJson[] }>(env, 'coverage', 'pages');
    const read = wallets.filter(({ state }) => state === 'expanded');
    const pages = pagesByWallet();
    expect(read.length).toBeGreaterThan(40);
    // A possible service is told by its first page and its newest transfers.
    const begun = wallets.filter(({ requests }) => requests > 0).map(({ address }) => address);
    expect([...pages.keys()].sort()).toEqual(begun.sort());
    const above = read.filter(({ address, rows }) => (pages.get(address) ?? 0) > Math.ceil(rows / PAGE) + 1);
    expect(above).toEqual([]);
    // What coverage says of rows and requests is what the chain has, and what the server heard.
    for (const { address, rows, requests } of read) {
      const own = transfers.filter(({ from, to }) => from === address || to === address);
      expect([address, rows, requests]).toEqual([address, own.length, pages.get(address)]);
    }
    const sum = [...pages.values()].reduce((all, own) => all + own, 0);
    const least = wallets.reduce(
      (all, { rows, requests }) => (requests > 0 ? all + Math.floor(rows / PAGE) + 1 : all),
      0,
    );
    expect(once.requestsFor.history).toBe(sum);
    expect((await cli(env, 'coverage', 'pages')).out.replaceAll(',', '')).toContain(
      `Pages     ${sum} for the histories of ${begun.length} wallets on tron over all crawls; no fewer than ${least} hold them\n`,
    );

    ledger.moveHead((transfers.at(-1)?.block ?? 0) + 400);
    const before = server.log.length;
    const again = await cliJson<CrawlJson>(env, 'crawl', 'pages', '--max-hops', '3', '--min-share', '0');
    expect(new Set(pagesByWallet(before).values())).toEqual(new Set([1]));
    expect(pagesByWallet(before).size).toBe(read.length);
    expect(again.requestsFor).toMatchObject({ history: read.length, balance: read.length, retry: 0 });
    const asked = server.log.slice(before).filter(({ params }) => params.function_selector === 'balanceOf(address)');
    expect(asked.length).toBe(read.length);
  });
});
