/** Fetching lists from publishers, from a server on this machine: what is taken, and what a hostile or broken one may not do. */
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RetryableError, UserError } from '../../src/errors.ts';
import { type Fetched, type FetchRequest, fetchFile, type Surroundings } from '../../src/tags/fetch.ts';
import { loopbackCertificate } from '../fixtures/certificate.ts';

const XML = '<?xml version="1.0"?>\n<sdnList><sdnEntry/></sdnList>\n';
type Answer = (incoming: IncomingMessage, response: ServerResponse) => void;

describe('fetching from a publisher', () => {
  const { key, cert } = loopbackCertificate();
  const heard: string[] = [];
  let answers: Record<string, Answer> = {};
  let server: Server;
  let port: number;
  let folder: string;

  beforeAll(async () => {
    server = createServer({ key, cert }, (incoming, response) => {
      heard.push(incoming.url ?? '');
      const answer = answers[incoming.url ?? ''];
      if (answer === undefined) response.writeHead(404).end();
      else answer(incoming, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'downstream-fetch-'));
    answers = {};
    heard.length = 0;
  });
  afterEach(() => rm(folder, { recursive: true }));

  const surroundings = (more: Surroundings = {}): Surroundings => ({
    trusted: { hosts: [`127.0.0.1:${port}`, `publisher.example:${port}`], ca: cert },
    waitMs: () => 1,
    ...more,
  });
  const fetched = (path: string, more: Partial<FetchRequest> = {}, around: Surroundings = {}): Promise<Fetched> =>
    fetchFile(
      {
        url: `https://127.0.0.1:${port}${path}`,
        content: 'xml',
        path: join(folder, 'list'),
        mostBytes: 100_000,
        ...more,
      },
      surroundings(around),
    );
  /** Code and words of what it failed with; nothing lies on the disk then. */
  async function fault(path: string, more: Partial<FetchRequest> = {}, around: Surroundings = {}): Promise<string> {
    const error = await fetched(path, more, around).catch((each: unknown) => each);
    expect(await readdir(folder)).toEqual([]);
    if (error instanceof UserError || error instanceof RetryableError) {
      return `${error.code}: ${error.message}`.replaceAll(`:${port}`, ':PORT');
    }
    throw new Error(`It did not fail as it should: ${String(error)}`);
  }
  const redirect =
    (to: string): Answer =>
    (_, response) =>
      response.writeHead(302, { location: to }).end();

  it('writes the file, and tells its digest and what the server calls it', async () => {
    answers['/sdn.xml'] = (_, response) => response.writeHead(200, { etag: '"v7"' }).end(XML);
    expect(await fetched('/sdn.xml')).toEqual({
      kind: 'file',
      bytes: XML.length,
      sha256: createHash('sha256').update(XML).digest('hex'),
      etag: '"v7"',
      url: `https://127.0.0.1:${port}/sdn.xml`,
    });
    expect(await readFile(join(folder, 'list'), 'utf8')).toBe(XML);
  });

  it('need not be sent what has not changed', async () => {
    answers['/sdn.xml'] = (incoming, response) =>
      response.writeHead(incoming.headers['if-none-match'] === '"v7"' ? 304 : 200).end();
    expect(await fetched('/sdn.xml', { etag: '"v7"' })).toEqual({ kind: 'unchanged' });
  });

  it('unpacks what comes packed, and follows redirects', async () => {
    answers['/old'] = redirect('/new?token=secret');
    answers['/new?token=secret'] = (_, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(XML));
    expect(await fetched('/old')).toMatchObject({ bytes: XML.length, url: expect.stringContaining('/new') });
    expect(await readFile(join(folder, 'list'), 'utf8')).toBe(XML);
  });

  it.each([
    ['https://10.0.0.7/sdn.xml', '10.0.0.7 is no address'],
    ['https://127.0.0.1:1/sdn.xml', '127.0.0.1 is no address'],
    ['https://2130706433/sdn.xml', '127.0.0.1 is no address'],
    ['https://169.254.169.254/latest/meta-data', '169.254.169.254 is no address'],
    ['https://[::1]/sdn.xml', '::1 is no address'],
    ['https://[::ffff:10.0.0.7]/sdn.xml', '::ffff:a00:7 is no address'],
    ['https://[fd00:ec2::254]/', 'fd00:ec2::254 is no address'],
    ['http://www.treasury.gov/sdn.xml', 'it is no https address'],
    ['file:///etc/passwd', 'it is no https address'],
    ['https://user:password@www.treasury.gov/', 'it has a user or a password in it'],
  ])('does not follow a redirect to %s', async (to, why) => {
    answers['/sdn.xml'] = redirect(to);
    const said = await fault('/sdn.xml');
    expect(said).toMatch(/^FETCH_REFUSED: /);
    expect(said).toContain(why);
    expect(said).toContain('to which 127.0.0.1:PORT redirects');
    expect(said).not.toContain('password@');
    // Refused is refused: it is not tried again.
    expect(heard).toEqual(['/sdn.xml']);
  });

  it('does not speak with a name that leads to an address of a private network, whatever else it leads to', async () => {
    const resolve = async () => [
      { address: '93.184.215.14', family: 4 },
      { address: '192.168.1.1', family: 4 },
    ];
    expect(await fault('', { url: 'https://publisher.test/sdn.xml' }, { resolve })).toBe(
      'FETCH_REFUSED: "https://publisher.test/sdn.xml", is not fetched: its name leads to 192.168.1.1, no address of the public internet.',
    );
  });

  it('connects to the very address that was checked, though the name leads elsewhere by then', async () => {
    answers['/sdn.xml'] = (_, response) => response.end(XML);
    let asked = 0;
    const resolve = async () => [{ address: asked++ === 0 ? '127.0.0.1' : '10.0.0.7', family: 4 }];
    const url = `https://localhost:${port}/sdn.xml`;
    const trusted = { hosts: [`localhost:${port}`], ca: cert };
    expect(await fetched('', { url }, { resolve, trusted })).toMatchObject({ kind: 'file' });
    expect(asked).toBe(1);
  });

  it('ends a circle of redirects', async () => {
    answers['/a'] = redirect('/b');
    answers['/b'] = redirect('/a');
    expect(await fault('/a')).toContain('it was redirected more than 5 times');
    expect(heard).toHaveLength(6);
  });

  it('refuses a web page, and other kinds of files, by a word for what came', async () => {
    answers['/page'] = (_, response) =>
      response.end('\ufeff<!-- x -->\n<!DOCTYPE html><html><head><title>Access \u001b[31mdenied</title>');
    answers['/json'] = (_, response) => response.end('{"error": "moved"}');
    answers['/nothing'] = (_, response) => response.end();
    answers['/binary'] = (_, response) => response.end(Buffer.from([0, 1, 2, 3]));
    answers['/xml'] = (_, response) => response.end(XML);
    const said = [];
    for (const path of ['/page', '/json', '/nothing', '/binary']) said.push(await fault(path));
    said.push(await fault('/xml', { content: 'tar.gz' }), await fault('/xml', { content: 'yaml' }));
    expect(said.join('\n')).toMatchInlineSnapshot(`
      "FETCH_CONTENT: From 127.0.0.1:PORT, a web page (HTML) with the title "Access �[31mdenied" came instead of a list in XML.
      FETCH_CONTENT: From 127.0.0.1:PORT, JSON that begins with "{"error": "moved"}" came instead of a list in XML.
      FETCH_CONTENT: From 127.0.0.1:PORT, an empty file came instead of a list in XML.
      FETCH_CONTENT: From 127.0.0.1:PORT, a file that is no text came instead of a list in XML.
      FETCH_CONTENT: From 127.0.0.1:PORT, XML came instead of a packed folder (tar.gz).
      FETCH_CONTENT: From 127.0.0.1:PORT, XML came instead of a list in YAML."
    `);
  });

  it('takes no more bytes than it may, said or not, packed or not', async () => {
    answers['/said'] = (_, response) => response.writeHead(200, { 'content-length': '5000000000' }).write(XML);
    const long = Buffer.alloc(40_000, ' ');
    let sent = 0;
    answers['/unsaid'] = (incoming, response) => {
      response.write(XML);
      const more = () => {
        sent += long.length;
        if (!response.destroyed) response.write(long, more);
      };
      incoming.socket.on('error', () => {});
      more();
    };
    answers['/bomb'] = (_, response) =>
      response
        .writeHead(200, { 'content-encoding': 'gzip' })
        .end(gzipSync(Buffer.concat([Buffer.from(XML), Buffer.alloc(50_000_000, ' ')])));
    expect(await fault('/said')).toBe(
      'FETCH_TOO_LARGE: 127.0.0.1:PORT says that it sends 5,000,000,000 bytes; a list has at most 100,000 bytes.',
    );
    expect(await fault('/unsaid')).toBe(
      'FETCH_TOO_LARGE: 127.0.0.1:PORT sends more; a list has at most 100,000 bytes.',
    );
    expect(sent).toBeLessThan(10_000_000);
    expect(await fault('/bomb')).toBe(
      'FETCH_TOO_LARGE: 127.0.0.1:PORT sends more, unpacked; a list has at most 100,000 bytes.',
    );
  });

  it('waits neither for one that says nothing, nor for one that sends a byte now and then', async () => {
    answers['/silent'] = (_, response) => response.writeHead(200).write(XML);
    answers['/mute'] = () => {};
    answers['/drip'] = (_, response) => {
      const drip = setInterval(() => response.write(' '), 20);
      response.on('close', () => clearInterval(drip));
    };
    expect(await fault('/silent', {}, { idleMs: 100 })).toBe(
      'PUBLISHER_TIMEOUT: 127.0.0.1:PORT sent nothing for 0.1 s.',
    );
    expect(await fault('/mute', {}, { idleMs: 100 })).toContain('PUBLISHER_TIMEOUT');
    expect(await fault('/drip', {}, { limitMs: 400 })).toBe(
      'PUBLISHER_TIMEOUT: 127.0.0.1:PORT did not send the file within 0.4 s.',
    );
    // What may pass is tried again, three times in all.
    expect(heard.filter((path) => path === '/drip')).toHaveLength(3);
  });

  it('takes nothing that is cut off', async () => {
    answers['/short'] = (_, response) => {
      response.writeHead(200, { 'content-length': String(XML.length + 10) }).write(XML, () => response.destroy());
    };
    answers['/chunks'] = (_, response) => response.write(XML, () => response.destroy());
    answers['/gzip'] = (_, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(XML.repeat(50)).subarray(0, -12));
    answers['/garbled'] = (_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(XML);
    for (const path of ['/short', '/chunks', '/gzip', '/garbled'])
      expect(await fault(path)).toMatch(/^FETCH_TRUNCATED: What 127\.0\.0\.1:PORT sends /);
  });

  it('tries again what may pass, and takes what comes then', async () => {
    let tries = 0;
    answers['/sdn.xml'] = (_, response) => {
      tries += 1;
      if (tries === 3) response.end(XML);
      else response.writeHead(tries === 1 ? 503 : 429).end();
    };
    expect(await fetched('/sdn.xml')).toMatchObject({ kind: 'file', bytes: XML.length });
    expect(tries).toBe(3);
  });

  it('does not try again what will not', async () => {
    expect(await fault('/gone')).toBe('FETCH_FAILED: 127.0.0.1:PORT answers with status 404, and not with the file.');
    expect(heard).toHaveLength(1);
  });

  it('believes no certificate but those of the system, save where it is told to', async () => {
    answers['/sdn.xml'] = (_, response) => response.end(XML);
    const stranger = { hosts: [`127.0.0.1:${port}`], ca: loopbackCertificate().cert };
    expect(await fault('/sdn.xml', {}, { trusted: stranger })).toContain('PUBLISHER_UNREACHABLE');
    expect(heard).toEqual([]);
  });

  it('ends when it is told to', async () => {
    answers['/mute'] = () => {};
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 50);
    await expect(fetched('/mute', { signal: stop.signal })).rejects.toThrow(/abort/i);
    expect(heard).toHaveLength(1);
  });
});
