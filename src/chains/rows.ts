/** Multisets of history rows: rows of one transaction may be equal, and count. */
import { RetryableError } from '../errors.ts';
import type { Address, Asset, Call, Head, HistoryRow, Remark } from './chain.ts';

/** The most rows of which the newest of a wallet's history are told. */
export const NEWEST = 200;

export interface NewestRequest extends Call {
  readonly wallet: Address;
  readonly asset: Asset;
  /** The run's head: nothing above it is told. */
  readonly head: Head;
}

/** The newest of a wallet's transfers, to see what kind of wallet it is: none of them is stored. */
export interface NewestRows {
  /**
   * Oldest first, each transfer once; at most `NEWEST`. A node tells those of the stretch of blocks below the head that it
   * can be asked for. Where a node's logs lack their time, it is reckoned from the head's.
   */
  readonly rows: readonly HistoryRow[];
  /** True where the provider says that there are no others up to the head. */
  readonly all: boolean;
  /** False where some may be missing among them: the provider has refused a part of the question for its size. */
  readonly whole: boolean;
}

/** What makes two rows equal: everything that identifies a transfer but its occurrence. */
export function rowKey(row: Pick<HistoryRow, 'asset' | 'transaction' | 'from' | 'to' | 'value'>): string {
  return `${row.asset},${row.transaction},${row.from},${row.to},${row.value}`;
}

/** Rows by their key, each with all its equals, in order of first appearance. */
export function groupEqualRows(rows: Iterable<HistoryRow>): HistoryRow[][] {
  const groups = new Map<string, HistoryRow[]>();
  for (const row of rows) {
    const key = rowKey(row);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  return [...groups.values()];
}

/** Two replies that overlap: of each row as many as the reply that has more of it, never the sum. */
export function mergeByMaximum(first: readonly HistoryRow[], second: readonly HistoryRow[]): HistoryRow[] {
  const merged = groupEqualRows(first);
  const index = new Map(merged.map((group, position) => [rowKey(group[0] as HistoryRow), position]));
  for (const group of groupEqualRows(second)) {
    const position = index.get(rowKey(group[0] as HistoryRow));
    if (position === undefined) merged.push(group);
    else if (group.length > (merged[position]?.length ?? 0)) merged[position] = group;
  }
  return merged.flat();
}

/**
 * The rows of a page that begins where an earlier one ended: what that one held back may not be lost again.
 *
 * @throws RetryableError `REPLY_INCONSISTENT` when the page has no row at all although some were listed before
 */
export function reopenWith(
  held: readonly HistoryRow[],
  read: readonly HistoryRow[],
  isEmpty: boolean,
): { rows: HistoryRow[]; remarks: Remark[] } {
  const rows = mergeByMaximum(held, read);
  if (rows.length === read.length) return { rows, remarks: [] };
  if (isEmpty) {
    throw new RetryableError(
      'REPLY_INCONSISTENT',
      'The provider sent an empty page where it listed a transfer before.',
    );
  }
  const text = 'transfers that were listed before were missing when their page was read again; they are kept';
  return { rows, remarks: [{ code: 'ROW_MISSING_KEPT', count: rows.length - read.length, text }] };
}

/** What a provider has told of a history's newest rows, once each, oldest first: a page may repeat rows. */
export function eachOnce(rows: readonly HistoryRow[]): HistoryRow[] {
  return groupEqualRows(rows).flatMap((group) => group.slice(0, 1));
}

/**
 * The newest `NEWEST` of rows. Where so many were told, the oldest time among them is left out, of which only some may be
 * there: which, is the provider's choice.
 *
 * @param rows in the order of time
 */
export function newestOf(rows: readonly HistoryRow[]): HistoryRow[] {
  const newest = rows.slice(-NEWEST);
  if (newest.length < NEWEST) return newest;
  const whole = newest.filter(({ timestamp }) => timestamp > (newest[0]?.timestamp ?? 0));
  return whole.length === 0 ? newest : whole;
}
