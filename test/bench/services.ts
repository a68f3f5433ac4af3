/**
 * `npm run bench:services`: how well a wallet's newest transfers tell whether it is a service, in simulated economies and on
 * real seized wallets. It prints what docs/services.md shows.
 */
import { EXCHANGING, isService, PAYING_OUT, PROBED_FROM } from '../../src/crawl/behaviour.ts';
import type { DifficultyName } from '../../src/simulate/difficulty.ts';
import type { SizeName } from '../../src/simulate/sizes.ts';
import { hasSharedData, sharedData } from '../shared-data.ts';
import { anyTime, nearness, now, type ProbedWallet, readEconomy, readSeizedWallets } from './services/wallets.ts';
import { percent, printLine, printTable } from './tracing/tables.ts';

type Plan = readonly [size: SizeName, difficulty: DifficultyName, seeds: readonly string[]];

/** The figures were chosen by these alone. */
const CHOOSING: readonly Plan[] = [
  ['small', 'easy', ['choose-1', 'choose-2']],
  ['small', 'normal', ['choose-1', 'choose-2']],
  ['small', 'hard', ['choose-1', 'choose-2']],
  ['medium', 'normal', ['choose-1']],
  ['medium', 'hard', ['choose-2']],
];
const REPORTING: readonly Plan[] = [
  ['small', 'easy', ['report-1', 'report-2', 'report-3']],
  ['small', 'normal', ['report-1', 'report-2', 'report-3']],
  ['small', 'hard', ['report-1', 'report-2', 'report-3']],
  ['medium', 'normal', ['report-1', 'report-2']],
  ['medium', 'hard', ['report-3']],
];

const { counterparties, payers, payees, perDay } = EXCHANGING;
printLine(`Wallets with at least ${PROBED_FROM} transfers, by their newest. A service is taken for one where it has`);
printLine(
  `at least ${counterparties} counterparties, ${payers} payers, ${payees} payees and ${perDay} transfers a day,`,
);
printLine(`or at least ${PAYING_OUT.payees} payees and ${PAYING_OUT.perDay.toLocaleString('en')} transfers a day.`);
bench('Economies by which the figures were chosen', CHOOSING, true);
bench('Other economies', REPORTING, false);
if (hasSharedData) benchSeized();
else printLine('\nThe seized wallets are left out: the shared data is not there.');

function bench(title: string, plans: readonly Plan[], withMargins: boolean): void {
  const groups = plans.map(([size, difficulty, seeds]) => ({
    name: `${size}, ${difficulty} (${seeds.length})`,
    wallets: seeds.flatMap((seed) => readEconomy(seed, size, difficulty)),
  }));
  const all = groups.flatMap(({ wallets }) => wallets);
  printTable(
    title,
    ['size, difficulty (economies)', 'wallets', 'services', 'stopped', 'precision', 'recall'],
    [...groups, { name: 'all', wallets: all }].map(({ name, wallets }) => [name, ...scores(wallets)]),
  );
  const kinds = (isTrue: boolean) => [
    ...new Set(all.filter(({ service }) => service === isTrue).map(({ kind }) => kind)),
  ];
  printTable(
    `${title}: what is stopped at, by kind`,
    ['kind', 'a service', 'wallets', 'stopped'],
    [true, false].flatMap((isTrue) =>
      kinds(isTrue)
        .sort()
        .map((kind) => {
          const of = all.filter((wallet) => wallet.kind === kind && wallet.service === isTrue);
          return [kind, isTrue ? 'yes' : 'no', `${of.length}`, `${of.filter(isStopped).length}`];
        }),
    ),
  );
  if (!withMargins) return;
  const others = all.filter(({ service }) => !service);
  printMargins(`${title}: how near others come to what makes a service (1 is one)`, others);
}

function benchSeized(): void {
  const wallets = readSeizedWallets(sharedData('tron-usdt-seized'));
  const seeds = wallets.filter(({ kind }) => kind === 'seized');
  const stopped = wallets.filter(isStopped).length;
  printLine(`\nOf ${wallets.length} wallets with as many transfers in the seized data, ${stopped} are stopped at.`);
  printMargins(`Seized wallets: how near they come to what makes a service (1 is one)`, seeds);
}

function printMargins(title: string, wallets: readonly ProbedWallet[]): void {
  const kinds = [...new Set(wallets.map(({ kind }) => kind))].sort();
  const most = (list: readonly number[]) => Math.max(0, ...list).toFixed(2);
  printTable(
    title,
    ['kind', 'wallets', 'by the newest', 'at any time'],
    kinds.map((kind) => {
      const of = wallets.filter((wallet) => wallet.kind === kind);
      return [kind, `${of.length}`, most(of.map(now).map(nearness)), most(of.flatMap(anyTime).map(nearness))];
    }),
  );
}

function isStopped(wallet: ProbedWallet): boolean {
  return isService(now(wallet));
}

function scores(wallets: readonly ProbedWallet[]): string[] {
  const services = wallets.filter(({ service }) => service);
  const stopped = wallets.filter(isStopped);
  const right = stopped.filter(({ service }) => service).length;
  const share = (part: number, of: number) => percent(of === 0 ? null : part / of);
  return [
    ...[wallets.length, services.length, stopped.length].map(String),
    share(right, stopped.length),
    share(right, services.length),
  ];
}
