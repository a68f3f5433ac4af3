import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { addressFromWord } from '../../src/chains/address.ts';
import { type Address, type ChainSource, isRemark, type TransactionHash } from '../../src/chains/chain.ts';
import type { Http, HttpReply } from '../../src/chains/http.ts';
import { USDT } from '../../src/chains/tron/assets.ts';
import { createTronGrid } from '../../src/chains/tron/trongrid.ts';
import { historySchema, readReply, type TronGridRow, trongridPlace } from '../../src/chains/tron/trongrid-replies.ts';
import { RetryableError, UserError } from '../../src/errors.ts';
import { hasSharedData, sharedData } from '../shared-data.ts';

const WALLET = 'TNtbiqvanUnm4YHK9SYzRGR8ktiHRduDbM' as Address;
const OTHER = 'TL24LCps5FKwp3PoU1MvrYrwhi5LU1tHre' as Address;
const TRANSACTION = '77ff0c0819cc39b3d24c98a3e94c1789f9e4376509aaadc82894896474c0e6b2' as TransactionHash;
const NOON = Date.UTC(2026, 6, 21, 12);
const WINDOW = { from: NOON - 1_000_000, until: NOON + 1_000_000 };

const ROW: TronGridRow = {
  transaction_id: TRANSACTION,
  token_info: { address: USDT.contract },
  block_timestamp: NOON,
  from: WALLET,
  to: OTHER,
  type: 'Transfer',
  value: '195170000',
};

function reply(status: number, body: unknown, headers: Record<string, string> = {}): HttpReply {
  return { status, headers: new Headers(headers), text: typeof body === 'string' ? body : JSON.stringify(body) };
}

function sourceThatHears(answer: HttpReply | Http, key: string | null = null): ChainSource {
  const http: Http = typeof answer === 'function' ? answer : async () => answer;
  return createTronGrid({ url: 'https://api.trongrid.io', key, http });
}

function readHistory(source: ChainSource, position = WINDOW.from) {
  const cursor = { position, held: [], token: null };
  return source.history({ wallets: [WALLET], asset: USDT, window: WINDOW, cursor });
}

/** What the crawl learns and what a person reads: the kind of error, its code, its wait, and its whole text. */
async function told(work: Promise<unknown> | undefined): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (error instanceof UserError) return `UserError ${error.code}\n${error.text}`;
    if (!(error instanceof RetryableError)) throw error;
    const wait = error.retryAfterMs === undefined ? '' : `, wait ${error.retryAfterMs} ms`;
    return `RetryableError ${error.code}${wait}\n${error.message}`;
  }
  throw new Error('the reply was taken for a good one');
}

function historyTold(status: number, body: unknown, headers: Record<string, string> = {}): Promise<string> {
  return told(readHistory(sourceThatHears(reply(status, body, headers))));
}

function pageTold(...rows: Partial<TronGridRow>[]): Promise<string> {
  return historyTold(200, { data: rows.map((row) => ({ ...ROW, ...row })), success: true });
}

describe.skipIf(!hasSharedData)('recorded replies', () => {
  const FOLDER = sharedData('api-samples/trongrid/');
  /** How many rows of an account's token history a file has; `null` for an answer to a question that is not asked. */
  const FILES: Record<string, number | null> = {
    'accounts_response.json': null,
    'accounts_txs_response.json': null,
    'asset_1000542_response.json': null,
    'asset_1000567_response.json': null,
    // A list without entries is the same in every endpoint.
    'asset_tr7nh_response.json': 0,
    'delegation.json': null,
    'delegation_2.json': null,
    'token_txs_response.json': null,
    'tokens_response.json': null,
    'transfer.json': null,
    'trc20_response.json': null,
    'tron-api_v1_accounts_TFFriedwRtWdFuzerDDtkoQTZ29smDZ1MB.json': null,
    'tron-api_v1_accounts_TFFriedwRtWdFuzerDDtkoQTZ29smDZ1MB_transactions__limit_25_order_by_block_timestamp_desc_token_id_.json':
      null,
    'tron-api_v1_assets_1002000.json': null,
    'tron-api_v1_assets_1002798.json': null,
    'tron-api_v1_assets_1002814.json': null,
    'tron-api_wallet_getaccount.json': null,
    'tron-api_wallet_getaccount.request_json': null,
    'tron-api_wallet_listwitnesses.json': null,
    'trongrid_contract_events_usdt.json': null,
    'trongrid_trc20_one_row_2026.json': 1,
    'txs_empty_response.json': 0,
    'txs_response.json': null,
    'txs_trc20_response.json': 20,
  };
  const place = trongridPlace('https://api.trongrid.io', null);
  const read = (file: string) => readReply(reply(200, readFileSync(FOLDER + file, 'utf8')), historySchema, place);

  test('are all accounted for', () => {
    expect(readdirSync(FOLDER).sort()).toEqual(Object.keys(FILES).sort());
  });

  test.each(Object.entries(FILES).filter(([, rows]) => rows !== null))('%s is a history of %i rows', (file, rows) => {
    expect(read(file).data).toHaveLength(rows ?? -1);
  });

  test.each(Object.entries(FILES).filter(([, rows]) => rows === null))('%s is not taken for a history', (file) => {
    expect(() => read(file)).toThrow(expect.objectContaining({ code: 'REPLY_INVALID' }));
  });

  test('a page of 2020 has every field that is read, and a fingerprint', () => {
    const { data, meta } = read('txs_trc20_response.json');
    expect(meta?.fingerprint).toBe('2tmLC90HQEnpnJ02w3n');
    expect(new Set(data.map(({ type }) => type))).toEqual(new Set(['Transfer']));
    expect(data.filter((row) => row._unconfirmed)).toHaveLength(2);
    expect(
      data.every(({ value, token_info }) => /^\d+$/.test(value ?? '') && token_info?.address?.startsWith('T')),
    ).toBe(true);
  });

  test('an empty page of 2020 names a further one', () => {
    expect(read('txs_empty_response.json')).toMatchObject({
      data: [],
      meta: { fingerprint: expect.stringMatching(/^AYa6/) },
    });
  });

  test('a row of 2026 becomes a transfer', async () => {
    const source = sourceThatHears(reply(200, readFileSync(`${FOLDER}trongrid_trc20_one_row_2026.json`, 'utf8')));
    const window = { from: USDT.since, until: Date.UTC(2027, 0, 1) };
    const cursor = { position: window.from, held: [], token: null };
    expect(await source.history({ wallets: [WALLET], asset: USDT, window, cursor })).toEqual({
      rows: [
        {
          chain: 'tron',
          asset: 'USDT',
          transaction: TRANSACTION,
          from: WALLET,
          to: USDT.contract,
          value: 195_170_000n,
          timestamp: 1_784_641_290_000,
          block: null,
        },
      ],
      next: null,
      remarks: [],
      quiet: true,
    });
  });
});

