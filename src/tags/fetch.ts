/**
 * Fetches a publisher's file to the disk. Where an address leads is a stranger's to say, so that only https is spoken, only with
 * the public internet, and what comes is bounded in size and time and looked at before it is believed.
 */
import { createHash } from 'node:crypto';
import type { LookupAddress } from 'node:dns';
import { lookup as lookUp } from 'node:dns/promises';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { createGunzip } from 'node:zlib';
import { messageOf, quoted, RetryableError, UserError } from '../errors.ts';
import { type Content, contentFault, START_BYTES } from './content.ts';
import { failed, otherContent, refused, tooLarge, truncated } from './fetch-faults.ts';
import { isPublicAddress } from './public-address.ts';

export interface FetchRequest {
  readonly url: string;
  readonly content: Content;
  /** The file to write; it is gone where nothing was fetched. */
  readonly path: string;
  /** Most bytes, as they come and as they are once unpacked. */
  readonly mostBytes: number;
  /** What the server called the file when it was last fetched: then it need not send it again. */
  readonly etag?: string | null;
  readonly signal?: AbortSignal;
}

export type Fetched =
  | {
      readonly kind: 'file';
      readonly bytes: number;
      /** Of the file as it lies there, 64 hex digits: equal ones say that nothing has changed. */
      readonly sha256: string;
      readonly etag: string | null;
      /** Where redirects led to. */
      readonly url: string;
    }
  | { readonly kind: 'unchanged' };

/** The world around, for tests: what is left out is as it is. */
export interface Surroundings {
  /** All addresses of a host. */
  readonly resolve?: (host: string) => Promise<readonly LookupAddress[]>;
  /** Hosts with ports, such as `127.0.0.1:4433`, that may be spoken with wherever they stand, and who vouches for them. */
  readonly trusted?: { readonly hosts: readonly string[]; readonly ca: string };
  readonly waitMs?: (tries: number) => number;
  /** How long all of it may take, and how long nothing may come. */
  readonly limitMs?: number;
  readonly idleMs?: number;
}

const MOST_REDIRECTS = 5;
const MOST_TRIES = 3;
const LIMIT_MS = 10 * 60_000;
const IDLE_MS = 30_000;
/** 2 s, then 4 s. */
const waitOf = (tries: number) => 1000 * 2 ** tries;

/**
 * Fetches a file, and tries again what may pass by itself.
 *
 * @throws UserError `FETCH_REFUSED` for an address that is not spoken with, `FETCH_FAILED` for an answer that will not change,
 *   `FETCH_TOO_LARGE`, or `FETCH_CONTENT` for another kind of file
 * @throws RetryableError `PUBLISHER_UNREACHABLE`, `PUBLISHER_DOWN`, `PUBLISHER_TIMEOUT` or `FETCH_TRUNCATED`
 */
export async function fetchFile(asked: FetchRequest, surroundings: Surroundings = {}): Promise<Fetched> {
  const { waitMs = waitOf } = surroundings;
  for (let tries = 1; ; tries += 1) {
    try {
      return await fetchOnce(asked, surroundings);
    } catch (error) {
      await rm(asked.path, { force: true });
      if (!(error instanceof RetryableError) || tries >= MOST_TRIES || asked.signal?.aborted) throw error;
      await sleep(Math.max(waitMs(tries), error.retryAfterMs ?? 0), undefined, { signal: asked.signal });
    }
  }
}

async function fetchOnce(asked: FetchRequest, surroundings: Surroundings): Promise<Fetched> {
  const { limitMs = LIMIT_MS, idleMs = IDLE_MS } = surroundings;
  const limit = AbortSignal.timeout(limitMs);
  const idle = new AbortController();
  const signal = AbortSignal.any([limit, idle.signal, ...(asked.signal === undefined ? [] : [asked.signal])]);
  let url = checkedUrl(asked.url, surroundings);
  try {
    for (let redirects = 0; ; redirects += 1) {
      const response = await send(url, asked.etag ?? null, signal, surroundings, () => idle.abort());
      const location = redirectOf(response);
      if (location === null) return await receive(response, url, asked, signal);
      response.destroy();
      if (redirects === MOST_REDIRECTS) {
        throw refused(asked.url, `it was redirected more than ${MOST_REDIRECTS} times`);
      }
      url = checkedUrl(new URL(location, url).href, surroundings, url);
    }
  } catch (error) {
    if (error instanceof UserError || error instanceof RetryableError || asked.signal?.aborted) throw error;
    if (idle.signal.aborted) {
      throw new RetryableError('PUBLISHER_TIMEOUT', `${url.host} sent nothing for ${idleMs / 1000} s.`);
    }
    if (limit.aborted) {
      throw new RetryableError('PUBLISHER_TIMEOUT', `${url.host} did not send the file within ${limitMs / 1000} s.`);
    }
    throw new RetryableError('PUBLISHER_UNREACHABLE', `${url.host} cannot be reached: ${messageOf(error)}.`, {
      cause: error,
    });
  }
}

/** @param from the address that redirected to it */
function checkedUrl(text: string, { trusted }: Surroundings, from?: URL): URL {
  const refuse = (why: string) => refused(text, why, from);
  if (!URL.canParse(text)) throw refuse('it is no address');
  const url = new URL(text);
  if (url.protocol !== 'https:') throw refuse(`it is no https address, but ${quoted(url.protocol)}`);
  if (url.username + url.password !== '') throw refuse('it has a user or a password in it');
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  // A host that is an address is looked up by nobody, so that it is checked here.
  if (isIP(host) !== 0 && !isPublicAddress(host) && !trusted?.hosts.includes(url.host))
    throw refuse(`${host} is no address of the public internet`);
  return url;
}

