/**
 * The registry of compounds: the file that comes with the program, and files of the same form. A file comes from outside and
 * counts as a whole: one bad entry refuses it, and all that is wrong is told at once.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { type Document, isScalar, LineCounter, parseDocument, visit } from 'yaml';
import { z } from 'zod';
import { messageOf, quoted, UserError } from '../errors.ts';
import { type CompoundEntry, entrySchema, INSTRUMENT_TYPES, KINDS } from './entry.ts';

/** Some seven times what the program's own file has, and little enough to parse, however it is nested. */
const MOST_BYTES = 500_000;
const MOST_ENTRIES = 1_000;
const LONGEST_LINE = 10_000;
/** Faults that are told; the count says how many there are. */
const SHOWN_FAULTS = 30;
/** Lists of entries that a file may have; what an entry is, its kind tells. */
const SECTIONS = ['compounds', 'marketplaces'] as const;

const ROOT = z.strictObject({
  compounds: z.array(z.unknown()).optional(),
  marketplaces: z.array(z.unknown()).optional(),
});

const FORM =
  'It is YAML with a list "compounds", "marketplaces" or both; an entry has id, name, kind, instruments and sources, and as far as known aliases, country, place, coordinates, platforms, operators, status and note.';

/** What would be right, by the name of the field. */
const RIGHT: Readonly<Record<string, string>> = {
  id: 'An id is 2 to 60 small letters, digits and dashes, such as kk-park, and stands once.',
  name: 'A name is a line of up to 200 characters.',
  alias: 'An alias is another whole name, of up to 200 characters.',
  aliases: 'Aliases are a list of names.',
  kind: `A kind is one of: ${KINDS.join(', ')}.`,
  country: 'A country is two letters of ISO 3166-1, such as MM.',
  coordinates:
    'Coordinates are [latitude, longitude] in degrees, such as [16.8, 98.5], in the country that the entry names.',
  coordinates_of: 'It is what they are of: town, district, province or site.',
  platform: 'A platform is a name or a domain, of up to 200 characters.',
  platforms: 'Platforms are a list of names.',
  operators: 'Operators are a list, each with name, type and instrument.',
  type: `An operator is a person or an entity; an instrument is one of: ${INSTRUMENT_TYPES.join(', ')}.`,
  instrument: 'Nobody is named but by a sanction, charge, judgment, finding or UN report, such as "OFAC 2025-09-08".',
  instruments: 'An entry has at least one instrument, with type, issuer and date: who names it officially.',
  issuer: 'An issuer is the authority, court or body.',
  date: 'A date is 2025-09-08, or 2025-09 where the day is not known.',
  as_of: 'A date is 2025-09-08, or 2025-09 where the day is not known.',
  sources: 'An entry has at least one source, with title, publisher and url; one of them begins with https.',
  title: 'A title is a line of up to 1,000 characters.',
  publisher: 'A publisher is who the page is by.',
  url: 'A url is the address of a page, such as https://example.org/page.',
  quality: 'Quality is primary, where the official page was read, or press.',
  place: 'A place is a line of up to 1,000 characters.',
  note: 'A note is a line of up to 1,000 characters.',
  reference: 'A reference is a line of up to 1,000 characters.',
  status: 'A status has a text and as_of, the date of it.',
};

const ONE_OF: Readonly<Record<string, string>> = {
  aliases: 'alias',
  platforms: 'platform',
  operators: 'operator',
  instruments: 'instrument',
  sources: 'source',
};

/**
 * The entries of a file, by id.
 *
 * @param file its name, for messages
 * @throws UserError `COMPOUNDS_INVALID` that names each bad entry and field, `COMPOUNDS_FORMAT` for what is no such file, or
 *   `COMPOUNDS_TOO_LARGE`
 */
