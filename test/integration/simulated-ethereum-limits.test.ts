import { id } from 'ethers/hash';
import { afterEach, describe, expect, test } from 'vitest';
import { USDT } from '../../src/chains/ethereum/assets.ts';
import { DIALECTS, type DialectName } from '../../src/simulate/ethereum-node/dialects.ts';
import {
  type EthereumNodeOptions,
  type SimulatedEthereumNode,
  serveEthereumNode,
} from '../../src/simulate/ethereum-node.ts';
import { ethereumLedger, FIRST_BLOCK, WALLETS } from '../fixtures/ethereum-ledger.ts';

interface Answer {
  status: number;
  result?: unknown[];
  error?: { code: number; message: string; data?: unknown };
}

const ledger = ethereumLedger('limits');
const TRANSFER = id('Transfer(address,address,uint256)');

let server: SimulatedEthereumNode | null = null;
afterEach(async () => {
  await server?.close();
  server = null;
});

async function serve(options: EthereumNodeOptions): Promise<void> {
  await server?.close();
  server = await serveEthereumNode(ledger, options);
}

const hex = (value: number): string => `0x${value.toString(16)}`;

async function logs(from: number, to: number, topics: unknown[] = []): Promise<Answer> {
  const filter = { address: USDT.contract, fromBlock: hex(from), toBlock: hex(to), topics };
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_getLogs', params: [filter] });
  const reply = await fetch(`${server?.url}`, { method: 'POST', body });
  return { status: reply.status, ...((await reply.json()) as Omit<Answer, 'status'>) };
}

/** What is said to a request for 1,000 blocks too many, with the dialect's own figures. */
type Words = [dialect: DialectName, limit: number, status: number, code: number, message: RegExp];

const FROM = 16_777_216;
const EXCESS = 1_000;

const TOO_MANY_BLOCKS: readonly Words[] = [
  ['geth', 5_000, 200, -32602, /^exceed maximum block range: 5000$/],
  ['erigon', 1_000, 200, -32602, /^query block range exceeds server limit, narrow your filter: 1000$/],
  ['reth', 100_000, 200, -32602, /^query exceeds max block range 100000$/],
  ['alchemy', 500, 400, -32600, /^You can make .* up to a 500 block range\. .* should work: \[0x1000000, 0x10001f3\]$/],
  [
    'alchemy-free',
    10,
    400,
    -32600,
    /^Under the Free tier plan, you can make .* 10 block .*\[0x1000000, 0x1000009\]\. Upgrade to PAYG/,
  ],
  ['infura', 10_000, 200, -32602, /^range 11000 exceeds limit of 10000$/],
  ['quicknode', 10_000, 413, -32614, /^eth_getLogs is limited to a 10,000 range$/],
  ['ankr', 3_000, 200, -32600, /^block range is too wide$/],
  ['ankr-other', 3_000, 200, -32062, /^Block range is too large$/],
  ['ankr-tac', 3_000, 200, -32000, /^maximum \[from, to\] blocks distance: 3000$/],
  ['publicnode', 50_000, 200, -32701, /^exceed maximum block range: 50000$/],
  ['llamarpc', 1_000, 200, -32602, /^query exceeds max block range 1000$/],
  ['cloudflare', 800, 200, -32047, /Max range: 800$/],
  ['1rpc', 1_000, 200, -32000, /^eth_getLogs is limited to a 1000 blocks range$/],
  ['blockpi', 1_024, 200, -32602, /^eth_getLogs is limited to 1024 block range$/],
  ['chainstack', 100, 200, -32602, /^Block range limit exceeded\./],
  ['drpc', 10_000, 200, 35, /^ranges over 10000 blocks are not supported on freetier$/],
  ['drpc-plan', 10_000, 200, 35, /^ranges over 10000 blocks are not supported on free plan$/],
  ['thirdweb', 1_000, 200, -32005, /^Log response size exceeded\. Maximum allowed number of requested blocks is 1000$/],
  ['merkle', 10_000, 200, -32603, /^eth_getLogs range is too large, max is 10k blocks$/],
  ['base', 10_000, 503, -32011, /^no backend is currently healthy to serve traffic$/],
  ['base-range', 2_000, 200, -32614, /^block range too large$/],
  ['tron-jsonrpc', 5_000, 200, -32602, /^exceed max block range: 5000$/],
  ['morph', 5_000, 200, -32000, /^block range is larger than .*, block range = 6000, max block range = 5000$/],
  ['zksync', 5_000, 200, -32602, /^exceed maximum block range: 5000$/],
  ['arbitrum', 5_000, 200, -32602, /^exceed maximum block range: 5000$/],
  ['avalanche', 2_048, 200, -32000, /^requested too many blocks from 16777216 to 16780263, maximum is set to 2048$/],
  ['blast', 5_000, 200, -32600, /exceeds the range allowed for your plan \(6000 > 5000\)$/],
  ['coinbase', 1_000, 200, -32602, /^please limit the query to at most 1,000 blocks$/],
  ['hyperliquid', 50, 200, -32602, /^query exceeds max block range 50$/],
  ['swell', 50, 200, -32000, /^block range greater than 50 max$/],
  ['somnia', 1_000, 200, -32000, /^block range exceeds 1000$/],
  ['harmony', 1_024, 200, -32000, /^query must be smaller than size 1024$/],
  ['moonriver', 1_024, 200, -32603, /^block range is too wide \(maximum 1024\)$/],
  ['aurora', 2_000, 200, -32600, /up to a 2,000 block range\.$/],
  ['threshold', 2_000, 200, -32000, /^allowed block range threshold exceeded$/],
];

