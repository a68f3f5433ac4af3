/** The arrows between folders: who may import whom. The tables are the design; the code is held to them. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

/** What a folder or file may import of the project besides itself; `types` only through `import type`. */
const ARROWS: Record<string, { readonly values: readonly string[]; readonly types?: readonly string[] }> = {
  // Pure functions, rows in and results out.
  graphs: { values: ['src/money.ts', 'src/errors.ts'], types: ['src/chains/chain.ts', 'src/chains/off-history.ts'] },

  // Three that know nothing of each other.
  'src/chains': { values: ['src/csv.ts', 'src/money.ts', 'src/errors.ts'] },
  'src/store': {
    values: ['src/money.ts', 'src/errors.ts'],
    types: [
      ...['graphs/trace/types.ts', 'graphs/collisions.ts', 'src/chains/chain.ts', 'src/chains/off-history.ts'],
      ...['src/chains/standing.ts'],
      ...['src/cases', 'src/compounds', 'src/config.ts', 'src/crawl', 'src/tags'],
    ],
  },
  'src/queue': { values: ['src/errors.ts'] },

  // Decides over plain values: no SQL, no HTTP.
  'src/crawl': { values: ['src/money.ts', 'src/errors.ts', 'src/chains/rows.ts'], types: ['src/chains/chain.ts'] },
  'src/cases': {
    values: ['src/csv.ts', 'src/money.ts', 'src/errors.ts', 'src/chains/address.ts', 'src/tags/categories.ts'],
    types: ['src/chains/chain.ts'],
  },
  // Who a wallet is said to be: files in, tags out; and publishers' files, fetched.
  'src/tags': {
    values: ['src/csv.ts', 'src/errors.ts', 'src/chains/address.ts'],
    types: ['src/chains/chain.ts'],
  },
  // What is publicly said of compounds: files in, entries out.
  'src/compounds': { values: ['src/errors.ts'] },
  'src/simulate': { values: ['src/money.ts', 'src/errors.ts', 'src/chains'] },

  // These wire.
  workers: {
    values: [
      'graphs',
      'src/cases',
      'src/chains',
      'src/compounds',
      'src/crawl',
      'src/queue',
      'src/store',
      'src/tags',
      'src/errors.ts',
      'src/money.ts',
    ],
    types: ['src/clock.ts', 'src/config.ts', 'src/log.ts'],
  },
  'src/cli': {
    values: [
      ...['graphs', 'workers', 'src/cases', 'src/chains', 'src/compounds', 'src/queue', 'src/simulate', 'src/store'],
      ...['src/tags', 'src/clock.ts', 'src/config.ts', 'src/errors.ts', 'src/log.ts', 'src/money.ts'],
    ],
  },

  // What everybody stands on.
  'src/config.ts': { values: ['src/errors.ts'] },
  'src/csv.ts': { values: ['src/errors.ts'] },
  'src/money.ts': { values: ['src/errors.ts'] },
  'src/errors.ts': { values: [] },
  'src/clock.ts': { values: [] },
  'src/log.ts': { values: [] },
};

/** Narrower than their folder: these are imported by nobody but the files named. */
const ONLY_FROM: Record<string, readonly string[]> = {
  'src/simulate': ['src/cli/demo.ts', 'src/cli/simulate.ts'],
  'src/cli': [],
};

/** Packages through which the program touches the world, and where they may stand. */
const PACKAGES: Record<string, readonly string[]> = {
  pg: ['src/store'],
  'pg-cursor': ['src/store'],
  // The queue's tables are migrated with ours.
  bullmq: ['src/queue', 'src/store/migrate.ts'],
  ioredis: ['src/queue'],
  'cron-parser': ['src/queue'],
  tronweb: ['src/chains', 'src/simulate'],
  ethers: ['src/chains', 'src/simulate'],
  'node:http': ['src/simulate'],
  'node:https': ['src/tags/fetch.ts'],
  'node:net': ['src/simulate', 'src/tags/fetch.ts', 'src/tags/public-address.ts'],
  'node:dns': ['src/tags/fetch.ts'],
  'node:child_process': ['src/store/embedded'],
  commander: ['src/cli'],
  yaml: ['src/compounds', 'src/tags/formats'],
  saxes: ['src/tags/formats'],
  pino: ['src/log.ts'],
};

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

interface Import {
  readonly file: string;
  readonly line: number;
  /** A path of the project, or a package's name. */
  readonly target: string;
  readonly written: string;
  readonly typeOnly: boolean;
}

