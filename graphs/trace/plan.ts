/** What a trace follows: the rows in their order, which accounts have ledgers, where it ends, and its sources. */
import type { Wallet } from '../../src/chains/chain.ts';
import { type Amounts, createAmounts } from './amounts.ts';
import { putInOrder, type Sequence } from './sequence.ts';
import { KIND, type TransferTable } from './table.ts';
import type { End, NamedSource, Opening, SourceKind, Stop, TraceInput } from './types.ts';

/** Where followed money that reaches an account is: in its ledger, or at an end. */
export const PLACE = { ledger: 0, service: 1, returned: 2, beyond: 3 } as const;

const ENDS: readonly (End | null)[] = [null, 'service', 'returned', 'beyond'];

/** The end that a place of an account is; `null` for a ledger. */
export function endOf(place: number): End | null {
  return ENDS[place] ?? null;
}

/** What the rows of a plan are besides the table. */
export type PlanInput = Omit<TraceInput, 'transfers' | 'burns'>;

export interface PlannedSource {
  readonly row: number;
  readonly kind: SourceKind;
}

export interface Plan {
  readonly table: TransferTable;
  readonly sequence: Sequence;
  /** One of `PLACE` for each account. */
  readonly places: Uint8Array;
  /** What each account with a ledger held at first. */
  readonly openings: Amounts;
  readonly sources: readonly PlannedSource[];
  /** The number of the source that a row is, else -1. */
  readonly sourceOf: Int32Array;
  /**
   * 1 for each source whose money is told. All sources are followed, whoever asks: what a payout takes of one depends on
   * the others.
   */
  readonly asked: Uint8Array;
  /** No amount that can come of the rows exceeds it. */
  readonly most: bigint;
}

/**
 * @throws Error when a source is not among the rows
 */
export function makePlan(table: TransferTable, input: PlanInput): Plan {
  const places = placeAccounts(table, input);
  const ledgers = places.map((place) => (place === PLACE.ledger ? 1 : 0));
  const most = table.total + input.openings.reduce((sum, { value }) => sum + value, 0n);
  const openings = openAccounts(table, input.openings, ledgers, most);
  const sources = findSources(table, input);
  const sourceOf = new Int32Array(table.rows).fill(-1);
  sources.forEach(({ row }, number) => {
    sourceOf[row] = number;
  });
  const asked = new Uint8Array(sources.length).fill(1);
  const sequence = putInOrder(table, ledgers, openings, most);
  return { table, sequence, places, openings, sources, sourceOf, asked, most };
}

/** The numbers of the two sources that `mergeSources` leaves. */
const MERGED = { named: 0, unverified: 1 } as const;

/**
 * The same plan with all named sources as one, and all unverified ones as another: for whoever asks how much came
 * somewhere, and not whose. With thousands of sources that is many times faster.
 */
export function mergeSources(plan: Plan): Plan {
  const kinds = plan.sources.map(({ kind }) => (kind === 'unverified' ? MERGED.unverified : MERGED.named));
  return {
    ...plan,
    sources: [
      { row: -1, kind: 'payment' },
      { row: -1, kind: 'unverified' },
    ],
    sourceOf: plan.sourceOf.map((source) => (source < 0 ? source : (kinds[source] ?? MERGED.named))),
    asked: new Uint8Array(2).fill(1),
  };
}

function placeAccounts({ accounts }: TransferTable, { covered, stops }: PlanInput): Uint8Array {
  const places = new Uint8Array(accounts.list.length).fill(PLACE.beyond);
  const set = (wallet: Wallet, place: number) => {
    for (const account of accounts.ofWallet(wallet)) places[account] = place;
  };
  for (const wallet of covered) set(wallet, PLACE.ledger);
  const strongest = (kind: Stop['kind']) => {
    for (const stop of stops) if (stop.kind === kind) set(stop, PLACE[kind]);
  };
  strongest('service');
  strongest('returned');
  return places;
}

function openAccounts(
  { accounts }: TransferTable,
  openings: readonly Opening[],
  ledgers: Uint8Array,
  most: bigint,
): Amounts {
  const held = createAmounts(accounts.list.length, most);
  for (const { chain, asset, address, value } of openings) {
    const account = accounts.find(chain, asset, address);
    if (account >= 0 && ledgers[account] === 1) held[account] = value;
  }
  return held;
}

/** In the order of the table, which is that in which sources are numbered. */
function findSources(table: TransferTable, input: PlanInput): PlannedSource[] {
  const { accounts, rows, to, kind } = table;
  const named = nameRows(table, input.sources);
  const unverified = new Uint8Array(accounts.list.length);
  for (const wallet of input.unverified) for (const account of accounts.ofWallet(wallet)) unverified[account] = 1;
  const sources: PlannedSource[] = [];
  for (let row = 0; row < rows; row += 1) {
    const is = named.get(row);
    if (is !== undefined) sources.push({ row, kind: is });
    else if (unverified[to[row] ?? 0] === 1 && kind[row] === KIND.transfer) sources.push({ row, kind: 'unverified' });
  }
  return sources;
}

/** The rows of named sources. One that is named as a payment and as a disclosure is a payment. */
function nameRows(table: TransferTable, sources: readonly NamedSource[]): Map<number, NamedSource['kind']> {
  const { accounts, from, to, value, occurrence, kind } = table;
  const byPayee = new Map<number, Map<bigint, NamedSource[]>>();
  for (const source of sources) {
    const account = accounts.find(source.chain, source.asset, source.to);
    const byValue = byPayee.get(account) ?? new Map<bigint, NamedSource[]>();
    byPayee.set(account, byValue);
    const equal = byValue.get(source.value) ?? [];
    byValue.set(source.value, equal);
    equal.push(source);
  }
  const named = new Map<number, NamedSource['kind']>();
  const left = new Set(sources);
  for (let row = 0; row < table.rows; row += 1) {
    if (kind[row] !== KIND.transfer) continue;
    for (const source of byPayee.get(to[row] ?? 0)?.get(value[row] ?? 0n) ?? []) {
      if (source.occurrence !== occurrence[row]) continue;
      if (accounts.list[from[row] ?? 0]?.address !== source.from) continue;
      if (table.transfer(row).transaction !== source.transaction) continue;
      if (named.get(row) !== 'payment') named.set(row, source.kind);
      left.delete(source);
    }
  }
  for (const { transaction } of left) throw new Error(`The source ${transaction} is not among the transfers.`);
  return named;
}
