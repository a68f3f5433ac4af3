/** The one logger: JSON lines on standard error, for machines. What a person is to read goes through `cli/output.ts`. */
import { destination, type Logger, pino } from 'pino';

export type Log = Logger;

/** Fields that never reach a log, wherever they stand: keys and connection strings. */
const SECRET = ['key', 'url', 'password', 'headers'].flatMap((name) => [name, `*.${name}`]);

export function createLog(level: string): Log {
  return pino({ level, base: null, redact: { paths: SECRET, censor: '[hidden]' } }, destination({ fd: 2, sync: true }));
}
