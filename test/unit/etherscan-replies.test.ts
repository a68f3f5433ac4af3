/** Recorded replies of Etherscan, and what its errors lead to. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { etherscanPlace, historySchema, readEtherscan, TooLarge } from '../../src/chains/ethereum/etherscan-replies.ts';
import { RetryableError, UserError } from '../../src/errors.ts';
import { hasSharedData, sharedData } from '../shared-data.ts';

const PLACE = etherscanPlace('https://api.etherscan.io/v2/api', 'hunter2hunter2');
const reply = (body: unknown) => ({ status: 200, headers: new Headers(), text: JSON.stringify(body) });
const read = (body: unknown) => readEtherscan(reply(body), historySchema, PLACE).result;

function told(body: unknown): string {
  try {
    return `${read(body).length} rows`;
  } catch (error) {
    if (error instanceof TooLarge) return 'asked for less';
    if (error instanceof RetryableError) return `${error.code}, again after ${error.retryAfterMs ?? 0} ms`;
    if (error instanceof UserError) return error.code;
    throw error;
  }
}

describe.skipIf(!hasSharedData)('recorded replies', () => {
  test.each([
    ['get_erc20_token_transfer_events_by_address', 1209],
    ['get_erc20_token_transfer_events_by_address_and_contract_paginated', 35],
    ['get_erc20_token_transfer_events_by_contract_address_paginated', 100],
  ])('%s', (name, rows) => {
    const { res } = JSON.parse(readFileSync(sharedData(`api-samples/etherscan-v1/${name}.json`), 'utf8'));
    const parsed = read({ status: '1', message: 'OK', result: res });
    expect(parsed).toHaveLength(rows);
    expect(parsed.every(({ blockNumber, timeStamp }) => blockNumber > 0 && timeStamp > 1_400_000_000)).toBe(true);
  });

  test('each recorded error leads to the right next step', () => {
    interface Recorded {
      readonly provider: string;
      readonly what: string;
      readonly body?: unknown;
    }
    const recorded: Recorded[] = JSON.parse(readFileSync(sharedData('api-samples/provider_errors.json'), 'utf8'));
    const found = recorded
      .filter(({ provider }) => provider.startsWith('Etherscan'))
      .map(({ what, body }) => [what, told(body)]);
    expect(found).toMatchInlineSnapshot(`
      [
        [
          "per-second limit, HTTP 200",
          "PROVIDER_BUSY, again after 1000 ms",
        ],
        [
          "V1 switched off, HTTP 200",
          "PROVIDER_OUTDATED",
        ],
        [
          "page x offset > 10000",
          "asked for less",
        ],
        [
          "empty",
          "0 rows",
        ],
        [
          "bad address",
          "REPLY_ERROR, again after 0 ms",
        ],
      ]
    `);
  });
});

test.each([
  ['Max calls per sec rate limit reached (3/sec)', 'PROVIDER_BUSY, again after 1000 ms'],
  ['Max rate limit reached, please use API Key for higher rate limit', 'PROVIDER_BUSY, again after 1000 ms'],
  [
    'Free API access is temporarily unavailable due to unusually high network activity.',
    'PROVIDER_BUSY, again after 1000 ms',
  ],
  ['Max daily rate limit reached. 110000 (100%) of 100000 day/limit', 'PROVIDER_QUOTA, again after 30000 ms'],
  ['Too many invalid api key attempts, please try again later', 'PROVIDER_BUSY, again after 30000 ms'],
  ['Query Timeout occured. Please select a smaller result dataset', 'asked for less'],
  ['Invalid API Key (#err2)|BAR', 'PROVIDER_KEY_REFUSED'],
  ['Missing/Invalid API Key', 'PROVIDER_KEY_REFUSED'],
  ['Free API access is not supported for this chain. Please upgrade your api plan', 'PROVIDER_PLAN'],
])('%s', (result, outcome) => {
  expect(told({ status: '0', message: 'NOTOK', result })).toBe(outcome);
});
