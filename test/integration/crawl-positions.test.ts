/** The order of transfers within a block: asked for where a wallet needs it, and right. */
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import type { Address } from '../../src/chains/chain.ts';
import { generateEconomy } from '../../src/simulate/economy.ts';
import { ETHEREUM } from '../../src/simulate/ethereum.ts';
import { type SimulatedEthereumNode, serveEthereumNode } from '../../src/simulate/ethereum-node.ts';
import { type SimulatedEtherscan, serveEtherscan } from '../../src/simulate/etherscan.ts';
import { Ledger } from '../../src/simulate/ledger.ts';
import { transactionFor } from '../../src/simulate/names.ts';
import { addressFor, blockAt, timeOf } from '../../src/simulate/tron.ts';
import { type SimulatedTronGrid, serveTronGrid, type TronGridOptions } from '../../src/simulate/trongrid.ts';
import type { SimulatedTransfer } from '../../src/simulate/types.ts';
import { oneChain } from '../../src/simulate/views.ts';
import { cli, cliJson } from '../fixtures/cli.ts';
import { groupBy } from '../fixtures/economy-index.ts';
import { ethereumTransfers, WALLETS } from '../fixtures/ethereum-ledger.ts';
import { type FreshDatabase, freshDatabase } from '../servers.ts';

interface Shown {
  readonly run: { readonly faults: readonly { readonly code: string; readonly count: number }[] };
}

interface Stored {
  readonly transaction: string;
  readonly from: Address;
  readonly to: Address;
  readonly value: string;
  readonly occurrence: number;
  readonly timestamp: string;
  readonly position: number | null;
}

const CASE = 'order';
const HOPS = ['--min-share', '0', '--max-hops', '2'];

