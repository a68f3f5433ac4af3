/** An economy in a few figures. */
import type { ChainId } from '../chains/chain.ts';
import { NETWORKS } from './network.ts';
import type { Economy, Holdings } from './types.ts';

export interface EconomySummary {
  readonly transfers: readonly { readonly chain: ChainId; readonly asset: string; readonly count: number }[];
  /** That occur in a transfer. */
  readonly wallets: number;
  /** That were paid by victims, and how many of them on both chains. */
  readonly networks: number;
  readonly bothChains: number;
  readonly victims: number;
  readonly payments: number;
  /** Base units of the victims' USDT that reached services. */
  readonly exits: bigint;
  /** Time of the first and of the last transfer, milliseconds since 1970. */
  readonly from: number;
  readonly until: number;
  readonly money: readonly (Holdings & { readonly decimals: number; readonly balances: boolean })[];
}

export function summarise({ transfers, wallets, payments, exits, holdings }: Economy): EconomySummary {
  const seen = new Set<string>();
  const counts = new Map<string, number>();
  let [from, until] = [Number.POSITIVE_INFINITY, 0];
  for (const transfer of transfers) {
    seen.add(transfer.from).add(transfer.to);
    const key = `${transfer.chain} ${transfer.asset}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
    from = Math.min(from, transfer.timestamp);
    until = Math.max(until, transfer.timestamp);
  }
  const chainsOf = new Map<string, Set<ChainId>>();
  for (const { network, chain } of payments) chainsOf.set(network, (chainsOf.get(network) ?? new Set()).add(chain));
  return {
    transfers: holdings.map(({ chain, asset }) => ({ chain, asset, count: counts.get(`${chain} ${asset}`) ?? 0 })),
    wallets: wallets.filter(({ address }) => seen.has(address)).length,
    networks: chainsOf.size,
    bothChains: [...chainsOf.values()].filter((chains) => chains.size > 1).length,
    victims: new Set(payments.map(({ ref }) => ref)).size,
    payments: payments.length,
    exits: exits.reduce((sum, { value }) => sum + value, 0n),
    from,
    until,
    money: holdings.map((holding) => {
      const { token, coin } = NETWORKS[holding.chain];
      const { decimals } = holding.asset === coin.symbol ? coin : token;
      return { ...holding, decimals, balances: holding.issued === holding.held + holding.burnt };
    }),
  };
}
