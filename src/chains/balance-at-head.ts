/**
 * What a wallet held as of the head, by a provider that tells only what it holds now: its transfers above the head are taken
 * back. They are read before the balance and after it; where they differ, the wallet has moved in between, and it is tried again.
 *
 * What the issuer destroyed above the head is in no history: until the head has passed it, such a balance differs.
 */
import type { Address, Cursor, HistoryPage, HistoryRow } from './chain.ts';
import { rowKey } from './rows.ts';

/** A wallet that moves each time it is asked about will go on so. */
const TRIES = 3;
/** More pages above the head are not read time and again. */
const MOST_PAGES = 5;

export interface Asking {
  readonly wallet: Address;
  /** The first position above the head, in the source's unit. */
  readonly first: number;
  /** The next page of the wallet's transfers above the head. */
  readonly above: (cursor: Cursor) => Promise<HistoryPage>;
  /** What it holds now. */
  readonly now: () => Promise<bigint>;
}

/** @returns `null` where it cannot be told */
export async function balanceAtHead(asking: Asking): Promise<bigint | null> {
  const { wallet, now } = asking;
  let before = await readAbove(asking);
  for (let tries = 0; before !== null && tries < TRIES; tries += 1) {
    const balance = await now();
    const after = await readAbove(asking);
    if (after !== null && isSame(before, after)) return possible(balance - netOf(after, wallet));
    before = after;
  }
  return null;
}

/** What rows add up to for a wallet: in minus out. */
function netOf(rows: readonly HistoryRow[], wallet: Address): bigint {
  return rows.reduce(
    (sum, { from, to, value }) => sum + (to === wallet ? value : 0n) - (from === wallet ? value : 0n),
    0n,
  );
}

/** All transfers above the head; `null` where they are too many. */
async function readAbove({ first, above }: Asking): Promise<HistoryRow[] | null> {
  const rows: HistoryRow[] = [];
  let cursor: Cursor | null = { position: first, held: [], token: null };
  for (let pages = 0; cursor !== null; pages += 1) {
    if (pages === MOST_PAGES) return null;
    const page: HistoryPage = await above(cursor);
    rows.push(...page.rows);
    cursor = page.next;
  }
  return rows;
}

function isSame(before: readonly HistoryRow[], after: readonly HistoryRow[]): boolean {
  const keys = (rows: readonly HistoryRow[]) => rows.map(rowKey).sort().join(' ');
  return keys(before) === keys(after);
}

/** The list and the balance may lag behind one another. */
function possible(balance: bigint): bigint | null {
  return balance < 0n ? null : balance;
}
