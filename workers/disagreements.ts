/**
 * Two wallets' histories list a transfer between them, or one history is not whole.
 *
 * Such a wallet is read once more: an account's list from its beginning, blocks from the missing transfer on. What is missing even then is taken in as the wallet's own: it is
 * the chain's word all the same, from the other side, and the wallet's balance decides whether all is there.
 */
import { findDisagreements, takeFromCounterparties } from '../src/store/disagreements.ts';
import { beginReread, readRepairs } from '../src/store/repairs.ts';
import { recordFault } from '../src/store/requests.ts';
import type { Run } from '../src/store/runs.ts';
import type { CrawlRequest, CrawlSetup } from './crawl-setup.ts';
import { type Provider, windowStart } from './provider.ts';
import { performRepairs } from './repairs.ts';

export interface Settled {
  /** False when the run was stopped meanwhile. */
  readonly going: boolean;
  /** The earliest wave of wallets whose histories have changed, so that what comes after is to be chosen anew. */
  readonly back: number | null;
}

export async function settleDisagreements(
  setup: CrawlSetup,
  request: CrawlRequest,
  run: Run,
  providers: readonly Provider[],
): Promise<Settled> {
  const { pool, clock } = setup;
  let back: number | null = null;
  for (;;) {
    let begun = 0;
    for (const provider of providers) {
      const { id: providerId, asset, source } = provider;
      if (source.authority === 'copy') continue;
      const known = await readRepairs(pool, run.id, asset.id);
      const key = { assetId: asset.id, providerId };
      let taken = 0;
      for (const { walletId, wave, sinceBlock } of await findDisagreements(pool, run.id, asset.id)) {
        back = Math.min(back ?? wave, wave);
        if (known.get(walletId)?.has('counterparty')) {
          taken += await takeFromCounterparties(pool, run.id, asset.id, walletId);
          continue;
        }
        const start = windowStart(provider);
        // A list that lacks one row may lack others, also earlier ones that cancel out; ranges of blocks are read whole.
        const position = source.most.histories > 1 ? (sinceBlock ?? start) : start;
        await beginReread(pool, { runId: run.id, walletId, step: 'counterparty', key, position, start });
        begun += 1;
      }
      if (taken > 0) {
        const message = "transfers that a wallet's own history lacks were taken from its counterparties' histories";
        const now = new Date(clock.now());
        await recordFault(pool, run.id, {
          providerId,
          code: 'ROWS_OF_OTHERS',
          message,
          count: taken,
          requests: 0,
          now,
        });
      }
    }
    if (begun === 0) return { going: true, back };
    if (!(await performRepairs(setup, request, run, providers))) return { going: false, back };
  }
}
