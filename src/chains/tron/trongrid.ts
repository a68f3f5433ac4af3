/** TronGrid v1 as a chain source: confirmed history over its REST interface, contract calls and receipts through tronweb. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { providers, TronWeb } from 'tronweb';
import { z } from 'zod';
import { messageOf, RetryableError, UserError } from '../../errors.ts';
import { addressBytes, addressFromWord } from '../address.ts';
import type { Address, Asset, Call, ChainSource, ReceiptTransfer } from '../chain.ts';
import { type Http, http as platformHttp } from '../http.ts';
import { type Place, quoteProvider } from '../reply.ts';
import { USDT } from './assets.ts';
import { readEvents } from './trongrid-events.ts';
import { pageParameters, readPage } from './trongrid-history.ts';
import { readOwner } from './trongrid-owner.ts';
import {
  blockSchema,
  contractCallSchema,
  eventsSchema,
  genesisSchema,
  historySchema,
  readReply,
  receiptSchema,
  trongridPlace,
} from './trongrid-replies.ts';

/** keccak-256 of `Transfer(address,address,uint256)`, as logs carry it. */
const TRANSFER_TOPIC = 'ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef';

/** TronGrid's documents name no lag of its index; solidity itself takes a minute. */
const INDEX_LAG_MS = 10 * 60_000;

export interface TronGridOptions {
  readonly url: string;
  readonly key: string | null;
  readonly http?: Http;
}

export function createTronGrid({ url, key, http = platformHttp }: TronGridOptions): ChainSource {
  const place = trongridPlace(url, key);
  const headers: Record<string, string> = {
    accept: 'application/json',
    ...(key === null ? {} : { 'TRON-PRO-API-KEY': key }),
  };
  const get = async (path: string, { signal, onRequest }: Call = {}) => {
    await onRequest?.();
    return http({ url: `${url}${path}`, headers, signal });
  };
  const post = async (path: string, body: unknown, { signal, onRequest }: Call = {}) => {
    await onRequest?.();
    return http({
      url: `${url}${path}`,
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal,
    });
  };

  /** tronweb hands nothing on to its requests. */
  const calls = new AsyncLocalStorage<Call>();
  /** tronweb encodes and decodes; its requests go through our own client, which alone knows keys, limits and errors. */
  class Provider extends providers.HttpProvider {
    override async request<T>(path: string, payload: object = {}): Promise<T> {
      const reply = await post(`/${path.replace(/^\/+/, '')}`, payload, calls.getStore());
      return readReply(reply, callSchema, place) as T;
    }
  }
  const provider = new Provider(url);
  const tronWeb = new TronWeb({ fullHost: provider });

  return {
    chain: 'tron',
    provider: 'trongrid',
    authority: 'chain',
    unit: 'timestamp',
    finality: 'finalised',
    assets: [USDT],
    overlap: INDEX_LAG_MS,
    most: { histories: 1, balances: 1 },

    async genesis(call) {
      const reply = await post('/wallet/getblockbynum', { num: 0 }, call);
      if (reply.status === 404) return null;
      return readReply(reply, genesisSchema, place).blockID;
    },

    async head(call) {
      const block = readReply(await post('/walletsolidity/getnowblock', {}, call), blockSchema, place);
      const { number, timestamp } = block.block_header.raw_data;
      return { block: number, timestamp };
    },

    async history(request) {
      const query = new URLSearchParams(pageParameters(request));
      const path = `/v1/accounts/${request.wallets[0]}/transactions/trc20?${query}`;
      const page = readReply(await get(path, request), historySchema, place);
      return readPage(request, { data: page.data, fingerprint: page.meta?.fingerprint ?? null });
    },

    async balances({ wallets: [wallet], asset, ...call }) {
      if (wallet === undefined) return [];
      return [await calls.run(call, () => balanceOf(tronWeb, wallet, asset, place, call.signal))];
    },

    async receipt({ transaction, asset, ...call }) {
      const body = { value: transaction };
      const receipt = readReply(await post('/walletsolidity/gettransactioninfobyid', body, call), receiptSchema, place);
      if (receipt.id !== transaction) {
        throw new RetryableError('RECEIPT_MISSING', `${place.host} has no receipt of a transaction that it listed.`);
      }
      return (receipt.log ?? []).flatMap((log) => transferIn(log, asset, place));
    },

    async issuerEvents(request) {
      const { asset } = request;
      const events = async (parameters: Record<string, string>) => {
        const path = `/v1/contracts/${asset.contract}/events?${new URLSearchParams(parameters)}`;
        const { data, meta } = readReply(await get(path, request), eventsSchema, place);
        return { data, fingerprint: meta?.fingerprint ?? null };
      };
      const owner = () =>
        readOwner(
          async (method) => {
            const body = {
              ...{ owner_address: asset.contract, contract_address: asset.contract, visible: true },
              ...method,
            };
            return readReply(
              await post('/walletsolidity/triggerconstantcontract', body, request),
              contractCallSchema,
              place,
            );
          },
          asset,
          place,
        );
      return readEvents({ events, owner }, request);
    },
  };
}

/** Contract calls are read by tronweb; only that they are an object without an error is ours to check. */
const callSchema = z.looseObject({});

/** What a wallet holds, by the contract's own word at the newest solidified block. */
async function balanceOf(
  tronWeb: TronWeb,
  wallet: Address,
  asset: Asset,
  place: Place,
  signal: AbortSignal | undefined,
): Promise<bigint> {
  const parameters = [{ type: 'address', value: wallet }];
  const call = tronWeb.transactionBuilder.triggerConstantContract(
    asset.contract,
    'balanceOf(address)',
    { confirmed: true },
    parameters,
    wallet,
  );
  const answer = await call.catch((error: unknown) => {
    // tronweb throws what the contract says, and stumbles over odd replies; our own errors pass through it unchanged.
    if (error instanceof RetryableError || error instanceof UserError || signal?.aborted) throw error;
    const words = quoteProvider(messageOf(error), place.secrets);
    throw new RetryableError('REPLY_ERROR', `${place.host} could not read a balance: ${words}.`);
  });
  const word = answer.constant_result?.[0];
  if (typeof word !== 'string' || !/^[0-9a-f]{64}$/i.test(word)) {
    throw new RetryableError('REPLY_INVALID', `${place.host} answered the question for a balance with no number.`);
  }
  return BigInt(`0x${word}`);
}

type ReceiptLog = NonNullable<z.infer<typeof receiptSchema>['log']>[number];

/** The transfer of the asset that a log records, if it does: contracts are matched by address, never by name. */
function transferIn(log: ReceiptLog, asset: Asset, { host }: Place): ReceiptTransfer[] {
  const [topic, from, to] = log.topics ?? [];
  if (topic !== TRANSFER_TOPIC || log.address.slice(-40).toLowerCase() !== addressBytes(asset.contract)) return [];
  if (from?.length !== 64 || to?.length !== 64 || log.data?.length !== 64) {
    throw new RetryableError('REPLY_INVALID', `${host} sent a receipt with a transfer that cannot be read.`);
  }
  return [{ from: addressFromWord('tron', from), to: addressFromWord('tron', to), value: BigInt(`0x${log.data}`) }];
}
