/** What providers answer about the issuer's doings: what is read of it, and what is refused. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseAddress } from '../../src/chains/address.ts';
import type { ChainSource } from '../../src/chains/chain.ts';
import { USDT as ETHEREUM_USDT } from '../../src/chains/ethereum/assets.ts';
import { createEtherscan } from '../../src/chains/ethereum/etherscan.ts';
import { ISSUER_TOPICS, readIssuerLog } from '../../src/chains/ethereum/issuer-logs.ts';
import { createEthereumNode } from '../../src/chains/ethereum/node.ts';
import type { Http } from '../../src/chains/http.ts';
import { USDT as TRON_USDT } from '../../src/chains/tron/assets.ts';
import { createTronGrid } from '../../src/chains/tron/trongrid.ts';
import { eventsSchema, readReply, trongridPlace } from '../../src/chains/tron/trongrid-replies.ts';
import { RetryableError } from '../../src/errors.ts';
import { hasSharedData, sharedData } from '../shared-data.ts';

const HASH = '77ff0c0819cc39b3d24c98a3e94c1789f9e4376509aaadc82894896474c0e6b2';
const NOON = Date.UTC(2026, 6, 21, 12);
const FROZEN = '01311788a9736dcc38cf6d53342c076c38e95ef2';
const OWNER = 'b2ff692d318825a41b5668c4cefa263e8cdcc82e';
const word = (hex: string) => hex.padStart(64, '0');
const head = { block: 25_000_000, timestamp: NOON + 1_000 };

const json = (body: unknown) => ({ status: 200, headers: new Headers(), text: JSON.stringify(body) });

async function told(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (error instanceof RetryableError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'taken for a good one';
}

describe('TronGrid', () => {
  const place = trongridPlace('https://api.trongrid.io', null);
  const EVENT = {
    block_number: 85_919_983,
    block_timestamp: NOON,
    contract_address: TRON_USDT.contract,
    event_name: 'DestroyedBlackFunds',
    event_index: 0,
    result: { 0: `0x${FROZEN}`, 1: '1399000000', _blackListedUser: `0x${FROZEN}`, _balance: '1399000000' },
    transaction_id: HASH,
  };
  const REDEEM = { ...EVENT, event_name: 'Redeem', event_index: 1, result: { 0: '7', amount: '7' } };
  const OWNED = { result: { result: true }, constant_result: [word(OWNER)], transaction: { ret: [{}] } };

  /** Answers for each kind of event, and for the owner, with what is given, page after page; then with nothing. */
  function source(pages: Record<string, object[]>, owner: object = OWNED): { source: ChainSource; asked: string[] } {
    const asked: string[] = [];
    const http: Http = async ({ url }) => {
      asked.push(url);
      if (url.includes('triggerconstantcontract')) return json(owner);
      const name = new URL(url).searchParams.get('event_name') ?? '';
      return json(pages[name]?.shift() ?? { data: [], success: true, meta: {} });
    };
    return { source: createTronGrid({ url: 'https://api.trongrid.io', key: null, http }), asked };
  }
  const request = {
    asset: TRON_USDT,
    window: { from: NOON - 10_000, until: NOON + 10_000 },
    position: NOON - 10_000,
    head,
  };
  const page = (rows: readonly object[], fingerprint?: string) => ({
    data: rows,
    success: true,
    meta: { fingerprint },
  });
  const read = (row: object, owner?: object) => {
    const name = (row as { event_name: string }).event_name;
    return source({ [name === 'Redeem' ? name : 'DestroyedBlackFunds']: [page([row])] }, owner).source.issuerEvents(
      request,
    );
  };

  test.skipIf(!hasSharedData)('has a recorded reply that is of the form expected', () => {
    const text = readFileSync(sharedData('api-samples/trongrid/trongrid_contract_events_usdt.json'), 'utf8');
    const { data, meta } = readReply({ status: 200, headers: new Headers(), text }, eventsSchema, place);
    expect(data.map(({ event_name, event_index, block_number }) => [event_name, event_index, block_number])).toEqual([
      ['Transfer', 0, 85_919_983],
      ['Transfer', 0, 85_919_983],
    ]);
    expect(data[0]?.result).toMatchObject({ 0: `0x${FROZEN}`, from: `0x${FROZEN}`, value: '1399000000' });
    expect(meta?.fingerprint).toMatch(/^7dveEb1/);
  });

  test('tells whose funds were destroyed; what was redeemed is put down to the owner', async () => {
    const { events } = await read(EVENT);
    expect(events).toEqual([
      {
        ...{ chain: 'tron', asset: 'USDT', kind: 'destroyed', transaction: HASH, value: 1_399_000_000n },
        ...{ wallet: parseAddress('tron', `41${FROZEN}`), timestamp: NOON, block: 85_919_983, position: null },
      },
    ]);
    expect((await read(REDEEM)).events).toEqual([
      expect.objectContaining({ kind: 'redeemed', wallet: parseAddress('tron', `41${OWNER}`), value: 7n }),
    ]);
  });

  test('tells who was frozen and unfrozen, by name or by place', async () => {
    for (const [name, kind] of [
      ['AddedBlackList', 'frozen'],
      ['RemovedBlackList', 'unfrozen'],
    ] as const) {
      for (const result of [{ _user: `0x${FROZEN}` }, { 0: `41${FROZEN}` }] as Record<string, string>[]) {
        const row = { ...EVENT, event_name: name, result };
        const { events } = await source({ [name]: [page([row])] }).source.issuerEvents(request);
        expect(events).toMatchObject([{ kind, wallet: parseAddress('tron', `41${FROZEN}`), value: 0n }]);
      }
    }
  });

  test('is understood also where names are missing, and where addresses begin with the 41 of Tron', async () => {
    const { events } = await read({ ...EVENT, result: { 0: `41${FROZEN}`, 1: '5' } });
    expect(events).toEqual([expect.objectContaining({ wallet: parseAddress('tron', `41${FROZEN}`), value: 5n })]);
  });

  test('may repeat a row, which counts once', async () => {
    const { source: repeating } = source({ DestroyedBlackFunds: [page([EVENT, EVENT])] });
    expect((await repeating.issuerEvents(request)).events).toHaveLength(1);
  });

  test('is asked on behind a full page without a fingerprint, and behind a short one with one', async () => {
    const full = Array.from({ length: 200 }, (_, n) => ({
      ...EVENT,
      event_index: n,
      block_timestamp: NOON - 9_000 + n,
    }));
    const { next, events } = await source({ DestroyedBlackFunds: [page(full)] }).source.issuerEvents(request);
    expect([next, events.length]).toEqual([NOON - 8_801, 199]);
    const { asked, source: short } = source({
      DestroyedBlackFunds: [page([], 'a'), page([], 'b'), page([EVENT], 'c')],
    });
    expect(await short.issuerEvents(request)).toMatchObject({ next: NOON, events: [] });
    expect(asked[2]).toContain('fingerprint=b');
  });

  test('is not believed where one instant fills a page and no further one is named', async () => {
    const rows = (count: number) => Array.from({ length: count }, (_, n) => ({ ...EVENT, event_index: n }));
    const at = { ...request, position: NOON };
    const fits = await source({
      DestroyedBlackFunds: [page(rows(200)), page(rows(199), 'a'), page(rows(1))],
    }).source.issuerEvents(at);
    expect(fits).toMatchObject({ next: null, events: { length: 200 } });
    const { source: stuck } = source({ DestroyedBlackFunds: [page(rows(200)), page(rows(199))] });
    expect(await told(stuck.issuerEvents(at))).toMatch(/^HISTORY_STUCK: More rows than a page holds/);
  });

  test.each<[string, object, RegExp]>([
    [
      'of another contract',
      { ...EVENT, contract_address: 'TL24LCps5FKwp3PoU1MvrYrwhi5LU1tHre' },
      /of another contract/,
    ],
    ['of another name', { ...EVENT, event_name: 'Transfer' }, /of another name/],
    ['that is not confirmed', { ...EVENT, _unconfirmed: true }, /is not confirmed/],
    ['before the time asked for', { ...EVENT, block_timestamp: NOON - 10_001 }, /older than the time/],
    ['behind it', { ...EVENT, block_timestamp: NOON + 10_000 }, /newer than the time/],
    ['without an amount', { ...EVENT, result: { 0: `0x${FROZEN}` } }, /amount that is no whole number/],
    ['of a negative amount', { ...EVENT, result: { 0: `0x${FROZEN}`, 1: '-5' } }, /amount that is no whole number/],
    ['of no wallet', { ...EVENT, result: { 0: '0x1234', 1: '5' } }, /wallet that is no address/],
    ['without an index', { ...EVENT, event_index: undefined }, /unknown shape: data.0.event_index/],
  ])('is refused with an event %s', async (_, row, words) => {
    expect(await told(read(row))).toMatch(/^REPLY_INVALID: /);
    expect(await told(read(row))).toMatch(words);
  });

  test('is refused where one log is listed as two events', async () => {
    const other = { ...EVENT, result: { 0: `0x${OWNER}`, 1: '5' } };
    const { source: confused } = source({ DestroyedBlackFunds: [page([EVENT, other])] });
    expect(await told(confused.issuerEvents(request))).toMatch(/^REPLY_INCONSISTENT: /);
  });

  test.each<[string, object, string]>([
    ['names nobody', { result: { result: true }, constant_result: [''] }, 'left out'],
    ['reverts', { result: { result: true, message: '524556455254' }, constant_result: [word('08c379a0')] }, 'left out'],
    ["is nobody's", { result: { result: true }, constant_result: [word('')] }, 'left out'],
    ['cannot be asked', { result: { code: 'SERVER_BUSY' } }, 'REPLY_ERROR'],
    [
      'answers with what is no address',
      { result: { result: true }, constant_result: ['f'.repeat(64)] },
      'REPLY_INVALID',
    ],
  ])('leaves redemptions out, or is asked again, where the contract %s', async (_, owner, outcome) => {
    const reading = read(REDEEM, owner);
    if (outcome !== 'left out') return expect(await told(reading)).toMatch(outcome);
    expect(await reading).toMatchObject({ events: [], remarks: [{ code: 'OWNER_UNKNOWN', count: 1 }] });
  });
});

