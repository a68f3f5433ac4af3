/** The thread in which clusters are found: takes its work when it starts, posts steps and the result, ends. */
import { parentPort, workerData } from 'node:worker_threads';
import type { GraphEdge, GraphWallet } from '../rows.ts';
import { clusterPairs, scanPairs } from './clustering.ts';
import { type LouvainParameters, louvainClusters } from './louvain.ts';
import type { CommunityMessage, CommunityWork } from './thread.ts';

export interface ClusterWork {
  readonly wallets: readonly GraphWallet[];
  readonly edges: readonly GraphEdge[];
  readonly parameters: LouvainParameters;
}

const work = workerData as ClusterWork | CommunityWork;
if ('task' in work) findCommunities(work);
else parentPort?.postMessage(louvainClusters(work, work.parameters));

function findCommunities({ task, nodes, pairs, policy, seed, over }: CommunityWork): void {
  const post = (message: CommunityMessage) => parentPort?.postMessage(message);
  const search = task === 'scan' ? scanPairs : clusterPairs;
  const result = search(nodes, pairs, policy, {
    seed,
    isOver: () => Atomics.load(over, 0) === 1,
    onProgress: (progress) => post({ progress }),
  });
  post({ result });
}
