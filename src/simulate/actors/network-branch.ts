/**
 * A network on one chain: victims pay collection wallets, these pool, and a pool is emptied in rounds, each by another
 * way of laundering. A funder of its own, or a gas station that serves thousands, pays the fees of all its wallets.
 */
import type { ChainId } from '../../chains/chain.ts';
import type { Account, Supply } from '../account.ts';
import type { Difficulty } from '../difficulty.ts';
import { DAY, likely, MINUTE } from '../hours.ts';
import { openLaundry } from '../laundering/laundry.ts';
import type { Launderer, Stage } from '../laundering/stage.ts';
import type { Random } from '../random.ts';
import { USDT } from '../tron.ts';
import type { Role } from '../types.ts';
import type { World } from '../world.ts';
import type { Broker } from './broker.ts';
import type { Exchange } from './exchange.ts';
import { sentBy } from './gas.ts';
import type { Guarantee } from './guarantee.ts';
import { mingle, trade } from './mingling.ts';
import type { Processor } from './processor.ts';
import { send, tidy } from './send.ts';

/** The people who move the money by hand sit in UTC+8 and its neighbours. */
const ZONES = [6.5, 7, 8, 8] as const;
const POOLS = 2;
const MULES = 6;
/** How often a further mule's account is used. */
const NEW_MULE = 0.03;
/** Where money leaves, if not at a mule's account. */
const AT_PROCESSOR = 0.1;
const AT_DESK = 0.12;
const TRADES = 0.6;
/** Days between two deals of such an account, on average. */
const TRADE_DAYS = [2, 9] as const;
const HAS_FUNDER = 0.65;
/** How often a round takes all, and not a round sum. */
const EMPTIED = 0.4;
/** What operations keep from each round, for payments back and costs. */
const KEPT = [0.02, 0.05] as const;

export interface NetworkBranch {
  readonly chain: ChainId;
  /** A wallet for the next victim to pay. */
  tell(): Account;
  readonly pools: readonly Account[];
  readonly operations: Account;
  /** A wallet of the network, with somebody who sees to its fees. */
  open(owner: string, role: Role): Account;
  /** A mule's account, a processor's address or a desk. */
  exit(): Account;
  readonly zone: number;
}

export interface BranchSurroundings {
  readonly chain: ChainId;
  readonly exchanges: readonly Exchange[];
  readonly desk: Account;
  readonly processor: Processor;
  readonly station: Account;
  readonly guarantee: Guarantee;
  readonly brokers: readonly Broker[];
  readonly people: readonly Account[];
  readonly difficulty: Difficulty;
}

/** Opens the branch; `elsewhere` takes some of a pool's rounds out of its hands, and says so. */
export function openNetworkBranch(
  world: World,
  id: string,
  around: BranchSurroundings,
  elsewhere: (pool: Account) => boolean,
): NetworkBranch {
  const { chain, exchanges, difficulty } = around;
  const random = world.random(`${id}/${chain}`);
  const zone = random.pick(ZONES);
  const supply = feesOf(world, random, id, around);
  const open = (owner: string, role: Role): Account =>
    world.open(chain, { owner: `${id}-${owner}`, role, network: id, supply });
  const pools = Array.from({ length: POOLS }, () => open('pool', 'pooling'));
  const operations = open('operations', 'operations');
  const mules: Account[] = [];
  const newMule = (): Account => {
    const owner = `${id}-mule-${mules.length + 1}`;
    const account = random.pick(exchanges).depositAddress(chain, { owner, network: id });
    mules.push(account);
    // Who lends a network an account often trades with it too.
    if (random.chance(TRADES))
      trade(world, random.fork(owner), account, around.people, random.integer(...TRADE_DAYS) * DAY);
    return account;
  };
  for (let mule = 0; mule < MULES; mule += 1) newMule();
  const exit = (): Account => {
    const draw = random.fraction();
    if (draw < AT_PROCESSOR) {
      return around.processor.address(chain, { owner: `${id}-shop`, network: id }, random.pick(mules));
    }
    if (draw < AT_PROCESSOR + AT_DESK) return around.desk;
    return random.chance(NEW_MULE) ? newMule() : random.pick(mules);
  };
  const launder = openLaundry(openStage(world, id, around, { random: random.fork('laundry'), open, exit }));
  for (const pool of pools) runPool(world, random, { pool, operations, zone, launder, elsewhere });
  // So little that later victims are paid back with the money of earlier ones.
  random.pick(exchanges).withdraw(operations, 800n * USDT);

  let collection: { readonly wallet: Account; victims: number } | null = null;
  const tell = (): Account => {
    if (random.chance(difficulty.paidAtExchange)) return random.pick(mules);
    if (collection === null || collection.victims === difficulty.victimsPerCollection) {
      collection = { wallet: open('collection', 'collection'), victims: 0 };
      forwardReceipts(world, random, collection.wallet, random.pick(pools), difficulty);
    }
    collection.victims += 1;
    return collection.wallet;
  };
  return { chain, tell, pools, operations, open, exit, zone };
}

