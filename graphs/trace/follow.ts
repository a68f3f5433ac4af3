/** The rules as functions from rows to results. */
import type { Account } from './accounts.ts';
import { type Followed, type FollowOptions, follow } from './engine.ts';
import { fifo } from './fifo.ts';
import type { RuleOfLedgers } from './ledgers.ts';
import { libr } from './libr.ts';
import { lifo } from './lifo.ts';
import { endOf, makePlan, type Plan } from './plan.ts';
import { poison } from './poison.ts';
import { proRata } from './pro-rata.ts';
import { KIND, tableOf } from './table.ts';
import type { Arrival, ConservingRule, End, Flow, Reach, ReachedWallet, Resting, TraceInput } from './types.ts';

const LEDGERS: Readonly<Record<ConservingRule, RuleOfLedgers>> = { fifo, lifo, 'pro-rata': proRata, libr };

/** Follows all sources under a conserving rule. @throws Error when money was lost or made: a fault of ours */
export function followPlan(plan: Plan, rule: ConservingRule, options: FollowOptions = {}): Flow {
  const flow = flowOf(plan, runRule(plan, rule, options));
  requireConserved(flow, plan.asked);
  return flow;
}

/** The rule's own run, for whoever looks on at each row. */
export function runRule(plan: Plan, rule: ConservingRule, options: FollowOptions = {}): Followed {
  return follow(plan, LEDGERS[rule], options);
}

/** The same for rows in any order, as many as fit into memory as objects. */
export function followInput(input: TraceInput, rule: ConservingRule): Flow {
  return followPlan(planOf(input), rule);
}

/** Whom the money of each source can have reached. */
export function reachPlan(plan: Plan): Reach {
  const { table, sources } = plan;
  const { ended, hop, sourcesOf } = poison(plan);
  return {
    sources: sources.map(({ row, kind }) => ({ kind, transfer: table.transfer(row) })),
    arrivals: ended.map((each) => ({
      end: endOfRow(plan, each.row),
      transfer: table.transfer(each.row),
      sources: each.sources,
    })),
    wallets: inOrder(plan, (account) => (hop[account] ?? -1) >= 0).map(({ account, index }) => ({
      ...account,
      hop: hop[index] ?? 0,
      sources: sourcesOf(index),
    })),
  };
}

export function reachInput(input: TraceInput): Reach {
  return reachPlan(planOf(input));
}

export function planOf(input: TraceInput): Plan {
  return makePlan(tableOf(input.transfers, input.burns), input);
}

function flowOf(plan: Plan, followed: Followed): Flow {
  const { table, sources, sequence, openings, places } = plan;
  const { amounts, received, passed, hop } = followed;
  const resting = restingOf(plan, followed);
  const wallets = inOrder(plan, (account) => (hop[account] ?? -1) >= 0).map(({ account, index }): ReachedWallet => {
    const [came, went] = [received[index] ?? 0n, passed[index] ?? 0n];
    return {
      ...account,
      hop: hop[index] ?? 0,
      received: came,
      passed: went,
      resting: endOf(places[index] ?? 0) === null ? came - went : 0n,
      shortfall: sequence.shortfall[index] ?? 0n,
      opening: openings[index] ?? 0n,
      orderUnknown: sequence.orderUnknown[index] === 1,
    };
  });
  return {
    sources: sources.map(({ row, kind }, number) => ({
      kind,
      transfer: table.transfer(row),
      amount: amounts[number] ?? 0n,
    })),
    arrivals: arrivalsOf(plan, followed),
    resting,
    wallets,
  };
}

/** Lots of one source that came with one row, together. */
function arrivalsOf(plan: Plan, { ended }: Followed): Arrival[] {
  const rows: { row: number; sources: Map<number, { amount: bigint; hop: number }> }[] = [];
  ended.row.forEach((row, index) => {
    let last = rows.at(-1);
    if (last?.row !== row) {
      last = { row, sources: new Map() };
      rows.push(last);
    }
    const source = ended.source[index] ?? 0;
    const [amount, hop] = [ended.amount[index] ?? 0n, ended.hop[index] ?? 0];
    const own = last.sources.get(source);
    last.sources.set(source, {
      amount: amount + (own?.amount ?? 0n),
      hop: Math.min(hop, own?.hop ?? hop),
    });
  });
  return rows.flatMap(({ row, sources }) => {
    const end = endOfRow(plan, row);
    const transfer = plan.table.transfer(row);
    return [...sources]
      .sort(([a], [b]) => a - b)
      .map(([source, { amount, hop }]) => ({ end, transfer, source, amount, hop }));
  });
}

function restingOf(plan: Plan, { ledgers, received, passed }: Followed): Resting[] {
  const has = (index: number) => (received[index] ?? 0n) > (passed[index] ?? 0n) && plan.places[index] === 0;
  return inOrder(plan, has).flatMap(({ account, index }) => {
    const sources = new Map<number, { amount: bigint; hop: number }>();
    ledgers.each(index, (source, amount, hop) => {
      if (plan.asked[source] !== 1) return;
      const own = sources.get(source);
      sources.set(source, { amount: amount + (own?.amount ?? 0n), hop: Math.min(hop, own?.hop ?? hop) });
    });
    return [...sources]
      .sort(([a], [b]) => a - b)
      .map(([source, { amount, hop }]) => ({ ...account, source, amount, hop }));
  });
}

function endOfRow({ table, places }: Plan, row: number): End {
  if (table.kind[row] === KIND.destroyed) return 'destroyed';
  if (table.kind[row] === KIND.redeemed) return 'redeemed';
  return endOf(places[table.to[row] ?? 0] ?? 0) ?? 'beyond';
}

/** Accounts by chain, asset and address. */
function inOrder(
  { table }: Plan,
  holds: (index: number) => boolean,
): { readonly account: Account; readonly index: number }[] {
  return table.accounts.list
    .map((account, index) => ({ account, index }))
    .filter(({ index }) => holds(index))
    .sort(({ account: a }, { account: b }) => {
      if (a.chain !== b.chain) return a.chain < b.chain ? -1 : 1;
      if (a.asset !== b.asset) return a.asset < b.asset ? -1 : 1;
      return a.address < b.address ? -1 : Number(a.address > b.address);
    });
}

/** Rule 5 of the house: what came in is what rests and what left, for each source. */
function requireConserved({ sources, arrivals, resting }: Flow, asked: Uint8Array): void {
  const left = sources.map(({ amount }, number) => (asked[number] === 1 ? amount : 0n));
  for (const { source, amount } of [...arrivals, ...resting]) left[source] = (left[source] ?? 0n) - amount;
  left.forEach((amount, number) => {
    if (amount !== 0n) throw new Error(`Source ${number} has ${amount} units that went nowhere.`);
  });
}