describe.skipIf(!hasSharedData)('recorded errors of TronGrid', () => {
  interface Recorded {
    provider: string;
    what: string;
    body?: object;
    message_prefix?: string;
  }
  const readRecorded = () =>
    (JSON.parse(readFileSync(sharedData('api-samples/provider_errors.json'), 'utf8')) as Recorded[]).filter(
      ({ provider }) => provider === 'TronGrid',
    );
  const body = ({ body, message_prefix }: Recorded) => body ?? { Error: message_prefix };

  test('are recognised for what they are, at every status', async () => {
    const lines: string[] = [];
    for (const each of readRecorded()) {
      const texts = new Set<string>();
      for (const status of [200, 403, 429, 503]) texts.add(await historyTold(status, body(each)));
      expect(texts.size).toBe(1);
      lines.push(...texts);
    }
    expect(lines.join('\n\n')).toMatchInlineSnapshot(`
      "RetryableError PROVIDER_BUSY, wait 5000 ms
      api.trongrid.io asks us to slow down: "request rate exceeded the allowed_rps(10), and the query server is suspended for 5 s".

      RetryableError PROVIDER_BUSY, wait 2000 ms
      api.trongrid.io asks us to slow down: "The key exceeds the frequency limit(15), and the query server is suspended for 2s".

      RetryableError PROVIDER_QUOTA, wait 2000 ms
      api.trongrid.io says that the daily quota is used up: "Exceed the user daily usage (100000), the maximum query frequency is 1 time per second"."
    `);
  });

  test('and in the envelope of its v1', async () => {
    for (const each of readRecorded()) {
      const words = each.message_prefix ?? (each.body as { Error: string }).Error;
      const v1 = await historyTold(403, { Success: false, Error: words, StatusCode: 403 });
      expect(v1).toBe(await historyTold(403, body(each)));
    }
  });
});

