/** Any Ethereum node as a chain source: histories and the issuer's doings from event logs, balances as of the head, receipts. */
import { z } from 'zod';
import type { Asset, Call, ChainSource, Head, TransactionHash } from '../chain.ts';
import { type Http, http as platformHttp } from '../http.ts';
import type { Place } from '../reply.ts';
import { LANDMARKS, MAINNET_GENESIS, USDT } from './assets.ts';
import { readBalances } from './balances.ts';
import { TRANSFER_TOPIC } from './erc20.ts';
import { FIRST_LIMITS } from './log-range.ts';
import { isPruned, type LogReader } from './log-reader.ts';
import {
  blockSchema,
  hex,
  logSchema,
  maybeReceiptSchema,
  noReceipt,
  readPositions,
  readReceipt,
  readSigner,
} from './logs.ts';
import { callsTogether, codeReader, contractCalls } from './node-calls.ts';
import { noFinality, noHistory, notSynced, wrongChain } from './node-faults.ts';
import { readLogs } from './node-history.ts';
import { readIssuerEvents } from './node-issuer.ts';
import { readNewest } from './node-newest.ts';
import { createRpc, type Rpc, RpcRefusal, refused } from './rpc.ts';
import { readPendingFreezes, readStandings } from './standings.ts';

/** Nodes take so many topics at a place; a page is about so many wallets together. */
const MOST_HISTORIES = 1_000;
/** A call of so many balances stays far below what nodes let a call cost. */
const MOST_BALANCES = 200;
/** What providers allow in one answer, as a rule. */
const MOST_LOGS = 10_000;
const MAINNET = 1;
/** Two epochs. */
const OVERLAP_BLOCKS = 64;

export interface EthereumNodeOptions {
  /** May contain a key, so it stands in no message. */
  readonly url: string;
  readonly chainId?: number;
  readonly assets?: readonly Asset[];
  /** False where histories come from elsewhere: the node may then have dropped old blocks. */
  readonly needsHistory?: boolean;
  readonly http?: Http;
}

export function createEthereumNode(options: EthereumNodeOptions): ChainSource {
  const { url, chainId = MAINNET, assets = [USDT], needsHistory = true, http = platformHttp } = options;
  const place = nodePlace(url);
  const ask = createRpc({ url, place, chainId, http });
  const reader: LogReader = { rpc: ask, place, limits: FIRST_LIMITS, times: new Map() };
  /** For questions that no node has a reason to refuse. */
  const rpc: Rpc = (method, params, schema, call) =>
    ask(method, params, schema, call).catch((error: unknown) => {
      throw error instanceof RpcRefusal ? refused(place, error) : error;
    });
  const requireChain = async (call: Call | undefined) => {
    const serves = await rpc('eth_chainId', [], z.string().regex(/^0x[0-9a-f]{1,13}$/i), call);
    if (Number.parseInt(serves, 16) !== chainId) throw wrongChain(place, Number.parseInt(serves, 16), chainId);
  };
  const receiptOf = async (transaction: TransactionHash, call: Call) => {
    try {
      return await ask('eth_getTransactionReceipt', [`0x${transaction}`], maybeReceiptSchema, call);
    } catch (error) {
      if (error instanceof RpcRefusal) throw isPruned(error) ? noReceipt(place) : refused(place, error);
      throw error;
    }
  };

  return {
    chain: 'ethereum',
    // Each node's histories are its own: one may have dropped what another has.
    provider: `ethereum-node ${place.host}`,
    authority: 'chain',
    unit: 'block',
    finality: 'finalised',
    assets,
    // Logs of a final block are there with the block. What was final is looked at once more all the same.
    overlap: OVERLAP_BLOCKS,
    most: { histories: MOST_HISTORIES, balances: MOST_BALANCES, rows: MOST_LOGS },

    async genesis(call) {
      await requireChain(call);
      const block = await rpc('eth_getBlockByNumber', ['0x0', false], blockSchema.nullable(), call);
      return block === null ? null : block.hash.slice(2).toLowerCase();
    },

    async head(call) {
      await requireChain(call);
      await requireSynced(ask, place, call);
      if (needsHistory) await requireHistory(ask, place, assets, call);
      return finalisedHead(ask, place, call);
    },

    history: (request) => readLogs(reader, request),

    newest: (request) => readNewest(reader, request),

    issuerEvents: (request) => readIssuerEvents(reader, request),

    standings: (request) => {
      const { head } = request;
      const [together, code] = [callsTogether(reader, head, request), codeReader(reader, head, request)];
      return readStandings({ place, together, code }, request);
    },

    pendingFreezes: (request) =>
      readPendingFreezes({ place, call: contractCalls(reader, request.head, request) }, request),

    balances: (request) => readBalances({ rpc: ask, place }, request),

    async balanceAt({ wallet, block, ...call }) {
      const head = { block, timestamp: 0 };
      const [balance = null] = await readBalances({ rpc: ask, place }, { wallets: [wallet], head, ...call });
      return balance;
    },

    async receipt({ transaction, asset, ...call }) {
      return readReceipt(await receiptOf(transaction, call), { transaction, asset }, place);
    },

    async signer({ transaction, ...call }) {
      return readSigner(await receiptOf(transaction, call), transaction, place);
    },

    positions: (request) => readPositions(request, (transaction) => receiptOf(transaction, request), place),
  };
}

