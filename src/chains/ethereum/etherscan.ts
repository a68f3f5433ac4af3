/** Etherscan V2, and servers that speak it, as a chain source: account histories up to a fixed depth below the head. */
import { z } from 'zod';
import { RetryableError } from '../../errors.ts';
import { balanceAtHead } from '../balance-at-head.ts';
import type {
  Address,
  BalanceRequest,
  Call,
  ChainSource,
  HistoryPage,
  HistoryRequest,
  TransactionHash,
} from '../chain.ts';
import { type Http, http as platformHttp } from '../http.ts';
import { USDT } from './assets.ts';
import { bytes } from './balances.ts';
import { PAGE_LIMIT, pageParameters, readPage } from './etherscan-history.ts';
import { readIssuerEvents } from './etherscan-issuer.ts';
import { nativeSchema, readNative } from './etherscan-native.ts';
import { readNewest } from './etherscan-newest.ts';
import {
  balanceSchema,
  etherscanPlace,
  historySchema,
  logsSchema,
  Reverted,
  readEtherscan,
} from './etherscan-replies.ts';
import { createSpan, WHOLE_CHAIN } from './etherscan-span.ts';
import { blockSchema, hex, maybeReceiptSchema, readPositions, readReceipt, readSigner } from './logs.ts';
import type { ContractCall } from './node-calls.ts';
import { readPendingFreezes, readStandings } from './standings.ts';

/**
 * Etherscan does not tell which block is final. Two epochs, 64 blocks, make one final as a rule; twice as many leave room
 * for epochs that do not, as has happened on the real chain.
 */
export const DEPTH = 128;
/** Its index may lag behind its own newest block: ten minutes. */
const INDEX_LAG_BLOCKS = 50;

export interface EtherscanOptions {
  readonly url: string;
  readonly key: string | null;
  readonly http?: Http;
}

export function createEtherscan({ url, key, http = platformHttp }: EtherscanOptions): ChainSource {
  const place = etherscanPlace(url, key);
  const get = async <T>(
    parameters: Record<string, string>,
    schema: z.ZodType<T>,
    { signal, onRequest }: Call = {},
  ): Promise<T> => {
    const query = new URLSearchParams({ chainid: '1', ...parameters, ...(key === null ? {} : { apikey: key }) });
    await onRequest?.();
    return readEtherscan(await http({ url: `${url}?${query}`, signal }), schema, place);
  };
  /** One of a node's own methods, which Etherscan passes on. */
  const proxy = async <T>(parameters: Record<string, string>, schema: z.ZodType<T>, call?: Call): Promise<T> => {
    const reply = await get({ module: 'proxy', ...parameters }, z.object({ result: schema }), call);
    return reply.result as T;
  };
  const block = (tag: string, call?: Call) =>
    proxy({ action: 'eth_getBlockByNumber', tag, boolean: 'false' }, blockSchema.nullable(), call);
  const receiptOf = (transaction: TransactionHash, call: Call) =>
    proxy({ action: 'eth_getTransactionReceipt', txhash: `0x${transaction}` }, maybeReceiptSchema, call);

  /** Calls of contracts, as of the newest block: the free interface knows no other state. */
  const contractCalls =
    (call: Call): ContractCall =>
    (to, data) =>
      proxy({ action: 'eth_call', to, data, tag: 'latest' }, bytes, call).catch((error) => {
        if (error instanceof Reverted) return null;
        throw error;
      });

  const historySpan = createSpan(place);
  const eventSpan = createSpan(place);

  const history = (request: HistoryRequest): Promise<HistoryPage> =>
    historySpan(request.cursor.position, request.window.until, async (last) => {
      const { result } = await get(pageParameters(request, last), historySchema, request);
      return readPage(request, last, result);
    });

  async function balance({ wallets, asset, head, ...call }: BalanceRequest): Promise<bigint | null> {
    const [wallet] = wallets;
    if (wallet === undefined) return null;
    const window = { from: head.block + 1, until: head.block + WHOLE_CHAIN };
    const parameters = { module: 'account', action: 'tokenbalance', contractaddress: asset.contract, address: wallet };
    return balanceAtHead({
      wallet,
      first: window.from,
      above: (cursor) => history({ wallets, asset, window, cursor, ...call }),
      now: async () => BigInt((await get({ ...parameters, tag: 'latest' }, balanceSchema, call)).result),
    });
  }

  return {
    chain: 'ethereum',
    provider: 'etherscan',
    authority: 'chain',
    unit: 'block',
    finality: `${DEPTH} blocks below the newest`,
    assets: [USDT],
    overlap: INDEX_LAG_BLOCKS,
    most: { histories: 1, balances: 1, rows: PAGE_LIMIT },

    async genesis(call) {
      const first = await block('0x0', call);
      return first === null ? null : first.hash.slice(2).toLowerCase();
    },

    async head(call) {
      const newest = await proxy({ action: 'eth_blockNumber' }, z.string().regex(/^0x[0-9a-f]{1,13}$/i), call);
      const number = Number.parseInt(newest, 16) - DEPTH;
      const found = await block(hex(Math.max(0, number)), call);
      if (found === null || found.number !== Math.max(0, number)) {
        throw new RetryableError('REPLY_INCONSISTENT', `${place.host} does not know block ${number}, which it must.`);
      }
      return { block: found.number, timestamp: found.timestamp * 1000 };
    },

    history,

    newest: (request) =>
      readNewest(async (parameters) => (await get(parameters, historySchema, request)).result, request),

    async balances(request) {
      return [await balance(request)];
    },

    async receipt({ transaction, asset, ...call }) {
      return readReceipt(await receiptOf(transaction, call), { transaction, asset }, place);
    },

    async signer({ transaction, ...call }) {
      return readSigner(await receiptOf(transaction, call), transaction, place);
    },

    positions: (request) => readPositions(request, (transaction) => receiptOf(transaction, request), place),

    issuerEvents: (request) =>
      eventSpan(request.position, request.window.until, (last) => {
        const call = (data: string) => contractCalls(request)(request.asset.contract, data);
        const logs = async (parameters: Record<string, string>) => (await get(parameters, logsSchema, request)).result;
        return readIssuerEvents({ place, logs, call }, request, last);
      }),

    native: (request) =>
      readNative(async (parameters) => (await get(parameters, nativeSchema, request)).result, request, place),

    standings: (request) => {
      const call = contractCalls(request);
      const together = async (to: Address, calls: readonly string[]) => {
        const answers: (string | null)[] = [];
        for (const data of calls) answers.push(await call(to, data));
        return answers;
      };
      const code = (address: Address) => proxy({ action: 'eth_getCode', address, tag: 'latest' }, bytes, request);
      return readStandings({ place, together, code }, request);
    },

    pendingFreezes: (request) => readPendingFreezes({ place, call: contractCalls(request) }, request),
  };
}
