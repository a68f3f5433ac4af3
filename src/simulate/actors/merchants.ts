/** Merchants: paid by users, pay suppliers and staff, and cash the rest in at an exchange or over the counter. */
import type { ChainId } from '../../chains/chain.ts';
import type { Account, Supply } from '../account.ts';
import { DAY, HOUR, likely, MINUTE, ZONES } from '../hours.ts';
import type { Random } from '../random.ts';
import { USDT } from '../tron.ts';
import type { World } from '../world.ts';
import type { Exchange } from './exchange.ts';
import type { Processor } from './processor.ts';
import { send, tidy } from './send.ts';

const ON_TRON = 0.7;
const WITH_PROCESSOR = 0.4;

export interface Shop {
  readonly chain: ChainId;
  readonly owner: string;
  readonly wallet: Account;
  /** Where a customer pays: the wallet, or an address of the processor. */
  payTo(customer: string): Account;
}

export function openMerchants(
  world: World,
  count: number,
  processor: Processor,
  supply: (chain: ChainId, random: Random) => Supply,
): readonly Shop[] {
  return Array.from({ length: count }, (_, index) => {
    const owner = `merchant-${index + 1}`;
    const random = world.random(`${owner}/opens`);
    const chain = index === 0 || random.chance(ON_TRON) ? 'tron' : 'ethereum';
    const wallet = world.open(chain, { owner, role: 'merchant', supply: supply(chain, random) });
    // The first is paid directly, so that it can pay its staff.
    const processed = index > 0 && random.chance(WITH_PROCESSOR);
    const payTo = (customer: string): Account =>
      processed ? processor.address(chain, { owner: customer }, wallet) : wallet;
    return { chain, owner, wallet, payTo };
  });
}

/** Sets the merchants going; the desk of their chain buys from some of them. */
export function runMerchants(
  world: World,
  shops: readonly Shop[],
  exchanges: readonly Exchange[],
  desks: readonly Account[],
): void {
  for (const { owner, wallet, chain } of shops) {
    const random = world.random(owner);
    const exchange = random.pick(exchanges);
    const zone = random.pick(ZONES);
    const suppliers = shops.filter((shop) => shop.chain === chain && shop.wallet !== wallet).map((shop) => shop.wallet);
    const buyers = desks.filter((desk) => desk.chain === chain);
    const trade = (): void => {
      if (wallet.usdt > 800n * USDT && suppliers.length > 0) {
        const value = tidy(random, random.share(wallet.usdt, 0.1, 0.3));
        send(world, random, { from: wallet, to: random.pick(suppliers), value });
      }
      if (wallet.usdt > 500n * USDT) {
        const toDesk = buyers.length > 0 && random.chance(0.2);
        const to = toDesk ? random.pick(buyers) : exchange.depositAddress(chain, { owner });
        world.after(random.integer(8, 200) * MINUTE, () =>
          send(world, random, { from: wallet, to, value: tidy(random, random.share(wallet.usdt, 0.4, 0.9)) }),
        );
      }
      world.at(likely(random, world.now + random.integer(20, 110) * HOUR, zone, 'office'), trade);
    };
    world.at(likely(random, world.start + random.integer(24, 96) * HOUR, zone, 'office'), trade);
  }
}

/**
 * A merchant pays staff in one transaction, and one of them twice the same sum: two transfers that differ in nothing
 * but their place, which is what `occurrence` is for.
 */
export function runPayroll(world: World, merchant: Account, staff: readonly Account[], exchange: Exchange): void {
  const random = world.random(`payroll/${merchant.address}`);
  const [first, ...others] = Array.from({ length: 4 }, () => random.pick(staff));
  if (first === undefined) return;
  const wage = random.bigint(5n, 12n) * 50n * USDT;
  const movements = [first, ...others, first].map((to) => ({ from: merchant, to, value: wage }));
  const payday = (): void => {
    exchange.withdraw(merchant, wage * BigInt(movements.length));
    const pay = (): void => {
      if (world.transact(merchant, movements) === null) world.after(HOUR, pay);
    };
    world.after(HOUR, pay);
    world.after(30 * DAY, payday);
  };
  world.at(likely(random, world.start + random.integer(8, 20) * DAY, 7, 'office'), payday);
}
