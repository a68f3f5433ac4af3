/** What TronGrid's replies look like, checked where they enter, and what its errors mean. */
import { z } from 'zod';
import { RetryableError, UserError } from '../../errors.ts';
import type { HttpReply } from '../http.ts';
import { busy, type Place, readReply as readReplyOf, type Wording, wordsOf } from '../reply.ts';

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const hex = z.string().regex(/^[0-9a-f]*$/i);

const blockNumber = z.number().int().nonnegative();

/** What a transaction consists of, of which only who signed is of use: in hex with 41. It has one contract, always. */
const rawDataSchema = z.object({
  contract: z
    .array(
      z.object({ parameter: z.object({ value: z.object({ owner_address: z.string().regex(/^41[0-9a-f]{40}$/i) }) }) }),
    )
    .length(1),
});

/**
 * What `get_detail=true` adds to a row. Nobody documents it, and it is missing at times, or in part: a detail that is odd
 * counts as none, and no row is refused for it.
 */
const detailSchema = z.object({
  txID: hash,
  blockNumber: blockNumber.optional().catch(undefined),
  raw_data: rawDataSchema.optional().catch(undefined),
});

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
  detail: detailSchema.optional().catch(undefined),
});
export type TronGridRow = z.infer<typeof rowSchema>;

export const historySchema = z.object({
  data: z.array(rowSchema),
  meta: z.object({ fingerprint: z.string().min(1).optional() }).optional(),
});

/** A row of `/v1/contracts/{contract}/events`. What an event tells stands in `result` by name and by place. */
const eventSchema = z.object({
  transaction_id: hash,
  block_number: z.number().int().nonnegative(),
  block_timestamp: z.number().int().positive(),
  contract_address: z.string(),
  event_name: z.string(),
  event_index: z.number().int().nonnegative(),
  result: z.record(z.string(), z.string()),
  _unconfirmed: z.boolean().optional(),
});
export type TronGridEvent = z.infer<typeof eventSchema>;

export const eventsSchema = z.object({
  data: z.array(eventSchema),
  meta: z.object({ fingerprint: z.string().min(1).optional() }).optional(),
});

/** What a contract answers to a call; `result` says whether it could be run, not whether the contract refused it. */
export const contractCallSchema = z.object({
  result: z.object({
    result: z.boolean().optional(),
    code: z.string().optional().catch(undefined),
    message: z.string().optional(),
  }),
  constant_result: z.array(hex).optional(),
  transaction: z.object({ ret: z.array(z.object({ ret: z.string().optional() })).optional() }).optional(),
});

export const blockSchema = z.object({
  block_header: z.object({
    raw_data: z.object({ number: z.number().int().nonnegative(), timestamp: z.number().int().nonnegative() }),
  }),
});

/** The first block; only its hash is of use. */
export const genesisSchema = z.object({ blockID: hash });

const logsSchema = z.array(z.object({ address: z.string(), topics: z.array(hex).optional(), data: hex.optional() }));

/** An account, `{}` where the address was never activated. Its type is told of contracts, and left out of the ordinary. */
export const accountSchema = z.object({ address: z.string().optional(), type: z.string().optional() });

/** A transaction as it was signed; `{}` where the node knows no such transaction. */
export const transactionSchema = z.object({ txID: hash.optional(), raw_data: rawDataSchema.optional() });

/** A transaction's receipt; `{}` where the node knows no such transaction. */
export const receiptSchema = z.object({
  id: hash.optional(),
  blockNumber: blockNumber.optional(),
  log: logsSchema.optional(),
});

/** The receipts of a block in the order of its transactions; none where the node does not know the block. */
export const blockReceiptsSchema = z.array(z.object({ id: hash, blockNumber, log: logsSchema.optional() }));

const BUSY =
  /exceeds the frequency limit|exceeded the allowed_rps|lack of computing resources|daily usage|request too quickly|too many requests/i;
const DAILY_QUOTA = /daily usage/i;
const FINGERPRINT_REFUSED = /fingerprint/i;
const LITE_NODE = /this node is a lite fullnode/i;

/** The provider as messages name it. */
export function trongridPlace(url: string, key: string | null, isSecond = false): Place {
  const setting = isSecond ? 'TRON_SECOND_API' : 'TRON_API';
  return {
    host: new URL(url).host,
    secrets: key === null ? [] : [key],
    speaks: "TronGrid's addresses",
    setting: {
      url: `${setting}_URL`,
      urlRight: `${setting}_URL is the root of a server that speaks TronGrid v1, such as https://api.trongrid.io.`,
      urlTodo: isSecond
        ? 'Correct TRON_SECOND_API_URL, or unset it to do without a second source.'
        : 'Correct TRON_API_URL, or unset it to use TronGrid.',
      key: `${setting}_KEY`,
      keyRight: 'Keys are made at trongrid.io, free of charge; a key works for one provider only.',
    },
  };
}

/** @throws RetryableError for what passes, UserError for what a person must change */
export function readReply<T>(reply: HttpReply, schema: z.ZodType<T>, place: Place): T {
  return readReplyOf(reply, schema, place, WORDING);
}

const WORDING: Wording = {
  said: errorIn,
  meaning(reply, said, place) {
    if (LITE_NODE.test(reply.text)) return liteNode(place);
    // What a person has to change stands in the status, whatever the words are.
    const { status } = reply;
    if (said === null || status === 401 || status === 404 || (status >= 300 && status < 400)) return null;
    if (BUSY.test(said)) return busy(place, reply, said, { quota: DAILY_QUOTA.test(said) });
    if ((status === 200 || status === 400) && FINGERPRINT_REFUSED.test(said)) {
      const words = wordsOf(said, place);
      return new RetryableError('CURSOR_REFUSED', `${place.host} no longer knows its own cursor${words}.`);
    }
    return null;
  },
};

/** The provider's own words, where the body is an error in one of its shapes. */
function errorIn(body: unknown): string | null {
  if (typeof body !== 'object' || body === null) return null;
  const { Error: upper, error, message, success } = body as Record<string, unknown>;
  const said = upper ?? error ?? (success === false ? (message ?? 'success is false') : undefined);
  if (said === undefined || said === null) return null;
  return typeof said === 'string' ? said : JSON.stringify(said);
}

function liteNode(place: Place): UserError {
  return new UserError('PROVIDER_LITE', `${place.host} is a lite node and has no history.`, {
    right: "Wallet histories come from TronGrid or a server that speaks TronGrid's v1.",
    todo: place.setting.urlTodo,
  });
}
