/** What a run does about wallets whose histories lack something: each step at most once for a wallet, and kept for the record. */
import { type HistoryKey, readCoverage, rewindCoverage } from './coverage.ts';
import { type Db, many, maybe, type Pool, transaction } from './db.ts';

/** In the order in which they are taken; `counterparty` comes before, where another wallet's history has what is missing. */
export const REPAIR_STEPS = ['counterparty', 'balance', 'history', 'second'] as const;
export type RepairStep = (typeof REPAIR_STEPS)[number];

export interface OpenRepair {
  readonly walletId: number;
  readonly assetId: number;
  readonly providerId: number;
  readonly step: RepairStep;
}

/** Which steps the run has begun, or taken, by wallet. */
export async function readRepairs(db: Db, runId: number, assetId: number): Promise<Map<number, Set<RepairStep>>> {
  const rows = await many<{ walletId: number; step: RepairStep }>(
    db,
    'select wallet_id as "walletId", step from repairs where run_id = $1 and asset_id = $2',
    [runId, assetId],
  );
  const steps = new Map<number, Set<RepairStep>>();
  for (const { walletId, step } of rows) steps.set(walletId, (steps.get(walletId) ?? new Set()).add(step));
  return steps;
}

/**
 * Begins to read a wallet's history again from a position: both are noted together, so that what is interrupted does not begin
 * anew.
 *
 * @param repair `position`: `null` where the stretch has to be found first; `start` the first position of the asset's history, for a wallet that the provider has not been asked about yet
 */
export async function beginReread(
  pool: Pool,
  repair: {
    runId: number;
    walletId: number;
    step: RepairStep;
    key: HistoryKey;
    position: number | null;
    start: number;
  },
): Promise<void> {
  const { runId, walletId, step, key, position, start } = repair;
  await readCoverage(pool, key, [walletId], start);
  await transaction(pool, async (db) => {
    const { rowCount } = await db.query(
      `insert into repairs (run_id, wallet_id, asset_id, step, provider_id, state) values ($1, $2, $3, $4, $5, 'open')
       on conflict do nothing`,
      [runId, walletId, key.assetId, step, key.providerId],
    );
    if (rowCount === 1 && position !== null) await rewindCoverage(db, key, walletId, position);
  });
}

/** Notes that the balances of wallets are asked for once more, and forgets them. */
export async function askBalancesAgain(
  pool: Pool,
  { runId, assetId, walletIds }: { runId: number; assetId: number; walletIds: readonly number[] },
): Promise<void> {
  const values = [runId, assetId, walletIds];
  await transaction(pool, async (db) => {
    await db.query(
      `insert into repairs (run_id, wallet_id, asset_id, step, state)
       select $1, id, $2, 'balance', 'done' from unnest($3::bigint[]) as id order by id on conflict do nothing`,
      values,
    );
    const which = 'where run_id = $1 and asset_id = $2 and wallet_id = any($3::bigint[])';
    await db.query(`delete from balances ${which}`, values);
  });
}

export async function openRepairs(db: Db, runId: number): Promise<OpenRepair[]> {
  return many<OpenRepair>(
    db,
    `select wallet_id as "walletId", asset_id as "assetId", provider_id as "providerId", step from repairs
     where run_id = $1 and state = 'open' order by wallet_id, step`,
    [runId],
  );
}

export async function isRepairOpen(db: Db, repair: OpenRepair & { runId: number }): Promise<boolean> {
  const row = await maybe(
    db,
    `select 1 from repairs where run_id = $1 and wallet_id = $2 and asset_id = $3 and step = $4 and provider_id = $5
       and state = 'open'`,
    [repair.runId, repair.walletId, repair.assetId, repair.step, repair.providerId],
  );
  return row !== undefined;
}

/** Ends one repair, or without a wallet all that are open. @param failure why it could not be carried out */
export async function endRepairs(
  db: Db,
  runId: number,
  repair: Omit<OpenRepair, 'providerId'> | null,
  failure: string | null,
): Promise<void> {
  await db.query(
    `update repairs set state = case when $5::text is null then 'done' else 'failed' end, reason = $5
     where run_id = $1 and state = 'open' and ($2::bigint is null or (wallet_id = $2 and asset_id = $3 and step = $4))`,
    [runId, repair?.walletId ?? null, repair?.assetId ?? null, repair?.step ?? null, failure],
  );
}
