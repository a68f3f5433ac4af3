/** What a chain tells beside the transfers of a token: what its issuer did, and what pays for wallets' transactions. */
import type { Address, Asset, Call, ChainId, Head, Remark, TransactionHash, Window } from './chain.ts';

/**
 * What the issuer did by an event of the contract that is no transfer and so stands in no account's history: money that was
 * `destroyed` at a frozen wallet, or `redeemed` from the balance of the contract's owner, and wallets that were `frozen` and
 * `unfrozen`. Freezes move nothing.
 */
export interface IssuerEvent {
  readonly chain: ChainId;
  readonly asset: string;
  readonly kind: 'destroyed' | 'redeemed' | 'frozen' | 'unfrozen';
  readonly transaction: TransactionHash;
  /**
   * Whom it concerns. Of a redemption only the amount is told, so it is put down to the contract's owner as of now: the
   * contract tells nothing when it passes to another, so an earlier owner's redemptions are put down to the present one.
   */
  readonly wallet: Address;
  /** Base units that it took out of the world: 0 for a freeze and its end. */
  readonly value: bigint;
  /** Time of the block, milliseconds since 1970. */
  readonly timestamp: number;
  /** Number of the block, where the provider tells. */
  readonly block: number | null;
  /** Index of its log within the block, where the provider tells. */
  readonly position: number | null;
}

export interface IssuerEventRequest extends Call {
  readonly asset: Asset;
  readonly window: Window;
  /** Where to read on: everything before is known. */
  readonly position: number;
  /** The run's head: the owner is read there, by a source that can. */
  readonly head: Head;
}

export interface IssuerEventPage {
  /**
   * All events from the position asked for to `next`, oldest first, those of one transaction in the order of its logs. Where
   * the contract names no owner, redemptions are left out, with a remark.
   */
  readonly events: readonly IssuerEvent[];
  /** Where to read on, inclusively; `null` when the window is read to its end. */
  readonly next: number | null;
  readonly remarks: readonly Remark[];
}

/** What pays for a wallet's transactions, as it came to the wallet. */
export interface NativeReceipt {
  readonly chain: ChainId;
  /**
   * `activation`: what made the account, on Tron alone; its value is the TRX that came with it, 0 where the account was only made.
   * `coin`: TRX or ETH. `energy`: energy of Tron, lent.
   */
  readonly kind: 'activation' | 'coin' | 'energy';
  readonly transaction: TransactionHash;
  /** Who activated it, sent the coin, or delegated. */
  readonly from: Address;
  readonly to: Address;
  /** Sun or wei; for energy the staked amount in sun. */
  readonly value: bigint;
  /** Time of the block, milliseconds since 1970. */
  readonly timestamp: number;
  /** Number of the block, where the provider tells. */
  readonly block: number | null;
}

export interface NativeRequest extends Call {
  readonly wallet: Address;
  /** The run's head: nothing above it is told. */
  readonly head: Head;
}

/** The first of a wallet's native receipts. */
export interface NativeHistory {
  /**
   * Oldest first, those of one time in the order in which they can have happened and else by transaction; each once. Transactions
   * that failed are not among them, nor is what the wallet sends itself.
   */
  readonly receipts: readonly NativeReceipt[];
  /** None is missing up to this time, milliseconds since 1970; the head's where all are told. */
  readonly until: number;
  /** True where there are no others up to the head: else the provider has more than was asked for. */
  readonly whole: boolean;
}
