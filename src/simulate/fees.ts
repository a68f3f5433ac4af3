/**
 * What transactions cost, in the chain's coin: it is burnt, and no transfer.
 *
 * Tron: a byte of bandwidth is burnt at 1,000 sun and energy at 100 (the prices since August 2025). A transfer of USDT
 * takes 345 bytes and 64,285 energy, about twice as much where the payee had none, and none where somebody has lent it.
 * Ethereum: gas at a price that changes by the hour.
 */
import type { Account } from './account.ts';
import { Random } from './random.ts';

const SUN_PER_BYTE = 1_000n;
const SUN_PER_ENERGY = 100n;
const USDT_BYTES = 345n;
const USDT_ENERGY = 64_285n;
const USDT_ENERGY_TO_NEW = 130_285n;
/** What is staked to lend the energy of one transfer, in sun: some 9 energy come of a TRX. */
export const ENERGY_STAKE = 7_000_000_000n;
const TRX_BYTES = 268n;
/** The first TRX that reaches an account makes it: 1 TRX, and 0.1 of bandwidth. */
const ACTIVATION_SUN = 1_100_000n;

const ETH_GAS = 21_000n;
const USDT_GAS = 46_000n;
const USDT_GAS_TO_NEW = 63_200n;
/** What a transaction takes before its first transfer. */
const BATCH_GAS = 21_000n;
const GWEI = 10n ** 9n;
const GAS_PRICE = [GWEI / 2n, 12n * GWEI] as const;
const HOUR_MS = 3_600_000;

/** One payee of a transaction, for what it costs to pay it. */
type Payee = Pick<Account, 'active' | 'usdt'>;

/** The price of gas on Ethereum through time, the same for the same seed. */
export class GasPrice {
  readonly #seed: string;
  #hour = -1;
  #price = 0n;

  constructor(seed: string) {
    this.#seed = seed;
  }

  /** In wei. */
  at(time: number): bigint {
    const hour = Math.floor(time / HOUR_MS);
    if (hour !== this.#hour) {
      this.#hour = hour;
      this.#price = new Random(`${this.#seed}/gas/${hour}`).bigint(...GAS_PRICE);
    }
    return this.#price;
  }
}

/** The fee of a transaction that moves USDT, in sun. `lent` says that its energy is there. */
export function tronTokenFee(payees: readonly Payee[], lent: boolean): bigint {
  const bytes = USDT_BYTES * BigInt(payees.length) * SUN_PER_BYTE;
  return lent ? bytes : payees.reduce((sum, { usdt }) => sum + energyFee(usdt), bytes);
}

/** The fee of a transfer of TRX, in sun. */
export function tronCoinFee({ active }: Payee): bigint {
  return TRX_BYTES * SUN_PER_BYTE + (active ? 0n : ACTIVATION_SUN);
}

/** The gas of a transaction that moves USDT. */
export function tokenGas(payees: readonly Payee[]): bigint {
  return payees.reduce((sum, { usdt }) => sum + (usdt === 0n ? USDT_GAS_TO_NEW : USDT_GAS), BATCH_GAS);
}

/** The gas of so many transfers of ETH in one transaction. */
export function coinGas(count: number): bigint {
  return ETH_GAS * BigInt(count);
}

function energyFee(held: bigint): bigint {
  return (held === 0n ? USDT_ENERGY_TO_NEW : USDT_ENERGY) * SUN_PER_ENERGY;
}
