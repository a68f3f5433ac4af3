/** What a trace is fed with: a run's transfers in the order of the trace's table, and the payments that reports name. */
import type { PlacedTransfer, TransferKey } from '../../graphs/trace/types.ts';
import { runTransfers, stream } from './case-graph.ts';
import { type Db, many, type Pool } from './db.ts';

/**
 * The run's transfers that move something, up to a time, by time, chain, asset, transaction, sender, recipient, value and
 * occurrence. Text is ordered by its bytes.
 */
export async function* traceRows(pool: Pool, runId: number, until: number): AsyncGenerator<PlacedTransfer> {
  yield* stream<PlacedTransfer>(
    pool,
    `select c.name as chain, a.symbol as asset, encode(t.transaction, 'hex') as transaction, f.address as "from",
       r.address as "to", t.value, t.occurrence, t.timestamp, t.position
     from (${await runTransfers(pool, runId)}) t
     join assets a on a.id = t.asset_id join chains c on c.id = a.chain_id
     join wallets f on f.id = t.from_id join wallets r on r.id = t.to_id
     where t.value > 0 and t.from_id <> t.to_id and t.timestamp <= $2
     order by t.timestamp, c.name collate "C", a.symbol collate "C", t.transaction, f.address collate "C",
       r.address collate "C", t.value, t.occurrence`,
    [runId, until],
  );
}

/** A confirmed payment with the reports that name it. */
export interface NamedPayment extends TransferKey {
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  /** Numbers of the reports, ascending. */
  readonly reports: readonly number[];
}

/** All confirmed payments of a case, each once. */
export async function readPayments(db: Db, caseId: number): Promise<NamedPayment[]> {
  return many<NamedPayment>(
    db,
    `select c.name as chain, a.symbol as asset, encode(p.transaction, 'hex') as transaction, f.address as "from",
       t.address as "to", p.value, p.occurrence, x.timestamp,
       (select array_agg(r.number order by r.number) from report_payments rp join reports r on r.id = rp.report_id
        where rp.payment_id = p.id) as reports
     from payments p join transfers x using (transaction, asset_id, from_id, to_id, value, occurrence)
     join assets a on a.id = p.asset_id join chains c on c.id = a.chain_id
     join wallets f on f.id = p.from_id join wallets t on t.id = p.to_id
     where p.case_id = $1 order by x.timestamp, c.name, p.transaction, p.id`,
    [caseId],
  );
}
