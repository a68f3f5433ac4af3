/** What a job of the crawl works with. */
import type { Call } from '../src/chains/chain.ts';
import type { Clock } from '../src/clock.ts';
import type { Log } from '../src/log.ts';
import type { HistoryKey } from '../src/store/coverage.ts';
import type { Pool } from '../src/store/db.ts';
import type { AssignedWallet, Assignment } from '../src/store/frontier.ts';
import { callInTurn, type Provider } from './provider.ts';

export interface CrawlContext {
  readonly pool: Pool;
  readonly provider: Provider;
  readonly clock: Clock;
  readonly log: Log;
  /** A fault that a crawl cannot go on with: a full disk, or a lost queue. */
  readonly onFatal: (error: Error) => void;
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
}

/** Lets the requests that a source sends for the task wait for their turn, and counts them. */
export function callOf({ pool, provider }: CrawlContext, { sent }: Task): Call {
  return callInTurn(pool, provider, {
    onRequest: () => {
      sent.requests += 1;
    },
  });
}

export function idsOf(wallets: readonly AssignedWallet[]): number[] {
  return wallets.map(({ id }) => id);
}
