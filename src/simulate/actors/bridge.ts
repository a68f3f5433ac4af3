/**
 * A swapper between the chains: paid on one, it pays out on the other some minutes later, less its fee. A chain shows
 * a payment to a service on one side, and on the other a payment by it that nothing ties to the first.
 */
import type { ChainId } from '../../chains/chain.ts';
import type { Account, Supply } from '../account.ts';
import { HOUR, MINUTE } from '../hours.ts';
import { USDT } from '../tron.ts';
import type { World } from '../world.ts';
import type { Exchange } from './exchange.ts';

const NAME = 'Ferry Swap';
const STOCK = 1_500_000n * USDT;
const FEE_OF = 400n;

export interface Bridge {
  /** Where to pay on a chain. */
  readonly intake: Readonly<Record<ChainId, Account>>;
  /** Pays a sum in on the wallet's chain, and has it paid out to `to`, on the other; says whether it was paid in. */
  swap(from: Account, to: Account, value: bigint): boolean;
}

export function openBridge(world: World, exchange: Exchange, supply: Supply): Bridge {
  const random = world.random(NAME);
  const open = (chain: ChainId): Account => world.open(chain, { owner: NAME, role: 'bridge', service: NAME, supply });
  const intake = { ethereum: open('ethereum'), tron: open('tron') };
  for (const wallet of Object.values(intake)) {
    exchange.withdraw(wallet, STOCK);
    world.every(12 * HOUR, () => level(world, exchange, wallet));
  }
  return {
    intake,
    swap(from, to, value) {
      if (world.pay(from, intake[from.chain], value) === null) return false;
      const payOut = (): void => {
        if (world.pay(intake[to.chain], to, value - value / FEE_OF) === null) world.after(HOUR, payOut);
      };
      world.after(random.integer(2, 25) * MINUTE, payOut);
      return true;
    },
  };
}

/** What has gone from one chain to the other comes back through an exchange. */
function level(world: World, exchange: Exchange, wallet: Account): void {
  if (wallet.usdt < STOCK / 2n) exchange.withdraw(wallet, STOCK - wallet.usdt);
  if (wallet.usdt > 2n * STOCK) {
    world.pay(wallet, exchange.depositAddress(wallet.chain, { owner: NAME }), wallet.usdt - STOCK);
  }
}
