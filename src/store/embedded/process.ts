/** Runs the small programs that the embedded server needs: initdb, sh, flock, mkfifo. */
import { spawn } from 'node:child_process';
import { UserError } from '../../errors.ts';
import { identity, type ServerUser } from './user.ts';

/** Nothing else of our environment reaches the server: variables such as PGPORT would change what it does. */
export const ENVIRONMENT = { PATH: process.env.PATH ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };

export interface Outcome {
  readonly code: number | null;
  /** Standard output and standard error. */
  readonly output: string;
}

/**
 * Runs a program to its end.
 *
 * @param user whose process it is; `null` for our own
 * @param options.open file descriptors that it receives as 3, 4, …
 * @throws UserError where the program is missing or may not be run
 */
export function run(
  user: ServerUser | null,
  program: string,
  args: readonly string[],
  options: { readonly input?: string; readonly open?: readonly number[] } = {},
): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      ...identity(user),
      // Our own folder may be one that the server user cannot enter.
      cwd: '/',
      env: ENVIRONMENT,
      stdio: ['pipe', 'pipe', 'pipe', ...(options.open ?? [])],
    });
    const output: Buffer[] = [];
    child.stdout?.on('data', (part: Buffer) => output.push(part));
    child.stderr?.on('data', (part: Buffer) => output.push(part));
    child.on('error', (error) => reject(startFault(program, user, error)));
    child.on('close', (code) => resolve({ code, output: Buffer.concat(output).toString() }));
    // A program that ends without reading its input is judged by its exit code.
    child.stdin?.on('error', () => {});
    child.stdin?.end(options.input ?? '');
  });
}

/** Why a program could not be started, in words for a person. */
export function startFault(program: string, user: ServerUser | null, error: NodeJS.ErrnoException): unknown {
  const todo = 'Or set DATABASE_URL to a Postgres server: postgres://user:password@host:5432/database.';
  if (error.code === 'ENOENT') {
    return new UserError(
      'EMBEDDED_UNSUPPORTED',
      `The embedded database needs the program ${program}, which is missing.`,
      {
        right: 'It uses sh, mkfifo (coreutils) and, on Linux, flock (util-linux), as every usual system has them.',
        todo: `Install it. ${todo}`,
        cause: error,
      },
    );
  }
  if (user?.lent && ['EPERM', 'EINVAL', 'EAGAIN'].includes(error.code ?? '')) {
    return new UserError(
      'EMBEDDED_NO_USER',
      `Root may not run Postgres as the user "${user.name}" here (${error.code}).`,
      {
        right:
          'Postgres refuses to run as root; a container needs the capabilities SETUID and SETGID for another user.',
        todo: `Run Downstream as an ordinary user. ${todo}`,
        cause: error,
      },
    );
  }
  if (error.code === 'EACCES') {
    return new UserError('EMBEDDED_FAILED', `The program ${program} may not be run (EACCES).`, {
      right: 'The disk it stands on must allow programs: a disk mounted with "noexec" does not.',
      todo: `Set DOWNSTREAM_DATA to a folder on another disk. ${todo}`,
      cause: error,
    });
  }
  return error;
}
