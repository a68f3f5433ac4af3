/**
 * The simulated time itself: it goes on from one planned action to the next, on both chains at once, and no wallet pays
 * what it lacks, neither the sum nor the fee.
 */
import type { Address, ChainId, TransactionHash } from '../chains/chain.ts';
import { Account, type Supply } from './account.ts';
import { coinGas, ENERGY_STAKE, GasPrice, tokenGas, tronCoinFee, tronTokenFee } from './fees.ts';
import { transactionFor } from './names.ts';
import { NETWORKS, type Network } from './network.ts';
import { Random } from './random.ts';
import { Schedule } from './schedule.ts';
import type {
  Holdings,
  Part,
  Role,
  SimulatedDelegation,
  SimulatedPart,
  SimulatedTransfer,
  SimulatedWallet,
} from './types.ts';

/** More logs than one transaction holds, so that a position orders transactions first. */
const LOGS_PER_TRANSACTION = 1_000;

export interface Movement {
  readonly from: Account;
  readonly to: Account;
  readonly value: bigint;
}

/** What a watcher of the chain sees, and who the two are. */
export interface Seen {
  readonly transfer: SimulatedTransfer;
  readonly from: Account;
  readonly to: Account;
}

type Kind = 'usdt' | 'coin';

/** What the world counts of a chain on its own, beside what the accounts hold. */
interface ChainState {
  readonly network: Network;
  block: number;
  place: number;
  readonly issued: Record<Kind, bigint>;
  burnt: bigint;
}

