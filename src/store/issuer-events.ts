/** What the issuer did: read once for each contract, and counted by every run that reaches the wallets. */
import type { ChainId, Head } from '../chains/chain.ts';
import type { IssuerEvent } from '../chains/off-history.ts';
import type { HistoryKey } from './coverage.ts';
import { type Db, many, maybe, one, type Pool } from './db.ts';
import { type StoredAsset, walletIds } from './reference.ts';
import type { CrawlPolicy } from './runs.ts';

/** Whether a run knows what was destroyed and redeemed at its wallets. */
export interface IssuerKnowledge {
  readonly chain: ChainId;
  readonly asset: string;
  /** False: money that a trace finds at a wallet may have been destroyed there. */
  readonly known: boolean;
  /** Why not, where somebody was asked. */
  readonly reason: string | null;
}

/** Which stretch of a contract's events is stored without a gap. */
export interface IssuerCoverage {
  readonly from: number;
  /** Where to read on. */
  readonly position: number;
  /** Where events begin that were stored before, so that it need not be read on; `null` where there are none above. */
  readonly keptFrom: number | null;
  /** Changes with the position: who moves it must have read this number. */
  readonly version: number;
  readonly updatedAt: Date;
}

/**
 * Notes from where on a run needs a contract's events: from the earliest transfer of its expanded wallets, for what the
 * issuer did before cannot concern them. Wallets without any need none, and all is known. Where wallets that came later have
 * earlier transfers, what lies below is needed too.
 *
 * @param request `start`: the first position of all, in the provider's unit
 */
export async function planIssuerEvents(
  db: Db,
  request: { runId: number; assetId: number; unit: 'timestamp' | 'block'; start: number },
): Promise<void> {
  await db.query(
    `insert into run_issuer_events as i (run_id, asset_id, from_position, state, freezes)
     select $1, $2, first, case when first is null then 'known' else 'pending' end, first is null
     from (
       select min(greatest($4::bigint, case when $3 = 'timestamp' then f.timestamp else coalesce(f.block, 0) end)) as first
       from case_wallets cw join wallets w on w.id = cw.wallet_id
       join assets a on a.id = $2 and a.chain_id = w.chain_id
       cross join lateral (
         (select t.timestamp, t.block from transfers t
          where t.from_id = cw.wallet_id and t.asset_id = $2 and t.seen_by_sender order by t.timestamp limit 1)
         union all
         (select t.timestamp, t.block from transfers t
          where t.to_id = cw.wallet_id and t.asset_id = $2 and t.seen_by_recipient order by t.timestamp limit 1)) f
       where cw.run_id = $1 and cw.state = 'expanded') p
     on conflict (run_id, asset_id) do update set from_position = excluded.from_position, state = excluded.state
     where i.state = 'known' and excluded.from_position is not null
       and (i.from_position is null or excluded.from_position < i.from_position or not i.freezes)`,
    [request.runId, request.assetId, request.unit, request.start],
  );
}

/** The assets whose events a run still waits for. */
export async function pendingIssuerEvents(db: Db, runId: number): Promise<number[]> {
  const query = `select asset_id as id from run_issuer_events where run_id = $1 and state = 'pending' order by 1`;
  return (await many<{ id: number }>(db, query, [runId])).map(({ id }) => id);
}

/** Ends the waiting of a run for an asset's events. */
export async function settleIssuerEvents(
  db: Db,
  runId: number,
  assetId: number,
  outcome: { state: 'known' } | { state: 'unknown'; reason: string },
): Promise<void> {
  await db.query(
    `update run_issuer_events set state = $3, reason = $4, freezes = $3 = 'known'
     where run_id = $1 and asset_id = $2 and state = 'pending'`,
    [runId, assetId, outcome.state, outcome.state === 'unknown' ? outcome.reason : null],
  );
}

/** What a run may wait for at an issuer's contract: its events, and what was submitted to its multisig. */
const WAITS = { events: "i.state = 'pending'", submissions: "i.pending = 'open'" } as const;

