/** Payments of victims: transfers that a person confirmed to be what a report speaks of. */
import type { Address, TransactionHash } from '../chains/chain.ts';
import { type Db, many, one, type Pool, transaction } from './db.ts';

/** A stored transfer with the numbers that name it in the database. */
export interface StoredTransfer {
  readonly assetId: number;
  readonly fromId: number;
  readonly toId: number;
  readonly transaction: TransactionHash;
  readonly from: Address;
  readonly to: Address;
  readonly value: bigint;
  readonly occurrence: number;
  readonly timestamp: number;
}

/** Stored transfers of an asset into a wallet (`in`) or out of it (`out`), oldest first. Zero-value rows move nothing and are left out. */
export async function readTransfersOf(
  db: Db,
  walletId: number,
  assetId: number,
  direction: 'in' | 'out',
): Promise<StoredTransfer[]> {
  return many<StoredTransfer>(
    db,
    `select t.asset_id as "assetId", t.from_id as "fromId", t.to_id as "toId",
       encode(t.transaction, 'hex') as transaction, f.address as "from", r.address as "to", t.value, t.occurrence,
       t.timestamp
     from transfers t join wallets f on f.id = t.from_id join wallets r on r.id = t.to_id
     where t.${direction === 'in' ? 'to_id' : 'from_id'} = $1 and t.asset_id = $2 and t.value > 0
     order by t.timestamp, t.transaction, t.occurrence`,
    [walletId, assetId],
  );
}

/** Whom a transaction's stored transfers of an asset paid, and who paid; empty where none is stored. */
export async function readPartiesOf(
  db: Db,
  transactionHash: string,
  assetId: number,
): Promise<{ readonly from: Address; readonly to: Address }[]> {
  return many(
    db,
    `select distinct f.address as "from", r.address as "to"
     from transfers t join wallets f on f.id = t.from_id join wallets r on r.id = t.to_id
     where t.transaction = decode($1, 'hex') and t.asset_id = $2 and t.value > 0 order by 2, 1`,
    [transactionHash, assetId],
  );
}

export interface Confirmation {
  /** True when another report of the case had named the payment before. */
  readonly shared: boolean;
}

/** Records that a report speaks of a transfer. A payment belongs to one origin, however many reports name it. */
export async function confirmPayment(
  pool: Pool,
  request: { caseId: number; reportId: number; transfer: StoredTransfer; now: Date },
): Promise<Confirmation> {
  const { transfer: t } = request;
  const key = [request.caseId, t.transaction, t.assetId, t.fromId, t.toId, t.value.toString(), t.occurrence];
  return transaction(pool, async (db) => {
    await db.query(
      `insert into payments (case_id, transaction, asset_id, from_id, to_id, value, occurrence)
       values ($1, decode($2, 'hex'), $3, $4, $5, $6, $7) on conflict do nothing`,
      key,
    );
    const payment = await one<{ id: number; others: number }>(
      db,
      `select p.id, (select count(*) from report_payments r where r.payment_id = p.id and r.report_id <> $8) as others
       from payments p
       where case_id = $1 and transaction = decode($2, 'hex') and asset_id = $3 and from_id = $4 and to_id = $5
         and value = $6 and occurrence = $7`,
      [...key, request.reportId],
    );
    await db.query(
      `insert into report_payments (report_id, payment_id, confirmed_at) values ($1, $2, $3) on conflict do nothing`,
      [request.reportId, payment.id, request.now],
    );
    return { shared: payment.others > 0 };
  });
}

export interface PaymentTotals {
  readonly payments: number;
  /** Each payment counted once. */
  readonly total: bigint;
}

export async function countPayments(db: Db, caseId: number, assetId: number): Promise<PaymentTotals> {
  return one<PaymentTotals>(
    db,
    `select count(*) as payments, coalesce(sum(value), 0) as total from payments where case_id = $1 and asset_id = $2`,
    [caseId, assetId],
  );
}
