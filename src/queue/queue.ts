/**
 * BullMQ behind one small module: in Redis where one is configured, else in the Postgres that holds the data.
 *
 * A queue's name carries the database's own, so that several databases may share a Redis, and a digest of the provider's
 * address and key, since a provider's limits hold for a key.
 */
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  assertSchemaCompatibility,
  createPostgresBackend,
  type JobsOptions,
  Queue,
  runMigrations,
  SchemaMigrationRequiredError,
} from 'bullmq';
import { Redis } from 'ioredis';
import type { Pool } from 'pg';
import { messageOf, RetryableError, UserError } from '../errors.ts';
import { type AnalyseJob, type CrawlJob, jobId, type ScheduleJob } from './jobs.ts';
import { createTimers, type Timers } from './timers.ts';
import { type StartedWorker, startWorker, type WorkerRequest } from './worker.ts';

type JobData = CrawlJob | AnalyseJob;

/** A provider's fault is tried again after 0.5, 1, 2 and 4 s, each with up to half of it by chance on top. */
const JOB_OPTIONS: JobsOptions = {
  attempts: 5,
  backoff: { type: 'exponential', delay: 500, jitter: 0.5 },
  removeOnComplete: true,
  removeOnFail: true,
};

/** How long leaving a server that is gone may take. */
const LEAVE_MS = 2_000;
/** BullMQ's tables stand beside ours, in a schema of their own. */
const SCHEMA = 'bullmq';
/** Each of BullMQ's workers holds one of them for LISTEN: one a chain, those of the analysis and of the schedules. */
const POOL_SIZE = 6;
/** Jobs that are added with one call to the backend. */
const BATCH = 1_000;

export interface JobQueue<T extends JobData> {
  /** Queues jobs; one whose id is queued already is not queued twice. */
  add(jobs: readonly T[]): Promise<void>;
  /** Takes jobs out that no worker has begun. */
  remove(unwanted: (data: unknown) => boolean): Promise<void>;
}

export interface RunningWorker {
  /** Finishes the jobs in hand and takes no more. */
  close(): Promise<void>;
}

export interface Queues {
  readonly kind: 'postgres' | 'redis';
  queue<T extends JobData>(name: string): JobQueue<T>;
  /** Timers whose jobs come in the queue of that name. */
  timers(name: string): Timers<ScheduleJob>;
  work(request: WorkerRequest): RunningWorker;
  /** Waits for the jobs in hand, unless the server that keeps them is lost. */
  close(lost?: boolean): Promise<void>;
}

/** The name of a queue: what it does, of which database, and for a provider's queue under which address and key. */
export function queueName(work: string, instance: string, scope: readonly string[] = []): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([instance, ...scope]))
    .digest('hex');
  return `${work}-${digest.slice(0, 16)}`;
}

/** The Postgres that keeps the queue where no Redis does. */
export interface QueueDatabase {
  /** Opens connections that see the queue's schema. */
  readonly open: (schema: string, size: number) => Pool;
  /** True for a database of our own, whose schema is brought up to date; a server's is only checked. */
  readonly embedded: boolean;
}

/**
 * Opens the queues.
 *
 * @throws UserError `QUEUE_UNREACHABLE` when Redis is configured and does not answer, `SCHEMA_BEHIND` when the queue's
 *   tables in a server's Postgres are missing or old
 */
