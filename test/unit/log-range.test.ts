/** What nodes say of the limits of `eth_getLogs`, and what is asked next. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  FIRST_LIMITS,
  type LogLimits,
  type LogQuestion,
  narrowLimits,
  readLogRefusal,
  widenLimits,
} from '../../src/chains/ethereum/log-range.ts';
import { createEthereumNode } from '../../src/chains/ethereum/node.ts';
import { hasSharedData, sharedData } from '../shared-data.ts';

/** Ten thousand blocks, a thousand wallets. */
const ASKED: LogQuestion = { from: 20_000_000, to: 20_009_999, wallets: 1_000 };

/** What is asked next for a question that was refused with these words: blocks and wallets at a time. */
function nextQuestion(said: string, asked = ASKED): [blocks: number, wallets: number] | null {
  const refusal = readLogRefusal(said);
  if (refusal === null) return null;
  const limits = narrowLimits({ ...FIRST_LIMITS, blocks: asked.to - asked.from + 1 }, asked, refusal);
  return limits === null ? null : [limits.blocks, limits.wallets];
}

const hex = (block: number) => `0x${block.toString(16)}`;
const suggestion = (from: number, to: number) => `[${hex(from)}, ${hex(to)}]`;
const RIGHT = suggestion(ASKED.from, ASKED.from + 2_499);

