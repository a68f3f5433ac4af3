/** The money that a crawl follows: how much of the sources each rule brings to wallets that are not read yet. */
import { type Ends, endsOf, type ReachOfAccount } from '../graphs/trace/ends.ts';
import { makePlan } from '../graphs/trace/plan.ts';
import { createTable } from '../graphs/trace/table.ts';
import { CONSERVING_RULES, type ConservingRule, type Stop } from '../graphs/trace/types.ts';
import { walletKey } from '../graphs/wallet-key.ts';
import type { Address, ChainId, Wallet } from '../src/chains/chain.ts';
import { DUST, larger } from '../src/money.ts';
import type { Pool } from '../src/store/db.ts';
import { readCaseWallets } from '../src/store/frontier.ts';
import { readMarked } from '../src/store/poisoning.ts';
import { readAssets } from '../src/store/reference.ts';
import { readRunStops } from '../src/store/run-stops.ts';
import { type Run, readHeads } from '../src/store/runs.ts';
import { readWalletDecisions, standing } from '../src/store/wallet-decisions.ts';
import { keyOf, readCaseSources, returnsOf } from './trace-sources.ts';
import { transferRows } from './transfer-rows.ts';

/** A wallet that the money came to. */
export interface PassedWallet {
  readonly chain: ChainId;
  readonly address: Address;
  /** Fewest transfers by which any of it can have come. */
  readonly hop: number;
  /** What each rule brought; rules that brought nothing are left out. */
  readonly amounts: ReadonlyMap<ConservingRule, bigint>;
}

/** One at which it ended. */
export interface ReachedWallet extends PassedWallet {
  readonly end: 'service' | 'returned' | 'beyond';
}

export interface FollowedMoney {
  readonly totals: ReadonlyMap<ConservingRule, Omit<Ends, 'accounts' | 'reached'>>;
  /** What is followed in all, by the rule that has most of it as its own. */
  readonly sources: bigint;
  /** Wallets outside coverage, or at which the money ends, to which any rule brought something. */
  readonly wallets: readonly ReachedWallet[];
  /** All wallets to which any rule brought something, in no order; added up when they are asked for. */
  readonly passed: () => readonly PassedWallet[];
}

/**
 * Follows all sources of a run's case over what the run has read, under every conserving rule.
 *
 * A report whose payment nobody has confirmed yet stands for all payments into its wallet: a crawl has to come before the
 * payment can be found. What wallets held at first, and the order within a block, are left out: both may be learnt sooner or
 * later, and the same chain data must choose the same wallets.
 */
export async function followMoney(pool: Pool, run: Run): Promise<FollowedMoney> {
  const { named, unverified, unconfirmed, ...sources } = await readCaseSources(
    pool,
    run.caseId,
    null,
    (await readAssets(pool))[0]?.decimals ?? 0,
  );
  const stops = await readRunStops(pool, run.id);
  const heads = [...(await readHeads(pool, run.id)).values()].map(({ timestamp }) => timestamp);
  const builder = createTable();
  const transactions = new Set(named.map(({ transaction }) => transaction));
  const crawled = new Set<string>();
  const marked = new Set((await readMarked(pool, run.id)).map(keyOf));
  /** Rows that are poison: they move money, and lead nowhere. */
  const poison = new Set<number>();
  let count = 0;
  for await (const { row, burn } of transferRows(pool, run.id, Math.max(0, ...heads))) {
    if (burn === null) builder.addTransfer({ ...row, position: null });
    else builder.addBurn({ ...burn, position: null });
    if (burn === null && row.value < DUST && marked.has(keyOf(row))) poison.add(count);
    count += 1;
    if (transactions.has(row.transaction)) crawled.add(keyOf(row));
  }
  const table = builder.build();
  const ends: Stop[] = [
    ...stops.map(({ chain, address }): Stop => ({ chain, address, kind: 'service' })),
    ...returnsOf(sources, stops),
  ];
  const decided = (await readWalletDecisions(pool, run.caseId)).filter(({ decidedAt }) => decidedAt <= run.startedAt);
  const expanded = [...standing(decided).values()].filter(({ decision }) => decision === 'expand');
  const passed = new Set(
    [...sources.reported, ...named.map(({ chain, to }) => ({ chain, address: to })), ...expanded].map(walletKey),
  );
  const plan = makePlan(table, {
    covered: await readCaseWallets(pool, run.id, ['expanded']),
    // A reported wallet is read whatever a list says, and one that a person wants to be, and its money followed on.
    stops: ends.filter((stop) => stop.kind === 'returned' || !passed.has(walletKey(stop))),
    openings: [],
    sources: named.filter((source) => crawled.has(keyOf(source))),
    unverified: [...unverified, ...unconfirmed],
  });
  const found = CONSERVING_RULES.map((rule) => ({ rule, ends: endsOf(plan, rule, (row) => !poison.has(row)) }));
  const walletOf = (account: number): Wallet => {
    const wallet = table.accounts.list[account];
    if (wallet === undefined) throw new Error(`There is no account ${account}.`);
    return { chain: wallet.chain, address: wallet.address };
  };
  return {
    totals: new Map(found.map(({ rule, ends: { accounts: _, reached: __, ...totals } }) => [rule, totals])),
    sources: found.reduce((most, { ends: { sources } }) => larger(most, sources), 0n),
    wallets: addUp(
      found.flatMap(({ rule, ends }) => ends.accounts.map((each) => ({ ...each, rule }))),
      walletOf,
    ),
    passed: () =>
      addUp(
        found.flatMap(({ rule, ends }) => ends.reached.map((each) => ({ ...each, rule }))),
        walletOf,
      ),
  };
}

/** What is said of accounts, said of their wallets. */
type AddedUp<T> = Omit<T, 'account' | 'amount' | 'rule'> & PassedWallet;

/** Adds up by wallet what came to accounts; the money has the same end at all accounts of a wallet. */
function addUp<T extends ReachOfAccount & { readonly rule: ConservingRule }>(
  found: readonly T[],
  walletOf: (account: number) => Wallet,
): AddedUp<T>[] {
  const wallets = new Map<string, AddedUp<T> & { readonly amounts: Map<ConservingRule, bigint> }>();
  for (const { account, amount, rule, ...rest } of found) {
    const wallet = walletOf(account);
    const key = walletKey(wallet);
    const own = wallets.get(key) ?? { ...rest, ...wallet, amounts: new Map<ConservingRule, bigint>() };
    own.amounts.set(rule, amount + (own.amounts.get(rule) ?? 0n));
    wallets.set(key, { ...own, hop: Math.min(own.hop, rest.hop) });
  }
  return [...wallets.values()];
}