export async function openQueues(redisUrl: string | null, database: QueueDatabase): Promise<Queues> {
  const redis = redisUrl === null ? null : await connectRedis(redisUrl);
  const postgres = redis === null ? await openPostgres(database) : null;
  const backend = redis === null ? createPostgresBackend : undefined;
  const queues: Queue[] = [];
  const workers: StartedWorker[] = [];
  let closing = false;
  const open = (name: string) => {
    const connection = (redis?.commands ?? postgres) as never;
    const queue = new Queue(name, { connection }, backend as never) as Queue;
    // A lost connection shows in the next command; without a listener it would end the process.
    queue.on('error', () => {});
    queues.push(queue);
    return queue;
  };
  return {
    kind: redis === null ? 'postgres' : 'redis',
    timers: (name) => createTimers(open(name), JOB_OPTIONS, reach),
    queue<T extends JobData>(name: string): JobQueue<T> {
      const queue = open(name);
      return {
        async add(jobs) {
          for (let start = 0; start < jobs.length; start += BATCH) {
            const batch = jobs.slice(start, start + BATCH);
            await reach(
              queue.addBulk(
                batch.map((data) => ({
                  name: data.kind,
                  data,
                  // A balance fits the history that was just read best before the wallet moves again.
                  opts: { ...JOB_OPTIONS, jobId: jobId(data), lifo: data.kind === 'balance' },
                })),
              ),
            );
          }
        },
        async remove(unwanted) {
          const waiting = await reach(queue.getJobs(['wait', 'delayed', 'prioritized']));
          for (const job of waiting) {
            // A worker may begin the job in between; then it is the worker that finds it void.
            if (unwanted(job.data)) await job.remove().catch(() => {});
          }
        },
      };
    },
    work(request) {
      const onError = (error: Error) => {
        // Connections that end because we are leaving are no fault.
        if (!closing) request.onError(error);
      };
      const worker = startWorker({ ...request, onError }, redis?.workers ?? postgres, backend);
      workers.push(worker);
      return { close: () => worker.close(false) };
    },
    async close(lost = false) {
      closing = true;
      // Nothing can be said to a server that is gone, and what was in hand is taken up by others once it is back.
      const gone = lost || (redis !== null && redis.commands.status !== 'ready');
      const closed = Promise.all(workers.map((worker) => worker.close(gone))).then(() =>
        Promise.all(queues.map((queue) => queue.close())),
      );
      await (gone ? Promise.race([closed.catch(() => {}), sleep(LEAVE_MS, undefined, { ref: false })]) : closed);
      redis?.commands.disconnect();
      redis?.workers.disconnect();
    },
  };
}

/** Postgres's code for a full disk. */
const DISK_FULL = '53100';

/** @throws RetryableError `QUEUE_LOST` for what the queue's server does not answer */
async function reach<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (isOfDatabase(error)) throw error;
    throw new RetryableError('QUEUE_LOST', `The server that keeps the queue does not answer: ${reasonOf(error)}.`, {
      cause: error,
    });
  }
}

/**
 * A full disk of the Postgres that keeps the queue is no lost server, and an embedded one, which is reached by a path, keeps all else
 * too: both are explained as the database's.
 */
function isOfDatabase(error: unknown): boolean {
  const { code, address } = (error ?? {}) as { code?: unknown; address?: unknown };
  return code === DISK_FULL || (typeof address === 'string' && address.startsWith('/'));
}

async function openPostgres({ open, embedded }: QueueDatabase): Promise<Pool> {
  const pool = open(SCHEMA, POOL_SIZE);
  // Each queue and each worker listens for errors on it.
  pool.setMaxListeners(0);
  if (embedded) {
    await migrateQueue(pool);
    return pool;
  }
  try {
    await assertSchemaCompatibility(pool, SCHEMA);
    return pool;
  } catch (error) {
    if (!(error instanceof SchemaMigrationRequiredError)) throw error;
    throw new UserError('SCHEMA_BEHIND', "The queue's tables in the database are missing or old.", {
      right: 'On a server the schema changes only when somebody says so.',
      todo: 'Run: npx downstream migrate',
      cause: error,
    });
  }
}

/** Brings the queue's tables in Postgres up to date. Several processes may do so at once. */
export async function migrateQueue(pool: Pool): Promise<void> {
  const client = await pool.connect();
  try {
    await runMigrations(client, SCHEMA);
  } finally {
    client.release();
  }
}

/** Commands fail at once when Redis is gone; workers wait for it to come back. */
interface RedisConnections {
  readonly commands: Redis;
  readonly workers: Redis;
}

async function connectRedis(url: string): Promise<RedisConnections> {
  const commands = new Redis(url, { lazyConnect: true, connectTimeout: 5_000, maxRetriesPerRequest: 1 });
  commands.on('error', () => {});
  try {
    await commands.connect();
    await commands.ping();
  } catch (error) {
    commands.disconnect();
    throw new UserError('QUEUE_UNREACHABLE', `The Redis server of REDIS_URL cannot be used: ${reasonOf(error)}.`, {
      right: 'A Redis server (6.2 or newer) answers at the host and port of REDIS_URL.',
      todo: 'Start it or correct REDIS_URL; without REDIS_URL, the queue is kept in Postgres.',
    });
  }
  const workers = new Redis(url, { maxRetriesPerRequest: null });
  workers.on('error', () => {});
  return { commands, workers };
}

/** ioredis ends some of its messages with a full stop. */
function reasonOf(error: unknown): string {
  return messageOf(error).replace(/\.+$/, '');
}
