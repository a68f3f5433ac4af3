/** JSON-RPC to a node, through ethers' `provider.send` and our own HTTP client, which alone knows limits and errors. */

import {
  JsonRpcApiProvider,
  type JsonRpcError,
  type JsonRpcPayload,
  type JsonRpcResult,
  Network,
} from 'ethers/providers';
import { z } from 'zod';
import { messageOf, RetryableError, UserError } from '../../errors.ts';
import type { Call } from '../chain.ts';
import type { Http, HttpReply } from '../http.ts';
import { busy, type Place, parseJson, readReply, readShape, type Wording, wordsOf } from '../reply.ts';
import { readLogRefusal } from './log-range.ts';

/** A node's own word that it will not do what it was asked, with the code it gives. */
export class RpcRefusal extends Error {
  readonly code: number | null;
  /** The node's words, as they came: quote them before anybody reads them. */
  readonly said: string;

  constructor(code: number | null, said: string) {
    super('The node refuses');
    this.code = code;
    this.said = said;
  }
}

/** What a refusal comes to where nothing can be made of it. */
export function refused(place: Place, { said }: RpcRefusal): RetryableError {
  return new RetryableError('REPLY_ERROR', `${place.host} answered with an error${wordsOf(said, place)}.`);
}

/** Asks the node for one thing. Throws `RpcRefusal` for an error of JSON-RPC, and what the HTTP reply means otherwise. */
export type Rpc = <T>(method: string, params: readonly unknown[], schema: z.ZodType<T>, call?: Call) => Promise<T>;

const BUSY =
  /rate limit|too many requests|exceeded (?:its|the|your) .*(?:rate|throughput|capacity|compute units)|daily request count|request limit|throttl|lack of computing resources|call rate|request rate/i;
const QUOTA = /daily|monthly|quota|credits? (?:exhausted|used)/i;
const KEY_REFUSED =
  /unauthori[sz]ed|must authenticate|invalid (?:api[ -]?key|project id|token)|api key (?:is )?(?:invalid|disabled|expired|not)|project id .*(?:invalid|disabled)/i;

const errorSchema = z.object({ code: z.number().optional().catch(undefined), message: z.string().catch('') });

export function createRpc(options: { url: string; place: Place; chainId: number; http: Http }): Rpc {
  const network = Network.from(options.chainId);
  return async (method, params, schema, call = {}) => {
    // One provider a call, since ethers hands neither signal nor context on to its requests.
    const provider = new Provider(network, options, call);
    try {
      return readShape(await provider.send(method, [...params]), schema, options.place);
    } catch (error) {
      if (error instanceof RpcRefusal || error instanceof RetryableError || error instanceof UserError) throw error;
      if (call.signal?.aborted) throw call.signal.reason;
      throw new RetryableError(
        'REPLY_INVALID',
        `${options.place.host} sent a reply that cannot be read: ${messageOf(error)}.`,
      );
    } finally {
      provider.destroy();
    }
  };
}

class Provider extends JsonRpcApiProvider {
  readonly #options: { readonly url: string; readonly place: Place; readonly http: Http };
  readonly #call: Call;

  constructor(network: Network, options: { url: string; place: Place; http: Http }, call: Call) {
    super(network, { staticNetwork: network, batchMaxCount: 1, batchStallTime: 0, cacheTimeout: -1 });
    this.#options = options;
    this.#call = call;
    this._start();
  }

  override async _send(payload: JsonRpcPayload | JsonRpcPayload[]): Promise<(JsonRpcResult | JsonRpcError)[]> {
    const { url, place, http } = this.#options;
    const [asked] = [payload].flat();
    await this.#call.onRequest?.();
    const reply = await http({
      url,
      method: 'POST',
      headers: { accept: 'application/json', 'content-type': 'application/json' },
      body: JSON.stringify(asked),
      signal: this.#call.signal,
    });
    const { id, result } = readReply(reply, resultSchema, place, WORDING);
    if (result === undefined || asked === undefined || id !== asked.id) {
      throw new RetryableError('REPLY_INVALID', `${place.host} did not answer as a node of Ethereum does.`);
    }
    return [{ id: asked.id, result }];
  }
}

const resultSchema = z.object({ id: z.unknown(), result: z.unknown() });

const WORDING: Wording = {
  said: saidIn,
  meaning(reply, said, place) {
    const { status } = reply;
    if (said === null || (status >= 300 && status < 400))
      return status === 413 ? new RpcRefusal(null, 'HTTP 413') : null;
    if (status === 401 || KEY_REFUSED.test(said)) return rpcKeyRefused(place, said);
    // Some gateways answer a question that is too large as if they were down.
    if (status === 503 && errorOf(reply) !== null && readLogRefusal(said) !== null) return refusal(reply, said);
    if (status === 429 || status === 503 || BUSY.test(said))
      return busy(place, reply, said, { quota: QUOTA.test(said) });
    if (status >= 500 || status === 403 || status === 404) return errorOf(reply) === null ? null : refusal(reply, said);
    return refusal(reply, said);
  },
};

function refusal(reply: HttpReply, said: string): RpcRefusal {
  return new RpcRefusal(errorOf(reply)?.code ?? null, reply.status === 413 ? `HTTP 413 ${said}` : said);
}

function errorOf(reply: HttpReply): { code?: number | undefined; message: string } | null {
  const body = parseJson(reply.text);
  const error = (body as { error?: unknown } | undefined)?.error;
  const parsed = errorSchema.safeParse(error);
  return parsed.success ? parsed.data : null;
}

/** `error` is an object by the specification; some gateways put words there, or beside it. */
function saidIn(body: unknown): string | null {
  if (typeof body !== 'object' || body === null) return null;
  const { error, Error: upper, message, result } = body as Record<string, unknown>;
  if (typeof error === 'object' && error !== null) {
    const { message: words } = error as { message?: unknown };
    return typeof words === 'string' ? words : JSON.stringify(error);
  }
  const said = error ?? upper ?? (result === undefined ? message : undefined);
  if (said === undefined || said === null) return null;
  return typeof said === 'string' ? said : JSON.stringify(said);
}

function rpcKeyRefused(place: Place, said: string): UserError {
  return new UserError('PROVIDER_KEY_REFUSED', `${place.host} refuses access${wordsOf(said, place)}.`, {
    right: place.setting.keyRight,
    todo: `Correct the address in ${place.setting.key}, then run the same command again: what was read is kept.`,
  });
}
