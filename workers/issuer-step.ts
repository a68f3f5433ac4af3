/** The step of a crawl that learns what the issuer destroyed and redeemed, once its wallets are read. */
import {
  issuerShare,
  pendingIssuerEvents,
  planIssuerEvents,
  readIssuerCoverage,
  settleIssuerEvents,
} from '../src/store/issuer-events.ts';
import { type Run, readHeads } from '../src/store/runs.ts';
import type { CrawlRequest, CrawlSetup } from './crawl-setup.ts';
import { performWork } from './perform.ts';
import { type Provider, windowEnd, windowStart } from './provider.ts';

/**
 * Has the events of each chain's contract read from the earliest transfer of the run's wallets on. What cannot be read stays
 * unknown, which the run says; it does not hang on it. Returns false when the run was stopped meanwhile.
 */
export async function readIssuerEvents(
  setup: CrawlSetup,
  request: CrawlRequest,
  run: Run,
  all: readonly Provider[],
): Promise<boolean> {
  const { pool } = setup;
  const { id: runId, attempt } = run;
  const providers = all.filter(({ source }) => source.authority === 'chain');
  for (const provider of providers) {
    const { unit } = provider.source;
    await planIssuerEvents(pool, { runId, assetId: provider.asset.id, unit, start: windowStart(provider) });
  }
  const heads = await readHeads(pool, runId);
  const pending = async () => {
    const assets = await pendingIssuerEvents(pool, runId);
    return providers.filter(({ asset }) => assets.includes(asset.id));
  };
  return performWork(setup, request, run, {
    stage: () => ({ kind: 'issuer' }),
    queue: async () => {
      for (const { queue, asset, id: providerId } of await pending()) {
        const { version: page } = await readIssuerCoverage(pool, { assetId: asset.id, providerId }, runId);
        await queue.add([{ kind: 'issuer-events', run: runId, attempt, asset: asset.id, page }]);
      }
    },
    covered: async () => {
      const ranged = (await pending()).find(({ source }) => source.unit === 'block');
      const head = ranged === undefined ? undefined : heads.get(ranged.source.chain);
      if (ranged === undefined || head === undefined) return null;
      const key = { assetId: ranged.asset.id, providerId: ranged.id };
      return issuerShare(pool, key, runId, windowEnd(ranged, head));
    },
    left: async () => (await pending()).length,
    giveUp: async (reason) => {
      for (const { asset } of await pending()) {
        await settleIssuerEvents(pool, runId, asset.id, { state: 'unknown', reason });
      }
    },
  });
}
