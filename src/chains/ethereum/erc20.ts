/** ERC-20 as calls and logs carry it. */
import { Interface } from 'ethers/abi';
import { addressBytes } from '../address.ts';
import type { Address } from '../chain.ts';

const ERC20 = new Interface([
  'event Transfer(address indexed from, address indexed to, uint256 value)',
  'function balanceOf(address) view returns (uint256)',
]);

/** keccak-256 of `Transfer(address,address,uint256)`. */
export const TRANSFER_TOPIC = '0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef';

/** An address as an indexed topic carries it: 32 bytes, zeros first. */
export function topicOf(address: Address): string {
  return `0x${addressBytes(address).padStart(64, '0')}`;
}

export function balanceCall(wallet: Address): string {
  return ERC20.encodeFunctionData('balanceOf', [wallet]);
}

/** The number that `balanceOf` answers with; `null` where the answer is no number. */
export function readBalance(answer: string): bigint | null {
  return /^0x[0-9a-f]{64}$/i.test(answer) ? BigInt(answer) : null;
}
