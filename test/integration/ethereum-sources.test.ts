/** Etherscan and a node as sources, against the simulated ones: the same keys, few requests, every limit, bad providers. */
import { afterEach, describe, expect, test } from 'vitest';
import type { Address, ChainSource, HistoryRow, Window } from '../../src/chains/chain.ts';
import { combineSources } from '../../src/chains/combined.ts';
import { LANDMARKS, MAINNET_GENESIS, USDT } from '../../src/chains/ethereum/assets.ts';
import { TRANSFER_TOPIC, topicOf } from '../../src/chains/ethereum/erc20.ts';
import { createEtherscan } from '../../src/chains/ethereum/etherscan.ts';
import { createEthereumNode } from '../../src/chains/ethereum/node.ts';
import { rowKey } from '../../src/chains/rows.ts';
import { RetryableError, UserError } from '../../src/errors.ts';
import { ETHEREUM } from '../../src/simulate/ethereum.ts';
import { DIALECTS, type DialectName } from '../../src/simulate/ethereum-node/dialects.ts';
import { type EthereumNodeOptions, serveEthereumNode } from '../../src/simulate/ethereum-node.ts';
import { type EtherscanOptions, serveEtherscan } from '../../src/simulate/etherscan.ts';
import { Ledger } from '../../src/simulate/ledger.ts';
import { transactionFor } from '../../src/simulate/names.ts';
import type { SimulatedTransfer } from '../../src/simulate/types.ts';
import { BLOCKS, ethereumLedger, FIRST_BLOCK, WALLETS } from '../fixtures/ethereum-ledger.ts';

const KEY = 'hunter2hunter2hunter2';
const ledger = ethereumLedger('sources');
const WINDOW: Window = { from: FIRST_BLOCK - 500, until: FIRST_BLOCK + BLOCKS };

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function node(options: EthereumNodeOptions = {}, chain = ledger): Promise<ChainSource> {
  const server = await serveEthereumNode(chain, options);
  closing.push(() => server.close());
  return createEthereumNode({ url: `${server.url}/v3/${KEY}` });
}

async function etherscan(options: EtherscanOptions = {}, path = '/v2/api', chain = ledger): Promise<ChainSource> {
  const server = await serveEtherscan(chain, options);
  closing.push(() => server.close());
  return createEtherscan({ url: `${server.url}${path}`, key: KEY });
}

interface Read {
  readonly rows: readonly HistoryRow[];
  readonly requests: number;
  readonly remarks: ReadonlySet<string>;
}

/** All rows of wallets inside a window, as many wallets at a time as the source reads. */
async function read(source: ChainSource, wallets: readonly Address[], window = WINDOW): Promise<Read> {
  const rows: HistoryRow[] = [];
  const remarks = new Set<string>();
  let requests = 0;
  for (let start = 0; start < wallets.length; start += source.most.histories) {
    const group = wallets.slice(start, start + source.most.histories);
    let cursor: { position: number; held: readonly HistoryRow[]; token: string | null } | null = {
      position: window.from,
      held: [],
      token: null,
    };
    while (cursor !== null) {
      const page = await source.history({
        wallets: group,
        asset: USDT,
        window,
        cursor,
        onRequest: () => {
          requests += 1;
        },
      });
      rows.push(...page.rows);
      for (const { code } of page.remarks) remarks.add(code);
      cursor = page.next;
    }
  }
  return { rows, requests, remarks };
}

/** Everything that identifies a row, and its time and block. */
const keys = (rows: Iterable<HistoryRow | SimulatedTransfer>) =>
  Array.from(rows, (row) => `${rowKey(row)},${row.timestamp},${row.block}`).sort();

/** What a wallet's history is: a row between two of the wallets stands in both. */
const historyOf = (wallet: Address, chain = ledger) =>
  keys(chain.of(wallet).filter(({ block }) => block >= WINDOW.from && block < WINDOW.until));

