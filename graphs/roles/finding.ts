/** What detectors share: whom they judge, what an account's rows add up to, and how a finding is told. */
import type { Wallet } from '../../src/chains/chain.ts';
import { type CaseView, STANDING, walletOf } from '../findings/view.ts';
import type { Amounts } from '../trace/amounts.ts';
import type { RoleFinding } from './types.ts';

/** So many rows are named with a finding: the first. */
const NAMED_ROWS = 20;
const [WEAKEST, STRONGEST] = [1, 99];
const HUNDRED = 100n;
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Units of time, and up to how many of each are told before the next takes over. */
const UNITS = [
  [SECOND, 'second', 90],
  [MINUTE, 'minute', 120],
  [HOUR, 'hour', 48],
] as const;

/** A part of a receipt that one payout used. */
export interface Use {
  readonly receipt: number;
  readonly payout: number;
  /** Base units. */
  readonly value: bigint;
  /** From the receipt to the payout, in milliseconds. */
  readonly wait: number;
}

/** Whether reports or followed money lead to an account, and its whole history is known: of others, no role is told. */
export function isMet({ hop, reported, complete }: CaseView, account: number): boolean {
  return complete[account] === 1 && ((hop[account] ?? -1) >= 0 || reported[account] === 1);
}

/** Whether a wallet is judged at all: it is met, and no service's, deposit address or victim's. */
export function isJudged(view: CaseView, account: number): boolean {
  return view.standing[account] === STANDING.wallet && isMet(view, account);
}

/** All accounts that are judged. Whoever needs an order sorts what comes of it. */
export function* judged(view: CaseView): Generator<number> {
  for (let account = 0; account < view.count; account += 1) if (isJudged(view, account)) yield account;
}

/** A finding with its rows in order, each once. */
export function makeFinding({
  rows,
  native = [],
  ...told
}: Pick<RoleFinding, 'role' | 'account' | 'strength' | 'reason' | 'figures'> & {
  readonly rows: Iterable<number>;
  readonly native?: readonly string[];
}): RoleFinding {
  const all = [...new Set(rows)].sort((a, b) => a - b);
  return { ...told, rows: all.slice(0, NAMED_ROWS), rowCount: all.length, native };
}

/** Whose role it is, also where the wallet never held the asset. */
export function walletOfFinding(view: CaseView, { account, wallet }: RoleFinding): Wallet {
  return wallet ?? walletOf(view, account);
}

/** Sum of rows, in base units. */
export function sumOf({ table }: CaseView, rows: Iterable<number>): bigint {
  let sum = 0n;
  for (const row of rows) sum += table.value[row] ?? 0n;
  return sum;
}

/** Sum of rows by another column, such as the followed money that they carry. Base units. */
export function totalOf(amounts: Amounts, rows: Iterable<number>): bigint {
  let sum = 0n;
  for (const row of rows) sum += amounts[row] ?? 0n;
  return sum;
}

