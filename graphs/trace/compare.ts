/** The rules side by side: how much each brings to each place, and by how much they disagree. */

import type { Wallet } from '../../src/chains/chain.ts';
import { larger, largerFirst, smaller } from '../../src/money.ts';
import { byWallet } from '../wallet-key.ts';
import type { Conservation, Traced } from './result.ts';
import { CONSERVING_RULES, type ConservingRule, type End } from './types.ts';

export type PerRule<T> = Readonly<Record<ConservingRule, T>>;

export interface ComparedPlace extends Wallet {
  readonly end: End | 'resting';
  readonly asset: string;
  readonly amounts: PerRule<bigint>;
  /** The most that any rule brings there, less the least. */
  readonly spread: bigint;
}

export interface Comparison {
  /** Exits first, then what rests, then what lies beyond coverage; the most that any rule brings there first. */
  readonly places: readonly ComparedPlace[];
  readonly conservation: PerRule<Conservation>;
}

export function compareRules(results: PerRule<Traced>): Comparison {
  const places = new Map<
    string,
    Omit<ComparedPlace, 'spread' | 'amounts'> & { amounts: Record<ConservingRule, bigint> }
  >();
  for (const rule of CONSERVING_RULES) {
    const { exits, resting, beyond } = results[rule];
    for (const place of [...exits, ...resting.map((rest) => ({ ...rest, end: 'resting' as const })), ...beyond]) {
      const { end, chain, asset, address, amount } = place;
      const key = `${end} ${chain} ${asset} ${address}`;
      const none = { fifo: 0n, lifo: 0n, 'pro-rata': 0n, libr: 0n };
      const own = places.get(key) ?? { end, chain, asset, address, amounts: none };
      places.set(key, own);
      own.amounts[rule] += amount ?? 0n;
    }
  }
  const { fifo, lifo, 'pro-rata': proRata, libr } = results;
  return {
    places: [...places.values()]
      .map((place) => ({ ...place, spread: mostOf(place.amounts) - leastOf(place.amounts) }))
      .sort((a, b) => rankOf(a) - rankOf(b) || largerFirst(mostOf(a.amounts), mostOf(b.amounts)) || byWallet(a, b)),
    conservation: {
      fifo: fifo.conservation,
      lifo: lifo.conservation,
      'pro-rata': proRata.conservation,
      libr: libr.conservation,
    },
  };
}

/** The most, and the least, that any rule says. */
export function mostOf(amounts: PerRule<bigint>): bigint {
  return CONSERVING_RULES.reduce((most, rule) => larger(amounts[rule], most), 0n);
}

export function leastOf(amounts: PerRule<bigint>): bigint {
  return CONSERVING_RULES.reduce((least, rule) => smaller(amounts[rule], least), amounts.fifo);
}

function rankOf({ end }: ComparedPlace): number {
  return end === 'beyond' ? 2 : end === 'resting' ? 1 : 0;
}
