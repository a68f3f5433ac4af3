/** Starts workers in this process: those of the crawl, those of the analysis, or both. */
import type { ChainId } from '../src/chains/chain.ts';
import type { Clock } from '../src/clock.ts';
import type { Config } from '../src/config.ts';
import type { UserError } from '../src/errors.ts';
import type { Log } from '../src/log.ts';
import type { AnalyseJob } from '../src/queue/jobs.ts';
import { type JobQueue, openQueues, queueName, type RunningWorker } from '../src/queue/queue.ts';
import { readAssets, type StoredAsset } from '../src/store/reference.ts';
import { openStore, type Store } from '../src/store/store.ts';
import { createAnalyseProcessor } from './analyse.ts';
import { createCrawlProcessor } from './crawl.ts';
import type { Provider } from './provider.ts';
import { openFileProviders, openProviders } from './providers.ts';

/** Requests in flight per process: the provider's rate is what limits, this only hides its latency. */
const CRAWL_CONCURRENCY = 8;

/** Everything that commands and workers share: the store, the queues, the provider. */
export interface Engine {
  readonly config: Config;
  readonly store: Store;
  readonly queueKind: 'postgres' | 'redis';
  /** One for each chain that is configured. */
  readonly providers: ReadonlyMap<ChainId, Provider>;
  readonly assets: readonly StoredAsset[];
  readonly analyseQueue: JobQueue<AnalyseJob>;
  readonly clock: Clock;
  readonly log: Log;
  /** The files of a case in place of providers. */
  openFiles(caseId: number): Promise<ReadonlyMap<ChainId, Provider>>;
  /** Starts the crawl's workers, one for each provider. `onFatal` is told of what ends their work, such as a full disk. */
  startCrawl(providers: ReadonlyMap<ChainId, Provider>, onFatal: (error: Error) => void): RunningWorker;
  /** Starts the analysis's worker. `onFailed` is told why an analysis came to nothing. */
  startAnalyse(onFailed: (runId: number, error: UserError) => void): RunningWorker;
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
      startAnalyse: (onFailed) =>
        queues.work({
          name: analyseName,
          process: createAnalyseProcessor({ pool, clock, onFailed }),
          concurrency: 1,
          onError,
        }),
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