describe.skipIf(inject('postgres') === null)('the order of transfers within a block', () => {
  let database: FreshDatabase;
  let env: Record<string, string>;
  const closing: (() => Promise<void>)[] = [];

  beforeEach(async () => {
    database = await freshDatabase();
    env = { DATABASE_URL: database.url, LOG_LEVEL: 'silent' };
    await cli(env, 'migrate');
  });
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
    await database.drop();
  });

  async function serveTron(transfers: readonly SimulatedTransfer[], options: TronGridOptions = {}) {
    const server = await serveTronGrid(new Ledger(transfers), options);
    closing.push(() => server.close());
    Object.assign(env, { TRON_API_URL: server.url, TRON_API_RATE: '10000' });
    return server;
  }

  async function begin(name: string, seeds: readonly (Address | undefined)[]): Promise<void> {
    await cli(env, 'case', 'create', name);
    for (const seed of seeds) await cli(env, 'report', 'add', name, '--wallet', `${seed}`);
  }

  async function query<T>(text: string): Promise<T[]> {
    const client = new pg.Client({ connectionString: database.url, options: '-c search_path=downstream' });
    await client.connect();
    try {
      return (await client.query(text)).rows;
    } finally {
      await client.end();
    }
  }

  const stored = () =>
    query<Stored>(
      `select encode(t.transaction, 'hex') as transaction, f.address as from, r.address as to, t.value::text as value,
         t.occurrence, t.timestamp::text as timestamp, t.position
       from transfers t join wallets f on f.id = t.from_id join wallets r on r.id = t.to_id`,
    );
  const expanded = async () => {
    const rows = await query<{ address: Address }>(
      `select distinct w.address from case_wallets cw join wallets w on w.id = cw.wallet_id where cw.state = 'expanded'`,
    );
    return new Set(rows.map(({ address }) => address));
  };
  const left = () => query<{ given_up: boolean }>('select given_up from unordered');

  describe('on Tron', () => {
    const { transfers, reports } = oneChain(generateEconomy({ seed: 'truth' }), 'tron');
    const seeds = [...new Set(reports.filter(({ role }) => role === 'paid-to').map(({ wallet }) => wallet))];
    const infosAsked = (server: SimulatedTronGrid) =>
      server.log
        .filter(({ endpoint, fault }) => endpoint === 'blockReceipts' && fault === null)
        .map(({ params }) => params.num);

    it('is that of the chain wherever a wallet is paid and has another transfer, and asked for once', async () => {
      const server = await serveTron(transfers);
      await begin(CASE, seeds);
      await cliJson(env, 'crawl', CASE, ...HOPS);
      const blocks = blocksInNeed(transfers, await expanded());
      expect(blocks.size).toBeGreaterThan(5);
      expectOrder(await stored(), transfers, blocks);
      const asked = infosAsked(server);
      expect(asked.map(Number).sort()).toEqual([...blocks.keys()].sort());
      expect(await left()).toEqual([]);
      // What nobody needs is not asked for.
      expect((await stored()).filter(({ position }) => position === null).length).toBeGreaterThan(100);
      await cliJson(env, 'crawl', CASE, ...HOPS);
      await begin('another', seeds);
      await cliJson(env, 'crawl', 'another', ...HOPS);
      expect(infosAsked(server)).toEqual(asked);
    });

    it('is that of the chain whatever the provider gets wrong for a while', async () => {
      await serveTron(transfers, {
        faultAt: ({ endpoint, attempt, number }) => {
          if (attempt > 1 || (endpoint !== 'blockReceipts' && endpoint !== 'receipt')) return null;
          return (['truncated', 'server-error', 'reset', 'empty-body', 'html-page', null] as const)[number % 6] ?? null;
        },
      });
      await begin(CASE, seeds);
      await cliJson(env, 'crawl', CASE, ...HOPS);
      expectOrder(await stored(), transfers, blocksInNeed(transfers, await expanded()));
    });

    it('is taken up where it was left, and asks for no block twice', async () => {
      let refused = true;
      const options: TronGridOptions = {
        faultAt: ({ endpoint }) => {
          if (endpoint !== 'blockReceipts' || !refused || infosAsked(server).length < 4) return null;
          return 'unauthorised';
        },
      };
      const server: SimulatedTronGrid = await serveTron(transfers, options);
      await begin(CASE, seeds);
      const stopped = await cli(env, 'crawl', CASE, ...HOPS, '--json');
      expect(JSON.parse(stopped.out)).toMatchObject({ state: 'stopped', stop: { code: 'PROVIDER_KEY_REFUSED' } });
      const before = infosAsked(server).length;
      refused = false;
      await cliJson(env, 'crawl', CASE, ...HOPS);
      const blocks = blocksInNeed(transfers, await expanded());
      const asked = infosAsked(server);
      expect([before, asked.length]).toEqual([4, blocks.size]);
      expect(new Set(asked).size).toBe(blocks.size);
      expectOrder(await stored(), transfers, blocks);
    });

    it('stays unknown where the provider cannot tell it: the crawl is finished, and says so', async () => {
      const [a, b, c] = ['a', 'b', 'c'].map(addressFor);
      const rows = [row(a, b, 1), row(b, c, 2)];
      let broken = true;
      await serveTron(rows, {
        faultAt: ({ endpoint }) => (broken && endpoint === 'blockReceipts' ? 'not-found' : null),
      });
      await begin(CASE, [b]);
      const first = await cliJson<{ graphHash: string; state: string }>(env, 'crawl', CASE, '--max-hops', '0');
      expect(first.state).toBe('finished');
      const { run } = await cliJson<Shown>(env, 'case', 'show', CASE);
      expect(run.faults).toEqual([
        expect.objectContaining({ code: 'ORDER_UNKNOWN', count: 1 }),
        expect.objectContaining({ code: 'POSITIONS_UNKNOWN', count: 1 }),
      ]);
      expect((await stored()).map(({ position }) => position)).toEqual([null, null]);
      expect(await left()).toEqual([{ given_up: true }]);
      broken = false;
      const second = await cliJson<{ graphHash: string }>(env, 'crawl', CASE, '--max-hops', '0');
      expectOrder(await stored(), rows, blocksInNeed(rows, new Set([b as Address])));
      // The order is no part of what a crawl has read.
      expect(second.graphHash).toBe(first.graphHash);
    });

    it('is given up after some tries, and asked for again when the crawl is taken up', async () => {
      const [a, b, c, d] = ['a', 'b', 'c', 'd'].map(addressFor);
      const rows = [row(a, b, 1), row(b, c, 2), row(a, d, 3, { block: 40 })];
      let broken = true;
      const server = await serveTron(rows, {
        faultAt: ({ endpoint, path }) => {
          if (!broken) return null;
          return endpoint === 'blockReceipts' || path.includes(`/${d}/`) ? 'truncated' : null;
        },
      });
      await begin(CASE, [b, d]);
      const stopped = await cli(env, 'crawl', CASE, '--max-hops', '0', '--json');
      expect(JSON.parse(stopped.out)).toMatchObject({ stop: { code: 'WALLETS_FAILED' } });
      expect(server.requests.blockReceipts).toBe(5);
      expect(await left()).toEqual([{ given_up: true }]);
      broken = false;
      await cliJson(env, 'crawl', CASE, '--max-hops', '0');
      expect(server.requests.blockReceipts).toBe(6);
      expectOrder(await stored(), rows, blocksInNeed(rows, new Set([b as Address])));
      expect(await left()).toEqual([]);
    });

    it('numbers equal transfers of one transaction in the order of the chain', async () => {
      const [a, b, c] = ['a', 'b', 'c'].map(addressFor);
      const batch = [b, c, b, b].map((to, position) => row(a, to, position, { transaction: 'batch' }));
      const rows = [...batch, row(b, c, 4)];
      await serveTron(rows);
      await begin(CASE, [b]);
      await cliJson(env, 'crawl', CASE, '--max-hops', '0');
      expectOrder(await stored(), rows, blocksInNeed(rows, new Set([b as Address])));
    });

    it('is not asked for where nothing moves', async () => {
      const [a, b, c] = ['a', 'b', 'c'].map(addressFor);
      const rows = [row(a, b, 1), row(c, b, 2, { value: 0n }), row(b, b, 3)];
      const server = await serveTron(rows);
      await begin(CASE, [b]);
      await cliJson(env, 'crawl', CASE, '--max-hops', '0');
      expect(server.requests).toMatchObject({ receipt: 0, blockReceipts: 0 });
    });

    it('is asked for where a wallet only pays: it decides whose money went to whom', async () => {
      const [a, b, c] = ['a', 'b', 'c'].map(addressFor);
      const rows = [row(a, b, 1), row(b, a, 4, { block: 10 }), row(b, c, 5, { block: 10 })];
      const server = await serveTron(rows);
      await begin(CASE, [b]);
      await cliJson(env, 'crawl', CASE, '--max-hops', '0');
      expect(server.requests).toMatchObject({ blockReceipts: 1 });
    });
  });

  describe('on Ethereum', () => {
    const transfers = ethereumTransfers('order');
    const [first, second] = WALLETS as [Address, Address];
    let node: SimulatedEthereumNode | undefined;
    let scan: SimulatedEtherscan | undefined;

    async function serve(way: 'a node' | 'Etherscan' | 'both'): Promise<void> {
      const head = (transfers.at(-1)?.block ?? 0) + 5_000;
      const ledger = new Ledger(transfers, { network: ETHEREUM, head });
      node = way === 'Etherscan' ? undefined : await serveEthereumNode(ledger);
      scan = way === 'a node' ? undefined : await serveEtherscan(ledger);
      for (const server of [node, scan]) if (server !== undefined) closing.push(() => server.close());
      const { DATABASE_URL = '' } = env;
      env = {
        DATABASE_URL,
        LOG_LEVEL: 'silent',
        ...(node === undefined ? {} : { ETHEREUM_RPC_URL: node.url, ETHEREUM_RPC_RATE: '10000' }),
        ...(scan === undefined
          ? {}
          : { ETHERSCAN_API_URL: `${scan.url}/v2/api`, ETHERSCAN_API_KEY: 'key', ETHERSCAN_API_RATE: '10000' }),
      };
    }

    it.each(['a node', 'Etherscan', 'both'] as const)('is that of the chain through %s', async (way) => {
      await serve(way);
      await begin(CASE, [first, second]);
      await cliJson(env, 'crawl', CASE, '--max-hops', '0');
      const blocks = blocksInNeed(transfers, await expanded());
      expect(blocks.size).toBeGreaterThan(3);
      const rows = await stored();
      expectOrder(rows, transfers, blocks);
      expect(await left()).toEqual([]);
      if (way === 'a node') expect(rows.filter(({ position }) => position === null)).toEqual([]);
      // With both, only the node is asked for receipts.
      if (way === 'both') expect(scan?.requests.eth_getTransactionReceipt).toBe(0);
      const asked = [node?.requests.eth_getTransactionReceipt, scan?.requests.eth_getTransactionReceipt];
      await cliJson(env, 'crawl', CASE, '--max-hops', '0');
      expect([node?.requests.eth_getTransactionReceipt, scan?.requests.eth_getTransactionReceipt]).toEqual(asked);
    });

    it.each([
      ['a node', 'Etherscan'],
      ['Etherscan', 'a node'],
    ] as const)('that %s has told is not lost to %s, which fills in or leaves alone', async (one, other) => {
      await serve(one);
      await begin(CASE, [first]);
      await cliJson(env, 'crawl', CASE, '--max-hops', '0');
      const told = (await stored()).filter(({ position }) => position !== null);
      await serve(other);
      await cliJson(env, 'crawl', CASE, '--max-hops', '0');
      const rows = await stored();
      expect(rows).toEqual(expect.arrayContaining(told));
      expect(rows.filter(({ position }) => position === null)).toEqual([]);
      expect(await left()).toEqual([]);
    });
  });
});

