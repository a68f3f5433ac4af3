import { afterEach, describe, expect, test } from 'vitest';
import type { Address } from '../../src/chains/chain.ts';
import { USDT } from '../../src/chains/ethereum/assets.ts';
import { ETHEREUM } from '../../src/simulate/ethereum.ts';
import {
  type Fault,
  type FaultKind,
  HTTP_FAULTS,
  PAGE_FAULTS,
  PROXY_FAULTS,
} from '../../src/simulate/etherscan/faults.ts';
import { type EtherscanOptions, type SimulatedEtherscan, serveEtherscan } from '../../src/simulate/etherscan.ts';
import type { SimulatedTransfer } from '../../src/simulate/types.ts';
import { BLOCKS, ethereumLedger, FIRST_BLOCK, WALLETS } from '../fixtures/ethereum-ledger.ts';

interface Row {
  blockNumber: string;
  timeStamp: string;
  hash: string;
  from: string;
  to: string;
  value?: string;
  contractAddress: string;
  tokenSymbol: string;
}
interface Answer {
  status: string;
  message: string;
  result: unknown;
}
interface Got {
  status: number;
  headers: Headers;
  text: string;
}

const CONTRACT = USDT.contract.toLowerCase();
const ledger = ethereumLedger('etherscan');
const [wallet = '' as Address] = WALLETS;
const HISTORY = {
  ...{ chainid: '1', module: 'account', action: 'tokentx', contractaddress: USDT.contract, address: wallet },
  ...{ startblock: '0', endblock: 'latest', page: '1', offset: '20', sort: 'asc' },
};
type Params = Partial<Record<string, string>>;

let server: SimulatedEtherscan | null = null;
afterEach(async () => {
  await server?.close();
  server = null;
});

async function serve(options: EtherscanOptions = {}, chain = ledger): Promise<SimulatedEtherscan> {
  await server?.close();
  server = await serveEtherscan(chain, options);
  return server;
}

async function get(params: Params, path = '/v2/api'): Promise<Got> {
  const named = Object.entries(params).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const reply = await fetch(`${server?.url}${path}?${new URLSearchParams(named)}`);
  return { status: reply.status, headers: reply.headers, text: await reply.text() };
}

const answer = async (params: Params): Promise<Answer> => JSON.parse((await get(params)).text) as Answer;
const rows = async (params: Params = {}): Promise<Row[]> => (await answer({ ...HISTORY, ...params })).result as Row[];
const refusal = async (params: Params = {}): Promise<unknown> => {
  const { status, message, result } = await answer({ ...HISTORY, ...params });
  expect({ status, message }).toEqual({ status: '0', message: 'NOTOK' });
  return result;
};

/** All pages, one after the other. */
async function follow(params: Params = {}): Promise<Row[]> {
  const all: Row[] = [];
  for (let page = 1; ; page += 1) {
    const more = await rows({ ...params, page: String(page) });
    if (more.length === 0) return all;
    all.push(...more);
  }
}

const plain = (list: readonly Row[]): string[] =>
  list.map(({ blockNumber, hash, from, to, value }) => [blockNumber, hash.slice(2), from, to, value].join(' '));
const line = ({ block, transaction, from, to, value }: SimulatedTransfer): string =>
  [block, transaction, from.toLowerCase(), to.toLowerCase(), value].join(' ');
const expected = (of: Address = wallet): string[] => ledger.of(of).map(line);

