/** A ledger served over HTTP on this machine as TronGrid serves Tron: API v1 and the node's calls, faults included. */
import type { IncomingMessage } from 'node:http';
import type { Address } from '../chains/chain.ts';
import { type FaultOptions, faultsOf } from './http/faults.ts';
import type { Reply } from './http/reply.ts';
import { bodyOf, type ServerOptions, type SimulatedServer, serveProvider } from './http/server.ts';
import type { Ledger } from './ledger.ts';
import { type AccessOptions, gatekeeper } from './trongrid/access.ts';
import { events } from './trongrid/events.ts';
import { type Fault, type FaultKind, isPageFault, PLANNING } from './trongrid/faults.ts';
import { history } from './trongrid/history.ts';
import { native } from './trongrid/native.ts';
import {
  account,
  blockReceipts,
  constantCall,
  firstBlock,
  newestBlock,
  nodeAccount,
  receipt,
  transaction,
} from './trongrid/node.ts';
import { type AskedOfTronGrid, ENDPOINTS, endpointOf, type SimulatedRequest } from './trongrid/request.ts';
import { faultReply } from './trongrid/words.ts';
import type { SimulatedTransfer } from './types.ts';

export interface TronGridOptions extends AccessOptions, ServerOptions, FaultOptions<FaultKind, SimulatedRequest> {
  /** Transfers that an account's history leaves out for good, without a word. */
  readonly hidden?: (transfer: SimulatedTransfer, account: Address) => boolean;
  /** Hash of the first block: other than a test's usual one, it is another chain. */
  readonly genesis?: string;
}

export type SimulatedTronGrid = SimulatedServer<AskedOfTronGrid, FaultKind>;

/**
 * Starts the server on 127.0.0.1.
 *
 * @throws UserError `PORT_TAKEN` when the given port cannot be had
 */
export async function serveTronGrid(ledger: Ledger, options: TronGridOptions = {}): Promise<SimulatedTronGrid> {
  const refusal = gatekeeper(options);
  return serveProvider<AskedOfTronGrid, FaultKind>(
    {
      endpoints: ENDPOINTS,
      hear,
      refusal: ({ path }, key, now) => refusal(key, path, now),
      faultOf: faultsOf(options, PLANNING),
      words: faultReply,
      answer: (request, fault) => answer(ledger, request, fault, options),
    },
    options,
  );
}

/** Blocks by which a server's newest block may be behind: fewer than are quiet at the end of a ledger. */
const OLDER = 20;
/** Six minutes by which a server's histories and balances may be behind. */
const BEHIND = 120;

/** The right answer, one with a fault of its page, or one of a server that is behind. */
function answer(whole: Ledger, request: SimulatedRequest, fault: Fault | null, options: TronGridOptions): Reply {
  const { genesis, hidden } = options;
  const lag = fault?.kind === 'older-head' ? OLDER : fault?.kind === 'behind' ? BEHIND : 0;
  const ledger = lag === 0 ? whole : whole.behind(lag);
  switch (request.endpoint) {
    case 'history':
      return history(ledger, request, fault !== null && isPageFault(fault.kind) ? fault.kind : null, hidden);
    case 'native':
      return native(ledger, request, fault !== null && isPageFault(fault.kind) ? fault.kind : null);
    case 'events':
      return events(ledger, request, fault !== null && isPageFault(fault.kind) ? fault.kind : null);
    case 'account':
      return account(ledger, request);
    case 'constantCall':
      return constantCall(ledger, request);
    case 'nodeAccount':
      return nodeAccount(ledger, request);
    case 'head':
      return newestBlock(ledger, request);
    case 'genesis':
      return firstBlock(request, genesis);
    case 'receipt':
      return receipt(ledger, request);
    case 'transaction':
      return transaction(ledger, request);
    case 'blockReceipts':
      return blockReceipts(ledger, request);
    case 'unknown':
      return { status: 404, body: { success: false, error: 'Not Found', statusCode: 404 } };
  }
}

async function hear(incoming: IncomingMessage) {
  const { pathname: path, searchParams } = new URL(incoming.url ?? '/', 'http://127.0.0.1');
  const params: Record<string, string> = {};
  for (const [name, value] of searchParams) params[snakeCase(name)] = value;
  if (incoming.method === 'POST') {
    for (const [name, value] of Object.entries(parametersIn(await bodyOf(incoming)))) params[name] = String(value);
  }
  const solid = path.startsWith('/walletsolidity/');
  const method = incoming.method ?? 'GET';
  return {
    asked: { endpoint: endpointOf(path), method, path, params, solid },
    identity: `${method} ${path} ${JSON.stringify(params)}`,
    key: keyOf(incoming),
  };
}

function parametersIn(text: string): object {
  try {
    const body: unknown = JSON.parse(text || '{}');
    return typeof body === 'object' && body !== null ? body : {};
  } catch {
    // The calls answer a body they cannot read as one without parameters.
    return {};
  }
}

/** TronGrid takes `onlyConfirmed` and `only_confirmed` alike. */
function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function keyOf(incoming: IncomingMessage): string | undefined {
  const key = incoming.headers['tron-pro-api-key'];
  return Array.isArray(key) ? key[0] : key;
}
