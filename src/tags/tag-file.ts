/** Tags from a file of whichever kind; what is in it tells the kind, not its name. */
import { UserError } from '../errors.ts';
import { openAddressList } from './formats/address-list.ts';
import { COLUMNS, isExchangeHeader, openExchangeCsv, openTagCsv } from './formats/csv.ts';
import type { OpenedFormat, RawRow } from './formats/format.ts';
import { type JsonFormat, openJson } from './formats/json.ts';
import { openSdnXml, type SdnFormat } from './formats/sdn-xml.ts';
import { openTagPack } from './formats/tagpack.ts';
import { readStart } from './lines.ts';
import { type LeftOutTag, readTags, type Tag, type TagDefaults } from './tag.ts';

export type TagFormat = 'tagpack' | 'csv' | 'exchange-csv' | 'addresses' | JsonFormat | SdnFormat;

/** What people call the kinds. */
export const TITLES: Readonly<Record<TagFormat, string>> = {
  tagpack: 'a GraphSense TagPack',
  'sdn-xml': 'the OFAC list of sanctions in XML',
  'sdn-advanced-xml': 'the OFAC list of sanctions in advanced XML',
  'ofac-json': 'wallets on the OFAC list of sanctions in JSON',
  'etherscan-labels': "Etherscan's labels in JSON",
  'exchange-csv': 'wallets of exchanges in CSV',
  csv: 'a list of tags in CSV',
  addresses: 'a plain list of addresses',
};

export interface TagFile {
  readonly format: TagFormat;
  /** Who the file says it is by, or who files of its kind are by; `null` where that is not told. */
  readonly publisher: string | null;
  /** Read anew from the file each time they are iterated. */
  readonly rows: AsyncIterable<TagRow>;
}

/**
 * A row of the file; `line` is where it begins, and the first line is 1.
 *
 * - `tags`: what it says of a wallet, one for each category that it names.
 * - `leftOut`: it is in order but of no wallet of ours.
 * - `fault`: it cannot be used, so that a tag may be missing.
 */
export type TagRow =
  | { readonly line: number; readonly tags: readonly Tag[] }
  | { readonly line: number; readonly leftOut: LeftOutTag }
  | { readonly line: number; readonly fault: UserError };

/** Enough for a header, and for comments before it. */
const START_BYTES = 64 * 1024;

/**
 * Opens a file of tags.
 *
 * @param defaults what holds for rows that do not tell it themselves
 * @throws UserError `TAGS_FORMAT` or `TAGS_HTML` where it is of no kind that is known, `LIST_UNNAMED` for a plain list
 *   without a category and a label, or what its kind may be refused for as a whole, also while its rows are read
 */
export async function openTagFile(path: string, defaults: TagDefaults): Promise<TagFile> {
  const { format, publisher, rows } = await openFormat(path, defaults);
  return { format, publisher, rows: { [Symbol.asyncIterator]: () => readRows(rows, defaults) } };
}

async function* readRows(rows: AsyncIterable<RawRow>, defaults: TagDefaults): AsyncGenerator<TagRow> {
  for await (const row of rows) {
    if (!('raw' in row)) yield row;
    else yield { line: row.line, ...readRow(row.raw, defaults) };
  }
}

function readRow(raw: Parameters<typeof readTags>[0], defaults: TagDefaults) {
  try {
    const read = readTags(raw, defaults);
    return 'code' in read ? { leftOut: read } : { tags: read };
  } catch (error) {
    if (error instanceof UserError) return { fault: error };
    throw error;
  }
}

async function openFormat(path: string, defaults: TagDefaults): Promise<{ format: TagFormat } & OpenedFormat> {
  const start = (await readStart(path, START_BYTES)).trimStart();
  if (start.startsWith('<')) {
    const format = xmlFormat(path, start);
    return { format, ...openSdnXml(path, format) };
  }
  if (/^[{[]/.test(start)) return openJson(path);
  if (/^(?:tags|"tags"|'tags'|title|creator)\s*:/m.test(start))
    return { format: 'tagpack', ...(await openTagPack(path)) };
  const first = start.split(/\r?\n/).find((line) => line.trim() !== '' && !line.startsWith('#')) ?? '';
  const cells = first.split(/[,;\t]/).map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'));
  if (isExchangeHeader(cells)) return { format: 'exchange-csv', ...openExchangeCsv(path) };
  if (cells.some((cell) => cell.toLowerCase() === 'address')) return { format: 'csv', ...openTagCsv(path) };
  if (cells.length === 1 && /^[0-9A-Za-z]{20,120}$/.test(first.trim())) {
    if (defaults.category === null || defaults.label === null) throw unnamedList(path);
    return { format: 'addresses', ...openAddressList(path) };
  }
  throw unknown(path);
}

function xmlFormat(path: string, start: string): SdnFormat {
  if (/<(?:!doctype\s+)?html[\s>]/i.test(start)) {
    throw new UserError('TAGS_HTML', `${path} is a web page (HTML), no list.`, {
      right: 'A download that fails often brings a page that says why.',
      todo: 'Open it in a browser to see what it says, and get the list again.',
    });
  }
  if (/<(?:\w+:)?sdnList[\s>]/.test(start)) return 'sdn-xml';
  if (/<(?:\w+:)?Sanctions[\s>]/.test(start)) return 'sdn-advanced-xml';
  throw unknown(path);
}

function unnamedList(path: string): UserError {
  return new UserError('LIST_UNNAMED', `${path} is a plain list of addresses, which does not say what they are.`, {
    right:
      'It takes a category and a label for all of them, such as --category sanctioned --label "OFAC sanctions list".',
    todo: 'See the categories with: npx downstream tags categories',
  });
}

function unknown(path: string): UserError {
  return new UserError('TAGS_FORMAT', `${path} is no list of tags of a kind that is known.`, {
    right: `Known are ${Object.values(TITLES).join('; ')}. ${COLUMNS}`,
    todo: 'Check the file, or turn it into CSV with these columns.',
  });
}
