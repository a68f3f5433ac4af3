/**
 * `graphHash`: what says that two crawls saw the same transfers.
 *
 * SHA-256 over the sorted lines of the transfers. Only what the chain itself says is in a line: who crawled, when, from
 * which provider and in what order is not.
 */
import { createHash } from 'node:crypto';
import type { Transfer } from '../src/chains/chain.ts';

/** What a line names; the transfer's block is left out, because not every provider tells it. */
export type HashedTransfer = Omit<Transfer, 'block'>;

export interface GraphHasher {
  /**
   * Takes the next line, in ascending order of bytes.
   *
   * @throws Error when the line does not come after the one before it, or has characters outside printable ASCII
   */
  add(line: string): void;
  /** The hash as 64 lower-case hex digits; nothing can be added afterwards. */
  digest(): string;
}

/** Small pieces make the hash slow, large ones need memory. */
const PIECE_CHARACTERS = 65_536;

/** A transfer as it is hashed, without the line's end: chain, asset, transaction, from, to, value, occurrence, milliseconds. */
export function transferLine(transfer: HashedTransfer): string {
  const { chain, asset, transaction, from, to, value, occurrence, timestamp } = transfer;
  return `${chain},${asset},${transaction},${from},${to},${value},${occurrence},${timestamp}`;
}

/** Hashes lines that come sorted already, as a database streams them with `ORDER BY line COLLATE "C"`. */
export function createGraphHasher(): GraphHasher {
  const hash = createHash('sha256');
  let last = '';
  let piece = '';
  return {
    add(line) {
      if (!/^[\x20-\x7e]+$/.test(line))
        throw new Error(`A line to hash is not printable ASCII: ${JSON.stringify(line)}.`);
      if (line === last) throw new Error(`A transfer comes twice: ${line}.`);
      if (line < last) throw new Error(`Lines to hash are not sorted: ${line} comes after ${last}.`);
      last = line;
      piece += `${line}\n`;
      if (piece.length < PIECE_CHARACTERS) return;
      hash.update(piece);
      piece = '';
    },
    digest: () => hash.update(piece).digest('hex'),
  };
}

/**
 * The hash of transfers in any order, for as many as fit into memory.
 *
 * @throws Error when a transfer comes twice
 */
export function graphHash(transfers: Iterable<HashedTransfer>): string {
  const hasher = createGraphHasher();
  // The default order compares UTF-16 units, which for ASCII is the order of bytes.
  for (const line of Array.from(transfers, transferLine).sort()) hasher.add(line);
  return hasher.digest();
}
