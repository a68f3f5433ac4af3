/** BullMQ's workers, started so that a server which takes no connections at first is waited for. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Job, Worker, type WorkerOptions } from 'bullmq';
import { messageOf } from '../errors.ts';

/** A worker that was killed loses its jobs to others after so long. */
const LOCK_MS = 10_000;
const STALLED_CHECK_MS = 5_000;
/** Being killed is no fault of the job, so a job is taken up again as often as it takes. */
const MAX_STALLED = 1_000;

export interface JobControl {
  /** Puts the job back as it was, for whoever takes it next: it counts as no try. Never returns. */
  giveBack(): never;
  /** True when the job fails for good if it fails now. */
  readonly lastAttempt: boolean;
}

export type Processor = (data: unknown, control: JobControl) => Promise<void>;

export interface WorkerRequest {
  readonly name: string;
  readonly process: Processor;
  readonly concurrency: number;
  /** An error of the worker itself, such as a lost connection. */
  readonly onError: (error: Error) => void;
}

/** A worker that its server does not let in is started anew after so long, and then after twice as long, up to `LONGEST_WAIT_MS`. */
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;

export interface StartedWorker {
  close(force: boolean): Promise<void>;
}

/**
 * Starts a worker once its server takes its connections. BullMQ's own start goes on without: a Postgres with no connection left
 * would fail all that such a worker ever asks, at once and without end.
 */
export function startWorker(request: WorkerRequest, connection: unknown, backend: unknown): StartedWorker {
  const leaving = new AbortController();
  let worker = makeWorker(request, connection, backend);
  const start = async () => {
    for (let wait = FIRST_WAIT_MS; !leaving.signal.aborted; wait = Math.min(2 * wait, LONGEST_WAIT_MS)) {
      try {
        await worker.waitUntilReady();
        if (!leaving.signal.aborted) await worker.run();
        return;
      } catch (error) {
        if (leaving.signal.aborted) return;
        request.onError(error instanceof Error ? error : new Error(messageOf(error)));
        await worker.close(true).catch(() => {});
        await sleep(wait, undefined, { signal: leaving.signal }).catch(() => {});
        // What is made now, nobody would close.
        if (leaving.signal.aborted) return;
        worker = makeWorker(request, connection, backend);
      }
    }
  };
  void start();
  return {
    close(force) {
      leaving.abort();
      return worker.close(force);
    },
  };
}

function makeWorker(
  { name, concurrency, process, onError }: WorkerRequest,
  connection: unknown,
  backend: unknown,
): Worker {
  const options: WorkerOptions = {
    connection: connection as never,
    autorun: false,
    concurrency,
    lockDuration: LOCK_MS,
    stalledInterval: STALLED_CHECK_MS,
    maxStalledCount: MAX_STALLED,
  };
  const worker = new Worker(
    name,
    async (job: Job) => {
      const attempts = job.opts.attempts ?? 1;
      await process(job.data, {
        lastAttempt: job.attemptsMade + 1 >= attempts,
        giveBack() {
          // BullMQ's word for a job that goes back without having failed.
          throw Worker.RateLimitError();
        },
      });
    },
    options as never,
    backend as never,
  );
  worker.on('error', onError);
  return worker;
}
