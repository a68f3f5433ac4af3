import { AbiCoder } from 'ethers/abi';
import { Contract } from 'ethers/contract';
import { keccak256 } from 'ethers/crypto';
import { id } from 'ethers/hash';
import { JsonRpcProvider } from 'ethers/providers';
import { FetchRequest } from 'ethers/utils';
import { afterEach, describe, expect, test } from 'vitest';
import type { Address } from '../../src/chains/chain.ts';
import { USDT } from '../../src/chains/ethereum/assets.ts';
import { ETHEREUM } from '../../src/simulate/ethereum.ts';
import {
  BLOCK_FAULTS,
  type Fault,
  type FaultKind,
  HTTP_FAULTS,
  LOG_FAULTS,
  RPC_FAULTS,
} from '../../src/simulate/ethereum-node/faults.ts';
import {
  type EthereumNodeOptions,
  type SimulatedEthereumNode,
  serveEthereumNode,
} from '../../src/simulate/ethereum-node.ts';
import { Ledger } from '../../src/simulate/ledger.ts';
import { transactionFor } from '../../src/simulate/names.ts';
import type { SimulatedTransfer } from '../../src/simulate/types.ts';
import { BLOCKS, ethereumLedger, ethereumTransfers, FIRST_BLOCK, WALLETS } from '../fixtures/ethereum-ledger.ts';

interface Log {
  address: string;
  topics: string[];
  data: string;
  blockNumber: string;
  blockHash: string;
  blockTimestamp?: string;
  transactionHash: string;
  transactionIndex: string;
  logIndex: string;
  removed: boolean;
}
interface Block {
  number: string;
  hash: string;
  parentHash: string;
  timestamp: string;
  logsBloom: string;
  transactions: unknown[];
}
interface Answer {
  id: unknown;
  result?: unknown;
  error?: { code: number; message: string; data?: unknown };
}
interface Got {
  status: number;
  headers: Headers;
  text: string;
}

const TRANSFER = id('Transfer(address,address,uint256)');
const MULTICALL = '0xcA11bde05977b3631167028862bE2a173976CA11';
const LAST_BLOCK = FIRST_BLOCK + BLOCKS - 1;
const ledger = ethereumLedger('node');
const [wallet = '' as Address, other = '' as Address] = WALLETS;

let server: SimulatedEthereumNode | null = null;
afterEach(async () => {
  await server?.close();
  server = null;
});

async function serve(options: EthereumNodeOptions = {}, chain = ledger): Promise<SimulatedEthereumNode> {
  await server?.close();
  server = await serveEthereumNode(chain, options);
  return server;
}

async function post(body: unknown, path = '/', headers: Record<string, string> = {}): Promise<Got> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const reply = await fetch(`${server?.url}${path}`, { method: 'POST', body: text, headers });
  return { status: reply.status, headers: reply.headers, text: await reply.text() };
}

const call = (method: string, params: unknown[] = [], number: unknown = 1) => ({
  jsonrpc: '2.0',
  id: number,
  method,
  params,
});

async function answer(method: string, params: unknown[] = []): Promise<Answer> {
  return JSON.parse((await post(call(method, params))).text) as Answer;
}

async function result<Result>(method: string, params: unknown[] = []): Promise<Result> {
  const { result: got, error } = await answer(method, params);
  expect(error).toBeUndefined();
  return got as Result;
}

const hex = (value: number | bigint): string => `0x${value.toString(16)}`;
const word = (hexDigits: string): string => `0x${hexDigits.replace('0x', '').toLowerCase().padStart(64, '0')}`;
const range = (from: number, to: number) => ({ fromBlock: hex(from), toBlock: hex(to) });
const everything = { address: USDT.contract, ...range(FIRST_BLOCK, LAST_BLOCK) };
const logs = (filter: object): Promise<Log[]> => result('eth_getLogs', [filter]);

/** Logs and transfers as text, in which they compare. */
const read = (rows: readonly Log[]): string[] =>
  rows.map(({ blockNumber, transactionHash, topics: [, from = '', to = ''], data }) =>
    [Number(blockNumber), transactionHash.slice(2), from.slice(-40), to.slice(-40), BigInt(data)].join(' '),
  );
const line = ({ block, transaction, from, to, value }: SimulatedTransfer): string =>
  [block, transaction, from.slice(2).toLowerCase(), to.slice(2).toLowerCase(), value].join(' ');
const expected = (keep: (transfer: SimulatedTransfer) => boolean): string[] => ledger.transfers.filter(keep).map(line);

