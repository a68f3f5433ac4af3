/** Services that publishers name: a crawl stops at them as at those of a list, by the tags as of its beginning. */
import { chooseService } from '../graphs/attribution/names.ts';
import { walletKey } from '../graphs/wallet-key.ts';
import type { Wallet } from '../src/chains/chain.ts';
import { readCategoryDecisions } from '../src/store/category-decisions.ts';
import type { Pool } from '../src/store/db.ts';
import { type RunStop, replaceTagStops, unlistedPayees } from '../src/store/run-stops.ts';
import type { Run } from '../src/store/runs.ts';
import { readTags, type StoredTag } from '../src/store/tags.ts';
import { stoppingCategories, stopsByDefault } from '../src/tags/categories.ts';

/** Notes the tagged services among the payees of the run's transfers. What people decide meanwhile counts for the next run. */
export async function noteTagStops(pool: Pool, run: Run): Promise<void> {
  const stopping = await stoppingOf(pool, run);
  const byWallet = new Map<string, StoredTag[]>();
  for (const tag of await readServiceTags(pool, run)) {
    if (!stopping.has(tag.category)) continue;
    byWallet.set(walletKey(tag), [...(byWallet.get(walletKey(tag)) ?? []), tag]);
  }
  const stops = [...byWallet.values()].map((tags): RunStop => {
    const { tag } = chooseService(tags.map(claimOf)).best;
    const { chain, address, category, label, publisher, source } = tag;
    return { chain, address, category, name: label, source, taggedBy: publisher };
  });
  await replaceTagStops(pool, run.id, stops);
}

/** What a tag says of the service whose wallet it is about. */
export function claimOf(tag: StoredTag) {
  const { label: name, category, publisher: source, confidence } = tag;
  return { tag, name, category, source, confidence: confidence.level };
}

/**
 * All that tags say of services among the payees of the run's transfers and other wallets, by wallet, category, publisher and
 * label. Where a case has traces go on at a category, that does not take the names away.
 */
export async function readServiceTags(pool: Pool, run: Run, others: readonly Wallet[] = []): Promise<StoredTag[]> {
  if (run.tagsAsOf === 0) return [];
  const stopping = await stoppingOf(pool, run);
  const tags = await readTags(pool, [...(await unlistedPayees(pool, run.id)), ...others], run.tagsAsOf);
  return tags.filter(({ category }) => stopsByDefault(category) || stopping.has(category));
}

async function stoppingOf(pool: Pool, run: Run): Promise<ReadonlySet<string>> {
  const decisions = (await readCategoryDecisions(pool, run.caseId)).filter(({ at }) => at <= run.startedAt);
  return new Set(stoppingCategories(decisions));
}
