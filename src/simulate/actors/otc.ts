/** An over-the-counter desk: buys USDT from anybody, sells it to walk-in customers and at an exchange. */
import type { ChainId } from '../../chains/chain.ts';
import type { Account, Supply } from '../account.ts';
import { HOUR, likely, MINUTE } from '../hours.ts';
import { USDT } from '../tron.ts';
import type { World } from '../world.ts';
import type { Exchange } from './exchange.ts';
import { send, tidy } from './send.ts';

const ZONE = 7;

export function openDesk(world: World, chain: ChainId, name: string, supply: Supply): Account {
  return world.open(chain, { owner: name, role: 'otc', service: name, supply });
}

/** Sets the desk going: it starts with a stock from the exchange. `customers` walk in and buy. */
export function runDesk(
  world: World,
  desk: Account,
  name: string,
  customers: readonly Account[],
  exchange: Exchange,
): void {
  const random = world.random(`${name}/${desk.chain}`);
  const deal = (): void => {
    const to = exchange.depositAddress(desk.chain, { owner: name });
    if (desk.usdt > 20_000n * USDT) {
      send(world, random, { from: desk, to, value: tidy(random, random.share(desk.usdt, 0.3, 0.6)) });
    } else if (customers.length > 0) {
      const value = tidy(random, random.amount(400n * USDT, 0.9));
      send(world, random, { from: desk, to: random.pick(customers), value });
    }
    world.at(likely(random, world.now + random.integer(90, 700) * MINUTE, ZONE, 'office'), deal);
  };
  exchange.withdraw(desk, 15_000n * USDT);
  world.at(likely(random, world.start + 6 * HOUR, ZONE, 'office'), deal);
}
