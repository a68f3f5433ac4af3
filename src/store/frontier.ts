/** The frontier of a run: which wallets it takes, in which state, and why. */
import type { Address, ChainId, Head } from '../chains/chain.ts';
import type { StopKind } from '../crawl/frontier.ts';
import { type Db, many, one } from './db.ts';
import type { CrawlPolicy } from './runs.ts';

export type WalletState = 'pending' | 'expanded' | 'stopped' | 'failed';
export type SeedRole = 'paid-to' | 'own' | 'disclosed';

export interface CaseWallet {
  readonly walletId: number;
  readonly chain: ChainId;
  readonly address: Address;
  readonly hop: number;
  readonly role: SeedRole | null;
  readonly wave: number;
  readonly state: WalletState;
  readonly kind: StopKind | null;
  readonly reason: string | null;
}

const COLUMNS = `cw.wallet_id as "walletId", c.name as chain, w.address, cw.hop, cw.role, cw.wave, cw.state,
  cw.stop_kind as kind, cw.reason`;
const TABLES = `case_wallets cw join wallets w on w.id = cw.wallet_id join chains c on c.id = w.chain_id`;

/** All wallets of a run that are in one of the states, nearest first, then by address. */
export async function readCaseWallets(
  db: Db,
  runId: number,
  states: readonly WalletState[] = ['pending', 'expanded', 'stopped', 'failed'],
): Promise<CaseWallet[]> {
  return many<CaseWallet>(
    db,
    `select ${COLUMNS} from ${TABLES} where cw.run_id = $1 and cw.state = any($2::text[])
     order by cw.hop, c.name, w.address collate "C"`,
    [runId, states],
  );
}

/** What a job of a run is about. */
export interface Assignment {
  readonly policy: CrawlPolicy;
  /** When the run began. */
  readonly startedAt: Date;
  readonly head: Head;
  /** Those of the job's wallets that the run has, by their numbers. */
  readonly wallets: readonly AssignedWallet[];
}

export interface AssignedWallet {
  readonly id: number;
  readonly address: Address;
  readonly hop: number;
  readonly state: WalletState;
  /** It is read up to so many rows; `null` for no limit. */
  readonly allowedRows: number | null;
  /** True where a person decided that it is to be read. */
  readonly byPerson: boolean;
}

/** What a job is about; undefined when its run has ended, was resumed since, or does not have the wallets. */
export async function readAssignment(
  db: Db,
  job: { run: number; attempt: number; wallets: readonly number[] },
): Promise<Assignment | undefined> {
  const rows = await many<Omit<Assignment, 'head' | 'wallets'> & Head & AssignedWallet>(
    db,
    `select w.id, w.address, cw.hop, cw.state, cw.allowed_rows as "allowedRows", cw.by_person as "byPerson", r.policy, r.started_at as "startedAt", h.block, h.timestamp
     from runs r
     join case_wallets cw on cw.run_id = r.id and cw.wallet_id = any($3::bigint[])
     join wallets w on w.id = cw.wallet_id
     join run_heads h on h.run_id = r.id and h.chain_id = w.chain_id
     where r.id = $1 and r.attempt = $2 and r.state = 'running' order by w.id`,
    [job.run, job.attempt, job.wallets],
  );
  const [first] = rows;
  if (first === undefined) return undefined;
  const { policy, startedAt, block, timestamp } = first;
  const wallets = rows.map(({ id, address, hop, state, allowedRows, byPerson }) => {
    return { id, address, hop, state, allowedRows, byPerson };
  });
  return { policy, startedAt, head: { block, timestamp }, wallets };
}

/** Marks a wallet as expanded unless a receipt of its transfers is still open. Returns whether it was. */
export async function expandWallet(db: Db, runId: number, walletId: number, assetId: number): Promise<boolean> {
  const { rowCount } = await db.query(
    `update case_wallets set state = 'expanded', reason = null
     where run_id = $1 and wallet_id = $2
       and not exists (select 1 from receipts where wallet_id = $2 and asset_id = $3 and not settled)`,
    [runId, walletId, assetId],
  );
  return rowCount === 1;
}

