/** What inferences are made from, and what comes of them. docs/attribution.md defines them. */
import type { Transfer, Wallet } from '../../src/chains/chain.ts';
import type { NativeReceipt } from '../../src/chains/off-history.ts';
import type { TransferTable } from '../trace/table.ts';
import type { TransferKey } from '../trace/types.ts';
import type { ServiceClaim } from './names.ts';

/** What an independent tag says of a wallet of a service. */
export interface NamedService extends Wallet, ServiceClaim {}

export interface AttributionInput {
  /** All transfers that are known; those that touch a wallet whose history is whole are all it has. */
  readonly table: TransferTable;
  /** Transfers of zero and dust, which the table may leave out. */
  readonly dust: Iterable<Transfer>;
  /** Wallets whose whole history is known. Of others, nothing is concluded that more transfers could undo. */
  readonly complete: Iterable<Wallet>;
  /** Tags of services, as many as there are for a wallet. */
  readonly named: Iterable<NamedService>;
  /** Wallets that a crawl took for possible services by their newest transfers. */
  readonly possible: Iterable<Wallet>;
  /** What paid for wallets' fees, each wallet's first receipts. */
  readonly native: Iterable<NativeReceipt>;
  /** Wallets of victims, who have nothing to do with each other: they are never tied. */
  readonly victims: Iterable<Wallet>;
}

/** What an inference rests on. */
export interface Evidence {
  readonly figures: Readonly<Record<string, number>>;
  /** The first transfers that it rests on, by time. A native receipt stands among them with its kind for an asset. */
  readonly transfers: readonly TransferKey[];
  /** How many there are of them in all. */
  readonly transferCount: number;
}

/** The service that tags name; `others` are names that contradict it. */
export interface ServiceName {
  readonly name: string;
  readonly category: string;
  readonly source: string;
  readonly others: readonly string[];
}

interface Inference {
  /** From 1 to 99: docs/attribution.md has the formula of each kind. It orders, and is no probability. */
  readonly confidence: number;
  /** One sentence. */
  readonly reason: string;
  readonly evidence: Evidence;
}

/** A wallet that behaves as a service does: possible, and nobody is named. */
export interface PossibleService extends Wallet, Inference {
  readonly kind: 'service';
}

/** An address at which a service seems to take in a customer's money. */
export interface DepositAddress extends Wallet, Inference {
  readonly kind: 'deposit-address';
  /** Set where tags name the sinks; else the service is a possible one, and nobody is named. */
  readonly named: ServiceName | null;
  /**
   * Whether all that it ever paid went to these sinks, nothing came from them, and little waits: then it is nothing else, and a
   * trace may end there.
   */
  readonly only: boolean;
  /** Where it forwards to, by first transfer. */
  readonly sinks: readonly Wallet[];
}

/** A wallet whose address looks like that of a counterparty of a wallet into whose history it got by dust. */
export interface LookAlike extends Wallet, Inference {
  readonly kind: 'look-alike';
  readonly imitates: Wallet;
  /** Into whose history it got. */
  readonly planted: Wallet;
}

export type WalletInference = PossibleService | DepositAddress | LookAlike;

/** Wallets that something ties to each other, by chain and address. */
export interface Tie extends Inference {
  readonly kind: 'funder' | 'swept-together';
  /** Who funded them, or into which wallet they were emptied. */
  readonly by: Wallet;
  readonly wallets: readonly Wallet[];
}

/** In the order of chain, address and kind. */
export interface Attribution {
  readonly wallets: readonly WalletInference[];
  readonly ties: readonly Tie[];
}
