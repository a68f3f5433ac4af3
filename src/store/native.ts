/** What first paid for wallets' transactions: which wallets of a run are still to be asked about, and what was told. */
import type { ChainId } from '../chains/chain.ts';
import type { NativeHistory, NativeReceipt } from '../chains/off-history.ts';
import { type Db, many, maybe, one, type Pool, transaction } from './db.ts';
import { walletIds } from './reference.ts';

/** An expanded wallet of a run ($1) that is no service, reported or reached by the least amount. */
const worthReading = (least: string) => `cw.run_id = $1 and cw.state = 'expanded'
  and cw.role is distinct from 'own' and (cw.hop = 0 or cw.amount >= ${least})
  and not exists (select 1 from run_stops s where s.run_id = cw.run_id and s.wallet_id = cw.wallet_id)
  and not exists (select 1 from probes p
    where p.run_id = cw.run_id and p.wallet_id = cw.wallet_id and p.verdict = 'service')`;

/** Its first receipts are not stored; or there were none, and it has paid since, for which it must have got something. */
const UNREAD = `not exists (
  select 1 from native_coverage v where v.wallet_id = cw.wallet_id and (
    exists (select 1 from native_receipts r where r.wallet_id = v.wallet_id)
    or not exists (select 1 from transfers t
      where t.from_id = v.wallet_id and t.timestamp > v.until and t.timestamp <= h.timestamp)))`;

/**
 * Notes afresh which wallets of a run on a chain are to be asked about. What had been given up is asked for again. Victims' own
 * wallets are left out: who pays their fees is nobody's business.
 *
 * @param least what has to have reached a wallet that nobody reported, in base units
 * @returns how many
 */
export async function planNatives(pool: Pool, runId: number, chainId: number, least: bigint): Promise<number> {
  return transaction(pool, async (db) => {
    await db.query(
      'delete from unread_natives u using wallets w where u.run_id = $1 and w.id = u.wallet_id and w.chain_id = $2',
      [runId, chainId],
    );
    const { rowCount } = await db.query(
      `insert into unread_natives (run_id, wallet_id)
       select cw.run_id, cw.wallet_id from case_wallets cw join wallets w on w.id = cw.wallet_id
       join run_heads h on h.run_id = cw.run_id and h.chain_id = w.chain_id
       where ${worthReading('$3')} and w.chain_id = $2 and ${UNREAD}`,
      [runId, chainId, least.toString()],
    );
    return rowCount ?? 0;
  });
}

/** Wallets of the run on a chain that are still to be asked about, `most` of them. */
export async function openNatives(db: Db, runId: number, chainId: number, most: number): Promise<number[]> {
  const rows = await many<{ id: number }>(
    db,
    `select w.id from unread_natives u join wallets w on w.id = u.wallet_id
     where u.run_id = $1 and w.chain_id = $2 and not u.given_up order by w.id limit $3`,
    [runId, chainId, most],
  );
  return rows.map(({ id }) => id);
}

/** How many wallets of the run, of all chains, are still to be asked about. */
export async function countOpenNatives(db: Db, runId: number): Promise<number> {
  const query = 'select count(*) as count from unread_natives where run_id = $1 and not given_up';
  return (await one<{ count: number }>(db, query, [runId])).count;
}

/** Whether a wallet is still to be asked about. It is not where another run has asked since this one began. */
export async function isNativeOpen(db: Db, runId: number, walletId: number): Promise<boolean> {
  const { open } = await one<{ open: boolean }>(
    db,
    `with settled as (
       delete from unread_natives u using native_coverage v, runs r
       where u.run_id = $1 and u.wallet_id = $2 and v.wallet_id = $2 and r.id = $1 and v.read_at >= r.started_at
       returning u.wallet_id)
     select not exists (select 1 from settled) and exists (
       select 1 from unread_natives where run_id = $1 and wallet_id = $2 and not given_up) as open`,
    [runId, walletId],
  );
  return open;
}