describe('a reply that is none', () => {
  test('a web page', async () => {
    expect(await historyTold(200, '<!DOCTYPE html><html><body>Just a moment...</body></html>')).toMatchInlineSnapshot(`
      "RetryableError REPLY_NOT_JSON
      api.trongrid.io sent a web page instead of data (200)."
    `);
  });

  test('401: a key that is not known', async () => {
    const answer = reply(401, { Error: 'ApiKey not exists' });
    expect(await told(readHistory(sourceThatHears(answer, 'aaaa-bbbb')))).toMatchInlineSnapshot(`
      "UserError PROVIDER_KEY_REFUSED
      api.trongrid.io refuses the key in TRON_API_KEY (401): "ApiKey not exists".
      Keys are made at trongrid.io, free of charge; a key works for one provider only.
      Correct TRON_API_KEY, or unset it to go without."
    `);
  });

  test('401 without a key', async () => {
    expect(await historyTold(401, '')).toMatchInlineSnapshot(`
      "UserError PROVIDER_KEY_REFUSED
      api.trongrid.io refuses requests without a key (401).
      Keys are made at trongrid.io, free of charge; a key works for one provider only.
      Set TRON_API_KEY."
    `);
  });

  test('403 with a web page', async () => {
    expect(await historyTold(403, '<html><h1>403 Forbidden</h1>\n<hr>nginx</html>')).toMatchInlineSnapshot(`
      "RetryableError PROVIDER_FORBIDDEN, wait 30000 ms
      api.trongrid.io refuses to answer (403): "403 Forbidden nginx"."
    `);
  });

  test('403 that says how long', async () => {
    expect(await historyTold(403, '', { 'retry-after': '120' })).toMatchInlineSnapshot(`
      "RetryableError PROVIDER_FORBIDDEN, wait 120000 ms
      api.trongrid.io refuses to answer (403)."
    `);
  });

  test('404', async () => {
    expect(await historyTold(404, { success: false, error: 'Not Found', statusCode: 404 })).toMatchInlineSnapshot(`
      "UserError PROVIDER_NOT_FOUND
      api.trongrid.io does not know TronGrid's addresses (404).
      TRON_API_URL is the root of a server that speaks TronGrid v1, such as https://api.trongrid.io.
      Correct TRON_API_URL, or unset it to use TronGrid."
    `);
  });

  test('429 with a wait', async () => {
    expect(await historyTold(429, '{"Error":"Too Many Requests"}', { 'retry-after': '7' })).toMatchInlineSnapshot(`
      "RetryableError PROVIDER_BUSY, wait 7000 ms
      api.trongrid.io asks us to slow down: "Too Many Requests"."
    `);
  });

  test('429 without a wait', async () => {
    expect(await historyTold(429, 'slow down')).toMatchInlineSnapshot(`
      "RetryableError PROVIDER_BUSY, wait 2000 ms
      api.trongrid.io asks us to slow down: "slow down"."
    `);
  });

  test.each([
    ['0', 1_000],
    ['99999999', 3_600_000],
    ['tomorrow', 2_000],
    ['-5', 2_000],
  ])('429 that asks to wait %s: never a flood, never a standstill', async (header, wait) => {
    expect(await historyTold(429, '', { 'retry-after': header })).toContain(`wait ${wait} ms`);
  });

  test('suspended for years is suspended for an hour', async () => {
    const words = 'the query server is suspended for 999999999 s';
    expect(await historyTold(403, { Error: `exceeds the frequency limit(1), and ${words}` })).toContain(
      'wait 3600000 ms',
    );
  });

  test('500', async () => {
    expect(await historyTold(500, { success: false, error: 'internal error', statusCode: 500 })).toMatchInlineSnapshot(`
      "RetryableError PROVIDER_DOWN
      api.trongrid.io has a fault (500): "internal error"."
    `);
  });

  test('502 with a web page', async () => {
    expect(await historyTold(502, '<html><title>Bad Gateway</title></html>')).toMatchInlineSnapshot(`
      "RetryableError PROVIDER_DOWN
      api.trongrid.io has a fault (502): "Bad Gateway"."
    `);
  });

  test('an empty body', async () => {
    expect(await historyTold(200, ' \n')).toMatchInlineSnapshot(`
      "RetryableError REPLY_EMPTY
      api.trongrid.io sent an empty reply."
    `);
  });

  test('JSON that breaks off', async () => {
    expect(await historyTold(200, '{"data":[{"transaction_id":"77ff0c08')).toMatchInlineSnapshot(`
      "RetryableError REPLY_NOT_JSON
      api.trongrid.io sent half a reply instead of data (200)."
    `);
  });

  test('JSON that is no object', async () => {
    expect(await historyTold(200, 'null')).toMatchInlineSnapshot(`
      "RetryableError REPLY_NOT_JSON
      api.trongrid.io sent something that is no JSON instead of data (200)."
    `);
  });

  test('an error in 200', async () => {
    const lack = 'class java.lang.IllegalAccessException : lack of computing resources';
    expect(await historyTold(200, { Error: lack })).toMatchInlineSnapshot(`
      "RetryableError PROVIDER_BUSY, wait 2000 ms
      api.trongrid.io asks us to slow down: "class java.lang.IllegalAccessException : lack of computing resources"."
    `);
    expect(await historyTold(200, { error: { code: 7, message: 'no such thing' } })).toMatchInlineSnapshot(`
      "RetryableError REPLY_ERROR
      api.trongrid.io answered with an error: "{"code":7,"message":"no such thing"}"."
    `);
  });

  test('success: false', async () => {
    expect(await historyTold(200, { success: false })).toMatchInlineSnapshot(`
      "RetryableError REPLY_ERROR
      api.trongrid.io answered with an error: "success is false"."
    `);
    expect(await historyTold(200, { success: false, message: 'try later' })).toMatchInlineSnapshot(`
      "RetryableError REPLY_ERROR
      api.trongrid.io answered with an error: "try later"."
    `);
  });

  test('400: its own cursor is refused', async () => {
    const error = 'Invalid query filter(s)!: [fingerprint does not match current set of params]';
    expect(await historyTold(400, { success: false, error, statusCode: 400 })).toMatchInlineSnapshot(`
      "RetryableError CURSOR_REFUSED
      api.trongrid.io no longer knows its own cursor: "Invalid query filter(s)!: [fingerprint does not match current set of params]"."
    `);
  });

  test('400: something else', async () => {
    const error = 'A valid account address is required.';
    expect(await historyTold(400, { success: false, error, statusCode: 400 })).toMatchInlineSnapshot(`
      "RetryableError REPLY_ERROR
      api.trongrid.io answered with an error: "A valid account address is required."."
    `);
  });

  test('a lite node', async () => {
    const words = 'this API is closed because this node is a lite fullnode';
    expect(await historyTold(200, words)).toMatchInlineSnapshot(`
      "UserError PROVIDER_LITE
      api.trongrid.io is a lite node and has no history.
      Wallet histories come from TronGrid or a server that speaks TronGrid's v1.
      Correct TRON_API_URL, or unset it to use TronGrid."
    `);
    expect(await historyTold(405, words)).toBe(await historyTold(200, words));
  });

  test('data of another shape', async () => {
    expect(await historyTold(200, { data: [{ ...ROW, block_timestamp: 'noon' }] })).toMatchInlineSnapshot(`
      "RetryableError REPLY_INVALID
      api.trongrid.io sent data of an unknown shape: data.0.block_timestamp: Invalid input: expected number, received string."
    `);
    expect(await historyTold(200, { success: true })).toMatchInlineSnapshot(`
      "RetryableError REPLY_INVALID
      api.trongrid.io sent data of an unknown shape: data: Invalid input: expected array, received undefined."
    `);
    expect(await historyTold(200, [])).toMatchInlineSnapshot(`
      "RetryableError REPLY_INVALID
      api.trongrid.io sent data of an unknown shape: the reply: Invalid input: expected object, received array."
    `);
  });

  test('a long answer is cut, and on one line', async () => {
    const text = await historyTold(500, { error: `first\nsecond\u001b[31m\t${'x'.repeat(10_000)}` });
    expect(text).toMatchInlineSnapshot(`
      "RetryableError PROVIDER_DOWN
      api.trongrid.io has a fault (500): "first second [31m xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…"."
    `);
  });
});

