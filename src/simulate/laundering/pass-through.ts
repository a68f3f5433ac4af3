/** Wallets that keep nothing: money is out again after seconds or minutes, at one of them in the block in which it came. */
import type { Account } from '../account.ts';
import { MINUTE, SECOND } from '../hours.ts';
import { type Launderer, rest, type Stage } from './stage.ts';

const HOPS = [2, 4] as const;

export function passThrough(stage: Stage): Launderer {
  const { world, random, difficulty } = stage;
  // This wallet is a program's: whatever it is paid is paid on at once.
  const program = stage.fresh('layering');
  const behind = stage.fresh('layering');
  program.receivers.push(() => {
    if (world.pay(program, behind, program.usdt) !== null) world.played(program, 'rapid-pass-through');
  });

  const hop = (wallet: Account, left: number): void => {
    const next = left === 0 ? stage.exit() : stage.layering(wallet);
    world.after(rest(stage, 15 * SECOND, 5 * MINUTE), () => {
      if (world.pay(wallet, next, wallet.usdt) === null) return;
      world.played(wallet, 'rapid-pass-through');
      if (left > 0) hop(next, left - 1);
    });
  };
  return (from, value) => {
    const hops = random.integer(...HOPS) + random.integer(0, difficulty.extraHops);
    if (random.chance(0.4)) {
      if (world.pay(from, program, value) !== null) hop(behind, hops - 1);
      return;
    }
    const first = stage.layering();
    if (world.pay(from, first, value) !== null) hop(first, hops);
  };
}
