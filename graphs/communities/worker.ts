/** The thread in which clusters are found: takes its work when it starts, posts the result, ends. */
import { parentPort, workerData } from 'node:worker_threads';
import type { GraphEdge, GraphWallet } from '../rows.ts';
import { type LouvainParameters, louvainClusters } from './louvain.ts';

export interface ClusterWork {
  readonly wallets: readonly GraphWallet[];
  readonly edges: readonly GraphEdge[];
  readonly parameters: LouvainParameters;
}

const { wallets, edges, parameters } = workerData as ClusterWork;
parentPort?.postMessage(louvainClusters({ wallets, edges }, parameters));
