/** The faults of Etherscan that are replies like any other, in its own words. */
import { DISTANT_RATE } from '../http/access.ts';
import type { Reply } from '../http/reply.ts';
import { dailyLimit, INVALID_KEY, TOO_FAST_KEYLESS, tooFast } from './access.ts';
import type { Fault } from './faults.ts';
import { refuse } from './request.ts';

export const TIMEOUT = 'Query Timeout occured. Please select a smaller result dataset';
const BUSY =
  'Free API access is temporarily unavailable due to unusually high network activity. Please try again later or upgrade to a paid plan.';

/** `null` for a fault that is no such reply. */
export function faultReply({ kind, seconds = 1 }: Fault): Reply | null {
  switch (kind) {
    case 'unauthorised':
      return refuse(INVALID_KEY);
    case 'not-found':
      return { status: 404, body: { error: 'Not Found' } };
    case 'too-many-requests':
      return { ...refuse(tooFast(DISTANT_RATE)), status: 429, headers: { 'retry-after': String(seconds) } };
    case 'server-error':
      return { status: 500, body: { status: '0', message: 'NOTOK', result: 'Unexpected error' } };
    case 'error-in-200':
      return refuse('Unexpected error, timeout or server too busy. Please try again later');
    case 'rate-in-200':
      return refuse(tooFast(DISTANT_RATE));
    case 'timeout-in-200':
      return refuse(TIMEOUT);
    case 'busy-in-200':
      return refuse(BUSY);
    case 'keyless-in-200':
      return refuse(TOO_FAST_KEYLESS);
    case 'daily-in-200':
      return refuse(dailyLimit(100_001, { perDay: 100_000 }));
    case 'null-result':
      return { status: 200, body: { status: '0', message: 'NOTOK', result: null } };
    default:
      return null;
  }
}
