/**
 * Lists in CSV: our own columns, which those of a list of stops are too, and the wallets of exchanges as DefiLlama's
 * adapters name them (`exchange,chain,address,source_file`).
 */
import { type CsvRecord, faultOf, isBlank, readCsv } from '../../csv.ts';
import { quoted, UserError } from '../../errors.ts';
import { CATEGORY_NAMES, type Category, namedCategory } from '../categories.ts';
import { confidenceOf, parseConfidence } from '../confidence.ts';
import type { RawTag } from '../tag.ts';
import { categoriesOf } from '../words.ts';
import { type OpenedFormat, type RawRow, rawTag } from './format.ts';

export function openTagCsv(path: string): OpenedFormat {
  return { publisher: null, rows: { [Symbol.asyncIterator]: () => readRows(path, ownRow) } };
}

export function openExchangeCsv(path: string): OpenedFormat {
  return { publisher: 'DefiLlama', rows: { [Symbol.asyncIterator]: () => readRows(path, exchangeRow) } };
}

/** True for the first line of an exchange list. */
export function isExchangeHeader(cells: readonly string[]): boolean {
  const names = cells.map(plainName);
  return ['exchange', 'chain', 'address'].every((name) => names.includes(name));
}

/** The cell of a column, without blanks around it; `null` where it is empty or there is no such column. */
type Cell = (...names: readonly string[]) => string | null;

async function* readRows(path: string, read: (cell: Cell) => RawTag): AsyncGenerator<RawRow> {
  let header: Header | null = null;
  for await (const record of readCsv(path)) {
    if (header === null) header = readHeader(path, record);
    else if (record.cut !== null || !isBlank(record.cells))
      yield { line: record.line, ...readRow(header, record, read) };
  }
}

interface Header {
  readonly columns: number;
  readonly places: ReadonlyMap<string, number>;
}

function readHeader(path: string, { cells, cut }: CsvRecord): Header {
  const names = cells.map(plainName);
  const twice = names.find((name, place) => KNOWN.has(name) && names.indexOf(name) !== place);
  if (cut === null && twice === undefined && names.includes('address')) {
    return { columns: cells.length, places: new Map(names.map((name, place) => [name, place])) };
  }
  const wrong = cut ?? (twice === undefined ? 'no column is named address' : `the column ${twice} stands twice`);
  throw new UserError('CSV_COLUMNS', `The first line of ${path} cannot be used: ${wrong}.`, {
    right: COLUMNS,
    todo: 'Correct the first line; columns of other names are passed over.',
  });
}

const KNOWN = new Set([
  'exchange',
  'address',
  'label',
  'name',
  'category',
  'chain',
  'source',
  'sourcefile',
  'confidence',
  'date',
  'context',
]);

/** What the first line of our own lists may name. */
export const COLUMNS =
  'The columns are address, label, category, and as far as known chain, source, confidence, date, context.';

function plainName(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '');
}

function readRow({ columns, places }: Header, record: CsvRecord, read: (cell: Cell) => RawTag) {
  const { cells } = record;
  const cell: Cell = (...names) => {
    for (const name of names) {
      const text = cells[places.get(name) ?? -1]?.trim() ?? '';
      if (text !== '') return text;
    }
    return null;
  };
  try {
    const fault = faultOf(record, columns);
    return fault === null ? { raw: read(cell) } : { fault };
  } catch (error) {
    if (error instanceof UserError) return { fault: error };
    throw error;
  }
}

function ownRow(cell: Cell): RawTag {
  const category = cell('category');
  const confidence = cell('confidence');
  return rawTag({
    address: cell('address') ?? '',
    currency: cell('chain'),
    label: cell('label', 'name'),
    categories: category === null ? [] : [parseCategory(category)],
    publisherCategory: category,
    source: cell('source'),
    date: cell('date'),
    confidence: confidence === null ? null : parseConfidence(confidence),
    context: cell('context'),
  });
}

/**
 * A category as a person writes it: our name of it, or GraphSense's. Another word is refused, for a slip of the pen would
 * have a trace run on through a service.
 *
 * @throws UserError `CATEGORY_INVALID`
 */
export function parseCategory(text: string): Category {
  const category = namedCategory(text) ?? categoriesOf([text], 'graphsense')[0];
  if (category !== undefined) return category;
  throw new UserError('CATEGORY_INVALID', `${quoted(text)} is no category.`, {
    right: `A category is one of: ${CATEGORY_NAMES.join(', ')}.`,
    todo: 'See what they mean with: npx downstream tags categories',
  });
}

function exchangeRow(cell: Cell): RawTag {
  return rawTag({
    address: cell('address') ?? '',
    currency: cell('chain'),
    label: cell('exchange'),
    categories: ['exchange'],
    source: cell('sourcefile'),
    confidence: confidenceOf('web_crawl'),
  });
}
