/** What is said where a publisher's file cannot be fetched. */
import { quoted, RetryableError, UserError } from '../errors.ts';

const BY_HAND = 'npx downstream tags import FILE';
const AS_THEY_WERE = 'Nothing of it was taken; the tags are as they were.';

/** @param from the address that redirected to it */
export function refused(text: string, why: string, from?: URL): UserError {
  const led = from === undefined ? '' : `, to which ${from.host} redirects`;
  return new UserError('FETCH_REFUSED', `${shown(text)}${led}, is not fetched: ${why}.`, {
    right: 'Lists are fetched over https from servers of the public internet, through at most 5 redirects.',
    todo: `Check the publisher's address; a list can also be fetched by hand, and read with: ${BY_HAND}`,
  });
}

/** An address as a message may hold it: without what only its server should see. */
function shown(text: string): string {
  if (!URL.canParse(text)) return quoted(text);
  const url = new URL(text);
  return quoted(`${url.protocol}//${url.host}${url.pathname}`);
}

/** What came is another kind of file. */
export function otherContent({ host }: URL, fault: string): UserError {
  return new UserError('FETCH_CONTENT', `From ${host}, ${fault}.`, {
    right: AS_THEY_WERE,
    todo: 'Open the address in a browser to see what it says, and try again later.',
  });
}

export function failed({ host }: URL, status: number, retryAfter: string | undefined): Error {
  if (status === 429 || status >= 500) {
    const seconds = /^\d{1,4}$/.test(retryAfter ?? '') ? Math.min(Number(retryAfter), 120) : 0;
    return new RetryableError('PUBLISHER_DOWN', `${host} answers with status ${status}.`, {
      retryAfterMs: seconds * 1000,
    });
  }
  return new UserError('FETCH_FAILED', `${host} answers with status ${status}, and not with the file.`, {
    right:
      status === 404 ? 'The file has moved, or is no longer published.' : 'The publisher does not hand the file out.',
    todo: `Look for the list on the publisher's page; a list that was fetched by hand is read with: ${BY_HAND}`,
  });
}

export function tooLarge({ host }: URL, most: number, what: string): UserError {
  return new UserError(
    'FETCH_TOO_LARGE',
    `${host} ${what}; a list has at most ${most.toLocaleString('en-US')} bytes.`,
    {
      right: AS_THEY_WERE,
      todo: `If the list has really grown so large, fetch it by hand, and read it with: ${BY_HAND}`,
    },
  );
}

export function truncated(
  { host }: URL,
  cause: unknown,
  what = 'ended before all of the file had come',
): RetryableError {
  return new RetryableError('FETCH_TRUNCATED', `What ${host} sends ${what}.`, cause === null ? {} : { cause });
}
