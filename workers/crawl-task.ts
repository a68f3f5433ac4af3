/** What a job of the crawl works with. */
import type { Call } from '../src/chains/chain.ts';
import type { Clock } from '../src/clock.ts';
import type { RetryableError } from '../src/errors.ts';
import type { Log } from '../src/log.ts';
import type { HistoryKey } from '../src/store/coverage.ts';
import type { Pool } from '../src/store/db.ts';
import type { AssignedWallet, Assignment } from '../src/store/frontier.ts';
import { noteAnswer } from '../src/store/requests.ts';
import type { Provider } from './provider.ts';

export interface CrawlContext {
  readonly pool: Pool;
  readonly provider: Provider;
  readonly clock: Clock;
  readonly log: Log;
  /** A fault that a crawl cannot go on with: a full disk, or a lost queue. */
  readonly onFatal: (error: Error) => void;
  /** Aborted when the process is to end: work that waits for its turn is given back. */
  readonly stopping: AbortSignal;
}

/** A job that is still wanted, with what it needs. */
export interface Task extends Assignment {
  readonly runId: number;
  readonly attempt: number;
  readonly key: HistoryKey;
  /** End of the window, in the source's unit: just behind the run's head. */
  readonly until: number;
  /** Requests that the job has sent. */
  readonly sent: { requests: number };
  /** Faults that its source got over by itself. */
  readonly faults: RetryableError[];
}

/** How often a long job notes that it is answered. */
const NOTE_MS = 1_000;

/** Counts the requests that a source sends for the task, and gives it back where it waits for a turn as the process ends. */
export function callOf({ pool, clock, stopping }: CrawlContext, { runId, sent, faults }: Task): Call {
  let noted = clock.now();
  const onRequest = async () => {
    sent.requests += 1;
    const now = clock.now();
    // A further request means that the one before was answered: a long job is no silence.
    if (sent.requests === 1 || now - noted < NOTE_MS) return;
    noted = now;
    await noteAnswer(pool, runId, new Date(now));
  };
  return { onRequest, onFault: (fault) => void faults.push(fault), stopping };
}

export function idsOf(wallets: readonly AssignedWallet[]): number[] {
  return wallets.map(({ id }) => id);
}