/**
 * The blocks in which a wallet has several transfers, with what those wallets move there: by the definition, and slowly.
 */
function blocksInNeed(
  transfers: readonly SimulatedTransfer[],
  wallets: ReadonlySet<Address>,
): Map<number, SimulatedTransfer[]> {
  const moving = transfers.filter(({ asset, value, from, to }) => asset === 'USDT' && value > 0n && from !== to);
  const found = new Map<number, SimulatedTransfer[]>();
  for (const [block, here] of groupBy(moving, ({ block }) => block)) {
    const inNeed = [...wallets].flatMap((wallet) => {
      const own = here.filter(({ from, to }) => from === wallet || to === wallet);
      return own.length > 1 ? own : [];
    });
    if (inNeed.length > 0)
      found.set(
        block,
        here.filter((transfer) => inNeed.includes(transfer)),
      );
  }
  return found;
}

/** In each block the stored places of those transfers are in the economy's own order. */
function expectOrder(
  rows: readonly Stored[],
  all: readonly SimulatedTransfer[],
  blocks: ReadonlyMap<number, readonly SimulatedTransfer[]>,
): void {
  const seen = new Map<string, number>();
  const keys = new Map(
    [...all]
      .sort((a, b) => a.block - b.block || a.position - b.position)
      .map((transfer) => {
        const { transaction, from, to, value } = transfer;
        const key = `${transaction} ${from} ${to} ${value}`;
        const occurrence = seen.get(key) ?? 0;
        seen.set(key, occurrence + 1);
        return [transfer, `${key} ${occurrence}`];
      }),
  );
  const places = new Map(
    rows.map((each) => [`${each.transaction} ${each.from} ${each.to} ${each.value} ${each.occurrence}`, each.position]),
  );
  for (const transfers of blocks.values()) {
    const expected = [...transfers].sort((a, b) => a.position - b.position).map((transfer) => keys.get(transfer) ?? '');
    const found = expected.map((key) => ({ key, place: places.get(key) ?? null }));
    expect(found.filter(({ place }) => place === null)).toEqual([]);
    expect(found.sort((a, b) => (a.place ?? 0) - (b.place ?? 0)).map(({ key }) => key)).toEqual(expected);
    expect(new Set(found.map(({ place }) => place)).size).toBe(found.length);
  }
}

const START = blockAt(Date.UTC(2026, 2, 1));

function row(
  from: Address | undefined,
  to: Address | undefined,
  position: number,
  { block = 0, transaction = `${position}`, value = 5_000_000n } = {},
): SimulatedTransfer {
  if (from === undefined || to === undefined) throw new Error('A transfer has two ends');
  return {
    chain: 'tron',
    asset: 'USDT',
    transaction: transactionFor(transaction),
    block: START + block,
    position,
    timestamp: timeOf(START + block),
    from,
    to,
    value,
    signer: from,
  };
}
