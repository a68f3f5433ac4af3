/** Dust of a run: which of it is poison, by which rule, and who signed it. */
import type { Address, ChainId, TransactionHash } from '../chains/chain.ts';
import { DUST } from '../money.ts';
import { runTransfers, stream } from './case-graph.ts';
import { type Db, many, one, type Pool, transaction } from './db.ts';
import { listedFor } from './listed.ts';
import { type StoredAsset, walletIds } from './reference.ts';

/** Written into the text, so that the indexes of dust serve. */
const IS_DUST = `t.value < ${DUST}`;

/** A stored transfer by its key. */
interface StoredKey {
  readonly transaction: TransactionHash;
  readonly assetId: number;
  readonly fromId: number;
  readonly toId: number;
  readonly value: bigint;
  readonly occurrence: number;
}

/** A transfer of a run that moves something, but less than 0.01 USDT. */
export interface DustRow extends StoredKey {
  readonly chain: ChainId;
  readonly from: Address;
  /** Who signed it; `null` where that is not known. */
  readonly signer: Address | null;
  /** An expanded wallet that it touches. */
  readonly walletId: number;
}

/** The dust of a run, in the order of its keys. */
export async function* readDust(pool: Pool, runId: number): AsyncGenerator<DustRow> {
  yield* stream<DustRow>(
    pool,
    `select encode(t.transaction, 'hex') as transaction, t.asset_id as "assetId", t.from_id as "fromId", t.to_id as "toId",
       t.value, t.occurrence, c.name as chain, f.address as "from", s.address as signer,
       (select min(cw.wallet_id) from case_wallets cw
        where cw.run_id = $1 and cw.wallet_id in (t.from_id, t.to_id) and cw.state = 'expanded') as "walletId"
     from (${await runTransfers(pool, runId, { which: `${IS_DUST} and t.value > 0` })}) t
     join wallets f on f.id = t.from_id join chains c on c.id = f.chain_id left join wallets s on s.id = t.signer_id
     order by t.transaction, t.asset_id, t.from_id, t.to_id, t.value, t.occurrence`,
    [runId],
  );
}

/** With whom wallets have a transfer of more than dust in the run; each pair once. */
export async function* readCounterparties(
  pool: Pool,
  runId: number,
  wallets: readonly number[],
): AsyncGenerator<{ readonly walletId: number; readonly chain: ChainId; readonly address: Address }> {
  const { transfers, bySender, byRecipient } = await listedFor(pool, runId);
  const expanded = (id: string) =>
    `exists (select 1 from case_wallets cw where cw.run_id = $1 and cw.wallet_id = ${id} and cw.state = 'expanded')`;
  const side = (own: string, other: string) => `
    select t.${own} as wallet_id, t.${other} as other_id from ${transfers} t
    join assets a on a.id = t.asset_id join run_heads h on h.run_id = $1 and h.chain_id = a.chain_id
    where t.${own} = any($2::bigint[]) and not ${IS_DUST} and t.timestamp <= h.timestamp
      and (${bySender} and ${expanded('t.from_id')} or ${byRecipient} and ${expanded('t.to_id')})`;
  yield* stream(
    pool,
    `select p.wallet_id as "walletId", c.name as chain, w.address
     from (${side('to_id', 'from_id')} union ${side('from_id', 'to_id')}) p
     join wallets w on w.id = p.other_id join chains c on c.id = w.chain_id`,
    [runId, wallets],
  );
}

/** A row of dust that is poison; one of no value needs no mark. */
export interface PoisonMark extends StoredKey {
  readonly rule: 'look-alike' | 'signed-by-another';
}