describe('a page of rows', () => {
  test("another token's rows and approvals are left out, and the record says so", async () => {
    const foreign = { ...ROW, token_info: { address: OTHER } };
    const odd = [foreign, foreign, { ...ROW, type: 'Approval', value: undefined }, ROW];
    const page = await readHistory(sourceThatHears(reply(200, { data: odd })));
    expect(page.rows).toHaveLength(1);
    expect(page.remarks).toEqual([
      { code: 'ROWS_NO_TRANSFER', count: 1, text: 'rows that are no transfers (such as approvals) were left out' },
      { code: 'ROWS_OTHER_TOKEN', count: 2, text: "rows of another token's contract were left out" },
    ]);
    for (const { code } of page.remarks) expect(isRemark(code)).toBe(true);
    expect(isRemark('REPLY_INVALID')).toBe(false);
  });

  test('a row that is not confirmed', async () => {
    expect(await pageTold({ _unconfirmed: true })).toMatchInlineSnapshot(`
      "RetryableError REPLY_INVALID
      The provider sent a page that cannot be right: a row is not confirmed although only confirmed ones were asked for."
    `);
  });

  test('a row without a token', async () => {
    expect(await pageTold({ token_info: undefined })).toMatchInlineSnapshot(`
      "RetryableError REPLY_INVALID
      The provider sent a page that cannot be right: a row does not say of which token it is."
    `);
  });

  test('a row without value', async () => {
    expect(await pageTold({ value: undefined })).toMatchInlineSnapshot(`
      "RetryableError REPLY_INVALID
      The provider sent a page that cannot be right: a row has no amount."
    `);
  });

  test.each(['', '-1', '1.5', '1e9', 'NaN', '0x10', ' 1', '9'.repeat(79)])('a row with the value %j', async (value) => {
    expect(await pageTold({ value })).toBe(
      'RetryableError REPLY_INVALID\nThe provider sent a page that cannot be right: a row has an amount that is no whole number.',
    );
  });

  test('a row of another wallet', async () => {
    expect(await pageTold({ from: OTHER, to: USDT.contract })).toMatchInlineSnapshot(`
      "RetryableError REPLY_INVALID
      The provider sent a page that cannot be right: a row is of another wallet."
    `);
  });

  test('a row whose sender is no address', async () => {
    expect(await pageTold({ from: '0xdAC17F958D2ee523a2206206994597C13D831ec7' })).toMatchInlineSnapshot(`
      "RetryableError REPLY_INVALID
      The provider sent a page that cannot be right: a row has a sender or recipient that is no address of Tron."
    `);
  });

  test('rows out of order', async () => {
    expect(await pageTold({ block_timestamp: NOON + 3_000 }, {})).toMatchInlineSnapshot(`
      "RetryableError REPLY_INVALID
      The provider sent a page that cannot be right: rows are not in order of time."
    `);
  });

  test('a row from before what was asked for', async () => {
    expect(await pageTold({ block_timestamp: WINDOW.from - 1 })).toMatchInlineSnapshot(`
      "RetryableError REPLY_INVALID
      The provider sent a page that cannot be right: a row is older than the time asked for."
    `);
  });

  test('rows from behind what was asked for are left out, and the wallet is not said to be quiet', async () => {
    const beyond = [
      { ...ROW, block_timestamp: WINDOW.until, value: '70' },
      { ...ROW, block_timestamp: WINDOW.until + 3_000, from: ROW.to, to: ROW.from, value: '500' },
    ];
    const { rows, ...page } = await readHistory(sourceThatHears(reply(200, { data: [ROW, ...beyond] })));
    expect([rows.length, page]).toEqual([1, { next: null, remarks: [] }]);
    const more = { data: [ROW, ...beyond], meta: { fingerprint: 'more' } };
    expect(await readHistory(sourceThatHears(reply(200, more)))).toEqual({ rows, next: null, remarks: [] });
  });

  test('a page that lacks what was listed before', async () => {
    const source = sourceThatHears(reply(200, { data: [] }));
    const { rows } = await readHistory(sourceThatHears(reply(200, { data: [ROW] })));
    const cursor = { position: NOON, held: rows, token: null };
    expect(
      await told(source.history({ wallets: [WALLET], asset: USDT, window: WINDOW, cursor })),
    ).toMatchInlineSnapshot(`
      "RetryableError REPLY_INCONSISTENT
      The provider sent an empty page where it listed a transfer before."
    `);
  });

  test('one row less than before: the row is kept, and the record says so', async () => {
    const second = { ...ROW, value: '7' };
    const { rows } = await readHistory(sourceThatHears(reply(200, { data: [ROW, second] })));
    const source = sourceThatHears(reply(200, { data: [second] }));
    const cursor = { position: NOON, held: rows, token: null };
    const page = await source.history({ wallets: [WALLET], asset: USDT, window: WINDOW, cursor });
    expect(page.rows.map(({ value }) => value)).toEqual([195_170_000n, 7n]);
    expect(page.remarks).toEqual([
      {
        code: 'ROW_MISSING_KEPT',
        count: 1,
        text: 'transfers that were listed before were missing when their page was read again; they are kept',
      },
    ]);
  });

  test('more rows at one moment than can be paged through', async () => {
    const full = (limit: number) => Array.from({ length: limit }, () => ROW);
    const source = sourceThatHears(async ({ url }) =>
      reply(200, { data: full(Number(new URL(url).searchParams.get('limit'))) }),
    );
    const window = { from: NOON, until: WINDOW.until };
    const request = { wallets: [WALLET], asset: USDT, window };
    const first = await source.history({ ...request, cursor: { position: NOON, held: [], token: null } });
    const again = first.next ?? { position: 0, held: [], token: null };
    expect(await told(source.history({ ...request, cursor: again }))).toMatchInlineSnapshot(`
      "RetryableError HISTORY_STUCK
      More rows than a page holds stand at one instant (2026-07-21T12:00:00.000Z) and the provider names no next page."
    `);
  });

  test('empty pages that name a further one are followed, three times', async () => {
    const source = sourceThatHears(reply(200, { data: [], meta: { fingerprint: 'more' } }));
    const request = { wallets: [WALLET], asset: USDT, window: WINDOW };
    let page = await readHistory(source);
    let requests = 1;
    for (; page.next !== null; requests += 1) page = await source.history({ ...request, cursor: page.next });
    expect(requests).toBe(3);
    expect(page.remarks).toEqual([
      {
        code: 'PAGES_EMPTY',
        count: 3,
        text: 'pages in a row were empty and named a further one; the history is taken to end there',
      },
    ]);
  });
});