const told = async (running: Promise<unknown>): Promise<string> => {
  const error = await running.then(
    () => new Error('nothing was wrong'),
    (reason: unknown) => reason,
  );
  expect(String((error as Error).stack)).not.toContain(KEY);
  if (error instanceof UserError) return `${error.code}\n${error.text}`.replaceAll(/127\.0\.0\.1:\d+/g, 'HOST');
  if (error instanceof RetryableError) {
    const wait = error.retryAfterMs === undefined ? '' : ` (wait ${error.retryAfterMs} ms)`;
    return `${error.code}: ${error.message}${wait}`.replaceAll(/127\.0\.0\.1:\d+/g, 'HOST');
  }
  throw error;
};

describe('the same wallets', () => {
  test('have the same keys through Etherscan, through a node, and in the ledger', async () => {
    const [scan, logs] = [await etherscan(), await node()];
    for (const wallet of WALLETS.slice(0, 12)) {
      const listed = keys((await read(scan, [wallet])).rows);
      expect(listed).toEqual(historyOf(wallet));
      expect(keys((await read(logs, [wallet])).rows)).toEqual(listed);
    }
    // A node lists a transfer between two of many wallets once.
    const all = keys((await read(logs, WALLETS)).rows);
    expect(all).toEqual(keys(ledger.between(WINDOW.from, WINDOW.until - 1)));
  });

  test('have history from one and proof from the other, where both are given', async () => {
    const both = combineSources(await etherscan(), await node());
    expect(both.provider).toBe('etherscan');
    const wallets = WALLETS.slice(0, 30);
    const head = await both.head();
    expect(head.block).toBeLessThanOrEqual(ledger.head.block);
    let requests = 0;
    const balances = await both.balances({
      wallets,
      asset: USDT,
      head,
      onRequest: () => {
        requests += 1;
      },
    });
    expect(balances).toEqual(wallets.map((wallet) => ledger.balance(wallet, head)));
    // Whether Multicall3 is deployed, and all balances at once.
    expect(requests).toBe(2);
    expect(keys((await read(both, [wallets[0] as Address])).rows)).toEqual(historyOf(wallets[0] as Address));
  });
});

describe('the number of requests', () => {
  const wallets = Array.from({ length: 500 }, (_, n) => ETHEREUM.addressFor(`many ${n}`));
  const from = 21_000_000;
  const transfers = wallets.map((wallet, n): SimulatedTransfer => {
    const block = from + n * 199;
    const payee = wallets[(n * 7 + 1) % wallets.length] as Address;
    return {
      ...{ chain: 'ethereum', asset: 'USDT', transaction: transactionFor(`many ${n}`), position: 0, signer: wallet },
      ...{ block, timestamp: ETHEREUM.timeOf(block), from: wallet, to: payee, value: BigInt(n + 1) },
    };
  });
  const many = new Ledger(transfers, { network: ETHEREUM });
  const window = { from, until: from + 100_000 };

  test.each<[string, EthereumNodeOptions]>([
    ['that names its limit', { dialect: 'infura', limits: { blocks: 10_000 } }],
    ['that says only that it is too much', { dialect: 'chainstack', limits: { blocks: 10_000 } }],
    ['that has none', {}],
  ])('for 500 wallets over 100,000 blocks is at most 25 at a node %s', async (_, options) => {
    const { rows, requests } = await read(await node(options, many), wallets, window);
    expect(keys(rows)).toEqual(keys(transfers));
    expect(requests).toBeLessThanOrEqual(25);
  });
});

