/** Rows by wallet, as slices of one column. */
import type { TransferTable } from './trace/table.ts';

/** The rows of an account, in the order of the table. */
export type RowsOfAccount = (account: number) => Int32Array;

/** Whether a row counts as a transfer: dust is sent by strangers to whomever they like, and a burn goes nowhere. */
export function counts(table: TransferTable, row: number): boolean {
  return table.counted[row] === 1;
}

/** Rows by one of their sides: `table.from` or `table.to`. */
export function indexRows(table: TransferTable, side: Int32Array): RowsOfAccount {
  const count = table.accounts.list.length;
  const ends = new Int32Array(count + 1);
  for (let row = 0; row < table.rows; row += 1) {
    if (!counts(table, row)) continue;
    const next = (side[row] ?? 0) + 1;
    ends[next] = (ends[next] ?? 0) + 1;
  }
  for (let account = 0; account < count; account += 1)
    ends[account + 1] = (ends[account + 1] ?? 0) + (ends[account] ?? 0);
  const next = ends.slice();
  const rows = new Int32Array(ends[count] ?? 0);
  for (let row = 0; row < table.rows; row += 1) {
    if (!counts(table, row)) continue;
    const account = side[row] ?? 0;
    const place = next[account] ?? 0;
    rows[place] = row;
    next[account] = place + 1;
  }
  return (account) => rows.subarray(ends[account] ?? 0, ends[account + 1] ?? 0);
}
