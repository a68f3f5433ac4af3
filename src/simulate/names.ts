/** Hashes of names: what a simulated world has in place of keys and signatures. */
import { createHash } from 'node:crypto';
import type { TransactionHash } from '../chains/chain.ts';

/** 64 hex digits that belong to the name alone. */
export function digest(name: string): string {
  return createHash('sha256').update(name).digest('hex');
}

export function transactionFor(name: string): TransactionHash {
  return digest(name) as TransactionHash;
}
