/** Which assets an economy's transfers are of. */
import { NETWORKS } from '../../../src/simulate/network.ts';
import type { SimulatedTransfer } from '../../../src/simulate/types.ts';

export function isUsdt({ chain, asset }: SimulatedTransfer): boolean {
  return asset === NETWORKS[chain].token.symbol;
}

/** Whether the transfer is of the coin in which the chain's fees are paid. */
export function isCoin({ chain, asset }: SimulatedTransfer): boolean {
  return asset === NETWORKS[chain].coin.symbol;
}

/** Each asset with its number of transfers, those with the most first. */
export function assetsOf(
  transfers: readonly SimulatedTransfer[],
): { readonly asset: string; readonly count: number }[] {
  const counts = new Map<string, number>();
  for (const { asset } of transfers) counts.set(asset, (counts.get(asset) ?? 0) + 1);
  return [...counts]
    .map(([asset, count]) => ({ asset, count }))
    .sort((a, b) => b.count - a.count || (a.asset < b.asset ? -1 : 1));
}
