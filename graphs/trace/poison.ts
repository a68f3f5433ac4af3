/**
 * Poison: whom a source's money can have reached, if balances do not matter. Amounts are never stated.
 *
 * Möser, Böhme, Breuker, "Towards Risk Scoring of Bitcoin Transactions" (FC 2014) name it; here it heeds the order of time.
 */
import { endOf, PLACE, type Plan } from './plan.ts';
import { KIND } from './table.ts';

const BITS = 32;

export interface Poisoned {
  /** Rows that reached an end, in their order, each with the sources from which it can have come. */
  readonly ended: readonly { readonly row: number; readonly sources: readonly number[] }[];
  /** Fewest transfers by which each account can have been reached; -1 where it cannot. */
  readonly hop: Int32Array;
  /** The sources that can have reached an account, ascending. */
  sourcesOf(account: number): number[];
}

/** @param onReach told of each row through which money can have come, before it counts */
export function poison(plan: Plan, onReach?: (row: number, hop: Int32Array) => void): Poisoned {
  const { table, sequence, places, sourceOf, sources, asked } = plan;
  const { from, to, kind, accounts } = table;
  const words = Math.ceil(sources.length / BITS);
  const hop = new Int32Array(accounts.list.length).fill(-1);
  const reached = new Map<number, Uint32Array>();
  const ended: { row: number; sources: number[] }[] = [];
  for (let step = 0; step < table.rows; step += 1) {
    const row = sequence.order[step] ?? 0;
    const [payer, payee] = [from[row] ?? 0, to[row] ?? 0];
    const number = sourceOf[row] ?? -1;
    const source = asked[number] === 1 ? number : -1;
    const carried = places[payer] === PLACE.ledger ? reached.get(payer) : undefined;
    if (carried === undefined && source < 0) continue;
    if (kind[row] !== KIND.transfer) {
      ended.push({ row, sources: listed(carried, -1) });
      continue;
    }
    onReach?.(row, hop);
    const nearest = source >= 0 ? 0 : (hop[payer] ?? 0) + 1;
    if (hop[payee] === -1 || nearest < (hop[payee] ?? 0)) hop[payee] = nearest;
    const own = reached.get(payee) ?? new Uint32Array(words);
    reached.set(payee, own);
    if (carried !== undefined)
      for (let word = 0; word < words; word += 1) own[word] = (own[word] ?? 0) | (carried[word] ?? 0);
    if (source >= 0) own[source >> 5] = (own[source >> 5] ?? 0) | (1 << (source & 31));
    if (endOf(places[payee] ?? 0) !== null) ended.push({ row, sources: listed(carried, source) });
  }
  return { ended, hop, sourcesOf: (account) => listed(reached.get(account), -1) };
}

/** The numbers whose bits are set, and one more. */
function listed(bits: Uint32Array | undefined, more: number): number[] {
  const numbers: number[] = [];
  bits?.forEach((word, place) => {
    for (let bit = 0; bit < BITS; bit += 1) if ((word >>> bit) & 1) numbers.push(place * BITS + bit);
  });
  if (more >= 0 && !numbers.includes(more)) numbers.push(more);
  return numbers.sort((a, b) => a - b);
}
