/** An exchange: deposit addresses per customer that sweep into hot wallets, withdrawals from hot wallets, a cold wallet. */
import type { Address, TransactionHash } from '../../chains/chain.ts';
import type { Random } from '../random.ts';
import { USDT } from '../tron.ts';
import { DAY, HOUR, MINUTE, type World } from '../world.ts';

/** A sweep costs the exchange a fee, so it leaves crumbs alone. */
const LEAST_SWEPT = 5n * USDT;
/** What a hot wallet is to hold for every customer of a small exchange: it is filled up below half, emptied above twice. */
const HOT_PER_CUSTOMER = 4_000n * USDT;
const FEWEST_CUSTOMERS = 200;
const COLD_PER_HOT = 12n;
/** A contract that pays many at once has its limit in the energy of one transaction. */
const MOST_IN_BATCH = 100;

export interface Exchange {
  readonly name: string;
  /** The customer's deposit address, made at the first call. */
  depositAddress(customer: { owner: string; network?: string }): Address;
  /** Pays out to any wallet some minutes later; `paid` hears of the transaction. Exchanges that batch pay `alone` where asked. */
  withdraw(
    to: Address,
    value: bigint,
    options?: { alone?: boolean; paid?: (transaction: TransactionHash) => void },
  ): void;
}

interface Withdrawal {
  readonly to: Address;
  readonly value: bigint;
}

/**
 * Opens an exchange for about so many customers. `batches` says that it pays many of them in one transaction.
 */
export function openExchange(
  world: World,
  name: string,
  issuer: Address,
  options: { batches: boolean; customers: number },
): Exchange {
  const random = world.random(name);
  const cold = world.open({ owner: name, role: 'cold', service: name });
  const hot = [0, 1].map(() => world.open({ owner: name, role: 'hot', service: name }));
  const deposits = new Map<string, Address>();
  const queue: Withdrawal[] = [];
  const stock = HOT_PER_CUSTOMER * BigInt(Math.max(options.customers, FEWEST_CUSTOMERS));
  world.pay(issuer, cold, random.share(stock * COLD_PER_HOT, 0.8, 1));
  for (const wallet of hot) world.pay(cold, wallet, stock);

  for (const wallet of hot) every(world, 2 * HOUR, () => balanceHotWallet(world, stock, cold, wallet));
  if (options.batches) every(world, 10 * MINUTE, () => payBatch(world, random.pick(hot), queue));

  return {
    name,
    depositAddress({ owner, network = '' }) {
      const known = deposits.get(owner);
      if (known !== undefined) return known;
      const address = world.open({ owner, role: 'deposit', network, service: name });
      deposits.set(owner, address);
      sweepAfterReceipts(world, random.fork(owner), address, random.pick(hot));
      return address;
    },
    withdraw(to, value, { alone = false, paid } = {}) {
      if (options.batches && !alone) {
        queue.push({ to, value });
        return;
      }
      const attempt = (): void => {
        const transaction = world.pay(random.pick(hot), to, value);
        if (transaction === null) world.after(HOUR, attempt);
        else paid?.(transaction);
      };
      world.after(random.integer(1, 20) * MINUTE, attempt);
    },
  };
}

/** Most customers' money is swept within hours; some deposit addresses wait for days. */
function sweepAfterReceipts(world: World, random: Random, deposit: Address, hot: Address): void {
  const slow = random.chance(0.15);
  let planned = false;
  world.onReceipt(deposit, () => {
    if (planned) return;
    planned = true;
    world.after(slow ? random.integer(18, 80) * HOUR : random.integer(6, 420) * MINUTE, () => {
      planned = false;
      if (world.balance(deposit) >= LEAST_SWEPT) world.pay(deposit, hot, world.balance(deposit));
    });
  });
}

function balanceHotWallet(world: World, stock: bigint, cold: Address, hot: Address): void {
  const held = world.balance(hot);
  if (held < stock / 2n) world.pay(cold, hot, stock - held);
  if (held > stock * 2n) world.pay(hot, cold, held - stock);
}

/** One transaction for all who wait, as many as the wallet can pay. */
function payBatch(world: World, hot: Address, queue: Withdrawal[]): void {
  const due = queue.splice(0, MOST_IN_BATCH);
  if (due.length === 0) return;
  const paid = world.transact(
    hot,
    due.map(({ to, value }) => ({ from: hot, to, value })),
  );
  if (paid === null) queue.unshift(...due);
}

function every(world: World, interval: number, action: () => void): void {
  const round = (): void => {
    action();
    world.after(interval, round);
  };
  world.at(world.start + (interval % DAY), round);
}
