/**
 * What first reached an account of Tron beside tokens: who made it, who sent it TRX, and who lent it energy. It is read from
 * the account's own transactions, of which each has one contract.
 *
 * What a contract does inside a transaction is not listed there: an account that a contract made has no activation here.
 */
import { z } from 'zod';
import { RetryableError } from '../../errors.ts';
import { addressFromWord } from '../address.ts';
import type { Address, TransactionHash } from '../chain.ts';
import type { NativeHistory, NativeReceipt, NativeRequest } from '../off-history.ts';

/** The most that TronGrid puts on a page. */
const FIRST = 200;
/** A page may be short, or empty: then the next fills it up. */
const MOST_PAGES = 2;

const address = z
  .string()
  .regex(/^41[0-9a-f]{40}$/i)
  .transform((hex) => addressFromWord('tron', hex));
/** TronGrid writes sun as numbers; one that is too large to be told exactly is refused. */
const sun = z.number().int().positive().transform(BigInt);

/** The contracts that count, by their names in the protocol. A resource that is not named is bandwidth. */
const CONTRACTS = {
  TransferContract: z
    .object({ owner_address: address, to_address: address, amount: sun })
    .transform((of) => ({ what: 'coin' as const, from: of.owner_address, to: of.to_address, value: of.amount })),
  AccountCreateContract: z
    .object({ owner_address: address, account_address: address })
    .transform((of) => ({ what: 'made' as const, from: of.owner_address, to: of.account_address, value: 0n })),
  /** TRC-10 tokens pay for nothing, but the first that come make the account. */
  TransferAssetContract: z
    .object({ owner_address: address, to_address: address })
    .transform((of) => ({ what: 'token' as const, from: of.owner_address, to: of.to_address, value: 0n })),
  DelegateResourceContract: z
    .object({ owner_address: address, receiver_address: address, balance: sun, resource: z.string().optional() })
    .transform((of) => lent(of.resource, of.owner_address, of.receiver_address, of.balance)),
  /** How energy was lent until 2023. Without a receiver it is the owner's own. */
  FreezeBalanceContract: z
    .object({
      ...{ owner_address: address, receiver_address: address.optional() },
      ...{ frozen_balance: sun, resource: z.string().optional() },
    })
    .transform((of) => lent(of.resource, of.owner_address, of.receiver_address ?? of.owner_address, of.frozen_balance)),
};

function lent(resource: string | undefined, from: Address, to: Address, value: bigint) {
  return { what: resource === 'ENERGY' ? ('energy' as const) : null, from, to, value };
}

/** A row of `/v1/accounts/{address}/transactions`. Rows of a contract's inner transfers, which have no `raw_data`, may stand among them. */
const rowSchema = z.object({
  txID: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  block_timestamp: z.number().int().positive(),
  /** Missing in older replies. */
  blockNumber: z.number().int().nonnegative().optional(),
  ret: z.array(z.object({ contractRet: z.string().optional() })).optional(),
  raw_data: z
    .object({
      contract: z.array(z.object({ type: z.string(), parameter: z.object({ value: z.unknown() }) })).length(1),
    })
    .optional(),
});
type NativeRow = z.infer<typeof rowSchema>;

export const nativeSchema = z.object({
  data: z.array(rowSchema),
  meta: z.object({ fingerprint: z.string().min(1).optional() }).optional(),
});

/** Something that came to the account, whatever it was; oldest first once it is sorted. */
interface Arrival extends Omit<NativeReceipt, 'chain' | 'kind'> {
  readonly what: 'made' | 'coin' | 'token' | 'energy';
}

/**
 * @param ask asks for a page of the account's transactions by its parameters
 * @throws RetryableError `REPLY_INVALID` or `REPLY_INCONSISTENT`
 */
