/** Starts workers in this process: those of the crawl, those of the analysis, or both. */
import type { ChainId } from '../src/chains/chain.ts';
import type { Clock } from '../src/clock.ts';
import type { Config } from '../src/config.ts';
import type { Log } from '../src/log.ts';
import type { AnalyseJob, ScheduleJob } from '../src/queue/jobs.ts';
import { type JobQueue, openQueues, queueName, type RunningWorker } from '../src/queue/queue.ts';
import type { Timers } from '../src/queue/timers.ts';
import { readAssets, type StoredAsset } from '../src/store/reference.ts';
import { openStore, type Store } from '../src/store/store.ts';
import { type AnalyseProgress, createAnalyseProcessor } from './analyse.ts';
import { createCrawlProcessor } from './crawl.ts';
import type { Provider } from './provider.ts';
import { openFileProviders, openProviders } from './providers.ts';
import { createScheduleProcessor, keepSchedules } from './schedule.ts';

/** Requests in flight per process: the provider's rate is what limits, this only hides its latency. */
const CRAWL_CONCURRENCY = 8;
/** Scheduled crawls in hand per process: each keeps a connection of the store for its case's lock. */
const SCHEDULE_CONCURRENCY = 3;
/** How often a process that takes scheduled crawls looks whether the queue still has their times. */
const KEEP_SCHEDULES_MS = 60_000;

/** Everything that commands and workers share: the store, the queues, the provider. */
export interface Engine {
  readonly config: Config;
  readonly store: Store;
  readonly queueKind: 'postgres' | 'redis';
  /** One for each chain that is configured. */
  readonly providers: ReadonlyMap<ChainId, Provider>;
  readonly assets: readonly StoredAsset[];
  readonly analyseQueue: JobQueue<AnalyseJob>;
  /** Of scheduled crawls, one for each case with a schedule. */
  readonly timers: Timers<ScheduleJob>;
  readonly clock: Clock;
  readonly log: Log;
  /** The files of a case in place of providers. */
  openFiles(caseId: number): Promise<ReadonlyMap<ChainId, Provider>>;
  /** Starts the crawl's workers, one for each provider. `onFatal` is told of what ends their work, such as a full disk. */
  startCrawl(providers: ReadonlyMap<ChainId, Provider>, onFatal: (error: Error) => void): RunningWorker;
  /** Starts the analysis's worker. */
  startAnalyse(onProgress: (progress: AnalyseProgress) => void): RunningWorker;
  /** Takes scheduled crawls, and puts their times back where the queue has lost them. Their pages are the crawl's workers'. */
  startSchedules(onFatal: (error: Error) => void): RunningWorker;
  /** Lets go of everything; `lost` when a server is gone, so that nothing waits for it. */
  close(lost?: boolean): Promise<void>;
}

/**
 * Opens everything.
 *
 * @param faults how loud a worker's own faults are logged: a command that waits for the work tells of them itself
 */
export async function openEngine(
  config: Config,
  clock: Clock,
  log: Log,
  faults: 'info' | 'warn' = 'info',
): Promise<Engine> {
  const store = await openStore(config);
  try {
    const { pool, instance } = store;
    const queues = await openQueues(config.redisUrl, { open: store.openPool, embedded: store.embedded });
    const analyseName = queueName('analyse', instance);
    const scheduleName = queueName('schedule', instance);
    const timers = queues.timers(scheduleName);
    const assets = await readAssets(pool);
    const place = { pool, queues, instance, assets, elapsed: () => performance.now() };
    const providers = await openProviders(config, place);
    const stoppings: AbortController[] = [];
    const onError = (error: Error) => log[faults]({ fault: error.message }, 'a worker had a fault');
    return {
      config,
      store,
      queueKind: queues.kind,
      providers,
      assets,
      analyseQueue: queues.queue<AnalyseJob>(analyseName),
      timers,
      clock,
      log,
      openFiles: (caseId) => openFileProviders(caseId, place),
      startCrawl(asked, onFatal) {
        const stopping = new AbortController();
        stoppings.push(stopping);
        const all = [...asked.values()].flatMap((each) => [each, ...(each.second === null ? [] : [each.second])]);
        const workers = all.map((provider) =>
          queues.work({
            name: provider.queueName,
            process: createCrawlProcessor({ pool, provider, clock, log, onFatal, stopping: stopping.signal }),
            concurrency: CRAWL_CONCURRENCY,
            onError,
          }),
        );
        return {
          async close() {
            stopping.abort();
            await Promise.all(workers.map((worker) => worker.close()));
          },
        };
      },
      startAnalyse: (onProgress) =>
        queues.work({
          name: analyseName,
          process: createAnalyseProcessor({ pool, clock, onProgress }),
          concurrency: 1,
          onError,
        }),
      startSchedules(onFatal) {
        const stopping = new AbortController();
        stoppings.push(stopping);
        const worker = queues.work({
          name: scheduleName,
          process: createScheduleProcessor({
            ...{ pool, timers, providers, clock, log, onFatal, stopping: stopping.signal },
          }),
          concurrency: SCHEDULE_CONCURRENCY,
          onError,
        });
        const kept = setInterval(() => keepSchedules({ pool, timers }).catch(onError), KEEP_SCHEDULES_MS);
        stopping.signal.addEventListener('abort', () => clearInterval(kept));
        return {
          async close() {
            stopping.abort();
            await worker.close();
          },
        };
      },
      async close(lost = false) {
        for (const stopping of stoppings) stopping.abort();
        await queues.close(lost);
        await store.close();
      },
    };
  } catch (error) {
    await store.close();
    throw error;
  }
}
