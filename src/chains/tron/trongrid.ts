/** TronGrid v1 as a chain source: confirmed history over its REST interface, contract calls and receipts through tronweb. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { providers, TronWeb } from 'tronweb';
import { z } from 'zod';
import { messageOf, RetryableError, UserError } from '../../errors.ts';
import { balanceAtHead } from '../balance-at-head.ts';
import type {
  Address,
  Asset,
  Call,
  ChainSource,
  Cursor,
  HistoryPage,
  HistoryRequest,
  TransactionHash,
} from '../chain.ts';
import { type Http, http as platformHttp } from '../http.ts';
import { readSubmissions } from '../multisig.ts';
import { type Place, quoteProvider } from '../reply.ts';
import { USDT } from './assets.ts';
import { readEvents } from './trongrid-events.ts';
import { PAGE_LIMIT, pageParameters, readPage } from './trongrid-history.ts';
import { nativeSchema, readNative } from './trongrid-native.ts';
import { readNewest } from './trongrid-newest.ts';
import { readOwner } from './trongrid-owner.ts';
import { blockOf, positionsIn, signerOf, transfersIn } from './trongrid-receipts.ts';
import {
  accountSchema,
  blockReceiptsSchema,
  blockSchema,
  contractCallSchema,
  eventsSchema,
  genesisSchema,
  historySchema,
  readReply,
  receiptSchema,
  transactionSchema,
  trongridPlace,
} from './trongrid-replies.ts';
import { type ConstantCall, callWords, readStandings } from './trongrid-standings.ts';

/** TronGrid's documents name no lag of its index; solidity itself takes a minute. */
const INDEX_LAG_MS = 10 * 60_000;
/** Later than any block: the end of a window that has none. */
const FAR = Number.MAX_SAFE_INTEGER;

export interface TronGridOptions {
  readonly url: string;
  readonly key: string | null;
  /** Another one beside TronGrid, that is asked where histories do not add up: its settings are others. */
  readonly isSecond?: boolean;
  readonly http?: Http;
}

export function createTronGrid(options: TronGridOptions): ChainSource {
  const { url, key, isSecond = false, http = platformHttp } = options;
  const place = trongridPlace(url, key, isSecond);
  // What each has listed is its own: one is not held to the other's word.
  const name = isSecond ? `trongrid ${place.host}` : 'trongrid';
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

  const pageOf = async (wallet: Address | undefined, parameters: Record<string, string>, call: Call) => {
    const path = `/v1/accounts/${wallet}/transactions/trc20?${new URLSearchParams(parameters)}`;
    const page = readReply(await get(path, call), historySchema, place);
    return { data: page.data, fingerprint: page.meta?.fingerprint ?? null };
  };

  const receiptOf = async (transaction: TransactionHash, call: Call) =>
    readReply(await post('/walletsolidity/gettransactioninfobyid', { value: transaction }, call), receiptSchema, place);

  /** Calls of contracts, each by its own name, at the newest solidified block. */
  const constantCalls =
    (call: Call): ConstantCall =>
    async (contract, method) => {
      const body = { owner_address: contract, contract_address: contract, visible: true, ...method };
      return readReply(await post('/walletsolidity/triggerconstantcontract', body, call), contractCallSchema, place);
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

  const history = async (request: HistoryRequest): Promise<HistoryPage> => {
    const query = new URLSearchParams(pageParameters(request));
    const path = `/v1/accounts/${request.wallets[0]}/transactions/trc20?${query}`;
    const page = readReply(await get(path, request), historySchema, place);
    return readPage(request, { data: page.data, fingerprint: page.meta?.fingerprint ?? null });
  };

  return {
    chain: 'tron',
    provider: name,
    authority: 'chain',
    unit: 'timestamp',
    finality: 'finalised',
    assets: [USDT],
    overlap: INDEX_LAG_MS,
    most: { histories: 1, balances: 1, rows: PAGE_LIMIT },

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

    history,

    newest: (request) => readNewest((parameters) => pageOf(request.wallet, parameters, request), request),

    async balances({ wallets, asset, head, ...call }) {
      const [wallet] = wallets;
      if (wallet === undefined) return [];
      const window = { from: head.timestamp + 1, until: FAR };
      const asking = {
        wallet,
        first: window.from,
        above: (cursor: Cursor) => history({ wallets, asset, window, cursor, ...call }),
        now: () => calls.run(call, () => balanceOf(tronWeb, wallet, asset, place, call.signal)),
      };
      return [await balanceAtHead(asking)];
    },

    holding: ({ wallet, asset, ...call }) =>
      calls.run(call, () => balanceOf(tronWeb, wallet, asset, place, call.signal)),

    async receipt({ transaction, asset, ...call }) {
      return transfersIn(await receiptOf(transaction, call), { transaction, asset }, place);
    },

    async signer({ transaction, ...call }) {
      const reply = await post('/walletsolidity/gettransactionbyid', { value: transaction }, call);
      // The address is right: this server tells receipts, but not the transactions themselves.
      if (reply.status === 404) {
        throw new RetryableError('SIGNER_NOT_TOLD', `${place.host} does not tell who signed a transaction (404).`);
      }
      return signerOf(readReply(reply, transactionSchema, place), transaction, place);
    },

    async positions(request) {
      const [first] = request.transactions;
      if (first === undefined) return [];
      const num = blockOf(await receiptOf(first, request), first, place);
      const reply = await post('/walletsolidity/gettransactioninfobyblocknum', { num }, request);
      // The address is right: this server tells receipts, but not those of a block.
      if (reply.status === 404) {
        throw new RetryableError('POSITIONS_UNKNOWN', `${place.host} does not tell the receipts of a block (404).`);
      }
      return positionsIn(readReply(reply, blockReceiptsSchema, place), num, request, place);
    },

    async issuerEvents(request) {
      const { asset } = request;
      const events = async (parameters: Record<string, string>) => {
        const path = `/v1/contracts/${asset.contract}/events?${new URLSearchParams(parameters)}`;
        const { data, meta } = readReply(await get(path, request), eventsSchema, place);
        return { data, fingerprint: meta?.fingerprint ?? null };
      };
      return readEvents({ events, owner: () => readOwner(constantCalls(request), asset, place) }, request);
    },

    standings: (request) => {
      const account = async (address: Address) =>
        readReply(await post('/walletsolidity/getaccount', { address, visible: true }, request), accountSchema, place);
      return readStandings({ place, call: constantCalls(request), account }, request);
    },

    pendingFreezes: (request) => {
      const call = constantCalls(request);
      return readSubmissions(
        {
          place,
          owner: () => readOwner(call, request.asset, place),
          call: (contract, method, parameter) =>
            callWords(call, contract, { function_selector: method, parameter }, place),
        },
        request,
      );
    },

    native: (request) =>
      readNative(async (parameters) => {
        const path = `/v1/accounts/${request.wallet}/transactions?${new URLSearchParams(parameters)}`;
        const reply = await get(path, request);
        // The address is right: this server tells transfers of tokens, but not an account's own transactions.
        if (reply.status === 404) {
          throw new RetryableError('NATIVE_NOT_TOLD', `${place.host} does not tell an account's transactions (404).`);
        }
        const { data, meta } = readReply(reply, nativeSchema, place);
        return { data, fingerprint: meta?.fingerprint ?? null };
      }, request),
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
