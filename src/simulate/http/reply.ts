/** What a simulated server answers, and how it goes out. */
import type { ServerResponse } from 'node:http';

export interface Reply {
  readonly status: number;
  /** Goes out as JSON. */
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export function ok(body: unknown): Reply {
  return { status: 200, body };
}

export function sendReply(response: ServerResponse, { status, body, headers }: Reply): void {
  send(response, status, JSON.stringify(body), headers);
}

/** JSON unless the headers say otherwise. */
export function send(
  response: ServerResponse,
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  if (response.destroyed) return;
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    ...headers,
  });
  response.end(text);
}
