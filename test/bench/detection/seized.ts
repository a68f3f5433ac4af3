/**
 * 40 wallets named in seizure orders, half of which are withheld: where do these stand among all wallets that the other half's own
 * histories show? Each half is drawn by a seeded generator. Of the withheld, only what touches a known wallet is seen, and many
 * of them are never seen at all: these count as not found.
 */
import { createRandom } from '../../../graphs/communities/random.ts';
import { type CaseView, STANDING, viewCase, walletOf } from '../../../graphs/findings/view.ts';
import { makePlan } from '../../../graphs/trace/plan.ts';
import { tableOf } from '../../../graphs/trace/table.ts';
import { walletKey } from '../../../graphs/wallet-key.ts';
import type { Wallet } from '../../../src/chains/chain.ts';
import { sharedData } from '../../shared-data.ts';
import { readSeized, type SeizedWallets } from '../tracing/seized.ts';
import { percent, printTable } from '../tracing/tables.ts';
import { pageRank } from './baselines.ts';
import { detect } from './detect.ts';
import { readExchanges } from './exchanges.ts';
import { areaUnderCurve } from './metrics.ts';

const HALVES = 20;
const KNOWN = 20;

export interface RankingScore {
  /** Among the wallets that are seen; `null` where none of those withheld is. */
  readonly area: number | null;
  /** Of all that were withheld, so many are among the first 50 and 100. */
  readonly at50: number;
  readonly at100: number;
}

export interface SeizedScore {
  readonly seen: number;
  readonly withheld: number;
  readonly candidates: number;
  readonly suspects: RankingScore;
  readonly pageRank: RankingScore;
}

export async function benchSeized(halves = HALVES): Promise<SeizedScore[]> {
  const seized = await readSeized(
    sharedData('tron-usdt-seized/seeds.csv'),
    sharedData('tron-usdt-seized/transfers.csv'),
  );
  const exchanges = readExchanges();
  return Array.from({ length: halves }, (_, half) => {
    const known = draw(seized.seeds, KNOWN, half + 1);
    return scoreHalf(seized, known, exchanges);
  });
}

/** The case of some of the wallets, each reported without a payment, as an import of their histories has it. */
export function seizedCase(
  { transfers }: SeizedWallets,
  known: readonly Wallet[],
  exchanges: readonly Wallet[],
): CaseView {
  const keys = new Set(known.map(walletKey));
  const rows = transfers.filter(
    ({ chain, from, to }) =>
      keys.has(walletKey({ chain, address: from })) || keys.has(walletKey({ chain, address: to })),
  );
  const plan = makePlan(tableOf(rows, []), {
    ...{ covered: known, openings: [], sources: [], unverified: known },
    stops: exchanges.map((wallet) => ({ ...wallet, kind: 'service' as const })),
  });
  return viewCase({
    ...{ plan, rule: 'pro-rata', reported: known, complete: known },
    ...{ victims: [], possible: [], accounts: [], ties: [], native: [] },
    services: exchanges.map((wallet) => ({ ...wallet, name: 'exchange' })),
  });
}

function scoreHalf(seized: SeizedWallets, known: readonly Wallet[], exchanges: readonly Wallet[]): SeizedScore {
  const view = seizedCase(seized, known, exchanges);
  const keys = new Set(known.map(walletKey));
  const sought = new Set(seized.seeds.map(walletKey).filter((key) => !keys.has(key)));
  const candidates = Array.from({ length: view.count }, (_, account) => account).filter(
    (account) => view.standing[account] === STANDING.wallet && view.reported[account] !== 1,
  );
  const isSought = (account: number) => sought.has(walletKey(walletOf(view, account)));
  const ranks = pageRank(view);
  const suspects = detect(view).suspects.filter(({ reported }) => !reported);
  // Those with equal scores stand in the order in which the program tells them.
  const places = new Map(suspects.map(({ account }, place) => [account, place]));
  const score = (figureOf: (account: number) => number): RankingScore => {
    const scored = candidates.map((account) => ({ score: figureOf(account), sought: isSought(account) }));
    scored.sort((a, b) => b.score - a.score);
    const at = (most: number) => scored.slice(0, most).filter((each) => each.sought).length / sought.size;
    return { area: areaUnderCurve(scored), at50: at(50), at100: at(100) };
  };
  return {
    ...{ seen: candidates.filter(isSought).length, withheld: sought.size, candidates: candidates.length },
    suspects: score((account) => -(places.get(account) ?? suspects.length)),
    pageRank: score((account) => ranks.get(account) ?? 0),
  };
}

function draw(wallets: readonly Wallet[], count: number, seed: number): Wallet[] {
  const random = createRandom(seed);
  const left = [...wallets];
  return Array.from({ length: count }, () => left.splice(Math.floor(random() * left.length), 1)).flat();
}

export function printSeized(scores: readonly SeizedScore[]): void {
  const mean = (figures: readonly number[]) => figures.reduce((sum, figure) => sum + figure, 0) / figures.length;
  const row = (name: string, of: 'suspects' | 'pageRank') => {
    const own = scores.map((each) => each[of]);
    return [
      name,
      mean(own.flatMap(({ area }) => area ?? [])).toFixed(3),
      percent(mean(own.map(({ at50 }) => at50))),
      percent(mean(own.map(({ at100 }) => at100))),
    ];
  };
  const seen = mean(scores.map((each) => each.seen));
  const candidates = mean(scores.map((each) => each.candidates));
  printTable(
    `40 seized wallets, 20 withheld, means of ${scores.length} halves: ${seen.toFixed(1)} of the 20 are seen, among ${Math.round(candidates)} wallets`,
    ['ranking', 'AUC', 'recall at 50', 'recall at 100'],
    [row('wallets to examine', 'suspects'), row('personalised PageRank', 'pageRank')],
  );
}
