/**
 * A trace's result with its unproven and its frozen wallets marked. The marks stand beside what was computed and are in no hash: a
 * balance that nobody could tell today may be told tomorrow, a wallet may be frozen then, and neither moves money.
 */
import type { EndJson, RestJson, ResultJson, SourceJson, WalletJson } from '../graphs/trace/json.ts';
import type { WalletFreeze } from '../src/store/freezes.ts';
import { type NamedWallet, type UnprovenJson, type UnprovenWallets, unprovenJson } from './unproven.ts';

interface Marked {
  /** `null` where the wallet is proven, or was not tried. */
  readonly unproven: UnprovenJson | null;
}

/** Wallets that are frozen, by `walletKey`. Money there stays until the issuer lets it go, or destroys it. */
export type FrozenWallets = ReadonlyMap<string, Pick<WalletFreeze, 'since'>>;

/** The mark of a frozen wallet. */
export interface FrozenJson {
  /** ISO 8601, UTC; `null` where nobody can tell since when. */
  readonly since: string | null;
}

interface Freezable {
  /** `null` where it is not known to be frozen. */
  readonly frozen: FrozenJson | null;
}

export interface MarkedResult extends Omit<ResultJson, 'sources' | 'exits' | 'resting' | 'beyond' | 'wallets'> {
  /** Of who paid, and who was paid. */
  readonly sources: readonly (SourceJson & {
    readonly unproven: { readonly from: UnprovenJson | null; readonly to: UnprovenJson | null };
  })[];
  readonly exits: readonly (EndJson & Marked)[];
  readonly resting: readonly (RestJson & Marked & Freezable)[];
  readonly beyond: readonly (EndJson & Marked & Freezable)[];
  readonly wallets: readonly (WalletJson & Marked)[];
  /** All that the result names anywhere, those that transfers came from included. */
  readonly unproven: readonly (NamedWallet & UnprovenJson)[];
}

export function markResult(result: ResultJson, unproven: UnprovenWallets, frozen: FrozenWallets): MarkedResult {
  const mark = <T extends NamedWallet>(place: T): T & Marked => ({ ...place, unproven: unprovenJson(unproven, place) });
  const markBoth = <T extends NamedWallet>(place: T): T & Marked & Freezable => {
    return { ...mark(place), frozen: frozenJson(frozen, place) };
  };
  const { sources, exits, resting, beyond, wallets } = result;
  const payers = [...exits, ...beyond].flatMap(({ chain, transfers }) =>
    transfers.map(({ from: address }) => ({ chain, address })),
  );
  const ends = sources.flatMap(({ chain, from, to }) => [from, to].map((address) => ({ chain, address })));
  return {
    ...result,
    sources: sources.map((source) => {
      const { chain, from, to } = source;
      const of = (address: string) => unprovenJson(unproven, { chain, address });
      return { ...source, unproven: { from: of(from), to: of(to) } };
    }),
    exits: exits.map(mark),
    resting: resting.map(markBoth),
    beyond: beyond.map(markBoth),
    wallets: wallets.map(mark),
    unproven: unprovenAmong(unproven, [...ends, ...exits, ...resting, ...beyond, ...wallets, ...payers]),
  };
}

/** The mark of a wallet; `null` where it has none. */
export function frozenJson(frozen: FrozenWallets, { chain, address }: NamedWallet): FrozenJson | null {
  const found = frozen.get(`${chain}:${address}`);
  if (found === undefined) return null;
  return { since: found.since === null ? null : new Date(found.since).toISOString() };
}

/** The unproven ones of some wallets, each once, by chain and address. */
export function unprovenAmong(
  unproven: UnprovenWallets,
  wallets: readonly NamedWallet[],
): (NamedWallet & UnprovenJson)[] {
  const named = new Set(wallets.map(({ chain, address }) => `${chain}:${address}`));
  return [...unproven].flatMap(([key, wallet]) => {
    const mark = unprovenJson(unproven, wallet);
    return mark === null || !named.has(key) ? [] : [{ chain: wallet.chain, address: wallet.address, ...mark }];
  });
}
