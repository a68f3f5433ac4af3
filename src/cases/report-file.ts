/** Reports from a CSV file, streamed. */
import { faultOf, isBlank, readCsv } from '../csv.ts';
import { UserError } from '../errors.ts';
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
  ['payment', 'payment'],
  ['names', 'names'],
]);

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
  let columns: readonly Column[] | null = null;
  for await (const record of readCsv(path)) {
    const { line, cells, cut } = record;
    if (columns === null) {
      if (cut !== null) throw brokenHeader(path);
      columns = readHeader(path, cells);
    } else if (cut !== null || !isBlank(cells)) {
      const fault = faultOf(record, columns.length);
      yield fault === null ? { line, report: readReport(columns, cells) } : { line, fault };
    }
  }
  if (columns === null) readHeader(path, []);
}

function brokenHeader(path: string): UserError {
  return new UserError('CSV_BROKEN', `The first line of ${path} has a quote that is never closed.`, {
    right: 'The first line names the columns: wallet (or address), and as far as known others.',
    todo: 'Close the quote or take it away.',
  });
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
