/** Reports from a CSV file, streamed: a file may have a million rows. */
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { parse } from 'csv-parse';
import { messageOf, UserError } from '../errors.ts';
import type { RawReport } from './report.ts';

/** Columns by the names they go by; all others are kept in the note. */
const COLUMNS: ReadonlyMap<string, keyof RawReport> = new Map([
  ['wallet', 'wallet'],
  ['address', 'wallet'],
  ['chain', 'chain'],
  ['role', 'role'],
  ['tx', 'tx'],
  ['amount', 'amount'],
  ['currency', 'currency'],
  ['at', 'at'],
  ['ref', 'ref'],
  ['from_wallet', 'fromWallet'],
  ['from_exchange', 'fromExchange'],
  ['withdrawal', 'withdrawal'],
  ['note', 'note'],
]);
const MAX_RECORD_BYTES = 1_000_000;
const PEEK_BYTES = 64 * 1024;

/** A row of the file, or why it is none. `line` is where it begins; the header is line 1. */
export type ReportRow =
  | { readonly line: number; readonly report: RawReport }
  | { readonly line: number; readonly fault: UserError };

/** A column of the file: the field of a report that it holds, or `null` for what is kept in the note under its own name. */
interface Column {
  readonly name: string;
  readonly field: keyof RawReport | null;
}

/**
 * The rows of a file, one by one. A row that is no proper CSV is passed on as its fault, and the rows behind it are read;
 * only behind a quote that is never closed nothing can be.
 *
 * @throws UserError `FILE_UNREADABLE`, `CSV_ENCODING`, `CSV_COLUMNS`, or `CSV_BROKEN` for a first line that cannot be read
 */
export async function* readReportFile(path: string): AsyncGenerator<ReportRow> {
  const delimiter = await detectDelimiter(path);
  let columns: readonly Column[] | null = null;
  let read = 0;
  for await (const { cells, blankLines, cut } of readCells(path, delimiter)) {
    const line = read + blankLines + 1;
    if (cut) {
      if (columns === null) throw brokenHeader(path);
      yield { line, fault: brokenRow('a quote is opened and never closed, so that nothing behind it can be read') };
      return;
    }
    read += 1 + lineBreaksIn(cells);
    if (columns === null) columns = readHeader(path, cells);
    else if (cells.some((cell) => cell.trim() !== '')) yield readRow(line, columns, cells);
  }
  if (columns === null) readHeader(path, []);
}

interface Cells {
  readonly cells: readonly string[];
  /** Blank lines before it, in all. */
  readonly blankLines: number;
  /** The file cannot be read on from here. */
  readonly cut: boolean;
}

/** The parser's own line numbers count a line break within a cell twice, so lines are counted here. */
async function* readCells(path: string, delimiter: string): AsyncGenerator<Cells> {
  /** How many records stand before the first that the parser gave up on. */
  let sound = Number.POSITIVE_INFINITY;
  const parser = parse({
    bom: true,
    delimiter,
    info: true,
    max_record_size: MAX_RECORD_BYTES,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    on_skip: (error) => {
      sound = Math.min(sound, (error as { records?: number } | undefined)?.records ?? 0);
      return undefined;
    },
  });
  // The reader meets the error of either stream in the parser, and closes both.
  const stream = pipeline(createReadStream(path), parser, () => {}) as AsyncIterable<{
    record: string[];
    info: { records: number; empty_lines: number };
  }>;
  let blankLines = 0;
  try {
    for await (const { record, info } of stream) {
      if (info.records > sound) break;
      blankLines = info.empty_lines;
      yield { cells: record, blankLines, cut: false };
    }
  } catch (error) {
    throw unreadable(path, error);
  }
  if (sound < Number.POSITIVE_INFINITY) yield { cells: [], blankLines, cut: true };
}

function lineBreaksIn(cells: readonly string[]): number {
  return cells.reduce((sum, cell) => sum + (cell.match(/\r\n|\r|\n/g)?.length ?? 0), 0);
}

