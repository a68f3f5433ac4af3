/** What replies about a wallet's own transactions mean: recorded ones, and those that nobody hopes for. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseAddress } from '../../src/chains/address.ts';
import type { Address, ChainSource } from '../../src/chains/chain.ts';
import { createEtherscan } from '../../src/chains/ethereum/etherscan.ts';
import type { Http } from '../../src/chains/http.ts';
import type { NativeHistory } from '../../src/chains/off-history.ts';
import { createTronGrid } from '../../src/chains/tron/trongrid.ts';
import { hasSharedData, sharedData } from '../shared-data.ts';

const HEAD = { block: 90_000_000, timestamp: Date.UTC(2026, 2, 1) };
const START = Date.UTC(2020, 5, 1);
const OWN = `41${'ab'.repeat(20)}`;
const WALLET = parseAddress('tron', OWN);
const hex = (digit: string) => `41${digit.repeat(40)}`;
const base58 = (digit: string) => parseAddress('tron', hex(digit));

/** Answers request by request; the last reply again and again. */
function replying(...bodies: unknown[]): Http {
  let asked = 0;
  return async () => {
    const body = bodies[Math.min(asked, bodies.length - 1)];
    asked += 1;
    return { status: 200, headers: new Headers(), text: JSON.stringify(body) };
  };
}

function read(source: ChainSource, wallet: Address): Promise<NativeHistory> {
  if (source.native === undefined) throw new Error('the source tells none');
  return source.native({ wallet, head: HEAD });
}

