/** What is told of a cluster: what moved through it, when, from whom and where to. Accounts are numbers of the case's view. */
import type { RoleName } from '../roles/types.ts';
import type { SourceKind } from '../trace/types.ts';

/** Where followed money that left a cluster went. */
export const EXIT_KINDS = ['service', 'account', 'possible', 'victim', 'wallet', 'issuer'] as const;
export type ExitKind = (typeof EXIT_KINDS)[number];

/** Followed money that came to, or from, one wallet. */
export interface Passage {
  readonly account: number;
  /** Base units. */
  readonly amount: bigint;
  /** Rows that carried it, ascending: the first of them, and how many there are. */
  readonly rows: readonly number[];
  readonly rowCount: number;
}

/** A wallet outside the cluster that its money went to. For `issuer` it is the wallet at which money was destroyed or redeemed. */
export interface Exit extends Passage {
  readonly kind: ExitKind;
  /** Name of the service, where one is known. */
  readonly service: string | null;
}

export interface ClusterCard {
  /** From 0, the number of the cluster. */
  readonly cluster: number;
  /** Its accounts, by chain, address and asset. */
  readonly accounts: readonly number[];
  /** Those of them that reports name as paid. */
  readonly reported: readonly number[];
  /** Numbers of the sources whose money came in, ascending. */
  readonly sources: readonly number[];
  /**
   * Followed money that came in from outside, that left, and that rests, in base units; `came` = `left` + `rests`. Money that left and came back is
   * counted each time. `by` tells of what kind of source it was.
   */
  readonly money: {
    readonly came: bigint;
    readonly left: bigint;
    readonly rests: bigint;
    readonly by: Readonly<Record<SourceKind, bigint>>;
  };
  /** Transfers between its wallets, and what they moved in all. */
  readonly inside: { readonly transfers: number; readonly total: bigint };
  /** First and last transfer of any of its wallets, milliseconds since 1970. */
  readonly first: number;
  readonly last: number;
  /** Payouts of its wallets by hour of the day, UTC, 24 of them. */
  readonly hours: readonly number[];
  /** How many of its wallets have a role, in the order of roles. */
  readonly roles: readonly { readonly role: RoleName; readonly wallets: number }[];
  /** Where followed money came in, most first; the wallet is the cluster's. */
  readonly entries: readonly Passage[];
  /** Where it left, most first. */
  readonly exits: readonly Exit[];
  /** Where it rests, most first; a wallet that holds none of it is not listed. */
  readonly resting: readonly { readonly account: number; readonly amount: bigint }[];
}
