/** Shapes of an economy: how many partners wallets have, how much they move, when, and how long it rests with them. */
import type { Address } from '../../src/chains/chain.ts';
import type { SimulatedTransfer } from '../../src/simulate/types.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A bin holds what is below its bound and in no bin before it. */
type Bin = readonly [label: string, below: number];

const DEGREES: readonly Bin[] = [
  ['1', 2],
  ['2', 3],
  ['3 to 5', 6],
  ['6 to 10', 11],
  ['11 to 20', 21],
  ['21 to 50', 51],
  ['51 to 100', 101],
  ['101 to 500', 501],
  ['more', Number.POSITIVE_INFINITY],
];
const AMOUNTS: readonly Bin[] = [
  ['below 0.01', 0.01],
  ['below 1', 1],
  ['1 to 10', 10],
  ['10 to 100', 100],
  ['100 to 1,000', 1_000],
  ['1,000 to 10,000', 10_000],
  ['10,000 to 100,000', 100_000],
  ['more', Number.POSITIVE_INFINITY],
];
const HOURS: readonly Bin[] = Array.from({ length: 12 }, (_, index) => [
  `${String(2 * index).padStart(2, '0')} to ${String(2 * index + 2).padStart(2, '0')}`,
  2 * index + 2,
]);
const DWELLS: readonly Bin[] = [
  ['same block', 1],
  ['under 1 min', MINUTE],
  ['1 to 5 min', 5 * MINUTE],
  ['5 to 15 min', 15 * MINUTE],
  ['15 to 60 min', HOUR],
  ['1 to 4 h', 4 * HOUR],
  ['4 to 24 h', DAY],
  ['1 to 3 d', 3 * DAY],
  ['3 to 7 d', 7 * DAY],
  ['7 to 30 d', 30 * DAY],
  ['more', Number.POSITIVE_INFINITY],
];

/** Shares of each bin, from 0 to 1. */
export type Histogram = readonly { readonly label: string; readonly share: number }[];

export interface Shapes {
  readonly wallets: number;
  /** Of more than zero, that touch one of the wallets. */
  readonly transfers: number;
  /** Partners of a wallet. */
  readonly degrees: Histogram;
  /** USDT of a transfer. */
  readonly amounts: Histogram;
  /** Hours of the day, UTC. */
  readonly hours: Histogram;
  /** From a receipt to the wallet's next payout. */
  readonly dwells: Histogram;
  /** Shares of transfers in whole USDT, and in hundreds of it. */
  readonly whole: number;
  readonly hundreds: number;
  /** Share of the wallets that pay nine tenths of all they pay to one wallet, of those that pay at all. */
  readonly oneSink: number;
  /** Receipts that no payout followed, of all. */
  readonly stayed: number;
  /** Zero-value rows for each thousand transfers. */
  readonly zeroRows: number;
}

/** Measures the wallets that `belongs` says yes to. The transfers stand in the order of the chain. */
export function shapesOf(transfers: readonly SimulatedTransfer[], belongs: (wallet: Address) => boolean): Shapes {
  const partners = new Map<Address, Set<Address>>();
  const waiting = new Map<Address, number[]>();
  const sinks = new Map<Address, Map<Address, number>>();
  const [degrees, amounts, hours, dwells] = [count(DEGREES), count(AMOUNTS), count(HOURS), count(DWELLS)];
  let [moved, zero, whole, hundreds, receipts, followed] = [0, 0, 0, 0, 0, 0];
  for (const { from, to, value, timestamp } of transfers) {
    const [pays, receives] = [belongs(from), belongs(to)];
    if (!pays && !receives) continue;
    if (value === 0n) {
      zero += 1;
      continue;
    }
    moved += 1;
    amounts.add(Number(value) / 1e6);
    hours.add(Math.floor(timestamp / HOUR) % 24);
    if (value % 1_000_000n === 0n) whole += 1;
    if (value % 100_000_000n === 0n) hundreds += 1;
    if (pays) {
      partner(partners, from, to);
      for (const since of waiting.get(from) ?? []) {
        dwells.add(timestamp - since);
        followed += 1;
      }
      waiting.delete(from);
      const paid = sinks.get(from) ?? new Map<Address, number>();
      sinks.set(from, paid.set(to, (paid.get(to) ?? 0) + Number(value)));
    }
    if (receives) {
      partner(partners, to, from);
      receipts += 1;
      const since = waiting.get(to);
      if (since === undefined) waiting.set(to, [timestamp]);
      else since.push(timestamp);
    }
  }
  for (const set of partners.values()) degrees.add(set.size);
  return {
    wallets: partners.size,
    transfers: moved,
    degrees: degrees.shares(),
    amounts: amounts.shares(),
    hours: hours.shares(),
    dwells: dwells.shares(),
    whole: whole / moved,
    hundreds: hundreds / moved,
    oneSink: [...sinks.values()].filter(mostlyOne).length / sinks.size,
    stayed: 1 - followed / receipts,
    zeroRows: (1_000 * zero) / moved,
  };
}

function partner(partners: Map<Address, Set<Address>>, wallet: Address, other: Address): void {
  const known = partners.get(wallet);
  if (known === undefined) partners.set(wallet, new Set([other]));
  else known.add(other);
}

function mostlyOne(paid: ReadonlyMap<Address, number>): boolean {
  const sums = [...paid.values()];
  return Math.max(...sums) >= 0.9 * sums.reduce((sum, each) => sum + each, 0);
}

function count(bins: readonly Bin[]) {
  const counts = bins.map(() => 0);
  let all = 0;
  return {
    add(figure: number): void {
      const index = bins.findIndex(([, below]) => figure < below);
      counts[index] = (counts[index] ?? 0) + 1;
      all += 1;
    },
    shares: (): Histogram => bins.map(([label], index) => ({ label, share: (counts[index] ?? 0) / Math.max(all, 1) })),
  };
}
