/** The tokens that Downstream follows on Ethereum. */
import type { Address, Asset } from '../chain.ts';

/**
 * Tether USD, deployed in block 4,634,748 of 28 November 2017.
 * Contract: https://tether.to/en/supported-protocols/
 */
export const USDT: Asset = {
  chain: 'ethereum',
  symbol: 'USDT',
  contract: '0xdAC17F958D2ee523a2206206994597C13D831ec7' as Address,
  decimals: 6,
  since: Date.UTC(2017, 10, 28),
  sinceBlock: 4_634_748,
};
