/** An over-the-counter desk: buys USDT from anybody, sells it to walk-in customers and at an exchange. */
import type { Address } from '../../chains/chain.ts';
import { USDT } from '../tron.ts';
import { HOUR, MINUTE, type World, within } from '../world.ts';
import type { Exchange } from './exchange.ts';
import { tidy } from './users.ts';

const OPEN = [9, 22] as const;
const ZONE = 7;

export function openDesk(world: World, name: string): Address {
  return world.open({ owner: name, role: 'otc', service: name });
}

/** Sets the desk going: it starts with a stock from the exchange. */
export function runDesk(world: World, desk: Address, customers: readonly Address[], exchange: Exchange): void {
  const random = world.random('otc');
  const deal = (): void => {
    const held = world.balance(desk);
    if (held > 20_000n * USDT) world.pay(desk, exchange.depositAddress({ owner: 'otc' }), random.share(held, 0.3, 0.6));
    else world.pay(desk, random.pick(customers), tidy(random, random.amount(350n * USDT, 0.7)));
    world.at(within(random, world.now + random.integer(90, 700) * MINUTE, ZONE, OPEN), deal);
  };
  exchange.withdraw(desk, 15_000n * USDT);
  world.at(within(random, world.start + 6 * HOUR, ZONE, OPEN), deal);
}