describe('the history of an account', () => {
  test('has rows as Etherscan sends them: all text, and no index of a log', async () => {
    await serve();
    const [first] = await rows();
    const transfer = ledger.of(wallet)[0] as SimulatedTransfer;
    expect(first).toEqual({
      blockNumber: String(transfer.block),
      timeStamp: String(transfer.timestamp / 1_000),
      hash: `0x${transfer.transaction}`,
      nonce: expect.stringMatching(/^\d+$/),
      blockHash: expect.stringMatching(/^0x[0-9a-f]{64}$/),
      from: transfer.from.toLowerCase(),
      contractAddress: CONTRACT,
      to: transfer.to.toLowerCase(),
      value: String(transfer.value),
      tokenName: 'Tether USD',
      tokenSymbol: 'USDT',
      tokenDecimal: '6',
      transactionIndex: expect.stringMatching(/^\d+$/),
      gas: expect.stringMatching(/^\d+$/),
      gasPrice: expect.stringMatching(/^\d+$/),
      gasUsed: expect.stringMatching(/^\d+$/),
      cumulativeGasUsed: expect.stringMatching(/^\d+$/),
      input: 'deprecated',
      methodId: '0xa9059cbb',
      functionName: 'transfer(address _to, uint256 _value)',
      confirmations: String(ledger.tip.block - transfer.block),
    });
    expect(await answer(HISTORY)).toMatchObject({ status: '1', message: 'OK' });
  });

  test('comes page by page, forwards and backwards, for an address in any case', async () => {
    await serve();
    expect(plain(await follow())).toEqual(expected());
    expect(plain(await follow({ sort: 'desc', offset: '7' }))).toEqual(expected().reverse());
    const shouted = `0x${wallet.slice(2).toUpperCase()}`;
    expect(plain(await follow({ address: shouted, offset: '1000' }))).toEqual(expected());
    for (const other of WALLETS.slice(1, 6)) {
      expect(plain(await follow({ address: other, offset: '50' }))).toEqual(expected(other));
    }
  });

  test('takes windows of blocks with both ends included', async () => {
    await serve();
    const [from, to] = [FIRST_BLOCK + 900, FIRST_BLOCK + 1_000];
    const window = { startblock: String(from), endblock: String(to), offset: '1000' };
    const inside = ledger.of(wallet).filter(({ block }) => block >= from && block <= to);
    expect(plain(await rows(window))).toEqual(inside.map(line));
    expect(inside.at(-1)?.block).toBe(to);
    expect(await rows({ ...window, startblock: String(to + 1) })).toEqual([]);
  });

  test('reaches to the newest block, which is not final', async () => {
    const head = (ledger.of(wallet)[10]?.block ?? 0) - 1;
    await serve({}, ethereumLedger('etherscan', { head }));
    const happened = ledger.of(wallet).filter(({ block }) => block <= head + 64);
    for (const endblock of ['latest', '99999999', undefined]) {
      expect(plain(await rows({ endblock, offset: '1000' }))).toEqual(happened.map(line));
    }
    expect(happened.some(({ block }) => block > head)).toBe(true);
  });

  test('ends where the index has got to', async () => {
    const indexedTo = FIRST_BLOCK + 1_500;
    await serve({ indexedTo });
    expect(plain(await follow({ offset: '1000' }))).toEqual(
      ledger
        .of(wallet)
        .filter(({ block }) => block <= indexedTo)
        .map(line),
    );
    expect((await answer({ chainid: '1', module: 'proxy', action: 'eth_blockNumber' })).result).toBe(
      `0x${ledger.tip.block.toString(16)}`,
    );
  });

  test('of nobody, or of another token, is empty in its own words', async () => {
    await serve();
    const none = { status: '0', message: 'No transactions found', result: [] };
    expect(await answer({ ...HISTORY, address: ETHEREUM.addressFor('nobody') })).toEqual(none);
    expect(await answer({ ...HISTORY, contractaddress: wallet })).toEqual(none);
    expect(await answer({ ...HISTORY, page: '500' })).toEqual(none);
  });

  test('has tokens that only call themselves USDT, where no contract is asked for', async () => {
    await serve({ otherToken: true });
    expect(plain(await follow({ offset: '1000' }))).toEqual(expected());
    const all = await rows({ contractaddress: undefined, offset: '1000' });
    const fake = all.filter(({ contractAddress }) => contractAddress !== CONTRACT);
    expect(new Set(fake.map(({ tokenSymbol }) => tokenSymbol))).toEqual(new Set(['USDT']));
    expect(plain(fake).length).toBe(Math.min(500, expected().length));
  });
});

