/** What a publisher says of a wallet, and how that is read off a row of a file. */
import { parseAddress } from '../chains/address.ts';
import type { Address, ChainId } from '../chains/chain.ts';
import { quoted, UserError } from '../errors.ts';
import type { Category } from './categories.ts';
import { type Confidence, confidenceOf } from './confidence.ts';
import { chainOfCurrency } from './currencies.ts';

/** A claim, of the publisher under whose name it is stored. */
export interface Tag {
  readonly chain: ChainId;
  readonly address: Address;
  /** As given: it may hold markup, formulas and signs that drive a terminal, and is made harmless where it is shown. */
  readonly label: string;
  readonly category: Category;
  /** What the publisher calls the category; `null` where it told none. */
  readonly publisherCategory: string | null;
  /** The URL, or the name of the file, that it was taken from. */
  readonly source: string;
  /** As of which day the source says so: `2023-02-22`; `null` where it is not told. */
  readonly sourceDate: string | null;
  readonly confidence: Confidence;
  /** What the publisher adds, such as the transaction in which a wallet was frozen. */
  readonly context: string | null;
}

/** A row of a file before it is checked: everything as it stands there. */
export interface RawTag {
  readonly address: string;
  /** What names the chain; `null` where the form of the address has to tell. */
  readonly currency: string | null;
  readonly label: string | null;
  /** None where the row does not tell, or in words that stand for nothing. */
  readonly categories: readonly Category[];
  readonly publisherCategory: string | null;
  readonly source: string | null;
  readonly date: string | null;
  readonly confidence: Confidence | null;
  readonly context: string | null;
}

/** What holds for rows that do not tell it themselves. */
export interface TagDefaults {
  readonly label: string | null;
  readonly category: Category | null;
  readonly source: string;
}

/** A row in order that is no tag of ours: of a chain that is not read. `text` is what the file calls that. */
export interface LeftOutTag {
  readonly code: 'OTHER_CHAIN' | 'NO_ADDRESS';
  readonly text: string;
}

const UNKNOWN = confidenceOf('unknown');
const MOST_LABEL = 500;
const MOST_SOURCE = 1_000;
const MOST_CONTEXT = 2_000;

/**
 * The tags of a row: one for each category that it names, or why it is left out.
 *
 * @throws UserError `ADDRESS_INVALID`, `CURRENCY_UNKNOWN`, `LABEL_MISSING`, `CATEGORY_MISSING`, `DATE_INVALID` or
 *   `TEXT_TOO_LONG`
 */
export function readTags(raw: RawTag, defaults: TagDefaults): readonly Tag[] | LeftOutTag {
  // Blanks come with what is pasted; those inside an address are still refused.
  const address = raw.address.trim();
  const place = chainOfCurrency(raw.currency, address);
  if ('other' in place) return { code: 'OTHER_CHAIN', text: place.other };
  const { chain } = place;
  const parsed = parseAddress(chain, address);
  const label = readLabel(raw.label ?? defaults.label);
  const publisherCategory =
    raw.publisherCategory === null ? null : readText('category', raw.publisherCategory, MOST_LABEL);
  const source = readText('source', raw.source ?? defaults.source, MOST_SOURCE);
  const sourceDate = raw.date === null ? null : readDate(raw.date);
  const confidence = readConfidence(raw.confidence ?? UNKNOWN);
  const context = raw.context === null ? null : cut(withoutNul(raw.context), MOST_CONTEXT);
  return categoriesFor(raw, defaults).map((category) => {
    return { chain, address: parsed, label, category, publisherCategory, source, sourceDate, confidence, context };
  });
}

function categoriesFor({ categories, publisherCategory }: RawTag, { category }: TagDefaults): readonly Category[] {
  if (categories.length > 0) return categories;
  if (category !== null) return [category];
  if (publisherCategory !== null) return ['other'];
  throw new UserError('CATEGORY_MISSING', 'It has no category.', {
    right: 'A tag says what the wallet is, by a category.',
    todo: 'Add it to the row, or name one for all rows with --category.',
  });
}

function readLabel(text: string | null): string {
  if (text !== null && text.trim() !== '') return readText('label', text, MOST_LABEL);
  throw new UserError('LABEL_MISSING', 'It has no label.', {
    right: 'A tag has a label: the name of the service, or what the list is of.',
    todo: 'Add it to the row or to the header, or name one for all rows with --label.',
  });
}

function readConfidence({ term, level }: Confidence): Confidence {
  return { term: term === null ? null : readText('confidence', term, MOST_LABEL), level };
}

function readText(what: string, text: string, most: number): string {
  const trimmed = withoutNul(text.trim());
  if (trimmed.length <= most) return trimmed;
  throw new UserError('TEXT_TOO_LONG', `The ${what} has ${trimmed.length} characters, of at most ${most}.`, {
    todo: 'Shorten it.',
  });
}

/** The one sign that no database keeps. */
function withoutNul(text: string): string {
  return text.replaceAll('\0', '\uFFFD');
}

function cut(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

/** The day, of whatever time the publisher gives with it. */
function readDate(text: string): string {
  const american = /^(\d{2})\/(\d{2})\/(\d{4})$/.exec(text.trim());
  const day = american === null ? text.trim().slice(0, 10) : `${american[3]}-${american[1]}-${american[2]}`;
  const time = /^\d{4}-\d{2}-\d{2}$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN;
  // `Date.parse` takes 30 February for 2 March.
  if (!Number.isNaN(time) && new Date(time).getUTCDate() === Number(day.slice(8))) return day;
  throw new UserError('DATE_INVALID', `${quoted(text)} is no date.`, {
    right: 'A date has the form 2023-02-22.',
    todo: 'Correct it, or leave it out.',
  });
}
