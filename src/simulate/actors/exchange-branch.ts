/**
 * An exchange on one chain: hot wallets that are replaced after weeks, a cold wallet, a wallet that sees to the fees of
 * deposit addresses, and the deposit addresses, which are swept into the hot wallets.
 */
import type { ChainId } from '../../chains/chain.ts';
import type { Account, Supply } from '../account.ts';
import { DAY, HOUR, MINUTE } from '../hours.ts';
import type { Random } from '../random.ts';
import { USDT } from '../tron.ts';
import type { World } from '../world.ts';
import { fromReserve, lentBy, sentBy } from './gas.ts';
import { sendAll } from './send.ts';

/** A sweep costs the exchange a fee, so it leaves crumbs alone. */
const LEAST_SWEPT = 5n * USDT;
/** A patient exchange sweeps what is worth it at once, and the rest when it comes by. */
const WORTH_SWEEPING = 1_500n * USDT;
const COLD_PER_HOT = 12n;
const ROUND = 6 * HOUR;
/** So often one of the hot wallets is replaced. */
const ROTATION_DAYS = [16, 34] as const;

/** When deposit addresses are swept: minutes after a deposit, in rounds, or once it is worth the fee, even after days. */
export type Sweeping = 'prompt' | 'rounds' | 'patient';

export interface Branch {
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
  return {
    hot: () => random.pick(hot),
    openDeposit(owner, network) {
      const deposit = world.open(chain, { owner, role: 'deposit', network, service: name, supply });
      const slot = random.integer(0, hot.length - 1);
      sweepAfterReceipts(world, random.fork(deposit.address), plan.sweeping, deposit, () => current(slot));
      return deposit;
    },
  };
}

/** Some deposit addresses wait for days whatever the exchange's way, as real ones do. */
function sweepAfterReceipts(
  world: World,
  random: Random,
  sweeping: Sweeping,
  deposit: Account,
  hot: () => Account,
): void {
  const slow = random.chance(0.12);
  let planned = false;
  deposit.receivers.push(() => {
    const worthIt = sweeping !== 'patient' || deposit.usdt >= WORTH_SWEEPING;
    if (planned && !worthIt) return;
    if (planned && sweeping !== 'patient') return;
    planned = true;
    world.after(slow ? random.integer(18, 110) * HOUR : waiting(world, random, sweeping, worthIt), () => {
      planned = false;
      if (deposit.usdt >= LEAST_SWEPT) sendAll(world, random, deposit, hot());
    });
  });
}

function waiting(world: World, random: Random, sweeping: Sweeping, worthIt: boolean): number {
  switch (sweeping) {
    case 'prompt':
      return random.integer(60, 900) * 1_000;
    case 'rounds':
      return ROUND - (world.now % ROUND) + random.integer(1, 40) * MINUTE;
    case 'patient':
      return worthIt ? random.integer(3, 60) * MINUTE : random.integer(20, 200) * HOUR;
  }
}

function level(world: World, stock: bigint, cold: Account, hot: Account): void {
  if (hot.usdt < stock / 2n) world.pay(cold, hot, stock - hot.usdt);
  if (hot.usdt > stock * 2n) world.pay(hot, cold, hot.usdt - stock);
}