describe('limits of a page', () => {
  test('1,000 rows, or as many as told, whatever the offset', async () => {
    await serve({ maxOffset: 30 });
    expect(plain(await rows({ offset: '1000' }))).toEqual(expected().slice(0, 30));
    expect(plain(await rows({ offset: undefined }))).toEqual(expected().slice(0, 30));
    expect(plain(await follow({ offset: '500' }))).toEqual(expected());
    await serve({ maxOffset: 30, offsetBeyond: 'refused' });
    expect(await refusal({ offset: '31' })).toMatch(/Offset must be less than or equal to 30/);
    await serve({ capRows: 13 });
    expect(plain(await rows())).toEqual(expected().slice(0, 13));
    expect(plain(await follow())).toEqual(expected());
  });

  test('10,000 rows deep', async () => {
    await serve();
    const words = 'Result window is too large, PageNo x Offset size must be less than or equal to 10000';
    const refused = { status: '0', message: words, result: null };
    expect(await answer({ ...HISTORY, page: '11', offset: '1000' })).toEqual(refused);
    expect(await answer({ ...HISTORY, page: '10001', offset: '1' })).toEqual(refused);
    expect((await answer({ ...HISTORY, page: '10', offset: '1000' })).message).toBe('No transactions found');
  });

  test('windows that are not too large for it', async () => {
    const words = 'Query Timeout occured. Please select a smaller result dataset';
    await serve({ queryLimit: { rows: 50 } });
    expect(await refusal()).toBe(words);
    expect(plain(await rows({ endblock: String(ledger.of(wallet)[20]?.block) })).length).toBe(20);
    await serve({ queryLimit: { blocks: BLOCKS } });
    expect(await refusal()).toBe(words);
    const startblock = String(FIRST_BLOCK);
    expect(await refusal({ startblock, endblock: String(FIRST_BLOCK + BLOCKS) })).toBe(words);
    const window = { startblock, endblock: String(FIRST_BLOCK + BLOCKS - 1) };
    expect(plain(await rows(window))).toEqual(expected().slice(0, 20));
  });

  test.each<[Params, RegExp]>([
    [{ address: 'nobody' }, /^Error! Invalid address format$/],
    [{ address: undefined }, /^Error! Invalid address format$/],
    [{ contractaddress: 'USDT' }, /^Error! Invalid contract address format$/],
    [{ page: '0' }, /Invalid page number/],
    [{ offset: 'many' }, /Invalid page number or offset/],
    [{ startblock: '0x10' }, /Invalid block number/],
    [{ action: 'txfly' }, /Missing Or invalid Module or Action name/],
    [{ module: undefined }, /Missing Or invalid Module or Action name/],
  ])('%j is refused', async (params, words) => {
    await serve();
    expect(await refusal(params)).toMatch(words);
  });
});

describe('who may ask', () => {
  test('of the chain that is served, at the address of version 2', async () => {
    await serve({ paidChains: ['56'] });
    expect(await refusal({ chainid: undefined })).toMatch(/^Missing or unsupported chainid parameter/);
    expect(await refusal({ chainid: '5' })).toMatch(/^Missing or unsupported chainid parameter/);
    expect(await refusal({ chainid: '56' })).toMatch(/^Free API access is not supported for this chain/);
    expect(JSON.parse((await get(HISTORY, '/api')).text)).toEqual({
      status: '0',
      message: 'NOTOK',
      result:
        'You are using a deprecated V1 endpoint, switch to Etherscan API V2 using https://docs.etherscan.io/v2-migration',
    });
    expect((await get(HISTORY, '/elsewhere')).status).toBe(404);
  });

  test('with a key that is known, and not after many that are not', async () => {
    let now = 0;
    await serve({ keys: ['right'], keyRequired: true, now: () => now });
    expect(plain(await rows({ apikey: 'right' }))).toEqual(expected().slice(0, 20));
    expect(await refusal()).toBe('Missing/Invalid API Key');
    expect(await refusal({ apikey: '' })).toBe('Missing/Invalid API Key');
    for (let tried = 0; tried < 5; tried += 1) expect(await refusal({ apikey: 'wrong' })).toBe('Invalid API Key');
    const tooMany = 'Too many invalid api key attempts, please try again later';
    expect(await refusal({ apikey: 'wrong' })).toBe(tooMany);
    now = 29_999;
    expect(await refusal({ apikey: 'right' })).toBe(tooMany);
    now = 30_000;
    expect(plain(await rows({ apikey: 'right' }))).toHaveLength(20);
    expect(await refusal({ apikey: 'wrong' })).toBe('Invalid API Key');
    expect(JSON.stringify(server?.log)).not.toMatch(/right|wrong/);
    await serve({ keys: ['right'], keyLasts: 1 });
    expect(await rows({ apikey: 'right' })).toHaveLength(20);
    expect(await refusal({ apikey: 'right' })).toBe('Invalid API Key');
  });

  test('so often in a second and in a day', async () => {
    let now = 0;
    await serve({ ratePerSecond: 3, now: () => now });
    for (let asked = 0; asked < 3; asked += 1) expect(await rows({ apikey: 'one' })).toHaveLength(20);
    expect(await refusal({ apikey: 'one' })).toBe('Max calls per sec rate limit reached (3/sec)');
    for (let asked = 0; asked < 3; asked += 1) expect(await rows()).toHaveLength(20);
    expect(await refusal()).toBe('Max rate limit reached, please use API Key for higher rate limit');
    now = 1_000;
    expect(await rows()).toHaveLength(20);
    expect(await rows({ apikey: 'one' })).toHaveLength(20);
    await serve({ perDay: 2, now: () => now });
    for (let asked = 0; asked < 2; asked += 1) expect(await rows()).toHaveLength(20);
    expect(await refusal()).toBe('Max daily rate limit reached. 3 (150%) of 2 day/limit');
    now += 86_400_000;
    expect(await rows()).toHaveLength(20);
  });
});

