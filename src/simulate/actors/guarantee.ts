/**
 * A guarantee marketplace: an escrow hub through which networks, brokers and ordinary traders deal. It holds a payment
 * until both sides are content, and moves to new wallets when it has been named in public.
 */
import type { ChainId } from '../../chains/chain.ts';
import type { Account, Supply } from '../account.ts';
import { HOUR } from '../hours.ts';
import type { World } from '../world.ts';

const NAME = 'Banyan Guarantee';
const FEE_OF = 60n;
/** When it moves, of the time that is simulated. */
const MOVES_AFTER = 0.55;

export interface Guarantee {
  /** Pays a sum into escrow, from where it reaches `to` within days. */
  deal(from: Account, to: Account, value: bigint): void;
}

export function openGuarantee(world: World, chain: ChainId, supply: Supply): Guarantee {
  const random = world.random(`${NAME}/${chain}`);
  const open = (): Account => world.open(chain, { owner: NAME, role: 'escrow', service: NAME, supply });
  let hub = open();
  world.at(world.start + Math.round((world.end - world.start) * MOVES_AFTER), () => {
    const old = hub;
    hub = open();
    world.pay(old, hub, old.usdt);
  });
  return {
    deal(from, to, value) {
      if (world.pay(from, hub, value) === null) return;
      const release = (): void => {
        if (world.pay(hub, to, value - value / FEE_OF) === null) world.after(HOUR, release);
      };
      world.after(random.integer(3, 50) * HOUR, release);
    },
  };
}
