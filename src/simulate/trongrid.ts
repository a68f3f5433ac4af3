/** A ledger served over HTTP on this machine as TronGrid serves Tron: API v1 and the node's calls, faults included. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { UserError } from '../errors.ts';
import type { Ledger } from './ledger.ts';
import { type AccessOptions, gatekeeper } from './trongrid/access.ts';
import {
  type Fault,
  type FaultChoice,
  type FaultKind,
  type FaultPlan,
  faultsOf,
  isPageFault,
} from './trongrid/faults.ts';
import { history } from './trongrid/history.ts';
import { misbehave, sendReply } from './trongrid/misbehave.ts';
import { account, constantCall, firstBlock, newestBlock, receipt } from './trongrid/node.ts';
import { ENDPOINTS, type Endpoint, endpointOf, type Reply, type SimulatedRequest } from './trongrid/request.ts';

export interface TronGridOptions extends AccessOptions {
  /** Any free port unless told. */
  readonly port?: number;
  /** Faults at random, from a seed. */
  readonly faults?: FaultPlan;
  /** A fault for this or that request; goes before the plan. */
  readonly faultAt?: FaultChoice;
  /** Hash of the first block: other than a test's usual one, it is another chain. */
  readonly genesis?: string;
  /** For the rate limit alone. */
  readonly now?: () => number;
}

/** A request as it was asked, and what became of it. Keys are not kept. */
interface LoggedRequest extends SimulatedRequest {
  readonly refused: boolean;
  readonly fault: FaultKind | null;
}

export interface SimulatedTronGrid {
  readonly url: string;
  /** How many requests came in, by endpoint. */
  readonly requests: Readonly<Record<Endpoint, number>>;
  readonly log: readonly LoggedRequest[];
  /** Stops at once: open connections are cut. */
  close(): Promise<void>;
}

/**
 * Starts the server on 127.0.0.1.
 *
 * @throws UserError `PORT_TAKEN` when the given port cannot be had
 */
export async function serveTronGrid(ledger: Ledger, options: TronGridOptions = {}): Promise<SimulatedTronGrid> {
  const requests = Object.fromEntries(ENDPOINTS.map((name) => [name, 0])) as Record<Endpoint, number>;
  const log: LoggedRequest[] = [];
  const asked = new Map<string, number>();
  const refusal = gatekeeper(options);
  const faultOf = faultsOf(options.faults, options.faultAt);
  const now = options.now ?? Date.now;

  const handle = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const heard = await hear(incoming);
    const identity = `${heard.method} ${heard.path} ${JSON.stringify(heard.params)}`;
    const attempt = (asked.get(identity) ?? 0) + 1;
    asked.set(identity, attempt);
    const request = { ...heard, number: log.length + 1, attempt };
    requests[request.endpoint] += 1;

    const refused = refusal(keyOf(incoming), request.path, now());
    const fault = refused === null ? faultOf(request) : null;
    log.push({ ...request, refused: refused !== null, fault: fault?.kind ?? null });
    if (refused !== null) sendReply(response, refused);
    else if (fault === null) sendReply(response, answer(ledger, request, null, options.genesis));
    else misbehave(response, fault, request, () => answer(ledger, request, fault, options.genesis));
  };

  const server = createServer((incoming, response) => {
    handle(incoming, response).catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.once('error', (cause) => reject(portTaken(options.port, cause)));
    server.listen(options.port ?? 0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    log,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The right answer, or one with a fault of its page. */
function answer(ledger: Ledger, request: SimulatedRequest, fault: Fault | null, genesis: string | undefined): Reply {
  switch (request.endpoint) {
    case 'history':
      return history(ledger, request, fault !== null && isPageFault(fault.kind) ? fault.kind : null);
    case 'account':
      return account(ledger, request);
    case 'constantCall':
      return constantCall(ledger, request);
    case 'head':
      return newestBlock(ledger, request);
    case 'genesis':
      return firstBlock(request, genesis);
    case 'receipt':
      return receipt(ledger, request);
    case 'unknown':
      return { status: 404, body: { success: false, error: 'Not Found', statusCode: 404 } };
  }
}

async function hear(incoming: IncomingMessage): Promise<Omit<SimulatedRequest, 'number' | 'attempt'>> {
  const { pathname: path, searchParams } = new URL(incoming.url ?? '/', 'http://127.0.0.1');
  const params: Record<string, string> = {};
  for (const [name, value] of searchParams) params[snakeCase(name)] = value;
  if (incoming.method === 'POST') {
    for (const [name, value] of Object.entries(await bodyOf(incoming))) params[name] = String(value);
  }
  const solid = path.startsWith('/walletsolidity/');
  return { endpoint: endpointOf(path), method: incoming.method ?? 'GET', path, params, solid };
}

async function bodyOf(incoming: IncomingMessage): Promise<object> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  try {
    const body: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8') || '{}');
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

function portTaken(port: number | undefined, cause: Error): UserError {
  return new UserError('PORT_TAKEN', `The simulated network cannot listen on port ${port ?? 0}: ${cause.message}.`, {
    right: 'A port that no other program uses, or none, so that a free one is taken.',
    todo: 'Name another port.',
    cause,
  });
}