/** What a wave decides of one wallet. */
export interface WaveDecision {
  readonly walletId: number;
  readonly hop: number;
  readonly wave: number;
  readonly role: SeedRole | null;
  readonly state: 'pending' | 'stopped';
  readonly kind: StopKind | null;
  readonly reason: string | null;
  /** It is read up to so many rows; `null` for no limit. */
  readonly allowedRows: number | null;
  readonly byPerson: boolean;
  /** The most that any rule brought, and which; `null` for reported wallets. */
  readonly amount: bigint | null;
  readonly rule: string | null;
}

/**
 * Adds wallets to the frontier. One that is there already keeps its place, for it was reached before; where it was begun, it
 * learns how much further it is to be read, or why not.
 */
export async function addCaseWallets(db: Db, runId: number, decisions: readonly WaveDecision[]): Promise<void> {
  const column = <T>(read: (decision: WaveDecision) => T) => decisions.map(read);
  await db.query(
    `with granted as (
       insert into wallet_grants (run_id, wallet_id, wave, allowed_rows)
       select $1, g.* from unnest($2::bigint[], $4::smallint[], $9::bigint[]) as g(wallet_id, wave, allowed_rows)
       where g.allowed_rows is not null
       on conflict (run_id, wallet_id, wave) do update set allowed_rows = excluded.allowed_rows)
     insert into case_wallets as cw (run_id, wallet_id, hop, wave, role, state, stop_kind, reason, allowed_rows, by_person,
       amount, rule)
     select $1, t.* from unnest($2::bigint[], $3::smallint[], $4::smallint[], $5::text[], $6::text[], $7::text[], $8::text[],
       $9::bigint[], $10::boolean[], $11::numeric[], $12::text[]) as t
     on conflict (run_id, wallet_id) do update
     set state = 'pending', stop_kind = null, reason = null, allowed_rows = excluded.allowed_rows,
       amount = excluded.amount, rule = excluded.rule
     where excluded.state = 'pending' and cw.state = 'stopped' and cw.allowed_rows is not null`,
    [
      runId,
      column((d) => d.walletId),
      column((d) => d.hop),
      column((d) => d.wave),
      column((d) => d.role),
      column((d) => d.state),
      column((d) => d.kind),
      column((d) => d.reason),
      column((d) => d.allowedRows),
      column((d) => d.byPerson),
      column((d) => d.amount?.toString() ?? null),
      column((d) => d.rule),
    ],
  );
}

/**
 * Forgets what later waves decided, so that it is decided anew: which wallets were taken, and how much further those that were begun
 * are to be read.
 */
export async function forgetBeyond(db: Db, runId: number, wave: number): Promise<void> {
  await db.query('delete from case_wallets where run_id = $1 and wave > $2', [runId, wave]);
  await db.query('delete from wallet_grants where run_id = $1 and wave > $2', [runId, wave]);
  await db.query(
    `update case_wallets cw set allowed_rows = g.allowed_rows, state = 'pending', stop_kind = null, reason = null
     from (select wallet_id, max(allowed_rows) as allowed_rows from wallet_grants where run_id = $1 group by 1) g
     where cw.run_id = $1 and cw.wallet_id = g.wallet_id and cw.allowed_rows > g.allowed_rows`,
    [runId],
  );
}

/** Forgets at which wallets a run stops for the money that reached them: that is settled once it has followed all. */
export async function forgetStops(db: Db, runId: number): Promise<void> {
  await db.query(
    `delete from case_wallets where run_id = $1 and state = 'stopped' and allowed_rows is null
       and stop_kind not in ('behaviour', 'max-transfers')`,
    [runId],
  );
}

/** @param options `from`: only wallets that are in this state; another worker may have gone on with them */
export async function setWalletState(
  db: Db,
  runId: number,
  walletIds: readonly number[],
  state: WalletState,
  reason: string | null = null,
  options: { from?: WalletState; kind?: StopKind } = {},
): Promise<void> {
  await db.query(
    `update case_wallets set state = $3, reason = $4, stop_kind = $6
     where run_id = $1 and wallet_id = any($2::bigint[]) and ($5::text is null or state = $5)`,
    [runId, walletIds, state, reason, options.from ?? null, options.kind ?? null],
  );
}

/** Where the frontier of a run stands. */
export interface FrontierState {
  readonly walletId: number;
  readonly state: WalletState;
  readonly kind: StopKind | null;
  readonly wave: number;
  readonly allowedRows: number | null;
  readonly byPerson: boolean;
}

