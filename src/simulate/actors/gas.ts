/**
 * Who sees to other people's fees. An exchange sends its deposit addresses what a sweep takes, or lends them energy. A
 * gas station sends coins to whoever has bought them, and a rental lends energy to whoever pays it: both serve thousands
 * who have nothing else in common.
 */
import type { ChainId } from '../../chains/chain.ts';
import type { Account, Supply } from '../account.ts';
import { COIN } from '../coins.ts';
import type { Random } from '../random.ts';
import type { World } from '../world.ts';

/** A TRX or two: what makes an account, and pays for the bandwidth of a few transfers. */
const ACTIVATION = [15n * 10n ** 5n, 3n * 10n ** 6n] as const;
/** What lending the energy of one transfer costs, in sun. */
const RENT = [22n * 10n ** 5n, 42n * 10n ** 5n] as const;
/** Left beside the rent for bandwidth. */
const BANDWIDTH = 10n ** 6n;
/** What a service takes out of its reserve at a time. */
const RESERVE: Readonly<Record<ChainId, bigint>> = { ethereum: 40n * COIN.ethereum, tron: 150_000n * COIN.tron };

const STATION = 'Lantern Gas';
const RENTAL = 'Millpond Energy';
/** Services that serve everybody; an exchange's own are the exchange's. */
export const FEE_SERVICES: readonly string[] = [STATION, RENTAL];

export interface GasServices {
  readonly station: Readonly<Record<ChainId, Account>>;
  readonly rental: Account;
}

/** Opens the station of each chain and the rental of Tron; `mint` is where coins come from. */
export function openGasServices(world: World, mint: Readonly<Record<ChainId, Account>>): GasServices {
  const open = (chain: ChainId, name: string, role: 'gas' | 'rental'): Account =>
    world.open(chain, { owner: name, role, service: name, supply: fromReserve(world, mint[chain]) });
  return {
    station: { ethereum: open('ethereum', STATION, 'gas'), tron: open('tron', STATION, 'gas') },
    rental: open('tron', RENTAL, 'rental'),
  };
}

/** A service's wallet is filled up from a reserve, in large sums. */
export function fromReserve(world: World, reserve: Account): Supply {
  return (account, need) => {
    const portion = RESERVE[account.chain];
    world.payCoin(reserve, account, need > portion ? need * 2n : portion);
  };
}

/** Somebody sends what is needed, and up to `most` times as much, so that it lasts. */
export function sentBy(world: World, random: Random, source: () => Account, most: number): Supply {
  return (account, need) => {
    world.payCoin(source(), account, random.share(need, 1.05, most));
  };
}

/** Whoever sees to the account's fees lends it the energy of a transfer; it needs some TRX to be there at all. */
export function lentBy(world: World, random: Random, source: () => Account): Supply {
  return (account) => {
    if (account.coin < BANDWIDTH) world.payCoin(source(), account, random.bigint(...ACTIVATION));
    world.lend(source(), account);
  };
}

/** The account pays a rental for the energy of one transfer, with TRX that it gets from `buy`. */
export function rentedFrom(world: World, random: Random, rental: Account, buy: Supply): Supply {
  return (account) => {
    const rent = random.bigint(...RENT);
    if (account.coin < rent + BANDWIDTH) buy(account, rent + BANDWIDTH);
    if (account.coin < rent + BANDWIDTH) return;
    if (world.payCoin(account, rental, rent) !== null) world.lend(rental, account);
  };
}
