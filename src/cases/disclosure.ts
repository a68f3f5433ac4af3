/** A withdrawal that a service disclosed: what is told of it, and which stored transfer that is. */
import { chainOfAddress, parseTransaction } from '../chains/address.ts';
import type { Address, Asset, ChainId, TransactionHash, Transfer } from '../chains/chain.ts';
import { UserError } from '../errors.ts';
import { displayAmount, parseAmount } from '../money.ts';
import { parseWallet, positiveAmount } from './report.ts';
import { parseStatement, type Statement } from './statement.ts';

/** The fields as they are written. */
export interface RawDisclosure {
  readonly tx: string;
  readonly chain?: ChainId | undefined;
  readonly to?: string | undefined;
  readonly amount?: string | undefined;
  readonly disclosedBy: string;
  readonly why: string;
}

/** What was told of a withdrawal, on one chain on which it may be. */
export interface Told<A extends Asset = Asset> {
  readonly asset: A;
  readonly to: Address | null;
  /** Base units. */
  readonly amount: bigint | null;
}

export interface ToldDisclosure<A extends Asset = Asset> {
  readonly transaction: TransactionHash;
  readonly statement: Statement;
  /** One, or all chains where neither the payee nor the person names one. */
  readonly on: readonly Told<A>[];
}

type Candidate = Pick<Transfer, 'chain' | 'from' | 'to' | 'value' | 'occurrence'>;

/** Transfers of a transaction that are shown. */
const SHOWN = 20;

/** @throws UserError that names the first field that cannot be right */
export function parseDisclosure<A extends Asset>(raw: RawDisclosure, assets: readonly A[]): ToldDisclosure<A> {
  const transaction = parseTransaction(raw.tx.trim());
  const statement = parseStatement({ by: raw.disclosedBy, why: raw.why }, { by: '--disclosed-by', why: '--why' });
  const { to, amount } = raw;
  const chain = raw.chain ?? (to === undefined ? undefined : chainOfAddress(to));
  const on = assets
    .filter((asset) => chain === undefined || asset.chain === chain)
    .map((asset) => ({
      asset,
      to: to === undefined ? null : parseWallet(to, asset),
      amount: amount === undefined ? null : positiveAmount(parseAmount(amount, asset.decimals)),
    }));
  return { transaction, statement, on };
}

/**
 * The stored transfer that was disclosed.
 *
 * @param candidates what is stored of the transaction, on all chains: transfers that move something to somebody else
 * @returns `null` where what is stored does not show it yet, but the history of its payee will
 * @throws UserError `SOURCE_NOT_STORED`, `SOURCE_CHAIN`, `SOURCE_AMOUNT` or `SOURCE_AMBIGUOUS`
 */
export function chooseTransfer<T extends Candidate>(disclosure: ToldDisclosure, candidates: readonly T[]): T | null {
  const told = disclosure.on.filter(({ asset }) => candidates.some(({ chain }) => chain === asset.chain));
  const [one, another] = told;
  if (one === undefined) {
    refuseOtherChain(disclosure, candidates);
    return null;
  }
  if (another !== undefined) {
    throw new UserError('SOURCE_CHAIN', 'A transaction with this hash is stored on each chain.', {
      todo: `Say which is meant with --chain: ${told.map(({ asset }) => asset.chain).join(' or ')}.`,
    });
  }
  const here = candidates.filter(({ chain }) => chain === one.asset.chain);
  const paid = here.filter(({ to }) => one.to === null || to === one.to);
  // A transaction may pay many, and only those are stored whose history, or whose payer's, was read.
  if (paid.length === 0) return null;
  const fitting = paid.filter(({ value }) => one.amount === null || value === one.amount);
  const [transfer] = fitting;
  if (transfer === undefined) throw otherAmount(one, paid);
  if (fitting.length > 1) throw ambiguous(one, fitting);
  return transfer;
}

function refuseOtherChain({ on }: ToldDisclosure, candidates: readonly Candidate[]): void {
  const [other] = candidates;
  const [told] = on;
  if (other !== undefined) {
    throw new UserError('SOURCE_CHAIN', `The transaction is stored on ${other.chain}, not on ${told?.asset.chain}.`, {
      right: 'A withdrawal, its payee and --chain are on one chain.',
      todo: 'Check the transaction, --to and --chain.',
    });
  }
  if (told?.to === null) {
    throw new UserError('SOURCE_NOT_STORED', 'No transfer of this transaction is stored that moved USDT.', {
      right: 'Histories are read by wallet: to find a transaction, a wallet in it has to be known.',
      todo: 'Name the wallet that was paid with --to, then crawl the case: the transfer is looked up in its history.',
    });
  }
}

function otherAmount({ asset, to, amount }: Told, paid: readonly Candidate[]): UserError {
  const [first] = paid;
  const told = `${displayAmount(amount ?? 0n, asset.decimals)} ${asset.symbol}`;
  const off = amount === null || first === undefined || paid.length > 1 ? '' : compared(amount, first, asset);
  return new UserError(
    'SOURCE_AMOUNT',
    `No stored transfer of this transaction moved ${told}${off}:\n${listed(paid, asset)}`,
    {
      right: '--amount is what the chain moved, to the last digit: without a fee that the service took before.',
      todo:
        to === null
          ? 'Correct or leave out --amount. If the payee is none of these, name it with --to: it may not be crawled yet.'
          : 'Correct or leave out --amount.',
    },
  );
}

function compared(amount: bigint, { value }: Candidate, asset: Asset): string {
  const off = amount > value ? amount - value : value - amount;
  return `, which is ${displayAmount(off, asset.decimals)} ${asset.symbol} ${amount > value ? 'above' : 'below'} what was paid`;
}

function ambiguous({ asset, to, amount }: Told, fitting: readonly Candidate[]): UserError {
  const payees = new Set(fitting.map((transfer) => transfer.to)).size;
  const amounts = new Set(fitting.map(({ value }) => value)).size;
  const kinds = new Set(fitting.map((transfer) => `${transfer.to} ${transfer.value}`)).size;
  const options = [
    ...(to === null && payees > 1 ? ['--to'] : []),
    ...(amount === null && amounts > 1 ? ['--amount'] : []),
  ];
  const alike = 'Those that pay the same wallet the same amount cannot be told apart yet.';
  const todo = [
    ...(options.length === 0 ? [] : [`Say which is meant with ${options.join(' and ')}.`]),
    ...(kinds < fitting.length ? [alike] : []),
  ];
  return new UserError(
    'SOURCE_AMBIGUOUS',
    `${fitting.length} stored transfers of this transaction fit:\n${listed(fitting, asset)}`,
    { right: 'A disclosed withdrawal is one transfer.', todo: todo.join(' ') },
  );
}

function listed(transfers: readonly Candidate[], { symbol, decimals }: Asset): string {
  const lines = transfers
    .slice(0, SHOWN)
    .map(({ to, value }) => `  ${to}  ${displayAmount(value, decimals)} ${symbol}`);
  return [...lines, ...(transfers.length > SHOWN ? [`  … and ${transfers.length - SHOWN} more`] : [])].join('\n');
}
