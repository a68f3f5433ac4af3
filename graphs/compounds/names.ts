/**
 * Names of compounds, told by whole names alone: what is written as part of a longer name is another name. Spelling in capitals,
 * with other signs between the words or in full-width letters is the same name; another language, another transcription and
 * simplified for traditional characters are not, unless the registry has them as aliases.
 */
import type { Ground, KnownCompound } from './types.ts';

/** How an entry of the registry goes by a name. Its own names come before platforms, and these before operators. */
export type NamedBy = 'name' | 'platform' | 'operator';
const ORDER: readonly NamedBy[] = ['name', 'platform', 'operator'];

/** The grounds on which an operator is named here at all. */
const NAMING: ReadonlySet<Ground> = new Set(['sanction', 'charge', 'judgment', 'un-report']);

/** What a name stands for. */
export interface NamedCompound {
  readonly compound: string;
  readonly by: NamedBy;
  /** The entry, operator or platform as the registry writes it, and what names an operator. */
  readonly as: string;
  readonly instrument: string | null;
}

/** The entries that a name stands for in the same way, ascending. */
export interface Ambiguous {
  readonly by: NamedBy;
  readonly ambiguous: readonly string[];
}

export type FoundName = NamedCompound | Ambiguous;

export type NameIndex = ReadonlyMap<string, FoundName>;

/**
 * What each name stands for, by `normalName`. A name that stands for several entries in the same way is ambiguous, and so is an
 * operator of several; a name of one entry that another has as an operator is the first's.
 */
export function indexNames(compounds: readonly KnownCompound[]): NameIndex {
  const found = new Map<string, Record<NamedBy, Map<string, { as: string; instrument: string | null }>>>();
  const put = (text: string, by: NamedBy, compound: string, as: string, instrument: string | null = null) => {
    const name = normalName(text);
    if (name === '') return;
    const own = found.get(name) ?? { name: new Map(), platform: new Map(), operator: new Map() };
    found.set(name, own);
    if (!own[by].has(compound)) own[by].set(compound, { as, instrument });
  };
  for (const { id, name, aliases, platforms, operators } of [...compounds].sort(byId)) {
    for (const own of [name, ...aliases]) for (const form of formsOfName(own)) put(form, 'name', id, name);
    for (const platform of platforms) put(platform, 'platform', id, platform);
    for (const operator of operators.filter(({ grounds }) => grounds.some((ground) => NAMING.has(ground)))) {
      for (const form of formsOfPerson(operator.name)) put(form, 'operator', id, operator.name, operator.instrument);
    }
  }
  return new Map([...found].map(([name, own]) => [name, decide(own)]));
}

function decide(
  own: Readonly<Record<NamedBy, ReadonlyMap<string, { as: string; instrument: string | null }>>>,
): FoundName {
  const by = ORDER.find((each) => own[each].size > 0) ?? 'name';
  const [first, ...others] = own[by];
  if (first === undefined || others.length > 0) return { by, ambiguous: [...own[by].keys()].sort() };
  return { compound: first[0], by, ...first[1] };
}

/** Names that several entries have as their own, each with the entries' ids: they tie to none of them. */
export function sharedNames(compounds: readonly KnownCompound[]): { name: string; compounds: readonly string[] }[] {
  return [...indexNames(compounds)]
    .flatMap(([name, found]) =>
      'ambiguous' in found && found.by === 'name' ? [{ name, compounds: found.ambiguous }] : [],
    )
    .sort((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name)));
}

/** What a victim's name stands for; `null` where the registry has no such name. */
export function findName(index: NameIndex, told: string): FoundName | null {
  return firstFound(index, [told, undecorated(told, PLAIN)]);
}

/**
 * What the words of a tag stand for: the whole of them, or the parts between signs such as a colon, less what publishers add to
 * a name: the number and the use of a wallet.
 */
export function findInLabel(index: NameIndex, label: string): FoundName[] {
  const whole = firstFound(index, [label, undecorated(label, LABEL)]);
  if (whole !== null) return [whole];
  return label
    .normalize('NFKC')
    .split(/[:;,|()[\]{}\u2013\u2014]|\s-\s/)
    .flatMap((part) => firstFound(index, [part, undecorated(part, LABEL)]) ?? []);
}

function firstFound(index: NameIndex, texts: readonly string[]): FoundName | null {
  for (const text of texts) {
    const found = index.get(normalName(text));
    if (found !== undefined) return found;
  }
  return null;
}

/** Words behind a name that are none of it. Victims number compounds, publishers wallets. */
const PLAIN = /(?:\s(?:scam|compounds?|centers?|centres?))+$/;
const LABEL = /(?:\s(?:scam|compounds?|centers?|centres?|hot|cold|deposit|wallets?|address|addresses|\d{1,4}))+$/;

function undecorated(text: string, behind: RegExp): string {
  return normalName(text)
    .replace(/^the\s/, '')
    .replace(behind, '');
}

/** Letters, marks and digits in one form, words between single blanks. */
function normalName(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .normalize('NFKC')
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, ' ')
    .trim();
}

/** A name may be two with a stroke between, and say more in brackets: a place, or what it was called before. */
function formsOfName(name: string): string[] {
  const bare = name.replace(/\s*\([^)]*\)/g, ' ');
  return [name, bare, ...bare.split(/\s\/\s/)];
}

/** In brackets behind a person stands the same name in another script, or another name. */
function formsOfPerson(name: string): string[] {
  const inside = [...name.matchAll(/\(([^)]*)\)/g)].map((match) => match[1] ?? '');
  return [name, name.replace(/\s*\([^)]*\)/g, ' '), ...inside];
}

function byId(a: KnownCompound, b: KnownCompound): number {
  return a.id < b.id ? -1 : Number(a.id > b.id);
}
