/** The data folder: what stands where in it, whose it is, and whether the server user reaches it. */
import { chmodSync, chownSync, lstatSync, mkdirSync, readdirSync, realpathSync, type Stats, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { UserError } from '../../errors.ts';
import { run } from './process.ts';
import { nameOf, type ServerUser } from './user.ts';

export interface Layout {
  readonly folder: string;
  /** Held by whoever starts the server, then by the server itself until its last process has ended. */
  readonly lock: string;
  /** The FIFO that every process on the server holds open. */
  readonly presence: string;
  /** The server user's own; the rest is ours, so that root never trusts a path that another user can change. */
  readonly database: string;
  readonly cluster: string;
  readonly joined: string;
  readonly socket: string;
  readonly log: string;
}

/** The paths in a data folder, which may not exist yet. */
export function layoutOf(dataFolder: string): Layout {
  const folder = realPath(resolve(dataFolder));
  const database = join(folder, 'database');
  return {
    folder,
    lock: join(folder, 'database.lock'),
    presence: join(folder, 'presence'),
    database,
    cluster: join(database, 'cluster'),
    joined: join(database, 'joined'),
    socket: join(database, 'socket'),
    log: join(database, 'postgres.log'),
  };
}

/**
 * Refuses a data folder that belongs to somebody else, or that everybody may write to.
 *
 * @throws UserError `DATA_FOLDER_FOREIGN`, `DATA_FOLDER_OPEN`, `DATA_FOLDER_INVALID`
 */
export function checkOwner(layout: Layout, user: ServerUser): void {
  const ours = user.lent ? 0 : user.uid;
  const stats = statOf(layout.folder);
  if (stats === null) return;
  if (!stats.isDirectory()) {
    throw new UserError('DATA_FOLDER_INVALID', `The data folder ${layout.folder} is a file.`, {
      todo: 'Set DOWNSTREAM_DATA to a folder, which may be a new one.',
    });
  }
  checkOwnedBy(layout.folder, stats, ours);
  if ((stats.mode & 0o002) !== 0) {
    throw new UserError('DATA_FOLDER_OPEN', `Everybody may write to the data folder ${layout.folder}.`, {
      right: 'It holds reports of victims: only its owner may write to it.',
      todo: `Set DOWNSTREAM_DATA to a folder inside it, or run: chmod o-w ${layout.folder}`,
    });
  }
  const database = statOf(layout.database);
  if (database !== null) checkOwnedBy(layout.database, database, user.uid);
}

/**
 * Makes the data folder where it is missing, readable by nobody else, and checks that the server user can enter it.
 *
 * @throws UserError `DATA_FOLDER_UNREACHABLE` that names the folder that blocks the way
 */
export async function makeDataFolder(layout: Layout, user: ServerUser): Promise<void> {
  const { folder } = layout;
  await checkReachable(dirname(folder), folder, user);
  const made = mkdirSync(dirname(folder), { recursive: true });
  // Under root's strict umask the folders we made on the way would be closed to the server user.
  if (user.lent && made !== undefined) {
    for (let way = dirname(folder); way.length >= made.length; way = dirname(way)) chmodSync(way, 0o755);
  }
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  if (!user.lent) return;
  // Only an empty folder's permissions are ours to change: an existing one may be anything, such as root's home.
  if (readdirSync(folder).length === 0) {
    chownSync(folder, 0, user.gid);
    chmodSync(folder, 0o710);
  }
  await checkReachable(folder, folder, user);
}

/** Makes the folder that is the server user's own. Call it under the lock. */
export function makeDatabaseFolder(layout: Layout, user: ServerUser): void {
  mkdirSync(layout.database, { recursive: true, mode: 0o700 });
  if (user.lent && lstatSync(layout.database).uid === 0) chownSync(layout.database, user.uid, user.gid);
}

/** The first folder on the way to `path` that the user cannot enter; those that do not exist yet block nobody. */
export async function firstBlocked(path: string, user: ServerUser): Promise<string | null> {
  const ways = [path];
  for (let way = path; way !== dirname(way); way = dirname(way)) ways.unshift(dirname(way));
  const existing = ways.filter((way) => statOf(way) !== null);
  // The shell asks the kernel, which knows of access lists and mounts; permission bits alone would not tell.
  const script = 'for way; do [ -x "$way" ] || { printf %s "$way"; exit 1; }; done';
  const { code, output } = await run(user, 'sh', ['-c', script, 'sh', ...existing]);
  return code === 0 ? null : output;
}

async function checkReachable(path: string, folder: string, user: ServerUser): Promise<void> {
  if (!user.lent) return;
  const blocked = await firstBlocked(path, user);
  if (blocked === null) return;
  throw new UserError(
    'DATA_FOLDER_UNREACHABLE',
    `The user "${user.name}", as whom Postgres runs here, cannot enter ${blocked}, so it cannot use the data folder ${folder}.`,
    {
      right: 'Postgres refuses to run as root, and its user must be able to enter every folder above its data.',
      todo: 'Set DOWNSTREAM_DATA to a folder such as /var/lib/downstream, or run Downstream as an ordinary user.',
    },
  );
}

function checkOwnedBy(path: string, stats: Stats, uid: number): void {
  if (stats.uid === uid) return;
  throw new UserError('DATA_FOLDER_FOREIGN', `The folder ${path} belongs to the user ${nameOf(stats.uid)}.`, {
    right: `It would have to belong to ${nameOf(uid)}.`,
    todo: 'Run Downstream as the user who started it first, or set DOWNSTREAM_DATA to another folder.',
  });
}

function statOf(path: string): Stats | null {
  return statSync(path, { throwIfNoEntry: false }) ?? null;
}

/** Resolves the links of as much of the path as exists, so that every process calls the folder by one name. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || path === dirname(path)) return path;
    return join(realPath(dirname(path)), path.slice(dirname(path).length));
  }
}
