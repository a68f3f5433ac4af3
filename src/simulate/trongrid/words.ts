/** The faults of TronGrid that are replies like any other, in its own words. */
import { DISTANT_RATE } from '../http/access.ts';
import type { Reply } from '../http/reply.ts';
import { suspension, UNKNOWN_KEY } from './access.ts';
import type { Fault } from './faults.ts';
import type { SimulatedRequest } from './request.ts';

const FAILED = { success: false, error: 'internal error', statusCode: 500 };
const DAILY_USAGE = `Exceed the user daily usage (100000), the maximum query frequency is ${DISTANT_RATE} times per second`;
const LACK = 'class java.lang.IllegalAccessException : lack of computing resources';

/** `null` for a fault that is no such reply. */
export function faultReply({ kind, seconds = 1 }: Fault, { path }: SimulatedRequest): Reply | null {
  switch (kind) {
    case 'unauthorised':
      return UNKNOWN_KEY;
    case 'suspended':
      return suspension({ path, key: undefined, rate: DISTANT_RATE, seconds, status: 403 });
    case 'key-suspended':
      return suspension({ path, key: 'a key', rate: DISTANT_RATE, seconds, status: 403 });
    case 'daily-usage':
      return { status: 503, body: { Error: DAILY_USAGE } };
    case 'not-found':
      return { status: 404, body: { success: false, error: 'Not Found', statusCode: 404 } };
    case 'too-many-requests':
      return { status: 429, body: { Error: 'Too Many Requests' }, headers: { 'retry-after': String(seconds) } };
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
