/** What a wallet's balance is compared with, and what spares asking for it. */
import type { Head } from '../chains/chain.ts';
import { type Db, many, maybe } from './db.ts';

/**
 * Takes over what other runs have asked as of the very same head: it cannot have changed. What does not fit is asked for again
 * like any other.
 */
export async function adoptBalances(db: Db, runId: number, assetId: number): Promise<void> {
  await db.query(
    `insert into balances (run_id, wallet_id, asset_id, value, read_at)
     select distinct on (cw.wallet_id) $1, cw.wallet_id, $2, b.value, b.read_at
     from assets a
     join run_heads h on h.run_id = $1 and h.chain_id = a.chain_id
     join run_heads o on o.chain_id = h.chain_id and o.block = h.block and o.timestamp = h.timestamp and o.run_id <> $1
     join balances b on b.run_id = o.run_id and b.asset_id = a.id and b.value is not null
     join case_wallets cw on cw.run_id = $1 and cw.wallet_id = b.wallet_id and cw.state = 'expanded'
     where a.id = $2
     order by cw.wallet_id, b.read_at desc
     on conflict do nothing`,
    [runId, assetId],
  );
}

/** Those of some wallets whose balance the run has asked for already. */
export async function walletsWithBalance(
  db: Db,
  asked: { runId: number; assetId: number; walletIds: readonly number[] },
): Promise<ReadonlySet<number>> {
  const rows = await many<{ id: number }>(
    db,
    'select wallet_id as id from balances where run_id = $1 and asset_id = $2 and wallet_id = any($3::bigint[])',
    [asked.runId, asked.assetId, asked.walletIds],
  );
  return new Set(rows.map(({ id }) => id));
}

/** What a wallet held as of the run's head; `null` where nobody could tell, `undefined` where nobody was asked. */
export async function readWalletBalance(
  db: Db,
  wanted: { runId: number; assetId: number; walletId: number },
): Promise<bigint | null | undefined> {
  const row = await maybe<{ value: bigint | null }>(
    db,
    'select value from balances where run_id = $1 and asset_id = $2 and wallet_id = $3',
    [wanted.runId, wanted.assetId, wanted.walletId],
  );
  return row?.value;
}

/**
 * What the stored transfers of a wallet's own history, and what the issuer took there, add up to: up to a block where one is
 * named, else up to the run's head.
 */
export async function storedSum(
  db: Db,
  wanted: { runId: number; assetId: number; walletId: number; block?: number },
): Promise<bigint> {
  const row = await maybe<{ sum: bigint }>(
    db,
    `select (select coalesce(sum(t.value), 0) from transfers t where t.to_id = $3 and t.asset_id = $2
         and t.seen_by_recipient and t.timestamp <= h.timestamp and ($4::bigint is null or t.block <= $4))
       - (select coalesce(sum(t.value), 0) from transfers t where t.from_id = $3 and t.asset_id = $2
         and t.seen_by_sender and t.timestamp <= h.timestamp and ($4::bigint is null or t.block <= $4))
       - (select coalesce(sum(e.value), 0) from issuer_events e where e.wallet_id = $3 and e.asset_id = $2
         and e.timestamp <= h.timestamp and ($4::bigint is null or e.block <= $4)
         and exists (select 1 from run_issuer_events i
           where i.run_id = $1 and i.asset_id = $2 and i.state = 'known')) as sum
     from assets a join run_heads h on h.run_id = $1 and h.chain_id = a.chain_id where a.id = $2`,
    [wanted.runId, wanted.assetId, wanted.walletId, wanted.block ?? null],
  );
  return row?.sum ?? 0n;
}

/**
 * The newest head below the run's as of which the wallet's stored transfers add up to what any run was told then: what differs
 * now lies above it.
 */
export async function newestProvenHead(
  db: Db,
  wanted: { runId: number; assetId: number; walletId: number },
): Promise<Head | undefined> {
  return maybe<Head>(
    db,
    `select o.block, o.timestamp
     from assets a
     join run_heads h on h.run_id = $1 and h.chain_id = a.chain_id
     join balances b on b.wallet_id = $2 and b.asset_id = a.id and b.value is not null
     join run_heads o on o.run_id = b.run_id and o.chain_id = a.chain_id and o.timestamp < h.timestamp
     where a.id = $3 and b.value = (
         select coalesce(sum(t.value), 0) from transfers t
         where t.to_id = $2 and t.asset_id = $3 and t.seen_by_recipient and t.timestamp <= o.timestamp)
       - (select coalesce(sum(t.value), 0) from transfers t
         where t.from_id = $2 and t.asset_id = $3 and t.seen_by_sender and t.timestamp <= o.timestamp)
       - (select coalesce(sum(e.value), 0) from issuer_events e
         where e.wallet_id = $2 and e.asset_id = $3 and e.timestamp <= o.timestamp)
     order by o.timestamp desc limit 1`,
    [wanted.runId, wanted.walletId, wanted.assetId],
  );
}