describe('a node with limits', () => {
  const LIMITS = { blocks: 700, results: 300, topics: 25 };

  test.each(Object.keys(DIALECTS) as DialectName[])('in the words of %s leaves nothing out', async (dialect) => {
    const { rows, remarks } = await read(await node({ dialect, limits: LIMITS }), WALLETS);
    expect(keys(rows)).toEqual(keys(ledger.between(WINDOW.from, WINDOW.until - 1)));
    expect([...remarks]).toEqual(['QUESTION_NARROWED']);
  });

  test.each(['inverted', 'same', 'wider'] as const)(
    'that suggests a range which is %s is read to the end all the same',
    async (suggestion) => {
      for (const dialect of ['alchemy', 'infura', 'reth'] as const) {
        const source = await node({ dialect, limits: { results: 300 }, suggestion });
        const { rows } = await read(source, WALLETS);
        expect(keys(rows)).toEqual(keys(ledger.between(WINDOW.from, WINDOW.until - 1)));
      }
    },
  );

  test('that refuses even one wallet in one block is given up with a word', async () => {
    const source = await node({ dialect: 'llamarpc', limits: { results: 0 } });
    const wallet = [...ledger.between(WINDOW.from, WINDOW.until)][0]?.from as Address;
    expect(await told(read(source, [wallet]))).toMatch(/^HISTORY_STUCK: HOST refuses even the smallest question/);
  });

  test('whose answers take too long is asked for less', async () => {
    const source = await node({
      faultAt: ({ calls }) => {
        const [filter] = (calls[0]?.params ?? []) as { fromBlock: string; toBlock: string }[];
        if (calls[0]?.method !== 'eth_getLogs' || filter === undefined) return null;
        return Number(filter.toBlock) - Number(filter.fromBlock) > 1_000 ? 'timeout-in-200' : null;
      },
    });
    expect(keys((await read(source, WALLETS)).rows)).toEqual(keys(ledger.between(WINDOW.from, WINDOW.until - 1)));
  });
});

describe('a node that will not do', () => {
  test('serves another chain', async () => {
    expect(await told((await node({ chainId: '0x38' })).genesis())).toMatchInlineSnapshot(`
      "PROVIDER_WRONG_CHAIN
      HOST serves BNB Smart Chain (chain 56), not Ethereum (chain 1).
      The same address exists on many chains, and holds other money on each.
      Set ETHEREUM_RPC_URL to a node of Ethereum (chain 1)."
    `);
  });
  test('is not synced', async () => {
    const syncing = { startingBlock: '0x0', currentBlock: '0x1312d00', highestBlock: '0x1400000' };
    expect(await told((await node({ syncing })).head())).toMatchInlineSnapshot(`
      "PROVIDER_NOT_SYNCED
      HOST has not caught up with the chain yet: it is at block 20000000 of 20971520.
      A node answers for the whole chain once it is synced; until then it leaves transfers out.
      Wait for it, or set ETHEREUM_RPC_URL to another node."
    `);
  });
  test.each(['refused', 'silent'] as const)('has no old history, and %s', async (pruned) => {
    const source = await node({ prunedBefore: FIRST_BLOCK, pruned });
    expect(await told(source.head())).toContain('PROVIDER_NO_HISTORY\nHOST does not have the whole history');
  });
  test('loses its old history while it is read', async () => {
    const source = await node({ prunedBefore: FIRST_BLOCK });
    expect(await told(read(source, WALLETS))).toMatchInlineSnapshot(`
      "PROVIDER_NO_HISTORY
      HOST does not have the whole history: "pruned history unavailable".
      Transfers are read from the creation of the token on, so a node must keep all blocks and receipts.
      Set ETHEREUM_RPC_URL to another node. Or read histories from Etherscan: set ETHERSCAN_API_KEY."
    `);
  });
  test.each(['unknown-block', 'invalid-tag'] as const)('does not know what is final: %s', async (finality) => {
    const words = await told((await node({ finality })).head());
    expect(words).toContain('PROVIDER_NO_FINALITY\nHOST does not tell which block is final');
  });
  test('does not tell for once what is final: that may pass', async () => {
    for (const kind of ['timeout-in-200', 'error-in-200'] as const) {
      const source = await node({
        faultAt: ({ calls }) => (JSON.stringify(calls[0]?.params).includes('finalized') ? kind : null),
      });
      expect(await told(source.head())).toMatch(/^REPLY_ERROR: HOST answered with an error/);
    }
  });
  test('has dropped the state of the head: no balance is told, and none is made up', async () => {
    for (const stateWords of ['trie-node', 'historical-state'] as const) {
      const source = await node({ stateBlocks: 16, stateWords });
      const wallets = WALLETS.slice(0, 3);
      expect(await source.balances({ wallets, asset: USDT, head: ledger.head })).toEqual([null, null, null]);
    }
  });
  test('lets its key expire half-way', async () => {
    const source = await node({ keys: [KEY], keyLasts: 5, dialect: 'infura', limits: { blocks: 300 } });
    expect(await told(read(source, WALLETS))).toMatchInlineSnapshot(`
      "PROVIDER_KEY_REFUSED
      HOST refuses access: "Must be authenticated!".
      Providers of nodes give an address that contains your key, such as https://mainnet.infura.io/v3/KEY.
      Correct the address in ETHEREUM_RPC_URL, then run the same command again: what was read is kept."
    `);
  });
  test.each([
    ['too-many-requests', 'PROVIDER_BUSY'],
    ['rate-in-200', 'PROVIDER_QUOTA'],
    ['forbidden', 'PROVIDER_FORBIDDEN'],
    ['server-error', 'REPLY_ERROR'],
    ['html-page', 'REPLY_NOT_JSON'],
    ['truncated', 'REPLY_NOT_JSON'],
    ['empty-body', 'REPLY_EMPTY'],
    ['error-in-200', 'REPLY_ERROR'],
    ['reset', 'PROVIDER_UNREACHABLE'],
    ['other-id', 'REPLY_INVALID'],
    ['null-result', 'REPLY_INVALID'],
    ['no-result', 'REPLY_INVALID'],
    ['removed-log', 'REPLY_INVALID'],
    ['other-token', 'REPLY_INVALID'],
    ['other-block', 'REPLY_INVALID'],
    ['other-wallet', 'REPLY_INVALID'],
    ['repeated-logs', 'REPLY_INVALID'],
    ['malformed-log', 'REPLY_INVALID'],
  ] as const)('answers with %s', async (kind, code) => {
    const source = await node({ faultAt: ({ attempt }) => (attempt === 1 ? kind : null) });
    expect(await told(read(source, WALLETS))).toMatch(new RegExp(`^${code}: `));
  });
});

