/** What a crawl brought, told at its end: what is new in its graph, and where the followed money is now. */
import { traced } from '../graphs/trace/result.ts';
import { CONSERVING_RULES } from '../graphs/trace/types.ts';
import { UserError } from '../src/errors.ts';
import type { Case } from '../src/store/cases.ts';
import type { Pool } from '../src/store/db.ts';
import { type FollowedAmounts, storeGains } from '../src/store/gains.ts';
import type { Run } from '../src/store/runs.ts';
import { followLoaded, loadTrace } from './trace-load.ts';

/** Rules that share money out by origin take too long at the end of a crawl with more sources than this. */
const MOST_SHARED = 500;

/** Stores what a run brought that has come to its end; of one that has not, nothing can be said. */
export async function recordGains(pool: Pool, investigated: Case, run: Run): Promise<void> {
  const { graphHash } = run;
  if (graphHash === null) return;
  await storeGains(pool, run.id, await followAll(pool, investigated, { ...run, graphHash }));
}

/** Every source followed by each rule to where it ends of itself: without a list, services are passed through. */
async function followAll(
  pool: Pool,
  investigated: Case,
  run: Run & { readonly graphHash: string },
): Promise<FollowedAmounts[]> {
  try {
    const request = { case: investigated, run, stops: [], report: null, asOf: null, onProgress: () => {} };
    const loaded = await loadTrace(pool, { ...request, fresh: true });
    const isFew = loaded.plan.sources.length <= MOST_SHARED;
    const rules = CONSERVING_RULES.filter((rule) => isFew || rule === 'fifo' || rule === 'lifo');
    return rules.map((rule) => {
      const { sources, exited, resting, beyond } = traced(followLoaded(loaded, rule), loaded.plan.asked).conservation;
      return { rule, sources, exited, resting, beyond };
    });
  } catch (error) {
    if (error instanceof UserError && error.code === 'NO_SOURCES') return [];
    throw error;
  }
}
