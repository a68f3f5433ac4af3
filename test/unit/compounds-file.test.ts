import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { groundsOf } from '../../src/compounds/entry.ts';
import { builtInCompounds, parseCompounds, readCompoundFile } from '../../src/compounds/registry.ts';
import { UserError } from '../../src/errors.ts';
import { faultOf } from '../fixtures/fault.ts';

const ENTRY = {
  id: 'river-park',
  name: 'River Park',
  kind: 'compound',
  country: 'MM',
  place: 'Myawaddy',
  coordinates: [16.7, 98.5],
  coordinates_of: 'town',
  operators: [{ name: 'River Holding', type: 'entity', instrument: 'OFAC 2025-09-08' }],
  instruments: [{ type: 'sanction', issuer: 'OFAC', date: '2025-09-08', reference: 'a release' }],
  sources: [
    { title: 'A release', publisher: 'A paper', date: '2025-09', url: 'https://example.org/a', quality: 'press' },
  ],
  status: { text: 'Searched', as_of: '2025-12-01' },
};
const { instruments, sources } = ENTRY;
const fileOf = (...entries: unknown[]) => stringify({ compounds: entries }, { aliasDuplicateObjects: false });
/** What is said of one entry that is otherwise in order; a field that is undefined is left out. */
const told = (change: Record<string, unknown>) =>
  faultOf(() => parseCompounds(fileOf({ ...ENTRY, ...change }), 'ours.yaml'))
    .split('\n')
    .filter((line) => line.startsWith('  '))
    .join('\n');

describe('a file of compounds', () => {
  test('has entries in the form of the program’s own, each by id', () => {
    const other = { id: 'a-market', name: 'A Market', kind: 'marketplace', instruments, sources };
    const text = stringify({ marketplaces: [other], compounds: [ENTRY] }, { aliasDuplicateObjects: false });
    expect(parseCompounds(text, 'ours.yaml')).toEqual([
      { ...other, aliases: [], platforms: [], operators: [] },
      { ...ENTRY, aliases: [], platforms: [] },
    ]);
  });

  test('is what docs/compounds.md shows', () => {
    const docs = readFileSync(new URL('../../docs/compounds.md', import.meta.url), 'utf8');
    const shown = /^ {4}compounds:\n(?: {4}.*\n)+/m.exec(docs)?.[0] ?? '';
    expect(parseCompounds(shown.replace(/^ {4}/gm, ''), 'shown.yaml')).toMatchObject([{ id: 'river-park' }]);
  });

  test('takes numbers for the text they are written as, and breaks of lines for blanks', () => {
    const text = fileOf({ ...ENTRY, name: 8 }).replace(
      'place: Myawaddy',
      'place: |\n      in a town\n      of its own',
    );
    expect(parseCompounds(text, 'ours.yaml')).toMatchObject([{ name: '8', place: 'in a town of its own' }]);
  });

  test('may have a place near the border, and a source that was read without https beside one with it', () => {
    expect(parseCompounds(fileOf({ ...ENTRY, coordinates: [16.7, 98.9] }), 'f')).toHaveLength(1);
    expect(parseCompounds(fileOf({ ...ENTRY, country: 'LA', coordinates: [20.3, 99.6] }), 'f')).toHaveLength(1);
    const old = { ...sources[0], url: 'http://example.org/b' };
    expect(parseCompounds(fileOf({ ...ENTRY, sources: [old, ...sources] }), 'f')).toHaveLength(1);
  });

  test('of which we have no box of the country is held to the globe alone', () => {
    expect(parseCompounds(fileOf({ ...ENTRY, country: 'PE', coordinates: [40, 10] }), 'f')).toHaveLength(1);
    expect(told({ country: 'PE', coordinates: [98.5, 10] })).toContain('the wrong way round: [10, 98.5] can be right.');
    expect(told({ country: 'PE', coordinates: [98.5, 198] })).toContain('[98.5, 198] is nowhere on the globe.');
  });
});

