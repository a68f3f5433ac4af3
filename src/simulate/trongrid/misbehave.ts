/** The faults of HTTP itself: what goes out instead of, or before, the right answer. */
import type { ServerResponse } from 'node:http';
import { suspension, UNKNOWN_KEY } from './access.ts';
import type { Fault } from './faults.ts';
import type { Reply, SimulatedRequest } from './request.ts';

const HTML =
  '<!DOCTYPE html><html><head><title>Just a moment...</title></head><body>Checking your browser.</body></html>';
const FORBIDDEN = '<html><head><title>403 Forbidden</title></head><body><h1>403 Forbidden</h1></body></html>';
const HTML_TYPE = { 'content-type': 'text/html' };
const FAILED = { success: false, error: 'internal error', statusCode: 500 };
const LACK = 'class java.lang.IllegalAccessException : lack of computing resources';

/** Answers as the fault says; `honest` is the right answer, which some faults need. */
export function misbehave(
  response: ServerResponse,
  fault: Fault,
  request: SimulatedRequest,
  honest: () => Reply,
): void {
  switch (fault.kind) {
    case 'hang':
      break;
    case 'reset':
      response.socket?.resetAndDestroy();
      break;
    case 'delay':
      setTimeout(() => sendReply(response, honest()), fault.ms ?? 50).unref();
      break;
    case 'html-page':
      send(response, 200, HTML, HTML_TYPE);
      break;
    case 'forbidden':
      send(response, 403, FORBIDDEN, HTML_TYPE);
      break;
    case 'too-many-requests':
      send(response, 429, '{"Error":"Too Many Requests"}', { 'retry-after': String(fault.seconds ?? 1) });
      break;
    case 'empty-body':
      send(response, 200, '');
      break;
    case 'truncated': {
      const whole = JSON.stringify(honest().body);
      send(response, 200, whole.slice(0, Math.floor(whole.length / 2)));
      break;
    }
    default:
      sendReply(response, falseReply(fault, request) ?? honest());
  }
}

/** The faults that are replies like any other. */
function falseReply({ kind, seconds = 1 }: Fault, { path }: SimulatedRequest): Reply | null {
  switch (kind) {
    case 'unauthorised':
      return UNKNOWN_KEY;
    case 'suspended':
      return suspension({ path, key: undefined, rate: 10, seconds, status: 403 });
    case 'not-found':
      return { status: 404, body: { success: false, error: 'Not Found', statusCode: 404 } };
    case 'server-error':
      return { status: 500, body: FAILED };
    case 'unsuccessful':
      return { status: 200, body: FAILED };
    case 'error-in-200':
      return { status: 200, body: { Error: LACK } };
    default:
      return null;
  }
}

export function sendReply(response: ServerResponse, { status, body }: Reply): void {
  send(response, status, JSON.stringify(body));
}

function send(response: ServerResponse, status: number, text: string, headers: Record<string, string> = {}): void {
  if (response.destroyed) return;
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    ...headers,
  });
  response.end(text);
}
