/** What TronGrid's replies look like, checked where they enter, and what its errors mean. */
import { z } from 'zod';
import { RetryableError, UserError } from '../../errors.ts';
import type { HttpReply } from '../http.ts';

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const hex = z.string().regex(/^[0-9a-f]*$/i);

/** A row of `/v1/accounts/{address}/transactions/trc20`. Rows of other types and tokens are told apart, not refused. */
const rowSchema = z.object({
  transaction_id: hash,
  block_timestamp: z.number().int().positive(),
  type: z.string(),
  from: z.string(),
  to: z.string(),
  value: z.string().optional(),
  token_info: z.object({ address: z.string().optional() }).optional(),
  _unconfirmed: z.boolean().optional(),
});
export type TronGridRow = z.infer<typeof rowSchema>;

export const historySchema = z.object({
  data: z.array(rowSchema),
  meta: z.object({ fingerprint: z.string().min(1).optional() }).optional(),
});

export const blockSchema = z.object({
  block_header: z.object({
    raw_data: z.object({ number: z.number().int().nonnegative(), timestamp: z.number().int().nonnegative() }),
  }),
});

/** The first block; only its hash is of use. */
export const genesisSchema = z.object({ blockID: hash });

/** A transaction's receipt; `{}` where the node knows no such transaction. */
export const receiptSchema = z.object({
  id: hash.optional(),
  log: z.array(z.object({ address: z.string(), topics: z.array(hex).optional(), data: hex.optional() })).optional(),
});

/** The wait that TronGrid names in its own words, such as `suspended for 30s`. */
const SUSPENDED = /suspended for (\d+)\s*s/;
const BUSY =
  /exceeds the frequency limit|exceeded the allowed_rps|lack of computing resources|daily usage|request too quickly|too many requests/i;
const DAILY_QUOTA = /daily usage/i;
const FINGERPRINT_REFUSED = /fingerprint/i;
const LITE_NODE = /this node is a lite fullnode/i;

/** Where the provider says that it is busy but not for how long. */
const DEFAULT_WAIT_MS = 2_000;
/** Without a key TronGrid blocks for 30 s, and says so in its documentation only. */
const FORBIDDEN_WAIT_MS = 30_000;
/** A wait of none would be a flood, and one of days, which only a mistake can name, a standstill. */
const MIN_WAIT_MS = 1_000;
const MAX_WAIT_MS = 3_600_000;

/** How the provider is named in messages, and the secret that must not stand in them. */
export interface TronGridPlace {
  readonly host: string;
  readonly key: string | null;
}

/**
 * The reply's JSON, or the error that it really is: TronGrid sends errors as HTTP 200 too.
 *
 * @throws RetryableError for what passes, UserError for what a person must change
 */
export function readReply<T>(reply: HttpReply, schema: z.ZodType<T>, place: TronGridPlace): T {
  const { status } = reply;
  const body = parseJson(reply.text);
  const said = errorIn(body) ?? (status === 200 || body !== undefined ? null : reply.text);
  const words = said === null || said.trim() === '' ? '' : `: ${quoteProvider(said, place.key)}`;
  if (LITE_NODE.test(reply.text)) throw liteNode(place);
  if (status === 401) throw keyRefused(place, words);
  if (status === 404) throw notFound(place);
  if (status >= 300 && status < 400) throw redirected(place, status);
  if (status === 429 || (said !== null && BUSY.test(said))) throw busy(place, reply, words);
  if (status === 403) {
    throw new RetryableError('PROVIDER_FORBIDDEN', `${place.host} refuses to answer (403)${words}.`, {
      retryAfterMs: retryAfter(reply) ?? FORBIDDEN_WAIT_MS,
    });
  }
  if (status >= 500) throw new RetryableError('PROVIDER_DOWN', `${place.host} has a fault (${status})${words}.`);
  if (reply.text.trim() === '') throw new RetryableError('REPLY_EMPTY', `${place.host} sent an empty reply.`);
  if (body === undefined) {
    const what = /^\s*</.test(reply.text)
      ? 'a web page'
      : isCut(reply.text)
        ? 'half a reply'
        : 'something that is no JSON';
    throw new RetryableError('REPLY_NOT_JSON', `${place.host} sent ${what} instead of data (${status}).`);
  }
  if (said !== null) {
    if (FINGERPRINT_REFUSED.test(said)) {
      throw new RetryableError('CURSOR_REFUSED', `${place.host} no longer knows its own cursor${words}.`);
    }
    throw new RetryableError('REPLY_ERROR', `${place.host} answered with an error${words}.`);
  }
  if (status !== 200) throw new RetryableError('REPLY_ERROR', `${place.host} answered ${status}.`);
  const parsed = schema.safeParse(body);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new RetryableError(
      'REPLY_INVALID',
      `${place.host} sent data of an unknown shape: ${issue?.path.join('.') || 'the reply'}: ${issue?.message}.`,
    );
  }
  return parsed.data;
}