export async function readNative(
  ask: (parameters: Record<string, string>) => Promise<{ data: readonly NativeRow[]; fingerprint: string | null }>,
  { wallet, head }: NativeRequest,
): Promise<NativeHistory> {
  const parameters = {
    only_confirmed: 'true',
    only_to: 'true',
    order_by: 'block_timestamp,asc',
    max_timestamp: String(head.timestamp),
    limit: String(FIRST),
  };
  const data: NativeRow[] = [];
  let fingerprint: string | null = null;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const read = await ask(fingerprint === null ? parameters : { ...parameters, fingerprint });
    data.push(...read.data);
    fingerprint = read.fingerprint;
    if (fingerprint === null || data.length >= FIRST) break;
  }
  const last = data.at(-1)?.block_timestamp;
  if (last === undefined && fingerprint !== null) {
    throw new RetryableError(
      'REPLY_INCONSISTENT',
      "The provider sent none of an account's transactions, and named further ones.",
    );
  }
  const arrivals = arrivalsIn(data, wallet, head.timestamp);
  if (last === undefined || (fingerprint === null && data.length < FIRST)) {
    return { receipts: receiptsOf(arrivals), until: head.timestamp, whole: true };
  }
  // The last time may go on behind the page's end, unless nothing is before it.
  const isOne = data[0]?.block_timestamp === last;
  const until = isOne ? last : last - 1;
  return { receipts: receiptsOf(arrivals.filter(({ timestamp }) => timestamp <= until)), until, whole: false };
}

/** What the rows brought to the wallet, each transaction once. */
function arrivalsIn(data: readonly NativeRow[], wallet: Address, until: number): Arrival[] {
  const arrivals = new Map<TransactionHash, Arrival>();
  let previous = 0;
  for (const row of data) {
    const { block_timestamp: timestamp, blockNumber: block = null } = row;
    if (timestamp < previous) throw invalid('rows are not in order of time');
    if (timestamp > until) throw invalid('a row is newer than the time asked for');
    previous = timestamp;
    const read = readRow(row);
    if (read === null || read.what === null) continue;
    const { what, from, to, value } = read;
    if (to !== wallet && from !== wallet) throw invalid('a row is of another wallet');
    if (to !== wallet || from === wallet) continue;
    arrivals.set(read.transaction, { what, transaction: read.transaction, from, to, value, timestamp, block });
  }
  return [...arrivals.values()].sort(asTheyHappened);
}

/** `null` for what counts for nothing: other contracts, and what failed. */
function readRow({ txID, ret, raw_data }: NativeRow) {
  const contract = raw_data?.contract[0];
  if (contract === undefined || !isCounted(contract.type)) return null;
  if ((ret?.[0]?.contractRet ?? 'SUCCESS') !== 'SUCCESS') return null;
  if (txID === undefined) throw invalid('a row does not say of which transaction it is');
  const read = CONTRACTS[contract.type].safeParse(contract.parameter.value);
  if (!read.success) throw invalid(`a row's ${contract.type} has no addresses, or no amount`);
  return { ...read.data, transaction: txID as TransactionHash };
}

function isCounted(type: string): type is keyof typeof CONTRACTS {
  return Object.hasOwn(CONTRACTS, type);
}

/** An account can be lent energy only once it is there. */
const ORDER: readonly Arrival['what'][] = ['made', 'coin', 'token', 'energy'];

function asTheyHappened(a: Arrival, b: Arrival): number {
  return (
    a.timestamp - b.timestamp ||
    ORDER.indexOf(a.what) - ORDER.indexOf(b.what) ||
    (a.transaction < b.transaction ? -1 : Number(a.transaction > b.transaction))
  );
}

/**
 * What first came to an account made it. Nobody did, as far as is known, where that was energy, which only an account can be
 * lent; where it was tokens of which the account is told elsewhere; or where several sent in one block and no order is told.
 */
function receiptsOf(arrivals: readonly Arrival[]): NativeReceipt[] {
  const [first] = arrivals;
  const rivals = arrivals.filter(({ timestamp, what }) => timestamp === first?.timestamp && what !== 'energy');
  const isMade = first?.what === 'coin' && rivals.every(({ from }) => from === first.from);
  return arrivals.flatMap((arrival): NativeReceipt[] => {
    const { what, ...rest } = arrival;
    if (what === 'token') return [];
    const kind = what === 'made' || (isMade && arrival === first) ? 'activation' : what;
    return [{ chain: 'tron', kind, ...rest }];
  });
}

function invalid(what: string): RetryableError {
  return new RetryableError('REPLY_INVALID', `The provider sent a page that cannot be right: ${what}.`);
}
