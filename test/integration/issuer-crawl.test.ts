/** What a crawl knows of money that the issuer destroyed or redeemed: no wallet's history lists it. */
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import type { Address } from '../../src/chains/chain.ts';
import { readConfig } from '../../src/config.ts';
import { ETHEREUM } from '../../src/simulate/ethereum.ts';
import { type EthereumNodeOptions, serveEthereumNode } from '../../src/simulate/ethereum-node.ts';
import { serveEtherscan } from '../../src/simulate/etherscan.ts';
import { Ledger, type LedgerOptions } from '../../src/simulate/ledger.ts';
import { transactionFor } from '../../src/simulate/names.ts';
import type { Network } from '../../src/simulate/network.ts';
import { serveEconomy } from '../../src/simulate/serve.ts';
import { TRON } from '../../src/simulate/tron.ts';
import { type SimulatedTronGrid, serveTronGrid, type TronGridOptions } from '../../src/simulate/trongrid.ts';
import type { SimulatedBurn, SimulatedTransfer } from '../../src/simulate/types.ts';
import { readIssuerEvents, readIssuerKnowledge } from '../../src/store/issuer-events.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import { cli, cliJson } from '../fixtures/cli.ts';
import { type FreshDatabase, freshDatabase } from '../servers.ts';

const START = { tron: TRON.blockAt(Date.UTC(2026, 2, 1)), ethereum: ETHEREUM.blockAt(Date.UTC(2026, 2, 1)) };

interface Traced {
  readonly exits: readonly object[];
  readonly conservation: { readonly difference: string };
}

interface Shown {
  readonly run: { readonly state: string; readonly graphHash: string; readonly faults: { readonly code: string }[] };
  readonly balances: readonly { address: string; burnt: string; balance: string | null; difference: string | null }[];
  readonly issuerEvents: readonly { chain: string; asset: string; known: boolean; reason: string | null }[];
}

