/**
 * A payment processor: every customer of every merchant pays an address of his own, all of them are swept into a few
 * hot wallets, and merchants are paid out from there by the day.
 */
import type { ChainId } from '../../chains/chain.ts';
import type { Account } from '../account.ts';
import { DAY, HOUR, MINUTE } from '../hours.ts';
import type { Random } from '../random.ts';
import { USDT } from '../tron.ts';
import type { World } from '../world.ts';
import { sentBy } from './gas.ts';
import { sendAll } from './send.ts';

export const PROCESSOR = 'Lattice Pay';
const HOT_WALLETS = 2;
const LEAST_SWEPT = 2n * USDT;
const LEAST_PAID_OUT = 50n * USDT;
/** The processor keeps one part in so many. */
const FEE_OF = 100n;

export interface Processor {
  /** The address at which a customer pays somebody, made at the first call; what comes is paid out to `payout`. */
  address(chain: ChainId, customer: { owner: string; network?: string }, payout: Account): Account;
}

export function openProcessor(world: World, gas: Readonly<Record<ChainId, Account>>): Processor {
  const random = world.random(PROCESSOR);
  const sides = { ethereum: openSide(world, random, 'ethereum', gas), tron: openSide(world, random, 'tron', gas) };
  const addresses = new Map<string, Account>();
  return {
    address(chain, { owner, network = '' }, payout) {
      const key = `${owner}/${payout.address}`;
      const known = addresses.get(key);
      if (known !== undefined) return known;
      const address = sides[chain].open(owner, network, payout);
      addresses.set(key, address);
      return address;
    },
  };
}

interface Side {
  open(owner: string, network: string, payout: Account): Account;
}

function openSide(world: World, random: Random, chain: ChainId, gas: Readonly<Record<ChainId, Account>>): Side {
  const supply = sentBy(world, random, () => gas[chain], 1.5);
  const lasting = sentBy(world, random, () => gas[chain], 60);
  const hot = Array.from({ length: HOT_WALLETS }, () =>
    world.open(chain, { owner: PROCESSOR, role: 'hot', service: PROCESSOR, supply: lasting }),
  );
  const due = new Map<Account, bigint>();
  world.every(DAY, () => {
    for (const [payout, sum] of due) {
      const from = random.pick(hot);
      if (sum >= LEAST_PAID_OUT && world.pay(from, payout, sum - sum / FEE_OF) !== null) due.delete(payout);
    }
  });
  return {
    open(owner, network, payout) {
      const address = world.open(chain, { owner, role: 'deposit', network, service: PROCESSOR, supply });
      const target = random.pick(hot);
      let planned = false;
      address.receivers.push(() => {
        if (planned) return;
        planned = true;
        const wait = random.chance(0.8) ? random.integer(2, 50) * MINUTE : random.integer(3, 30) * HOUR;
        world.after(wait, () => {
          planned = false;
          if (address.usdt < LEAST_SWEPT) return;
          due.set(payout, (due.get(payout) ?? 0n) + address.usdt);
          sendAll(world, random, address, target);
        });
      });
      return address;
    },
  };
}
