import { TronWeb } from 'tronweb';
import { afterEach, describe, expect, test } from 'vitest';
import { addressBytes } from '../../src/chains/address.ts';
import type { Address } from '../../src/chains/chain.ts';
import { generateEconomy } from '../../src/simulate/economy.ts';
import { Ledger } from '../../src/simulate/ledger.ts';
import { USDT_CONTRACT } from '../../src/simulate/tron.ts';
import { type Fault, type FaultKind, HTTP_FAULTS, PAGE_FAULTS } from '../../src/simulate/trongrid/faults.ts';
import { type SimulatedTronGrid, serveTronGrid, type TronGridOptions } from '../../src/simulate/trongrid.ts';
import { oneChain } from '../../src/simulate/views.ts';

interface Row {
  transaction_id: string;
  token_info: { address: string };
  block_timestamp: number;
  from: string;
  to: string;
  type: string;
  value?: string;
  _unconfirmed?: boolean;
}
interface Page {
  data: Row[];
  success: boolean;
  meta: { fingerprint?: string; links?: { next: string }; page_size: number };
}
interface Got {
  status: number;
  headers: Headers;
  text: string;
}

const economy = oneChain(generateEconomy({ seed: 'trongrid' }), 'tron');
const ledger = new Ledger(economy.transfers);
/** A wallet with several pages, and the most transfers that share a block: an exchange that pays many at once. */
const busy = ledger.wallets
  .filter((wallet) => ledger.of(wallet).length > 200)
  .sort((a, b) => sharedBlocks(b) - sharedBlocks(a))[0] as Address;
const HISTORY = `/v1/accounts/${busy}/transactions/trc20`;
const ASKED = { only_confirmed: 'true', limit: '20', order_by: 'block_timestamp,asc', contract_address: USDT_CONTRACT };

let server: SimulatedTronGrid | null = null;
afterEach(async () => {
  await server?.close();
  server = null;
});

async function serve(options: TronGridOptions = {}, chain = ledger): Promise<SimulatedTronGrid> {
  server = await serveTronGrid(chain, options);
  return server;
}

async function get(
  path: string,
  params: Record<string, string> = {},
  headers: Record<string, string> = {},
): Promise<Got> {
  const reply = await fetch(`${server?.url}${path}?${new URLSearchParams(params)}`, { headers });
  return { status: reply.status, headers: reply.headers, text: await reply.text() };
}

async function page(params: Record<string, string> = {}, path = HISTORY): Promise<Page> {
  return JSON.parse((await get(path, params)).text) as Page;
}

async function post(path: string, body: object): Promise<Record<string, unknown>> {
  const reply = await fetch(`${server?.url}${path}`, { method: 'POST', body: JSON.stringify(body) });
  return (await reply.json()) as Record<string, unknown>;
}

/** All pages, led by fingerprints alone. */
async function follow(params: Record<string, string>, path = HISTORY): Promise<Row[]> {
  const rows: Row[] = [];
  let fingerprint: string | undefined;
  do {
    const { data, meta } = await page({ ...params, ...(fingerprint === undefined ? {} : { fingerprint }) }, path);
    rows.push(...data);
    fingerprint = meta.fingerprint;
  } while (fingerprint !== undefined);
  return rows;
}

function sharedBlocks(wallet: Address): number {
  const own = ledger.of(wallet);
  return own.length - new Set(own.map(({ block }) => block)).size;
}

const plain = (rows: readonly Row[]): string[] =>
  rows.map((row) => `${row.block_timestamp} ${row.transaction_id} ${row.from} ${row.to} ${row.value}`);
const expected = (wallet: Address): string[] =>
  ledger.of(wallet).map((row) => `${row.timestamp} ${row.transaction} ${row.from} ${row.to} ${row.value}`);

