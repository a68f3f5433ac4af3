/** What every way of laundering works with: wallets to open, places to cash out at, and how long money rests. */
import type { ChainId } from '../../chains/chain.ts';
import type { Account } from '../account.ts';
import type { Broker } from '../actors/broker.ts';
import type { Guarantee } from '../actors/guarantee.ts';
import type { Difficulty } from '../difficulty.ts';
import type { Random } from '../random.ts';
import type { World } from '../world.ts';

/** Sends a sum on its way, from a wallet that holds it. */
export type Launderer = (from: Account, value: bigint) => void;

export interface Stage {
  readonly world: World;
  readonly random: Random;
  readonly chain: ChainId;
  readonly network: string;
  readonly difficulty: Difficulty;
  /** A wallet for layering with its fee in it: a new one, or one that was used before and is none of `taken`. */
  layering(...taken: readonly Account[]): Account;
  /** A new wallet that serves for one thing alone. */
  fresh(role: 'layering' | 'peel'): Account;
  /** Where money leaves: a mule's account at an exchange, now and then a processor's address or a desk. */
  exit(): Account;
  /** Strangers who buy for cash; null where there are none. */
  stranger(): Account | null;
  readonly brokers: readonly Broker[];
  readonly guarantee: Guarantee;
}

/** A wait of so many milliseconds, longer the harder it is to be for a follower. */
export function rest({ random, difficulty }: Stage, low: number, high: number): number {
  return Math.round(random.integer(low, high) * (1 + (difficulty.dwell - 1) * random.fraction()));
}
