/** What the bench prints: tables in Markdown, for docs/tracing.md shows them. */
import type { Score, Scores } from './scores.ts';

/** What stands beside our own figures. */
export const PUBLISHED = [
  "Published, on other data: TTR on 20 labelled cases recall 92.3 % in 870 wallets (813 of about 872 targets are one case's);",
  'BFS 77.0 % in 52,500; poison 70.1 % in 41,450; haircut 58.9 % in 10,350; APPR 71.9 % in 660 (BlockchainSpider).',
  'DynamicTTR on 23 cases: recall 0.810, precision 0.896, 341 wallets (ε = 1e-3); 0.854, 0.847, 1,156 wallets (ε = 1e-4).',
].join('\n');

export function printLine(text = ''): void {
  process.stdout.write(`${text}\n`);
}

export function printScores(title: string, scores: Scores): void {
  const rows = [...scores].map(([rule, score]) => [rule, ...cellsOf(score)]);
  printTable(title, ['rule', 'recall', 'precision', 'wallets', 'depth', 'time'], rows);
}

/** Columns are as wide as their widest cell, all but the first are right-aligned. */
export function printTable(title: string, head: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = head.map((cell, column) => Math.max(cell.length, 3, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${widths.map((width, column) => (column === 0 ? (cells[column] ?? '').padEnd(width) : (cells[column] ?? '').padStart(width))).join(' | ')} |`;
  const rule = widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  printLine(`\n${title}\n`);
  for (const cells of [head, rule, ...rows]) printLine(line(cells));
}

export function percent(part: number | null): string {
  return part === null ? '–' : `${(100 * part).toFixed(1)} %`;
}

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}

/** A score in one cell, for tables of many cases. */
export function shortScore({ recall, precision, wallets }: Score): string {
  const whole = (part: number | null) => (part === null ? '–' : `${Math.round(100 * part)}`);
  return `${whole(recall)} ${whole(precision)} ${Math.round(wallets)}`;
}

function cellsOf({ recall, precision, wallets, depth, ms }: Score): string[] {
  return [percent(recall), percent(precision), Math.round(wallets).toLocaleString('en'), depth.toFixed(1), seconds(ms)];
}