describe('a node of the real chain', () => {
  const genesis = `${MAINNET_GENESIS}` as const;
  const landmark = ({ from }: { from: number }, n: number): SimulatedTransfer => {
    const [payer, payee] = WALLETS as [Address, Address];
    const place = {
      chain: 'ethereum',
      asset: 'USDT',
      transaction: transactionFor(`landmark ${n}`),
      signer: payer,
    } as const;
    const block = from + 4;
    return { ...place, block, timestamp: ETHEREUM.timeOf(block), position: 0, from: payer, to: payee, value: 1n };
  };

  test('has to have the transfers that everybody knows of, or it has dropped the logs of old blocks', async () => {
    const whole = new Ledger(LANDMARKS.map(landmark), { network: ETHEREUM });
    await expect((await node({ genesis }, whole)).head()).resolves.toEqual(whole.head);
    const holed = new Ledger(LANDMARKS.slice(1).map(landmark), { network: ETHEREUM });
    expect(await told((await node({ genesis }, holed)).head())).toContain('PROVIDER_NO_HISTORY');
  });
});

test.each(['receipt', 'positions'] as const)(
  'where the node has dropped the block of a %s, Etherscan tells it',
  async (method) => {
    const [first] = ledger.transfers;
    const transaction = first?.transaction ?? transactionFor('');
    const pruned = await node({ prunedBefore: FIRST_BLOCK + BLOCKS });
    const listed = await etherscan();
    const ask = (source: ChainSource) =>
      method === 'receipt'
        ? source.receipt({ transaction, asset: USDT })
        : source.positions({ transactions: [transaction], asset: USDT });
    expect(await told(ask(pruned))).toMatch(/^RECEIPT_MISSING: /);
    const found = await ask(combineSources(listed, pruned));
    expect(found.length).toBeGreaterThan(0);
    expect(found).toEqual(await ask(listed));
  },
);