describe('logs', () => {
  test('have the fields that nodes send', async () => {
    await serve();
    const [first] = await logs(everything);
    const transfer = ledger.transfers[0] as SimulatedTransfer;
    expect(first).toEqual({
      address: USDT.contract.toLowerCase(),
      topics: [TRANSFER, word(transfer.from), word(transfer.to)],
      data: word(hex(transfer.value)),
      blockNumber: hex(transfer.block),
      transactionHash: `0x${transfer.transaction}`,
      transactionIndex: '0x0',
      blockHash: (await result<Block>('eth_getBlockByNumber', [hex(transfer.block), false])).hash,
      blockTimestamp: hex(transfer.timestamp / 1_000),
      // The first log of a transaction is another contract's.
      logIndex: '0x1',
      removed: false,
    });
    await serve({ blockTimestamps: false });
    expect((await logs(everything))[0]).not.toHaveProperty('blockTimestamp');
  });

  test('are all there, in the order of the chain', async () => {
    await serve();
    const rows = await logs(everything);
    expect(read(rows)).toEqual(expected(() => true));
    const places = rows.map(({ blockNumber, logIndex }) => Number(blockNumber) * 100_000 + Number(logIndex));
    expect(places).toEqual([...new Set(places)].sort((a, b) => a - b));
  });

  test.each<[string, unknown[], (transfer: SimulatedTransfer) => boolean]>([
    ['of one payer', [TRANSFER, word(wallet)], ({ from }) => from === wallet],
    ['of one payee', [TRANSFER, null, word(wallet)], ({ to }) => to === wallet],
    ['of several payees', [[TRANSFER], null, [wallet, other].map(word)], ({ to }) => [wallet, other].includes(to)],
    ['of a pair', [null, [word(wallet)], [word(other)]], ({ from, to }) => from === wallet && to === other],
    ['of all with an empty place', [TRANSFER, []], () => true],
    ['in upper case', [TRANSFER, word(wallet).toUpperCase().replace('0X', '0x')], ({ from }) => from === wallet],
    ['of wallets nobody knows', [TRANSFER, word('0x1')], () => false],
    ['of another event', [id('Approval(address,address,uint256)')], () => false],
    ['with a place that transfers do not have', [TRANSFER, null, null, null], () => false],
  ])('%s', async (_, topics, keep) => {
    await serve();
    expect(read(await logs({ ...everything, topics }))).toEqual(expected(keep));
    const [from, to] = [FIRST_BLOCK + 900, FIRST_BLOCK + 1_100];
    expect(read(await logs({ ...everything, ...range(from, to), topics }))).toEqual(
      expected((transfer) => keep(transfer) && transfer.block >= from && transfer.block <= to),
    );
  });

  test('of a block, with both ends included, by number, hash and tag', async () => {
    await serve();
    const block = FIRST_BLOCK + 1_000;
    const one = await logs({ address: [USDT.contract], ...range(block, block) });
    expect(read(one)).toEqual(expected((transfer) => transfer.block === block));
    expect(one.length).toBeGreaterThan(100);
    expect(await logs({ address: USDT.contract, blockHash: one[0]?.blockHash })).toEqual(one);
    expect(await logs({ address: USDT.contract, fromBlock: 'earliest', toBlock: 'latest' })).toHaveLength(
      ledger.transfers.length,
    );
    expect(await logs({ address: USDT.contract })).toEqual([]);
  });

  test('of all contracts number the logs of each block without a gap, and those of a transaction stand together', async () => {
    await serve({ otherToken: true });
    const rows = await logs(range(FIRST_BLOCK, LAST_BLOCK));
    const blocks = new Map<string, Log[]>();
    for (const row of rows) blocks.set(row.blockNumber, [...(blocks.get(row.blockNumber) ?? []), row]);
    for (const block of blocks.values()) {
      expect(block.map(({ logIndex }) => Number(logIndex))).toEqual(block.map((_, index) => index));
      const indices = block.map(({ transactionIndex }) => Number(transactionIndex));
      expect(indices).toEqual([...indices].sort((a, b) => a - b));
      expect(new Set(block.map(({ transactionHash }) => transactionHash)).size).toBe(new Set(indices).size);
    }
    const contracts = new Set(rows.map(({ address }) => address));
    expect(contracts.size).toBe(3);
    const fake = rows.filter(
      ({ address, topics }) => address !== USDT.contract.toLowerCase() && topics[0] === TRANSFER,
    );
    expect(read(fake)).toEqual(expected(() => true));
    expect(await logs({ ...everything, topics: [TRANSFER] })).toEqual(await logs(everything));
  });

  test('beyond the newest block have not happened', async () => {
    const head = FIRST_BLOCK + 500;
    const young = ethereumLedger('node', { head });
    await serve({}, young);
    const happened = expected(({ block }) => block <= head + 64);
    expect(read(await logs(everything))).toEqual(happened);
    expect(read(await logs({ ...everything, toBlock: 'latest' }))).toEqual(happened);
    expect(read(await logs({ ...everything, toBlock: 'finalized' }))).toEqual(expected(({ block }) => block <= head));
    expect(read(await logs({ ...everything, toBlock: 'safe' }))).toEqual(expected(({ block }) => block <= head + 32));
    await serve({ beyondTip: 'refused' }, young);
    expect((await answer('eth_getLogs', [everything])).error).toEqual({
      code: -32602,
      message: 'block range extends beyond current head block',
    });
  });

  test.each<[string, unknown[], number, RegExp]>([
    ['a range upside down', [{ ...range(20, 10) }], -32602, /^invalid block range params$/],
    ['a hash and a range', [{ blockHash: word('0x1'), fromBlock: '0x1' }], -32602, /cannot specify both/],
    ['a hash of nothing', [{ blockHash: word('0x1') }], -32000, /^unknown block$/],
    ['five places', [{ topics: [null, null, null, null, null] }], -32000, /^exceed max topics$/],
    ['a topic of 20 bytes', [{ topics: [wallet] }], -32602, /invalid topic/],
    ['an address of 32 bytes', [{ address: TRANSFER }], -32602, /invalid address/],
    ['a decimal number', [{ fromBlock: '20000000' }], -32602, /hex string without 0x prefix/],
    ['a leading zero', [{ fromBlock: '0x01312d00' }], -32602, /leading zero digits/],
    ['nothing', [], -32602, /missing value for required argument 0/],
  ])('are refused for %s', async (_, params, code, message) => {
    await serve();
    const { error } = await answer('eth_getLogs', params);
    expect(error?.code).toBe(code);
    expect(error?.message).toMatch(message);
  });

  test('of 500 wallets in 100,000 blocks of a long history come at once', async () => {
    const many = Array.from({ length: 1_500 }, (_, n) => ETHEREUM.addressFor(`one of many ${n}`));
    const of = (n: number) => many[n % many.length] as Address;
    const rows = Array.from({ length: 50_000 }, (_, n): SimulatedTransfer => {
      const block = FIRST_BLOCK + 4 * n;
      const place = { block, position: 0, timestamp: ETHEREUM.timeOf(block), transaction: transactionFor(`${n}`) };
      return { ...place, chain: 'ethereum', asset: 'USDT', from: of(n), to: of(n * 7 + 1), value: 1n, signer: of(n) };
    });
    await serve({}, new Ledger(rows, { network: ETHEREUM }));
    const asked = many.slice(0, 500);
    const [from, to] = [FIRST_BLOCK + 50_000, FIRST_BLOCK + 149_999];
    // Not the time that passes: other processes have their share of that.
    const before = process.cpuUsage();
    const found = await logs({ address: USDT.contract, ...range(from, to), topics: [TRANSFER, asked.map(word)] });
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1_000).toBeLessThan(3_000);
    const payers = new Set(asked);
    const right = rows.filter((row) => row.block >= from && row.block <= to && payers.has(row.from));
    expect(found).toHaveLength(right.length);
    expect(read(found)).toEqual(right.map(line));
  }, 20_000);
});

