/**
 * Victims: a small payment first, a payment back that makes them trust, then larger ones. Half pay straight from an
 * exchange account, half from a wallet of their own.
 */
import type { Address, TransactionHash } from '../../chains/chain.ts';
import type { Random } from '../random.ts';
import { USDT } from '../tron.ts';
import type { SimulatedPayment, SimulatedTransfer } from '../types.ts';
import { DAY, HOUR, MINUTE, type World, within } from '../world.ts';
import type { Exchange } from './exchange.ts';
import type { ScamNetwork } from './scam-network.ts';
import { ZONES } from './users.ts';

const AWAKE = [9, 23] as const;
/** The part of the month in which victims are found, so that there is time for the rest of the story. */
const BEGIN_WITHIN = 0.4;

export interface Victim {
  readonly ref: string;
  /** Where the payment back goes: the own wallet, or the deposit address at the exchange. */
  readonly own: Address;
  /** The wallets the network told this victim to pay. */
  readonly told: readonly Address[];
}

/** Opens the victims and sets them going; their payments are added to `payments` as they happen. */
export function openVictims(
  world: World,
  count: number,
  networks: readonly ScamNetwork[],
  exchanges: readonly Exchange[],
  payments: SimulatedPayment[],
): readonly Victim[] {
  return Array.from({ length: count }, (_, index) => {
    const network = networks[index % networks.length];
    if (network === undefined) throw new RangeError('victims need a network to pay');
    const ref = `V${String(index + 1).padStart(Math.max(2, String(count).length), '0')}`;
    return openVictim(world, index, ref, network, exchanges, payments);
  });
}

function openVictim(
  world: World,
  index: number,
  ref: string,
  network: ScamNetwork,
  exchanges: readonly Exchange[],
  payments: SimulatedPayment[],
): Victim {
  const owner = `victim-${index + 1}`;
  const random = world.random(owner);
  const exchange = random.pick(exchanges);
  const hasWallet = index % 2 === 1;
  const own = hasWallet ? world.open({ owner, role: 'victim' }) : exchange.depositAddress({ owner });
  const told = random.shuffle(network.collections).slice(0, random.integer(1, 2));
  const record = (transaction: TransactionHash): void => {
    payments.push({ ref, chain: world.chain, transaction, network: network.id });
  };
  const pay = (to: Address, value: bigint): void => {
    if (!hasWallet) exchange.withdraw(to, value, { alone: true, paid: record });
    else payFromWallet(world, random, own, to, value, exchange, record);
  };
  const zone = random.pick(ZONES);
  const awake = (time: number): number => within(random, time, zone, AWAKE);

  const first = random.bigint(5n, 20n) * 10n * USDT;
  const payMore = (): void => {
    let [time, value] = [world.now + DAY, random.amount(2_500n * USDT, 0.6)];
    for (let payment = random.integer(2, 6); payment > 0; payment -= 1) {
      const [when, sum] = [awake(time), value - (value % (50n * USDT))];
      world.at(when, () => pay(random.pick(told), sum > first ? sum : first * 5n));
      time = when + random.integer(14, 60) * HOUR;
      value = random.share(value, 1, 2.2);
    }
  };
  const length = world.end - world.start;
  const begin = awake(world.start + 36 * HOUR + Math.floor(random.fraction() * BEGIN_WITHIN * length));
  world.at(begin, () => pay(told[0] ?? own, first));
  world.at(begin + random.integer(20, 40) * HOUR, () => network.payBack(own, random.share(first, 1.05, 1.4), payMore));
  return { ref, own, told };
}

/** Fills the wallet from the exchange where it holds too little, waits for the money, pays. */
function payFromWallet(
  world: World,
  random: Random,
  wallet: Address,
  to: Address,
  value: bigint,
  exchange: Exchange,
  paid: (transaction: TransactionHash) => void,
): void {
  const attempt = (): void => {
    const transaction = world.pay(wallet, to, value);
    if (transaction === null) world.after(HOUR, attempt);
    else paid(transaction);
  };
  const held = world.balance(wallet);
  if (held < value) exchange.withdraw(wallet, value - held, { alone: true });
  world.after(random.integer(25, 180) * MINUTE, attempt);
}

/** The payments of the truth with their transfers, in the order in which they happened. */
export function paymentTransfers(
  transfers: readonly SimulatedTransfer[],
  payments: readonly SimulatedPayment[],
): ReadonlyMap<SimulatedTransfer, SimulatedPayment> {
  const byTransaction = new Map(payments.map((payment) => [payment.transaction, payment]));
  const found = new Map<SimulatedTransfer, SimulatedPayment>();
  for (const transfer of transfers) {
    const payment = byTransaction.get(transfer.transaction);
    if (payment !== undefined) found.set(transfer, payment);
  }
  return found;
}
