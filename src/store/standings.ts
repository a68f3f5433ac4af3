/** What the chain said of wallets themselves: which a run is to ask about, and what was told. */
import type { Address } from '../chains/chain.ts';
import { type Db, many } from './db.ts';

/**
 * So many wallets of a chain a run asks about at most: reported ones, then those that most of the money reached and that were
 * read, or would have been.
 */
const MOST_STANDINGS = 100;

export interface StandingsQuestion {
  readonly runId: number;
  readonly assetId: number;
  /** Who has read the issuer's events, and what its positions count. */
  readonly providerId: number;
  readonly unit: 'timestamp' | 'block';
}

/**
 * The wallets that a run is still to ask about. One that was asked about before needs no further question as long as the
 * issuer's events are stored without a gap from then on: they tell what has changed since. An exception is a wallet that was
 * frozen and unfrozen in one block whose order nobody tells.
 */
export async function walletsWithoutStanding(db: Db, question: StandingsQuestion): Promise<number[]> {
  const rows = await many<{ id: number }>(
    db,
    `with chosen as (
       select cw.wallet_id, h.timestamp as head, row_number() over (
         order by cw.role is null, cw.amount desc nulls last, cw.hop, w.address collate "C") as place
       from case_wallets cw
       join wallets w on w.id = cw.wallet_id
       join assets a on a.id = $2 and a.chain_id = w.chain_id
       join run_heads h on h.run_id = $1 and h.chain_id = a.chain_id
       where cw.run_id = $1 and (cw.role is not null or cw.state = 'expanded'
         or cw.stop_kind in ('tagged', 'behaviour', 'max-hops', 'max-wallets', 'max-requests', 'max-transfers', 'person'))),
     told as (
       select s.wallet_id, o.timestamp as at, s.frozen, s.contract,
         exists (select 1 from issuer_coverage v where v.asset_id = $2 and v.provider_id = $3 and v.kept_from is null
           and v.from_position <= case when $4 = 'timestamp' then o.timestamp else o.block end)
         and exists (select 1 from run_issuer_events i
           where i.run_id = $1 and i.asset_id = $2 and i.state = 'known' and i.freezes) as goes_on
       from standings s
       join assets a on a.id = s.asset_id
       join run_heads o on o.run_id = s.run_id and o.chain_id = a.chain_id
       where s.asset_id = $2 and s.wallet_id in (select wallet_id from chosen where place <= $5))
     select c.wallet_id as id from chosen c
     where c.place <= $5
       and not exists (select 1 from standings s where s.run_id = $1 and s.wallet_id = c.wallet_id and s.asset_id = $2)
       and not (
         exists (select 1 from told t where t.wallet_id = c.wallet_id and t.contract is not null)
         and exists (select 1 from told t where t.wallet_id = c.wallet_id and t.frozen is not null and t.goes_on
           and t.at <= c.head and not exists (
             select 1 from issuer_events e join issuer_events f on f.wallet_id = e.wallet_id and f.asset_id = e.asset_id
               and f.timestamp = e.timestamp and f.kind = 'unfrozen'
             where e.wallet_id = c.wallet_id and e.asset_id = $2 and e.kind = 'frozen' and e.timestamp > t.at
               and e.timestamp <= c.head and (e.position is null or f.position is null))))
     order by c.place`,
    [question.runId, question.assetId, question.providerId, question.unit, MOST_STANDINGS],
  );
  return rows.map(({ id }) => id);
}

/** Those of some wallets of which it is known whether they are contracts. */
export async function knownContracts(
  db: Db,
  { assetId, walletIds }: { assetId: number; walletIds: readonly number[] },
): Promise<ReadonlySet<Address>> {
  const rows = await many<{ address: Address }>(
    db,
    `select distinct w.address from standings s join wallets w on w.id = s.wallet_id
     where s.asset_id = $1 and s.wallet_id = any($2::bigint[]) and s.contract is not null`,
    [assetId, walletIds],
  );
  return new Set(rows.map(({ address }) => address));
}

/** Those of some wallets that the run has asked about already. */
export async function walletsWithStanding(
  db: Db,
  asked: { runId: number; assetId: number; walletIds: readonly number[] },
): Promise<ReadonlySet<number>> {
  const rows = await many<{ id: number }>(
    db,
    'select wallet_id as id from standings where run_id = $1 and asset_id = $2 and wallet_id = any($3::bigint[])',
    [asked.runId, asked.assetId, asked.walletIds],
  );
  return new Set(rows.map(({ id }) => id));
}

export interface ToldStanding {
  readonly walletId: number;
  readonly contract: boolean | null;
  readonly frozen: boolean | null;
}

/** Records what was told of wallets; what was recorded for the run before stays. */
export async function recordStandings(
  db: Db,
  told: { runId: number; assetId: number; standings: readonly ToldStanding[]; now: Date },
): Promise<void> {
  const { standings } = told;
  await db.query(
    `insert into standings (run_id, wallet_id, asset_id, contract, frozen, read_at)
     select $1, s.wallet_id, $2, s.contract, s.frozen, $6
     from unnest($3::bigint[], $4::boolean[], $5::boolean[]) as s(wallet_id, contract, frozen)
     on conflict do nothing`,
    [
      ...[told.runId, told.assetId],
      standings.map(({ walletId }) => walletId),
      standings.map(({ contract }) => contract),
      standings.map(({ frozen }) => frozen),
      told.now,
    ],
  );
}
