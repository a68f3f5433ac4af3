/** Transfers from a CSV file, streamed, of whichever kind the file is. */
import { brokenRow, type CsvRecord, endsClosed, faultOf, isBlank, readCsv } from '../../csv.ts';
import { quoted, UserError } from '../../errors.ts';
import { parseAddress, parseTransaction } from '../address.ts';
import type { Address, Asset, HistoryRow } from '../chain.ts';
import { checkTime, parseBlock, parseCount, parseMoney, parseUtc, readConfirmed, readResult } from './cells.ts';
import { type Field, recognise, type Table, type TransferFormat } from './formats.ts';
import { type LeftOut, type TokenOf, tokenOf } from './token.ts';

export interface TransferFile {
  readonly format: TransferFormat;
  /** What people call files of this kind. */
  readonly title: string;
  /** Read anew from the file each time they are iterated. */
  readonly rows: AsyncIterable<FileRow>;
}

/**
 * A row of the file; `line` is where it begins, and the header is line 1.
 *
 * - `row`: a transfer. Rows may be equal, also within one transaction: they are not numbered yet.
 * - `leftOut`: the row is in order but no transfer to be stored: of another token, or of a transaction that failed or was
 *   not confirmed.
 * - `fault`: the row cannot be read, so that a transfer may be missing.
 */
export type FileRow =
  | { readonly line: number; readonly row: HistoryRow }
  | { readonly line: number; readonly leftOut: LeftOut }
  | { readonly line: number; readonly fault: UserError };

export interface TransferFileOptions {
  /** What is to be read; rows of all other tokens are left out. */
  readonly assets: readonly Asset[];
  /** Milliseconds since 1970. */
  readonly now: number;
  /** The contract of all rows of a file that names none. Where a file names contracts, these count. */
  readonly assumeContract?: Address | undefined;
}

/**
 * Opens a file of transfers: Etherscan's or TronScan's export, the plain columns
 * `transaction_id,block_timestamp_ms,from,to,value`, which are USDT on Tron by definition, or an economy's transfers.csv.
 *
 * @throws UserError `FILE_UNREADABLE`, `CSV_ENCODING`, `CSV_COLUMNS`, `CSV_BROKEN` for a first line that cannot be read,
 *   `TOKEN_UNNAMED` or `TOKEN_UNKNOWN` where it cannot be told which token the rows are of
 */
export async function readTransferFile(path: string, options: TransferFileOptions): Promise<TransferFile> {
  const { cells, delimiter } = await readHeader(path);
  const table = recognise(path, cells);
  const token = tokenOf(path, table, options.assets, options.assumeContract ?? null);
  const { format, title } = table.layout;
  const reader: Reader = { table, token, delimiter, now: options.now, closed: await endsClosed(path) };
  return { format, title, rows: { [Symbol.asyncIterator]: () => readRows(path, reader) } };
}

async function readHeader(path: string): Promise<Pick<CsvRecord, 'cells' | 'delimiter'>> {
  for await (const record of readCsv(path)) {
    if (record.cut === null) return record;
    throw new UserError('CSV_BROKEN', `The first line of ${path} is no proper CSV: ${record.cut}.`, {
      right: 'The first line names the columns.',
      todo: 'Export the file again.',
    });
  }
  return { cells: [], delimiter: ',' };
}

interface Reader {
  readonly table: Table;
  readonly token: TokenOf;
  readonly delimiter: string;
  readonly now: number;
  /** The file's last cell has an end. */
  readonly closed: boolean;
}

async function* readRows(path: string, reader: Reader): AsyncGenerator<FileRow> {
  let isHeader = true;
  for await (const { record, last } of withLast(readCsv(path))) {
    if (!isHeader && (record.cut !== null || !isBlank(record.cells))) {
      yield { line: record.line, ...readRecord(record, last && !reader.closed, reader) };
    }
    isHeader = false;
  }
}

/** Each record with the word whether it is the last one. */
async function* withLast(records: AsyncIterable<CsvRecord>): AsyncGenerator<{ record: CsvRecord; last: boolean }> {
  let held: CsvRecord | null = null;
  for await (const record of records) {
    if (held !== null) yield { record: held, last: false };
    held = record;
  }
  if (held !== null) yield { record: held, last: true };
}

type Outcome = { row: HistoryRow } | { leftOut: LeftOut } | { fault: UserError };

function readRecord(record: CsvRecord, open: boolean, reader: Reader): Outcome {
  try {
    const fault = faultOf(record, reader.table.columns);
    if (fault !== null) return { fault };
    // No kind of these files has cells of several lines, and rows within a cell would be lost in silence.
    if (record.cells.some((cell) => /[\r\n]/.test(cell))) {
      return { fault: brokenRow('a quote is opened in it and closed in another, with all rows between them') };
    }
    return open ? refuseOpen(record, reader) : readCells(record.cells, reader);
  } catch (error) {
    if (error instanceof UserError) return { fault: error };
    throw error;
  }
}

/** Of a file that was cut off the last amount may be the beginning of a larger one. Addresses and hashes tell by themselves. */
function refuseOpen({ cells }: CsvRecord, reader: Reader): Outcome {
  const { index, columns } = reader.table;
  const amount = index.units ?? index.decimal;
  if (amount !== columns - 1 || cells.length > columns) return readCells(cells, reader);
  throw new UserError(
    'CSV_BROKEN',
    `The file ends within its last row: ${quoted(cells[amount] ?? '')} may be cut off.`,
    {
      right: 'The last row ends with a line break, as all others do.',
      todo: 'Export the file again; if it is whole, add a line break at its end.',
    },
  );
}

function readCells(cells: readonly string[], { table, token, delimiter, now }: Reader): Outcome {
  const { index } = table;
  /** Spreadsheets bring blanks around what is pasted into them. */
  const cell = (field: Field): string => cells[index[field] ?? -1]?.trim() ?? '';
  const asset = token(cell);
  if ('code' in asset) return { leftOut: asset };
  const leftOut = stateOf(index, cell);
  if (leftOut !== null) return { leftOut };
  const { chain, symbol, decimals, since } = asset;
  const unit = index.units === undefined ? 'decimal' : 'units';
  return {
    row: {
      chain,
      asset: symbol,
      transaction: parseTransaction(cell('transaction')),
      from: parseAddress(chain, cell('from')),
      to: parseAddress(chain, cell('to')),
      value: parseMoney(cell(unit), { unit, decimals, decimalComma: delimiter === ';' }),
      timestamp: checkTime(readTime(index, cell), { since, now }),
      block: parseBlock(cell('block')),
    },
  };
}

function stateOf(index: Table['index'], cell: (field: Field) => string): LeftOut | null {
  const result = index.result === undefined ? null : readResult(cell('result'));
  if (result !== null) return result;
  // Etherscan leaves the cell empty where nothing failed.
  const status = cell('status') === '' ? null : readResult(cell('status'));
  return status ?? (index.confirmed === undefined ? null : readConfirmed(cell('confirmed')));
}

function readTime(index: Table['index'], cell: (field: Field) => string): number {
  if (index.milliseconds !== undefined) return parseCount(cell('milliseconds'), 'milliseconds');
  if (index.seconds !== undefined) return parseCount(cell('seconds'), 'seconds');
  return parseUtc(cell('utc'));
}
