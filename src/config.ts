/** What the environment sets, checked once. Without any of it Downstream reads the live Tron network; Ethereum takes a key. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { UserError } from './errors.ts';

/** Shorter parts of an address are names, such as `v3` or `mainnet`. */
const LIKE_A_KEY = 16;

const ETHERSCAN = 'https://api.etherscan.io/v2/api';

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const;

/** TronGrid's own limit for a key has been 15 requests a second; without one, 3 is what it has always borne. */
const RATE_WITH_KEY = 12;
const RATE_WITHOUT_KEY = 3;
/** Free keys of Etherscan have 3 a second, in windows that are not ours. */
const ETHERSCAN_RATE = 2;
/** What free nodes bear as a rule. */
const RPC_RATE = 5;

const url = (protocols: readonly string[], example: string) =>
  z.string().superRefine((text, context) => {
    const parsed = URL.canParse(text) ? new URL(text) : null;
    if (parsed === null || !protocols.includes(parsed.protocol)) {
      context.addIssue({ code: 'custom', message: `is no address of the form ${example}` });
    }
  });

/** The root of an HTTP server: a user, a password or a query would be lost, or end up in messages. */
const server = (example: string, key: string) =>
  url(['http:', 'https:'], example).superRefine((text, context) => {
    const { username, password, search, hash } = URL.canParse(text) ? new URL(text) : new URL('http://a');
    if (username + password + search + hash !== '') {
      context.addIssue({
        code: 'custom',
        message: `has more than protocol, server and path; a key belongs into ${key}`,
      });
    }
  });

/** A node's address holds its key, in the path or a query; what stands before the @ no client would send. */
const node = url(['http:', 'https:'], 'https://mainnet.infura.io/v3/KEY').superRefine((text, context) => {
  const { username, password } = URL.canParse(text) ? new URL(text) : new URL('http://a');
  if (username + password !== '') {
    context.addIssue({ code: 'custom', message: 'has a user or password before the server; use an address without' });
  }
});

const key = z.string().regex(/^[\x21-\x7e]+$/, 'is empty or has characters that no key has');

const rate = z.coerce
  .number('is not a number of requests per second')
  .positive('is not above 0: requests per second')
  .max(10_000, 'is above 10000 requests per second');

const environment = z.object({
  DATABASE_URL: url(['postgres:', 'postgresql:'], 'postgres://user:password@host:5432/database').optional(),
  REDIS_URL: url(['redis:', 'rediss:'], 'redis://host:6379').optional(),
  DOWNSTREAM_DATA: z.string().min(1, 'is empty: name a folder, or leave it unset').optional(),
  TRON_API_URL: server('https://api.trongrid.io', 'TRON_API_KEY').default('https://api.trongrid.io'),
  TRON_API_KEY: key.optional(),
  TRON_API_RATE: rate.optional(),
  TRON_SECOND_API_URL: server('https://api.trongrid.io', 'TRON_SECOND_API_KEY').optional(),
  TRON_SECOND_API_KEY: key.optional(),
  TRON_SECOND_API_RATE: rate.optional(),
  ETHEREUM_RPC_URL: node.optional(),
  ETHEREUM_RPC_RATE: rate.optional(),
  ETHERSCAN_API_URL: server(ETHERSCAN, 'ETHERSCAN_API_KEY').optional(),
  ETHERSCAN_API_KEY: key.optional(),
  ETHERSCAN_API_RATE: rate.optional(),
  TAG_PUBLISHERS_FILE: z.string().optional(),
  LOG_LEVEL: z.enum(LOG_LEVELS, `is none of ${LOG_LEVELS.join(', ')}`).default('warn'),
});

/** Requests per second over all workers. */
export interface RateConfig {
  /** What a provider is first asked at; what it allows is found out. */
  readonly start: number;
  /** Never more than this, where somebody has set it. */
  readonly most: number | null;
}

export interface ProviderConfig {
  readonly url: string;
  readonly key: string | null;
  readonly rate: RateConfig;
}