/** What a job is about; undefined when its run has ended, was resumed since, or waits for it no more. */
export async function readIssuerAssignment(
  db: Db,
  job: { run: number; attempt: number; asset: number },
  waits: 'events' | 'submissions',
): Promise<{ readonly policy: CrawlPolicy; readonly startedAt: Date; readonly head: Head } | undefined> {
  const row = await maybe<{ policy: CrawlPolicy; startedAt: Date } & Head>(
    db,
    `select r.policy, r.started_at as "startedAt", h.block, h.timestamp
     from runs r join run_issuer_events i on i.run_id = r.id and i.asset_id = $3 and ${WAITS[waits]}
     join assets a on a.id = i.asset_id join run_heads h on h.run_id = r.id and h.chain_id = a.chain_id
     where r.id = $1 and r.attempt = $2 and r.state = 'running'`,
    [job.run, job.attempt, job.asset],
  );
  if (row === undefined) return undefined;
  const { policy, startedAt, block, timestamp } = row;
  return { policy, startedAt, head: { block, timestamp } };
}

/** The coverage of a contract's events, begun where the run needs them from, also below what is stored. */
export async function readIssuerCoverage(db: Db, key: HistoryKey, runId: number): Promise<IssuerCoverage> {
  const values = [key.assetId, key.providerId];
  const { from } = await one<{ from: number }>(
    db,
    'select coalesce(from_position, 0) as "from" from run_issuer_events where run_id = $1 and asset_id = $2',
    [runId, key.assetId],
  );
  await db.query(
    `insert into issuer_coverage as v (asset_id, provider_id, from_position, until_position, updated_at)
     values ($1, $2, $3, $3, 'epoch')
     on conflict (asset_id, provider_id) do update
     set from_position = $3, until_position = $3, kept_from = coalesce(v.kept_from, v.from_position),
       kept_until = coalesce(v.kept_until, v.until_position), version = v.version + 1
     where v.from_position > $3`,
    [...values, from],
  );
  return one<IssuerCoverage>(
    db,
    `select from_position as "from", until_position as position, kept_from as "keptFrom", version, updated_at as "updatedAt"
     from issuer_coverage where asset_id = $1 and provider_id = $2`,
    values,
  );
}

/** How much of its window a run has behind it, from 0 to 1. */
export async function issuerShare(db: Db, key: HistoryKey, runId: number, until: number): Promise<number | null> {
  const row = await maybe<{ share: number | null }>(
    db,
    `select least(1, greatest(0, v.until_position - i.from_position)::float8 / greatest(1, $4 - i.from_position)) as share
     from run_issuer_events i join issuer_coverage v on v.asset_id = i.asset_id and v.provider_id = $2
     where i.run_id = $3 and i.asset_id = $1`,
    [key.assetId, key.providerId, runId, until],
  );
  return row?.share ?? null;
}

export interface StoredIssuerPage {
  readonly key: HistoryKey;
  /** The run that asked for it, and how many requests it cost, which are counted to it. */
  readonly runId: number;
  readonly requests: number;
  readonly asset: StoredAsset;
  /** The version that the coverage had when the page was asked for. */
  readonly version: number;
  /** Whole transactions, each event once. */
  readonly events: readonly IssuerEvent[];
  /** Where to read on. */
  readonly position: number;
  /** How much of what was kept is to be read again, for an index may have lagged then. */
  readonly overlap: number;
  readonly now: Date;
}

/**
 * Stores a page's events and moves the position: both, or nothing. An event that is there already stays as it is.
 *
 * @returns false, with nothing stored, when another worker has moved the position since
 */