describe('a log of the contract', () => {
  const place = trongridPlace('https://example.org', null);
  const { destroyed, redeemed } = ISSUER_TOPICS;
  const address = ETHEREUM_USDT.contract.toLowerCase();
  const read = (topics: string[], data: string, from = address) =>
    readIssuerLog({ address: from, topics, data }, ['destroyed', 'redeemed'], ETHEREUM_USDT, place);
  const wallet = parseAddress('ethereum', `0x${FROZEN}`);

  test('has the frozen wallet in its data, or in a topic', () => {
    const event = { kind: 'destroyed', wallet, value: 5n };
    expect(read([destroyed], `0x${word(FROZEN)}${word('5')}`)).toEqual(event);
    expect(read([destroyed, `0x${word(FROZEN)}`], `0x${word('5')}`)).toEqual(event);
  });

  test('has a wallet that is frozen or unfrozen in its data, or in a topic, and no amount', () => {
    for (const kind of ['frozen', 'unfrozen'] as const) {
      const kinds = ['destroyed', 'redeemed', 'frozen', 'unfrozen'] as const;
      const shapes = [
        { topics: [ISSUER_TOPICS[kind]], data: `0x${word(FROZEN)}` },
        { topics: [ISSUER_TOPICS[kind], `0x${word(FROZEN)}`], data: '0x' },
      ];
      for (const shape of shapes) {
        expect(readIssuerLog({ address, ...shape }, kinds, ETHEREUM_USDT, place)).toEqual({ kind, wallet, value: 0n });
      }
      const tooMuch = { topics: [ISSUER_TOPICS[kind]], data: `0x${word(FROZEN)}${word('5')}` };
      expect(() => readIssuerLog({ address, ...tooMuch }, kinds, ETHEREUM_USDT, place)).toThrow();
    }
  });

  test('of a redemption has the amount alone', () => {
    expect(read([redeemed], `0x${word('7')}`)).toEqual({ kind: 'redeemed', wallet: null, value: 7n });
  });

  test.each<[string, string[], string, string?]>([
    ['of another contract', [redeemed], `0x${word('7')}`, `0x${OWNER}`],
    ['of another event', [`0x${word('1')}`], `0x${word('7')}`],
    ['without a topic', [], `0x${word('7')}`],
    ['without data', [destroyed], '0x'],
    ['with half a word', [redeemed], '0x07'],
    ['with a word too few', [destroyed], `0x${word('5')}`],
    ['with a word too many', [redeemed], `0x${word('5')}${word('5')}`],
    ['with its amount in a topic', [redeemed, `0x${word('5')}`], '0x'],
    ['of a wallet that is none', [destroyed], `0x${'f'.repeat(64)}${word('5')}`],
  ])('is refused where it is %s', (_, topics, data, from) => {
    expect(() => read(topics, data, from)).toThrow(expect.objectContaining({ code: 'REPLY_INVALID' }));
  });
});

