/** Where followed money ended, account by account, whatever its sources: what a crawl chooses its next wallets by. */
import { runRule } from './follow.ts';
import { endOf, mergeSources, type Plan } from './plan.ts';
import { KIND } from './table.ts';
import type { ConservingRule, End } from './types.ts';

/** Followed money that came to one account and was followed no further. */
export interface EndOfAccount {
  /** The number of the account in the plan's table. */
  readonly account: number;
  readonly end: Exclude<End, 'destroyed' | 'redeemed'>;
  readonly amount: bigint;
  /** Fewest transfers by which any of it can have come, after the payment. */
  readonly hop: number;
}

/** Followed money that came to one account, whether it rests there, went on or ended. */
export interface ReachOfAccount {
  /** The number of the account in the plan's table. */
  readonly account: number;
  /** All of it, also what had been there before and came back. */
  readonly amount: bigint;
  /** Fewest transfers by which any of it can have come, after the payment: 0 where the payment itself went there. */
  readonly hop: number;
}

/** What became of all sources together: what came in is what is told here, to the base unit. */
export interface Ends {
  readonly sources: bigint;
  /** At services, with victims again, destroyed or redeemed. */
  readonly exited: bigint;
  /** In ledgers. */
  readonly resting: bigint;
  /** With wallets that are not covered. */
  readonly beyond: bigint;
  /** By the number of the account. */
  readonly accounts: readonly EndOfAccount[];
  readonly reached: readonly ReachOfAccount[];
}

/**
 * Follows all sources of a plan as if they were one, or two: those that a person named, and the unverified. FIFO, LIFO and LIBR
 * bring the same amounts everywhere as they do source by source; pro rata may differ by as many units as there are
 * sources, for it rounds each of them.
 *
 * @param isTold rows that bring nothing to an account for the purpose of this, such as poison, are left out of `accounts` and
 *   `reached`
 */
export function endsOf(plan: Plan, rule: ConservingRule, isTold: (row: number) => boolean = () => true): Ends {
  const merged = mergeSources(plan);
  const { table, places } = merged;
  const reached = new Map<number, AmountAndHop>();
  const { ended, amounts } = runRule(merged, rule, {
    onMove(row, lots) {
      if (!isTold(row)) return;
      for (let lot = 0; lot < lots.size; lot += 1) {
        if (merged.asked[lots.origin[lot] ?? -1] === 1)
          add(reached, table.to[row] ?? 0, lots.amount[lot] ?? 0n, lots.hop[lot] ?? 0);
      }
    },
  });
  const accounts = new Map<number, AmountAndHop>();
  let [exited, beyond] = [0n, 0n];
  ended.row.forEach((row, index) => {
    const amount = ended.amount[index] ?? 0n;
    const account = table.to[row] ?? 0;
    const isTransfer = table.kind[row] === KIND.transfer;
    if (isTransfer && endOf(places[account] ?? 0) === 'beyond') beyond += amount;
    else exited += amount;
    if (!isTransfer || !isTold(row)) return;
    add(accounts, account, amount, ended.hop[index] ?? 0);
  });
  const sources = amounts.reduce((sum, amount) => sum + amount, 0n);
  return {
    ...{ sources, exited, resting: sources - exited - beyond, beyond },
    accounts: inOrder(accounts).flatMap(({ account, amount, hop }) => {
      const end = endOf(places[account] ?? 0);
      return end === null || end === 'destroyed' || end === 'redeemed' ? [] : [{ account, end, amount, hop }];
    }),
    reached: inOrder(reached),
  };
}

interface AmountAndHop {
  amount: bigint;
  hop: number;
}

function add(accounts: Map<number, AmountAndHop>, account: number, amount: bigint, hop: number): void {
  const own = accounts.get(account);
  if (own === undefined) {
    accounts.set(account, { amount, hop });
    return;
  }
  own.amount += amount;
  if (hop < own.hop) own.hop = hop;
}

function inOrder(accounts: ReadonlyMap<number, AmountAndHop>): ReachOfAccount[] {
  return [...accounts].sort(([a], [b]) => a - b).map(([account, { amount, hop }]) => ({ account, amount, hop }));
}
