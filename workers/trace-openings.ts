/** What wallets held before their first known transfer, by the contract's own word, and what is to be said of it. */
import type { Opening, Stop } from '../graphs/trace/types.ts';
import { walletKey } from '../graphs/wallet-key.ts';
import { displayAmount } from '../src/money.ts';
import type { UnprovenWallet } from '../src/store/wallet-coverage.ts';
import type { Note } from './trace-sources.ts';
import type { UnprovenWallets } from './unproven.ts';

/** So many wallets have a note each; more of them share one. */
const SINGLE_NOTES = 10;

const CODE = 'NOT_RECONCILED';

/**
 * A wallet that held more than its transfers add up to is taken to have held the rest at first, of unknown origin. One that held
 * less, or of which nobody could tell, has no such amount. At an end none of it matters.
 *
 * @param name of the case
 */
export function openingsOf(
  unproven: UnprovenWallets,
  ends: readonly Stop[],
  name: string,
): { openings: Opening[]; notes: Note[] } {
  const endKeys = new Set(ends.map(walletKey));
  const wallets = [...unproven].flatMap(([key, wallet]) => (endKeys.has(key) ? [] : [wallet]));
  const openings = wallets.flatMap(({ chain, asset, address, difference }) =>
    difference !== null && difference > 0n ? [{ chain, asset, address, value: difference }] : [],
  );
  const notes = wallets.length > SINGLE_NOTES ? [noteOnAll(wallets, name)] : wallets.map(noteOn);
  return { openings, notes };
}

function noteOn({ address, asset, decimals, difference }: UnprovenWallet): Note {
  if (difference === null)
    return { code: CODE, text: `Nobody could tell what ${address} holds: its history is not proven.` };
  const more = difference > 0n;
  const amount = `${displayAmount(more ? difference : -difference, decimals)} ${asset} ${more ? 'more' : 'less'}`;
  const so = more ? ': that is taken for an opening balance of unknown origin' : ', so its history is not whole';
  return { code: CODE, text: `${address} holds ${amount} than its transfers add up to${so}.` };
}

function noteOnAll(wallets: readonly UnprovenWallet[], name: string): Note {
  const count = (is: (difference: bigint | null) => boolean) =>
    wallets.filter(({ difference }) => is(difference)).length;
  const parts = [
    [
      count((difference) => difference !== null && difference > 0n),
      'hold more, which is taken for opening balances of unknown origin',
    ],
    [count((difference) => difference !== null && difference < 0n), 'hold less, so their histories are not whole'],
    [count((difference) => difference === null), 'are not known to hold any amount'],
  ] as const;
  const told = parts.filter(([own]) => own > 0).map(([own, words]) => `${own} ${words}`);
  const text = `${wallets.length} wallets are not proven to hold what their transfers add up to: ${told.join('; ')}. See: npx downstream coverage "${name}" --unproven`;
  return { code: CODE, text };
}
