/** What became of the money that a run followed, by each rule, and how much of it came to wallets at which the run stopped. */
import type { ConservingRule } from '../../graphs/trace/types.ts';
import type { Address, ChainId } from '../chains/chain.ts';
import type { StopKind } from '../crawl/frontier.ts';
import { type Db, many } from './db.ts';

export interface RuleMoney {
  readonly rule: ConservingRule;
  /** All in base units: sources = exited + resting + not followed. */
  readonly sources: bigint;
  readonly exited: bigint;
  readonly resting: bigint;
  readonly notFollowed: bigint;
}

export interface StoppedMoney {
  readonly walletId: number;
  readonly rule: ConservingRule;
  readonly amount: bigint;
}

/** Stores it in place of what the run said before. */
export async function storeFollowedMoney(
  db: Db,
  runId: number,
  { rules, stopped }: { rules: readonly RuleMoney[]; stopped: readonly StoppedMoney[] },
): Promise<void> {
  await db.query('delete from followed_money where run_id = $1', [runId]);
  await db.query('delete from stopped_money where run_id = $1', [runId]);
  const text = (amounts: readonly bigint[]) => amounts.map(String);
  await db.query(
    `insert into followed_money (run_id, rule, sources, exited, resting, not_followed)
     select $1, t.* from unnest($2::text[], $3::numeric[], $4::numeric[], $5::numeric[], $6::numeric[]) as t`,
    [
      runId,
      rules.map(({ rule }) => rule),
      text(rules.map(({ sources }) => sources)),
      text(rules.map(({ exited }) => exited)),
      text(rules.map(({ resting }) => resting)),
      text(rules.map(({ notFollowed }) => notFollowed)),
    ],
  );
  await db.query(
    `insert into stopped_money (run_id, wallet_id, rule, amount)
     select $1, t.* from unnest($2::bigint[], $3::text[], $4::numeric[]) as t`,
    [
      runId,
      stopped.map(({ walletId }) => walletId),
      stopped.map(({ rule }) => rule),
      text(stopped.map(({ amount }) => amount)),
    ],
  );
}

/** What became of the sources of a run by each rule; empty while it has not come so far. */
export async function readFollowedMoney(db: Db, runId: number): Promise<RuleMoney[]> {
  return many<RuleMoney>(
    db,
    `select rule, sources, exited, resting, not_followed as "notFollowed" from followed_money where run_id = $1
     order by array_position(array['fifo', 'lifo', 'pro-rata', 'libr'], rule)`,
    [runId],
  );
}

/** Wallets at which a run stopped for one reason, with all that each rule brought to them, in base units. */
export interface StopReason {
  readonly kind: StopKind | null;
  readonly reason: string;
  readonly wallets: number;
  readonly amounts: Readonly<Record<ConservingRule, bigint>>;
}

/** Most wallets first; reasons that differ only in how far a history is stored, or in what is said of a wallet, count as one. */
export async function readStopReasons(db: Db, runId: number): Promise<StopReason[]> {
  const rows = await many<Omit<StopReason, 'amounts'> & Record<'fifo' | 'lifo' | 'proRata' | 'libr', bigint>>(
    db,
    `with money as (
       select wallet_id, sum(amount) filter (where rule = 'fifo') as fifo, sum(amount) filter (where rule = 'lifo') as lifo,
         sum(amount) filter (where rule = 'pro-rata') as pro_rata, sum(amount) filter (where rule = 'libr') as libr
       from stopped_money where run_id = $1 group by wallet_id)
     select cw.stop_kind as kind, regexp_replace(cw.reason, '(;|: ).*', '') as reason, count(*) as wallets,
       coalesce(sum(m.fifo), 0) as fifo, coalesce(sum(m.lifo), 0) as lifo, coalesce(sum(m.pro_rata), 0) as "proRata",
       coalesce(sum(m.libr), 0) as libr
     from case_wallets cw left join money m using (wallet_id)
     where cw.run_id = $1 and cw.state = 'stopped' group by 1, 2 order by 3 desc, 2`,
    [runId],
  );
  return rows.map(({ kind, reason, wallets, fifo, lifo, proRata, libr }) => {
    return { kind, reason, wallets, amounts: { fifo, lifo, 'pro-rata': proRata, libr } };
  });
}

/** A wallet at which a run stopped, with what each rule brought there. */
export interface StoppedWallet {
  readonly chain: ChainId;
  readonly address: Address;
  readonly kind: StopKind | null;
  readonly reason: string | null;
  readonly amounts: Readonly<Partial<Record<ConservingRule, string>>>;
}

/** Wallets at which a run stopped, most money first; at most `most` of them. */
export async function readStoppedWallets(db: Db, runId: number, most: number): Promise<StoppedWallet[]> {
  return many<StoppedWallet>(
    db,
    `select c.name as chain, w.address, cw.stop_kind as kind, cw.reason, m.amounts
     from case_wallets cw join wallets w on w.id = cw.wallet_id join chains c on c.id = w.chain_id
     join lateral (
       select max(s.amount) as most, jsonb_object_agg(s.rule, s.amount::text) as amounts from stopped_money s
       where s.run_id = cw.run_id and s.wallet_id = cw.wallet_id) m on m.most is not null
     where cw.run_id = $1 and cw.state = 'stopped'
     order by m.most desc, c.name, w.address collate "C" limit $2`,
    [runId, most],
  );
}