export interface Config {
  /** A Postgres server; `null` for the embedded one. */
  readonly databaseUrl: string | null;
  /** A Redis server for the queue; `null` keeps the queue in Postgres. */
  readonly redisUrl: string | null;
  /** Folder of the embedded database. */
  readonly dataFolder: string;
  readonly tron: ProviderConfig;
  /** Another server that speaks TronGrid v1, asked where histories do not add up; `null` where none is set. */
  readonly tronSecond: ProviderConfig | null;
  /** A node of Ethereum, whose address may hold a key; `null` where none is set. */
  readonly ethereumNode: Pick<ProviderConfig, 'url' | 'rate'> | null;
  /** Etherscan or its like; `null` where neither address nor key is set. */
  readonly etherscan: ProviderConfig | null;
  /** A file of publishers of tags, beside or instead of those that are known; `null` for none. */
  readonly tagPublishersFile: string | null;
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
    ...(parsed.success ? openKeys(parsed.data) : []),
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
      rate: rateOf(values.TRON_API_RATE, values.TRON_API_KEY === undefined ? RATE_WITHOUT_KEY : RATE_WITH_KEY),
    },
    tronSecond:
      values.TRON_SECOND_API_URL === undefined
        ? null
        : {
            url: values.TRON_SECOND_API_URL.replace(/\/+$/, ''),
            key: values.TRON_SECOND_API_KEY ?? null,
            rate: rateOf(
              values.TRON_SECOND_API_RATE,
              values.TRON_SECOND_API_KEY === undefined ? RATE_WITHOUT_KEY : RATE_WITH_KEY,
            ),
          },
    ethereumNode:
      values.ETHEREUM_RPC_URL === undefined
        ? null
        : { url: values.ETHEREUM_RPC_URL, rate: rateOf(values.ETHEREUM_RPC_RATE, RPC_RATE) },
    etherscan:
      values.ETHERSCAN_API_URL === undefined && values.ETHERSCAN_API_KEY === undefined
        ? null
        : {
            url: (values.ETHERSCAN_API_URL ?? ETHERSCAN).replace(/\/+$/, ''),
            key: values.ETHERSCAN_API_KEY ?? null,
            rate: rateOf(values.ETHERSCAN_API_RATE, ETHERSCAN_RATE),
          },
    tagPublishersFile: values.TAG_PUBLISHERS_FILE ?? null,
    logLevel: values.LOG_LEVEL,
  };
}

function rateOf(set: number | undefined, start: number): RateConfig {
  return { start: set ?? start, most: set ?? null };
}

/** A key that leaves this machine without TLS is no secret any more. What is long in a node's address counts as one. */
function openKeys(values: z.infer<typeof environment>): string[] {
  const { TRON_API_URL, TRON_API_KEY, ETHERSCAN_API_URL, ETHERSCAN_API_KEY, ETHEREUM_RPC_URL } = values;
  const faults: string[] = [];
  if (TRON_API_KEY !== undefined && isOpen(TRON_API_URL)) {
    faults.push('TRON_API_URL would send TRON_API_KEY unprotected: use https');
  }
  const { TRON_SECOND_API_URL, TRON_SECOND_API_KEY } = values;
  if (TRON_SECOND_API_KEY !== undefined && TRON_SECOND_API_URL === undefined) {
    faults.push('TRON_SECOND_API_KEY is set without TRON_SECOND_API_URL, the server that it is for');
  }
  if (TRON_SECOND_API_KEY !== undefined && TRON_SECOND_API_URL !== undefined && isOpen(TRON_SECOND_API_URL)) {
    faults.push('TRON_SECOND_API_URL would send TRON_SECOND_API_KEY unprotected: use https');
  }
  if (ETHERSCAN_API_KEY !== undefined && ETHERSCAN_API_URL !== undefined && isOpen(ETHERSCAN_API_URL)) {
    faults.push('ETHERSCAN_API_URL would send ETHERSCAN_API_KEY unprotected: use https');
  }
  if (ETHEREUM_RPC_URL !== undefined && isOpen(ETHEREUM_RPC_URL)) {
    const { pathname, search } = new URL(ETHEREUM_RPC_URL);
    const long = `${pathname}${search}`.split(/[/?&=]/).some((part) => part.length >= LIKE_A_KEY);
    if (long) faults.push('ETHEREUM_RPC_URL would send the key in it unprotected: use https');
  }
  return faults;
}

function isOpen(address: string): boolean {
  const { protocol, hostname } = new URL(address);
  const local = hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.');
  return protocol === 'http:' && !local;
}

/** A service's folder for root, whose home the database's unprivileged user cannot enter; else the user's own. */
function defaultDataFolder(env: NodeJS.ProcessEnv): string {
  if (process.getuid?.() === 0) return '/var/lib/downstream';
  return join(env.XDG_DATA_HOME || join(homedir(), '.local', 'share'), 'downstream');
}
