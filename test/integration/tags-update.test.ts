/** Updating publishers' tags: what comes, what goes, what is refused, and that a failed update leaves all as it was. */
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { Ledger } from '../../src/simulate/ledger.ts';
import { addressFor } from '../../src/simulate/tron.ts';
import { type SimulatedTronGrid, serveTronGrid } from '../../src/simulate/trongrid.ts';
import { loopbackCertificate } from '../fixtures/certificate.ts';
import { cli, cliIn } from '../fixtures/cli.ts';
import { tarball } from '../fixtures/tarball.ts';
import { toTransfers } from '../fixtures/traced-cases.ts';
import { type FreshDatabase, freshDatabase } from '../servers.ts';

/** A TagPack of wallets with their labels. */
function pack(tags: Readonly<Record<string, string>>): string {
  const rows = Object.entries(tags).map(([name, label]) => `  - address: ${addressFor(name)}\n    label: ${label}`);
  return ['title: Exchanges', 'creator: Somebody', 'currency: TRX', 'category: exchange', 'tags:', ...rows, ''].join(
    '\n',
  );
}

const MANY = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`many ${index}`, 'Meridian']));

describe.skipIf(inject('postgres') === null)('tags update', () => {
  const { key, cert } = loopbackCertificate();
  const temporary = () => readdir(tmpdir()).then((all) => all.filter((name) => name.startsWith('downstream-lists-')));
  let folder: string;
  let database: FreshDatabase;
  let chain: SimulatedTronGrid;
  let publisher: Server;
  let answer: (response: ServerResponse) => void;
  let env: Record<string, string>;
  let host: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'downstream-update-'));
    database = await freshDatabase();
    chain = await serveTronGrid(new Ledger(toTransfers([['p', 0, 'victim', 'seed', 10]])));
    publisher = createServer({ key, cert }, (_, response) => answer(response));
    await new Promise<void>((resolve) => publisher.listen(0, '127.0.0.1', resolve));
    host = `127.0.0.1:${(publisher.address() as AddressInfo).port}`;
    const file = join(folder, 'publishers.json');
    await writeFile(
      file,
      JSON.stringify([{ name: 'ours', publisher: 'Ours', url: `https://${host}/p`, content: 'tar.gz' }]),
    );
    env = {
      ...{ DATABASE_URL: database.url, TRON_API_URL: chain.url, TRON_API_RATE: '10000', LOG_LEVEL: 'silent' },
      TAG_PUBLISHERS_FILE: file,
    };
    await cli(env, 'migrate');
    await cli(env, 'case', 'create', 'mekong');
    await cli(env, 'report', 'add', 'mekong', '--wallet', `${addressFor('seed')}`);
    await cli(env, 'crawl', 'mekong', '--max-hops', '0');
  });
  afterAll(async () => {
    publisher.closeAllConnections();
    publisher.close();
    await chain.close();
    await database.drop();
    await rm(folder, { recursive: true });
  });

  const publish = (files: Readonly<Record<string, string>>) => {
    const body = tarball(Object.entries(files).map(([name, text]) => [`top/packs/${name}`, text]));
    answer = (response) => response.end(body);
  };
  const update = async (...options: string[]) => {
    const fetching = { trusted: { hosts: [host], ca: cert }, waitMs: () => 1 };
    const { code, out, err } = await cliIn({ fetching }, env, 'tags', 'update', 'ours', ...options);
    return `${code}\n${out}${err}`.replaceAll(host, 'HOST').replaceAll(`${addressFor('seed')}`, 'SEED');
  };
  const standing = async () => {
    const { out } = await cli(env, 'tags', 'list', '--json');
    return (JSON.parse(out) as { publishers: { tags: number }[] }).publishers.map(({ tags }) => tags);
  };

  it('says what would come, then stores it, and names the cases with wallets that got a tag', async () => {
    publish({ 'a.yaml': pack({ ...MANY, seed: 'Kestrel' }), 'b.yaml': 'tags: [{', 'c.yaml': pack({ bad: '""' }) });
    expect(await update('--dry-run')).toContain('31 tags would come, 0 would go');
    expect(await standing()).toEqual([]);
    expect(await update()).toMatchInlineSnapshot(`
      "1
      Ours: 3 lists. 31 tags came, 0 went, 0 as they were, as import 1.
        2 rows refused:
          top/packs/b.yaml: The tags of top/packs/b.yaml do not stand one below the other (line 1).
          top/packs/c.yaml, line 6: It has no label.
        So no tag of it was taken away. If those that are gone are to go: --accept-loss
        Cases with wallets that got or lost a tag; crawl and trace them again to take it into account:
          "mekong"  1 wallet  npx downstream crawl "mekong"
      "
    `);
    expect(await standing()).toEqual([31]);
  });

  it('takes no tag away for what it cannot read, and reads the same file again', async () => {
    publish({ 'a.yaml': pack(MANY), 'b.yaml': 'tags: [{' });
    for (const _ of [1, 2])
      expect(await update('--json')).toMatch(/^1\n.*"added":0,"removed":0.*"refused":1.*"kept":true/);
    expect(await standing()).toEqual([31]);
    publish({ 'a.yaml': pack({ ...MANY, seed: 'Kestrel' }) });
    expect(await update('--json')).toMatch(/^0\n.*"added":0,"removed":0,"unchanged":31.*"kept":false/);
  });

  it('says that nothing has changed where the file is the same', async () => {
    expect(await update()).toMatchInlineSnapshot(`
      "0
      Ours: the lists are the same as when they were last fetched.
      "
    `);
  });

  it('reads the same file again once its tags were taken out', async () => {
    await cli(env, 'tags', 'remove', '--publisher', 'Ours');
    expect(await update()).toContain('31 tags came, 0 went');
  });

  it('tells what came and what went', async () => {
    publish({ 'a.yaml': pack({ ...MANY, new: 'Kestrel' }) });
    expect(await update('--json')).toMatch(
      /"added":1,"removed":1,"unchanged":30.*"cases":\[\{"case":"mekong","wallets":1\}\]/,
    );
  });

  it('does not believe that nothing has changed where it did not ask for changes', async () => {
    answer = (response) => response.writeHead(304).end();
    expect(await update()).toMatch(/^1\nOurs: not updated; its tags are as they were.\n.*304/);
  });

  it('leaves all as it was where what came is not the list, is cut off, or would take most tags away', async () => {
    const said = [];
    answer = (response) => response.end('<html><title>Denied</title></html>');
    said.push(await update());
    const body = tarball([['top/packs/a.yaml', pack({ seed: 'Kestrel' })]]);
    answer = (response) => response.end(body.subarray(0, body.length - 30));
    said.push(await update());
    answer = (response) => response.writeHead(503).end();
    said.push(await update());
    publish({ 'a.yaml': pack({ seed: 'Kestrel' }) });
    said.push(await update());
    publish({ 'a.yaml': 'no: pack' });
    said.push(await update('--accept-loss'));
    expect(said.join('\n')).toMatchInlineSnapshot(`
      "1
      Ours: not updated; its tags are as they were.
        From HOST, a web page (HTML) with the title "Denied" came instead of a packed folder (tar.gz).
        Nothing of it was taken; the tags are as they were.
        Open the address in a browser to see what it says, and try again later.

      1
      Ours: not updated; its tags are as they were.
        The packed folder (tar.gz) is not whole.
        A packed folder has a header before each file, and an end.
        Get it again.

      1
      Ours: not updated; its tags are as they were.
        HOST answers with status 503.
        This may pass by itself.

      1
      Ours: not updated; its tags are as they were.
        31 of the 31 tags of Ours would go.
        A list loses few tags from one time to the next; more than 30 % may mean that it is not whole.
        Look at what the publisher says; if it is right: npx downstream tags update ours --accept-loss

      1
      Ours: not updated; its tags are as they were.
        What came of Ours has no tag of Tron or Ethereum.
        It would remove all tags of this publisher.
        The tags stay as they are. To remove them: npx downstream tags remove --publisher "Ours"
      "
    `);
    expect(await standing()).toEqual([31]);
    expect(await temporary()).toEqual([]);
  });

  it('takes the loss where somebody says so', async () => {
    publish({ 'a.yaml': pack({ seed: 'Kestrel' }) });
    expect(await update('--accept-loss')).toContain('1 tag came, 31 went');
  });

  it('refuses a publisher that nobody knows', async () => {
    expect(await cli(env, 'tags', 'update', 'nobody')).toMatchObject({
      code: 2,
      err: expect.stringContaining('There are graphsense, ofac, ours.'),
    });
  });
});
