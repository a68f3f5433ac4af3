/** A trace as plain JSON: amounts as decimal strings, times in ISO 8601. It is what is printed, stored and hashed. */
import type { ChainId, Wallet } from '../../src/chains/chain.ts';
import { formatAmount } from '../../src/money.ts';
import { walletKey } from '../wallet-key.ts';
import type { Context, InferredJson } from './context.ts';
import type { Plan } from './plan.ts';
import { type PlaceOfEnd, type PlaceOfRest, reached, type Traced } from './result.ts';
import {
  type FollowedSource,
  type PlacedTransfer,
  type Reach,
  type ReachedWallet,
  SOURCE_KINDS,
  type SourceKind,
} from './types.ts';

export interface SourceJson {
  readonly id: string;
  readonly kind: SourceKind;
  readonly reports: readonly number[];
  readonly disclosure: number | null;
  readonly chain: ChainId;
  readonly asset: string;
  readonly transaction: string;
  readonly from: string;
  readonly to: string;
  readonly at: string;
  /** Of the transfer, and what of it is followed as this source's own; `null` where a rule states no amounts. */
  readonly value: string;
  readonly amount: string | null;
}

export interface EndJson {
  readonly end: string;
  readonly chain: ChainId;
  readonly asset: string;
  readonly address: string;
  readonly category: string | null;
  readonly name: string | null;
  readonly inferred: InferredJson | null;
  /** Why the money is not followed further, where it lies beyond coverage. */
  readonly reason: string | null;
  readonly amount: string | null;
  readonly sources: readonly {
    readonly source: string;
    readonly amount: string | null;
    readonly hops: number | null;
    readonly first: string;
    readonly last: string;
    /** From the payment to the first arrival. */
    readonly seconds: number;
  }[];
  readonly transfers: readonly {
    readonly transaction: string;
    readonly from: string;
    readonly at: string;
    readonly value: string;
    readonly traced: string | null;
  }[];
}

export interface RestJson {
  readonly chain: ChainId;
  readonly asset: string;
  readonly address: string;
  readonly amount: string;
  readonly sources: readonly { readonly source: string; readonly amount: string; readonly hops: number }[];
}

export interface WalletJson {
  readonly chain: ChainId;
  readonly asset: string;
  readonly address: string;
  readonly hop: number | null;
  readonly received: string | null;
  readonly passed: string | null;
  readonly resting: string | null;
  /** Its part of all relevance, under TTR, as a decimal up to 1. */
  readonly rank: string | null;
  /** True where it paid more than its ledger held. */
  readonly incomplete: boolean;
  /** True where it had transfers of one instant whose order is not known. */
  readonly orderUnknown: boolean;
}

export interface ConservationJson {
  readonly sources: string | null;
  readonly exited: string | null;
  readonly resting: string | null;
  readonly beyond: string | null;
  readonly unknown: string | null;
  readonly difference: string | null;
}

/** What became of the sources of one kind. */
export interface TotalsJson {
  readonly kind: SourceKind;
  readonly count: number;
  readonly sources: string;
  readonly service: string;
  readonly returned: string;
  readonly destroyed: string;
  readonly redeemed: string;
  readonly resting: string;
  readonly beyond: string;
}

export interface ResultJson {
  /** Kinds apart, for they are not to be added up; empty where a rule states no amounts. */
  readonly totals: readonly TotalsJson[];
  readonly sources: readonly SourceJson[];
  readonly exits: readonly EndJson[];
  readonly resting: readonly RestJson[];
  readonly beyond: readonly EndJson[];
  readonly wallets: readonly WalletJson[];
  readonly conservation: ConservationJson;
}

/** A rule's result that states amounts. */
export function tracedJson(
  { sources, exits, beyond, resting, wallets, conservation }: Traced,
  context: Context,
): ResultJson {
  const money = moneyOf(context);
  return {
    totals: totalsJson({ sources, exits, beyond, resting }, context),
    sources: sourcesJson(sources, context),
    exits: exits.map((place) => endJson(place, sources, context)),
    resting: resting.map((place) => restJson(place, money)),
    beyond: beyond.map((place) => endJson(place, sources, context)),
    wallets: wallets.map((wallet) => walletJson(wallet, money)),
    conservation: {
      sources: money(conservation.sources),
      exited: money(conservation.exited),
      resting: money(conservation.resting),
      beyond: money(conservation.beyond),
      unknown: money(conservation.unknown),
      difference: money(conservation.difference),
    },
  };
}

