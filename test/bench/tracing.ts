/**
 * `npm run bench:tracing [-- --cases DIR]`: how well each rule of tracing finds the wallets that it should, case by case,
 * and at what cost. It prints what docs/tracing.md shows, beside published figures and our targets.
 */
import { parseArgs } from 'node:util';
import { TTR_SCALE } from '../../graphs/trace/ttr.ts';
import { CONSERVING_RULES } from '../../graphs/trace/types.ts';
import { DIFFICULTIES } from '../../src/simulate/difficulty.ts';
import { hasSharedData, sharedData } from '../shared-data.ts';
import type { RankCase } from './tracing/cases.ts';
import { compareExits, networksOf, openEconomy } from './tracing/economies.ts';
import { byAmount, byReach, type FollowedCase } from './tracing/followed.ts';
import { readHeist, readTracerCases } from './tracing/labelled.ts';
import { byPoison, bySearch, byTransfers, byTtr } from './tracing/rules.ts';
import { mean, meansOf, type Score, type Scores, scoreRanking, scoreRule } from './tracing/scores.ts';
import { readSeized, reportSeed } from './tracing/seized.ts';
import { timeTtr } from './tracing/speed.ts';
import { PUBLISHED, percent, printLine, printScores, printTable, seconds, shortScore } from './tracing/tables.ts';

const EPSILONS: readonly (readonly [string, bigint])[] = [
  ['1e-3', TTR_SCALE / 1_000n],
  ['1e-4', TTR_SCALE / 10_000n],
  ['1e-5', TTR_SCALE / 100_000n],
];
/** TTR's ε was chosen by the economies of these seeds alone. */
const CHOOSING = ['choose-1', 'choose-2'];
const REPORTING = ['report-1', 'report-2', 'report-3'];
const TARGET = 'target: mean recall of at least 95 % in under 900 wallets';

const { values: options } = parseArgs({ options: { cases: { type: 'string' } } });
printLine(PUBLISHED);
benchEconomies('Networks by which ε was chosen', CHOOSING);
benchEconomies('Simulated networks', REPORTING);
benchHeists();
if (options.cases !== undefined) benchTracerCases(options.cases);
await benchSeized();
benchSpeed();

function benchEconomies(title: string, seeds: readonly string[]): void {
  const all: Scores[] = [];
  const exits: string[][] = [];
  const cases: string[][] = [];
  for (const difficulty of DIFFICULTIES) {
    const scores: Scores[] = [];
    const sought: number[] = [];
    for (const seed of seeds) {
      const opened = openEconomy(seed, difficulty, 'small');
      const { truth, equal, surplus, money } = compareExits(opened);
      exits.push([opened.name, `${truth}`, `${equal}`, `${surplus}`, percent(money)]);
      for (const network of networksOf(opened)) {
        const found = scoresOfNetwork(network);
        scores.push(found);
        cases.push([network.ranked.name, `${network.ranked.targets.size}`, ...[...found.values()].map(shortScore)]);
        sought.push(network.ranked.targets.size);
      }
    }
    const what = `${scores.length} networks, ${mean(sought).toFixed(0)} wallets sought in each on average`;
    printScores(`${title} (${seeds.join(', ')}), ${difficulty}: ${what}`, meansOf(scores));
    all.push(...scores);
  }
  printTable(
    `${title}, one by one: recall, precision, wallets`,
    ['network', 'sought', ...(all[0]?.keys() ?? [])],
    cases,
  );
  printScores(`${title}, all ${all.length} (${TARGET})`, meansOf(all));
  printTable(
    `${title}: exits by FIFO beside those of the simulation (target: all equal)`,
    ['economy', 'exits', 'equal', 'surplus', 'money'],
    exits,
  );
}

function scoresOfNetwork(network: FollowedCase): Scores {
  const { ranked } = network;
  const score = (run: () => Iterable<number>): Score => scoreRule(ranked, run);
  return new Map([
    ...CONSERVING_RULES.map((rule): [string, Score] => [rule, score(() => byAmount(network, rule))]),
    ['poison', score(() => byReach(network))],
    ...scoresByRank(ranked),
  ]);
}

function scoresByRank(ranked: RankCase): [string, Score][] {
  return [
    ...EPSILONS.map(([name, epsilon]): [string, Score] => [
      `TTR, ε ${name}`,
      scoreRule(ranked, () => byTtr(ranked, epsilon)),
    ]),
    ['search, 2 hops', scoreRule(ranked, () => bySearch(ranked))],
  ];
}