describe('the next question', () => {
  test.each<[provider: string, said: string, blocks: number, wallets?: number]>([
    [
      'Alchemy, by plan',
      `You can make eth_getLogs requests with up to a 500 block range. Based on your parameters, this block range should work: ${suggestion(ASKED.from, ASKED.from + 499)}`,
      500,
    ],
    [
      'Alchemy, free',
      `Under the Free tier plan, you can make eth_getLogs requests with up to a 10 block range. Based on your parameters, this block range should work: ${suggestion(ASKED.from, ASKED.from + 9)}`,
      10,
    ],
    [
      'Alchemy, by size',
      `Log response size exceeded. You can make eth_getLogs requests with up to a 2K block range and no limit on the response size, or you can request any block range with a cap of 10K logs in the response. Based on your parameters and the response size limit, this block range should work: ${RIGHT}`,
      2_500,
    ],
    [
      'Alchemy, inverted',
      `Log response size exceeded. this block range should work: ${suggestion(ASKED.from + 10, ASKED.from - 10)}`,
      5_000,
    ],
    ['Infura, results', `query returned more than 10000 results. Try with this block range ${RIGHT}.`, 2_500],
    ['Infura, range', 'range 1000000 exceeds limit of 1000', 1_000],
    ['Infura, topics', 'This query contains 1002 filters. The current limit is 25.', 10_000, 500],
    ['zkSync', `Query returned more than 10000 results. Try with this block range ${RIGHT}.`, 2_500],
    ['QuickNode, paid', 'eth_getLogs is limited to a 10,000 range', 5_000],
    ['QuickNode, trial', 'eth_getLogs is limited to a 5 range', 5],
    ['QuickNode, by its status alone', 'HTTP 413', 5_000],
    ['Ankr, too wide', 'block range is too wide', 5_000],
    ['Ankr, too large', 'Block range is too large', 5_000],
    ['Ankr, results', 'query exceeds max results 200000', 5_000],
    ['publicnode', 'exceed maximum block range: 5000', 5_000],
    ['llamarpc', 'query exceeds max results 20000', 5_000],
    ['Cloudflare', 'Max range: 800', 800],
    ['1rpc', 'eth_getLogs is limited to a 1000 blocks range', 1_000],
    ['BlockPI', 'eth_getLogs is limited to 1024 block range', 1_024],
    ['Chainstack', 'Block range limit exceeded.', 5_000],
    ['dRPC', 'ranges over 10000 blocks are not supported on freetier', 5_000],
    ['dRPC, its newer plan', 'ranges over 1000 blocks are not supported on free plan', 1_000],
    ['thirdweb', 'Maximum allowed number of requested blocks is 1000', 1_000],
    ['Merkle', 'eth_getLogs range is too large, max is 1k blocks', 1_000],
    ['Base', 'no backend is currently healthy to serve traffic', 5_000],
    ['Base, range', 'block range too large', 5_000],
    ['geth, topics', 'exceed max addresses or topics per search position', 10_000, 500],
    ['erigon, topics', 'query exceeds the maximum of 900 addresses or topics per search position', 10_000, 900],
    ['erigon, range', 'query block range exceeds server limit, narrow your filter: 1000', 1_000],
    ['erigon, results', 'query returns too many logs, narrow your filter: 20000', 5_000],
    ['reth, range', 'query exceeds max block range 1000', 1_000],
    ['reth, results', 'query exceeds max results 20000, retry with the range 20000000-20002499', 2_500],
    ['reth, its own question back', 'query exceeds max results 20000, retry with the range 20000000-20009999', 5_000],
    ['java-tron, range', 'exceed max block range: 5000', 5_000],
    ['java-tron, topics', 'exceed max topics: 600', 10_000, 600],
    ['java-tron, results', 'query returned more than 10000 results', 5_000],
    ['java-tron, size', 'Response exceeds the limit of 26214400', 5_000],
    ['Avalanche', 'requested too many blocks from 1 to 9999, maximum is set to 2048', 2_048],
    ['Blast, by plan', 'exceeds the range allowed for your plan (10000 > 3000)', 3_000],
    ['Coinbase', 'please limit the query to at most 1,000 blocks', 1_000],
    ['Hyperliquid', 'query exceeds max block range 1000', 1_000],
    ['Swell', 'block range greater than 1000 max', 1_000],
    ['Somnia', 'block range exceeds 1000', 1_000],
    ['Harmony', 'query must be smaller than size 1024', 1_024],
    ['Moonriver', 'block range is too wide (maximum 1024)', 1_024],
    ['Aurora', 'up to a 2,000 block range', 2_000],
    ['Ankr on TAC', 'maximum [from, to] blocks distance: 1000', 1_000],
    ['Morph', 'block range is larger than max block range, block range = 10000, max block range = 5000', 5_000],
    ['any, too slow', 'query timeout exceeded', 5_000],
    ['any, too large', 'backend response too large', 5_000],
    ['any, by a threshold', 'allowed block range threshold exceeded', 5_000],
    ['any, too many logs', 'logs matched by query exceeds limit of 10000', 5_000],
    ['any, by bytes', 'response size should not greater than 10000000 bytes', 5_000],
  ])('of %s', (_, said, blocks, wallets = 1_000) => {
    expect(nextQuestion(said)).toEqual([blocks, wallets]);
  });

  test.each([
    'execution reverted',
    'the method eth_getLogs does not exist',
    'invalid argument 0: hex string without 0x prefix',
    'header not found',
  ])('is none where the words are about something else: %s', (said) => {
    expect(readLogRefusal(said)).toBe(null);
  });

  test('takes a stated limit for good, and one of results only as long as it is met', () => {
    const stated = narrowLimits(FIRST_LIMITS, ASKED, { kind: 'blocks', most: 1_000 });
    const dense = narrowLimits(FIRST_LIMITS, ASKED, { kind: 'results', fits: null });
    const widened = (limits: LogLimits | null, times: number): number => {
      let now = limits ?? FIRST_LIMITS;
      for (let n = 0; n < times; n += 1) now = widenLimits(now, 10);
      return now.blocks;
    };
    expect(widened(stated, 20)).toBe(1_000);
    expect(widened(dense, 2)).toBe(20_000);
    expect(widenLimits(FIRST_LIMITS, 5_000)).toEqual(FIRST_LIMITS);
  });

  test('is always for less, so that it comes to an end whatever the words are', () => {
    const words = fc.constantFrom(
      'query returned more than 10000 results',
      `Try with this block range ${suggestion(0, Number.MAX_SAFE_INTEGER)}`,
      `this block range should work: ${suggestion(ASKED.to, ASKED.from)}`,
      `this block range should work: ${suggestion(ASKED.from, ASKED.to)}`,
      'retry with the range 20000000-20009999',
      'limited to a 1,000,000 range',
      'limited to a 0 range',
      'exceed maximum block range: 10000',
      'exceed max topics: 1000',
      'exceed max addresses or topics per search position',
    );
    fc.assert(
      fc.property(
        fc.array(words, { minLength: 100, maxLength: 100 }),
        fc.integer({ min: 1, max: 30_000_000 }),
        fc.integer({ min: 1, max: 1_000 }),
        (list, span, wallets) => {
          let asked = { from: ASKED.from, to: ASKED.from + span - 1, wallets };
          let limits: LogLimits = { ...FIRST_LIMITS, blocks: span, wallets };
          for (const said of list) {
            const refusal = readLogRefusal(said);
            if (refusal === null) throw new Error(`${said} is not understood`);
            const narrowed = narrowLimits(limits, asked, refusal);
            const before = (asked.to - asked.from + 1) * asked.wallets;
            if (narrowed === null) return asked.wallets === 1;
            limits = narrowed;
            const blocks = Math.min(asked.to - asked.from + 1, limits.blocks);
            asked = { from: asked.from, to: asked.from + blocks - 1, wallets: Math.min(asked.wallets, limits.wallets) };
            if (blocks * asked.wallets >= before) return false;
          }
          return false;
        },
      ),
      { seed: 3, numRuns: 500 },
    );
  });
});

