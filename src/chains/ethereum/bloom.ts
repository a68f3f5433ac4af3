/**
 * The bloom filter in a block's header: three bits of 2,048 for the contract of each log and for each of its topics (yellow
 * paper, section 4.4.3). It never misses what is there; that something is there it says now and then where nothing is.
 */
import { keccak256 } from 'ethers/crypto';

const BYTES = 256;

/** A filter as headers carry it. */
export const BLOOM = /^0x[0-9a-f]{512}$/i;

/** False where no log of the block is of the contract, or has the topic. @param item a contract or a topic, in hex */
export function mayHold(bloom: string, item: string): boolean {
  const bytes = bytesOf(bloom);
  return bitsOf(item).every((bit) => isSet(bytes, bit));
}

/** Whether the logs account for the whole filter: where they do not, there are others. */
export function explains(
  bloom: string,
  logs: readonly { readonly address: string; readonly topics: readonly string[] }[],
): boolean {
  const bytes = bytesOf(bloom);
  const items = new Set(logs.flatMap(({ address, topics }) => [address, ...topics]));
  for (const item of items) {
    for (const bit of bitsOf(item)) {
      const place = BYTES - 1 - (bit >> 3);
      bytes[place] = (bytes[place] ?? 0) & ~(1 << (bit & 7));
    }
  }
  return bytes.every((byte) => byte === 0);
}

function bytesOf(bloom: string): Buffer {
  return Buffer.from(bloom.slice(2), 'hex');
}

/** The lowest eleven bits of each of the first three pairs of bytes. */
function bitsOf(item: string): number[] {
  const hash = Buffer.from(keccak256(item).slice(2), 'hex');
  return [0, 2, 4].map((place) => hash.readUInt16BE(place) & 2047);
}

function isSet(bytes: Buffer, bit: number): boolean {
  return ((bytes[BYTES - 1 - (bit >> 3)] ?? 0) & (1 << (bit & 7))) !== 0;
}
