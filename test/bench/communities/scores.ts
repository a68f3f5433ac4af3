/** What a partition of a case's accounts is worth, by the truth of its economy. */
import { ari } from '../../../graphs/communities/ari.ts';
import { walletKey } from '../../../graphs/wallet-key.ts';
import type { SimulatedCase } from '../detection/economies.ts';

/** Fewer wallets of a network in a cluster are strays, and do not make it two networks'. */
export const PART = 3;

export interface Score {
  /** Adjusted Rand index over the wallets that networks run and traced money reached, in whatever cluster or none. */
  readonly ari: number;
  /** The same with both chains of a network as one, which nothing on the chains ties. */
  readonly byNetwork: number;
  /** Clusters with at least three wallets each of two networks or more. */
  readonly merged: number;
  /** Networks' wallets in no cluster, and of the wallets in clusters with some of them those that no network runs, as shares. */
  readonly alone: number;
  readonly others: number;
}

export function scoreOf({ view, truth }: SimulatedCase, cluster: Int32Array): Score {
  const found: number[] = [];
  const branches: string[] = [];
  const networks: string[] = [];
  const parts = new Map<number, Map<string, number>>();
  view.table.accounts.list.forEach((account, number) => {
    const wallet = truth.get(walletKey(account));
    const isMet = (view.hop[number] ?? -1) >= 0 || view.reported[number] === 1;
    if (wallet === undefined || !isMet || wallet.network === '' || wallet.service !== '') return;
    if (wallet.owner.startsWith('victim-')) return;
    const own = cluster[number] ?? -1;
    found.push(own);
    networks.push(wallet.network);
    branches.push(`${wallet.network} ${account.chain}`);
    const part = parts.get(own) ?? new Map<string, number>();
    parts.set(own, part.set(wallet.network, (part.get(wallet.network) ?? 0) + 1));
  });
  const alone = found.filter((own) => own < 0).length;
  parts.delete(-1);
  const inside = cluster.reduce((sum, own) => sum + (parts.has(own) ? 1 : 0), 0);
  const isMerged = (part: ReadonlyMap<string, number>) => [...part.values()].filter((size) => size >= PART).length > 1;
  return {
    ari: ari(numbered(branches), found),
    byNetwork: ari(numbered(networks), found),
    merged: [...parts.values()].filter(isMerged).length,
    alone: alone / Math.max(1, found.length),
    others: 1 - (found.length - alone) / Math.max(1, inside),
  };
}

function numbered(names: readonly string[]): number[] {
  const numbers = new Map<string, number>();
  return names.map((name) => numbers.get(name) ?? numbers.set(name, numbers.size).size - 1);
}
