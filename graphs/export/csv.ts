/**
 * CSV for spreadsheets: one file of wallets, one of edges, one of how far each wallet of the case was seen, one of what is left
 * out as poison, and one that says of what case they are.
 *
 * Lines end with CRLF, as RFC 4180 and Excel have it. A cell that a spreadsheet would take for a formula gets an apostrophe
 * in front; a difference is a number of ours, and may be negative. A total has all its digits in the file; a spreadsheet shows about the first 15 of them.
 */
import { stringify } from 'csv-stringify/sync';
import { joinLines } from './chunks.ts';
import {
  type CoverageRow,
  coverageRows,
  EDGE_FIELDS,
  type EdgeRow,
  edgeRows,
  NODE_FIELDS,
  type NodeRow,
  nodeRows,
  type PoisonRow,
  poisonRows,
} from './rows.ts';
import { type ExportSnapshot, headerFields } from './snapshot.ts';

const NODE_COLUMNS = ['id', ...Object.keys(NODE_FIELDS)];
const EDGE_COLUMNS = ['id', 'source', 'target', ...Object.keys(EDGE_FIELDS)];
const COVERAGE_COLUMNS: readonly (keyof CoverageRow)[] = [
  ...(['id', 'chain', 'address', 'state', 'reason', 'from', 'to', 'rows', 'proof', 'difference'] as const),
  ...(['hop', 'asset', 'provider', 'requests'] as const),
];
const POISON_COLUMNS: (keyof PoisonRow)[] = ['chain', 'asset', 'transaction', 'from', 'to', 'amount', 'time', 'rule'];

const OPTIONS = {
  record_delimiter: '\r\n',
  // Otherwise csv-stringify 6.9 leaves a lone CR or LF in a cell unquoted as soon as a line's end is named.
  quote_record_delimiter: true,
  escape_formulas: true,
  cast: {
    string: (text: string, { column }: { readonly column?: string | number }) =>
      column === 'difference' ? { value: text, escape_formulas: false } : text,
  },
};

/** The wallets of the graph, a line each. */
export function writeNodesCsv(snapshot: ExportSnapshot): Iterable<string> {
  return joinLines(csvLines(NODE_COLUMNS, nodeRows(snapshot)));
}

/** The edges of the graph, a line each. */
export function writeEdgesCsv(snapshot: ExportSnapshot): Iterable<string> {
  return joinLines(csvLines(EDGE_COLUMNS, edgeRows(snapshot)));
}

/** How far each wallet of the case was seen, a line each. */
export function writeCoverageCsv(snapshot: ExportSnapshot): Iterable<string> {
  return joinLines(csvLines([...COVERAGE_COLUMNS], coverageRows(snapshot)));
}

/** What the graph leaves out as poison, a transfer a line. */
export function writePoisonCsv(snapshot: ExportSnapshot): Iterable<string> {
  return joinLines(csvLines(POISON_COLUMNS, poisonRows(snapshot)));
}

/** What the export is of, under which hashes, and how far the crawl came: a name and a value a line. */
export function writeCaseCsv(snapshot: ExportSnapshot): Iterable<string> {
  return [stringify([['name', 'value'], ...headerFields(snapshot)], OPTIONS)];
}

/** Setting up the writer costs more than a line, so that it is given many at a time. */
const BATCH = 1_000;

function* csvLines(columns: string[], rows: Iterable<NodeRow | EdgeRow | CoverageRow | PoisonRow>): Iterable<string> {
  let batch: (string[] | NodeRow | EdgeRow | CoverageRow | PoisonRow)[] = [columns];
  const text = () => stringify(batch, { ...OPTIONS, columns });
  for (const row of rows) {
    if (batch.push(row) < BATCH) continue;
    yield text();
    batch = [];
  }
  yield text();
}