describe('the detail of a row', () => {
  const OWNER = '41d0b69631440f0a494bb51f7eee68ff5c593c00f0';
  const SIGNER = addressFromWord('tron', OWNER.slice(2));
  const contract = { parameter: { value: { owner_address: OWNER, data: 'a9059cbb' } }, type: 'TriggerSmartContract' };
  const detail = { txID: TRANSACTION, blockNumber: 69_316_562, raw_data: { contract: [contract] }, ret: [] };
  const other = '0130dfde9281a48378109039ef512229d5359fbee2a8adbb17ad73aebc67ea99';
  const toldOf = async (...rows: object[]) => {
    const page = await readHistory(sourceThatHears(reply(200, { data: rows.map((row) => ({ ...ROW, ...row })) })));
    return page.rows.map(({ block, signer }) => ({ block, signer }));
  };

  test('tells the block and who signed', async () => {
    expect(await toldOf({ detail })).toEqual([{ block: 69_316_562, signer: SIGNER }]);
  });

  test('may be missing where another row of the transaction, or of the moment, has it', async () => {
    const more = { value: '5' };
    expect(await toldOf({}, { ...more, detail }, { transaction_id: other })).toEqual([
      { block: 69_316_562, signer: SIGNER },
      { block: 69_316_562, signer: SIGNER },
      { block: 69_316_562, signer: undefined },
    ]);
  });

  test.each<[string, unknown, object]>([
    ['nothing', undefined, { block: null }],
    ['null', null, { block: null }],
    ['text', 'SUCCESS', { block: null }],
    ['an empty one', {}, { block: null }],
    ['that of another transaction', { ...detail, txID: other }, { block: null }],
    ['no contract', { ...detail, raw_data: { contract: [] } }, { block: 69_316_562 }],
    ['several contracts', { ...detail, raw_data: { contract: [contract, contract] } }, { block: 69_316_562 }],
    ['a list for a block', { ...detail, blockNumber: [1] }, { block: null, signer: SIGNER }],
    ['a negative block', { ...detail, blockNumber: -1 }, { block: null, signer: SIGNER }],
    ['half a block', { ...detail, blockNumber: 0.5 }, { block: null, signer: SIGNER }],
    ...['', '41', `0x${OWNER}`, OWNER.slice(2), `${OWNER}00`, '41zz'.padEnd(42, '0'), '9'.repeat(1_000_000)].map(
      (owner_address): [string, unknown, object] => [
        `the owner ${owner_address.slice(0, 50)}`,
        { ...detail, raw_data: { contract: [{ parameter: { value: { owner_address } } }] } },
        { block: 69_316_562 },
      ],
    ),
  ])('costs no row where it is odd: %s', async (_, odd, expected) => {
    expect(await toldOf({ detail: odd })).toEqual([{ signer: undefined, ...expected }]);
  });

  test('is not believed where two contradict each other', async () => {
    const signed = (owner_address: string, blockNumber: number) => ({
      ...{ ...detail, blockNumber },
      raw_data: { contract: [{ parameter: { value: { owner_address } } }] },
    });
    const none = { block: null, signer: undefined };
    const rows = [
      { detail: signed(OWNER, 7) },
      { value: '5', detail: signed(`41${'0'.repeat(40)}`, 8) },
      // Two moments cannot be one block.
      { transaction_id: other, block_timestamp: NOON + 3_000, detail: { ...detail, txID: other, blockNumber: 9 } },
      { transaction_id: other, block_timestamp: NOON + 6_000, detail: { ...detail, txID: other, blockNumber: 9 } },
    ];
    expect(await toldOf(...rows)).toEqual([none, none, { ...none, signer: SIGNER }, { ...none, signer: SIGNER }]);
  });

  test('is asked for again, one by one, where it is missing', async () => {
    const source = (body: unknown, status = 200) => sourceThatHears(reply(status, body));
    const signer = (body: unknown, status?: number) =>
      source(body, status).signer({ transaction: TRANSACTION, asset: USDT });
    expect(await signer({ ...detail, signature: ['00'] })).toBe(SIGNER);
    expect(await told(signer({}))).toContain('RECEIPT_MISSING');
    expect(await told(signer({ ...detail, txID: other }))).toContain('RECEIPT_MISSING');
    expect(await told(signer({ txID: TRANSACTION }))).toMatchInlineSnapshot(`
      "RetryableError REPLY_INVALID
      api.trongrid.io sent a transaction that does not say who signed it."
    `);
    expect(await told(signer({ ...detail, raw_data: { contract: [{}] } }))).toContain('REPLY_INVALID');
    expect(await told(signer({}, 404))).toMatchInlineSnapshot(`
      "RetryableError SIGNER_NOT_TOLD
      api.trongrid.io does not tell who signed a transaction (404)."
    `);
  });
});

