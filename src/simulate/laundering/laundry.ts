/** The ways of laundering, which a network takes in turn, in an order of its own. */
import { fragmentation } from './fragmentation.ts';
import { throughEscrow, toBroker } from './handing-over.ts';
import { passThrough } from './pass-through.ts';
import { peelChain } from './peel-chain.ts';
import { sprayAndFunnel } from './spray-funnel.ts';
import type { Launderer, Stage } from './stage.ts';

export function openLaundry(stage: Stage): Launderer {
  const all = [sprayAndFunnel, passThrough, peelChain, fragmentation, toBroker, throughEscrow];
  const ways = stage.random.shuffle(all).map((open) => open(stage));
  let round = 0;
  return (from, value) => {
    const way = ways[round % ways.length];
    round += 1;
    way?.(from, value);
  };
}