describe('other questions', () => {
  const proxy = async (action: string, params: Params = {}) =>
    JSON.parse((await get({ chainid: '1', module: 'proxy', action, ...params })).text) as {
      id: number;
      result: unknown;
    };

  test('the balance is that of the newest block', async () => {
    const young = ethereumLedger('etherscan', { head: FIRST_BLOCK + 990 });
    const address = WALLETS.find((each) => young.balance(each, young.tip) !== young.balance(each)) as Address;
    await serve({}, young);
    const ask = (params: Params) => answer({ ...HISTORY, address, action: 'tokenbalance', tag: 'latest', ...params });
    expect(await ask({})).toEqual({
      status: '1',
      message: 'OK',
      result: String(young.balance(address, young.tip)),
    });
    expect((await ask({ contractaddress: wallet })).result).toBe('0');
    expect((await ask({ address: '0x1' })).result).toBe('Error! Invalid address format');
  });

  test('those of a node, in its own envelope', async () => {
    await serve({ genesis: `0x${'ab'.repeat(32)}` });
    const tip = `0x${ledger.tip.block.toString(16)}`;
    expect(await proxy('eth_blockNumber')).toEqual({ jsonrpc: '2.0', id: 1, result: tip });
    expect(await proxy('eth_getBlockByNumber', { tag: '0x0', boolean: 'false' })).toMatchObject({
      result: { number: '0x0', hash: `0x${'ab'.repeat(32)}` },
    });
    const transfer = ledger.transfers.at(-1) as SimulatedTransfer;
    const own = ledger.transfers.filter(({ transaction }) => transaction === transfer.transaction);
    const { result } = await proxy('eth_getTransactionReceipt', { txhash: `0x${transfer.transaction}` });
    const { logs } = result as { logs: { address: string; data: string }[] };
    expect(logs.filter(({ address }) => address === CONTRACT).map(({ data }) => BigInt(data))).toEqual(
      own.map(({ value }) => value),
    );
    const data = `0x70a08231${wallet.slice(2).toLowerCase().padStart(64, '0')}`;
    const balance = await proxy('eth_call', { to: USDT.contract, data, tag: 'finalized' });
    expect(BigInt(String(balance.result))).toBe(ledger.balance(wallet));
    expect((await proxy('eth_getCode', { address: USDT.contract, tag: 'latest' })).result).not.toBe('0x');
  });

  test("a node's refusal comes as the node's or as Etherscan's", async () => {
    const asked = { to: USDT.contract, data: '0x12345678', tag: 'latest' };
    await serve();
    expect(await proxy('eth_call', asked)).toEqual({
      jsonrpc: '2.0',
      id: 1,
      error: { code: 3, message: 'execution reverted', data: '0x' },
    });
    await serve({ proxyErrors: 'status' });
    expect(await proxy('eth_call', asked)).toEqual({
      status: '0',
      message: 'NOTOK',
      result: 'Error! execution reverted',
    });
    expect((await proxy('eth_sendRawTransaction')).result).toMatch(/invalid Module or Action name/);
  });
});

