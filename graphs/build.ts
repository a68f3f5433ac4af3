/** The graph of who paid whom: a node per wallet, an edge per payer, payee and asset. */
import { MultiDirectedGraph } from 'graphology';
import {
  edgesOfTransfers,
  type GraphEdge,
  type GraphRows,
  type GraphTransfer,
  type GraphWallet,
  orderRows,
} from './rows.ts';

type WalletAttributes = Pick<GraphWallet, 'chain' | 'address' | 'hop' | 'state' | 'report'>;

type EdgeAttributes = Pick<GraphEdge, 'asset' | 'count' | 'total' | 'first' | 'last'>;

/** Nodes are keyed `chain:address`, edges `from>to:asset`; both stand in ascending order. */
export type TransferGraph = MultiDirectedGraph<WalletAttributes, EdgeAttributes>;

/**
 * Builds the graph from single transfers; the same rows in any order give the same graph.
 *
 * Transfers that move nothing are left out, see `orderRows`.
 *
 * @throws Error when a wallet comes twice
 */
export function buildGraph(rows: {
  readonly wallets: Iterable<GraphWallet>;
  readonly transfers: Iterable<GraphTransfer>;
}): TransferGraph {
  return buildGraphFromEdges({ wallets: rows.wallets, edges: edgesOfTransfers(rows.transfers) });
}

/**
 * Builds the graph from transfers that a database has added up; edges of the same payer, payee and asset are joined.
 *
 * @throws Error when a wallet comes twice
 */
export function buildGraphFromEdges(rows: GraphRows): TransferGraph {
  const { keys, wallets, edges } = orderRows(rows);
  const graph: TransferGraph = new MultiDirectedGraph<WalletAttributes, EdgeAttributes>();
  wallets.forEach(({ chain, address, hop, state, report }, index) => {
    graph.addNode(keys[index], { chain, address, hop, state, report });
  });
  for (const { source, target, asset, count, total, first, last } of edges) {
    const from = keys[source];
    const to = keys[target];
    graph.addDirectedEdgeWithKey(`${from}>${to}:${asset}`, from, to, { asset, count, total, first, last });
  }
  return graph;
}