export function parseCompounds(text: string, file: string): CompoundEntry[] {
  if (Buffer.byteLength(text) > MOST_BYTES) throw tooLarge(file, `${MOST_BYTES.toLocaleString('en-US')} bytes`);
  const long = text.split('\n').findIndex((line) => line.length > LONGEST_LINE);
  if (long >= 0) throw tooLarge(file, `${LONGEST_LINE.toLocaleString('en-US')} characters in line ${long + 1}`);
  const items = itemsOf(text, file);
  const faults: string[] = [];
  const entries: CompoundEntry[] = [];
  const lines = new Map<string, number>();
  for (const { line, value } of items) {
    const parsed = entrySchema.safeParse(value, { reportInput: true });
    const where = `line ${line}, ${nameOf(value)}`;
    const id = (value as { id?: unknown } | null)?.id;
    const before = typeof id === 'string' ? lines.get(id) : undefined;
    if (before !== undefined) faults.push(`${where}, id: Line ${before} has it already. ${RIGHT.id}`);
    if (typeof id === 'string') lines.set(id, before ?? line);
    if (parsed.success) entries.push(parsed.data);
    else faults.push(...parsed.error.issues.flatMap(faultTexts).map((fault) => `${where}, ${fault}`));
  }
  if (faults.length > 0) throw invalid(file, faults);
  return entries.sort((a, b) => (a.id < b.id ? -1 : Number(a.id > b.id)));
}

/** A file as it was read, with the digest of its bytes as 64 hex digits. */
export interface CompoundFile {
  readonly entries: readonly CompoundEntry[];
  readonly sha256: string;
}

/** @throws UserError `FILE_UNREADABLE`, `COMPOUNDS_FORMAT` for what is no UTF-8, or as `parseCompounds` */
export async function readCompoundFile(path: string, file: string): Promise<CompoundFile> {
  const bytes = await readBounded(path, file);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw noSuchFile(file, 'it is no text in UTF-8');
  }
  return { entries: parseCompounds(text, file), sha256: createHash('sha256').update(bytes).digest('hex') };
}

let builtIn: readonly CompoundEntry[] | null = null;

/** The entries that come with the program. */
export function builtInCompounds(): readonly CompoundEntry[] {
  builtIn ??= parseCompounds(readFileSync(new URL('./registry.yaml', import.meta.url), 'utf8'), 'registry.yaml');
  return builtIn;
}

/** One byte more than may be: then it is too large, however large it is, or whether it ends at all. */
async function readBounded(path: string, file: string): Promise<Buffer> {
  let bytes: Buffer;
  try {
    const handle = await open(path);
    try {
      const buffer = Buffer.alloc(MOST_BYTES + 1);
      let length = 0;
      for (;;) {
        const { bytesRead } = await handle.read(buffer, length, buffer.length - length, null);
        length += bytesRead;
        if (bytesRead === 0 || length === buffer.length) break;
      }
      bytes = buffer.subarray(0, length);
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw new UserError('FILE_UNREADABLE', `${path} cannot be read: ${messageOf(error)}.`, {
      todo: 'Check the path.',
      cause: error,
    });
  }
  if (bytes.length > MOST_BYTES) throw tooLarge(file, `${MOST_BYTES.toLocaleString('en-US')} bytes`);
  return bytes;
}

interface Item {
  readonly line: number;
  readonly value: unknown;
}

/** All values are text: no types, no anchors, no field twice. */
function itemsOf(text: string, file: string): Item[] {
  const lineCounter = new LineCounter();
  const lineOf = (offset: number) => lineCounter.linePos(offset).line;
  try {
    // The parser compares each key of a map with each other: a map of 60,000 takes it minutes.
    const parsing = { schema: 'failsafe', logLevel: 'error', prettyErrors: false, uniqueKeys: false } as const;
    const document = parseDocument(text, { ...parsing, lineCounter });
    const [fault] = [...document.errors, ...document.warnings];
    if (fault?.code === 'MULTIPLE_DOCS') throw new Error(`line ${lineOf(fault.pos[0])} begins another document`);
    if (fault !== undefined) throw new Error(`line ${lineOf(fault.pos[0])}: ${fault.message}`);
    const twice = repeatedKey(document);
    if (twice !== null) throw new Error(`line ${lineOf(twice)} has a field that stands before it already`);
    const root = ROOT.safeParse(document.toJS({ maxAliasCount: 0 }));
    if (!root.success) throw new Error('at its top it has other fields than these lists');
    const found = SECTIONS.flatMap((section) =>
      (root.data[section] ?? []).map((value, at) => ({ section, value, at })),
    );
    if (found.length === 0) throw new Error('it has no entry');
    if (found.length > MOST_ENTRIES) throw tooLarge(file, `${MOST_ENTRIES.toLocaleString('en-US')} entries`);
    return found.map(({ section, value, at }) => {
      const node = document.getIn([section, at], true) as { range?: readonly number[] } | undefined;
      return { line: lineOf(node?.range?.[0] ?? 0), value };
    });
  } catch (error) {
    throw error instanceof UserError ? error : noSuchFile(file, reasonOf(error));
  }
}

/** Where the first key stands that its map has twice; `null` where there is none. */
function repeatedKey(document: Document.Parsed): number | null {
  let found: number | null = null;
  visit(document, {
    Map: (_, { items }) => {
      const seen = new Set<unknown>();
      for (const { key } of items) {
        const name = isScalar(key) ? key.value : key;
        if (seen.has(name)) {
          found = isScalar(key) ? (key.range?.[0] ?? 0) : 0;
          return visit.BREAK;
        }
        seen.add(name);
      }
      return undefined;
    },
  });
  return found;
}

function reasonOf(error: unknown): string {
  // Nesting without end exhausts the stack of the parser.
  const message = messageOf(error);
  if (/call stack/.test(message)) return 'it is nested too deeply';
  if (error instanceof ReferenceError) return 'it refers to an anchor (*), which may expand without end';
  return message.replace(/\.$/, '');
}

function nameOf(value: unknown): string {
  const { id, name } = (typeof value === 'object' && value !== null ? value : {}) as { id?: unknown; name?: unknown };
  const told = [id, name].find((each) => typeof each === 'string' && each !== '');
  return told === undefined ? 'an entry without id' : quoted(told as string);
}

function faultTexts(issue: z.core.$ZodIssue): string[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => `${placeOf([...issue.path, quoted(key)])}: There is no such field. ${FORM}`);
  }
  const { path } = issue;
  const [list, number, inside] = path;
  const item = typeof number === 'number' ? ONE_OF[String(list)] : undefined;
  const field = item === undefined ? list : (inside ?? item);
  const last = typeof path.at(-1) === 'number' ? field : (path.at(-1) ?? '');
  return [`${placeOf(path)}: ${wrongOf(issue)} ${RIGHT[String(last)] ?? RIGHT[String(field)] ?? FORM}`];
}

