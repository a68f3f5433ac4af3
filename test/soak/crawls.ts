/**
 * Crawls under plans of faults, in slices that may be run one after the other: results are appended to a file, and what
 * stands there is not run again.
 *
 *     npm run soak -- --from 0 --to 50 --workers 1,4 --pairs server/redis --results results.jsonl
 *     npm run soak -- --summary --results results.jsonl
 *
 * Servers of its own are started for the pairs that need them; all traffic stays on this machine.
 */
import { execFileSync } from 'node:child_process';
import { appendFile, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { findOwnServers, type OwnServer, startOwnPostgres, startOwnRedis } from '../fixtures/own-servers.ts';
import { isPossible, openBackend, PAIRS, type Pair } from './backends.ts';
import { createRunner, keyOf, type Result } from './matrix.ts';
import { summaryOf } from './summary.ts';

const PLANS = 200;

const { values } = parseArgs({
  options: {
    from: { type: 'string', default: '0' },
    to: { type: 'string', default: `${PLANS}` },
    workers: { type: 'string', default: '1,4' },
    pairs: { type: 'string', default: PAIRS.join(',') },
    results: { type: 'string', default: join(tmpdir(), 'downstream-soak.jsonl') },
    /** How many go on at once. */
    lanes: { type: 'string', default: '4' },
    /** Ends after so many, with the rest of the slice left for later. */
    minutes: { type: 'string', default: '600' },
    summary: { type: 'boolean', default: false },
  },
});

const results = await readResults(values.results);
if (values.summary) process.stdout.write(summaryOf(results));
else await run(results);

async function run(before: readonly Result[]): Promise<void> {
  const until = performance.now() + Number(values.minutes) * 60_000;
  const done = new Set(before.map(keyOf));
  const revision = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  const found = await findOwnServers();
  const own: OwnServer[] = [];
  const start = async (isThere: boolean, starting: () => Promise<OwnServer>) => {
    if (!isThere) return null;
    const server = await starting();
    own.push(server);
    return server.url;
  };
  const servers = {
    postgres: await start(found.postgres, startOwnPostgres),
    redis: await start(found.redis, startOwnRedis),
  };
  let crawls = 0;
  const begun = performance.now();
  try {
    const runPlan = createRunner(revision);
    for (const pair of pairsIn(values.pairs).filter((each) => isPossible(each, servers))) {
      const left = placesIn(pair).filter((place) => !done.has(keyOf(place)));
      // A crawl under faults mostly waits, so that several go on at once, each on a backend of its own.
      const lane = async () => {
        const backend = await openBackend(pair, servers);
        try {
          for (let place = left.shift(); place !== undefined && performance.now() < until; place = left.shift()) {
            const result = await runPlan(backend, place.plan, place.workers);
            crawls += 1;
            await appendFile(values.results, `${JSON.stringify(result)}\n`);
            process.stdout.write(lineOf(result));
          }
        } finally {
          await backend.close();
        }
      };
      await Promise.all(Array.from({ length: Number(values.lanes) }, lane));
    }
  } finally {
    for (const server of own) await server.stop();
  }
  const minutes = (performance.now() - begun) / 60_000;
  process.stdout.write(`${crawls} crawls, ${(crawls / minutes).toFixed(1)} a minute\n`);
  process.stdout.write(summaryOf(await readResults(values.results)));
}

function lineOf({
  plan,
  pair,
  workers,
  verdict,
  flavour,
  providers,
  seconds,
  faults,
  runs,
  stop,
  named,
  silent,
}: Result): string {
  const what = [
    verdict,
    flavour,
    providers,
    `${seconds} s`,
    `${faults} faults`,
    `${runs} runs`,
    `${named} named`,
    stop ?? '',
    ...silent,
  ];
  return `plan ${plan} on ${pair} by ${workers}: ${what.filter((each) => each !== '').join(', ')}\n`;
}

function placesIn(pair: Pair): { plan: number; pair: Pair; workers: number }[] {
  const [from, to] = [Number(values.from), Number(values.to)];
  const workers = values.workers.split(',').map(Number);
  return Array.from({ length: to - from }, (_, n) => from + n).flatMap((plan) =>
    workers.map((count) => ({ plan, pair, workers: count })),
  );
}

function pairsIn(text: string): Pair[] {
  return text.split(',').map((name) => {
    const pair = PAIRS.find((each) => each === name);
    if (pair === undefined) throw new Error(`${name} is no pair; there are ${PAIRS.join(', ')}`);
    return pair;
  });
}

async function readResults(path: string): Promise<Result[]> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Result);
}
