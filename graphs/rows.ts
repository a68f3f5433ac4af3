/** The rows that a graph is made of, brought into the one order that makes every result repeatable. */
import type { Address, ChainId, Transfer, Wallet } from '../src/chains/chain.ts';
import { walletKey } from './wallet-key.ts';

/** How far the crawl came with a wallet; `seen` is one that it met in a transfer and does not follow. */
export type WalletState = 'expanded' | 'stopped' | 'pending' | 'failed' | 'seen';

/** `paid-to`: a victim reported a payment to it. `own`: it is a victim's own wallet. `disclosed`: a service disclosed a withdrawal to it. */
export type WalletReport = 'paid-to' | 'own' | 'disclosed';

export interface GraphWallet extends Wallet {
  /** Transfers between the nearest seed and the wallet; `null` where no seed leads to it. */
  readonly hop: number | null;
  readonly state: WalletState;
  readonly report: WalletReport | null;
}

/** All transfers of one asset from one wallet to another, zero-value ones left out. */
export interface GraphEdge {
  readonly chain: ChainId;
  readonly asset: string;
  readonly from: Address;
  readonly to: Address;
  readonly count: number;
  /** Base units. */
  readonly total: bigint;
  /** Times of the first and the last of them, milliseconds since 1970. */
  readonly first: number;
  readonly last: number;
}

export interface GraphRows {
  readonly wallets: Iterable<GraphWallet>;
  readonly edges: Iterable<GraphEdge>;
}

/** What of a transfer a graph is made of. */
export type GraphTransfer = Pick<Transfer, 'chain' | 'asset' | 'from' | 'to' | 'value' | 'timestamp'>;

export interface OrderedRows {
  /** The wallets' keys, ascending. */
  readonly keys: readonly string[];
  /** The wallet of each key. */
  readonly wallets: readonly GraphWallet[];
  /** By source, target and asset, each such three once. */
  readonly edges: readonly OrderedEdge[];
}

/** An edge between positions in `wallets`. */
interface OrderedEdge {
  readonly source: number;
  readonly target: number;
  readonly asset: string;
  count: number;
  total: bigint;
  first: number;
  last: number;
}

/** Each transfer as an edge of its own; `orderRows` adds up those that belong together. */
export function* edgesOfTransfers(transfers: Iterable<GraphTransfer>): Iterable<GraphEdge> {
  for (const { chain, asset, from, to, value, timestamp } of transfers) {
    yield { chain, asset, from, to, count: 1, total: value, first: timestamp, last: timestamp };
  }
}

/**
 * The same rows in any order give the same ordered rows.
 *
 * Left out are transfers that move nothing: those of no value, with which strangers slip look-alike addresses into a
 * history, and those from a wallet to itself. A wallet stays that moved something, was reported, or is one the crawl
 * follows.
 *
 * @throws Error when a wallet comes twice
 */
export function orderRows(rows: GraphRows): OrderedRows {
  const met = createRegister();
  for (const wallet of rows.wallets) met.enter(wallet);
  const ends: { edge: GraphEdge; source: Entry; target: Entry }[] = [];
  for (const edge of rows.edges) {
    if (edge.total === 0n || edge.from === edge.to) continue;
    ends.push({ edge, source: met.mover(edge.chain, edge.from), target: met.mover(edge.chain, edge.to) });
  }

  const kept = met.entries.filter((entry) => entry.moved || isOfTheCase(entry.wallet));
  kept.sort((a, b) => (a.key < b.key ? -1 : 1));
  kept.forEach((entry, place) => {
    entry.place = place;
  });
  const edges = ends.map(({ edge: { asset, count, total, first, last }, source, target }): OrderedEdge => {
    return { source: source.place, target: target.place, asset, count, total, first, last };
  });
  return { keys: kept.map(({ key }) => key), wallets: kept.map(({ wallet }) => wallet), edges: addUp(edges) };
}

function isOfTheCase(wallet: GraphWallet): boolean {
  return wallet.state !== 'seen' || wallet.report !== null;
}

interface Entry {
  readonly key: string;
  readonly wallet: GraphWallet;
  moved: boolean;
  /** Position in the order of keys, once that is known. */
  place: number;
}

/** Finds wallets by chain and address: with millions of rows, making a key for each takes longer than all else. */
function createRegister() {
  const entries: Entry[] = [];
  const chains = new Map<ChainId, Map<Address, Entry>>();
  const find = (chain: ChainId, address: Address): Entry | undefined => chains.get(chain)?.get(address);
  const add = (wallet: GraphWallet): Entry => {
    const entry: Entry = { key: walletKey(wallet), wallet, moved: false, place: -1 };
    const addresses = chains.get(wallet.chain) ?? new Map<Address, Entry>();
    chains.set(wallet.chain, addresses.set(wallet.address, entry));
    entries.push(entry);
    return entry;
  };
  return {
    entries,
    enter(wallet: GraphWallet): void {
      if (find(wallet.chain, wallet.address)) throw new Error(`Wallet ${walletKey(wallet)} comes twice.`);
      add(wallet);
    },
    mover(chain: ChainId, address: Address): Entry {
      const entry = find(chain, address) ?? add({ chain, address, hop: null, state: 'seen', report: null });
      entry.moved = true;
      return entry;
    },
  };
}

function addUp(edges: OrderedEdge[]): OrderedEdge[] {
  edges.sort(compareEdges);
  const sums: OrderedEdge[] = [];
  let sum: OrderedEdge | undefined;
  for (const edge of edges) {
    if (sum === undefined || compareEdges(sum, edge) !== 0) {
      sum = edge;
      sums.push(edge);
      continue;
    }
    sum.count += edge.count;
    sum.total += edge.total;
    sum.first = Math.min(sum.first, edge.first);
    sum.last = Math.max(sum.last, edge.last);
  }
  return sums;
}

function compareEdges(a: OrderedEdge, b: OrderedEdge): number {
  if (a.source !== b.source) return a.source - b.source;
  if (a.target !== b.target) return a.target - b.target;
  if (a.asset === b.asset) return 0;
  return a.asset < b.asset ? -1 : 1;
}