function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function isCut(text: string): boolean {
  return /^\s*[[{]/.test(text) && !/[\]}]\s*$/.test(text);
}

/** The provider's own words, where the body is an error in one of its shapes. */
function errorIn(body: unknown): string | null {
  if (typeof body !== 'object' || body === null) return null;
  const { Error: upper, error, message, success } = body as Record<string, unknown>;
  const said = upper ?? error ?? (success === false ? (message ?? 'success is false') : undefined);
  if (said === undefined || said === null) return null;
  return typeof said === 'string' ? said : JSON.stringify(said);
}

/** A provider's words, short, on one line, and without our key. */
export function quoteProvider(text: string, key: string | null): string {
  const clean = hideKey(text, key)
    .replace(/<[^>]*>/g, ' ')
    .replace(/[^\x20-\x7e]+/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return `"${clean.length > 160 ? `${clean.slice(0, 160)}…` : clean}"`;
}

/** Servers echo what they were sent, as it was or as JSON, HTML and addresses write it. */
function hideKey(text: string, key: string | null): string {
  if (key === null) return text;
  const html = key.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const forms = [key, JSON.stringify(key).slice(1, -1), encodeURIComponent(key), html, html.replaceAll('"', '&quot;')];
  const pattern = forms
    .sort((a, b) => b.length - a.length)
    .map((form) => form.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
    .join('|');
  return text.replace(new RegExp(pattern, 'gi'), '[key]');
}

function retryAfter(reply: HttpReply): number | undefined {
  const header = reply.headers.get('retry-after')?.trim() ?? '';
  return /^\d+$/.test(header) ? bounded(Number(header) * 1000) : undefined;
}

function bounded(wait: number): number {
  return Math.min(MAX_WAIT_MS, Math.max(MIN_WAIT_MS, wait));
}

function busy(place: TronGridPlace, reply: HttpReply, words: string): RetryableError {
  const suspended = SUSPENDED.exec(reply.text)?.[1];
  const wait = suspended === undefined ? retryAfter(reply) : bounded(Number(suspended) * 1000);
  const code = DAILY_QUOTA.test(words) ? 'PROVIDER_QUOTA' : 'PROVIDER_BUSY';
  const what = code === 'PROVIDER_QUOTA' ? 'says that the daily quota is used up' : 'asks us to slow down';
  return new RetryableError(code, `${place.host} ${what}${words}.`, { retryAfterMs: wait ?? DEFAULT_WAIT_MS });
}

function keyRefused(place: TronGridPlace, words: string): UserError {
  return new UserError(
    'PROVIDER_KEY_REFUSED',
    `${place.host} refuses ${place.key === null ? 'requests without a key' : 'the key in TRON_API_KEY'} (401)${words}.`,
    {
      right: 'Keys are made at trongrid.io, free of charge; a key works for one provider only.',
      todo: place.key === null ? 'Set TRON_API_KEY.' : 'Correct TRON_API_KEY, or unset it to go without.',
    },
  );
}

function notFound(place: TronGridPlace): UserError {
  return new UserError('PROVIDER_NOT_FOUND', `${place.host} does not know TronGrid's addresses (404).`, {
    right: 'TRON_API_URL is the root of a server that speaks TronGrid v1, such as https://api.trongrid.io.',
    todo: 'Correct TRON_API_URL, or unset it to use TronGrid.',
  });
}

function redirected(place: TronGridPlace, status: number): UserError {
  return new UserError('PROVIDER_REDIRECTS', `${place.host} points elsewhere (${status}), and that is not followed.`, {
    right: 'Keys are sent only to the server that TRON_API_URL names.',
    todo: 'Set TRON_API_URL to the final address, with https.',
  });
}

function liteNode(place: TronGridPlace): UserError {
  return new UserError('PROVIDER_LITE', `${place.host} is a lite node and has no history.`, {
    right: "Wallet histories come from TronGrid or a server that speaks TronGrid's v1.",
    todo: 'Correct TRON_API_URL, or unset it to use TronGrid.',
  });
}
