import { homedir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { faultOf } from '../fixtures/fault.ts';

describe('the configuration', () => {
  test('without any of it is the live Tron network, an embedded database and no key', () => {
    const config = readConfig({ HOME: '/home/somebody' });
    expect(config).toEqual({
      databaseUrl: null,
      redisUrl: null,
      ethereumNode: null,
      etherscan: null,
      dataFolder: process.getuid?.() === 0 ? '/var/lib/downstream' : join(homedir(), '.local', 'share', 'downstream'),
      tron: { url: 'https://api.trongrid.io', key: null, rate: { start: 3, most: null } },
      tronSecond: null,
      tagPublishersFile: null,
      logLevel: 'warn',
    });
  });

  test('is read from the environment', () => {
    expect(
      readConfig({
        DATABASE_URL: 'postgresql://user:password@host:5432/database',
        REDIS_URL: 'rediss://:password@host:6379/2',
        DOWNSTREAM_DATA: '/data',
        TRON_API_URL: 'http://127.0.0.1:8080/tron//',
        TRON_API_KEY: 'abc-123',
        ETHEREUM_RPC_URL: 'https://mainnet.infura.io/v3/0123456789abcdef0123456789abcdef',
        ETHERSCAN_API_KEY: 'def-456',
        ETHERSCAN_API_RATE: '4',
        LOG_LEVEL: 'debug',
      }),
    ).toEqual({
      databaseUrl: 'postgresql://user:password@host:5432/database',
      redisUrl: 'rediss://:password@host:6379/2',
      ethereumNode: {
        url: 'https://mainnet.infura.io/v3/0123456789abcdef0123456789abcdef',
        rate: { start: 5, most: null },
      },
      etherscan: { url: 'https://api.etherscan.io/v2/api', key: 'def-456', rate: { start: 4, most: 4 } },
      dataFolder: '/data',
      tron: { url: 'http://127.0.0.1:8080/tron', key: 'abc-123', rate: { start: 12, most: null } },
      tronSecond: null,
      tagPublishersFile: null,
      logLevel: 'debug',
    });
  });

  test('reads Ethereum once a node, a key or a server like Etherscan is set', () => {
    expect(readConfig({}).etherscan).toBe(null);
    expect(readConfig({ ETHERSCAN_API_KEY: 'k' }).etherscan?.url).toBe('https://api.etherscan.io/v2/api');
    const own = readConfig({ ETHERSCAN_API_URL: 'http://127.0.0.1:9/v2/api/' }).etherscan;
    expect(own).toEqual({ url: 'http://127.0.0.1:9/v2/api', key: null, rate: { start: 2, most: null } });
  });

  test('takes an empty variable for one that is not set', () => {
    const empty = {
      DATABASE_URL: '',
      REDIS_URL: '',
      DOWNSTREAM_DATA: '',
      TRON_API_KEY: '',
      LOG_LEVEL: '',
      DOWNSTREAM_X: '',
    };
    expect(readConfig(empty)).toEqual(readConfig({}));
  });

  test('knows a second source of Tron, which takes a server to be one', () => {
    const second = { TRON_SECOND_API_URL: 'http://127.0.0.1:7/', TRON_SECOND_API_KEY: 'k' };
    expect(readConfig(second).tronSecond).toEqual({
      url: 'http://127.0.0.1:7',
      key: 'k',
      rate: { start: 12, most: null },
    });
    expect(() => readConfig({ TRON_SECOND_API_KEY: 'k' })).toThrow('TRON_SECOND_API_KEY is set without');
    const open = { TRON_SECOND_API_URL: 'http://tron.example', TRON_SECOND_API_KEY: 'k' };
    expect(() => readConfig(open)).toThrow('TRON_SECOND_API_URL would send TRON_SECOND_API_KEY unprotected');
  });

  test('takes its own rate before the one for a key', () => {
    expect(readConfig({ TRON_API_RATE: '0.5' }).tron.rate).toEqual({ start: 0.5, most: 0.5 });
    expect(readConfig({ TRON_API_RATE: '100', TRON_API_KEY: 'k' }).tron.rate).toEqual({ start: 100, most: 100 });
  });
});

describe('a faulty configuration', () => {
  const told = (env: NodeJS.ProcessEnv) => faultOf(() => readConfig(env));

  test('is told with all its faults at once', () => {
    expect(
      told({
        DATABASE_URL: 'mysql://root:hunter2@host/db',
        REDIS_URL: 'host:6379',
        TRON_API_URL: 'api.trongrid.io',
        TRON_API_KEY: 'two words',
        TRON_API_RATE: '0',
        LOG_LEVEL: 'loud',
        DOWNSTREAM_DATABASE: 'hunter2',
        DOWNSTREAM_DATE: 'hunter2',
      }),
    ).toMatchInlineSnapshot(`
      "CONFIG_INVALID
      The environment has faults:
        DATABASE_URL is no address of the form postgres://user:password@host:5432/database
        REDIS_URL is no address of the form redis://host:6379
        TRON_API_URL is no address of the form https://api.trongrid.io
        TRON_API_KEY is empty or has characters that no key has
        TRON_API_RATE is not above 0: requests per second
        LOG_LEVEL is none of trace, debug, info, warn, error, silent
        DOWNSTREAM_DATABASE is no setting of Downstream
        DOWNSTREAM_DATE is no setting of Downstream
      Settings are DATABASE_URL, REDIS_URL, DOWNSTREAM_DATA, TRON_API_URL, TRON_API_KEY, TRON_API_RATE, TRON_SECOND_API_URL, TRON_SECOND_API_KEY, TRON_SECOND_API_RATE, ETHEREUM_RPC_URL, ETHEREUM_RPC_RATE, ETHERSCAN_API_URL, ETHERSCAN_API_KEY, ETHERSCAN_API_RATE, TAG_PUBLISHERS_FILE, LOG_LEVEL; all are optional.
      Correct or unset what is named above; README.md explains each."
    `);
  });

  test('with one fault', () => {
    expect(told({ DOWNSTREAM_FOLDER: '/data' })).toMatchInlineSnapshot(`
      "CONFIG_INVALID
      The environment has a fault:
        DOWNSTREAM_FOLDER is no setting of Downstream
      Settings are DATABASE_URL, REDIS_URL, DOWNSTREAM_DATA, TRON_API_URL, TRON_API_KEY, TRON_API_RATE, TRON_SECOND_API_URL, TRON_SECOND_API_KEY, TRON_SECOND_API_RATE, ETHEREUM_RPC_URL, ETHEREUM_RPC_RATE, ETHERSCAN_API_URL, ETHERSCAN_API_KEY, ETHERSCAN_API_RATE, TAG_PUBLISHERS_FILE, LOG_LEVEL; all are optional.
      Correct or unset what is named above; README.md explains each."
    `);
  });

  test('with more in the address of the provider than its place', () => {
    expect(told({ TRON_API_URL: 'https://user:hunter2@host' })).toMatchInlineSnapshot(`
      "CONFIG_INVALID
      The environment has a fault:
        TRON_API_URL has more than protocol, server and path; a key belongs into TRON_API_KEY
      Settings are DATABASE_URL, REDIS_URL, DOWNSTREAM_DATA, TRON_API_URL, TRON_API_KEY, TRON_API_RATE, TRON_SECOND_API_URL, TRON_SECOND_API_KEY, TRON_SECOND_API_RATE, ETHEREUM_RPC_URL, ETHEREUM_RPC_RATE, ETHERSCAN_API_URL, ETHERSCAN_API_KEY, ETHERSCAN_API_RATE, TAG_PUBLISHERS_FILE, LOG_LEVEL; all are optional.
      Correct or unset what is named above; README.md explains each."
    `);
    for (const url of ['https://host/?key=hunter2', 'https://host/#hunter2']) {
      expect(told({ TRON_API_URL: url })).toContain('TRON_API_URL has more than protocol, server and path');
    }
  });

  test('with a key that would leave this machine without TLS', () => {
    expect(told({ TRON_API_URL: 'http://tron.example', TRON_API_KEY: 'hunter2' })).toContain(
      'TRON_API_URL would send TRON_API_KEY unprotected: use https',
    );
    expect(readConfig({ TRON_API_URL: 'http://127.0.0.1:8090', TRON_API_KEY: 'hunter2' }).tron.key).toBe('hunter2');
    expect(readConfig({ TRON_API_URL: 'http://tron.example' }).tron.key).toBe(null);
    expect(told({ ETHERSCAN_API_URL: 'http://scan.example/api', ETHERSCAN_API_KEY: 'hunter2' })).toContain(
      'ETHERSCAN_API_URL would send ETHERSCAN_API_KEY unprotected: use https',
    );
    for (const place of ['v3/0123456789abcdef0123', '?key=0123456789abcdef0123']) {
      expect(told({ ETHEREUM_RPC_URL: `http://node.example/${place}` })).toContain(
        'ETHEREUM_RPC_URL would send the key in it unprotected: use https',
      );
    }
    expect(readConfig({ ETHEREUM_RPC_URL: 'http://node.local:8545/rpc' }).ethereumNode?.rate).toEqual({
      start: 5,
      most: null,
    });
  });

  test('with a user before the address of a node, which no client would send', () => {
    expect(told({ ETHEREUM_RPC_URL: 'https://user:hunter2@node.example' })).toContain(
      'ETHEREUM_RPC_URL has a user or password before the server; use an address without',
    );
  });

  test.each(['fast', '-1', 'NaN', 'Infinity', '10001', ' '])('with the rate %j', (rate) => {
    expect(told({ TRON_API_RATE: rate })).toContain('TRON_API_RATE is ');
  });

  test('names no value, which may be a secret', () => {
    const names = [
      'DATABASE_URL',
      'REDIS_URL',
      'TRON_API_URL',
      'TRON_API_KEY',
      'TRON_API_RATE',
      'TRON_SECOND_API_URL',
      'TRON_SECOND_API_KEY',
      'TRON_SECOND_API_RATE',
      'ETHEREUM_RPC_URL',
      'ETHERSCAN_API_URL',
      'ETHERSCAN_API_KEY',
      'LOG_LEVEL',
      'DOWNSTREAM_X',
    ];
    const value = fc.oneof(
      fc.string({ minLength: 8 }),
      fc.string({ minLength: 8 }).map((text) => `https://user:${text}@host`),
      fc.string({ minLength: 8 }).map((text) => `postgres://user:${text}@host:port`),
    );
    fc.assert(
      fc.property(fc.constantFrom(...names), value, (name, value) => {
        const clean = told({ DOWNSTREAM_NONE: 'x', LOG_LEVEL: 'none', TRON_API_RATE: 'none' });
        fc.pre(!clean.includes(value));
        try {
          readConfig({ [name]: value });
        } catch (error) {
          expect(String((error as { text: string }).text)).not.toContain(value);
          expect(String((error as Error).stack)).not.toContain(value);
        }
      }),
      { seed: 1, numRuns: 500 },
    );
  });
});
