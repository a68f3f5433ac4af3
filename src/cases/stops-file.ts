/** The wallets at which a trace is to stop, from a CSV file: a list that somebody vouches for. */
import { createHash } from 'node:crypto';
import { namedChain, parseAddress } from '../chains/address.ts';
import type { Address, ChainId } from '../chains/chain.ts';
import { type CsvRecord, faultOf, isBlank, readCsv } from '../csv.ts';
import { quoted, UserError } from '../errors.ts';
import { CATEGORY_NAMES, type Category, namedCategory, stopsByDefault } from '../tags/categories.ts';

/** A wallet of a service. */
export interface ListedStop {
  readonly chain: ChainId;
  readonly address: Address;
  readonly category: Category;
  /** Of the service, where the list names it. */
  readonly name: string | null;
  /** Where it is known from. */
  readonly source: string | null;
}

const REQUIRED = ['address', 'category'] as const;
const OPTIONAL = ['chain', 'name', 'source'] as const;
type Column = (typeof REQUIRED | typeof OPTIONAL)[number];

const RIGHT = `A row has an address and a category, and as far as known chain, name and source.\nA category is one of: ${CATEGORY_NAMES.filter(stopsByDefault).join(', ')}.`;

/** More wallets than any list has that people keep, and few enough to hold. */
const MOST_ROWS = 500_000;
const MOST_LETTERS = 1_000;
/** Refused rows that are told; the count says how many there are. */
const SHOWN_REFUSALS = 20;

/**
 * The stops of a file, each wallet once, by chain and address: the order of its rows does not matter. Rows that say the
 * same of a wallet are one; their sources are put together. Other columns are passed over.
 *
 * @param most how many rows it may have
 * @throws UserError `STOPS_INVALID` that names the bad rows, `STOPS_TOO_MANY`, `CSV_COLUMNS`, `CSV_BROKEN` for a first
 *   line that cannot be read, `CSV_ENCODING` or `FILE_UNREADABLE`
 */
export async function readStopsFile(path: string, most = MOST_ROWS): Promise<ListedStop[]> {
  const list = new StopList();
  let header: Header | null = null;
  for await (const record of readCsv(path)) {
    if (header === null) header = readHeader(path, record);
    else if (record.cut !== null || !isBlank(record.cells)) list.add(header, record);
    if (list.rows > most) throw tooMany(path, most);
  }
  if (header === null) throw noColumn(path, []);
  return list.finish(path);
}

/** 64 hex digits that are equal for lists that say the same. */
export function stopsDigest(stops: readonly ListedStop[]): string {
  const hash = createHash('sha256');
  for (const { chain, address, category, name, source } of [...stops].sort(byWallet)) {
    hash.update(`${JSON.stringify([chain, address, category, name, source])}\n`);
  }
  return hash.digest('hex');
}

/** What was read of a wallet, where first, and all the sources that its rows name. */
interface Entry {
  readonly stop: ListedStop;
  readonly line: number;
  readonly sources: Set<string>;
}

class StopList {
  rows = 0;
  readonly #entries = new Map<string, Entry>();
  readonly #refusals: string[] = [];
  #refused = 0;

  add(header: Header, record: CsvRecord): void {
    this.rows += 1;
    try {
      const fault = faultOf(record, header.columns);
      if (fault !== null) throw fault;
      this.#put(readStop(header, record.cells), record.line);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      this.#refused += 1;
      if (this.#refusals.length < SHOWN_REFUSALS) this.#refusals.push(`  line ${record.line}: ${error.message}`);
    }
  }

  #put(stop: ListedStop, line: number): void {
    const key = `${stop.chain}:${stop.address}`;
    const before = this.#entries.get(key);
    if (before === undefined) {
      this.#entries.set(key, { stop, line, sources: new Set(stop.source === null ? [] : [stop.source]) });
      return;
    }
    if (before.stop.category !== stop.category) {
      throw contradiction(stop, `the category ${stop.category} here and ${before.stop.category}`, before.line);
    }
    if (before.stop.name !== stop.name) {
      throw contradiction(stop, `${named(stop)} here and ${named(before.stop)}`, before.line);
    }
    if (stop.source !== null) before.sources.add(stop.source);
  }

