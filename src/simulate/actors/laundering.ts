/**
 * Three ways to lose a follower, taken in turn:
 *   split and merge  one large sum fans out over mules' wallets, meets again, and is cashed out at exchanges;
 *   pass-through     wallets that hold the sum for seconds or minutes, in one case not for a block, then the desk;
 *   peel chain       the sum moves from new wallet to new wallet, and at each a small part leaves to an exchange.
 */
import type { Address } from '../../chains/chain.ts';
import type { Random } from '../random.ts';
import { USDT } from '../tron.ts';
import { MINUTE, type World } from '../world.ts';

const SPLIT_WALLETS = 5;
const PEEL_HOPS = [5, 8] as const;
const PEELED = [0.05, 0.14] as const;
const SECOND = 1_000;

/** Sends a sum on its way, from a wallet that holds it. */
export type Launderer = (from: Address, value: bigint) => void;

export function openLaundry(
  world: World,
  network: string,
  random: Random,
  exits: readonly Address[],
  desk: Address,
): Launderer {
  const stage: Stage = {
    world,
    random,
    exits,
    open: (role) => world.open({ owner: `${network}-motorcade`, role, network }),
  };
  const ways = [splitAndMerge(stage), passThrough(stage, desk), peelChain(stage)];
  let round = 0;
  return (from, value) => {
    const way = ways[round % ways.length];
    round += 1;
    way?.(from, value);
  };
}

interface Stage {
  readonly world: World;
  readonly random: Random;
  readonly exits: readonly Address[];
  readonly open: (role: 'layering' | 'peel') => Address;
}

function splitAndMerge({ world, random, exits, open }: Stage): Launderer {
  const splitter = open('layering');
  const mules = Array.from({ length: SPLIT_WALLETS }, () => open('layering'));
  const merger = open('layering');

  const cashOut = (): void => {
    for (const exit of random.shuffle(exits).slice(0, 2)) {
      world.after(random.integer(1, 40) * MINUTE, () =>
        world.pay(merger, exit, random.share(world.balance(merger), 0.5, 1)),
      );
    }
  };
  const passOn = (mule: Address): void => {
    world.after(random.integer(20, 240) * SECOND, () => world.pay(mule, merger, world.balance(mule)));
  };
  return (from, value) => {
    world.pay(from, splitter, value);
    world.after(random.integer(30, 180) * SECOND, () => {
      const parts = random.shuffle(mules).slice(0, random.integer(3, SPLIT_WALLETS));
      parts.forEach((mule, index) => {
        const held = world.balance(splitter);
        const last = index === parts.length - 1;
        if (world.pay(splitter, mule, last ? held : random.share(held, 0.15, 0.4)) !== null) passOn(mule);
      });
    });
    world.after(20 * MINUTE, cashOut);
  };
}

function passThrough({ world, random, open }: Stage, desk: Address): Launderer {
  const [first, second, third] = [open('layering'), open('layering'), open('layering')];
  // The second wallet is a program's: it pays in the block in which it is paid.
  world.onReceipt(second, () => world.pay(second, third, world.balance(second)));
  return (from, value) => {
    world.pay(from, first, value);
    world.after(random.integer(15, 90) * SECOND, () => world.pay(first, second, world.balance(first)));
    world.after(random.integer(120, 290) * SECOND, () => world.pay(third, desk, world.balance(third)));
  };
}

function peelChain({ world, random, exits, open }: Stage): Launderer {
  const peel = (wallet: Address, hops: number): void => {
    const held = world.balance(wallet);
    const exit = random.pick(exits);
    if (hops === 0 || held < 100n * USDT) {
      world.pay(wallet, exit, held);
      return;
    }
    world.pay(wallet, exit, random.share(held, ...PEELED));
    const next = open('peel');
    world.after(random.integer(2, 14) * MINUTE, () => {
      world.pay(wallet, next, world.balance(wallet));
      world.after(random.integer(2, 14) * MINUTE, () => peel(next, hops - 1));
    });
  };
  return (from, value) => {
    const first = open('peel');
    world.pay(from, first, value);
    world.after(random.integer(3, 20) * MINUTE, () => peel(first, random.integer(...PEEL_HOPS)));
  };
}
