/** What the simulated Ethereum needs to know of the real one. */
import { addressBytes, addressFromWord } from '../chains/address.ts';
import type { Address } from '../chains/chain.ts';
import { USDT } from '../chains/ethereum/assets.ts';
import { digest } from './names.ts';
import type { Network } from './network.ts';

/** The first block under proof of stake, of 15 September 2022. Real slots are missed now and then; here none is. */
const MERGE_BLOCK = 15_537_394;
const MERGE_MS = 1_663_224_179_000;
const SLOT_MS = 12_000;

export const ETHEREUM: Network = {
  chain: 'ethereum',
  token: { symbol: USDT.symbol, address: USDT.contract, decimals: USDT.decimals, name: 'Tether USD' },
  coin: { symbol: 'ETH', decimals: 18 },
  // Two epochs of 32 slots.
  confirmations: 64,
  blockAt: (timestamp) => MERGE_BLOCK + Math.floor((timestamp - MERGE_MS) / SLOT_MS),
  timeOf: (block) => MERGE_MS + (block - MERGE_BLOCK) * SLOT_MS,
  addressFor: (name) => addressFromWord('ethereum', digest(name)),
  lookAlike,
};

/** The same first four and last four digits, which is what many wallets show. */
function lookAlike(target: Address, name: string): Address {
  const bytes = addressBytes(target);
  return addressFromWord('ethereum', bytes.slice(0, 4) + digest(name).slice(0, 32) + bytes.slice(-4));
}
