/** The registry of compounds, as people and programs read it. */
import type { RegisteredCompound } from '../../workers/compounds.ts';
import { groundsOf } from '../compounds/entry.ts';
import type { CompoundChange, CompoundOrigin, ImportedCompound } from '../store/compounds.ts';
import { harmless, table, time } from './output.ts';

/** How a name is cut in the table of all. */
const NAME_LENGTH = 50;

const CAUTION =
  'Facts as their sources tell them. A listing or a charge is no conviction, and a place says nothing of whoever is held there.\n';

export function compoundLineJson({ entry, origin }: RegisteredCompound) {
  const { id, name, kind, country = null, place = null, coordinates = null, coordinates_of: of = null } = entry;
  return { id, name, kind, country, place, coordinates, coordinatesOf: of, import: origin };
}

export function compoundJson({ entry, origin }: RegisteredCompound) {
  const { id, name, aliases, kind, country = null, place = null, coordinates = null, note = null } = entry;
  const { platforms, operators, status, instruments, sources, coordinates_of: coordinatesOf = null } = entry;
  return {
    ...{ id, name, aliases, kind, country, place, coordinates, coordinatesOf, platforms },
    operators: operators.map((operator) => ({ ...operator, grounds: groundsOf(operator.instrument) })),
    status: status === undefined ? null : { text: status.text, asOf: status.as_of },
    instruments: instruments.map(({ reference = null, ...instrument }) => ({ ...instrument, reference })),
    sources: sources.map(({ title, publisher, date = null, url, quality }) => ({
      title,
      publisher,
      date,
      url,
      quality,
    })),
    ...{ note, import: origin },
  };
}

export function historyJson({ origin, gone }: ImportedCompound) {
  return { ...origin, gone };
}

export interface Imported {
  readonly file: string;
  readonly dryRun: boolean;
  readonly change: CompoundChange;
  /** Names that an entry of the file has in common with another. */
  readonly shared: readonly { readonly name: string; readonly compounds: readonly string[] }[];
}

export function importedText({ file, dryRun, change, shared }: Imported): string {
  const { number, added, replaced, unchanged } = change;
  const all = added.length + replaced.length + unchanged.length;
  const lines = [
    ['added', added],
    ['replaced', replaced],
    ['unchanged', unchanged],
  ] as const;
  const told = lines
    .filter(([, ids]) => ids.length > 0)
    .map(([word, ids]) => `  ${word}: ${ids.join(', ')}\n`)
    .join('');
  const end = dryRun
    ? 'Nothing is stored: this was a try.\n'
    : number === null
      ? 'All of it is there already; nothing is changed.\n'
      : `Stored as change ${number}.\n`;
  const both = shared.map(
    ({ name, compounds }) =>
      `The name "${harmless(name)}" is that of ${compounds.join(' and ')}: it ties to none of them.\n`,
  );
  return `${harmless(file)}: ${all === 1 ? '1 entry' : `${all} entries`}.\n${told}${both.join('')}${end}`;
}

export function compoundsText(registry: readonly RegisteredCompound[]): string {
  const rows = registry.map(({ entry: { id, kind, country, name }, origin }) => [
    ...[id, kind, country ?? '', name.length > NAME_LENGTH ? `${name.slice(0, NAME_LENGTH)}…` : name],
    origin === null ? 'the program' : `${harmless(origin.file)}, change ${origin.number}`,
  ]);
  return `${table([['ID', 'KIND', 'IN', 'NAME', 'FROM'], ...rows])}${CAUTION}`;
}

export function compoundText({ entry, origin }: RegisteredCompound, earlier: readonly ImportedCompound[]): string {
  const { name, aliases, kind, country, place, coordinates, coordinates_of: of, platforms, operators, status } = entry;
  const point = coordinates === undefined ? '' : `${coordinates.join(', ')}${of === undefined ? '' : ` (${of})`}`;
  const facts = [
    ['Kind', kind],
    ['Also', aliases.join('; ')],
    ['Country', country ?? ''],
    ['Place', [place, point].filter(Boolean).join(': ')],
    ['Platforms', platforms.join('; ')],
    ['Status', status === undefined ? '' : `${status.text} (as of ${status.as_of})`],
    ['Note', entry.note ?? ''],
    ['From', origin === null ? 'the program' : originText(origin)],
  ].filter(([, text]) => text !== '');
  const sections = [
    [
      'Named by',
      entry.instruments.map(
        ({ type, issuer, date, reference }) =>
          `${type}: ${issuer}, ${date}${reference === undefined ? '' : `: ${reference}`}`,
      ),
    ],
    [
      'Operators, as these instruments name them',
      operators.map((each) => `${each.name} (${each.type}): ${each.instrument}`),
    ],
    [
      'Sources',
      entry.sources.map(
        ({ title, publisher, date, url, quality }) =>
          `${title}. ${publisher}${date === undefined ? '' : `, ${date}`} (${quality})\n    ${url}`,
      ),
    ],
    ['Earlier, from files', earlier.map(earlierText)],
  ] as const;
  const told = sections
    .filter(([, lines]) => lines.length > 0)
    .map(([title, lines]) => `\n${title}\n${lines.map((line) => `  ${line}\n`).join('')}`);
  return `${name}\n${table(facts)}${told.join('')}\n${CAUTION}`;
}

function originText({ number, file, sha256, by, why, at }: CompoundOrigin): string {
  const reason = why === null ? '' : `: ${harmless(why)}`;
  return `${harmless(file)} (SHA-256 ${sha256}), change ${number} by ${harmless(by)} on ${time(at)}${reason}`;
}

function earlierText({ origin, gone }: ImportedCompound): string {
  const end = gone === null ? '' : `; gone with change ${gone.number} by ${harmless(gone.by)} on ${time(gone.at)}`;
  const why = gone === null || gone.why === null ? '' : `: ${harmless(gone.why)}`;
  return `${originText(origin)}${end}${why}`;
}
