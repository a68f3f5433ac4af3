/** A page as a faulty provider sends it. */
import { Random } from '../random.ts';
import { reorderTies } from '../ties.ts';
import { addressFor } from '../tron.ts';
import type { PageFaultKind } from './faults.ts';
import type { Page, Row } from './history.ts';
import type { SimulatedRequest } from './request.ts';

/** Anybody may issue a token and call it USDT. */
const OTHER_TOKEN = { symbol: 'USDT', address: addressFor('another token'), decimals: 6, name: 'Tether USD' };

/**
 * Spoils a page of rows that begins at `place`. A page without rows has little to spoil, and stays as it is; so does one
 * whose fault lies in how it was read.
 */
export function spoil(page: Page, fault: PageFaultKind | null, place: number, request: SimulatedRequest): Page {
  const { rows, next } = page;
  const middle = Math.floor(rows.length / 2);
  const one = rows[middle];
  if (one === undefined) return page;
  const random = new Random(`${request.path}/${request.number}`);
  switch (fault) {
    case null:
    case 'refused-fingerprint':
    case 'short-page':
    case 'unstable-ties':
      return page;
    case 'other-token':
      return { rows: rows.toSpliced(middle, 0, { ...one, token_info: OTHER_TOKEN }), next };
    case 'approvals':
      return { rows: rows.toSpliced(middle, 0, { ...one, type: 'Approval' }), next };
    case 'repeated-rows':
      return { rows: rows.flatMap((row) => [row, { ...row }]), next };
    case 'no-fingerprint':
      return { rows, next: null };
    case 'empty-page':
      return { rows: [], next: place };
    case 'shuffled-ties':
      return { rows: reorderTies(rows, (row) => row.block_timestamp, random), next };
    case 'without-value':
      return { rows: rows.with(middle, withoutValue(one)), next };
    case 'malformed-value':
      return { rows: rows.with(middle, { ...one, value: random.pick(['', '-1', '1.5', '1e9', 'NaN', '0x10']) }), next };
    case 'shuffled-rows':
      return { rows: random.shuffle(rows), next };
    case 'lost-row':
      return { rows: rows.toSpliced(middle, 1), next };
    case 'without-details':
      return { rows: rows.map((row) => withoutDetail(row, random)), next };
    case 'without-some-details':
      return { rows: rows.map((row) => (random.chance(0.5) ? row : withoutDetail(row, random))), next };
  }
}

/** The detail is left out, or nothing is in it. */
function withoutDetail({ detail: _, ...row }: Row, random: Random): Row {
  return random.chance(0.5) ? row : { ...row, detail: {} };
}

function withoutValue({ value: _, ...row }: Row): Row {
  return row;
}