describe('on Tron', () => {
  const of = (...data: object[]) => tron({ data, success: true, meta: {} });
  const tron = (...bodies: unknown[]) =>
    read(createTronGrid({ url: 'http://127.0.0.1:9', key: null, http: replying(...bodies) }), WALLET);
  /** A transaction at so many seconds. */
  const row = (second: number, type: string, value: object, more: object = {}) => ({
    txID: second.toString(16).padStart(64, '0'),
    block_timestamp: START + second * 1_000,
    ret: [{ contractRet: 'SUCCESS' }],
    raw_data: { contract: [{ type, parameter: { value } }] },
    ...more,
  });
  const coin = (second: number, from: string, more: object = {}) =>
    row(second, 'TransferContract', { owner_address: from, to_address: OWN, amount: 5 }, more);
  const lent = (second: number, from: string, more: object = {}) =>
    row(second, 'DelegateResourceContract', {
      ...{ owner_address: from, receiver_address: OWN, balance: 7_000_000_000, resource: 'ENERGY' },
      ...more,
    });
  const kinds = ({ receipts }: NativeHistory) => receipts.map(({ kind, from }) => [kind, from]);

  test('the first TRX made the account, and later ones did not', async () => {
    const told = await of(coin(1, hex('1')), coin(2, hex('2')), lent(3, hex('3')));
    expect(kinds(told)).toEqual([
      ['activation', base58('1')],
      ['coin', base58('2')],
      ['energy', base58('3')],
    ]);
    expect(told.receipts.map(({ value }) => value)).toEqual([5n, 5n, 7_000_000_000n]);
    expect(told).toMatchObject({ whole: true, until: HEAD.timestamp });
  });

  test('an account that was made by itself has its coins from others', async () => {
    const made = row(1, 'AccountCreateContract', { owner_address: hex('1'), account_address: OWN });
    // The two may stand in one block in either order.
    const told = await of(coin(1, hex('2'), { txID: 'f'.repeat(64) }), made, coin(2, hex('3')));
    expect(kinds(told)).toEqual([
      ['activation', base58('1')],
      ['coin', base58('2')],
      ['coin', base58('3')],
    ]);
  });

  test('nobody is told to have made an account where another may have', async () => {
    const token = { owner_address: hex('1'), to_address: OWN, amount: 1, asset_name: '31' };
    const both = await of(coin(1, hex('1')), coin(1, hex('2'), { txID: 'f'.repeat(64) }));
    const tokenFirst = await of(row(1, 'TransferAssetContract', token), coin(2, hex('2')));
    const lentFirst = await of(lent(1, hex('1')), coin(2, hex('2')));
    expect(kinds(both).map(([kind]) => kind)).toEqual(['coin', 'coin']);
    expect(kinds(tokenFirst)).toEqual([['coin', base58('2')]]);
    expect(kinds(lentFirst)).toEqual([
      ['energy', base58('1')],
      ['coin', base58('2')],
    ]);
  });

  test('only energy counts of what is lent, also as it was lent until 2023', async () => {
    const frozen = { owner_address: hex('4'), frozen_balance: 9, frozen_duration: 3, resource: 'ENERGY' };
    const told = await of(
      coin(1, hex('1')),
      lent(2, hex('2'), { resource: undefined }),
      lent(3, hex('3'), { resource: 'BANDWIDTH' }),
      row(4, 'FreezeBalanceContract', { ...frozen, receiver_address: OWN }),
      row(5, 'UnDelegateResourceContract', { owner_address: hex('5'), receiver_address: OWN, balance: 9 }),
    );
    expect(kinds(told)).toEqual([
      ['activation', base58('1')],
      ['energy', base58('4')],
    ]);
  });

  test('what failed, what the wallet sent, and what is no transaction of its own count for nothing', async () => {
    const told = await of(
      coin(1, hex('1'), { ret: [{ contractRet: 'OUT_OF_TIME' }] }),
      { internal_tx_id: '1', tx_id: 'a'.repeat(64), block_timestamp: START + 1_500, data: {} },
      coin(2, hex('2')),
      row(3, 'TransferContract', { owner_address: OWN, to_address: hex('3'), amount: 5 }),
      row(4, 'TransferContract', { owner_address: OWN, to_address: OWN, amount: 5 }),
      row(5, 'TriggerSmartContract', { owner_address: hex('3'), contract_address: OWN, data: '' }),
      coin(2, hex('2'), { block_timestamp: START + 6_000 }),
    );
    expect(kinds(told)).toEqual([['activation', base58('2')]]);
  });

  test.each<[string, object]>([
    ['no amount', row(1, 'TransferContract', { owner_address: hex('1'), to_address: OWN })],
    ['a broken one', row(1, 'TransferContract', { owner_address: hex('1'), to_address: OWN, amount: 1.5 })],
    [
      'one too large to be told',
      row(1, 'TransferContract', { owner_address: hex('1'), to_address: OWN, amount: 2 ** 60 }),
    ],
    ['no address', coin(1, 'TXVj38D1XR3TPgSHTCZGC8wkLDAGqF1oqx')],
    ['another wallet', row(1, 'TransferContract', { owner_address: hex('1'), to_address: hex('2'), amount: 1 })],
    ['a time after the head', coin(1, hex('1'), { block_timestamp: HEAD.timestamp + 1 })],
    ['no transaction', coin(1, hex('1'), { txID: undefined })],
  ])('a row with %s makes the page one that cannot be right', async (_, data) => {
    await expect(of(data)).rejects.toMatchObject({ name: 'RetryableError', code: 'REPLY_INVALID' });
  });

  test('rows that are in no order of time are refused', async () => {
    await expect(of(coin(2, hex('1')), coin(1, hex('2')))).rejects.toMatchObject({ code: 'REPLY_INVALID' });
  });

  test('an empty page that names a further one is followed, and no end', async () => {
    const empty = { data: [], meta: { fingerprint: 'more' } };
    expect(kinds(await tron(empty, { data: [coin(1, hex('1'))] }))).toEqual([['activation', base58('1')]]);
    await expect(tron(empty)).rejects.toMatchObject({ code: 'REPLY_INCONSISTENT' });
  });

  test.runIf(hasSharedData)('a recorded page is read', async () => {
    const text = readFileSync(sharedData('api-samples/trongrid/accounts_txs_response.json'), 'utf8');
    const { data } = JSON.parse(text) as { data: object[] };
    const source = createTronGrid({
      url: 'http://127.0.0.1:9',
      key: null,
      // It was recorded newest first, and named a further page.
      http: replying({ data: data.toReversed(), success: true, meta: {} }),
    });
    const told = await read(source, parseAddress('tron', 'TM1zzNDZD2DPASbKcgdVoTYhfmYgtfwx9R'));
    expect(told.receipts.map(({ kind, from, value, block }) => [kind, from, value, block])).toMatchInlineSnapshot(`
      [
        [
          "coin",
          "TSUCQKEKhXREEaod5WgSKETKjYUhL2TUV7",
          111337320n,
          20829498,
        ],
        [
          "coin",
          "TGkLtfPuPhkG4RzewwkgNHfPxTwb5YRq6b",
          511000000n,
          20829498,
        ],
        [
          "coin",
          "TFUP7BdBj61oyTHt52McZC5Q1w6CKzyNCN",
          200000000n,
          20829498,
        ],
        [
          "coin",
          "TYCwQ4bC1mHR6heAe1qgHrktFtyJ8mKkC3",
          30000000n,
          20829498,
        ],
        [
          "coin",
          "TVqx5Dx54HgBQFfpN7KN4MWiHEnRXbch7a",
          2538461n,
          20829499,
        ],
      ]
    `);
  });
});

