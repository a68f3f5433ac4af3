/** Which stretch of each wallet's history is stored without a gap, and the transfers that came with it. */
import type { Address, Cursor, HistoryRow, Transfer } from '../chains/chain.ts';
import { type Db, many, maybe, one, type Pool, transaction } from './db.ts';
import { type StoredAsset, walletIds } from './reference.ts';

/** Whose history, of which asset, by whom. */
export interface CoverageKey {
  readonly walletId: number;
  readonly assetId: number;
  readonly providerId: number;
}

export interface Coverage {
  readonly from: number;
  /** Where to read on; everything before `cursor.position` is stored. */
  readonly cursor: Cursor;
  /** Changes with the cursor: who moves it must have read this number. */
  readonly version: number;
  /** Rows that the wallet's own history listed. */
  readonly rows: number;
  readonly updatedAt: Date;
}

/** The coverage of a wallet, begun at `from` when it is first asked for. */
export async function readCoverage(db: Db, key: CoverageKey, from: number): Promise<Coverage> {
  const values = [key.walletId, key.assetId, key.providerId];
  const found = await findCoverage(db, values);
  if (found !== undefined) return found;
  await db.query(
    `insert into coverage (wallet_id, asset_id, provider_id, from_position, until_position, updated_at)
     values ($1, $2, $3, $4, $4, 'epoch') on conflict do nothing`,
    [...values, from],
  );
  const begun = await findCoverage(db, values);
  if (begun === undefined) throw new Error('Coverage that was just begun is gone');
  return begun;
}

async function findCoverage(db: Db, values: unknown[]): Promise<Coverage | undefined> {
  const row = await maybe<{
    from: number;
    position: number;
    held: StoredRow[];
    token: string | null;
    version: number;
    rows: number;
    updatedAt: Date;
  }>(
    db,
    `select from_position as "from", until_position as position, held, token, version, rows,
       updated_at as "updatedAt"
     from coverage where wallet_id = $1 and asset_id = $2 and provider_id = $3`,
    values,
  );
  if (row === undefined) return undefined;
  const { position, held, token, ...rest } = row;
  return { ...rest, cursor: { position, held: held.map(readRow), token } };
}

type StoredRow = Omit<HistoryRow, 'value'> & { value: string };
const readRow = (row: StoredRow): HistoryRow => ({ ...row, value: BigInt(row.value) });
const writeRow = (row: HistoryRow): StoredRow => ({ ...row, value: row.value.toString() });

/** Where pending wallets of a run are to be read on, `most` of them: coverage of new ones is begun at `from`. */
export async function pendingPages(
  db: Db,
  request: { runId: number; assetId: number; providerId: number; from: number; most: number },
): Promise<{ walletId: number; page: number }[]> {
  const values = [request.runId, request.assetId, request.providerId];
  await db.query(
    `insert into coverage (wallet_id, asset_id, provider_id, from_position, until_position, updated_at)
     select wallet_id, $2, $3, $4, $4, 'epoch' from case_wallets where run_id = $1 and state = 'pending'
     order by wallet_id on conflict do nothing`,
    [...values, request.from],
  );
  return many(
    db,
    `select cw.wallet_id as "walletId", v.version as page
     from case_wallets cw join coverage v on v.wallet_id = cw.wallet_id and v.asset_id = $2 and v.provider_id = $3
     where cw.run_id = $1 and cw.state = 'pending' order by cw.hop, cw.wallet_id limit $4`,
    [...values, request.most],
  );
}

/** A page as it goes into the store. */
export interface StoredPage {
  readonly key: CoverageKey;
  /** The run that asked for it, to which the request is counted. */
  readonly runId: number;
  readonly wallet: Address;
  readonly asset: StoredAsset;
  /** The version that the coverage had when this page was asked for. */
  readonly version: number;
  readonly transfers: readonly Transfer[];
  /** Rows that the page listed: equal ones count. */
  readonly rows: number;
  /** Transactions with equal rows, which wait for their receipts. */
  readonly repeats: readonly string[];
  readonly next: Cursor;
  readonly now: Date;
}

/**
 * Stores a page's transfers and moves the cursor: all of it, or nothing. A transfer that is there already only learns in
 * whose history it was seen too.
 *
 * One statement, and so one transaction: a crawl's speed is the number of its round trips.
 *
 * @returns false, with nothing stored, when another worker has moved the cursor since
 */
