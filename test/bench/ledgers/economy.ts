/** A made-up month of transfers for measuring speed: most wallets small, some busy, money that splits, merges and leaves. */

import type { TableBuilder } from '../../../graphs/trace/table.ts';
import type { NamedSource, PlacedTransfer, Stop } from '../../../graphs/trace/types.ts';
import type { Address, TransactionHash, Wallet } from '../../../src/chains/chain.ts';
import { Random } from '../../../src/simulate/random.ts';

const CHAIN = 'tron';
const ASSET = 'USDT';
const START = Date.UTC(2026, 0, 1);
/** A block of Tron comes every three seconds. */
const BLOCK_MS = 3_000;
const USDT = 1_000_000n;

/** Parts of the whole: fresh money, payouts of all that a wallet has, wallets at which the trace ends. */
const FRESH = 0.05;
const WHOLE = 0.4;
const STOPS = 0.02;
/** Wallets that victims pay. */
const BUSY = 1_000;

export interface SpeedEconomy {
  readonly covered: readonly Wallet[];
  readonly stops: readonly Stop[];
  readonly sources: readonly NamedSource[];
}

/** Feeds so many transfers in their order; `sources` of the fresh ones, spread over the first tenth, are payments of victims to busy wallets. */
export function feedEconomy(
  builder: TableBuilder,
  { rows, wallets, sources }: { rows: number; wallets: number; sources: number },
): SpeedEconomy {
  const random = new Random('speed');
  const addresses = Array.from({ length: wallets }, (_, number) => `T${String(number).padStart(33, '0')}` as Address);
  const outside = `T${'9'.repeat(33)}` as Address;
  const firstStop = wallets - Math.floor(wallets * STOPS);
  const balance = new BigInt64Array(wallets);
  /** Wallets that hold something, to be drawn from. */
  const holders: number[] = [];
  const chosen: NamedSource[] = [];
  const every = Math.max(1, Math.floor(rows / 10 / sources));
  let due = 0;
  for (let row = 0; row < rows; row += 1) {
    due += row % every === 0 && row > 0 ? 1 : 0;
    const isSource = due > chosen.length && chosen.length < sources;
    const fresh = isSource || holders.length === 0 || random.chance(FRESH);
    const place = random.integer(0, Math.max(0, holders.length - 1));
    const payer = holders[place] ?? 0;
    // The square makes low numbers busy: a few wallets meet very many others.
    let payee = Math.floor(random.fraction() ** 2 * wallets);
    if (isSource) payee %= BUSY;
    if (!fresh && payee === payer) payee = (payee + 1) % wallets;
    const held = balance[payer] ?? 0n;
    const value = fresh
      ? random.bigint(1n, 5_000n) * USDT + random.bigint(0n, USDT)
      : random.chance(WHOLE) || held < 100n
        ? held
        : (held * BigInt(random.integer(1, 99))) / 100n;
    const transfer: PlacedTransfer = {
      ...{ chain: CHAIN, asset: ASSET, transaction: hashOf(row) },
      from: fresh ? outside : (addresses[payer] ?? outside),
      to: addresses[payee] ?? outside,
      ...{ value, occurrence: 0, timestamp: START + Math.floor(row / 2) * BLOCK_MS, position: row % 2 },
    };
    builder.addTransfer(transfer);
    if (isSource) chosen.push({ ...transfer, kind: 'payment' });
    if (!fresh) {
      balance[payer] = held - value;
      if (value === held) {
        holders[place] = holders.at(-1) ?? 0;
        holders.pop();
      }
    }
    if (payee < firstStop) {
      if (balance[payee] === 0n) holders.push(payee);
      balance[payee] = (balance[payee] ?? 0n) + value;
    }
  }
  const wallet = (address: Address): Wallet => ({ chain: CHAIN, address });
  return {
    covered: addresses.map(wallet),
    stops: addresses.slice(firstStop).map((address) => ({ ...wallet(address), kind: 'service' })),
    sources: chosen,
  };
}

/** Ascending, so that rows come in the order of the table. */
function hashOf(row: number): TransactionHash {
  return row.toString(16).padStart(64, '0') as TransactionHash;
}
