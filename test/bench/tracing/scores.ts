/** How well a rule did: which of the wallets sought it found, and among how many. */
import type { RankCase } from './cases.ts';
import { hopsInTime } from './rules.ts';

export interface Score {
  /** Part of the targets that were found; those that no transfer names count as not found. */
  readonly recall: number;
  /** Part of the wallets found that are targets; `null` where none was found. */
  readonly precision: number | null;
  /** Wallets found, without those that the sources name. */
  readonly wallets: number;
  /** The most hops at which one of them can have been reached in time; 0 where none can. */
  readonly depth: number;
  readonly ms: number;
}

/** Scores of rules by name, in the order in which they are shown. */
export type Scores = ReadonlyMap<string, Score>;

/** Runs a rule, and scores the wallets that it finds. */
export function scoreRule(tried: RankCase, run: () => Iterable<number>): Score {
  const began = performance.now();
  const all = new Set(run());
  const ms = performance.now() - began;
  const found = [...all].filter((wallet) => !tried.given.has(wallet));
  const hits = found.filter((wallet) => tried.targets.has(wallet)).length;
  const hop = hopsInTime(tried.graph, tried.seeds);
  return {
    recall: hits / (tried.targets.size + tried.absent),
    precision: found.length === 0 ? null : hits / found.length,
    wallets: found.length,
    depth: found.reduce((most, wallet) => Math.max(most, hop[wallet] ?? 0), 0),
    ms,
  };
}

/** How many of those sought are among the first of a ranking; wallets that the sources name are passed over. */
export function scoreRanking(
  ranking: readonly number[],
  { given, targets }: Pick<RankCase, 'given' | 'targets'>,
): { readonly at50: number; readonly at100: number; readonly wallets: number } {
  const others = ranking.filter((wallet) => !given.has(wallet));
  const at = (most: number): number =>
    others.slice(0, most).filter((wallet) => targets.has(wallet)).length / targets.size;
  return { at50: at(50), at100: at(100), wallets: others.length };
}

/** The means of a rule over several cases; precision over those in which something was found. */
export function meanOf(scores: readonly Score[]): Score {
  const precisions = scores.flatMap(({ precision }) => precision ?? []);
  return {
    recall: mean(scores.map(({ recall }) => recall)),
    precision: precisions.length === 0 ? null : mean(precisions),
    wallets: mean(scores.map(({ wallets }) => wallets)),
    depth: mean(scores.map(({ depth }) => depth)),
    ms: mean(scores.map(({ ms }) => ms)),
  };
}

/** The means of each rule. */
export function meansOf(cases: readonly Scores[]): Scores {
  const rules = new Set(cases.flatMap((scores) => [...scores.keys()]));
  return new Map([...rules].map((rule) => [rule, meanOf(cases.flatMap((scores) => scores.get(rule) ?? []))]));
}

export function mean(figures: readonly number[]): number {
  return figures.reduce((sum, figure) => sum + figure, 0) / figures.length;
}
