/**
 * The embedded Postgres server: the real binaries, from npm, on a Unix socket in the data folder. Processes share it;
 * the first starts it, and it stops when the last has left or died.
 */
import { randomUUID } from 'node:crypto';
import { closeSync, unlinkSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { RetryableError, UserError } from '../errors.ts';
import { type Binaries, findBinaries, usableBinaries } from './embedded/binaries.ts';
import { DATABASE, lastLines, makeCluster } from './embedded/cluster.ts';
import { checkOwner, type Layout, layoutOf, makeDatabaseFolder, makeDataFolder } from './embedded/folder.ts';
import { forgetPostmaster, readLog, readPostmaster, stopPostmaster } from './embedded/postmaster.ts';
import { enter, openEnds, tellWatchdog, tryLock } from './embedded/presence.ts';
import { makeSocketFolder, PORT } from './embedded/socket.ts';
import { type ServerUser, serverUser } from './embedded/user.ts';
import { type Ending, startWatchdog } from './embedded/watchdog.ts';

/** How long another process may take to start or stop the server. */
const PATIENCE_MS = 30_000;
/** A server that says it is starting is replaying its log after a crash, at most about 1 GB of it. */
const RECOVERY_MS = 600_000;
const POLL_MS = 10;
/** With less room a server may fail without room for the log line that says why. */
const FULL_BYTES = 16 * 1024 * 1024;
/** Postgres's code for it: a server that says so is there. */
const TOO_MANY_CONNECTIONS = '53300';
/** A starting process has the lock for a moment before it can be seen at the FIFO; an unwatched server, for ever. */
const UNWATCHED_MS = 500;

export interface EmbeddedServer {
  /** Settings for node-postgres; `host` is the socket's folder. */
  readonly connection: {
    readonly host: string;
    readonly port: number;
    readonly user: string;
    readonly database: string;
  };
  /** True if this process started it, false if it joined a running one. */
  readonly started: boolean;
  /** Leaves the server, after this process has closed its connections. It stops by itself when the last has left. Idempotent. */
  leave(): Promise<void>;
}

export interface EmbeddedOptions {
  /** How long to wait for another process that starts or stops the server, in milliseconds. */
  readonly patienceMs?: number;
  /** The Postgres to run instead of the one of this platform's npm package. */
  readonly binaries?: Binaries;
}

/**
 * Joins the server on a data folder, and starts it where none runs. It does not keep this process alive.
 *
 * @throws UserError for a folder, a user or a platform that cannot serve, and for a server that does not start
 * @throws RetryableError `EMBEDDED_BUSY` where another process has not started or stopped it in time
 */
export async function joinEmbeddedServer(dataFolder: string, options: EmbeddedOptions = {}): Promise<EmbeddedServer> {
  if (process.platform === 'win32') findBinaries();
  const layout = layoutOf(dataFolder);
  try {
    return await joinOrStart(layout, serverUser(), options);
  } catch (error) {
    throw inWords(error, layout);
  }
}

async function joinOrStart(layout: Layout, user: ServerUser, options: EmbeddedOptions): Promise<EmbeddedServer> {
  checkOwner(layout, user);
  const patience = options.patienceMs ?? PATIENCE_MS;
  const begun = Date.now();
  let unwatchedSince: number | null = null;
  let binaries: Binaries | null = null;
  for (;;) {
    const presence = enter(layout);
    if (presence !== null) {
      const connection = await whenServed(layout, presence, patience, () => null);
      if (connection !== null) return membership(presence, connection, false);
      unwatchedSince = null;
    } else {
      if (binaries === null) {
        binaries = options.binaries ?? findBinaries();
        await makeDataFolder(layout, user);
      }
      const lock = await tryLock(layout);
      if (lock !== null) return start(layout, user, binaries, lock, patience);
      unwatchedSince ??= Date.now();
      if (Date.now() - unwatchedSince > UNWATCHED_MS) {
        await stopPostmaster(layout, user);
        unwatchedSince = null;
      }
    }
    if (Date.now() - begun > patience) throw busy(layout, patience);
    await pause(POLL_MS);
  }
}

/** Starts the server under the lock, which from then on its own processes hold. */
async function start(layout: Layout, user: ServerUser, found: Binaries, lock: number, patience: number) {
  let ended: () => Ending;
  let presence: number | null = null;
  try {
    // First of all, so that others see at the FIFO that somebody is starting.
    const ends = await openEnds(layout);
    presence = ends.writing;
    try {
      makeDatabaseFolder(layout, user);
      const binaries = await usableBinaries(found, layout, user);
      await makeCluster(layout, binaries, user, lock);
      await clearAway(layout, user, patience);
      const socketFolder = await makeSocketFolder(layout, user);
      ended = startWatchdog(layout, binaries, user, socketFolder, { lock, reading: ends.reading });
    } finally {
      closeSync(ends.reading);
    }
  } catch (error) {
    if (presence !== null) closeSync(presence);
    throw error;
  } finally {
    closeSync(lock);
  }
  const connection = await whenServed(layout, presence, patience, ended);
  if (connection === null) throw await failure(layout, {});
  return membership(presence, connection, true);
}

/** A server that somebody started by hand holds no lock; what a dead one left would keep Postgres from starting. */
async function clearAway(layout: Layout, user: ServerUser, patience: number): Promise<void> {
  const begun = Date.now();
  while (await stopPostmaster(layout, user)) {
    if (Date.now() - begun > patience) throw busy(layout, patience);
    await pause(10 * POLL_MS);
  }
  forgetPostmaster(layout);
}

/**
 * Waits until the watchdog has heard of us and the server answers. From then on it cannot stop before we leave.
 *
 * @returns the connection; `null` where the watchdog has gone, with our end of the FIFO closed
 */
async function whenServed(layout: Layout, presence: number, patience: number, ended: () => Ending) {
  const token = randomUUID();
  const begun = Date.now();
  let heard = false;
  let served = false;
  try {
    for (let told = tellWatchdog(presence, token); told; told = tellWatchdog(presence)) {
      heard ||= takeAnswer(join(layout.joined, token));
      const postmaster = heard ? await readPostmaster(layout) : null;
      if (postmaster?.ready) {
        const connection = { host: postmaster.socketFolder, port: PORT, user: DATABASE, database: DATABASE };
        served = await answers(connection);
        if (served) return connection;
      }
      const ending = ended();
      if (ending !== null) throw await failure(layout, ending);
      const recovering = postmaster !== null && !postmaster.ready;
      if (Date.now() - begun > (recovering ? RECOVERY_MS : patience)) throw busy(layout, patience);
      await pause(POLL_MS);
    }
    return null;
  } finally {
    if (!served) closeSync(presence);
  }
}

function takeAnswer(path: string): boolean {
  try {
    unlinkSync(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

async function answers(connection: EmbeddedServer['connection']): Promise<boolean> {
  // A TLS setting for other servers, in PGSSLMODE, is none for a socket.
  const client = new pg.Client({ ...connection, ssl: false, connectionTimeoutMillis: 5_000 });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.end();
    return true;
  } catch (error) {
    void client.end().catch(() => {});
    return (error as { code?: string }).code === TOO_MANY_CONNECTIONS;
  }
}

function membership(presence: number, connection: EmbeddedServer['connection'], started: boolean): EmbeddedServer {
  let left = false;
  return {
    connection,
    started,
    async leave() {
      if (!left) closeSync(presence);
      left = true;
    },
  };
}

async function failure(layout: Layout, ending: NonNullable<Ending>): Promise<unknown> {
  if (ending.error !== undefined) return ending.error;
  const { bavail, bsize } = await statfs(layout.folder);
  if (bavail * bsize < FULL_BYTES) return full(layout, 'the embedded database did not start.');
  const log = await readLog(layout);
  const said = log.trim() === '' ? 'It said nothing.' : `It said:\n${lastLines(log)}`;
  return new UserError('EMBEDDED_FAILED', `The embedded database did not start. ${said}`, {
    todo: `Mend what it names: most often a full disk, or a folder that may not be written to. Its log is ${layout.log}.`,
  });
}

function busy(layout: Layout, patience: number): RetryableError {
  const seconds = Math.round(patience / 1000);
  return new RetryableError(
    'EMBEDDED_BUSY',
    `Another process has been starting or stopping the embedded database in ${layout.folder} for ${seconds} s. Try again; its log is ${layout.log}.`,
  );
}

function full(layout: Layout, said: string, cause?: unknown): UserError {
  return new UserError('DISK_FULL', `The disk of the data folder ${layout.folder} is full: ${said}`, {
    todo: 'Make room, at least 200 MB, or set DOWNSTREAM_DATA to another folder.',
    cause,
  });
}

/** Faults of the file system are for a person to mend. */
function inWords(error: unknown, layout: Layout): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return full(layout, message, error);
  }
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS' || code === 'ENOTDIR') {
    return new UserError('DATA_FOLDER_UNWRITABLE', `The data folder ${layout.folder} cannot be used: ${message}`, {
      right: 'It is a folder, or may become one, that belongs to the user who runs Downstream and may be written to.',
      todo: 'Set DOWNSTREAM_DATA to another folder.',
      cause: error,
    });
  }
  return error;
}
