/** Hashes of names: what a simulated world has in place of keys and signatures. */
import { hash } from 'node:crypto';
import type { TransactionHash } from '../chains/chain.ts';

/** 64 hex digits that belong to the name alone. */
export function digest(name: string): string {
  return hash('sha256', name, 'hex');
}

export function transactionFor(name: string): TransactionHash {
  return digest(name) as TransactionHash;
}
