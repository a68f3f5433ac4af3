import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { chown } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { RetryableError } from '../../src/errors.ts';
import { layoutOf } from '../../src/store/embedded/folder.ts';
import { tryLock } from '../../src/store/embedded/presence.ts';
import { serverUser } from '../../src/store/embedded/user.ts';
import type { EmbeddedServer } from '../../src/store/embedded.ts';
import {
  cleanUp,
  enter,
  isStopped,
  newData,
  plain,
  processesOf,
  query,
  refusal,
  startMember,
  watchdogOf,
} from '../fixtures/embedded.ts';

// The tests look into /proc, and the server needs glibc there.
describe.skipIf(process.platform !== 'linux')('the embedded server', { timeout: 30_000 }, () => {
  afterEach(async () => {
    expect(await cleanUp()).toEqual([]);
  }, 30_000);

  describe('for one process', () => {
    it('keeps what was written from one start to the next', async () => {
      const folder = newData();
      const first = await enter(folder);
      expect(first.started).toBe(true);
      await query(first, 'CREATE TABLE wallet (address text)');
      await query(first, "INSERT INTO wallet VALUES ('T…')");
      await first.leave();
      await first.leave();
      expect(await isStopped(folder)).toBe(true);
      const second = await enter(folder);
      expect(second.started).toBe(true);
      expect(await query(second, 'SELECT address FROM wallet')).toEqual([{ address: 'T…' }]);
    });

    it('listens on no network, writes through to the disk and keeps the folder to its owner', async () => {
      const folder = newData();
      const server = await enter(folder);
      expect(await settings(server, 'listen_addresses', 'fsync', 'jit', 'server_encoding', 'TimeZone')).toEqual([
        '',
        'on',
        'off',
        'UTF8',
        'UTC',
      ]);
      expect(statSync(server.connection.host).mode & 0o777).toBe(0o700);
      expect(statSync(folder).mode & 0o007).toBe(0);
    });

    it('never logs a statement, which may name a victim', async () => {
      const folder = newData();
      const server = await enter(folder);
      await query(server, 'CREATE TABLE report (name text PRIMARY KEY)');
      await query(server, "INSERT INTO report VALUES ('a name')");
      await expect(query(server, "INSERT INTO report VALUES ('a name')")).rejects.toThrow(/duplicate key/);
      expect(readFileSync(logOf(folder), 'utf8')).not.toContain('a name');
    });

    it('is there again at once for who joins while it stops', async () => {
      const folder = newData();
      for (let round = 0; round < 15; round++) {
        const server = await enter(folder);
        expect(await query(server, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
        await server.leave();
        await pause(round);
      }
    });
  });

  describe('for several processes', () => {
    it('is started once when all come at once to a new folder', async () => {
      const folder = newData();
      const members = [startMember(folder), startMember(folder), startMember(folder)];
      const said = await Promise.all(members.map((member) => member.next()));
      expect(said.sort()).toEqual(['joined', 'joined', 'started']);
      expect(processesOf(folder).filter(({ command }) => /^\S+\/postgres -D /.test(command))).toHaveLength(1);
    });

    it('outlives its starter and stops when the last has left', async () => {
      const folder = newData();
      const starter = startMember(folder);
      expect(await starter.next()).toBe('started');
      const other = startMember(folder);
      expect(await other.next()).toBe('joined');
      starter.kill('SIGKILL');
      expect(await starter.next()).toBe('ended: SIGKILL');
      await pause(300);
      expect(await other.ask('query')).toBe('1');
      expect(await other.ask('leave')).toBe('left');
      expect(await isStopped(folder)).toBe(true);
    });

    it('outlives the interrupt of a terminal', async () => {
      const folder = newData();
      const starter = startMember(folder);
      expect(await starter.next()).toBe('started');
      const server = await enter(folder);
      for (const signal of ['SIGHUP', 'SIGINT'] as const) starter.kill(signal);
      expect(await starter.next()).toMatch(/^ended/);
      await pause(300);
      expect(await query(server, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    });

    it('stops when all were killed, even while a program that one of them started lives on', async () => {
      const folder = newData();
      const members = [startMember(folder), startMember(folder)];
      await Promise.all(members.map((member) => member.next()));
      const survivor = Number(await members[0]?.ask('spawn'));
      try {
        for (const member of members) member.kill('SIGKILL');
        expect(await isStopped(folder, 3_000)).toBe(true);
      } finally {
        process.kill(survivor, 'SIGKILL');
      }
    });

    it('keeps no process alive', async () => {
      const member = startMember(newData(), 'idle');
      expect(await member.next()).toBe('started');
      expect(await member.next()).toBe('ended: 0');
    });

    it('is made anew when the first start was killed in the middle', async () => {
      const folder = newData();
      const starter = startMember(folder);
      while (!existsSync(join(folder, 'database/cluster.new/base'))) await pause(5);
      starter.kill('SIGKILL');
      const server = await enter(folder);
      expect(server.started).toBe(true);
      expect(readdirSync(join(folder, 'database')).sort()).toEqual(['cluster', 'joined', 'postgres.log', 'socket']);
    });
  });

  describe('after an accident', () => {
    it('still stops when the shell that runs it was killed', async () => {
      const folder = newData();
      const server = await enter(folder);
      killAll([watchdogOf(folder).runner?.pid]);
      expect(await query(server, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
      const other = await enter(folder);
      expect(other.started).toBe(false);
      await Promise.all([server.leave(), other.leave()]);
      expect(await isStopped(folder)).toBe(true);
    });

    it('is replaced when nobody watches it any more', async () => {
      const folder = newData();
      const server = await enter(folder);
      await query(server, 'CREATE TABLE wallet (address text)');
      const { runner, reader } = watchdogOf(folder);
      killAll([runner?.pid, reader?.pid]);
      const other = await enter(folder);
      expect(other.started).toBe(true);
      expect(await query(other, 'SELECT * FROM wallet')).toEqual([]);
    });

    it('is started again when the postmaster was killed', async () => {
      const folder = newData();
      const server = await enter(folder);
      killAll([pidOf(folder)]);
      const other = await enter(folder);
      expect(other.started).toBe(true);
      expect(await query(other, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
      await server.leave();
      expect(await query(other, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    });

    it.each(['no process', 'another program'])(
      'starts past the files of a dead server whose number is that of %s',
      async (whose) => {
        const folder = newData();
        await (await enter(folder)).leave();
        expect(await isStopped(folder)).toBe(true);
        const { uid, gid } = serverUser();
        const other = spawn('sleep', ['60'], { uid, gid, stdio: 'ignore' });
        const number = whose === 'no process' ? 4_194_303 : other.pid;
        const socket = join(folder, 'database/socket');
        mkdirSync(socket, { mode: 0o700 });
        await chown(socket, uid, gid);
        for (const file of [join(folder, 'database/cluster/postmaster.pid'), join(socket, '.s.PGSQL.5432.lock')]) {
          writeFileSync(file, `${number}\n${join(folder, 'database/cluster')}\n1\n5432\n${socket}\n\n1 1\nready   \n`);
          await chown(file, uid, gid);
        }
        try {
          const server = await enter(folder);
          expect(server.started).toBe(true);
          expect(await query(server, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
          expect(other.exitCode ?? other.signalCode).toBeNull();
        } finally {
          other.kill('SIGKILL');
        }
      },
    );

    it('says what Postgres said when it does not start', async () => {
      const folder = newData();
      await (await enter(folder)).leave();
      expect(await isStopped(folder)).toBe(true);
      writeFileSync(join(folder, 'database/cluster/postgresql.conf'), 'max_connections = many\n');
      expect(await refusal(folder)).toMatchInlineSnapshot(`
        "EMBEDDED_FAILED: The embedded database did not start. It said:
          <time> LOG:  invalid value for parameter "max_connections": "many"
          <time> FATAL:  configuration file "<data>/database/cluster/postgresql.conf" contains errors
        Mend what it names: most often a full disk, or a folder that may not be written to. Its log is <data>/database/postgres.log."
      `);
    });

    it('waits only so long for another process that starts it', async () => {
      const folder = newData();
      mkdirSync(folder, { mode: 0o755 });
      const lock = (await tryLock(layoutOf(folder))) ?? 0;
      try {
        const waiting = enter(folder, { patienceMs: 1_000 });
        await expect(waiting).rejects.toBeInstanceOf(RetryableError);
        await waiting.catch((error: Error) =>
          expect(plain(error.message, folder)).toMatchInlineSnapshot(
            `"Another process has been starting or stopping the embedded database in <data> for 1 s. Try again; its log is <data>/database/postgres.log."`,
          ),
        );
      } finally {
        closeSync(lock);
      }
    });
  });
});

async function settings(server: EmbeddedServer, ...names: string[]): Promise<unknown[]> {
  const rows = await Promise.all(names.map((name) => query(server, `SELECT current_setting('${name}') AS value`)));
  return rows.map(([row]) => (row as { value: unknown }).value);
}

function logOf(folder: string): string {
  return join(folder, 'database/postgres.log');
}

function pidOf(folder: string): number {
  return Number.parseInt(readFileSync(join(folder, 'database/cluster/postmaster.pid'), 'utf8'), 10);
}

function killAll(pids: (number | undefined)[]): void {
  expect(pids).not.toContain(undefined);
  for (const pid of pids) process.kill(pid ?? 0, 'SIGKILL');
}
