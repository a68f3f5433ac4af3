/** Wallets that the money of several cases came to: what each run has of them, and which of them two cases share. */
import type { CollisionCase, SharedSide, SharedWallet } from '../../graphs/collisions.ts';
import type { ConservingRule } from '../../graphs/trace/types.ts';
import type { Address, ChainId } from '../chains/chain.ts';
import { type Db, many } from './db.ts';

/** A wallet that the money of a run came to. */
export interface ReachedWallet {
  readonly walletId: number;
  readonly hop: number;
  /** In base units; rules that brought nothing may be left out. */
  readonly amounts: ReadonlyMap<ConservingRule, bigint>;
}

/**
 * Stores them in place of what the run said before, together with the wallets that its reports name. What is stored of
 * runs before the newest finished one of the case is given up: nobody asks for it any more.
 */
export async function storeReachedWallets(db: Db, runId: number, wallets: readonly ReachedWallet[]): Promise<void> {
  await db.query(
    `delete from reached_wallets where run_id = $1 or run_id in (
       select r.id from runs r join runs own on own.id = $1 and own.case_id = r.case_id
       where r.number < (select max(f.number) from runs f where f.case_id = own.case_id and f.state = 'finished'))`,
    [runId],
  );
  const amounts = (rule: ConservingRule) => wallets.map((wallet) => String(wallet.amounts.get(rule) ?? 0n));
  await db.query(
    `insert into reached_wallets (run_id, wallet_id, hop, fifo, lifo, pro_rata, libr)
     select $1, t.* from unnest($2::bigint[], $3::integer[], $4::numeric[], $5::numeric[], $6::numeric[], $7::numeric[]) as t`,
    [
      runId,
      wallets.map(({ walletId }) => walletId),
      wallets.map(({ hop }) => hop),
      ...[amounts('fifo'), amounts('lifo'), amounts('pro-rata'), amounts('libr')],
    ],
  );
  await db.query(
    `insert into reached_wallets (run_id, wallet_id, hop, fifo, lifo, pro_rata, libr)
     select run_id, wallet_id, 0, 0, 0, 0, 0 from case_wallets where run_id = $1 and role is not null
     on conflict do nothing`,
    [runId],
  );
}

const NEWEST = `select distinct on (case_id) id, case_id, number from runs where state = 'finished'
  order by case_id, number desc`;

/** SQL of one side of a shared wallet: the case's own row `r`, what its run `f` decided of the wallet, whether victims paid from it. */
const side = (r: string, f: string, payer: string) => `jsonb_build_object(
  'hop', ${r}.hop, 'role', ${f}.role, 'read', coalesce(${f}.state = 'expanded', false),
  'victims', coalesce(${f}.role = 'own', false)
    or (${f}.role is null and (coalesce(${f}.stop_kind = 'returned', false) or ${payer}.case_id is not null)),
  'fifo', ${r}.fifo::text, 'lifo', ${r}.lifo::text, 'pro-rata', ${r}.pro_rata::text, 'libr', ${r}.libr::text)`;

type SideRow = Omit<SharedSide, 'amounts'> & Readonly<Record<ConservingRule, string>>;

/**
 * Wallets that the newest finished runs of two cases have both, by the cases' ids, chain and address.
 *
 * A wallet is a service's where the list of any case names it, or where any run has found that it behaves as one and for
 * neither case a person has decided that it is to be read.
 *
 * @param caseId the case whose they are; `null` for all cases, each two of them once
 */
export async function readSharedWallets(db: Db, caseId: number | null): Promise<SharedWallet[]> {
  const rows = await many<
    { readonly chain: ChainId; readonly address: Address; readonly service: boolean } & {
      readonly own: SideRow;
      readonly others: SideRow;
      readonly caseId: number;
      readonly otherId: number;
    }
  >(
    db,
    `with newest as materialized (${NEWEST}),
       met as materialized (
         select a.wallet_id, n.case_id, m.case_id as other_id, a.run_id, b.run_id as other_run
         from newest n join reached_wallets a on a.run_id = n.id join reached_wallets b on b.wallet_id = a.wallet_id
         join newest m on m.id = b.run_id and m.case_id <> n.case_id
         where ${caseId === null ? 'n.case_id < m.case_id' : 'n.case_id = $1'}),
       -- Who paid for recruitment alone is no victim.
       payers as materialized (
         select distinct p.case_id, p.from_id from payments p join report_payments c on c.payment_id = p.id
         join reports o on o.id = c.report_id where o.payment is distinct from 'recruitment')
     select c.name as chain, w.address, t.case_id as "caseId", t.other_id as "otherId",
       ${side('a', 'f', 'p')} as own, ${side('b', 'g', 'q')} as others,
       t.wallet_id in (select s.wallet_id from run_stops s join newest l on l.id = s.run_id)
         or (not (coalesce(f.by_person, false) or coalesce(g.by_person, false)) and (
           coalesce(f.stop_kind = 'behaviour', false) or coalesce(g.stop_kind = 'behaviour', false)
           or t.wallet_id in (select wallet_id from probes where verdict = 'service'))) as service
     from met t join wallets w on w.id = t.wallet_id join chains c on c.id = w.chain_id
     join reached_wallets a on a.run_id = t.run_id and a.wallet_id = t.wallet_id
     join reached_wallets b on b.run_id = t.other_run and b.wallet_id = t.wallet_id
     left join case_wallets f on f.run_id = t.run_id and f.wallet_id = t.wallet_id
     left join case_wallets g on g.run_id = t.other_run and g.wallet_id = t.wallet_id
     left join payers p on p.case_id = t.case_id and p.from_id = t.wallet_id
     left join payers q on q.case_id = t.other_id and q.from_id = t.wallet_id
     order by t.case_id, t.other_id, c.name, w.address collate "C"`,
    caseId === null ? [] : [caseId],
  );
  return rows.map(({ own, others, ...row }) => ({ ...row, own: toSide(own), others: toSide(others) }));
}

function toSide({ fifo, lifo, 'pro-rata': proRata, libr, ...side }: SideRow): SharedSide {
  return {
    ...side,
    amounts: { fifo: BigInt(fifo), lifo: BigInt(lifo), 'pro-rata': BigInt(proRata), libr: BigInt(libr) },
  };
}

/** All cases, as far as they can be compared with others: by the rule that was last declared of those that follow amounts. */
export async function readCollisionCases(db: Db): Promise<CollisionCase[]> {
  return many<CollisionCase>(
    db,
    `with newest as materialized (${NEWEST})
     select c.id, c.name, n.number as run,
       (select d.rule from declarations d where d.case_id = c.id and d.rule in ('fifo', 'lifo', 'pro-rata', 'libr')
        order by d.id desc limit 1) as rule,
       case when n.id is not null and exists (select 1 from reached_wallets r where r.run_id = n.id) then null
         when n.id is not null then 'older'
         when exists (select 1 from runs r where r.case_id = c.id) then 'unfinished'
         else 'not-crawled' end as missing
     from cases c left join newest n on n.case_id = c.id order by c.id`,
  );
}
