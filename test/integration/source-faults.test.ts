/** What each source makes of a provider's faults: a word that lets the request be sent again, and the right rows then. */
import { afterEach, describe, expect, test } from 'vitest';
import type { Address, Asset, ChainSource, HistoryRow } from '../../src/chains/chain.ts';
import { createEtherscan } from '../../src/chains/ethereum/etherscan.ts';
import { createEthereumNode } from '../../src/chains/ethereum/node.ts';
import { rowKey } from '../../src/chains/rows.ts';
import { createTronGrid } from '../../src/chains/tron/trongrid.ts';
import { RetryableError } from '../../src/errors.ts';
import { ETHEREUM } from '../../src/simulate/ethereum.ts';
import { type EthereumNodeOptions, serveEthereumNode } from '../../src/simulate/ethereum-node.ts';
import type { FaultKind as EtherscanFault } from '../../src/simulate/etherscan/faults.ts';
import { type EtherscanOptions, serveEtherscan } from '../../src/simulate/etherscan.ts';
import { GATEWAY_FAULTS } from '../../src/simulate/http/faults.ts';
import { Ledger } from '../../src/simulate/ledger.ts';
import { transactionFor } from '../../src/simulate/names.ts';
import type { Network } from '../../src/simulate/network.ts';
import { TRON } from '../../src/simulate/tron.ts';
import type { FaultKind as TronGridFault } from '../../src/simulate/trongrid/faults.ts';
import { serveTronGrid, type TronGridOptions } from '../../src/simulate/trongrid.ts';
import type { SimulatedTransfer } from '../../src/simulate/types.ts';

const FIRST_BLOCK = 60_000_000;
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** Twelve transfers, the last of them in the newest block of all that are final. */
function chain(network: Network): { wallet: Address; ledger: Ledger } {
  const wallet = network.addressFor('wallet');
  const transfers = Array.from({ length: 12 }, (_, n): SimulatedTransfer => {
    const block = FIRST_BLOCK + n * 30;
    const stranger = network.addressFor(`stranger ${n}`);
    return {
      ...{ chain: network.chain, asset: 'USDT', transaction: transactionFor(`${n}`), block, position: 0 },
      ...{ timestamp: network.timeOf(block), value: BigInt(n + 1) ** 2n, signer: stranger },
      ...(n % 3 === 2 ? { from: wallet, to: stranger } : { from: stranger, to: wallet }),
    };
  });
  return { wallet, ledger: new Ledger(transfers, { network, head: FIRST_BLOCK + 330 }) };
}

const TRON_CHAIN = chain(TRON);
const ETHEREUM_CHAIN = chain(ETHEREUM);

async function trongrid(options: TronGridOptions): Promise<ChainSource> {
  const server = await serveTronGrid(TRON_CHAIN.ledger, options);
  closing.push(() => server.close());
  return createTronGrid({ url: server.url, key: null });
}

async function etherscan(options: EtherscanOptions): Promise<ChainSource> {
  const server = await serveEtherscan(ETHEREUM_CHAIN.ledger, options);
  closing.push(() => server.close());
  return createEtherscan({ url: `${server.url}/v2/api`, key: null });
}

async function node(options: EthereumNodeOptions, ledger = ETHEREUM_CHAIN.ledger): Promise<ChainSource> {
  const server = await serveEthereumNode(ledger, options);
  closing.push(() => server.close());
  return createEthereumNode({ url: server.url });
}

interface Asked {
  readonly wallet: Address;
  readonly ledger: Ledger;
  /** Where to begin, in blocks: at the token's first transfer unless told. */
  readonly from?: number;
}

/** The wallet's whole history up to the head. */
async function read(source: ChainSource, { wallet, ledger, from = FIRST_BLOCK - 10 }: Asked): Promise<string[]> {
  const [asset] = source.assets as [Asset];
  const place = (block: number) => (source.unit === 'block' ? block : ledger.network.timeOf(block));
  const window = { from: place(from), until: place(ledger.head.block) + 1 };
  const rows: HistoryRow[] = [];
  let cursor = { position: window.from, held: [] as readonly HistoryRow[], token: null as string | null };
  for (;;) {
    const page = await source.history({ wallets: [wallet], asset, window, cursor });
    rows.push(...page.rows);
    if (page.next === null) return keys(rows);
    cursor = page.next;
  }
}