describe('the calls of a node', () => {
  const balanceTold = (status: number, body: unknown) =>
    told(sourceThatHears(reply(status, body)).holding?.({ wallet: WALLET, asset: USDT }));
  const receiptTold = (body: unknown) =>
    told(sourceThatHears(reply(200, body)).receipt({ transaction: TRANSACTION, asset: USDT }));

  test('a balance is refused, absent or odd', async () => {
    const revert = Buffer.from('REVERT opcode executed').toString('hex');
    expect(await balanceTold(200, { result: { message: revert, code: 'OTHER_ERROR' } })).toMatchInlineSnapshot(`
      "RetryableError REPLY_ERROR
      api.trongrid.io could not read a balance: "REVERT opcode executed"."
    `);
    expect(await balanceTold(200, { result: { result: true }, constant_result: [''] })).toMatchInlineSnapshot(`
      "RetryableError REPLY_INVALID
      api.trongrid.io answered the question for a balance with no number."
    `);
    for (const odd of [{}, { result: null }, { result: true }, { constant_result: 7 }, { constant_result: [null] }]) {
      expect(await balanceTold(200, odd)).toMatch(/^RetryableError REPLY_(ERROR|INVALID)/);
    }
  });

  test('errors of HTTP reach the crawl through tronweb unchanged', async () => {
    const busy = { Error: 'The key exceeds the frequency limit(15), and the query server is suspended for 30s' };
    expect(await balanceTold(403, busy)).toBe(await historyTold(403, busy));
    expect(await balanceTold(401, '')).toBe(await historyTold(401, ''));
    expect(await balanceTold(200, '<html>')).toBe(await historyTold(200, '<html>'));
  });

  test('a receipt is missing, of another transaction, or cannot be read', async () => {
    const log = (topics: string[], data: string) => ({
      address: 'a614f803b6fd780986a42c78ec9c7f77e6ded13c',
      topics,
      data,
    });
    const transfer = 'ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef';
    const word = '0'.repeat(64);
    expect(await receiptTold({})).toMatchInlineSnapshot(`
      "RetryableError RECEIPT_MISSING
      api.trongrid.io has no receipt of a transaction that it listed."
    `);
    expect(await receiptTold({ id: '0'.repeat(64) })).toBe(await receiptTold({}));
    expect(await receiptTold({ id: TRANSACTION, log: [log([transfer, word, word], '')] })).toMatchInlineSnapshot(`
      "RetryableError REPLY_INVALID
      api.trongrid.io sent a receipt with a transfer that cannot be read."
    `);
    for (const topics of [[transfer], [transfer, word], [transfer, word, 'ff']]) {
      expect(await receiptTold({ id: TRANSACTION, log: [log(topics, word)] })).toContain('REPLY_INVALID');
    }
    expect(await receiptTold({ id: TRANSACTION, log: [log([transfer, word, 'zz'], word)] })).toMatchInlineSnapshot(`
      "RetryableError REPLY_INVALID
      api.trongrid.io sent data of an unknown shape: log.0.topics.2: Invalid string: must match pattern /^[0-9a-f]*$/i."
    `);
  });

  describe('places in a block', () => {
    const transfer = 'ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef';
    const word = '0'.repeat(64);
    const usdt = { address: 'a614f803b6fd780986a42c78ec9c7f77e6ded13c', topics: [transfer, word, word], data: word };
    const other = { address: 'b'.repeat(40) };
    const receipt = { id: TRANSACTION, blockNumber: 7 };
    const info = (id: string, log?: unknown[], blockNumber = 7) => ({ id: id.repeat(64), blockNumber, log });
    const ask = (first: unknown, block: unknown, status = 200) =>
      sourceThatHears(async ({ url }) =>
        url.endsWith('blocknum') ? reply(status, block) : reply(200, first),
      ).positions({ transactions: [TRANSACTION], asset: USDT });

    test('count the logs of all contracts', async () => {
      const block = [
        info('1', [other, usdt, other]),
        info('2'),
        info('3', []),
        { ...receipt, log: [other, usdt, usdt] },
      ];
      const placed = await ask(receipt, block);
      expect(placed.map(({ transaction, position }) => [transaction, position])).toEqual([
        [TRANSACTION, 4],
        [TRANSACTION, 5],
      ]);
    });

    test('are not told, or cannot be right', async () => {
      expect(await told(ask({}, []))).toBe(await told(ask(receipt, [])));
      expect(await told(ask(receipt, [info('1')]))).toMatchInlineSnapshot(`
        "RetryableError RECEIPT_MISSING
        api.trongrid.io has no receipt of a transaction that it listed."
      `);
      expect(await told(ask({ id: TRANSACTION }, []))).toMatchInlineSnapshot(`
        "RetryableError REPLY_INVALID
        api.trongrid.io sent a receipt that does not say of which block it is."
      `);
      expect(await told(ask(receipt, [receipt, info('1', [], 8)]))).toMatchInlineSnapshot(`
        "RetryableError REPLY_INCONSISTENT
        api.trongrid.io sent a block's receipts with one of another block."
      `);
      expect(await told(ask(receipt, [receipt, receipt]))).toMatchInlineSnapshot(`
        "RetryableError REPLY_INCONSISTENT
        api.trongrid.io sent a block's receipts with one twice."
      `);
      expect(await told(ask(receipt, {}))).toMatchInlineSnapshot(`
        "RetryableError REPLY_INVALID
        api.trongrid.io sent data of an unknown shape: the reply: Invalid input: expected array, received object."
      `);
      expect(await told(ask(receipt, '', 404))).toMatchInlineSnapshot(`
        "RetryableError POSITIONS_UNKNOWN
        api.trongrid.io does not tell the receipts of a block (404)."
      `);
    });
  });

  test("logs of other contracts and other events are no transfers, and nobody's matter", async () => {
    const transfer = 'ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef';
    const log = [
      { address: 'b'.repeat(40), topics: [transfer], data: '' },
      { address: 'a614f803b6fd780986a42c78ec9c7f77e6ded13c', topics: ['8c5b'], data: 'ff' },
      { address: 'a614f803b6fd780986a42c78ec9c7f77e6ded13c' },
    ];
    expect(
      await sourceThatHears(reply(200, { id: TRANSACTION, log })).receipt({ transaction: TRANSACTION, asset: USDT }),
    ).toEqual([]);
  });

  test('a newest block without a number', async () => {
    expect(await told(sourceThatHears(reply(200, {})).head())).toMatchInlineSnapshot(`
      "RetryableError REPLY_INVALID
      api.trongrid.io sent data of an unknown shape: block_header: Invalid input: expected object, received undefined."
    `);
  });
});

