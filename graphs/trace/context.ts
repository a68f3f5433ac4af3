/** What is known of a case beside the money that was followed: who named each source, and the services at which a trace ends. */
import type { Wallet } from '../../src/chains/chain.ts';

/** What is known of the rows besides what was followed. */
export interface Context {
  /** Digits behind the decimal point of all assets that are traced together. */
  readonly decimals: number;
  /** Who named each source: reports by their numbers, or a disclosure. */
  readonly named: readonly { readonly reports: readonly number[]; readonly disclosure: number | null }[];
  /** 1 for each source whose money is told. */
  readonly asked: Uint8Array;
  /** Of services, by `walletKey`. */
  readonly stops: ReadonlyMap<string, NamedStop>;
  /** Why the crawl did not follow a wallet, by `walletKey`. */
  readonly reasons: ReadonlyMap<string, string>;
}

/** A service at which a trace ends. */
export interface NamedStop {
  readonly category: string;
  readonly name: string | null;
  /** Why it is taken for one, where no list or tag says it of the wallet itself. */
  readonly inferred: InferredJson | null;
}

/** A deposit address that is told by what it does: the service's name is that of its sinks. */
export interface InferredJson {
  readonly confidence: number;
  readonly reason: string;
  /** Who says whose the sinks are, and names that contradict it. */
  readonly source: string;
  readonly others: readonly string[];
  readonly sinks: readonly Wallet[];
}
