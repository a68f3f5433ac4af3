/**
 * Victims: a small payment first, mostly a payment back that makes them trust, then larger ones, a few or for months,
 * to one wallet or to many, on the chains on which the network takes money.
 */
import type { TransactionHash } from '../../chains/chain.ts';
import type { Account } from '../account.ts';
import { DAY, HOUR, likely, ZONES } from '../hours.ts';
import type { Random } from '../random.ts';
import { USDT } from '../tron.ts';
import type { SimulatedPayment } from '../types.ts';
import type { World } from '../world.ts';
import type { Exchange } from './exchange.ts';
import type { NetworkBranch } from './network-branch.ts';
import { openPayer } from './payer.ts';
import type { ScamNetwork } from './scam-network.ts';

/** The part of the time in which victims are found, so that there is time for the rest of the story. */
const BEGIN_WITHIN = 0.5;
const PAID_BACK = 0.85;
/** A victim who pays for months was seen to pay 27 times. */
const FEWEST_MORE = 2;
const MOST_MORE = 26;
const MOST_AT_ONCE = 120_000n * USDT;

/** Somebody who reports: what he paid stands in the payments under the same reference. */
export interface Victim {
  readonly ref: string;
  readonly own: readonly Account[];
}

/** Who a victim is, before the story begins. */
export interface VictimPlan {
  readonly ref: string;
  readonly owner: string;
  readonly hasWallet: boolean;
}

/** Opens a victim of a network and sets the story going; payments are added to `payments` as they happen. */
export function openVictim(
  world: World,
  { ref, owner, hasWallet }: VictimPlan,
  network: ScamNetwork,
  exchanges: readonly Exchange[],
  payments: SimulatedPayment[],
): Victim {
  const random = world.random(owner);
  const payer = openPayer(world, random, { owner, role: 'victim', hasWallet }, random.pick(exchanges));
  const home = random.pick(network.branches);
  const told = [home.tell()];
  const own = payer.ownOn(home.chain);
  const pay = (to: Account, value: bigint): void => {
    const record = (transaction: TransactionHash): void => {
      payments.push({ ref, chain: to.chain, transaction, network: network.id });
    };
    payer.pay(to, value, record);
  };
  const zone = random.pick(ZONES);
  const awake = (time: number): number => likely(random, time, zone, 'awake');

  const first = random.bigint(5n, 20n) * 10n * USDT;
  const payMore = (): void => planMore(world, random, { first, network, told, awake, pay });
  const length = world.end - world.start;
  const begin = awake(world.start + 36 * HOUR + Math.floor(random.fraction() * BEGIN_WITHIN * length));
  world.at(begin, () => pay(told[0] ?? own, first));
  const trusted = random.chance(PAID_BACK);
  world.at(begin + random.integer(20, 40) * HOUR, () => {
    if (trusted) network.payBack(own, random.share(first, 1.05, 1.4), payMore);
    else payMore();
  });
  return { ref, own: payer.own };
}

function planMore(
  world: World,
  random: Random,
  story: {
    readonly first: bigint;
    readonly network: ScamNetwork;
    readonly told: Account[];
    readonly awake: (time: number) => number;
    readonly pay: (to: Account, value: bigint) => void;
  },
): void {
  const { first, network, told, awake, pay } = story;
  const [draw, again] = [random.fraction(), random.fraction()];
  const count = FEWEST_MORE + Math.floor((MOST_MORE - FEWEST_MORE + 1) * draw * draw * again);
  let [time, value] = [world.now + DAY, random.amount(2_200n * USDT, 0.8)];
  for (let payment = 0; payment < count; payment += 1) {
    const sum = rounded(value < first * 2n ? first * 5n : value);
    const when = awake(time);
    world.at(when, () => pay(nextTold(random, network, told), sum));
    time = when + random.integer(14, 80) * HOUR;
    // The sums grow while there are savings, then come as the victim finds them.
    value = payment < 4 ? random.share(value, 1, 2) : random.share(value, 0.3, 1.3);
    if (value > MOST_AT_ONCE) value = MOST_AT_ONCE;
  }
}

/** Mostly a wallet the victim has paid before; now and then support names another, perhaps on the other chain. */
function nextTold(random: Random, network: ScamNetwork, told: Account[]): Account {
  if (random.chance(0.2)) {
    const branch: NetworkBranch = random.pick(network.branches);
    told.push(branch.tell());
  }
  return random.pick(told);
}

function rounded(value: bigint): bigint {
  const unit = value > 1_000n * USDT ? 50n * USDT : 10n * USDT;
  return value - (value % unit) + (value < unit ? unit : 0n);
}
