/**
 * An exchange on one chain: hot wallets that are replaced after weeks, a cold wallet, a wallet that sees to the fees of
 * deposit addresses, and the deposit addresses, which are swept into the hot wallets.
 */
import type { ChainId } from '../../chains/chain.ts';
import type { Account, Supply } from '../account.ts';
import { DAY, HOUR } from '../hours.ts';
import type { World } from '../world.ts';
import { fromReserve, lentBy, sentBy } from './gas.ts';
import { type Sweeping, sweepAfterReceipts } from './sweeping.ts';

const COLD_PER_HOT = 12n;
/** So often one of the hot wallets is replaced. */
const ROTATION_DAYS = [16, 34] as const;

export interface Branch {
  readonly cold: Account;
  /** One of the hot wallets of this moment. */
  hot(): Account;
  openDeposit(owner: string, network: string): Account;
}

export interface BranchPlan {
  readonly name: string;
  readonly sweeping: Sweeping;
  readonly hotWallets: number;
  /** What a hot wallet is to hold: it is filled up below half, emptied above twice. */
  readonly stock: bigint;
  /** Deposit addresses on Tron get energy and not coins. */
  readonly lends: boolean;
}

export function openBranch(world: World, chain: ChainId, plan: BranchPlan, issuer: Account, mint: Account): Branch {
  const { name, stock } = plan;
  const random = world.random(`${name}/${chain}`);
  const own = (role: 'cold' | 'hot' | 'gas', reserve: Account): Account =>
    world.open(chain, { owner: name, role, service: name, supply: fromReserve(world, reserve) });
  const cold = own('cold', mint);
  const gas = own('gas', cold);
  const hot = Array.from({ length: plan.hotWallets }, () => own('hot', cold));
  const current = (slot: number): Account => hot[slot % hot.length] ?? cold;
  world.pay(issuer, cold, random.share(stock * COLD_PER_HOT * BigInt(plan.hotWallets), 0.8, 1));
  for (const wallet of hot) world.pay(cold, wallet, stock);
  hot.forEach((_, slot) => {
    world.every(2 * HOUR, () => level(world, stock, cold, current(slot)));
  });

  const rotate = (slot: number): void => {
    const old = current(slot);
    const next = own('hot', cold);
    hot[slot] = next;
    world.pay(old, next, old.usdt);
    planRotation((slot + 1) % hot.length);
  };
  const planRotation = (slot: number): void => world.after(random.integer(...ROTATION_DAYS) * DAY, () => rotate(slot));
  planRotation(0);

  const supply: Supply =
    plan.lends && chain === 'tron' ? lentBy(world, random, () => gas) : sentBy(world, random, () => gas, 1.3);
  const sweeper = { way: plan.sweeping, offset: random.integer(0, DAY) };
  return {
    cold,
    hot: () => random.pick(hot),
    openDeposit(owner, network) {
      const deposit = world.open(chain, { owner, role: 'deposit', network, service: name, supply });
      const slot = random.integer(0, hot.length - 1);
      sweepAfterReceipts(world, random.fork(deposit.address), sweeper, deposit, () => current(slot));
      return deposit;
    },
  };
}

function level(world: World, stock: bigint, cold: Account, hot: Account): void {
  if (hot.usdt < stock / 2n) world.pay(cold, hot, stock - hot.usdt);
  if (hot.usdt > stock * 2n) world.pay(hot, cold, hot.usdt - stock);
}
