/** The tables of `npm run bench:detection`, in Markdown. */
import { ROLES } from '../../../graphs/roles/types.ts';
import { type Score, sum } from '../attribution/scores.ts';
import type { Group } from '../detection.ts';
import { percent, printLine, printTable } from '../tracing/tables.ts';
import { addDeciles, addSets, brierOf, f1Of, precisionOf, recallOf } from './metrics.ts';
import { type CaseScore, METHODS, type MethodName } from './score.ts';

export function printGroups(groups: readonly Group[]): void {
  printTable(
    'Membership: wallets of networks among those of the case (target: F1 at normal difficulty 0.9)',
    [
      'size, difficulty (economies)',
      'precision',
      'recall',
      'F1',
      'of all in the economy',
      ...METHODS.slice(1).map((name) => `F1 ${name}`),
    ],
    groups.map(({ name, scores }) => {
      const own = membership(scores, 'Downstream');
      const inEconomy = scores.reduce((sum, each) => sum + each.inEconomy, 0);
      return [
        ...[
          name,
          percent(precisionOf(own)),
          percent(recallOf(own)),
          decimals(f1Of(own)),
          percent(own.right / inEconomy),
        ],
        ...METHODS.slice(1).map((method) => decimals(f1Of(membership(scores, method)))),
      ];
    }),
  );
  for (const [of, which] of [
    ['randOfMet', 'that money or reports led to and that were read, means (target at normal difficulty: 0.9)'],
    ['rand', 'that a transfer of the case names at all, means'],
  ] as const) {
    printTable(
      `Clusters: adjusted Rand index over the wallets of networks ${which}`,
      ['size, difficulty (economies)', ...METHODS, ...(of === 'rand' ? ['by network alone'] : [])],
      groups.map(({ name, scores }) => [
        name,
        ...METHODS.map((method) => decimals(mean(scores.map(({ methods }) => methods[method][of])))),
        ...(of === 'rand' ? [decimals(mean(scores.map(({ methods }) => methods.Downstream.randOfNetworks)))] : []),
      ]),
    );
  }
  printRoles(groups);
  printCalibration(groups.flatMap(({ scores }) => scores));
  const innocent = groups.flatMap((group) => group.innocent);
  if (innocent.length > 0) printInnocent(groups);
  for (const of of ['wrong', 'missed'] as const) {
    const label = of === 'wrong' ? 'Wrongly likely' : 'Not likely, but of a network';
    printLine(`\n${label}: ${JSON.stringify(sumOf(groups.flatMap(({ scores }) => scores.map((each) => each[of]))))}`);
  }
}

/** Precision, recall and F1 of each role that has a truth. */
function printRoles(groups: readonly Group[]): void {
  const roles = ROLES.filter((role) => groups.some(({ scores }) => scores.some((each) => each.roles.has(role))));
  if (roles.length === 0) return;
  printTable(
    'Roles: precision, recall and F1 in percent (targets at normal difficulty: precision 90 %, recall 80 %)',
    ['size, difficulty (economies)', ...roles],
    groups.map(({ name, scores }) => [
      name,
      ...roles.map((role) => roleCell(scores.flatMap((each) => each.roles.get(role) ?? []))),
    ]),
  );
}

function roleCell(scores: readonly Score[]): string {
  const { found, right, sought, met } = sum(scores);
  const [precision, recall] = [found === 0 ? null : right / found, sought === 0 ? null : met / sought];
  const f1 =
    precision === null || recall === null || precision + recall === 0
      ? null
      : (2 * precision * recall) / (precision + recall);
  return [precision, recall, f1].map((part) => (part === null ? '–' : `${Math.round(100 * part)}`)).join(' ');
}

function printCalibration(scores: readonly CaseScore[]): void {
  const deciles = addDeciles(scores.map((each) => each.deciles));
  const shares = deciles.map(({ wallets, sought }) => (wallets === 0 ? 0 : sought / wallets));
  printTable(
    'Calibration: how many of the wallets with such a score belong to networks',
    ['score', 'wallets', 'of networks', 'share'],
    deciles.map(({ wallets, sought }, decile) => [
      `${10 * decile + 1} to ${10 * decile + 10}`,
      ...[`${wallets}`, `${sought}`, percent(wallets === 0 ? null : sought / wallets)],
    ]),
  );
  const said = brierOf(deciles, (decile) => (decile + 0.5) / 10);
  printLine(
    `\nBrier score, with a score of 100 for certain: ${decimals(said)}; with the shares of this table: ${decimals(brierOf(deciles, (decile) => shares[decile] ?? 0))}.`,
  );
}

function printInnocent(groups: readonly Group[]): void {
  printTable(
    'Economies without a scam, in which ordinary wallets are reported (target: at most 1 % of clusters likely)',
    ['size, difficulty (economies)', 'clusters', 'called likely', 'share', 'likely wallets'],
    groups.map(({ name, innocent }) => {
      const clusters = innocent.reduce((sum, each) => sum + each.clusters, 0);
      const likely = innocent.reduce((sum, each) => sum + each.likelyClusters, 0);
      const wallets = membership(innocent, 'Downstream').found;
      return [name, `${clusters}`, `${likely}`, percent(clusters === 0 ? null : likely / clusters), `${wallets}`];
    }),
  );
}

function membership(scores: readonly CaseScore[], method: MethodName) {
  return addSets(scores.map(({ methods }) => methods[method].membership));
}

function sumOf(counts: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sums = new Map<string, number>();
  for (const each of counts)
    for (const [name, count] of Object.entries(each)) sums.set(name, (sums.get(name) ?? 0) + count);
  return Object.fromEntries([...sums].sort(([, a], [, b]) => b - a));
}

function mean(figures: readonly number[]): number | null {
  return figures.length === 0 ? null : figures.reduce((sum, figure) => sum + figure, 0) / figures.length;
}

function decimals(figure: number | null): string {
  return figure === null ? '–' : figure.toFixed(3);
}
