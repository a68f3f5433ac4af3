/** Which cases have to do with a wallet: whose reports name it, whose crawls met it, whose money came to it. */
import type { ConservingRule } from '../../graphs/trace/types.ts';
import type { StopKind } from '../crawl/frontier.ts';
import { type Db, many } from './db.ts';
import type { SeedRole, WalletState } from './frontier.ts';

/** What a case has of a wallet beside what its crawls did with it. */
export interface WalletCase {
  readonly id: number;
  readonly name: string;
  /** Numbers of the reports that say that a victim paid to it, call it a victim's own, and say that a payment came from there. */
  readonly paidTo: readonly number[];
  readonly own: readonly number[];
  readonly origin: readonly number[];
  /** How many confirmed payments of reports came to it, and from it. */
  readonly paymentsTo: number;
  readonly paymentsFrom: number;
  /** How many disclosed withdrawals went to it. */
  readonly disclosedTo: number;
  /** The newest finished crawl: its id and number. */
  readonly finished: { readonly id: number; readonly number: number } | null;
  /** As what the list of that crawl names it, or a tag by which that crawl would stop there. */
  readonly listed: {
    readonly category: string;
    readonly name: string | null;
    readonly source: string | null;
    readonly taggedBy: string | null;
  } | null;
  /** What of the case's money came there in all, as far as that crawl followed it; `null` where none did, or nothing is kept of it. */
  readonly reached: { readonly hop: number; readonly amounts: Readonly<Record<ConservingRule, bigint>> } | null;
}

type ReachedRow = { readonly hop: number } & Readonly<Record<ConservingRule, string>>;

/** SQL of the newest finished run of each case. */
const NEWEST = `select distinct on (case_id) id, case_id, number from runs where state = 'finished'
  order by case_id, number desc`;

/** The cases that have anything of it, by id. Those whose crawls alone met it are among them. */
export async function readWalletCases(db: Db, walletId: number): Promise<WalletCase[]> {
  const rows = await many<Omit<WalletCase, 'reached'> & { readonly reached: ReachedRow | null }>(
    db,
    `with newest as materialized (${NEWEST}),
       reported as (
         select case_id, array_agg(number order by number) filter (where said = 'paid-to') as paid_to,
           array_agg(number order by number) filter (where said = 'own') as own,
           array_agg(number order by number) filter (where said = 'origin') as origin
         from (
           select case_id, number, role as said from reports where wallet_id = $1
           union all select case_id, number, 'origin' from reports where origin_wallet_id = $1) r group by case_id),
       paid as (
         select case_id, count(*) filter (where side = 'to') as came, count(*) filter (where side = 'from') as went
         from (
           select case_id, 'to' as side from payments where to_id = $1
           union all select case_id, 'from' from payments where from_id = $1) p group by case_id),
       disclosed as (
         select case_id, count(*) as came from disclosures where to_id = $1 and removed_at is null group by case_id),
       reached as (
         select n.case_id, jsonb_build_object('hop', w.hop, 'fifo', w.fifo::text, 'lifo', w.lifo::text,
           'pro-rata', w.pro_rata::text, 'libr', w.libr::text) as told
         from reached_wallets w join newest n on n.id = w.run_id where w.wallet_id = $1),
       listed as (
         select n.case_id, jsonb_build_object('category', s.category, 'name', s.name, 'source', s.source,
           'taggedBy', s.tagged_by) as told
         from newest n cross join lateral (
           select * from run_stops l where l.run_id = n.id and l.wallet_id = $1 offset 0) s),
       met as (
         select r.case_id from case_wallets cw join runs r on r.id = cw.run_id where cw.wallet_id = $1
         union select d.case_id from cases c cross join lateral (
           select w.case_id from wallet_decisions w where w.case_id = c.id and w.wallet_id = $1 limit 1) d
         union select case_id from reported union select case_id from paid union select case_id from disclosed
         union select case_id from reached union select case_id from listed)
     select c.id, c.name, coalesce(r.paid_to, '{}') as "paidTo", coalesce(r.own, '{}') as own,
       coalesce(r.origin, '{}') as origin, coalesce(p.came, 0) as "paymentsTo", coalesce(p.went, 0) as "paymentsFrom",
       coalesce(d.came, 0) as "disclosedTo",
       case when n.id is not null then jsonb_build_object('id', n.id, 'number', n.number) end as finished,
       l.told as listed, w.told as reached
     from met m join cases c on c.id = m.case_id left join newest n on n.case_id = c.id
     left join reported r on r.case_id = c.id left join paid p on p.case_id = c.id
     left join disclosed d on d.case_id = c.id left join reached w on w.case_id = c.id
     left join listed l on l.case_id = c.id
     order by c.id`,
    [walletId],
  );
  return rows.map(({ reached, ...row }) => ({ ...row, reached: reached === null ? null : toReached(reached) }));
}