describe.skipIf(inject('postgres') === null)('what the issuer destroyed and redeemed', () => {
  let database: FreshDatabase;
  let store: Store;
  let env: Record<string, string>;
  let cases = 0;
  const closing: (() => Promise<void>)[] = [];

  beforeEach(async () => {
    database = await freshDatabase();
    env = { DATABASE_URL: database.url, LOG_LEVEL: 'silent' };
    await cli(env, 'migrate');
    store = await openStore(readConfig(env));
    cases = 0;
  });
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
    await store.close();
    await database.drop();
  });

  async function serveTron(ledger: Ledger, options: TronGridOptions = {}): Promise<SimulatedTronGrid> {
    const server = await serveTronGrid(ledger, options);
    closing.push(() => server.close());
    Object.assign(env, { TRON_API_URL: server.url, TRON_API_RATE: '10000' });
    return server;
  }
  async function serveNode(ledger: Ledger, options: EthereumNodeOptions = {}) {
    const node = await serveEthereumNode(ledger, options);
    closing.push(() => node.close());
    Object.assign(env, { ETHEREUM_RPC_URL: node.url, ETHEREUM_RPC_RATE: '10000' });
    return node;
  }
  async function serveScan(ledger: Ledger) {
    const scan = await serveEtherscan(ledger);
    closing.push(() => scan.close());
    Object.assign(env, { ETHERSCAN_API_URL: `${scan.url}/v2/api`, ETHERSCAN_API_RATE: '10000' });
    return scan;
  }

  /** Crawls a case of its own. */
  async function crawl(seeds: readonly Address[], ...options: string[]): Promise<Shown> {
    cases += 1;
    await cli(env, 'case', 'create', `case ${cases}`);
    for (const seed of seeds) await cli(env, 'report', 'add', `case ${cases}`, '--wallet', seed);
    await cliJson(env, 'crawl', `case ${cases}`, '--max-hops', '0', ...options);
    return show();
  }
  const show = () => cliJson<Shown>(env, 'case', 'show', `case ${cases}`);
  const text = async () => (await cli(env, 'case', 'show', `case ${cases}`)).out;
  const stored = async () =>
    (await store.pool.query<{ count: number }>('select count(*) as count from issuer_events')).rows[0]?.count;

  it('makes a frozen wallet agree with what it holds, and is counted for the run up to its head', async () => {
    const { ledger, ofFrozen, frozen, payer } = world(TRON);
    await serveTron(ledger);
    const shown = await crawl([frozen, payer]);
    expect(shown.run.state).toBe('finished');
    expect(shown.issuerEvents).toEqual([{ chain: 'tron', asset: 'USDT', known: true, reason: null }]);
    const byAddress = new Map(shown.balances.map((each) => [each.address, each]));
    expect(byAddress.get(payer)).toMatchObject({ burnt: '0.000000', difference: '0.000000' });
    expect(byAddress.get(frozen)).toMatchObject({ burnt: '60.000000', balance: '5.000000', difference: '0.000000' });
    const out = await text();
    expect(out.match(/ agrees$/gm)).toHaveLength(2);
    expect(out).toContain('BURNT: destroyed by the issuer at a frozen wallet, or redeemed.');
    const told = ofFrozen.map((burn) => ({ ...burn, position: null, occurrence: 0 }));
    expect(await readIssuerEvents(store.pool, 1)).toEqual(told);
    const traced = await cliJson<Traced>(env, 'trace', `case ${cases}`, '--rule', 'fifo');
    expect(traced.exits).toMatchObject([{ end: 'destroyed', address: frozen, amount: '60.000000' }]);
    expect(traced.conservation.difference).toBe('0.000000');
  });

  it.each(['a node', 'Etherscan', 'both'] as const)('is read on Ethereum through %s', async (way) => {
    const { ledger, frozen, owner } = world(ETHEREUM);
    if (way !== 'Etherscan') await serveNode(ledger, { indexedDeeds: true });
    if (way !== 'a node') await serveScan(ledger);
    const shown = await crawl([frozen, owner]);
    expect(shown.issuerEvents).toEqual([{ chain: 'ethereum', asset: 'USDT', known: true, reason: null }]);
    const byAddress = new Map(shown.balances.map((each) => [each.address, each]));
    expect(byAddress.get(frozen)).toMatchObject({ burnt: '60.000000', difference: '0.000000' });
    expect(byAddress.get(owner)).toMatchObject({ burnt: '7.000000', difference: '0.000000' });
    const events = await readIssuerEvents(store.pool, 1);
    expect(events.map(({ kind, value, position }) => [kind, value, typeof position])).toEqual([
      ['destroyed', 40_000_000n, 'number'],
      ['redeemed', 7_000_000n, 'number'],
      ['destroyed', 20_000_000n, 'number'],
    ]);
  });

  it('is money that went no further: whom the wallet paid later is not read for it', async () => {
    const [victim, reported, frozen, stranger, payee] = ['victim', 'reported', 'frozen', 'stranger', 'payee'].map(
      (name) => TRON.addressFor(name),
    ) as [Address, Address, Address, Address, Address];
    const at = (block: number) => ({ block: START.tron + block, timestamp: TRON.timeOf(START.tron + block) });
    const pay = (block: number, from: Address, to: Address, value: bigint): SimulatedTransfer => ({
      ...{ chain: 'tron', asset: 'USDT', transaction: transactionFor(`taken ${block}`), position: 0, ...at(block) },
      ...{ from, to, value: value * 1_000_000n, signer: from },
    });
    const rows = [
      pay(0, victim, reported, 100n),
      pay(10, reported, frozen, 100n),
      pay(40, stranger, frozen, 80n),
      pay(50, frozen, payee, 80n),
    ];
    const burn: SimulatedBurn = {
      ...{ chain: 'tron', asset: 'USDT', transaction: transactionFor('taken'), position: 0, ...at(30) },
      ...{ kind: 'destroyed', wallet: frozen, value: 100_000_000n },
    };
    await serveTron(new Ledger(rows, { network: TRON, burns: [burn], head: START.tron + 1_000 }));
    await cli(env, 'case', 'create', 'taken');
    await cli(env, 'report', 'add', 'taken', '--wallet', reported);
    const crawled = await cliJson<{ wallets: object; followed: readonly object[] }>(env, 'crawl', 'taken');
    expect(crawled.wallets).toMatchObject({ expanded: 2, stopped: 0 });
    expect(crawled.followed).toHaveLength(4);
    for (const each of crawled.followed) {
      expect(each).toMatchObject({ exited: '100.000000', resting: '0.000000', notFollowed: '0.000000' });
    }
  });

  it('is served with a whole economy, on both chains', async () => {
    const [tron, ethereum] = [world(TRON), world(ETHEREUM)];
    const burns = [...tron.burns, ...ethereum.burns];
    const served = await serveEconomy([...tron.transfers, ...ethereum.transfers], { limits: 'none', burns });
    closing.push(() => served.close());
    const rates = { TRON_API_RATE: '10000', ETHEREUM_RPC_RATE: '10000', ETHERSCAN_API_RATE: '10000' };
    Object.assign(env, served.settings, rates);
    const { balances, issuerEvents } = await crawl([tron.frozen, tron.owner, ethereum.frozen, ethereum.owner]);
    expect(issuerEvents.map(({ chain, known }) => [chain, known])).toEqual([
      ['ethereum', true],
      ['tron', true],
    ]);
    expect(balances.map(({ burnt, difference }) => [burnt, difference]).sort()).toEqual([
      ...[1, 2].map(() => ['60.000000', '0.000000']),
      ...[1, 2].map(() => ['7.000000', '0.000000']),
    ]);
  });

  it('is kept for later cases, and read in small ranges where a node allows no others', async () => {
    const { ledger, frozen, payer } = world(ETHEREUM);
    const aboutIssuer = (calls: readonly object[]) => JSON.stringify(calls).includes('0x61e6e66b');
    const node = await serveNode(ledger, {
      faultAt: ({ calls }) => {
        const [range] = (calls[0]?.params ?? []) as { fromBlock: string; toBlock: string }[];
        if (!aboutIssuer(calls) || range === undefined) return null;
        return Number(range.toBlock) - Number(range.fromBlock) >= 40 ? 'timeout-in-200' : null;
      },
    });
    const topics = () => node.log.filter(({ calls }) => aboutIssuer(calls)).length;
    expect((await crawl([frozen])).issuerEvents[0]?.known).toBe(true);
    expect(topics()).toBeGreaterThan(20);
    const asked = topics();
    expect((await crawl([frozen])).issuerEvents[0]?.known).toBe(true);
    expect(topics()).toBe(asked);
    // This one begins twenty blocks earlier: those are read, and the last 64 once more, as at any end of what is stored.
    const { balances, issuerEvents } = await crawl([payer, frozen]);
    expect(topics()).toBe(asked + 4);
    expect(issuerEvents[0]?.known).toBe(true);
    expect(balances.every(({ difference }) => difference === '0.000000')).toBe(true);
  });

  it('is read further down where a case begins earlier, and no event is then counted twice', async () => {
    const { ledger, frozen, early } = world(TRON);
    const server = await serveTron(ledger);
    await crawl([frozen]);
    expect(await stored()).toBe(4);
    const asked = server.requests.events;
    await crawl([frozen]);
    expect(server.requests.events).toBe(asked);
    const shown = await crawl([early, frozen]);
    const byAddress = new Map(shown.balances.map((each) => [each.address, each]));
    expect(byAddress.get(early)).toMatchObject({ burnt: '1.000000', difference: '0.000000' });
    expect(byAddress.get(frozen)).toMatchObject({ burnt: '60.000000', difference: '0.000000' });
    // One was before the first case's transfers.
    expect(await stored()).toBe(5);
  });

  it('that comes later is read up to the next head', async () => {
    const { transfers, burns, frozen } = world(TRON);
    const ledger = new Ledger(transfers, { burns, head: START.tron + 150 });
    await serveTron(ledger);
    expect((await crawl([frozen])).balances).toEqual([
      expect.objectContaining({ burnt: '40.000000', difference: '0.000000' }),
    ]);
    ledger.moveHead(START.tron + 1_000);
    await cliJson(env, 'crawl', `case ${cases}`, '--max-hops', '0');
    expect((await show()).balances).toEqual([expect.objectContaining({ burnt: '60.000000', difference: '0.000000' })]);
    // What another case has stored above a run's head is not the run's.
    expect((await readIssuerEvents(store.pool, 1)).map(({ value }) => value)).toEqual([40_000_000n]);
  });

  it('costs nothing where no wallet has a transfer', async () => {
    const server = await serveTron(world(TRON).ledger);
    expect((await crawl([TRON.addressFor('nobody at all')])).issuerEvents[0]?.known).toBe(true);
    expect(server.requests.events).toBe(0);
  });

  it.each([
    ['has no such list', 'not-found', 'PROVIDER_NOT_FOUND'],
    ['fails each time', 'server-error', 'PROVIDER_DOWN'],
    ['asks for pause after pause', 'suspended', 'PROVIDER_BUSY'],
  ] as const)(
    'is said to be unknown, and the crawl ends, where the provider %s',
    async (_, kind, code) => {
      const { ledger, frozen } = world(TRON);
      await serveTron(ledger, { faultAt: ({ endpoint }) => (endpoint === 'events' ? { kind, seconds: 1 } : null) });
      const shown = await crawl([frozen], '--patience', '3');
      expect(shown.run).toMatchObject({ state: 'finished', faults: [expect.objectContaining({ code })] });
      expect(shown.issuerEvents).toEqual([
        { chain: 'tron', asset: 'USDT', known: false, reason: expect.stringMatching(/127\.0\.0\.1/) },
      ]);
      expect(shown.balances).toEqual([expect.objectContaining({ burnt: '0.000000', difference: '-60.000000' })]);
      expect(await text()).toMatch(
        /What the issuer of USDT destroyed and redeemed on tron is not known: .+\nCrawl again/,
      );

      await serveTron(ledger);
      await cliJson(env, 'crawl', `case ${cases}`, '--max-hops', '0');
      expect(await readIssuerKnowledge(store.pool, 2)).toEqual([
        { chain: 'tron', asset: 'USDT', known: true, reason: null },
      ]);
      expect((await show()).balances).toEqual([
        expect.objectContaining({ burnt: '60.000000', difference: '0.000000' }),
      ]);
    },
    60_000,
  );
});