describe('Etherscan', () => {
  const LOG = {
    address: ETHEREUM_USDT.contract.toLowerCase(),
    topics: [ISSUER_TOPICS.destroyed, null, null, null],
    data: `0x${word(FROZEN)}${word('5')}`,
    blockNumber: '0x17d7840',
    timeStamp: `0x${(NOON / 1_000).toString(16)}`,
    logIndex: '0x',
    transactionHash: `0x${HASH}`,
  };
  const nothing = { status: '0', message: 'No records found', result: [] };
  function source(answer: (action: string, topic: string | null) => unknown): ChainSource {
    const http: Http = async ({ url }) => {
      const { searchParams } = new URL(url);
      return json(answer(searchParams.get('action') ?? '', searchParams.get('topic0')));
    };
    return createEtherscan({ url: 'https://api.etherscan.io/v2/api', key: null, http });
  }
  const request = {
    ...{ asset: ETHEREUM_USDT, window: { from: 24_000_000, until: 25_000_001 }, position: 24_000_000, head },
  };
  const destroying = (log: object) =>
    source((_, topic) => (topic === ISSUER_TOPICS.destroyed ? { status: '1', message: 'OK', result: [log] } : nothing));

  test('tells the place of a log, also of the first in its block, and leaves empty topics out', async () => {
    const { events } = await destroying(LOG).issuerEvents(request);
    expect(events).toEqual([expect.objectContaining({ value: 5n, block: 25_000_000, position: 0, timestamp: NOON })]);
  });

  test.each<[string, object, RegExp]>([
    ['of an older block', { blockNumber: '0x1' }, /older than the block/],
    ['of a newer block', { blockNumber: '0x17d7841' }, /newer than the block/],
    ['from before the token', { timeStamp: '0x1' }, /older than its token/],
    ['without an index', { logIndex: undefined }, /unknown shape/],
    ['of another event', { topics: [ISSUER_TOPICS.redeemed], data: `0x${word('5')}` }, /another token or event/],
  ])('is refused with a log %s', async (_, spoilt, words) => {
    expect(await told(destroying({ ...LOG, ...spoilt }).issuerEvents(request))).toMatch(words);
  });

  test('leaves redemptions out where the contract has no method that tells its owner', async () => {
    const redeem = { ...LOG, topics: [ISSUER_TOPICS.redeemed], data: `0x${word('5')}` };
    const refusing = source((action, topic) => {
      if (action === 'eth_call') return { jsonrpc: '2.0', id: 1, error: { code: 3, message: 'execution reverted' } };
      return topic === ISSUER_TOPICS.redeemed ? { status: '1', message: 'OK', result: [redeem] } : nothing;
    });
    expect(await refusing.issuerEvents(request)).toMatchObject({ events: [], remarks: [{ code: 'OWNER_UNKNOWN' }] });
  });
});

