/** A case on both chains, crawled through each way of reading Ethereum, beside a reference that is obviously right. */
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import type { Address } from '../../src/chains/chain.ts';
import { formatAmount } from '../../src/money.ts';
import { ETHEREUM } from '../../src/simulate/ethereum.ts';
import {
  type EthereumNodeOptions,
  type SimulatedEthereumNode,
  serveEthereumNode,
} from '../../src/simulate/ethereum-node.ts';
import { type EtherscanOptions, serveEtherscan } from '../../src/simulate/etherscan.ts';
import { Ledger } from '../../src/simulate/ledger.ts';
import { transactionFor } from '../../src/simulate/names.ts';
import { TRON } from '../../src/simulate/tron.ts';
import { serveTronGrid } from '../../src/simulate/trongrid.ts';
import type { SimulatedTransfer } from '../../src/simulate/types.ts';
import { cli, cliJson } from '../fixtures/cli.ts';
import { ethereumTransfers, FIRST_BLOCK, WALLETS } from '../fixtures/ethereum-ledger.ts';
import { referenceCrawl } from '../fixtures/reference-crawl.ts';
import { type FreshDatabase, freshDatabase } from '../servers.ts';

const CASE = 'both';
const KEY = 'hunter2hunter2hunter2';

interface Crawled {
  readonly state: string;
  readonly graphHash: string;
  readonly transfers: number;
  readonly requests: number;
  readonly wallets: Record<string, number>;
  readonly chains: { chain: string; head: { block: number } }[];
}

/** Money to begin with: balances are never below nothing. */
const funds = WALLETS.map((wallet, position): SimulatedTransfer => {
  const treasury = ETHEREUM.addressFor('treasury');
  const place = {
    chain: 'ethereum',
    asset: 'USDT',
    transaction: transactionFor(`fund ${position}`),
    position,
  } as const;
  const when = { block: FIRST_BLOCK - 1, timestamp: ETHEREUM.timeOf(FIRST_BLOCK - 1) };
  return { ...place, ...when, from: treasury, to: wallet, value: 10n ** 12n, signer: treasury };
});
const onEthereum = [...funds, ...ethereumTransfers('crawl')];
const [first, second] = WALLETS as [Address, Address];
const payer = TRON.addressFor('payer');
const onTron = (
  [
    [TRON.addressFor('treasury'), payer, 14n],
    [payer, TRON.addressFor('payee'), 7n],
    [payer, TRON.addressFor('another'), 7n],
  ] as const
).map(([from, to, value], position): SimulatedTransfer => {
  const block = TRON.blockAt(Date.UTC(2026, 2, 1));
  const place = {
    chain: 'tron',
    asset: 'USDT',
    transaction: transactionFor(`tron ${position}`),
    signer: from,
  } as const;
  return { ...place, block, position, timestamp: TRON.timeOf(block), from, to, value };
});
const all = [...onEthereum, ...onTron];