describe('a bad file of compounds', () => {
  test('is refused with the entry, the field, what would be right and what to do', () => {
    const text = fileOf({ ...ENTRY, coordinates: [59.3, 18.1] });
    expect(faultOf(() => parseCompounds(text, 'ours.yaml'))).toMatchInlineSnapshot(`
      "COMPOUNDS_INVALID
      ours.yaml cannot be taken; it has 1 fault:
        line 2, "river-park", coordinates: [59.3, 18.1] is not in Myanmar (MM), which lies between 9.5 and 28.6 north and between 92.1 and 101.2 east. Coordinates are [latitude, longitude] in degrees, such as [16.8, 98.5], in the country that the entry names.
      Correct them and import the file again: nothing of it is stored, since a file counts as a whole."
    `);
  });

  test('is told all its faults at once', () => {
    const second = { ...ENTRY, kind: 'casino', country: 'Myanmar', sources: [], site: 'x', town: 'y' };
    const third = { ...ENTRY, id: 'far', kind: 'casino', coordinates: [1, 2] };
    const text = fileOf(ENTRY, second, third, 'River', { name: 'No id', instruments, sources });
    expect(faultOf(() => parseCompounds(text, 'ours.yaml'))).toMatchInlineSnapshot(`
      "COMPOUNDS_INVALID
      ours.yaml cannot be taken; it has 11 faults:
        line 29, "river-park", id: Line 2 has it already. An id is 2 to 60 small letters, digits and dashes, such as kk-park, and stands once.
        line 29, "river-park", kind: "casino" is none of them. A kind is one of: compound, operator-group, marketplace, payment-processor.
        line 29, "river-park", country: "Myanmar" is no code of a country. Myanmar is MM. A country is two letters of ISO 3166-1, such as MM.
        line 29, "river-park", sources: None begins with https. An entry has at least one source, with title, publisher and url; one of them begins with https.
        line 29, "river-park", "site": There is no such field. It is YAML with a list "compounds", "marketplaces" or both; an entry has id, name, kind, instruments and sources, and as far as known aliases, country, place, coordinates, platforms, operators, status and note.
        line 29, "river-park", "town": There is no such field. It is YAML with a list "compounds", "marketplaces" or both; an entry has id, name, kind, instruments and sources, and as far as known aliases, country, place, coordinates, platforms, operators, status and note.
        line 53, "far", kind: "casino" is none of them. A kind is one of: compound, operator-group, marketplace, payment-processor.
        line 53, "far", coordinates: [1, 2] is not in Myanmar (MM), which lies between 9.5 and 28.6 north and between 92.1 and 101.2 east. Coordinates are [latitude, longitude] in degrees, such as [16.8, 98.5], in the country that the entry names.
        line 80, an entry without id, entry: It is of another form. It is YAML with a list "compounds", "marketplaces" or both; an entry has id, name, kind, instruments and sources, and as far as known aliases, country, place, coordinates, platforms, operators, status and note.
        line 81, "No id", id: It is missing. An id is 2 to 60 small letters, digits and dashes, such as kk-park, and stands once.
        line 81, "No id", kind: It is missing. A kind is one of: compound, operator-group, marketplace, payment-processor.
      Correct them and import the file again: nothing of it is stored, since a file counts as a whole."
    `);
  });

  test('tells thirty of its faults, and counts the others', () => {
    const text = fileOf(...Array.from({ length: 40 }, (_, number) => ({ ...ENTRY, id: `a-${number}`, kind: 'x' })));
    const lines = faultOf(() => parseCompounds(text, 'ours.yaml')).split('\n');
    expect(lines.filter((line) => line.startsWith('  line'))).toHaveLength(30);
    expect(lines[1]).toBe('ours.yaml cannot be taken; it has 40 faults:');
    expect(lines).toContain('  … and 10 more');
  });

  test.each([
    ['latitude and longitude swapped', { coordinates: [98.5, 16.7] }],
    ['a place without a country', { country: undefined }],
    ['coordinates of one figure', { coordinates: [16.7] }],
    ['coordinates in words', { coordinates: ['16°42′', 98.5] }],
    ['what the coordinates are of', { coordinates_of: 'house' }],
    ['a country in small letters', { country: 'mm' }],
    ['a country that is none', { country: 'XX' }],
    ['an id that is none', { id: 'River Park' }],
    ['no name', { name: undefined }],
    ['an empty name', { name: ' ' }],
    ['a name that is a list', { name: ['River'] }],
    ['a name that looks like another', { name: 'River\u200b Park' }],
    ['a name of many letters', { name: 'x'.repeat(201) }],
    ['aliases that are no list', { aliases: 'River' }],
    ['too many aliases', { aliases: Array.from({ length: 101 }, (_, number) => `a${number}`) }],
    ['an unknown kind', { kind: 'casino' }],
    ['no instruments', { instruments: [] }],
    ['an unknown instrument', { instruments: [{ ...instruments[0], type: 'rumour' }] }],
    ['an instrument without issuer', { instruments: [{ type: 'sanction', date: '2025-09-08' }] }],
    ['no sources', { sources: undefined }],
    ['a source without https', { sources: [{ ...sources[0], url: 'http://example.org/a' }] }],
    ['a source that is a script', { sources: [...sources, { ...sources[0], url: 'javascript:alert(1)' }] }],
    ['a source with a password', { sources: [{ ...sources[0], url: 'https://a:b@example.org/' }] }],
    ['a source on this machine', { sources: [{ ...sources[0], url: 'https://localhost/a' }] }],
    ['a source that is no address', { sources: [{ ...sources[0], url: 'a paper' }] }],
    ['a source of unknown quality', { sources: [{ ...sources[0], quality: 'blog' }] }],
    ['a source without title', { sources: [{ ...sources[0], title: undefined }] }],
    ['an operator without instrument', { operators: [{ name: 'A', type: 'person' }] }],
    ['an operator by hearsay', { operators: [{ name: 'A', type: 'person', instrument: 'a blog of 2024' }] }],
    ['an operator of no type', { operators: [{ name: 'A', type: 'boss', instrument: 'OFAC 2025' }] }],
    ['a day that is none', { status: { text: 'Searched', as_of: '2025-02-30' } }],
    ['a date in words', { instruments: [{ ...instruments[0], date: 'May 2025' }] }],
    ['a status that is text', { status: 'closed' }],
    ['a field that is unknown', { wallets: ['T…'] }],
    ['an unknown field of a source', { sources: [{ ...sources[0], page: '7' }] }],
  ])('says so: %s', (name, change) => {
    expect(told(change)).toMatchSnapshot(name);
  });

  test('that has an id twice is told both lines', () => {
    const text = fileOf(ENTRY, { ...ENTRY, name: 'Another' });
    expect(faultOf(() => parseCompounds(text, 'ours.yaml'))).toMatch(
      /^ {2}line \d+, "river-park", id: Line 2 has it already\. An id is /m,
    );
  });

  test.each([
    ['no YAML', 'compounds: ['],
    ['empty', ''],
    ['without an entry', 'compounds: []'],
    ['of other content', 'wallets: []\ncompounds: []'],
    ['a reference', 'compounds:\n- &a { id: a }\n- *a'],
    ['a type of YAML', 'compounds: !!js/function x'],
    ['two documents', 'compounds: []\n---\ncompounds: []'],
    ['a field twice', 'compounds:\n- id: a\n  id: b'],
    ['nested without end', `compounds:\n${`${'- '.repeat(4_000)}\n`.repeat(20)}`],
  ])('is no such file: %s', (name, text) => {
    expect(faultOf(() => parseCompounds(text, 'ours.yaml')).split('\n')[1]).toMatchSnapshot(name);
  });

  test('is not read on where it is too large', () => {
    const large = (text: string) => faultOf(() => parseCompounds(text, 'ours.yaml')).split('\n')[1];
    expect(large(`compounds: [${'x,\n'.repeat(200_000)}]`)).toBe('ours.yaml has more than 500,000 bytes.');
    expect(large(`a: b\nc: ${'x'.repeat(10_001)}`)).toBe('ours.yaml has more than 10,000 characters in line 2.');
    expect(large(`compounds:\n${'- a\n'.repeat(1_001)}`)).toBe('ours.yaml has more than 1,000 entries.');
  });

  test('with very many fields is refused, though the parser would compare each with each other', () => {
    const many = Array.from({ length: 20_000 }, (_, number) => ` a${number}: b`).join('\n');
    expect(faultOf(() => parseCompounds(`compounds:\n${many}`, 'ours.yaml'))).toContain('COMPOUNDS_FORMAT');
  });
});

