/** What pays for a wallet's transactions. */
import type { Address, ChainId, TransactionHash } from '../../src/chains/chain.ts';

/** What pays for a wallet's transactions, as it came to the wallet. */
export interface NativeReceipt {
  readonly chain: ChainId;
  readonly kind: 'activation' | 'coin' | 'energy';
  readonly transaction: TransactionHash;
  /** Who activated it, sent the coin, or delegated. */
  readonly from: Address;
  readonly to: Address;
  /** Sun or wei; for energy the staked amount in sun. */
  readonly value: bigint;
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  readonly block: number | null;
}
