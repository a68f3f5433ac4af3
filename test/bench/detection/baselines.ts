/**
 * What detection is compared with: each method finds the wallets of networks, and a partition of them. All see the same wallets,
 * those that are no victim's and no service's, so that knowing these is no advantage of anybody's.
 */
import { UndirectedGraph } from 'graphology';
import louvain from 'graphology-communities-louvain';
import { createRandom } from '../../../graphs/communities/random.ts';
import { type CaseView, STANDING, sortedAccounts } from '../../../graphs/findings/view.ts';
import { counts } from '../../../graphs/row-index.ts';
import type { DifficultyName } from '../../../src/simulate/difficulty.ts';
import type { SimulatedCase } from './economies.ts';
import { membersOf } from './members.ts';

export const BASELINES = ['Louvain alone', 'connected components', 'traced amount', 'personalised PageRank'] as const;
export type BaselineName = (typeof BASELINES)[number];

export interface Found {
  readonly members: ReadonlySet<number>;
  /** The label of an account's group; `null` where it is in none. */
  readonly groupOf: (account: number) => number | null;
}

/** Where a score ends membership: the best F1 on the economies by which our own defaults were chosen, for each difficulty. */
export interface Limits {
  /** Followed money, in base units. */
  readonly amount: bigint;
  /** Rank, times the number of ranked wallets. */
  readonly rank: number;
}
export const LIMITS: Readonly<Record<DifficultyName, Limits>> = {
  easy: { amount: 1_492_538_486n, rank: 0.027 },
  normal: { amount: 1_088_950_093n, rank: 0.045 },
  hard: { amount: 900_000_000n, rank: 0.041 },
};

const RESTART = 0.15;
const TURNS = 60;
const SEED = 1;

export function runBaseline(name: BaselineName, view: CaseView, { amount, rank }: Limits): Found {
  const pairs = tracedPairs(view);
  switch (name) {
    case 'Louvain alone':
      return withReported(view, louvainOf(view, pairs));
    case 'connected components':
      return withReported(view, componentsOf(pairs));
    case 'traced amount':
      return inComponents(
        new Set(
          open(view).filter((account) => (view.received[account] ?? 0n) >= amount && (view.hop[account] ?? -1) >= 0),
        ),
        pairs,
      );
    case 'personalised PageRank': {
      const ranks = pageRank(view);
      return inComponents(
        new Set([...ranks].filter(([, each]) => each * ranks.size >= rank).map(([account]) => account)),
        pairs,
      );
    }
  }
}

/**
 * Who is met by walking along transfers from reported wallets, in either direction, in proportion to the followed money that they
 * carry. Of the weights that were tried on economies for calibration (number of transfers, their value, followed money, each
 * also by degree) it is the one that does best.
 */
export function pageRank(view: CaseView): Map<number, number> {
  const pairs = pairsOf(view, (row) => Number(view.traced[row] ?? 0n));
  const degree = new Map<number, number>();
  const add = (account: number, weight: number) => degree.set(account, (degree.get(account) ?? 0) + weight);
  for (const { a, b, weight } of pairs) {
    add(a, weight);
    add(b, weight);
  }
  const starts = open(view).filter((account) => view.reported[account] === 1 && degree.has(account));
  let ranks = new Map(starts.map((account): [number, number] => [account, 1 / starts.length]));
  for (let turn = 0; turn < TURNS; turn += 1) {
    const next = new Map(starts.map((account): [number, number] => [account, RESTART / starts.length]));
    const give = (from: number, to: number, weight: number) => {
      const passed = ((1 - RESTART) * (ranks.get(from) ?? 0) * weight) / (degree.get(from) ?? 1);
      if (passed > 0) next.set(to, (next.get(to) ?? 0) + passed);
    };
    for (const { a, b, weight } of pairs) {
      give(a, b, weight);
      give(b, a, weight);
    }
    ranks = next;
  }
  return ranks;
}

/** What limits are chosen by: for each wallet its amount and its rank, and whether it is sought. */
export type Trial = readonly { readonly amount: bigint; readonly rank: number; readonly sought: boolean }[];

export function trialOf(simulated: SimulatedCase): Trial {
  const { view } = simulated;
  const members = membersOf(simulated);
  const ranks = pageRank(view);
  const all = new Set([...open(view), ...members]);
  return [...all].map((account) => ({
    amount:
      view.standing[account] === STANDING.wallet && (view.hop[account] ?? -1) >= 0
        ? (view.received[account] ?? 0n)
        : 0n,
    rank: (ranks.get(account) ?? 0) * ranks.size,
    sought: members.has(account),
  }));
}