export async function commitIssuerPage(pool: Pool, page: StoredIssuerPage): Promise<boolean> {
  const { key, asset } = page;
  const events = numbered(page.events);
  const ids = await walletIds(
    pool,
    asset.chain,
    events.map(({ wallet }) => wallet),
  );
  const column = <T>(read: (event: (typeof events)[number]) => T) => events.map(read);
  const { moved } = await one<{ moved: number }>(
    pool,
    `with moved as (
       update issuer_coverage
       set until_position = case when kept_from <= $4 then greatest($4, kept_until - $16::bigint) else $4 end,
         kept_from = case when kept_from <= $4 then null else kept_from end,
         kept_until = case when kept_from <= $4 then null else kept_until end,
         version = version + 1, updated_at = $5
       where asset_id = $1 and provider_id = $2 and version = $3 returning 1),
     counted as (
       update runs set requests = requests + $7, answered_at = $5 where id = $6 and exists (select 1 from moved)),
     asked as (
       insert into run_requests as q (run_id, kind, requests)
       select $6, 'issuer', $7 where exists (select 1 from moved)
       on conflict (run_id, kind) do update set requests = q.requests + excluded.requests),
     stored as (
       insert into issuer_events (transaction, asset_id, kind, wallet_id, value, occurrence, timestamp, block, position,
         provider_id)
       select decode(e.hash, 'hex'), $1, e.kind, e.wallet_id, e.value, e.occurrence, e.time, e.block, e.position, $2
       from unnest($8::text[], $9::text[], $10::bigint[], $11::numeric[], $12::int[], $13::bigint[], $14::bigint[],
         $15::int[]) as e(hash, kind, wallet_id, value, occurrence, time, block, position)
       where exists (select 1 from moved) order by 1, 3, 4, 5, 6
       on conflict do nothing)
     select count(*) as moved from moved`,
    [
      ...[key.assetId, key.providerId, page.version, page.position, page.now, page.runId, page.requests],
      column(({ transaction }) => transaction),
      column(({ kind }) => kind),
      column(({ wallet }) => ids.get(wallet)),
      column(({ value }) => value.toString()),
      column(({ occurrence }) => occurrence),
      column(({ timestamp }) => timestamp),
      column(({ block }) => block),
      column(({ position }) => position),
      page.overlap,
    ],
  );
  return moved === 1;
}

/** Equal events of one transaction are told apart by how many came before. */
function numbered(events: readonly IssuerEvent[]): (IssuerEvent & { readonly occurrence: number })[] {
  const counts = new Map<string, number>();
  return events.map((event) => {
    const key = [event.transaction, event.kind, event.wallet, event.value].join(',');
    const occurrence = counts.get(key) ?? 0;
    counts.set(key, occurrence + 1);
    return { ...event, occurrence };
  });
}

/** An event that took money out of the world. */
export interface IssuerBurn extends IssuerEvent {
  readonly kind: 'destroyed' | 'redeemed';
  readonly occurrence: number;
}

/**
 * What was destroyed and redeemed at a run's expanded wallets up to its heads, oldest first; events of nothing are left
 * out. Whether that is all, `readIssuerKnowledge` tells. A run on files alone knows of none.
 */
export async function readIssuerEvents(db: Db, runId: number): Promise<IssuerBurn[]> {
  return many<IssuerBurn>(
    db,
    `select c.name as chain, a.symbol as asset, e.kind, encode(e.transaction, 'hex') as transaction, w.address as wallet,
       e.value, e.timestamp, e.block, e.position, e.occurrence
     from runs r
     join case_wallets cw on cw.run_id = r.id and cw.state = 'expanded'
     join issuer_events e on e.wallet_id = cw.wallet_id
     join assets a on a.id = e.asset_id join chains c on c.id = a.chain_id
     join run_heads h on h.run_id = r.id and h.chain_id = a.chain_id
     join wallets w on w.id = e.wallet_id
     where r.id = $1 and not r.offline and e.timestamp <= h.timestamp and e.value > 0
       and e.kind in ('destroyed', 'redeemed')
     order by e.timestamp, c.name, a.symbol, e.position nulls last, e.transaction, e.kind, w.address collate "C", e.value,
       e.occurrence`,
    [runId],
  );
}

/** For each chain of a run, by name, whether what was destroyed and redeemed at its wallets is known. */
export async function readIssuerKnowledge(db: Db, runId: number): Promise<IssuerKnowledge[]> {
  return many<IssuerKnowledge>(
    db,
    `select c.name as chain, a.symbol as asset, coalesce(i.state = 'known', false) as known, i.reason
     from run_heads h join chains c on c.id = h.chain_id join assets a on a.chain_id = h.chain_id
     left join run_issuer_events i on i.run_id = h.run_id and i.asset_id = a.id
     where h.run_id = $1 order by c.name, a.symbol`,
    [runId],
  );
}