const keys = (rows: Iterable<HistoryRow | SimulatedTransfer>) => Array.from(rows, rowKey).sort();
const whole = ({ wallet, ledger }: Asked) => keys(ledger.of(wallet));

/** What is said to each request's fault, and that all is right once each was sent again. */
async function expectWord(source: ChainSource, asked: Asked, word: RegExp): Promise<void> {
  const said: string[] = [];
  for (let rows: string[] | null = null; rows === null; ) {
    rows = await read(source, asked).catch((error: unknown) => {
      if (!(error instanceof RetryableError) || said.length > 4) throw error;
      said.push(error.code);
      return null;
    });
    if (rows !== null) expect(rows).toEqual(whole(asked));
  }
  expect(said.length).toBeGreaterThan(0);
  for (const code of said) expect(code).toMatch(word);
}

const GATEWAY: Readonly<Record<(typeof GATEWAY_FAULTS)[number], RegExp>> = {
  'bad-gateway': /^PROVIDER_DOWN$/,
  unavailable: /^PROVIDER_(DOWN|BUSY)$/,
  overloaded: /^PROVIDER_(DOWN|BUSY)$/,
  'slow-down': /^PROVIDER_BUSY$/,
  'plain-text': /^REPLY_NOT_JSON$/,
  'cut-off': /^PROVIDER_UNREACHABLE$/,
};

describe("a gateway's faults", () => {
  const first = ({ attempt }: { attempt: number }, kind: (typeof GATEWAY_FAULTS)[number]) =>
    attempt === 1 ? kind : null;
  test.each(GATEWAY_FAULTS)('%s passes at each provider', async (kind) => {
    await expectWord(await trongrid({ faultAt: (request) => first(request, kind) }), TRON_CHAIN, GATEWAY[kind]);
    await expectWord(await etherscan({ faultAt: (request) => first(request, kind) }), ETHEREUM_CHAIN, GATEWAY[kind]);
    await expectWord(await node({ faultAt: (request) => first(request, kind) }), ETHEREUM_CHAIN, GATEWAY[kind]);
  });
});

describe('TronGrid', () => {
  test.each<[TronGridFault, RegExp]>([
    ['key-suspended', /^PROVIDER_BUSY$/],
    ['daily-usage', /^PROVIDER_QUOTA$/],
    ['shuffled-rows', /^REPLY_INVALID$/],
  ])('%s', async (kind, word) => {
    await expectWord(await trongrid({ faultAt: ({ attempt }) => (attempt === 1 ? kind : null) }), TRON_CHAIN, word);
  });

  test('the wait that it names is kept', async () => {
    const source = await trongrid({ faultAt: () => ({ kind: 'key-suspended', seconds: 25 }) });
    await expect(source.head()).rejects.toMatchObject({ retryAfterMs: 25_000 });
  });

  test('older-head: the newest block is an older one now and then', async () => {
    const source = await trongrid({ faultAt: ({ attempt }) => (attempt === 2 ? 'older-head' : null) });
    const { block } = await source.head();
    expect((await source.head()).block).toBe(block - 20);
    expect((await source.head()).block).toBe(block);
  });

  test('behind: a replica leaves out the newest rows, of the balance too, and nothing shows it', async () => {
    const source = await trongrid({ faultAt: ({ attempt }) => (attempt === 1 ? 'behind' : null) });
    const { wallet, ledger } = TRON_CHAIN;
    expect(await read(source, TRON_CHAIN)).toHaveLength(8);
    expect(await read(source, TRON_CHAIN)).toHaveLength(12);
    const request = { wallets: [wallet], asset: source.assets[0] as Asset, head: ledger.head };
    expect(await source.balances(request)).not.toEqual(await source.balances(request));
  });
});

