/** The folder of the server's Unix socket. */
import { createHash } from 'node:crypto';
import { chownSync, lstatSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../../errors.ts';
import { firstBlocked, type Layout } from './folder.ts';
import { nameOf, type ServerUser } from './user.ts';

export const PORT = 5432;
const SOCKET = `.s.PGSQL.${PORT}`;

/** What `sockaddr_un` holds, with its closing zero byte. */
const PATH_BYTES = process.platform === 'darwin' ? 104 : 108;

/**
 * Chooses and makes the socket's folder: in the data folder, or a short one under the system's temporary folder where
 * the path would grow too long. Call it under the lock.
 *
 * @throws UserError `SOCKET_FOLDER_FOREIGN` where somebody else took the short folder's name
 */
export async function makeSocketFolder(layout: Layout, user: ServerUser): Promise<string> {
  if (fits(layout.socket)) return make(layout.socket, user);
  const name = `downstream-${createHash('sha256').update(layout.folder).digest('hex').slice(0, 16)}`;
  for (const temporary of [tmpdir(), '/tmp']) {
    // Root's own temporary folder may be closed to the server user.
    if (fits(join(temporary, name)) && (await firstBlocked(temporary, user)) === null) {
      return make(join(temporary, name), user);
    }
  }
  throw new UserError(
    'SOCKET_PATH_LONG',
    `The path of the data folder ${layout.folder} is too long for a Unix socket.`,
    {
      right: `With the socket's name it has to stay under ${PATH_BYTES} bytes.`,
      todo: 'Set DOWNSTREAM_DATA to a shorter path, or TMPDIR to a short folder.',
    },
  );
}

function fits(folder: string): boolean {
  return Buffer.byteLength(join(folder, SOCKET)) < PATH_BYTES;
}

function make(folder: string, user: ServerUser): string {
  try {
    mkdirSync(folder, { mode: 0o700 });
    if (user.lent) chownSync(folder, user.uid, user.gid);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const stats = lstatSync(folder);
  if (stats.isDirectory() && stats.uid === user.uid && (stats.mode & 0o077) === 0) return folder;
  throw new UserError('SOCKET_FOLDER_FOREIGN', `The folder ${folder}, for the database's socket, is not ours alone.`, {
    right: `It would be a folder of the user ${user.name} that nobody else can enter; it belongs to ${nameOf(stats.uid)}.`,
    todo: 'Have it removed, or set DOWNSTREAM_DATA to a shorter path.',
  });
}