function benchHeists(): void {
  if (!hasSharedData) {
    printLine('\nThe labelled thefts and the seized wallets are left out: the shared data is not there.');
    return;
  }
  const cases = ['harvest', 'bancor'].map((name) => readHeist(sharedData(`ethereum-heists/${name}`), name));
  benchByRank('EthereumHeist', cases);
}

function benchTracerCases(folder: string): void {
  const { cases, leftOut } = readTracerCases(folder);
  printLine();
  for (const reason of leftOut) printLine(`Left out: ${reason}.`);
  if (cases.length === 0) printLine(`No case of ${folder} could be measured.`);
  else benchByRank(folder, cases);
}

function benchByRank(title: string, cases: readonly RankCase[]): void {
  const all = cases.map(
    (ranked): Scores => new Map([['poison', scoreRule(ranked, () => byPoison(ranked))], ...scoresByRank(ranked)]),
  );
  cases.forEach(({ name, targets, absent, graph, seeds }, index) => {
    const what = `${targets.size + absent} wallets sought, ${absent} of them in no transfer`;
    const size = `${graph.from.length} transfers, ${graph.accounts} wallets, ${seeds.length} sources`;
    printScores(`${name}: ${what}; ${size}`, all[index] ?? new Map());
  });
  printScores(`${title}, mean of ${cases.length}`, meansOf(all));
}

async function benchSeized(): Promise<void> {
  if (!hasSharedData) return;
  const data = await readSeized(sharedData('tron-usdt-seized/seeds.csv'), sharedData('tron-usdt-seized/transfers.csv'));
  const tried = (goesOn: boolean): FollowedCase[] => data.seeds.flatMap((seed) => reportSeed(data, seed, goesOn) ?? []);
  const [stopped, passed] = [tried(false), tried(true)];
  const rankings: (readonly [string, readonly FollowedCase[], (reported: FollowedCase) => number[]])[] = [
    ...EPSILONS.map(([name, epsilon]) => [`TTR, ε ${name}`, stopped, ttr(epsilon)] as const),
    ...CONSERVING_RULES.map((rule) => [rule, stopped, (each: FollowedCase) => byAmount(each, rule)] as const),
    ['poison', stopped, byReach],
    ...EPSILONS.map(([name, epsilon]) => [`TTR, ε ${name}, beyond coverage`, passed, ttr(epsilon)] as const),
    ['most transfers', stopped, ({ ranked }) => byTransfers(ranked)],
  ];
  const columns = rankings.map(([name, cases, rank]) => ({
    name,
    reports: cases.map((reported) => scoreRanking(rank(reported), reported.ranked)),
  }));
  printTable(
    `Seized wallets: one of ${data.seeds.length} reported with its largest receipt, the others sought`,
    ['ranking', 'recall at 50', 'recall at 100', 'wallets'],
    columns.map(({ name, reports }) => [
      name,
      percent(mean(reports.map(({ at50 }) => at50))),
      percent(mean(reports.map(({ at100 }) => at100))),
      mean(reports.map(({ wallets }) => wallets)).toFixed(0),
    ]),
  );
  const others = (stopped[0]?.ranked.wallets.length ?? 0) - 1;
  printLine(`\nBy chance: ${percent(50 / others)} at 50 and ${percent(100 / others)} at 100 of ${others} wallets.`);
  printTable(
    'Recall at 50 for each reported wallet',
    ['reported', ...columns.map(({ name }) => name)],
    stopped.map(({ ranked }, index) => [
      ranked.name,
      ...columns.map(({ reports }) => percent(reports[index]?.at50 ?? null)),
    ]),
  );
}

function ttr(epsilon: bigint): (reported: FollowedCase) => number[] {
  return ({ ranked }) => byTtr(ranked, epsilon);
}

function benchSpeed(): void {
  const rows = EPSILONS.map(([name, epsilon]) => {
    const { ms, pushes } = timeTtr(epsilon);
    return [`ε ${name}`, seconds(ms), pushes.toLocaleString('en')];
  });
  printTable(
    'TTR over 1,000,000 transfers between 200,000 wallets from 100 sources (target: under 10 s)',
    ['parameter', 'time', 'pushes'],
    rows,
  );
}
