/** Wallets and edges as they are exported; every format is written from these rows, so that all of them agree. */
import type { ChainId } from '../../src/chains/chain.ts';
import type { PoisonRule } from '../poisoning.ts';
import type { WalletReport, WalletState } from '../rows.ts';
import { walletKey } from '../wallet-key.ts';
import { assetAmount, type ExportSnapshot, type FreezeStatus, iso, type Proof, type SeenWallet } from './snapshot.ts';

/** A wallet as it is exported. */
export interface NodeRow {
  readonly id: string;
  readonly chain: ChainId;
  readonly address: string;
  readonly hop: number | null;
  readonly state: WalletState;
  /** `reported`, `victim's own wallet`, or `null`. */
  readonly report: string | null;
  /** Number of its cluster, `null` where it is in none. */
  readonly cluster: number | null;
  /** From 0 to 100 for a wallet to examine; `null` for others. */
  readonly score: number | null;
  /** What it does, with commas between; `null` where nothing is told. */
  readonly roles: string | null;
  /** Why it is not read to the end; `null` where it is, and for a wallet that the crawl only met. */
  readonly reason: string | null;
  readonly proof: Proof;
  /** How much more it held than its transfers add up to, as a total is written; `null` where that is not known. */
  readonly difference: string | null;
  /** Ends of the stretch that was seen, ISO 8601, UTC. */
  readonly from: string | null;
  readonly to: string | null;
  /** Transfers that its own history lists. */
  readonly rows: number | null;
  /** Whether the issuer has frozen it: `yes`, `no`, or `null` where that is not known. */
  readonly frozen: string | null;
  /** Since when, ISO 8601, UTC; `null` where it is not frozen, or since when is not known. */
  readonly frozenSince: string | null;
}

/** How far a wallet of the case was seen, as it is exported. */
export type CoverageRow = Omit<SeenWallet, 'from' | 'to' | 'difference'> &
  Pick<NodeRow, 'id' | 'from' | 'to' | 'difference'>;

/** All transfers of one asset from one wallet to another, as they are exported. */
export interface EdgeRow {
  readonly id: string;
  readonly source: string;
  readonly target: string;
  readonly asset: string;
  /** Number of transfers. */
  readonly count: number;
  /** Decimal in whole units of the asset, with all its decimals. */
  readonly total: string;
  /** ISO 8601, UTC. */
  readonly first: string;
  readonly last: string;
}

/** A transfer that the graph leaves out as poison, as it is exported. */
export interface PoisonRow {
  readonly chain: ChainId;
  readonly asset: string;
  readonly transaction: string;
  readonly from: string;
  readonly to: string;
  /** Decimal in whole units of the asset, with all its decimals. */
  readonly amount: string;
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly rule: PoisonRule;
}

/** Fields of a wallet besides its id, in order. Amounts are text: the formats know no number that holds them exactly. */
export const NODE_FIELDS: Readonly<Record<keyof Omit<NodeRow, 'id'>, FieldType>> = {
  chain: 'string',
  address: 'string',
  hop: 'long',
  state: 'string',
  report: 'string',
  cluster: 'long',
  score: 'long',
  roles: 'string',
  reason: 'string',
  proof: 'string',
  difference: 'string',
  from: 'string',
  to: 'string',
  rows: 'long',
  frozen: 'string',
  frozenSince: 'string',
};

/** Fields of an edge besides its id and its ends, in order. */
export const EDGE_FIELDS: Readonly<Record<keyof Omit<EdgeRow, 'id' | 'source' | 'target'>, FieldType>> = {
  asset: 'string',
  count: 'long',
  total: 'string',
  first: 'string',
  last: 'string',
};

/** As GEXF and GraphML name them: text, and whole numbers of 64 bits. */
export type FieldType = 'string' | 'long';

const REPORT_WORDS: Readonly<Record<WalletReport, string>> = {
  'paid-to': 'reported',
  own: "victim's own wallet",
  disclosed: 'paid by a disclosed withdrawal',
};

/** The wallets, in the order of their keys. */
export function* nodeRows({ graph, clusters, coverage, freezes, header }: ExportSnapshot): Iterable<NodeRow> {
  const seen = new Map(coverage.map((wallet) => [walletKey(wallet), wallet]));
  const freezeOf = new Map(freezes.map((freeze) => [walletKey(freeze), freeze]));
  const clusterOf = new Map<string, number>();
  for (const { id, wallets } of clusters?.clusters ?? []) {
    for (const wallet of wallets) clusterOf.set(walletKey(wallet), id);
  }
  for (const { node: id, attributes } of graph.nodeEntries()) {
    const { chain, address, hop, state } = attributes;
    const report = attributes.report === null ? null : REPORT_WORDS[attributes.report];
    yield {
      id,
      chain,
      address,
      hop,
      state,
      report,
      cluster: clusterOf.get(id) ?? null,
      score: clusters?.scores.get(id) ?? null,
      roles: clusters?.roles.get(id)?.join(', ') ?? null,
      ...proofIn(header, seen.get(id)),
      ...freezeIn(freezeOf.get(id)),
    };
  }
}

function freezeIn(freeze: FreezeStatus | undefined): Pick<NodeRow, 'frozen' | 'frozenSince'> {
  if (freeze === undefined) return { frozen: null, frozenSince: null };
  return { frozen: freeze.frozen ? 'yes' : 'no', frozenSince: freeze.since === null ? null : iso(freeze.since) };
}

/** A wallet that the crawl only met was not asked about: nothing of it is proven. */
function proofIn(
  header: ExportSnapshot['header'],
  seen: SeenWallet | undefined,
): Pick<NodeRow, 'reason' | 'proof' | 'difference' | 'from' | 'to' | 'rows'> {
  if (seen === undefined)
    return { reason: null, proof: 'not-tried', difference: null, from: null, to: null, rows: null };
  const { reason, proof, difference, from, to, rows, asset } = seen;
  return {
    ...{ reason, proof, rows },
    difference: difference === null ? null : assetAmount(header, asset, difference),
    ...{ from: from === null ? null : iso(from), to: to === null ? null : iso(to) },
  };
}

/** How far the wallets of the case were seen. */
export function* coverageRows({ coverage, header }: ExportSnapshot): Iterable<CoverageRow> {
  for (const seen of coverage) {
    const { chain, address, state, hop, asset, provider, requests, rows } = seen;
    const { reason, proof, difference, from, to } = proofIn(header, seen);
    yield {
      ...{ id: walletKey(seen), chain, address, state, reason, from, to, rows, proof, difference },
      ...{ hop, asset, provider, requests },
    };
  }
}

/**
 * The edges, in the order of payer, payee and asset.
 *
 * @throws Error when the header has no decimals for an asset
 */
export function* edgeRows({ graph, header }: ExportSnapshot): Iterable<EdgeRow> {
  for (const { edge: id, source, target, attributes } of graph.edgeEntries()) {
    const { asset, count, total, first, last } = attributes;
    yield {
      id,
      source,
      target,
      asset,
      count,
      total: assetAmount(header, asset, total),
      first: iso(first),
      last: iso(last),
    };
  }
}

/** What the graph leaves out as poison, in the order of time. */
export function* poisonRows({ poison, header }: ExportSnapshot): Iterable<PoisonRow> {
  for (const { chain, asset, transaction, from, to, value, timestamp, rule } of poison) {
    const amount = assetAmount(header, asset, value);
    yield { chain, asset, transaction, from, to, amount, time: iso(timestamp), rule };
  }
}
