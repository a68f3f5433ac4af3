/** What Postgres's own file tells of a running server, and the server that nobody watches any more. */
import { constants, readlinkSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Layout } from './folder.ts';
import { run } from './process.ts';
import type { ServerUser } from './user.ts';

export interface Postmaster {
  readonly pid: number;
  readonly socketFolder: string;
  /** True once it accepts connections. */
  readonly ready: boolean;
}

/** Reads `postmaster.pid`; `null` where there is none, or not yet all of it. */
export async function readPostmaster(layout: Layout): Promise<Postmaster | null> {
  // Its lines: process, data folder, start time, port, socket folder, listen address, shared memory, status.
  const lines = (await readOwn(pidFile(layout))).split('\n');
  const pid = Number.parseInt(lines[0] ?? '', 10);
  if (!(pid > 1)) return null;
  return { pid, socketFolder: lines[4] ?? '', ready: lines[7]?.trim() === 'ready' };
}

/** The server's log, or nothing. */
export function readLog(layout: Layout): Promise<string> {
  return readOwn(layout.log);
}

/** Asks the postmaster of this folder to stop at once, if one runs. False where none does. */
export async function stopPostmaster(layout: Layout, user: ServerUser): Promise<boolean> {
  const postmaster = await readPostmaster(layout);
  if (postmaster === null || !(await runsHere(postmaster.pid, layout))) return false;
  // As the server user: root must not be led to stop other programs by a file that another user can write.
  await run(user, 'sh', ['-c', 'kill -INT "$1"', 'sh', String(postmaster.pid)]);
  return true;
}

/** Removes the file of a server that is no more, whose number another program may have by now. Call it under the lock. */
export function forgetPostmaster(layout: Layout): void {
  rmSync(pidFile(layout), { force: true });
}

/** Whether the process is a server of this folder: its number alone says nothing, numbers are used again. */
async function runsHere(pid: number, layout: Layout): Promise<boolean> {
  if (process.platform === 'linux') {
    try {
      return readlinkSync(`/proc/${pid}/cwd`) === layout.cluster;
    } catch {
      return false;
    }
  }
  const { output } = await run(null, 'ps', ['-o', 'command=', '-p', String(pid)]);
  return output.includes(`postgres -D ${layout.cluster} `);
}

function pidFile(layout: Layout): string {
  return join(layout.cluster, 'postmaster.pid');
}

/** Reads a file in the server user's folder, which must not lead root elsewhere. */
async function readOwn(path: string): Promise<string> {
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      return await file.readFile('utf8');
    } finally {
      await file.close();
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}
