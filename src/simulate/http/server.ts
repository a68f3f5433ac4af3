/** What the simulated providers have in common: a server on this machine, a log of its requests, and faults. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { UserError } from '../../errors.ts';
import type { FaultOf } from './faults.ts';
import { misbehave } from './misbehave.ts';
import { type Reply, sendReply } from './reply.ts';

export interface ServerOptions {
  /** Any free port unless told. */
  readonly port?: number;
  /** For limits by time alone. */
  readonly now?: () => number;
  /** How many of the newest requests the log keeps, for a server that runs long: all unless told. */
  readonly logLast?: number;
}

/** A request as it was asked. Keys are not in it. */
export interface Heard<Endpoint extends string> {
  readonly endpoint: Endpoint;
  readonly method: string;
  readonly path: string;
}

export interface Counted {
  /** Counts all requests of the server, from 1. */
  readonly number: number;
  /** Counts requests that ask for the same, from 1. */
  readonly attempt: number;
}

/** What became of it. */
interface Outcome<Kind extends string> {
  /** When it came, by the server's clock. */
  readonly at: number;
  readonly refused: boolean;
  readonly fault: Kind | null;
}

export interface SimulatedServer<Asked extends Heard<string>, Kind extends string> {
  readonly url: string;
  /** How many requests came in, by endpoint. */
  readonly requests: Readonly<Record<Asked['endpoint'], number>>;
  readonly log: readonly (Asked & Counted & Outcome<Kind>)[];
  /** Stops at once: open connections are cut. */
  close(): Promise<void>;
}

/** A provider: how it reads requests, and what it answers. */
export interface Provider<Asked extends Heard<string>, Kind extends string> {
  readonly endpoints: readonly Asked['endpoint'][];
  /** Reads a request; `identity` is what is asked, as one text: two requests with the same ask for the same. */
  readonly hear: (incoming: IncomingMessage) => Promise<{ asked: Asked; identity: string; key: string | undefined }>;
  /** What refuses a request of the key at the time, or `null`. */
  readonly refusal: (request: Asked & Counted, key: string | undefined, now: number) => Reply | null;
  readonly faultOf: (request: Asked & Counted, identity: string) => FaultOf<Kind> | null;
  /** Faults that are replies like any other, in the provider's words; `null` for the rest. */
  readonly words: (fault: FaultOf<Kind>, request: Asked & Counted) => Reply | null;
  /** The right answer, or one with a fault in its rows. */
  readonly answer: (request: Asked & Counted, fault: FaultOf<Kind> | null) => Reply;
}

/**
 * Starts the server on 127.0.0.1.
 *
 * @throws UserError `PORT_TAKEN` when the given port cannot be had
 */
export async function serveProvider<Asked extends Heard<string>, Kind extends string>(
  provider: Provider<Asked, Kind>,
  options: ServerOptions,
): Promise<SimulatedServer<Asked, Kind>> {
  const requests = Object.fromEntries(provider.endpoints.map((name) => [name, 0])) as Record<Asked['endpoint'], number>;
  const log: (Asked & Counted & Outcome<Kind>)[] = [];
  const attempts = new Map<string, number>();
  const { now = Date.now, logLast = Number.POSITIVE_INFINITY } = options;
  let number = 0;

  const handle = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { asked, identity, key } = await provider.hear(incoming);
    const attempt = (attempts.get(identity) ?? 0) + 1;
    attempts.set(identity, attempt);
    number += 1;
    const request = { ...asked, number, attempt };
    requests[asked.endpoint as Asked['endpoint']] += 1;

    const at = now();
    const refused = provider.refusal(request, key, at);
    const fault = refused === null ? provider.faultOf(request, identity) : null;
    log.push({ ...request, at, refused: refused !== null, fault: fault?.kind ?? null });
    if (log.length > logLast) log.shift();
    if (refused !== null) sendReply(response, refused);
    else if (fault === null) sendReply(response, provider.answer(request, null));
    else {
      const words = (told: FaultOf<Kind>) => provider.words(told, request);
      misbehave(response, fault, words, () => provider.answer(request, fault));
    }
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

/** A request's whole body as text. */
export async function bodyOf(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function portTaken(port: number | undefined, cause: Error): UserError {
  return new UserError('PORT_TAKEN', `The simulated network cannot listen on port ${port ?? 0}: ${cause.message}.`, {
    right: 'A port that no other program uses, or none, so that a free one is taken.',
    todo: 'Name another port.',
    cause,
  });
}