function totalsJson(
  { sources, exits, beyond, resting }: Pick<Traced, 'sources' | 'exits' | 'beyond' | 'resting'>,
  context: Context,
): TotalsJson[] {
  const money = moneyOf(context);
  const ends = [...exits, ...beyond, ...resting.map((rest) => ({ ...rest, end: 'resting' as const }))];
  return SOURCE_KINDS.flatMap((kind) => {
    const own = sources.filter((source, number) => source.kind === kind && context.asked[number] === 1);
    if (own.length === 0) return [];
    const at = (end: (typeof ends)[number]['end']) =>
      money(
        ends
          .filter((place) => place.end === end)
          .flatMap((place) => [...place.sources])
          .reduce((sum, { source, amount }) => (sources[source]?.kind === kind ? sum + (amount ?? 0n) : sum), 0n),
      );
    return {
      ...{ kind, count: own.length, sources: money(own.reduce((sum, { amount }) => sum + amount, 0n)) },
      ...{ service: at('service'), returned: at('returned'), destroyed: at('destroyed'), redeemed: at('redeemed') },
      ...{ resting: at('resting'), beyond: at('beyond') },
    };
  });
}

/** Sources, without amounts where the rule states none. */
function sourcesJson(
  sources: readonly (Omit<FollowedSource, 'amount'> & { readonly amount?: bigint })[],
  { named, asked, decimals }: Context,
): SourceJson[] {
  return sources.flatMap(({ kind, transfer, amount }, number) => {
    if (asked[number] !== 1) return [];
    const { chain, asset, transaction, from, to, value, timestamp } = transfer;
    return {
      ...{ id: sourceId(number), kind, reports: named[number]?.reports ?? [] },
      disclosure: named[number]?.disclosure ?? null,
      ...{ chain, asset, transaction, from, to, at: iso(timestamp), value: formatAmount(value, decimals) },
      amount: amount === undefined ? null : formatAmount(amount, decimals),
    };
  });
}

function endJson(
  place: PlaceOfEnd,
  sources: readonly { readonly transfer: PlacedTransfer }[],
  context: Context,
): EndJson {
  const { end, chain, asset, address } = place;
  const money = moneyOf(context);
  const maybe = (amount: bigint | null) => (amount === null ? null : money(amount));
  const key = walletKey(place);
  const stop = end === 'service' ? context.stops.get(key) : undefined;
  return {
    ...{ end, chain, asset, address, category: stop?.category ?? null, name: stop?.name ?? null },
    inferred: stop?.inferred ?? null,
    reason: end === 'beyond' ? (context.reasons.get(key) ?? 'not reached by the crawl') : null,
    amount: maybe(place.amount),
    sources: place.sources.map(({ source, amount, hop, first, last }) => ({
      ...{ source: sourceId(source), amount: maybe(amount), hops: hop, first: iso(first), last: iso(last) },
      seconds: Math.floor((first - (sources[source]?.transfer.timestamp ?? first)) / 1000),
    })),
    transfers: place.transfers.map(({ transfer: { transaction, from, value, timestamp }, amount }) => ({
      ...{ transaction, from, at: iso(timestamp), value: money(value), traced: maybe(amount) },
    })),
  };
}

function restJson({ chain, asset, address, amount, sources }: PlaceOfRest, money: Money): RestJson {
  return {
    ...{ chain, asset, address, amount: money(amount) },
    sources: sources.map(({ source, amount: part, hop }) => ({
      source: sourceId(source),
      amount: money(part),
      hops: hop,
    })),
  };
}

function walletJson(wallet: ReachedWallet, money: Money): WalletJson {
  const { chain, asset, address, hop, received, passed, resting, shortfall, orderUnknown } = wallet;
  return {
    ...{ chain, asset, address, hop },
    ...{ received: money(received), passed: money(passed), resting: money(resting), rank: null },
    ...{ incomplete: shortfall > 0n, orderUnknown },
  };
}

/** The result of a rule that states no amounts: what it reaches. */
export function reachJson(
  plan: Plan,
  reach: Reach,
  context: Context,
  wallets: readonly WalletJson[] = [...reach.wallets]
    .sort((a, b) => a.hop - b.hop)
    .map((wallet) => reachedJson(plan, wallet)),
): ResultJson {
  const { exits, beyond } = reached(reach);
  return {
    totals: [],
    sources: sourcesJson(reach.sources, context),
    exits: exits.map((place) => endJson(place, reach.sources, context)),
    resting: [],
    beyond: beyond.map((place) => endJson(place, reach.sources, context)),
    wallets,
    // Without amounts no sum can be drawn.
    conservation: { sources: null, exited: null, resting: null, beyond: null, unknown: null, difference: null },
  };
}

/** A wallet that is reached, without amounts. What is not known of it is the same under every rule. */
export function reachedJson(
  { table: { accounts }, sequence }: Plan,
  { chain, asset, address, hop }: Account,
): WalletJson {
  const account = accounts.find(chain, asset, address);
  return {
    ...{ chain, asset, address, hop, received: null, passed: null, resting: null, rank: null },
    incomplete: (sequence.shortfall[account] ?? 0n) > 0n,
    orderUnknown: sequence.orderUnknown[account] === 1,
  };
}

interface Account extends Wallet {
  readonly asset: string;
  readonly hop: number;
}

/** How people name a source: by its number, from 1. */
export function sourceId(number: number): string {
  return `S${number + 1}`;
}

type Money = (amount: bigint) => string;

function moneyOf({ decimals }: Context): Money {
  return (amount) => formatAmount(amount, decimals);
}

function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
