/** The thread in which communities are found: takes its work when it starts, posts steps and the result, ends. */
import { parentPort, workerData } from 'node:worker_threads';
import { clusterPairs, scanPairs } from './clustering.ts';
import type { CommunityMessage, CommunityWork } from './thread.ts';

const { task, nodes, pairs, policy, seed, over } = workerData as CommunityWork;
const post = (message: CommunityMessage) => parentPort?.postMessage(message);
const search = task === 'scan' ? scanPairs : clusterPairs;
const result = search(nodes, pairs, policy, {
  seed,
  isOver: () => Atomics.load(over, 0) === 1,
  onProgress: (progress) => post({ progress }),
});
post({ result });
