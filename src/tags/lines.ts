/** Text files from outside, line by line and with a bound on how long one may be: a file may have a million, or one of a gigabyte. */
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { messageOf, UserError } from '../errors.ts';

/** Longer than any line of a list of tags that is not all on one line. */
const MOST_LENGTH = 256 * 1024;

export interface Line {
  /** The first is 1. */
  readonly line: number;
  readonly text: string;
}

/**
 * The lines of a file, without their ends and a byte order mark.
 *
 * @throws UserError `FILE_UNREADABLE`, `TAGS_ENCODING` or `LINE_TOO_LONG`
 */
export async function* readLines(path: string): AsyncGenerator<Line> {
  let line = 0;
  let rest = '';
  for await (const piece of readText(path)) {
    const lines = (rest + piece).split('\n');
    rest = lines.pop() ?? '';
    for (const text of lines) yield { line: ++line, text: text.endsWith('\r') ? text.slice(0, -1) : text };
    if (rest.length > MOST_LENGTH) throw tooLong(path, line + 1);
  }
  if (rest !== '') yield { line: line + 1, text: rest };
}

/**
 * The text of a file, in pieces, without a byte order mark.
 *
 * @throws UserError `FILE_UNREADABLE` or `TAGS_ENCODING`
 */
export async function* readText(path: string): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const decode = (bytes?: Buffer): string => {
    try {
      return bytes === undefined ? decoder.decode() : decoder.decode(bytes, { stream: true });
    } catch {
      throw notUtf8(path);
    }
  };
  for await (const bytes of readBytes(path)) yield decode(bytes);
  yield decode();
}

async function* readBytes(path: string): AsyncGenerator<Buffer> {
  try {
    for await (const bytes of createReadStream(path)) yield bytes as Buffer;
  } catch (error) {
    throw unreadable(path, error);
  }
}

/**
 * The beginning of a file, as text without a byte order mark.
 *
 * @throws UserError `FILE_UNREADABLE` or `TAGS_ENCODING`
 */
export async function readStart(path: string, bytes: number): Promise<string> {
  let start: Buffer;
  try {
    const file = await open(path);
    try {
      const buffer = Buffer.alloc(bytes);
      start = buffer.subarray(0, (await file.read(buffer, 0, bytes, 0)).bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw unreadable(path, error);
  }
  if (start.includes(0)) throw notUtf8(path);
  try {
    // A sign may go on behind the end of what was read.
    return new TextDecoder('utf-8', { fatal: true }).decode(start, { stream: true });
  } catch {
    throw notUtf8(path);
  }
}

function unreadable(path: string, error: unknown): UserError {
  return new UserError('FILE_UNREADABLE', `${path} cannot be read: ${messageOf(error)}.`, { todo: 'Check the path.' });
}

function notUtf8(path: string): UserError {
  return new UserError('TAGS_ENCODING', `${path} is no text in UTF-8.`, {
    right: 'Lists of tags are text in UTF-8, not packed.',
    todo: 'Unpack it, or save it again as UTF-8.',
  });
}

function tooLong(path: string, line: number): UserError {
  return new UserError(
    'LINE_TOO_LONG',
    `Line ${line} of ${path} has more than ${MOST_LENGTH.toLocaleString('en-US')} characters.`,
    {
      todo: 'Get the file again: no list of tags has such lines.',
    },
  );
}
