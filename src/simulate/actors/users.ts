/** Ordinary people: each has a time zone, an exchange, friends, shops, a habit and a pace. */
import type { ChainId } from '../../chains/chain.ts';
import type { Account, Supply } from '../account.ts';
import { HOUR, likely, MINUTE, ZONES } from '../hours.ts';
import type { Random } from '../random.ts';
import { USDT } from '../tron.ts';
import type { World } from '../world.ts';
import type { Bridge } from './bridge.ts';
import type { Exchange } from './exchange.ts';
import { type GasServices, rentedFrom, sentBy } from './gas.ts';
import type { Shop } from './merchants.ts';
import { send, tidy } from './send.ts';

/** What a habit does with money at hand, and how many days pass between two doings. */
const HABITS = {
  saver: { days: 7, pays: 0, sends: 0.3 },
  remitter: { days: 3.5, pays: 0.1, sends: 0.8 },
  shopper: { days: 2.5, pays: 0.85, sends: 0.1 },
  trader: { days: 2, pays: 0.05, sends: 0.1 },
} as const;
const HABIT_NAMES = ['saver', 'remitter', 'shopper', 'shopper', 'trader'] as const;

/** Where people hold USDT. */
const CHAINS_HELD: readonly (readonly ChainId[])[] = [
  ...Array.from({ length: 6 }, () => ['tron'] as const),
  ...Array.from({ length: 3 }, () => ['ethereum'] as const),
  ['tron', 'ethereum'],
];
/** Some give their deposit address at an exchange to those who pay them, and never touch the money on the chain. */
const PAID_AT_EXCHANGE = 0.3;
const SECOND_WALLET = 0.15;
const BRIDGES = 0.04;

export interface UsersPlan {
  readonly count: number;
  /** Above 1, everybody does everything more seldom. */
  readonly slowness: number;
}

export interface Surroundings {
  readonly exchanges: readonly Exchange[];
  readonly shops: readonly Shop[];
  readonly gas: GasServices;
  readonly bridge: Bridge;
}

/** Accounts of users for others to deal with, per chain. */
export type People = Readonly<Record<ChainId, readonly Account[]>>;

interface User {
  readonly owner: string;
  readonly wallets: readonly Account[];
  readonly exchange: Exchange;
  readonly zone: number;
  readonly habit: (typeof HABITS)[keyof typeof HABITS];
  /** Milliseconds between two doings, on average. */
  readonly gap: number;
  /** What this person usually moves. */
  readonly usual: bigint;
}

/** Opens the users and sets them going; returns where each of them is paid, for others to deal with. */
export function openUsers(world: World, plan: UsersPlan, around: Surroundings): People {
  const random = world.random('users');
  const users = Array.from({ length: plan.count }, (_, index) => openUser(world, random, index, plan, around));
  const paid: Record<ChainId, Account[]> = { ethereum: [], tron: [] };
  for (const user of users) for (const account of receiving(random, user)) paid[account.chain].push(account);
  const shops = {
    ethereum: around.shops.filter(({ chain }) => chain === 'ethereum'),
    tron: around.shops.filter(({ chain }) => chain === 'tron'),
  };
  for (const user of users) {
    const own = random.fork(user.owner);
    const circles = {
      ethereum: draw(own, paid.ethereum, own.integer(1, 5)),
      tron: draw(own, paid.tron, own.integer(1, 5)),
    };
    const favourites = {
      ethereum: draw(own, shops.ethereum, own.integer(1, 4)),
      tron: draw(own, shops.tron, own.integer(1, 4)),
    };
    live(world, own, user, { circles, shops: favourites, bridge: around.bridge });
  }
  return paid;
}

