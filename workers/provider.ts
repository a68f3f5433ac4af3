/** A provider in use: the source that speaks to it, by its number in the store, with the queue of its requests. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Call, ChainSource, Head } from '../src/chains/chain.ts';
import type { CrawlJob } from '../src/queue/jobs.ts';
import { type JobQueue, UNLIMITED_RATE } from '../src/queue/queue.ts';
import type { Pool } from '../src/store/db.ts';
import type { StoredAsset } from '../src/store/reference.ts';
import { takeTurn } from '../src/store/request-slots.ts';

export interface Provider {
  readonly id: number;
  readonly source: ChainSource;
  /** What is crawled there. */
  readonly asset: StoredAsset;
  readonly queue: JobQueue<CrawlJob>;
  /** Requests a second over all workers; `null` for no limit. */
  readonly rate: number | null;
  /** Names the provider's address and key among others, without telling them. */
  readonly account: string;
}

/** A call whose requests wait for their turn, and are told of as they are sent. */
export function callInTurn(pool: Pool, { rate, account }: Provider, call: Call): Call {
  const { signal, onRequest } = call;
  return {
    signal,
    async onRequest() {
      if (rate !== null && rate < UNLIMITED_RATE) {
        const wait = await takeTurn(pool, account, 1000 / rate);
        if (wait > 1) await sleep(wait, undefined, signal === undefined ? {} : { signal });
      }
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
