/** What a trace would be otherwise: without what wallets held at first, and ending at possible services. */
import type { WalletInference } from '../graphs/attribution/types.ts';
import { sourceId } from '../graphs/trace/json.ts';
import { type Traced, traced } from '../graphs/trace/result.ts';
import type { ConservingRule, End } from '../graphs/trace/types.ts';
import { walletKey } from '../graphs/wallet-key.ts';
import { formatAmount, largerFirst } from '../src/money.ts';
import { followLoaded, type LoadedTrace } from './trace-load.ts';

/** What differs where wallets' opening balances are left out: the other end of the range. */
export interface WithoutOpenings {
  readonly openings: readonly { readonly chain: string; readonly address: string; readonly amount: string }[];
  readonly exited: string;
  readonly resting: string;
  readonly beyond: string;
  /** What of which source is another amount then; zero where nothing of it comes there. */
  readonly differ: readonly {
    readonly end: string;
    readonly chain: string;
    readonly address: string;
    readonly source: string;
    readonly amount: string;
  }[];
}

/**
 * What would end at possible services on the way. A trace goes on at them, for nobody is named by what a wallet does; how much
 * of an end lies behind them is told, so that either reading can be had.
 */
export interface AtPossible {
  /** Those that followed money reached, with what would end there, most first. */
  readonly wallets: readonly {
    readonly kind: Exclude<WalletInference['kind'], 'look-alike'>;
    readonly chain: string;
    readonly address: string;
    readonly confidence: number;
    readonly reason: string;
    readonly amount: string;
  }[];
  /** All that would end there. */
  readonly amount: string;
  /** Ends, and wallets where money rests, that would have less, with so much less: what came to them behind a possible service. */
  readonly behind: readonly {
    readonly end: Place['end'];
    readonly chain: string;
    readonly address: string;
    readonly amount: string;
  }[];
}

export interface Alternatives {
  readonly withoutOpenings: WithoutOpenings | null;
  readonly atPossible: AtPossible | null;
}

/** Of a rule that states no amounts. */
export const NO_ALTERNATIVES: Alternatives = { withoutOpenings: null, atPossible: null };

export function alternativesOf(loaded: LoadedTrace, rule: ConservingRule, result: Traced): Alternatives {
  const { planWithoutOpenings, plan } = loaded;
  const without =
    planWithoutOpenings === null ? null : traced(followLoaded(loaded, rule, planWithoutOpenings), plan.asked);
  return {
    withoutOpenings: without === null ? null : rangeOf(loaded, result, without),
    atPossible: atPossibleOf(loaded, rule, result),
  };
}

function rangeOf({ openings, context }: LoadedTrace, result: Traced, without: Traced): WithoutOpenings {
  const money = (amount: bigint) => formatAmount(amount, context.decimals);
  const amounts = new Map<
    string,
    { end: string; chain: string; address: string; source: string; with: bigint; without: bigint }
  >();
  const add = (which: 'with' | 'without', { exits, beyond, resting }: Traced) => {
    for (const place of [...exits, ...beyond, ...resting.map((each) => ({ ...each, end: 'resting' as const }))]) {
      const { end, chain, address } = place;
      for (const { source, amount } of place.sources) {
        const key = `${end} ${chain} ${address} ${source}`;
        const none = { end, chain, address, source: sourceId(source), with: 0n, without: 0n };
        const own = amounts.get(key) ?? none;
        amounts.set(key, { ...own, [which]: own[which] + (amount ?? 0n) });
      }
    }
  };
  add('with', result);
  add('without', without);
  return {
    openings: openings.map(({ chain, address, value }) => ({ chain, address, amount: money(value) })),
    exited: money(without.conservation.exited),
    resting: money(without.conservation.resting),
    beyond: money(without.conservation.beyond),
    differ: [...amounts.values()]
      .filter((each) => each.with !== each.without)
      .map(({ end, chain, address, source, without: amount }) => ({
        end,
        chain,
        address,
        source,
        amount: money(amount),
      })),
  };
}

interface Place {
  readonly end: End | 'resting';
  readonly chain: string;
  readonly address: string;
  readonly amount: bigint;
}

function placesOf({ exits, beyond, resting }: Traced): Place[] {
  const ends = [...exits, ...beyond, ...resting.map((place) => ({ ...place, end: 'resting' as const }))];
  return ends.map(({ end, chain, address, amount }) => ({ end, chain, address, amount: amount ?? 0n }));
}

function atPossibleOf(loaded: LoadedTrace, rule: ConservingRule, result: Traced): AtPossible | null {
  const { inferred, planEndingAt, plan, context } = loaded;
  const reached = new Set(result.wallets.map(walletKey));
  const possible = inferred.possible.filter((wallet) => reached.has(walletKey(wallet)));
  if (possible.length === 0) return null;
  const ended = placesOf(traced(followLoaded(loaded, rule, planEndingAt(possible)), plan.asked));
  const keyOf = ({ end, chain, address }: Omit<Place, 'amount'>) => `${end} ${chain}:${address}`;
  const amounts = new Map<string, bigint>();
  for (const place of ended) amounts.set(keyOf(place), (amounts.get(keyOf(place)) ?? 0n) + place.amount);
  const at = (wallet: WalletInference) => amounts.get(keyOf({ ...wallet, end: 'service' })) ?? 0n;
  const money = (amount: bigint) => formatAmount(amount, context.decimals);
  // Of a wallet with several inferences the surest speaks.
  const wallets = new Map<string, WalletInference>();
  for (const wallet of possible) {
    const other = wallets.get(walletKey(wallet));
    if (other === undefined || other.confidence < wallet.confidence) wallets.set(walletKey(wallet), wallet);
  }
  const most = [...wallets.values()].sort((a, b) => largerFirst(at(a), at(b)));
  return {
    wallets: most.flatMap((wallet) => {
      const { kind, chain, address, confidence, reason } = wallet;
      return kind === 'look-alike' ? [] : [{ kind, chain, address, confidence, reason, amount: money(at(wallet)) }];
    }),
    amount: money(most.reduce((sum, wallet) => sum + at(wallet), 0n)),
    behind: placesOf(result).flatMap((place) => {
      const { end, chain, address, amount } = place;
      const own = wallets.get(`${chain}:${address}`);
      // What lies in a possible service may have come straight to it, or from behind another.
      const less = amount - (own === undefined ? (amounts.get(keyOf(place)) ?? 0n) : at(own));
      return less > 0n ? [{ end, chain, address, amount: money(less) }] : [];
    }),
  };
}
