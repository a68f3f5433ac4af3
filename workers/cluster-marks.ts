/**
 * What is told of clusters beside what was computed, as of now: wallets that are frozen or unproven, other cases that reached
 * them, and what ties them to compounds. None of it moves money, so none is in a hash.
 */
import type { CompoundTie } from '../graphs/compounds/types.ts';
import { walletKey } from '../graphs/wallet-key.ts';
import type { StoredCluster } from '../src/store/analyses.ts';
import type { Pool } from '../src/store/db.ts';
import { readFreezes } from '../src/store/freezes.ts';
import type { Run } from '../src/store/runs.ts';
import { readClusterTies } from './cluster-ties.ts';
import { readCollisions } from './collisions.ts';
import type { FrozenWallets } from './trace-marks.ts';
import { readUnprovenWallets, type UnprovenWallets } from './unproven.ts';

export interface ClusterMarks {
  readonly unproven: UnprovenWallets;
  readonly frozen: FrozenWallets;
  /** The other cases whose money came to a wallet, by `walletKey`: services and victims' wallets left out. */
  readonly met: ReadonlyMap<string, readonly string[]>;
  /** What ties a cluster to compounds, by its number, the strongest first. */
  readonly ties: ReadonlyMap<number, readonly CompoundTie[]>;
}

export async function readClusterMarks(
  pool: Pool,
  run: Run,
  clusters: readonly Pick<StoredCluster, 'id' | 'wallets'>[],
): Promise<ClusterMarks> {
  const frozen = (await readFreezes(pool, run.id)).filter((wallet) => wallet.frozen === true);
  const met = new Map<string, string[]>();
  for (const { other, wallets } of (await readCollisions(pool, run.caseId)).collisions)
    for (const wallet of wallets) met.set(walletKey(wallet), [...(met.get(walletKey(wallet)) ?? []), other.name]);
  return {
    unproven: await readUnprovenWallets(pool, run.id),
    frozen: new Map(frozen.map((wallet) => [walletKey(wallet), wallet])),
    met,
    ties: await readClusterTies(pool, run, clusters),
  };
}
