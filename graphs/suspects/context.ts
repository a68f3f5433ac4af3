/** What features are counted from, and how evidence is told. */
import { displayAmount } from '../../src/money.ts';
import { type CaseView, STANDING } from '../findings/view.ts';
import type { RoleFinding } from '../roles/types.ts';
import { counts } from '../row-index.ts';
import { type Amounts, createAmounts } from '../trace/amounts.ts';
import { indexRoles, indexTies, type Links, linksOf, type NumberedTie, namedInClusters } from './indexes.ts';
import type { SuspectPolicy } from './policy.ts';
import type { Fact, Findings } from './types.ts';

/** Of USDT, on both chains: amounts are told, and counted, in whole units. */
export const DECIMALS = 6;
/** Rows, and hashes, that a reason names at most. */
const NAMED_ROWS = 20;

export interface Context {
  readonly view: CaseView;
  readonly findings: Findings;
  readonly policy: SuspectPolicy;
  /** Of each account, what it received and paid in all, dust and burns left out. */
  readonly came: Amounts;
  readonly left: Amounts;
  /** 1 for reported wallets that are no service's and no victim's. */
  readonly reported: Uint8Array;
  /** The same, and those that were likely in the round before. */
  readonly known: Uint8Array;
  readonly links: Links;
  /** Of each account, the ties in which it stands, and its roles. */
  readonly ties: ReadonlyMap<number, readonly NumberedTie[]>;
  readonly roles: ReadonlyMap<number, readonly RoleFinding[]>;
  /** Reported wallets in each cluster. */
  readonly namedIn: Int32Array;
}

/** What a feature counts, and how it says so. */
export interface Feature {
  /** `null` where nothing can be said, such as of a wallet whose history is not whole. */
  figure(context: Context, account: number): number | null;
  tell(context: Context, account: number, figure: number): Omit<Fact, 'figure'>;
}

export function openContext(view: CaseView, findings: Findings, policy: SuspectPolicy): Context {
  const reported = view.reported.map((is, account) => (is === 1 && isCandidate(view, account) ? 1 : 0));
  return {
    ...{ view, findings, policy, reported, known: reported, ...totalsOf(view) },
    links: linksOf(view, reported),
    ties: indexTies(view),
    roles: indexRoles(findings.roles),
    namedIn: namedInClusters(findings.communities, reported),
  };
}

function totalsOf({ table, count }: CaseView): Pick<Context, 'came' | 'left'> {
  const came = createAmounts(count, table.total);
  const left = createAmounts(count, table.total);
  for (let row = 0; row < table.rows; row += 1) {
    if (!counts(table, row)) continue;
    const [payer, payee, value] = [table.from[row] ?? 0, table.to[row] ?? 0, table.value[row] ?? 0n];
    left[payer] = (left[payer] ?? 0n) + value;
    came[payee] = (came[payee] ?? 0n) + value;
  }
  return { came, left };
}

/** Victims are never ranked, nor are services and what they run. */
export function isCandidate({ standing }: CaseView, account: number): boolean {
  return standing[account] === STANDING.wallet;
}

/** A sentence with the rows that it rests on. */
export function told(text: string, rows: readonly number[], native: readonly string[] = []): Omit<Fact, 'figure'> {
  const sorted = [...rows].sort((a, b) => a - b);
  return { text, rows: sorted.slice(0, NAMED_ROWS), rowCount: sorted.length, native: native.slice(0, NAMED_ROWS) };
}

/** An amount in words: `1,250.00 USDT`. */
export function say({ view }: Context, account: number, amount: bigint): string {
  return `${displayAmount(amount, DECIMALS)} ${view.table.accounts.list[account]?.asset ?? ''}`;
}

/** `1 wallet`, `2 wallets`. */
export function countOf(count: number, one: string): string {
  return `${count} ${one}${count === 1 ? '' : 's'}`;
}

export function sumOf({ view }: Context, rows: Iterable<number>): bigint {
  let sum = 0n;
  for (const row of rows) sum += view.table.value[row] ?? 0n;
  return sum;
}

/** A part of a whole in whole percent, rounded down; 100 at most. */
export function percentOf(part: bigint, whole: bigint): number {
  return part >= whole ? 100 : Number((part * 100n) / whole);
}
