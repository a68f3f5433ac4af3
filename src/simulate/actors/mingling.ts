/** Strangers who deal with a network's wallets and know nothing of it: they buy and sell USDT for cash. */
import type { Account } from '../account.ts';
import { HOUR } from '../hours.ts';
import type { Random } from '../random.ts';
import { USDT } from '../tron.ts';
import type { World } from '../world.ts';
import { send, tidy } from './send.ts';

const SELLERS_ASKED = 8;
const PRICE = 420n * USDT;
const SPREAD = 1.5;

/** Strangers pay a wallet and are paid by it, a few times in the days after this. */
export function mingle(world: World, random: Random, wallet: Account, people: readonly Account[]): void {
  for (let deal = random.integer(1, 4); deal > 0; deal -= 1) {
    world.after(random.integer(1, 200) * HOUR, () => {
      sellTo(world, random, wallet, people);
      if (people.length > 0) {
        send(world, random, {
          from: wallet,
          to: random.pick(people),
          value: tidy(random, random.amount(PRICE, SPREAD)),
        });
      }
    });
  }
}

/** Strangers pay an account again and again, as a trader's who is known for his price; on average so often. */
export function trade(world: World, random: Random, account: Account, people: readonly Account[], every: number): void {
  const deal = (): void => {
    sellTo(world, random, account, people);
    world.after(random.integer(0, 2 * every), deal);
  };
  world.after(random.integer(0, 2 * every), deal);
}

/** One of a few who are asked sells, if somebody has that much. */
function sellTo(world: World, random: Random, buyer: Account, people: readonly Account[]): void {
  if (people.length === 0) return;
  const value = tidy(random, random.amount(PRICE, SPREAD));
  for (let asked = 0; asked < SELLERS_ASKED; asked += 1) {
    const seller = random.pick(people);
    if (seller.role !== 'user' || seller.usdt < value) continue;
    send(world, random, { from: seller, to: buyer, value });
    return;
  }
}
