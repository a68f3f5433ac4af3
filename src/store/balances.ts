/** What reported wallets held when a run asked, beside what their transfers add up to. */
import type { Address, ChainId } from '../chains/chain.ts';
import { type Db, many } from './db.ts';
import { listedFor } from './listed.ts';

/** What a reported wallet held when the run asked, beside what its transfers up to the head, and the issuer, made of it. */
export interface StoredBalance {
  readonly chain: ChainId;
  readonly address: Address;
  readonly asset: string;
  readonly decimals: number;
  /** `null` where the provider could not tell. */
  readonly balance: bigint | null;
  readonly received: bigint;
  readonly sent: bigint;
  /** What the issuer destroyed there, or redeemed, as far as is known. */
  readonly burnt: bigint;
}

/** How much more a wallet holds than it ought to: 0 where all agrees; `null` where nobody could tell what it holds. */
export function differenceOf({ balance, received, sent, burnt }: StoredBalance): bigint | null {
  return balance === null ? null : balance - (received - sent - burnt);
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

/** Reported wallets of a run, on the chain of an asset, whose balance was not read yet. */
export async function walletsWithoutBalance(db: Db, runId: number, assetId: number): Promise<number[]> {
  const rows = await many<{ id: number }>(
    db,
    `select cw.wallet_id as id
     from case_wallets cw join wallets w on w.id = cw.wallet_id join assets a on a.id = $2 and a.chain_id = w.chain_id
     where cw.run_id = $1 and cw.hop = 0 and cw.state = 'expanded'
       and not exists (select 1 from balances b where b.run_id = cw.run_id and b.wallet_id = cw.wallet_id)
     order by 1`,
    [runId, assetId],
  );
  return rows.map((row) => row.id);
}

export async function readBalances(db: Db, runId: number): Promise<StoredBalance[]> {
  const { transfers, once, bySender, byRecipient } = await listedFor(db, runId);
  const relation = once ? 'listed' : transfers;
  return many<StoredBalance>(
    db,
    `${once ? `with listed as materialized (select * from ${transfers} f)` : ''}
     select c.name as chain, w.address, a.symbol as asset, a.decimals, b.value as balance,
       (select coalesce(sum(value), 0) from ${relation} t where t.to_id = b.wallet_id and t.asset_id = b.asset_id
          and t.timestamp <= h.timestamp and ${byRecipient}) as received,
       (select coalesce(sum(value), 0) from ${relation} t where t.from_id = b.wallet_id and t.asset_id = b.asset_id
          and t.timestamp <= h.timestamp and ${bySender}) as sent,
       (select coalesce(sum(value), 0) from issuer_events e where e.wallet_id = b.wallet_id and e.asset_id = b.asset_id
          and e.timestamp <= h.timestamp and not r.offline and exists (select 1 from run_issuer_events i
            where i.run_id = b.run_id and i.asset_id = b.asset_id and i.state = 'known')) as burnt
     from balances b join runs r on r.id = b.run_id join wallets w on w.id = b.wallet_id join chains c on c.id = w.chain_id
     join assets a on a.id = b.asset_id join run_heads h on h.run_id = b.run_id and h.chain_id = w.chain_id
     where b.run_id = $1 order by c.name, w.address collate "C"`,
    [runId],
  );
}
