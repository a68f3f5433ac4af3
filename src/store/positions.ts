/** The order of transfers within a block: which wallets of a run need it, and where it is kept. */
import type { PositionedTransfer, TransactionHash } from '../chains/chain.ts';
import { type Db, many, one, type Pool, transaction } from './db.ts';
import { type StoredAsset, walletIds } from './reference.ts';

/** A wallet's transfers of one instant, which is one block's. */
export interface Instant {
  readonly runId: number;
  readonly assetId: number;
  /** Milliseconds since 1970. */
  readonly timestamp: number;
}

/** Transfers `t` of the run ($1) and asset ($2) that move something between two wallets, up to the head. */
const MOVING = `t.asset_id = $2 and t.value > 0 and t.from_id <> t.to_id and t.timestamp <= (
  select h.timestamp from run_heads h join assets a on a.chain_id = h.chain_id where h.run_id = $1 and a.id = $2)`;

/**
 * Notes afresh at which instants the order of an expanded wallet's transfers matters and is not known: where it has two or
 * more, and the place of any is missing. What had been given up is asked for again.
 */
export async function findUnordered(pool: Pool, runId: number, assetId: number): Promise<void> {
  await transaction(pool, async (db) => {
    await db.query('delete from unordered where run_id = $1 and asset_id = $2', [runId, assetId]);
    await db.query(
      `insert into unordered (run_id, asset_id, timestamp, wallet_id)
       select $1, $2, m.timestamp, m.wallet_id from (
         select cw.wallet_id, t.timestamp, t.position
         from case_wallets cw join transfers t on t.from_id = cw.wallet_id
         where cw.run_id = $1 and cw.state = 'expanded' and t.seen_by_sender and ${MOVING}
         union all
         select cw.wallet_id, t.timestamp, t.position
         from case_wallets cw join transfers t on t.to_id = cw.wallet_id
         where cw.run_id = $1 and cw.state = 'expanded' and t.seen_by_recipient and ${MOVING}) m
       group by m.wallet_id, m.timestamp
       having count(*) > 1 and bool_or(m.position is null)`,
      [runId, assetId],
    );
  });
}

/** Instants of the run that are still to be asked about, oldest first, `most` of them. */
export async function openInstants(db: Db, runId: number, assetId: number, most: number): Promise<number[]> {
  const rows = await many<{ timestamp: number }>(
    db,
    `select distinct timestamp from unordered where run_id = $1 and asset_id = $2 and not given_up
     order by 1 limit $3`,
    [runId, assetId, most],
  );
  return rows.map(({ timestamp }) => timestamp);
}

/** How many instants of the run, of all assets, are still to be asked about. */
export async function countOpenInstants(db: Db, runId: number): Promise<number> {
  const { count } = await one<{ count: number }>(
    db,
    `select count(*) as count from (
       select distinct asset_id, timestamp from unordered where run_id = $1 and not given_up) as open`,
    [runId],
  );
  return count;
}

/** The wallets for which an instant is to be asked about; none where that is done. */
export async function unorderedWallets(db: Db, { runId, assetId, timestamp }: Instant): Promise<number[]> {
  const rows = await many<{ id: number }>(
    db,
    `select wallet_id as id from unordered
     where run_id = $1 and asset_id = $2 and timestamp = $3 and not given_up order by 1`,
    [runId, assetId, timestamp],
  );
  return rows.map(({ id }) => id);
}

/** The transactions of an instant in which those wallets have a transfer without a place, sorted. */
export async function unplacedTransactions(
  db: Db,
  { runId, assetId, timestamp }: Instant,
  wallets: readonly number[],
): Promise<TransactionHash[]> {
  const rows = await many<{ hash: TransactionHash }>(
    db,
    `select encode(t.transaction, 'hex') as hash from transfers t
     where t.from_id = any($4::bigint[]) and t.timestamp = $3 and t.seen_by_sender and t.position is null and ${MOVING}
     union
     select encode(t.transaction, 'hex') from transfers t
     where t.to_id = any($4::bigint[]) and t.timestamp = $3 and t.seen_by_recipient and t.position is null and ${MOVING}
     order by 1`,
    [runId, assetId, timestamp, wallets],
  );
  return rows.map(({ hash }) => hash);
}