test('a node that has dropped the state of the head is asked for the owner of now', async () => {
  const redeem = {
    ...{ address: ETHEREUM_USDT.contract, topics: [ISSUER_TOPICS.redeemed], data: `0x${word('5')}`, logIndex: '0x3' },
    ...{ blockNumber: '0x17d7840', blockTimestamp: `0x${(NOON / 1_000).toString(16)}`, transactionHash: `0x${HASH}` },
  };
  const tags: unknown[] = [];
  const http: Http = async ({ body }) => {
    const { id, method, params } = JSON.parse(body ?? '') as { id: number; method: string; params: unknown[] };
    if (method === 'eth_getLogs') return json({ jsonrpc: '2.0', id, result: [redeem] });
    tags.push(params[1]);
    if (params[1] === 'latest') return json({ jsonrpc: '2.0', id, result: `0x${word(OWNER)}` });
    return json({ jsonrpc: '2.0', id, error: { code: -32000, message: 'missing trie node ab (path ) not found' } });
  };
  const node = createEthereumNode({ url: 'https://node.example', http });
  const window = { from: 25_000_000, until: 25_000_001 };
  const { events } = await node.issuerEvents({ asset: ETHEREUM_USDT, window, position: window.from, head });
  expect(events).toEqual([expect.objectContaining({ wallet: parseAddress('ethereum', `0x${OWNER}`), position: 3 })]);
  expect(tags).toEqual(['0x17d7840', 'latest']);
});