describe('a node whose logs contradict themselves', () => {
  const [payer, payee] = WALLETS as [Address, Address];
  const log = (fields: object) => ({
    address: USDT.contract,
    topics: [TRANSFER_TOPIC, topicOf(payer), topicOf(payee)],
    data: `0x${'5'.padStart(64, '0')}`,
    blockNumber: '0x1312d00',
    blockTimestamp: '0x65000000',
    transactionHash: `0x${'a'.repeat(64)}`,
    logIndex: '0x1',
    ...fields,
  });
  /** A node that answers the question for senders, and the one for recipients, with these. */
  const answers = (sent: object[], received: object[]) => {
    const http = async ({ body = '' }: { body?: string }) => {
      const { id, params } = JSON.parse(body) as { id: number; params: [{ topics: unknown[] }] };
      const result = params[0].topics.length === 2 ? sent : received;
      return { status: 200, headers: new Headers(), text: JSON.stringify({ jsonrpc: '2.0', id, result }) };
    };
    return createEthereumNode({ url: 'http://127.0.0.1:9', http });
  };
  const page = (source: ChainSource) => {
    const window = { from: 20_000_000, until: 20_000_010 };
    const cursor = { position: window.from, held: [], token: null };
    return source.history({ wallets: [payer, payee], asset: USDT, window, cursor });
  };

  test('by another amount, or another transaction, for the other side', async () => {
    expect((await page(answers([log({})], [log({})]))).rows).toHaveLength(1);
    for (const other of [{ data: `0x${'7'.padStart(64, '0')}` }, { transactionHash: `0x${'b'.repeat(64)}` }]) {
      expect(await told(page(answers([log({})], [log(other)])))).toMatch(/^REPLY_INCONSISTENT: /);
    }
  });

  test('by receipts of several blocks for transactions of one, or by a place that no block has', async () => {
    const hashes = [transactionFor('one'), transactionFor('other')];
    const place = (fields: (hash: string) => object) => {
      const http = async ({ body = '' }: { body?: string }) => {
        const { id, params } = JSON.parse(body) as { id: number; params: [string] };
        const [transactionHash] = params;
        const result = { transactionHash, logs: [log({ transactionHash, ...fields(transactionHash) })] };
        return { status: 200, headers: new Headers(), text: JSON.stringify({ jsonrpc: '2.0', id, result }) };
      };
      const source = createEthereumNode({ url: 'http://127.0.0.1:9', http });
      return source.positions({ transactions: hashes, asset: USDT });
    };
    expect(await told(place((hash) => (hash.endsWith(hashes[0] ?? '') ? {} : { blockNumber: '0x1312d01' })))).toMatch(
      /^REPLY_INCONSISTENT: .* receipts of several blocks/,
    );
    expect(await told(place(() => ({ logIndex: '0x80000000' })))).toMatch(/^REPLY_INVALID: /);
    expect(await told(place(() => ({ logIndex: '0x7' })))).toMatch(/^REPLY_INVALID: .* two logs have one place/);
    const apart = (hash: string) => ({ logIndex: hash.endsWith(hashes[0] ?? '') ? '0x9' : '0x7' });
    expect((await place(apart)).map(({ position }) => position)).toEqual([9, 7]);
  });

  test('by times that no block can have', async () => {
    const early = log({ blockTimestamp: '0x5' });
    expect(await told(page(answers([early], [early])))).toMatch(/^REPLY_INVALID: .* older than its token/);
    const two = [log({}), log({ blockNumber: '0x1312d01', blockTimestamp: '0x64ffffff' })];
    expect(await told(page(answers(two, two)))).toMatch(/^REPLY_INVALID: .* a later block is of an earlier time/);
  });
});

describe('what a source has learnt of a provider', () => {
  test('of crowded blocks at Etherscan does not make the next wallet dear', async () => {
    const source = await etherscan({ queryLimit: { rows: 40 } });
    await read(source, [WALLETS[0] as Address]);
    const stranger = ETHEREUM.addressFor('a stranger');
    const { requests } = await read(source, [stranger], { from: 0, until: FIRST_BLOCK + BLOCKS });
    expect(requests).toBeLessThan(40);
  });

  test('of a node that was slow for a while is forgotten again', async () => {
    let slow = true;
    const source = await node({ faultAt: () => (slow ? 'timeout-in-200' : null) });
    await told(read(source, WALLETS));
    slow = false;
    const { requests } = await read(source, WALLETS);
    expect(requests).toBeLessThan(250);
    expect((await read(source, WALLETS)).requests).toBeLessThan(10);
  });
});

