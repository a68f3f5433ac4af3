/** The hash of a run's transfers, as they are stored now. */
import { createGraphHasher } from '../graphs/transfers-hash.ts';
import { transferLines } from '../src/store/case-graph.ts';
import type { Pool } from '../src/store/db.ts';

export async function hashRun(pool: Pool, runId: number): Promise<string> {
  const hasher = createGraphHasher();
  for await (const line of transferLines(pool, runId)) hasher.add(line);
  return hasher.digest();
}