const files = ['src', 'workers', 'graphs'].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .map((path) => `${folder}/${path}`)
    .filter((path) => /\.(ts|mjs)$/.test(path)),
);
const imports = files.flatMap((file) => readImports(file, readFileSync(join(ROOT, file), 'utf8')));
const inside = imports.filter(({ written }) => written.startsWith('.'));

describe('the arrows between folders', () => {
  it('has a row for every folder and file', () => {
    expect(files.filter((file) => areaOf(file) === undefined)).toEqual([]);
  });

  it.each(Object.entries(ARROWS))('%s imports no more than its row names', (area, { values, types = [] }) => {
    const strays = inside
      .filter(({ file, target }) => areaOf(file) === area && areaOf(target) !== area)
      .filter(({ target, typeOnly }) => ![...values, ...(typeOnly ? types : [])].some((may) => within(target, may)));
    expect(strays.map(say)).toEqual([]);
  });

  it.each(Object.entries(ONLY_FROM))('%s is imported by nobody else but %j', (area, from) => {
    const strays = inside.filter(
      ({ file, target }) => within(target, area) && !within(file, area) && !from.includes(file),
    );
    expect(strays.map(say)).toEqual([]);
  });

  it.each(Object.entries(PACKAGES))('%s stands only in %j', (name, places) => {
    const strays = imports.filter(
      ({ file, target, typeOnly }) => !typeOnly && within(target, name) && !places.some((place) => within(file, place)),
    );
    expect(strays.map(say)).toEqual([]);
  });

  it('fetches only in the one HTTP client', () => {
    const strays = files.filter((file) => /\bfetch\(/.test(withoutComments(readFileSync(join(ROOT, file), 'utf8'))));
    expect(strays).toEqual(['src/chains/http.ts']);
  });
});

describe('relative imports', () => {
  it('name a file, with its ending', () => {
    expect(inside.filter(({ target }) => !files.includes(target) && target !== 'package.json').map(say)).toEqual([]);
  });
});

describe('the reader of imports', () => {
  it('finds each form and tells types from values', () => {
    const text = [
      "import { a } from './a.ts';",
      "import type { B } from '../b.ts';",
      "import {\n  c,\n  type D,\n} from './c.ts';",
      "export * from './e.ts';",
      "export type { F } from './f.ts';",
      "import './g.ts';",
      "const h = await import('./h.ts');",
      "type I = import('./i.ts').I;",
      "// import { x } from './x.ts';",
      "/* import { y } from './y.ts'; */",
      "const z = 'no import';",
    ].join('\n');
    expect(readImports('src/cli/it.ts', text).map(({ line, target, typeOnly }) => [line, target, typeOnly])).toEqual([
      [1, 'src/cli/a.ts', false],
      [2, 'src/b.ts', true],
      [3, 'src/cli/c.ts', false],
      [7, 'src/cli/e.ts', false],
      [8, 'src/cli/f.ts', true],
      [9, 'src/cli/g.ts', false],
      [10, 'src/cli/h.ts', false],
      [11, 'src/cli/i.ts', true],
    ]);
  });
});

/** Import and export statements with a source, `import()` and the type of that form, in the order of their lines. */
function readImports(file: string, source: string): Import[] {
  const text = withoutComments(source);
  const statements = /^[ \t]*(?:import|export)\s+(?<type>type\s+)?(?:[^'";=()]*?\sfrom\s+)?'(?<path>[^']+)'/gm;
  const calls = /\bimport\(\s*'(?<path>[^']+)'\s*\)(?<type>\.[A-Z])?/g;
  return [...text.matchAll(statements), ...text.matchAll(calls)]
    .sort((a, b) => a.index - b.index)
    .map((match) => {
      const typeOnly = match.groups?.type !== undefined;
      const written = match.groups?.path ?? '';
      const target = written.startsWith('.') ? relative(ROOT, resolve(ROOT, dirname(file), written)) : written;
      return { file, line: text.slice(0, match.index).split('\n').length, target, written, typeOnly };
    });
}

/** The text with its comments blanked, each line kept in its place. */
function withoutComments(source: string): string {
  const blank = (comment: string) => comment.replace(/[^\n]/g, ' ');
  return source.replace(/\/\*[\s\S]*?\*\//g, blank).replace(/(?<=^|\s)\/\/.*$/gm, blank);
}

function areaOf(path: string): string | undefined {
  return Object.keys(ARROWS).find((area) => within(path, area));
}

function within(path: string, area: string): boolean {
  return path === area || path.startsWith(`${area}/`);
}

function say({ file, line, written, typeOnly }: Import): string {
  return `${file}:${line} imports ${typeOnly ? 'types of ' : ''}${written}`;
}
