/** The cluster: Postgres's own folder, made once, complete or not at all. */
import { existsSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../errors.ts';
import type { Binaries } from './binaries.ts';
import type { Layout } from './folder.ts';
import { run } from './process.ts';
import type { ServerUser } from './user.ts';

/** Name of the database, and of the role that owns everything in it. */
export const DATABASE = 'downstream';

/**
 * Makes the cluster with its database unless it is there. Call it under the lock, which its processes inherit: a
 * starter that is killed leaves them working in the temporary folder, and the next one waits for them.
 *
 * @throws UserError `EMBEDDED_VERSION` for a cluster of another major version, `EMBEDDED_FAILED`
 */
export async function makeCluster(layout: Layout, binaries: Binaries, user: ServerUser, lock: number): Promise<void> {
  if (existsSync(layout.cluster)) return checkVersion(layout, binaries);
  const temporary = `${layout.cluster}.new`;
  await must(user, 'rm', ['-rf', temporary], { open: [lock] });
  const settings = [
    `--username=${DATABASE}`,
    '--auth-local=trust',
    '--auth-host=reject',
    '--locale=C',
    '--encoding=UTF8',
  ];
  const initdb = ['-D', temporary, ...settings, '--no-sync', '--no-instructions'];
  await must(user, join(binaries.folder, 'bin/initdb'), initdb, { open: [lock] });
  // In single-user mode, so that a cluster never appears without its database.
  const single = ['--single', '-c', 'fsync=off', '-c', 'log_checkpoints=off', '-j', '-D', temporary, 'postgres'];
  const input = `CREATE DATABASE ${DATABASE};\n\n`;
  await must(user, join(binaries.folder, 'bin/postgres'), single, { open: [lock], input });
  renameSync(temporary, layout.cluster);
}

function checkVersion(layout: Layout, binaries: Binaries): void {
  const major = binaries.version.split('.')[0];
  const found = readFileSync(join(layout.cluster, 'PG_VERSION'), 'utf8').trim();
  if (found === major) return;
  throw new UserError(
    'EMBEDDED_VERSION',
    `The data in ${layout.folder} is of Postgres ${found}; this Downstream brings ${major}.`,
    {
      right: 'A Postgres server reads only data of its own major version.',
      todo: 'Use the Downstream that wrote it, or set DOWNSTREAM_DATA to another folder.',
    },
  );
}

async function must(user: ServerUser, program: string, args: string[], options: { input?: string; open: number[] }) {
  const { code, output } = await run(user, program, args, options);
  if (code === 0) return;
  throw new UserError('EMBEDDED_FAILED', `The embedded database could not be made:\n${lastLines(output)}`, {
    todo: 'Mend what it names: most often a full disk, or a folder that may not be written to.',
  });
}

/** What a person needs to see of a program's output. */
export function lastLines(text: string, count = 8): string {
  const lines = text.trimEnd().split('\n').slice(-count);
  return lines.map((line) => `  ${line}`).join('\n');
}
