/** The rules that need no ledgers: TTR, and what it is compared with. Each answers with the wallets it finds, the first first. */
import { rankTtr, TTR_DEFAULTS, type TtrGraph, type TtrSeed } from '../../../graphs/trace/ttr.ts';
import type { RankCase } from './cases.ts';

/** How far a search without regard to time or stops goes: further on it has everything. */
const SEARCH_HOPS = 2;

/** The wallets that were pushed, by rank. */
export function byTtr({ graph, seeds }: Pick<RankCase, 'graph' | 'seeds'>, epsilon: bigint): number[] {
  const { rank, pushed } = rankTtr(graph, seeds, { ...TTR_DEFAULTS, epsilon });
  return largestFirst([...new Set(pushed)], (account) => rank[account] ?? 0n);
}

/** Whom the money can have reached, by hops. */
export function byPoison({ graph, seeds }: Pick<RankCase, 'graph' | 'seeds'>): number[] {
  const hop = hopsInTime(graph, seeds);
  return largestFirst(
    [...hop.keys()].filter((account) => (hop[account] ?? -1) >= 0),
    (account) => -BigInt(hop[account] ?? 0),
  );
}

/** Who dealt with a payee of the sources, or with one who did, in whichever direction, whenever, and through services too. */
export function bySearch({ graph, seeds }: Pick<RankCase, 'graph' | 'seeds'>): number[] {
  const found = new Set(seeds.map(({ account }) => account));
  for (let hop = 0; hop < SEARCH_HOPS; hop += 1) {
    const before = new Set(found);
    graph.from.forEach((payer, transfer) => {
      const payee = graph.to[transfer] ?? 0;
      if (before.has(payer)) found.add(payee);
      if (before.has(payee)) found.add(payer);
    });
  }
  return [...found];
}

/** All wallets by the number of their transfers, whoever the sources are: what a ranking owes to nothing but the data. */
export function byTransfers({ graph }: Pick<RankCase, 'graph'>): number[] {
  const counts = new Array<bigint>(graph.accounts).fill(0n);
  for (const account of [...graph.from, ...graph.to]) counts[account] = (counts[account] ?? 0n) + 1n;
  return largestFirst([...counts.keys()], (account) => counts[account] ?? 0n);
}

/** Fewest transfers, each later than the one before, by which the sources' money can have come; -1 where it cannot. */
export function hopsInTime({ accounts, from, to, absorbs }: TtrGraph, seeds: readonly TtrSeed[]): Int32Array {
  const hop = new Int32Array(accounts).fill(-1);
  const sources = new Set(seeds.map(({ transfer }) => transfer));
  from.forEach((payer, transfer) => {
    const payee = to[transfer] ?? 0;
    const carried = absorbs[payer] === 1 ? -1 : (hop[payer] ?? -1);
    if (carried < 0 && !sources.has(transfer)) return;
    const came = sources.has(transfer) ? 0 : carried + 1;
    const before = hop[payee] ?? -1;
    hop[payee] = before < 0 ? came : Math.min(before, came);
  });
  return hop;
}

/** Those with most first; equals in the order of their numbers. */
export function largestFirst(accounts: readonly number[], amount: (account: number) => bigint): number[] {
  return [...accounts].sort((a, b) => {
    const [one, other] = [amount(a), amount(b)];
    return one === other ? a - b : one > other ? -1 : 1;
  });
}