/** Marks this dust of a run, and no other. */
export async function storeMarks(pool: Pool, runId: number, marks: readonly PoisonMark[]): Promise<void> {
  await transaction(pool, async (db) => {
    await db.query('delete from poison_marks where run_id = $1', [runId]);
    await db.query(
      `insert into poison_marks (run_id, transaction, asset_id, from_id, to_id, value, occurrence, rule)
       select $1, decode(m.hash, 'hex'), m.asset_id, m.from_id, m.to_id, m.value, m.occurrence, m.rule
       from unnest($2::text[], $3::int[], $4::bigint[], $5::bigint[], $6::numeric[], $7::int[], $8::text[])
         as m(hash, asset_id, from_id, to_id, value, occurrence, rule)`,
      [
        runId,
        marks.map((mark) => mark.transaction),
        marks.map(({ assetId }) => assetId),
        marks.map(({ fromId }) => fromId),
        marks.map(({ toId }) => toId),
        marks.map(({ value }) => value.toString()),
        marks.map(({ occurrence }) => occurrence),
        marks.map(({ rule }) => rule),
      ],
    );
  });
}

/** Rows `t` of the run $1 that are poison, each with its `rule`. */
async function poisonRows(db: Db, runId: number): Promise<string> {
  return `(
    select t.*, coalesce(p.rule, 'zero-value') as rule
    from (${await runTransfers(db, runId, { which: IS_DUST })}) t
    left join poison_marks p on p.run_id = $1 and p.transaction = t.transaction and p.asset_id = t.asset_id
      and p.from_id = t.from_id and p.to_id = t.to_id and p.value = t.value and p.occurrence = t.occurrence
    where t.value = 0 or p.rule is not null) t`;
}

export type StoredRule = 'zero-value' | PoisonMark['rule'];

/** How many rows of a run are poison by each rule. */
export async function countPoison(db: Db, runId: number): Promise<Readonly<Record<StoredRule, number>>> {
  return one(
    db,
    `select count(*) filter (where rule = 'zero-value') as "zero-value",
       count(*) filter (where rule = 'look-alike') as "look-alike",
       count(*) filter (where rule = 'signed-by-another') as "signed-by-another"
     from ${await poisonRows(db, runId)}`,
    [runId],
  );
}

/** A transfer that is poison, as it is told of. */
export interface StoredPoison {
  readonly chain: ChainId;
  readonly asset: string;
  readonly transaction: TransactionHash;
  readonly from: Address;
  readonly to: Address;
  readonly value: bigint;
  readonly occurrence: number;
  readonly timestamp: number;
  readonly rule: StoredRule;
}

/** All rows of a run that are poison, by time, chain, transaction, sender, recipient, value and occurrence. */
export async function readPoison(db: Db, runId: number): Promise<StoredPoison[]> {
  return many<StoredPoison>(
    db,
    `select c.name as chain, a.symbol as asset, encode(t.transaction, 'hex') as transaction, f.address as "from",
       r.address as "to", t.value, t.occurrence, t.timestamp, t.rule
     from ${await poisonRows(db, runId)}
     join assets a on a.id = t.asset_id join chains c on c.id = a.chain_id
     join wallets f on f.id = t.from_id join wallets r on r.id = t.to_id
     order by t.timestamp, c.name collate "C", t.transaction, a.symbol collate "C", f.address collate "C",
       r.address collate "C", t.value, t.occurrence`,
    [runId],
  );
}

/** The marked transfers of a run, which move something, in no order. */
export async function readMarked(db: Db, runId: number): Promise<Omit<StoredPoison, 'rule' | 'timestamp'>[]> {
  return many(
    db,
    `select c.name as chain, a.symbol as asset, encode(p.transaction, 'hex') as transaction, f.address as "from",
       r.address as "to", p.value, p.occurrence
     from poison_marks p join assets a on a.id = p.asset_id join chains c on c.id = a.chain_id
     join wallets f on f.id = p.from_id join wallets r on r.id = p.to_id where p.run_id = $1`,
    [runId],
  );
}

/** A transaction of which it is not known who signed it. */
export interface Unsigned {
  readonly transaction: TransactionHash;
  /** An expanded wallet that it touches. */
  readonly walletId: number;
}

