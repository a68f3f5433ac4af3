/**
 * A scam network: victims pay collection wallets, these pool, and a pool is emptied in rounds, each by another way of
 * laundering (see `laundering.ts`), to deposit addresses of mules and to an over-the-counter desk.
 */
import type { Address } from '../../chains/chain.ts';
import type { Random } from '../random.ts';
import { USDT } from '../tron.ts';
import { HOUR, MINUTE, type World, within } from '../world.ts';
import type { Exchange } from './exchange.ts';
import { type Launderer, openLaundry } from './laundering.ts';

/** The people who move the money by hand work these hours, in UTC+8. */
const SHIFT = [10, 24] as const;
const ZONE = 8;
const COLLECTION_WALLETS = 5;
const POOLS = 2;
const MULES = 6;
/** A pool is emptied once it holds so much. */
const ROUND_FROM = 6_000n * USDT;
/** What operations keep from each round, for inducements and costs. */
const KEPT = [0.02, 0.05] as const;

export interface ScamNetwork {
  readonly id: string;
  readonly collections: readonly Address[];
  /** Pays a victim back, so that he trusts and pays more, in the shift's hours and once there is money for it. */
  payBack(to: Address, value: bigint, done: () => void): void;
}

export function openNetwork(world: World, id: string, exchanges: readonly Exchange[], desk: Address): ScamNetwork {
  const random = world.random(id);
  const open = (owner: string, role: 'collection' | 'pooling' | 'operations'): Address =>
    world.open({ owner: `${id}-${owner}`, role, network: id });
  const collections = Array.from({ length: COLLECTION_WALLETS }, () => open('collection', 'collection'));
  const pools = Array.from({ length: POOLS }, () => open('pool', 'pooling'));
  const operations = open('operations', 'operations');
  const exits = Array.from({ length: MULES }, (_, mule) =>
    random.pick(exchanges).depositAddress({ owner: `${id}-mule-${mule + 1}`, network: id }),
  );
  // So little that later victims are paid back with the money of earlier ones.
  random.pick(exchanges).withdraw(operations, 800n * USDT);
  const launder = openLaundry(world, id, random.fork('laundry'), exits, desk);
  for (const collection of collections) forwardReceipts(world, random, collection, random.pick(pools));
  for (const pool of pools) runPool(world, random, pool, operations, launder);

  return {
    id,
    collections,
    payBack(to, value, done) {
      const attempt = (): void => {
        if (world.pay(operations, to, value) === null) world.after(HOUR, attempt);
        else done();
      };
      world.at(within(random, world.now, ZONE, SHIFT), attempt);
    },
  };
}

/** A collection wallet keeps nothing: what has come goes to its pool minutes to an hour later. Dust is left. */
function forwardReceipts(world: World, random: Random, collection: Address, pool: Address): void {
  let planned = false;
  world.onReceipt(collection, () => {
    if (planned) return;
    planned = true;
    world.after(random.integer(2, 70) * MINUTE, () => {
      planned = false;
      if (world.balance(collection) >= USDT) world.pay(collection, pool, world.balance(collection));
    });
  });
}

function runPool(world: World, random: Random, pool: Address, operations: Address, launder: Launderer): void {
  let planned = false;
  world.onReceipt(pool, () => {
    if (planned || world.balance(pool) < ROUND_FROM) return;
    planned = true;
    world.at(within(random, world.now + random.integer(10, 90) * MINUTE, ZONE, SHIFT), () => {
      planned = false;
      world.pay(pool, operations, random.share(world.balance(pool), ...KEPT));
      launder(pool, world.balance(pool));
    });
  });
}
