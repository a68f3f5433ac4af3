/** What a crawl learns of who paid its wallets' fees, what that costs, and what becomes of it where nobody can tell. */
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import type { Address } from '../../src/chains/chain.ts';
import { readConfig } from '../../src/config.ts';
import { ETHEREUM } from '../../src/simulate/ethereum.ts';
import { serveEthereumNode } from '../../src/simulate/ethereum-node.ts';
import { serveEtherscan } from '../../src/simulate/etherscan.ts';
import { Ledger } from '../../src/simulate/ledger.ts';
import { transactionFor } from '../../src/simulate/names.ts';
import type { Network } from '../../src/simulate/network.ts';
import { TRON } from '../../src/simulate/tron.ts';
import type { FaultChoice } from '../../src/simulate/trongrid/faults.ts';
import { type SimulatedTronGrid, serveTronGrid } from '../../src/simulate/trongrid.ts';
import type { SimulatedTransfer } from '../../src/simulate/types.ts';
import { many } from '../../src/store/db.ts';
import { readNativeReceipts } from '../../src/store/native.ts';
import { openStore } from '../../src/store/store.ts';
import { cli, cliJson } from '../fixtures/cli.ts';
import { type FreshDatabase, freshDatabase } from '../servers.ts';

const USDT = 1_000_000n;
const START = Date.UTC(2026, 2, 1);
const MINUTE = 60_000;

interface CrawlJson {
  readonly state: string;
  readonly wallets: Record<string, number>;
  readonly requestsFor: Record<string, number>;
  readonly graphHash: string;
}

/** A victim pays a reported wallet, which pays two layers and, last of all, a little to a stranger; one funder sees to all fees. */
function planted(network: Network) {
  const { chain, coin, addressFor, blockAt, timeOf } = network;
  const place = (name: string, at: number, n: number) => {
    const block = blockAt(START + at * MINUTE);
    return { chain, transaction: transactionFor(name), block, position: n, timestamp: timeOf(block) };
  };
  let count = 0;
  const move = (asset: string, from: string, to: string, at: number, value: bigint): SimulatedTransfer => {
    count += 1;
    const payer = addressFor(from);
    const where = place(`${asset} ${count}`, at, count);
    return { ...where, asset, from: payer, to: addressFor(to), value, signer: payer };
  };
  const usdt = (from: string, to: string, at: number, amount: bigint) => move('USDT', from, to, at, amount * USDT);
  const coins = (from: string, to: string, at: number) => move(coin.symbol, from, to, at, 3n * USDT);
  const transfers = [
    ...[coins('exchange', 'victim', 1), usdt('victim', 'seed', 10, 1_000n)],
    ...[coins('funder', 'seed', 20), usdt('seed', 'first', 30, 600n), usdt('seed', 'second', 40, 399n)],
    ...[coins('funder', 'first', 50), coins('exchange', 'first', 51), coins('funder', 'second', 52)],
    ...[usdt('first', 'end', 60, 600n), usdt('second', 'end', 61, 399n)],
    ...[coins('funder', 'stranger', 62), usdt('seed', 'stranger', 70, 1n)],
  ];
  const delegations =
    chain === 'tron'
      ? [{ ...place('lent', 55, 0), from: addressFor('rental'), to: addressFor('first'), value: 7_000_000_000n }]
      : [];
  const ledger = new Ledger(transfers, { network, delegations, head: (transfers.at(-1)?.block ?? 0) + 300 });
  return { ledger, addressFor };
}