function toReached({ hop, fifo, lifo, 'pro-rata': proRata, libr }: ReachedRow): WalletCase['reached'] {
  return {
    hop,
    amounts: { fifo: BigInt(fifo), lifo: BigInt(lifo), 'pro-rata': BigInt(proRata), libr: BigInt(libr) },
  };
}

/** What a crawl did with a wallet. */
export interface WalletRun {
  readonly id: number;
  readonly caseId: number;
  readonly number: number;
  readonly finished: boolean;
  readonly offline: boolean;
  readonly role: SeedRole | null;
  readonly state: WalletState;
  /** Why it was not read; `null` where it was, and where no word for it is kept. */
  readonly kind: StopKind | null;
  /** In how many crawls of the case it stands. */
  readonly of: number;
  /** The number of the case's newest crawl: it stands there no more where that is another. */
  readonly newest: number;
}

/**
 * By case, the newest crawl first: the newest that has the wallet, and where that one is not finished, the newest finished one that has
 * it.
 */
export async function readWalletRuns(db: Db, walletId: number): Promise<WalletRun[]> {
  const rows = await many<WalletRun>(
    db,
    `select distinct on (r.case_id, r.state = 'finished') r.id, r.case_id as "caseId", r.number,
       r.state = 'finished' as finished, r.offline, cw.role, cw.state, cw.stop_kind as kind,
       count(*) over (partition by r.case_id) as of,
       (select max(n.number) from runs n where n.case_id = r.case_id) as newest
     from case_wallets cw join runs r on r.id = cw.run_id
     where cw.wallet_id = $1 order by r.case_id, r.state = 'finished', r.number desc`,
    [walletId],
  );
  const newest = new Map<number, number>();
  for (const { caseId, number } of rows) newest.set(caseId, Math.max(number, newest.get(caseId) ?? 0));
  return rows
    .filter(({ caseId, number, finished }) => finished || number === newest.get(caseId))
    .sort((a, b) => a.caseId - b.caseId || b.number - a.number);
}

/** How the reports of all cases name wallets; those that none names are left out. */
export interface ReportedWallet {
  readonly walletId: number;
  /** By a report of some case a victim paid to it. */
  readonly paidTo: boolean;
  /** By a report of some case, in which none says that a victim paid to it, it is a victim's own. */
  readonly victims: boolean;
}

export async function readReported(db: Db, walletIds: readonly number[]): Promise<ReportedWallet[]> {
  return many<ReportedWallet>(
    db,
    `select wallet_id as "walletId", bool_or(role = 'paid-to') as "paidTo", bool_or(role = 'own') as victims
     from (select wallet_id, max(role) as role from reports where wallet_id = any($1::bigint[]) group by wallet_id, case_id) r
     group by wallet_id order by wallet_id`,
    [walletIds],
  );
}

/** The newest finished runs in which a wallet paid the first fees of one that was read, with their cases' names, by case. */
export async function runsFundedBy(
  db: Db,
  walletId: number,
): Promise<{ readonly id: number; readonly number: number; readonly case: string }[]> {
  return many(
    db,
    `with newest as materialized (${NEWEST}),
       funded as (
         select distinct cw.run_id from native_receipts r
         join case_wallets cw on cw.wallet_id = r.wallet_id and cw.state = 'expanded' where r.from_id = $1)
     select n.id, n.number, c.name as case
     from funded f join newest n on n.id = f.run_id join cases c on c.id = n.case_id order by c.id`,
    [walletId],
  );
}

/** The runs whose marks of poison count: of each case the newest, and the newest finished one. */
export async function markingRuns(db: Db): Promise<number[]> {
  const rows = await many<{ id: number }>(
    db,
    `select distinct on (case_id, state = 'finished') id from runs order by case_id, state = 'finished', number desc`,
  );
  return rows.map(({ id }) => id).sort((a, b) => a - b);
}
