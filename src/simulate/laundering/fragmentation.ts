/** Few large sums in, many small ones out: over hours to many mules' accounts, and to strangers who buy for cash. */
import type { Account } from '../account.ts';
import { tidy } from '../actors/send.ts';
import { MINUTE, SECOND } from '../hours.ts';
import { USDT } from '../tron.ts';
import { type Launderer, rest, type Stage } from './stage.ts';

const MEDIAN = 320n * USDT;
const SPREAD = 0.9;
/** More would take too long to type by hand: the rest leaves in one sum. */
const MOST_PARTS = 45;
/** How many of the small sums a stranger buys. */
const SOLD = 0.25;

export function fragmentation(stage: Stage): Launderer {
  const { world, random } = stage;
  const part = (wallet: Account, left: number): void => {
    const sum = tidy(random, random.amount(MEDIAN, SPREAD));
    if (left === 0 || wallet.usdt <= sum) {
      world.pay(wallet, stage.exit(), wallet.usdt);
      return;
    }
    const buyer = random.chance(SOLD) ? stage.stranger() : null;
    if (world.pay(wallet, buyer ?? stage.exit(), sum) !== null) world.played(wallet, 'fragmentation');
    world.after(rest(stage, 40 * SECOND, 15 * MINUTE), () => part(wallet, left - 1));
  };
  return (from, value) => {
    const wallet = stage.layering();
    if (world.pay(from, wallet, value) === null) return;
    world.after(rest(stage, 5 * MINUTE, 60 * MINUTE), () => part(wallet, MOST_PARTS));
  };
}