const syncingSchema = z.union([
  z.literal(false),
  z.object({ currentBlock: z.string().optional(), highestBlock: z.string().optional() }),
]);

async function requireSynced(rpc: Rpc, place: Place, call: Call | undefined): Promise<void> {
  let syncing: z.infer<typeof syncingSchema>;
  try {
    syncing = await rpc('eth_syncing', [], syncingSchema, call);
  } catch (error) {
    // Gateways to many nodes often have no such method; they send requests to nodes that are synced.
    if (error instanceof RpcRefusal) return;
    throw error;
  }
  if (syncing === false) return;
  const number = (text: string | undefined) => (text === undefined ? null : Number.parseInt(text, 16));
  throw notSynced(place, number(syncing.currentBlock), number(syncing.highestBlock));
}

/**
 * A node that has dropped old blocks answers questions about them with nothing, and some keep blocks but drop the logs in
 * them. So on the real chain there must be transfers where everybody knows of some.
 */
async function requireHistory(rpc: Rpc, place: Place, assets: readonly Asset[], call: Call | undefined): Promise<void> {
  const first = Math.min(...assets.map(({ sinceBlock }) => sinceBlock));
  const block = (number: number) => rpc('eth_getBlockByNumber', [hex(number), false], blockSchema.nullable(), call);
  try {
    if ((await block(first)) === null) throw noHistory(place, null);
    if ((await block(0))?.hash !== MAINNET_GENESIS) return;
    for (const { from, to } of LANDMARKS) {
      const filter = { address: USDT.contract, fromBlock: hex(from), toBlock: hex(to), topics: [TRANSFER_TOPIC] };
      const logs = await rpc('eth_getLogs', [filter], z.array(logSchema), call);
      if (logs.length === 0) throw noHistory(place, null);
    }
  } catch (error) {
    if (error instanceof RpcRefusal && isPruned(error)) throw noHistory(place, error.said);
    throw error instanceof RpcRefusal ? refused(place, error) : error;
  }
}

async function finalisedHead(rpc: Rpc, place: Place, call: Call | undefined): Promise<Head> {
  try {
    const block = await rpc('eth_getBlockByNumber', ['finalized', false], blockSchema.nullable(), call);
    if (block === null) throw noFinality(place, null);
    return { block: block.number, timestamp: block.timestamp * 1000 };
  } catch (error) {
    if (!(error instanceof RpcRefusal)) throw error;
    throw isUnknownTag(error) ? noFinality(place, error.said) : refused(place, error);
  }
}

/** Whether it is the tag that is refused, for good: anything else, such as a timeout, may pass. */
function isUnknownTag({ code, said }: RpcRefusal): boolean {
  return [-32602, -32601, -39001].includes(code ?? 0) || /finali[sz]ed|unknown block|block tag|0x prefix/i.test(said);
}

/** Providers put their keys into the address: each part of its path is kept out of messages. */
function nodePlace(url: string): Place {
  const { host, pathname, searchParams } = new URL(url);
  const parts = [...pathname.split('/'), ...pathname.split('/').map(decoded), ...searchParams.values()];
  return {
    host,
    secrets: [...new Set(parts.filter((part) => part.length >= 8))],
    speaks: 'the path in ETHEREUM_RPC_URL',
    setting: {
      url: 'ETHEREUM_RPC_URL',
      urlRight:
        'ETHEREUM_RPC_URL is the address of a node that speaks JSON-RPC over HTTP, with the key in it where one is needed.',
      urlTodo: 'Correct ETHEREUM_RPC_URL.',
      key: 'ETHEREUM_RPC_URL',
      keyRight: 'Providers of nodes give an address that contains your key, such as https://mainnet.infura.io/v3/KEY.',
    },
  };
}

/** As it was meant, where it was written in the form of addresses. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
