/** The sum moves from new wallet to new wallet, and at each a small part leaves to be cashed out. */
import type { Account } from '../account.ts';
import { tidy } from '../actors/send.ts';
import { MINUTE } from '../hours.ts';
import { USDT } from '../tron.ts';
import { type Launderer, rest, type Stage } from './stage.ts';

const HOPS = [5, 9] as const;
const PEELED = [0.05, 0.14] as const;
const LEAST = 100n * USDT;

export function peelChain(stage: Stage): Launderer {
  const { world, random, difficulty } = stage;
  const peel = (wallet: Account, hops: number): void => {
    if (hops === 0 || wallet.usdt < LEAST) {
      world.pay(wallet, stage.exit(), wallet.usdt);
      return;
    }
    const peeled = world.pay(wallet, stage.exit(), tidy(random, random.share(wallet.usdt, ...PEELED)));
    const next = stage.fresh('peel');
    world.after(rest(stage, 2 * MINUTE, 14 * MINUTE), () => {
      const moved = world.pay(wallet, next, wallet.usdt);
      if (peeled !== null && moved !== null) world.played(wallet, 'peel-chain');
      world.after(rest(stage, 2 * MINUTE, 40 * MINUTE), () => peel(next, hops - 1));
    });
  };
  return (from, value) => {
    const first = stage.fresh('peel');
    if (world.pay(from, first, value) === null) return;
    const hops = random.integer(...HOPS) + random.integer(0, difficulty.extraHops);
    world.after(rest(stage, 3 * MINUTE, 20 * MINUTE), () => peel(first, hops));
  };
}
