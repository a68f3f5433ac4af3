/** Plain lists: an address a line, and nothing else. Blank lines and those that begin with # are passed over. */
import { readLines } from '../lines.ts';
import { type OpenedFormat, type RawRow, rawTag } from './format.ts';

export function openAddressList(path: string): OpenedFormat {
  return { publisher: null, rows: { [Symbol.asyncIterator]: () => readRows(path) } };
}

async function* readRows(path: string): AsyncGenerator<RawRow> {
  for await (const { line, text } of readLines(path)) {
    const address = text.trim();
    if (address !== '' && !address.startsWith('#')) yield { line, raw: rawTag({ address }) };
  }
}
