/**
 * A scam network: a branch on one chain or on both. Where it has both, part of what comes in on Ethereum goes through a
 * swapper to its pools on Tron.
 */
import type { ChainId } from '../../chains/chain.ts';
import type { Account } from '../account.ts';
import { HOUR, likely } from '../hours.ts';
import type { World } from '../world.ts';
import type { Bridge } from './bridge.ts';
import { type BranchSurroundings, type NetworkBranch, openNetworkBranch } from './network-branch.ts';

/** How much of what a network takes in on Ethereum it moves to Tron, if it is there. */
const MOVED_TO_TRON = 0.6;

export interface ScamNetwork {
  readonly id: string;
  readonly branches: readonly NetworkBranch[];
  /** Pays a victim back, who trusts and pays more, in the shift's hours and once there is money for it. */
  payBack(to: Account, value: bigint, done: () => void): void;
}

export function openNetwork(
  world: World,
  id: string,
  chains: readonly ChainId[],
  around: { readonly of: (chain: ChainId) => BranchSurroundings; readonly bridge: Bridge },
): ScamNetwork {
  const random = world.random(id);
  const branches: NetworkBranch[] = [];
  const toTron = (pool: Account): boolean => {
    const there = branches.find(({ chain }) => chain === 'tron');
    if (pool.chain === 'tron' || there === undefined || !random.chance(MOVED_TO_TRON)) return false;
    return around.bridge.swap(pool, random.pick(there.pools), pool.usdt);
  };
  for (const chain of chains) branches.push(openNetworkBranch(world, id, around.of(chain), toTron));

  return {
    id,
    branches,
    payBack(to, value, done) {
      const branch = branches.find(({ chain }) => chain === to.chain);
      if (branch === undefined) return;
      const attempt = (): void => {
        if (world.pay(branch.operations, to, value) === null) world.after(HOUR, attempt);
        else {
          world.played(branch.operations, 'inducement');
          world.played(branch.operations, 'working-hours');
          done();
        }
      };
      world.at(likely(random, world.now, branch.zone, 'shifts'), attempt);
    },
  };
}
