/** Numbering equal rows: what makes the same transfer the same, whoever lists it. */
import type { HistoryRow, ReceiptTransfer, TransactionHash, Transfer } from '../chains/chain.ts';
import { groupEqualRows, rowKey } from '../chains/rows.ts';

export interface NumberedRows {
  /** Each distinct row once, as occurrence 0. */
  readonly transfers: readonly Transfer[];
  /** Rows that have equals: a provider may have repeated a row, so only the receipt says how often it happened. */
  readonly repeats: readonly Transfer[];
}

/** Numbers the rows of whole groups of equal timestamp. */
export function numberRows(rows: readonly HistoryRow[]): NumberedRows {
  const transfers: Transfer[] = [];
  const repeats: Transfer[] = [];
  for (const group of groupEqualRows(rows)) {
    const [row] = group;
    if (row === undefined) continue;
    const transfer = { ...row, occurrence: 0 };
    transfers.push(transfer);
    if (group.length > 1) repeats.push(transfer);
  }
  return { transfers, repeats: repeats.sort((a, b) => (rowKey(a) < rowKey(b) ? -1 : 1)) };
}

/** How often each transfer stands in a receipt. */
export function countEqual(
  transfers: readonly ReceiptTransfer[],
): { from: ReceiptTransfer['from']; to: ReceiptTransfer['to']; value: bigint; count: number }[] {
  const counts = new Map<
    string,
    { from: ReceiptTransfer['from']; to: ReceiptTransfer['to']; value: bigint; count: number }
  >();
  for (const { from, to, value } of transfers) {
    const key = rowKey({ asset: '', transaction: '' as TransactionHash, from, to, value });
    const seen = counts.get(key);
    if (seen === undefined) counts.set(key, { from, to, value, count: 1 });
    else seen.count += 1;
  }
  return [...counts.values()];
}
