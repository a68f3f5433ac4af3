/** A provider in use: the source that speaks to it, by its number in the store, with the queue of its requests. */
import type { ChainSource, Head } from '../src/chains/chain.ts';
import type { CrawlJob } from '../src/queue/jobs.ts';
import type { JobQueue } from '../src/queue/queue.ts';
import type { StoredAsset } from '../src/store/reference.ts';

export interface Provider {
  readonly id: number;
  /** Its requests wait for their turn. */
  readonly source: ChainSource;
  /** What is crawled there. */
  readonly asset: StoredAsset;
  readonly queue: JobQueue<CrawlJob>;
  readonly queueName: string;
  /** Another provider of the chain, asked where what this one lists does not add up; `null` where none is configured. */
  readonly second: Provider | null;
}

/** The first position of the asset's history, in the source's unit. */
export function windowStart({ source, asset }: Pick<Provider, 'source' | 'asset'>): number {
  return source.unit === 'timestamp' ? asset.since : asset.sinceBlock;
}

/** Just behind the head, in the source's unit. */
export function windowEnd({ source }: Pick<Provider, 'source'>, head: Head): number {
  return (source.unit === 'timestamp' ? head.timestamp : head.block) + 1;
}
