/** What came of a trace, wallet by wallet: where the money of each source left, rests, or is no longer seen. */
import type { Wallet } from '../../src/chains/chain.ts';
import { largerFirst } from '../../src/money.ts';
import { byWallet } from '../wallet-key.ts';
import type { Arrival, End, Flow, FollowedSource, PlacedTransfer, Reach, ReachedWallet } from './types.ts';

/** What of one source's money is at a place. Amounts are `null` under poison. */
export interface SourceShare {
  /** Number of the source. */
  readonly source: number;
  readonly amount: bigint | null;
  /** Fewest transfers by which it can have come, after the payment; `null` under poison. */
  readonly hop: number | null;
  /** When the first and the last of it came, milliseconds since 1970. */
  readonly first: number;
  readonly last: number;
}

/** A transfer that brought followed money, with how much of it. */
export interface BringingTransfer {
  readonly transfer: PlacedTransfer;
  readonly amount: bigint | null;
}

/** Followed money that ended at one wallet in one way. */
export interface PlaceOfEnd extends Wallet {
  readonly end: End;
  readonly asset: string;
  readonly amount: bigint | null;
  readonly sources: readonly SourceShare[];
  readonly transfers: readonly BringingTransfer[];
}

export interface PlaceOfRest extends Wallet {
  readonly asset: string;
  readonly amount: bigint;
  readonly sources: readonly { readonly source: number; readonly amount: bigint; readonly hop: number }[];
}

export interface Conservation {
  readonly sources: bigint;
  readonly exited: bigint;
  readonly resting: bigint;
  readonly beyond: bigint;
  /** What wallets on the way held at first or paid beyond what they held: money whose origin nobody knows. */
  readonly unknown: bigint;
  /** sources − exited − resting − beyond. */
  readonly difference: bigint;
}

export interface Traced {
  readonly sources: readonly FollowedSource[];
  /** Most money first, then by chain and address. */
  readonly exits: readonly PlaceOfEnd[];
  readonly beyond: readonly PlaceOfEnd[];
  readonly resting: readonly PlaceOfRest[];
  /** By hop, then most received first. */
  readonly wallets: readonly ReachedWallet[];
  readonly conservation: Conservation;
}

/** @param asked 1 for each source whose money is told */
export function traced(flow: Flow, asked: Uint8Array): Traced {
  const places = placesOf(flow.arrivals.map((arrival) => ({ ...arrival, sources: [arrival] })));
  const exits = places.filter(({ end }) => end !== 'beyond').sort(byAmount);
  const beyond = places.filter(({ end }) => end === 'beyond').sort(byAmount);
  const resting = restingOf(flow).sort(byAmount);
  const sum = (list: readonly { readonly amount: bigint | null }[]) =>
    list.reduce((total, { amount }) => total + (amount ?? 0n), 0n);
  const told = flow.sources.filter((_, number) => asked[number] === 1);
  const parts = { sources: sum(told), exited: sum(exits), resting: sum(resting), beyond: sum(beyond) };
  return {
    ...{ sources: flow.sources, exits, beyond, resting },
    wallets: [...flow.wallets].sort((a, b) => a.hop - b.hop || largerFirst(a.received, b.received) || byWallet(a, b)),
    conservation: {
      ...parts,
      unknown: flow.wallets.reduce((total, { shortfall, opening }) => total + shortfall + opening, 0n),
      difference: parts.sources - parts.exited - parts.resting - parts.beyond,
    },
  };
}

/** The same for poison: where money can have gone, without amounts. */
export function reached(reach: Reach): { exits: PlaceOfEnd[]; beyond: PlaceOfEnd[] } {
  const places = placesOf(
    reach.arrivals.map(({ end, transfer, sources }) => ({
      ...{ end, transfer, amount: null },
      sources: sources.map((source) => ({ source, amount: null, hop: null })),
    })),
  ).sort(byWallet);
  return {
    exits: places.filter(({ end }) => end !== 'beyond'),
    beyond: places.filter(({ end }) => end === 'beyond'),
  };
}

interface Bringing extends Pick<Arrival, 'end' | 'transfer'> {
  readonly amount: bigint | null;
  readonly sources: readonly { readonly source: number; readonly amount: bigint | null; readonly hop: number | null }[];
}

/** Adds arrivals up by how and where they ended. A burn ends at the wallet that it was taken from. */
function placesOf(arrivals: readonly Bringing[]): PlaceOfEnd[] {
  const places = new Map<string, { at: Bringing; shares: Map<number, SourceShare>; transfers: BringingTransfer[] }>();
  for (const arrival of arrivals) {
    const { end, transfer, amount } = arrival;
    const key = `${end} ${transfer.chain} ${transfer.asset} ${transfer.to}`;
    const place = places.get(key) ?? { at: arrival, shares: new Map<number, SourceShare>(), transfers: [] };
    places.set(key, place);
    const last = place.transfers.at(-1);
    if (last !== undefined && isSame(last.transfer, transfer))
      place.transfers[place.transfers.length - 1] = { transfer, amount: plus(last.amount, amount) };
    else place.transfers.push({ transfer, amount });
    for (const each of arrival.sources) {
      const own = place.shares.get(each.source);
      place.shares.set(each.source, {
        source: each.source,
        amount: own === undefined ? each.amount : plus(own.amount, each.amount),
        hop: own === undefined || own.hop === null || each.hop === null ? each.hop : Math.min(own.hop, each.hop),
        first: own?.first ?? transfer.timestamp,
        last: transfer.timestamp,
      });
    }
  }
  return [...places.values()].map(({ at: { end, transfer }, shares, transfers }) => ({
    ...{ end, chain: transfer.chain, asset: transfer.asset, address: transfer.to },
    amount: transfers.reduce<bigint | null>((sum, { amount }) => plus(sum, amount), 0n),
    sources: [...shares.values()].sort((a, b) => a.source - b.source),
    transfers,
  }));
}

function restingOf({ resting }: Flow): PlaceOfRest[] {
  const places: { wallet: Omit<PlaceOfRest, 'amount' | 'sources'>; sources: PlaceOfRest['sources'][number][] }[] = [];
  for (const { chain, asset, address, source, amount, hop } of resting) {
    const last = places.at(-1);
    const isLast = last?.wallet.chain === chain && last.wallet.asset === asset && last.wallet.address === address;
    if (isLast) last.sources.push({ source, amount, hop });
    else places.push({ wallet: { chain, asset, address }, sources: [{ source, amount, hop }] });
  }
  return places.map(({ wallet, sources }) => ({
    ...wallet,
    amount: sources.reduce((sum, { amount }) => sum + amount, 0n),
    sources,
  }));
}

function isSame(a: PlacedTransfer, b: PlacedTransfer): boolean {
  return a.transaction === b.transaction && a.from === b.from && a.value === b.value && a.occurrence === b.occurrence;
}

function plus(a: bigint | null, b: bigint | null): bigint | null {
  return a === null || b === null ? null : a + b;
}

interface Named extends Wallet {
  readonly asset: string;
}

function byAmount(a: Named & { amount: bigint | null }, b: Named & { amount: bigint | null }): number {
  return largerFirst(a.amount ?? 0n, b.amount ?? 0n) || byWallet(a, b);
}