describe('the history of an account', () => {
  test('has rows and an envelope as TronGrid sends them', async () => {
    await serve();
    const { data, success, meta } = await page({ ...ASKED, limit: '1' });
    const first = ledger.of(busy)[0];
    expect(Object.keys(data[0] ?? {})).toEqual([
      'transaction_id',
      'token_info',
      'block_timestamp',
      'from',
      'to',
      'type',
      'value',
    ]);
    expect(data[0]).toEqual({
      transaction_id: first?.transaction,
      token_info: { symbol: 'USDT', address: USDT_CONTRACT, decimals: 6, name: 'Tether USD' },
      block_timestamp: first?.timestamp,
      from: first?.from,
      to: first?.to,
      type: 'Transfer',
      value: String(first?.value),
    });
    expect(success).toBe(true);
    expect(meta.page_size).toBe(1);
    expect(meta.links?.next).toContain(`https://api.trongrid.io${HISTORY}?`);
    expect(new URL(meta.links?.next ?? '').searchParams.get('fingerprint')).toBe(meta.fingerprint);
  });

  test('yields every row once through fingerprints, forwards and backwards', async () => {
    await serve();
    expect(plain(await follow(ASKED))).toEqual(expected(busy));
    expect(plain(await follow({ ...ASKED, limit: '7', order_by: 'block_timestamp,desc' }))).toEqual(
      expected(busy).reverse(),
    );
    const odd = ledger.wallets.filter((_, index) => index % 17 === 0);
    for (const wallet of odd) {
      expect(
        plain(await follow({ limit: '3', order_by: 'block_timestamp,asc' }, HISTORY.replace(busy, wallet))),
      ).toEqual(expected(wallet));
    }
  });

  test('yields every row through windows that are re-opened at the last time seen', async () => {
    await serve();
    const seen = new Set<string>();
    for (let from = 0, more = true; more; ) {
      const { data } = await page({ ...ASKED, min_timestamp: String(from) });
      const before = seen.size;
      for (const row of plain(data)) seen.add(row);
      from = data.at(-1)?.block_timestamp ?? from;
      more = seen.size > before;
    }
    expect([...seen]).toEqual([...new Set(expected(busy))]);
  });

  test('takes windows with both ends included, directions, and the other spelling of parameters', async () => {
    await serve();
    const own = ledger.of(busy);
    const [from, until] = [own[10]?.timestamp ?? 0, own[60]?.timestamp ?? 0];
    const window = { ...ASKED, min_timestamp: String(from), max_timestamp: String(until) };
    const inside = own.filter(({ timestamp }) => timestamp >= from && timestamp <= until);
    expect(await follow(window)).toHaveLength(inside.length);
    expect(await follow({ ...window, only_to: 'true' })).toHaveLength(inside.filter(({ to }) => to === busy).length);
    expect(await follow({ ...window, onlyFrom: 'true' })).toHaveLength(
      inside.filter(({ from: payer }) => payer === busy).length,
    );
    expect(await follow({ ...ASKED, contract_address: busy })).toEqual([]);
  });

  test('takes hex addresses, 20 rows unless told, 200 at most, and refuses what is no account', async () => {
    await serve();
    expect((await page({}, HISTORY.replace(busy, `41${addressBytes(busy)}`))).data).toHaveLength(20);
    expect((await page({ limit: '200' }, HISTORY.replace(busy, `0x${addressBytes(busy)}`))).data).toHaveLength(200);
    expect((await get(HISTORY, { limit: '201' })).status).toBe(400);
    const refused = await get('/v1/accounts/nobody/transactions/trc20');
    expect(refused.status).toBe(400);
    expect(JSON.parse(refused.text)).toEqual({
      success: false,
      error: 'A valid account address is required.',
      statusCode: 400,
    });
  });

  test('knows a fingerprint only with the parameters it was made for', async () => {
    await serve();
    const fingerprint = (await page(ASKED)).meta.fingerprint ?? '';
    const other = await get(HISTORY, { ...ASKED, limit: '21', fingerprint });
    expect(other.status).toBe(400);
    expect(other.text).toBe(
      '{"success":false,"error":"Invalid query filter(s)!: [fingerprint does not match current set of params]","statusCode":400}',
    );
    expect((await get(HISTORY, { ...ASKED, fingerprint: 'nonsense' })).status).toBe(400);
    expect((await get(HISTORY, { ...ASKED, fingerprint })).status).toBe(200);
  });

  test('shows unconfirmed rows only where they are not excluded, and nothing that has not happened', async () => {
    const own = ledger.of(busy);
    const head = own[100]?.block ?? 0;
    await serve({}, new Ledger(economy.transfers, { head }));
    const confirmed = own.filter(({ block }) => block <= head);
    const happened = own.filter(({ block }) => block <= head + 19);
    expect(await follow(ASKED)).toHaveLength(confirmed.length);
    const all = await follow({ ...ASKED, only_confirmed: 'false' });
    expect(all).toHaveLength(happened.length);
    expect(all.filter((row) => row._unconfirmed)).toHaveLength(happened.length - confirmed.length);
  });

  test('a fingerprint leads on when the chain has grown meanwhile', async () => {
    const own = ledger.of(busy);
    const growing = new Ledger(economy.transfers, { head: own[50]?.block ?? 0 });
    await serve({}, growing);
    const first = await page(ASKED);
    growing.moveHead(ledger.head.block);
    const rows = [...first.data];
    for (let fingerprint = first.meta.fingerprint; fingerprint !== undefined; ) {
      const next = await page({ ...ASKED, fingerprint });
      rows.push(...next.data);
      fingerprint = next.meta.fingerprint;
    }
    expect(plain(rows)).toEqual(expected(busy));
  });

  test('tells the block and the signer where details are asked for', async () => {
    await serve();
    const poisoned = economy.transfers.find(({ value }) => value === 0n);
    const path = HISTORY.replace(busy, String(poisoned?.from));
    const rows = (await follow({ get_detail: 'true' }, path)) as (Row & { detail: { blockNumber: number } })[];
    const row = rows.find(({ transaction_id }) => transaction_id === poisoned?.transaction);
    expect(row?.detail.blockNumber).toBe(poisoned?.block);
    expect(JSON.stringify(row?.detail)).toContain(`41${addressBytes(poisoned?.signer as Address)}`);
  });
});