/** Wallets of which two were frozen and their funds destroyed, one of them twice, and an owner who redeemed some of its own. */
function world(network: Network) {
  const start = START[network.chain];
  const [treasury, payer, frozen, early, owner] = ['treasury', 'payer', 'frozen', 'early', 'owner'].map((name) =>
    network.addressFor(name),
  ) as [Address, Address, Address, Address, Address];
  const place = (name: string, block: number) => ({
    ...{ chain: network.chain, asset: 'USDT', transaction: transactionFor(name), position: 0 },
    ...{ block: start + block, timestamp: network.timeOf(start + block) },
  });
  const pay = (block: number, from: Address, to: Address, value: bigint): SimulatedTransfer => {
    return { ...place(`${block}`, block), from, to, value: value * 1_000_000n, signer: from };
  };
  const burn = (block: number, kind: SimulatedBurn['kind'], wallet: Address, value: bigint): SimulatedBurn => {
    return { ...place(`burn ${block}`, block), kind, wallet, value: value * 1_000_000n };
  };
  const transfers = [
    pay(0, treasury, early, 1n),
    pay(80, treasury, payer, 100n),
    pay(90, treasury, owner, 9n),
    pay(100, payer, frozen, 40n),
    pay(200, payer, frozen, 20n),
    pay(400, payer, frozen, 5n),
  ];
  const burns = [
    burn(50, 'destroyed', early, 1n),
    burn(120, 'destroyed', frozen, 40n),
    burn(130, 'redeemed', owner, 7n),
    burn(300, 'destroyed', frozen, 20n),
    burn(350, 'destroyed', network.addressFor('a stranger'), 3n),
  ];
  const options: LedgerOptions = { network, burns, head: start + 1_000 };
  const ofFrozen = burns.filter(({ wallet }) => wallet === frozen);
  return { ledger: new Ledger(transfers, options), transfers, burns, ofFrozen, frozen, payer, early, owner };
}
