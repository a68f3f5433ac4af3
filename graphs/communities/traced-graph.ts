/**
 * The traced graph without services: which wallets hand victims' money to which, without direction. What communities are found in.
 * docs/detection.md has the formula of a pair's weight.
 */
import type { Wallet } from '../../src/chains/chain.ts';
import { type CaseView, STANDING } from '../findings/view.ts';
import { counts } from '../row-index.ts';
import type { CommunityPolicy } from './policy.ts';
import { addTies, type TracedPairs } from './tie-pairs.ts';

export interface TracedGraph {
  /** The accounts that are nodes, ascending. */
  readonly accounts: Int32Array;
  readonly pairs: TracedPairs;
}

/** Parts of one, in which shares and nearness are counted. */
const WHOLE = 1_000;
/** Parts of a doubling, in which logarithms are counted. */
const STEPS = 16;

/**
 * Nodes are wallets of nobody that is known, which reports name, or which traced money reached and whose history is known, if enough of
 * what they received is traced: of others it is not known whether they do not belong to somebody else. Linear in rows.
 */
export function tracedGraph(view: CaseView, policy: CommunityPolicy): TracedGraph {
  const share = tracedShares(view);
  const node = new Int32Array(view.count).fill(-1);
  const accounts: number[] = [];
  for (let account = 0; account < view.count; account += 1) {
    const isMet = (view.hop[account] ?? -1) >= 0 && view.standing[account] === STANDING.wallet;
    const isRead = view.complete[account] === 1 && (share[account] ?? 0) >= policy.leastTraced;
    // What is reported is looked at however little is known of it.
    if ((isMet && isRead) || isReported(view, account)) node[account] = accounts.push(account) - 1;
  }
  const numbers = Int32Array.from(accounts);
  const moved = transferPairs(view, policy, node, numbers, share);
  const nodesOf = (wallet: Wallet) =>
    view.table.accounts.ofWallet(wallet).flatMap((account) => ((node[account] ?? -1) < 0 ? [] : [node[account] ?? 0]));
  return { accounts: numbers, pairs: addTies(moved, view.ties, nodesOf, policy) };
}

function isReported({ reported, standing }: CaseView, account: number): boolean {
  return reported[account] === 1 && standing[account] === STANDING.wallet;
}

/** Of all that each account received, as far as it is known, how much is traced, in thousandths. */
function tracedShares({ table, traced, count }: CaseView): Float64Array {
  const all = new Float64Array(count);
  const followed = new Float64Array(count);
  for (let row = 0; row < table.rows; row += 1) {
    if (!counts(table, row)) continue;
    const to = table.to[row] ?? 0;
    all[to] = (all[to] ?? 0) + Number(table.value[row] ?? 0n);
    followed[to] = (followed[to] ?? 0) + Number(traced[row] ?? 0n);
  }
  return followed.map((each, account) => {
    const received = all[account] ?? 0;
    return received === 0 ? 0 : Math.floor((WHOLE * each) / received);
  });
}

/** One pair for each two nodes between which traced money went. */
function transferPairs(
  { table, traced, count: accountCount }: CaseView,
  policy: CommunityPolicy,
  node: Int32Array,
  accounts: Int32Array,
  share: Float64Array,
): TracedPairs {
  const nodes = accounts.length;
  const starts = new Int32Array(nodes + 1);
  const isPair = (row: number): boolean =>
    (traced[row] ?? 0n) > 0n &&
    (node[table.from[row] ?? 0] ?? -1) >= 0 &&
    (node[table.to[row] ?? 0] ?? -1) >= 0 &&
    counts(table, row);
  const lowOf = (row: number) => Math.min(node[table.from[row] ?? 0] ?? 0, node[table.to[row] ?? 0] ?? 0);
  const highOf = (row: number) => Math.max(node[table.from[row] ?? 0] ?? 0, node[table.to[row] ?? 0] ?? 0);
  let size = 0;
  for (let row = 0; row < table.rows; row += 1) {
    if (!isPair(row)) continue;
    size += 1;
    starts[lowOf(row) + 1] = (starts[lowOf(row) + 1] ?? 0) + 1;
  }
  for (let low = 0; low < nodes; low += 1) starts[low + 1] = (starts[low + 1] ?? 0) + (starts[low] ?? 0);
  const next = starts.slice();
  const rows = new Int32Array(size);
  const near = new Float64Array(size);
  /** When traced money last came to each account. */
  const came = new Float64Array(accountCount).fill(Number.NEGATIVE_INFINITY);
  for (let row = 0, ahead = 0; row < table.rows; row += 1) {
    const time = table.timestamp[row] ?? 0;
    // Of what came and went at one time, the order of the table does not tell which was first.
    for (; ahead < table.rows && table.timestamp[ahead] === time; ahead += 1)
      if ((traced[ahead] ?? 0n) > 0n && counts(table, ahead)) came[table.to[ahead] ?? 0] = time;
    if (!isPair(row)) continue;
    const place = next[lowOf(row)] ?? 0;
    rows[place] = row;
    near[place] = policy.nearMs / (policy.nearMs + time - (came[table.from[row] ?? 0] ?? 0));
    next[lowOf(row)] = place + 1;
  }
  const [a, b, weight] = [new Int32Array(size), new Int32Array(size), new Float64Array(size)];
  const unit = Number(policy.unit);
  const amounts = new Float64Array(nodes);
  const nearness = new Float64Array(nodes);
  const times = new Int32Array(nodes);
  const met = new Int32Array(nodes);
  let count = 0;
  for (let low = 0; low < nodes; low += 1) {
    let found = 0;
    for (let place = starts[low] ?? 0; place < (starts[low + 1] ?? 0); place += 1) {
      const row = rows[place] ?? 0;
      const high = highOf(row);
      if (times[high] === 0) {
        met[found] = high;
        found += 1;
      }
      const amount = Number(traced[row] ?? 0n) / unit;
      amounts[high] = (amounts[high] ?? 0) + amount;
      nearness[high] = (nearness[high] ?? 0) + amount * (near[place] ?? 0);
      times[high] = (times[high] ?? 0) + 1;
    }
    for (const high of met.subarray(0, found).sort()) {
      const amount = amounts[high] ?? 0;
      const transfers = times[high] ?? 1;
      const [one, other] = [share[accounts[low] ?? 0] ?? 0, share[accounts[high] ?? 0] ?? 0];
      const purity = (one * other) / (WHOLE * WHOLE);
      const soon = 1 + (nearness[high] ?? 0) / amount;
      const often = 1 + (1 - 1 / transfers) / policy.countPart;
      const heavy = Math.floor(scaled(amount) * purity * soon * often);
      [amounts[high], nearness[high], times[high]] = [0, 0, 0];
      if (heavy === 0) continue;
      [a[count], b[count], weight[count]] = [low, high, heavy];
      count += 1;
    }
  }
  return {
    ...{ a: a.slice(0, count), b: b.slice(0, count), weight: weight.slice(0, count), count },
    kind: new Uint8Array(count),
  };
}

/**
 * The logarithm of 1 + amount to base 2, in sixteenths and rounded down, drawn straight between powers of two: by arithmetic whose last bit
 * is the same on every machine.
 */
function scaled(amount: number): number {
  let [rest, doublings] = [1 + amount, 0];
  while (rest >= 2) {
    rest /= 2;
    doublings += 1;
  }
  return STEPS * doublings + Math.floor(STEPS * (rest - 1));
}
