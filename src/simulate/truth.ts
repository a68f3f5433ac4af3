/**
 * Where the victims' money went, by first in, first out: what a tracer has to find, computed from the whole truth.
 *
 * Each payment of a victim is an origin. A wallet's lots leave in the order in which they arrived. The trace ends at
 * wallets of services (an exit) and at wallets of victims (a return, and no exit): what a victim gets back and pays
 * again counts as the new payment alone.
 */
import type { Address } from '../chains/chain.ts';
import { paymentTransfers } from './actors/victims.ts';
import type { SimulatedExit, SimulatedPayment, SimulatedTransfer, SimulatedWallet } from './types.ts';

interface Lot {
  /** The victim's report, or `null` for money of other origin. */
  readonly ref: string | null;
  readonly value: bigint;
}

export interface FifoTruth {
  readonly exits: readonly SimulatedExit[];
  /** Per report, in base units. `paid` equals the sum of the other three. */
  readonly totals: ReadonlyMap<string, { paid: bigint; exited: bigint; returned: bigint; resting: bigint }>;
}

/** Follows every payment through all transfers, which must be in the order of the chain. */
export function traceTruth(
  transfers: readonly SimulatedTransfer[],
  wallets: readonly SimulatedWallet[],
  payments: readonly SimulatedPayment[],
): FifoTruth {
  const known = new Map(wallets.map((wallet) => [wallet.address, wallet]));
  const victims = new Set(wallets.filter(({ owner }) => owner.startsWith('victim-')).map(({ address }) => address));
  const sources = paymentTransfers(transfers, payments);
  const ledgers = new Map<Address, Lot[]>();
  const exits = new Map<string, SimulatedExit>();
  const totals = new Map<string, { paid: bigint; exited: bigint; returned: bigint; resting: bigint }>();
  const totalOf = (ref: string) => {
    const total = totals.get(ref) ?? { paid: 0n, exited: 0n, returned: 0n, resting: 0n };
    totals.set(ref, total);
    return total;
  };

  for (const transfer of transfers) {
    const source = sources.get(transfer);
    let lots = take(ledgers, transfer);
    if (source !== undefined) {
      totalOf(source.ref).paid += transfer.value;
      lots = [{ ref: source.ref, value: transfer.value }];
    }
    const service = known.get(transfer.to)?.service ?? '';
    for (const { ref, value } of lots) {
      if (ref === null) continue;
      if (victims.has(transfer.to)) totalOf(ref).returned += value;
      else if (service !== '') {
        const key = `${ref}/${transfer.to}`;
        const { chain, to: address } = transfer;
        exits.set(key, { ref, chain, address, service, value: (exits.get(key)?.value ?? 0n) + value });
        totalOf(ref).exited += value;
      }
    }
    // Inside a service or with a victim the money is no longer followed: what is paid from there is of other origin.
    if (service === '' && !victims.has(transfer.to)) put(ledgers, transfer.to, lots);
  }
  for (const lots of ledgers.values()) {
    for (const { ref, value } of lots) if (ref !== null) totalOf(ref).resting += value;
  }
  return { exits: [...exits.values()].sort(byRefAndAddress), totals };
}

/** Takes the transfer's value from its sender's oldest lots; what they do not hold is of other origin. */
function take(ledgers: ReadonlyMap<Address, Lot[]>, { from, value }: SimulatedTransfer): Lot[] {
  const held = ledgers.get(from) ?? [];
  const taken: Lot[] = [];
  let due = value;
  while (due > 0n) {
    const lot = held.shift();
    if (lot === undefined) return [...taken, { ref: null, value: due }];
    const left = lot.value - due;
    if (left > 0n) {
      held.unshift({ ref: lot.ref, value: left });
      return [...taken, { ref: lot.ref, value: due }];
    }
    taken.push(lot);
    due -= lot.value;
  }
  return taken;
}

function put(ledgers: Map<Address, Lot[]>, wallet: Address, lots: readonly Lot[]): void {
  const held = ledgers.get(wallet);
  if (held === undefined) ledgers.set(wallet, [...lots]);
  else held.push(...lots);
}

function byRefAndAddress(a: SimulatedExit, b: SimulatedExit): number {
  if (a.ref !== b.ref) return a.ref < b.ref ? -1 : 1;
  return a.address < b.address ? -1 : 1;
}
