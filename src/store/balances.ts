/** What the expanded wallets of a run held as of its head, beside what their stored transfers add up to. */
import type { Address, ChainId } from '../chains/chain.ts';
import { type Db, many } from './db.ts';
import { listedFor } from './listed.ts';

/** What a wallet held as of the head, beside what its transfers up to there, and the issuer, made of it. */
export interface StoredBalance {
  readonly walletId: number;
  readonly chain: ChainId;
  readonly address: Address;
  readonly hop: number;
  readonly asset: string;
  readonly decimals: number;
  /** `null` where nobody could tell. */
  readonly balance: bigint | null;
  readonly received: bigint;
  readonly sent: bigint;
  /** What the issuer destroyed there, or redeemed, as far as is known. */
  readonly burnt: bigint;
}

/**
 * Whether a wallet's stored history is whole. Proven: its transfers, and what the issuer took, add up to its balance as of the
 * head, to the base unit. Unproven: they do not, or nobody could tell the balance. Not tried: it was not asked for, since the
 * wallet is not expanded, or the run is on files alone.
 */
export type Proof = 'proven' | 'unproven' | 'not-tried';

/** How much more a wallet holds than it ought to: 0 where all agrees; `null` where nobody could tell what it holds. */
export function differenceOf({
  balance,
  received,
  sent,
  burnt,
}: Pick<StoredBalance, 'balance' | 'received' | 'sent' | 'burnt'>): bigint | null {
  return balance === null ? null : balance - (received - sent - burnt);
}

/** What a wallet's balance proves; `undefined` where none was asked for. */
export function proofOf(balance: StoredBalance | undefined): Proof {
  if (balance === undefined) return 'not-tried';
  return differenceOf(balance) === 0n ? 'proven' : 'unproven';
}

/** Records what wallets held; `null` where the provider could not tell. */
export async function recordBalances(
  db: Db,
  request: {
    runId: number;
    assetId: number;
    balances: readonly { readonly walletId: number; readonly value: bigint | null }[];
    now: Date;
  },
): Promise<void> {
  await db.query(
    `insert into balances (run_id, wallet_id, asset_id, value, read_at)
     select $1, b.wallet_id, $2, b.value, $5 from unnest($3::bigint[], $4::numeric[]) as b(wallet_id, value)
     on conflict (run_id, wallet_id, asset_id) do update set value = excluded.value, read_at = excluded.read_at`,
    [
      request.runId,
      request.assetId,
      request.balances.map(({ walletId }) => walletId),
      request.balances.map(({ value }) => value?.toString() ?? null),
      request.now,
    ],
  );
}

/** Expanded wallets of a run, on the chain of an asset, whose balance was not asked for yet. */
export async function walletsWithoutBalance(db: Db, runId: number, assetId: number): Promise<number[]> {
  const rows = await many<{ id: number }>(
    db,
    `select cw.wallet_id as id
     from case_wallets cw join wallets w on w.id = cw.wallet_id join assets a on a.id = $2 and a.chain_id = w.chain_id
     where cw.run_id = $1 and cw.state = 'expanded'
       and not exists (select 1 from balances b
         where b.run_id = cw.run_id and b.wallet_id = cw.wallet_id and b.asset_id = a.id)
     order by cw.hop, 1`,
    [runId, assetId],
  );
  return rows.map((row) => row.id);
}

/**
 * What the expanded wallets of a run held, as far as it was asked for, by chain and address.
 *
 * @param walletId the one wallet that is asked about; `null` for all
 */
export async function readBalances(db: Db, runId: number, walletId: number | null = null): Promise<StoredBalance[]> {
  const { transfers, once, bySender, byRecipient } = await listedFor(db, runId, walletId);
  const relation = once ? 'listed' : transfers;
  return many<StoredBalance>(
    db,
    `with ${once ? `listed as materialized (select * from ${transfers} f),` : ''}
     asked as materialized (
       select b.wallet_id, b.asset_id, b.value, h.timestamp as head, cw.hop,
         not r.offline and exists (select 1 from run_issuer_events i
           where i.run_id = b.run_id and i.asset_id = b.asset_id and i.state = 'known') as knows_issuer
       from balances b
       join runs r on r.id = b.run_id
       join case_wallets cw on cw.run_id = b.run_id and cw.wallet_id = b.wallet_id and cw.state = 'expanded'
       join assets a on a.id = b.asset_id
       join run_heads h on h.run_id = b.run_id and h.chain_id = a.chain_id
       where b.run_id = $1 ${walletId === null ? '' : 'and b.wallet_id = $2'}),
     came as (
       select k.wallet_id, k.asset_id, sum(t.value) as value from asked k
       join ${relation} t on t.to_id = k.wallet_id and t.asset_id = k.asset_id and t.timestamp <= k.head and ${byRecipient}
       group by k.wallet_id, k.asset_id),
     went as (
       select k.wallet_id, k.asset_id, sum(t.value) as value from asked k
       join ${relation} t on t.from_id = k.wallet_id and t.asset_id = k.asset_id and t.timestamp <= k.head and ${bySender}
       group by k.wallet_id, k.asset_id),
     burnt as (
       select k.wallet_id, k.asset_id, sum(e.value) as value from asked k
       join issuer_events e on e.wallet_id = k.wallet_id and e.asset_id = k.asset_id and e.timestamp <= k.head
       where k.knows_issuer group by k.wallet_id, k.asset_id)
     select k.wallet_id as "walletId", c.name as chain, w.address, k.hop, a.symbol as asset, a.decimals, k.value as balance,
       coalesce(came.value, 0) as received, coalesce(went.value, 0) as sent, coalesce(burnt.value, 0) as burnt
     from asked k join wallets w on w.id = k.wallet_id join chains c on c.id = w.chain_id join assets a on a.id = k.asset_id
     left join came using (wallet_id, asset_id) left join went using (wallet_id, asset_id)
     left join burnt using (wallet_id, asset_id)
     order by c.name, w.address collate "C"`,
    walletId === null ? [runId] : [runId, walletId],
  );
}

/** What the contract last said that a wallet held, in base units. */
export interface ToldBalance {
  readonly assetId: number;
  readonly value: bigint;
  /** The head as of which it was asked. */
  readonly block: number;
  /** Milliseconds since 1970. */
  readonly timestamp: number;
}

/** The newest balance of a wallet in each asset that anybody asked for and was told, of whatever case. */
export async function newestBalances(db: Db, walletId: number): Promise<ToldBalance[]> {
  return many<ToldBalance>(
    db,
    `select distinct on (b.asset_id) b.asset_id as "assetId", b.value, h.block, h.timestamp
     from balances b join runs r on r.id = b.run_id and not r.offline
     join assets a on a.id = b.asset_id join run_heads h on h.run_id = b.run_id and h.chain_id = a.chain_id
     where b.wallet_id = $1 and b.value is not null
     order by b.asset_id, h.timestamp desc, b.run_id desc`,
    [walletId],
  );
}
