/**
 * The order in which money moved, and what every wallet held: a matter of balances, the same under every rule.
 *
 * `docs/tracing.md`, "Order", defines it.
 */
import Heap from 'mnemonist/heap.js';
import { type Amounts, createAmounts } from './amounts.ts';
import type { TransferTable } from './table.ts';

export interface Sequence {
  /** Rows of the table, in the order in which they moved. */
  readonly order: Int32Array;
  /** What each account with a ledger paid beyond what it held. */
  readonly shortfall: Amounts;
  /** 1 where an account with a ledger has rows of one instant whose order is not known. */
  readonly orderUnknown: Uint8Array;
}

/**
 * @param ledgers 1 for each account that has one
 * @param openings what each account held at first
 */
export function putInOrder(table: TransferTable, ledgers: Uint8Array, openings: Amounts, most: bigint): Sequence {
  const { rows, timestamp, from, accounts } = table;
  const order = new Int32Array(rows);
  const orderUnknown = new Uint8Array(accounts.list.length);
  const holdings = createHoldings(table, ledgers, openings, most);
  const space = (row: number) => accounts.space[from[row] ?? 0];
  for (let start = 0, end = 1; start < rows; start = end, end += 1) {
    while (end < rows && timestamp[end] === timestamp[start] && space(end) === space(start)) end += 1;
    if (end - start === 1) {
      order[start] = start;
      holdings.move(start);
      continue;
    }
    if (allPlaced(table, start, end)) {
      for (let row = start; row < end; row += 1) order[row] = row;
      order.subarray(start, end).sort((a, b) => (table.position[a] ?? 0) - (table.position[b] ?? 0) || a - b);
      for (let place = start; place < end; place += 1) holdings.move(order[place] ?? 0);
      continue;
    }
    flagUnknown(table, ledgers, start, end, orderUnknown);
    let place = start;
    for (const row of orderInstant(table, holdings, start, end)) {
      order[place] = row;
      place += 1;
    }
  }
  return { order, shortfall: holdings.shortfall, orderUnknown };
}

interface Holdings {
  readonly shortfall: Amounts;
  /** True when the row's payer has no ledger, or holds enough for it now. */
  meets(row: number): boolean;
  /** Moves the row's value; what the payer lacks counts as its shortfall. */
  move(row: number): void;
}

function createHoldings(table: TransferTable, ledgers: Uint8Array, openings: Amounts, most: bigint): Holdings {
  const { from, to, value, kind, accounts } = table;
  const held = createAmounts(accounts.list.length, most);
  const shortfall = createAmounts(accounts.list.length, most);
  for (let account = 0; account < accounts.list.length; account += 1) {
    held[account] = ledgers[account] === 1 ? (openings[account] ?? 0n) : 0n;
  }
  return {
    shortfall,
    meets(row) {
      const payer = from[row] ?? 0;
      return ledgers[payer] !== 1 || (held[payer] ?? 0n) >= (value[row] ?? 0n);
    },
    move(row) {
      const [payer, payee, amount] = [from[row] ?? 0, to[row] ?? 0, value[row] ?? 0n];
      if (ledgers[payer] === 1) {
        const had = held[payer] ?? 0n;
        held[payer] = had > amount ? had - amount : 0n;
        if (had < amount) shortfall[payer] = (shortfall[payer] ?? 0n) + amount - had;
      }
      if (ledgers[payee] === 1 && kind[row] === 0) held[payee] = (held[payee] ?? 0n) + amount;
    },
  };
}

function allPlaced({ position }: TransferTable, start: number, end: number): boolean {
  for (let row = start; row < end; row += 1) if ((position[row] ?? -1) < 0) return false;
  return true;
}

