/** Money goes to others who place it: an over-the-counter broker, straight or through the escrow of a marketplace. */
import type { Account } from '../account.ts';
import { tidy } from '../actors/send.ts';
import { MINUTE } from '../hours.ts';
import { type Launderer, rest, type Stage } from './stage.ts';

const PARTS = [2, 5] as const;

/** In several sums, straight to a broker who collects from many. */
export function toBroker(stage: Stage): Launderer {
  const { random } = stage;
  return (from, value) => {
    const broker = random.pick(stage.brokers);
    inParts(stage, from, value, (wallet, sum) => stage.world.pay(wallet, broker.intake(stage.network), sum));
  };
}

/** Into a marketplace's escrow, which pays a broker once both sides are content. */
export function throughEscrow(stage: Stage): Launderer {
  const { random, guarantee } = stage;
  return (from, value) => {
    const broker = random.pick(stage.brokers);
    inParts(stage, from, value, (wallet, sum) => guarantee.deal(wallet, broker.desk, sum));
  };
}

/** One hop first, so that the pool itself is not known to whom it is handed. */
function inParts(stage: Stage, from: Account, value: bigint, pay: (wallet: Account, sum: bigint) => void): void {
  const { world, random } = stage;
  const wallet = stage.layering();
  if (world.pay(from, wallet, value) === null) return;
  const parts = random.integer(...PARTS);
  for (let part = 1; part <= parts; part += 1) {
    world.after(rest(stage, part * 4 * MINUTE, part * 40 * MINUTE), () => {
      pay(wallet, part === parts ? wallet.usdt : tidy(random, random.share(wallet.usdt, 0.2, 0.6)));
    });
  }
}