  finish(path: string): ListedStop[] {
    if (this.#refused > 0) throw this.#invalid(path);
    return [...this.#entries.values()]
      .map(({ stop, sources }) => ({ ...stop, source: sources.size === 0 ? null : [...sources].sort().join('; ') }))
      .sort(byWallet);
  }

  #invalid(path: string): UserError {
    const count = this.#refused.toLocaleString('en-US');
    const more = this.#refused - this.#refusals.length;
    const rest = more === 0 ? '' : `\n  … and ${more.toLocaleString('en-US')} more`;
    return new UserError(
      'STOPS_INVALID',
      `${count} ${this.#refused === 1 ? 'row' : 'rows'} of ${path} cannot be taken:\n${this.#refusals.join('\n')}${rest}`,
      {
        right: RIGHT,
        todo: 'Correct or remove them: a list of stops counts as a whole, or a trace would run on through what is left out.',
      },
    );
  }
}

function contradiction({ address }: ListedStop, what: string, line: number): UserError {
  return new UserError('STOP_CONTRADICTED', `${address} has ${what} in line ${line}.`);
}

function named({ name }: ListedStop): string {
  return name === null ? 'no name' : `the name ${quoted(name)}`;
}

interface Header {
  readonly columns: number;
  /** Where each column stands. */
  readonly places: ReadonlyMap<string, number>;
}

function readHeader(path: string, { cells, cut }: CsvRecord): Header {
  if (cut !== null) {
    throw new UserError('CSV_BROKEN', `The first line of ${path} has a quote that is never closed.`, {
      right: `The first line names the columns: ${REQUIRED.join(' and ')}, and as far as known ${OPTIONAL.join(', ')}.`,
      todo: 'Close the quote or take it away.',
    });
  }
  const names = cells.map((name) => name.trim().toLowerCase());
  if (!REQUIRED.every((name) => names.includes(name))) throw noColumn(path, cells);
  const twice = [...REQUIRED, ...OPTIONAL].find((name) => names.indexOf(name) !== names.lastIndexOf(name));
  if (twice !== undefined) {
    throw new UserError('CSV_COLUMNS', `${path} has the column ${twice} twice.`, {
      right: 'Each column of a list of stops stands once.',
      todo: 'Rename or remove one of them.',
    });
  }
  return { columns: cells.length, places: new Map(names.map((name, place) => [name, place])) };
}

function noColumn(path: string, header: readonly string[]): UserError {
  const names = header.map((name) => name.trim().toLowerCase());
  const missing = REQUIRED.filter((name) => !names.includes(name)).join(' and none named ');
  return new UserError(
    'CSV_COLUMNS',
    `${path} has no column named ${missing}; it has: ${header.join(', ') || 'none'}.`,
    {
      right: `The first line names the columns: ${REQUIRED.join(' and ')}, and as far as known ${OPTIONAL.join(', ')}.`,
      todo: 'Add or rename the column; others are passed over.',
    },
  );
}

function tooMany(path: string, most: number): UserError {
  return new UserError('STOPS_TOO_MANY', `${path} has more than ${most.toLocaleString('en-US')} rows.`, {
    right: 'A list of stops has the wallets of services that a trace may meet.',
    todo: 'Leave out what it will not meet, such as wallets on chains that are not read.',
  });
}

function readStop({ places }: Header, cells: readonly string[]): ListedStop {
  // Spreadsheets bring blanks around what is pasted into them; blanks inside an address are still refused.
  const cell = (column: Column): string => cells[places.get(column) ?? -1]?.trim() ?? '';
  const chain = namedChain(cell('chain'), cell('address'));
  return {
    chain,
    address: parseAddress(chain, cell('address')),
    category: readCategory(cell('category')),
    name: readText('name', cell('name')),
    source: readText('source', cell('source')),
  };
}

function readCategory(text: string): Category {
  const category = namedCategory(text);
  if (category !== null && stopsByDefault(category)) return category;
  throw new UserError(
    'CATEGORY_INVALID',
    text === '' ? 'It has no category.' : `${quoted(text)} is no category of a stop.`,
  );
}

/** Names are shown in results, where a sign that cannot be seen could make one look like another. */
function readText(column: 'name' | 'source', text: string): string | null {
  if (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(text)) {
    throw new UserError('TEXT_INVALID', `The ${column} ${quoted(text)} has a sign that cannot be seen.`);
  }
  if (text.length > MOST_LETTERS) {
    throw new UserError('TEXT_TOO_LONG', `The ${column} has ${text.length} characters, of at most ${MOST_LETTERS}.`);
  }
  return text === '' ? null : text;
}

function byWallet(a: ListedStop, b: ListedStop): number {
  if (a.chain !== b.chain) return a.chain < b.chain ? -1 : 1;
  return a.address < b.address ? -1 : a.address > b.address ? 1 : 0;
}