function send(
  url: URL,
  etag: string | null,
  signal: AbortSignal,
  surroundings: Surroundings,
  onIdle: () => void,
): Promise<IncomingMessage> {
  const { trusted, idleMs = IDLE_MS } = surroundings;
  const isTrusted = trusted?.hosts.includes(url.host) === true;
  return new Promise((resolve, reject) => {
    const asking = request(url, {
      signal,
      // Each request looks up anew, and no connection is kept that was made for another.
      agent: false,
      lookup: lookupOf(url, isTrusted, surroundings),
      headers: {
        'user-agent': 'downstream',
        accept: '*/*',
        'accept-encoding': 'gzip, identity',
        ...(etag === null ? {} : { 'if-none-match': etag }),
      },
      ...(isTrusted ? { ca: trusted.ca } : {}),
    });
    asking.setTimeout(idleMs, onIdle);
    asking.on('error', reject);
    asking.on('response', resolve);
    asking.end();
  });
}

/**
 * The addresses of the host, all of which must be public. The connection is made to one of these very addresses: were they
 * looked up once more, they might be others by then.
 */
function lookupOf(url: URL, isTrusted: boolean, { resolve = resolveAll }: Surroundings): LookupFunction {
  return (host, options, callback) => {
    resolve(host).then(
      (addresses) => {
        const hidden = addresses.find(({ address }) => !isPublicAddress(address));
        const [first] = addresses;
        if (first === undefined) callback(new Error(`${host} has no address`), []);
        else if (hidden !== undefined && !isTrusted) {
          callback(refused(url.href, `its name leads to ${hidden.address}, no address of the public internet`), []);
        } else if (options.all === true) callback(null, [...addresses]);
        else callback(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, []),
    );
  };
}

async function resolveAll(host: string): Promise<readonly LookupAddress[]> {
  return lookUp(host, { all: true });
}

function redirectOf({ statusCode, headers }: IncomingMessage): string | null {
  return statusCode !== undefined && [301, 302, 303, 307, 308].includes(statusCode) ? (headers.location ?? null) : null;
}

async function receive(
  response: IncomingMessage,
  url: URL,
  asked: FetchRequest,
  signal: AbortSignal,
): Promise<Fetched> {
  const { statusCode = 0, headers } = response;
  if (statusCode !== 200) {
    response.destroy();
    // Who was not asked for a change has none to tell.
    if (statusCode === 304 && asked.etag !== null) return { kind: 'unchanged' };
    throw failed(url, statusCode, headers['retry-after']);
  }
  const { mostBytes } = asked;
  const declared = Number(headers['content-length'] ?? 0);
  if (declared > mostBytes) {
    response.destroy();
    throw tooLarge(url, mostBytes, `says that it sends ${declared.toLocaleString('en-US')} bytes`);
  }
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding !== 'gzip' && encoding !== 'identity') {
    response.destroy();
    throw new UserError('FETCH_FAILED', `${url.host} packs the file as ${quoted(encoding)}, which was not asked for.`, {
      todo: 'Try again later, or fetch it by hand.',
    });
  }
  const hash = createHash('sha256');
  const counted = { bytes: 0 };
  const steps = [
    response,
    bounded(mostBytes, () => tooLarge(url, mostBytes, 'sends more')),
    ...(encoding === 'gzip'
      ? [createGunzip(), bounded(mostBytes, () => tooLarge(url, mostBytes, 'sends more, unpacked'))]
      : []),
    inspected(url, asked.content, (chunk) => {
      counted.bytes += chunk.length;
      hash.update(chunk);
    }),
    createWriteStream(asked.path, { mode: 0o600 }),
  ];
  try {
    await pipeline(steps, { signal });
  } catch (error) {
    if (signal.aborted) throw error;
    // Both are how a connection ends that was cut, or a stream of gzip that has no end.
    const { code } = error as { code?: unknown };
    if (code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE' || code === 'Z_BUF_ERROR')
      throw truncated(url, error);
    if (code === 'Z_DATA_ERROR') throw truncated(url, error, 'is packed wrongly');
    throw error;
  }
  if (!response.complete) throw truncated(url, null);
  return {
    ...{ kind: 'file', bytes: counted.bytes, sha256: hash.digest('hex') },
    ...{ etag: headers.etag ?? null, url: url.href },
  };
}

/** Passes on so many bytes and no more. */
function bounded(most: number, tooMany: () => Error): Transform {
  let bytes = 0;
  return new Transform({
    transform(chunk: Buffer, _, done) {
      bytes += chunk.length;
      if (bytes > most) done(tooMany());
      else done(null, chunk);
    },
  });
}

/** Looks at how the file begins before any of it goes on. */
function inspected(url: URL, wanted: Content, onChunk: (chunk: Buffer) => void): Transform {
  let start: Buffer | null = Buffer.alloc(0);
  const check = (from: Buffer): UserError | null => {
    const fault = contentFault(from.subarray(0, START_BYTES), wanted);
    return fault === null ? null : otherContent(url, fault);
  };
  return new Transform({
    transform(chunk: Buffer, _, done) {
      onChunk(chunk);
      if (start === null) {
        done(null, chunk);
        return;
      }
      start = Buffer.concat([start, chunk]);
      if (start.length < START_BYTES) {
        done();
        return;
      }
      const [held, fault] = [start, check(start)];
      start = null;
      if (fault === null) done(null, held);
      else done(fault);
    },
    flush(done) {
      if (start === null) {
        done();
        return;
      }
      const fault = check(start);
      if (fault === null) done(null, start);
      else done(fault);
    },
  });
}
