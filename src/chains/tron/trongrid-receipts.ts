/** What receipts of Tron say: the transfers of one transaction, and their places among all logs of a block. */
import type { z } from 'zod';
import { RetryableError } from '../../errors.ts';
import { addressBytes, addressFromWord } from '../address.ts';
import type {
  Address,
  Asset,
  PositionedTransfer,
  PositionsRequest,
  ReceiptTransfer,
  TransactionHash,
} from '../chain.ts';
import type { Place } from '../reply.ts';
import type { blockReceiptsSchema, receiptSchema, transactionSchema } from './trongrid-replies.ts';

/** keccak-256 of `Transfer(address,address,uint256)`, as logs carry it. */
const TRANSFER_TOPIC = 'ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef';

type Receipt = z.infer<typeof receiptSchema>;
type Log = NonNullable<Receipt['log']>[number];

/**
 * The transfers of the asset in a transaction's receipt, in the order of its logs. A receipt tells no place in the block.
 *
 * @throws RetryableError `RECEIPT_MISSING`
 */
export function transfersIn(
  receipt: Receipt,
  { transaction, asset }: { transaction: TransactionHash; asset: Asset },
  place: Place,
): ReceiptTransfer[] {
  if (receipt.id !== transaction) throw noReceipt(place);
  return (receipt.log ?? []).flatMap((log) => transferIn(log, asset, place) ?? []);
}

/**
 * Who signed a transaction: the account in whose name its one contract is called.
 *
 * @throws RetryableError `RECEIPT_MISSING`, or `REPLY_INVALID` where it names nobody
 */
export function signerOf(
  { txID, raw_data }: z.infer<typeof transactionSchema>,
  transaction: TransactionHash,
  place: Place,
): Address {
  if (txID !== transaction) throw noReceipt(place);
  const owner = raw_data?.contract[0]?.parameter.value.owner_address;
  if (owner !== undefined) return addressFromWord('tron', owner.slice(2));
  throw new RetryableError('REPLY_INVALID', `${place.host} sent a transaction that does not say who signed it.`);
}

/** The block of a transaction. @throws RetryableError `RECEIPT_MISSING` */
export function blockOf(receipt: Receipt, transaction: TransactionHash, place: Place): number {
  if (receipt.id !== transaction) throw noReceipt(place);
  if (receipt.blockNumber !== undefined) return receipt.blockNumber;
  throw new RetryableError('REPLY_INVALID', `${place.host} sent a receipt that does not say of which block it is.`);
}

/**
 * The transfers of the asset in some transactions, placed by counting all logs of their block.
 *
 * The receipts of a block come in the order of its transactions, and java-tron's own `logIndex` counts their logs so.
 *
 * @throws RetryableError `RECEIPT_MISSING` where the block has no receipt of one of them, `REPLY_INCONSISTENT` where the
 *   receipts are of another block or come twice
 */
export function positionsIn(
  receipts: z.infer<typeof blockReceiptsSchema>,
  block: number,
  { transactions, asset }: PositionsRequest,
  place: Place,
): PositionedTransfer[] {
  const placed = new Map<string, PositionedTransfer[]>();
  let logs = 0;
  for (const { id, blockNumber, log = [] } of receipts) {
    if (blockNumber !== block) throw inconsistent(place, 'of another block');
    if (placed.has(id)) throw inconsistent(place, 'twice');
    const first = logs;
    logs += log.length;
    const transaction = id as TransactionHash;
    placed.set(
      id,
      transactions.includes(transaction)
        ? log.flatMap((each, index) => {
            const transfer = transferIn(each, asset, place);
            return transfer === null ? [] : { transaction, ...transfer, position: first + index };
          })
        : [],
    );
  }
  return transactions.flatMap((transaction) => {
    const transfers = placed.get(transaction);
    if (transfers === undefined) throw noReceipt(place);
    return transfers;
  });
}

/** The transfer of the asset that a log records, if it does: contracts are matched by address, never by name. */
function transferIn(log: Log, asset: Asset, { host }: Place): ReceiptTransfer | null {
  const [topic, from, to] = log.topics ?? [];
  if (topic !== TRANSFER_TOPIC || log.address.slice(-40).toLowerCase() !== addressBytes(asset.contract)) return null;
  if (from?.length !== 64 || to?.length !== 64 || log.data?.length !== 64) {
    throw new RetryableError('REPLY_INVALID', `${host} sent a receipt with a transfer that cannot be read.`);
  }
  return { from: addressFromWord('tron', from), to: addressFromWord('tron', to), value: BigInt(`0x${log.data}`) };
}

function noReceipt({ host }: Place): RetryableError {
  return new RetryableError('RECEIPT_MISSING', `${host} has no receipt of a transaction that it listed.`);
}

function inconsistent({ host }: Place, how: string): RetryableError {
  return new RetryableError('REPLY_INCONSISTENT', `${host} sent a block's receipts with one ${how}.`);
}
