/**
 * Crawls by processes of their own, some of which are killed, or lose a server for a moment: what is stored in the end has to
 * be what an undisturbed crawl stores.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import pg from 'pg';
import { Random } from '../../src/simulate/random.ts';
import { serveTronGrid } from '../../src/simulate/trongrid.ts';
import { cliJson } from '../fixtures/cli.ts';
import { type OwnServer, startOwnPostgres, startOwnRedis } from '../fixtures/own-servers.ts';
import { downstream, type RunningProgram, start } from '../fixtures/program.ts';
import { type Slice, sliceOf } from './economies.ts';

/** What is killed, and that the queue is emptied. */
export const TARGETS = ['worker', 'redis', 'postgres', 'queue'] as const;
export type Target = (typeof TARGETS)[number];

export interface Interruptions {
  readonly target: Target;
  readonly count: number;
  /** Decides about the moments. */
  readonly seed: string;
  /** How long one undisturbed crawl is made to take at least, in seconds: interrupted ones follow until there were enough. */
  readonly seconds: number;
}

export interface Figures {
  readonly interruptions: number;
  readonly crawls: number;
  /** How often the command had to be run, and the first line of what it said when it ended early. */
  readonly commands: number;
  readonly words: ReadonlyMap<string, number>;
  /** Worker processes that ended although nobody killed them. */
  readonly deaths: number;
  /** Crawls that came to something else than the undisturbed one. */
  readonly different: number;
  readonly seconds: number;
}

const CASE = 'interrupted';
const WORKERS = 3;
const HOPS = ['--max-hops', '2'];
/** Enough for a crawl whose jobs wait for the locks of killed workers. */
const MOST_COMMANDS = 40;
/** Apart, interruptions are met in different states; together, in one that has not recovered. */
const BETWEEN_MS = { worker: [150, 900], redis: [700, 2_500], postgres: [1_000, 3_500], queue: [800, 1_500] } as const;
const AWAY_MS = [50, 1_500] as const;

/** Crawls until there were so many interruptions. */
export async function interrupt({ target, count, seed, seconds }: Interruptions): Promise<Figures> {
  const begun = performance.now();
  const random = new Random(seed);
  const slice = await sliceOf(1, 'tron');
  const words = new Map<string, number>();
  const total = { interruptions: 0, crawls: 0, commands: 0, deaths: 0, different: 0 };
  const postgres = await startOwnPostgres();
  const redis = target === 'postgres' ? null : await startOwnRedis();
  const tron = await serveTronGrid(slice.ledger);
  try {
    const place = { postgres, redis, slice, url: tron.url };
    const whole = await crawlUndisturbed(place);
    const rate = Math.max(1, Math.floor(whole.requests / seconds));
    while (total.interruptions < count) {
      const env = await prepare(place, rate);
      const crew = openCrew(env, WORKERS);
      const act = async () => {
        if (target === 'worker') return crew.kill(random.integer(0, WORKERS - 1));
        if (target === 'queue') return emptyQueue(redis, env);
        const server = target === 'redis' ? redis : postgres;
        await server?.kill();
        await sleep(random.integer(...AWAY_MS));
        await server?.restart();
      };
      const crawl = crawlUntilFinished(env, words);
      await crew.ready();
      while (total.interruptions < count && !crawl.isOver()) {
        const [least, most] = BETWEEN_MS[target];
        await sleep(random.integer(least, most));
        if (crawl.isOver()) break;
        await act();
        total.interruptions += 1;
      }
      const { graphHash, commands } = await crawl.ended;
      total.crawls += 1;
      total.commands += commands;
      const lastWords = await crew.close();
      total.deaths += lastWords.length;
      for (const said of lastWords) words.set(said, (words.get(said) ?? 0) + 1);
      if (graphHash !== whole.graphHash) total.different += 1;
    }
  } finally {
    await tron.close();
    await redis?.stop();
    await postgres.stop();
  }
  return { ...total, words, seconds: (performance.now() - begun) / 1_000 };
}

