/** One large sum fans out over mules' wallets, meets again, and is cashed out at exchanges. */
import type { Account } from '../account.ts';
import { tidy } from '../actors/send.ts';
import { MINUTE, SECOND } from '../hours.ts';
import { type Launderer, rest, type Stage } from './stage.ts';

const SPREAD = [3, 7] as const;

export function sprayAndFunnel(stage: Stage): Launderer {
  const { world, random } = stage;
  return (from, value) => {
    const splitter = stage.layering();
    const merger = stage.layering(splitter);
    const mules: Account[] = [];
    for (let left = random.integer(...SPREAD); left > 0; left -= 1) {
      mules.push(stage.layering(splitter, merger, ...mules));
    }
    if (world.pay(from, splitter, value) === null) return;
    world.after(rest(stage, 30 * SECOND, 180 * SECOND), () => spray(stage, splitter, mules, merger));
  };
}

function spray(stage: Stage, splitter: Account, mules: readonly Account[], merger: Account): void {
  const { world, random } = stage;
  let meeting = 0;
  let met = 0;
  mules.forEach((mule, index) => {
    const last = index === mules.length - 1;
    const part = last ? splitter.usdt : tidy(random, random.share(splitter.usdt, 0.15, 0.4));
    if (world.pay(splitter, mule, part) === null) return;
    const wait = rest(stage, 20 * SECOND, 240 * SECOND);
    meeting = Math.max(meeting, wait);
    world.after(wait, () => {
      if (world.pay(mule, merger, mule.usdt) === null) return;
      // Both have kept what came for a few minutes only.
      for (const wallet of [splitter, mule]) world.played(wallet, 'rapid-pass-through');
      met += 1;
      if (met > 1) world.played(merger, 'funnel');
    });
  });
  world.after(meeting + rest(stage, 2 * MINUTE, 30 * MINUTE), () => cashOut(stage, merger));
}

function cashOut(stage: Stage, merger: Account): void {
  const { world, random } = stage;
  const parts = random.integer(1, 3);
  for (let part = 1; part <= parts; part += 1) {
    world.after(rest(stage, part * MINUTE, part * 20 * MINUTE), () => {
      world.pay(merger, stage.exit(), part === parts ? merger.usdt : tidy(random, random.share(merger.usdt, 0.3, 0.7)));
    });
  }
}
