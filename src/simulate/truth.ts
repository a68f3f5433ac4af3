/**
 * Where the victims' money went, by first in, first out: what a tracer has to find, computed from the whole truth.
 *
 * Each payment of a victim is an origin. A wallet's lots leave in the order in which they arrived, and each wallet of a
 * chain is one ledger of USDT. The trace ends at wallets of services (an exit) and at wallets of victims (a return, and
 * no exit): what a victim gets back and pays again counts as the new payment alone. What a swapper pays out on the other
 * chain is other money.
 */
import type { Address, ChainId } from '../chains/chain.ts';
import { NETWORKS } from './network.ts';
import type { SimulatedExit, SimulatedPayment, SimulatedTransfer, SimulatedWallet } from './types.ts';
import { paymentTransfers } from './views.ts';

interface Lot {
  /** The victim's report, or `null` for money of other origin. */
  readonly ref: string | null;
  readonly value: bigint;
}

interface Total {
  paid: bigint;
  exited: bigint;
  returned: bigint;
  resting: bigint;
}

export interface FifoTruth {
  /** By reference, chain and address. */
  readonly exits: readonly SimulatedExit[];
  /** Per report, in base units. `paid` equals the sum of the other three. */
  readonly totals: ReadonlyMap<string, Readonly<Total>>;
}

/** Where the trace ends on a chain, and what it is doing in between. */
interface Side {
  readonly services: Map<Address, string>;
  readonly victims: Set<Address>;
  readonly ledgers: Map<Address, Lots>;
}

/** Follows every payment through all transfers of USDT, which must be in the order of each chain. */
export function traceTruth(
  transfers: readonly SimulatedTransfer[],
  wallets: readonly SimulatedWallet[],
  payments: readonly SimulatedPayment[],
): FifoTruth {
  const sides: Readonly<Record<ChainId, Side>> = { ethereum: openSide(), tron: openSide() };
  for (const wallet of wallets) {
    const { chain, address, service } = wallet;
    if (isVictim(wallet)) sides[chain].victims.add(address);
    else if (isService(wallet)) sides[chain].services.set(address, service);
  }
  const sources = paymentTransfers(transfers, payments);
  const exits = new Map<string, SimulatedExit>();
  const totals = new Map<string, Total>();
  for (const transfer of transfers) {
    if (transfer.asset !== NETWORKS[transfer.chain].token.symbol) continue;
    follow(sides[transfer.chain], transfer, sources.get(transfer)?.ref, exits, totals);
  }
  for (const { ledgers } of Object.values(sides)) {
    for (const ledger of ledgers.values()) for (const lot of ledger.rest()) credit(totals, lot, 'resting');
  }
  return { exits: [...exits.values()].sort(byRefAndAddress), totals };
}

function isVictim({ owner }: SimulatedWallet): boolean {
  return owner.startsWith('victim-');
}

/** True for a wallet at which the trace ends with an exit. */
export function isService(wallet: SimulatedWallet): boolean {
  return wallet.service !== '' && !isVictim(wallet);
}

function openSide(): Side {
  return { services: new Map(), victims: new Set(), ledgers: new Map() };
}

/** Moves what the transfer moves. `ref` says whose payment it is, if it is one. */
function follow(
  { services, victims, ledgers }: Side,
  { chain, from, to: address, value }: SimulatedTransfer,
  ref: string | undefined,
  exits: Map<string, SimulatedExit>,
  totals: Map<string, Total>,
): void {
  let lots = ledgers.get(from)?.take(value) ?? [];
  if (ref !== undefined) {
    totalOf(totals, ref).paid += value;
    lots = [{ ref, value }];
  }
  const service = services.get(address);
  if (victims.has(address)) for (const lot of lots) credit(totals, lot, 'returned');
  else if (service !== undefined) {
    for (const lot of lots) {
      if (lot.ref === null) continue;
      const key = `${lot.ref}/${address}`;
      const before = exits.get(key)?.value ?? 0n;
      exits.set(key, { ref: lot.ref, chain, address, service, value: before + lot.value });
      credit(totals, lot, 'exited');
    }
  } else if (value > 0n) {
    // Inside a service or with a victim the money is no longer followed: what is paid from there is of other origin.
    const ledger = ledgers.get(address) ?? new Lots();
    ledgers.set(address, ledger);
    ledger.put(lots, value);
  }
}

/** What a wallet holds, oldest first. Neighbours of one origin are one lot. */
class Lots {
  #lots: Lot[] = [];
  /** Lots before this one are used up. */
  #first = 0;

  /** Adds money; what the lots do not account for is of other origin. */
  put(lots: readonly Lot[], value: bigint): void {
    let other = value;
    for (const lot of lots) {
      this.#add(lot);
      other -= lot.value;
    }
    if (other > 0n) this.#add({ ref: null, value: other });
  }

  /** Takes the oldest money out; less, where the wallet had money before anything was seen. */
  take(value: bigint): Lot[] {
    const taken: Lot[] = [];
    let due = value;
    for (let lot = this.#lots[this.#first]; lot !== undefined && due > 0n; lot = this.#lots[this.#first]) {
      if (lot.value > due) {
        taken.push({ ref: lot.ref, value: due });
        this.#lots[this.#first] = { ref: lot.ref, value: lot.value - due };
        return taken;
      }
      taken.push(lot);
      due -= lot.value;
      this.#first += 1;
    }
    if (this.#first > 32 && this.#first * 2 > this.#lots.length) {
      this.#lots = this.#lots.slice(this.#first);
      this.#first = 0;
    }
    return taken;
  }

  rest(): Lot[] {
    return this.#lots.slice(this.#first);
  }

  #add(lot: Lot): void {
    const last = this.#lots.length - 1;
    const before = last >= this.#first ? this.#lots[last] : undefined;
    if (before?.ref === lot.ref) this.#lots[last] = { ref: lot.ref, value: before.value + lot.value };
    else this.#lots.push(lot);
  }
}

function credit(totals: Map<string, Total>, { ref, value }: Lot, where: 'exited' | 'returned' | 'resting'): void {
  if (ref !== null) totalOf(totals, ref)[where] += value;
}

function totalOf(totals: Map<string, Total>, ref: string): Total {
  const total = totals.get(ref) ?? { paid: 0n, exited: 0n, returned: 0n, resting: 0n };
  totals.set(ref, total);
  return total;
}

function byRefAndAddress(a: SimulatedExit, b: SimulatedExit): number {
  if (a.ref !== b.ref) return a.ref < b.ref ? -1 : 1;
  if (a.chain !== b.chain) return a.chain < b.chain ? -1 : 1;
  return a.address < b.address ? -1 : 1;
}
