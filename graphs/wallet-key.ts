import type { Wallet } from '../src/chains/chain.ts';

/** The wallet's name within a graph: `tron:T…`. The chain is part of it, since one address may exist on several chains. */
export function walletKey(wallet: Wallet): string {
  return `${wallet.chain}:${wallet.address}`;
}

/** Orders wallets by chain and address, as their keys are. */
export function byWallet(a: Wallet, b: Wallet): number {
  const [one, other] = [walletKey(a), walletKey(b)];
  return one < other ? -1 : Number(one > other);
}
