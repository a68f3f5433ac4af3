/** What an update of a publisher's tags came to, as people and programs read it. */
import { RetryableError, type UserError } from '../errors.ts';
import type { TouchedCase } from '../store/publisher-fetches.ts';
import type { TagChange } from '../store/tag-imports.ts';
import type { Publisher } from '../tags/publishers.ts';
import { count, counted, harmless, table } from './output.ts';

const SHOWN = 20;

/** A row that cannot be used, or a list, then without a line. */
export interface RefusedRow {
  readonly list: string;
  readonly line: number | null;
  readonly code: string;
  readonly message: string;
}

export interface Refusals {
  count: number;
  /** The first of them. */
  readonly first: RefusedRow[];
}

export type Updated = { readonly publisher: Publisher } & (
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'failed'; readonly error: UserError | RetryableError }
  | {
      readonly kind: 'read';
      readonly dryRun: boolean;
      readonly lists: number;
      readonly sha256: string;
      readonly change: TagChange;
      readonly refusals: Refusals;
      /** Because some was refused, nothing of the publisher's was taken away. */
      readonly kept: boolean;
      readonly touched: readonly TouchedCase[];
    }
);

export function updatedText(updated: Updated): string {
  const name = harmless(updated.publisher.publisher);
  if (updated.kind === 'unchanged') return `${name}: the lists are the same as when they were last fetched.\n`;
  if (updated.kind === 'failed') {
    const { error } = updated;
    const text = error instanceof RetryableError ? `${error.message}\nThis may pass by itself.` : error.text;
    return `${name}: not updated; its tags are as they were.\n${indented(text)}`;
  }
  const { change, dryRun, refusals, kept, touched, lists } = updated;
  const lines = [`${name}: ${counted(lists, 'list')}. ${changeText(change, dryRun)}\n`];
  if (refusals.count > 0) {
    lines.push(`  ${counted(refusals.count, 'row')} refused:\n`);
    for (const { list, line, message } of refusals.first.slice(0, SHOWN)) {
      lines.push(`    ${harmless(list)}${line === null ? '' : `, line ${line}`}: ${harmless(message)}\n`);
    }
  }
  if (kept) lines.push('  So no tag of it was taken away. If those that are gone are to go: --accept-loss\n');
  lines.push(touchedText(touched));
  return lines.join('');
}

/** Which cases a change of the tags concerns; empty where it concerns none. */
export function touchedText(touched: readonly TouchedCase[]): string {
  if (touched.length === 0) return '';
  const rows = touched.map(({ case: of, wallets }) => [
    ...['', `"${of}"`, counted(wallets, 'wallet'), `npx downstream crawl "${of}"`],
  ]);
  return `  Cases with wallets that got or lost a tag; crawl and trace them again to take it into account:\n${table(rows)}`;
}

function changeText({ number, added, removed, unchanged }: TagChange, dryRun: boolean): string {
  const [came, went] = dryRun ? ['would come', 'would go'] : ['came', 'went'];
  if (added + removed === 0) return `Nothing has changed: ${counted(unchanged, 'tag')}.`;
  const text = `${counted(added, 'tag')} ${came}, ${count(removed)} ${went}, ${count(unchanged)} as they were`;
  return number === null ? `${text}.` : `${text}, as import ${number}.`;
}

function indented(text: string): string {
  return text
    .split('\n')
    .map((line) => `  ${harmless(line)}\n`)
    .join('');
}

export function updatedJson(updated: Updated) {
  const { name, publisher, url } = updated.publisher;
  const of = { name, publisher, url };
  if (updated.kind === 'unchanged') return { ...of, state: 'unchanged' };
  if (updated.kind === 'failed') {
    return { ...of, state: 'failed', error: { code: updated.error.code, message: updated.error.message } };
  }
  const { lists, sha256, change, refusals, kept, touched } = updated;
  const { number, added, removed, unchanged, counts } = change;
  return {
    ...{ ...of, state: 'read', lists, sha256, import: number, added, removed, unchanged, counts },
    ...{ refused: refusals.count, refusals: refusals.first, kept, cases: touched },
  };
}
