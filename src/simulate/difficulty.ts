/** How hard the networks make it for whoever follows them. Ordinary life is the same at every difficulty. */

export const DIFFICULTIES = ['easy', 'normal', 'hard'] as const;
export type DifficultyName = (typeof DIFFICULTIES)[number];

export interface Difficulty {
  /** So many victims are told one collection wallet before the next is opened. */
  readonly victimsPerCollection: number;
  /** The chance that a victim is told an account at an exchange instead of a wallet of the network. */
  readonly paidAtExchange: number;
  /** How often a layering wallet that has been used is used again. */
  readonly reuse: number;
  /** Further wallets on the way out. */
  readonly extraHops: number;
  /** By how much longer money rests at each hop. */
  readonly dwell: number;
  /** The chance that strangers deal with a layering wallet too. */
  readonly mixing: number;
  /** So many networks share a broker. */
  readonly networksPerBroker: number;
  /** Look-alike wallets, against their number at normal difficulty. */
  readonly poisoning: number;
}

const SETTINGS: Readonly<Record<DifficultyName, Difficulty>> = {
  easy: {
    victimsPerCollection: 8,
    paidAtExchange: 0,
    reuse: 0.85,
    extraHops: 0,
    dwell: 1,
    mixing: 0.02,
    networksPerBroker: 1,
    poisoning: 0.5,
  },
  normal: {
    victimsPerCollection: 3,
    paidAtExchange: 0.03,
    reuse: 0.5,
    extraHops: 1,
    dwell: 2,
    mixing: 0.15,
    networksPerBroker: 2,
    poisoning: 1,
  },
  hard: {
    victimsPerCollection: 1,
    paidAtExchange: 0.1,
    reuse: 0.15,
    extraHops: 3,
    dwell: 8,
    mixing: 0.5,
    networksPerBroker: 4,
    poisoning: 2,
  },
};

export function difficultyOf(name: DifficultyName): Difficulty {
  return SETTINGS[name];
}
