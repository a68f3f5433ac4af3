/**
 * What first reached an account of Ethereum beside tokens: who sent it ETH. Etherscan lists an account's own transactions and what
 * contracts sent it in two lists, of which each is asked for its first page.
 */
import { z } from 'zod';
import { RetryableError } from '../../errors.ts';
import { addressFromWord } from '../address.ts';
import type { TransactionHash } from '../chain.ts';
import type { NativeHistory, NativeReceipt, NativeRequest } from '../off-history.ts';
import type { Place } from '../reply.ts';
import { SMALLEST_FULL_PAGE } from './etherscan-history.ts';
import { TooLarge } from './etherscan-replies.ts';

const FIRST = 100;
/** Own transactions, and transfers inside them. */
const LISTS = ['txlist', 'txlistinternal'] as const;

const whole = z
  .string()
  .regex(/^\d{1,12}$/)
  .transform(Number);

/** A row of either list. One of the first block has words for its hash and its sender; one that makes a contract, no payee. */
const rowSchema = z.object({
  blockNumber: whole,
  timeStamp: whole,
  hash: z.string(),
  from: z.string(),
  to: z.string(),
  value: z.string(),
  contractAddress: z.string().optional(),
  isError: z.string().optional(),
});
type NativeRow = z.infer<typeof rowSchema>;

export const nativeSchema = z.object({ result: z.array(rowSchema) });

/** @param ask asks for a page of one of the lists by its parameters */
export async function readNative(
  ask: (parameters: Record<string, string>) => Promise<readonly NativeRow[]>,
  request: NativeRequest,
  place: Place,
): Promise<NativeHistory> {
  const { wallet, head } = request;
  const parameters = { module: 'account', address: wallet, startblock: '0', endblock: String(head.block) };
  const page = { page: '1', offset: String(FIRST), sort: 'asc' };
  const found = new Map<string, NativeReceipt>();
  /** The last time of the list that ends first, where a list goes on. */
  let end: { first: number; last: number } | null = null;
  for (const action of LISTS) {
    const rows = await ask({ ...parameters, action, ...page }).catch((error: unknown) => {
      if (!(error instanceof TooLarge)) throw error;
      throw new RetryableError('REPLY_ERROR', `${place.host} takes too long over a wallet's first transactions.`);
    });
    for (const receipt of receiptsIn(rows, request)) {
      const { transaction, from, value } = receipt;
      found.set([transaction, from, value].join(), receipt);
    }
    const [first, last] = [rows.at(0), rows.at(-1)];
    if (first === undefined || last === undefined || rows.length < SMALLEST_FULL_PAGE) continue;
    if (end === null || last.timeStamp * 1000 < end.last) {
      end = { first: first.timeStamp * 1000, last: last.timeStamp * 1000 };
    }
  }
  const receipts = [...found.values()].sort(byTime);
  if (end === null) return { receipts, until: head.timestamp, whole: true };
  // The last block may go on behind the page's end, unless nothing is before it.
  const until = end.first === end.last ? end.last : end.last - 1;
  return { receipts: receipts.filter(({ timestamp }) => timestamp <= until), until, whole: false };
}

function* receiptsIn(rows: readonly NativeRow[], { wallet, head }: NativeRequest): Generator<NativeReceipt> {
  const own = wallet.toLowerCase();
  let previous = 0;
  for (const row of rows) {
    const { blockNumber: block, hash, value } = row;
    if (block < previous) throw invalid('rows are not in order of blocks');
    if (block > head.block) throw invalid('a row is newer than the block asked for');
    previous = block;
    const [from, to, made = ''] = [row.from, row.to, row.contractAddress].map((each) => each?.toLowerCase());
    if (from !== own && to !== own && made !== own) throw invalid('a row is of another wallet');
    if (!/^\d{1,78}$/.test(value)) throw invalid('a row has an amount that is no whole number');
    if (to !== own || from === own || BigInt(value) === 0n || (row.isError ?? '0') !== '0') continue;
    // What the first block brought, and what blocks bring, nobody sent.
    const transaction = /^0x([0-9a-f]{64})$/i.exec(hash)?.[1]?.toLowerCase();
    const sender = /^0x([0-9a-f]{40})$/.exec(from ?? '')?.[1];
    if (transaction === undefined || sender === undefined) continue;
    yield {
      ...{ chain: 'ethereum', kind: 'coin', transaction: transaction as TransactionHash },
      ...{ from: addressFromWord('ethereum', sender), to: wallet, value: BigInt(value) },
      ...{ timestamp: row.timeStamp * 1000, block },
    };
  }
}

function byTime(a: NativeReceipt, b: NativeReceipt): number {
  if (a.timestamp !== b.timestamp) return a.timestamp - b.timestamp;
  if (a.transaction !== b.transaction) return a.transaction < b.transaction ? -1 : 1;
  if (a.from !== b.from) return a.from < b.from ? -1 : 1;
  return a.value < b.value ? -1 : Number(a.value > b.value);
}

function invalid(what: string): RetryableError {
  return new RetryableError('REPLY_INVALID', `The provider sent a page that cannot be right: ${what}.`);
}
