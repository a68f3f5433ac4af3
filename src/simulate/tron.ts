/** What the simulated Tron needs to know of the real one. */
import { createHash } from 'node:crypto';
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

/**
 * An address that looks like another at a glance: the same first four characters and the same last two, which is what
 * many wallets show. Real poisoners match more; more takes them, and would take us, long to search.
 */
export function lookAlike(target: Address, name: string): Address {
  // Three leading bytes fix four characters; the last two are a remainder that one in 58² tries meets.
  const lead = addressBytes(target).slice(0, 6);
  const ending = remainder(addressBytes(target));
  for (let attempt = 0; ; attempt += 1) {
    const bytes = lead + digest(`${name}/${attempt}`).slice(0, 34);
    if (remainder(bytes) !== ending) continue;
    const address = fromHex(`41${bytes}`) as Address;
    if (address !== target && address.slice(0, 4) === target.slice(0, 4)) return address;
  }
}

/** What the last two characters of an address stand for: its 25 bytes, checksum included, modulo 58². */
function remainder(bytes: string): bigint {
  const once = createHash('sha256')
    .update(Buffer.from(`41${bytes}`, 'hex'))
    .digest();
  const checksum = createHash('sha256').update(once).digest('hex').slice(0, 8);
  return BigInt(`0x41${bytes}${checksum}`) % 3364n;
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