describe.skipIf(inject('postgres') === null)('who paid the fees of a crawl', () => {
  let database: FreshDatabase;
  let env: Record<string, string>;
  const closing: (() => Promise<void>)[] = [];
  const { ledger, addressFor } = planted(TRON);
  const seed = addressFor('seed');

  beforeEach(async () => {
    database = await freshDatabase();
    const rates = { TRON_API_RATE: '10000', ETHEREUM_RPC_RATE: '10000', ETHERSCAN_API_RATE: '10000' };
    env = { DATABASE_URL: database.url, LOG_LEVEL: 'silent', ...rates };
    await cli(env, 'migrate');
  });
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
    await database.drop();
  });

  async function serveTron(faultAt: FaultChoice = () => null, served = ledger): Promise<SimulatedTronGrid> {
    const server = await serveTronGrid(served, { faultAt });
    closing.push(() => server.close());
    env.TRON_API_URL = server.url;
    return server;
  }
  async function report(name: string, wallet: Address, ...more: string[]): Promise<void> {
    await cli(env, 'case', 'create', name);
    await cli(env, 'report', 'add', name, '--wallet', wallet, ...more);
  }
  const crawl = (name: string, ...more: string[]) =>
    cliJson<CrawlJson>(env, 'crawl', name, '--min-share', '1', ...more);
  /** What is stored, by the names of the planted wallets. */
  async function stored(network = planted(TRON)) {
    const names = ['victim', 'seed', 'first', 'second', 'end', 'stranger', 'funder', 'exchange', 'rental'];
    const nameOf = new Map<string, string>(names.map((name) => [network.addressFor(name), name]));
    const store = await openStore(readConfig(env));
    try {
      const wallets = await many<{ id: number }>(store.pool, 'select id from wallets');
      const receipts = await readNativeReceipts(
        store.pool,
        wallets.map(({ id }) => id),
      );
      return receipts
        .map(({ kind, from, to, value }) => `${kind} ${nameOf.get(from)} > ${nameOf.get(to)} ${value}`)
        .sort();
    } finally {
      await store.close();
    }
  }

  const LEARNT = [
    'activation funder > first 3000000',
    'activation funder > second 3000000',
    'activation funder > seed 3000000',
    'coin exchange > first 3000000',
    'energy rental > first 7000000000',
  ];

  it('is learnt of each wallet that enough money reached, by a request for each, and once for all cases', async () => {
    await serveTron();
    await report('one', seed);
    const first = await crawl('one');
    // The reported wallet, both layers and the end, which nobody paid fees for; not the stranger.
    expect(first).toMatchObject({ state: 'finished', wallets: { expanded: 4 }, requestsFor: { native: 4 } });
    expect(await stored()).toEqual(LEARNT);

    const again = await crawl('one');
    expect(again).toMatchObject({ graphHash: first.graphHash, requestsFor: { native: 0 } });
    await report('other', seed);
    expect((await crawl('other')).requestsFor.native).toBe(0);
    expect(await stored()).toEqual(LEARNT);
  });

  it('is asked again of a wallet that had got nothing, once it has paid', async () => {
    const { transfers, network, head } = ledger;
    const block = head.block + 100;
    const place = { chain: 'tron', block, timestamp: network.timeOf(block), signer: addressFor('end') } as const;
    const paid: SimulatedTransfer = {
      ...{ ...place, asset: 'USDT', transaction: transactionFor('later'), position: 1 },
      ...{ from: addressFor('end'), to: addressFor('beyond'), value: 5n * USDT },
    };
    const fee: SimulatedTransfer = {
      ...{ ...paid, asset: 'TRX', transaction: transactionFor('its fee'), position: 0 },
      ...{ from: addressFor('funder'), to: addressFor('end'), signer: addressFor('funder') },
    };
    const coins = ['seed', 'first', 'second'].flatMap((name) => ledger.coinsOf(addressFor(name)));
    const growing = new Ledger([...transfers, ...coins, paid, fee], { head: head.block });
    await serveTron(() => null, growing);
    await report('one', seed);
    expect((await crawl('one')).requestsFor.native).toBe(4);
    growing.moveHead(head.block + 50);
    expect((await crawl('one')).requestsFor.native).toBe(0);
    growing.moveHead(block + 50);
    expect((await crawl('one')).requestsFor.native).toBe(1);
    expect(await stored()).toContain('activation funder > end 5000000');
  });

  it("is not asked of victims' own wallets, nor with --no-native", async () => {
    const server = await serveTron();
    const victim = addressFor('victim');
    await report('own', victim, '--role', 'own');
    expect(await crawl('own')).toMatchObject({ wallets: { expanded: 1 }, requestsFor: { native: 0 } });
    await report('without', seed);
    const without = await crawl('without', '--no-native');
    expect(without).toMatchObject({ wallets: { expanded: 4 }, requestsFor: { native: 0 } });
    expect(server.requests.native).toBe(0);
    const shown = await cliJson<{ run: { policy: { native: boolean } } }>(env, 'case', 'show', 'without');
    expect(shown.run.policy.native).toBe(false);
    expect((await crawl('without')).graphHash).toBe(without.graphHash);
  });

  it('counts for nothing in --max-requests', async () => {
    await serveTron();
    await report('few', seed);
    expect(await crawl('few', '--max-requests', '4')).toMatchObject({
      wallets: { expanded: 4 },
      requestsFor: { history: 4, native: 4 },
    });
  });

  it('comes out the same whatever the provider does wrong', async () => {
    const faults = ['server-error', 'malformed-value', 'other-token'] as const;
    await serveTron(({ endpoint, attempt }) => (endpoint === 'native' ? (faults[attempt - 1] ?? null) : null));
    await report('faulty', seed);
    expect(await crawl('faulty')).toMatchObject({ state: 'finished', requestsFor: { native: 4 } });
    expect(await stored()).toEqual(LEARNT);
  });

  it.each([
    ['a server that does not tell it', 'not-found'],
    ['one that never sends anything of use', 'without-value'],
  ] as const)('is done without, said, and asked again: %s', async (_, kind) => {
    const server = await serveTron(({ endpoint }) => (endpoint === 'native' ? kind : null));
    await report('without', seed);
    const { code, out } = await cli(env, 'crawl', 'without', '--min-share', '1');
    expect(code).toBe(0);
    expect(out).toContain('it could not be told who made accounts, or first sent them coins or lent them energy');
    await server.close();
    await serveTron();
    expect((await crawl('without')).requestsFor.native).toBe(kind === 'not-found' ? 4 : 3);
    expect(await stored()).toEqual(LEARNT);
  });

  describe('on Ethereum', () => {
    const ethereum = planted(ETHEREUM);

    it('is told by Etherscan in two requests a wallet, also beside a node', async () => {
      const etherscan = await serveEtherscan(ethereum.ledger);
      const node = await serveEthereumNode(ethereum.ledger);
      closing.push(
        () => etherscan.close(),
        () => node.close(),
      );
      env.ETHERSCAN_API_URL = `${etherscan.url}/v2/api`;
      env.ETHEREUM_RPC_URL = node.url;
      await report('both', ethereum.addressFor('seed'));
      expect(await crawl('both')).toMatchObject({ state: 'finished', requestsFor: { native: 8 } });
      expect(await stored(ethereum)).toEqual([
        'coin exchange > first 3000000',
        'coin funder > first 3000000',
        'coin funder > second 3000000',
        'coin funder > seed 3000000',
      ]);
    });

    it('is told by no node, which the crawl says', async () => {
      const node = await serveEthereumNode(ethereum.ledger);
      closing.push(() => node.close());
      env.ETHEREUM_RPC_URL = node.url;
      await report('node', ethereum.addressFor('seed'));
      const { code, out } = await cli(env, 'crawl', 'node', '--min-share', '1');
      expect(code).toBe(0);
      expect(out).toMatch(/Remarks\n +4× .*it could not be told who made accounts/);
    });
  });
});
