/** Looking things up in lists that are in the order of the chain. */
/** The first place from which on the condition holds; it must hold for all that follow. */
export function firstAt<Row>(rows: readonly Row[], holds: (row: Row) => boolean): number {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const row = rows[middle];
    if (row !== undefined && holds(row)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** What stands from one block to another, both included. */
export function between<Row extends { readonly block: number }>(
  rows: readonly Row[],
  from: number,
  to: number,
): readonly Row[] {
  return rows.slice(
    firstAt(rows, ({ block }) => block >= from),
    firstAt(rows, ({ block }) => block > to),
  );
}