describe("the node's calls", () => {
  const parameter = (address: Address): string => addressBytes(address).padStart(64, '0');

  test('balanceOf answers a real tronweb client', async () => {
    const { url } = await serve();
    const client = new TronWeb({ fullHost: url });
    client.setAddress(busy);
    const uint = { stateMutability: 'view', type: 'function', inputs: [{ name: 'who', type: 'address' }] } as const;
    const abi = [{ ...uint, name: 'balanceOf', outputs: [{ name: '', type: 'uint256' }] }] as const;
    const contract = client.contract(abi, USDT_CONTRACT);
    for (const wallet of ledger.wallets.slice(0, 5)) {
      expect(BigInt(await contract.balanceOf(wallet).call())).toBe(ledger.balance(wallet));
    }
    const read = await client.transactionBuilder.triggerConstantContract(
      USDT_CONTRACT,
      'balanceOf(address)',
      { confirmed: true },
      [{ type: 'address', value: busy }],
    );
    expect(BigInt(`0x${read.constant_result?.[0]}`)).toBe(ledger.balance(busy));
  });

  test('balanceOf takes hex and base58, a named function or bare call data', async () => {
    await serve();
    const answer = [ledger.balance(busy).toString(16).padStart(64, '0')];
    const hex = { owner_address: `41${addressBytes(busy)}`, contract_address: `41${addressBytes(USDT_CONTRACT)}` };
    const named = { function_selector: 'balanceOf(address)', parameter: parameter(busy) };
    const base58 = { owner_address: busy, contract_address: USDT_CONTRACT, visible: true };
    for (const path of ['/wallet/triggerconstantcontract', '/walletsolidity/triggerconstantcontract']) {
      expect((await post(path, { ...hex, ...named })).constant_result).toEqual(answer);
      expect((await post(path, { ...base58, ...named })).constant_result).toEqual(answer);
      expect((await post(path, { ...hex, data: `70a08231${named.parameter}` })).constant_result).toEqual(answer);
    }
  });

  test('a call that the contract does not answer fails as on java-tron', async () => {
    await serve();
    const path = '/wallet/triggerconstantcontract';
    const call = { owner_address: busy, contract_address: USDT_CONTRACT, visible: true };
    const reverted = await post(path, { ...call, function_selector: 'mint(address)', parameter: parameter(busy) });
    expect(reverted).toMatchObject({
      result: { result: true, message: 'REVERT opcode executed' },
      transaction: { ret: [{ ret: 'FAILED' }] },
    });
    expect(await post(path, { ...call, contract_address: busy })).toMatchObject({
      result: { code: 'CONTRACT_VALIDATE_ERROR' },
    });
    // Base58 without `visible` is no address to the node.
    expect(await post(path, { ...call, visible: false })).toMatchObject({ result: { code: 'OTHER_ERROR' } });
  });

  test('the solid balance leaves out what is not final, and a freeze can be read', async () => {
    const last = economy.transfers.at(-1);
    const wallet = last?.to as Address;
    const chain = new Ledger(economy.transfers, { head: (last?.block ?? 0) - 1, frozen: new Set([wallet]) });
    await serve({}, chain);
    const call = {
      owner_address: wallet,
      contract_address: USDT_CONTRACT,
      visible: true,
      parameter: parameter(wallet),
    };
    const read = async (path: string, function_selector: string): Promise<bigint> => {
      const { constant_result } = await post(`/${path}/triggerconstantcontract`, { ...call, function_selector });
      return BigInt(`0x${(constant_result as string[])[0]}`);
    };
    const [solid, latest] = [
      await read('walletsolidity', 'balanceOf(address)'),
      await read('wallet', 'balanceOf(address)'),
    ];
    expect(latest - solid).toBe(last?.value);
    expect(await read('wallet', 'isBlackListed(address)')).toBe(1n);
  });

  test('the newest block is the finalised one for solid data, and 19 ahead of it else', async () => {
    await serve();
    const numberOf = (block: unknown): unknown =>
      (block as { block_header: { raw_data: { number: number } } }).block_header.raw_data.number;
    expect(numberOf(await post('/walletsolidity/getnowblock', {}))).toBe(ledger.head.block);
    expect(numberOf(JSON.parse((await get('/walletsolidity/getnowblock')).text))).toBe(ledger.head.block);
    const newest = await post('/wallet/getnowblock', {});
    expect(numberOf(newest)).toBe(ledger.head.block + 19);
    expect(Number.parseInt(String(newest.blockID).slice(0, 16), 16)).toBe(ledger.head.block + 19);
  });

  test('a receipt has the logs of all transfers in order, equal ones too', async () => {
    await serve();
    const keys = economy.transfers.map(({ transaction, from, to, value }) => `${transaction}${from}${to}${value}`);
    const twin = economy.transfers.find((_, index) => keys.indexOf(keys[index] ?? '') !== index);
    const transfers = economy.transfers.filter(({ transaction }) => transaction === twin?.transaction);
    expect(transfers.length).toBeGreaterThan(2);
    const found = await post('/walletsolidity/gettransactioninfobyid', { value: twin?.transaction });
    expect(found).toMatchObject({ id: twin?.transaction, blockNumber: twin?.block, blockTimeStamp: twin?.timestamp });
    expect(found.log).toEqual(
      transfers.map(({ from, to, value }) => ({
        address: 'a614f803b6fd780986a42c78ec9c7f77e6ded13c',
        topics: ['ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef', parameter(from), parameter(to)],
        data: value.toString(16).padStart(64, '0'),
      })),
    );
    expect((await get('/wallet/gettransactioninfobyid', { value: 'ab'.repeat(32) })).text).toBe('{}');
  });

  test('a transaction says who signed it, which need not be its sender', async () => {
    await serve();
    const planted = economy.transfers.find(({ from, signer }) => from !== signer);
    const found = await post('/walletsolidity/gettransactionbyid', { value: planted?.transaction });
    expect(found.txID).toBe(planted?.transaction);
    expect(JSON.stringify(found.raw_data)).toContain(`"owner_address":"41${addressBytes(planted?.signer as Address)}"`);
    expect((await get('/wallet/gettransactionbyid', { value: 'ab'.repeat(32) })).text).toBe('{}');
  });

  test("a block's receipts are those of its transactions, in order, behind others that have nothing to do with USDT", async () => {
    await serve();
    const blocks = new Map<number, string[]>();
    for (const { block, transaction } of ledger.transfers) {
      const names = blocks.get(block) ?? [];
      blocks.set(block, names.includes(transaction) ? names : [...names, transaction]);
    }
    const [block, names] = [...blocks].find(([, names]) => names.length > 1) ?? [0, []];
    expect(names.length).toBeGreaterThan(1);
    const told = async (num: number) =>
      (await post('/walletsolidity/gettransactioninfobyblocknum', { num })) as unknown as Record<string, unknown>[];
    const found = await told(block);
    expect(found.map(({ blockNumber }) => blockNumber)).toEqual(found.map(() => block));
    const logs = (receipt: Record<string, unknown> | undefined) => (receipt?.log as unknown[] | undefined)?.length;
    expect(found.slice(0, 2).map(logs)).toEqual([1, undefined]);
    for (const [place, name] of names.entries()) {
      expect(found[place + 2]).toEqual(await post('/walletsolidity/gettransactioninfobyid', { value: name }));
    }
    expect(found).toHaveLength(names.length + 2);
    expect(await told(ledger.head.block + 1)).toEqual([]);
  });

  test('an account has its balance, and no data where nobody ever paid it', async () => {
    await serve();
    const account = await page({}, `/v1/accounts/${busy}`);
    expect(account.data[0]).toMatchObject({ trc20: [{ [USDT_CONTRACT]: String(ledger.balance(busy)) }] });
    expect((await page({}, `/v1/accounts/${USDT_CONTRACT}`)).data).toEqual([]);
  });
});

