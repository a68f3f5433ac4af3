/** CSV files of any length, written and read row by row. */
import { createReadStream, createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable, pipeline as startPipeline } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parse } from 'csv-parse';
import { messageOf, quoted, UserError } from '../errors.ts';

/** Text is handed to the file in pieces of about this length. */
const PIECE = 1 << 18;

/** Writes a header and rows of cells. The file appears whole or not at all. */
export async function writeCsv(
  path: string,
  columns: readonly string[],
  rows: Iterable<readonly string[]>,
): Promise<void> {
  const part = `${path}.part`;
  try {
    await pipeline(Readable.from(pieces(columns, rows)), createWriteStream(part));
    await rename(part, path);
  } finally {
    await rm(part, { force: true });
  }
}

function* pieces(columns: readonly string[], rows: Iterable<readonly string[]>): Generator<string> {
  let text = `${columns.join(',')}\n`;
  for (const row of rows) {
    text += `${row.map(cell).join(',')}\n`;
    if (text.length < PIECE) continue;
    yield text;
    text = '';
  }
  yield text;
}

function cell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * The rows of a file, converted one by one.
 *
 * @throws UserError `SIMULATION_INVALID` when the file is missing, lacks a column, or has a row that cannot be converted
 */
export async function* readCsv<Column extends string, Item>(
  path: string,
  columns: readonly Column[],
  convert: (row: Record<Column, string>) => Item,
): AsyncGenerator<Item> {
  let line = 1;
  let missing: readonly Column[] = [];
  let has = '';
  const parser = parse({
    bom: true,
    columns: (header: string[]) => {
      missing = columns.filter((column) => !header.includes(column));
      has = header.join(',');
      if (missing.length > 0)
        throw new Error(`it lacks the column${missing.length > 1 ? 's' : ''} ${missing.join(', ')}`);
      return header;
    },
    skip_empty_lines: true,
  });
  // The reader meets the error of either stream in the parser, and closes both.
  const rows = startPipeline(createReadStream(path), parser, () => {}) as AsyncIterable<Record<Column, string>>;
  try {
    for await (const row of rows) {
      line += 1;
      yield convert(row);
    }
  } catch (cause) {
    throw new UserError(
      'SIMULATION_INVALID',
      `${path} cannot be read${line > 1 ? ` at row ${line}` : ''}: ${messageOf(cause)}`,
      {
        right: `It needs the columns ${columns.join(',')}${missing.length > 0 ? ` and has ${quoted(has)}` : ''}.`,
        todo: 'Mend the file, or name another folder. docs/simulation.md has the format.',
        cause,
      },
    );
  }
}
