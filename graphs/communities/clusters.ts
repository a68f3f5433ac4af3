/** Groups of wallets, described: what a cluster is made of and what moved inside it. */
import type { Wallet } from '../../src/chains/chain.ts';
import type { OrderedRows } from '../rows.ts';

/** Wallets that paid one another more than chance would have it: a hypothesis to examine, not a finding about anybody. */
export interface Cluster {
  /** From 1, in the order of the list. */
  readonly id: number;
  /** Number of wallets, at least two. */
  readonly size: number;
  /** Non-zero transfers from one of them to another. */
  readonly transfers: number;
  /** What these moved, in base units by asset. */
  readonly total: Readonly<Record<string, bigint>>;
  /** In the order of their keys. */
  readonly wallets: readonly Wallet[];
}

interface Group {
  readonly first: number;
  readonly total: Map<string, bigint>;
  readonly wallets: Wallet[];
  transfers: number;
}

/**
 * The groups of at least two wallets: largest first, then by number of transfers, then by the first wallet's key.
 *
 * `groups` names the group of each wallet, by position; the name of a group is the position of its first wallet.
 */
export function describeClusters(rows: OrderedRows, groups: ArrayLike<number>): Cluster[] {
  const found = new Map<number, Group>();
  rows.wallets.forEach(({ chain, address }, position) => {
    const first = groups[position] ?? position;
    const group: Group = found.get(first) ?? { first, transfers: 0, total: new Map(), wallets: [] };
    group.wallets.push({ chain, address });
    found.set(first, group);
  });
  for (const { source, target, asset, count, total } of rows.edges) {
    if (groups[source] !== groups[target]) continue;
    const group = found.get(groups[source] ?? source);
    if (group === undefined) continue;
    group.transfers += count;
    group.total.set(asset, (group.total.get(asset) ?? 0n) + total);
  }
  return [...found.values()]
    .filter((group) => group.wallets.length > 1)
    .sort((a, b) => b.wallets.length - a.wallets.length || b.transfers - a.transfers || a.first - b.first)
    .map(({ transfers, total, wallets }, index) => ({
      id: index + 1,
      size: wallets.length,
      transfers,
      total: Object.fromEntries([...total].sort(([a], [b]) => (a < b ? -1 : 1))),
      wallets,
    }));
}
