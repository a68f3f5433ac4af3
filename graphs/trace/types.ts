/** What a trace is made of, and what comes of it. `docs/tracing.md` defines the rules. */
import type { Address, ChainId, Transfer, Wallet } from '../../src/chains/chain.ts';

/** The rules that follow amounts, and under which no base unit is lost. */
export const CONSERVING_RULES = ['fifo', 'lifo', 'pro-rata', 'libr'] as const;
export type ConservingRule = (typeof CONSERVING_RULES)[number];

/** All rules: `poison` says what can have been reached, `ttr` ranks. */
export const RULES = [...CONSERVING_RULES, 'poison', 'ttr'] as const;
export type Rule = (typeof RULES)[number];

export function isConserving(rule: Rule): rule is ConservingRule {
  return (CONSERVING_RULES as readonly Rule[]).includes(rule);
}

/** What tells a transfer from all others of its chain. */
export type TransferKey = Pick<Transfer, 'chain' | 'asset' | 'transaction' | 'from' | 'to' | 'value' | 'occurrence'>;

/** A transfer with its place in its block, as far as that is known. */
export interface PlacedTransfer extends TransferKey {
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  /** Index of its log within its block; `null` where nobody told. */
  readonly position: number | null;
}

/** Money that the issuer took out of the world: `destroyed` at a frozen wallet, or `redeemed` by its holder. */
export interface Burn {
  readonly chain: ChainId;
  readonly asset: string;
  readonly transaction: Transfer['transaction'];
  readonly wallet: Address;
  readonly value: bigint;
  readonly timestamp: number;
  readonly position: number | null;
  readonly kind: 'destroyed' | 'redeemed';
  /** Numbers those of one transaction that are equal in all else; 0 where it is left out. */
  readonly occurrence?: number;
}

/** A wallet at which the trace ends: a `service`, or a reporting victim's own, to which money is `returned`. */
export interface Stop extends Wallet {
  readonly kind: 'service' | 'returned';
}

/** What a wallet held of an asset before the first transfer that is known. */
export interface Opening extends Wallet {
  readonly asset: string;
  readonly value: bigint;
}

/** In the order in which they are told. */
export const SOURCE_KINDS = ['payment', 'disclosed', 'unverified'] as const;
export type SourceKind = (typeof SOURCE_KINDS)[number];

/** A transfer that a person named as a source: a victim's payment, or a withdrawal that a service disclosed. */
export interface NamedSource extends TransferKey {
  readonly kind: 'payment' | 'disclosed';
}

export interface TraceInput {
  /** In any order, each once. */
  readonly transfers: readonly PlacedTransfer[];
  readonly burns: readonly Burn[];
  /** Wallets whose whole history is among the transfers. Money that goes to others lies beyond coverage. */
  readonly covered: readonly Wallet[];
  readonly stops: readonly Stop[];
  readonly openings: readonly Opening[];
  readonly sources: readonly NamedSource[];
  /** Wallets that reports name without a payment: each payment in is an unverified source. */
  readonly unverified: readonly Wallet[];
}

/** A source, with what is followed of it. Its number is its place in the list. */
export interface FollowedSource {
  readonly kind: SourceKind;
  readonly transfer: PlacedTransfer;
  /** What of the transfer's value is this source's: the rest is earlier sources' money, which it carried on. */
  readonly amount: bigint;
}

/** Where followed money ends. */
export type End = 'service' | 'returned' | 'destroyed' | 'redeemed' | 'beyond';

/** What of one source's money one transfer, or burn, brought to an end. */
export interface Arrival {
  readonly end: End;
  /** The transfer; a burn is one with the same wallet on both sides. */
  readonly transfer: PlacedTransfer;
  /** Number of the source. */
  readonly source: number;
  readonly amount: bigint;
  /** Fewest transfers by which it can have come, after the payment: 0 where the payment itself went there. */
  readonly hop: number;
}

/** What of one source's money is in a covered wallet at the end. */
export interface Resting extends Wallet {
  readonly asset: string;
  readonly source: number;
  readonly amount: bigint;
  readonly hop: number;
}

/** A wallet that followed money reached. */
export interface ReachedWallet extends Wallet {
  readonly asset: string;
  /** Fewest transfers by which followed money came: 0 for one that a source paid. */
  readonly hop: number;
  /** Followed money that came in, and that went on. */
  readonly received: bigint;
  readonly passed: bigint;
  readonly resting: bigint;
  /** What it paid beyond what its ledger held, and what it held at first. */
  readonly shortfall: bigint;
  readonly opening: bigint;
  /** True where it had transfers of one instant whose order is not known. */
  readonly orderUnknown: boolean;
}

/** What a conserving rule makes of the input. */
export interface Flow {
  /** By time, then chain, asset, transaction, from, to, value and occurrence. */
  readonly sources: readonly FollowedSource[];
  /** In the order in which the money arrived, then by source. */
  readonly arrivals: readonly Arrival[];
  /** By chain, asset, address, then by source. */
  readonly resting: readonly Resting[];
  /** By chain, asset and address. */
  readonly wallets: readonly ReachedWallet[];
}

/** What poison makes of the input: reach, and never an amount. */
export interface Reach {
  readonly sources: readonly Omit<FollowedSource, 'amount'>[];
  /** Transfers that reached an end, with the numbers of the sources they reached it from. */
  readonly arrivals: readonly {
    readonly end: End;
    readonly transfer: PlacedTransfer;
    readonly sources: readonly number[];
  }[];
  readonly wallets: readonly (Wallet & {
    readonly asset: string;
    readonly hop: number;
    readonly sources: readonly number[];
  })[];
}
