/** Ordinary people: each has a time zone, waking hours, an exchange, friends and a habit. */
import type { Address } from '../../chains/chain.ts';
import type { Random } from '../random.ts';
import { USDT } from '../tron.ts';
import { HOUR, MINUTE, type World, within } from '../world.ts';
import type { Exchange } from './exchange.ts';

export const ZONES = [8, 8, 7, 7, 5.5, 3, 2, 1, 0, -3, -5, -8] as const;
const AWAKE = [8, 23] as const;

/** What a habit does with money at hand, and how many days pass between two doings. */
const HABITS = {
  saver: { days: 7, pays: 0, sends: 0.3 },
  remitter: { days: 3.5, pays: 0.1, sends: 0.8 },
  shopper: { days: 2.5, pays: 0.85, sends: 0.1 },
  trader: { days: 2, pays: 0.05, sends: 0.1 },
} as const;
const HABIT_NAMES = ['saver', 'remitter', 'shopper', 'shopper', 'trader'] as const;

interface User {
  readonly wallets: readonly Address[];
  readonly exchange: Exchange;
  readonly owner: string;
  readonly zone: number;
  readonly habit: (typeof HABITS)[keyof typeof HABITS];
  /** What this person usually moves. */
  readonly usual: bigint;
}

/** Opens the users and sets them going; returns a wallet of each, for others to deal with. */
export function openUsers(
  world: World,
  count: number,
  exchanges: readonly Exchange[],
  merchants: readonly Address[],
): readonly Address[] {
  const random = world.random('users');
  const users = Array.from({ length: count }, (_, index) => openUser(world, random, index, exchanges));
  const wallets = users.map((user) => random.pick(user.wallets));
  for (const user of users) {
    const own = random.fork(user.owner);
    const circle = Array.from({ length: own.integer(2, 5) }, () => own.pick(wallets));
    const shops = merchants.length === 0 ? [] : Array.from({ length: own.integer(1, 3) }, () => own.pick(merchants));
    live(world, own, user, circle, shops);
  }
  return wallets;
}

function openUser(world: World, random: Random, index: number, exchanges: readonly Exchange[]): User {
  const owner = `user-${index + 1}`;
  const count = random.chance(0.2) ? 2 : 1;
  return {
    owner,
    wallets: Array.from({ length: count }, () => world.open({ owner, role: 'user' })),
    exchange: random.pick(exchanges),
    zone: random.pick(ZONES),
    habit: HABITS[random.pick(HABIT_NAMES)],
    usual: random.amount(180n * USDT, 0.8),
  };
}

function live(world: World, random: Random, user: User, circle: readonly Address[], shops: readonly Address[]): void {
  const gap = (): number =>
    random.integer(Math.round(user.habit.days * 300), Math.round(user.habit.days * 1_700)) * 86_400;
  const act = (): void => {
    doSomething(world, random, user, circle, shops);
    world.at(within(random, world.now + gap(), user.zone, AWAKE), act);
  };
  world.at(
    within(random, world.start + random.integer(0, 72) * HOUR + random.integer(0, 3_599) * 1_000, user.zone, AWAKE),
    act,
  );
}

function doSomething(
  world: World,
  random: Random,
  user: User,
  circle: readonly Address[],
  shops: readonly Address[],
): void {
  const wallet = random.pick(user.wallets);
  const amount = tidy(random, random.share(user.usual, 0.2, 1.6));
  if (world.balance(wallet) < amount) {
    const bought = tidy(random, random.share(user.usual, 1.5, 5));
    user.exchange.withdraw(wallet, bought);
    return;
  }
  const draw = random.fraction();
  if (draw < user.habit.pays && shops.length > 0) world.pay(wallet, random.pick(shops), amount);
  else if (draw < user.habit.pays + user.habit.sends) payFriend(world, random, wallet, circle, amount);
  else world.pay(wallet, user.exchange.depositAddress(user), amount);
}

function payFriend(world: World, random: Random, wallet: Address, circle: readonly Address[], amount: bigint): void {
  const friend = random.pick(circle);
  if (friend === wallet) return;
  world.pay(wallet, friend, amount);
  // Now and then a friend gives the same sum straight back.
  if (random.chance(0.05)) world.after(random.integer(5, 300) * MINUTE, () => world.pay(friend, wallet, amount));
}

/** People like round sums; shops and rates do not. */
export function tidy(random: Random, amount: bigint): bigint {
  const unit = random.pick([10n * USDT, 5n * USDT, USDT, 10_000n, 1n]);
  const rounded = amount - (amount % unit);
  return rounded > 0n ? rounded : USDT;
}