describe('blocks', () => {
  const block = (tag: unknown) => result<Block | null>('eth_getBlockByNumber', [tag, false]);

  test('follow one another by their hashes, up to the newest', async () => {
    await serve();
    const [one, next] = [await block(hex(FIRST_BLOCK)), await block(hex(FIRST_BLOCK + 1))];
    expect(one).toMatchObject({
      number: hex(FIRST_BLOCK),
      timestamp: hex(ETHEREUM.timeOf(FIRST_BLOCK) / 1_000),
      transactions: [],
    });
    expect(next?.parentHash).toBe(one?.hash);
    expect(one?.hash).toMatch(/^0x[0-9a-f]{64}$/);
    expect(await result('eth_blockNumber')).toBe(hex(ledger.tip.block));
    expect((await block('latest'))?.number).toBe(hex(ledger.tip.block));
    expect((await block('safe'))?.number).toBe(hex(ledger.tip.block - 32));
    expect((await block('finalized'))?.number).toBe(hex(ledger.head.block));
    expect((await block('earliest'))?.number).toBe('0x0');
    expect(await block(hex(ledger.tip.block + 1))).toBeNull();
  });

  test('carry the bloom of their logs', async () => {
    await serve();
    const at = ledger.transfers[0]?.block ?? 0;
    const bloom = BigInt((await block(hex(at)))?.logsBloom ?? '');
    const has = (item: string): boolean =>
      [0, 4, 8].every((place) => {
        const bit = Number.parseInt(keccak256(item).slice(2 + place, 6 + place), 16) & 2047;
        return (bloom >> BigInt(bit)) & 1n;
      });
    for (const { from, to } of ledger.between(at, at)) {
      for (const item of [USDT.contract, TRANSFER, word(from), word(to)]) expect(has(item)).toBe(true);
    }
    expect(has(word('0x123456'))).toBe(false);
    const empty = FIRST_BLOCK + BLOCKS + 10;
    expect(BigInt((await block(hex(empty)))?.logsBloom ?? '')).toBe(0n);
  });

  test('the first one tells the chain', async () => {
    await serve();
    const usual = (await block('0x0'))?.hash;
    await serve();
    expect((await block('0x0'))?.hash).toBe(usual);
    const genesis = word('0xabc');
    await serve({ genesis });
    expect((await block('earliest'))?.hash).toBe(genesis);
    expect((await block('0x1'))?.parentHash).toBe(genesis);
  });

  test('are not final for a node that knows no finality', async () => {
    await serve({ finality: 'unknown-block' });
    const unknown = { code: -39001, message: 'Unknown block' };
    expect((await answer('eth_getBlockByNumber', ['finalized', false])).error).toEqual(unknown);
    expect((await answer('eth_getLogs', [{ ...everything, toBlock: 'finalized' }])).error).toEqual(unknown);
    await serve({ finality: 'invalid-tag' });
    const invalid = { code: -32602, message: 'invalid block tag: safe' };
    expect((await answer('eth_getBlockByNumber', ['safe', false])).error).toEqual(invalid);
    expect((await block('latest'))?.number).toBe(hex(ledger.tip.block));
  });

  test('are gone where history is pruned, which the node says or is silent about', async () => {
    const prunedBefore = FIRST_BLOCK + 1_000;
    const kept = expected(({ block: at }) => at >= prunedBefore);
    const [gone] = ledger.transfers;
    await serve({ prunedBefore });
    for (const fromBlock of [everything.fromBlock, '0x0', 'earliest', hex(prunedBefore - 1)]) {
      expect((await answer('eth_getLogs', [{ ...everything, fromBlock }])).error).toEqual({
        code: 4444,
        message: 'pruned history unavailable',
      });
    }
    expect(read(await logs({ ...everything, ...range(prunedBefore, LAST_BLOCK) }))).toEqual(kept);
    expect(await block(hex(prunedBefore - 1))).toBeNull();
    expect((await block('0x0'))?.number).toBe('0x0');
    expect(await result('eth_getTransactionReceipt', [`0x${gone?.transaction}`])).toBeNull();
    await serve({ prunedBefore, pruned: 'silent' });
    expect(read(await logs(everything))).toEqual(kept);
    expect(await logs({ ...everything, ...range(FIRST_BLOCK, prunedBefore - 1) })).toEqual([]);
  });
});

