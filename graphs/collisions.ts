/** Where the money of two cases meets: wallets that both reached, from which hop on, and with how much of each case's money. */
import type { Wallet } from '../src/chains/chain.ts';
import { largerFirst, smaller } from '../src/money.ts';
import { mostOf, type PerRule } from './trace/compare.ts';
import type { ConservingRule } from './trace/types.ts';
import { byWallet } from './wallet-key.ts';

/** A case with the crawl that is compared. */
export interface CollisionCase {
  readonly id: number;
  readonly name: string;
  /** Number of its newest finished crawl; `null` where it has none. */
  readonly run: number | null;
  /** The declared rule by which its amounts are told; `null` where nobody has chosen one. */
  readonly rule: ConservingRule | null;
  /** Why it is not compared: no crawl, none that is finished, or one by a version that did not keep what this takes. */
  readonly missing: 'not-crawled' | 'unfinished' | 'older' | null;
}

/** What one case has of a wallet. */
export interface SharedSide {
  /** Fewest transfers by which its money can have come, after the payment; 0 for a reported wallet. */
  readonly hop: number;
  /** What of its money came there in all, by each rule, in base units. */
  readonly amounts: PerRule<bigint>;
  /** How its reports name the wallet. */
  readonly role: 'paid-to' | 'own' | null;
  /** Whether its crawl read the wallet's history. */
  readonly read: boolean;
  /** Whether it is a victim's own there, or where a victim's payment came from. */
  readonly victims: boolean;
}

/** A wallet that two cases have both. */
export interface SharedWallet extends Wallet {
  readonly caseId: number;
  readonly otherId: number;
  readonly own: SharedSide;
  readonly others: SharedSide;
  /** Whether it is a listed service, or behaves as one. */
  readonly service: boolean;
}

export type MetWallet = Omit<SharedWallet, 'caseId' | 'otherId' | 'service'>;

/** What two cases share. */
export interface Collision {
  readonly caseId: number;
  readonly otherId: number;
  /** Wallets of neither services nor victims, the fewest transfers from the payments first. */
  readonly wallets: readonly MetWallet[];
  /** Victims' own, and those that victims' payments came from. */
  readonly victims: readonly MetWallet[];
  /** How many services both reached, where thousands meet. */
  readonly services: number;
  /** From which hop of each case on they share the way; `null` where they share no wallet. */
  readonly from: { readonly own: number; readonly other: number } | null;
}

/** Puts together what each two cases share. Same wallets in any order, same result. */
export function findCollisions(shared: readonly SharedWallet[]): Collision[] {
  const pairs = new Map<string, SharedWallet[]>();
  for (const wallet of shared) {
    const key = `${wallet.caseId} ${wallet.otherId}`;
    const pair = pairs.get(key) ?? [];
    pairs.set(key, pair);
    pair.push(wallet);
  }
  return [...pairs.values()]
    .flatMap((pair) => {
      const [first] = pair;
      if (first === undefined) return [];
      const { caseId, otherId } = first;
      const people = pair.filter(({ service }) => !service);
      const wallets = people.filter(({ own, others }) => !own.victims && !others.victims).sort(nearestFirst);
      return [
        {
          ...{ caseId, otherId },
          wallets: wallets.map(toMet),
          victims: people
            .filter(({ own, others }) => own.victims || others.victims)
            .sort(byWallet)
            .map(toMet),
          services: pair.length - people.length,
          from:
            wallets.length === 0
              ? null
              : {
                  own: Math.min(...wallets.map(({ own }) => own.hop)),
                  other: Math.min(...wallets.map(({ others }) => others.hop)),
                },
        },
      ];
    })
    .sort((a, b) => a.caseId - b.caseId || a.otherId - b.otherId);
}

function toMet({ chain, address, own, others }: SharedWallet): MetWallet {
  return { chain, address, own, others };
}

/** The same from either case's side. */
function nearestFirst(a: SharedWallet, b: SharedWallet): number {
  const hops = ({ own, others }: SharedWallet) => own.hop + others.hop;
  const both = ({ own, others }: SharedWallet) => smaller(mostOf(own.amounts), mostOf(others.amounts));
  return hops(a) - hops(b) || largerFirst(both(a), both(b)) || byWallet(a, b);
}
