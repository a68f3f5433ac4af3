/** What the simulated node is asked, before it becomes an answer. */
import type { IncomingMessage } from 'node:http';
import { bodyOf, type Counted, type Heard } from '../http/server.ts';
import { digest } from '../names.ts';
import { callIn, type RpcCall } from './rpc.ts';

export const METHODS = [
  'eth_chainId',
  'net_version',
  'web3_clientVersion',
  'eth_syncing',
  'eth_blockNumber',
  'eth_getBlockByNumber',
  'eth_getLogs',
  'eth_getTransactionReceipt',
  'eth_call',
  'eth_getCode',
] as const;
export type Method = (typeof METHODS)[number];

/** A method, or `batch` for several calls at once, or `unknown` for what is none. */
export const ENDPOINTS = [...METHODS, 'batch', 'unknown'] as const;
export type Endpoint = (typeof ENDPOINTS)[number];

export interface AskedOfNode extends Heard<Endpoint> {
  /** One that is no call has no method. */
  readonly calls: readonly RpcCall[];
  /** Whether the body was JSON at all. */
  readonly readable: boolean;
}

export type SimulatedRequest = AskedOfNode & Counted;

export async function hear(incoming: IncomingMessage) {
  const { pathname } = new URL(incoming.url ?? '/', 'http://127.0.0.1');
  const method = incoming.method ?? 'POST';
  const body = parsed(await bodyOf(incoming));
  const calls = (Array.isArray(body) ? (body as unknown[]) : [body]).map(callIn);
  // The last part of a path is the key with most providers, and is kept from the log.
  const path = pathname.replace(/[^/]+\/?$/, '…');
  const asked: AskedOfNode = {
    endpoint: Array.isArray(body) ? 'batch' : endpointOf(calls[0]?.method ?? ''),
    method,
    path,
    calls,
    readable: body !== undefined,
  };
  return {
    asked,
    identity: `${method} ${path} ${digest(JSON.stringify(calls.map((call) => [call.method, call.params])))}`,
    key: keyOf(incoming, pathname),
  };
}

export function isMethod(name: string): name is Method {
  return (METHODS as readonly string[]).includes(name);
}

function endpointOf(method: string): Endpoint {
  return isMethod(method) ? method : 'unknown';
}

/** `undefined` for what is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** The key in the header, bare or as a password, or else at the path's end. */
function keyOf({ headers: { authorization } }: IncomingMessage, path: string): string | undefined {
  if (authorization === undefined) return path.split('/').findLast((part) => part !== '');
  const [scheme = '', word = ''] = authorization.split(' ');
  if (scheme.toLowerCase() !== 'basic') return word;
  const [user = '', password = ''] = Buffer.from(word, 'base64').toString().split(':');
  return password || user;
}
