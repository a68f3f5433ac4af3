/** Pages of histories as they go into the store: transfers and cursors together, or nothing. */
import type { Cursor, TransactionHash, Transfer } from '../chains/chain.ts';
import { type HistoryKey, writeHeld } from './coverage.ts';
import { one, type Pool } from './db.ts';
import { type StoredAsset, walletIds } from './reference.ts';
import type { RequestKind } from './requests.ts';

/** What a page is to one of its wallets. */
export interface PageWallet {
  readonly id: number;
  /** The version that its coverage had when this page was asked for. */
  readonly version: number;
  /** Rows of the page that touch it: equal ones count. */
  readonly rows: number;
  /** Transactions in which it has equal rows, which wait for their receipts. */
  readonly repeats: readonly TransactionHash[];
}

export interface StoredPage {
  readonly key: HistoryKey;
  /** The run that asked for it, and how many requests it cost, which are counted to it. */
  readonly runId: number;
  readonly requests: number;
  readonly asset: StoredAsset;
  readonly wallets: readonly PageWallet[];
  readonly transfers: readonly Transfer[];
  /** Rows that the page listed: equal ones count. */
  readonly rows: number;
  /** What its requests are counted as. */
  readonly kind: RequestKind;
  /** True for the chain's own word: each transfer then counts as seen in the histories of those wallets. */
  readonly seen: boolean;
  readonly next: Cursor;
  readonly now: Date;
}

/**
 * Stores a page's transfers and moves the cursors of its wallets: all of it, or nothing. A transfer that is there already
 * only learns in whose history it was seen too, and its place in its block and its signer where these were missing; where a
 * file had listed it, the chain's own word of its time replaces the file's.
 *
 * One statement, and so one transaction: a crawl's speed is the number of its round trips. The cursors are locked before
 * any is moved, in order, so that two workers with some wallets in common neither lock up nor move only some.
 *
 * @returns with nothing stored: `raced` when another worker has moved one of the cursors since, `elsewhere` when the chain had
 *   told another time of one of the transfers
 */
