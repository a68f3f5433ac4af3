/** What becomes of a crawl when a real node changes its chain: above the head nothing is read, below it nothing may change. */
import { Interface } from 'ethers/abi';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { Address } from '../../src/chains/chain.ts';
import { createEthereumNode } from '../../src/chains/ethereum/node.ts';
import { systemClock } from '../../src/clock.ts';
import { readConfig } from '../../src/config.ts';
import { createLog } from '../../src/log.ts';
import { createCase, findCase } from '../../src/store/cases.ts';
import { readGone } from '../../src/store/integrity.ts';
import type { Run } from '../../src/store/runs.ts';
import { type Engine, openEngine } from '../../workers/run.ts';
import { crawlCase } from '../../workers/waves.ts';
import { type Anvil, FINALITY_BLOCKS, startAnvil } from '../fixtures/anvil.ts';
import { cli } from '../fixtures/cli.ts';
import { runTether, type TetherWorld } from '../fixtures/tether.ts';
import { type FreshDatabase, freshDatabase } from '../servers.ts';
import { hasSharedData } from '../shared-data.ts';

const NAME = 'reorganised';
const TRANSFER = new Interface(['function transfer(address to, uint256 value)']);

describe.skipIf(!inject('anvil') || !hasSharedData || inject('postgres') === null)('a chain that changes', () => {
  let anvil: Anvil;
  let world: TetherWorld;
  let database: FreshDatabase;
  let engine: Engine;
  beforeAll(async () => {
    anvil = await startAnvil();
    world = await runTether(anvil);
    database = await freshDatabase();
    const env = { DATABASE_URL: database.url, ETHEREUM_RPC_URL: anvil.url, ETHEREUM_RPC_RATE: '10000' };
    await cli({ ...env, LOG_LEVEL: 'silent' }, 'migrate');
    engine = await openEngine(readConfig({ ...env, LOG_LEVEL: 'silent' }), systemClock, createLog('silent'));
    await createCase(engine.store.pool, NAME, new Date());
    const [payer] = world.wallets;
    await cli({ ...env, LOG_LEVEL: 'silent' }, 'report', 'add', NAME, '--wallet', `${payer}`);
  });
  afterAll(async () => {
    await engine?.close();
    await database?.drop();
    await anvil?.stop();
  });

  /** Of the token that the node has in place of the real one. */
  async function crawl(): Promise<Run> {
    const configured = engine.providers.get('ethereum');
    if (configured === undefined) throw new Error('no node is configured');
    const { contract, since, sinceBlock } = world.asset;
    const asset = { ...configured.asset, contract, since, sinceBlock };
    const source = createEthereumNode({ url: anvil.url, assets: [world.asset] });
    const providers = new Map([['ethereum', { ...configured, source, asset }] as const]);
    const fatal: Error[] = [];
    const worker = engine.startCrawl(providers, (error) => fatal.push(error));
    try {
      return await crawlCase(
        { pool: engine.store.pool, providers, clock: systemClock },
        {
          case: await findCase(engine.store.pool, NAME),
          policy: {
            maxHops: 0,
            maxWallets: null,
            maxTransfers: null,
            maxRequests: null,
            minShare: '0',
            stops: null,
            native: true,
          },
          stops: [],
          ...{ offline: false, patienceMs: 60_000, signal: new AbortController().signal, onProgress: () => {} },
        },
      );
    } finally {
      await worker.close();
      expect(fatal).toEqual([]);
    }
  }

  async function pay(from: Address, to: Address, value: bigint): Promise<string> {
    const data = TRANSFER.encodeFunctionData('transfer', [to, value]);
    const call = { from, to: world.asset.contract, data, gas: '0x100000' };
    const hash = await anvil.rpc<string>('eth_sendTransaction', [call]);
    await anvil.mine(1);
    return hash.slice(2);
  }

  async function stored(transaction: string): Promise<number> {
    const query = `select count(*) as count from transfers where transaction = decode($1, 'hex')`;
    return (await engine.store.pool.query<{ count: number }>(query, [transaction])).rows[0]?.count ?? -1;
  }

  test('above the final head never shows, and below it ends the crawl by name', async () => {
    const [payer, payee] = world.wallets as [Address, Address];
    const undone = await pay(payer, payee, 7n);
    expect((await crawl()).state).toBe('finished');
    await anvil.rpc('anvil_reorg', [10, []]);
    await anvil.mine(FINALITY_BLOCKS);
    expect((await crawl()).state).toBe('finished');
    expect(await stored(undone)).toBe(0);

    const final = await pay(payer, payee, 11n);
    await anvil.mine(FINALITY_BLOCKS);
    const whole = await crawl();
    expect([whole.state, await stored(final)]).toEqual(['finished', 1]);
    await anvil.rpc('anvil_reorg', [FINALITY_BLOCKS + 5, []]);
    await anvil.mine(FINALITY_BLOCKS);
    const { state, stopCode, stopReason } = await crawl();
    expect([state, stopCode]).toEqual(['stopped', 'INTEGRITY']);
    expect(stopReason).toContain(`0.000011 USDT from ${payer} to ${payee} in transaction ${final}`);
    const [gone, ...others] = await readGone(engine.store.pool, (await crawl()).id);
    expect([gone, others]).toEqual([expect.objectContaining({ transaction: final, value: 11n }), []]);
    expect(await stored(final)).toBe(1);
  }, 120_000);
});
