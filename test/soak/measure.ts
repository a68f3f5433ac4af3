/** What a soak test needs: long files, and how much memory reading them takes. */
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** Far below what the rows of these files take, far above what a stream holds. */
export const MOST_GROWTH_MB = 64;
const ROWS_BETWEEN_LOOKS = 50_000;

/** Writes a file of a header and so many rows. */
export async function writeRows(
  path: string,
  header: string,
  count: number,
  row: (number: number) => string,
): Promise<void> {
  await pipeline(Readable.from(lines(header, count, row)), createWriteStream(path));
}

function* lines(header: string, count: number, row: (number: number) => string): Generator<string> {
  yield header;
  for (let start = 0; start < count; start += 1_000) {
    yield Array.from({ length: Math.min(1_000, count - start) }, (_, n) => row(start + n)).join('');
  }
}

/** Reads all rows; the heap is measured on the way, after a collection of garbage where the process allows one. */
export async function measure<Row>(rows: AsyncIterable<Row>, each: (row: Row) => void) {
  const before = heapMb();
  const begun = performance.now();
  let [count, most] = [0, before];
  for await (const row of rows) {
    count += 1;
    each(row);
    if (count % ROWS_BETWEEN_LOOKS === 0) most = Math.max(most, heapMb());
  }
  return { count, growthMb: most - before, seconds: (performance.now() - begun) / 1_000 };
}

function heapMb(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 1024 / 1024;
}
