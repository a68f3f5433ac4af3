/**
 * A case as clusters, roles and scores see it: its transfers in columns, what of them is victims' money, and what is known of each
 * wallet. Pure: the same rows, in any order, give the same view.
 */
import type { Wallet } from '../../src/chains/chain.ts';
import type { NativeReceipt } from '../../src/chains/off-history.ts';
import type { Tie } from '../attribution/types.ts';
import { indexRows, type RowsOfAccount } from '../row-index.ts';
import { type Amounts, createAmounts } from '../trace/amounts.ts';
import { runRule } from '../trace/follow.ts';
import { mergeSources, type Plan } from '../trace/plan.ts';
import type { TransferTable } from '../trace/table.ts';
import type { ConservingRule } from '../trace/types.ts';
import { walletKey } from '../wallet-key.ts';
import { networkMoney } from './network-money.ts';

/**
 * What a wallet is, as far as tags, reports and behaviour tell; where several hold, the last. A `wallet` is nobody's that is known. An
 * `account` is a deposit address: a customer's money passes it, and a service runs it. `possible` is a service by its behaviour
 * alone, and `service` one that tags or a list name. A `victim` reported, or paid what was reported.
 */
export const STANDING = { wallet: 0, account: 1, possible: 2, service: 3, victim: 4 } as const;

export interface CaseInput {
  /**
   * All sources with all transfers that are known, ending at services, possible ones and deposit addresses among them, and at victims'
   * own wallets: beyond these, strangers' money is mixed in.
   */
  readonly plan: Plan;
  /** The rule by which victims' money is told from other money. */
  readonly rule: ConservingRule;
  /** Wallets that reports name as paid. They are never taken for a service's by behaviour alone. */
  readonly reported: Iterable<Wallet>;
  readonly victims: Iterable<Wallet>;
  readonly services: Iterable<Wallet & { readonly name: string | null }>;
  readonly possible: Iterable<Wallet>;
  /** Deposit addresses, with the service's name where its sinks are named. */
  readonly accounts: Iterable<Wallet & { readonly name?: string | null }>;
  /** Wallets whose whole history is known. */
  readonly complete: Iterable<Wallet>;
  /** Wallets that one wallet funds, or that were emptied together. */
  readonly ties: readonly Tie[];
  /** What paid for wallets' fees, as far as it was asked for. */
  readonly native: readonly NativeReceipt[];
}

export interface CaseView {
  readonly table: TransferTable;
  readonly plan: Plan;
  readonly rule: ConservingRule;
  /** How many accounts there are: a wallet per asset. All that follows goes by their numbers. */
  readonly count: number;
  /** Of each row of the table: followed money of all sources, named and unverified ones, that it carries. Base units. */
  readonly traced: Amounts;
  /** Of each row: what had come by way of a wallet that reports name, whoever paid it. At least as much. */
  readonly byReported: Amounts;
  /** Fewest transfers by which followed money came: 0 for what a source paid, -1 where none came. */
  readonly hop: Int32Array;
  /** Followed money that came in, and that went on; of services and victims only the first. */
  readonly received: Amounts;
  readonly passed: Amounts;
  /** One of `STANDING`. */
  readonly standing: Uint8Array;
  /** 1 for wallets that reports name as paid, and for those whose whole history is known. */
  readonly reported: Uint8Array;
  readonly complete: Uint8Array;
  /** Name of the service whose wallet or deposit address an account is, where one is known. */
  readonly services: ReadonlyMap<number, string>;
  /** Rows that an account received and paid, in the order of time; dust and burns left out. */
  readonly receipts: RowsOfAccount;
  readonly payouts: RowsOfAccount;
  readonly ties: readonly Tie[];
  readonly native: readonly NativeReceipt[];
}

/** Linear in rows, but for the rule. */
export function viewCase(input: CaseInput): CaseView {
  const { rule, ties, native } = input;
  // How much came somewhere counts here, and not whose: one source is followed many times faster than thousands.
  const plan = mergeSources(input.plan);
  const { table } = plan;
  const { list } = table.accounts;
  const traced = createAmounts(table.rows, plan.most);
  const { hop, received, passed } = runRule(plan, rule, {
    onMove: (row, lots) => {
      traced[row] = lots.followed(plan.asked);
    },
  });
  const standing = new Uint8Array(list.length);
  const services = new Map<number, string>();
  const reported = mark(table, input.reported);
  const stand = (wallets: Iterable<Wallet>, as: number, evenReported: boolean) => {
    for (const wallet of wallets)
      for (const account of table.accounts.ofWallet(wallet))
        if (evenReported || reported[account] !== 1) standing[account] = as;
  };
  stand(input.accounts, STANDING.account, false);
  stand(input.possible, STANDING.possible, false);
  stand(input.services, STANDING.service, true);
  stand(input.victims, STANDING.victim, true);
  for (const { name, ...wallet } of [...input.accounts, ...input.services]) {
    if (name === null || name === undefined) continue;
    for (const account of table.accounts.ofWallet(wallet)) services.set(account, name);
  }
  return {
    ...{
      table,
      plan: input.plan,
      rule,
      count: list.length,
      traced,
      byReported: networkMoney(plan, rule, reported),
      hop,
      received,
      passed,
      standing,
      reported,
      services,
    },
    ...{ complete: mark(table, input.complete), ties, native },
    receipts: indexRows(table, table.to),
    payouts: indexRows(table, table.from),
  };
}

function mark({ accounts }: TransferTable, wallets: Iterable<Wallet>): Uint8Array {
  const marks = new Uint8Array(accounts.list.length);
  for (const wallet of wallets) for (const account of accounts.ofWallet(wallet)) marks[account] = 1;
  return marks;
}

/** The wallet of an account. */
export function walletOf({ table }: Pick<CaseView, 'table'>, account: number): Wallet {
  const found = table.accounts.list[account];
  if (found === undefined) throw new Error(`There is no account ${account}.`);
  return { chain: found.chain, address: found.address };
}

/** Numbers of accounts in the order of chain, address and asset, in which results are told. */
export function sortedAccounts({ table }: Pick<CaseView, 'table'>): Int32Array {
  const keys = table.accounts.list.map((account) => `${walletKey(account)}:${account.asset}`);
  return Int32Array.from(keys.keys()).sort((a, b) => ((keys[a] ?? '') < (keys[b] ?? '') ? -1 : 1));
}
