/** What a chain says of a wallet itself, beside its transfers: contract or not, frozen or not, and what waits to freeze it. */
import type { Address, Asset, Call, Head } from './chain.ts';

export interface StandingsRequest extends Call {
  /** At least one, and at most as many as the source reads balances of at a time. */
  readonly wallets: readonly Address[];
  /** Whose issuer freezes. */
  readonly asset: Asset;
  /** The run's head, as of which is asked. A source that knows only its newest state answers as of that. */
  readonly head: Head;
  /** Those of which it is known whether they are contracts: they are not asked for that again. */
  readonly told: ReadonlySet<Address>;
}

export interface Standing {
  /** `null` where it was not asked for, or nobody can tell. */
  readonly contract: boolean | null;
  /** Whether the issuer has frozen it, by the contract's own word; `null` where nobody can tell. */
  readonly frozen: boolean | null;
}

export interface SubmissionsRequest extends Call {
  readonly asset: Asset;
  readonly head: Head;
  /** Submissions that need not be asked for again, for nothing can change there; `null` where none are known. */
  readonly settled: SettledSubmissions | null;
}

export interface SettledSubmissions {
  /** Whose numbers these are: another multisig counts its own. */
  readonly multisig: Address;
  readonly numbers: ReadonlySet<number>;
}

/** What was submitted to the multisig that owns a token's contract. */
export interface FreezeSubmissions {
  /** `null` where the contract's owner is none that tells its submissions. */
  readonly multisig: Address | null;
  /** The newest that are not settled, by number. */
  readonly submissions: readonly Submission[];
  /** Why nothing can be told; `null` where it was. */
  readonly untold: string | null;
}

export interface Submission {
  readonly number: number;
  /** The wallet that it would freeze; `null` where it is about something else. */
  readonly wallet: Address | null;
  readonly executed: boolean;
}
