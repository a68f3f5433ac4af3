/** Base units of money in the simulation. */
import type { ChainId } from '../chains/chain.ts';
import { NETWORKS } from './network.ts';

/** Base units of one coin: sun of a TRX, wei of an ETH. */
export const COIN: Readonly<Record<ChainId, bigint>> = {
  ethereum: 10n ** BigInt(NETWORKS.ethereum.coin.decimals),
  tron: 10n ** BigInt(NETWORKS.tron.coin.decimals),
};
