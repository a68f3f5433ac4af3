/** What the simulated Tron needs to know of the real one. */
import { hash } from 'node:crypto';
import { fromHex } from 'tronweb/utils';
import { addressBytes } from '../chains/address.ts';
import type { Address } from '../chains/chain.ts';
import { USDT as ASSET } from '../chains/tron/assets.ts';
import { digest } from './names.ts';
import type { Network } from './network.ts';

/** Time of block 1 less one slot. Real numbers lag a little behind, because witnesses miss slots; here none does. */
const GENESIS_MS = 1_529_891_469_000;
const BLOCK_MS = 3_000;
/** A block is final once 19 of the 27 witnesses have built on it. */
const CONFIRMATIONS = 19;

export const USDT_CONTRACT = ASSET.contract;
export const USDT_TOKEN = {
  symbol: ASSET.symbol,
  address: ASSET.contract,
  decimals: ASSET.decimals,
  name: 'Tether USD',
};

/** The topic of `Transfer(address,address,uint256)`, as logs of Tron carry it. */
export const TRANSFER_TOPIC = 'ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef';

/** Base units of one USDT. */
export const USDT = 10n ** BigInt(ASSET.decimals);

/** Number of the block that holds the moment. */
export function blockAt(timestamp: number): number {
  return Math.floor((timestamp - GENESIS_MS) / BLOCK_MS);
}

/** Time of a block, milliseconds since 1970. */
export function timeOf(block: number): number {
  return GENESIS_MS + block * BLOCK_MS;
}

/** An address that nobody owns, the same for the same name. */
export function addressFor(name: string): Address {
  return fromHex(`41${digest(name).slice(0, 40)}`) as Address;
}

/** Characters of Base58, and what the last two of an address stand for: its 25 bytes modulo their square. */
const BASE = 58;
const ENDINGS = BASE ** 2;
const TWO_32 = 2 ** 32;

/**
 * An address that looks like another at a glance: the same first four characters and the same last two, which is what
 * many wallets show. Real poisoners match more; more takes them, and would take us, long to search.
 */
function lookAlike(target: Address, name: string): Address {
  const own = addressBytes(target);
  const aim = withChecksum(Buffer.from(`41${own}`, 'hex'));
  // Three leading bytes fix four characters, unless a boundary lies between: then more of them do. The last two
  // characters are a remainder that one in 58² tries meets.
  for (let lead = 3; ; lead += 1) {
    const start = own.slice(0, 2 * lead);
    const bytes = Buffer.from(`41${start}${digest(`${name}/${lead}`).slice(0, 40 - start.length)}`, 'hex');
    const address = withEnding(bytes, aim, target);
    if (address !== null) return address;
  }
}

/** The first such address that the last four bytes, counted up, come to; `null` after more tries than that takes. */
function withEnding(bytes: Buffer, aim: number, target: Address): Address | null {
  const fixed = remainder(bytes.subarray(0, 17));
  for (let attempt = 0; attempt < 20 * ENDINGS; attempt += 1) {
    bytes.writeUInt32BE(attempt, 17);
    const body = (((fixed * TWO_32) % ENDINGS) + attempt) % ENDINGS;
    if ((((body * TWO_32) % ENDINGS) + checksum(bytes)) % ENDINGS !== aim) continue;
    const address = fromHex(bytes.toString('hex')) as Address;
    if (address.slice(0, 4) !== target.slice(0, 4)) return null;
    if (address !== target) return address;
  }
  return null;
}

/** The remainder of an address with its checksum behind it. */
function withChecksum(bytes: Buffer): number {
  return (((remainder(bytes) * TWO_32) % ENDINGS) + checksum(bytes)) % ENDINGS;
}

function remainder(bytes: Buffer): number {
  return bytes.reduce((sum, byte) => (sum * 256 + byte) % ENDINGS, 0);
}

/** The first four bytes of SHA-256, taken twice. */
function checksum(bytes: Buffer): number {
  return hash('sha256', hash('sha256', bytes, 'buffer'), 'buffer').readUInt32BE(0);
}

export const TRON: Network = {
  chain: 'tron',
  token: USDT_TOKEN,
  coin: { symbol: 'TRX', decimals: 6 },
  confirmations: CONFIRMATIONS,
  blockAt,
  timeOf,
  addressFor,
  lookAlike,
};