/** Notes of which transactions of a run it is to be asked who signed them, and of no others; what was given up stays so. */
export async function planSigners(
  pool: Pool,
  runId: number,
  assetId: number,
  unsigned: readonly Unsigned[],
): Promise<void> {
  const values = [runId, assetId, unsigned.map((each) => each.transaction)];
  await transaction(pool, async (db) => {
    await db.query(
      `delete from unsigned where run_id = $1 and asset_id = $2
         and transaction not in (select decode(hash, 'hex') from unnest($3::text[]) as hash)`,
      values,
    );
    await db.query(
      `insert into unsigned (run_id, asset_id, transaction, wallet_id)
       select $1, $2, decode(u.hash, 'hex'), u.wallet_id from unnest($3::text[], $4::bigint[]) as u(hash, wallet_id)
       on conflict do nothing`,
      [...values, unsigned.map(({ walletId }) => walletId)],
    );
  });
}

/** Transactions of a run of which it is still to be asked who signed them, `most` of them. */
export async function openSigners(db: Db, runId: number, assetId: number, most: number): Promise<TransactionHash[]> {
  const rows = await many<{ hash: TransactionHash }>(
    db,
    `select encode(transaction, 'hex') as hash from unsigned
     where run_id = $1 and asset_id = $2 and not given_up order by transaction limit $3`,
    [runId, assetId, most],
  );
  return rows.map(({ hash }) => hash);
}

/** How many transactions of a run, of all assets, are still to be asked about. */
export async function countOpenSigners(db: Db, runId: number): Promise<number> {
  const query = 'select count(*) as count from unsigned where run_id = $1 and not given_up';
  return (await one<{ count: number }>(db, query, [runId])).count;
}

/** A transaction of a run about which somebody is to be asked. */
export interface SignerQuestion {
  readonly runId: number;
  readonly assetId: number;
  readonly transaction: string;
}

/** The wallet for which it is to be asked who signed; none where that is done. */
export async function unsignedWallets(
  db: Db,
  { runId, assetId, transaction: hash }: SignerQuestion,
): Promise<number[]> {
  const rows = await many<{ id: number }>(
    db,
    `select wallet_id as id from unsigned
     where run_id = $1 and asset_id = $2 and transaction = decode($3, 'hex') and not given_up`,
    [runId, assetId, hash],
  );
  return rows.map(({ id }) => id);
}

/** Who signed, where another case, or an earlier delivery of the same job, has had it told meanwhile. */
export async function isSigned(db: Db, { assetId, transaction: hash }: SignerQuestion): Promise<boolean> {
  const { signed } = await one<{ signed: boolean }>(
    db,
    `select not exists (select 1 from transfers
       where transaction = decode($2, 'hex') and asset_id = $1 and signer_id is null) as signed`,
    [assetId, hash],
  );
  return signed;
}

/**
 * The question is answered: all transfers of the transaction learn who signed. Locked in the order in which pages lock them.
 *
 * @param signer `null` where the transfers know already
 */
export async function settleSigner(
  pool: Pool,
  { runId, assetId, transaction: hash }: SignerQuestion,
  asset: StoredAsset,
  signer: Address | null,
): Promise<void> {
  const id = signer === null ? null : (await walletIds(pool, asset.chain, [signer])).get(signer);
  await transaction(pool, async (db) => {
    await db.query(
      `with locked as (
         select transaction, from_id, to_id, value, occurrence from transfers
         where transaction = decode($2, 'hex') and asset_id = $1 and signer_id is null
         order by 1, 2, 3, 4, 5 for update)
       update transfers t set signer_id = $3 from locked l
       where $3::bigint is not null and t.transaction = l.transaction and t.asset_id = $1 and t.from_id = l.from_id
         and t.to_id = l.to_id and t.value = l.value and t.occurrence = l.occurrence`,
      [assetId, hash, id],
    );
    await db.query(`delete from unsigned where run_id = $1 and asset_id = $2 and transaction = decode($3, 'hex')`, [
      runId,
      assetId,
      hash,
    ]);
  });
}

/** The provider cannot tell who signed: this attempt of the run goes without. */
export async function giveUpSigner(db: Db, { runId, assetId, transaction: hash }: SignerQuestion): Promise<void> {
  await db.query(
    `update unsigned set given_up = true where run_id = $1 and asset_id = $2 and transaction = decode($3, 'hex')`,
    [runId, assetId, hash],
  );
}