/** The limits with the best F1 over all trials. */
export function bestLimits(trials: readonly Trial[]): Limits {
  const all = trials.flat();
  const best = <Value extends bigint | number>(figureOf: (each: Trial[number]) => Value): Value | undefined => {
    const sought = all.filter((each) => each.sought).length;
    const sorted = [...all].sort((a, b) => (figureOf(a) < figureOf(b) ? 1 : figureOf(a) > figureOf(b) ? -1 : 0));
    let [right, most, limit]: [number, number, Value | undefined] = [0, -1, undefined];
    sorted.forEach((each, place) => {
      if (each.sought) right += 1;
      const next = sorted[place + 1];
      const f1 = (2 * right) / (place + 1 + sought);
      if ((next === undefined || figureOf(next) !== figureOf(each)) && f1 > most) [most, limit] = [f1, figureOf(each)];
    });
    return limit;
  };
  return { amount: best(({ amount }) => amount) ?? 0n, rank: best(({ rank }) => rank) ?? 0 };
}

interface Pair {
  readonly a: number;
  readonly b: number;
  readonly weight: number;
}

function open(view: CaseView): number[] {
  return [...sortedAccounts(view)].filter((account) => view.standing[account] === STANDING.wallet);
}

function tracedPairs(view: CaseView): Pair[] {
  return pairsOf(view, (row) => ((view.traced[row] ?? 0n) > 0n ? 1 : 0));
}

/** Pairs of wallets with what their transfers weigh, in the order of the wallets' names. */
function pairsOf(view: CaseView, weightOf: (row: number) => number): Pair[] {
  const { table, standing, count } = view;
  const place = new Int32Array(count);
  sortedAccounts(view).forEach((account, index) => {
    place[account] = index;
  });
  const weights = new Map<number, number>();
  for (let row = 0; row < table.rows; row += 1) {
    const [from, to] = [table.from[row] ?? 0, table.to[row] ?? 0];
    const weight = counts(table, row) ? weightOf(row) : 0;
    if (weight === 0 || standing[from] !== STANDING.wallet || standing[to] !== STANDING.wallet) continue;
    const [first, last] = (place[from] ?? 0) < (place[to] ?? 0) ? [from, to] : [to, from];
    const key = first * count + last;
    weights.set(key, (weights.get(key) ?? 0) + weight);
  }
  return [...weights]
    .map(([key, weight]) => ({ a: Math.floor(key / count), b: key % count, weight }))
    .sort((one, other) => (place[one.a] ?? 0) - (place[other.a] ?? 0) || (place[one.b] ?? 0) - (place[other.b] ?? 0));
}

function louvainOf(view: CaseView, pairs: readonly Pair[]): Map<number, number> {
  const graph = new UndirectedGraph<Record<string, never>, { weight: number }>();
  const paired = new Set(pairs.flatMap(({ a, b }) => [a, b]));
  for (const account of sortedAccounts(view)) if (paired.has(account)) graph.addNode(account);
  for (const { a, b, weight } of pairs) graph.addEdge(a, b, { weight });
  const found = louvain(graph, { resolution: 1, rng: createRandom(SEED), getEdgeWeight: 'weight' });
  return new Map(Object.entries(found).map(([account, community]) => [Number(account), community]));
}

function componentsOf(pairs: readonly Pair[]): Map<number, number> {
  const parent = new Map<number, number>();
  const rootOf = (account: number): number => {
    let root = account;
    while ((parent.get(root) ?? root) !== root) root = parent.get(root) ?? root;
    for (let each = account; each !== root; ) {
      const above = parent.get(each) ?? root;
      parent.set(each, root);
      each = above;
    }
    return root;
  };
  for (const { a, b } of pairs) {
    const [one, other] = [rootOf(a), rootOf(b)];
    parent.set(Math.max(one, other), Math.min(one, other));
    parent.set(Math.min(one, other), Math.min(one, other));
  }
  return new Map([...parent.keys()].map((account) => [account, rootOf(account)]));
}

/** All of every group with a reported wallet. */
function withReported(view: CaseView, groups: ReadonlyMap<number, number>): Found {
  const named = new Set(open(view).filter((account) => view.reported[account] === 1));
  const met = new Set([...named].map((account) => groups.get(account)));
  const members = open(view).filter(
    (account) => named.has(account) || (groups.has(account) && met.has(groups.get(account))),
  );
  return { members: new Set(members), groupOf: (account) => groups.get(account) ?? null };
}

/** A method that makes no groups of its own is given the parts that hang together among those it found. */
function inComponents(members: ReadonlySet<number>, pairs: readonly Pair[]): Found {
  const groups = componentsOf(pairs.filter(({ a, b }) => members.has(a) && members.has(b)));
  return { members, groupOf: (account) => groups.get(account) ?? null };
}