function readRow(line: number, columns: readonly Column[], cells: readonly string[]): ReportRow {
  if (cells.some((cell) => /^"[\s\S]*[\r\n]/.test(cell)))
    return {
      line,
      fault: brokenRow('a quote is opened and not closed in its row, so that rows behind it run into it'),
    };
  if (cells.some((cell) => cell.includes('\uFFFD'))) return { line, fault: notUtf8('The row') };
  const surplus = cells.slice(columns.length).some((cell) => cell.trim() !== '');
  if (cells.length < columns.length || surplus) {
    return { line, fault: brokenRow(`the header has ${columns.length} columns, the row ${cells.length}`) };
  }
  return { line, report: readReport(columns, cells) };
}

function brokenRow(what: string): UserError {
  return new UserError('CSV_BROKEN', `The row is no proper CSV: ${what}.`, {
    right: 'Every row has as many cells as the header, and a quote inside a quoted cell is doubled.',
    todo: 'Correct the row and import the file again: rows that are in the case already are not added twice.',
  });
}

function brokenHeader(path: string): UserError {
  return new UserError('CSV_BROKEN', `The first line of ${path} has a quote that is never closed.`, {
    right: 'The first line names the columns: wallet (or address), and as far as known others.',
    todo: 'Close the quote or take it away.',
  });
}

function notUtf8(what: string): UserError {
  return new UserError('CSV_ENCODING', `${what} is not encoded as UTF-8.`, {
    right: 'Downstream reads CSV files in UTF-8, with or without a byte order mark.',
    todo: 'Save the file again as "CSV UTF-8".',
  });
}

function unreadable(path: string, error: unknown): UserError {
  return new UserError('FILE_UNREADABLE', `${path} cannot be read: ${messageOf(error)}.`, {
    right: 'It is a CSV file that this user may read.',
    todo: 'Check the path.',
  });
}

/** A header decides by the sign that separates its names: comma, semicolon (spreadsheets in much of Europe) or tab. */
async function detectDelimiter(path: string): Promise<string> {
  const start = await peek(path);
  if (start.includes(0) || !isUtf8(start)) throw notUtf8(path);
  const header = (start.toString('utf8').split(/\r\n|\r|\n/, 1)[0] ?? '').replace(/"[^"]*"/g, '');
  const counts = [',', ';', '\t'].map((sign) => ({ sign, count: header.split(sign).length }));
  return counts.reduce((best, each) => (each.count > best.count ? each : best)).sign;
}

/** A sign may go on behind the end of what was read. */
function isUtf8(start: Buffer): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(start, { stream: true });
    return true;
  } catch {
    return false;
  }
}

async function peek(path: string): Promise<Buffer> {
  try {
    const file = await open(path);
    try {
      const buffer = Buffer.alloc(PEEK_BYTES);
      const { bytesRead } = await file.read(buffer, 0, PEEK_BYTES, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw unreadable(path, error);
  }
}

function readHeader(path: string, header: readonly string[]): Column[] {
  const names = header.map((name) =>
    name
      .trim()
      .toLowerCase()
      .replace(/[\s-]+/g, '_'),
  );
  if (!names.some((name) => COLUMNS.get(name) === 'wallet')) {
    throw new UserError(
      'CSV_COLUMNS',
      `${path} has no column named wallet or address; it has: ${header.join(', ') || 'none'}.`,
      {
        right: `The first line names the columns: wallet (or address), and as far as known ${[...COLUMNS.keys()].slice(2).join(', ')}.`,
        todo: 'Add or rename the column; others are kept as notes.',
      },
    );
  }
  const twice = names.find((name, index) => COLUMNS.has(name) && names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw new UserError('CSV_COLUMNS', `${path} has the column ${twice} twice.`, {
      right: 'Each column of a report stands once.',
      todo: 'Rename or remove one of them.',
    });
  }
  // Beside a column of wallets, one of addresses is where people live.
  const fields = names.includes('wallet') ? names.map((name) => (name === 'address' ? '' : name)) : names;
  return header.map((name, index) => ({ name: name.trim(), field: COLUMNS.get(fields[index] ?? '') ?? null }));
}

function readReport(columns: readonly Column[], cells: readonly string[]): RawReport {
  const known: Partial<Record<keyof RawReport, string>> = {};
  const extra: string[] = [];
  columns.forEach(({ name, field }, index) => {
    const cell = cells[index] ?? '';
    if (field !== null) known[field] = cell;
    else if (cell.trim() !== '') extra.push(name === '' ? cell.trim() : `${name}: ${cell.trim()}`);
  });
  const note = [known.note, ...extra].filter((part) => part !== undefined && part !== '').join('; ');
  // Spreadsheets bring blanks around what is pasted into them; blanks inside an address are still refused.
  return { ...known, wallet: known.wallet?.trim() ?? '', note };
}