describe('a server that cannot be talked to', () => {
  let server: Server | null = null;
  afterEach(() => {
    vi.restoreAllMocks();
    server?.closeAllConnections();
    server?.close();
    server = null;
  });

  async function listen(answer: RequestListener): Promise<string> {
    const started = createServer(answer);
    server = started;
    await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(started.address() as AddressInfo).port}`;
  }

  const toldBy = async (url: string, key: string | null = null) =>
    (await told(createTronGrid({ url, key }).head())).replace(/:\d{4,5}/, ':PORT');

  test('no network', async () => {
    const url = await listen(() => {});
    server?.close();
    expect(await toldBy(url)).toMatchInlineSnapshot(`
      "RetryableError PROVIDER_UNREACHABLE
      127.0.0.1:PORT cannot be reached: ECONNREFUSED."
    `);
  });

  test('a connection that is cut', async () => {
    expect(await toldBy(await listen((request) => request.socket.destroy()))).toMatchInlineSnapshot(`
      "RetryableError PROVIDER_UNREACHABLE
      127.0.0.1:PORT cannot be reached: UND_ERR_SOCKET."
    `);
  });

  test('no answer in time', async () => {
    const timeout = AbortSignal.timeout;
    vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => timeout(ms / 400));
    expect(await toldBy(await listen(() => {}))).toMatchInlineSnapshot(`
      "RetryableError PROVIDER_TIMEOUT
      127.0.0.1:PORT did not answer within 20 s."
    `);
  });

  test('a reply without end', async () => {
    const megabyte = Buffer.alloc(1024 * 1024, '1');
    const url = await listen((_, response) => {
      const pour = () => {
        while (!response.destroyed && response.write(megabyte));
      };
      response.on('drain', pour);
      pour();
    });
    expect(await toldBy(url)).toMatchInlineSnapshot(`
      "RetryableError REPLY_TOO_LARGE
      127.0.0.1:PORT sent more than 32 MiB for one page."
    `);
  });

  test('a redirect is not followed, and the key goes nowhere', async () => {
    const asked: string[] = [];
    const url = await listen((request, response) => {
      asked.push(request.url ?? '');
      response.writeHead(301, { location: '/elsewhere' }).end();
    });
    expect(await toldBy(url, 'secret-key')).toMatchInlineSnapshot(`
      "UserError PROVIDER_REDIRECTS
      127.0.0.1:PORT points elsewhere (301), and that is not followed.
      Keys are sent only to the server that TRON_API_URL names.
      Set TRON_API_URL to the final address, with https."
    `);
    expect(asked).toEqual(['/walletsolidity/getnowblock']);
  });

  test('an address with a password in it', async () => {
    expect(await toldBy('http://user:secret@127.0.0.1:5999')).toMatchInlineSnapshot(`
      "RetryableError PROVIDER_UNREACHABLE
      127.0.0.1:PORT cannot be reached: its address, or a header, is not of a form that can be sent."
    `);
  });
});

describe('a key', () => {
  const key = fc.string({
    unit: fc.constantFrom(...Array.from({ length: 94 }, (_, n) => String.fromCharCode(33 + n))),
    minLength: 12,
    maxLength: 60,
  });
  const echoes: ((key: string) => unknown)[] = [
    (key) => ({ Error: `The key ${key} exceeds the frequency limit(15)` }),
    (key) => ({ success: false, error: `${'x'.repeat(150)}${key}` }),
    (key) => ({ error: { code: 1, message: key, [key]: key } }),
    (key) => ({ message: key, success: false }),
    (key) => key,
    (key) => `<html><p title="${key}">${key}</p></html>`,
    (key) => `<p>${key.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')}</p>`,
    (key) => `GET /v1?key=${encodeURIComponent(key)}`,
    (key) => `this API is closed because this node is a lite fullnode ${key}`,
    (key) => ({ data: [{ ...ROW, from: key }] }),
    (key) => ({ data: [{ ...ROW, value: key }] }),
    (key) => ({ data: [{ ...ROW, transaction_id: key }] }),
    (key) => ({ data: key }),
    (key) => ({ [key]: key }),
    (key) => ({ result: { code: key, message: Buffer.from(key).toString('hex') } }),
    (key) => ({ result: { result: true }, constant_result: [key] }),
    (key) => ({ id: key, log: key }),
  ];

  test('that the provider echoes never stands in a message', async () => {
    await fc.assert(
      fc.asyncProperty(
        key,
        fc.constantFrom(...echoes),
        fc.constantFrom(200, 302, 400, 401, 403, 404, 429, 500),
        async (key, echo, status) => {
          const source = sourceThatHears(reply(status, echo(key), { location: key, 'retry-after': key }), key);
          for (const call of [
            () => source.head(),
            () => readHistory(source),
            () => source.balances({ wallets: [WALLET], asset: USDT, head: { block: 1, timestamp: 1 } }),
            () => source.receipt({ transaction: TRANSACTION, asset: USDT }),
            () => source.positions({ transactions: [TRANSACTION], asset: USDT }),
          ]) {
            const error = await call().catch((error: unknown) => error);
            const shown = error instanceof UserError ? error.text : String((error as Error).message);
            expect(`${shown} ${(error as Error).stack}`).not.toContain(key);
            expect(shown).not.toContain(JSON.stringify(key).slice(1, -1));
            expect(shown).not.toContain(encodeURIComponent(key));
          }
        },
      ),
      { seed: 20_260_103, numRuns: 400 },
    );
  });
});
