/** Publishers' lists: which there are, what is unpacked of a packed folder, and what of it is refused. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.ts';
import { fetchPublisher, readPublishers } from '../../src/tags/publishers.ts';
import { unpack } from '../../src/tags/tarball.ts';
import { loopbackCertificate } from '../fixtures/certificate.ts';
import { tarball } from '../fixtures/tarball.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'downstream-publishers-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('the publishers', () => {
  const file = async (text: string) => {
    await writeFile(join(folder, 'publishers.json'), text);
    return join(folder, 'publishers.json');
  };

  it('are those of the table, and those that a file names', async () => {
    expect((await readPublishers(null)).map(({ name, content }) => [name, content])).toEqual([
      ['graphsense', 'tar.gz'],
      ['ofac', 'xml'],
    ]);
    const own = { name: 'ofac', publisher: 'Mirror', url: 'https://mirror.example/sdn.xml', content: 'xml' };
    const other = { name: 'ours', publisher: 'Ours', url: 'https://ours.example/tags.yaml', content: 'yaml' };
    const all = await readPublishers(await file(JSON.stringify([other, own])));
    expect(all.map(({ name }) => name)).toEqual(['graphsense', 'ofac', 'ours']);
    expect(all[1]).toEqual(own);
  });

  it.each([
    ['{', /cannot be used: .*JSON/],
    ['[{"name": "x", "publisher": "X", "url": "http://x.example/", "content": "xml"}]', /0\.url/],
    ['[{"name": "X Y", "publisher": "X", "url": "https://x.example/", "content": "zip"}]', /0\.name .*; 0\.content/],
    ['[{"name": "x", "publisher": "X", "url": "https://x.example/", "content": "xml", "more": 1}]', /more/],
  ])('are not those of %s', async (text, words) => {
    const error = await readPublishers(await file(text)).catch((each: unknown) => each);
    if (!(error instanceof UserError)) throw new Error('It was taken.');
    expect([error.code, error.message]).toEqual(['PUBLISHERS_INVALID', expect.stringMatching(words)]);
  });
});

describe('a packed folder', () => {
  const LIMITS = { mostBytes: 1_000_000, mostFiles: 3 };
  const isList = (name: string) => name.endsWith('.yaml');
  const unpacked = async (bytes: Buffer, limits = LIMITS) => {
    const path = join(folder, 'packed');
    await writeFile(path, bytes);
    return unpack(path, folder, isList, limits);
  };
  const fault = async (bytes: Buffer, limits = LIMITS) => {
    const error = await unpacked(bytes, limits).catch((each: unknown) => each);
    return error instanceof UserError ? error.message : error;
  };

  it('gives the files that are wanted, under names of ours', async () => {
    const long = `top/${'long/'.repeat(40)}z.yaml`;
    const files = await unpacked(
      tarball([
        ['pax_global_header', '52 comment=0123456789012345678901234567890123456789\n', 'g'],
        ['top/', '', '5'],
        ['top/b.yaml', 'b'.repeat(1000)],
        ['top/readme.md', 'no list'],
        ['top/link.yaml', '', '2'],
        ['../../etc/a.yaml', 'a'],
        ['PaxHeader', `${long.length + 10} path=${long}\n`, 'x'],
        ['cut-off', 'z'],
      ]),
    );
    expect(files.map(({ name }) => name)).toEqual(['../../etc/a.yaml', 'top/b.yaml', long]);
    expect(await Promise.all(files.map(({ path }) => readFile(path, 'utf8')))).toEqual(['a', 'b'.repeat(1000), 'z']);
    expect((await readdir(folder)).sort()).toEqual(['1', '2', '3', 'packed']);
  });

  it('is refused where it is broken, cut off, or unpacks to more than it may', async () => {
    const whole = tarball([['a.yaml', 'a'.repeat(5000)]]);
    const broken = 'The packed folder (tar.gz) is not whole.';
    expect(await fault(whole.subarray(0, whole.length - 20))).toBe(broken);
    expect(await fault(tarball([['a.yaml', 'a']], 0))).toBe(broken);
    expect(await fault(gzipSync(Buffer.alloc(4096, 'x')))).toBe(broken);
    expect(await fault(Buffer.from('no gzip'))).toBe(broken);
    expect(await fault(tarball([['a', 'x'.repeat(100_000), 'x']]))).toBe(broken);
    expect(await fault(tarball([['not-wanted', 'a'.repeat(2_000_000)]]))).toBe(
      'The packed folder unpacks to more than 1,000,000 bytes.',
    );
    expect(await fault(tarball(['1', '2', '3', '4'].map((name) => [`${name}.yaml`, ''])))).toBe(
      'The packed folder unpacks to more than 3 files.',
    );
  });
});

describe('fetching a publisher', () => {
  const { key, cert } = loopbackCertificate();
  let server: Server;
  let body: Buffer;
  beforeAll(async () => {
    server = createServer({ key, cert }, (_, response) => response.end(body));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  it('brings its lists, or says that they are as they were', async () => {
    const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const publisher = { name: 'x', publisher: 'X', url: `https://${host}/`, content: 'tar.gz' as const };
    const around = { trusted: { hosts: [host], ca: cert }, waitMs: () => 1 };
    body = tarball([
      ['tagpacks-master/packs/exchanges/a.yaml', 'title: a'],
      ['tagpacks-master/actors/b.yaml', 'title: b'],
    ]);
    const fetched = await fetchPublisher(publisher, { folder }, around);
    if (fetched.kind !== 'lists') throw new Error('It brought nothing.');
    expect(fetched).toMatchObject({ bytes: body.length, lists: [{ name: 'tagpacks-master/packs/exchanges/a.yaml' }] });
    const known = { etag: null, sha256: fetched.sha256 };
    expect(await fetchPublisher(publisher, { folder, known }, around)).toEqual({ kind: 'unchanged' });
    body = tarball([['tagpacks-master/actors/b.yaml', 'title: b']]);
    await expect(fetchPublisher(publisher, { folder, known }, around)).rejects.toThrow('has no list in it');
  });
});
