/**
 * What a blockchain is to Downstream: transfers of an asset between addresses, in an order, up to a finalised head.
 *
 * Everything from outside is turned into these types once, in `chains/`, and trusted from there on.
 */

import type { RetryableError } from '../errors.ts';
import type { IssuerEventPage, IssuerEventRequest, NativeHistory, NativeRequest } from './off-history.ts';
import type { NewestRequest, NewestRows } from './rows.ts';
import type { FreezeSubmissions, Standing, StandingsRequest, SubmissionsRequest } from './standing.ts';

export const CHAINS = ['ethereum', 'tron'] as const;
export type ChainId = (typeof CHAINS)[number];

/** An address in the one form its chain is written in: Base58Check on Tron, EIP-55 on Ethereum. Made by `parseAddress`. */
export type Address = string & { readonly __brand: 'Address' };

/** A transaction's hash: 64 lower-case hex digits, without `0x`, on every chain. Made by `parseTransaction`. */
export type TransactionHash = string & { readonly __brand: 'TransactionHash' };

/** A token (or coin) of a chain, matched by its contract, never by its symbol: anybody may issue a token called USDT. */
export interface Asset {
  readonly chain: ChainId;
  readonly symbol: string;
  readonly contract: Address;
  readonly decimals: number;
  /** No transfer of the asset is older: milliseconds since 1970. */
  readonly since: number;
  /** The block of the contract's creation; 0 where it is not published. */
  readonly sinceBlock: number;
}

/** A wallet is an address on a chain. */
export interface Wallet {
  readonly chain: ChainId;
  readonly address: Address;
}

/**
 * One transfer of an asset.
 *
 * Its identity is (chain, asset, transaction, from, to, value, occurrence): no account history of Tron carries a log
 * index, but every provider yields the same multiset of the other fields.
 */
export interface Transfer {
  readonly chain: ChainId;
  readonly asset: string;
  readonly transaction: TransactionHash;
  readonly from: Address;
  readonly to: Address;
  /** Base units. */
  readonly value: bigint;
  /** Numbers the rows of one transaction that are equal in everything else: 0, 1, … */
  readonly occurrence: number;
  /** Time of the block, milliseconds since 1970. */
  readonly timestamp: number;
  /** Number of the block, where the provider tells. */
  readonly block: number | null;
  /**
   * Index of its log among all logs of the block, of whatever contract; absent where the provider does not tell. It orders
   * the transfers of a block, and is no part of what a transfer is known by.
   */
  readonly position?: number;
  /**
   * Who signed the transaction, where the provider tells: with an allowance another than the sender may. It is no part of what
   * a transfer is known by.
   */
  readonly signer?: Address;
}

/** A transfer as a provider lists it: not yet numbered among its equals. */
export type HistoryRow = Omit<Transfer, 'occurrence'>;

/** The newest block that can no longer be undone. */
export interface Head {
  readonly block: number;
  readonly timestamp: number;
}

/**
 * A half-open stretch `[from, until)` of a wallet's history, in the unit of the source: milliseconds where it pages by
 * time, block numbers where it pages by block.
 */
export interface Window {
  readonly from: number;
  readonly until: number;
}

/**
 * Where a history is to be read on.
 *
 * `position` is durable: everything before it is stored, and reading on from it, inclusively, loses nothing. `held` and
 * `token` serve only a stretch that does not fit into a page, and may be dropped at any time: then the stretch is
 * simply read again.
 */
export interface Cursor {
  readonly position: number;
  /** Rows at `position` that earlier pages of the same stretch have brought. */
  readonly held: readonly HistoryRow[];
  /** The provider's own word for the next page of the stretch. */
  readonly token: string | null;
}