describe('faults', () => {
  const honest = expected().slice(0, 20);

  /** The reply to the first request, which has the fault; the same request again is answered as it should be. */
  async function spoilt(fault: Fault | FaultKind, params: Params = HISTORY): Promise<Got> {
    await serve({ faultAt: ({ number }) => (number === 1 ? fault : null) });
    const got = await get(params);
    expect(plain(await rows())).toEqual(honest);
    return got;
  }
  const spoiltRows = async (fault: FaultKind): Promise<Row[]> =>
    (JSON.parse((await spoilt(fault)).text) as { result: Row[] }).result;

  test.each<[FaultKind, number, RegExp]>([
    ['html-page', 200, /^<!DOCTYPE html>/],
    ['unauthorised', 200, /"NOTOK","result":"Invalid API Key"/],
    ['forbidden', 403, /403 Forbidden/],
    ['not-found', 404, /Not Found/],
    ['too-many-requests', 429, /Max calls per sec rate limit reached \(5000\/sec\)/],
    ['server-error', 500, /"status":"0"/],
    ['empty-body', 200, /^$/],
    ['truncated', 200, /^\{"status":"1","message":"OK","result":\[\{.*[^}]$/],
    ['error-in-200', 200, /"status":"0","message":"NOTOK","result":"Unexpected error/],
    ['rate-in-200', 200, /Max calls per sec rate limit reached \(5000\/sec\)/],
    ['timeout-in-200', 200, /Query Timeout occured\. Please select a smaller result dataset/],
    ['busy-in-200', 200, /Free API access is temporarily unavailable due to unusually high network activity/],
    ['null-result', 200, /^\{"status":"0","message":"NOTOK","result":null\}$/],
  ])('%s', async (kind, status, body) => {
    const got = await spoilt(kind);
    expect(got.status).toBe(status);
    expect(got.text).toMatch(body);
    if (kind === 'truncated') expect(() => JSON.parse(got.text)).toThrow(SyntaxError);
    expect(got.headers.get('retry-after')).toBe(kind === 'too-many-requests' ? '1' : null);
  });

  test('reset cuts the connection, hang keeps it without an answer, delay answers late', async () => {
    await expect(spoilt('reset')).rejects.toThrow('fetch failed');
    const { url } = await serve({ faultAt: () => 'hang' });
    await expect(fetch(`${url}/v2/api?chainid=1`, { signal: AbortSignal.timeout(60) })).rejects.toThrow(/timeout/);
    const begun = performance.now();
    expect((await spoilt({ kind: 'delay', ms: 80 })).status).toBe(200);
    expect(performance.now() - begun).toBeGreaterThanOrEqual(79);
  });

  test("other-rows: the contract is not minded, and another token's rows take the place of rows", async () => {
    const found = await spoiltRows('other-rows');
    expect(found).toHaveLength(20);
    const own = found.filter(({ contractAddress }) => contractAddress === CONTRACT);
    expect(plain(own)).toEqual(honest.slice(0, 10));
    expect(found.every(({ tokenSymbol }) => tokenSymbol === 'USDT')).toBe(true);
    await serve({ faultAt: () => 'other-rows' });
    const all = await follow({ offset: '100' });
    expect(plain(all.filter(({ contractAddress }) => contractAddress === CONTRACT))).toEqual(expected());
  });

  test('repeated-rows: each row comes twice', async () => {
    expect(plain(await spoiltRows('repeated-rows'))).toEqual(honest.flatMap((row) => [row, row]));
  });

  test('shuffled-ties: rows of one block in another order', async () => {
    await serve({ faultAt: ({ number }) => (number === 1 ? 'shuffled-ties' : null) });
    const [mixed, right] = [await rows({ offset: '1000' }), await rows({ offset: '1000' })];
    expect(plain(mixed)).not.toEqual(plain(right));
    expect(plain(mixed).sort()).toEqual(plain(right).sort());
    expect(mixed.map(({ blockNumber }) => blockNumber)).toEqual(right.map(({ blockNumber }) => blockNumber));
  });

  test('unstable-ties: where a page ends within a block, rows may be lost', async () => {
    await serve({ faultAt: () => 'unstable-ties' });
    const found = plain(await follow({ offset: '5' }));
    expect(found).toHaveLength(expected().length);
    expect(new Set(found).size).toBeLessThan(new Set(expected()).size);
  });

  test('short-page, lost-row and empty-page: rows are missing and nothing shows it', async () => {
    expect(plain(await spoiltRows('short-page'))).toEqual(honest.slice(0, 10));
    expect(plain(await rows({ page: '2' }))).toEqual(expected().slice(20, 40));
    expect(await spoiltRows('lost-row')).toHaveLength(19);
    expect((await spoilt('empty-page')).text).toBe('{"status":"0","message":"No transactions found","result":[]}');
  });

  test('without-value and malformed-value: one row lacks its amount, or has none that can be read', async () => {
    expect((await spoiltRows('without-value')).filter((row) => !('value' in row))).toHaveLength(1);
    const malformed = await spoiltRows('malformed-value');
    expect(malformed.filter(({ value }) => !/^\d+$/.test(value ?? ''))).toHaveLength(1);
  });

  test('other-id and no-result: an envelope that answers another question, or none', async () => {
    const asked = { chainid: '1', module: 'proxy', action: 'eth_blockNumber' };
    expect(JSON.parse((await spoilt('other-id', asked)).text)).toMatchObject({ id: 2 });
    expect((await spoilt('no-result', asked)).text).toBe('{"jsonrpc":"2.0","id":1}');
  });

  test('a plan befalls the same requests in whatever order they come, and only those it can', async () => {
    const kinds = [...HTTP_FAULTS, ...PROXY_FAULTS, ...PAGE_FAULTS].filter(
      (kind) => !['hang', 'reset', 'cut-off'].includes(kind),
    );
    const rates = Object.fromEntries(kinds.map((kind) => [kind, 0.02]));
    const befallen = async (order: readonly Address[]): Promise<string[]> => {
      await serve({ faults: { seed: 'plan', rates } });
      for (const address of order) await get({ ...HISTORY, address });
      return (server?.log ?? []).map(({ params, fault }) => `${params.address} ${fault}`).sort();
    };
    const forwards = await befallen(WALLETS);
    expect(await befallen([...WALLETS].reverse())).toEqual(forwards);
    expect(forwards.filter((each) => !each.endsWith('null')).length).toBeGreaterThan(10);
    await serve({ faults: { seed: 'pages', rates: { 'empty-page': 1 } } });
    expect((await answer({ chainid: '1', module: 'proxy', action: 'eth_blockNumber' })).result).toMatch(/^0x/);
    const counts: number[] = [];
    for (let attempt = 0; attempt < 5; attempt += 1) counts.push((await rows()).length);
    expect(counts).toEqual([0, 0, 0, 20, 20]);
  });
});

test('the log tells what was asked, how often and with what', async () => {
  await serve();
  await rows({ apikey: 'secret' });
  await rows({ apikey: 'secret' });
  await answer({ chainid: '1', module: 'proxy', action: 'eth_blockNumber' });
  await get({}, '/somewhere/else');
  expect(server?.requests).toMatchObject({ tokentx: 2, eth_blockNumber: 1, unknown: 1, tokenbalance: 0 });
  expect(server?.log.map(({ endpoint, attempt, refused }) => [endpoint, attempt, refused])).toEqual([
    ['tokentx', 1, false],
    ['tokentx', 2, false],
    ['eth_blockNumber', 1, false],
    ['unknown', 1, true],
  ]);
  expect(server?.log[0]).toMatchObject({ method: 'GET', path: '/v2/api', params: HISTORY, fault: null });
  expect(JSON.stringify(server?.log)).not.toContain('secret');
});

test('the log forgets old requests where it is told to, and still counts them', async () => {
  await serve({ logLast: 2 });
  for (let asked = 0; asked < 5; asked += 1) await rows();
  expect(server?.log.map(({ number, attempt }) => [number, attempt])).toEqual([
    [4, 4],
    [5, 5],
  ]);
  expect(server?.requests.tokentx).toBe(5);
});

test('a port that is taken is said to be taken', async () => {
  const { url } = await serve();
  await expect(serveEtherscan(ledger, { port: Number(new URL(url).port) })).rejects.toMatchObject({
    code: 'PORT_TAKEN',
  });
});
