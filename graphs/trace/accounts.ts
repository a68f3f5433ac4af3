/** Wallets per asset as numbers, so that ledgers can be columns. */
import type { Address, ChainId, Wallet } from '../../src/chains/chain.ts';

/** A wallet's ledger of one asset. */
export interface Account extends Wallet {
  readonly asset: string;
}

export interface Accounts {
  readonly list: readonly Account[];
  /** The chain and asset of each account, as a number: only accounts of one pay each other. */
  readonly space: readonly number[];
  /** The number of an account, which it is given when it is first asked for. */
  enter(chain: ChainId, asset: string, address: Address): number;
  /** The number of an account that was entered, else -1. */
  find(chain: ChainId, asset: string, address: Address): number;
  /** The accounts of a wallet, one per asset. */
  ofWallet(wallet: Wallet): readonly number[];
}

export function createAccounts(): Accounts {
  const list: Account[] = [];
  const space: number[] = [];
  const spaces: { readonly chain: ChainId; readonly asset: string; readonly numbers: Map<Address, number> }[] = [];
  // Asked for twice a row: a loop of its own is several times as fast as a callback.
  const spaceOf = (chain: ChainId, asset: string): number => {
    for (let place = 0; place < spaces.length; place += 1) {
      const each = spaces[place];
      if (each?.chain === chain && each.asset === asset) return place;
    }
    return -1;
  };
  return {
    list,
    space,
    enter(chain, asset, address) {
      let place = spaceOf(chain, asset);
      if (place < 0) place = spaces.push({ chain, asset, numbers: new Map() }) - 1;
      const numbers = spaces[place]?.numbers;
      const known = numbers?.get(address);
      if (known !== undefined) return known;
      numbers?.set(address, list.length);
      space.push(place);
      return list.push({ chain, asset, address }) - 1;
    },
    find: (chain, asset, address) => spaces[spaceOf(chain, asset)]?.numbers.get(address) ?? -1,
    ofWallet: ({ chain, address }) =>
      spaces.flatMap((each) => (each.chain === chain ? (each.numbers.get(address) ?? []) : [])),
  };
}