describe.skipIf(inject('postgres') === null)('a case on both chains', () => {
  let database: FreshDatabase;
  let env: Record<string, string>;
  const closing: (() => Promise<void>)[] = [];

  beforeEach(async () => {
    database = await freshDatabase();
    const tron = await serveTronGrid(new Ledger(onTron));
    closing.push(() => tron.close());
    env = { DATABASE_URL: database.url, LOG_LEVEL: 'silent', TRON_API_URL: tron.url, TRON_API_RATE: '10000' };
    await cli(env, 'migrate');
    await cli(env, 'case', 'create', CASE);
    for (const wallet of [first, second, payer]) await cli(env, 'report', 'add', CASE, '--wallet', wallet);
  });
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
    await database.drop();
  });

  async function serveNode(options: EthereumNodeOptions = {}): Promise<SimulatedEthereumNode> {
    const node = await serveEthereumNode(new Ledger(onEthereum, { network: ETHEREUM }), options);
    closing.push(() => node.close());
    Object.assign(env, { ETHEREUM_RPC_URL: `${node.url}/v3/${KEY}`, ETHEREUM_RPC_RATE: '10000' });
    return node;
  }
  async function serveScan(options: EtherscanOptions = {}): Promise<void> {
    // Etherscan's own depth below the newest block is larger than the real chain's finality.
    const ledger = new Ledger(onEthereum, { network: ETHEREUM, head: (onEthereum.at(-1)?.block ?? 0) + 5_000 });
    const scan = await serveEtherscan(ledger, options);
    closing.push(() => scan.close());
    Object.assign(env, {
      ETHERSCAN_API_URL: `${scan.url}/v2/api`,
      ETHERSCAN_API_KEY: KEY,
      ETHERSCAN_API_RATE: '10000',
    });
  }
  const crawl = (...options: string[]) => cliJson<Crawled>(env, 'crawl', CASE, '--min-share', '0', ...options);

  interface Seen {
    readonly chain: string;
    readonly address: string;
    readonly from: string | null;
    readonly to: string | null;
    readonly proof: string;
    readonly difference: string | null;
  }
  const coverage = async (...options: string[]) =>
    (await cliJson<{ wallets: Seen[] }>(env, 'coverage', CASE, ...options)).wallets;

  function expected(hops: number) {
    const seeds = [first, second, payer].map(String);
    const found = referenceCrawl(all, { seeds, hops, until: Number.POSITIVE_INFINITY });
    return {
      state: 'finished',
      graphHash: found.graphHash,
      transfers: found.transfers,
      wallets: expect.objectContaining({ expanded: found.expanded.size, failed: 0, pending: 0 }),
    };
  }

  it.each(['a node', 'Etherscan', 'both'] as const)('comes to the same through %s', async (way) => {
    if (way !== 'Etherscan') await serveNode();
    if (way !== 'a node') await serveScan();
    for (const hops of [0, 1]) expect(await crawl('--max-hops', `${hops}`)).toMatchObject(expected(hops));
    const { out } = await cli(env, 'case', 'show', CASE);
    expect(out).toMatch(/Up to\s+ethereum block [\d,]+ of .*\n\s+Up to\s+tron block/);
    expect(out.match(/ agrees$/gm)).toHaveLength(3);
    const { run } = await cliJson<{ run: { heads: { chain: string; timestamp: number }[] } }>(
      env,
      'case',
      'show',
      CASE,
    );
    const head = run.heads.find(({ chain }) => chain === 'ethereum')?.timestamp ?? 0;
    const seen = (await coverage('--state', 'expanded')).filter(({ chain }) => chain === 'ethereum');
    expect(new Set(seen.map(({ from, to }) => `${from} ${to}`))).toEqual(
      new Set([`2017-11-28T00:00:00.000Z ${new Date(head).toISOString()}`]),
    );
    expect(out).not.toContain(KEY);
    // What is stored already is not read again, but for the little that an index may have shown late.
    expect((await crawl('--max-hops', '1')).requests).toBeLessThan(100);
  });

  describe('of which Etherscan hides some for good', () => {
    const some = onEthereum.filter(
      ({ from, to, value }, n) => n % 17 === 0 && value > 0n && to === first && from !== to,
    );
    const hashes = new Set(some.map(({ transaction }) => transaction));
    const hidden = ({ transaction }: SimulatedTransfer) => hashes.has(transaction);
    const missing = (wallet: Address) =>
      onEthereum.filter(hidden).reduce((sum, { from, to, value }) => {
        return sum + (to === wallet ? value : 0n) - (from === wallet ? value : 0n);
      }, 0n);

    it('says of each wallet exactly what is missing', async () => {
      await serveScan({ hidden });
      expect(await crawl('--max-hops', '0')).toMatchObject({ state: 'finished' });
      const { balances } = await cliJson<{ balances: { address: string; difference: string }[] }>(
        env,
        'case',
        'show',
        CASE,
      );
      const differences = new Map(balances.map(({ address, difference }) => [address, difference]));
      expect(missing(first)).not.toBe(0n);
      for (const wallet of [first, second]) expect(differences.get(wallet)).toBe(formatAmount(missing(wallet), 6));
    });

    it('finds the blocks by what a node says that was held there, and reads them from it', async () => {
      const node = await serveNode();
      await serveScan({ hidden });
      expect(await crawl('--max-hops', '0')).toMatchObject({ ...expected(0), proofs: { proven: 3, unproven: 0 } });
      // Blocks, and not the chain: at most a search by halving and two questions for each gap, by Etherscan and by the node.
      expect(node.requests.eth_getLogs).toBeLessThan(10 * (hashes.size + 2));
    });
  });

  it('asks a node for many wallets at once', async () => {
    const node = await serveNode();
    const { wallets } = await crawl('--max-hops', '2');
    expect(wallets.expanded).toBeGreaterThan(40);
    expect(node.requests.eth_getLogs).toBeLessThan(100);
    // Three waves, and each one's wallets in one call; once for freezes; and twice for whom the contract belongs to.
    expect(node.requests.eth_call).toBe(3 + 1 + 2);
  });

  it('comes to the same whatever the node gets wrong for a while', async () => {
    await serveNode({
      dialect: 'infura',
      limits: { results: 400, topics: 60, blocks: Number.POSITIVE_INFINITY },
      // Every third question is answered wrongly when it is first asked.
      faultAt: ({ calls, attempt, number }) => {
        if (attempt > 1 || number % 3 > 0 || calls[0]?.method !== 'eth_getLogs') return null;
        return (
          (['server-error', 'truncated', 'html-page', 'repeated-logs', 'removed-log', 'other-wallet'] as const)[
            (number / 3) % 6
          ] ?? null
        );
      },
    });
    expect(await crawl('--max-hops', '1')).toMatchObject(expected(1));
    const { run } = await cliJson<{ run: { faults: { code: string }[] } }>(env, 'case', 'show', CASE);
    expect(run.faults.map(({ code }) => code)).toEqual(expect.arrayContaining(['QUESTION_NARROWED', 'REPLY_INVALID']));
  });

  it('keeps what was read when the key stops working half-way, and goes on with another', async () => {
    await serveNode({ keys: [KEY], keyLasts: 12, dialect: 'infura', limits: { blocks: 300 } });
    const stopped = await cli(env, 'crawl', CASE, '--min-share', '0', '--max-hops', '1');
    expect(stopped.code).toBe(1);
    expect(stopped.out).toContain('refuses access');
    expect(stopped.out + stopped.err).not.toContain(KEY);
    await serveNode();
    expect(await crawl('--max-hops', '1')).toMatchObject(expected(1));
  });

  it('is not taken up again at a node that would leave transfers out', async () => {
    await serveNode({ keys: [KEY], keyLasts: 12, dialect: 'infura', limits: { blocks: 300 } });
    expect((await cli(env, 'crawl', CASE, '--max-hops', '0')).code).toBe(1);
    await serveNode({ prunedBefore: 20_002_000, pruned: 'silent' });
    const { code, err } = await cli(env, 'crawl', CASE, '--max-hops', '0');
    expect([code, err]).toEqual([1, expect.stringContaining('does not have the whole history')]);
    await serveNode();
    expect(await crawl('--max-hops', '0')).toMatchObject(expected(0));
  });

  it('loses one wallet, and not all that are read together, where a node stumbles over one', async () => {
    const word = first.slice(2).toLowerCase();
    await serveNode({
      faultAt: ({ calls }) => (JSON.stringify(calls[0]?.params).includes(word) ? 'error-in-200' : null),
    });
    const { code } = await cli(env, 'crawl', CASE, '--max-hops', '0');
    const { failed, run } = await cliJson<{
      failed: { address: string }[];
      run: { wallets: { expanded: number } };
    }>(env, 'case', 'show', CASE);
    expect([code, failed.map(({ address }) => address), run.wallets.expanded]).toEqual([1, [first], 2]);
    // Nothing of it was read, and of the blocks that were read nobody has told the times.
    expect((await coverage('--state', 'failed')).map(({ address, to, proof }) => [address, to, proof])).toEqual([
      [first, null, 'not-tried'],
    ]);
  });

  it.each(['a node', 'Etherscan'] as const)('asks %s no faster than it may', async (way) => {
    const asked: number[] = [];
    const faultAt = () => {
      asked.push(performance.now());
      return null;
    };
    if (way === 'a node') await serveNode({ faultAt, blockTimestamps: false });
    else await serveScan({ faultAt });
    const rate = 20;
    await cli(
      { ...env, ETHEREUM_RPC_RATE: `${rate}`, ETHERSCAN_API_RATE: `${rate}` },
      'crawl',
      CASE,
      '--max-hops',
      '0',
    );
    expect(asked.length).toBeGreaterThan(rate);
    // No second has more than its share, whatever a job sends; a request may be under way for a moment.
    const most = Math.max(...asked.map((from) => asked.filter((at) => at >= from && at < from + 1_000).length));
    expect(most).toBeLessThanOrEqual(rate + 3);
  });

  it('takes a long job for no silence', async () => {
    let failed = 0;
    await serveNode({
      blockTimestamps: false,
      faultAt: ({ calls }) => (calls[0]?.method === 'eth_getLogs' && failed++ === 0 ? 'error-in-200' : null),
    });
    const slowly = { ...env, ETHEREUM_RPC_RATE: '25' };
    const found = await cliJson<Crawled>(slowly, 'crawl', CASE, '--max-hops', '0', '--patience', '2');
    expect(found).toMatchObject(expected(0));
  });

  it('finishes where neither can tell what a wallet held, and says so', async () => {
    await serveNode({ stateBlocks: 1 });
    await serveScan({ faultAt: ({ endpoint }) => (endpoint === 'tokenbalance' ? 'busy-in-200' : null) });
    expect(await crawl('--max-hops', '0')).toMatchObject(expected(0));
    const { run, balances } = await cliJson<{
      run: { faults: { code: string; count: number }[] };
      balances: { balance: string | null }[];
    }>(env, 'case', 'show', CASE);
    expect(run.faults).toEqual([
      // Both wallets, asked about once more.
      expect.objectContaining({ code: 'BALANCE_UNKNOWN', count: 4 }),
      expect.objectContaining({ code: 'PROVIDER_BUSY', count: 2 }),
    ]);
    const unknown = (await coverage('--unproven')).map(({ address, difference }) => [address, difference]);
    expect(unknown.sort()).toEqual([first, second].sort().map((address) => [address, null]));
    expect((await cli(env, 'coverage', CASE)).out).toContain('nobody could tell what 2 wallets held\n');
    expect(balances.filter(({ balance }) => balance === null)).toHaveLength(2);
  });

  it('says what to get where Ethereum cannot be read yet', async () => {
    const { code, err } = await cli(env, 'crawl', CASE);
    expect([code, err]).toMatchInlineSnapshot(`
      [
        1,
        "Error: The case "both" has reports on ethereum, which cannot be read yet.
      Ethereum is read through Etherscan (a free key from etherscan.io in ETHERSCAN_API_KEY), through a node (its address in ETHEREUM_RPC_URL), or best through both: histories come from Etherscan then, balances and receipts from the node.
      Set one of the two, then run the same command again; npx downstream doctor checks it.
      ",
      ]
    `);
  });

  it.each([
    ['of another chain', { chainId: '0x38' }, 'serves BNB Smart Chain (chain 56), not Ethereum (chain 1)'],
    ['that is not synced', { syncing: { currentBlock: '0x1', highestBlock: '0x2' } }, 'has not caught up'],
    ['without history', { prunedBefore: 20_000_000 }, 'does not have the whole history'],
    ['without finality', { finality: 'invalid-tag' }, 'does not tell which block is final'],
  ] as const)('is not begun at a node %s', async (_, options, words) => {
    await serveNode(options);
    const { code, err } = await cli(env, 'crawl', CASE);
    expect([code, err]).toEqual([1, expect.stringContaining(words)]);
    expect(err).not.toContain(KEY);
    const shown = await cliJson<{ run: unknown }>(env, 'case', 'show', CASE);
    expect(shown.run).toBe(null);
  });
});