export async function readFrontier(db: Db, runId: number): Promise<FrontierState[]> {
  return many<FrontierState>(
    db,
    `select wallet_id as "walletId", state, stop_kind as kind, wave, allowed_rows as "allowedRows",
       by_person as "byPerson"
     from case_wallets where run_id = $1 order by wallet_id`,
    [runId],
  );
}

/** How many rows the history of each expanded wallet of an asset's chain has, up to the run's head. */
export async function countRows(db: Db, runId: number, assetId: number): Promise<number[]> {
  const counts = await many<{ rows: number }>(
    db,
    `select (select count(*) from transfers t where t.from_id = cw.wallet_id and t.asset_id = a.id
         and t.timestamp <= h.timestamp and t.seen_by_sender)
       + (select count(*) from transfers t where t.to_id = cw.wallet_id and t.asset_id = a.id
         and t.timestamp <= h.timestamp and t.seen_by_recipient and t.from_id <> t.to_id) as rows
     from case_wallets cw join assets a on a.id = $2
     join wallets w on w.id = cw.wallet_id and w.chain_id = a.chain_id
     join run_heads h on h.run_id = cw.run_id and h.chain_id = a.chain_id
     where cw.run_id = $1 and cw.state = 'expanded'`,
    [runId, assetId],
  );
  return counts.map(({ rows }) => rows);
}

/**
 * Marks pending wallets as expanded whose history is stored up to `until` already, for it was read for another run or
 * case. A wallet with open receipts, or with so many rows that its limit has to be looked at or that it has to be probed
 * first, is left to a worker.
 */
export async function expandCovered(
  db: Db,
  request: {
    runId: number;
    assetId: number;
    providerId: number;
    until: number;
    maxTransfers: number | null;
    /** With so many rows a wallet that nobody reported is probed first. */
    probedFrom: number;
    /** False for copies, in which nothing has to be settled. */
    receipts: boolean;
  },
): Promise<void> {
  await db.query(
    `update case_wallets cw set state = 'expanded' from coverage v
     where cw.run_id = $1 and cw.state = 'pending'
       and v.wallet_id = cw.wallet_id and v.asset_id = $2 and v.provider_id = $3 and v.until_position >= $4
       and (cw.hop = 0 or cw.by_person or $5::bigint is null or v.rows <= $5)
       and (cw.allowed_rows is null or v.rows < cw.allowed_rows)
       and (cw.hop = 0 or cw.by_person or v.rows < $7 or exists (
         select 1 from probes p where p.run_id = cw.run_id and p.wallet_id = cw.wallet_id and p.verdict <> 'service'))
       and not ($6 and exists (
         select 1 from receipts r where r.wallet_id = cw.wallet_id and r.asset_id = $2 and not r.settled))`,
    [
      ...[request.runId, request.assetId, request.providerId, request.until, request.maxTransfers, request.receipts],
      request.probedFrom,
    ],
  );
}

export type WalletCounts = Readonly<Record<WalletState, number>>;

export async function countCaseWallets(db: Db, runId: number): Promise<WalletCounts> {
  return one<WalletCounts>(
    db,
    `select count(*) filter (where state = 'expanded') as expanded, count(*) filter (where state = 'stopped') as stopped,
       count(*) filter (where state = 'pending') as pending, count(*) filter (where state = 'failed') as failed
     from case_wallets where run_id = $1`,
    [runId],
  );
}

/** The number of the newest wave of a run. */
export async function newestWave(db: Db, runId: number): Promise<number> {
  const query = 'select coalesce(max(wave), 0)::int as wave from case_wallets where run_id = $1';
  return (await one<{ wave: number }>(db, query, [runId])).wave;
}

/** How many transfers of a wallet its own history lists up to a time. */
export async function countTransfersOf(db: Db, walletId: number, assetId: number, until: number): Promise<number> {
  const row = await one<{ count: number }>(
    db,
    `select count(*) as count from transfers
     where asset_id = $2 and timestamp <= $3
       and ((from_id = $1 and seen_by_sender) or (to_id = $1 and seen_by_recipient))`,
    [walletId, assetId, until],
  );
  return row.count;
}
