/** The frontier of a run: which wallets it takes, in which state, and why. */
import type { Address, ChainId, Head } from '../chains/chain.ts';
import { type Db, many, one } from './db.ts';
import { listedFor } from './listed.ts';
import type { CrawlPolicy } from './runs.ts';

export type WalletState = 'pending' | 'expanded' | 'stopped' | 'failed';
export type SeedRole = 'paid-to' | 'own';

export interface CaseWallet {
  readonly walletId: number;
  readonly chain: ChainId;
  readonly address: Address;
  readonly hop: number;
  readonly role: SeedRole | null;
  readonly state: WalletState;
  readonly reason: string | null;
}

const COLUMNS = `cw.wallet_id as "walletId", c.name as chain, w.address, cw.hop, cw.role, cw.state, cw.reason`;
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
}

/** What a job is about; undefined when its run has ended, was resumed since, or does not have the wallets. */
export async function readAssignment(
  db: Db,
  job: { run: number; attempt: number; wallets: readonly number[] },
): Promise<Assignment | undefined> {
  const rows = await many<Omit<Assignment, 'head' | 'wallets'> & Head & AssignedWallet>(
    db,
    `select w.id, w.address, cw.hop, cw.state, r.policy, r.started_at as "startedAt", h.block, h.timestamp
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
  const wallets = rows.map(({ id, address, hop, state }) => ({ id, address, hop, state }));
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
export interface Decision {
  readonly walletId: number;
  readonly hop: number;
  readonly role: SeedRole | null;
  readonly state: 'pending' | 'stopped';
  readonly reason: string | null;
}

/** Adds wallets to the frontier. One that is there already keeps its place: it was reached on a shorter way. */
export async function addCaseWallets(db: Db, runId: number, decisions: readonly Decision[]): Promise<void> {
  const column = <T>(read: (decision: Decision) => T) => decisions.map(read);
  await db.query(
    `insert into case_wallets (run_id, wallet_id, hop, role, state, reason)
     select $1, t.* from unnest($2::bigint[], $3::smallint[], $4::text[], $5::text[], $6::text[]) as t
     on conflict do nothing`,
    [
      runId,
      column((d) => d.walletId),
      column((d) => d.hop),
      column((d) => d.role),
      column((d) => d.state),
      column((d) => d.reason),
    ],
  );
}

/** Forgets the wallets beyond a hop, so that they are chosen anew. */
export async function forgetBeyond(db: Db, runId: number, hop: number): Promise<void> {
  await db.query('delete from case_wallets where run_id = $1 and hop > $2', [runId, hop]);
}

/** @param options `from`: only wallets that are in this state; another worker may have gone on with them */
export async function setWalletState(
  db: Db,
  runId: number,
  walletIds: readonly number[],
  state: WalletState,
  reason: string | null = null,
  options: { from?: WalletState } = {},
): Promise<void> {
  await db.query(
    `update case_wallets set state = $3, reason = $4
     where run_id = $1 and wallet_id = any($2::bigint[]) and ($5::text is null or state = $5)`,
    [runId, walletIds, state, reason, options.from ?? null],
  );
}

/**
 * Marks pending wallets as expanded whose history is stored up to `until` already, for it was read for another run or
 * case. A wallet with open receipts, or with so many rows that its limit has to be looked at, is left to a worker.
 */
export async function expandCovered(
  db: Db,
  request: {
    runId: number;
    assetId: number;
    providerId: number;
    until: number;
    maxTransfers: number | null;
    /** False for copies, in which nothing has to be settled. */
    receipts: boolean;
  },
): Promise<void> {
  await db.query(
    `update case_wallets cw set state = 'expanded' from coverage v
     where cw.run_id = $1 and cw.state = 'pending'
       and v.wallet_id = cw.wallet_id and v.asset_id = $2 and v.provider_id = $3 and v.until_position >= $4
       and (cw.hop = 0 or $5::bigint is null or v.rows <= $5)
       and not ($6 and exists (
         select 1 from receipts r where r.wallet_id = cw.wallet_id and r.asset_id = $2 and not r.settled))`,
    [request.runId, request.assetId, request.providerId, request.until, request.maxTransfers, request.receipts],
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

/** The hop of the nearest wallets that are not read yet; `null` where none are left. */
export async function nearestPendingHop(db: Db, runId: number): Promise<number | null> {
  const query = `select min(hop) as hop from case_wallets where run_id = $1 and state = 'pending'`;
  return (await one<{ hop: number | null }>(db, query, [runId])).hop;
}

/** Why wallets were not followed, and how many; reasons that differ only in how far a history is stored count as one. */
export async function countStopReasons(db: Db, runId: number): Promise<{ reason: string; wallets: number }[]> {
  return many(
    db,
    `select regexp_replace(reason, '; its history is stored up to .*', '') as reason, count(*) as wallets
     from case_wallets where run_id = $1 and state = 'stopped' group by 1 order by 2 desc, 1`,
    [runId],
  );
}

/** A wallet that money reached from the wallets of one hop, and how much of it. */
export interface Payee {
  readonly walletId: number;
  readonly chain: ChainId;
  readonly address: Address;
  readonly received: bigint;
}

/**
 * Wallets outside the frontier that expanded wallets of a hop paid, up to the run's heads; most money first.
 *
 * A victim's own wallet leads nowhere by itself: only the payments that were confirmed do, and their payees are seeds.
 */
export async function payeesOfHop(db: Db, runId: number, hop: number, assetIds: readonly number[]): Promise<Payee[]> {
  const { transfers, bySender } = await listedFor(db, runId);
  return many<Payee>(
    db,
    `select t.to_id as "walletId", c.name as chain, w.address, sum(t.value) as received
     from case_wallets cw
     join ${transfers} t on t.from_id = cw.wallet_id and t.asset_id = any($3::smallint[])
     join wallets w on w.id = t.to_id join chains c on c.id = w.chain_id
     join run_heads h on h.run_id = cw.run_id and h.chain_id = w.chain_id
     where cw.run_id = $1 and cw.hop = $2 and cw.state = 'expanded' and cw.role is distinct from 'own'
       and t.value > 0 and t.timestamp <= h.timestamp and ${bySender}
       and not exists (select 1 from case_wallets seen where seen.run_id = $1 and seen.wallet_id = t.to_id)
     group by t.to_id, c.name, w.address
     order by received desc, c.name, w.address collate "C"`,
    [runId, hop, assetIds],
  );
}

/** A wallet whose own history lacks transfers that its counterparties' histories list. */
export interface Disagreement {
  readonly walletId: number;
  readonly hop: number;
  readonly missing: number;
  /** Time, and block where it is known, of the oldest of them. */
  readonly since: number;
  readonly sinceBlock: number | null;
}

/**
 * Expanded wallets with transfers below the head that a counterparty's history lists and their own does not. What only a
 * file lists is no counterparty's history.
 */
export async function findDisagreements(db: Db, runId: number, assetId: number): Promise<Disagreement[]> {
  return many<Disagreement>(
    db,
    `select cw.wallet_id as "walletId", cw.hop, count(*) as missing, min(t.timestamp) as since,
       min(t.block) as "sinceBlock"
     from case_wallets cw
     join wallets w on w.id = cw.wallet_id
     join run_heads h on h.run_id = cw.run_id and h.chain_id = w.chain_id
     join transfers t on t.asset_id = $2 and t.occurrence = 0 and t.timestamp <= h.timestamp
       and ((t.from_id = cw.wallet_id and not t.seen_by_sender and t.seen_by_recipient)
         or (t.to_id = cw.wallet_id and not t.seen_by_recipient and t.seen_by_sender))
     where cw.run_id = $1 and cw.state = 'expanded'
     group by cw.wallet_id, cw.hop order by cw.wallet_id`,
    [runId, assetId],
  );
}

/**
 * Takes transfers up to the head that only counterparties' histories list for the wallet's own. No provider has listed them
 * there, so none is held to it.
 *
 * @returns how many
 */
export async function takeFromCounterparties(
  db: Db,
  runId: number,
  assetId: number,
  walletId: number,
): Promise<number> {
  const { rowCount } = await db.query(
    `update transfers t set seen_by_sender = true, seen_by_recipient = true
     from assets a join run_heads h on h.run_id = $1 and h.chain_id = a.chain_id
     where a.id = $2 and t.asset_id = $2 and t.occurrence = 0 and t.timestamp <= h.timestamp
       and ((t.from_id = $3 and not t.seen_by_sender and t.seen_by_recipient)
         or (t.to_id = $3 and not t.seen_by_recipient and t.seen_by_sender))`,
    [runId, assetId, walletId],
  );
  return rowCount ?? 0;
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
