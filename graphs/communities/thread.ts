/** Finds communities in a thread of their own: the columns of the traced graph go there, and nothing else of the case. */
import { Worker } from 'node:worker_threads';
import { UserError } from '../../src/errors.ts';
import type { CaseView } from '../findings/view.ts';
import type { Clustering } from './clustering.ts';
import { byAccount } from './find.ts';
import type { CommunityPolicy } from './policy.ts';
import type { TracedPairs } from './tie-pairs.ts';
import { tracedGraph } from './traced-graph.ts';
import type { Communities, CommunityProgress, ScannedResolution } from './types.ts';

export interface ThreadOptions {
  readonly seed: number;
  /** Milliseconds until the search ends with the best that it has. */
  readonly deadlineMs: number;
  readonly onProgress?: (progress: CommunityProgress) => void;
  readonly signal?: AbortSignal;
}

/** What the thread takes when it starts. `over` becomes 1 once time is up. */
export interface CommunityWork {
  readonly task: 'communities' | 'scan';
  readonly nodes: number;
  readonly pairs: TracedPairs;
  readonly policy: CommunityPolicy;
  readonly seed: number;
  readonly over: Int32Array<SharedArrayBuffer>;
}

/** What the thread posts: steps, then the result. */
export type CommunityMessage = { readonly progress: CommunityProgress } | { readonly result: unknown };

/** Node runs a longer timer at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;
/** How long a thread may take from the deadline to its answer: a pass over the largest graphs, and more. */
const GRACE_MS = 20_000;

/**
 * `findCommunities` with a deadline: what was found until then is kept, and marked by `cut` or by fewer `repeats`.
 *
 * @throws UserError `CLUSTERS_DEADLINE` when even that does not come, `CLUSTERS_MEMORY` when the graph does not fit into memory
 * @throws what `signal` was aborted with
 */
export async function findCommunitiesInThread(
  view: CaseView,
  policy: CommunityPolicy,
  options: ThreadOptions,
): Promise<Communities> {
  options.signal?.throwIfAborted();
  const { accounts, pairs } = tracedGraph(view, policy);
  const work = { task: 'communities', nodes: accounts.length, pairs, policy } as const;
  return byAccount(view, accounts, (await runInThread(work, options)) as Clustering);
}

/** `scanResolutions` with a deadline: the resolutions that there was time for. @throws as `findCommunitiesInThread` */
export async function scanInThread(
  view: CaseView,
  policy: CommunityPolicy,
  options: ThreadOptions,
): Promise<ScannedResolution[]> {
  options.signal?.throwIfAborted();
  const { accounts, pairs } = tracedGraph(view, policy);
  const work = { task: 'scan', nodes: accounts.length, pairs, policy } as const;
  return (await runInThread(work, options)) as ScannedResolution[];
}

async function runInThread(
  work: Omit<CommunityWork, 'seed' | 'over'>,
  { seed, deadlineMs, onProgress, signal }: ThreadOptions,
): Promise<unknown> {
  const over = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const { count, ...columns } = work.pairs;
  const timers: NodeJS.Timeout[] = [];
  const after = (ms: number, act: () => void) => timers.push(setTimeout(act, Math.min(ms, LONGEST_TIMER_MS)));
  // The entry registers tsx by itself, so what the program was started with is not handed on.
  const worker = new Worker(new URL('./worker-entry.mjs', import.meta.url), {
    workerData: { ...work, seed, over } satisfies CommunityWork,
    transferList: Object.values(columns).map(({ buffer }) => buffer as ArrayBuffer),
    execArgv: [],
  });
  let abort = (): void => {};
  try {
    return await new Promise<unknown>((resolve, reject) => {
      abort = () => reject(signal?.reason);
      signal?.addEventListener('abort', abort, { once: true });
      after(deadlineMs, () => Atomics.store(over, 0, 1));
      after(deadlineMs + GRACE_MS, () => reject(tooSlow(deadlineMs, count)));
      worker.on('message', (message: CommunityMessage) => {
        if ('progress' in message) onProgress?.(message.progress);
        else resolve(message.result);
      });
      worker.once('error', (error) => reject(isOutOfMemory(error) ? tooLarge(count, error) : error));
      worker.once('exit', (code) => reject(new Error(`The thread that finds communities ended with code ${code}.`)));
    });
  } finally {
    timers.forEach(clearTimeout);
    signal?.removeEventListener('abort', abort);
    await worker.terminate();
  }
}

function isOutOfMemory(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
}

function tooSlow(deadlineMs: number, pairs: number): UserError {
  return new UserError('CLUSTERS_DEADLINE', `No communities were found within ${deadlineMs / 1000} seconds.`, {
    right: `The graph has ${pairs} pairs of wallets.`,
    todo: 'Raise the deadline, or find communities in fewer wallets: crawl fewer hops.',
  });
}

function tooLarge(pairs: number, cause: unknown): UserError {
  return new UserError('CLUSTERS_MEMORY', 'The graph does not fit into the memory for finding communities.', {
    right: `The graph has ${pairs} pairs of wallets.`,
    todo: 'Use a machine with more memory, or find communities in fewer wallets: crawl fewer hops.',
    cause,
  });
}
