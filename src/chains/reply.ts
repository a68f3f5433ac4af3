/** Replies of HTTP providers: the data in them, or the error that they really are. */
import type { z } from 'zod';
import { RetryableError, UserError } from '../errors.ts';
import type { HttpReply } from './http.ts';

/** How a provider is named in messages, which settings lead to it, and the secrets that must not stand in them. */
export interface Place {
  readonly host: string;
  /** Whatever of address and headers is nobody's business: keys, as they are. */
  readonly secrets: readonly string[];
  readonly setting: {
    /** The variable that holds its address, and what is right for it. */
    readonly url: string;
    readonly urlRight: string;
    readonly urlTodo: string;
    /** The variable that holds the key, and where keys come from. */
    readonly key: string;
    readonly keyRight: string;
  };
  /** What it speaks, as in "does not know TronGrid's addresses". */
  readonly speaks: string;
}

/** How a provider words its errors. */
export interface Wording {
  /** Its own words, where the body is an error in one of its shapes; `null` where it is none. */
  said(body: unknown): string | null;
  /** What a reply means by its words, before its status is looked at; `null` where they mean nothing in particular. */
  meaning(reply: HttpReply, said: string | null, place: Place): Error | null;
}

/** Where the provider says that it is busy but not for how long. */
const DEFAULT_WAIT_MS = 2_000;
/** Providers that forbid rather than slow down have waits of half a minute, and say so in their documentation only. */
const FORBIDDEN_WAIT_MS = 30_000;
/** A wait of none would be a flood, and one of days, which only a mistake can name, a standstill. */
const MIN_WAIT_MS = 1_000;
const MAX_WAIT_MS = 3_600_000;
const MOST_WORDS = 2_000;
/** How providers word how long to wait, in seconds: TronGrid, nodes, and Infura beside its words. */
const WAITS = [
  /suspended for (\d+)\s*s/i,
  /(?:retry|try again) (?:in|after) (\d+(?:\.\d+)?)\s*s(?:ec|\b)/i,
  /"backoff_seconds"\s*:\s*(\d+(?:\.\d+)?)/,
];
/** How they word the rate that they allow. */
const LIMITS = [
  /frequency limit\s*\((\d+(?:\.\d+)?)\)/i,
  /allowed_rps(?:\(|"\s*:\s*)(\d+(?:\.\d+)?)/i,
  /(\d+(?:\.\d+)?)\s*(?:(?:requests?|calls?|times?)\s*)?(?:\/|per |a )\s*sec(?:ond)?\b/i,
];

/**
 * The reply's JSON, or the error that it really is: providers send errors as HTTP 200 too.
 *
 * @throws RetryableError for what passes, UserError for what a person must change, or what `wording` makes of it
 */
export function readReply<T>(reply: HttpReply, schema: z.ZodType<T>, place: Place, wording: Wording): T {
  const { status } = reply;
  const body = parseJson(reply.text);
  const whole = wording.said(body) ?? (status === 200 || body !== undefined ? null : reply.text);
  // What a provider has to say is short; a reply of megabytes would hold up whoever searches it for words.
  const said = whole?.slice(0, MOST_WORDS) ?? null;
  const words = wordsOf(said, place);
  const meaning = wording.meaning(reply, said, place);
  if (meaning !== null) throw meaning;
  if (status === 401) throw keyRefused(place, `(401)${words}`);
  if (status === 404) throw notFound(place);
  if (status >= 300 && status < 400) throw redirected(place, status);
  if (status === 429 || status === 503) throw busy(place, reply, said);
  if (status === 403) {
    throw new RetryableError('PROVIDER_FORBIDDEN', `${place.host} refuses to answer (403)${words}.`, {
      retryAfterMs: waitIn(reply) ?? FORBIDDEN_WAIT_MS,
      ...limitIn(said),
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
  if (said !== null) throw new RetryableError('REPLY_ERROR', `${place.host} answered with an error${words}.`);
  if (status !== 200) throw new RetryableError('REPLY_ERROR', `${place.host} answered ${status}.`);
  return readShape(body, schema, place);
}

/** Data of the shape that is expected. @throws RetryableError `REPLY_INVALID` */
export function readShape<T>(body: unknown, schema: z.ZodType<T>, { host }: Place): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new RetryableError(
    'REPLY_INVALID',
    `${host} sent data of an unknown shape: ${issue?.path.join('.') || 'the reply'}: ${issue?.message}.`,
  );
}

/** An object or list; `undefined` where the text is neither. */
export function parseJson(text: string): unknown {
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

/** A provider's words as they follow a sentence: `: "…"`, or nothing where it said nothing. */
export function wordsOf(said: string | null, place: Place): string {
  return said === null || said.trim() === '' ? '' : `: ${quoteProvider(said, place.secrets)}`;
}

/** A provider's words, short, on one line, and without our secrets. */
export function quoteProvider(text: string, secrets: readonly string[]): string {
  const clean = hideSecrets(text, secrets)
    .replace(/<[^>]*>/g, ' ')
    .replace(/[^\x20-\x7e]+/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return `"${clean.length > 160 ? `${clean.slice(0, 160)}…` : clean}"`;
}

/** Servers echo what they were sent, as it was or as JSON, HTML and addresses write it. */
function hideSecrets(text: string, secrets: readonly string[]): string {
  if (secrets.length === 0) return text;
  const forms = secrets.flatMap((secret) => {
    const html = secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
    const json = JSON.stringify(secret).slice(1, -1);
    return [secret, json, encodeURIComponent(secret), html, html.replaceAll('"', '&quot;')];
  });
  const pattern = forms
    .sort((a, b) => b.length - a.length)
    .map((form) => form.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
    .join('|');
  return text.replace(new RegExp(pattern, 'gi'), '[key]');
}

/** How long the reply asks to wait, in milliseconds: the longest of what header and words say. */
function waitIn(reply: HttpReply): number | undefined {
  const header = reply.headers.get('retry-after')?.trim() ?? '';
  const words = reply.text.slice(0, MOST_WORDS);
  const told = [
    /^\d+$/.test(header) ? Number(header) : undefined,
    secondsUntil(header, reply.headers.get('date')),
    ...WAITS.map((pattern) => pattern.exec(words)?.[1]),
  ];
  const seconds = told.filter((each) => each !== undefined).map(Number);
  return seconds.length === 0 ? undefined : boundedWait(Math.max(...seconds) * 1000);
}

/** A header may name a time of day; that it is told by the provider's own clock is why ours is not asked. */
function secondsUntil(header: string, sentAt: string | null): number | undefined {
  const seconds = (Date.parse(header) - Date.parse(sentAt ?? '')) / 1000;
  return /\d:\d\d/.test(header) && Number.isFinite(seconds) ? seconds : undefined;
}

/** The most requests a second, where the provider's words name them. */
function limitIn(said: string | null): { mostPerSecond?: number } {
  const named = LIMITS.map((pattern) => Number(pattern.exec(said ?? '')?.[1] ?? 0)).filter((each) => each > 0);
  return named.length === 0 ? {} : { mostPerSecond: Math.min(...named) };
}

function boundedWait(milliseconds: number): number {
  return Math.min(MAX_WAIT_MS, Math.max(MIN_WAIT_MS, milliseconds));
}

/** The provider wants us to slow down; `quota` where it is the day's, `waitMs` where it says for how long in no reply. */
export function busy(
  place: Place,
  reply: HttpReply,
  said: string | null,
  options: { quota?: boolean; waitMs?: number } = {},
): RetryableError {
  const { quota = false, waitMs = DEFAULT_WAIT_MS } = options;
  const what = quota ? 'says that the daily quota is used up' : 'asks us to slow down';
  return new RetryableError(
    quota ? 'PROVIDER_QUOTA' : 'PROVIDER_BUSY',
    `${place.host} ${what}${wordsOf(said, place)}.`,
    { retryAfterMs: waitIn(reply) ?? waitMs, ...limitIn(`${said ?? ''} ${reply.text.slice(0, MOST_WORDS)}`) },
  );
}

/** @param how the status and words with which it was refused, such as `(401): "…"` */
export function keyRefused({ host, secrets, setting }: Place, how: string): UserError {
  const keyless = secrets.length === 0;
  return new UserError(
    'PROVIDER_KEY_REFUSED',
    `${host} refuses ${keyless ? 'requests without a key' : `the key in ${setting.key}`} ${how}.`,
    {
      right: setting.keyRight,
      todo: keyless ? `Set ${setting.key}.` : `Correct ${setting.key}, or unset it to go without.`,
    },
  );
}

function notFound({ host, speaks, setting }: Place): UserError {
  return new UserError('PROVIDER_NOT_FOUND', `${host} does not know ${speaks} (404).`, {
    right: setting.urlRight,
    todo: setting.urlTodo,
  });
}

function redirected({ host, setting }: Place, status: number): UserError {
  return new UserError('PROVIDER_REDIRECTS', `${host} points elsewhere (${status}), and that is not followed.`, {
    right: `Keys are sent only to the server that ${setting.url} names.`,
    todo: `Set ${setting.url} to the final address, with https.`,
  });
}