describe('too many blocks, in the words of', () => {
  test.each(TOO_MANY_BLOCKS)('%s', async (dialect, limit, status, code, message) => {
    await serve({ dialect, limits: { blocks: limit } });
    const isDistance = 'counts' in DIALECTS[dialect];
    const most = FROM + limit - (isDistance ? 0 : 1);
    expect((await logs(FROM, most)).result).toEqual([]);
    expect(await logs(FROM, most + 1)).toMatchObject({ status, error: { code } });
    const { error } = await logs(FROM, most + EXCESS);
    expect(error?.message).toMatch(message);
  });

  test('every dialect stands in this table', () => {
    expect(TOO_MANY_BLOCKS.map(([dialect]) => dialect).sort()).toEqual(Object.keys(DIALECTS).sort());
  });
});

describe('too many results, in the words of', () => {
  const [from, to] = [FIRST_BLOCK, FIRST_BLOCK + 3_000];
  const found = ledger.between(from, to);
  const limit = 100;
  /** The last block of the largest range with no more than so many logs. */
  const fitting = (found[limit]?.block ?? 0) - 1;
  const [start, end] = [hex(from), hex(fitting)];

  test.each<Words>([
    ['geth', limit, 200, -32005, /^query returned more than 100 results$/],
    ['erigon', limit, 200, -32602, /^query returns too many logs, narrow your filter: 100$/],
    [
      'reth',
      limit,
      200,
      -32602,
      new RegExp(`^query exceeds max results 100, retry with the range ${from}-${fitting}$`),
    ],
    ['alchemy', limit, 200, -32602, new RegExp(`^Log response size exceeded\\. .* work: \\[${start}, ${end}\\]$`)],
    [
      'infura',
      limit,
      200,
      -32005,
      new RegExp(`100 results\\. Try with this block range \\[${start}, ${end}\\]\\.$`, 'i'),
    ],
    ['ankr', limit, 200, -32600, /^query exceeds max results 100$/],
    ['llamarpc', limit, 200, -32602, /^query exceeds max results 100$/],
    ['1rpc', limit, 200, -32000, /^response size should not greater than 100000 bytes$/],
    ['thirdweb', limit, 200, -32602, /^Log response size exceeded\./],
    ['base', limit, 200, -32020, /^backend response too large$/],
    ['tron-jsonrpc', limit, 200, -32005, /^query returned more than 100 results$/],
    ['zksync', limit, 200, -32602, new RegExp(`^Query returned .* block range \\[${start}, ${end}\\]\\.$`)],
    ['arbitrum', limit, 200, -32000, /^logs matched by query exceeds limit of 100$/],
  ])('%s', async (dialect, results, status, code, message) => {
    await serve({ dialect, limits: { blocks: 10_000, results } });
    const refused = await logs(from, to);
    expect(refused).toMatchObject({ status, error: { code } });
    expect(refused.error?.message).toMatch(message);
    const { result = [] } = await logs(from, fitting);
    expect(result.length).toBeLessThanOrEqual(limit);
    expect((await logs(from, fitting + 1)).error?.code).toBe(code);
  });

  test("Infura's data name the range as well", async () => {
    await serve({ dialect: 'infura', limits: { results: limit } });
    const upper = (block: number) => `0x${block.toString(16).toUpperCase()}`;
    expect((await logs(from, to)).error?.data).toEqual({ from: upper(from), limit, to: upper(fitting) });
  });

  test('a block alone that holds too many is suggested again and again', async () => {
    const crowded = FIRST_BLOCK + 1_000;
    await serve({ dialect: 'infura', limits: { results: 10 } });
    expect((await logs(crowded, crowded)).error?.message).toMatch(
      new RegExp(`\\[${hex(crowded)}, ${hex(crowded)}\\]`, 'i'),
    );
  });

  test.each([
    ['inverted', `[${end}, ${start}]`],
    ['same', `[${start}, ${hex(to)}]`],
    ['wider', `[${start}, ${hex(to + (to - from) + 1)}]`],
  ] as const)('a suggestion may be wrong: %s', async (suggestion, words) => {
    await serve({ dialect: 'alchemy', limits: { results: limit }, suggestion });
    expect((await logs(from, to)).error?.message).toContain(`this block range should work: ${words}`);
    await serve({ dialect: 'alchemy', limits: { blocks: fitting - from + 1 }, suggestion });
    expect((await logs(from, to)).error?.message).toContain(`this block range should work: ${words}`);
  });
});