describe.skipIf(!hasSharedData)('recorded replies of nodes', () => {
  interface Recorded {
    readonly provider: string;
    readonly what: string;
    readonly body?: { readonly error?: { readonly message: string } };
    readonly body_error?: { readonly message: string };
    readonly body_error_prefix?: { readonly message: string };
    readonly message?: string;
  }
  const recorded = (): Recorded[] => JSON.parse(readFileSync(sharedData('api-samples/provider_errors.json'), 'utf8'));
  const NEXT: Readonly<Record<string, readonly [from: number, to: number, blocks: number]>> = {
    // Each in the range that it was about.
    'Alchemy: eth_getLogs too large (paid/2024)': [0x0, 0x1300000, 0xd043b8 + 1],
    'Alchemy: eth_getLogs plan range cap (2025)': [0x123c9b2, 0x123cfff, 500],
    'Infura: too many results (2024)': [0xbde5f8, 0x1400000, 0x102dbcc - 0xbde5f8 + 1],
    'Infura: range limit (2026-08-25)': [0, 999_999, 10_000],
    'zkSync: too many results': [0x0, 0xfff, 0x30f + 1],
    'QuickNode / Base public: range cap; HTTP 413': [0, 99_999, 10_000],
    'publicnode: range cap': [0, 99_999, 50_000],
    'dRPC free: range cap': [0, 99_999, 10_000],
    'Ankr: range cap': [0, 9_999, 5_000],
    'java-tron /jsonrpc eth_getLogs: range > node.jsonrpc.maxBlockRange (default 5000)': [0, 9_999, 5_000],
    'java-tron /jsonrpc eth_getLogs: too many results': [0, 9_999, 5_000],
  };

  test('each leads to the right next question', () => {
    const found = Object.fromEntries(
      recorded().flatMap(({ provider, what, body, body_error, message }) => {
        const said = body?.error?.message ?? body_error?.message ?? message;
        const name = `${provider}: ${what}`;
        const [from, to] = NEXT[name] ?? [];
        if (said === undefined || from === undefined || to === undefined) return [];
        return [[name, [from, to, nextQuestion(said, { from, to, wallets: 10 })?.[0]]]];
      }),
    );
    expect(found).toEqual(NEXT);
  });

  test('that want a key are no question of size', async () => {
    const [ankr] = recorded().filter(({ provider, what }) => provider === 'Ankr' && what === 'no key');
    const error = ankr?.body_error_prefix;
    expect(error?.message).toContain('authenticate');
    const http = async () => ({ status: 200, headers: new Headers(), text: JSON.stringify({ id: 1, error }) });
    const source = createEthereumNode({ url: 'http://127.0.0.1:9', http });
    await expect(source.head()).rejects.toMatchObject({ name: 'UserError', code: 'PROVIDER_KEY_REFUSED' });
  });

  test('are all accounted for', () => {
    const nodes = recorded().filter(({ provider }) => !/^(?:Etherscan|TronGrid|TronScan)/.test(provider));
    const names = nodes.map(({ provider, what }) => `${provider}: ${what}`);
    expect(names.sort()).toEqual([...Object.keys(NEXT), 'Ankr: no key'].sort());
  });
});
