/** What the environment sets, checked once. Without any of it Downstream works on the live Tron network. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { UserError } from './errors.ts';

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const;

/** TronGrid's own limit for a key has been 15 requests a second; without one, 3 is what it has always borne. */
const RATE_WITH_KEY = 12;
const RATE_WITHOUT_KEY = 3;

const url = (protocols: readonly string[], example: string) =>
  z.string().superRefine((text, context) => {
    const parsed = URL.canParse(text) ? new URL(text) : null;
    if (parsed === null || !protocols.includes(parsed.protocol)) {
      context.addIssue({ code: 'custom', message: `is no address of the form ${example}` });
    }
  });

/** The root of an HTTP server: a user, a password or a query would be lost, or end up in messages. */
const server = url(['http:', 'https:'], 'https://api.trongrid.io').superRefine((text, context) => {
  const { username, password, search, hash } = URL.canParse(text) ? new URL(text) : new URL('http://a');
  if (username + password + search + hash !== '') {
    context.addIssue({
      code: 'custom',
      message: 'has more than protocol, server and path; a key belongs into TRON_API_KEY',
    });
  }
});

const environment = z.object({
  DATABASE_URL: url(['postgres:', 'postgresql:'], 'postgres://user:password@host:5432/database').optional(),
  REDIS_URL: url(['redis:', 'rediss:'], 'redis://host:6379').optional(),
  DOWNSTREAM_DATA: z.string().min(1, 'is empty: name a folder, or leave it unset').optional(),
  TRON_API_URL: server.default('https://api.trongrid.io'),
  TRON_API_KEY: z
    .string()
    .regex(/^[\x21-\x7e]+$/, 'is empty or has characters that no key has')
    .optional(),
  TRON_API_RATE: z.coerce
    .number('is not a number of requests per second')
    .positive('is not above 0: requests per second')
    .max(10_000, 'is above 10000 requests per second')
    .optional(),
  LOG_LEVEL: z.enum(LOG_LEVELS, `is none of ${LOG_LEVELS.join(', ')}`).default('warn'),
});

export interface Config {
  /** A Postgres server; `null` for the embedded one. */
  readonly databaseUrl: string | null;
  /** A Redis server for the queue; `null` keeps the queue in Postgres. */
  readonly redisUrl: string | null;
  /** Folder of the embedded database. */
  readonly dataFolder: string;
  readonly tron: {
    readonly url: string;
    readonly key: string | null;
    /** Requests per second over all workers. */
    readonly rate: number;
  };
  readonly logLevel: (typeof LOG_LEVELS)[number];
}

/**
 * Reads the configuration from environment variables; an empty variable counts as unset, as Compose files have it.
 *
 * @throws UserError `CONFIG_INVALID` that names every fault at once, and no value: values may be secrets
 */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  const present = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const unknown = Object.keys(present).filter((name) => name.startsWith('DOWNSTREAM_') && !(name in environment.shape));
  const parsed = environment.safeParse(present);
  const faults = [
    ...(parsed.success ? [] : parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`)),
    ...unknown.map((name) => `${name} is no setting of Downstream`),
    ...(parsed.success && sendsKeyOpenly(parsed.data)
      ? ['TRON_API_URL would send TRON_API_KEY unprotected: use https']
      : []),
  ];
  if (!parsed.success || faults.length > 0) {
    throw new UserError(
      'CONFIG_INVALID',
      `The environment has ${faults.length === 1 ? 'a fault' : 'faults'}:\n${faults.map((fault) => `  ${fault}`).join('\n')}`,
      {
        right: `Settings are ${Object.keys(environment.shape).join(', ')}; all are optional.`,
        todo: 'Correct or unset what is named above; README.md explains each.',
      },
    );
  }
  const values = parsed.data;
  return {
    databaseUrl: values.DATABASE_URL ?? null,
    redisUrl: values.REDIS_URL ?? null,
    dataFolder: values.DOWNSTREAM_DATA ?? defaultDataFolder(env),
    tron: {
      url: values.TRON_API_URL.replace(/\/+$/, ''),
      key: values.TRON_API_KEY ?? null,
      rate: values.TRON_API_RATE ?? (values.TRON_API_KEY === undefined ? RATE_WITHOUT_KEY : RATE_WITH_KEY),
    },
    logLevel: values.LOG_LEVEL,
  };
}

/** A key that leaves this machine without TLS is no secret any more. */
function sendsKeyOpenly({ TRON_API_URL, TRON_API_KEY }: z.infer<typeof environment>): boolean {
  const { protocol, hostname } = new URL(TRON_API_URL);
  const local = hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.');
  return TRON_API_KEY !== undefined && protocol === 'http:' && !local;
}

/** A service's folder for root, whose home the database's unprivileged user cannot enter; else the user's own. */
function defaultDataFolder(env: NodeJS.ProcessEnv): string {
  if (process.getuid?.() === 0) return '/var/lib/downstream';
  return join(env.XDG_DATA_HOME || join(homedir(), '.local', 'share'), 'downstream');
}
