/** Error rates: of sets against the truth, of partitions, of rankings, and of scores as if they were probabilities. */

import { ari } from '../../../graphs/communities/ari.ts';

export interface SetScore {
  readonly found: number;
  readonly right: number;
  readonly sought: number;
}

/** How many of those found are sought. */
export function compareSets<Item>(found: ReadonlySet<Item>, sought: ReadonlySet<Item>): SetScore {
  let right = 0;
  for (const item of found) if (sought.has(item)) right += 1;
  return { found: found.size, right, sought: sought.size };
}

/** Several cases as one. */
export function addSets(scores: readonly SetScore[]): SetScore {
  return scores.reduce(
    (sum, { found, right, sought }) => ({
      found: sum.found + found,
      right: sum.right + right,
      sought: sum.sought + sought,
    }),
    { found: 0, right: 0, sought: 0 },
  );
}

/** `null` where nothing was found, or nothing is sought. */
export function precisionOf({ found, right }: SetScore): number | null {
  return found === 0 ? null : right / found;
}

export function recallOf({ right, sought }: SetScore): number | null {
  return sought === 0 ? null : right / sought;
}

/** The harmonic mean of precision and recall; `null` where nothing is sought and nothing was found. */
export function f1Of({ found, right, sought }: SetScore): number | null {
  return found + sought === 0 ? null : (2 * right) / (found + sought);
}

/**
 * Adjusted Rand index of two partitions of the same items, each as the label of every item; `null` is alone. Fewer than two items can
 * be neither together nor apart: there is no index then.
 */
export function randOfLabels(
  one: readonly (string | number | null)[],
  other: readonly (string | number | null)[],
): number | null {
  return one.length < 2 ? null : ari(numbered(one), numbered(other));
}

function numbered(labels: readonly (string | number | null)[]): number[] {
  const numbers = new Map([...new Set(labels)].map((label, number) => [label, label === null ? -1 : number]));
  return labels.map((label) => numbers.get(label) ?? -1);
}

/** The chance that one that is sought stands before one that is not; of equal scores each is first half of the time. */
export function areaUnderCurve(scored: readonly { readonly score: number; readonly sought: boolean }[]): number | null {
  const sorted = [...scored].sort((a, b) => a.score - b.score);
  const sought = sorted.filter((each) => each.sought).length;
  const others = sorted.length - sought;
  if (sought === 0 || others === 0) return null;
  let ranks = 0;
  for (let first = 0; first < sorted.length; ) {
    let next = first;
    while (next < sorted.length && sorted[next]?.score === sorted[first]?.score) next += 1;
    for (let place = first; place < next; place += 1) if (sorted[place]?.sought) ranks += (first + 1 + next) / 2;
    first = next;
  }
  return (ranks - (sought * (sought + 1)) / 2) / (sought * others);
}

/** Of the wallets with a score of 1 to 10, 11 to 20 and so on, how many are sought. */
export interface Decile {
  readonly wallets: number;
  readonly sought: number;
}

export function decilesOf(scored: readonly { readonly score: number; readonly sought: boolean }[]): Decile[] {
  return Array.from({ length: 10 }, (_, decile) => {
    const own = scored.filter(({ score }) => Math.ceil(score / 10) - 1 === decile);
    return { wallets: own.length, sought: own.filter(({ sought }) => sought).length };
  });
}

export function addDeciles(cases: readonly (readonly Decile[])[]): Decile[] {
  return Array.from({ length: 10 }, (_, decile) =>
    cases.reduce(
      (sum, each) => ({
        wallets: sum.wallets + (each[decile]?.wallets ?? 0),
        sought: sum.sought + (each[decile]?.sought ?? 0),
      }),
      { wallets: 0, sought: 0 },
    ),
  );
}

/**
 * The mean square of what a probability for each decile misses: 0 is best, and 0.25 comes of saying one half of all.
 *
 * Brier, "Verification of forecasts expressed in terms of probability", Monthly Weather Review 78, 1950.
 */
export function brierOf(deciles: readonly Decile[], said: (decile: number) => number): number | null {
  const all = deciles.reduce((sum, { wallets }) => sum + wallets, 0);
  if (all === 0) return null;
  const missed = deciles.reduce((sum, { wallets, sought }, decile) => {
    const chance = said(decile);
    return sum + sought * (1 - chance) ** 2 + (wallets - sought) * chance ** 2;
  }, 0);
  return missed / all;
}
