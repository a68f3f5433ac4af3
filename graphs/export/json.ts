/** JSON in the node-link form, for programs: `networkx.node_link_graph` and d3 read it. */
import { walletKey } from '../wallet-key.ts';
import { joinLines } from './chunks.ts';
import {
  type CoverageRow,
  coverageRows,
  type EdgeRow,
  edgeRows,
  type NodeRow,
  nodeRows,
  type PoisonRow,
  poisonRows,
} from './rows.ts';
import { assetAmount, type ExportClusters, type ExportHeader, type ExportSnapshot, iso } from './snapshot.ts';

/** The whole document. Amounts are decimal text, times are ISO 8601 in UTC. */
export interface GraphDocument {
  /** Always true: each edge has a payer and a payee, and there is one per asset. */
  readonly directed: true;
  readonly multigraph: true;
  readonly header: Omit<ExportHeader, 'heads' | 'hidden'> & {
    readonly heads: readonly { readonly chain: string; readonly block: number; readonly timestamp: string }[];
    /** How the clusters were found, `null` where none were looked for. */
    readonly clustering:
      | (Pick<ExportClusters, 'seed' | 'repeats' | 'rule' | 'unclustered'> & { readonly method: 'leiden' })
      | null;
  };
  readonly nodes: readonly NodeRow[];
  readonly edges: readonly (Omit<EdgeRow, 'id'> & { readonly key: string })[];
  readonly clusters: readonly ClusterRow[];
  /** How far each wallet of the case was seen. */
  readonly coverage: readonly CoverageRow[];
  /** Transfers that the graph leaves out as poison. */
  readonly poison: readonly PoisonRow[];
}

type ClusterRow = Omit<ExportClusters['clusters'][number], 'total' | 'wallets'> & {
  readonly total: Readonly<Record<string, string>>;
  /** Ids of its nodes. */
  readonly wallets: readonly string[];
};

/** The graph as a `GraphDocument`: one node, edge, cluster or poisonous transfer a line. */
export function writeJson(snapshot: ExportSnapshot): Iterable<string> {
  return joinLines(jsonLines(snapshot));
}

function* jsonLines(snapshot: ExportSnapshot): Iterable<string> {
  yield `{"directed":true,"multigraph":true,"header":${JSON.stringify(documentHeader(snapshot))},\n"nodes":[`;
  yield* listItems(nodeRows(snapshot));
  yield '],\n"edges":[';
  yield* listItems(edges(snapshot));
  yield '],\n"clusters":[';
  yield* listItems(clusterRows(snapshot));
  yield '],\n"coverage":[';
  yield* listItems(coverageRows(snapshot));
  yield '],\n"poison":[';
  yield* listItems(poisonRows(snapshot));
  yield ']}\n';
}

function* listItems(items: Iterable<unknown>): Iterable<string> {
  let separator = '\n';
  for (const item of items) {
    yield separator + JSON.stringify(item);
    separator = ',\n';
  }
}

function documentHeader({ header, clusters }: ExportSnapshot): GraphDocument['header'] {
  const { stored, proofs, poison } = header;
  const { expanded, stopped, pending, failed } = header.coverage;
  // Named one by one, so that nothing else the object may carry gets out.
  return {
    case: header.case,
    generator: header.generator,
    graphHash: header.graphHash,
    runHash: header.runHash,
    heads: header.heads.map(({ chain, block, timestamp }) => ({ chain, block, timestamp: iso(timestamp) })),
    decimals: Object.fromEntries(Object.entries(header.decimals).sort(([a], [b]) => (a < b ? -1 : 1))),
    coverage: { expanded, stopped, pending, failed },
    proofs: { proven: proofs.proven, unproven: proofs.unproven, 'not-tried': proofs['not-tried'] },
    stored: { wallets: stored.wallets, transfers: stored.transfers },
    poison: {
      'zero-value': poison['zero-value'],
      'look-alike': poison['look-alike'],
      'signed-by-another': poison['signed-by-another'],
    },
    clustering: clusters && {
      method: 'leiden',
      seed: clusters.seed,
      repeats: clusters.repeats,
      rule: clusters.rule,
      unclustered: clusters.unclustered,
    },
  };
}

function* edges(snapshot: ExportSnapshot): Iterable<GraphDocument['edges'][number]> {
  for (const { id: key, ...edge } of edgeRows(snapshot)) yield { key, ...edge };
}

function* clusterRows({ header, clusters }: ExportSnapshot): Iterable<ClusterRow> {
  for (const { id, size, likely, transfers, total, wallets } of clusters?.clusters ?? []) {
    const amounts = Object.entries(total).map(([asset, units]) => [asset, assetAmount(header, asset, units)]);
    yield { id, size, likely, transfers, total: Object.fromEntries(amounts), wallets: wallets.map(walletKey) };
  }
}