describe('receipts', () => {
  test("have all logs of the transaction, another contract's too", async () => {
    await serve({ otherToken: true });
    const transaction = ledger.transfers.find(
      (transfer, place) => ledger.transfers[place + 1]?.transaction === transfer.transaction,
    )?.transaction;
    const transfers = ledger.transfers.filter((transfer) => transfer.transaction === transaction);
    const receipt = await result<{ status: string; logs: Log[] }>('eth_getTransactionReceipt', [`0x${transaction}`]);
    expect(receipt).toMatchObject({ status: '0x1', transactionHash: `0x${transaction}` });
    const own = receipt.logs.filter(({ address }) => address === USDT.contract.toLowerCase());
    expect(read(own)).toEqual(transfers.map(line));
    expect(receipt.logs).toHaveLength(1 + 2 * transfers.length);
    const block = transfers[0]?.block ?? 0;
    const found = await logs({ address: USDT.contract, ...range(block, block) });
    expect(found.filter(({ transactionHash }) => transactionHash === `0x${transaction}`)).toEqual(own);
  });

  test('are null for a transaction that has not happened', async () => {
    const last = ledger.transfers.at(-1);
    await serve({}, ethereumLedger('node', { head: (last?.block ?? 0) - 65 }));
    expect(await result('eth_getTransactionReceipt', [`0x${last?.transaction}`])).toBeNull();
    expect(await result('eth_getTransactionReceipt', [word('0x1')])).toBeNull();
  });
});

