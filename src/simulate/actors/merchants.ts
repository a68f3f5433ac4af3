/** Merchants: paid by users, pay suppliers and staff, and cash the rest in at an exchange or over the counter. */
import type { Address } from '../../chains/chain.ts';
import { USDT } from '../tron.ts';
import { DAY, HOUR, MINUTE, type World, within } from '../world.ts';
import type { Exchange } from './exchange.ts';
import { tidy, ZONES } from './users.ts';

const OPEN = [9, 19] as const;

/** Opens the merchants' wallets. */
export function openMerchants(world: World, count: number): readonly Address[] {
  return Array.from({ length: count }, (_, index) => world.open({ owner: `merchant-${index + 1}`, role: 'merchant' }));
}

/** Sets the merchants going; `otc` buys from some of them. */
export function runMerchants(
  world: World,
  merchants: readonly Address[],
  exchanges: readonly Exchange[],
  otc: Address,
): void {
  merchants.forEach((wallet, index) => {
    const owner = `merchant-${index + 1}`;
    const random = world.random(owner);
    const exchange = random.pick(exchanges);
    const zone = random.pick(ZONES);
    const trade = (): void => {
      const held = world.balance(wallet);
      const supplier = random.pick(merchants);
      if (held > 800n * USDT && supplier !== wallet)
        world.pay(wallet, supplier, tidy(random, random.share(held, 0.1, 0.3)));
      if (held > 500n * USDT) {
        const buyer = random.chance(0.25) ? otc : exchange.depositAddress({ owner });
        world.after(random.integer(5, 200) * MINUTE, () =>
          world.pay(wallet, buyer, tidy(random, random.share(world.balance(wallet), 0.4, 0.9))),
        );
      }
      world.at(within(random, world.now + random.integer(2, 5) * DAY, zone, OPEN), trade);
    };
    world.at(within(random, world.start + random.integer(24, 96) * HOUR, zone, OPEN), trade);
  });
}

/**
 * One merchant pays staff in one transaction, and one of them twice the same sum: two transfers that differ in nothing
 * but their place, which is what `occurrence` is for.
 */
export function runPayroll(world: World, merchant: Address, staff: readonly Address[], exchange: Exchange): void {
  const random = world.random('payroll');
  const [first, ...others] = random.shuffle(staff).slice(0, 4);
  if (first === undefined) return;
  const wage = 250n * USDT;
  const movements = [first, ...others, first].map((to) => ({ from: merchant, to, value: wage }));
  const payday = (): void => {
    exchange.withdraw(merchant, wage * BigInt(movements.length));
    const pay = (): void => {
      if (world.transact(merchant, movements) === null) world.after(HOUR, pay);
    };
    world.after(HOUR, pay);
  };
  world.at(within(random, world.start + (world.end - world.start) / 3, 7, OPEN), payday);
}
