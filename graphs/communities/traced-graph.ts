/**
 * The traced graph without services: which wallets hand on what came by way of reported ones, without direction. What communities are
 * found in. docs/detection.md has the formula of a pair's weight.
 */
import type { Wallet } from '../../src/chains/chain.ts';
import { type CaseView, STANDING } from '../findings/view.ts';
import { counts } from '../row-index.ts';
import { approximate } from '../trace/amounts.ts';
import type { CommunityPolicy } from './policy.ts';
import { addTies, type MovedPairs, type TracedPairs } from './tie-pairs.ts';

export interface TracedGraph {
  /** The accounts that are nodes, ascending. */
  readonly accounts: Int32Array;
  readonly pairs: TracedPairs;
}

/** Of each row, base units in all, and those that had come by way of reported wallets. */
interface Money {
  readonly all: Float64Array;
  readonly followed: Float64Array;
}

/** Parts of one, in which shares and nearness are counted. */
const WHOLE = 1_000;
/** Parts of a doubling, in which logarithms are counted. */
const STEPS = 16;

/**
 * Nodes are wallets of nobody that is known, which reports name, or which such money reached and whose history is known, if enough of
 * what they received is such money: of others it is not known whether they do not belong to somebody else. Where no history but those of
 * reported wallets was read, as from files, these others are nodes too: without them there would be nothing to see. Linear in rows.
 */
export function tracedGraph(view: CaseView, policy: CommunityPolicy): TracedGraph {
  const money: Money = { all: approximate(view.table.value), followed: approximate(view.byReported) };
  const { share, came } = receiptsOf(view, money);
  const node = new Int32Array(view.count).fill(-1);
  const accounts: number[] = [];
  const nothingElse = isReportedAlone(view, share);
  for (let account = 0; account < view.count; account += 1) {
    const isMet = (share[account] ?? 0) > 0 && view.standing[account] === STANDING.wallet;
    const isRead = (view.complete[account] === 1 || nothingElse) && (share[account] ?? 0) >= policy.leastTraced;
    // What is reported is looked at however little is known of it.
    if ((isMet && isRead) || isReported(view, account)) node[account] = accounts.push(account) - 1;
  }
  const numbers = Int32Array.from(accounts);
  const moved = {
    ...transferPairs(view, policy, money, node, numbers, share),
    came: Float64Array.from(numbers, (account) => came[account] ?? 0),
  };
  const nodesOf = (wallet: Wallet) => view.table.accounts.ofWallet(wallet).map((account) => node[account] ?? -1);
  return { accounts: numbers, pairs: addTies(moved, view.ties, nodesOf, policy) };
}

/** Whether no wallet was read that such money reached and that no report names. */
function isReportedAlone({ complete, reported, count }: CaseView, share: Float64Array): boolean {
  for (let account = 0; account < count; account += 1)
    if (complete[account] === 1 && reported[account] !== 1 && (share[account] ?? 0) > 0) return false;
  return true;
}

function isReported({ reported, standing }: CaseView, account: number): boolean {
  return reported[account] === 1 && standing[account] === STANDING.wallet;
}

/**
 * All that each account received, as far as it is known, in base units, and how much of it had come by way of reported wallets, in
 * thousandths.
 */
function receiptsOf({ table, count }: CaseView, money: Money): { came: Float64Array; share: Float64Array } {
  const came = new Float64Array(count);
  const followed = new Float64Array(count);
  for (let row = 0; row < table.rows; row += 1) {
    if (!counts(table, row)) continue;
    const to = table.to[row] ?? 0;
    came[to] = (came[to] ?? 0) + (money.all[row] ?? 0);
    followed[to] = (followed[to] ?? 0) + (money.followed[row] ?? 0);
  }
  const share = followed.map((each, account) => {
    const received = came[account] ?? 0;
    return received === 0 ? 0 : Math.floor((WHOLE * each) / received);
  });
  return { came, share };
}

