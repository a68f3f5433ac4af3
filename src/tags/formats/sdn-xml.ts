/**
 * The list of sanctions of the US Treasury in XML, streamed: it has 28 MB, and the advanced form over 100.
 *
 * - `sdn.xml`: an `sdnEntry` has names and ids; those of the type "Digital Currency Address - XBT" are addresses.
 * - `sdn_advanced.xml`: the same type is a feature, numbered in the reference values, of a `DistinctParty`.
 *
 * Document type declarations are refused, and with them entities of the file's own and from elsewhere: neither list has any.
 */
import { SaxesParser } from 'saxes';
import { messageOf, UserError } from '../../errors.ts';
import { confidenceOf } from '../confidence.ts';
import { readText } from '../lines.ts';
import { OFAC, type OpenedFormat, type RawRow, rawTag } from './format.ts';

const ADDRESS_TYPE = /^Digital Currency Address - (.+)$/;
/** Neither list nests deeper than a dozen. */
const MOST_DEPTH = 64;
const MOST_TEXT = 64 * 1024;
/** Letters without a tag or a text that ends: the parser holds them until then. */
const MOST_OPEN = 1024 * 1024;

export type SdnFormat = 'sdn-xml' | 'sdn-advanced-xml';

export function openSdnXml(path: string, format: SdnFormat): OpenedFormat {
  return { publisher: OFAC, rows: { [Symbol.asyncIterator]: () => readRows(path, format) } };
}

/**
 * @throws UserError `XML_DOCTYPE`, or `XML_BROKEN` where it is not well formed to its end: then no row counts, for those of a
 *   list that was cut off are not all
 */
async function* readRows(path: string, format: SdnFormat): AsyncGenerator<RawRow> {
  const list = format === 'sdn-xml' ? new SdnList() : new AdvancedList();
  const parser = new SaxesParser();
  const open: string[] = [];
  let text = '';
  let held = 0;
  parser.on('doctype', () => {
    throw new UserError('XML_DOCTYPE', `${path} has a document type declaration (line ${parser.line}).`, {
      right: 'The list of sanctions has none. It can make a file expand without end, or fetch another.',
      todo: 'Get the list again from the US Treasury itself.',
    });
  });
  parser.on('opentag', ({ name, attributes }) => {
    held = 0;
    if (open.length === MOST_DEPTH) throw new Error('it is nested too deeply');
    open.push(localName(name));
    text = '';
    list.opened(open, attributes, parser.line);
  });
  parser.on('text', (more) => {
    held = 0;
    text += more;
    if (text.length > MOST_TEXT) throw new Error('an element has too much text');
  });
  parser.on('closetag', () => {
    held = 0;
    list.closed(open, text.trim());
    open.pop();
    text = '';
  });
  parser.on('error', (error) => {
    throw error;
  });
  try {
    for await (const piece of readText(path)) {
      held += piece.length;
      parser.write(piece);
      if (held > MOST_OPEN) throw new Error('something in it does not end');
      yield* list.taken();
    }
    parser.close();
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError('XML_BROKEN', `${path} is no proper XML: ${messageOf(error)} (line ${parser.line}).`, {
      right: 'A list of sanctions counts as a whole, or wallets that are on it would be missed.',
      todo: 'Get it again: it may have been cut off.',
    });
  }
  yield* list.taken();
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

/** What an entry of either list is made of, until it is closed. */
abstract class SanctionsList {
  protected date: string | null = null;
  protected names: string[] = [];
  protected programs: string[] = [];
  protected reference = '';
  protected addresses: { line: number; type: string; address: string }[] = [];
  #rows: RawRow[] = [];

  /** @param open the names of the open elements, the newest last */
  abstract opened(open: readonly string[], attributes: Readonly<Record<string, string>>, line: number): void;
  abstract closed(open: readonly string[], text: string): void;

  protected begin(): void {
    [this.names, this.programs, this.addresses, this.reference] = [[], [], [], ''];
  }

  protected finish(): void {
    const label = this.names.join(' ') || null;
    const context = [...this.programs, `entry ${this.reference}`].join('; ');
    for (const { line, type, address } of this.addresses) {
      const currency = ADDRESS_TYPE.exec(type)?.[1];
      if (currency === undefined) continue;
      const raw = rawTag({
        ...{ address, currency, label, categories: ['sanctioned'], publisherCategory: type, date: this.date, context },
        confidence: confidenceOf('authority_data'),
      });
      this.#rows.push({ line, raw });
    }
  }

  /** The rows since it was last asked. */
  taken(): readonly RawRow[] {
    const rows = this.#rows;
    this.#rows = [];
    return rows;
  }
}

class SdnList extends SanctionsList {
  #type = '';
  #line = 0;

  opened(open: readonly string[], _attributes: Readonly<Record<string, string>>, line: number): void {
    const name = open.at(-1);
    if (name === 'sdnEntry') this.begin();
    if (name !== 'id') return;
    this.#line = line;
    this.#type = '';
  }

  closed(open: readonly string[], text: string): void {
    const [parent, name] = open.slice(-2);
    if (name === 'Publish_Date') this.date = text;
    else if (name === 'sdnEntry') this.finish();
    else if (name === 'program') this.programs.push(text);
    else if (name === 'idType') this.#type = text;
    else if (name === 'idNumber') this.addresses.push({ line: this.#line, type: this.#type, address: text });
    else if (parent === 'sdnEntry' && name === 'uid') this.reference = text;
    else if (parent === 'sdnEntry' && (name === 'firstName' || name === 'lastName')) this.names.push(text);
  }
}

class AdvancedList extends SanctionsList {
  /** The types of features that are addresses, by their number. */
  readonly #types = new Map<string, string>();
  #type = '';
  #line = 0;
  #isPrimary = false;
  readonly #issued: string[] = [];

  opened(open: readonly string[], attributes: Readonly<Record<string, string>>, line: number): void {
    const name = open.at(-1);
    if (name === 'DistinctParty') this.begin();
    if (name === 'DistinctParty') this.reference = attributes.FixedRef ?? '';
    if (name === 'FeatureType') this.#type = attributes.ID ?? '';
    if (name === 'Feature') [this.#type, this.#line] = [attributes.FeatureTypeID ?? '', line];
    if (name === 'Alias') this.#isPrimary = attributes.Primary === 'true';
  }

  closed(open: readonly string[], text: string): void {
    const [parent, name] = open.slice(-2);
    if (parent === 'DateOfIssue') this.#issued.push(text.padStart(2, '0'));
    else if (name === 'DateOfIssue') this.date = this.#issued.join('-');
    else if (name === 'FeatureType' && ADDRESS_TYPE.test(text)) this.#types.set(this.#type, text);
    else if (name === 'NamePartValue' && this.#isPrimary && open.includes('DistinctParty')) this.names.push(text);
    else if (name === 'VersionDetail') {
      const type = this.#types.get(this.#type);
      if (type !== undefined && text !== '') this.addresses.push({ line: this.#line, type, address: text });
    } else if (name === 'DistinctParty') this.finish();
  }
}