/** What one request brought. */
export interface HistoryPage {
  /** Rows of whole groups of equal timestamp only, so that equal rows can be numbered: all rows before `next.position`. */
  readonly rows: readonly HistoryRow[];
  /** Where to read on; `null` when the window is read to its end. */
  readonly next: Cursor | null;
  /** What is to be said of the page for the record, each kind at most once. */
  readonly remarks: readonly Remark[];
  /**
   * True where the last page of a single wallet shows that it has no transfer behind the window's end: what it held shortly
   * before the page was asked for is then what it held at the end.
   */
  readonly quiet?: true;
}

/** Kinds of remarks, told apart from a provider's faults by their codes. */
const REMARK_CODES = [
  'ROWS_NO_TRANSFER',
  'ROWS_OTHER_TOKEN',
  'ROW_MISSING_KEPT',
  'ROWS_OF_OTHERS',
  'PAGES_EMPTY',
  'QUESTION_NARROWED',
  'OWNER_UNKNOWN',
  'SIGNER_UNKNOWN',
  'NATIVE_UNKNOWN',
] as const;

/** Something odd about a page that was read all the same: no fault, for nothing is tried again. */
export interface Remark {
  readonly code: (typeof REMARK_CODES)[number];
  /** Of rows, or of pages where it is about pages. */
  readonly count: number;
  /** The same for all pages. */
  readonly text: string;
}

export function isRemark(code: string): boolean {
  return (REMARK_CODES as readonly string[]).includes(code);
}

/** How a source is called. */
export interface Call {
  readonly signal?: AbortSignal | undefined;
  /** Told of each request before it is sent, so that whoever calls can count it and let it wait for its turn. */
  readonly onRequest?: (() => void | Promise<void>) | undefined;
  /** Ends the waiting for a turn; a request that is under way is not cut off. */
  readonly stopping?: AbortSignal | undefined;
  /** Told of a fault that the source gets over by itself, so that it is not swallowed. */
  readonly onFault?: ((fault: RetryableError) => void) | undefined;
}

export interface HistoryRequest extends Call {
  /** At least one, and at most as many as the source reads at a time. */
  readonly wallets: readonly Address[];
  readonly asset: Asset;
  readonly window: Window;
  /** Of all the wallets together. With several, only its position counts. */
  readonly cursor: Cursor;
  /** What was read before is read again: a source with pages cuts them elsewhere, so that borders fall on other rows. */
  readonly again?: boolean;
}

export interface BalanceRequest extends Call {
  /** At least one, and at most as many as the source reads at a time. */
  readonly wallets: readonly Address[];
  readonly asset: Asset;
  /** The run's head, as of which is asked. */
  readonly head: Head;
}

export interface HoldingRequest extends Call {
  readonly wallet: Address;
  readonly asset: Asset;
}

export interface BalanceAtRequest extends Call {
  readonly wallet: Address;
  readonly asset: Asset;
  readonly block: number;
}

export interface ReceiptRequest extends Call {
  readonly transaction: TransactionHash;
  readonly asset: Asset;
}

export interface PositionsRequest extends Call {
  /** At least one, all of one block. */
  readonly transactions: readonly TransactionHash[];
  readonly asset: Asset;
}

/**
 * One way to read a chain.
 *
 * Every method throws `RetryableError` for a fault that may pass, and `UserError` for one that will not (a refused key,
 * a wrong address of the provider).
 */