describe('a file of compounds on the disk', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'compounds-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  const codeOf = async (path: string) => {
    const error: unknown = await readCompoundFile(path, 'ours.yaml').catch((thrown: unknown) => thrown);
    return error instanceof UserError ? error.code : error;
  };

  test('is known by its digest', async () => {
    const path = join(folder, 'good.yaml');
    await writeFile(path, fileOf(ENTRY));
    expect(await readCompoundFile(path, 'good.yaml')).toMatchObject({ entries: [{ id: 'river-park' }] });
    expect((await readCompoundFile(path, 'good.yaml')).sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  test('that cannot be read, is no text or too large is refused', async () => {
    expect(await codeOf(join(folder, 'none.yaml'))).toBe('FILE_UNREADABLE');
    await writeFile(join(folder, 'bytes'), Buffer.from([0xff, 0xfe, 0x00]));
    expect(await codeOf(join(folder, 'bytes'))).toBe('COMPOUNDS_FORMAT');
    await writeFile(join(folder, 'large'), Buffer.alloc(600_000, 'a'));
    expect(await codeOf(join(folder, 'large'))).toBe('COMPOUNDS_TOO_LARGE');
  });
});

describe('the registry of the program', () => {
  const entries = builtInCompounds();

  test('has compounds of five countries, and marketplaces', () => {
    const kinds = (kind: string) => entries.filter((each) => each.kind === kind).length;
    expect([kinds('compound'), kinds('operator-group'), kinds('marketplace'), kinds('payment-processor')]).toEqual([
      21, 13, 2, 5,
    ]);
    expect([...new Set(entries.map(({ country }) => country))].sort()).toEqual([
      'KH',
      'LA',
      'MM',
      'PH',
      'TH',
      undefined,
    ]);
  });

  test('names nobody without a ground, and no wallet', () => {
    for (const { operators, instruments } of entries) {
      expect(instruments.length).toBeGreaterThan(0);
      for (const { instrument } of operators) expect(groundsOf(instrument)).not.toEqual([]);
    }
    expect(JSON.stringify(entries)).not.toMatch(/\b(?:0x[0-9a-f]{40}|T[1-9A-HJ-NP-Za-km-z]{33})\b/);
  });

  test('tells a place by its town, to a tenth of a degree', () => {
    for (const { coordinates, coordinates_of: of } of entries) {
      expect(of).toBe(coordinates === undefined ? undefined : 'town');
      expect((coordinates ?? []).map((degrees) => Math.round(degrees * 10) / 10)).toEqual(coordinates ?? []);
    }
  });
});

test('the ground of an instrument is told by its words', () => {
  expect(groundsOf('indictment EDNY; OFAC and UK 2025-10-14')).toEqual(['charge', 'sanction']);
  expect(groundsOf('judgment Shenzhen Intermediate Court, November 2025')).toEqual(['judgment']);
  expect(groundsOf('OHCHR report, 2023-08-29')).toEqual(['un-report']);
  expect(groundsOf('FinCEN final rule 2025-10-16')).toEqual(['finding']);
  expect(groundsOf('a blog in ukulele')).toEqual([]);
});