function feesOf(world: World, random: Random, id: string, { chain, exchanges, station }: BranchSurroundings): Supply {
  if (!random.chance(HAS_FUNDER)) return sentBy(world, random, () => station, 2);
  const exchange = random.pick(exchanges);
  const supply = sentBy(world, random, () => exchange.coins(chain), 200);
  const funder = world.open(chain, { owner: `${id}-funder`, role: 'funder', network: id, supply });
  return sentBy(world, random, () => funder, 2.5);
}

/** A collection wallet keeps nothing: what has come goes to its pool minutes or hours later. Dust is left. */
function forwardReceipts(
  world: World,
  random: Random,
  collection: Account,
  pool: Account,
  { dwell }: Difficulty,
): void {
  let planned = false;
  collection.receivers.push(() => {
    if (planned) return;
    planned = true;
    const wait = random.integer(2, 70) * MINUTE * (1 + (dwell - 1) * random.fraction());
    world.after(Math.round(wait), () => {
      planned = false;
      if (collection.usdt >= USDT) send(world, random, { from: collection, to: pool, value: collection.usdt });
    });
  });
}

function runPool(
  world: World,
  random: Random,
  parts: {
    readonly pool: Account;
    readonly operations: Account;
    readonly zone: number;
    readonly launder: Launderer;
    readonly elsewhere: (pool: Account) => boolean;
  },
): void {
  const { pool, operations, zone, launder, elsewhere } = parts;
  /** The pool is emptied once it holds so much. */
  const enough = random.bigint(5n, 14n) * 1_000n * USDT;
  let planned = false;
  pool.receivers.push(() => {
    if (planned || pool.usdt < enough) return;
    planned = true;
    world.at(likely(random, world.now + random.integer(10, 90) * MINUTE, zone, 'shifts'), () => {
      planned = false;
      world.played(pool, 'working-hours');
      world.pay(pool, operations, tidy(random, random.share(pool.usdt, ...KEPT)));
      if (!elsewhere(pool)) launder(pool, random.chance(EMPTIED) ? pool.usdt : tidy(random, pool.usdt));
    });
  });
}

function openStage(
  world: World,
  id: string,
  around: BranchSurroundings,
  { random, open, exit }: { random: Random; open: NetworkBranch['open']; exit: () => Account },
): Stage {
  const { chain, difficulty, people, brokers, guarantee } = around;
  const used: Account[] = [];
  const funded = (role: Role): Account => {
    const wallet = open('motorcade', role);
    // Its fee is there before the money is.
    world.ready(wallet, [{ from: wallet, to: wallet, value: 0n }]);
    return wallet;
  };
  const stranger = (): Account | null => (people.length === 0 ? null : random.pick(people));
  return {
    ...{ world, random, chain, network: id, difficulty, brokers, guarantee, exit, stranger },
    fresh: funded,
    layering(...taken) {
      if (used.length > 0 && random.chance(difficulty.reuse)) {
        const again = random.pick(used);
        if (!taken.includes(again)) return again;
      }
      const wallet = funded('layering');
      used.push(wallet);
      if (random.chance(difficulty.mixing)) mingle(world, random, wallet, people);
      return wallet;
    },
  };
}
