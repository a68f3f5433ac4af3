/**
 * Who is on the server. Each process holds a FIFO open for writing; the watchdog reads it and stops the server once
 * nobody writes. The kernel closes a process's end however it died. A second file is the lock under which one process
 * at a time starts the server; the server inherits it, so it is free only when no process of the server is left.
 */
import { closeSync, constants, fstatSync, lstatSync, openSync, rmSync, writeSync } from 'node:fs';
import type { Layout } from './folder.ts';
import { run } from './process.ts';

/** BSD's and macOS's flag to lock while opening; Node has no name for it. */
const O_EXLOCK = 0x20;

/** Opens the FIFO for writing. `null` where nobody reads it: no server runs and nobody is starting one. */
export function enter(layout: Layout): number | null {
  let descriptor: number;
  try {
    descriptor = openSync(layout.presence, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  } catch (error) {
    if (['ENXIO', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw error;
  }
  if (fstatSync(descriptor).isFIFO()) return descriptor;
  closeSync(descriptor);
  return null;
}

/** Writes a line to the watchdog. False where it has gone; an empty line asks no more than whether it has. */
export function tellWatchdog(descriptor: number, token = ''): boolean {
  try {
    writeSync(descriptor, `${token}\n`);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EPIPE') return false;
    // Full: a starter that has not come to reading yet.
    if (code === 'EAGAIN') return true;
    throw error;
  }
}

export interface Ends {
  /** Held by this process as long as it uses the server. */
  readonly writing: number;
  /** Handed to the watchdog. */
  readonly reading: number;
}

/** Opens both ends of the FIFO, making it where it is missing. Call it under the lock. */
export async function openEnds(layout: Layout): Promise<Ends> {
  const stats = lstatSync(layout.presence, { throwIfNoEntry: false });
  if (stats?.isFIFO() !== true) {
    rmSync(layout.presence, { force: true, recursive: true });
    const { code, output } = await run(null, 'mkfifo', ['-m', '600', layout.presence]);
    if (code !== 0) throw new Error(`mkfifo failed: ${output}`);
  }
  // Opening one end alone would wait for the other, or fail without it.
  const both = openSync(layout.presence, constants.O_RDWR | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  const writing = openSync(layout.presence, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  const reading = openSync(layout.presence, constants.O_RDONLY | constants.O_NOFOLLOW);
  closeSync(both);
  return { writing, reading };
}

/** Takes the lock and returns its descriptor; `null` where another process has it. Closing every copy frees it. */
export async function tryLock(layout: Layout): Promise<number | null> {
  const flags = constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW;
  if (process.platform === 'darwin') {
    try {
      return openSync(layout.lock, flags | constants.O_NONBLOCK | O_EXLOCK, 0o600);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return null;
      throw error;
    }
  }
  const descriptor = openSync(layout.lock, flags, 0o600);
  let taken = false;
  try {
    // The lock belongs to the open file, which flock shares with us: it stays when flock has ended.
    const { code, output } = await run(null, 'flock', ['-n', '3'], { open: [descriptor] });
    if (code !== 0 && code !== 1) throw new Error(`flock failed: ${output}`);
    taken = code === 0;
  } finally {
    if (!taken) closeSync(descriptor);
  }
  return taken ? descriptor : null;
}
