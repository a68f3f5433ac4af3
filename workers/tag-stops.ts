/** Services that publishers name: a crawl stops at them as at those of a list, by the tags as of its beginning. */
import { walletKey } from '../graphs/wallet-key.ts';
import { readCategoryDecisions } from '../src/store/category-decisions.ts';
import type { Pool } from '../src/store/db.ts';
import { type RunStop, replaceTagStops, unlistedPayees } from '../src/store/run-stops.ts';
import type { Run } from '../src/store/runs.ts';
import { readTags, type StoredTag } from '../src/store/tags.ts';
import { stoppingCategories } from '../src/tags/categories.ts';

/** Notes the tagged services among the payees of the run's transfers. What people decide meanwhile counts for the next run. */
export async function noteTagStops(pool: Pool, run: Run): Promise<void> {
  const best = new Map<string, StoredTag>();
  for (const tag of await readServiceTags(pool, run)) {
    const key = walletKey(tag);
    const known = best.get(key);
    // Of equal confidence the first by category, publisher and label: so they are read.
    if (known === undefined || known.confidence.level < tag.confidence.level) best.set(key, tag);
  }
  const stops = [...best.values()].map(({ chain, address, category, label, publisher, source }): RunStop => {
    return { chain, address, category, name: label, source, taggedBy: publisher };
  });
  await replaceTagStops(pool, run.id, stops);
}

/** All that tags say of services among the payees of the run's transfers, by wallet, category, publisher and label. */
export async function readServiceTags(pool: Pool, run: Run): Promise<StoredTag[]> {
  if (run.tagsAsOf === 0) return [];
  const decisions = (await readCategoryDecisions(pool, run.caseId)).filter(({ at }) => at <= run.startedAt);
  const stopping = stoppingCategories(decisions);
  const tags = await readTags(pool, await unlistedPayees(pool, run.id), run.tagsAsOf);
  return tags.filter(({ category }) => stopping.includes(category));
}
