/** Figures, addresses and hashes as JSON-RPC and logs of Ethereum carry them. */
import { id } from 'ethers/hash';
import { addressBytes } from '../../chains/address.ts';
import type { Address } from '../../chains/chain.ts';

export const TRANSFER_TOPIC = id('Transfer(address,address,uint256)');
export const APPROVAL_TOPIC = id('Approval(address,address,uint256)');
export const DEED_TOPICS = {
  destroyed: id('DestroyedBlackFunds(address,uint256)'),
  redeemed: id('Redeem(uint256)'),
  frozen: id('AddedBlackList(address)'),
  unfrozen: id('RemovedBlackList(address)'),
} as const;

/** A quantity: hex without leading zeros. */
export function quantity(value: number | bigint): string {
  return `0x${value.toString(16)}`;
}

/** 32 bytes that hold the number. */
export function word(value: bigint): string {
  return `0x${value.toString(16).padStart(64, '0')}`;
}

/** 32 bytes that hold the address. */
export function addressWord(address: Address): string {
  return `0x${addressBytes(address).padStart(64, '0')}`;
}

/** An address as nodes and explorers write it: lower case, without a checksum. */
export function lowerCase(address: Address): string {
  return address.toLowerCase();
}
