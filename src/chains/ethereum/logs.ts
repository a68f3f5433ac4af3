/** Blocks, event logs and receipts as nodes give them, checked where they enter. */
import { z } from 'zod';
import { RetryableError } from '../../errors.ts';
import { addressFromWord } from '../address.ts';
import type {
  Address,
  Asset,
  PositionedTransfer,
  PositionsRequest,
  ReceiptTransfer,
  TransactionHash,
} from '../chain.ts';
import type { Place } from '../reply.ts';
import { TRANSFER_TOPIC } from './erc20.ts';

const quantity = z
  .string()
  .regex(/^0x[0-9a-f]{1,13}$/i)
  .transform((hex) => Number.parseInt(hex, 16));

/** No block has nearly as many logs as the store's numbers have room for. */
const MOST_LOGS = 2 ** 31 - 1;

export const logSchema = z.object({
  address: z.string(),
  topics: z.array(z.string()),
  data: z.string(),
  blockNumber: quantity,
  blockTimestamp: quantity.nullish(),
  transactionHash: z.string().regex(/^0x[0-9a-f]{64}$/i),
  logIndex: quantity.pipe(z.number().max(MOST_LOGS)),
  removed: z.boolean().optional(),
});
export type RawLog = z.infer<typeof logSchema>;

export const blockSchema = z.object({ number: quantity, hash: z.string(), timestamp: quantity });

const receiptSchema = z.object({
  transactionHash: z.string(),
  /** Who signed; of no use to whoever asks for the logs alone. */
  from: z.string().optional().catch(undefined),
  logs: z.array(logSchema),
});
/** `null` where the transaction is not known. */
export const maybeReceiptSchema = receiptSchema.nullable();

/** Where a log stands. */
export interface Logged {
  readonly block: number;
  /** Counts all logs of the block. */
  readonly index: number;
  /** Time of the block, seconds since 1970; `null` where the log does not carry it. */
  readonly seconds: number | null;
  readonly transaction: TransactionHash;
}

/** A transfer with its place, as a log records it. */
export interface LoggedTransfer extends Logged {
  readonly place: string;
  readonly from: Address;
  readonly to: Address;
  readonly value: bigint;
}

/** The transfer that a log records; `null` where it is of another contract or event. */
export function readLog(log: RawLog, asset: Asset, place: Place): LoggedTransfer | null {
  const [topic, from, to, ...more] = log.topics;
  if (topic?.toLowerCase() !== TRANSFER_TOPIC || log.address.toLowerCase() !== asset.contract.toLowerCase())
    return null;
  if (log.removed === true) throw invalid(place, 'a log was undone although its block is final');
  if (from?.length !== 66 || to?.length !== 66 || more.length > 0 || !/^0x[0-9a-f]{64}$/i.test(log.data)) {
    throw invalid(place, 'a transfer cannot be read');
  }
  return {
    ...whereabouts(log),
    place: `${log.blockNumber}/${log.logIndex}`,
    from: addressFromWord('ethereum', from),
    to: addressFromWord('ethereum', to),
    value: BigInt(log.data),
  };
}

/** Where a log stands, as a node tells it. */
export function whereabouts(log: RawLog): Logged {
  return {
    block: log.blockNumber,
    index: log.logIndex,
    // Some nodes fill in a zero for what they do not know.
    seconds: log.blockTimestamp || null,
    transaction: log.transactionHash.slice(2).toLowerCase() as TransactionHash,
  };
}

/**
 * The transfers of the asset in a transaction's receipt, in the order of its logs.
 *
 * @throws RetryableError `RECEIPT_MISSING`
 */
export function readReceipt(
  receipt: z.infer<typeof maybeReceiptSchema>,
  { transaction, asset }: { transaction: TransactionHash; asset: Asset },
  place: Place,
): ReceiptTransfer[] {
  return transfersIn(receipt, transaction, asset, place).map(({ from, to, value, index }) => {
    return { from, to, value, position: index };
  });
}

/**
 * Who signed a transaction, as its receipt says.
 *
 * @throws RetryableError `RECEIPT_MISSING`, or `REPLY_INVALID` where the receipt names nobody
 */
export function readSigner(
  receipt: z.infer<typeof maybeReceiptSchema>,
  transaction: TransactionHash,
  place: Place,
): Address {
  const { from = '' } = ownReceipt(receipt, transaction, place);
  if (/^0x[0-9a-f]{40}$/i.test(from)) return addressFromWord('ethereum', from.slice(2));
  throw new RetryableError('REPLY_INVALID', `${place.host} sent a receipt that does not say who signed.`);
}

/**
 * The transfers of the asset in some transactions of one block with their places in it, by a receipt each.
 *
 * @param receiptOf asks for a transaction's receipt
 * @throws RetryableError `RECEIPT_MISSING`, or `REPLY_INCONSISTENT` where the receipts are of several blocks
 */
export async function readPositions(
  { transactions, asset }: PositionsRequest,
  receiptOf: (transaction: TransactionHash) => Promise<z.infer<typeof maybeReceiptSchema>>,
  place: Place,
): Promise<PositionedTransfer[]> {
  const blocks = new Set<number>();
  const placed: PositionedTransfer[] = [];
  for (const transaction of transactions) {
    for (const { block, index, from, to, value } of transfersIn(
      await receiptOf(transaction),
      transaction,
      asset,
      place,
    )) {
      blocks.add(block);
      placed.push({ transaction, from, to, value, position: index });
    }
  }
  if (blocks.size > 1) {
    throw new RetryableError(
      'REPLY_INCONSISTENT',
      `${place.host} sent receipts of several blocks for transactions of one.`,
    );
  }
  const places = new Set(placed.map(({ position }) => position));
  if (places.size < placed.length) throw invalid(place, 'two logs have one place');
  return placed;
}

function transfersIn(
  receipt: z.infer<typeof maybeReceiptSchema>,
  transaction: TransactionHash,
  asset: Asset,
  place: Place,
): LoggedTransfer[] {
  return ownReceipt(receipt, transaction, place).logs.flatMap((log) => readLog(log, asset, place) ?? []);
}

/** The receipt, if it is the transaction's. @throws RetryableError `RECEIPT_MISSING` */
function ownReceipt(
  receipt: z.infer<typeof maybeReceiptSchema>,
  transaction: TransactionHash,
  place: Place,
): z.infer<typeof receiptSchema> {
  if (receipt === null || receipt.transactionHash.slice(2).toLowerCase() !== transaction) throw noReceipt(place);
  return receipt;
}

export function noReceipt({ host }: Place): RetryableError {
  return new RetryableError('RECEIPT_MISSING', `${host} has no receipt of a transaction that it listed.`);
}

/** Logs that cannot be what the chain has. */
export function invalid({ host }: Place, what: string): RetryableError {
  return new RetryableError('REPLY_INVALID', `${host} sent logs that cannot be right: ${what}.`);
}

export function hex(number: number): string {
  return `0x${number.toString(16)}`;
}