export interface ChainSource {
  readonly chain: ChainId;
  /** A short name without secrets, stored with every row: `trongrid`. */
  readonly provider: string;
  /** Whether what it lists is the chain's own word, or a copy that somebody made of it. */
  readonly authority: 'chain' | 'copy';
  /** What windows and cursors of this source count. */
  readonly unit: 'timestamp' | 'block';
  readonly assets: readonly Asset[];
  /** In which sense the head is final, as people read it: `finalised`, or how far below the newest block it is taken. */
  readonly finality: string;
  /** How far a history may lag behind the head, in the source's unit: a later run reads so much again. */
  readonly overlap: number;
  /** How many wallets' histories, and how many balances, one call reads at most; how many transfers a page has. */
  readonly most: { readonly histories: number; readonly balances: number; readonly rows: number };
  /**
   * Hash of the chain's first block, which tells a test network from the real one; `null` where the provider has none.
   *
   * @throws UserError when the provider says that it serves another chain
   */
  genesis(call?: Call): Promise<string | null>;
  /** The newest finalised block. */
  head(call?: Call): Promise<Head>;
  /** The next page of the wallets' transfers of one asset, oldest first. */
  history(request: HistoryRequest): Promise<HistoryPage>;
  /**
   * The newest of a wallet's transfers of one asset up to the head, by at most two requests.
   *
   * @throws RetryableError also where they do not bring as many as there are, though the provider could tell them
   */
  newest(request: NewestRequest): Promise<NewestRows>;
  /**
   * What each wallet held of the asset as of the head, in the order asked; `null` where nobody can tell: the state is gone, or
   * the wallet moves while it is asked about.
   */
  balances(request: BalanceRequest): Promise<readonly (bigint | null)[]>;
  /**
   * What a wallet holds now, by one request. Only of a source that cannot tell what it held at a block, and whose last page says
   * whether a wallet was `quiet`.
   */
  readonly holding?: ((request: HoldingRequest) => Promise<bigint>) | undefined;
  /**
   * What a wallet held as of any block, by a source whose word does not rest on the histories that it lists; `null` where it
   * does not have that state. Absent where there is no such source.
   */
  readonly balanceAt?: ((request: BalanceAtRequest) => Promise<bigint | null>) | undefined;
  /** Each transfer of the asset in the transaction's own receipt, in the order of its logs: what settles equal rows. */
  receipt(request: ReceiptRequest): Promise<readonly ReceiptTransfer[]>;
  /**
   * Who signed a transaction; `null` where the source can never tell, as a copy cannot.
   *
   * @throws RetryableError `RECEIPT_MISSING` where the provider does not know the transaction, `SIGNER_NOT_TOLD` where it
   *   tells no signers at all
   */
  signer(request: ReceiptRequest): Promise<Address | null>;
  /**
   * Each transfer of the asset in some transactions of one block with its place in that block, in the order of the
   * transactions asked for and of their logs. Histories often lack these places, without which it is not known what of a
   * block's transfers came first. A copy tells none.
   *
   * @throws RetryableError `RECEIPT_MISSING` where the provider has no receipt of one of them, `POSITIONS_UNKNOWN` where
   *   it tells no places at all, `REPLY_INCONSISTENT` where they are not of one block
   */
  positions(request: PositionsRequest): Promise<readonly PositionedTransfer[]>;
  /** The next page of what the issuer destroyed, redeemed, froze and unfroze, oldest first. One call may send several requests. */
  issuerEvents(request: IssuerEventRequest): Promise<IssuerEventPage>;
  /**
   * The first of a wallet's native receipts, by at most two requests: those among the first 200 transactions to it on Tron, and
   * among the first 100 of it and the first 100 inside contracts on Ethereum. Absent where the source can never tell: logs do
   * not, and neither does a copy.
   *
   * @throws RetryableError `NATIVE_NOT_TOLD` where the provider tells no such transactions at all
   */
  readonly native?: ((request: NativeRequest) => Promise<NativeHistory>) | undefined;
  /** What the chain says of each wallet itself, in the order asked: whether it is a contract, and whether it is frozen. */
  standings(request: StandingsRequest): Promise<readonly Standing[]>;
  /** Freezes that are submitted to the issuer's multisig and not yet executed, among its newest submissions. */
  pendingFreezes(request: SubmissionsRequest): Promise<FreezeSubmissions>;
}

/** A transfer as the transaction's receipt has it, in the order of its logs. */
export interface ReceiptTransfer {
  readonly from: Address;
  readonly to: Address;
  readonly value: bigint;
  /** Index of its log among all logs of the block, where the receipt tells. */
  readonly position?: number;
}

/** A transfer of a receipt whose place in its block is known. */
export interface PositionedTransfer extends ReceiptTransfer {
  readonly transaction: TransactionHash;
  readonly position: number;
}