describe('contracts', () => {
  const balanceOf = (of: Address): string => `0x70a08231${word(of).slice(2)}`;
  const balanceAt = async (of: Address, tag: unknown): Promise<bigint> =>
    BigInt(await result<string>('eth_call', [{ to: USDT.contract, data: balanceOf(of) }, tag]));
  const at = (block: number) => ({ block, timestamp: ETHEREUM.timeOf(block) });

  test('tell balances as of any block', async () => {
    await serve({}, ethereumLedger('node', { head: FIRST_BLOCK + 2_000 }));
    for (const each of WALLETS.slice(0, 5)) {
      for (const block of [FIRST_BLOCK - 1, FIRST_BLOCK + 1_000, FIRST_BLOCK + 1_999]) {
        expect(await balanceAt(each, hex(block))).toBe(ledger.balance(each, at(block)));
      }
      expect(await balanceAt(each, 'finalized')).toBe(ledger.balance(each, at(FIRST_BLOCK + 2_000)));
      expect(await balanceAt(each, 'latest')).toBe(ledger.balance(each, at(FIRST_BLOCK + 2_064)));
    }
    expect((await answer('eth_call', [{ to: USDT.contract, data: balanceOf(wallet) }, '0xffffffff'])).error).toEqual({
      code: -32000,
      message: 'header not found',
    });
  });

  test('tell decimals and freezes, and revert for what they do not have', async () => {
    await serve({}, ethereumLedger('node', { frozen: new Set([wallet]) }));
    const ask = (data: string) => answer('eth_call', [{ to: USDT.contract.toLowerCase(), data }, 'latest']);
    expect(BigInt((await ask('0x313ce567')).result as string)).toBe(6n);
    expect(BigInt((await ask(`0xe47d6060${word(wallet).slice(2)}`)).result as string)).toBe(1n);
    expect(BigInt((await ask(`0xe47d6060${word(other).slice(2)}`)).result as string)).toBe(0n);
    const reverted = { code: 3, message: 'execution reverted', data: '0x' };
    expect((await ask('0x12345678')).error).toEqual(reverted);
    expect((await ask('0x70a08231')).error).toEqual(reverted);
    expect(await result('eth_call', [{ to: wallet, data: '0x313ce567' }, 'latest'])).toBe('0x');
  });

  test('have state only as far back as the node keeps it', async () => {
    const old = hex(ledger.tip.block - 129);
    const ask = async () => (await answer('eth_call', [{ to: USDT.contract, data: balanceOf(wallet) }, old])).error;
    await serve({ stateBlocks: 128 });
    expect(await balanceAt(wallet, hex(ledger.tip.block - 128))).toBe(ledger.balance(wallet));
    expect(await ask()).toMatchObject({
      code: -32000,
      message: expect.stringMatching(/^missing trie node [0-9a-f]{64}/),
    });
    expect((await ask())?.message).toMatch(/\(path \) state 0x[0-9a-f]{64} is not available/);
    await serve({ stateBlocks: 128, stateWords: 'historical-state' });
    expect((await ask())?.message).toMatch(/^historical state 0x[0-9a-f]{64} is not available$/);
  });

  const CALLS = ['tuple(address, bool, bytes)[]'];
  const aggregate = (calls: [string, boolean, string][]): string =>
    `${id('aggregate3((address,bool,bytes)[])').slice(0, 10)}${AbiCoder.defaultAbiCoder().encode(CALLS, [calls]).slice(2)}`;

  test('answer together through Multicall3', async () => {
    await serve();
    const calls = WALLETS.map((each): [string, boolean, string] => [USDT.contract, false, balanceOf(each)]);
    const reply = await result<string>('eth_call', [{ to: MULTICALL, data: aggregate(calls) }, 'finalized']);
    const [results] = AbiCoder.defaultAbiCoder().decode(['tuple(bool, bytes)[]'], reply);
    const balances = (results as [boolean, string][]).map(([success, data]) => success && BigInt(data));
    expect(balances).toEqual(WALLETS.map((each) => ledger.balance(each)));
    expect(balances.some((balance) => balance !== 0n)).toBe(true);
  });

  test('fail alone or all together in Multicall3, as the caller allows', async () => {
    await serve();
    const ask = (allowed: boolean) => {
      const calls: [string, boolean, string][] = [
        [USDT.contract, allowed, '0x12345678'],
        [wallet, false, balanceOf(wallet)],
        [USDT.contract, false, '0x313ce567'],
      ];
      return answer('eth_call', [{ to: MULTICALL, data: aggregate(calls) }, 'latest']);
    };
    const [results] = AbiCoder.defaultAbiCoder().decode(['tuple(bool, bytes)[]'], (await ask(true)).result as string);
    expect(results).toEqual([
      [false, '0x'],
      [true, '0x'],
      [true, word('0x6')],
    ]);
    expect((await ask(false)).error?.message).toBe('execution reverted');
  });

  test('are there from a block on, or never', async () => {
    const code = (address: string, tag: string) => result<string>('eth_getCode', [address, tag]);
    await serve();
    expect(await code(MULTICALL, 'latest')).toMatch(/^0x6/);
    expect(await code(MULTICALL, hex(14_353_600))).toBe('0x');
    expect(await code(MULTICALL, hex(14_353_601))).not.toBe('0x');
    expect(await code(USDT.contract, hex(USDT.sinceBlock - 1))).toBe('0x');
    expect(await code(USDT.contract, hex(USDT.sinceBlock))).not.toBe('0x');
    expect(await code(wallet, 'latest')).toBe('0x');
    expect(await result('eth_call', [{ to: MULTICALL, data: aggregate([]) }, hex(14_353_600)])).toBe('0x');
    await serve({ multicall: false });
    expect(await code(MULTICALL, 'latest')).toBe('0x');
    expect(await result('eth_call', [{ to: MULTICALL, data: aggregate([]) }, 'latest'])).toBe('0x');
  });
});

