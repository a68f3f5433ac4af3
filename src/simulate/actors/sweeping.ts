/** When an exchange empties its deposit addresses into a hot wallet. */
import type { Account } from '../account.ts';
import { HOUR, MINUTE, SECOND } from '../hours.ts';
import type { Random } from '../random.ts';
import { USDT } from '../tron.ts';
import type { World } from '../world.ts';
import { sendAll } from './send.ts';

/** A sweep costs the exchange a fee, so it leaves crumbs alone. */
const LEAST_SWEPT = 5n * USDT;
/** A patient exchange sweeps what is worth it at once, and the rest when it comes by. */
const WORTH_SWEEPING = 1_500n * USDT;
const ROUND = 6 * HOUR;
/** Some addresses wait for days whatever the exchange's way. */
const SLOW = 0.12;

/** Minutes after a deposit, in rounds through the day, or once it is worth the fee, even after weeks. */
export type Sweeping = 'prompt' | 'rounds' | 'patient';

export interface Sweeper {
  readonly way: Sweeping;
  /** When its rounds begin, milliseconds after midnight. */
  readonly offset: number;
}

export function sweepAfterReceipts(
  world: World,
  random: Random,
  sweeper: Sweeper,
  deposit: Account,
  hot: () => Account,
): void {
  const slow = random.chance(SLOW);
  let planned = false;
  deposit.receivers.push(() => {
    const worthIt = sweeper.way !== 'patient' || deposit.usdt >= WORTH_SWEEPING;
    // What has become worth it does not wait for the sweep that is planned.
    if (planned && (sweeper.way !== 'patient' || !worthIt)) return;
    planned = true;
    const wait = slow ? random.integer(18, 110) * HOUR : waiting(world, random, sweeper, worthIt);
    world.after(wait, () => {
      planned = false;
      if (deposit.usdt >= LEAST_SWEPT) sendAll(world, random, deposit, hot());
    });
  });
}

function waiting(world: World, random: Random, { way, offset }: Sweeper, worthIt: boolean): number {
  switch (way) {
    case 'prompt':
      return random.chance(0.75) ? random.integer(45, 330) * SECOND : random.integer(6, 60) * MINUTE;
    case 'rounds':
      return ROUND - ((world.now + offset) % ROUND) + random.integer(1, 40) * MINUTE;
    case 'patient':
      return worthIt ? random.integer(3, 90) * MINUTE : random.integer(12, 20 * 24) * HOUR;
  }
}
