/** Which stretch of each wallet's history is stored without a gap, and where to read on. */
import type { Cursor, HistoryRow } from '../chains/chain.ts';
import { type Db, many, maybe, one } from './db.ts';

/** Whose histories, of which asset, by whom. */
export interface HistoryKey {
  readonly assetId: number;
  readonly providerId: number;
}

export interface Coverage {
  readonly walletId: number;
  readonly from: number;
  /** Where to read on; everything before `cursor.position` is stored. */
  readonly cursor: Cursor;
  /** The highest position that was ever covered: above the cursor's where what is stored is read again. */
  readonly covered: number;
  /** Changes with the cursor: who moves it must have read this number. */
  readonly version: number;
  /** Rows that the wallet's own history listed. */
  readonly rows: number;
  readonly updatedAt: Date;
}

const COLUMNS = `v.wallet_id as "walletId", v.from_position as "from", v.until_position as position, v.held, v.token,
  v.covered_position as covered, v.version, v.rows, v.updated_at as "updatedAt"`;

interface CoverageRow extends Omit<Coverage, 'cursor'> {
  readonly position: number;
  readonly held: StoredRow[];
  readonly token: string | null;
}

/** The coverage of wallets, by their numbers, begun at `from` where it is first asked for. */
export async function readCoverage(
  db: Db,
  key: HistoryKey,
  walletIds: readonly number[],
  from: number,
): Promise<Coverage[]> {
  const find = () =>
    many<CoverageRow>(
      db,
      `select ${COLUMNS} from coverage v
       where v.wallet_id = any($1::bigint[]) and v.asset_id = $2 and v.provider_id = $3 order by v.wallet_id`,
      [walletIds, key.assetId, key.providerId],
    );
  let rows = await find();
  if (rows.length < walletIds.length) {
    await db.query(
      `insert into coverage (wallet_id, asset_id, provider_id, from_position, until_position, updated_at)
       select id, $2, $3, $4, $4, 'epoch' from unnest($1::bigint[]) as id order by id on conflict do nothing`,
      [walletIds, key.assetId, key.providerId, from],
    );
    rows = await find();
  }
  return rows.map(readRow);
}

/** The coverage of a run's pending wallets, nearest first, `most` of them; that of new ones is begun at `from`. */
export async function pendingCoverage(
  db: Db,
  request: HistoryKey & { runId: number; from: number; most: number },
): Promise<Coverage[]> {
  const values = [request.runId, request.assetId, request.providerId];
  await db.query(
    `insert into coverage (wallet_id, asset_id, provider_id, from_position, until_position, updated_at)
     select cw.wallet_id, $2, $3, $4, $4, 'epoch'
     from case_wallets cw join wallets w on w.id = cw.wallet_id join assets a on a.id = $2 and a.chain_id = w.chain_id
     where cw.run_id = $1 and cw.state = 'pending' order by cw.wallet_id on conflict do nothing`,
    [...values, request.from],
  );
  const rows = await many<CoverageRow>(
    db,
    `select ${COLUMNS}
     from case_wallets cw join coverage v on v.wallet_id = cw.wallet_id and v.asset_id = $2 and v.provider_id = $3
     where cw.run_id = $1 and cw.state = 'pending' order by cw.hop, cw.wallet_id limit $4`,
    [...values, request.most],
  );
  return rows.map(readRow);
}

/**
 * How much of their window the pending wallets of a run have behind them, on average: from 0 to 1, `null` where none is
 * pending.
 */
export async function coveredShare(
  db: Db,
  request: HistoryKey & { runId: number; until: number },
): Promise<number | null> {
  const { share } = await one<{ share: number | null }>(
    db,
    `select avg((v.until_position - v.from_position)::float8 / greatest(1, $4 - v.from_position)) as share
     from case_wallets cw join coverage v on v.wallet_id = cw.wallet_id and v.asset_id = $2 and v.provider_id = $3
     where cw.run_id = $1 and cw.state = 'pending'`,
    [request.runId, request.assetId, request.providerId, request.until],
  );
  return share;
}

function readRow({ position, held, token, ...rest }: CoverageRow): Coverage {
  return { ...rest, cursor: { position, held: held.map(readHeld), token } };
}

type StoredRow = Omit<HistoryRow, 'value'> & { value: string };
const readHeld = (row: StoredRow): HistoryRow => ({ ...row, value: BigInt(row.value) });

/** Held rows as they are stored. */
export function writeHeld(held: readonly HistoryRow[]): string {
  return JSON.stringify(held.map((row): StoredRow => ({ ...row, value: row.value.toString() })));
}

/**
 * Forgets the provider's token, which it refuses: the stretch is read again from its durable position.
 *
 * @returns how often that has happened at this position; 0 when another worker has moved the cursor since
 */
export async function restartStretch(db: Db, key: HistoryKey, walletId: number, version: number): Promise<number> {
  const row = await maybe<{ restarts: number }>(
    db,
    `update coverage
     set held = '[]', token = null, restarts = restarts + 1, version = version + 1, updated_at = now()
     where wallet_id = $1 and asset_id = $2 and provider_id = $3 and version = $4
     returning restarts`,
    [walletId, key.assetId, key.providerId, version],
  );
  return row?.restarts ?? 0;
}

/** Goes back to read a wallet's history again from an earlier position. */
export async function rewindCoverage(db: Db, key: HistoryKey, walletId: number, position: number): Promise<void> {
  await db.query(
    `update coverage
     set until_position = least(until_position, greatest(from_position, $4)), held = '[]', token = null,
         version = version + 1, updated_at = now()
     where wallet_id = $1 and asset_id = $2 and provider_id = $3`,
    [walletId, key.assetId, key.providerId, position],
  );
}
