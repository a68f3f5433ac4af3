/** The forms in which providers refuse: how long each wants us to hold, and the rate that it names. */
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { etherscanPlace, readEtherscan } from '../../src/chains/ethereum/etherscan-replies.ts';
import { createEthereumNode } from '../../src/chains/ethereum/node.ts';
import type { HttpReply } from '../../src/chains/http.ts';
import { readReply, trongridPlace } from '../../src/chains/tron/trongrid-replies.ts';

const reply = (status: number, body: unknown, headers: Record<string, string> = {}): HttpReply => ({
  status,
  headers: new Headers(headers),
  text: typeof body === 'string' ? body : JSON.stringify(body),
});
const suspended = 'The key exceeds the frequency limit(15), and the query server is suspended for 30s';

const trongrid = (got: HttpReply) => readReply(got, z.unknown(), trongridPlace('https://api.trongrid.io', null));
const etherscan = (got: HttpReply) =>
  readEtherscan(got, z.unknown(), etherscanPlace('https://api.etherscan.io/v2/api', null));
const node = (got: HttpReply) =>
  createEthereumNode({ url: 'https://node.example/', needsHistory: false, http: async () => got }).head();

async function told(read: (got: HttpReply) => unknown, got: HttpReply) {
  try {
    await read(got);
  } catch (error) {
    const { code, retryAfterMs, mostPerSecond } = error as Record<string, unknown>;
    return [code, retryAfterMs, mostPerSecond];
  }
  throw new Error('It was not refused');
}

describe('a refusal of TronGrid', () => {
  test.each<[string, HttpReply, string, number, number | undefined]>([
    ['v1, suspended', reply(403, { Success: false, Error: suspended, StatusCode: 403 }), 'PROVIDER_BUSY', 30_000, 15],
    ['the node, suspended', reply(403, { Error: suspended }), 'PROVIDER_BUSY', 30_000, 15],
    ['suspended within 200', reply(200, { Error: suspended }), 'PROVIDER_BUSY', 30_000, 15],
    [
      'without a key',
      reply(403, { Error: 'request rate exceeded the allowed_rps(10), and the query server is suspended for 5 s' }),
      ...(['PROVIDER_BUSY', 5_000, 10] as const),
    ],
    [
      'the daily quota',
      reply(403, {
        Error: 'Exceed the user daily usage (100000), the maximum query frequency is 1 time per second',
      }),
      ...(['PROVIDER_QUOTA', 2_000, 1] as const),
    ],
    [
      'the node itself',
      reply(200, { Error: 'class java.lang.IllegalAccessException : lack of computing resources' }),
      ...(['PROVIDER_BUSY', 2_000, undefined] as const),
    ],
    ['a bare 429', reply(429, ''), 'PROVIDER_BUSY', 2_000, undefined],
    ['429 with a header', reply(429, '', { 'retry-after': '7' }), 'PROVIDER_BUSY', 7_000, undefined],
    [
      '429 with a time of day, by its own clock',
      reply(429, '', { date: 'Wed, 25 Nov 2026 10:00:00 GMT', 'retry-after': 'Wed, 25 Nov 2026 10:00:40 GMT' }),
      ...(['PROVIDER_BUSY', 40_000, undefined] as const),
    ],
    ['a header beside words', reply(429, { Error: suspended }, { 'retry-after': '3' }), 'PROVIDER_BUSY', 30_000, 15],
    ['503', reply(503, '<html>Service Unavailable</html>'), 'PROVIDER_BUSY', 2_000, undefined],
    ['503 with a header', reply(503, '', { 'retry-after': '120' }), 'PROVIDER_BUSY', 120_000, undefined],
    ['403 without words', reply(403, '<html>Forbidden</html>'), 'PROVIDER_FORBIDDEN', 30_000, undefined],
    ['a wait of days', reply(429, '', { 'retry-after': '9999999' }), 'PROVIDER_BUSY', 3_600_000, undefined],
  ])('%s', async (_, got, ...expected) => {
    expect(await told(trongrid, got)).toEqual(expected);
  });
});

describe('a refusal of Etherscan', () => {
  const notOk = (result: string) => reply(200, { status: '0', message: 'NOTOK', result });
  test.each<[HttpReply, string, number, number | undefined]>([
    [notOk('Max calls per sec rate limit reached (3/sec)'), 'PROVIDER_BUSY', 1_000, 3],
    [notOk('Max rate limit reached, please use API Key for higher rate limit'), 'PROVIDER_BUSY', 1_000, undefined],
    [
      notOk('Free API access is temporarily unavailable due to unusually high network activity.'),
      ...(['PROVIDER_BUSY', 1_000, undefined] as const),
    ],
    [
      notOk('Too many invalid api key attempts, please try again later'),
      ...(['PROVIDER_BUSY', 30_000, undefined] as const),
    ],
    [
      notOk('Max daily rate limit reached. 110000 (110%) of 100000 day/limit'),
      ...(['PROVIDER_QUOTA', 30_000, undefined] as const),
    ],
    [reply(429, 'Too many', { 'retry-after': '9' }), 'PROVIDER_BUSY', 9_000, undefined],
  ])('%#', async (got, ...expected) => {
    expect(await told(etherscan, got)).toEqual(expected);
  });
});

describe('a refusal of a node', () => {
  const error = (message: string, more: object = {}) => ({
    jsonrpc: '2.0',
    id: 1,
    error: { code: -32005, message, ...more },
  });
  test.each<[HttpReply, string, number, number | undefined]>([
    [
      reply(
        429,
        error('project ID request rate exceeded', { data: { rate: { allowed_rps: 10.5, backoff_seconds: 30 } } }),
      ),
      ...(['PROVIDER_BUSY', 30_000, 10.5] as const),
    ],
    [
      reply(200, error('50/second request limit reached - reduce calls per second')),
      ...(['PROVIDER_BUSY', 2_000, 50] as const),
    ],
    [
      reply(200, error('Too many requests, reason: call rate limit exhausted, retry in 10s')),
      ...(['PROVIDER_BUSY', 10_000, undefined] as const),
    ],
    [
      reply(200, error('Your app has exceeded its compute units per second capacity.')),
      ...(['PROVIDER_BUSY', 2_000, undefined] as const),
    ],
    [reply(200, error('daily request count exceeded, request rate limited')), 'PROVIDER_QUOTA', 2_000, undefined],
    [reply(503, error('service unavailable')), 'PROVIDER_BUSY', 2_000, undefined],
    [reply(429, '', { 'retry-after': '4' }), 'PROVIDER_BUSY', 4_000, undefined],
  ])('%#', async (got, ...expected) => {
    expect(await told(node, got)).toEqual(expected);
  });
});
