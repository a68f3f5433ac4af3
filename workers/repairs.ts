/** Having histories read again in which something is missing, by whichever provider the plan names. */

import { readCoverage } from '../src/store/coverage.ts';
import { endRepairs, type OpenRepair, openRepairs } from '../src/store/repairs.ts';
import type { Run } from '../src/store/runs.ts';
import type { CrawlRequest, CrawlSetup } from './crawl-setup.ts';
import { PORTION, performWork } from './perform.ts';
import { type Provider, windowStart } from './provider.ts';

/** Waits until all repairs of the run that are open have been carried out, or given up. Returns false when it was stopped. */
export function performRepairs(
  setup: CrawlSetup,
  request: CrawlRequest,
  run: Run,
  providers: readonly Provider[],
): Promise<boolean> {
  const { pool } = setup;
  return performWork(setup, request, run, {
    stage: (wallets) => ({ kind: 'repairs', wallets }),
    queue: async () => {
      const open = await openRepairs(pool, run.id);
      for (const repair of open.slice(0, PORTION)) await queueRepair(setup, run, providers, repair);
    },
    covered: async () => null,
    left: async () => (await openRepairs(pool, run.id)).length,
    giveUp: (reason) => endRepairs(pool, run.id, null, reason),
  });
}

async function queueRepair(
  { pool }: CrawlSetup,
  run: Run,
  providers: readonly Provider[],
  { walletId, assetId, providerId, step }: OpenRepair,
): Promise<void> {
  const provider = providers.flatMap((each) => [each, each.second]).find((each) => each?.id === providerId);
  if (provider === undefined || provider === null) {
    const reason = 'the provider is configured no more';
    return endRepairs(pool, run.id, { walletId, assetId, step }, reason);
  }
  const [coverage] = await readCoverage(pool, { assetId, providerId }, [walletId], windowStart(provider));
  const { id, attempt } = run;
  const page = coverage?.version ?? 0;
  await provider.queue.add([{ kind: 'reread', run: id, attempt, wallet: walletId, asset: assetId, step, page }]);
}
