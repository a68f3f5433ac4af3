/** Where a crawl ends at a wallet for its behaviour, and where it does not. */
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
import { openStore } from '../../src/store/store.ts';
import { cli, cliJson } from '../fixtures/cli.ts';
import { type FreshDatabase, freshDatabase } from '../servers.ts';

const KIND = 'possible service by its behaviour';
const HOUR = 3_600_000;
const USDT = 1_000_000n;
const START = Date.UTC(2026, 2, 1);

interface CrawlJson {
  readonly state: string;
  readonly wallets: Record<string, number>;
  readonly requestsFor: Record<string, number>;
  readonly graphHash: string;
}

interface Ended {
  readonly address: string;
  readonly state: string;
  readonly kind: string | null;
  readonly reason: string | null;
}

/**
 * A reported wallet that pays two exchanges, each of which takes in from and pays out to hundreds within half a day, and a
 * private wallet that moves as much between three friends.
 */
function planted(network: Network) {
  const [seed, one, other, busy] = ['seed', 'one exchange', 'other exchange', 'busy'].map(network.addressFor) as [
    Address,
    Address,
    Address,
    Address,
  ];
  const moves: (readonly [from: Address, to: Address, at: number])[] = [];
  for (const wallet of [one, other, busy]) {
    moves.push([network.addressFor('payer'), seed, 0], [seed, wallet, HOUR]);
    for (let n = 0; n < 540; n += 1) {
      const friend = network.addressFor(wallet === busy ? `friend ${n % 3}` : `customer ${n % 400} of ${wallet}`);
      moves.push(n % 2 === 0 ? [friend, wallet, HOUR + n * 80_000] : [wallet, friend, HOUR + n * 80_000]);
    }
  }
  const transfers = moves
    .map(([from, to, at], n): SimulatedTransfer => {
      const block = network.blockAt(START + at);
      const place = { chain: network.chain, asset: 'USDT', transaction: transactionFor(`${n}`), block, position: n };
      return { ...place, timestamp: network.timeOf(block), from, to, value: BigInt(5 + (n % 7)) * USDT, signer: from };
    })
    .sort((a, b) => a.block - b.block || a.position - b.position);
  // Above the newest transfer by more than any provider takes for final.
  const ledger = new Ledger(transfers, { network, head: (transfers.at(-1)?.block ?? 0) + 300 });
  return { seed, one, other, busy, ledger };
}

