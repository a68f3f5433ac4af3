/** Probes: what a run has seen of a wallet's newest transfers before it read on, and what it takes the wallet for. */
import { type Db, many, one } from './db.ts';

/** `unknown` where the provider could not be brought to answer. */
export type Verdict = 'service' | 'ordinary';

export interface Probe {
  readonly walletId: number;
  readonly verdict: Verdict;
  /** Transfers that count, and the wallets at their other ends: all of them, those who paid, and those who were paid. */
  readonly rows: number;
  readonly counterparties: number;
  readonly payers: number;
  readonly payees: number;
  readonly perDay: number;
  /** Time of the newest, milliseconds since 1970. */
  readonly newest: number | null;
  /** False where the provider has told only a part of them. */
  readonly whole: boolean;
  readonly requests: number;
}

/** What a run has seen of wallets already. */
export async function readProbes(db: Db, runId: number, walletIds: readonly number[]): Promise<Probe[]> {
  return many<Probe>(
    db,
    `select wallet_id as "walletId", verdict, rows, counterparties, payers, payees, per_day as "perDay", newest, whole,
       requests
     from probes where run_id = $1 and wallet_id = any($2::bigint[]) order by wallet_id`,
    [runId, walletIds],
  );
}

/** Stores a probe. One that is there already stays. */
export async function storeProbe(db: Db, runId: number, probe: Probe, now: Date): Promise<void> {
  await db.query(
    `insert into probes (run_id, wallet_id, verdict, rows, counterparties, payers, payees, per_day, newest, whole,
       requests, probed_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) on conflict do nothing`,
    [
      runId,
      ...[probe.walletId, probe.verdict, probe.rows, probe.counterparties, probe.payers, probe.payees, probe.perDay],
      ...[probe.newest, probe.whole, probe.requests, now],
    ],
  );
}

/** Stops at a wallet for its behaviour, unless another worker has gone on with it. */
export async function stopForBehaviour(db: Db, runId: number, walletId: number, reason: string): Promise<void> {
  await db.query(
    `update case_wallets set state = 'stopped', stop_kind = 'behaviour', reason = $3
     where run_id = $1 and wallet_id = $2 and state = 'pending'`,
    [runId, walletId, reason],
  );
}

/**
 * Whether a wallet's own history lists so many different transfers up to a time. Equal ones count once, so that it does not
 * hang on whether their receipt has been read.
 *
 * @param beside transfers of one time that are known, but not all stored yet
 */
export async function hasTransfers(
  db: Db,
  wallet: { readonly walletId: number; readonly assetId: number; readonly until: number },
  least: number,
  beside: { readonly count: number; readonly timestamp: number } | null,
): Promise<boolean> {
  const { enough } = await one<{ enough: boolean }>(
    db,
    `select count(*) >= $4 as enough from (
       (select 1 from transfers where from_id = $1 and asset_id = $2 and timestamp <= $3 and occurrence = 0
          and seen_by_sender and timestamp is distinct from $5 limit $4)
       union all
       (select 1 from transfers where to_id = $1 and from_id <> $1 and asset_id = $2 and timestamp <= $3
          and occurrence = 0 and seen_by_recipient and timestamp is distinct from $5 limit $4)) as known`,
    [
      wallet.walletId,
      wallet.assetId,
      wallet.until,
      Math.max(0, least - (beside?.count ?? 0)),
      beside?.timestamp ?? null,
    ],
  );
  return enough;
}