describe('too many topics, in the words of', () => {
  const word = (digits: string): string => `0x${digits.slice(2).toLowerCase().padStart(64, '0')}`;
  const wallets = WALLETS.slice(0, 21).map(word);

  test.each<Words>([
    ['geth', 20, 200, -32000, /^exceed max addresses or topics per search position$/],
    ['erigon', 20, 200, -32602, /^query exceeds the maximum of 20 addresses or topics per search position$/],
    ['alchemy', 20, 200, -32000, /^exceed max addresses or topics per search position$/],
    ['tron-jsonrpc', 20, 200, -32602, /^exceed max topics: 20$/],
  ])('%s', async (dialect, topics, status, code, message) => {
    await serve({ dialect, limits: { topics } });
    const refused = await logs(FIRST_BLOCK, FIRST_BLOCK, [TRANSFER, null, wallets]);
    expect(refused).toMatchObject({ status, error: { code } });
    expect(refused.error?.message).toMatch(message);
    const most = wallets.slice(0, 20);
    expect((await logs(FIRST_BLOCK, FIRST_BLOCK, [TRANSFER, most, most])).result).toBeDefined();
  });

  test('infura, which counts all places together', async () => {
    await serve({ dialect: 'infura', limits: { topics: 20 } });
    const most = wallets.slice(0, 9);
    expect((await logs(FIRST_BLOCK, FIRST_BLOCK, [[TRANSFER], most, most])).result).toBeDefined();
    expect((await logs(FIRST_BLOCK, FIRST_BLOCK, [[TRANSFER], most, wallets])).error).toEqual({
      code: -32602,
      message: 'This query contains 32 filters. The current limit is 20.',
    });
  });
});

test("a dialect has its provider's figures unless others are given", async () => {
  await serve({ dialect: 'cloudflare' });
  expect((await logs(FROM, FROM + 799)).result).toEqual([]);
  expect((await logs(FROM, FROM + 800)).error?.message).toMatch(/Max range: 800$/);
  await serve({ dialect: 'cloudflare', limits: { blocks: 5 } });
  expect((await logs(FROM, FROM + 5)).error?.message).toMatch(/Max range: 5$/);
  await serve({});
  expect((await logs(0, ledger.tip.block)).result).toHaveLength(ledger.transfers.length);
});
