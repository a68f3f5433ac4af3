/**
 * The stored transfers of one wallet, of whatever case: those that a chain's provider lists, and those that only files list which
 * were imported into cases.
 */
import type { Address, ChainId } from '../chains/chain.ts';
import { DUST } from '../money.ts';
import { type Db, many } from './db.ts';

export type Direction = 'in' | 'out';

/** Transfers of a wallet that have these in common. */
export interface TransferSum {
  readonly assetId: number;
  /** `self` for transfers to itself. */
  readonly direction: Direction | 'self';
  /** Of the day, from 0 to 23, UTC. */
  readonly hour: number;
  /** They are of no value, or one of the runs has marked them. */
  readonly poison: boolean;
  readonly transfers: number;
  /** How many of them only files list. */
  readonly fromFiles: number;
  /** Base units, all together. */
  readonly value: bigint;
  /** Milliseconds since 1970. */
  readonly first: number;
  readonly last: number;
}

/** A wallet at the other end of transfers. */
export interface Counterparty {
  readonly assetId: number;
  readonly walletId: number;
  readonly chain: ChainId;
  readonly address: Address;
  readonly transfers: number;
  /** Base units, all together. */
  readonly value: bigint;
  /** Milliseconds since 1970. */
  readonly first: number;
  readonly last: number;
  /** How many wallets there are at the other end in this direction, of this asset. */
  readonly of: number;
}

const SAME = (marked: string) => `${marked}.transaction = t.transaction and ${marked}.asset_id = t.asset_id
  and ${marked}.from_id = t.from_id and ${marked}.to_id = t.to_id and ${marked}.value = t.value
  and ${marked}.occurrence = t.occurrence`;

/**
 * SQL of the transfers of the wallet $1 on one side, with the other. Marks (of the runs $2) and files are looked up row by row, and only
 * for rows that may have any: both tables are large, and a join would read them whole.
 */
const side = (own: 'from_id' | 'to_id', which: string) => `
  select t.asset_id, t.from_id, t.to_id, t.value, t.timestamp, not (t.seen_by_sender or t.seen_by_recipient) as from_file,
    t.value = 0 or p.found is not null as poison
  from transfers t
  left join lateral (
    select true as found from poison_marks p
    where t.value > 0 and t.value < ${DUST} and p.run_id = any($2::bigint[]) and ${SAME('p')} limit 1) p on true
  left join lateral (
    select true as found from file_transfers ft join files f on f.id = ft.file_id
    where not (t.seen_by_sender or t.seen_by_recipient) and f.finished and ${SAME('ft')} limit 1) l on true
  where t.${own} = $1 and ${which} and (t.seen_by_sender or t.seen_by_recipient or l.found)`;

/**
 * All transfers of a wallet, added up by asset, direction, hour of the day, and whether they are poison.
 *
 * @param marking the runs whose marks of poison count
 */
export async function sumTransfers(db: Db, walletId: number, marking: readonly number[]): Promise<TransferSum[]> {
  return many<TransferSum>(
    db,
    `select asset_id as "assetId", direction, ((timestamp / 3600000) % 24)::int as hour, poison, count(*) as transfers,
       count(*) filter (where from_file) as "fromFiles", sum(value) as value, min(timestamp) as first, max(timestamp) as last
     from (
       select t.*, case when t.from_id = t.to_id then 'self' else 'out' end as direction from (${side('from_id', 'true')}) t
       union all select t.*, 'in' from (${side('to_id', 't.from_id <> t.to_id')}) t) t
     group by 1, 2, 3, 4 order by 1, 2, 3, 4`,
    [walletId, marking],
  );
}

/**
 * With whom a wallet has transfers in a direction that are no poison: for each asset the largest by amount, then by number, at most
 * `most` of them.
 */
export async function readCounterpartiesOf(
  db: Db,
  walletId: number,
  direction: Direction,
  { marking, most }: { readonly marking: readonly number[]; readonly most: number },
): Promise<Counterparty[]> {
  const [own, other] = direction === 'in' ? (['to_id', 'from_id'] as const) : (['from_id', 'to_id'] as const);
  // Wallets that are equal in all that ranks them are told apart by their address, which is looked up of few alone.
  const rows = await many<Counterparty & { readonly place: number }>(
    db,
    `select k.asset_id as "assetId", k.other_id as "walletId", c.name as chain, w.address, k.transfers, k.value, k.first,
       k.last, k.of, row_number() over (partition by k.asset_id order by k.rank, w.address collate "C") as place
     from (
       select g.*, count(*) over (partition by asset_id) as of,
         rank() over (partition by asset_id order by value desc, transfers desc, first, last) as rank
       from (
         select asset_id, ${other} as other_id, count(*) as transfers, sum(value) as value, min(timestamp) as first,
           max(timestamp) as last
         from (${side(own, 't.from_id <> t.to_id')}) t where not poison group by 1, 2) g) k
     join wallets w on w.id = k.other_id join chains c on c.id = w.chain_id
     where k.rank <= $3 order by k.asset_id, place`,
    [walletId, marking, most],
  );
  return rows.filter(({ place }) => place <= most).map(({ place: _, ...row }) => row);
}
