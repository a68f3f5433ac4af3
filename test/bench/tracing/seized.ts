/**
 * 40 wallets named in seizure orders: each in turn is reported with its largest receipt, and the 39 others are withheld.
 * How many of them stand among the first of a ranking? Only these 40 have whole histories, so all others lie beyond coverage.
 */
import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import type { PlacedTransfer } from '../../../graphs/trace/types.ts';
import { walletKey } from '../../../graphs/wallet-key.ts';
import { parseAddress } from '../../../src/chains/address.ts';
import type { Wallet } from '../../../src/chains/chain.ts';
import { readAccountHistory } from '../../../src/simulate/account-history.ts';
import { makeCase } from './cases.ts';
import { type FollowedCase, numbered, rowsOf } from './followed.ts';

export interface SeizedWallets {
  readonly seeds: readonly Wallet[];
  /** By time. */
  readonly transfers: readonly PlacedTransfer[];
}

export async function readSeized(seeds: string, transfers: string): Promise<SeizedWallets> {
  const lines: { address: string }[] = parse(readFileSync(seeds), { columns: true });
  // Within an instant the file's order is nobody's word.
  const rows = (await readAccountHistory(transfers)).map(({ position: _, ...row }) => ({ ...row, position: null }));
  rows.sort((a, b) => a.timestamp - b.timestamp);
  return {
    seeds: lines.map(({ address }) => ({ chain: 'tron', address: parseAddress('tron', address) })),
    transfers: numbered(rows),
  };
}

/**
 * One seed reported; `null` where nobody ever paid it.
 *
 * @param goesOn whether residual passes through wallets beyond coverage, as if what is known of them were all
 */
export function reportSeed(
  { seeds, transfers }: SeizedWallets,
  reported: Wallet,
  goesOn: boolean,
): FollowedCase | null {
  const [source] = transfers
    .filter(({ from, to, value }) => to === reported.address && from !== to && value > 0n)
    .sort((a, b) => (a.value === b.value ? 0 : a.value > b.value ? -1 : 1));
  if (source === undefined) return null;
  const covered = new Set(seeds.map(walletKey));
  const ranked = makeCase(
    reported.address,
    rowsOf(transfers, (transfer) => transfer === source),
    { absorbs: (wallet) => !goesOn && !covered.has(wallet), given: [walletKey(reported)], targets: covered },
  );
  const sources = [{ ...source, kind: 'payment' as const }];
  const input = { transfers, burns: [], covered: seeds, stops: [], openings: [], sources, unverified: [] };
  return { ranked, input };
}