/** `country`, `operator 2`, `instrument of operator 2`, `as_of of status`. */
function placeOf(path: readonly PropertyKey[]): string {
  const [list, number, ...inside] = path;
  if (typeof number !== 'number') return path.map(String).reverse().join(' of ') || 'entry';
  const item = ONE_OF[String(list)];
  return item === undefined ? String(list) : [...inside.map(String).reverse(), `${item} ${number + 1}`].join(' of ');
}

function wrongOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'custom':
      return issue.message;
    case 'too_big':
      return issue.origin === 'array' ? `There are more than ${issue.maximum}.` : 'It is too long.';
    case 'too_small':
      return 'There are too few.';
    default:
      return issue.input === undefined ? 'It is missing.' : 'It is of another form.';
  }
}

function tooLarge(file: string, what: string): UserError {
  return new UserError('COMPOUNDS_TOO_LARGE', `${file} has more than ${what}.`, {
    right: `A file of compounds has up to ${MOST_ENTRIES.toLocaleString('en-US')} entries of a few lines each.`,
    todo: 'Check that it is the right file, or import it in parts.',
  });
}

function noSuchFile(file: string, reason: string): UserError {
  return new UserError('COMPOUNDS_FORMAT', `${file} is no file of compounds: ${reason}.`, {
    right: FORM,
    todo: 'Write it in the form that docs/compounds.md shows.',
  });
}

function invalid(file: string, faults: readonly string[]): UserError {
  const shown = faults.slice(0, SHOWN_FAULTS).map((fault) => `  ${fault}`);
  const more = faults.length - shown.length;
  const count = `${faults.length.toLocaleString('en-US')} ${faults.length === 1 ? 'fault' : 'faults'}`;
  return new UserError(
    'COMPOUNDS_INVALID',
    `${file} cannot be taken; it has ${count}:\n${shown.join('\n')}${more > 0 ? `\n  … and ${more.toLocaleString('en-US')} more` : ''}`,
    { todo: 'Correct them and import the file again: nothing of it is stored, since a file counts as a whole.' },
  );
}
