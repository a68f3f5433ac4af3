/** Whose processes the server's are: our own user's, or for root an unprivileged one's, as Postgres refuses root. */
import { readFileSync } from 'node:fs';
import { UserError } from '../../errors.ts';

/** The account that nothing belongs to, on Linux and macOS alike. */
const UNPRIVILEGED = 'nobody';

export interface ServerUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  /** True where root runs the server as this user. */
  readonly lent: boolean;
}

/**
 * @param accounts the text of /etc/passwd
 * @throws UserError `EMBEDDED_NO_USER` where root has no unprivileged user to lend
 */
export function serverUser(
  accounts: string = readAccounts(),
  uid = process.getuid?.(),
  gid = process.getgid?.(),
): ServerUser {
  if (uid === undefined || gid === undefined) throw new Error('This platform has no user numbers.');
  if (uid !== 0) return { name: nameOf(uid, accounts), uid, gid, lent: false };
  const [, , userNumber, groupNumber] = accountLines(accounts).find(([name]) => name === UNPRIVILEGED) ?? [];
  const found = { uid: unsigned(userNumber), gid: unsigned(groupNumber) };
  if (!(found.uid > 0) || !(found.gid > 0)) {
    throw new UserError(
      'EMBEDDED_NO_USER',
      `Postgres refuses to run as root, and there is no user "${UNPRIVILEGED}" in /etc/passwd to run it as.`,
      { todo: 'Run Downstream as an ordinary user, or set DATABASE_URL to a Postgres server.' },
    );
  }
  return { name: UNPRIVILEGED, ...found, lent: true };
}

/** The user's name, or the number where it has none. */
export function nameOf(uid: number, accounts: string = readAccounts()): string {
  return accountLines(accounts).find(([, , number]) => unsigned(number) === uid)?.[0] ?? `number ${uid}`;
}

/** The options of `spawn` that make a process the server user's; on macOS its number is below zero there. */
export function identity(user: ServerUser | null): { uid?: number; gid?: number } {
  return user?.lent ? { uid: user.uid | 0, gid: user.gid | 0 } : {};
}

function accountLines(accounts: string): string[][] {
  return accounts
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .map((line) => line.split(':'));
}

/** macOS writes the number of `nobody` as -2, the file system says 4294967294. */
function unsigned(text: string | undefined): number {
  return text === undefined || text === '' ? Number.NaN : Number(text) >>> 0;
}

function readAccounts(): string {
  try {
    return readFileSync('/etc/passwd', 'utf8');
  } catch {
    return '';
  }
}
