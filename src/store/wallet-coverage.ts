/** How far each wallet of a run was seen, by whom, at what cost, and whether that is proven. */
import type { Address, ChainId, Wallet } from '../chains/chain.ts';
import { differenceOf, type Proof, proofOf, readBalances, type StoredBalance } from './balances.ts';
import { type Db, many, one } from './db.ts';
import type { WalletState } from './frontier.ts';
import { listedFor } from './listed.ts';

export interface WalletCoverage extends Wallet {
  readonly state: WalletState;
  /** Why it is not read to the end; `null` where it is. */
  readonly reason: string | null;
  /** Transfers between the nearest seed and the wallet. */
  readonly hop: number;
  readonly asset: string;
  readonly decimals: number;
  /**
   * The stretch whose every transfer is stored, both ends included, milliseconds since 1970. Both are `null` where nothing
   * of the wallet's own history was read, and where it was read from files, which do not say what they leave out. Where a
   * provider counts blocks and stopped on the way, `to` is the time of the wallet's newest transfer below that block, and
   * `null` where it has none.
   */
  readonly from: number | null;
  readonly to: number | null;
  /** Distinct transfers that its own history lists up to the head. */
  readonly rows: number;
  /** Who listed it; `null` where nothing was read. */
  readonly provider: string | null;
  /** Requests that brought pages of its history, over all crawls. */
  readonly requests: number;
  readonly proof: Proof;
  /** How many base units more it held than its transfers add up to; `null` where that is not known. */
  readonly difference: bigint | null;
}

function provenBy(balance: StoredBalance | undefined): Pick<WalletCoverage, 'proof' | 'difference'> {
  return { proof: proofOf(balance), difference: balance === undefined ? null : differenceOf(balance) };
}

/** A wallet whose stored transfers are not proven to be all it has. */
export interface UnprovenWallet extends Wallet {
  readonly asset: string;
  readonly decimals: number;
  /** How many base units more it held than its transfers add up to; `null` where nobody could tell what it held. */
  readonly difference: bigint | null;
}

/** The unproven wallets of a run, by chain and address. */
export async function readUnproven(db: Db, runId: number): Promise<UnprovenWallet[]> {
  return (await readAsked(db, runId)).flatMap((balance) => {
    const { proof, difference } = provenBy(balance);
    const { chain, address, asset, decimals } = balance;
    return proof === 'unproven' ? [{ chain, address, asset, decimals, difference }] : [];
  });
}

/** What the wallets of a run held, as far as anybody was asked: a run on files asks nobody. */
async function readAsked(db: Db, runId: number, walletId: number | null = null): Promise<StoredBalance[]> {
  const { offline } = await one<{ offline: boolean }>(db, 'select offline from runs where id = $1', [runId]);
  return offline ? [] : readBalances(db, runId, walletId);
}

interface CoverageRow extends Omit<WalletCoverage, 'proof' | 'difference'> {
  readonly chain: ChainId;
  readonly address: Address;
}

/**
 * All wallets of a run, nearest first, then by chain and address.
 *
 * Of several providers that have read a wallet the one counts that came furthest; their requests are added up. Rows are
 * counted in two joins by index, as in `runTransfers`.
 *
 * @param walletId the one wallet that is asked about; `null` for all
 */
