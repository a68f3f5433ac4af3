/** Keys, rates and batches, and the words of those who sell access to nodes. */
import { type KeyOptions, keyring, rateMeter } from '../http/access.ts';
import type { Reply } from '../http/reply.ts';
import { DIALECTS, type Dialect } from './dialects.ts';
import type { Fault } from './faults.ts';
import type { NodeOptions } from './options.ts';
import type { SimulatedRequest } from './request.ts';
import { errorOf, type RpcErrorBody } from './rpc.ts';

export interface AccessOptions extends KeyOptions {
  /** Whether a request without a key is refused. */
  readonly keyRequired?: boolean;
  /** Requests per second for each key, and for all without one together. */
  readonly ratePerSecond?: number;
  /** The most calls in a batch, or none at all. */
  readonly batch?: number | 'refused';
}

const UNAUTHORISED = { code: -32000, message: 'Unauthorized: You must authenticate your request with an API key.' };
const WITHDRAWN = { code: -32600, message: 'Must be authenticated!' };
const CAPACITY = {
  code: 429,
  message:
    'Your app has exceeded its compute units per second capacity. If you have retries enabled, you can safely ignore this message.',
};
const RANGE = { code: -32600, message: 'block range is too wide' };
const TOO_FAST = { code: -32005, message: 'request rate limited' };

/** Says what refuses a request at a time, or `null`. */
export function gatekeeper(
  options: AccessOptions & Pick<NodeOptions, 'dialect'>,
): (request: SimulatedRequest, key: string | undefined, now: number) => Reply | null {
  const stateOf = keyring(options);
  const isTooMany = rateMeter(options.ratePerSecond ?? Number.POSITIVE_INFINITY);
  return (request, key, now) => {
    const state = stateOf(key);
    if (state === 'unknown') return reply(401, request, WITHDRAWN);
    if (state === 'none' && options.keyRequired) return reply(401, request, UNAUTHORISED);
    if (isTooMany(key ?? '', now)) return tooMany(request, 1);
    return malformed(request) ?? (request.endpoint === 'batch' ? refusedBatch(request, options) : null);
  };
}

/** The faults that are replies like any other; `null` for the rest. */
export function faultReply({ kind, seconds = 1 }: Fault, request: SimulatedRequest): Reply | null {
  switch (kind) {
    case 'unauthorised':
      return reply(401, request, WITHDRAWN);
    case 'not-found':
      return { status: 404, body: { error: 'Not Found' } };
    case 'too-many-requests':
      return tooMany(request, seconds);
    case 'capacity':
      return reply(429, request, CAPACITY);
    case 'refused-range':
      return reply(200, request, RANGE);
    case 'too-large':
      return reply(413, request, { code: -32602, message: 'request entity too large' });
    case 'server-error':
      return reply(500, request, { code: -32603, message: 'internal error' });
    case 'error-in-200':
      return reply(200, request, { code: -32603, message: 'internal error' });
    case 'rate-in-200':
      return reply(200, request, { code: -32005, message: 'daily request count exceeded, request rate limited' });
    case 'timeout-in-200':
      return reply(200, request, { code: -32000, message: 'query timeout exceeded' });
    case 'error-outside':
      return {
        status: 200,
        body: { Error: 'class java.lang.IllegalAccessException : lack of computing resources' },
      };
    default:
      return null;
  }
}

function tooMany(request: SimulatedRequest, seconds: number): Reply {
  return { ...reply(429, request, TOO_FAST), headers: { 'retry-after': String(seconds) } };
}

function malformed(request: SimulatedRequest): Reply | null {
  if (request.method !== 'POST') return { status: 405, body: { error: 'method not allowed' } };
  return request.readable ? null : reply(200, request, { code: -32700, message: 'parse error' });
}

/** Geth answers too large a batch with a batch of one error, for the first call. */
function refusedBatch(
  request: SimulatedRequest,
  { batch = Number.POSITIVE_INFINITY, dialect: name = 'geth' }: AccessOptions & Pick<NodeOptions, 'dialect'>,
): Reply | null {
  const { calls } = request;
  const dialect: Dialect = DIALECTS[name];
  if (calls.length === 0) return { status: 200, body: errorOf(null, { code: -32600, message: 'empty batch' }) };
  if (batch === 'refused') {
    return { status: 200, body: errorOf(null, { code: -32600, message: 'batch requests are not supported' }) };
  }
  if (calls.length <= batch) return null;
  if (dialect.batch !== undefined) {
    const { status = 200, ...error } = dialect.batch(batch);
    return { status, body: errorOf(null, error) };
  }
  return { status: 200, body: [errorOf(calls[0]?.id ?? null, { code: -32600, message: 'batch too large' })] };
}

function reply(status: number, { calls, endpoint }: SimulatedRequest, error: RpcErrorBody): Reply {
  return { status, body: errorOf(endpoint === 'batch' ? null : (calls[0]?.id ?? null), error) };
}
