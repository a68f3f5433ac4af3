/** Cases that a trace can follow to the unit, and what the rules with ledgers make of them. */
import { followInput, reachInput } from '../../../graphs/trace/follow.ts';
import type { ConservingRule, PlacedTransfer, TraceInput } from '../../../graphs/trace/types.ts';
import { walletKey } from '../../../graphs/wallet-key.ts';
import type { HistoryRow } from '../../../src/chains/chain.ts';
import type { CaseRow, RankCase } from './cases.ts';
import { largestFirst } from './rules.ts';

export interface FollowedCase {
  /** Its wallets are named by their keys: `tron:T…`. */
  readonly ranked: RankCase;
  readonly input: TraceInput;
}

/** The wallets to which followed money came, those that received most first. */
export function byAmount({ ranked, input }: FollowedCase, rule: ConservingRule): number[] {
  const numbers = numbersOf(ranked);
  const received = new Map<number, bigint>();
  for (const wallet of followInput(input, rule).wallets) {
    const number = numbers.get(walletKey(wallet));
    if (number !== undefined && wallet.received > 0n) received.set(number, wallet.received);
  }
  return largestFirst([...received.keys()], (wallet) => received.get(wallet) ?? 0n);
}

/** The wallets that poison says were reached, by hops. */
export function byReach({ ranked, input }: FollowedCase): number[] {
  const numbers = numbersOf(ranked);
  const hops = new Map<number, bigint>();
  for (const wallet of reachInput(input).wallets) {
    const number = numbers.get(walletKey(wallet));
    if (number !== undefined) hops.set(number, BigInt(wallet.hop));
  }
  return largestFirst([...hops.keys()], (wallet) => -(hops.get(wallet) ?? 0n));
}

/** Transfers as rows of a case; `isSource` picks those that count as sources, with their values. */
export function rowsOf(
  transfers: readonly PlacedTransfer[],
  isSource: (transfer: PlacedTransfer) => boolean,
): CaseRow[] {
  return transfers.map((transfer) => ({
    from: walletKey({ chain: transfer.chain, address: transfer.from }),
    to: walletKey({ chain: transfer.chain, address: transfer.to }),
    value: transfer.value,
    source: isSource(transfer) ? transfer.value : 0n,
  }));
}

/** Numbers the rows of a transaction that are equal in all else, in their order. */
export function numbered(
  rows: readonly (Omit<HistoryRow, 'block' | 'position'> & { readonly position: number | null })[],
): PlacedTransfer[] {
  const seen = new Map<string, number>();
  return rows.map(({ chain, asset, transaction, from, to, value, timestamp, position }) => {
    const key = [chain, asset, transaction, from, to, value].join(' ');
    const occurrence = seen.get(key) ?? 0;
    seen.set(key, occurrence + 1);
    return { chain, asset, transaction, from, to, value, occurrence, timestamp, position };
  });
}

function numbersOf({ wallets }: RankCase): Map<string, number> {
  return new Map(wallets.map((wallet, number) => [wallet, number]));
}