export async function readWalletCoverage(
  db: Db,
  runId: number,
  walletId: number | null = null,
): Promise<WalletCoverage[]> {
  const { transfers, once, bySender, byRecipient } = await listedFor(db, runId, walletId);
  const asked = `cw.run_id = $1 ${walletId === null ? '' : 'and cw.wallet_id = $2'}`;
  const rows = await many<CoverageRow>(
    db,
    `with ${once ? `listed as materialized (select * from ${transfers} f),` : ''}
     read as (
       select distinct on (v.wallet_id, v.asset_id) v.wallet_id, v.asset_id, p.name as provider, p.unit,
         v.from_position, v.until_position,
         (sum(v.requests) over (partition by v.wallet_id, v.asset_id))::bigint as requests
       from case_wallets cw
       join runs r on r.id = cw.run_id
       join coverage v on v.wallet_id = cw.wallet_id
       join providers p on p.id = v.provider_id
       join assets a on a.id = v.asset_id
       join run_heads h on h.run_id = cw.run_id and h.chain_id = a.chain_id
       where ${asked} and v.until_position > v.from_position
         and case when r.offline then p.name like 'files of case ' || r.case_id || ' up to %'
           else p.name not like 'files of case %' end
       order by v.wallet_id, v.asset_id,
         v.until_position > case p.unit when 'block' then h.block else h.timestamp end desc, v.updated_at desc, p.id),
     counted as (
       select o.wallet_id, o.asset_id, count(*) as rows,
         max(o.timestamp) filter (where v.unit = 'block' and o.block < v.until_position) as reached from (
         select cw.wallet_id, t.asset_id, t.timestamp, t.block from case_wallets cw
         join ${once ? 'listed' : transfers} t on t.from_id = cw.wallet_id
         join assets a on a.id = t.asset_id
         join run_heads h on h.run_id = cw.run_id and h.chain_id = a.chain_id
         where ${asked} and t.timestamp <= h.timestamp and ${bySender}
         union all
         select cw.wallet_id, t.asset_id, t.timestamp, t.block from case_wallets cw
         join ${once ? 'listed' : transfers} t on t.to_id = cw.wallet_id and t.from_id <> t.to_id
         join assets a on a.id = t.asset_id
         join run_heads h on h.run_id = cw.run_id and h.chain_id = a.chain_id
         where ${asked} and t.timestamp <= h.timestamp and ${byRecipient}) as o
       left join read v on v.wallet_id = o.wallet_id and v.asset_id = o.asset_id
       group by 1, 2)
     select c.name as chain, w.address, cw.state, cw.reason, cw.hop, a.symbol as asset, a.decimals,
       case when r.offline or v.wallet_id is null then null
         when v.unit = 'timestamp' then v.from_position
         when v.from_position <= a.since_block then a.since end as "from",
       case when r.offline or v.wallet_id is null then null
         when cw.state = 'expanded' then h.timestamp
         when v.unit = 'timestamp' then least(v.until_position - 1, h.timestamp)
         when v.until_position > h.block then h.timestamp
         else n.reached end as "to",
       coalesce(n.rows, 0) as rows, case when r.offline and v.provider is not null then 'files' else v.provider end as provider,
       coalesce(v.requests, 0) as requests
     from case_wallets cw
     join runs r on r.id = cw.run_id
     join wallets w on w.id = cw.wallet_id
     join chains c on c.id = w.chain_id
     join assets a on a.chain_id = w.chain_id
     left join run_heads h on h.run_id = cw.run_id and h.chain_id = w.chain_id
     left join read v on v.wallet_id = cw.wallet_id and v.asset_id = a.id
     left join counted n on n.wallet_id = cw.wallet_id and n.asset_id = a.id
     where ${asked}
     order by cw.hop, c.name, w.address collate "C", a.id`,
    walletId === null ? [runId] : [runId, walletId],
  );
  const key = ({ chain, address, asset }: Wallet & { readonly asset: string }) => `${chain}:${address}:${asset}`;
  const balances = new Map((await readAsked(db, runId, walletId)).map((balance) => [key(balance), balance]));
  return rows.map((row) => ({ ...row, ...provenBy(balances.get(key(row))) }));
}

/** How many wallets there are of each proof. */
export function countProofs(wallets: readonly Pick<WalletCoverage, 'proof'>[]): Readonly<Record<Proof, number>> {
  const of = (proof: Proof) => wallets.filter((wallet) => wallet.proof === proof).length;
  return { proven: of('proven'), unproven: of('unproven'), 'not-tried': of('not-tried') };
}
