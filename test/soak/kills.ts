/**
 * Kills workers, a Redis and a Postgres at random moments of crawls, and empties a queue; prints what it came to.
 *
 *     npm run soak:kills -- --worker 50 --redis 10 --postgres 10 --queue 1 --seed monsoon
 */
import { parseArgs } from 'node:util';
import { interrupt, TARGETS } from './interruptions.ts';

/** An undisturbed crawl takes so long: long enough to be met in every state. */
const SECONDS = 15;

const { values } = parseArgs({
  options: {
    worker: { type: 'string', default: '50' },
    redis: { type: 'string', default: '10' },
    postgres: { type: 'string', default: '10' },
    queue: { type: 'string', default: '1' },
    seed: { type: 'string', default: 'kills' },
  },
});

for (const target of TARGETS) {
  const count = Number(values[target]);
  if (count === 0) continue;
  const figures = await interrupt({ target, count, seed: `${values.seed}/${target}`, seconds: SECONDS });
  const { interruptions, crawls, commands, deaths, different, seconds, words } = figures;
  process.stdout.write(
    `${target}: ${interruptions} interruptions in ${crawls} crawls, ${commands} commands, ${deaths} workers ended by themselves, ${different} crawls with another hash, ${seconds.toFixed(0)} s\n`,
  );
  for (const [said, times] of words) process.stdout.write(`  ${times} × ${said}\n`);
  if (different > 0 || deaths > 0) process.exitCode = 1;
}