/** One pair for each two nodes between which such money went. */
function transferPairs(
  view: CaseView,
  policy: CommunityPolicy,
  money: Money,
  node: Int32Array,
  accounts: Int32Array,
  share: Float64Array,
): Omit<MovedPairs, 'came'> {
  const nodes = accounts.length;
  const moved = tracedRows(view, policy, money, node);
  const { size, low: lows, high: highs } = moved;
  // By the lower node: then one column of sums serves all its pairs.
  const starts = new Int32Array(nodes + 1);
  for (let each = 0; each < size; each += 1) {
    const next = (lows[each] ?? 0) + 1;
    starts[next] = (starts[next] ?? 0) + 1;
  }
  for (let low = 0; low < nodes; low += 1) starts[low + 1] = (starts[low + 1] ?? 0) + (starts[low] ?? 0);
  const next = starts.slice();
  const order = new Int32Array(size);
  for (let each = 0; each < size; each += 1) {
    const low = lows[each] ?? 0;
    const place = next[low] ?? 0;
    order[place] = each;
    next[low] = place + 1;
  }
  const [a, b, weight] = [new Int32Array(size), new Int32Array(size), new Float64Array(size)];
  const [forth, back] = [new Float64Array(size), new Float64Array(size)];
  const amounts = new Float64Array(nodes);
  const [paid, got] = [new Float64Array(nodes), new Float64Array(nodes)];
  const nearness = new Float64Array(nodes);
  const times = new Int32Array(nodes);
  const met = new Int32Array(nodes);
  const isMet = new Uint8Array(nodes);
  let count = 0;
  for (let low = 0; low < nodes; low += 1) {
    let found = 0;
    for (let place = starts[low] ?? 0; place < (starts[low + 1] ?? 0); place += 1) {
      const each = order[place] ?? 0;
      const high = highs[each] ?? 0;
      if (isMet[high] === 0) {
        isMet[high] = 1;
        met[found] = high;
        found += 1;
      }
      const amount = moved.amount[each] ?? 0;
      amounts[high] = (amounts[high] ?? 0) + amount;
      nearness[high] = (nearness[high] ?? 0) + amount * (moved.near[each] ?? 0);
      times[high] = (times[high] ?? 0) + (amount > 0 ? 1 : 0);
      const sums = moved.isForth[each] === 1 ? paid : got;
      sums[high] = (sums[high] ?? 0) + (moved.whole[each] ?? 0);
    }
    for (let place = 0; place < found; place += 1) {
      const high = met[place] ?? 0;
      const amount = amounts[high] ?? 0;
      const purity = ((share[accounts[low] ?? 0] ?? 0) * (share[accounts[high] ?? 0] ?? 0)) / (WHOLE * WHOLE);
      const soon = 1 + (nearness[high] ?? 0) / amount;
      const often = 1 + (1 - 1 / (times[high] ?? 1)) / policy.countPart;
      // Where nothing followed went between two, they are no pair.
      const heavy = amount === 0 ? 0 : Math.floor(scaled(amount) * purity * soon * often);
      [forth[count], back[count]] = [paid[high] ?? 0, got[high] ?? 0];
      paid[high] = 0;
      got[high] = 0;
      amounts[high] = 0;
      nearness[high] = 0;
      times[high] = 0;
      isMet[high] = 0;
      if (heavy === 0) continue;
      a[count] = low;
      b[count] = high;
      weight[count] = heavy;
      count += 1;
    }
  }
  return {
    ...{ a: a.slice(0, count), b: b.slice(0, count), weight: weight.slice(0, count) },
    ...{ forth: forth.slice(0, count), back: back.slice(0, count), count },
  };
}

/** The transfers between two nodes, in the order of the table: how much of such money they carry, and how soon after such money came. */
function tracedRows(
  { table, count }: CaseView,
  { unit, nearMs }: CommunityPolicy,
  { all, followed }: Money,
  node: Int32Array,
) {
  const { rows, from, to, timestamp } = table;
  const one = Number(unit);
  const low = new Int32Array(rows);
  const high = new Int32Array(rows);
  const amount = new Float64Array(rows);
  const near = new Float64Array(rows);
  /** What the transfer moved in all, and whether the lower node paid. */
  const whole = new Float64Array(rows);
  const isForth = new Uint8Array(rows);
  /** When such money last came to each account. */
  const came = new Float64Array(count).fill(Number.NEGATIVE_INFINITY);
  let size = 0;
  for (let row = 0, ahead = 0; row < rows; row += 1) {
    const time = timestamp[row] ?? 0;
    // Of what came and went at one time, the order of the table does not tell which was first.
    for (; ahead < rows && timestamp[ahead] === time; ahead += 1)
      if ((followed[ahead] ?? 0) > 0 && counts(table, ahead)) came[to[ahead] ?? 0] = time;
    const payer = node[from[row] ?? 0] ?? -1;
    const payee = node[to[row] ?? 0] ?? -1;
    if (payer < 0 || payee < 0 || !counts(table, row)) continue;
    low[size] = Math.min(payer, payee);
    high[size] = Math.max(payer, payee);
    amount[size] = (followed[row] ?? 0) / one;
    near[size] = nearMs / (nearMs + time - (came[from[row] ?? 0] ?? 0));
    whole[size] = all[row] ?? 0;
    isForth[size] = payer < payee ? 1 : 0;
    size += 1;
  }
  return { size, low, high, amount, near, whole, isForth };
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