describe('the node itself', () => {
  test('names its chain and state, and no method that it does not have', async () => {
    await serve();
    expect(await result('eth_chainId')).toBe('0x1');
    expect(await result('net_version')).toBe('1');
    expect(await result('web3_clientVersion')).toMatch(/^Geth\//);
    expect(await result('eth_syncing')).toBe(false);
    expect((await answer('trace_filter')).error).toEqual({
      code: -32601,
      message: 'the method trace_filter does not exist/is not available',
    });
    await serve({ chainId: '0x2105', syncing: { currentBlock: '0x1', highestBlock: '0x2' } });
    expect(await result('eth_chainId')).toBe('0x2105');
    expect(await result('net_version')).toBe('8453');
    expect(await result('eth_syncing')).toEqual({ currentBlock: '0x1', highestBlock: '0x2' });
  });

  test('answers several calls at once, each by its own id', async () => {
    await serve();
    const calls = [
      call('eth_chainId', [], 'a'),
      call('nothing', [], 7),
      { no: 'call' },
      call('eth_blockNumber', [], 8),
    ];
    expect(JSON.parse((await post(calls)).text)).toEqual([
      { jsonrpc: '2.0', id: 'a', result: '0x1' },
      { jsonrpc: '2.0', id: 7, error: expect.objectContaining({ code: -32601 }) },
      { jsonrpc: '2.0', id: null, error: { code: -32600, message: 'invalid request' } },
      { jsonrpc: '2.0', id: 8, result: hex(ledger.tip.block) },
    ]);
    expect(server?.requests.batch).toBe(1);
    expect(server?.log[0]?.calls.map(({ method }) => method)).toEqual([
      'eth_chainId',
      'nothing',
      '',
      'eth_blockNumber',
    ]);
  });

  test('refuses batches, or larger ones, where it is told to', async () => {
    const two = [call('eth_chainId', [], 5), call('eth_chainId', [], 6)];
    await serve({ batch: 'refused' });
    expect(JSON.parse((await post(two)).text)).toMatchObject({ id: null, error: { code: -32600 } });
    expect(await result('eth_chainId')).toBe('0x1');
    await serve({ batch: 1 });
    expect(JSON.parse((await post(two)).text)).toEqual([
      { jsonrpc: '2.0', id: 5, error: { code: -32600, message: 'batch too large' } },
    ]);
    expect(JSON.parse((await post(two.slice(1))).text)).toHaveLength(1);
    expect(JSON.parse((await post([])).text)).toMatchObject({ error: { message: 'empty batch' } });
    await serve({ batch: 1, dialect: 'drpc-plan' });
    const refused = await post(two);
    expect(refused.status).toBe(500);
    expect(JSON.parse(refused.text)).toMatchObject({
      error: { code: 31, message: 'Batch of more than 1 requests are not allowed on free plan' },
    });
  });

  test('takes JSON by POST and nothing else', async () => {
    await serve();
    expect(JSON.parse((await post('{"jsonrpc":')).text)).toEqual({
      jsonrpc: '2.0',
      id: null,
      error: { code: -32700, message: 'parse error' },
    });
    expect((await fetch(`${server?.url}/`)).status).toBe(405);
    expect(JSON.parse((await post('"text"')).text)).toMatchObject({ error: { message: 'invalid request' } });
  });
});

test("ethers' own client reads it", async () => {
  const { url } = await serve({ otherToken: true });
  const client = new JsonRpcProvider(`${url}/v2/secret`, 1, { staticNetwork: true });
  try {
    const abi = [
      'function balanceOf(address) view returns (uint256)',
      'function decimals() view returns (uint256)',
      'event Transfer(address indexed from, address indexed to, uint256 value)',
    ];
    const contract = new Contract(USDT.contract, abi, client);
    expect(await contract.getFunction('decimals')()).toBe(6n);
    for (const each of WALLETS.slice(0, 5)) {
      expect(await contract.getFunction('balanceOf')(each)).toBe(ledger.balance(each));
    }
    const events = await contract.queryFilter(contract.getEvent('Transfer')(null, wallet), FIRST_BLOCK, LAST_BLOCK);
    const lines = events.map((event) => {
      if (!('args' in event)) throw new Error('ethers could not decode a log');
      const { blockNumber: block, transactionHash, args } = event;
      const [from, to, value] = args as unknown as [Address, Address, bigint];
      return [block, transactionHash.slice(2), from.slice(2).toLowerCase(), to.slice(2).toLowerCase(), value].join(' ');
    });
    expect(lines).toEqual(expected(({ to }) => to === wallet));
    const transfer = ledger.transfers.at(-1) as SimulatedTransfer;
    const receipt = await client.getTransactionReceipt(`0x${transfer.transaction}`);
    expect(receipt).toMatchObject({ blockNumber: transfer.block, status: 1, from: transfer.signer });
    expect((await client.getBlock('finalized'))?.number).toBe(ledger.head.block);
    expect(await client.getCode(MULTICALL)).not.toBe('0x');
    expect(JSON.stringify(server?.log)).not.toContain('secret');
  } finally {
    client.destroy();
  }
});

describe('keys and rates', () => {
  const chainId = call('eth_chainId');

  test('a key stands in the path or a header, and is never kept', async () => {
    await serve({ keys: ['right'], keyRequired: true });
    const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;
    for (const path of ['/v2/right', '/right/', '/v3/right']) expect((await post(chainId, path)).status).toBe(200);
    for (const authorization of ['Bearer right', basic(':right'), basic('right:')]) {
      expect((await post(chainId, '/rpc', { authorization })).status).toBe(200);
    }
    for (const path of ['/v2/wrong', '/']) expect((await post(chainId, path)).status).toBe(401);
    expect(JSON.parse((await post(chainId, '/v2/wrong')).text)).toEqual({
      jsonrpc: '2.0',
      id: 1,
      error: { code: -32600, message: 'Must be authenticated!' },
    });
    expect(JSON.stringify(server?.log)).not.toMatch(/right|wrong/);
    expect(server?.log[0]?.path).toBe('/v2/…');
    expect(server?.log.at(-1)?.refused).toBe(true);
  });

  test('a key can be withdrawn', async () => {
    await serve({ keys: ['right'], keyLasts: 2 });
    const statuses: number[] = [];
    for (let asked = 0; asked < 3; asked += 1) statuses.push((await post(chainId, '/right')).status);
    expect(statuses).toEqual([200, 200, 401]);
  });

  test('whoever asks too fast is told to wait', async () => {
    let now = 0;
    await serve({ ratePerSecond: 2, now: () => now });
    const ask = () => post(chainId);
    expect([(await ask()).status, (await ask()).status]).toEqual([200, 200]);
    const refused = await ask();
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(JSON.parse(refused.text)).toMatchObject({ error: { code: -32005 } });
    now = 1_000;
    expect((await ask()).status).toBe(200);
  });
});

describe('faults', () => {
  const filter = { ...everything, topics: [TRANSFER, word(wallet)] };
  const asked = call('eth_getLogs', [filter]);

  /** The reply to the first request, which has the fault; the same request again is answered as it should be. */
  async function spoilt(fault: Fault | FaultKind): Promise<Got> {
    await serve({ faultAt: ({ number }) => (number === 1 ? fault : null) });
    const got = await post(asked);
    expect(read(await logs(filter))).toEqual(honest);
    return got;
  }
  const spoiltLogs = async (fault: FaultKind): Promise<Log[]> =>
    (JSON.parse((await spoilt(fault)).text) as { result: Log[] }).result;
  const honest = expected(({ from }) => from === wallet);
  /** The one that is in the list and not among the right ones. */
  const odd = (rows: readonly Log[]): string[] => read(rows).filter((row) => !honest.includes(row));

  test.each<[FaultKind, number, RegExp]>([
    ['html-page', 200, /^<!DOCTYPE html>/],
    ['unauthorised', 401, /"code":-32600,"message":"Must be authenticated!"/],
    ['forbidden', 403, /403 Forbidden/],
    ['not-found', 404, /Not Found/],
    ['too-many-requests', 429, /"code":-32005/],
    ['too-large', 413, /request entity too large/],
    ['server-error', 500, /"id":1,"error":\{"code":-32603/],
    ['empty-body', 200, /^$/],
    ['truncated', 200, /^\{"jsonrpc":"2\.0","id":1,"result":\[\{.*[^}]$/],
    ['error-in-200', 200, /"error":\{"code":-32603,"message":"internal error"\}/],
    ['rate-in-200', 200, /"code":-32005,"message":"daily request count exceeded, request rate limited"/],
    ['timeout-in-200', 200, /"code":-32000,"message":"query timeout exceeded"/],
    ['error-outside', 200, /^\{"Error":"class java\.lang\.IllegalAccessException : lack of computing resources"\}$/],
    ['other-id', 200, /^\{"jsonrpc":"2\.0","id":2,"result":\[/],
    ['null-result', 200, /^\{"jsonrpc":"2\.0","id":1,"result":null\}$/],
    ['no-result', 200, /^\{"jsonrpc":"2\.0","id":1\}$/],
    ['empty-result', 200, /^\{"jsonrpc":"2\.0","id":1,"result":"0x"\}$/],
  ])('%s', async (kind, status, body) => {
    const got = await spoilt(kind);
    expect(got.status).toBe(status);
    expect(got.text).toMatch(body);
    if (kind === 'truncated') expect(() => JSON.parse(got.text)).toThrow(SyntaxError);
    expect(got.headers.get('retry-after')).toBe(kind === 'too-many-requests' ? '1' : null);
  });

  test('too-many-requests asks to wait as long as it is told', async () => {
    expect((await spoilt({ kind: 'too-many-requests', seconds: 7 })).headers.get('retry-after')).toBe('7');
  });

  test('reset cuts the connection, hang keeps it without an answer, delay answers late', async () => {
    await expect(spoilt('reset')).rejects.toThrow('fetch failed');
    const { url } = await serve({ faultAt: () => 'hang' });
    const signal = AbortSignal.timeout(60);
    await expect(fetch(url, { method: 'POST', body: '{}', signal })).rejects.toThrow(/timeout/);
    const begun = performance.now();
    expect((await spoilt({ kind: 'delay', ms: 80 })).status).toBe(200);
    expect(performance.now() - begun).toBeGreaterThanOrEqual(79);
  });

  test('logs that are not meant: of another token, block or wallet, or undone', async () => {
    const token = await spoiltLogs('other-token');
    expect(token.filter(({ address }) => address !== USDT.contract.toLowerCase())).toHaveLength(1);
    expect(token).toHaveLength(honest.length + 1);
    const block = await spoiltLogs('other-block');
    expect(block.filter(({ blockNumber }) => Number(blockNumber) > LAST_BLOCK)).toHaveLength(1);
    expect(odd(await spoiltLogs('other-wallet'))).toHaveLength(1);
    const removed = await spoiltLogs('removed-log');
    expect(removed.filter((row) => row.removed)).toHaveLength(1);
    expect(read(removed)).toEqual(honest);
  });

  test('logs twice, in another order, or unreadable', async () => {
    expect(read(await spoiltLogs('repeated-logs'))).toEqual(honest.flatMap((row) => [row, row]));
    const shuffled = read(await spoiltLogs('shuffled-logs'));
    expect(shuffled).not.toEqual(honest);
    expect(shuffled.sort()).toEqual([...honest].sort());
    const malformed = await spoiltLogs('malformed-log');
    expect(malformed.filter(({ data, topics }) => data.length !== 66 || topics.length !== 3)).toHaveLength(1);
  });

  test('logs that are missing, and nothing shows it', async () => {
    expect(await spoiltLogs('lost-log')).toHaveLength(honest.length - 1);
    expect(await spoiltLogs('no-logs')).toEqual([]);
    expect(read(await spoiltLogs('newest-only'))).toEqual(honest.slice(Math.floor(honest.length / 2)));
    const newest = honest.at(-1)?.split(' ')[0] ?? '';
    expect(read(await spoiltLogs('behind'))).toEqual(honest.filter((row) => !row.startsWith(newest)));
  });

  test('a head that falls back, as from a node that is behind the others', async () => {
    await serve({ faultAt: ({ number }) => (number === 1 ? 'older-head' : null) });
    const head = async () => Number((await result<Block>('eth_getBlockByNumber', ['finalized', false])).number);
    expect(await head()).toBe(ledger.head.block - 10);
    expect(await head()).toBe(ledger.head.block);
    await serve({ faultAt: () => 'older-head' });
    expect((await result<Block>('eth_getBlockByNumber', [hex(FIRST_BLOCK), false])).number).toBe(hex(FIRST_BLOCK));
  });

  test('a plan befalls the same requests in whatever order they come, and gives in', async () => {
    const kinds = [...HTTP_FAULTS, ...RPC_FAULTS, ...BLOCK_FAULTS, ...LOG_FAULTS].filter(
      (kind) => !['hang', 'reset', 'cut-off'].includes(kind),
    );
    const rates = Object.fromEntries(kinds.map((kind) => [kind, 0.02]));
    const befallen = async (order: readonly Address[]): Promise<string[]> => {
      await serve({ faults: { seed: 'plan', rates } });
      const faults: string[] = [];
      for (const each of order) {
        await post(call('eth_getLogs', [{ ...everything, topics: [TRANSFER, word(each)] }]));
        faults.push(`${each} ${server?.log.at(-1)?.fault}`);
      }
      return faults.sort();
    };
    const forwards = await befallen(WALLETS);
    expect(await befallen([...WALLETS].reverse())).toEqual(forwards);
    expect(forwards.filter((each) => !each.endsWith('null')).length).toBeGreaterThan(10);
    await serve({ faults: { seed: 'always', rates: { 'server-error': 1 } } });
    const statuses: number[] = [];
    for (let attempt = 0; attempt < 5; attempt += 1) statuses.push((await post({ ...asked, id: attempt })).status);
    expect(statuses).toEqual([500, 500, 500, 200, 200]);
  });

  test('faults of logs leave other calls alone', async () => {
    await serve({ faults: { seed: 'logs', rates: { 'no-logs': 1 } } });
    expect(await result('eth_chainId')).toBe('0x1');
    expect(await logs(filter)).toEqual([]);
  });
});

test('the log tells what was asked, how often and with what', async () => {
  await serve();
  await logs(everything);
  await post(call('eth_getLogs', [everything], 99));
  await answer('eth_chainId');
  await answer('eth_nothing');
  expect(server?.requests).toMatchObject({ eth_getLogs: 2, eth_chainId: 1, batch: 0, unknown: 1 });
  expect(server?.log.map(({ endpoint, attempt }) => [endpoint, attempt])).toEqual([
    ['eth_getLogs', 1],
    ['eth_getLogs', 2],
    ['eth_chainId', 1],
    ['unknown', 1],
  ]);
  expect(server?.log[0]).toMatchObject({ method: 'POST', fault: null, refused: false });
  expect(server?.log[0]?.calls[0]).toEqual({ id: 1, method: 'eth_getLogs', params: [everything] });
});

test('the coin of a whole economy is no transfer of the token', async () => {
  const rows = ethereumTransfers('mixed');
  const coins = rows.map((row) => ({ ...row, asset: 'ETH' }));
  await serve({}, new Ledger([...rows, ...coins], { network: ETHEREUM }));
  expect(await logs(everything)).toHaveLength(rows.length);
});

test('a port that is taken is said to be taken', async () => {
  const { url } = await serve();
  await expect(serveEthereumNode(ledger, { port: Number(new URL(url).port) })).rejects.toMatchObject({
    code: 'PORT_TAKEN',
  });
});

test('a client can turn off its own retries', async () => {
  const { url } = await serve({ faultAt: () => 'too-many-requests' });
  const request = new FetchRequest(url);
  request.retryFunc = async () => false;
  const client = new JsonRpcProvider(request, 1, { staticNetwork: true, batchMaxCount: 1 });
  await expect(client.send('eth_chainId', [])).rejects.toMatchObject({ code: 'SERVER_ERROR' });
  client.destroy();
  expect(server?.requests.eth_chainId).toBe(1);
});
