/** The step of a crawl that learns who first paid for the transactions of its wallets, once all of them are read. */
import { leastAmount } from '../src/crawl/frontier.ts';
import { larger } from '../src/money.ts';
import { readFollowedMoney } from '../src/store/followed-money.ts';
import { countOpenNatives, openNatives, planNatives } from '../src/store/native.ts';
import type { Run } from '../src/store/runs.ts';
import { giveUpNative } from './crawl-natives.ts';
import type { CrawlRequest, CrawlSetup } from './crawl-setup.ts';
import { PORTION, performWork } from './perform.ts';
import type { Provider } from './provider.ts';

/**
 * Has the first native receipts read of expanded wallets that are no services and that enough money reached, each once for all
 * runs. What cannot be told is done without. Returns false when the run was stopped meanwhile.
 */
export async function readNativeHistories(
  setup: CrawlSetup,
  request: CrawlRequest,
  run: Run,
  all: readonly Provider[],
): Promise<boolean> {
  const { pool, clock } = setup;
  const { id: runId, attempt, policy } = run;
  const providers = all.filter(({ source }) => source.authority === 'chain');
  if (!policy.native) return true;
  // As the waves were chosen: of the sources by the rule that has most of them as its own.
  const sources = (await readFollowedMoney(pool, runId)).reduce((most, each) => larger(most, each.sources), 0n);
  const least = leastAmount(sources, policy.minShare);
  const giveUp = (provider: Provider) =>
    giveUpNative({ pool, clock, provider }, runId, { chainId: provider.asset.chainId });
  let open = 0;
  for (const provider of providers) {
    const planned = await planNatives(pool, runId, provider.asset.chainId, least);
    if (provider.source.native === undefined) await giveUp(provider);
    else open += planned;
  }
  if (open === 0) return true;
  return performWork(setup, request, run, {
    stage: (wallets) => ({ kind: 'natives', wallets }),
    queue: async () => {
      for (const { asset, queue } of providers) {
        const job = { kind: 'native', run: runId, attempt, asset: asset.id } as const;
        const wallets = await openNatives(pool, runId, asset.chainId, PORTION);
        await queue.add(wallets.map((wallet) => ({ ...job, wallet })));
      }
    },
    covered: async () => null,
    left: () => countOpenNatives(pool, runId),
    giveUp: async () => {
      for (const provider of providers) await giveUp(provider);
    },
  });
}