export class World {
  readonly start: number;
  readonly end: number;
  readonly transfers: SimulatedTransfer[] = [];
  readonly delegations: SimulatedDelegation[] = [];
  readonly wallets: SimulatedWallet[] = [];
  readonly #parts = new Map<string, SimulatedPart>();
  readonly #seed: string;
  readonly #positions: Random;
  readonly #gasPrice: GasPrice;
  readonly #schedule = new Schedule();
  readonly #accounts: Account[] = [];
  readonly #watchers: ((seen: Seen) => void)[] = [];
  readonly #chains: Readonly<Record<ChainId, ChainState>> = {
    ethereum: newChain('ethereum'),
    tron: newChain('tron'),
  };
  #now: number;
  #transactions = 0;

  constructor(seed: string, start: number, end: number) {
    this.#seed = seed;
    this.#positions = new Random(`${seed}/positions`);
    this.#gasPrice = new GasPrice(seed);
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

  /** A new wallet, at an address of its own or at the one given. Without a supply it can only be paid. */
  open(
    chain: ChainId,
    who: { owner: string; role: Role; network?: string; service?: string; address?: Address; supply?: Supply | null },
  ): Account {
    const { owner, role, network = '', service = '', supply = null } = who;
    const address =
      who.address ?? this.#chains[chain].network.addressFor(`${this.#seed}/wallet/${this.wallets.length}`);
    this.wallets.push({ chain, address, owner, role, network, service });
    const account = new Account(chain, address, role, supply);
    this.#accounts.push(account);
    return account;
  }

  /** Money that appears without a transfer, as `issue` makes it on the real contract, and blocks make coins. */
  issue(to: Account, kind: Kind, value: bigint): void {
    to[kind] += value;
    to.active = true;
    this.#chains[to.chain].issued[kind] += value;
  }

  /** Plans an action; what would happen after the end does not happen. */
  at(time: number, action: () => void): void {
    if (time < this.end) this.#schedule.add(Math.max(time, this.#now), action);
  }

  after(delay: number, action: () => void): void {
    this.at(this.#now + delay, action);
  }

  /** Again and again at this distance. */
  every(interval: number, action: () => void): void {
    const round = (): void => {
      action();
      this.after(interval, round);
    };
    this.after(interval, round);
  }

  /** Calls whoever watches the chains at every transfer of USDT. */
  onTransfer(watcher: (seen: Seen) => void): void {
    this.#watchers.push(watcher);
  }

  /** Pays USDT from a wallet its owner signs for; `null`, and nothing happens, where sum or fee cannot be paid. */
  pay(from: Account, to: Account, value: bigint): TransactionHash | null {
    return value > 0n ? this.transact(from, [{ from, to, value }]) : null;
  }

  /** Pays the chain's coin. */
  payCoin(from: Account, to: Account, value: bigint): TransactionHash | null {
    if (value <= 0n) return null;
    const movements = [{ from, to, value }];
    const fee = this.#coinFee(movements);
    if (from.coin < value + fee) from.supply?.(from, value + fee - from.coin);
    if (from.coin < value + fee) return null;
    this.#burn(from, fee);
    to.active = true;
    return this.#record(from, 'coin', movements);
  }

  /** Lends an account the energy of one transfer of USDT. Whoever lends has staked for it long before, and pays nothing now. */
  lend(from: Account, to: Account): void {
    const { chain, blockAt, timeOf } = this.#chains[from.chain].network;
    const block = blockAt(this.#now) + 1;
    // Numbered apart from transactions that move something, whose names do not hang on it.
    const transaction = transactionFor(`${this.#seed}/delegation/${this.delegations.length + 1}`);
    const place = { chain, transaction, block, timestamp: timeOf(block) };
    this.delegations.push({ ...place, from: from.address, to: to.address, value: ENERGY_STAKE });
    to.energy += 1;
  }

  /** Several transfers of USDT in one transaction: all of them happen, in this order, or none and `null`. */
  transact(signer: Account, movements: readonly Movement[]): TransactionHash | null {
    if (!covers(movements)) return null;
    if (!this.ready(signer, movements)) return null;
    const lent = signer.energy >= movements.length;
    const fee = this.#tokenFee(signer, movements);
    if (lent) signer.energy -= movements.length;
    this.#burn(signer, fee);
    return this.#record(signer, 'usdt', movements);
  }

  /** Sees to the fee of a transaction, and says whether it can be paid: people do so some minutes ahead. */
  ready(signer: Account, movements: readonly Movement[]): boolean {
    if (signer.coin >= this.#tokenFee(signer, movements)) return true;
    signer.supply?.(signer, this.#tokenFee(signer, movements) - signer.coin);
    return signer.coin >= this.#tokenFee(signer, movements);
  }

  /** Notes what a wallet has done, for whoever asks later what was there to be seen. It changes nothing. */
  played({ chain, address }: Account, part: Part): void {
    const key = `${chain}:${address} ${part}`;
    if (!this.#parts.has(key)) this.#parts.set(key, { chain, address, part });
  }

  get parts(): readonly SimulatedPart[] {
    return [...this.#parts.values()];
  }

  /** Lets the time pass. */
  run(): void {
    for (let entry = this.#schedule.next(); entry !== undefined; entry = this.#schedule.next()) {
      this.#now = entry.time;
      entry.action();
    }
  }

  /** Where the money is, counted over all wallets. */
  holdings(): Holdings[] {
    return Object.values(this.#chains).flatMap(({ network: { chain, token, coin }, issued, burnt }) => {
      const own = this.#accounts.filter((account) => account.chain === chain);
      const held = (kind: Kind): bigint => own.reduce((sum, account) => sum + account[kind], 0n);
      return [
        { chain, asset: token.symbol, issued: issued.usdt, held: held('usdt'), burnt: 0n },
        { chain, asset: coin.symbol, issued: issued.coin, held: held('coin'), burnt },
      ];
    });
  }

  #coinFee(movements: readonly Movement[]): bigint {
    const [first] = movements;
    if (first === undefined) return 0n;
    if (first.from.chain === 'tron') return tronCoinFee(first.to);
    return coinGas(movements.length) * this.#gasPrice.at(this.#now);
  }

  #tokenFee(signer: Account, movements: readonly Movement[]): bigint {
    const payees = movements.map(({ to }) => to);
    if (signer.chain === 'tron') return tronTokenFee(payees, signer.energy >= movements.length);
    return tokenGas(payees) * this.#gasPrice.at(this.#now);
  }

  #burn(signer: Account, fee: bigint): void {
    signer.coin -= fee;
    this.#chains[signer.chain].burnt += fee;
  }

  #record(signer: Account, kind: Kind, movements: readonly Movement[]): TransactionHash {
    this.#transactions += 1;
    const transaction = transactionFor(`${this.#seed}/transaction/${this.#transactions}`);
    const state = this.#chains[signer.chain];
    const { chain, token, coin, blockAt, timeOf } = state.network;
    const block = blockAt(this.#now) + 1;
    state.place = (block === state.block ? state.place : 0) + this.#positions.integer(1, 6);
    state.block = block;
    const asset = kind === 'usdt' ? token.symbol : coin.symbol;
    const timestamp = timeOf(block);
    const first = this.transfers.length;
    movements.forEach(({ from, to, value }, log) => {
      if (from.chain !== chain || to.chain !== chain) throw new Error('A transfer stays on its chain');
      from[kind] -= value;
      to[kind] += value;
      this.transfers.push({
        chain,
        asset,
        transaction,
        block,
        position: state.place * LOGS_PER_TRANSACTION + log,
        timestamp,
        from: from.address,
        to: to.address,
        value,
        signer: signer.address,
      });
    });
    if (kind === 'coin') return transaction;
    movements.forEach((movement, log) => {
      this.#tell(movement, this.transfers[first + log]);
    });
    return transaction;
  }

  #tell({ from, to, value }: Movement, transfer: SimulatedTransfer | undefined): void {
    if (transfer === undefined) return;
    if (value > 0n) for (const receive of to.receivers) receive();
    for (const watch of this.#watchers) watch({ transfer, from, to });
  }
}

function newChain(chain: ChainId): ChainState {
  return { network: NETWORKS[chain], block: 0, place: 0, issued: { usdt: 0n, coin: 0n }, burnt: 0n };
}

/** Whether every payer holds what he pays when his turn comes. */
function covers(movements: readonly Movement[]): boolean {
  const [first] = movements;
  if (first !== undefined && movements.length === 1) return first.from.usdt >= first.value;
  const after = new Map<Account, bigint>();
  return movements.every(({ from, to, value }) => {
    const left = (after.get(from) ?? from.usdt) - value;
    after.set(from, left);
    after.set(to, (after.get(to) ?? to.usdt) + value);
    return left >= 0n;
  });
}