export async function commitPage(pool: Pool, page: StoredPage): Promise<boolean> {
  const { key, transfers, next } = page;
  const ids = await walletIds(
    pool,
    page.asset.chain,
    transfers.flatMap(({ from, to }) => [from, to]),
  );
  const column = <T>(read: (transfer: Transfer) => T) => transfers.map(read);
  const { moved } = await one<{ moved: number }>(
    pool,
    `with moved as (
       update coverage
       set restarts = case when until_position = $5 then restarts else 0 end,
         until_position = $5, held = $6, token = $7, version = version + 1, rows = rows + $8, updated_at = $9
       where wallet_id = $1 and asset_id = $2 and provider_id = $3 and version = $4 returning 1),
     counted as (
       update runs set requests = requests + 1, rows = rows + $8, answered_at = $9
       where id = $10 and exists (select 1 from moved)),
     repeated as (
       insert into receipts (asset_id, transaction, wallet_id)
       select $2, decode(hash, 'hex'), $1 from unnest($11::text[]) as hash where exists (select 1 from moved)
       on conflict do nothing),
     stored as (
       insert into transfers (transaction, asset_id, from_id, to_id, value, occurrence, timestamp, block, provider_id,
         seen_by_sender, seen_by_recipient)
       select decode(t.hash, 'hex'), $2, t.from_id, t.to_id, t.value, t.occurrence, t.time, t.block, $3,
         t.from_id = $1, t.to_id = $1
       from unnest($12::text[], $13::bigint[], $14::bigint[], $15::numeric[], $16::int[], $17::bigint[], $18::bigint[])
         as t(hash, from_id, to_id, value, occurrence, time, block)
       where exists (select 1 from moved)
       order by 1, 3, 4, 5, 6
       on conflict (transaction, asset_id, from_id, to_id, value, occurrence) do update
       set seen_by_sender = transfers.seen_by_sender or excluded.seen_by_sender,
           seen_by_recipient = transfers.seen_by_recipient or excluded.seen_by_recipient,
           block = coalesce(transfers.block, excluded.block)
       where (excluded.seen_by_sender and not transfers.seen_by_sender)
          or (excluded.seen_by_recipient and not transfers.seen_by_recipient)
          or (transfers.block is null and excluded.block is not null))
     select count(*) as moved from moved`,
    [
      key.walletId,
      key.assetId,
      key.providerId,
      page.version,
      next.position,
      JSON.stringify(next.held.map(writeRow)),
      next.token,
      page.rows,
      page.now,
      page.runId,
      page.repeats,
      column((t) => t.transaction),
      column((t) => ids.get(t.from)),
      column((t) => ids.get(t.to)),
      column((t) => t.value.toString()),
      column((t) => t.occurrence),
      column((t) => t.timestamp),
      column((t) => t.block),
    ],
  );
  return moved === 1;
}

/**
 * Forgets the provider's token, which it refuses: the stretch is read again from its durable position.
 *
 * @returns how often that has happened at this position; 0 when another worker has moved the cursor since
 */
export async function restartStretch(db: Db, key: CoverageKey, version: number): Promise<number> {
  const row = await maybe<{ restarts: number }>(
    db,
    `update coverage
     set held = '[]', token = null, restarts = restarts + 1, version = version + 1, updated_at = now()
     where wallet_id = $1 and asset_id = $2 and provider_id = $3 and version = $4
     returning restarts`,
    [key.walletId, key.assetId, key.providerId, version],
  );
  return row?.restarts ?? 0;
}

/** Goes back to read a wallet's history again from an earlier position. */
export async function rewindCoverage(db: Db, key: CoverageKey, position: number): Promise<void> {
  await db.query(
    `update coverage
     set until_position = least(until_position, greatest(from_position, $4)), held = '[]', token = null,
         version = version + 1, updated_at = now()
     where wallet_id = $1 and asset_id = $2 and provider_id = $3`,
    [key.walletId, key.assetId, key.providerId, position],
  );
}

/** Transactions of a wallet that still wait for their receipts. */
export async function openReceipts(db: Db, walletId: number, assetId: number): Promise<string[]> {
  const rows = await many<{ hash: string }>(
    db,
    `select encode(transaction, 'hex') as hash from receipts
     where wallet_id = $1 and asset_id = $2 and not settled order by 1`,
    [walletId, assetId],
  );
  return rows.map((row) => row.hash);
}

/**
 * Stores what a receipt confirms: the transfers of one transaction that are equal in all but their occurrence, as far as
 * their first is stored. It is settled for the wallet that asked alone: another's equal rows may not be stored yet.
 *
 * @param counts how often each (from, to, value) stands in the receipt
 * @returns how many stored transfers of the transaction the receipt lacks; the receipt is settled only if none
 */
export async function settleReceipt(
  pool: Pool,
  asset: StoredAsset,
  walletId: number,
  hash: string,
  counts: readonly { from: Address; to: Address; value: bigint; count: number }[],
): Promise<number> {
  const addresses = counts.flatMap(({ from, to }) => [from, to]);
  const ids = await walletIds(pool, asset.chain, [...new Set(addresses)]);
  const columns = [
    counts.map(({ from }) => ids.get(from)),
    counts.map(({ to }) => ids.get(to)),
    counts.map(({ value }) => value.toString()),
    counts.map(({ count }) => count),
  ];
  return transaction(pool, async (db) => {
    const { missing } = await one<{ missing: number }>(
      db,
      `select count(*) as missing from transfers t
       where t.transaction = decode($2, 'hex') and t.asset_id = $1 and not exists (
         select 1 from unnest($3::bigint[], $4::bigint[], $5::numeric[], $6::int[]) as c(from_id, to_id, value, count)
         where c.from_id = t.from_id and c.to_id = t.to_id and c.value = t.value and t.occurrence < c.count)`,
      [asset.id, hash, ...columns],
    );
    if (missing > 0) return missing;
    await db.query(
      `insert into transfers (transaction, asset_id, from_id, to_id, value, occurrence, timestamp, block, provider_id,
         seen_by_sender, seen_by_recipient)
       select t.transaction, t.asset_id, t.from_id, t.to_id, t.value, n, t.timestamp, t.block, t.provider_id,
         t.seen_by_sender, t.seen_by_recipient
       from unnest($3::bigint[], $4::bigint[], $5::numeric[], $6::int[]) as c(from_id, to_id, value, count)
       join transfers t on t.transaction = decode($2, 'hex') and t.asset_id = $1 and t.from_id = c.from_id
         and t.to_id = c.to_id and t.value = c.value and t.occurrence = 0
       cross join lateral generate_series(1, c.count - 1) as n
       on conflict do nothing`,
      [asset.id, hash, ...columns],
    );
    await db.query(
      `update receipts set settled = true
       where asset_id = $1 and transaction = decode($2, 'hex') and wallet_id = $3`,
      [asset.id, hash, walletId],
    );
    return 0;
  });
}
