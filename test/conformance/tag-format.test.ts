/** Every kind of file of tags, held to the same promises. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { openTagFile } from '../../src/tags/tag-file.ts';
import { cli, cliJson } from '../fixtures/cli.ts';
import { TAG_KINDS, type WrittenTag } from '../fixtures/tag-files.ts';
import { type FreshDatabase, freshDatabase } from '../servers.ts';

const E = '0xdAC17F958D2ee523a2206206994597C13D831ec7';
const F = '0x28C6c06298d514Db089934071355E5743bf21d60';
const T = 'TNtbiqvanUnm4YHK9SYzRGR8ktiHRduDbM';
const BITCOIN = '3LtcaPbCj87CwJHnRX3vh7c2y9RZQqeSy8';
/** A formula, markup, a sign that turns the direction of text, and one that drives a terminal. */
const HOSTILE = '=HYPERLINK("http://x","y")<script>alert(1)</script>\u202e\u001b[2J';

interface Imported {
  readonly files: {
    readonly format: string;
    readonly added: number;
    readonly known: number;
    readonly repeated: number;
    readonly otherChains: readonly { name: string; rows: number }[];
    readonly refusals: readonly { line: number; code: string }[];
    readonly counts: readonly { chain: string; category: string; tags: number }[];
  }[];
}

let database: FreshDatabase;
let folder: string;
let env: Record<string, string>;

beforeAll(async () => {
  if (inject('postgres') === null) return;
  database = await freshDatabase();
  folder = await mkdtemp(join(tmpdir(), 'tag-format-'));
  env = { DATABASE_URL: database.url, LOG_LEVEL: 'silent' };
  await cli(env, 'migrate');
});
afterAll(async () => {
  if (inject('postgres') === null) return;
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

describe.skipIf(inject('postgres') === null).each(Object.entries(TAG_KINDS))('tags in the form %s', (format, kind) => {
  const chains = kind.allChains ? 2 : 1;

  const ofKind = (tags: readonly WrittenTag[]) => tags.filter(({ currency }) => kind.allChains || currency === 'ETH');
  async function file(name: string, tags: readonly WrittenTag[]): Promise<{ path: string; lines: string[] }> {
    const text = kind.write(ofKind(tags));
    await writeFile(join(folder, name), text);
    return { path: join(folder, name), lines: text.split('\n') };
  }
  async function imported(path: string, ...more: string[]) {
    const options = [...kind.options, '--publisher', format, '--by', 'ana', ...more];
    const { out } = await cli(env, 'tags', 'import', path, '--json', ...options);
    const [first] = (JSON.parse(out) as Imported).files;
    if (first === undefined) throw new Error(out);
    return first;
  }

  it('are known by their content, taken once, and the same file again changes nothing', async () => {
    const { path } = await file('a.txt', [
      { address: E, currency: 'ETH', label: 'one' },
      { address: T, currency: 'TRX', label: 'two' },
      { address: E.toLowerCase(), currency: 'ETH', label: 'one' },
      { address: BITCOIN, currency: 'XBT', label: 'three' },
    ]);
    const { category } = kind;
    const counts = [
      { chain: 'ethereum', category, tags: 1 },
      { chain: 'tron', category, tags: 1 },
    ].slice(0, chains);
    const told = { format, repeated: 1, refusals: [], counts };
    expect(await imported(path, '--dry-run')).toMatchObject({ ...told, added: chains, known: 0 });
    expect(await imported(path)).toMatchObject({ ...told, added: chains, known: 0 });
    expect(await imported(path)).toMatchObject({ ...told, added: 0, known: chains, import: null });
    if (kind.allChains) expect((await imported(path)).otherChains).toMatchObject([{ rows: 1 }]);
  });

  it('are refused one by one, each with its line: in the wrong case, mistyped, or with blanks in them', async () => {
    const wrongCase = E.replace('dAC', 'DAC');
    const bad: WrittenTag[] = [
      { address: wrongCase, currency: 'ETH', label: 'x' },
      { address: `${F.slice(0, 20)} ${F.slice(20)}`, currency: 'ETH', label: 'x' },
      { address: T.toLowerCase(), currency: 'TRX', label: 'x' },
      { address: `${T.slice(0, -1)}N`, currency: 'TRX', label: 'x' },
    ];
    const { path, lines } = await file('bad.txt', [
      { address: F.toLowerCase(), currency: 'ETH', label: 'good' },
      ...bad,
      { address: `0x${F.slice(2).toUpperCase()}`, currency: 'ETH', label: 'good' },
    ]);
    const { refusals, counts } = await imported(path);
    const expected = ofKind(bad).map(({ address }) => lines.findIndex((line) => line.includes(address)) + 1);
    expect(refusals.map(({ line }) => line)).toEqual(expected);
    for (const { code } of refusals) expect(['ADDRESS_INVALID', 'ADDRESS_UNKNOWN']).toContain(code);
    expect(counts).toEqual([{ chain: 'ethereum', category: kind.category, tags: 1 }]);
  });

  it.runIf(kind.ownLabels)('keep a label as given, and show it so that it can do nothing', async () => {
    const { path } = await file('hostile.txt', [{ address: F, currency: 'ETH', label: HOSTILE }]);
    await imported(path);
    const { out } = await cli(env, 'tags', 'show', F);
    expect(out).toContain('=HYPERLINK("http://x","y")<script>alert(1)</script>');
    for (const sign of ['\u202e', '\u001b']) expect(out).not.toContain(sign);
    const { tags } = await cliJson<{ tags: { label: string; publisher: string }[] }>(env, 'tags', 'show', F);
    const labels = tags.filter(({ publisher }) => publisher === format).map(({ label }) => label);
    expect(labels).toContain(format.endsWith('xml') ? HOSTILE.replace('\u001b', '') : HOSTILE);
  });

  it('are read in their order, whatever the labels', async () => {
    const words = fc.string({ minLength: 1, maxLength: 40, unit: 'binary' }).map((text) => `x${text}`);
    await fc.assert(
      fc.asyncProperty(fc.array(words, { minLength: 1, maxLength: 5 }), async (labels) => {
        const tags = labels.map((label, number): WrittenTag => {
          return { address: `0x${String(number + 1).padStart(40, '0')}`, currency: 'ETH', label: plain(label) };
        });
        const { path } = await file('any.txt', tags);
        const { rows } = await openTagFile(path, { label: 'a list', category: 'scam', source: 'any.txt' });
        const read: string[] = [];
        for await (const row of rows) if ('tags' in row) read.push(...row.tags.map(({ label }) => label));
        expect(read).toHaveLength(labels.length);
        if (kind.ownLabels) expect(read).toEqual(tags.map(({ label }) => label));
      }),
      { numRuns: 10 },
    );
  });
});

/** Text that every kind can carry as it is: no control characters, no blanks around it, no halves of signs. */
function plain(text: string): string {
  return (
    text
      .replace(/[\p{Cc}\p{Cs}\p{Cn}\p{Zl}\p{Zp}\ufeff"]/gu, '')
      .trim()
      .replace(/\]\]>/g, '') || 'x'
  );
}
