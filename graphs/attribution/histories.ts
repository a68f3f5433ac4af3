/** Transfers by wallet, with what is known of the wallets, so that inferences over millions of rows are passes over columns. */
import type { Wallet } from '../../src/chains/chain.ts';
import { indexRows } from '../row-index.ts';
import type { TransferTable } from '../trace/table.ts';
import type { TransferKey } from '../trace/types.ts';
import { walletKey } from '../wallet-key.ts';
import { chooseService } from './names.ts';
import type { AttributionInput, Evidence, NamedService, ServiceName } from './types.ts';

/** Evidence names so many transfers at most. */
const NAMED_TRANSFERS = 20;

/** A wallet of a service, as tags name it. */
export interface NamedSink extends ServiceName {
  /** Equal for the wallets of one service. */
  readonly key: string;
  /** All that those who name this service say that the wallet is. */
  readonly categories: readonly string[];
}

export interface Histories {
  readonly table: TransferTable;
  /** How many accounts there are: a wallet per asset. */
  readonly count: number;
  /** Whether the account's whole history is known. */
  readonly complete: Uint8Array;
  /** Whether a crawl took it for a possible service. */
  readonly possible: Uint8Array;
  /** What tags say of the service that it belongs to. */
  readonly names: ReadonlyMap<number, NamedSink>;
  /** Rows that an account received and paid, in the order of time, dust left out. */
  received(account: number): Int32Array;
  paid(account: number): Int32Array;
  wallet(account: number): Wallet;
  /** The accounts' numbers, by chain, address and asset. */
  readonly sorted: readonly number[];
}

export function indexHistories(input: Pick<AttributionInput, 'table' | 'complete' | 'possible' | 'named'>): Histories {
  const { table } = input;
  const count = table.accounts.list.length;
  const receipts = indexRows(table, table.to);
  const payouts = indexRows(table, table.from);
  const wallet = (account: number): Wallet => {
    const { chain, address } = table.accounts.list[account] ?? missing(account);
    return { chain, address };
  };
  return {
    ...{ table, count, received: receipts, paid: payouts, wallet },
    complete: marked(table, input.complete),
    possible: marked(table, input.possible),
    names: namesOf(table, input.named),
    sorted: sortAccounts(table),
  };
}

/** The transfers of rows as evidence. */
export function evidenceOf(
  { table }: Histories,
  rows: readonly number[],
  figures: Readonly<Record<string, number>>,
): Evidence {
  const first = [...rows].sort((a, b) => a - b).slice(0, NAMED_TRANSFERS);
  return { figures, transfers: first.map((row) => keyOf(table, row)), transferCount: rows.length };
}

function keyOf(table: TransferTable, row: number): TransferKey {
  const { chain, asset, transaction, from, to, value, occurrence } = table.transfer(row);
  return { chain, asset, transaction, from, to, value, occurrence };
}

/** Part of a whole in percent, rounded down. */
export function percentOf(part: bigint, whole: bigint): number {
  return whole === 0n ? 0 : Number((100n * part) / whole);
}

function marked({ accounts }: TransferTable, wallets: Iterable<Wallet>): Uint8Array {
  const marks = new Uint8Array(accounts.list.length);
  for (const wallet of wallets) for (const account of accounts.ofWallet(wallet)) marks[account] = 1;
  return marks;
}

/** The service that the tags of each wallet name; other names contradict it. */
function namesOf({ accounts }: TransferTable, named: Iterable<NamedService>): Map<number, NamedSink> {
  const byWallet = new Map<string, NamedService[]>();
  for (const tag of named) {
    const key = walletKey(tag);
    const tags = byWallet.get(key);
    if (tags === undefined) byWallet.set(key, [tag]);
    else tags.push(tag);
  }
  const names = new Map<number, NamedSink>();
  for (const tags of byWallet.values()) {
    const { best, name, key, categories, others } = chooseService(tags);
    const sink = { name, key, category: best.category, categories, source: best.source, others };
    for (const account of accounts.ofWallet(best)) names.set(account, sink);
  }
  return names;
}

function sortAccounts({ accounts: { list } }: TransferTable): number[] {
  const keys = list.map(({ chain, address, asset }) => `${chain}:${address}:${asset}`);
  return keys.map((_, account) => account).sort((a, b) => compare(keys[a] ?? '', keys[b] ?? ''));
}

export function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function missing(account: number): never {
  throw new Error(`There is no account ${account}.`);
}

/** How many different accounts stand on a side of rows. */
export function distinct(side: Int32Array, rows: Int32Array): number {
  const met = new Set<number>();
  for (const row of rows) met.add(side[row] ?? -1);
  return met.size;
}
