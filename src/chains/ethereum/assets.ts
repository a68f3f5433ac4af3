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

/** Hash of the first block of the real chain, not of a test network, a fork's or a simulation's. */
export const MAINNET_GENESIS = '0xd4e56740f876aef8c010b86a40d5f56745a118d0906a34e69aec8c0db1cb8fa3';

/** Ranges of the real chain with dozens of transfers of the token in each block or so: 2020, 2021, 2022 and 2023. */
export const LANDMARKS = [9_500_000, 12_500_000, 15_500_000, 18_500_000].map((from) => ({ from, to: from + 9 }));
