/** Wallets by relevance: by TTR, or by the money that the rules trace to them. */
import { leastOf, mostOf, type PerRule } from '../graphs/trace/compare.ts';
import { reachPlan } from '../graphs/trace/follow.ts';
import { type EndJson, type ResultJson, reachedJson, reachJson } from '../graphs/trace/json.ts';
import { PLACE, type Plan } from '../graphs/trace/plan.ts';
import { rankTtr, TTR_DEFAULTS, TTR_SCALE } from '../graphs/trace/ttr.ts';
import { CONSERVING_RULES, type ConservingRule, type Reach } from '../graphs/trace/types.ts';
import { byWallet, walletKey } from '../graphs/wallet-key.ts';
import type { Address, Wallet } from '../src/chains/chain.ts';
import { formatAmount, largerFirst } from '../src/money.ts';
import { followLoaded, type LoadedTrace } from './trace-load.ts';

/** Ranks are parts of 10^18. */
const RANK_DECIMALS = TTR_SCALE.toString().length - 1;

export interface RankedWallet extends Wallet {
  readonly asset: string;
  /** Fewest transfers by which money can have come. */
  readonly hop: number;
  /** TTR's rank, part of all relevance; `null` where the method is another. */
  readonly rank: bigint | null;
  /** What each rule traces to it; `null` under TTR. */
  readonly received: PerRule<bigint> | null;
}

export interface Ranking {
  /** Most relevant first. */
  readonly wallets: readonly RankedWallet[];
  /**
   * Wallets with a rank that are left out: victims' own, and those that only paid in, since the push backwards leads to
   * whoever paid, victims among them.
   */
  readonly leftOut: number;
}

/** By TTR. Only wallets that the money can have reached are ranked. */
export function rankByTtr({ plan, victims }: Pick<LoadedTrace, 'plan' | 'victims'>): Ranking {
  return rankReached(plan, victims, ttrOf(plan), reachPlan(plan));
}

function rankReached(plan: Plan, victims: readonly Wallet[], ranks: BigInt64Array, reach: Reach): Ranking {
  const { accounts } = plan.table;
  const own = new Set(victims.map(walletKey));
  const wallets = reach.wallets.flatMap((wallet): RankedWallet[] => {
    const account = accounts.find(wallet.chain, wallet.asset, wallet.address);
    const rank = ranks[account] ?? 0n;
    if (rank === 0n || own.has(walletKey(wallet))) return [];
    const { chain, asset, address, hop } = wallet;
    return [{ chain, asset, address, hop, rank, received: null }];
  });
  const ranked = ranks.reduce((count, rank) => count + (rank > 0n ? 1 : 0), 0);
  return {
    wallets: wallets.sort((a, b) => largerFirst(a.rank ?? 0n, b.rank ?? 0n) || byWallet(a, b)),
    leftOut: ranked - wallets.length,
  };
}

/** By the most that any conserving rule traces to a wallet: which rule is right is not for a ranking to say. */
export function rankByTraced(loaded: LoadedTrace): Ranking {
  const own = new Set(loaded.victims.map(walletKey));
  const found = new Map<string, RankedWallet & { received: Record<ConservingRule, bigint> }>();
  for (const rule of CONSERVING_RULES) {
    for (const { chain, asset, address, hop, received } of followLoaded(loaded, rule).wallets) {
      const key = `${asset} ${walletKey({ chain, address })}`;
      const none = { fifo: 0n, lifo: 0n, 'pro-rata': 0n, libr: 0n };
      const before = found.get(key) ?? { ...{ chain, asset, address, hop, rank: null }, received: none };
      found.set(key, { ...before, hop: Math.min(before.hop, hop), received: { ...before.received, [rule]: received } });
    }
  }
  const all = [...found.values()];
  const wallets = all
    .filter((wallet) => !own.has(walletKey(wallet)))
    .sort(
      (a, b) =>
        largerFirst(mostOf(a.received), mostOf(b.received)) ||
        largerFirst(leastOf(a.received), leastOf(b.received)) ||
        a.hop - b.hop ||
        byWallet(a, b),
    );
  return { wallets, leftOut: all.length - wallets.length };
}

/** The result of a trace by TTR: ends without amounts, wallets with their ranks. */
export function rankedJson(loaded: LoadedTrace): ResultJson {
  const { plan, context, victims } = loaded;
  const ranks = ttrOf(plan);
  const reach = reachPlan(plan);
  const wallets = rankReached(plan, victims, ranks, reach).wallets.map((wallet) => ({
    ...reachedJson(plan, wallet),
    rank: rankText(wallet.rank ?? 0n),
  }));
  const result = reachJson(plan, reach, context, wallets);
  // Ends that nothing was pushed to were not found by this rule.
  const isFound = ({ chain, asset, address }: EndJson) =>
    (ranks[plan.table.accounts.find(chain, asset, address as Address)] ?? 0n) > 0n;
  return { ...result, exits: result.exits.filter(isFound), beyond: result.beyond.filter(isFound) };
}

/** A rank as a decimal up to 1. */
export function rankText(rank: bigint): string {
  return formatAmount(rank, RANK_DECIMALS);
}

/** The columns of the plan in the order in which the money moved. */
function ttrOf({ table, sequence, places, sources, asked }: Plan): BigInt64Array {
  const { rows, accounts } = table;
  const from = new Int32Array(rows);
  const to = new Int32Array(rows);
  const value = new Array<bigint>(rows).fill(0n);
  const step = new Int32Array(rows);
  for (let place = 0; place < rows; place += 1) {
    const row = sequence.order[place] ?? 0;
    from[place] = table.from[row] ?? 0;
    to[place] = table.to[row] ?? 0;
    value[place] = table.value[row] ?? 0n;
    step[row] = place;
  }
  const absorbs = places.map((place) => (place === PLACE.ledger ? 0 : 1));
  const seeds = sources
    .filter((_, number) => asked[number] === 1)
    .map(({ row }) => ({ account: table.to[row] ?? 0, transfer: step[row] ?? 0, weight: table.value[row] ?? 0n }));
  return rankTtr({ accounts: accounts.list.length, from, to, value, absorbs }, seeds, TTR_DEFAULTS).rank;
}
