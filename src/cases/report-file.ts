/** Reports from a CSV file, streamed: a file may have a million rows. */
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { type CsvError, parse } from 'csv-parse';
import { messageOf, UserError } from '../errors.ts';
import type { RawReport } from './report.ts';

/** Columns by the names they go by; all others are kept in the note. */
const COLUMNS: Record<string, keyof RawReport> = {
  wallet: 'wallet',
  address: 'wallet',
  role: 'role',
  tx: 'tx',
  amount: 'amount',
  currency: 'currency',
  at: 'at',
  ref: 'ref',
  from_wallet: 'fromWallet',
  from_exchange: 'fromExchange',
  withdrawal: 'withdrawal',
  note: 'note',
};
const MAX_RECORD_BYTES = 1_000_000;
const PEEK_BYTES = 64 * 1024;

/** A row of the file, or why it is none. `line` is where it begins; the header is line 1. */
export type ReportRow =
  | { readonly line: number; readonly report: RawReport }
  | { readonly line: number; readonly fault: UserError };

/**
 * The rows of a file, one by one. A row that is no proper CSV is passed on as its fault, and the rows behind it are read.
 *
 * @throws UserError `FILE_UNREADABLE`, `CSV_ENCODING` or `CSV_COLUMNS`
 */
export async function* readReportFile(path: string): AsyncGenerator<ReportRow> {
  const delimiter = await detectDelimiter(path);
  const broken: ReportRow[] = [];
  const parser = createReadStream(path).pipe(
    parse({
      bom: true,
      delimiter,
      columns: (header: string[]) => readHeader(path, header),
      info: true,
      max_record_size: MAX_RECORD_BYTES,
      skip_empty_lines: true,
      skip_records_with_empty_values: true,
      skip_records_with_error: true,
      on_skip: (error) => {
        if (error !== undefined) broken.push({ line: lineOf(error), fault: brokenRow(error) });
        return undefined;
      },
    }),
  );
  let previous = 1;
  for await (const { record, info } of parser as AsyncIterable<{
    record: Record<string, string>;
    info: { lines: number };
  }>) {
    yield* broken.splice(0);
    yield { line: previous + 1, report: readRecord(record) };
    previous = info.lines;
  }
  yield* broken;
}

function lineOf(error: CsvError): number {
  return typeof error.lines === 'number' ? error.lines : 0;
}

function brokenRow(error: CsvError): UserError {
  return new UserError('CSV_BROKEN', `The row is no proper CSV: ${messageOf(error)}.`, {
    right: 'Every row has as many cells as the header, and a quote inside a quoted cell is doubled.',
    todo: 'Correct the row and import the file again: rows that are in the case already are not added twice.',
  });
}

/** A header decides by the sign that separates its names: comma, semicolon (spreadsheets in much of Europe) or tab. */
async function detectDelimiter(path: string): Promise<string> {
  const start = await peek(path);
  if (start.includes(0)) {
    throw new UserError('CSV_ENCODING', `${path} is not encoded as UTF-8.`, {
      right: 'Downstream reads CSV files in UTF-8, with or without a byte order mark.',
      todo: 'Save it again as "CSV UTF-8".',
    });
  }
  const header = start.toString('utf8').split(/\r?\n/, 1)[0] ?? '';
  const counts = [',', ';', '\t'].map((sign) => ({ sign, count: header.split(sign).length }));
  return counts.reduce((best, each) => (each.count > best.count ? each : best)).sign;
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
    throw new UserError('FILE_UNREADABLE', `${path} cannot be read: ${messageOf(error)}.`, {
      right: 'It is a CSV file that this user may read.',
      todo: 'Check the path.',
    });
  }
}

function readHeader(path: string, header: readonly string[]): string[] {
  const names = header.map((name) =>
    name
      .trim()
      .toLowerCase()
      .replace(/[\s-]+/g, '_'),
  );
  if (!names.some((name) => COLUMNS[name] === 'wallet')) {
    throw new UserError(
      'CSV_COLUMNS',
      `${path} has no column named wallet or address; it has: ${header.join(', ') || 'none'}.`,
      {
        right: `The first line names the columns: wallet (or address), and as far as known ${[...new Set(Object.keys(COLUMNS))].slice(2).join(', ')}.`,
        todo: 'Add or rename the column; others are kept as notes.',
      },
    );
  }
  const twice = names.find((name, index) => name in COLUMNS && names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw new UserError('CSV_COLUMNS', `${path} has the column ${twice} twice.`, {
      right: 'Each column of a report stands once.',
      todo: 'Rename or remove one of them.',
    });
  }
  return names.map((name, index) => (name in COLUMNS ? name : (header[index] ?? '')));
}

function readRecord(record: Record<string, string>): RawReport {
  const known: Record<string, string> = {};
  const extra: string[] = [];
  for (const [column, value] of Object.entries(record)) {
    const field = COLUMNS[column];
    if (field === undefined) {
      if (value.trim() !== '') extra.push(`${column.trim()}: ${value.trim()}`);
    } else if (known[field] === undefined || known[field] === '') {
      known[field] = value;
    }
  }
  const note = [known.note, ...extra].filter((part) => part !== undefined && part !== '').join('; ');
  return { ...known, wallet: known.wallet ?? '', note };
}
