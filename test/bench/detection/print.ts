/** The tables of `npm run bench:detection`, in Markdown. */
import { ROLES } from '../../../graphs/roles/types.ts';
import { type Score, sum } from '../attribution/scores.ts';
import { PART } from '../communities/scores.ts';
import { WORDS } from '../roles/words.ts';
import { percent, printLine, printTable } from '../tracing/tables.ts';
import type { MeasuredFolder } from './measure-folder.ts';
import { addDeciles, addSets, brierOf, f1Of, precisionOf, recallOf } from './metrics.ts';
import { type CaseScore, type Group, METHODS, type MethodName } from './score.ts';

/** How tables say what their rows are, and what is aimed at. */
interface Wording {
  readonly rows: string;
  /** Said of figures that are means of several economies. */
  readonly means: string;
  target(text: string): string;
}

const GENERATED: Wording = { rows: 'size, difficulty (economies)', means: ', means', target: (text) => ` (${text})` };
/** Targets are for the simulation's difficulties: nobody knows how hard another generator makes it. */
const FOLDER: Wording = { rows: 'economy', means: '', target: () => '' };

export function printGroups(groups: readonly Group[]): void {
  printMembership(groups, GENERATED);
  printRoles(groups, GENERATED);
  printRest(groups, GENERATED);
}

export function printFolder({ group, unmeasured, words, notes }: MeasuredFolder): void {
  printMembership([group], FOLDER);
  printLine(
    '\nTraced amount and personalised PageRank find what lies above a limit, which was chosen on simulated economies of normal difficulty.',
  );
  printRoles([group], FOLDER);
  if (unmeasured.length > 0) {
    printLine('\nNot measured, as reports lead to no wallet that the folder says this of:\n');
    for (const role of unmeasured) printLine(`- ${role}: ${WORDS[role]}`);
    const counted = Object.entries(words).map(([word, count]) => `${word === '' ? 'none' : word} (${count})`);
    printLine(`\nRoles of networks' wallets in wallets.csv: ${counted.join(', ')}.`);
  }
  printRest([group], FOLDER);
  if (notes.length > 0) printLine('\nOf this folder:\n');
  for (const note of notes) printLine(`- ${note}`);
}

function printMembership(groups: readonly Group[], { rows, means, target }: Wording): void {
  printTable(
    `Membership: wallets of networks among those of the case${target('target: F1 at normal difficulty 0.9')}`,
    [rows, 'precision', 'recall', 'F1', 'of all in the economy', ...METHODS.slice(1).map((name) => `F1 ${name}`)],
    groups.map(({ name, scores }) => {
      const own = membership(scores, 'Downstream');
      const inEconomy = scores.reduce((sum, each) => sum + each.inEconomy, 0);
      return [
        ...[name, percent(precisionOf(own)), percent(recallOf(own)), decimals(f1Of(own))],
        percent(inEconomy === 0 ? null : own.right / inEconomy),
        ...METHODS.slice(1).map((method) => decimals(f1Of(membership(scores, method)))),
      ];
    }),
  );
  const met = `that money or reports led to and that were read${means}${target('target at normal difficulty: 0.9')}`;
  printClusters(groups, { rows, of: 'randOfMet', which: met });
  printClusters(groups, { rows, of: 'rand', which: `that a transfer of the case names at all${means}` });
}

function printClusters(
  groups: readonly Group[],
  { rows, of, which }: { rows: string; of: 'randOfMet' | 'rand'; which: string },
): void {
  const meanOf = (scores: readonly CaseScore[], figure: (score: CaseScore) => number | null) =>
    decimals(mean(scores.flatMap((score) => figure(score) ?? [])));
  printTable(
    `Clusters: adjusted Rand index over the wallets of networks ${which}`,
    [rows, ...METHODS, ...(of === 'rand' ? ['by network alone'] : [])],
    groups.map(({ name, scores }) => [
      name,
      ...METHODS.map((method) => meanOf(scores, ({ methods }) => methods[method][of])),
      ...(of === 'rand' ? [meanOf(scores, ({ methods }) => methods.Downstream.randOfNetworks)] : []),
    ]),
  );
}

function printRest(groups: readonly Group[], wording: Wording): void {
  printCalibration(groups.flatMap(({ scores }) => scores));
  printLikely(groups, wording);
  if (groups.some(({ innocent }) => innocent.length > 0)) printInnocent(groups, wording);
  for (const of of ['wrong', 'missed'] as const) {
    const label = of === 'wrong' ? 'Wrongly likely' : 'Not likely, but of a network';
    printLine(`\n${label}: ${JSON.stringify(sumOf(groups.flatMap(({ scores }) => scores.map((each) => each[of]))))}`);
  }
}

/** Precision, recall and F1 of each role that has a truth. */
function printRoles(groups: readonly Group[], { rows, target }: Wording): void {
  const roles = ROLES.filter((role) => groups.some(({ scores }) => scores.some((each) => each.roles.has(role))));
  if (roles.length === 0) return;
  printTable(
    `Roles: precision, recall and F1 in percent${target('targets at normal difficulty: precision 90 %, recall 80 %')}`,
    [rows, ...roles],
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

/** How much of what is called likely one network's is one network's: the rest are its partners, accounts of mules, buyers. */
function printLikely(groups: readonly Group[], { rows }: Wording): void {
  printTable(
    'Likely clusters: what part of their wallets one network runs on one chain',
    [rows, 'likely clusters', 'of one network', 'median', 'least', 'of two networks'],
    groups.map(({ name, scores }) => {
      const shares = scores.flatMap((each) => each.shares);
      const parts = shares.map(({ wallets, first }) => first / wallets).sort((a, b) => a - b);
      const [all, first] = [sumBy(shares, ({ wallets }) => wallets), sumBy(shares, (each) => each.first)];
      return [
        ...[name, `${shares.length}`, percent(all === 0 ? null : first / all)],
        ...[percent(parts[parts.length >> 1] ?? null), percent(parts[0] ?? null)],
        `${shares.filter(({ second }) => second >= PART).length}`,
      ];
    }),
  );
}

function sumBy<Item>(items: readonly Item[], of: (item: Item) => number): number {
  return items.reduce((sum, item) => sum + of(item), 0);
}

function printInnocent(groups: readonly Group[], { rows, target }: Wording): void {
  printTable(
    `Economies without a scam, in which ordinary wallets are reported${target('target: at most 1 % of clusters likely')}`,
    [rows, 'clusters', 'called likely', 'share', 'likely wallets: reported', 'others'],
    groups.map(({ name, innocent }) => {
      const clusters = innocent.reduce((sum, each) => sum + each.clusters, 0);
      const likely = innocent.reduce((sum, each) => sum + each.likelyClusters, 0);
      const reported = innocent.reduce((sum, each) => sum + each.likelyReported, 0);
      const others = membership(innocent, 'Downstream').found - reported;
      const share = percent(clusters === 0 ? null : likely / clusters);
      return [name, `${clusters}`, `${likely}`, share, `${reported}`, `${others}`];
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
