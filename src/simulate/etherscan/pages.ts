/** A page as a faulty Etherscan sends it. */
import type { Random } from '../random.ts';
import { reorderTies } from '../ties.ts';
import type { PageFaultKind } from './faults.ts';

/** What of a row of any list can be spoilt. */
interface Row {
  readonly blockNumber: string;
  readonly value?: string;
}

/**
 * Spoils a page of rows. One without rows has little to spoil, and stays as it is; so does one whose fault lies in what
 * was read.
 */
export function spoil<Each extends Row>(
  rows: readonly Each[],
  fault: PageFaultKind | null,
  random: Random,
): readonly Row[] {
  const middle = Math.floor(rows.length / 2);
  const one = rows[middle];
  if (one === undefined) return rows;
  switch (fault) {
    case null:
    case 'other-rows':
    case 'unstable-ties':
    case 'behind':
      return rows;
    case 'repeated-rows':
      return rows.flatMap((row) => [row, { ...row }]);
    case 'shuffled-ties':
      return reorderTies(rows, ({ blockNumber }) => Number(blockNumber), random);
    case 'short-page':
      return rows.length > 1 ? rows.slice(0, middle) : rows;
    case 'empty-page':
      return [];
    case 'without-value':
      return [...rows.slice(0, middle), withoutValue(one), ...rows.slice(middle + 1)];
    case 'malformed-value':
      return rows.with(middle, { ...one, value: random.pick(['', '-1', '1.5', '1e9', 'NaN', '0x10']) });
    case 'shuffled-rows':
      return random.shuffle(rows);
    case 'lost-row':
      return rows.toSpliced(middle, 1);
  }
}

function withoutValue({ value: _, ...row }: Row): Row {
  return row;
}
