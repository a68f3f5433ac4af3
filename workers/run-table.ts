/** A run's rows in columns, for whoever follows its money. */
import { createHash } from 'node:crypto';
import { createTable, type TransferTable } from '../graphs/trace/table.ts';
import { transferLine } from '../graphs/transfers-hash.ts';
import type { Pool } from '../src/store/db.ts';
import { readAssets } from '../src/store/reference.ts';
import { type CaseSource, keyOf } from './trace-sources.ts';
import { transferRows } from './transfer-rows.ts';

/** How often reading is told of. */
const PROGRESS_ROWS = 10_000;

export interface RunTable {
  readonly table: TransferTable;
  /** Of the sources asked for, those that are among the rows, by `keyOf`. */
  readonly crawled: ReadonlySet<string>;
  /** Digest of what the order of the rows rests on beside the transfers themselves: their places in blocks, and burns. */
  readonly order: string;
}

/**
 * @param until milliseconds since 1970; later rows are left out
 * @param onRows is told now and then how many transfers have been read
 */
export async function readRunTable(
  pool: Pool,
  runId: number,
  until: number,
  { named, onRows }: { readonly named: readonly CaseSource[]; readonly onRows: (rows: number) => void },
): Promise<RunTable> {
  const builder = createTable();
  let rows = 0;
  const order = createHash('sha256');
  const transactions = new Set(named.map(({ transaction }) => transaction));
  const crawled = new Set<string>();
  for await (const { row, burn } of transferRows(pool, runId, until)) {
    if (burn !== null) {
      builder.addBurn(burn);
      const { position, ...line } = row;
      order.update(`${transferLine(line)},${burn.kind},${position ?? ''},`);
      continue;
    }
    builder.addTransfer(row);
    order.update(`${row.position ?? ''},`);
    rows += 1;
    if (rows % PROGRESS_ROWS === 0) onRows(rows);
    if (transactions.has(row.transaction)) crawled.add(keyOf(row));
  }
  return { table: builder.build(), crawled, order: order.digest('hex') };
}

/** Amounts of all assets are added up, which must therefore be counted alike, as USDT is on both chains. */
export async function readDecimals(pool: Pool): Promise<number> {
  const [first, ...others] = await readAssets(pool);
  if (
    first === undefined ||
    others.some(({ symbol, decimals }) => symbol !== first.symbol || decimals !== first.decimals)
  )
    throw new Error('The assets of the database cannot be added up.');
  return first.decimals;
}
