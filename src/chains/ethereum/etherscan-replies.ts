/** What Etherscan's replies look like, checked where they enter, and what its errors, which come as HTTP 200, mean. */
import { z } from 'zod';
import { RetryableError, UserError } from '../../errors.ts';
import type { HttpReply } from '../http.ts';
import { busy, keyRefused, type Place, readReply, type Wording, wordsOf } from '../reply.ts';

const whole = z
  .string()
  .regex(/^\d{1,12}$/)
  .transform(Number);

/** A row of `tokentx`. Rows of other tokens are told apart, not refused. */
const rowSchema = z.object({
  blockNumber: whole,
  timeStamp: whole,
  hash: z.string().regex(/^0x[0-9a-f]{64}$/i),
  from: z.string(),
  to: z.string(),
  value: z.string(),
  contractAddress: z.string(),
});
export type EtherscanRow = z.infer<typeof rowSchema>;

/** Figures of `getLogs` are hex, and a bare `0x` where they are zero. */
const quantity = z
  .string()
  .regex(/^0x[0-9a-f]{0,13}$/i)
  .transform((hex) => (hex === '0x' ? 0 : Number.parseInt(hex, 16)));

/** A row of `getLogs`. Servers that speak the interface fill the places without a topic with `null`. */
const logSchema = z.object({
  address: z.string(),
  topics: z.array(z.string().nullable()),
  data: z.string(),
  blockNumber: quantity,
  timeStamp: quantity,
  logIndex: quantity,
  transactionHash: z.string().regex(/^0x[0-9a-f]{64}$/i),
});
export type EtherscanLog = z.infer<typeof logSchema>;

export const logsSchema = z.object({ result: z.array(logSchema) });
export const historySchema = z.object({ result: z.array(rowSchema) });
export const balanceSchema = z.object({ result: z.string().regex(/^\d{1,78}$/) });

/** The provider has refused a question for being too large: a narrower one may be answered. */
export class TooLarge extends Error {
  readonly said: string;
  constructor(said: string) {
    super('The question is too large');
    this.said = said;
  }
}

/** The contract itself refuses a call: it has no such method, as a rule. */
export class Reverted extends Error {}

const NOTHING_FOUND = /^No (?:transactions|token transfers|records|logs) found$/i;
const REVERTED = /execution reverted|invalid opcode/i;
const TOO_LARGE = /query timeout occ?ured|result window is too large|smaller result (?:data)?set/i;
const BUSY =
  /max (?:calls per sec )?rate limit|rate limit reached|temporarily unavailable|unusually high|too many invalid api key attempts|server (?:is )?(?:too )?busy/i;
const QUOTA = /max daily rate limit|daily (?:limit|quota)|day\/limit/i;
const KEY_REFUSED =
  /invalid api ?key|missing\/invalid|api ?key (?:is )?(?:not|missing|disabled|suspended)|missing or unsupported api ?key/i;
const DEPRECATED = /deprecated v1 endpoint/i;
const NOT_IN_PLAN = /not supported for this chain|upgrade your api plan|pro (?:endpoint|plan)/i;
const CHAIN_REFUSED = /(?:missing or )?unsupported chainid|invalid chainid/i;

/** Wrong keys are blocked for half a minute by address. */
const INVALID_KEY_WAIT_MS = 30_000;
const BUSY_WAIT_MS = 1_000;

export function etherscanPlace(url: string, key: string | null): Place {
  return {
    host: new URL(url).host,
    secrets: key === null ? [] : [key],
    speaks: "Etherscan's addresses",
    setting: {
      url: 'ETHERSCAN_API_URL',
      urlRight: 'ETHERSCAN_API_URL is the address of an API like Etherscan V2: https://api.etherscan.io/v2/api.',
      urlTodo: 'Correct ETHERSCAN_API_URL, or unset it to use Etherscan.',
      key: 'ETHERSCAN_API_KEY',
      keyRight: 'Keys are made at etherscan.io, free of charge, and serve Ethereum.',
    },
  };
}

/** @throws RetryableError for what passes, UserError for what a person must change, `TooLarge` for what to ask in parts, `Reverted` */
export function readEtherscan<T>(reply: HttpReply, schema: z.ZodType<T>, place: Place): T {
  return readReply(reply, schema, place, WORDING);
}

const WORDING: Wording = {
  said: saidIn,
  meaning(reply, said, place) {
    if (said === null || reply.status === 404 || (reply.status >= 300 && reply.status < 400)) return null;
    const words = wordsOf(said, place);
    if (DEPRECATED.test(said)) return deprecated(place);
    if (REVERTED.test(said)) return new Reverted('The contract refuses');
    if (CHAIN_REFUSED.test(said) || NOT_IN_PLAN.test(said)) return notInPlan(place, words);
    if (/too many invalid api key/i.test(said)) return busy(place, reply, said, { waitMs: INVALID_KEY_WAIT_MS });
    if (KEY_REFUSED.test(said)) return keyRefused(place, words.replace(/^: /, 'with the words '));
    if (TOO_LARGE.test(said)) return new TooLarge(said);
    if (QUOTA.test(said)) return busy(place, reply, said, { quota: true, waitMs: INVALID_KEY_WAIT_MS });
    if (BUSY.test(said)) return busy(place, reply, said, { waitMs: BUSY_WAIT_MS });
    return null;
  },
};

/** Etherscan's own form is `status`, `message`, `result`; that of its proxy to a node is JSON-RPC's. */
function saidIn(body: unknown): string | null {
  if (typeof body !== 'object' || body === null) return null;
  const { status, message, result, error } = body as Record<string, unknown>;
  if (error !== undefined && error !== null) {
    const { message: words } = error as { message?: unknown };
    return typeof words === 'string' ? words : JSON.stringify(error);
  }
  if (status !== '0') return null;
  if (typeof message === 'string' && NOTHING_FOUND.test(message) && Array.isArray(result)) return null;
  if (typeof result === 'string' && result !== '') return result;
  return typeof message === 'string' ? message : 'status is 0';
}

function deprecated({ host }: Place): UserError {
  return new UserError('PROVIDER_OUTDATED', `${host} says that this address of its API is switched off (V1).`, {
    right: 'Etherscan answers at https://api.etherscan.io/v2/api for all its chains.',
    todo: 'Correct ETHERSCAN_API_URL, or unset it to use Etherscan V2.',
  });
}

function notInPlan({ host }: Place, words: string): UserError {
  return new UserError('PROVIDER_PLAN', `${host} does not answer for Ethereum under this key${words}.`, {
    right: "Etherscan's free keys serve Ethereum; another server must serve chain 1.",
    todo: 'Check ETHERSCAN_API_URL and ETHERSCAN_API_KEY.',
  });
}

/** @throws RetryableError what a question that cannot be narrowed any more comes to */
export function stuck({ host, ...place }: Place, said: string, block: number): RetryableError {
  const words = wordsOf(said, { host, ...place });
  return new RetryableError(
    'HISTORY_STUCK',
    `${host} refuses even the smallest question about block ${block}${words}.`,
  );
}
