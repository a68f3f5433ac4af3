/** The rules on made-up economies of the size of large cases, each in a process of its own. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Figure } from './run.ts';

const RUN = fileURLToPath(new URL('./ledgers/run.ts', import.meta.url));
const GB = 1_000_000_000;
/** The heap of the largest: its columns lie outside of it. */
const HEAP_MB = 4_096;

interface Size {
  readonly rows: number;
  readonly wallets: number;
  readonly sources: number;
}

const MILLION: Size = { rows: 1_000_000, wallets: 200_000, sources: 100 };
const TEN_MILLION: Size = { rows: 10_000_000, wallets: 2_000_000, sources: 100 };

interface Timings {
  /** Putting the rows in order and finding sources, and following; milliseconds. */
  readonly plan: number;
  readonly follow: number;
  /** Peak memory, bytes. */
  readonly rss: number;
  /** Wallets that followed money reached. */
  readonly wallets: number;
}

export async function benchLedgers(): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const [rule, target] of [
    ['fifo', 'under 5 s, 1 GB'],
    ['lifo', 'under 5 s, 1 GB'],
    ['libr', 'under 5 s, 1 GB'],
    ['pro-rata', 'under 15 s'],
    ['poison', undefined],
    ['ttr', 'under 10 s'],
  ] as const) {
    figures.push(
      figureOf(`trace 1,000,000 transfers, 200,000 wallets, 100 sources: ${rule}`, await time(rule, MILLION), target),
    );
  }
  figures.push(
    figureOf('trace 10,000,000 transfers, 2,000,000 wallets: fifo', await time('fifo', TEN_MILLION), 'under 4 GB'),
  );
  return figures;
}

async function time(rule: string, { rows, wallets, sources }: Size): Promise<Timings> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    ...[`--max-old-space-size=${HEAP_MB}`, '--import', 'tsx', RUN],
    ...[rule, `${rows}`, `${wallets}`, `${sources}`],
  ]);
  return JSON.parse(stdout);
}

function figureOf(what: string, { plan, follow, rss, wallets }: Timings, target: string | undefined): Figure {
  const [ordered, followed] = [plan, follow].map((ms) => (ms / 1000).toFixed(1));
  return {
    what,
    figure: `${((plan + follow) / 1000).toFixed(1)} s (order ${ordered}, rule ${followed}), ${(rss / GB).toFixed(2)} GB, ${wallets.toLocaleString('en-US')} reached`,
    ...(target === undefined ? {} : { target }),
  };
}