/** Stores what was told of a wallet; then the run need not ask. */
export async function storeNative(
  pool: Pool,
  read: {
    readonly runId: number;
    readonly walletId: number;
    readonly chain: ChainId;
    readonly providerId: number;
    readonly history: NativeHistory;
    readonly now: Date;
  },
): Promise<void> {
  const { runId, walletId, history, now } = read;
  const { receipts, until, whole } = history;
  const senders = receipts.map(({ from }) => from);
  const ids = await walletIds(pool, read.chain, senders);
  // One statement, so that nothing is stored by halves.
  await pool.query(
    `with covered as (
       insert into native_coverage (wallet_id, provider_id, until, whole, read_at) values ($2, $3, $4, $5, $6)
       on conflict (wallet_id) do update set provider_id = excluded.provider_id, until = excluded.until,
         whole = excluded.whole, read_at = excluded.read_at),
     received as (
       insert into native_receipts (wallet_id, transaction, kind, from_id, value, timestamp, block)
       select $2, decode(t.hash, 'hex'), t.kind, t.from_id, t.value, t.timestamp, t.block
       from unnest($7::text[], $8::text[], $9::bigint[], $10::numeric[], $11::bigint[], $12::bigint[])
         as t(hash, kind, from_id, value, timestamp, block)
       on conflict do nothing)
     delete from unread_natives where run_id = $1 and wallet_id = $2`,
    [
      ...[runId, walletId, read.providerId, until, whole, now],
      receipts.map((receipt) => receipt.transaction),
      receipts.map(({ kind }) => kind),
      senders.map((from) => ids.get(from)),
      receipts.map(({ value }) => value.toString()),
      receipts.map(({ timestamp }) => timestamp),
      receipts.map(({ block }) => block),
    ],
  );
}

/** It could not be told: this run goes without. Returns of how many wallets. */
export async function giveUpNatives(
  db: Db,
  runId: number,
  which: { readonly walletId: number } | { readonly chainId: number },
): Promise<number> {
  const [walletId, chainId] = 'walletId' in which ? [which.walletId, null] : [null, which.chainId];
  const { rowCount } = await db.query(
    `update unread_natives u set given_up = true from wallets w
     where u.run_id = $1 and w.id = u.wallet_id and not u.given_up
       and ($2::bigint is null or w.id = $2) and ($3::smallint is null or w.chain_id = $3)`,
    [runId, walletId, chainId],
  );
  return rowCount ?? 0;
}

/** Who told what first paid a wallet's fees, and how far that goes. */
export interface NativeCoverage {
  readonly provider: string;
  /** None is missing up to this time, milliseconds since 1970. */
  readonly until: number;
  /** There were no others up to the head of the crawl that asked. */
  readonly whole: boolean;
}

/** Undefined where nobody has asked about the wallet. */
export async function readNativeCoverage(db: Db, walletId: number): Promise<NativeCoverage | undefined> {
  return maybe<NativeCoverage>(
    db,
    `select p.name as provider, v.until, v.whole from native_coverage v join providers p on p.id = v.provider_id
     where v.wallet_id = $1`,
    [walletId],
  );
}

/** How many wallets have something of a wallet among their first native receipts, as far as they were asked about. */
export async function countFunded(db: Db, walletId: number): Promise<number> {
  const query = 'select count(distinct wallet_id) as count from native_receipts where from_id = $1';
  return (await one<{ count: number }>(db, query, [walletId])).count;
}

const RECEIPT = `c.name as chain, r.kind, encode(r.transaction, 'hex') as transaction, f.address as from, w.address as to, r.value,
  r.timestamp, r.block`;
const IN_ORDER = `c.name, w.address collate "C", r.timestamp, r.kind collate "C", r.transaction, f.address collate "C", r.value`;

/** The first native receipts of wallets, as far as they were read: by wallet, oldest first. */
export async function readNativeReceipts(db: Db, wallets: readonly number[]): Promise<NativeReceipt[]> {
  return many<NativeReceipt>(
    db,
    `select ${RECEIPT} from native_receipts r join wallets w on w.id = r.wallet_id join chains c on c.id = w.chain_id
     join wallets f on f.id = r.from_id
     where r.wallet_id = any($1::bigint[]) order by ${IN_ORDER}`,
    [wallets],
  );
}

/**
 * Those of the wallets that a run asks about, up to its heads. What another case has asked of other wallets is none of its.
 *
 * @param least as in `planNatives`
 */
export async function readRunNatives(db: Db, runId: number, least: bigint): Promise<NativeReceipt[]> {
  return many<NativeReceipt>(
    db,
    `select ${RECEIPT} from case_wallets cw join wallets w on w.id = cw.wallet_id join chains c on c.id = w.chain_id
     join run_heads h on h.run_id = cw.run_id and h.chain_id = w.chain_id
     join native_receipts r on r.wallet_id = w.id and r.timestamp <= h.timestamp
     join wallets f on f.id = r.from_id
     where ${worthReading('$2')} order by ${IN_ORDER}`,
    [runId, least.toString()],
  );
}
