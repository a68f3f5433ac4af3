/** What features look up of an account, counted once. */
import type { Communities } from '../communities/types.ts';
import type { CaseView } from '../findings/view.ts';
import type { RoleFinding } from '../roles/types.ts';

export interface Links {
  /** Of each account, with how many others it dealt, and with how many reported ones. */
  readonly partners: Int32Array;
  readonly named: Int32Array;
}

export function linksOf(view: CaseView, reported: Uint8Array): Links {
  const links = { partners: new Int32Array(view.count), named: new Int32Array(view.count) };
  for (let account = 0; account < view.count; account += 1) {
    const partners = new Set<number>();
    for (const row of view.receipts(account)) partners.add(view.table.from[row] ?? 0);
    for (const row of view.payouts(account)) partners.add(view.table.to[row] ?? 0);
    links.partners[account] = partners.size;
    for (const partner of partners) if (reported[partner] === 1) links.named[account] = (links.named[account] ?? 0) + 1;
  }
  return links;
}

/** A tie by the numbers of accounts. */
export interface NumberedTie {
  readonly kind: 'funder' | 'swept-together';
  readonly by: readonly number[];
  /** Those that it ties, and the funder itself. */
  readonly accounts: readonly number[];
  /** Hashes of the receipts that paid for fees. */
  readonly native: readonly string[];
}

export function indexTies({ table, ties }: CaseView): Map<number, NumberedTie[]> {
  const byAccount = new Map<number, NumberedTie[]>();
  for (const { kind, by, wallets, evidence } of ties) {
    const center = table.accounts.ofWallet(by);
    const own = wallets.flatMap((wallet) => table.accounts.ofWallet(wallet));
    const accounts = [...new Set(kind === 'funder' ? [...own, ...center] : own)];
    const native = kind === 'funder' ? evidence.transfers.map(({ transaction }) => transaction) : [];
    for (const account of accounts) append(byAccount, account, { kind, by: center, accounts, native });
  }
  return byAccount;
}

export function indexRoles(roles: readonly RoleFinding[]): Map<number, RoleFinding[]> {
  const byAccount = new Map<number, RoleFinding[]>();
  for (const finding of roles) append(byAccount, finding.account, finding);
  return byAccount;
}

/** How many reported wallets each cluster has. */
export function namedInClusters({ cluster, clusters }: Communities, reported: Uint8Array): Int32Array {
  const named = new Int32Array(clusters);
  cluster.forEach((own, account) => {
    if (own >= 0 && reported[account] === 1) named[own] = (named[own] ?? 0) + 1;
  });
  return named;
}

function append<Item>(lists: Map<number, Item[]>, key: number, item: Item): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [item]);
  else list.push(item);
}