describe('Etherscan', () => {
  test.each<[EtherscanFault, RegExp]>([
    ['keyless-in-200', /^PROVIDER_BUSY$/],
    ['daily-in-200', /^PROVIDER_QUOTA$/],
    ['shuffled-rows', /^REPLY_INVALID$/],
  ])('%s', async (kind, word) => {
    await expectWord(
      await etherscan({ faultAt: ({ attempt }) => (attempt === 1 ? kind : null) }),
      ETHEREUM_CHAIN,
      word,
    );
  });

  test('older-head and behind: it has not seen the newest blocks', async () => {
    const source = await etherscan({
      faultAt: ({ endpoint, attempt }) =>
        attempt > 1 ? null : endpoint === 'eth_blockNumber' ? 'older-head' : endpoint === 'tokentx' ? 'behind' : null,
    });
    const { block } = await source.head();
    expect((await source.head()).block).toBe(block + 10);
    expect(await read(source, ETHEREUM_CHAIN)).toHaveLength(7);
    expect(await read(source, ETHEREUM_CHAIN)).toEqual(whole(ETHEREUM_CHAIN));
  });
});

describe('a node', () => {
  const isLogs = ({ calls }: { calls: readonly { method: string }[] }) =>
    calls.some(({ method }) => method === 'eth_getLogs');

  test('capacity', async () => {
    const source = await node({ faultAt: ({ attempt }) => (attempt === 1 ? 'capacity' : null) });
    await expectWord(source, ETHEREUM_CHAIN, /^PROVIDER_BUSY$/);
  });

  test('refuses every range in the same words, and is not asked for ever', async () => {
    let asked = 0;
    const source = await node({
      faultAt: (request) => {
        if (!isLogs(request)) return null;
        asked += 1;
        return 'refused-range';
      },
    });
    await expect(read(source, ETHEREUM_CHAIN)).rejects.toMatchObject({ code: 'HISTORY_STUCK' });
    expect(asked).toBeLessThan(30);
  });

  test('refuses a range for once, and is asked for less', async () => {
    let refused = false;
    const source = await node({
      faultAt: (request) => {
        if (refused || !isLogs(request)) return null;
        refused = true;
        return 'refused-range';
      },
    });
    expect(await read(source, ETHEREUM_CHAIN)).toEqual(whole(ETHEREUM_CHAIN));
  });

  describe('that finds nothing where the header of a block tells of logs', () => {
    const LAST = { ...ETHEREUM_CHAIN, from: FIRST_BLOCK + 310 };
    const last = keys(ETHEREUM_CHAIN.ledger.of(ETHEREUM_CHAIN.wallet).filter(({ block }) => block >= LAST.from));

    test('for once: it is asked again', async () => {
      let [questions, failing] = [0, true];
      const source = await node({
        faultAt: (request) => {
          questions += isLogs(request) ? 1 : 0;
          return failing && isLogs(request) && questions <= 2 ? 'no-logs' : null;
        },
      });
      await expect(read(source, LAST)).rejects.toMatchObject({ code: 'REPLY_INCONSISTENT' });
      failing = false;
      expect(await read(source, LAST)).toEqual(last);
    });

    test('for good: its history is not taken for empty', async () => {
      const source = await node({ faultAt: (request) => (isLogs(request) ? 'no-logs' : null) });
      await expect(read(source, LAST)).rejects.toMatchObject({
        code: 'REPLY_INCONSISTENT',
        message: expect.stringContaining("that the block's header tells of"),
      });
    });
  });

  test('that finds nothing of a wallet where others have transfers costs two requests more', async () => {
    const stranger = { ...ETHEREUM_CHAIN, wallet: ETHEREUM.addressFor('nobody') };
    const server = await serveEthereumNode(ETHEREUM_CHAIN.ledger);
    closing.push(() => server.close());
    expect(await read(createEthereumNode({ url: server.url }), stranger)).toEqual([]);
    expect(server.requests).toMatchObject({ eth_getLogs: 3, eth_getBlockByNumber: 1 });
  });
});
