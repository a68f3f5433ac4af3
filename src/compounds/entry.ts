/** What the registry says of one compound, marketplace or group, and what it has to be like. */
import { z } from 'zod';
import { quoted } from '../errors.ts';
import { type Coordinates, countryFault, placeFault } from './countries.ts';

export const KINDS = ['compound', 'operator-group', 'marketplace', 'payment-processor'] as const;
export const INSTRUMENT_TYPES = ['sanction', 'indictment', 'complaint', 'judgment', 'finding', 'un-report'] as const;
const PLACES = ['town', 'district', 'province', 'site'] as const;
const OPERATORS = ['person', 'entity'] as const;
const QUALITIES = ['primary', 'press'] as const;

/** On what an operator is named. A charge is an allegation, and a finding neither sanction nor charge. */
export type Ground = 'sanction' | 'charge' | 'judgment' | 'un-report' | 'finding';

/** Words by which an operator's instrument tells its ground. Short names of authorities are taken as they are written. */
const GROUND_WORDS: readonly (readonly [Ground, RegExp])[] = [
  ['judgment', /\b(?:judge?ment|convict\w*|sentenced?|verdict)\b/i],
  ['charge', /\b(?:indict\w*|charge[sd]?|complaint|warrants?|prosecut\w*)\b/i],
  ['sanction', /\b(?:OFAC|UK|EU|OFSI|DFAT|SECO)\b|\b(?:sanction\w*|designat\w*|magnitsky|security council)\b/i],
  ['un-report', /\b(?:OHCHR|UNODC|IOM)\b|\b(?:UN report|special rapporteur)\b/i],
  ['finding', /\b(?:FinCEN|findings?)\b/i],
];

/** The grounds that an operator's instrument names, in the order of the table; none where it names none that is known. */
export function groundsOf(instrument: string): Ground[] {
  return GROUND_WORDS.filter(([, words]) => words.test(instrument)).map(([ground]) => ground);
}

/** Far more than any sourced fact takes: what is longer is no name and no note. */
const MOST = { name: 200, text: 1_000, url: 2_000, list: 100 } as const;

/** A text of one line, without signs that cannot be seen: two names must not look alike and differ. */
function line(most: number) {
  return z
    .string()
    .transform((value) => value.replace(/\s+/g, ' ').trim())
    .check((context) => {
      const { value, issues } = context;
      const fault = textFault(value, most);
      if (fault !== null) issues.push({ code: 'custom', message: fault, input: value });
    });
}

function textFault(value: string, most: number): string | null {
  if (value === '') return 'It is empty.';
  if (/[\p{Cc}\p{Cf}\p{Co}]/u.test(value)) return `${quoted(value)} has a sign that cannot be seen.`;
  return value.length > most ? `It has ${value.length} characters, of at most ${most}.` : null;
}

function checked(fault: (value: string) => string | null) {
  return z.string().check(({ value, issues }) => {
    const message = fault(value);
    if (message !== null) issues.push({ code: 'custom', message, input: value });
  });
}

function oneOf<T extends string>(words: readonly T[]) {
  return z.string().transform((value, context): T => {
    const found = words.find((word) => word === value);
    if (found !== undefined) return found;
    context.addIssue({ code: 'custom', message: `${quoted(value)} is none of them.` });
    return z.NEVER;
  });
}

const list = <T extends z.ZodType>(item: T) => z.array(item).max(MOST.list);
const name = line(MOST.name);
const text = line(MOST.text);
const date = checked((value) => (isDate(value) ? null : `${quoted(value)} is no date.`));
const url = checked(urlFault);
const coordinate = z.string().transform((value, context): number => {
  if (/^-?\d{1,3}(?:\.\d{1,8})?$/.test(value)) return Number(value);
  context.addIssue({ code: 'custom', message: `${quoted(value)} is no number of degrees.` });
  return z.NEVER;
});

const source = z.strictObject({
  title: text,
  publisher: name,
  date: date.optional(),
  url,
  quality: oneOf(QUALITIES).default('press'),
});

const operator = z.strictObject({
  name,
  type: oneOf(OPERATORS),
  instrument: text.refine((value) => groundsOf(value).length > 0, { error: 'It names none that is known.' }),
});

/** All values of the file are text: to YAML a name such as 8 would be a number. */
export const entrySchema = z
  .strictObject({
    id: checked((value) => (/^[a-z0-9][a-z0-9-]{1,59}$/.test(value) ? null : `${quoted(value)} is no id.`)),
    name,
    aliases: list(name).default([]),
    kind: oneOf(KINDS),
    country: checked((value) => countryFault(value, quoted)).optional(),
    place: text.optional(),
    coordinates: z.tuple([coordinate, coordinate]).optional(),
    coordinates_of: oneOf(PLACES).optional(),
    platforms: list(name).default([]),
    operators: list(operator).default([]),
    status: z.strictObject({ text, as_of: date }).optional(),
    instruments: list(
      z.strictObject({ type: oneOf(INSTRUMENT_TYPES), issuer: text, date, reference: text.optional() }),
    ).min(1),
    sources: list(source).refine((sources) => sources.some((each) => each.url.startsWith('https:')), {
      error: 'None begins with https.',
    }),
    note: text.optional(),
  })
  .refine((entry) => placeFaultOf(entry) === null, {
    path: ['coordinates'],
    error: ({ input }) => placeFaultOf(input as Placed) ?? '',
    // Also where other fields are at fault: all is told at once.
    when: ({ value }) => isPlaced(value),
  });

/** An entry of the registry: facts with their sources. */
export type CompoundEntry = z.infer<typeof entrySchema>;

interface Placed {
  readonly country?: string | undefined;
  readonly coordinates?: Coordinates | undefined;
}

function isPlaced(entry: unknown): boolean {
  const { country, coordinates } = (entry ?? {}) as { country?: unknown; coordinates?: unknown };
  const isKnown = country === undefined || typeof country === 'string';
  return isKnown && Array.isArray(coordinates) && coordinates.length === 2 && coordinates.every(Number.isFinite);
}

function placeFaultOf({ country, coordinates }: Placed): string | null {
  if (coordinates === undefined) return null;
  return country === undefined ? 'They stand without a country.' : placeFault(coordinates, country);
}

function isDate(text: string): boolean {
  const parts = /^(\d{4})-(\d\d)(?:-(\d\d))?$/.exec(text);
  if (parts === null) return false;
  const [year, month, day] = [Number(parts[1]), Number(parts[2]), Number(parts[3] ?? 1)];
  const made = new Date(Date.UTC(year, month - 1, day));
  return year >= 1900 && year < 2100 && made.getUTCMonth() === month - 1 && made.getUTCDate() === day;
}

function urlFault(text: string): string | null {
  const told = quoted(text);
  if (text.length > MOST.url || /[\s\p{Cc}\p{Cf}]/u.test(text) || !URL.canParse(text)) return `${told} is no address.`;
  const { protocol, username, password, hostname } = new URL(text);
  if (protocol !== 'https:' && protocol !== 'http:') return `${told} is no address of a page.`;
  if (username !== '' || password !== '') return `${told} has a user or a password in it.`;
  return hostname.includes('.') ? null : `${told} names no server of the internet.`;
}
