/** Etherscan V2, and servers that speak it, as a chain source: account histories up to a fixed depth below the head. */
import { z } from 'zod';
import { RetryableError } from '../../errors.ts';
import type { BalanceRequest, Call, ChainSource, HistoryPage, HistoryRequest, TransactionHash } from '../chain.ts';
import { type Http, http as platformHttp } from '../http.ts';
import { USDT } from './assets.ts';
import { pageParameters, readPage } from './etherscan-history.ts';
import { balanceSchema, etherscanPlace, historySchema, readEtherscan, stuck, TooLarge } from './etherscan-replies.ts';
import { blockSchema, hex, maybeReceiptSchema, readPositions, readReceipt } from './logs.ts';

/**
 * Etherscan does not tell which block is final. Two epochs, 64 blocks, make one final as a rule; twice as many leave room
 * for epochs that do not, as has happened on the real chain.
 */
export const DEPTH = 128;
/** Its index may lag behind its own newest block: ten minutes. */
const INDEX_LAG_BLOCKS = 50;
/** A window that is halved so often has come down from the whole chain to one block. */
const MOST_HALVINGS = 30;
/** More blocks than there will be for long. */
const WHOLE_CHAIN = 100_000_000;

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

  /** Blocks that are asked for at a time, where the provider has found more too much. */
  let span = Number.POSITIVE_INFINITY;

  async function history(request: HistoryRequest): Promise<HistoryPage> {
    const { cursor, window } = request;
    for (let halvings = 0; ; halvings += 1) {
      const last = Math.min(window.until - 1, cursor.position + span - 1);
      try {
        const { result } = await get(pageParameters(request, last), historySchema, request);
        const page = readPage(request, last, result);
        // One wallet's crowded years say nothing of the next wallet.
        span = span > WHOLE_CHAIN ? Number.POSITIVE_INFINITY : span * 2;
        if (halvings === 0) return page;
        const text = 'questions were too large for the provider and were asked again in smaller parts';
        return { ...page, remarks: [...page.remarks, { code: 'QUESTION_NARROWED', count: halvings, text }] };
      } catch (error) {
        if (!(error instanceof TooLarge)) throw error;
        const blocks = last - cursor.position + 1;
        if (blocks === 1 || halvings === MOST_HALVINGS) throw stuck(place, error.said, cursor.position);
        span = Math.ceil(blocks / 2);
      }
    }
  }

  /**
   * What a wallet held at the head. Etherscan tells only what it holds now, so its transfers since are taken back; they
   * are read before and after, and where they differ the wallet has moved in between and nothing is known.
   */
  async function balance(request: BalanceRequest): Promise<bigint | null> {
    const { wallets, asset, head, signal, onRequest } = request;
    const [wallet] = wallets;
    if (wallet === undefined) return null;
    const window = { from: head.block + 1, until: head.block + WHOLE_CHAIN };
    const cursor = { position: window.from, held: [], token: null };
    const since = async () => {
      const { rows, next } = await history({ wallets, asset, window, cursor, signal, onRequest });
      return next === null ? rows : null;
    };
    const before = await since();
    const parameters = { module: 'account', action: 'tokenbalance', contractaddress: asset.contract, address: wallet };
    const { result } = await get({ ...parameters, tag: 'latest' }, balanceSchema, request);
    const after = await since();
    if (before === null || after === null || before.length !== after.length) return null;
    const net = after.reduce(
      (sum, { from, to, value }) => sum + (to === wallet ? value : 0n) - (from === wallet ? value : 0n),
      0n,
    );
    const held = BigInt(result) - net;
    // The list and the balance may lag behind one another.
    return held < 0n ? null : held;
  }

  return {
    chain: 'ethereum',
    provider: 'etherscan',
    authority: 'chain',
    unit: 'block',
    finality: `${DEPTH} blocks below the newest`,
    assets: [USDT],
    overlap: INDEX_LAG_BLOCKS,
    most: { histories: 1, balances: 1 },

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

    async balances(request) {
      return [await balance(request)];
    },

    async receipt({ transaction, asset, ...call }) {
      return readReceipt(await receiptOf(transaction, call), { transaction, asset }, place);
    },

    positions: (request) => readPositions(request, (transaction) => receiptOf(transaction, request), place),
  };
}