describe('on Ethereum', () => {
  const wallet = parseAddress('ethereum', `0x${'ab'.repeat(20)}`);
  const other = (digit: string) => `0x${digit.repeat(40)}`;
  const row = (block: number, more: object = {}) => ({
    ...{ blockNumber: `${block}`, timeStamp: `${1_600_000_000 + block}`, hash: `0x${`${block}`.padStart(64, '0')}` },
    ...{ from: other('1'), to: wallet.toLowerCase(), value: '7', contractAddress: '', isError: '0' },
    ...more,
  });
  const ethereum = (own: object[], inner: object[] = []) => {
    const http = replying({ status: '1', message: 'OK', result: own }, { status: '1', message: 'OK', result: inner });
    return read(createEtherscan({ url: 'http://127.0.0.1:9', key: null, http }), wallet);
  };

  test('both lists are one history, and ETH that a contract sent counts', async () => {
    const told = await ethereum([row(5), row(9)], [row(3, { from: other('2') })]);
    expect(told.receipts.map(({ kind, from, block }) => [kind, from.toLowerCase(), block])).toEqual([
      ['coin', other('2'), 3],
      ['coin', other('1'), 5],
      ['coin', other('1'), 9],
    ]);
    expect(told).toMatchObject({ whole: true, until: HEAD.timestamp });
  });

  test('what failed, was worth nothing, was sent away or came of the first block counts for nothing', async () => {
    const told = await ethereum([
      row(0, { from: 'GENESIS', hash: 'GENESIS_ab' }),
      row(1, { isError: '1' }),
      row(2, { value: '0' }),
      row(3, { from: wallet.toLowerCase(), to: other('3') }),
      row(4, { to: '', contractAddress: wallet.toLowerCase() }),
      row(5),
    ]);
    expect(told.receipts.map(({ block }) => block)).toEqual([5]);
  });

  test('a list that goes on ends both where it is cut', async () => {
    const many = Array.from({ length: 100 }, (_, n) => row(n + 1));
    const told = await ethereum(many, [row(50, { from: other('2') }), row(200, { from: other('2') })]);
    expect(told).toMatchObject({ whole: false, until: (1_600_000_000 + 100) * 1_000 - 1 });
    expect(told.receipts).toHaveLength(100);
    expect(told.receipts.at(-1)?.block).toBe(99);
  });

  test.each<[string, object]>([
    ['a broken amount', row(1, { value: '1e18' })],
    ['another wallet', row(1, { to: other('2') })],
    ['a block above the head', row(HEAD.block + 1)],
  ])('a row with %s makes the page one that cannot be right', async (_, bad) => {
    await expect(ethereum([bad])).rejects.toMatchObject({ name: 'RetryableError', code: 'REPLY_INVALID' });
  });

  test('a question that takes too long may pass', async () => {
    const http = replying({
      status: '0',
      message: 'NOTOK',
      result: 'Query Timeout occured. Please select a smaller result dataset',
    });
    await expect(read(createEtherscan({ url: 'http://127.0.0.1:9', key: null, http }), wallet)).rejects.toMatchObject({
      name: 'RetryableError',
      code: 'REPLY_ERROR',
    });
  });

  test.runIf(hasSharedData)('recorded lists are read', async () => {
    const listed = (name: string) =>
      (JSON.parse(readFileSync(sharedData(`api-samples/etherscan-v1/${name}.json`), 'utf8')) as { res: object[] }).res;
    const own = listed('get_normal_txs_by_address');
    const source = createEtherscan({
      ...{ url: 'http://127.0.0.1:9', key: null },
      http: replying(
        { status: '1', message: 'OK', result: own },
        { status: '0', message: 'No transactions found', result: [] },
      ),
    });
    const told = await read(source, parseAddress('ethereum', '0xddbd2b932c763ba5b1b7ae3b362eac3e8d40121a'));
    expect([own.length, told.receipts.map(({ from, value, block }) => [from, value, block])]).toMatchInlineSnapshot(`
      [
        41,
        [
          [
            "0x1a56A50C378d21D0aA544eD9A482300c7f6E78ec",
            84512559000000000000000n,
            101773,
          ],
          [
            "0x1c10A5aabc2555eE3027d5758C4B7b462605f972",
            2730000000000n,
            915000,
          ],
          [
            "0x770f7A8e74Fa129149d0cec3f3669443ee465D2e",
            1000000000000n,
            5773191,
          ],
          [
            "0x1cE264616911BfD991042eE1dFd3e6dF30b3D948",
            1000000000000n,
            5854994,
          ],
          [
            "0x75fe0f54c65ca39c23D82EB1bada90e4af99A39e",
            10000000000000000n,
            6451971,
          ],
          [
            "0xC70AC00cE7fAB864Ed83eC3ce432B9b25A8D5D54",
            4990000000000000000n,
            7673133,
          ],
          [
            "0xD47AEB1b1a78131f4c120999e057af6515Bc8c05",
            26600000000000000000n,
            7673133,
          ],
          [
            "0xC374d3DCD13E8cc8D92F1b86f4aeEaa051A218Ab",
            28900000000000000000n,
            7673135,
          ],
          [
            "0x31b96b4b7f1Ab6b7787E3cfAA8778C4Ce5e37B5D",
            999000000000000000n,
            7673138,
          ],
          [
            "0x29478c67AD2864421cB6f69b90e84028B1045E05",
            840000000000000000n,
            7673138,
          ],
          [
            "0x4E35EdF880a40a424b6deB1Ae9B247b0aC4086d7",
            999000000000000000n,
            7673143,
          ],
          [
            "0x2EA73152624Fdd3D6c253574Eb21c90D93bcFB84",
            1075000000000000000n,
            7673146,
          ],
          [
            "0xc531e60A04eeF96C00B2EE529332E555F9c1Fb7E",
            400000000000000000n,
            7673180,
          ],
          [
            "0x957211CA8d57BB49604bcA895B396FaF743120fD",
            19000000000000000000n,
            7673819,
          ],
          [
            "0x142379A22bC11a56a179d9D4644495f301A316c7",
            649000000000000000n,
            7720873,
          ],
          [
            "0x19C16bfaDf1e2412eC98AfA694ee71A0DdCD309C",
            1000000000000000n,
            8202023,
          ],
        ],
      ]
    `);
  });
});
