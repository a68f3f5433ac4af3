/** Finds clusters in a thread of their own, so that a large graph neither holds up the program nor runs for ever. */
import { Worker } from 'node:worker_threads';
import { UserError } from '../../src/errors.ts';
import type { GraphRows } from '../rows.ts';
import type { ClusterResult, LouvainParameters } from './louvain.ts';
import type { ClusterWork } from './worker.ts';

export interface ClusterOptions extends LouvainParameters {
  /** Milliseconds until the thread is ended. */
  readonly deadlineMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** Node runs a longer timer at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * `louvainClusters` with a deadline.
 *
 * @throws UserError `CLUSTERS_DEADLINE` when it takes longer, `CLUSTERS_MEMORY` when the graph does not fit into memory
 * @throws what `signal` was aborted with
 */
export async function findClusters(rows: GraphRows, options: ClusterOptions): Promise<ClusterResult> {
  const { seed, resolution, deadlineMs, signal } = options;
  signal?.throwIfAborted();
  const work: ClusterWork = { wallets: [...rows.wallets], edges: [...rows.edges], parameters: { seed, resolution } };
  // The entry registers tsx by itself, so what the program was started with is not handed on.
  const worker = new Worker(new URL('./worker-entry.mjs', import.meta.url), { workerData: work, execArgv: [] });
  const { promise, resolve, reject } = withResolvers<ClusterResult>();
  const abort = () => reject(signal?.reason);
  const timer = setTimeout(() => reject(tooSlow(deadlineMs, work)), Math.min(deadlineMs, LONGEST_TIMER_MS));
  signal?.addEventListener('abort', abort, { once: true });
  worker.once('message', resolve);
  worker.once('error', (error) => reject(isOutOfMemory(error) ? tooLarge(work, error) : error));
  worker.once('exit', (code) => reject(new Error(`The thread that finds clusters ended with code ${code}.`)));
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
    await worker.terminate();
  }
}

function withResolvers<T>() {
  let resolve: (value: T) => void = () => {};
  let reject: (reason: unknown) => void = () => {};
  const promise = new Promise<T>((onValue, onReason) => {
    resolve = onValue;
    reject = onReason;
  });
  return { promise, resolve, reject };
}

function isOutOfMemory(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
}

function tooSlow(deadlineMs: number, work: ClusterWork): UserError {
  return new UserError('CLUSTERS_DEADLINE', `The clusters were not found within ${deadlineMs / 1000} seconds.`, {
    right: `The graph has ${work.edges.length} edges.`,
    todo: 'Raise the deadline, or find clusters in fewer wallets: crawl fewer hops.',
  });
}

function tooLarge(work: ClusterWork, cause: unknown): UserError {
  return new UserError('CLUSTERS_MEMORY', 'The graph does not fit into the memory for finding clusters.', {
    right: `The graph has ${work.edges.length} edges.`,
    todo: 'Use a machine with more memory, or find clusters in fewer wallets: crawl fewer hops.',
    cause,
  });
}
