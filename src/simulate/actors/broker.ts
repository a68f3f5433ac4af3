/**
 * An over-the-counter broker: collects from networks and from people who know nothing of them, brings it together, and
 * places it at exchanges, at a desk, with buyers, and in a marketplace's escrow.
 */
import type { ChainId } from '../../chains/chain.ts';
import type { Account, Supply } from '../account.ts';
import { HOUR, likely, MINUTE } from '../hours.ts';
import type { Random } from '../random.ts';
import { USDT } from '../tron.ts';
import type { World } from '../world.ts';
import type { Exchange } from './exchange.ts';
import type { Guarantee } from './guarantee.ts';
import { sendAll, tidy } from './send.ts';

const ZONE = 8;
const PLACES_FROM = 5_000n * USDT;
const ACCOUNTS = 3;

export interface Broker {
  /** Where a network pays this broker. */
  intake(network: string): Account;
  /** Where everything comes together. */
  readonly desk: Account;
}

export interface BrokerSurroundings {
  readonly chain: ChainId;
  readonly exchanges: readonly Exchange[];
  readonly desk: Account;
  readonly guarantee: Guarantee;
  readonly supply: Supply;
  /** Strangers who sell to the broker and buy from him. */
  readonly people: readonly Account[];
}

export function openBroker(world: World, name: string, around: BrokerSurroundings): Broker {
  const { chain, supply, people } = around;
  const random = world.random(name);
  const open = (): Account => world.open(chain, { owner: name, role: 'broker', supply });
  const desk = open();
  const intakes = new Map<string, Account>();
  const intake = (network: string): Account => {
    const known = intakes.get(network);
    if (known !== undefined) return known;
    const wallet = open();
    intakes.set(network, wallet);
    bringTogether(world, random, wallet, desk);
    return wallet;
  };
  const buy = (): void => {
    const seller = people.length === 0 ? null : random.pick(people);
    if (seller?.role === 'user' && seller.usdt > 20n * USDT) {
      world.pay(seller, intake(''), tidy(random, random.share(seller.usdt, 0.2, 0.9)));
    }
    world.at(likely(random, world.now + random.integer(30, 400) * MINUTE, ZONE, 'shifts'), buy);
  };
  const place = (): void => {
    if (desk.usdt >= PLACES_FROM) {
      world.played(desk, 'working-hours');
      placeSome(world, random, name, desk, around);
    }
    world.at(likely(random, world.now + random.integer(60, 600) * MINUTE, ZONE, 'shifts'), place);
  };
  world.after(random.integer(1, 24) * HOUR, buy);
  world.after(random.integer(24, 48) * HOUR, place);
  return { intake, desk };
}

function bringTogether(world: World, random: Random, intake: Account, desk: Account): void {
  let planned = false;
  intake.receivers.push(() => {
    if (planned) return;
    planned = true;
    world.after(random.integer(20, 600) * MINUTE, () => {
      planned = false;
      sendAll(world, random, intake, desk);
      world.played(desk, 'consolidation');
    });
  });
}

function placeSome(world: World, random: Random, name: string, from: Account, around: BrokerSurroundings): void {
  const { exchanges, desk, guarantee, people } = around;
  const way = random.fraction();
  if (way < 0.55) {
    const account = { owner: `${name}-account-${random.integer(1, ACCOUNTS)}` };
    const to = random.pick(exchanges).depositAddress(from.chain, account);
    world.pay(from, to, tidy(random, random.share(from.usdt, 0.3, 0.9)));
  } else if (way < 0.7) world.pay(from, desk, tidy(random, random.share(from.usdt, 0.2, 0.6)));
  else if (way < 0.78) guarantee.deal(from, from, random.share(from.usdt, 0.1, 0.3));
  else if (people.length > 0) {
    for (let buyer = random.integer(1, 4); buyer > 0; buyer -= 1) {
      world.pay(from, random.pick(people), tidy(random, random.amount(300n * USDT, 1.1)));
    }
  }
}