export async function commitPage(pool: Pool, page: StoredPage): Promise<'stored' | 'raced' | 'elsewhere'> {
  const { key, transfers, next, wallets } = page;
  const ids = await walletIds(
    pool,
    page.asset.chain,
    transfers.flatMap(({ from, to, signer }) => (signer === undefined ? [from, to] : [from, to, signer])),
  );
  const column = <T>(read: (transfer: Transfer) => T) => transfers.map(read);
  const repeats = wallets.flatMap(({ id, repeats: hashes }) => hashes.map((hash) => ({ id, hash })));
  const { moved, elsewhere } = await one<{ moved: number; elsewhere: number }>(
    pool,
    `with expected as (
       select * from unnest($1::bigint[], $2::bigint[], $3::bigint[]) as e(wallet_id, version, rows)),
     locked as (
       select v.wallet_id, v.version from coverage v
       where v.wallet_id = any($1::bigint[]) and v.asset_id = $4 and v.provider_id = $5
       order by v.wallet_id for update),
     listed as (
       select decode(t.hash, 'hex') as transaction, t.* from unnest($16::text[], $17::bigint[], $18::bigint[], $19::numeric[],
         $20::int[], $21::bigint[], $22::bigint[], $23::int[], $24::bigint[])
         as t(hash, from_id, to_id, value, occurrence, time, block, position, signer_id)),
     elsewhere as (
       select 1 from listed l join transfers x on x.transaction = l.transaction and x.asset_id = $4 and x.from_id = l.from_id
         and x.to_id = l.to_id and x.value = l.value and x.occurrence = l.occurrence
       where $15 and (x.seen_by_sender or x.seen_by_recipient) and x.timestamp <> l.time),
     ready as (
       select count(*) = cardinality($1::bigint[]) and not exists (select 1 from elsewhere) as ok
       from locked join expected using (wallet_id, version)),
     moved as (
       update coverage v
       set restarts = case when v.until_position = $6 then v.restarts else 0 end,
         until_position = $6, covered_position = greatest(v.covered_position, $6), held = $7, token = $8,
         version = v.version + 1, rows = v.rows + e.rows, requests = v.requests + $11,
         updated_at = $9
       from expected e
       where v.wallet_id = e.wallet_id and v.asset_id = $4 and v.provider_id = $5 and (select ok from ready)
       returning 1),
     counted as (
       update runs set requests = requests + $11, rows = rows + $12, answered_at = $9
       where id = $10 and (select ok from ready)),
     asked as (
       insert into run_requests as q (run_id, kind, requests)
       select $10, $25, $11 where (select ok from ready)
       on conflict (run_id, kind) do update set requests = q.requests + excluded.requests),
     repeated as (
       insert into receipts (asset_id, transaction, wallet_id)
       select $4, decode(hash, 'hex'), id from unnest($13::text[], $14::bigint[]) as r(hash, id)
       where (select ok from ready) order by 2, 3
       on conflict do nothing),
     stored as (
       insert into transfers (transaction, asset_id, from_id, to_id, value, occurrence, timestamp, block, position,
         signer_id, provider_id, seen_by_sender, seen_by_recipient, sender_provider_id, recipient_provider_id)
       select t.transaction, $4, t.from_id, t.to_id, t.value, t.occurrence, t.time, t.block, t.position,
         t.signer_id, $5, $15 and t.from_id = any($1::bigint[]), $15 and t.to_id = any($1::bigint[]),
         case when $15 and t.from_id = any($1::bigint[]) then $5::smallint end,
         case when $15 and t.to_id = any($1::bigint[]) then $5::smallint end
       from listed t where (select ok from ready)
       order by 1, 3, 4, 5, 6
       on conflict (transaction, asset_id, from_id, to_id, value, occurrence) do update
       set seen_by_sender = transfers.seen_by_sender or excluded.seen_by_sender,
           seen_by_recipient = transfers.seen_by_recipient or excluded.seen_by_recipient,
           sender_provider_id = coalesce(transfers.sender_provider_id, excluded.sender_provider_id),
           recipient_provider_id = coalesce(transfers.recipient_provider_id, excluded.recipient_provider_id),
           timestamp = case when $15 then excluded.timestamp else transfers.timestamp end,
           block = case when $15 then coalesce(excluded.block, transfers.block)
             else coalesce(transfers.block, excluded.block) end,
           position = coalesce(transfers.position, excluded.position),
           signer_id = coalesce(transfers.signer_id, excluded.signer_id)
       where (excluded.sender_provider_id is not null and transfers.sender_provider_id is null)
          or (excluded.recipient_provider_id is not null and transfers.recipient_provider_id is null)
          or (transfers.block is null and excluded.block is not null)
          or (transfers.position is null and excluded.position is not null)
          or (transfers.signer_id is null and excluded.signer_id is not null))
     select (select count(*) from moved) as moved, (select count(*) from elsewhere) as elsewhere`,
    [
      wallets.map(({ id }) => id),
      wallets.map(({ version }) => version),
      wallets.map(({ rows }) => rows),
      key.assetId,
      key.providerId,
      next.position,
      writeHeld(next.held),
      next.token,
      page.now,
      page.runId,
      page.requests,
      page.rows,
      repeats.map(({ hash }) => hash),
      repeats.map(({ id }) => id),
      page.seen,
      column((t) => t.transaction),
      column((t) => ids.get(t.from)),
      column((t) => ids.get(t.to)),
      column((t) => t.value.toString()),
      column((t) => t.occurrence),
      column((t) => t.timestamp),
      column((t) => t.block),
      column((t) => t.position ?? null),
      column((t) => (t.signer === undefined ? null : ids.get(t.signer))),
      page.kind,
    ],
  );
  if (elsewhere > 0) return 'elsewhere';
  return moved === wallets.length ? 'stored' : 'raced';
}
