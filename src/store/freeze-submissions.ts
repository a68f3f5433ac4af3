/**
 * Freezes that wait in the issuer's multisig. They are told inside a case, of its own wallets, and nowhere else: whoever hears
 * of one may warn the wallet's owner. So nothing that exports, hashes, logs or queues reads this file's tables.
 */
import type { Address, ChainId, Wallet } from '../chains/chain.ts';
import type { FreezeSubmissions, SettledSubmissions } from '../chains/standing.ts';
import { type Db, many, type Pool, transaction } from './db.ts';
import { type StoredAsset, walletIds } from './reference.ts';

/** So many settled submissions are remembered to a provider: more than it looks at. */
const MOST_SETTLED = 1_000;

/** A freeze that was submitted and, when it was last looked at, not executed. */
export interface PendingFreeze extends Wallet {
  /** Of its submission to the multisig. */
  readonly number: number;
  readonly multisig: Address;
  readonly firstSeen: Date;
  readonly lastSeen: Date;
}

/** Whether a run knows what waits in the multisig of a chain. */
export interface PendingKnowledge {
  readonly chain: ChainId;
  readonly asset: string;
  readonly known: boolean;
  /** Why not, where somebody was asked. */
  readonly reason: string | null;
}

/** The assets whose multisig a run is still to ask about. */
export async function openSubmissions(db: Db, runId: number): Promise<number[]> {
  const query = `select asset_id as id from run_issuer_events where run_id = $1 and pending = 'open' order by 1`;
  return (await many<{ id: number }>(db, query, [runId])).map(({ id }) => id);
}

/** Submissions of an asset's multisig of which nothing can change any more; `null` where none are known. */
export async function settledSubmissions(db: Db, assetId: number): Promise<SettledSubmissions | null> {
  const rows = await many<{ multisig: Address; number: number }>(
    db,
    `select w.address as multisig, s.number from freeze_submissions s join wallets w on w.id = s.multisig_id
     where s.asset_id = $1 and s.state <> 'pending' and s.multisig_id = (
       select multisig_id from freeze_submissions where asset_id = $1 order by last_seen desc, multisig_id limit 1)
     order by s.number desc limit $2`,
    [assetId, MOST_SETTLED],
  );
  const [first] = rows;
  return first === undefined ? null : { multisig: first.multisig, numbers: new Set(rows.map(({ number }) => number)) };
}

/** Stores what was told, and ends the run's waiting for it. A pending freeze that is not told any more is forgotten. */
export async function storeSubmissions(
  pool: Pool,
  told: { runId: number; asset: StoredAsset; answer: FreezeSubmissions; now: Date },
): Promise<void> {
  const { runId, asset, now } = told;
  const { multisig, submissions, untold } = told.answer;
  await transaction(pool, async (db) => {
    if (multisig !== null) {
      const wallets = submissions.flatMap(({ wallet }) => wallet ?? []);
      const ids = await walletIds(db, asset.chain, [multisig, ...wallets]);
      const state = ({ wallet, executed }: (typeof submissions)[number]) =>
        wallet === null ? 'other' : executed ? 'executed' : 'pending';
      await db.query(
        `insert into freeze_submissions as s (asset_id, multisig_id, number, wallet_id, state, first_seen, last_seen)
         select $1, $2, t.number, t.wallet_id, t.state, $6, $6
         from unnest($3::bigint[], $4::bigint[], $5::text[]) as t(number, wallet_id, state) order by t.number
         on conflict (asset_id, multisig_id, number) do update
         set state = excluded.state, wallet_id = excluded.wallet_id, last_seen = excluded.last_seen`,
        [
          ...[asset.id, ids.get(multisig)],
          submissions.map(({ number }) => number),
          submissions.map(({ wallet }) => (wallet === null ? null : ids.get(wallet))),
          submissions.map(state),
          now,
        ],
      );
      await db.query(`delete from freeze_submissions where asset_id = $1 and state = 'pending' and last_seen < $2`, [
        asset.id,
        now,
      ]);
    }
    await settleSubmissions(db, runId, asset.id, untold);
  });
}

/** Ends a run's waiting for an asset's submissions. @param reason why they are not known; `null` where they are */
export async function settleSubmissions(db: Db, runId: number, assetId: number, reason: string | null): Promise<void> {
  await db.query(
    `update run_issuer_events set pending = case when $3::text is null then 'known' else 'unknown' end, pending_reason = $3
     where run_id = $1 and asset_id = $2 and pending = 'open'`,
    [runId, assetId, reason],
  );
}

/** Freezes that are pending for the wallets of a run, and for those that its expanded wallets deal with, by chain, address and number. */
export async function readPendingFreezes(db: Db, runId: number): Promise<PendingFreeze[]> {
  return many<PendingFreeze>(
    db,
    `select c.name as chain, w.address, s.number, m.address as multisig, s.first_seen as "firstSeen",
       s.last_seen as "lastSeen"
     from run_heads h join runs r on r.id = h.run_id and not r.offline
     join assets a on a.chain_id = h.chain_id join chains c on c.id = a.chain_id
     join freeze_submissions s on s.asset_id = a.id and s.state = 'pending'
     join wallets w on w.id = s.wallet_id join wallets m on m.id = s.multisig_id
     where h.run_id = $1 and (
       exists (select 1 from case_wallets cw where cw.run_id = $1 and cw.wallet_id = s.wallet_id)
       or exists (select 1 from transfers t join case_wallets cw on cw.wallet_id = t.from_id
         where t.to_id = s.wallet_id and cw.run_id = $1 and cw.state = 'expanded' and t.timestamp <= h.timestamp)
       or exists (select 1 from transfers t join case_wallets cw on cw.wallet_id = t.to_id
         where t.from_id = s.wallet_id and cw.run_id = $1 and cw.state = 'expanded' and t.timestamp <= h.timestamp))
     order by c.name, w.address collate "C", s.number`,
    [runId],
  );
}

/** For each chain of a run, by name. */
export async function readPendingKnowledge(db: Db, runId: number): Promise<PendingKnowledge[]> {
  return many<PendingKnowledge>(
    db,
    `select c.name as chain, a.symbol as asset, coalesce(i.pending = 'known', false) as known, i.pending_reason as reason
     from run_heads h join chains c on c.id = h.chain_id join assets a on a.chain_id = h.chain_id
     left join run_issuer_events i on i.run_id = h.run_id and i.asset_id = a.id
     where h.run_id = $1 order by c.name, a.symbol`,
    [runId],
  );
}
