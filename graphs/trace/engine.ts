/** Following money through all rows under a conserving rule: the one loop that FIFO, LIFO, pro rata and LIBR share. */
import { type Amounts, createAmounts } from './amounts.ts';
import type { Ledgers, RuleOfLedgers } from './ledgers.ts';
import { Moved, NO_TRAIL, type Origins, originsOf } from './moved.ts';
import { PLACE, type Plan } from './plan.ts';
import { KIND } from './table.ts';

/** How often progress is told: seldom enough to cost nothing, often enough where thousands of sources make rows slow. */
const PROGRESS_ROWS = 256;

/** Followed money that came to an end, a lot at a time, in the order in which it came. */
export interface Ended {
  readonly row: readonly number[];
  readonly source: readonly number[];
  readonly amount: readonly bigint[];
  readonly hop: readonly number[];
}

export interface Followed {
  readonly ledgers: Ledgers;
  /** What of each source's transfers became its own. */
  readonly amounts: readonly bigint[];
  readonly ended: Ended;
  /** Money of the sources asked about that came into each account, and that left its ledger. */
  readonly received: Amounts;
  readonly passed: Amounts;
  /** Fewest transfers by which followed money came to each account; -1 where none did. */
  readonly hop: Int32Array;
}

export interface FollowOptions {
  /**
   * Told of each row that carries followed money, with its lots as they arrive, of which those of sources have numbers
   * below that of all sources. May set their trails.
   */
  readonly onMove?: (row: number, lots: Moved) => void;
  /** Told of each burn of followed money, with the lots that it takes. */
  readonly onBurn?: (row: number, lots: Moved) => void;
  /** Told now and then how many rows are done. */
  readonly onProgress?: (rows: number) => void;
}

/**
 * Linear in rows and lots. Nothing is made per row but amounts.
 *
 * @param rule makes the ledgers that it works on
 */
export function follow(plan: Plan, rule: RuleOfLedgers, { onMove, onBurn, onProgress }: FollowOptions = {}): Followed {
  const { table, sequence, places, sources, sourceOf, asked, most } = plan;
  const { from, to, value, kind, accounts } = table;
  const size = accounts.list.length;
  const origins = originsOf(sources.length);
  const ledgers = rule({ accounts: size, origins, most });
  const received = createAmounts(size, most);
  const passed = createAmounts(size, most);
  const hop = new Int32Array(size).fill(-1);
  const amounts = new Array<bigint>(sources.length).fill(0n);
  const ended = { row: [] as number[], source: [] as number[], amount: [] as bigint[], hop: [] as number[] };
  let lots = new Moved();
  let spare = new Moved();

  open(plan, ledgers, origins, lots);
  const end = (row: number) => {
    for (let lot = 0; lot < lots.size; lot += 1) {
      if (asked[lots.origin[lot] ?? -1] !== 1) continue;
      ended.row.push(row);
      ended.source.push(lots.origin[lot] ?? 0);
      ended.amount.push(lots.amount[lot] ?? 0n);
      ended.hop.push(lots.hop[lot] ?? 0);
    }
  };
  for (let step = 0; step < table.rows; step += 1) {
    if (step % PROGRESS_ROWS === 0) onProgress?.(step);
    const row = sequence.order[step] ?? 0;
    const [payer, payee, amount] = [from[row] ?? 0, to[row] ?? 0, value[row] ?? 0n];
    const source = sourceOf[row] ?? -1;
    const named = source >= 0 && sources[source]?.kind !== 'unverified';
    lots.clear();
    if (places[payer] === PLACE.ledger) {
      const missing = named ? ledgers.takeNamed(payer, amount, lots) : ledgers.take(payer, amount, lots);
      const carried = lots.followed(asked);
      if (carried > 0n) passed[payer] = (passed[payer] ?? 0n) + carried;
      if (missing > 0n) lots.add(origins.unknown, missing, 0, NO_TRAIL);
    } else if (kind[row] === KIND.transfer) lots.add(origins.untraced, amount, 0, NO_TRAIL);
    if (kind[row] !== KIND.transfer) {
      if (lots.followed(asked) > 0n) onBurn?.(row, lots);
      end(row);
      continue;
    }
    spare.clear();
    const own = arrive(lots, spare, origins, { source, named });
    if (source >= 0) amounts[source] = (amounts[source] ?? 0n) + own;
    [lots, spare] = [spare, lots];
    const carried = lots.followed(asked);
    if (carried > 0n) {
      received[payee] = (received[payee] ?? 0n) + carried;
      for (let lot = 0; lot < lots.size; lot += 1) {
        if (asked[lots.origin[lot] ?? -1] !== 1) continue;
        const came = lots.hop[lot] ?? 0;
        if (hop[payee] === -1 || came < (hop[payee] ?? 0)) hop[payee] = came;
      }
      onMove?.(row, lots);
    }
    if (places[payee] === PLACE.ledger) ledgers.put(payee, lots);
    else if (carried > 0n) end(row);
  }
  return { ledgers, amounts, ended, received, passed, hop };
}

/** What was there at first is unknown. */
function open({ table, openings }: Plan, ledgers: Ledgers, { unknown }: Origins, lots: Moved): void {
  for (let account = 0; account < table.accounts.list.length; account += 1) {
    const opening = openings[account] ?? 0n;
    if (opening === 0n) continue;
    lots.clear();
    lots.add(unknown, opening, 0, NO_TRAIL);
    ledgers.put(account, lots);
  }
}

/**
 * The lots as they arrive: a transfer further on, and what nobody has followed yet as the source's, if the transfer is one.
 *
 * @returns how much became the source's
 */
function arrive(
  left: Moved,
  lots: Moved,
  { sources }: Origins,
  { source, named }: { source: number; named: boolean },
): bigint {
  let own = 0n;
  for (let lot = 0; lot < left.size; lot += 1) {
    if ((left.origin[lot] ?? 0) >= sources) own += left.amount[lot] ?? 0n;
  }
  if (named && own > 0n) lots.add(source, own, 0, NO_TRAIL);
  for (let lot = 0; lot < left.size; lot += 1) {
    const [origin, amount] = [left.origin[lot] ?? 0, left.amount[lot] ?? 0n];
    const trail = left.trail[lot] ?? NO_TRAIL;
    if (origin < sources) lots.add(origin, amount, (left.hop[lot] ?? 0) + 1, trail);
    else if (source < 0) lots.add(origin, amount, 0, trail);
    else if (!named) lots.add(source, amount, 0, NO_TRAIL);
  }
  return own;
}
