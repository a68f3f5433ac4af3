/** A case that is measured: transfers between numbered wallets, the sources in them, and the wallets that are to be found. */
import type { TtrGraph, TtrSeed } from '../../../graphs/trace/ttr.ts';

export interface RankCase {
  readonly name: string;
  /** Their names, by number. */
  readonly wallets: readonly string[];
  readonly graph: TtrGraph;
  readonly seeds: readonly TtrSeed[];
  /** Wallets that nobody needs to find, for the sources name them. They count neither for nor against a rule. */
  readonly given: ReadonlySet<number>;
  readonly targets: ReadonlySet<number>;
  /** Targets that no transfer names: they count as not found. */
  readonly absent: number;
}

export interface CaseRow {
  readonly from: string;
  readonly to: string;
  readonly value: bigint;
  /** What the transfer counts for as a source; 0 where it is none. */
  readonly source: bigint;
}

export interface CaseWallets {
  readonly absorbs: (wallet: string) => boolean;
  readonly given: Iterable<string>;
  readonly targets: Iterable<string>;
}

/** Makes a case of rows in the order of time. Rows of zero and to oneself are left out. */
export function makeCase(name: string, rows: readonly CaseRow[], { absorbs, given, targets }: CaseWallets): RankCase {
  const moving = rows.filter(({ from, to, value }) => value > 0n && from !== to);
  const numbers = new Map<string, number>();
  const numberOf = (wallet: string): number => {
    const known = numbers.get(wallet);
    if (known !== undefined) return known;
    numbers.set(wallet, numbers.size);
    return numbers.size - 1;
  };
  const [from, to] = [new Int32Array(moving.length), new Int32Array(moving.length)];
  moving.forEach((row, transfer) => {
    from[transfer] = numberOf(row.from);
    to[transfer] = numberOf(row.to);
  });
  const wallets = [...numbers.keys()];
  const numbersOf = (names: Iterable<string>): number[] =>
    [...new Set(names)].flatMap((each) => numbers.get(each) ?? []);
  const seeds = moving.flatMap(({ source }, transfer) =>
    source > 0n ? [{ account: to[transfer] ?? 0, transfer, weight: source }] : [],
  );
  const known = new Set([...numbersOf(given), ...seeds.map(({ account }) => account)]);
  const sought = new Set(targets);
  const present = new Set(numbersOf(sought));
  return {
    name,
    wallets,
    graph: {
      accounts: wallets.length,
      from,
      to,
      value: moving.map(({ value }) => value),
      absorbs: Uint8Array.from(wallets, (wallet) => (absorbs(wallet) ? 1 : 0)),
    },
    seeds,
    given: known,
    targets: new Set([...present].filter((wallet) => !known.has(wallet))),
    absent: sought.size - present.size,
  };
}
