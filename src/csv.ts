/** CSV from outside, streamed and record by record: a file may have a million rows. */
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { parse } from 'csv-parse';
import { messageOf, UserError } from './errors.ts';

const MAX_RECORD_BYTES = 1_000_000;
const PEEK_BYTES = 64 * 1024;

/** A record of the file, its header among them; blank lines are none. */
export interface CsvRecord {
  /** Where it begins; the first line is 1. */
  readonly line: number;
  readonly cells: readonly string[];
  /** What separates the cells of the file. */
  readonly delimiter: string;
  /** Why the file cannot be read on from here; the cells are then empty, and nothing follows. */
  readonly cut: string | null;
}

/**
 * The records of a file, one by one. Commas, semicolons or tabs separate its cells, whichever its first line has most of.
 *
 * @throws UserError `FILE_UNREADABLE` or `CSV_ENCODING`
 */
export async function* readCsv(path: string): AsyncGenerator<CsvRecord> {
  const delimiter = await detectDelimiter(path);
  let read = 0;
  for await (const { cells, blankLines, cut } of readCells(path, delimiter)) {
    yield { line: read + blankLines + 1, cells, delimiter, cut };
    read += 1 + lineBreaksIn(cells);
  }
}

interface Cells extends Pick<CsvRecord, 'cells' | 'cut'> {
  /** Blank lines before it, in all. */
  readonly blankLines: number;
}

/** The parser's own line numbers count a line break within a cell twice, so lines are counted here. */
async function* readCells(path: string, delimiter: string): AsyncGenerator<Cells> {
  /** How many records stand before the first that the parser gave up on. */
  let sound = Number.POSITIVE_INFINITY;
  let cut = '';
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
      const records = (error as { records?: number } | undefined)?.records ?? 0;
      if (records < sound) [sound, cut] = [records, reasonOf(error?.code)];
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
      yield { cells: record, blankLines, cut: null };
    }
  } catch (error) {
    throw unreadable(path, error);
  }
  if (sound < Number.POSITIVE_INFINITY) yield { cells: [], blankLines, cut };
}

function reasonOf(code: string | undefined): string {
  return code === 'CSV_MAX_RECORD_SIZE'
    ? 'it is longer than a million characters, or a quote is opened and never closed, so that nothing behind it can be read'
    : 'a quote is opened and never closed, so that nothing behind it can be read';
}

function lineBreaksIn(cells: readonly string[]): number {
  return cells.reduce((sum, cell) => sum + (cell.match(/\r\n|\r|\n/g)?.length ?? 0), 0);
}

/** True for a row of nothing but blank cells, as spreadsheets leave them. */
export function isBlank(cells: readonly string[]): boolean {
  return cells.every((cell) => cell.trim() === '');
}

/** What is wrong with the form of a record under a header of so many columns; `null` where nothing is. */
export function faultOf({ cells, cut }: CsvRecord, columns: number): UserError | null {
  if (cut !== null) return brokenRow(cut);
  if (cells.some((cell) => /^"[\s\S]*[\r\n]/.test(cell)))
    return brokenRow('a quote is opened and not closed in its row, so that rows behind it run into it');
  if (cells.some((cell) => cell.includes('\uFFFD'))) return notUtf8('The row');
  const surplus = cells.slice(columns).some((cell) => cell.trim() !== '');
  if (cells.length < columns || surplus) {
    return brokenRow(`the header has ${columns} columns, the row ${cells.length}`);
  }
  return null;
}

/** What is said of a row that is no proper CSV. */
export function brokenRow(what: string): UserError {
  return new UserError('CSV_BROKEN', `The row is no proper CSV: ${what}.`, {
    right: 'Every row has as many cells as the header, and a quote inside a quoted cell is doubled.',
    todo: 'Correct the row and import the file again: rows that are in the case already are not added twice.',
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
  const start = await readPart(path, 'start');
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

/**
 * True when the file's last cell is closed by a quote or a line end. Where it is not, the file may have been cut off in
 * the middle of it, as by a download that broke.
 *
 * @throws UserError `FILE_UNREADABLE`
 */
export async function endsClosed(path: string): Promise<boolean> {
  return /["\r\n]$/.test((await readPart(path, 'end')).toString('latin1'));
}

async function readPart(path: string, part: 'start' | 'end'): Promise<Buffer> {
  try {
    const file = await open(path);
    try {
      const length = part === 'start' ? PEEK_BYTES : 1;
      const position = part === 'start' ? 0 : Math.max(0, (await file.stat()).size - length);
      const buffer = Buffer.alloc(length);
      const { bytesRead } = await file.read(buffer, 0, length, position);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw unreadable(path, error);
  }
}
