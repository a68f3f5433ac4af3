/** Transactions in which a provider listed equal rows: their receipts say how often each transfer happened. */
import type { Address } from '../chains/chain.ts';
import { type Db, many, one, type Pool, transaction } from './db.ts';
import { placeTransfers } from './positions.ts';
import { type StoredAsset, walletIds } from './reference.ts';

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
 * @param counts how often each (from, to, value) stands in the receipt, and at which places of the block, in order, where
 *   the receipt tells
 * @returns how many stored transfers of the transaction the receipt lacks; the receipt is settled only if none
 */
export async function settleReceipt(
  pool: Pool,
  asset: StoredAsset,
  walletId: number,
  hash: string,
  counts: readonly { from: Address; to: Address; value: bigint; count: number; positions?: readonly number[] }[],
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
       where t.transaction = decode($2, 'hex') and t.asset_id = $1 and (t.seen_by_sender or t.seen_by_recipient)
         and not exists (
         select 1 from unnest($3::bigint[], $4::bigint[], $5::numeric[], $6::int[]) as c(from_id, to_id, value, count)
         where c.from_id = t.from_id and c.to_id = t.to_id and c.value = t.value and t.occurrence < c.count)`,
      [asset.id, hash, ...columns],
    );
    if (missing > 0) return missing;
    await db.query(
      `insert into transfers (transaction, asset_id, from_id, to_id, value, occurrence, timestamp, block, provider_id,
         seen_by_sender, seen_by_recipient)
       select t.transaction, t.asset_id, t.from_id, t.to_id, t.value, n, t.timestamp, t.block, t.provider_id, true, true
       from unnest($3::bigint[], $4::bigint[], $5::numeric[], $6::int[]) as c(from_id, to_id, value, count)
       join transfers t on t.transaction = decode($2, 'hex') and t.asset_id = $1 and t.from_id = c.from_id
         and t.to_id = c.to_id and t.value = c.value and t.occurrence = 0 and (t.seen_by_sender or t.seen_by_recipient)
       cross join lateral generate_series(1, c.count - 1) as n
       on conflict (transaction, asset_id, from_id, to_id, value, occurrence) do update
       set seen_by_sender = true, seen_by_recipient = true, timestamp = excluded.timestamp, block = excluded.block`,
      [asset.id, hash, ...columns],
    );
    const places = counts.flatMap(({ from, to, value, positions = [] }) =>
      positions.map((position, occurrence) => {
        return { hash, fromId: ids.get(from), toId: ids.get(to), value, occurrence, position };
      }),
    );
    await placeTransfers(db, asset.id, places);
    await db.query(
      `update receipts set settled = true
       where asset_id = $1 and transaction = decode($2, 'hex') and wallet_id = $3`,
      [asset.id, hash, walletId],
    );
    return 0;
  });
}
