/** The tokens that Downstream follows on Tron. */
import type { Address, Asset } from '../chain.ts';

/**
 * Tether USD. The block of its deployment is not published; no transfer is older than 14 April 2019.
 * Contract: https://tether.to/en/supported-protocols/
 */
export const USDT: Asset = {
  chain: 'tron',
  symbol: 'USDT',
  contract: 'TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t' as Address,
  decimals: 6,
  since: Date.UTC(2019, 3, 14),
  sinceBlock: 0,
};
