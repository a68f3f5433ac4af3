/** What a run's graph is made of: transfers that touch a wallet it expanded, up to its heads. */
import Cursor from 'pg-cursor';
import type { Address, ChainId } from '../chains/chain.ts';
import { type Db, many, one, type Pool } from './db.ts';
import { listedFor } from './listed.ts';

const BATCH = 5_000;

const COLUMNS =
  't.transaction, t.asset_id, t.from_id, t.to_id, t.value, t.occurrence, t.timestamp, t.position, t.signer_id';

/**
 * Transfers of the run, each once. Those that an expanded wallet sent, and those that one received from a wallet that is not
 * expanded: two joins by index, since an `or` over both would read the whole store.
 *
 * @param options `which`: SQL that holds for the transfers `t` that are wanted, all of them unless told; `place`: where the
 *   query is given the run
 */
export async function runTransfers(
  db: Db,
  runId: number,
  { which = 'true', place = '$1' }: { which?: string; place?: '$1' | '$2' } = {},
): Promise<string> {
  const { transfers, bySender, byRecipient } = await listedFor(db, runId);
  const text = `
  select ${COLUMNS} from case_wallets cw
  join ${transfers} t on t.from_id = cw.wallet_id
  join assets a on a.id = t.asset_id
  join run_heads h on h.run_id = cw.run_id and h.chain_id = a.chain_id
  where cw.run_id = $1 and cw.state = 'expanded' and t.timestamp <= h.timestamp and ${bySender} and ${which}
  union all
  select ${COLUMNS} from case_wallets cw
  join ${transfers} t on t.to_id = cw.wallet_id
  join assets a on a.id = t.asset_id
  join run_heads h on h.run_id = cw.run_id and h.chain_id = a.chain_id
  where cw.run_id = $1 and cw.state = 'expanded' and t.timestamp <= h.timestamp and ${byRecipient} and ${which}
    and not exists (select 1 from case_wallets s
      where s.run_id = $1 and s.wallet_id = t.from_id and s.state = 'expanded')`;
  return text.replaceAll('$1', place);
}

/** A stored batch at a time of a query's rows, so that a case of any size fits into memory. */
export async function* stream<T>(pool: Pool, text: string, values: unknown[]): AsyncGenerator<T> {
  const client = await pool.connect();
  const cursor = client.query(new Cursor<T>(text, values));
  try {
    for (;;) {
      const rows = await cursor.read(BATCH);
      yield* rows;
      if (rows.length < BATCH) return;
    }
  } finally {
    await cursor.close();
    client.release();
  }
}

/** The lines that `graphHash` is made from, in the order of their bytes. */
export async function* transferLines(pool: Pool, runId: number): AsyncGenerator<string> {
  const rows = stream<{ line: string }>(
    pool,
    `select concat_ws(',', c.name, a.symbol, encode(t.transaction, 'hex'), f.address, r.address, t.value, t.occurrence,
       t.timestamp) collate "C" as line
     from (${await runTransfers(pool, runId)}) t
     join assets a on a.id = t.asset_id join chains c on c.id = a.chain_id
     join wallets f on f.id = t.from_id join wallets r on r.id = t.to_id
     order by 1`,
    [runId],
  );
  for await (const { line } of rows) yield line;
}

export interface StoredCounts {
  /** Distinct transfers that touch an expanded wallet, zero-value rows included. */
  readonly transfers: number;
  /** Distinct wallets that stand in them. */
  readonly wallets: number;
}

export async function countStored(db: Db, runId: number): Promise<StoredCounts> {
  return one<StoredCounts>(
    db,
    `with touched as materialized (${await runTransfers(db, runId)})
     select (select count(*) from touched) as transfers,
       (select count(*) from (select from_id from touched union select to_id from touched) as ids) as wallets`,
    [runId],
  );
}

/** SQL that holds for a transfer `t` that is not marked as poison in the run $1. */
const NOT_POISON = `not exists (select 1 from poison_marks p where p.run_id = $1 and p.transaction = t.transaction
  and p.asset_id = t.asset_id and p.from_id = t.from_id and p.to_id = t.to_id and p.value = t.value
  and p.occurrence = t.occurrence)`;

/** All non-zero transfers of an asset from one wallet to another that are not poison, added up. */
export interface StoredEdge {
  readonly chain: ChainId;
  readonly asset: string;
  readonly from: Address;
  readonly to: Address;
  readonly count: number;
  readonly total: bigint;
  readonly first: number;
  readonly last: number;
}

export async function readEdges(db: Db, runId: number): Promise<StoredEdge[]> {
  return many<StoredEdge>(
    db,
    `select c.name as chain, a.symbol as asset, f.address as "from", r.address as "to", e.count, e.total, e.first, e.last
     from (
       select t.asset_id, t.from_id, t.to_id, count(*) as count, sum(t.value) as total, min(t.timestamp) as first,
         max(t.timestamp) as last
       from (${await runTransfers(db, runId)}) t where t.value > 0 and t.from_id <> t.to_id and ${NOT_POISON}
       group by t.asset_id, t.from_id, t.to_id) e
     join assets a on a.id = e.asset_id join chains c on c.id = a.chain_id
     join wallets f on f.id = e.from_id join wallets r on r.id = e.to_id
     order by c.name, a.symbol, f.address collate "C", r.address collate "C"`,
    [runId],
  );
}