describe('keys and limits', () => {
  test('an unknown key is refused, a known one and none are served', async () => {
    await serve({ keys: ['right'] });
    expect((await get(HISTORY, ASKED, { 'TRON-PRO-API-KEY': 'wrong' })).status).toBe(401);
    expect((await get(HISTORY, ASKED, { 'TRON-PRO-API-KEY': 'right' })).status).toBe(200);
    expect((await get(HISTORY, ASKED)).status).toBe(200);
    expect(JSON.stringify(server?.log)).not.toContain('right');
  });

  test('whoever asks too fast is suspended, in the words of the provider', async () => {
    let now = 1_000_000;
    await serve({ ratePerSecond: 2, suspendSeconds: 30, now: () => now });
    const ask = (path: string, headers = {}): Promise<Got> => get(path, {}, headers);
    const key = { 'TRON-PRO-API-KEY': 'mine' };
    expect((await ask(HISTORY)).status).toBe(200);
    expect((await ask(HISTORY)).status).toBe(200);
    const keyless = await ask(HISTORY);
    expect(keyless.status).toBe(403);
    expect(keyless.text).toBe(
      '{"Error":"request rate exceeded the allowed_rps(2), and the query server is suspended for 30 s"}',
    );
    for (let asked = 0; asked < 2; asked += 1) expect((await ask(HISTORY, key)).status).toBe(200);
    expect((await ask(HISTORY, key)).text).toBe(
      '{"Success":false,"Error":"The key exceeds the frequency limit(2), and the query server is suspended for 30s","StatusCode":403}',
    );
    expect((await ask('/wallet/getnowblock', key)).text).toBe(
      '{"Error":"The key exceeds the frequency limit(2), and the query server is suspended for 30s"}',
    );
    now += 29_000;
    expect((await ask(HISTORY)).status).toBe(403);
    now += 1_000;
    expect((await ask(HISTORY)).status).toBe(200);
  });
});

