/** Stored transfers below a final head that a provider had listed and lists no more, or at another time. */
import type { Address, ChainId, TransactionHash, Transfer } from '../chains/chain.ts';
import type { HistoryKey } from './coverage.ts';
import { type Db, many } from './db.ts';

/** A transfer that is stored, and missing in a history that has listed it, or listed at another time. */
export interface GoneTransfer {
  readonly transaction: TransactionHash;
  readonly from: Address;
  readonly to: Address;
  readonly fromId: number;
  readonly toId: number;
  /** Base units. */
  readonly value: bigint;
  /** In whose history it is missing. */
  readonly walletId: number;
  /** Its time as it is stored, milliseconds since 1970. */
  readonly timestamp: number;
}

/** A stretch of a wallet's history that is read again, in the provider's unit. */
export interface Reread {
  readonly walletId: number;
  readonly from: number;
  readonly until: number;
}

/**
 * Transfers that this provider has listed in these stretches of the wallets' own histories, and that are not among those it
 * lists now. What a receipt or another provider has told is not held against it.
 */
export async function findGone(
  db: Db,
  request: {
    key: HistoryKey;
    unit: 'timestamp' | 'block';
    stretches: readonly Reread[];
    listed: readonly Transfer[];
  },
): Promise<GoneTransfer[]> {
  const { key, unit, stretches, listed } = request;
  const place = unit === 'timestamp' ? 't.timestamp' : 't.block';
  return many<GoneTransfer>(
    db,
    `with stretch as (
       select * from unnest($1::bigint[], $2::bigint[], $3::bigint[]) as s(wallet_id, from_position, until_position)),
     listed as (
       select decode(l.hash, 'hex') as transaction, l.payer, l.payee, l.value
       from unnest($4::text[], $5::text[], $6::text[], $7::numeric[]) as l(hash, payer, payee, value)),
     known as (
       select s.wallet_id, t.* from stretch s join transfers t on t.from_id = s.wallet_id and t.asset_id = $8
         and t.sender_provider_id = $9 and t.occurrence = 0
         and ${place} >= s.from_position and ${place} < s.until_position
       union
       select s.wallet_id, t.* from stretch s join transfers t on t.to_id = s.wallet_id and t.asset_id = $8
         and t.recipient_provider_id = $9 and t.occurrence = 0
         and ${place} >= s.from_position and ${place} < s.until_position)
     select encode(k.transaction, 'hex') as transaction, f.address as "from", r.address as "to", k.from_id as "fromId",
       k.to_id as "toId", k.value, k.wallet_id as "walletId", k.timestamp
     from known k join wallets f on f.id = k.from_id join wallets r on r.id = k.to_id
     where not exists (select 1 from listed l where l.transaction = k.transaction and l.payer = f.address
       and l.payee = r.address and l.value = k.value)
     order by k.timestamp, k.transaction, k.wallet_id`,
    [
      stretches.map(({ walletId }) => walletId),
      stretches.map(({ from }) => from),
      stretches.map(({ until }) => until),
      listed.map(({ transaction }) => transaction),
      listed.map(({ from }) => from),
      listed.map(({ to }) => to),
      listed.map(({ value }) => value.toString()),
      key.assetId,
      key.providerId,
    ],
  );
}

/** Those of some listed transfers that the chain has told before, with another time: by a final head it cannot have changed. */
export async function findElsewhere(
  db: Db,
  request: { key: HistoryKey; walletId: number; listed: readonly Transfer[] },
): Promise<GoneTransfer[]> {
  const { key, walletId, listed } = request;
  return many<GoneTransfer>(
    db,
    `select l.hash as transaction, f.address as "from", r.address as "to", t.from_id as "fromId", t.to_id as "toId", t.value,
       $7::bigint as "walletId", t.timestamp
     from unnest($1::text[], $2::text[], $3::text[], $4::numeric[], $5::int[], $6::bigint[])
       as l(hash, payer, payee, value, occurrence, time)
     join assets a on a.id = $8
     join wallets f on f.chain_id = a.chain_id and f.address = l.payer
     join wallets r on r.chain_id = a.chain_id and r.address = l.payee
     join transfers t on t.transaction = decode(l.hash, 'hex') and t.asset_id = a.id and t.from_id = f.id and t.to_id = r.id
       and t.value = l.value and t.occurrence = l.occurrence
     where (t.seen_by_sender or t.seen_by_recipient) and t.timestamp <> l.time
     order by t.timestamp, 1`,
    [
      listed.map(({ transaction }) => transaction),
      listed.map(({ from }) => from),
      listed.map(({ to }) => to),
      listed.map(({ value }) => value.toString()),
      listed.map(({ occurrence }) => occurrence),
      listed.map(({ timestamp }) => timestamp),
      walletId,
      key.assetId,
    ],
  );
}

/** Keeps for the record what a provider no longer lists. */
export async function recordGone(
  db: Db,
  request: { runId: number; key: HistoryKey; gone: readonly GoneTransfer[]; now: Date },
): Promise<void> {
  const { runId, key, gone, now } = request;
  await db.query(
    `insert into integrity_errors (run_id, transaction, asset_id, from_id, to_id, value, occurrence, wallet_id, provider_id,
       found_at)
     select $1, decode(g.hash, 'hex'), $2, g.from_id, g.to_id, g.value, 0, g.wallet_id, $3, $4
     from unnest($5::text[], $6::bigint[], $7::bigint[], $8::numeric[], $9::bigint[])
       as g(hash, from_id, to_id, value, wallet_id)
     on conflict do nothing`,
    [
      ...[runId, key.assetId, key.providerId, now],
      gone.map(({ transaction }) => transaction),
      gone.map(({ fromId }) => fromId),
      gone.map(({ toId }) => toId),
      gone.map(({ value }) => value.toString()),
      gone.map(({ walletId }) => walletId),
    ],
  );
}

/** What a run has found gone, oldest first. */
export async function readGone(
  db: Db,
  runId: number,
): Promise<{ chain: ChainId; transaction: string; from: Address; to: Address; value: bigint; decimals: number }[]> {
  return many(
    db,
    `select c.name as chain, encode(e.transaction, 'hex') as transaction, f.address as "from", r.address as "to", e.value,
       a.decimals
     from integrity_errors e join assets a on a.id = e.asset_id join chains c on c.id = a.chain_id
     join wallets f on f.id = e.from_id join wallets r on r.id = e.to_id
     join transfers t using (transaction, asset_id, from_id, to_id, value, occurrence)
     where e.run_id = $1
     group by 1, 2, 3, 4, 5, 6 order by min(t.timestamp), 2`,
    [runId],
  );
}
