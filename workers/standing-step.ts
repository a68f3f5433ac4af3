/** The last step of a crawl: what the chain says of its wallets themselves, and what the issuer is about to do. */
import { openSubmissions, settleSubmissions } from '../src/store/freeze-submissions.ts';
import type { Run } from '../src/store/runs.ts';
import { recordStandings, type StandingsQuestion, walletsWithoutStanding } from '../src/store/standings.ts';
import type { CrawlRequest, CrawlSetup } from './crawl-setup.ts';
import { performWork } from './perform.ts';
import type { Provider } from './provider.ts';

/**
 * Asks about the run's wallets, as far as the issuer's events do not tell, and about its multisig. What cannot be told stays
 * unknown, which the run says; it does not hang on it. Returns false when the run was stopped meanwhile.
 */
export async function askStandings(
  setup: CrawlSetup,
  request: CrawlRequest,
  run: Run,
  all: readonly Provider[],
): Promise<boolean> {
  const { pool, clock } = setup;
  const { id: runId, attempt } = run;
  const providers = all.filter(({ source }) => source.authority === 'chain');
  const unasked = (provider: Provider) => walletsWithoutStanding(pool, questionOf(run, provider));
  const open = async () => {
    const assets = await openSubmissions(pool, runId);
    return providers.filter(({ asset }) => assets.includes(asset.id));
  };
  const left = async () => {
    let wallets = 0;
    for (const provider of providers) wallets += (await unasked(provider)).length;
    return wallets + (await open()).length;
  };
  if ((await left()) === 0) return true;
  return performWork(setup, request, run, {
    stage: () => ({ kind: 'standings' }),
    queue: async () => {
      for (const provider of providers) {
        const { asset, queue, source } = provider;
        const job = { kind: 'standing', run: runId, attempt, asset: asset.id } as const;
        const wallets = await unasked(provider);
        const most = source.most.balances;
        const groups = Array.from({ length: Math.ceil(wallets.length / most) }, (_, n) =>
          wallets.slice(n * most, (n + 1) * most),
        );
        await queue.add(groups.map((group) => ({ ...job, wallets: group })));
      }
      for (const { asset, queue } of await open()) {
        await queue.add([{ kind: 'submissions', run: runId, attempt, asset: asset.id }]);
      }
    },
    covered: async () => null,
    left,
    giveUp: async (reason) => {
      const now = new Date(clock.now());
      for (const provider of providers) {
        const standings = (await unasked(provider)).map((walletId) => ({ walletId, contract: null, frozen: null }));
        await recordStandings(pool, { runId, assetId: provider.asset.id, standings, now });
      }
      for (const { asset } of await open()) await settleSubmissions(pool, runId, asset.id, reason);
    },
  });
}

function questionOf(run: Run, { id: providerId, asset, source }: Provider): StandingsQuestion {
  return { runId: run.id, assetId: asset.id, providerId, unit: source.unit };
}
