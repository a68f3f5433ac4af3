/** A file is written in pieces: the text of a large graph is longer than a string can be. */

/** Large enough that writing is quick, small enough that memory does not matter. */
const CHUNK_CHARACTERS = 65_536;

/** Joins lines, each with its own end, to pieces of about 64 kB. */
export function* joinLines(lines: Iterable<string>): Iterable<string> {
  let chunk = '';
  for (const line of lines) {
    chunk += line;
    if (chunk.length < CHUNK_CHARACTERS) continue;
    yield chunk;
    chunk = '';
  }
  if (chunk !== '') yield chunk;
}
