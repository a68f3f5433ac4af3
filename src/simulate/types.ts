/** What a simulated economy consists of: its transfers, and the truth about them that no chain tells. */
import type { Address, ChainId, TransactionHash } from '../chains/chain.ts';

/** A transfer with what only a whole chain knows: where it stands in its block, and who signed. */
export interface SimulatedTransfer {
  readonly chain: ChainId;
  /** USDT, or the chain's coin. */
  readonly asset: string;
  readonly transaction: TransactionHash;
  readonly block: number;
  /** Orders the transfers of a block; those of one transaction stand in the order of its logs. */
  readonly position: number;
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  readonly from: Address;
  readonly to: Address;
  /** Base units: of USDT and TRX 6 decimals, of ETH 18. */
  readonly value: bigint;
  /** Whose transaction it was: not `from` where a contract moves somebody else's money, or a poisoner none at all. */
  readonly signer: Address;
}

/** Money that the issuer takes out of the world, by an event of the contract that is no transfer. */
export interface SimulatedBurn {
  readonly chain: ChainId;
  readonly asset: string;
  readonly kind: 'destroyed' | 'redeemed';
  readonly transaction: TransactionHash;
  readonly block: number;
  /** Orders it among the block's transfers and other burns. */
  readonly position: number;
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  /** For a redemption the contract's owner, whom its event does not name. */
  readonly wallet: Address;
  readonly value: bigint;
}

/** Energy that somebody on Tron lends to an account: a stake of TRX, and no transfer. */
export interface SimulatedDelegation {
  readonly chain: ChainId;
  readonly transaction: TransactionHash;
  readonly block: number;
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  readonly from: Address;
  readonly to: Address;
  /** What is staked for it, in sun. */
  readonly value: bigint;
}

/** A wallet that the issuer freezes, or lets go again: it moves nothing. */
export interface SimulatedFreeze extends Omit<SimulatedBurn, 'kind' | 'value'> {
  readonly kind: 'frozen' | 'unfrozen';
}

/** What the issuer does besides paying. */
export type SimulatedDeed = SimulatedBurn | SimulatedFreeze;

/** A call that was submitted to the multisig which owns the token's contract. */
export interface SimulatedSubmission {
  /** Whose contract is to be called. */
  readonly destination: Address;
  /** Hex digits, without `0x`. */
  readonly data: string;
  /** The block in which it was submitted. */
  readonly block: number;
  /** The block in which it was executed; `null` where it was not. */
  readonly executed: number | null;
}

export type Role =
  | 'issuer'
  | 'user'
  | 'victim'
  | 'ransom-payer'
  | 'recruitment-payer'
  | 'merchant'
  | 'cold'
  | 'hot'
  | 'deposit'
  | 'gas'
  | 'rental'
  | 'otc'
  | 'broker'
  | 'escrow'
  | 'bridge'
  | 'collection'
  | 'pooling'
  | 'layering'
  | 'peel'
  | 'operations'
  | 'funder'
  | 'compound'
  | 'poisoner'
  | 'look-alike';

/** Who stands behind a wallet. `network` and `service` are empty where there is none. */
export interface SimulatedWallet {
  readonly chain: ChainId;
  readonly address: Address;
  readonly owner: string;
  readonly role: Role;
  readonly network: string;
  readonly service: string;
}

/**
 * What a wallet did in a network's or a broker's rounds. A wallet that is used again may have played several. Who pays by hand, in the
 * shifts of networks and brokers, plays working hours.
 */
export const PARTS = [
  'rapid-pass-through',
  'fragmentation',
  'funnel',
  'peel-chain',
  'consolidation',
  'inducement',
  'working-hours',
] as const;
export type Part = (typeof PARTS)[number];

export interface SimulatedPart {
  readonly chain: ChainId;
  readonly address: Address;
  readonly part: Part;
}

/** A victim's payment into a network, also one that bought somebody free. */
export interface SimulatedPayment {
  readonly ref: string;
  readonly chain: ChainId;
  readonly transaction: TransactionHash;
  readonly network: string;
}

/** One line of a victim's report: some know the transaction, some amount and time, some only the wallet. */
export interface SimulatedReport {
  readonly chain: ChainId;
  readonly ref: string;
  readonly wallet: Address;
  readonly role: 'paid-to' | 'own';
  readonly transaction: TransactionHash | null;
  readonly amount: bigint | null;
  /** Milliseconds since 1970. */
  readonly at: number | null;
}

/** What of a victim's money reached a wallet of a service, by first in, first out. */
export interface SimulatedExit {
  readonly ref: string;
  readonly chain: ChainId;
  readonly address: Address;
  readonly service: string;
  readonly value: bigint;
}

/** Where all the money of an asset is at the end: `issued` = `held` + `burnt`, or the simulation has a fault. */
export interface Holdings {
  readonly chain: ChainId;
  readonly asset: string;
  /** What came into being without a transfer. */
  readonly issued: bigint;
  /** What the wallets hold at the end. */
  readonly held: bigint;
  /** Fees, which are no transfers either. */
  readonly burnt: bigint;
}

export interface Economy {
  /** As they happened; those of one chain stand by block and position. */
  readonly transfers: readonly SimulatedTransfer[];
  /** As they happened. */
  readonly delegations: readonly SimulatedDelegation[];
  readonly reports: readonly SimulatedReport[];
  readonly wallets: readonly SimulatedWallet[];
  readonly payments: readonly SimulatedPayment[];
  readonly exits: readonly SimulatedExit[];
  /** Each wallet's parts once, as they were first played. An economy of another generator may have none. */
  readonly parts: readonly SimulatedPart[];
  /** Per chain and asset. */
  readonly holdings: readonly Holdings[];
}