describe.skipIf(inject('postgres') === null)('a wallet that behaves as a service does', () => {
  let database: FreshDatabase;
  let env: Record<string, string>;
  const closing: (() => Promise<void>)[] = [];

  beforeEach(async () => {
    database = await freshDatabase();
    env = { DATABASE_URL: database.url, LOG_LEVEL: 'silent', TRON_API_RATE: '10000' };
    await cli(env, 'migrate');
  });
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
    await database.drop();
  });

  async function serveTron(ledger: Ledger, faultAt?: FaultChoice): Promise<SimulatedTronGrid> {
    const server = await serveTronGrid(ledger, faultAt === undefined ? {} : { faultAt });
    closing.push(() => server.close());
    env.TRON_API_URL = server.url;
    return server;
  }

  async function crawl(name: string, ...wallets: readonly Address[]): Promise<CrawlJson> {
    if (wallets.length > 0) await cli(env, 'case', 'create', name);
    for (const wallet of wallets) await cli(env, 'report', 'add', name, '--wallet', wallet);
    return cliJson<CrawlJson>(env, 'crawl', name, '--max-hops', '1');
  }

  /** How the wallets of the newest run ended that were asked for. */
  async function ended(...addresses: readonly Address[]): Promise<Ended[]> {
    const store = await openStore(readConfig(env));
    try {
      const rows = await many<Ended>(
        store.pool,
        `select w.address, cw.state, cw.stop_kind as kind, cw.reason from case_wallets cw
         join wallets w on w.id = cw.wallet_id where cw.run_id = (select max(id) from runs)`,
        [],
      );
      return addresses.flatMap((address) => rows.filter((row) => row.address === address));
    } finally {
      await store.close();
    }
  }

  const asked = ({ log }: SimulatedTronGrid, wallet: Address) => {
    const orders = log.filter(({ path }) => path.includes(wallet)).map(({ params }) => params.order_by?.split(',')[1]);
    return {
      pages: orders.filter((order) => order === 'asc').length,
      looks: orders.filter((o) => o === 'desc').length,
    };
  };

  it('is stopped at after one page and a look at its newest transfers; a busy private one goes on', async () => {
    const { seed, one, other, busy, ledger } = planted(TRON);
    const server = await serveTron(ledger);
    const { wallets, requestsFor } = await crawl('a', seed);
    expect(wallets).toMatchObject({ expanded: 2, failed: 0 });
    const [first, second, third] = await ended(one, other, busy);
    for (const stopped of [first, second]) {
      expect(stopped).toMatchObject({ state: 'stopped', kind: 'behaviour' });
      expect(stopped?.reason).toMatch(
        /^possible service by its behaviour: 199 counterparties in its newest 199 transfers, 1,0\d\d a day$/,
      );
    }
    expect(third).toMatchObject({ state: 'expanded', kind: null, reason: null });
    for (const wallet of [one, other]) expect(asked(server, wallet)).toEqual({ pages: 1, looks: 1 });
    expect(asked(server, busy)).toMatchObject({ looks: 1 });
    expect(asked(server, seed)).toMatchObject({ looks: 0 });
    expect(requestsFor.probe).toBe(3);
    // All such wallets are one kind of stop.
    const { out } = await cli(env, 'case', 'show', 'a');
    expect(out).toMatch(new RegExp(`${KIND} +2 `));
  });

  it('is followed where it is reported, and not even looked at', async () => {
    const { one, ledger } = planted(TRON);
    const server = await serveTron(ledger);
    await crawl('reported', one);
    expect(await ended(one)).toMatchObject([{ state: 'expanded' }]);
    expect(asked(server, one)).toMatchObject({ looks: 0 });
  });

  it('is stopped at though another case has read it to its end', async () => {
    const { seed, one, other, busy, ledger } = planted(TRON);
    const server = await serveTron(ledger);
    const { graphHash } = await crawl('first', seed);
    await crawl('reported', one, busy);
    const before = asked(server, one);
    expect(await crawl('later', seed)).toMatchObject({ graphHash, requestsFor: { history: 0, probe: 3 } });
    expect((await ended(one, other, busy)).map(({ state }) => state)).toEqual(['stopped', 'stopped', 'expanded']);
    expect(asked(server, one)).toEqual({ ...before, looks: before.looks + 1 });
  });

  it('is looked at once in a run, however often that is interrupted', async () => {
    const { seed, one, other, busy, ledger } = planted(TRON);
    let refuses = true;
    const server = await serveTron(ledger, ({ path, params }) =>
      refuses &&
      path.includes(busy) &&
      params.order_by === 'block_timestamp,asc' &&
      Number(params.min_timestamp) > START
        ? 'unauthorised'
        : null,
    );
    await expect(crawl('a', seed)).rejects.toThrow('PROVIDER_KEY_REFUSED');
    refuses = false;
    expect(await crawl('a')).toMatchObject({ state: 'finished', wallets: { expanded: 2 } });
    expect((await ended(one, other, busy)).map(({ state }) => state)).toEqual(['stopped', 'stopped', 'expanded']);
    for (const wallet of [one, other, busy]) expect(asked(server, wallet).looks).toBe(1);
  });

  it('fails where its newest transfers cannot be had, and is judged once they can', async () => {
    const { seed, one, ledger } = planted(TRON);
    let broken = true;
    await serveTron(ledger, ({ path, params }) =>
      broken && path.includes(one) && params.order_by === 'block_timestamp,desc' ? 'server-error' : null,
    );
    await cli(env, 'case', 'create', 'a');
    await cli(env, 'report', 'add', 'a', '--wallet', seed);
    const first = await cli(env, 'crawl', 'a', '--max-hops', '1', '--json');
    expect(first.code).toBe(1);
    expect(JSON.parse(first.out)).toMatchObject({ stop: { code: 'WALLETS_FAILED' }, wallets: { failed: 1 } });
    broken = false;
    expect(await cliJson(env, 'crawl', 'a', '--max-hops', '1')).toMatchObject({
      state: 'finished',
      wallets: { expanded: 2, failed: 0 },
    });
  });

  it('is the same through every way of reading Ethereum', async () => {
    const { seed, one, other, busy, ledger } = planted(ETHEREUM);
    await serveTron(planted(TRON).ledger);
    const node = await serveEthereumNode(ledger);
    const scan = await serveEtherscan(ledger);
    closing.push(
      () => node.close(),
      () => scan.close(),
    );
    const viaNode = { ETHEREUM_RPC_URL: node.url, ETHEREUM_RPC_RATE: '10000' };
    const viaScan = {
      ETHERSCAN_API_URL: `${scan.url}/v2/api`,
      ETHERSCAN_API_KEY: 'hunter2hunter2hunter2',
      ETHERSCAN_API_RATE: '10000',
    };
    const own = env;
    const found = [];
    for (const [name, way] of Object.entries({ node: viaNode, scan: viaScan, both: { ...viaNode, ...viaScan } })) {
      env = { ...own, ...way };
      const { graphHash, state } = await crawl(name, seed);
      found.push({ graphHash, state, wallets: await ended(one, other, busy) });
    }
    expect(found[0]).toMatchObject({ state: 'finished' });
    expect(found[0]?.wallets.map(({ kind }) => kind)).toEqual(['behaviour', 'behaviour', null]);
    expect(found[1]).toEqual(found[0]);
    expect(found[2]).toEqual(found[0]);
  });
});
