/** What the simulated Etherscan is asked, and the forms of its answers. */
import type { IncomingMessage } from 'node:http';
import { ok, type Reply } from '../http/reply.ts';
import type { Counted, Heard } from '../http/server.ts';

const ACCOUNT_ACTIONS = ['tokentx', 'txlist', 'txlistinternal', 'tokenbalance'] as const;
const LOG_ACTIONS = ['getLogs'] as const;
const PROXY_ACTIONS = [
  'eth_blockNumber',
  'eth_getBlockByNumber',
  'eth_getTransactionReceipt',
  'eth_call',
  'eth_getCode',
] as const;
export type ProxyAction = (typeof PROXY_ACTIONS)[number];

/** An action of a module that has it, or `unknown`. */
export const ENDPOINTS = [...ACCOUNT_ACTIONS, ...LOG_ACTIONS, ...PROXY_ACTIONS, 'unknown'] as const;
export type Endpoint = (typeof ENDPOINTS)[number];

const MODULES: Readonly<Record<string, readonly Endpoint[]>> = {
  account: ACCOUNT_ACTIONS,
  logs: LOG_ACTIONS,
  proxy: PROXY_ACTIONS,
};

export interface AskedOfEtherscan extends Heard<Endpoint> {
  /** Of the address line, the key left out. */
  readonly params: Readonly<Record<string, string>>;
}

export type SimulatedRequest = AskedOfEtherscan & Counted;

export async function hear(incoming: IncomingMessage) {
  const { pathname: path, searchParams } = new URL(incoming.url ?? '/', 'http://127.0.0.1');
  const { apikey, ...params } = Object.fromEntries(searchParams);
  const method = incoming.method ?? 'GET';
  const asked: AskedOfEtherscan = { endpoint: endpointOf(params), method, path, params };
  return { asked, identity: `${method} ${path} ${JSON.stringify(params)}`, key: apikey === '' ? undefined : apikey };
}

/** What was found. */
export function found(result: unknown): Reply {
  return ok({ status: '1', message: 'OK', result });
}

/** A refusal, which is HTTP 200 like everything else. */
export function refuse(result: string): Reply {
  return ok({ status: '0', message: 'NOTOK', result });
}

function endpointOf({ module, action }: Readonly<Record<string, string>>): Endpoint {
  return MODULES[module ?? '']?.find((each) => each === action) ?? 'unknown';
}

export function isProxyAction(endpoint: Endpoint): endpoint is ProxyAction {
  return (PROXY_ACTIONS as readonly Endpoint[]).includes(endpoint);
}
