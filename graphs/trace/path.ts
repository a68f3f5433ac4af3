/** The chain of transfers that carried the most of some sources' money to a wallet. */
import { larger, smaller } from '../../src/money.ts';
import { runRule } from './follow.ts';
import { NO_TRAIL } from './moved.ts';
import type { Plan } from './plan.ts';
import { poison } from './poison.ts';
import type { ConservingRule, PlacedTransfer } from './types.ts';

export interface PathStep {
  readonly transfer: PlacedTransfer;
  /** What of the transfer was the sources' money; `null` under poison, which states no amounts. */
  readonly traced: bigint | null;
}

export interface Path {
  /** From the payment to the transfer that arrived. */
  readonly steps: readonly PathStep[];
  /**
   * How much went this whole way. Under FIFO and LIFO the very lots; under pro rata and LIBR, where money in a ledger has no
   * order, the least traced part on the way. `null` under poison.
   */
  readonly amount: bigint | null;
  /** How much of the sources' money came to the wallet in all; `null` under poison. */
  readonly arrived: bigint | null;
}

export interface PathRequest {
  /** Numbers of the sources. */
  readonly sources: ReadonlySet<number>;
  /** The accounts of the wallet that is asked about. */
  readonly targets: ReadonlySet<number>;
}

/** @returns `null` when none of the money came there */
export function findPath(plan: Plan, rule: ConservingRule, request: PathRequest): Path | null {
  return rule === 'fifo' || rule === 'lifo' ? pathOfLots(plan, rule, request) : widestPath(plan, rule, request);
}

/** Each lot keeps its trail: the transfers through which it came, as a chain of numbered links. */
function pathOfLots(plan: Plan, rule: ConservingRule, { sources, targets }: PathRequest): Path | null {
  const { to } = plan.table;
  const links = { row: [] as number[], before: [] as number[] };
  const traced = new Map<number, bigint>();
  /** What came to the wallet by each trail. */
  const came = new Map<number, bigint>();
  runRule(plan, rule, {
    onMove(row, lots) {
      let sum = 0n;
      const own = new Map<number, number>();
      for (let lot = 0; lot < lots.size; lot += 1) {
        if (!sources.has(lots.origin[lot] ?? -1)) continue;
        const before = lots.trail[lot] ?? NO_TRAIL;
        const link = own.get(before) ?? links.row.push(row) - 1;
        own.set(before, link);
        links.before[link] = before;
        lots.trail[lot] = link;
        const amount = lots.amount[lot] ?? 0n;
        sum += amount;
        if (targets.has(to[row] ?? -1)) came.set(link, (came.get(link) ?? 0n) + amount);
      }
      if (sum > 0n) traced.set(row, sum);
    },
  });
  const most = largest(came);
  if (most === null) return null;
  const rows: number[] = [];
  for (let link = most.key; link !== NO_TRAIL; link = links.before[link] ?? NO_TRAIL) rows.push(links.row[link] ?? 0);
  const steps = stepsOf(plan, rows.reverse(), (row) => traced.get(row) ?? 0n);
  return { steps, amount: most.amount, arrived: [...came.values()].reduce((sum, amount) => sum + amount, 0n) };
}

/** The way whose narrowest transfer is widest, by what each carried: one pass, since the rows are in the order of time. */
function widestPath(plan: Plan, rule: ConservingRule, { sources, targets }: PathRequest): Path | null {
  const { table, sourceOf } = plan;
  const { from, to } = table;
  const traced = new Map<number, bigint>();
  /** The widest way to each account so far: its width and last row; and the row before each row on its way. */
  const best = new Map<number, { width: bigint; row: number }>();
  const before = new Map<number, number>();
  const came = new Map<number, bigint>();
  let arrived = 0n;
  /** What each account has of the sources' money: once it has none, no further payout goes on from what came before. */
  const held = new Map<number, bigint>();
  const add = (account: number, amount: bigint) => {
    const left = (held.get(account) ?? 0n) + amount;
    held.set(account, left);
    if (left === 0n) best.delete(account);
  };
  runRule(plan, rule, {
    onBurn(row, lots) {
      let burnt = 0n;
      for (let lot = 0; lot < lots.size; lot += 1)
        if (sources.has(lots.origin[lot] ?? -1)) burnt += lots.amount[lot] ?? 0n;
      if (burnt > 0n) add(from[row] ?? -1, -burnt);
    },
    onMove(row, lots) {
      let carried = 0n;
      let own = 0n;
      for (let lot = 0; lot < lots.size; lot += 1) {
        const origin = lots.origin[lot] ?? -1;
        if (!sources.has(origin)) continue;
        carried += lots.amount[lot] ?? 0n;
        if (origin === sourceOf[row]) own += lots.amount[lot] ?? 0n;
      }
      if (carried === 0n) return;
      traced.set(row, carried);
      const way = best.get(from[row] ?? -1);
      const further = carried - own;
      const along = way === undefined ? 0n : smaller(way.width, further);
      const width = larger(along, own);
      if (along > own && way !== undefined) before.set(row, way.row);
      const payee = to[row] ?? -1;
      if (further > 0n) add(from[row] ?? -1, -further);
      add(payee, carried);
      if (width > (best.get(payee)?.width ?? 0n)) best.set(payee, { width, row });
      if (!targets.has(payee)) return;
      came.set(row, width);
      arrived += carried;
    },
  });
  const most = largest(came);
  if (most === null) return null;
  const steps = stepsOf(plan, chain(before, most.key), (row) => traced.get(row) ?? 0n);
  return { steps, amount: most.amount, arrived };
}

/** The way by which the wallet was reached first, if balances do not matter. */
export function findReach(plan: Plan, { sources, targets }: PathRequest): Path | null {
  const { from, to } = plan.table;
  const first = new Map<number, number>();
  const before = new Map<number, number>();
  let found: number | null = null;
  poison(plan, (row) => {
    const payer = first.get(from[row] ?? -1);
    const isSource = sources.has(plan.sourceOf[row] ?? -1);
    if (!isSource && (payer === undefined || plan.places[from[row] ?? 0] !== 0)) return;
    if (!isSource && payer !== undefined) before.set(row, payer);
    const payee = to[row] ?? -1;
    if (!first.has(payee)) first.set(payee, row);
    if (found === null && targets.has(payee)) found = row;
  });
  return found === null
    ? null
    : { steps: stepsOf(plan, chain(before, found), () => null), amount: null, arrived: null };
}

/** The rows up to one, the first first. */
function chain(before: ReadonlyMap<number, number>, last: number): number[] {
  const rows: number[] = [];
  for (let row: number | undefined = last; row !== undefined; row = before.get(row)) rows.push(row);
  return rows.reverse();
}

function stepsOf(plan: Plan, rows: readonly number[], traced: (row: number) => bigint | null): PathStep[] {
  return rows.map((row) => ({ transfer: plan.table.transfer(row), traced: traced(row) }));
}

/** Of equal amounts the one that came first. */
function largest(amounts: ReadonlyMap<number, bigint>): { key: number; amount: bigint } | null {
  let most: { key: number; amount: bigint } | null = null;
  for (const [key, amount] of amounts) if (most === null || amount > most.amount) most = { key, amount };
  return most;
}