describe('faults', () => {
  /** The reply to the first request, which has the fault; the same request again is answered as it should be. */
  async function spoilt(fault: Fault | FaultKind, params: Record<string, string> = ASKED): Promise<Got> {
    await serve({ faultAt: ({ number }) => (number === 1 ? fault : null) });
    const got = await get(HISTORY, params);
    expect(plain((await page(params)).data)).toEqual(expected(busy).slice(0, 20));
    return got;
  }
  const spoiltPage = async (fault: FaultKind): Promise<Page> => JSON.parse((await spoilt(fault)).text) as Page;
  const honest = expected(busy).slice(0, 20);

  test.each<[FaultKind, number, RegExp]>([
    ['html-page', 200, /^<!DOCTYPE html>/],
    ['unauthorised', 401, /ApiKey not exists/],
    ['forbidden', 403, /403 Forbidden/],
    ['suspended', 403, /suspended for 1 s/],
    ['not-found', 404, /Not Found/],
    ['too-many-requests', 429, /Too Many Requests/],
    ['server-error', 500, /"success":false/],
    ['empty-body', 200, /^$/],
    ['truncated', 200, /^\{"data":\[\{.*[^}]$/],
    ['error-in-200', 200, /^\{"Error":"class java\.lang\.IllegalAccessException : lack of computing resources"\}$/],
    ['unsuccessful', 200, /^\{"success":false/],
  ])('%s', async (kind, status, body) => {
    const got = await spoilt(kind);
    expect(got.status).toBe(status);
    expect(got.text).toMatch(body);
    if (kind === 'truncated') expect(() => JSON.parse(got.text)).toThrow(SyntaxError);
    expect(got.headers.get('retry-after')).toBe(kind === 'too-many-requests' ? '1' : null);
  });

  test('reset cuts the connection, hang keeps it without an answer, delay answers late', async () => {
    await expect(spoilt('reset')).rejects.toThrow('fetch failed');
    await server?.close();

    const { url } = await serve({ faultAt: () => 'hang' });
    await expect(fetch(`${url}${HISTORY}`, { signal: AbortSignal.timeout(60) })).rejects.toThrow(/timeout/);
    await server?.close();

    const begun = performance.now();
    expect((await spoilt({ kind: 'delay', ms: 80 })).status).toBe(200);
    expect(performance.now() - begun).toBeGreaterThanOrEqual(79);
  });

  test("other-token: a row of a token that only calls itself USDT is among the wallet's", async () => {
    const { data } = await spoiltPage('other-token');
    const [foreign] = data.filter(({ token_info }) => token_info.address !== USDT_CONTRACT);
    expect(foreign?.token_info).toMatchObject({ symbol: 'USDT' });
    expect(plain(data.filter((row) => row !== foreign))).toEqual(honest);
  });

  test('approvals: a row that is no transfer is among the rows', async () => {
    const { data } = await spoiltPage('approvals');
    expect(plain(data.filter(({ type }) => type === 'Transfer'))).toEqual(honest);
    expect(data).toHaveLength(21);
  });

  test('repeated-rows: each row comes twice', async () => {
    const { data } = await spoiltPage('repeated-rows');
    expect(plain(data)).toEqual(honest.flatMap((row) => [row, row]));
  });

  test('no-fingerprint: a full page does not say that more follows', async () => {
    const { data, meta } = await spoiltPage('no-fingerprint');
    expect(plain(data)).toEqual(honest);
    expect(meta).not.toHaveProperty('fingerprint');
    expect(meta).not.toHaveProperty('links');
  });

  test('short-page: half the rows, and a fingerprint that leads to the others', async () => {
    const { data, meta } = await spoiltPage('short-page');
    expect(plain(data)).toEqual(honest.slice(0, 10));
    const next = await page({ ...ASKED, fingerprint: meta.fingerprint ?? '' });
    expect(plain(next.data)).toEqual(expected(busy).slice(10, 30));
  });

  test('empty-page: no rows, and a fingerprint that leads to them', async () => {
    const { data, meta } = await spoiltPage('empty-page');
    expect(data).toEqual([]);
    expect(plain((await page({ ...ASKED, fingerprint: meta.fingerprint ?? '' })).data)).toEqual(honest);
  });

  test('shuffled-ties: rows of one time in another order', async () => {
    const params = { ...ASKED, limit: '200' };
    await serve({ faultAt: ({ number }) => (number === 1 ? 'shuffled-ties' : null) });
    const [mixed, right] = [await page(params), await page(params)];
    expect(plain(mixed.data)).not.toEqual(plain(right.data));
    expect(plain(mixed.data).sort()).toEqual(plain(right.data).sort());
    expect(mixed.data.map((row) => row.block_timestamp)).toEqual(right.data.map((row) => row.block_timestamp));
  });

  test('unstable-ties: where a page ends within a block, rows may be lost', async () => {
    await serve({ faultAt: () => 'unstable-ties' });
    const rows = plain(await follow({ ...ASKED, limit: '1' }));
    expect(rows).toHaveLength(expected(busy).length);
    expect(new Set(rows).size).toBeLessThan(new Set(expected(busy)).size);
  });

  test('without-value and malformed-value: one row lacks its amount, or has none that can be read', async () => {
    const without = await spoiltPage('without-value');
    expect(without.data.filter((row) => !('value' in row))).toHaveLength(1);
    await server?.close();
    const malformed = await spoiltPage('malformed-value');
    expect(malformed.data.filter((row) => !/^\d+$/.test(row.value ?? ''))).toHaveLength(1);
  });

  test('lost-row: a row is missing and nothing shows it', async () => {
    const { data, meta } = await spoiltPage('lost-row');
    expect(data).toHaveLength(19);
    expect(meta.fingerprint).toBeDefined();
  });

  test.each([
    ['without-details', 0, 0],
    ['without-some-details', 1, 19],
  ] as const)('%s: the rows are all there, with fewer details than were asked for', async (kind, least, most) => {
    await serve({ faultAt: ({ number }) => (number === 1 ? kind : null) });
    const asked = { ...ASKED, limit: '20', get_detail: 'true' };
    const [spoilt, honest] = [await page(asked), await page(asked)];
    const detailed = (rows: readonly object[]) =>
      rows.filter((row) => 'txID' in ((row as { detail?: object }).detail ?? {}));
    expect(detailed(honest.data)).toHaveLength(20);
    expect(detailed(spoilt.data).length).toBeGreaterThanOrEqual(least);
    expect(detailed(spoilt.data).length).toBeLessThanOrEqual(most);
    expect(plain(spoilt.data)).toEqual(plain(honest.data));
  });

  test('refused-fingerprint: the provider forgets its own fingerprint', async () => {
    await serve({ faultAt: ({ number }) => (number === 2 ? 'refused-fingerprint' : null) });
    const fingerprint = (await page(ASKED)).meta.fingerprint ?? '';
    expect((await get(HISTORY, { ...ASKED, fingerprint })).status).toBe(400);
    expect((await get(HISTORY, { ...ASKED, fingerprint })).status).toBe(200);
  });

  test('a plan befalls the same requests in whatever order they come', async () => {
    const kinds = [...HTTP_FAULTS, ...PAGE_FAULTS].filter((kind) => !['hang', 'reset', 'cut-off'].includes(kind));
    const rates = Object.fromEntries(kinds.map((kind) => [kind, 0.02]));
    const wallets = ledger.wallets.slice(0, 80);
    const befallen = async (order: readonly Address[]): Promise<string[]> => {
      await serve({ faults: { seed: 'plan', rates } });
      for (const wallet of order) await get(HISTORY.replace(busy, wallet), ASKED);
      const faults = server?.log.map(({ path, fault }) => `${path} ${fault}`) ?? [];
      await server?.close();
      return faults.sort();
    };
    const [forwards, backwards] = [await befallen(wallets), await befallen([...wallets].reverse())];
    expect(forwards).toEqual(backwards);
    const hit = forwards.filter((line) => !line.endsWith('null')).length;
    expect(hit).toBeGreaterThan(35);
    expect(hit).toBeLessThan(75);
  });

  test('a plan gives in: the same request fails three times at most', async () => {
    await serve({ faults: { seed: 'always', rates: { 'server-error': 1 } } });
    const statuses: number[] = [];
    for (let attempt = 0; attempt < 5; attempt += 1) statuses.push((await get(HISTORY, ASKED)).status);
    expect(statuses).toEqual([500, 500, 500, 200, 200]);
  });
});

test('the log tells what was asked, how often and with what', async () => {
  await serve();
  await page(ASKED);
  await page(ASKED);
  await post('/walletsolidity/getnowblock', {});
  await get('/somewhere/else');
  expect(server?.requests).toEqual({
    history: 2,
    native: 0,
    nodeAccount: 0,
    account: 0,
    events: 0,
    constantCall: 0,
    head: 1,
    genesis: 0,
    receipt: 0,
    transaction: 0,
    blockReceipts: 0,
    unknown: 1,
  });
  expect(server?.log.map(({ endpoint, attempt }) => [endpoint, attempt])).toEqual([
    ['history', 1],
    ['history', 2],
    ['head', 1],
    ['unknown', 1],
  ]);
  expect(server?.log[0]).toMatchObject({ method: 'GET', path: HISTORY, params: ASKED, fault: null, refused: false });
});

test('a port that is taken is said to be taken', async () => {
  const { url } = await serve();
  await expect(serveTronGrid(ledger, { port: Number(new URL(url).port) })).rejects.toMatchObject({
    code: 'PORT_TAKEN',
  });
});