interface Place {
  readonly postgres: OwnServer;
  readonly redis: OwnServer | null;
  readonly slice: Slice;
  readonly url: string;
}

interface Outcome {
  readonly graphHash: string | null;
  readonly state: string;
  readonly requests: number;
}

let databases = 0;

/** A database of its own with a case to crawl. */
async function prepare({ postgres, redis, slice, url }: Place, rate: number): Promise<Record<string, string>> {
  databases += 1;
  const name = `interrupted_${databases}`;
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  await client.query(`create database ${name}`);
  await client.end();
  const database = new URL(postgres.url);
  database.pathname = `/${name}`;
  const env = {
    ...{ DATABASE_URL: database.href, TRON_API_URL: url, TRON_API_RATE: `${rate}`, LOG_LEVEL: 'silent' },
    ...(redis === null ? {} : { REDIS_URL: redis.url }),
  };
  await downstream(['migrate'], env);
  await downstream(['case', 'create', CASE], env);
  await downstream(['report', 'import', CASE, slice.reports], env);
  return env;
}

async function crawlUndisturbed(place: Place): Promise<Outcome> {
  return cliJson<Outcome>(await prepare(place, 10_000), 'crawl', CASE, ...HOPS);
}

/** Runs the command again and again, as a person does who is told that a server was lost. */
function crawlUntilFinished(env: Record<string, string>, words: Map<string, number>) {
  let over = false;
  const crawl = async () => {
    for (let commands = 1; commands <= MOST_COMMANDS; commands += 1) {
      const { out, err } = await start(['crawl', CASE, ...HOPS, '--json'], env).ended;
      const outcome = out.startsWith('{') ? (JSON.parse(out) as Outcome) : null;
      if (outcome?.state === 'finished') return { graphHash: outcome.graphHash, commands };
      const said = /^Error: (.*)$/m.exec(err)?.[1] ?? (err.split('\n', 1)[0] || out.slice(0, 200));
      words.set(said, (words.get(said) ?? 0) + 1);
      await sleep(200);
    }
    return { graphHash: null, commands: MOST_COMMANDS };
  };
  const ended = crawl().finally(() => {
    over = true;
  });
  return { ended, isOver: () => over };
}

/** Worker processes; whoever is killed is replaced. */
function openCrew(env: Record<string, string>, size: number) {
  const hire = () => start(['worker', '--queue', 'crawl'], env);
  const crew: RunningProgram[] = Array.from({ length: size }, hire);
  const dead: RunningProgram[] = [];
  const isDead = ({ child }: RunningProgram) => child.exitCode !== null;
  const works = ({ child }: RunningProgram) =>
    new Promise<void>((resolve) => {
      child.stderr?.once('data', () => resolve());
      child.once('close', () => resolve());
    });
  return {
    ready: async () => void (await Promise.all(crew.map(works))),
    kill(place: number) {
      const worker = crew[place];
      if (worker === undefined) return;
      if (isDead(worker)) dead.push(worker);
      worker.child.kill('SIGKILL');
      crew[place] = hire();
    },
    /** Ends them all. Returns the last words of those that had ended by themselves. */
    async close() {
      dead.push(...crew.filter(isDead));
      for (const { child } of crew) child.kill('SIGKILL');
      const outcomes = await Promise.all(dead.map(({ ended }) => ended));
      await Promise.all(crew.map(({ ended }) => ended));
      return outcomes.map(({ err }) => `a worker: ${/^Error: (.*)$/m.exec(err)?.[1] ?? err.slice(-300)}`);
    },
  };
}

/** Of a Redis of our own. What is lost is queued again by the command that repairs a case, or else by the crawl in time. */
async function emptyQueue(redis: OwnServer | null, env: Record<string, string>): Promise<void> {
  if (redis === null) return;
  const client = new Redis(redis.url);
  await client.flushall();
  client.disconnect();
  await start(['repair', CASE], env).ended;
}
