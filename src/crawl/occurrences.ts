/** Numbering equal rows: what makes the same transfer the same, whoever lists it. */
import type { HistoryRow, ReceiptTransfer, TransactionHash, Transfer } from '../chains/chain.ts';
import { groupEqualRows, rowKey } from '../chains/rows.ts';

export interface NumberedRows {
  /** Each distinct row once, as occurrence 0. */
  readonly transfers: readonly Transfer[];
  /** Rows that have equals: a provider may have repeated a row, so only the receipt says how often it happened. */
  readonly repeats: readonly Transfer[];
}

/** Numbers the rows of whole groups of equal timestamp. Of equal rows the first in the block is occurrence 0. */
export function numberRows(rows: readonly HistoryRow[]): NumberedRows {
  const transfers: Transfer[] = [];
  const repeats: Transfer[] = [];
  for (const group of groupEqualRows(rows)) {
    const [row] = group;
    if (row === undefined) continue;
    const { position: _, ...rest } = row;
    const [first] = positionsOf(group) ?? [];
    const transfer = { ...rest, occurrence: 0, ...(first === undefined ? {} : { position: first }) };
    transfers.push(transfer);
    if (group.length > 1) repeats.push(transfer);
  }
  return { transfers, repeats: repeats.sort((a, b) => (rowKey(a) < rowKey(b) ? -1 : 1)) };
}

/** Transfers of a receipt that differ in nothing but their place. */
export interface EqualTransfers {
  readonly from: ReceiptTransfer['from'];
  readonly to: ReceiptTransfer['to'];
  readonly value: bigint;
  readonly count: number;
  /** The place of each occurrence, where the receipt tells them all. */
  readonly positions?: readonly number[];
}

/** How often each transfer stands in a receipt. */
export function countEqual(transfers: readonly ReceiptTransfer[]): EqualTransfers[] {
  const groups = new Map<string, ReceiptTransfer[]>();
  for (const transfer of transfers) {
    const { from, to, value } = transfer;
    const key = rowKey({ asset: '', transaction: '' as TransactionHash, from, to, value });
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [transfer]);
    else group.push(transfer);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const positions = positionsOf(group);
    const { from, to, value } = first;
    return { from, to, value, count: group.length, ...(positions === null ? {} : { positions }) };
  });
}

/** Ascending, so that occurrences are numbered in the order of the chain; `null` unless all are known. */
function positionsOf(group: readonly { readonly position?: number }[]): number[] | null {
  const known = group.flatMap(({ position }) => position ?? []);
  return known.length === group.length ? known.sort((a, b) => a - b) : null;
}
