/**
 * `npm run bench:communities`: how well communities agree with the networks of simulated economies, and how long a large case takes. It
 * prints what docs/detection.md shows. `--calibrate` takes the economies by which the defaults were chosen; `--speed` measures time alone.
 */
import { withoutDesks } from '../../graphs/communities/desks.ts';
import { findCommunities, scanResolutions } from '../../graphs/communities/find.ts';
import { COMMUNITY_POLICY, type CommunityPolicy } from '../../graphs/communities/policy.ts';
import { ROLE_POLICY } from '../../graphs/roles/policy.ts';
import { findRoles } from '../../graphs/roles/roles.ts';
import type { DifficultyName } from '../../src/simulate/difficulty.ts';
import { generateEconomy } from '../../src/simulate/economy.ts';
import type { SizeName } from '../../src/simulate/sizes.ts';
import { METHODS, type Method } from './communities/methods.ts';
import { type Score, scoreOf } from './communities/scores.ts';
import { largeCase, timeOf } from './communities/speed.ts';
import { caseOf, type SimulatedCase } from './detection/economies.ts';
import { percent, printLine, printTable, seconds } from './tracing/tables.ts';

type Plan = readonly [size: SizeName, difficulty: DifficultyName, seeds: readonly string[]];

const seeds = (name: string, first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, each) => `${name}-${first + each}`);

const CALIBRATING: readonly Plan[] = [
  ['small', 'easy', seeds('calibrate', 1, 2)],
  ['small', 'normal', seeds('calibrate', 1, 6)],
  ['small', 'hard', seeds('calibrate', 1, 2)],
  ['medium', 'normal', ['calibrate-1']],
  ['medium', 'hard', ['calibrate-1']],
];
const REPORTING: readonly Plan[] = [
  ['small', 'easy', seeds('detect', 1, 3)],
  ['small', 'normal', seeds('detect', 4, 9)],
  ['small', 'hard', seeds('detect', 10, 12)],
  ['medium', 'normal', seeds('detect', 13, 14)],
];
const SEED = 1;
const TARGET = 0.9;
/** Milliseconds for the graph and the communities of a large case. */
const SPEED_TARGET = 4_000;
const [WALLETS, TRANSFERS] = [200_000, 1_000_000];

const TIES: Readonly<Record<string, CommunityPolicy['ties']>> = {
  'without ties': { funder: false, 'swept-together': false },
  'ties of funders alone': { funder: true, 'swept-together': false },
  'ties of sweeps alone': { funder: false, 'swept-together': true },
};

if (!process.argv.includes('--speed'))
  for (const plan of process.argv.includes('--calibrate') ? CALIBRATING : REPORTING) benchPlan(plan);
benchSpeed();

function benchPlan([size, difficulty, names]: Plan): void {
  const cases = names.map((seed) => undesked(caseOf(seed, generateEconomy({ seed, size, difficulty }))));
  const joined = METHODS['Leiden, joined'] as Method;
  const row = (name: string, method: Method, policy = COMMUNITY_POLICY): string[] => {
    const scores = cases.map((each) => scoreOf(each, method(each.view, policy, SEED)));
    const mean = (of: (score: Score) => number) => scores.reduce((sum, score) => sum + of(score), 0) / scores.length;
    return [
      name,
      mean((score) => score.ari).toFixed(3),
      Math.min(...scores.map((score) => score.ari)).toFixed(3),
      mean((score) => score.byNetwork).toFixed(3),
      `${scores.reduce((sum, { merged }) => sum + merged, 0)}`,
      percent(mean((score) => score.alone)),
      percent(mean((score) => score.others)),
    ];
  };
  printTable(
    `${size}, ${difficulty}: ${names.join(', ')} (target at normal difficulty: ARI ${TARGET})`,
    ['method', 'ARI', 'least', 'by network', 'merged', 'in none', 'others'],
    [
      ...Object.entries(METHODS).map(([name, method]) => row(name, method)),
      ...Object.entries(TIES).map(([name, ties]) => row(name, joined, { ...COMMUNITY_POLICY, ties })),
    ],
  );
  const [first] = cases;
  if (first !== undefined) printFirst(first);
}

/** The case as communities see it. */
function undesked(simulated: SimulatedCase): SimulatedCase {
  return { ...simulated, view: withoutDesks(simulated.view, findRoles(simulated.view, ROLE_POLICY)) };
}

/** How stable the clusters of one case are, and what other resolutions would give. */
function printFirst({ name, view }: SimulatedCase): void {
  const { clusters, stability, membership, cluster, repeats } = findCommunities(view, COMMUNITY_POLICY, { seed: SEED });
  const held = stability.filter((each) => each >= 80).length;
  const members = [...membership].filter((_, account) => (cluster[account] ?? -1) >= 0);
  const sure = members.filter((each) => each >= 80).length;
  printLine(
    `\n${name}: ${held} of ${clusters} clusters held, and ${sure} of ${members.length} wallets stayed, in 80 % of ${repeats} repeats.`,
  );
  printTable(
    `${name}: resolutions`,
    ['resolution', 'clusters', 'wallets', 'largest', 'agreement'],
    scanResolutions(view, COMMUNITY_POLICY, { seed: SEED }).map((each) => [
      `${each.resolution}`,
      ...[each.clusters, each.clustered, each.largest].map(String),
      each.agreement.toFixed(3),
    ]),
  );
}

function benchSpeed(): void {
  const view = largeCase(WALLETS, TRANSFERS);
  const { build, search, processor, pairs } = timeOf(view, COMMUNITY_POLICY);
  printLine(
    `\n${TRANSFERS.toLocaleString('en')} transfers, ${WALLETS.toLocaleString('en')} wallets, ${pairs.toLocaleString('en')} pairs: graph ${seconds(build)}, communities ${seconds(search)}, together ${seconds(build + search)}, of the processor ${seconds(processor)} (target ${seconds(SPEED_TARGET)}).`,
  );
}
