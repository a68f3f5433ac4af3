/** The faults of HTTP itself: what goes out instead of, or before, the right answer. */
import type { ServerResponse } from 'node:http';
import type { FaultOf } from './faults.ts';
import { type Reply, send, sendReply } from './reply.ts';

const HTML =
  '<!DOCTYPE html><html><head><title>Just a moment...</title></head><body>Checking your browser.</body></html>';
const FORBIDDEN = '<html><head><title>403 Forbidden</title></head><body><h1>403 Forbidden</h1></body></html>';
/** A gateway's page for a status, in nginx's words. */
const gatewayPage = (status: string) =>
  `<html>\r\n<head><title>${status}</title></head>\r\n<body>\r\n<center><h1>${status}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n`;
const HTML_TYPE = { 'content-type': 'text/html' };

/**
 * Answers as the fault says. `words` has the faults that are replies like any other, in the provider's own words, and
 * `null` for the rest; `honest` is the right answer, or the one that the fault spoils.
 */
export function misbehave<Kind extends string>(
  response: ServerResponse,
  fault: FaultOf<Kind>,
  words: (fault: FaultOf<Kind>) => Reply | null,
  honest: () => Reply,
): void {
  // The kinds that every server has; the others are the provider's.
  const kind: string = fault.kind;
  switch (kind) {
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
    case 'empty-body':
      send(response, 200, '');
      break;
    case 'truncated': {
      const whole = JSON.stringify(honest().body);
      send(response, 200, whole.slice(0, Math.floor(whole.length / 2)));
      break;
    }
    case 'bad-gateway':
      send(response, 502, gatewayPage('502 Bad Gateway'), HTML_TYPE);
      break;
    case 'unavailable':
      send(response, 503, gatewayPage('503 Service Temporarily Unavailable'), HTML_TYPE);
      break;
    case 'overloaded':
      send(response, 503, gatewayPage('503 Service Temporarily Unavailable'), {
        ...HTML_TYPE,
        'retry-after': String(fault.seconds ?? 1),
      });
      break;
    case 'slow-down':
      send(response, 429, gatewayPage('429 Too Many Requests'), HTML_TYPE);
      break;
    case 'plain-text':
      send(response, 200, 'upstream request timeout', { 'content-type': 'text/plain' });
      break;
    case 'cut-off':
      cutOff(response, JSON.stringify(honest().body));
      break;
    default:
      sendReply(response, words(fault) ?? honest());
  }
}

/** Sends half of what was announced, and ends the connection. */
function cutOff(response: ServerResponse, whole: string): void {
  const bytes = Buffer.from(whole);
  response.writeHead(200, { 'content-type': 'application/json; charset=utf-8', 'content-length': bytes.byteLength });
  response.write(bytes.subarray(0, bytes.byteLength >> 1), () => response.socket?.destroy());
}
