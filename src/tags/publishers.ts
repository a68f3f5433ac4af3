/** The publishers whose lists are fetched, and from where: a small table, which a file of one's own changes. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { messageOf, UserError } from '../errors.ts';
import { fetchFile, type Surroundings } from './fetch.ts';
import { unpack } from './tarball.ts';

/** A publisher's lists, as they are fetched. */
export interface Publisher {
  /** The word by which a command names it. */
  readonly name: string;
  /** The name under which its tags are stored. */
  readonly publisher: string;
  readonly url: string;
  /** One list, or a packed folder of lists in YAML. */
  readonly content: 'xml' | 'yaml' | 'tar.gz';
}

const PUBLISHERS: readonly Publisher[] = [
  {
    name: 'ofac',
    publisher: 'US Treasury OFAC',
    url: 'https://www.treasury.gov/ofac/downloads/sdn.xml',
    content: 'xml',
  },
  {
    name: 'graphsense',
    publisher: 'GraphSense TagPacks',
    url: 'https://github.com/graphsense/graphsense-tagpacks/archive/refs/heads/master.tar.gz',
    content: 'tar.gz',
  },
];

/** Some ten times what the lists have today. */
const MOST_BYTES = 400 * 1024 * 1024;
const MOST_UNPACKED = 2 * 1024 * 1024 * 1024;
const MOST_FILES = 20_000;
/** TagPacks stand in this folder; what stands beside it are scripts, tests and actors. */
const IS_PACK = /^[^/]+\/packs\/(?:[^/]+\/)*[^/]+\.ya?ml$/;

const file = z
  .array(
    z.strictObject({
      name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'is no word of small letters, digits and dashes'),
      publisher: z.string().trim().min(1).max(100),
      url: z.string().max(2_000).startsWith('https://'),
      content: z.enum(['xml', 'yaml', 'tar.gz']),
    }),
  )
  .max(100);

/**
 * The publishers, by name. One that the file names as well is the file's.
 *
 * @param path a JSON file: `[{"name": …, "publisher": …, "url": …, "content": "xml" | "yaml" | "tar.gz"}]`; `null` for none
 * @throws UserError `PUBLISHERS_INVALID`
 */
export async function readPublishers(path: string | null): Promise<Publisher[]> {
  const own = path === null ? [] : await readOwn(path);
  const names = new Set(own.map(({ name }) => name));
  const all = [...PUBLISHERS.filter(({ name }) => !names.has(name)), ...own];
  return all.sort((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name)));
}

async function readOwn(path: string): Promise<Publisher[]> {
  const invalid = (why: string) =>
    new UserError('PUBLISHERS_INVALID', `The list of publishers ${path} cannot be used: ${why}.`, {
      right:
        'It is JSON: [{"name": "ofac", "publisher": "US Treasury OFAC", "url": "https://…", "content": "xml"}]; content is xml, yaml or tar.gz.',
      todo: 'Correct it, or unset TAG_PUBLISHERS_FILE.',
    });
  const parse = async (): Promise<unknown> => JSON.parse(await readFile(path, 'utf8'));
  const parsed = file.safeParse(
    await parse().catch((error: unknown) => {
      throw invalid(messageOf(error));
    }),
  );
  if (!parsed.success) {
    throw invalid(parsed.error.issues.map(({ path: at, message }) => `${at.join('.')} ${message}`.trim()).join('; '));
  }
  const names = parsed.data.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw invalid(`it names ${JSON.stringify(twice)} twice`);
  return parsed.data;
}

/** A list that was fetched. */
export interface FetchedList {
  /** Where it lies on the disk. */
  readonly path: string;
  /** What its publisher calls it: the address, or the name in the packed folder. */
  readonly name: string;
}

export type FetchedPublisher =
  | {
      readonly kind: 'lists';
      readonly lists: readonly FetchedList[];
      /** Of what came, before it was unpacked, with its size and what the server calls it. */
      readonly sha256: string;
      readonly bytes: number;
      readonly etag: string | null;
      /** Where redirects led to. */
      readonly url: string;
    }
  | { readonly kind: 'unchanged' };

/**
 * Fetches all lists of a publisher into a folder, which must be empty and is the caller's to remove.
 *
 * @param known what the publisher's server called the lists, and their digest, when they were last fetched
 * @throws UserError or RetryableError as `fetchFile` and `unpack` do, and `LISTS_NONE` for a packed folder without any
 */
export async function fetchPublisher(
  { publisher, url, content }: Publisher,
  {
    folder,
    known,
    signal,
  }: {
    readonly folder: string;
    readonly known?: { readonly etag: string | null; readonly sha256: string };
    readonly signal?: AbortSignal;
  },
  surroundings: Surroundings = {},
): Promise<FetchedPublisher> {
  const path = join(folder, 'fetched');
  const fetched = await fetchFile(
    {
      ...{ url, content, path, mostBytes: MOST_BYTES, etag: known?.etag ?? null },
      ...(signal === undefined ? {} : { signal }),
    },
    surroundings,
  );
  if (fetched.kind === 'unchanged' || fetched.sha256 === known?.sha256) return { kind: 'unchanged' };
  if (content !== 'tar.gz') return { ...fetched, kind: 'lists', lists: [{ path, name: url }] };
  const limits = { mostBytes: MOST_UNPACKED, mostFiles: MOST_FILES };
  const lists = await unpack(path, folder, (each) => IS_PACK.test(each), limits);
  if (lists.length > 0) return { ...fetched, kind: 'lists', lists };
  throw new UserError('LISTS_NONE', `What ${publisher} publishes has no list in it.`, {
    right: 'A packed folder has lists in YAML in its folder packs.',
    todo: "Look at the publisher's page: the lists may have moved.",
  });
}
