/** A provider in use: the source that speaks to it, by its number in the store, with the queue of its requests. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Call, ChainSource, Head } from '../src/chains/chain.ts';
import { RetryableError, WORK_STOPPED } from '../src/errors.ts';
import type { CrawlJob } from '../src/queue/jobs.ts';
import type { JobQueue } from '../src/queue/queue.ts';
import type { Pool } from '../src/store/db.ts';
import type { StoredAsset } from '../src/store/reference.ts';
import { takeTurn } from '../src/store/request-slots.ts';

/** With more a second than this nobody limits us, and waiting for turns would only cost time. */
const UNLIMITED_RATE = 1_000;

export interface Provider {
  readonly id: number;
  readonly source: ChainSource;
  /** What is crawled there. */
  readonly asset: StoredAsset;
  readonly queue: JobQueue<CrawlJob>;
  /** Requests a second over all workers; `null` for no limit. */
  readonly rate: number | null;
  readonly queueName: string;
  /** Another provider of the chain, asked where what this one lists does not add up; `null` where none is configured. */
  readonly second: Provider | null;
  /** Whose limit holds: names the provider's address and key among others, without telling them. */
  readonly account: string;
}

/**
 * A call whose requests wait for their turn, and are told of as they are sent.
 *
 * @param stopping ends the waiting, with a `RetryableError` `WORK_STOPPED`; a request that is under way is not cut off
 */
export function callInTurn(pool: Pool, { rate, account }: Provider, call: Call, stopping?: AbortSignal): Call {
  const { signal, onRequest, onFault } = call;
  return {
    signal,
    onFault,
    async onRequest() {
      if (rate !== null && rate < UNLIMITED_RATE) {
        const wait = await takeTurn(pool, account, 1000 / rate);
        const ends = [signal, stopping].filter((each) => each !== undefined);
        if (wait > 1) await sleep(wait, undefined, { signal: AbortSignal.any(ends) }).catch(() => {});
      }
      signal?.throwIfAborted();
      if (stopping?.aborted) throw new RetryableError(WORK_STOPPED, 'The process is to end.');
      await onRequest?.();
    },
  };
}

/** The first position of the asset's history, in the source's unit. */
export function windowStart({ source, asset }: Pick<Provider, 'source' | 'asset'>): number {
  return source.unit === 'timestamp' ? asset.since : asset.sinceBlock;
}

/** Just behind the head, in the source's unit. */
export function windowEnd({ source }: Pick<Provider, 'source'>, head: Head): number {
  return (source.unit === 'timestamp' ? head.timestamp : head.block) + 1;
}