test('a transfer that a node lists of its sender and not of its recipient is no answer', async () => {
  const source = await node({
    faultAt: ({ calls }) => {
      const [filter] = (calls[0]?.params ?? []) as { topics?: readonly unknown[] }[];
      return filter?.topics?.[1] === null ? 'lost-log' : null;
    },
  });
  expect(await told(read(source, WALLETS))).toMatch(/^REPLY_INCONSISTENT: /);
});

describe('an Etherscan that will not do', () => {
  test('is the old one', async () => {
    expect(await told((await etherscan({}, '/api')).head())).toMatchInlineSnapshot(`
      "PROVIDER_OUTDATED
      HOST says that this address of its API is switched off (V1).
      Etherscan answers at https://api.etherscan.io/v2/api for all its chains.
      Correct ETHERSCAN_API_URL, or unset it to use Etherscan V2."
    `);
  });
  test('does not serve the chain', async () => {
    expect(await told((await etherscan({ paidChains: ['1'] })).head())).toContain('PROVIDER_PLAN');
  });
  test('lets its key expire half-way', async () => {
    const source = await etherscan({ keys: [KEY], keyLasts: 3 });
    await source.head();
    expect(await told(read(source, WALLETS))).toMatchInlineSnapshot(`
      "PROVIDER_KEY_REFUSED
      HOST refuses the key in ETHERSCAN_API_KEY with the words "Invalid API Key".
      Keys are made at etherscan.io, free of charge, and serve Ethereum.
      Correct ETHERSCAN_API_KEY, or unset it to go without."
    `);
  });
  test('finds a question too large, and is asked for less', async () => {
    const source = await etherscan({ queryLimit: { blocks: 900 } });
    const wallet = WALLETS[0] as Address;
    const { rows, remarks } = await read(source, [wallet]);
    expect(keys(rows)).toEqual(historyOf(wallet));
    expect([...remarks]).toEqual(['QUESTION_NARROWED']);
  });
  test('has a block with more rows than it shows', async () => {
    const [payer, payee] = WALLETS as [Address, Address];
    const crowd = Array.from({ length: 10_500 }, (_, n): SimulatedTransfer => {
      const place = {
        chain: 'ethereum',
        asset: 'USDT',
        transaction: transactionFor(`crowd ${n}`),
        signer: payer,
      } as const;
      const block = FIRST_BLOCK;
      return { ...place, block, timestamp: ETHEREUM.timeOf(block), position: n, from: payer, to: payee, value: 1n };
    });
    const source = await etherscan({}, '/v2/api', new Ledger(crowd, { network: ETHEREUM }));
    expect(await told(read(source, [payer]))).toMatchInlineSnapshot(
      `"HISTORY_STUCK: Block 20000000 has more than 10000 transfers of the wallet, and the provider shows no more of it."`,
    );
  });
  test.each([
    ['rate-in-200', 'PROVIDER_BUSY'],
    ['busy-in-200', 'PROVIDER_BUSY'],
    ['too-many-requests', 'PROVIDER_BUSY'],
    ['server-error', 'PROVIDER_DOWN'],
    ['html-page', 'REPLY_NOT_JSON'],
    ['error-in-200', 'PROVIDER_BUSY'],
    ['null-result', 'REPLY_ERROR'],
    ['without-value', 'REPLY_INVALID'],
    ['malformed-value', 'REPLY_INVALID'],
  ] as const)('answers with %s', async (kind, code) => {
    const source = await etherscan({ faultAt: ({ attempt }) => (attempt === 1 ? kind : null) });
    expect(await told(read(source, WALLETS))).toMatch(new RegExp(`^${code}: `));
  });
});

test('a node of another chain than Etherscan is refused', async () => {
  const both = combineSources(await etherscan(), await node({ genesis: `0x${'0'.repeat(64)}` }));
  expect(await told(both.genesis())).toContain(
    'CHAIN_MISMATCH\netherscan and ethereum-node HOST serve two different chains.',
  );
});
