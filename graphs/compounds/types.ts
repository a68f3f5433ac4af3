/** What ties a cluster to a compound: what goes in, and what is said of it. */
import type { Wallet } from '../../src/chains/chain.ts';
import type { TransferKey } from '../trace/types.ts';

/** On what an operator is named: a charge is an allegation, and a finding is neither sanction nor charge. */
export type Ground = 'sanction' | 'charge' | 'judgment' | 'un-report' | 'finding';

/** What of the registry names are told by. */
export interface KnownCompound {
  readonly id: string;
  readonly name: string;
  readonly kind: 'compound' | 'operator-group' | 'marketplace' | 'payment-processor';
  readonly aliases: readonly string[];
  /** Names and domains under which victims are made to pay. */
  readonly platforms: readonly string[];
  /** Each with what names them, and on which grounds that is. */
  readonly operators: readonly {
    readonly name: string;
    readonly instrument: string;
    readonly grounds: readonly Ground[];
  }[];
}

/** A tag of a wallet: what is said of it, and by whom. */
export interface CompoundTag {
  readonly wallet: Wallet;
  /** The publisher's words. */
  readonly text: string;
  /** The id of the registry's entry, where the publisher or a person tells it; then the text need not name it. */
  readonly compound?: string | null;
  readonly source: string;
  /** How far the publisher is to be trusted in it, 0 to 100; without it, wholly. */
  readonly confidence?: number;
}

/** A report of a payment into a wallet. Reports that only call a wallet the victim's own are none. */
export interface CompoundReport {
  readonly number: number;
  /** The wallet that was paid. */
  readonly wallet: Wallet;
  /** The compounds, platforms or operators that the victim names, in their words. */
  readonly names: readonly string[];
  readonly payment: 'investment' | 'ransom' | 'recruitment' | null;
  /** The payments that were confirmed for it, as far as they went into the wallet. */
  readonly transfers?: readonly TransferKey[];
}

/** A wallet that traded with a cluster: it paid a wallet of it, or was paid by one. */
export interface Neighbour {
  readonly cluster: string;
  readonly wallet: Wallet;
  /** The transfers between the two. */
  readonly transfers?: readonly TransferKey[];
}

export interface TieInput {
  readonly clusters: readonly { readonly id: string; readonly wallets: readonly Wallet[] }[];
  readonly neighbours: readonly Neighbour[];
  readonly tags: readonly CompoundTag[];
  readonly reports: readonly CompoundReport[];
  readonly compounds: readonly KnownCompound[];
}

export type TieKind = 'tagged-inside' | 'tagged-next-to' | 'report-names' | 'ransom-payment' | 'recruitment-payment';

/** A hint that a cluster has to do with a compound. It says nothing of who owns any wallet of it. */
export interface CompoundTie {
  readonly cluster: string;
  /** The id of the registry's entry; `null` for payments of ransom or recruitment whose compound nobody names. */
  readonly compound: string | null;
  readonly kind: TieKind;
  /** 1 to 99: an order of hints, and no probability. */
  readonly strength: number;
  /** One sentence for people. */
  readonly text: string;
  readonly evidence: {
    /** Numbers of reports, ascending. */
    readonly reports: readonly number[];
    /** Tagged wallets, or the wallets of the cluster that were paid; never who paid. */
    readonly wallets: readonly Wallet[];
    /** Who tagged them, and what names an operator by whose name a tie is told. */
    readonly source: readonly string[];
    readonly transfers: readonly TransferKey[];
  };
}

/** A name that several entries of the registry go by, and that therefore ties to none of them. */
export interface AmbiguousName {
  /** As it was told. */
  readonly name: string;
  /** Ids of the entries, ascending. */
  readonly compounds: readonly string[];
  readonly reports: readonly number[];
  readonly wallets: readonly Wallet[];
}