/**
 * Stores the places of an instant's transfers; once none of the transactions has a transfer without one, the instant is
 * done.
 *
 * @param placed all transfers of the asset in those transactions, as the chain has them
 * @returns how many transfers that histories list were not among them
 */
export async function storePositions(
  pool: Pool,
  instant: Instant,
  asset: StoredAsset,
  { transactions, placed }: { transactions: readonly TransactionHash[]; placed: readonly PositionedTransfer[] },
): Promise<number> {
  const ids = await walletIds(
    pool,
    asset.chain,
    placed.flatMap(({ from, to }) => [from, to]),
  );
  const places = numbered(placed).map(({ transaction: hash, from, to, value, occurrence, position }) => {
    return { hash, fromId: ids.get(from), toId: ids.get(to), value, occurrence, position };
  });
  return transaction(pool, async (db) => {
    await placeTransfers(db, asset.id, places);
    const { missing } = await one<{ missing: number }>(
      db,
      `select count(*) as missing from transfers t
       where t.transaction in (select decode(hash, 'hex') from unnest($2::text[]) as hash) and t.asset_id = $1
         and t.position is null and t.value > 0 and t.from_id <> t.to_id and (t.seen_by_sender or t.seen_by_recipient)`,
      [asset.id, transactions],
    );
    if (missing === 0) {
      await db.query('delete from unordered where run_id = $1 and asset_id = $2 and timestamp = $3', [
        instant.runId,
        instant.assetId,
        instant.timestamp,
      ]);
    }
    return missing;
  });
}

/** The provider cannot tell the order of an instant: this attempt of the run goes without. */
export async function giveUpInstant(db: Db, { runId, assetId, timestamp }: Instant): Promise<void> {
  await db.query('update unordered set given_up = true where run_id = $1 and asset_id = $2 and timestamp = $3', [
    runId,
    assetId,
    timestamp,
  ]);
}

/** Numbers transfers that are equal in all but their place, in the order of the chain. */
function numbered(placed: readonly PositionedTransfer[]): (PositionedTransfer & { occurrence: number })[] {
  const seen = new Map<string, number>();
  return [...placed]
    .sort((a, b) => a.position - b.position)
    .map((transfer) => {
      const key = `${transfer.transaction} ${transfer.from} ${transfer.to} ${transfer.value}`;
      const occurrence = seen.get(key) ?? 0;
      seen.set(key, occurrence + 1);
      return { ...transfer, occurrence };
    });
}

/** A stored transfer of an asset, by its key, with the place it is to get. */
export interface TransferPlace {
  readonly hash: string;
  readonly fromId: number | undefined;
  readonly toId: number | undefined;
  readonly value: bigint;
  readonly occurrence: number;
  readonly position: number;
}

/** Gives stored transfers their places; those that are not stored are left out. Locked in the order in which pages lock them. */
export async function placeTransfers(db: Db, assetId: number, places: readonly TransferPlace[]): Promise<void> {
  if (places.length === 0) return;
  await db.query(
    `with placed as (
       select t.transaction, t.from_id, t.to_id, t.value, t.occurrence, p.position
       from unnest($2::text[], $3::bigint[], $4::bigint[], $5::numeric[], $6::int[], $7::int[])
         as p(hash, from_id, to_id, value, occurrence, position)
       join transfers t on t.transaction = decode(p.hash, 'hex') and t.asset_id = $1 and t.from_id = p.from_id
         and t.to_id = p.to_id and t.value = p.value and t.occurrence = p.occurrence
       order by 1, 2, 3, 4, 5 for update of t)
     update transfers t set position = p.position from placed p
     where t.transaction = p.transaction and t.asset_id = $1 and t.from_id = p.from_id and t.to_id = p.to_id
       and t.value = p.value and t.occurrence = p.occurrence and t.position is distinct from p.position`,
    [
      assetId,
      places.map(({ hash }) => hash),
      places.map(({ fromId }) => fromId),
      places.map(({ toId }) => toId),
      places.map(({ value }) => value.toString()),
      places.map(({ occurrence }) => occurrence),
      places.map(({ position }) => position),
    ],
  );
}
