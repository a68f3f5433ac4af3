/** The bloom filter of a block's logs, by which a client can tell that it was not given all of them. */
import { keccak256 } from 'ethers/crypto';

const BYTES = 256;

/** Of addresses and topics; three bits of 2048 for each (yellow paper, section 4.4.3). */
export function bloomOf(logs: readonly { readonly address: string; readonly topics: readonly string[] }[]): string {
  const bloom = Buffer.alloc(BYTES);
  for (const { address, topics } of logs) {
    for (const item of [address, ...topics]) {
      const hash = Buffer.from(keccak256(item).slice(2), 'hex');
      for (const place of [0, 2, 4]) {
        const bit = hash.readUInt16BE(place) & 2047;
        const byte = BYTES - 1 - (bit >> 3);
        bloom[byte] = (bloom[byte] ?? 0) | (1 << (bit & 7));
      }
    }
  }
  return `0x${bloom.toString('hex')}`;
}
