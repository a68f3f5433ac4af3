/** Poison in a crawl: told from other dust, left out of the graph and of what is followed, and kept everywhere else. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse as parseCsv } from 'csv-parse/sync';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import type { Address } from '../../src/chains/chain.ts';
import { ETHEREUM } from '../../src/simulate/ethereum.ts';
import { type EthereumNodeOptions, serveEthereumNode } from '../../src/simulate/ethereum-node.ts';
import { serveEtherscan } from '../../src/simulate/etherscan.ts';
import { Ledger } from '../../src/simulate/ledger.ts';
import { transactionFor } from '../../src/simulate/names.ts';
import type { Network } from '../../src/simulate/network.ts';
import { TRON } from '../../src/simulate/tron.ts';
import { type SimulatedTronGrid, serveTronGrid, type TronGridOptions } from '../../src/simulate/trongrid.ts';
import type { SimulatedTransfer } from '../../src/simulate/types.ts';
import { cli, cliJson } from '../fixtures/cli.ts';
import { type FreshDatabase, freshDatabase } from '../servers.ts';

const CASE = 'poisoned';
const USDT = 1_000_000n;
const MARKS = { 'zero-value': 1, 'look-alike': 1, 'signed-by-another': 1 };

interface Crawled {
  readonly state: string;
  readonly graphHash: string;
  readonly transfers: number;
  readonly wallets: Record<string, number>;
  readonly requestsFor: Record<string, number>;
}
interface Shown {
  readonly poison: Record<string, number>;
  readonly run: { readonly faults: readonly { readonly code: string; readonly count: number }[] };
}
interface Document {
  readonly nodes: readonly { readonly address: Address }[];
  readonly edges: readonly { readonly source: string; readonly target: string; readonly total: string }[];
  readonly header: { readonly poison: Record<string, number> };
  readonly poison: readonly Record<string, string>[];
}

/** A wallet with everything that may be taken for poison, and what is. */
function poisonedOn(network: Network) {
  const who = (name: string) => network.addressFor(name);
  const [wallet, payee, attacker] = [who('the wallet'), who('payee'), who('attacker')];
  const alike = network.lookAlike(payee, 'look-alike');
  const start = network.blockAt(Date.UTC(2026, 2, 1));
  const row = (name: string, from: Address, to: Address, value: bigint, signer = from): SimulatedTransfer => {
    const block = start + 100 * names.length;
    names.push(name);
    return {
      ...{ chain: network.chain, asset: 'USDT', transaction: transactionFor(name), block, position: 0 },
      ...{ timestamp: network.timeOf(block), from, to, value, signer },
    };
  };
  const names: string[] = [];
  const transfers = [
    row('income', who('victim'), wallet, 1_000n * USDT),
    row('payment', wallet, payee, 500n * USDT),
    row('nothing', wallet, alike, 0n, attacker),
    row('dust of a look-alike', alike, wallet, 1_000n),
    row('dust that another signed', wallet, who('planted'), 9_999n, attacker),
    row('dust of a friend', who('friend'), wallet, 2_000n),
    row('dust to a friend', wallet, who('another friend'), 3_000n),
    row('a cent that another signed', wallet, who('cent'), 10_000n, attacker),
    row('a theft', wallet, who('thief'), 100n * USDT, attacker),
    row('a payment gone astray', wallet, alike, 50n * USDT),
  ];
  return { wallet, alike, attacker, transfers, who };
}

