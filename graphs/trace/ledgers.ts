/** What a rule is: which lots leave a ledger, and where those that come in are put. */
import type { Moved, Origins } from './moved.ts';

export interface LedgerSpace {
  readonly accounts: number;
  readonly origins: Origins;
  /** No amount in any ledger can exceed it. */
  readonly most: bigint;
}

/** The ledgers of all accounts under one rule. Accounts and origins are numbers. */
export interface Ledgers {
  /** Puts what arrives in one transfer. */
  put(account: number, lots: Moved): void;
  /** Takes an amount out, as the rule has it; less, where the ledger holds less. Returns what is missing. */
  take(account: number, amount: bigint, lots: Moved): bigint;
  /** The same for money that a person has named as another's: untraced and unknown money goes first, whatever the rule. */
  takeNamed(account: number, amount: bigint, lots: Moved): bigint;
  /** Tells each lot that is left, sources' and others'. */
  each(account: number, tell: (origin: number, amount: bigint, hop: number) => void): void;
}

/** Makes empty ledgers. */
export type RuleOfLedgers = (space: LedgerSpace) => Ledgers;
