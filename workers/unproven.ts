/** Unproven wallets of a run, as results name them: wherever one stands, its difference stands with it. */
import { walletKey } from '../graphs/wallet-key.ts';
import { formatAmount } from '../src/money.ts';
import type { Db } from '../src/store/db.ts';
import { readUnproven, type UnprovenWallet } from '../src/store/wallet-coverage.ts';

/** A wallet as results name it. */
export interface NamedWallet {
  readonly chain: string;
  readonly address: string;
}

/** By `walletKey`. */
export type UnprovenWallets = ReadonlyMap<string, UnprovenWallet>;

/** The mark of an unproven wallet. */
export interface UnprovenJson {
  /** How much more it held than its transfers add up to, as a decimal; `null` where nobody could tell what it held. */
  readonly difference: string | null;
}

export async function readUnprovenWallets(db: Db, runId: number): Promise<UnprovenWallets> {
  return new Map((await readUnproven(db, runId)).map((wallet) => [walletKey(wallet), wallet]));
}

/** The mark of a wallet; `null` where it has none. */
export function unprovenJson(unproven: UnprovenWallets, { chain, address }: NamedWallet): UnprovenJson | null {
  const found = unproven.get(`${chain}:${address}`);
  if (found === undefined) return null;
  const { difference, decimals } = found;
  return { difference: difference === null ? null : formatAmount(difference, decimals) };
}
