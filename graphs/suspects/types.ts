/** Wallets to examine: what their score is made of. A hypothesis with its evidence, never who runs a wallet. */
import type { Communities } from '../communities/types.ts';
import type { RoleFinding, RoleName } from '../roles/types.ts';

/** What a score adds up, in the order in which reasons of equal points are told. docs/detection.md defines them. */
export const FEATURES = [
  'reported',
  'share',
  'paidBy',
  'pays',
  'onward',
  'amount',
  'dwell',
  'passed',
  'tied',
  'shared',
  'cluster',
  'role',
] as const;
export type FeatureName = (typeof FEATURES)[number];

/** What a feature counts of a wallet, and the transfers that it rests on. */
export interface Fact {
  /** A whole number: a count, percent, whole units of the asset, or minutes. */
  readonly figure: number;
  /** One sentence that can be checked against the transfers. */
  readonly text: string;
  /** Rows of the view's table, ascending: the first of them. */
  readonly rows: readonly number[];
  /** How many there are in all. */
  readonly rowCount: number;
  /** Hashes of what is no row of the table: receipts of coins and energy that paid for fees. */
  readonly native: readonly string[];
}

export interface Reason extends Omit<Fact, 'figure'> {
  readonly feature: FeatureName;
  readonly points: number;
}

export interface Suspect {
  /** Number of the account in the case's view. */
  readonly account: number;
  /** From 1 to 100: the points of all features added up, 100 at most. It orders, and is no probability. */
  readonly score: number;
  /** Whether the score reaches the policy's `likely`. */
  readonly likely: boolean;
  /** Whether reports name it as paid: nobody needs to be told of it. */
  readonly reported: boolean;
  readonly points: Readonly<Record<FeatureName, number>>;
  /** The role that was found with the greatest strength. */
  readonly role: RoleName | null;
  /** Number of its cluster; -1 for one in none. */
  readonly cluster: number;
  /** Followed money that came in, in base units. */
  readonly traced: bigint;
  /** Fewest transfers by which followed money came; -1 where none came. */
  readonly hop: number;
  /** Those with most points first. */
  readonly reasons: readonly Reason[];
}

/** What was found in the view before. */
export interface Findings {
  readonly communities: Communities;
  readonly roles: readonly RoleFinding[];
}
