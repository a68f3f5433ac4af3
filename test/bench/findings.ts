/** All that is found in a made-up case of a million transfers, in a process of its own: step by step, beside the targets. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Figure } from './run.ts';

const RUN = fileURLToPath(new URL('./findings/run.ts', import.meta.url));
const GB = 1_000_000_000;
const HEAP_MB = 4_096;
const [ROWS, WALLETS] = [1_000_000, 200_000];
/** Repeats and the scan over resolutions say how well clusters hold, and are timed apart. */
const REPEATS = 20;
/** What igraph does in 3.6 s: from rows in memory to communities. Ours are sought in followed money, which igraph's are not. */
const TO_COMMUNITIES = ['load', 'partition'];
const FOLLOWED = ['plan', 'follow'];

interface Run {
  /** Milliseconds. */
  readonly steps: Readonly<Record<string, number>>;
  readonly clusters: number;
  readonly suspects: number;
  /** Peak memory, bytes. */
  readonly rss: number;
}

export async function benchFindings(): Promise<Figure[]> {
  const { steps, clusters, suspects, rss } = await time(0);
  const what = 'findings in 1,000,000 transfers, 200,000 wallets';
  const told = Object.entries(steps).map(([step, ms]) => `${step} ${(ms / 1000).toFixed(1)}`);
  const again = await time(REPEATS);
  const apart = ['repeats', 'seeds', 'scan'].reduce((sum, step) => sum + (again.steps[step] ?? 0), 0);
  return [
    {
      what,
      figure: `${seconds(steps, Object.keys(steps))} s (${told.join(', ')}), ${(rss / GB).toFixed(2)} GB, ${clusters} clusters, ${suspects.toLocaleString('en-US')} wallets ranked`,
      target: 'under 60 s, 2 GB',
    },
    {
      what: `${what}: load, graph and communities`,
      figure: `${seconds(steps, TO_COMMUNITIES)} s (and ${seconds(steps, FOLLOWED)} s to follow the money between them)`,
      target: 'at most 5 s; igraph (C) takes 3.6 s',
    },
    { what: `${what}: ${REPEATS} repeats, other seeds, scan`, figure: `${(apart / 1000).toFixed(1)} s` },
  ];
}

function seconds(steps: Run['steps'], names: readonly string[]): string {
  return (names.reduce((sum, name) => sum + (steps[name] ?? 0), 0) / 1000).toFixed(1);
}

async function time(repeats: number): Promise<Run> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    ...[`--max-old-space-size=${HEAP_MB}`, '--import', 'tsx', RUN],
    ...[`${ROWS}`, `${WALLETS}`, `${repeats}`],
  ]);
  return JSON.parse(stdout);
}
