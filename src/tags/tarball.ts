/** The files of a packed folder (tar.gz), each written to the disk under a name of ours: names in it are only read, never used. */
import { createReadStream, createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { UserError } from '../errors.ts';

export interface PackedFile {
  /** As it is called in the folder. */
  readonly name: string;
  /** Where it lies now. */
  readonly path: string;
}

export interface UnpackLimits {
  /** Most bytes of all that is packed, unpacked, wanted or not. */
  readonly mostBytes: number;
  readonly mostFiles: number;
}

const BLOCK = 512;
/** Names and attributes that stand before a file are short. */
const MOST_HEADER_BYTES = 64 * 1024;
const REGULAR = new Set(['0', '\0', '']);

/**
 * Unpacks the files that are wanted into a folder, by name; links, devices and folders are passed over.
 *
 * Form: POSIX.1-2001 pax and ustar, with the long names of GNU tar.
 *
 * @throws UserError `TARBALL_BROKEN` where it is cut off or no such file, or `TARBALL_TOO_LARGE`
 */
export async function unpack(
  path: string,
  folder: string,
  wanted: (name: string) => boolean,
  limits: UnpackLimits,
): Promise<PackedFile[]> {
  const bytes = new Bytes(path, limits.mostBytes);
  const files: PackedFile[] = [];
  try {
    let longName: string | null = null;
    for (;;) {
      const header = await bytes.take(BLOCK);
      if (header.every((byte) => byte === 0)) break;
      const { name, size, type } = readHeader(header);
      if (type === 'x' || type === 'g' || type === 'L' || type === 'K') {
        if (size > MOST_HEADER_BYTES) throw broken();
        const text = (await bytes.take(padded(size))).subarray(0, size).toString('utf8');
        if (type === 'x') longName = /^\d+ path=(.*)$/m.exec(text)?.[1] ?? longName;
        if (type === 'L') longName = text.replace(/\0[\s\S]*$/, '');
        continue;
      }
      const called = longName ?? name;
      longName = null;
      if (!REGULAR.has(type) || !wanted(called)) {
        await bytes.skip(padded(size));
        continue;
      }
      if (files.length === limits.mostFiles) {
        throw tooLarge(`more than ${limits.mostFiles.toLocaleString('en-US')} files`);
      }
      const target = join(folder, `${files.length + 1}`);
      await pipeline(Readable.from(bytes.stream(size)), createWriteStream(target, { mode: 0o600 }));
      await bytes.skip(padded(size) - size);
      files.push({ name: called, path: target });
    }
  } finally {
    bytes.close();
  }
  return files.sort((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name)));
}

/** @throws UserError `TARBALL_BROKEN` */
function readHeader(header: Buffer): { name: string; size: number; type: string } {
  const text = (from: number, length: number) =>
    header
      .subarray(from, from + length)
      .toString('utf8')
      .replace(/\0[\s\S]*$/, '');
  const octal = text(124, 12).trim();
  const told = Number.parseInt(text(148, 8).trim(), 8);
  const sum = header.reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 0x20 : byte), 0);
  if (sum !== told || !/^[0-7]{1,11}$/.test(octal)) throw broken();
  const prefix = text(345, 155);
  const name = text(0, 100);
  const isUstar = text(257, 5) === 'ustar';
  return {
    name: isUstar && prefix !== '' ? `${prefix}/${name}` : name,
    size: Number.parseInt(octal, 8),
    type: String.fromCharCode(header[156] ?? 0),
  };
}

function padded(size: number): number {
  return Math.ceil(size / BLOCK) * BLOCK;
}

/** The unpacked bytes of a file, so many at a time. */
class Bytes {
  readonly #source: ReturnType<typeof createReadStream>;
  readonly #chunks: AsyncIterator<Buffer>;
  readonly #most: number;
  #left: Buffer = Buffer.alloc(0);
  #read = 0;

  constructor(path: string, most: number) {
    this.#most = most;
    this.#source = createReadStream(path);
    const unpacked = createGunzip();
    this.#source.on('error', (error) => unpacked.destroy(error));
    this.#chunks = this.#source.pipe(unpacked)[Symbol.asyncIterator]();
  }

  /** @throws UserError where there are fewer */
  async take(size: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    for await (const part of this.stream(size)) parts.push(part);
    return Buffer.concat(parts);
  }

  async skip(size: number): Promise<void> {
    for await (const _ of this.stream(size));
  }

  async *stream(size: number): AsyncGenerator<Buffer> {
    for (let wanted = size; wanted > 0; ) {
      if (this.#left.length === 0) this.#left = await this.#next();
      const part = this.#left.subarray(0, wanted);
      this.#left = this.#left.subarray(part.length);
      wanted -= part.length;
      yield part;
    }
  }

  close(): void {
    this.#source.destroy();
  }

  async #next(): Promise<Buffer> {
    const next = await this.#chunks.next().catch((cause: unknown) => {
      throw broken(cause);
    });
    if (next.done === true) throw broken();
    this.#read += next.value.length;
    if (this.#read > this.#most) throw tooLarge(`more than ${this.#most.toLocaleString('en-US')} bytes`);
    return next.value;
  }
}

function broken(cause?: unknown): UserError {
  return new UserError('TARBALL_BROKEN', 'The packed folder (tar.gz) is not whole.', {
    right: 'A packed folder has a header before each file, and an end.',
    todo: 'Get it again.',
    ...(cause === undefined ? {} : { cause }),
  });
}

function tooLarge(what: string): UserError {
  return new UserError('TARBALL_TOO_LARGE', `The packed folder unpacks to ${what}.`, {
    right: 'Lists of tags are far smaller: something else is packed there.',
    todo: "Check the publisher's address.",
  });
}
