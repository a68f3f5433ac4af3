/** What an import of tags came to, as people and programs read it. */
import type { UserError } from '../errors.ts';
import type { TouchedCase } from '../store/publisher-fetches.ts';
import type { TagChange } from '../store/tag-imports.ts';
import { type TagFormat, TITLES } from '../tags/tag-file.ts';
import type { Refusal } from './import-text.ts';
import { count, counted, harmless, table } from './output.ts';
import { touchedText } from './tags-update-text.ts';

/** Refused rows and names that are shown; `--json` has up to 1,000. */
const SHOWN = 20;
const SHOWN_NAMES = 8;

export interface ReadRows {
  rows: number;
  refused: number;
  /** The first of them: a file may have a million. */
  readonly refusals: Refusal[];
  /** Rows of chains that are not read, by what the file calls these. */
  readonly otherChains: Map<string, number>;
  /** Rows that name a transaction instead of an address. */
  withoutAddress: number;
  /** Rows that are taken as `other`, by the publisher's own word. */
  readonly others: Map<string, number>;
}

export interface TagsImported {
  readonly file: string;
  readonly format: TagFormat;
  readonly publisher: string;
  readonly dryRun: boolean;
  readonly change: TagChange;
  readonly touched: readonly TouchedCase[];
  readonly rows: ReadRows;
}

export function tagsImportedJson(result: TagsImported | { file: string; error: UserError }) {
  if ('error' in result) {
    const { file, error } = result;
    return { file, error: { code: error.code, message: error.message } };
  }
  const { file, format, publisher, change, touched, rows } = result;
  const { number, added, unchanged: known, repeated, counts } = change;
  return {
    ...{ file, format, publisher, import: number, rows: rows.rows, added, known, repeated },
    otherChains: byCount(rows.otherChains).map(([name, rows]) => ({ name, rows })),
    ...{ withoutAddress: rows.withoutAddress, refused: rows.refused, refusals: rows.refusals, counts },
    others: byCount(rows.others).map(([word, rows]) => ({ word, rows })),
    cases: touched,
  };
}

export function tagsImportedText(result: TagsImported): string {
  const { file, format, publisher, change, rows } = result;
  const lines = [`${harmless(file)}: ${TITLES[format]}, of ${harmless(publisher)}; ${counted(rows.rows, 'row')}.\n`];
  lines.push(outcome(result));
  const figures = change.counts.map(({ chain, category, tags }) => [chain, category, count(tags)]);
  lines.push(table(figures, [2]));
  if (change.repeated > 0) lines.push(`${counted(change.repeated, 'tag')} stood there more than once.\n`);
  if (rows.otherChains.size > 0) {
    lines.push(`${counted(sum(rows.otherChains), 'row')} left out, of other chains: ${names(rows.otherChains)}.\n`);
  }
  if (rows.withoutAddress > 0) lines.push(`${counted(rows.withoutAddress, 'row')} left out, without an address.\n`);
  if (rows.others.size > 0) {
    lines.push(`Taken as "other", by the publisher's own words: ${names(rows.others)}.\n`);
  }
  if (rows.refused > 0) {
    lines.push(`${counted(rows.refused, 'row')} refused:\n`);
    lines.push(...rows.refusals.slice(0, SHOWN).map(({ line, message }) => `  line ${line}: ${harmless(message)}\n`));
    if (rows.refused > SHOWN)
      lines.push(`  … and ${counted(rows.refused - SHOWN, 'more row')}; --json lists up to 1,000\n`);
    lines.push('Correct them and import the file again: what is there already is not added twice.\n');
  }
  lines.push(touchedText(result.touched));
  return lines.join('');
}

function outcome({ change, dryRun }: TagsImported): string {
  const { number, added, unchanged } = change;
  if (added + unchanged === 0) return 'No tag of Tron or Ethereum is in it; nothing is changed.\n';
  const known = unchanged === 0 ? '' : `, ${count(unchanged)} there already`;
  if (dryRun) return `${counted(added, 'tag')} would be added${known}.\n`;
  if (number === null) return `${counted(unchanged, 'tag')}, all there already; nothing is changed.\n`;
  return `${counted(added, 'tag')} added${known}, as import ${number}.\n`;
}

function names(counts: ReadonlyMap<string, number>): string {
  const shown = byCount(counts).slice(0, SHOWN_NAMES);
  const more = counts.size - shown.length;
  const text = shown.map(([name, rows]) => `${name === '' ? '(none)' : harmless(name)} ${count(rows)}`).join(', ');
  return more > 0 ? `${text}, and ${counted(more, 'more name')}` : text;
}

/** Most first, then by name. */
function byCount(counts: ReadonlyMap<string, number>): [string, number][] {
  return [...counts].sort(([a, one], [b, other]) => other - one || (a < b ? -1 : 1));
}

function sum(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((total, rows) => total + rows, 0);
}
