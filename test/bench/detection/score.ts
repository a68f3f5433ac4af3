/** A case's figures: of what the program finds, and of what simpler methods find, against the truth. */
import { type CaseView, walletOf } from '../../../graphs/findings/view.ts';
import { walletKey } from '../../../graphs/wallet-key.ts';
import type { SimulatedWallet } from '../../../src/simulate/types.ts';
import { type RoleScores, scoreRoles } from '../roles/scores.ts';
import { BASELINES, type BaselineName, type Found, type Limits, runBaseline } from './baselines.ts';
import { type Detected, detect } from './detect.ts';
import type { SimulatedCase } from './economies.ts';
import { isMember, membersOf } from './members.ts';
import { compareSets, type Decile, decilesOf, randOfLabels, type SetScore } from './metrics.ts';

export type MethodName = 'Downstream' | BaselineName;
export const METHODS: readonly MethodName[] = ['Downstream', ...BASELINES];

export interface MethodScore {
  readonly membership: SetScore;
  /** `null` where there are fewer than two. Over the networks' wallets that followed money came to, or that reports name, and whose history was read: by network and chain. */
  readonly randOfMet: number | null;
  /** Over all networks' wallets that a transfer of the case names: by network and chain, and by network alone. */
  readonly rand: number | null;
  readonly randOfNetworks: number | null;
}

export interface ClusterShare {
  readonly wallets: number;
  readonly first: number;
  readonly second: number;
}

export interface CaseScore {
  readonly name: string;
  readonly methods: Readonly<Record<MethodName, MethodScore>>;
  /** Wallets of networks in the whole economy, which no report may lead to. */
  readonly inEconomy: number;
  readonly deciles: readonly Decile[];
  readonly roles: RoleScores;
  /** Wallets that are wrongly likely, and networks' wallets that are not likely, by the truth's role. */
  readonly wrong: Readonly<Record<string, number>>;
  readonly missed: Readonly<Record<string, number>>;
  readonly clusters: number;
  readonly likelyClusters: number;
  /** Of each likely cluster: its wallets, those of the network on one chain that has most of them, and those of the one that comes next. */
  readonly shares: readonly ClusterShare[];
  /** Likely wallets that reports name. */
  readonly likelyReported: number;
}

export interface Group {
  readonly name: string;
  readonly scores: readonly CaseScore[];
  /** Economies without a scam. */
  readonly innocent: readonly CaseScore[];
}

export function scoreCase(
  simulated: SimulatedCase,
  limits: Limits,
  found: Detected = detect(simulated.view),
): CaseScore {
  const { name, view, truth } = simulated;
  const members = membersOf(simulated);
  const likely = new Set(found.suspects.filter((each) => each.likely).map(({ account }) => account));
  const own: Found = {
    members: likely,
    groupOf: (account) => {
      const cluster = found.communities.cluster[account] ?? -1;
      return cluster < 0 ? null : cluster;
    },
  };
  const score = (each: Found) => scoreMethod(view, truth, members, each);
  const baselines = BASELINES.map((baseline) => [baseline, score(runBaseline(baseline, view, limits))] as const);
  const scores = new Map(found.suspects.map((suspect) => [suspect.account, suspect.score]));
  const scored = [...scores].map(([account, each]) => ({ score: each, sought: members.has(account) }));
  const roleOf = (account: number) => truth.get(walletKey(walletOf(view, account)))?.role ?? '?';
  return {
    name,
    methods: { Downstream: score(own), ...(Object.fromEntries(baselines) as Record<BaselineName, MethodScore>) },
    inEconomy: [...truth.values()].filter(isMember).length,
    deciles: decilesOf(scored),
    roles: scoreRoles(simulated, found.roles),
    wrong: countBy([...likely].filter((account) => !members.has(account)).map(roleOf)),
    missed: countBy(
      [...members]
        .filter((account) => !likely.has(account))
        .map((account) => `${roleOf(account)}${view.complete[account] === 1 ? '' : ', not read'}`),
    ),
    clusters: found.communities.clusters,
    likelyClusters: found.likely.length,
    shares: found.likely.map((cluster) => shareOf(simulated, members, found.communities.cluster, cluster)),
    likelyReported: [...likely].filter((account) => view.reported[account] === 1).length,
  };
}

function shareOf(
  { view, truth }: SimulatedCase,
  members: ReadonlySet<number>,
  cluster: Int32Array,
  number: number,
): ClusterShare {
  const own = [...cluster.keys()].filter((account) => cluster[account] === number);
  const networks = own
    .filter((account) => members.has(account))
    .map((account) => {
      const wallet = walletOf(view, account);
      return `${truth.get(walletKey(wallet))?.network} ${wallet.chain}`;
    });
  const [first = 0, second = 0] = Object.values(countBy(networks)).sort((a, b) => b - a);
  return { wallets: own.length, first, second };
}

function scoreMethod(
  view: CaseView,
  truth: ReadonlyMap<string, SimulatedWallet>,
  members: ReadonlySet<number>,
  { members: found, groupOf }: Found,
): MethodScore {
  const list = [...members];
  const networkOf = (account: number) => truth.get(walletKey(walletOf(view, account)))?.network ?? '';
  const groups = list.map(groupOf);
  const chains = list.map((account) => `${networkOf(account)} ${walletOf(view, account).chain}`);
  const isMet = (account: number) =>
    view.complete[account] === 1 && ((view.hop[account] ?? -1) >= 0 || view.reported[account] === 1);
  const met = [...list.keys()].filter((place) => isMet(list[place] ?? -1));
  return {
    membership: compareSets(found, members),
    randOfMet: randOfLabels(
      met.map((place) => chains[place] ?? ''),
      met.map((place) => groups[place] ?? null),
    ),
    rand: randOfLabels(chains, groups),
    randOfNetworks: randOfLabels(list.map(networkOf), groups),
  };
}

export function countBy(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of [...names].sort()) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
