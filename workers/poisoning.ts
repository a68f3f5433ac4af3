/** Telling poison from the rest of a run's dust: who signed it is asked for, and what is poison is marked. */
import { createLookAlikes, type LookAlikes, poisonRule } from '../graphs/poisoning.ts';
import type { ChainId } from '../src/chains/chain.ts';
import type { Pool } from '../src/store/db.ts';
import {
  countOpenSigners,
  type DustRow,
  openSigners,
  type PoisonMark,
  planSigners,
  readCounterparties,
  readDust,
  storeMarks,
} from '../src/store/poisoning.ts';
import type { Run } from '../src/store/runs.ts';
import type { CrawlRequest, CrawlSetup } from './crawl-setup.ts';
import { PORTION, performWork } from './perform.ts';
import type { Provider } from './provider.ts';

/**
 * Asks who signed the dust of a run's expanded wallets, as far as that decides whether it is poison, and marks what is. It
 * may be called after each wave, before the next is chosen: what is known already costs no request. Returns false when the
 * run was stopped meanwhile.
 */
export async function findPoison(
  setup: CrawlSetup,
  request: CrawlRequest,
  run: Run,
  providers: readonly Provider[],
): Promise<boolean> {
  if (!(await readSigners(setup, request, run, providers))) return false;
  await markPoison(setup.pool, run.id);
  return true;
}

async function readSigners(
  setup: CrawlSetup,
  request: CrawlRequest,
  run: Run,
  providers: readonly Provider[],
): Promise<boolean> {
  const { pool } = setup;
  const asked = providers.filter(({ source }) => source.authority === 'chain');
  const unsigned = (await readSuspects(pool, run.id)).filter(({ row, imitates }) => row.signer === null && !imitates);
  for (const { asset } of asked) {
    const own = unsigned.filter(({ row }) => row.assetId === asset.id);
    const wallets = new Map(own.map(({ row }) => [row.transaction, row.walletId]));
    await planSigners(
      pool,
      run.id,
      asset.id,
      [...wallets].map(([transaction, walletId]) => ({ transaction, walletId })),
    );
  }
  if ((await countOpenSigners(pool, run.id)) === 0) return true;
  return performWork(setup, request, run, {
    stage: (transactions) => ({ kind: 'signers', transactions }),
    queue: async () => {
      for (const { asset, queue } of asked) {
        const job = { kind: 'signer', run: run.id, attempt: run.attempt, asset: asset.id } as const;
        const open = await openSigners(pool, run.id, asset.id, PORTION);
        await queue.add(open.map((transaction) => ({ ...job, transaction })));
      }
    },
    covered: async () => null,
    left: () => countOpenSigners(pool, run.id),
  });
}

/** Marks what of a run's dust is poison, as far as is known now; the same data give the same marks. */
async function markPoison(pool: Pool, runId: number): Promise<void> {
  const marks: PoisonMark[] = [];
  for (const { row, imitates } of await readSuspects(pool, runId)) {
    const { transaction, assetId, fromId, toId, value, occurrence } = row;
    const rule = poisonRule(row, imitates);
    if (rule === null || rule === 'zero-value') continue;
    marks.push({ transaction, assetId, fromId, toId, value, occurrence, rule });
  }
  await storeMarks(pool, runId, marks);
}

interface Suspect {
  readonly row: DustRow;
  /** Whether its sender looks like a counterparty of the wallet that it goes to. */
  readonly imitates: boolean;
}

async function readSuspects(pool: Pool, runId: number): Promise<Suspect[]> {
  const rows: DustRow[] = [];
  const lookAlikes = new Map<ChainId, LookAlikes>();
  for await (const row of readDust(pool, runId)) {
    rows.push(row);
    const known = lookAlikes.get(row.chain) ?? createLookAlikes(row.chain);
    lookAlikes.set(row.chain, known);
    known.addSender(row.toId, row.from);
  }
  if (rows.length === 0) return [];
  const wallets = [...new Set(rows.map(({ toId }) => toId))];
  for await (const { walletId, chain, address } of readCounterparties(pool, runId, wallets)) {
    lookAlikes.get(chain)?.addCounterparty(walletId, address);
  }
  return rows.map((row) => ({ row, imitates: lookAlikes.get(row.chain)?.has(row.toId, row.from) ?? false }));
}
