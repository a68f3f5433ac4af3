import type { Wallet } from '../../src/chains/chain.ts';

/** What a wallet does in a case, as its transfers tell: a hypothesis with its evidence, never who runs it. */

/** In the order in which money passes them; the last two are no places on its way. docs/roles.md defines them. */
export const ROLES = [
  'collection',
  'pooling',
  'rapid-pass-through',
  'fragmentation',
  'funnel',
  'peel-chain',
  'consolidation',
  'inducement',
  'processor-sweep',
  'cash-out',
  'gas-funder',
  'working-hours',
] as const;
export type RoleName = (typeof ROLES)[number];

export interface RoleFinding {
  readonly role: RoleName;
  /** Number of the account in the case's view; -1 for a wallet that never held the asset, which `wallet` then names. */
  readonly account: number;
  /** Set where it was not met as an account. `walletOfFinding` gives it for any finding. */
  readonly wallet?: Wallet;
  /** From 1 to 99: how far the figures lie above their thresholds. It orders, and is no probability. */
  readonly strength: number;
  /** One sentence that somebody without training in this can check against the transfers. */
  readonly reason: string;
  readonly figures: Readonly<Record<string, number>>;
  /** Rows of the view's table that it rests on, ascending: the first of them. */
  readonly rows: readonly number[];
  /** How many there are in all. */
  readonly rowCount: number;
  /** Hashes of what is no row of the table: receipts of coins and energy that paid for fees. */
  readonly native: readonly string[];
}