/** Those of an account's rows that lie in this time, both ends included, in milliseconds. */
export function during({ table }: CaseView, rows: Int32Array, from: number, to: number): Int32Array {
  const firstFrom = (least: number) => {
    let [low, high] = [0, rows.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((table.timestamp[rows[middle] ?? -1] ?? 0) < least) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return rows.subarray(firstFrom(from), firstFrom(to + 1));
}

/** Who paid these rows, and who was paid by them, each once. */
export function payersOf({ table }: CaseView, rows: Iterable<number>): Set<number> {
  return sidesOf(table.from, rows);
}

export function payeesOf({ table }: CaseView, rows: Iterable<number>): Set<number> {
  return sidesOf(table.to, rows);
}

/**
 * Which payout used what of which receipt, first in, first out. What was paid beyond the receipts stands in no use, nor
 * does what rests. Of one instant, receipts come first: a program pays on within the block in which it was paid.
 */
export function usesOf({ table, receipts, payouts }: CaseView, account: number): Use[] {
  const { value, timestamp } = table;
  const uses: Use[] = [];
  const received = receipts(account);
  let [next, left] = [0, value[received[0] ?? -1] ?? 0n];
  for (const payout of payouts(account)) {
    const at = timestamp[payout] ?? 0;
    let open = value[payout] ?? 0n;
    for (let receipt = received[next]; receipt !== undefined && open > 0n; receipt = received[next]) {
      const wait = at - (timestamp[receipt] ?? 0);
      if (wait < 0) break;
      const used = open < left ? open : left;
      uses.push({ receipt, payout, value: used, wait });
      open -= used;
      left -= used;
      if (left > 0n) break;
      next += 1;
      left = value[received[next] ?? -1] ?? 0n;
    }
  }
  return uses;
}

/**
 * What part of these payouts went to services, named or possible, in percent. A deposit address pays nobody else; one that
 * is reported is judged like any wallet, and told apart by this.
 */
export function paidToServices(view: CaseView, payouts: Iterable<number>): number {
  const rows = [...payouts];
  return percentOf(
    sumOf(
      view,
      rows.filter((row) => isService(view, view.table.to[row] ?? -1)),
    ),
    sumOf(view, rows),
  );
}

/** Whether an account is a service's by tags or by its behaviour. */
export function isService({ standing }: CaseView, account: number): boolean {
  return standing[account] === STANDING.service || standing[account] === STANDING.possible;
}

/** The time within which at least half of the money went on, in milliseconds; 0 of none. */
export function halfWithin(uses: readonly Use[]): number {
  return waitOfHalf([...uses].sort((a, b) => a.wait - b.wait));
}

/** The time for which at least half of the money stayed, in milliseconds; 0 of none. */
export function halfStayed(uses: readonly Use[]): number {
  return waitOfHalf([...uses].sort((a, b) => b.wait - a.wait));
}

/** What part of the whole this is, in whole percent, rounded down; 0 of nothing. */
export function percentOf(part: bigint, whole: bigint): number {
  return whole === 0n ? 0 : Number((part * HUNDRED) / whole);
}

/**
 * Strength from 1 to 99: the mean of how far each figure is from its threshold to the best it can be, each from 0 to 1.
 * At all of its thresholds a finding has 1.
 */
export function strengthOf(...rooms: readonly number[]): number {
  const mean = rooms.reduce((sum, room) => sum + Math.min(1, Math.max(0, room)), 0) / Math.max(1, rooms.length);
  return Math.round(WEAKEST + (STRONGEST - WEAKEST) * mean);
}

/** Room of a figure that lies between its threshold and the best it can be, which may be below it. */
export function room(figure: number, threshold: number, best: number): number {
  return threshold === best ? 1 : (figure - threshold) / (best - threshold);
}

/** Room of a count, which has no best: twice the threshold is half of the way. */
export function roomAbove(count: number, least: number): number {
  return count <= least ? 0 : 1 - least / count;
}

/** `1 wallet`, `3 wallets`. */
export function counted(count: number, thing: string): string {
  return `${count} ${count === 1 ? thing : `${thing}s`}`;
}

/** A time in words: `40 seconds`, `3 minutes`, `5 hours`, `2 days`. Rounded up, for "within", or down, for "or longer". */
export function spell(milliseconds: number, rounded: 'up' | 'down' = 'up'): string {
  const round = rounded === 'up' ? Math.ceil : Math.floor;
  for (const [unit, thing, most] of UNITS) {
    const whole = round(milliseconds / unit);
    if (whole <= most) return counted(whole, thing);
  }
  return counted(round(milliseconds / DAY), 'day');
}

function waitOfHalf(uses: readonly Use[]): number {
  let left = uses.reduce((sum, { value }) => sum + value, 0n);
  const half = left / 2n;
  for (const { value, wait } of uses) {
    left -= value;
    if (left <= half) return wait;
  }
  return 0;
}

function sidesOf(side: Int32Array, rows: Iterable<number>): Set<number> {
  const accounts = new Set<number>();
  for (const row of rows) accounts.add(side[row] ?? -1);
  return accounts;
}