function openUser(
  world: World,
  random: Random,
  index: number,
  plan: UsersPlan,
  { exchanges, gas }: Surroundings,
): User {
  const owner = `user-${index + 1}`;
  const exchange = random.popular(exchanges);
  const bought = sentBy(world, random, () => exchange.coins('tron'), 3);
  const supplies: Record<ChainId, Supply> = {
    ethereum: random.chance(0.15)
      ? sentBy(world, random, () => gas.station.ethereum, 2)
      : sentBy(world, random, () => exchange.coins('ethereum'), 12),
    tron: tronSupply(world, random, gas, bought),
  };
  const open = (chain: ChainId): Account => world.open(chain, { owner, role: 'user', supply: supplies[chain] });
  const chains = random.pick(CHAINS_HELD);
  const wallets = chains.flatMap((chain) =>
    Array.from({ length: random.chance(SECOND_WALLET) ? 2 : 1 }, () => open(chain)),
  );
  const habit = HABITS[random.pick(HABIT_NAMES)];
  const days = Number(random.amount(BigInt(Math.round(habit.days * plan.slowness * 1_000)), 0.8)) / 1_000;
  return {
    owner,
    wallets,
    exchange,
    zone: random.pick(ZONES),
    habit,
    gap: Math.round(Math.max(days, 0.25) * 24 * HOUR),
    usual: random.amount(190n * USDT, 1.3),
  };
}

/** Most burn TRX, some rent energy by the transfer, some buy gas from a station. */
function tronSupply(world: World, random: Random, gas: GasServices, bought: Supply): Supply {
  const draw = random.fraction();
  if (draw < 0.3) return rentedFrom(world, random, gas.rental, bought);
  return draw < 0.4 ? sentBy(world, random, () => gas.station.tron, 1.5) : bought;
}

function receiving(random: Random, { owner, wallets, exchange }: User): Account[] {
  const chains = new Set(wallets.map(({ chain }) => chain));
  return [...chains].map((chain) =>
    random.chance(PAID_AT_EXCHANGE)
      ? exchange.depositAddress(chain, { owner })
      : random.pick(wallets.filter((wallet) => wallet.chain === chain)),
  );
}

interface Life {
  readonly circles: People;
  readonly shops: Readonly<Record<ChainId, readonly Shop[]>>;
  readonly bridge: Bridge;
}

function live(world: World, random: Random, user: User, life: Life): void {
  const act = (): void => {
    doSomething(world, random, user, life);
    const gap = random.integer(Math.round(user.gap * 0.2), Math.round(user.gap * 1.8));
    world.at(likely(random, world.now + gap, user.zone, 'awake'), act);
  };
  const begin = random.integer(0, Math.min(Math.round(user.gap * 1.8), world.end - world.start));
  world.at(likely(random, world.start + begin, user.zone, 'awake'), act);
}

function doSomething(world: World, random: Random, user: User, { circles, shops, bridge }: Life): void {
  const wallet = random.pick(user.wallets);
  const value = tidy(random, random.share(user.usual, 0.2, 1.6));
  if (wallet.usdt < value) {
    user.exchange.withdraw(wallet, tidy(random, random.share(user.usual, 1.5, 5)));
    return;
  }
  const draw = random.fraction();
  const { chain } = wallet;
  const other = user.wallets.find((each) => each.chain !== chain);
  if (other !== undefined && random.chance(BRIDGES)) bridge.swap(wallet, other, value);
  else if (draw < user.habit.pays && shops[chain].length > 0) {
    send(world, random, { from: wallet, to: random.pick(shops[chain]).payTo(user.owner), value });
  } else if (draw < user.habit.pays + user.habit.sends && circles[chain].length > 0) {
    payFriend(world, random, wallet, random.pick(circles[chain]), value);
  } else send(world, random, { from: wallet, to: user.exchange.depositAddress(chain, user), value });
}

function payFriend(world: World, random: Random, wallet: Account, friend: Account, value: bigint): void {
  if (friend === wallet) return;
  send(world, random, { from: wallet, to: friend, value });
  // Now and then a friend gives the same sum straight back.
  if (friend.role === 'user' && random.chance(0.05)) {
    world.after(random.integer(8, 300) * MINUTE, () => send(world, random, { from: friend, to: wallet, value }));
  }
}

function draw<Item>(random: Random, items: readonly Item[], count: number): Item[] {
  return items.length === 0 ? [] : Array.from({ length: count }, () => random.popular(items));
}
