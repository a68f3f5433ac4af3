/** Rows that nothing orders among each other, as a database gives them that was asked for no order. */
import type { Random } from './random.ts';

/** Rows with the same tie come in any order; the ties stay in the order of their first rows. */
export function mixTies<Row>(rows: readonly Row[], tieOf: (row: Row) => number, random: Random): Row[] {
  return groups(rows, tieOf).flatMap((group) => random.shuffle(group));
}

/** The same, but in another order for sure, where there is one. */
export function reorderTies<Row>(rows: readonly Row[], tieOf: (row: Row) => number, random: Random): Row[] {
  return groups(rows, tieOf).flatMap((group) => {
    const shuffled = random.shuffle(group);
    return shuffled.every((row, index) => row === group[index]) ? shuffled.reverse() : shuffled;
  });
}

function groups<Row>(rows: readonly Row[], tieOf: (row: Row) => number): Row[][] {
  const found = new Map<number, Row[]>();
  for (const row of rows) {
    const group = found.get(tieOf(row));
    if (group === undefined) found.set(tieOf(row), [row]);
    else group.push(row);
  }
  return [...found.values()];
}
