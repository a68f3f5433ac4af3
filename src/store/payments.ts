/** Payments of victims: transfers that a person confirmed to be what a report speaks of. */
import type { Address, ChainId, TransactionHash } from '../chains/chain.ts';
import { type Db, many, one, type Pool, transaction } from './db.ts';
import { refuseDisclosed, settleWaiting } from './disclosures.ts';
import { KNOWN_TO_CASE } from './listed.ts';

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

/**
 * Transfers of an asset into a wallet (`in`) or out of it (`out`) that a case knows, oldest first. Zero-value rows move
 * nothing and are left out.
 */
export async function readTransfersOf(
  db: Db,
  caseId: number,
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
     where t.${direction === 'in' ? 'to_id' : 'from_id'} = $2 and t.asset_id = $3 and t.value > 0 and ${KNOWN_TO_CASE}
     order by t.timestamp, t.transaction, t.occurrence`,
    [caseId, walletId, assetId],
  );
}

/** Whom a transaction's transfers of an asset paid, and who paid; empty where the case knows none. */
export async function readPartiesOf(
  db: Db,
  caseId: number,
  transactionHash: string,
  assetId: number,
): Promise<{ readonly from: Address; readonly to: Address }[]> {
  return many(
    db,
    `select distinct f.address as "from", r.address as "to"
     from transfers t join wallets f on f.id = t.from_id join wallets r on r.id = t.to_id
     where t.transaction = decode($2, 'hex') and t.asset_id = $3 and t.value > 0 and ${KNOWN_TO_CASE} order by 2, 1`,
    [caseId, transactionHash, assetId],
  );
}

/** The transfers of a transaction that a case knows, in any of the assets: those that move something, to somebody else. */
export async function readMoved(
  db: Db,
  caseId: number,
  transactionHash: TransactionHash,
  assetIds: readonly number[],
): Promise<(StoredTransfer & { readonly chain: ChainId })[]> {
  return many(
    db,
    `select c.name as chain, t.asset_id as "assetId", t.from_id as "fromId", t.to_id as "toId",
       encode(t.transaction, 'hex') as transaction, f.address as "from", r.address as "to", t.value, t.occurrence,
       t.timestamp
     from transfers t join assets a on a.id = t.asset_id join chains c on c.id = a.chain_id
     join wallets f on f.id = t.from_id join wallets r on r.id = t.to_id
     where t.transaction = decode($2, 'hex') and t.asset_id = any($3::smallint[]) and t.value > 0
       and t.from_id <> t.to_id and ${KNOWN_TO_CASE}
     order by c.name, r.address collate "C", t.value, f.address collate "C", t.occurrence`,
    [caseId, transactionHash, assetIds],
  );
}

export interface Confirmation {
  /** True when another report of the case had named the payment before. */
  readonly shared: boolean;
}

/**
 * Records that a report speaks of a transfer. A payment belongs to one origin, however many reports name it.
 *
 * @throws UserError `PAYMENT_DISCLOSED` where a service has disclosed it as a withdrawal: it would be two sources
 */
export async function confirmPayment(
  pool: Pool,
  request: { caseId: number; reportId: number; transfer: StoredTransfer; now: Date },
): Promise<Confirmation> {
  const { transfer: t } = request;
  const key = [request.caseId, t.transaction, t.assetId, t.fromId, t.toId, t.value.toString(), t.occurrence];
  return transaction(pool, async (db) => {
    await db.query('select 1 from cases where id = $1 for update', [request.caseId]);
    await settleWaiting(db, request.caseId);
    await refuseDisclosed(db, request.caseId, t);
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

/** The confirmed payments of a case in assets that are counted in one unit, such as USDT on every chain. */
export async function countPayments(db: Db, caseId: number, assetIds: readonly number[]): Promise<PaymentTotals> {
  return one<PaymentTotals>(
    db,
    `select count(*) as payments, coalesce(sum(value), 0) as total from payments
     where case_id = $1 and asset_id = any($2::smallint[])`,
    [caseId, assetIds],
  );
}