/** Marks accounts with several rows between `start` and `end`, one of them without a position. */
function flagUnknown(table: TransferTable, ledgers: Uint8Array, start: number, end: number, flags: Uint8Array): void {
  const { from, to, position } = table;
  const seen = new Map<number, { rows: number; unplaced: boolean }>();
  for (let row = start; row < end; row += 1) {
    const [payer, payee] = [from[row] ?? 0, to[row] ?? 0];
    for (const account of payer === payee ? [payer] : [payer, payee]) {
      if (ledgers[account] !== 1) continue;
      const own = seen.get(account) ?? { rows: 0, unplaced: false };
      own.rows += 1;
      own.unplaced ||= (position[row] ?? -1) < 0;
      seen.set(account, own);
    }
  }
  for (const [account, { rows, unplaced }] of seen) if (rows > 1 && unplaced) flags[account] = 1;
}

const ascending = (a: number, b: number) => a - b;

/** The rows of one instant one by one, each moved before the next is chosen. */
function* orderInstant(table: TransferTable, holdings: Holdings, start: number, end: number): Generator<number> {
  const { from, to, value, position, kind } = table;
  const placed: number[] = [];
  /** Rows without a position that may be met. */
  const ready = new Heap<number>(ascending);
  /** Rows whose payer holds too little, least first, by payer; and all of those whose payer gets nothing more. */
  const waiting = new Map<number, Heap<number>>();
  const hopeless = new Heap<number>(ascending);
  /** Rows of the instant that are still to come in, by payee. */
  const incoming = new Map<number, number>();
  const done = new Uint8Array(end - start);
  for (let row = start; row < end; row += 1) {
    if ((position[row] ?? -1) >= 0) placed.push(row);
    else ready.push(row);
    const payee = to[row] ?? 0;
    if (kind[row] === 0) incoming.set(payee, (incoming.get(payee) ?? 0) + 1);
  }
  placed.sort((a, b) => (position[a] ?? 0) - (position[b] ?? 0) || a - b);
  const hasHope = (row: number) => (incoming.get(from[row] ?? 0) ?? 0) > 0;
  const wait = (row: number) => {
    const payer = from[row] ?? 0;
    const heap = waiting.get(payer) ?? new Heap<number>((a, b) => compare(value[a] ?? 0n, value[b] ?? 0n) || a - b);
    waiting.set(payer, heap);
    heap.push(row);
    if (!hasHope(row)) hopeless.push(row);
  };
  const firstLeft = (heap: Heap<number>): number | undefined => {
    while (heap.size > 0 && done[(heap.peek() ?? start) - start] === 1) heap.pop();
    return heap.peek();
  };
  const firstMet = (): number | undefined => {
    for (;;) {
      const row = firstLeft(ready);
      if (row === undefined || holdings.meets(row)) return row;
      ready.pop();
      wait(row);
    }
  };
  let next = 0;
  let oldest = start;
  for (let left = end - start; left > 0; left -= 1) {
    const front = placed[next];
    const met = [firstMet(), front !== undefined && holdings.meets(front) ? front : undefined];
    const poor = () => [firstLeft(hopeless), front !== undefined && !hasHope(front) ? front : undefined];
    const any = () => {
      while (oldest < end && (done[oldest - start] === 1 || (position[oldest] ?? -1) >= 0)) oldest += 1;
      return [oldest < end ? oldest : undefined, front];
    };
    const row = least(met) ?? least(poor()) ?? least(any());
    if (row === undefined) throw new Error('An instant has fewer rows than it should.');
    if (row === front) next += 1;
    done[row - start] = 1;
    holdings.move(row);
    yield row;
    if (kind[row] !== 0) continue;
    const payee = to[row] ?? 0;
    const more = (incoming.get(payee) ?? 1) - 1;
    incoming.set(payee, more);
    const own = waiting.get(payee);
    if (own === undefined) continue;
    if (more === 0) for (const each of own.toArray()) hopeless.push(each);
    for (let first = firstLeft(own); first !== undefined && holdings.meets(first); first = firstLeft(own)) {
      own.pop();
      ready.push(first);
    }
  }
}

/** The first by the order of the table. */
function least(rows: readonly (number | undefined)[]): number | undefined {
  return rows.reduce((first, row) => (first === undefined || (row !== undefined && row < first) ? row : first));
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