describe.skipIf(inject('postgres') === null)('poison', () => {
  let database: FreshDatabase;
  let folder: string;
  let env: Record<string, string>;
  const closing: (() => Promise<void>)[] = [];

  beforeEach(async () => {
    database = await freshDatabase();
    folder = await mkdtemp(join(tmpdir(), 'downstream-poison-'));
    env = { DATABASE_URL: database.url, LOG_LEVEL: 'silent' };
    await cli(env, 'migrate');
  });
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
    await database.drop();
    await rm(folder, { recursive: true });
  });

  async function serveTron(transfers: readonly SimulatedTransfer[], options: TronGridOptions = {}) {
    const server: SimulatedTronGrid = await serveTronGrid(new Ledger(transfers), options);
    closing.push(() => server.close());
    Object.assign(env, { TRON_API_URL: server.url, TRON_API_RATE: '10000' });
    return server;
  }

  async function crawl(wallet: Address, ...options: string[]): Promise<Crawled> {
    await cli(env, 'case', 'create', CASE);
    await cli(env, 'report', 'add', CASE, '--wallet', wallet);
    return cliJson<Crawled>(env, 'crawl', CASE, '--max-hops', '1', '--min-share', '0', ...options);
  }

  const shown = () => cliJson<Shown>(env, 'case', 'show', CASE);
  const exported = async (...options: string[]) => {
    await cliJson(env, 'export', CASE, '--out', folder, ...options);
    return JSON.parse(await readFile(join(folder, 'graph.json'), 'utf8')) as Document;
  };

  describe('on Tron', () => {
    const { wallet, alike, attacker, transfers, who } = poisonedOn(TRON);

    it('is told from other dust and from real losses, and leaves the graph and the frontier alone', async () => {
      await serveTron(transfers);
      const crawled = await crawl(wallet);
      // Rows of no value and dust are transfers like any other.
      expect(crawled).toMatchObject({ state: 'finished', transfers: transfers.length });
      // The details of the rows tell who signed.
      expect(crawled.requestsFor.signer).toBe(0);
      // Whom the wallet paid, the friend, the thief and the look-alike among them; but nobody who was planted.
      expect(crawled.wallets).toMatchObject({ expanded: 6, pending: 0 });
      expect((await shown()).poison).toEqual(MARKS);

      const { header, nodes, edges, poison } = await exported('--format', 'json');
      expect(header.poison).toEqual(MARKS);
      const addresses = nodes.map(({ address }) => address);
      for (const name of ['payee', 'friend', 'another friend', 'cent', 'thief']) expect(addresses).toContain(who(name));
      for (const address of [who('planted'), attacker]) expect(addresses).not.toContain(address);
      expect(edges.filter(({ source, target }) => `${source} ${target}`.includes(alike))).toMatchObject([
        { source: `tron:${wallet}`, target: `tron:${alike}`, total: '50.000000' },
      ]);
      expect(poison.map(({ from, to, amount, rule }) => ({ from, to, amount, rule }))).toEqual([
        { from: wallet, to: alike, amount: '0.000000', rule: 'zero-value' },
        { from: alike, to: wallet, amount: '0.001000', rule: 'look-alike' },
        { from: wallet, to: who('planted'), amount: '0.009999', rule: 'signed-by-another' },
      ]);
      await cli(env, 'export', CASE, '--format', 'csv', '--out', folder);
      const rows: Record<string, string>[] = parseCsv(await readFile(join(folder, 'poison.csv'), 'utf8'), {
        columns: true,
      });
      expect(rows).toEqual(poison);
      expect((await cli(env, 'case', 'show', CASE)).out).toContain(
        '1 of zero, 1 dust from a look-alike of a counterparty, 1 dust that another than its sender signed',
      );
    });

    it('is the same where details are missing: who signed the other dust is asked, once each', async () => {
      await serveTron(transfers);
      const told = await crawl(wallet);
      const other = await freshDatabase();
      closing.push(() => other.drop());
      env = { DATABASE_URL: other.url, LOG_LEVEL: 'silent' };
      await cli(env, 'migrate');
      const server = await serveTron(transfers, {
        faultAt: ({ endpoint, attempt }) => {
          if (endpoint === 'history') return 'without-some-details';
          return endpoint === 'transaction' && attempt === 1 ? 'server-error' : null;
        },
      });
      const asked = await crawl(wallet);
      expect(asked).toMatchObject({ state: 'finished', graphHash: told.graphHash, wallets: told.wallets });
      expect((await shown()).poison).toEqual(MARKS);
      const answered = server.log.filter(({ endpoint, fault }) => endpoint === 'transaction' && fault === null);
      const names = ['dust that another signed', 'dust of a friend', 'dust to a friend'].map(transactionFor);
      expect(names).toEqual(expect.arrayContaining(answered.map(({ params }) => params.value)));
      expect(asked.requestsFor.signer).toBe(answered.length);
      const requests = server.log.length;
      await cliJson(env, 'crawl', CASE, '--max-hops', '1');
      expect(server.log.slice(requests).filter(({ endpoint }) => endpoint === 'transaction')).toEqual([]);
    });

    it('stays in the graph where nobody tells who signed it, which is said', async () => {
      await serveTron(transfers, {
        faultAt: ({ endpoint }) => {
          if (endpoint === 'transaction') return 'not-found';
          return endpoint === 'history' ? 'without-details' : null;
        },
      });
      const { state, graphHash } = await crawl(wallet);
      expect(state).toBe('finished');
      expect(graphHash).toMatch(/^[0-9a-f]{64}$/);
      const { poison, run } = await shown();
      expect(poison).toEqual({ ...MARKS, 'signed-by-another': 0 });
      expect(run.faults).toContainEqual(expect.objectContaining({ code: 'SIGNER_UNKNOWN', count: 3 }));
    });

    it('and dust are hidden in pictures, unless they are asked for', async () => {
      await serveTron(transfers);
      await crawl(wallet);
      const picture = async (format: 'gexf' | 'graphml', ...options: string[]) => {
        const told = await cliJson<{ hidden: number; nodes: number; edges: number; poison: unknown }>(
          ...([env, 'export', CASE, '--format', format, '--out', folder, ...options] as const),
        );
        return { told, text: await readFile(join(folder, `graph.${format}`), 'utf8') };
      };
      for (const format of ['gexf', 'graphml'] as const) {
        const hidden = await picture(format);
        const whole = await picture(format, '--dust');
        expect(hidden.told).toMatchObject({ hidden: 2, poison: MARKS });
        expect(whole.told).toMatchObject({ hidden: 0, edges: hidden.told.edges + 2 });
        // One of the two was paid, and is a wallet of the case; the other is seen through its dust alone.
        expect(whole.told.nodes).toBe(hidden.told.nodes + 1);
        expect(hidden.text).not.toContain(who('friend'));
        expect(hidden.text).toContain(who('cent'));
        expect(whole.text).toContain(who('friend'));
        expect(hidden.text).toContain('zero-value 1, look-alike 1, signed-by-another 1');
        expect(hidden.text).toContain('edges of less than 0.01 USDT 2');
        for (const { text } of [hidden, whole]) expect(text).not.toContain(who('planted'));
      }
      expect((await cli(env, 'export', CASE, '--format', 'gexf', '--out', folder)).out).toContain(
        '2 edges of less than 0.01 USDT are hidden; --dust shows them.',
      );
      const everything = await exported('--format', 'json');
      expect(everything.nodes.map(({ address }) => address)).toContain(who('friend'));
    });

    it('is found in imported files too, but for who signed', async () => {
      const path = join(folder, 'transfers.csv');
      const lines = transfers.map((each) =>
        [each.transaction, each.timestamp, each.from, each.to, each.value].join(','),
      );
      await writeFile(path, `${['transaction_id,block_timestamp_ms,from,to,value', ...lines].join('\n')}\n`);
      await cli(env, 'case', 'create', CASE);
      await cli(env, 'import', CASE, path);
      expect(await crawl(wallet, '--offline')).toMatchObject({ state: 'finished', requestsFor: { signer: 0 } });
      expect((await shown()).poison).toEqual({ ...MARKS, 'signed-by-another': 0 });
    });
  });

  describe('on Ethereum', () => {
    const { wallet, transfers } = poisonedOn(ETHEREUM);
    // Etherscan is read up to a depth below the newest block.
    const head = (transfers.at(-1)?.block ?? 0) + 200;
    const ledger = () => new Ledger(transfers, { network: ETHEREUM, head });
    const node = async (options: EthereumNodeOptions = {}) => {
      const server = await serveEthereumNode(ledger(), options);
      closing.push(() => server.close());
      return server.url;
    };
    const etherscan = async () => {
      const server = await serveEtherscan(ledger());
      closing.push(() => server.close());
      return `${server.url}/v2/api`;
    };

    it.each<[string, () => Promise<Record<string, string>>]>([
      ['a node', async () => ({ ETHEREUM_RPC_URL: await node(), ETHEREUM_RPC_RATE: '10000' })],
      [
        'both, of which the node has dropped the receipts',
        async () => ({
          ...{ ETHEREUM_RPC_URL: await node({ prunedBefore: head }), ETHEREUM_RPC_RATE: '10000' },
          ...{ ETHERSCAN_API_URL: await etherscan(), ETHERSCAN_API_RATE: '10000' },
        }),
      ],
    ])('is told by receipts of the dust alone, from %s', async (_, serve) => {
      Object.assign(env, await serve());
      const crawled = await crawl(wallet);
      expect(crawled).toMatchObject({ state: 'finished', transfers: transfers.length });
      expect(crawled.requestsFor.signer).toBeGreaterThanOrEqual(3);
      expect((await shown()).poison).toEqual(MARKS);
    });
  });
});
