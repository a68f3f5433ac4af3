/** The simulated month itself: time goes on from one planned action to the next, and no wallet pays what it lacks. */
import type { Address, ChainId, TransactionHash } from '../chains/chain.ts';
import { transactionFor } from './names.ts';
import { Random } from './random.ts';
import { Schedule } from './schedule.ts';
import { addressFor, blockAt, timeOf, USDT_TOKEN } from './tron.ts';
import type { Role, SimulatedTransfer, SimulatedWallet } from './types.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** More logs than one transaction holds, so that a position orders transactions first. */
const LOGS_PER_TRANSACTION = 1_000;

export interface Movement {
  readonly from: Address;
  readonly to: Address;
  readonly value: bigint;
}

export class World {
  readonly chain: ChainId = 'tron';
  readonly start: number;
  readonly end: number;
  readonly transfers: SimulatedTransfer[] = [];
  readonly wallets: SimulatedWallet[] = [];
  readonly #seed: string;
  readonly #positions: Random;
  readonly #schedule = new Schedule();
  readonly #balances = new Map<Address, bigint>();
  readonly #roles = new Map<Address, Role>();
  readonly #receivers = new Map<Address, (() => void)[]>();
  readonly #watchers: ((transfer: SimulatedTransfer) => void)[] = [];
  #now: number;
  #block = 0;
  #place = 0;
  #transactions = 0;

  constructor(seed: string, start: number, end: number) {
    this.#seed = seed;
    this.#positions = new Random(`${seed}/positions`);
    this.start = start;
    this.end = end;
    this.#now = start;
  }

  get now(): number {
    return this.#now;
  }

  /** A stream of randomness for one actor. */
  random(name: string): Random {
    return new Random(`${this.#seed}/${name}`);
  }

  /** A new wallet, at an address of its own or at the one given. */
  open(who: { owner: string; role: Role; network?: string; service?: string; address?: Address }): Address {
    const address = who.address ?? addressFor(`${this.#seed}/wallet/${this.wallets.length}`);
    const { owner, role, network = '', service = '' } = who;
    this.wallets.push({ chain: this.chain, address, owner, role, network, service });
    this.#roles.set(address, role);
    return address;
  }

  roleOf(wallet: Address): Role | undefined {
    return this.#roles.get(wallet);
  }

  balance(wallet: Address): bigint {
    return this.#balances.get(wallet) ?? 0n;
  }

  /** The issuer's own way to make money: it appears without a transfer, as `issue` does on the real contract. */
  issue(issuer: Address, value: bigint): void {
    this.#balances.set(issuer, this.balance(issuer) + value);
  }

  /** Plans an action; what would happen after the month does not happen. */
  at(time: number, action: () => void): void {
    if (time < this.end) this.#schedule.add(Math.max(time, this.#now), action);
  }

  after(delay: number, action: () => void): void {
    this.at(this.#now + delay, action);
  }

  /** Calls the owner whenever money has arrived at the wallet. */
  onReceipt(wallet: Address, action: () => void): void {
    this.#receivers.set(wallet, [...(this.#receivers.get(wallet) ?? []), action]);
  }

  /** Calls whoever watches the chain at every transfer. */
  onTransfer(watcher: (transfer: SimulatedTransfer) => void): void {
    this.#watchers.push(watcher);
  }

  /** Pays from a wallet its owner signs for; `null`, and nothing happens, where it does not hold so much. */
  pay(from: Address, to: Address, value: bigint): TransactionHash | null {
    return value > 0n ? this.transact(from, [{ from, to, value }]) : null;
  }

  /** Several transfers in one transaction: all of them happen, in this order, or none and `null`. */
  transact(signer: Address, movements: readonly Movement[]): TransactionHash | null {
    if (!this.#covers(movements)) return null;
    this.#transactions += 1;
    const transaction = transactionFor(`${this.#seed}/transaction/${this.#transactions}`);
    const block = blockAt(this.#now) + 1;
    this.#place = (block === this.#block ? this.#place : 0) + this.#positions.integer(1, 6);
    this.#block = block;
    const made = movements.map((movement, log): SimulatedTransfer => {
      this.#balances.set(movement.from, this.balance(movement.from) - movement.value);
      this.#balances.set(movement.to, this.balance(movement.to) + movement.value);
      const position = this.#place * LOGS_PER_TRANSACTION + log;
      const placed = { transaction, block, position, timestamp: timeOf(block), signer };
      return { chain: this.chain, asset: USDT_TOKEN.symbol, ...placed, ...movement };
    });
    this.transfers.push(...made);
    for (const transfer of made) {
      if (transfer.value > 0n) for (const action of this.#receivers.get(transfer.to) ?? []) action();
      for (const watcher of this.#watchers) watcher(transfer);
    }
    return transaction;
  }

  /** Lets the month pass. */
  run(): void {
    for (let entry = this.#schedule.next(); entry !== undefined; entry = this.#schedule.next()) {
      this.#now = entry.time;
      entry.action();
    }
  }

  #covers(movements: readonly Movement[]): boolean {
    const after = new Map<Address, bigint>();
    for (const { from, to, value } of movements) {
      const left = (after.get(from) ?? this.balance(from)) - value;
      if (left < 0n) return false;
      after.set(from, left);
      after.set(to, (after.get(to) ?? this.balance(to)) + value);
    }
    return true;
  }
}

/**
 * The next moment after `from` at which somebody in a time zone is awake (or at work): `from` itself where it lies in
 * the hours, else a random moment of the next such stretch.
 */
export function within(random: Random, from: number, zone: number, hours: readonly [number, number]): number {
  const local = from + zone * HOUR;
  const hour = Math.floor(local / HOUR) % 24;
  if (hour >= hours[0] && hour < hours[1]) return from;
  const midnight = local - (local % DAY) + (hour < hours[0] ? 0 : DAY);
  return midnight + hours[0] * HOUR + random.integer(0, (hours[1] - hours[0]) * 60) * MINUTE - zone * HOUR;
}
